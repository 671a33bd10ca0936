//! A station to test: a configuration, a timetable and the demo lessons in a folder of its own.

use crate::judge;
use crate::program::headend;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use ts::Rate;

/// How long any command may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder with everything that the programs need.
#[derive(Debug)]
pub struct Station {
    folder: TempDir,
    /// Where the multiplex is sent: media, with column and row packets on the ports + 2 and + 4.
    pub group: SocketAddrV4,
}

/// The top folder of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package has a parent folder")
}

/// The rate of the multiplex of a [`Station`].
pub fn rate() -> Rate {
    Rate::new(8_446_000, 1).expect("a rate above zero")
}

impl Station {
    /// A station with this timetable and a library with the demo lessons.
    pub fn new(timetable: &str) -> Station {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let station = Station { folder, group: unused_group() };
        std::fs::write(station.path("timetable.toml"), timetable).expect("a timetable");
        std::fs::write(station.config(), configuration(station.group)).expect("a configuration");
        copy_folder(&crate::library::folder(), &station.path("library"));
        copy_folder(&repository().join("schedules/demo/bundle"), &station.path("bundles/bundle"));
        station
    }

    /// The station of `headend demo`, with the library that it makes.
    pub fn demo() -> Station {
        let shipped = repository().join("schedules/demo");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let group = SocketAddrV4::new(Ipv4Addr::new(239, 255, 42, 1), 5004);
        let station = Station { folder, group };
        for name in ["headend.toml", "timetable.toml"] {
            std::fs::copy(shipped.join(name), station.path(name)).expect("a text of the demo");
        }
        copy_folder(&crate::library::folder(), &station.path("library"));
        copy_folder(&shipped.join("bundle"), &station.path("bundles/week-1"));
        station
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.path("headend.toml")
    }

    /// A path below the folder of the station.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `headend WORD CONFIG WORDS..` to its end.
    pub fn command(&self, word: &str, words: &[&str]) -> Output {
        judge::run(self.prepare(word, words), PATIENCE)
    }

    /// `headend WORD CONFIG WORDS..`, ready to be run.
    pub fn prepare(&self, word: &str, words: &[&str]) -> Command {
        let mut command = headend();
        command
            .arg(word)
            .arg(self.config())
            .args(words)
            .env("RUST_LOG", "info")
            .env("NO_COLOR", "1");
        command
    }

    /// The packets of a stretch of time.
    ///
    /// # Panics
    /// When rendering fails.
    pub fn render(&self, from: &str, duration: &str) -> Vec<u8> {
        self.render_by(&[], from, duration, "ts")
    }

    /// The capture of a stretch of time.
    ///
    /// # Panics
    /// When rendering fails.
    pub fn capture(&self, from: &str, duration: &str) -> Vec<u8> {
        self.render_by(&[], from, duration, "pcap")
    }

    /// Renders with these environment variables set.
    ///
    /// # Panics
    /// When rendering fails.
    pub fn render_by(
        &self,
        environment: &[(&str, &str)],
        from: &str,
        duration: &str,
        format: &str,
    ) -> Vec<u8> {
        self.render_one("test", environment, from, duration, format)
    }

    /// Renders one of several multiplexes.
    ///
    /// # Panics
    /// When rendering fails.
    pub fn render_one(
        &self,
        multiplex: &str,
        environment: &[(&str, &str)],
        from: &str,
        duration: &str,
        format: &str,
    ) -> Vec<u8> {
        let words = ["--multiplex", multiplex, "--from", from, "--duration", duration];
        let mut command = self.prepare("render", &words);
        command.args(["--format", format, "--out", "-"]).envs(environment.iter().copied());
        let output = judge::run(command, PATIENCE);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "render {from} {duration}: {said}");
        output.stdout
    }
}

/// A group and port that no other test of this machine uses.
fn unused_group() -> SocketAddrV4 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    let [high, low] = (std::process::id() as u16).to_be_bytes();
    let port = 20_000 + 10 * next;
    SocketAddrV4::new(Ipv4Addr::new(239, 254, high, low), port)
}

fn configuration(group: SocketAddrV4) -> String {
    format!(
        r#"format = 1
timetables = ["timetable.toml"]

[network]
id = 0x3001
name = {{ zh = "农村远程教育网", en = "Rural Education Network" }}
bouquet = {{ id = 0x4001, name = {{ zh = "课程", en = "Courses" }} }}

[run]
realtime = true

[[multiplex]]
name = "test"
transport_stream_id = 1
original_network_id = 0x3001
profile = "dvbs-6111-34"
carrier = {{ frequency_khz = 3_920_000, polarization = "horizontal", orbital_position = "92.2E" }}
services = ["tv-1", "tv-2", "radio-1", "files"]

[[multiplex.output]]
name = "loop"
to = "{group}"
interface = "127.0.0.1"
loopback = true
fec = {{ columns = 10, rows = 10, row_fec = true }}
"#
    )
}

/// Copies the files of a folder and of those in it.
///
/// # Panics
/// When that fails.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    let entries = std::fs::read_dir(from).unwrap_or_else(|e| panic!("{}: {e}", from.display()));
    for entry in entries {
        let path = entry.expect("a folder can be read").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}
