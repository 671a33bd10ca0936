//! The programs that the project did not write: those that judge its output in tests, and those
//! that benchmarks compare it with.

use std::process::Command;

use crate::Outcome;
use crate::shell::{is_on_path, program, root, run};

/// A program that must be there, and the Debian packages that bring it.
struct Judge {
    program: &'static str,
    /// Words with which the program must succeed; without words it is enough that it is there.
    proof: &'static [&'static str],
    packages: &'static [&'static str],
}

const JUDGES: &[Judge] = &[
    Judge { program: "ffmpeg", proof: &["-version"], packages: &["ffmpeg"] },
    Judge { program: "ffprobe", proof: &["-version"], packages: &["ffmpeg"] },
    Judge { program: "strace", proof: &["--version"], packages: &["strace"] },
    Judge { program: "curl", proof: &["--version"], packages: &["curl"] },
    Judge { program: "openssl", proof: &["version"], packages: &["openssl"] },
    Judge { program: "ip", proof: &["-V"], packages: &["iproute2"] },
    Judge { program: "unshare", proof: &["--version"], packages: &["util-linux"] },
    Judge { program: "tshark", proof: &["--version"], packages: &["tshark"] },
    Judge {
        program: "gst-launch-1.0",
        proof: &["--version"],
        packages: &["gstreamer1.0-tools", "gstreamer1.0-plugins-base"],
    },
    Judge {
        program: "gst-inspect-1.0",
        proof: &["rtpst2022-1-fecdec"],
        packages: &["gstreamer1.0-plugins-good", "gstreamer1.0-plugins-bad"],
    },
    Judge {
        program: "python3",
        proof: &["-c", "import venv, ensurepip"],
        packages: &["python3", "python3-venv"],
    },
    // The fuzzing engine is C++ and is compiled with each fuzz target.
    Judge { program: "c++", proof: &["--version"], packages: &["g++"] },
];

const RIVALS: &[Judge] = &[
    Judge { program: "ffmpeg", proof: &["-version"], packages: &["ffmpeg"] },
    Judge { program: "multicat", proof: &[], packages: &["multicat"] },
    Judge { program: "ingests", proof: &[], packages: &["multicat"] },
];

/// Judges from PyPI, and what they are imported as. They live in a folder of their own, so that the
/// machine's Python stays as it is.
const PYTHON_JUDGES: &[(&str, &str)] =
    &[("reedsolo==1.7.0", "reedsolo"), ("jsonschema==4.26.0", "jsonschema")];

const TRIES: u32 = 3;

/// Installs what tests need.
pub fn install() -> Outcome {
    install_all(JUDGES)?;
    install_python_judges()
}

/// Installs what benchmarks compare with.
pub fn install_rivals() -> Outcome {
    install_all(RIVALS)
}

/// Installs Python's judges with pip where they are missing.
fn install_python_judges() -> Outcome {
    let folder = root().join("target/judges");
    let python = folder.join("bin/python3");
    let imports: Vec<&str> = PYTHON_JUDGES.iter().map(|(_, module)| *module).collect();
    let proof = format!("import {}", imports.join(", "));
    let works = || {
        let output = Command::new(&python).args(["-c", &proof]).output();
        output.is_ok_and(|output| output.status.success())
    };
    if works() {
        return Ok(());
    }
    run(program("python3").args(["-m", "venv"]).arg(&folder))?;
    let packages = PYTHON_JUDGES.iter().map(|(package, _)| *package);
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let mut outcome = Ok(());
    for _ in 0..TRIES {
        outcome = run(Command::new(&python).args(quiet).args(packages.clone()));
        if outcome.is_ok() {
            break;
        }
    }
    outcome?;
    if works() { Ok(()) } else { Err(format!("installed, but not working: {}", imports.join(" "))) }
}

/// Installs what is missing with apt-get, as root or through sudo, without a question.
fn install_all(judges: &'static [Judge]) -> Outcome {
    let missing = missing(judges);
    if missing.is_empty() {
        let names: Vec<&str> = judges.iter().map(|judge| judge.program).collect();
        println!("installed: {}", names.join(" "));
        return Ok(());
    }
    let mut wanted: Vec<&str> = missing.iter().flat_map(|judge| judge.packages).copied().collect();
    wanted.dedup();
    if !is_on_path("apt-get") {
        return Err(format!("install these packages, or their like: {}", wanted.join(" ")));
    }
    let mut outcome = Ok(());
    for _ in 0..TRIES {
        outcome = run(&mut apt_get(&["update"])).and_then(|()| {
            let mut words = vec!["install", "--yes", "--no-install-recommends"];
            words.extend(&wanted);
            run(&mut apt_get(&words))
        });
        if outcome.is_ok() {
            break;
        }
    }
    outcome.map_err(|error| {
        format!("these packages cannot be installed: {}\n{error}", wanted.join(" "))
    })?;
    match self::missing(judges).as_slice() {
        [] => Ok(()),
        still => {
            let names: Vec<&str> = still.iter().map(|judge| judge.program).collect();
            Err(format!("installed, but not working: {}", names.join(" ")))
        }
    }
}

fn missing(judges: &'static [Judge]) -> Vec<&'static Judge> {
    judges.iter().filter(|judge| !works(judge)).collect()
}

fn works(judge: &Judge) -> bool {
    if judge.proof.is_empty() {
        return is_on_path(judge.program);
    }
    let output = program(judge.program).args(judge.proof).output();
    output.is_ok_and(|output| output.status.success())
}

fn apt_get(words: &[&str]) -> Command {
    let by_sudo = !is_root() && is_on_path("sudo");
    let mut command = program(if by_sudo { "sudo" } else { "env" });
    if by_sudo {
        command.args(["--non-interactive", "env"]);
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]).args(words);
    command
}

fn is_root() -> bool {
    program("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}
