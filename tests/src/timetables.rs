//! Timetables for the demo lessons.

use core::fmt::Write;

/// Four services without anything but fillers and a bundle.
const SERVICES: &str = r#"format = 1
zone = "Asia/Shanghai"

[[service]]
id = "tv-1"
number = 1
kind = "television"
name = { zh = "远教一套", en = "Television 1" }
provider = { zh = "远教", en = "Distance Teaching" }
filler = "breaks-1"
slate = "slate-h264"

[[service]]
id = "tv-2"
number = 2
kind = "television"
name = { zh = "同步课堂", en = "Television 2" }
filler = "breaks-2"
slate = "slate-mpeg2"

[[service]]
id = "radio-1"
number = 3
kind = "radio"
name = { zh = "广播", en = "Radio 1" }
filler = "music"
slate = "slate-audio"

[[service]]
id = "files"
number = 4
kind = "data"
name = { zh = "资源包", en = "Bundles" }

[[filler]]
id = "breaks-1"
assets = ["filler-h264"]

[[filler]]
id = "breaks-2"
assets = ["filler-mpeg2"]

[[filler]]
id = "music"
assets = ["filler-audio"]

[[bundle]]
id = "demo"
service = "files"
title = { zh = "练习", en = "Exercises" }
files = "bundle/**"

[[course]]
id = "practice"
kind = "elective"
title = { zh = "实用技术", en = "Practical skills" }
if_finished = "restart"
lessons = [
    { id = "1", asset = "vegetables-1" },
    { id = "2", asset = "water-1" },
    { id = "3", asset = "computer-1" },
]

[[course]]
id = "maths"
kind = "elective"
title = { zh = "数学", en = "Mathematics" }
if_finished = "restart"
lessons = [{ id = "1", asset = "maths-4-1" }, { id = "2", asset = "maths-4-2" }]
"#;

/// A minute of the day on the clock of the timetable, which is eight hours ahead of UTC.
#[derive(Clone, Copy, Debug)]
pub struct Minute(pub u32);

/// Lessons every minute of the day from `first` on, `minutes` long, every day since 2026.
///
/// Each minute has a lesson of other length, frame rate and coding than the one before, and filler
/// up to the next one.
pub fn lessons(first: Minute, minutes: u32) -> String {
    let mut text = SERVICES.to_owned();
    for minute in first.0..first.0 + minutes {
        let at = format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
        slot(&mut text, "tv-1", minute, &at, "course = \"practice\"");
        slot(&mut text, "tv-2", minute, &at, "course = \"maths\"");
        let story = if minute % 2 == 0 { "story-1" } else { "english-4-1" };
        let story = format!("asset = \"{story}\"\ntitle = {{ zh = \"听力\", en = \"Listening\" }}");
        slot(&mut text, "radio-1", minute, &at, &story);
    }
    text
}

fn slot(text: &mut String, service: &str, minute: u32, at: &str, what: &str) {
    let days = r#"["mon", "tue", "wed", "thu", "fri", "sat", "sun"]"#;
    let from = if what.starts_with("course") { "from = 2026-01-01\n" } else { "" };
    write!(
        text,
        "\n[[slot]]\nid = \"{service}-{minute}\"\nservice = \"{service}\"\n{what}\n{from}\
         days = {days}\nat = {at}\nlength = \"1m\"\n"
    )
    .expect("a string can be written to");
}
