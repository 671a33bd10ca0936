//! The house form: layout changes, what a file says does not.

use desk::format::{FormatError, comments, format};
use proptest::prelude::*;
use timetable::{Source, parse};

const RURAL: &str = include_str!("../../timetable/tests/data/rural-1.toml");
const DEMO: &str = include_str!("../../../schedules/demo/timetable.toml");
const CONFIG: &str = include_str!("../../../config/headend.toml");

const UNTIDY: &str = r#"

# The head of the file.
format=1


zone   =   "Asia/Shanghai"   # civil times
[[service]]
  id = "tv-1"
  number=101

  # What it carries.
  kind = "television"
name = {zh="必修",en="Required"}
slate="slate/clock"
[[course]]   # the first
id = "c"
title = { en = "C" }
kind="elective"
lessons=[{id="l01",asset="a/1"}, # one
{id="l02",asset="a/2", title = {
  # A title of several lines.
  zh = "二", en = "Two" } }
# and no more
]
[[slot]]
id = "s"
service="tv-1"
course = "c"
days=[ "mon","tue" , "wed" ,]
at = [08:00,12:00, 16:00]
length = "45m"
from=2027-03-01
except = [2027-03-02, 2027-03-09, 2027-03-16, 2027-03-23, 2027-03-30, 2027-04-06,
2027-04-13, 2027-04-20]
# The end."#;

const TIDY: &str = r#"# The head of the file.
format = 1

zone = "Asia/Shanghai"  # civil times

[[service]]
id = "tv-1"
number = 101

# What it carries.
kind = "television"
name = { zh = "必修", en = "Required" }
slate = "slate/clock"

[[course]]  # the first
id = "c"
title = { en = "C" }
kind = "elective"
lessons = [
  { id = "l01", asset = "a/1" },  # one
  { id = "l02", asset = "a/2", title = {
      # A title of several lines.
      zh = "二",
      en = "Two",
    } },
  # and no more
]

[[slot]]
id = "s"
service = "tv-1"
course = "c"
days = ["mon", "tue", "wed"]
at = [08:00, 12:00, 16:00]
length = "45m"
from = 2027-03-01
except = [
  2027-03-02, 2027-03-09, 2027-03-16, 2027-03-23, 2027-03-30, 2027-04-06, 2027-04-13, 2027-04-20,
]
# The end.
"#;

#[test]
fn an_untidy_file_gets_the_house_form_and_keeps_every_comment() {
    let tidy = format(UNTIDY).unwrap();
    assert_eq!(comments(&tidy), comments(UNTIDY));
    assert_eq!(tidy, TIDY, "\n{tidy}");
    assert_eq!(format(&tidy).as_deref(), Ok(TIDY));
}

#[test]
fn the_files_of_the_project_have_the_house_form() {
    for (name, text) in [("rural-1", RURAL), ("demo", DEMO), ("config", CONFIG)] {
        let formatted = format(text).unwrap();
        assert_eq!(formatted, text, "{name}");
    }
}

#[test]
fn what_is_no_toml_is_refused_with_its_place() {
    let text = "format = 1\nzone = \"Asia/Shanghai\n";
    let Err(FormatError::Syntax { at: Some(range), .. }) = format(text) else { panic!() };
    assert!(text[..range.start].contains("zone"), "{range:?}");
    assert_eq!(format("").as_deref(), Ok(""));
    assert_eq!(format("\u{feff}a=1\r\n").as_deref(), Ok("a = 1\n"));
    assert_eq!(format("# only\n\n\n# words").as_deref(), Ok("# only\n\n# words\n"));
}

/// A sound timetable with spaces, breaks and comments thrown in wherever TOML takes them.
fn any_layout() -> impl Strategy<Value = String> {
    let break_up = prop::sample::select(vec![
        ("", ""),
        (" = ", "="),
        (" = ", "   =\t"),
        (", ", ","),
        (", ", " ,  "),
        ("[", "[ "),
        ("\n[[", "\n\n\n   [["),
        ("\n\n", "\n"),
        ("\n\n", "\n\n\n# 注释 and more\n\n"),
        ("]\n", "] # behind\n"),
        ("\"\n", "\"     # 后面\n"),
        ("}, ", "},\n\n # inside\n "),
        ("},\n", "}, # each\n"),
        ("{ ", "{\n  # within\n  "),
        (" }", "\n}"),
        ("\n", "\r\n"),
    ]);
    prop::collection::vec((break_up, 0usize..40), 0..30).prop_map(|edits| {
        let mut text = RURAL.to_owned();
        for ((from, to), nth) in edits {
            let found = text.match_indices(from).nth(nth).map(|(at, _)| at);
            if let Some(at) = found.filter(|_| !from.is_empty()) {
                text.replace_range(at..at + from.len(), to);
            }
        }
        text
    })
}

/// The airings and bundles of a text over the year in which it has any, without their places.
fn meaning(text: &str) -> Option<String> {
    let (timetable, _) = parse(&[Source { name: "t", text }]);
    let timetable = timetable?;
    let from = timetable::civil::parse_rfc3339("2027-02-01T00:00:00Z").unwrap();
    let until = from + ts::Span::from_seconds(300 * 86_400);
    let mut airings = Vec::new();
    for service in timetable.services() {
        airings.extend(timetable.airings(&service.id, from, until));
    }
    for airing in &mut airings {
        airing.origin = timetable::Location::default();
    }
    Some(format!("{airings:?} {:?}", timetable.bundles_active(from, until)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_layout_means_the_same_behind_formatting_and_is_formatted_once(text in any_layout()) {
        match format(&text) {
            Ok(formatted) => {
                prop_assert_eq!(text.parse::<toml::Table>(), formatted.parse::<toml::Table>());
                prop_assert_eq!(comments(&text), comments(&formatted));
                prop_assert!(meaning(&text).is_some(), "{}", text);
                prop_assert_eq!(meaning(&text), meaning(&formatted));
                let again = format(&formatted);
                prop_assert_eq!(again.as_deref(), Ok(formatted.as_str()), "{}", formatted);
            }
            // An edit may break the syntax, and nothing else may be refused.
            Err(error) => {
                let broken = text.parse::<toml::Table>().is_err();
                prop_assert!(broken, "{}\n{}", error, text);
            }
        }
    }

    #[test]
    fn any_text_is_answered(text in "[\\[\\]{}=\"#.,a-z0-9\n 课-]{0,80}") {
        if let Ok(formatted) = format(&text) {
            prop_assert_eq!(format(&formatted), Ok(formatted));
        }
    }
}
