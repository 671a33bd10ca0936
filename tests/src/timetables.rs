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

[[course]]
id = "listening"
kind = "elective"
title = { zh = "听力", en = "Listening" }
if_finished = "restart"
lessons = [{ id = "1", asset = "story-1" }, { id = "2", asset = "english-4-1" }]
"#;

/// A minute of the day on the clock of the timetable, which is eight hours ahead of UTC.
#[derive(Clone, Copy, Debug)]
pub struct Minute(pub u32);

const MINUTES_OF_DAY: u32 = 24 * 60;

/// Lessons every minute of the day from `first` on, `minutes` long, every day since 2026.
///
/// Each minute has a lesson of other length, frame rate and coding than the one before, and filler
/// up to the next one. What does not fit before midnight is at the start of the day.
pub fn lessons(first: Minute, minutes: u32) -> String {
    let mut text = SERVICES.to_owned();
    let before_midnight = minutes.min(MINUTES_OF_DAY - first.0);
    for (service, course) in [("tv-1", "practice"), ("tv-2", "maths"), ("radio-1", "listening")] {
        slot(&mut text, "late", service, course, first.0, before_midnight);
        slot(&mut text, "early", service, course, 0, minutes - before_midnight);
    }
    text
}

/// A slot that airs a lesson each minute.
fn slot(text: &mut String, when: &str, service: &str, course: &str, first: u32, count: u32) {
    if count == 0 {
        return;
    }
    let (hour, minute) = (first / 60, first % 60);
    write!(
        text,
        "\n[[slot]]\nid = \"{service}-{when}\"\nservice = \"{service}\"\n\
         course = \"{course}\"\nfrom = 2026-01-01\nlength = \"1m\"\n\
         at = {{ from = {hour:02}:{minute:02}, every = \"1m\", count = {count} }}\n"
    )
    .expect("a string can be written to");
}
