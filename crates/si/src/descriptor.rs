//! Descriptors: what they have in common, and the loops that hold them.
//!
//! ```text
//! descriptor_tag 8 | descriptor_length 8 | body
//! ```
//!
//! The modules hold the descriptors by subject; each names its clause and shows its body.

mod access;
mod audio;
mod broadcast;
mod carousel;
mod component;
mod delivery;
mod event;
mod extended_event;
mod ip_stream;
mod ip_target;
mod network;
mod private;
mod rate;
mod service;
mod time_offset;
mod video;

pub use access::Ca;
pub use audio::{Aac, Ac3, EnhancedAc3};
pub use broadcast::{
    CarouselLayers, DataBroadcast, DataBroadcastId, DataCarouselInfo, ObjectCarouselInfo,
};
pub use carousel::{AssociationTag, CarouselIdentifier};
pub use component::{Component, Iso639Language, StreamIdentifier};
pub use delivery::{
    FecInner, ModulationSystem, ModulationType, Polarization, RollOffCode,
    S2SatelliteDeliverySystem, SatelliteDeliverySystem,
};
pub use event::{Content, ContentItem, ParentalRating, ShortEvent};
pub use extended_event::{ExtendedEvent, ExtendedEventChain};
pub use ip_stream::{
    IpMacLinkage, IpMacNotificationInfo, MultiprotocolInfo, NotifiedPlatform,
    TimeSliceFecIdentifier,
};
pub use ip_target::{
    IpPlatformName, IpPlatformProviderName, IpStreamLocation, TargetIpAddress, TargetIpSlash,
    TargetIpSourceSlash, TargetIpv6Slash, TargetMacAddress, TargetMacRange,
};
pub use network::{BouquetName, Linkage, NetworkName, ServiceList};
pub use private::{PrivateDataSpecifier, Registration};
pub use rate::{MaximumBitrate, SmoothingBuffer};
pub use service::Service;
pub use time_offset::{LocalTimeOffset, TimeOffset};
pub use video::{AvcVideo, HevcVideo, TemporalSubset};

use crate::reader::Truncated;

/// The longest body of a descriptor.
pub const BODY_MAX: usize = 255;

/// A descriptor that can be built and read.
pub trait Descriptor: Sized {
    /// descriptor_tag.
    const TAG: u8;

    /// Appends the body.
    ///
    /// # Errors
    /// [`FieldError::Range`] when a value does not fit its field. A body that becomes too long is
    /// found by the loop it is pushed to.
    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError>;

    /// Reads the body. Bytes behind the known fields are left for later editions of the standard.
    ///
    /// # Errors
    /// [`FieldError`] naming the place or the field that is wrong.
    fn read_body(body: &[u8]) -> Result<Self, FieldError>;
}

/// What is wrong inside the body of a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The body ends inside a field.
    #[error("ends inside the field at byte {at}")]
    Truncated {
        /// Where the field begins.
        at: usize,
    },
    /// A value does not fit its field, or a field holds what it may not.
    #[error("has a {field} out of range")]
    Range {
        /// The field, by the name the standard gives it.
        field: &'static str,
    },
}

impl From<Truncated> for FieldError {
    fn from(Truncated(at): Truncated) -> FieldError {
        FieldError::Truncated { at }
    }
}

/// What is wrong with a descriptor or a loop of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    /// A field of a descriptor is wrong.
    #[error("descriptor {tag:#04x} {error}")]
    Field {
        /// The descriptor.
        tag: u8,
        /// What is wrong with it.
        error: FieldError,
    },
    /// The body exceeds [`BODY_MAX`].
    #[error("descriptor {tag:#04x} would have a body of {size} bytes, the limit is 255")]
    TooLong {
        /// The descriptor.
        tag: u8,
        /// Bytes of its body.
        size: usize,
    },
    /// The loop ends inside a descriptor.
    #[error("descriptor loop ends inside the descriptor at byte {at}")]
    LoopTruncated {
        /// Where the descriptor begins.
        at: usize,
    },
}

/// A loop of whole descriptors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescriptorLoop(Vec<u8>);

impl DescriptorLoop {
    /// A loop without descriptors.
    pub const fn new() -> DescriptorLoop {
        DescriptorLoop(Vec::new())
    }

    /// The loop that these bytes are.
    ///
    /// # Errors
    /// [`DescriptorError::LoopTruncated`] when the last descriptor is not whole.
    pub fn parse(bytes: &[u8]) -> Result<DescriptorLoop, DescriptorError> {
        let whole: usize = ts::psi::descriptors(bytes).map(|(_, body)| body.len() + 2).sum();
        if whole == bytes.len() {
            Ok(DescriptorLoop(bytes.to_vec()))
        } else {
            Err(DescriptorError::LoopTruncated { at: whole })
        }
    }

    /// Appends a descriptor. After an error the loop is what it was.
    ///
    /// # Errors
    /// [`DescriptorError`] naming the tag, when a value or the body does not fit.
    pub fn push<D: Descriptor>(&mut self, descriptor: &D) -> Result<(), DescriptorError> {
        let mut body = Vec::new();
        descriptor
            .write_body(&mut body)
            .map_err(|error| DescriptorError::Field { tag: D::TAG, error })?;
        self.push_raw(D::TAG, &body)
    }

    /// Appends a descriptor that this crate has no type for.
    ///
    /// # Errors
    /// [`DescriptorError::TooLong`] when the body exceeds [`BODY_MAX`].
    pub fn push_raw(&mut self, tag: u8, body: &[u8]) -> Result<(), DescriptorError> {
        let size = body.len();
        let length = u8::try_from(size).map_err(|_| DescriptorError::TooLong { tag, size })?;
        self.0.push(tag);
        self.0.push(length);
        self.0.extend_from_slice(body);
        Ok(())
    }

    /// Tag and body of each descriptor.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &[u8])> {
        ts::psi::descriptors(&self.0)
    }

    /// Each descriptor of one kind.
    pub fn all<D: Descriptor>(&self) -> impl Iterator<Item = Result<D, DescriptorError>> {
        self.iter().filter(|(tag, _)| *tag == D::TAG).map(|(tag, body)| {
            D::read_body(body).map_err(|error| DescriptorError::Field { tag, error })
        })
    }

    /// The first descriptor of one kind.
    pub fn first<D: Descriptor>(&self) -> Option<Result<D, DescriptorError>> {
        self.all().next()
    }

    /// The bytes of the loop.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes of the loop.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Bytes in the loop.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the loop has no descriptor.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// `value` when it fits `width` bits.
fn fit(value: u32, width: u32, field: &'static str) -> Result<u32, FieldError> {
    if value >> width == 0 { Ok(value) } else { Err(FieldError::Range { field }) }
}

/// Appends `bytes` behind their 8-bit length. A length that does not fit makes the whole body too
/// long, which the loop refuses.
fn write_counted(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(bytes.len() as u8);
    out.extend_from_slice(bytes);
}
