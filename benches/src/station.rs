//! Stations that play the films: a folder with a configuration, a timetable and a library.

use crate::arrivals::GROUP;
use crate::films::{self, FILM_S};
use crate::folder;
use crate::program::{headend, succeed};
use library::{AssetId, Library};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The rate of every multiplex.
pub const RATE_BPS: u64 = 40_000_000;
/// The instant from which on films play, one behind the other.
pub const FROM: &str = "2027-03-01T08:00:00Z";
/// So long films play from then on.
pub const PLAYS_S: u32 = ROUNDS * FILM_S;
/// Films that play one behind the other on a service.
const ROUNDS: u32 = 4;

/// The station whose services play the films; gives its configuration. Service `j` plays film `j`
/// modulo six and begins `stagger_s` times `j` seconds after [`FROM`]. There is a multiplex of all
/// services for each of `ports`, sent to that port of [`GROUP`], or one that is
/// not sent at all.
///
/// # Panics
/// When a file cannot be written or a film not be ingested.
pub fn films(name: &str, services: u32, stagger_s: u32, ports: &[u16]) -> PathBuf {
    let ids: Vec<String> = (1..=services).map(|i| format!("tv-{i}")).collect();
    let multiplexes = match ports {
        [] => multiplex(0, &ids, None),
        ports => ports.iter().zip(0..).map(|(port, i)| multiplex(i, &ids, Some(*port))).collect(),
    };
    write(name, &library(), &timetable(services, stagger_s), &multiplexes)
}

/// Writes a station's files into the folder of this name; gives its configuration.
///
/// # Panics
/// When a file cannot be written.
pub fn write(name: &str, library: &Path, timetable: &str, multiplexes: &str) -> PathBuf {
    let folder = folder::below(name);
    let config = folder.join("headend.toml");
    let text = format!(
        "format = 1\nlibrary = \"{}\"\ntimetables = [\"timetable.toml\"]\n\
         [network]\nid = 0xFF01\nname = {{ en = \"Bench\" }}\ncountry = \"CHN\"\n{multiplexes}",
        library.display()
    );
    fs::write(folder.join("timetable.toml"), timetable).expect("a timetable can be written");
    fs::write(&config, text).expect("a configuration can be written");
    config
}

/// Multiplex `bench-NUMBER` of a configuration, and the port that it is sent to.
pub fn multiplex(number: u32, services: &[String], port: Option<u16>) -> String {
    let mut text = format!(
        "[[multiplex]]\nname = \"bench-{number}\"\ntransport_stream_id = {}\n\
         original_network_id = 0xFF01\nrate = {RATE_BPS}\nservices = {services:?}\n",
        number + 1
    );
    if let Some(port) = port {
        text += &format!(
            "[[multiplex.output]]\nname = \"loopback\"\nto = \"{GROUP}:{port}\"\n\
             protocol = \"udp\"\ninterface = \"lo\"\nttl = 1\nloopback = true\n"
        );
    }
    text
}

/// A television service of a timetable that plays an asset when it has nothing else.
pub fn service(number: u32, filler: &str) -> String {
    format!(
        "[[service]]\nid = \"tv-{number}\"\nnumber = {number}\nkind = \"television\"\n\
         name = {{ en = \"Television {number}\" }}\nslate = \"slate\"\nfiller = \"pool-{number}\"\n\
         [[filler]]\nid = \"pool-{number}\"\nassets = [\"{filler}\"]\n"
    )
}

/// The library of the films, which are made and ingested when they are not there.
///
/// # Panics
/// When that does not succeed.
pub fn library() -> PathBuf {
    let films = (1..).zip(films::make()).map(|(i, film)| (format!("film-{i}"), film));
    ingest("films", films.chain([("slate".to_owned(), films::slate())]))
}

/// The library in the folder of this name, with these files in it.
///
/// # Panics
/// When a file cannot be ingested.
pub fn ingest(name: &str, files: impl IntoIterator<Item = (String, PathBuf)>) -> PathBuf {
    let library = folder::below(name).join("library");
    // A configuration has a multiplex; nothing of it matters here.
    let multiplex = multiplex(0, &["tv-1".to_owned()], None);
    let config = write(name, &library, "format = 1\nzone = \"UTC\"\n", &multiplex);
    for (id, file) in files {
        if !has(&library, &id) {
            let mut command = headend();
            command.arg("ingest").arg(&config).args(["--replace", "--id", &id]);
            succeed(command.arg(file));
        }
    }
    library
}

/// Whether a library has an asset of the present form.
pub fn has(library: &Path, id: &str) -> bool {
    let id: AssetId = id.parse().expect("the name of an asset");
    Library::open(library).is_ok_and(|library| library.index(&id).is_ok())
}

fn timetable(services: u32, stagger_s: u32) -> String {
    let mut text = "format = 1\nzone = \"UTC\"\n".to_owned();
    for i in 1..=services {
        let film = (i - 1) % 6 + 1;
        text += &service(i, &format!("film-{film}"));
        for round in 0..ROUNDS {
            let at = 8 * 3600 + stagger_s * (i - 1) + round * FILM_S;
            let (hour, minute, second) = (at / 3600, at / 60 % 60, at % 60);
            write!(
                text,
                "[[item]]\nid = \"film-{i}-{round}\"\nservice = \"tv-{i}\"\n\
                 asset = \"film-{film}\"\nlength = \"{FILM_S}s\"\n\
                 at = 2027-03-01T{hour:02}:{minute:02}:{second:02}\n"
            )
            .expect("a string can be written to");
        }
    }
    text
}
