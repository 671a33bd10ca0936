//! How long the daemon takes from its start to its first datagram, with a small station and with a
//! library of 12,000 assets and a timetable of a year.

use benches::arrivals::Arrivals;
use benches::folder;
use benches::process;
use benches::program::headend;
use benches::samples::Samples;
use benches::station::{self, multiplex, service};
use headend::when;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use ts::Span;

const ROUNDS: usize = 9;
const SERVICES: u32 = 8;
/// Lessons of each service's course.
const LESSONS: u32 = 1500;
/// When lessons begin on each service, every day.
const HOURS: [u32; 4] = [8, 10, 14, 19];
const HALF_A_YEAR: Span = Span::from_seconds(180 * 24 * 3600);
const PORT: u16 = 5400;

fn main() {
    let small = station("startup-small", 4);
    let large = station("startup-large", LESSONS);
    let (mut ratio, mut small_ms, mut large_ms) = (Samples::new(), Samples::new(), Samples::new());
    for _ in 0..ROUNDS {
        let (a, b) = (first_datagram_ms(&small), first_datagram_ms(&large));
        small_ms.push(a);
        large_ms.push(b);
        ratio.push(b / a);
    }
    let assets = SERVICES * LESSONS;
    println!("start to first datagram, in ms: middle (least to greatest) of {ROUNDS} rounds");
    println!("  {SERVICES} services, {} assets            {small_ms:.0}", SERVICES * 4);
    println!("  {SERVICES} services, {assets} assets, a year  {large_ms:.0}");
    println!("  large over small                  {ratio}");
}

fn first_datagram_ms(config: &Path) -> f64 {
    let arrivals = Arrivals::join(PORT).expect("a socket for the flow");
    let begin = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    let mut command = headend();
    command.arg("run").arg(config).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().expect("the daemon can be started");
    let arrival = arrivals.first(Duration::from_secs(60)).expect("a first datagram");
    process::end(child);
    (arrival as f64 - begin.as_nanos() as f64) / 1e6
}

/// A station with one course of so many lessons on each service, in the middle of its year. All
/// lessons are links to one film.
fn station(name: &str, lessons: u32) -> PathBuf {
    let library = folder::below(name).join("library");
    if !station::has(&library, &format!("c{SERVICES}/{lessons:04}")) {
        link_lessons(&station::library(), &library, lessons);
    }
    let begin = when::show(when::now() - HALF_A_YEAR, 0);
    let begin = &begin[.."2027-03-01".len()];
    let mut timetable = "format = 1\nzone = \"Asia/Shanghai\"\n".to_owned();
    for i in 1..=SERVICES {
        timetable += &service(i, &format!("c{i}/0001"));
        write!(
            timetable,
            "[[course]]\nid = \"c{i}\"\nkind = \"elective\"\ntitle = {{ en = \"Course {i}\" }}\n\
             if_finished = \"restart\"\n\
             lessons = {{ pattern = \"c{i}/{{n:04}}\", count = {lessons} }}\n"
        )
        .expect("a string can be written to");
        for hour in HOURS {
            write!(
                timetable,
                "[[slot]]\nid = \"c{i}-{hour}\"\nservice = \"tv-{i}\"\ncourse = \"c{i}\"\n\
                 at = {hour:02}:00\nlength = \"45m\"\nfrom = {begin}\n"
            )
            .expect("a string can be written to");
        }
    }
    let services: Vec<String> = (1..=SERVICES).map(|i| format!("tv-{i}")).collect();
    station::write(name, &library, &timetable, &multiplex(0, &services, Some(PORT)))
}

/// Fills a library with hard links: an index names its stream by the stream's digest alone.
fn link_lessons(films: &Path, library: &Path, lessons: u32) {
    let parts = |id: &str| -> Vec<(PathBuf, String)> {
        let files = fs::read_dir(films).expect("the films are there");
        let paths = files.map(|entry| entry.expect("a folder can be read").path());
        let own = |path: PathBuf| {
            let name = path.file_name()?.to_str()?.to_owned();
            name.strip_prefix(id).map(|rest| (path.clone(), rest.to_owned()))
        };
        paths.filter_map(own).collect()
    };
    if library.exists() {
        fs::remove_dir_all(library).expect("an old library can be removed");
    }
    let film = parts("film-1");
    for course in 1..=SERVICES {
        let folder = library.join(format!("c{course}"));
        fs::create_dir_all(&folder).expect("a folder can be made");
        for lesson in 1..=lessons {
            for (path, rest) in &film {
                let link = folder.join(format!("{lesson:04}{rest}"));
                fs::hard_link(path, link).expect("a file can be linked");
            }
        }
    }
    for (path, rest) in parts("slate") {
        fs::hard_link(path, library.join(format!("slate{rest}"))).expect("a file can be linked");
    }
}
