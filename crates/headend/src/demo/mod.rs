//! What `headend demo` is made of: the lessons, the bundle, the configuration and the timetable
//! that the project ships, built into the program.

use crate::exit::{Code, Failure};
use std::fs;
use std::path::Path;

/// The lessons, fillers and slates: name and transport stream.
pub const MEDIA: &[(&str, &[u8])] = &[
    ("vegetables-1", include_bytes!("../../../../schedules/demo/media/vegetables-1.ts")),
    ("water-1", include_bytes!("../../../../schedules/demo/media/water-1.ts")),
    ("computer-1", include_bytes!("../../../../schedules/demo/media/computer-1.ts")),
    ("maths-4-1", include_bytes!("../../../../schedules/demo/media/maths-4-1.ts")),
    ("maths-4-2", include_bytes!("../../../../schedules/demo/media/maths-4-2.ts")),
    ("story-1", include_bytes!("../../../../schedules/demo/media/story-1.ts")),
    ("english-4-1", include_bytes!("../../../../schedules/demo/media/english-4-1.ts")),
    ("filler-h264", include_bytes!("../../../../schedules/demo/media/filler-h264.ts")),
    ("filler-mpeg2", include_bytes!("../../../../schedules/demo/media/filler-mpeg2.ts")),
    ("filler-audio", include_bytes!("../../../../schedules/demo/media/filler-audio.ts")),
    ("slate-h264", include_bytes!("../../../../schedules/demo/media/slate-h264.ts")),
    ("slate-mpeg2", include_bytes!("../../../../schedules/demo/media/slate-mpeg2.ts")),
    ("slate-audio", include_bytes!("../../../../schedules/demo/media/slate-audio.ts")),
];

/// The files of the bundle.
pub const BUNDLE: &[(&str, &[u8])] = &[
    ("data/harvest.csv", include_bytes!("../../../../schedules/demo/bundle/data/harvest.csv")),
    ("index.html", include_bytes!("../../../../schedules/demo/bundle/index.html")),
    (
        "pictures/boiling.png",
        include_bytes!("../../../../schedules/demo/bundle/pictures/boiling.png"),
    ),
    (
        "pictures/greenhouse.svg",
        include_bytes!("../../../../schedules/demo/bundle/pictures/greenhouse.svg"),
    ),
    (
        "pictures/quarter.png",
        include_bytes!("../../../../schedules/demo/bundle/pictures/quarter.png"),
    ),
    (
        "pictures/valley.png",
        include_bytes!("../../../../schedules/demo/bundle/pictures/valley.png"),
    ),
    (
        "pictures/watering.png",
        include_bytes!("../../../../schedules/demo/bundle/pictures/watering.png"),
    ),
    ("texts/README.txt", include_bytes!("../../../../schedules/demo/bundle/texts/README.txt")),
    (
        "texts/safe-water.txt",
        include_bytes!("../../../../schedules/demo/bundle/texts/safe-water.txt"),
    ),
    (
        "worksheets/mathematics-4-1.html",
        include_bytes!("../../../../schedules/demo/bundle/worksheets/mathematics-4-1.html"),
    ),
    (
        "worksheets/vegetables-1.html",
        include_bytes!("../../../../schedules/demo/bundle/worksheets/vegetables-1.html"),
    ),
];

/// The configuration.
pub const CONFIG: &str = include_str!("../../../../schedules/demo/headend.toml");
/// The timetable.
pub const TIMETABLE: &str = include_str!("../../../../schedules/demo/timetable.toml");

/// Writes configuration, timetable and bundle into a folder. What is there already stays as it is,
/// so that it can be edited.
pub fn write(folder: &Path) -> Result<(), Failure> {
    put(&folder.join("headend.toml"), CONFIG.as_bytes())?;
    put(&folder.join("timetable.toml"), TIMETABLE.as_bytes())?;
    for (name, bytes) in BUNDLE {
        put(&folder.join("bundles/week-1").join(name), bytes)?;
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let wrong = |e: std::io::Error| Failure::new(Code::Io, format!("{}: {e}", path.display()));
    if path.exists() {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(wrong)?;
    }
    fs::write(path, bytes).map_err(wrong)
}
