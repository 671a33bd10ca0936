//! Logs of amendments: any text is read, told and applied, and airings still follow one another.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;
use timetable::{AmendmentLog, Source, Timetable, parse, render_human};
use ts::Ticks;

const PLAN: &str = "format = 1\nzone = \"Asia/Shanghai\"
[[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"\nname = { en = \"One\" }
slate = \"slate/clock\"
[[course]]\nid = \"c\"\ntitle = { en = \"C\" }\nkind = \"elective\"\nif_preempted = \"hold\"
lessons = { pattern = \"c/{n}\", count = 40 }
[[slot]]\nid = \"s\"\nservice = \"tv-1\"\ncourse = \"c\"\nat = 19:30\nlength = \"30m\"
from = 2027-03-01\nuntil = 2027-04-30\nrerun = [{ days_later = 1, at = 07:00 }]
[[item]]\nid = \"i\"\nservice = \"tv-1\"\nasset = \"a/i\"\nat = 2027-03-02T15:00\nlength = \"1h\"\n";
/// March of 2027.
const WINDOW: [Ticks; 2] = [Ticks::from_seconds(1_803_859_200), Ticks::from_seconds(1_806_451_200)];

fn plan() -> &'static Timetable {
    static PARSED: OnceLock<Timetable> = OnceLock::new();
    let parse = || parse(&[Source { name: "plan", text: PLAN }]).0.expect("the plan is sound");
    PARSED.get_or_init(parse)
}

fuzz_target!(|text: &str| {
    let source = Source { name: "log", text };
    let (log, findings) = AmendmentLog::read(&source, 1);
    let sources = [Source { name: "plan", text: PLAN }, source];
    render_human(&findings, &sources, false);
    render_human(&plan().judge_last(&log), &sources, false);
    let (amended, findings) = plan().amended(&log);
    render_human(&findings, &sources, false);
    let Some(amended) = amended else { return };
    let service = &amended.services()[0].id;
    let airings = amended.airings(service, WINDOW[0], WINDOW[1]);
    assert!(airings.windows(2).all(|pair| pair[0].window_end <= pair[1].start));
});
