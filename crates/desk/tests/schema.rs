//! The schema of the timetable says what the reader of the timetable takes.

use desk::schema::{Subject, schema};
use std::collections::{BTreeMap, BTreeSet};
use timetable::{Code, Diagnostic, Source, parse};

/// Every table that a timetable may have, with a key that none of them knows.
const UNKNOWN: &str = r#"
Q
[[term]]
Q
closed = [{ Q }]
breaks = [{ Q }]
makeup = [{ Q }]
[[season]]
Q
dates = [{ Q }]
[[season]]
[[region]]
Q
[[site_class]]
Q
open = [{ Q }]
[[site_class]]
[[live]]
Q
if_lost = { Q }
[[notice]]
Q
[[service]]
Q
relays = { Q }
[[filler]]
Q
[[course]]
Q
lessons = [{ Q }]
licence = { Q }
withdrawn = [{ Q }]
[[course]]
lessons = { Q }
[[course]]
[[slot]]
Q
at = { Q }
rotate = { Q }
rerun = [{ Q }]
start = { Q }
[[slot]]
[[opt_out]]
Q
[[item]]
Q
[[bundle]]
Q
windows = [{ Q }]
for = { Q }
ready = { Q }
"#;

/// What the reader finds in [`UNKNOWN`], with its unknown key written out. It is read in parts,
/// since of one kind of fault the reader tells only so many.
fn findings() -> Vec<Diagnostic> {
    let text = UNKNOWN.replace('Q', "qqqqqqqqqqqqqqqq = 0").replace("\n[[", "\0[[");
    let of_part = |text| parse(&[Source { name: "t", text }]).1;
    text.split('\0').flat_map(of_part).collect()
}

/// What stands between two marks.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    text.split_once(open)?.1.split_once(close).map(|(inside, _)| inside)
}

/// How the schema calls what the reader calls `what`.
fn named(what: &str, has_course: bool) -> &str {
    match what {
        "timetable" => "",
        "lesson" if has_course => "lesson of a bundle",
        what => what,
    }
}

#[test]
fn the_schema_has_the_keys_that_the_reader_knows_and_no_others() {
    let findings = findings();
    let mut known: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for finding in findings.iter().filter(|f| f.code == Code::UnknownKey) {
        let what = finding.message.split_once(' ').unwrap().1;
        let what = what.split_once(" has no key").unwrap().0;
        let keys = finding.help.as_deref().unwrap().strip_prefix("known keys: ").unwrap();
        let keys: BTreeSet<&str> = keys.split(", ").collect();
        known.insert(named(what, keys.contains("course")).to_owned(), keys);
    }
    let tables = Subject::Timetable.tables().iter();
    let ours: BTreeMap<String, BTreeSet<&str>> =
        tables.map(|t| (t.name.to_owned(), t.keys.iter().map(|k| k.name).collect())).collect();
    assert_eq!(ours, known, "left: src/schema/timetable.rs, right: the reader");
}

#[test]
fn the_schema_requires_what_the_reader_requires() {
    let findings = findings();
    let missing = findings.iter().filter(|f| f.code == Code::MissingKey);
    let told: BTreeSet<(String, String)> = missing
        .filter(|finding| !finding.message.contains("` or `"))
        .filter_map(|finding| {
            let what = between(&finding.message, "this ", " has no")?;
            let key = between(&finding.message, " has no `", "`")?;
            Some((named(what, ["course", "lesson"].contains(&key)).to_owned(), key.to_owned()))
        })
        // In the place of `on` may stand `from` and `until`, in that of `after` `days_later`.
        .filter(|(what, key)| {
            !matches!((&**what, &**key), ("break" | "closed day", "on") | ("rerun", "after"))
        })
        .collect();
    let tables = Subject::Timetable.tables().iter();
    let ours: BTreeSet<(String, String)> = tables
        .flat_map(|table| {
            let required = table.keys.iter().filter(|key| key.is_required);
            required.map(|key| (table.name.to_owned(), key.name.to_owned()))
        })
        .collect();
    assert_eq!(ours, told, "left: src/schema/timetable.rs, right: the reader");
}

#[test]
fn every_reference_of_a_schema_leads_somewhere() {
    for subject in [Subject::Timetable, Subject::Config] {
        let schema = schema(subject);
        let text = schema.to_string();
        let mut seen = 0;
        for part in text.split("\"#/definitions/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(schema["definitions"].get(name).is_some(), "{name}");
            let proper = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
            assert!(name.bytes().all(proper), "{name} is no part of a URI");
            seen += 1;
        }
        assert!(seen > 5);
    }
}
