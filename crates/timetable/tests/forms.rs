//! The forms in which findings are shown: they tell the same places, each by its own rules.

use serde_json::Value;
use timetable::{Code, Diagnostic, Source, parse, render_human, to_sarif};

const TWO_FILES: [Source<'static>; 2] = [
    Source {
        name: "/srv/播出 1.toml",
        text: "format = 1\nzone = \"Asia/Bejing\"\n[[filler]]\nid = \"Breaks\"\nassets = [\"a\"]\n",
    },
    Source {
        name: "slots.toml",
        text: "format = 1\n[[item]]\nid = \"a\"\nservice = \"tv-1\"\nasset = \"a\"\n\
               title = { zh = \"开学第一课\", en = \"\" }\nat = 2027-03-01T09:00\nlenght = \"30m\"\n",
    },
];

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {value:#}"))
}

fn number(value: &Value, pointer: &str) -> usize {
    let found = value.pointer(pointer).and_then(Value::as_u64);
    found.unwrap_or_else(|| panic!("{pointer}: {value:#}")) as usize
}

#[test]
fn all_faults_of_all_files_are_told_at_once_in_order_of_place() {
    let (_, findings) = parse(&TWO_FILES);
    let codes: Vec<Code> = findings.iter().map(|f| f.code).collect();
    let wanted =
        [Code::BadZone, Code::BadName, Code::UnknownReference, Code::BadText, Code::UnknownKey];
    assert_eq!(codes, wanted, "{}", render_human(&findings, &TWO_FILES, false));
}

/// How many columns of a terminal a text takes: what is Chinese here takes two.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c > '\u{2e7f}' { 2 } else { 1 }).sum()
}

#[test]
fn the_line_under_a_fault_stands_below_it_behind_wide_characters_too() {
    let (_, findings) = parse(&TWO_FILES);
    let fault = findings.iter().find(|f| f.code == Code::BadText).expect("the empty text");
    let shown = render_human(std::slice::from_ref(fault), &TWO_FILES, false);
    let lines: Vec<&str> = shown.lines().collect();
    let at = lines.iter().position(|line| line.contains("开学第一课")).expect("the line is shown");
    let (quoted, under) = (lines[at], lines[at + 1]);
    let wanted = columns(&quoted[..quoted.find("\"\"").expect("the empty text")]);
    let found = columns(&under[..under.find('^').expect("it is underlined")]);
    assert_eq!(wanted, found, "\n{shown}");
    assert!(shown.contains("slots.toml:6:30"), "{shown}");
}

/// The rules of the schema of SARIF 2.1.0 that hold for what is written here.
fn assert_sarif(log: &Value, findings: &[Diagnostic], sources: &[Source<'_>]) {
    assert_eq!(text(log, "/version"), "2.1.0");
    assert!(text(log, "/$schema").ends_with("sarif-schema-2.1.0.json"));
    let runs = log["runs"].as_array().expect("runs is an array");
    let [run] = runs.as_slice() else { panic!("one run") };
    assert_eq!(text(run, "/tool/driver/name"), "headend");
    assert_eq!(text(run, "/columnKind"), "unicodeCodePoints");
    let rules = run.pointer("/tool/driver/rules").and_then(Value::as_array).expect("rules");
    let mut ids: Vec<&str> = rules.iter().map(|rule| text(rule, "/id")).collect();
    assert!(ids.is_sorted());
    ids.dedup();
    assert_eq!(ids.len(), rules.len(), "the ids of rules are unique");
    for rule in rules {
        for key in ["/shortDescription/text", "/fullDescription/text", "/help/text"] {
            assert!(!text(rule, key).is_empty());
        }
        assert!(["error", "warning"].contains(&text(rule, "/defaultConfiguration/level")));
    }
    let results = run["results"].as_array().expect("results is an array");
    assert_eq!(results.len(), findings.len());
    for (result, finding) in results.iter().zip(findings) {
        assert_eq!(text(result, "/ruleId"), finding.code.as_str());
        assert_eq!(text(&rules[number(result, "/ruleIndex")], "/id"), finding.code.as_str());
        assert!(text(result, "/message/text").starts_with(&finding.message));
        assert_eq!(text(result, "/level"), finding.severity().as_str());
        let places = result["locations"].as_array().into_iter().flatten();
        let others = result["relatedLocations"].as_array().into_iter().flatten();
        for place in places.chain(others) {
            assert_place(place, run, sources);
        }
    }
}

fn assert_place(place: &Value, run: &Value, sources: &[Source<'_>]) {
    let index = number(place, "/physicalLocation/artifactLocation/index");
    let uri = text(place, "/physicalLocation/artifactLocation/uri");
    assert_eq!(uri, text(&run["artifacts"][index], "/location/uri"));
    let proper = |b: u8| b.is_ascii_alphanumeric() || b"-._~/%:".contains(&b);
    assert!(uri.bytes().all(proper), "{uri}");
    let region = place.pointer("/physicalLocation/region").expect("a region");
    let (line, column) = (number(region, "/startLine"), number(region, "/startColumn"));
    let (end_line, end_column) = (number(region, "/endLine"), number(region, "/endColumn"));
    assert!(line >= 1 && column >= 1 && (end_line, end_column) >= (line, column));
    let start = number(region, "/byteOffset");
    let marked = &sources[index].text[start..start + number(region, "/byteLength")];
    assert_eq!(text(region, "/snippet/text"), marked);
    let shown = sources[index].text.lines().nth(line - 1).unwrap_or_default();
    let rest: String = shown.chars().skip(column - 1).collect();
    assert!(rest.starts_with(marked.lines().next().unwrap_or_default()), "{rest}: {marked}");
}

#[test]
fn sarif_keeps_the_rules_of_its_schema() {
    let (_, findings) = parse(&TWO_FILES);
    let log = to_sarif(&findings, &TWO_FILES, "0.1.0");
    assert_sarif(&log, &findings, &TWO_FILES);
    assert_eq!(
        text(&log, "/runs/0/artifacts/0/location/uri"),
        "file:///srv/%E6%92%AD%E5%87%BA%201.toml"
    );
    assert_sarif(&to_sarif(&[], &TWO_FILES, "0.1.0"), &[], &TWO_FILES);
}

#[test]
fn sarif_tells_places_that_explain_and_counts_without_a_place() {
    let twice = "[[filler]]\nid = \"a\"\nassets = [\"a\"]\n";
    let many: String = (0..60).map(|i| format!("key-{i} = 1\n")).collect();
    let text = format!("format = 1\nzone = \"Asia/Shanghai\"\n{many}{twice}{twice}");
    let sources = [Source { name: "t.toml", text: &text }];
    let (_, findings) = parse(&sources);
    let log = to_sarif(&findings, &sources, "0.1.0");
    assert_sarif(&log, &findings, &sources);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|r| r["relatedLocations"].is_array()), "{log:#}");
    let counted = results.iter().find(|r| r.get("locations").is_none()).expect("a count");
    assert_eq!(counted["message"]["text"], "10 more of this kind");
}
