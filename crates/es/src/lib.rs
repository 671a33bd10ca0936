//! Elementary streams: where access units and audio frames begin, and what their headers say.
//!
//! A splitter takes the payload of PES packets in any pieces and gives whole access units or audio
//! frames, each with its offset in the elementary stream, so that the caller can find the PES
//! packet whose time stamps belong to it. Splitting the same bytes in other pieces gives the same
//! units. No input makes a splitter panic or grow without bound.
//!
//! ```
//! use es::{Codec, VideoSplitter};
//! let mut splitter = VideoSplitter::new(Codec::H264).expect("H.264 is video");
//! let mut units = Vec::new();
//! splitter.push(&[0, 0, 0, 1, 0x09, 0xf0], &mut units);
//! splitter.finish(&mut units);
//! assert!(units.is_empty(), "a delimiter alone is no picture");
//! ```

#![forbid(unsafe_code)]

pub mod audio;
mod bits;
mod codec;
mod duration;
mod error;
pub mod subtitle;
pub mod video;

pub use audio::{AudioBuffer, AudioFacts, AudioFormat, AudioFrame, AudioSplitter};
pub use codec::Codec;
pub use duration::FrameDuration;
pub use error::HeaderError;
pub use subtitle::{SubtitleFacts, SubtitlePage};
pub use video::{
    AccessUnit, Entry, Leading, Picture, PictureKind, PictureStructure, VideoBuffer, VideoFacts,
    VideoProfile, VideoSplitter, access_unit_delimiter,
};
