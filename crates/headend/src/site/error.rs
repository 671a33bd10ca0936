//! What can keep a site from receiving or storing, and what its keeper can do about it.

use rtp::pcap::PcapError;
use rustix::io::Errno;
use std::io;
use std::path::{Path, PathBuf};

/// Why something could not be stored or read back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The system refused.
    #[error("cannot {action} {}: {errno}{}", .path.display(), advice(*.errno))]
    System {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system answered.
        errno: Errno,
    },
    /// There is a symbolic link where a folder or file of the site belongs.
    #[error(
        "{} is a symbolic link, and nothing is written through links: put a folder in its place",
        .path.display()
    )]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// There is a file where a folder belongs, or the other way round.
    #[error("{} is in the way of a received file or folder: move it away", .path.display())]
    InTheWay {
        /// What stands there.
        path: PathBuf,
    },
    /// A bundle is called like the site's own folder.
    #[error("bundle {id:?} has the name of the site's own work folder and is not stored")]
    Reserved {
        /// The id of the bundle.
        id: String,
    },
    /// Another process receives into the folder.
    #[error(
        "{} is in use by another headend-site{}: stop that one or choose another folder",
        .path.display(), process(*.pid)
    )]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The process, where its lock file tells.
        pid: Option<u32>,
    },
}

impl StorageError {
    pub(crate) fn system(action: &'static str, path: &Path, errno: Errno) -> StorageError {
        StorageError::System { action, path: path.to_owned(), errno }
    }

    pub(crate) fn io(action: &'static str, path: &Path, error: &io::Error) -> StorageError {
        StorageError::system(action, path, Errno::from_io_error(error).unwrap_or(Errno::IO))
    }

    /// Whether only this one file or bundle is concerned, so that all others go on.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            StorageError::System { errno, .. } => {
                matches!(*errno, Errno::NAMETOOLONG | Errno::INVAL | Errno::ILSEQ)
            }
            StorageError::InUse { .. } => false,
            StorageError::Link { .. }
            | StorageError::InTheWay { .. }
            | StorageError::Reserved { .. } => true,
        }
    }
}

/// What to do about an answer of the system.
fn advice(errno: Errno) -> &'static str {
    match errno {
        Errno::NOSPC | Errno::DQUOT => {
            "; free some space there or choose another folder with --into, then start again: \
             finished files are intact and will not be received again"
        }
        Errno::ACCESS | Errno::PERM => "; give this user the right to write there",
        Errno::ROFS => "; mount that file system writable or choose another folder with --into",
        Errno::NOTDIR | Errno::EXIST => {
            "; a part of this path is a file: choose another folder with --into"
        }
        Errno::IO => "; check the disk and its cable: finished files are as the disk kept them",
        _ => "",
    }
}

fn process(pid: Option<u32>) -> String {
    pid.map(|pid| format!(", process {pid}")).unwrap_or_default()
}

/// Why there is nothing to receive from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// A recording cannot be opened or read.
    #[error("cannot read {}: {errno}", .path.display())]
    Read {
        /// The recording.
        path: PathBuf,
        /// What the system answered.
        errno: Errno,
    },
    /// A file is no recording.
    #[error("{} is neither a transport stream of 188-byte packets nor a pcap capture", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// A capture cannot be read.
    #[error("{}: {reason}", .path.display())]
    Capture {
        /// The capture.
        path: PathBuf,
        /// Why.
        reason: PcapError,
    },
    /// There is no such interface.
    #[error("there is no interface {name:?}: `ip link` lists them")]
    Interface {
        /// The name as given.
        name: String,
    },
    /// A socket cannot be set up.
    #[error("cannot {action} {address}: {errno}; `ip address` tells the addresses of this machine")]
    Socket {
        /// What was being done.
        action: &'static str,
        /// Where.
        address: std::net::SocketAddr,
        /// What the system answered.
        errno: Errno,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_with_the_path_and_what_to_do() {
        let path = Path::new("/srv/lessons/.headend/spool-7");
        let told = StorageError::system("write", path, Errno::NOSPC).to_string();
        assert!(told.starts_with("cannot write /srv/lessons/.headend/spool-7: No space left"));
        assert!(told.contains("free some space") && told.contains("finished files are intact"));
    }
}
