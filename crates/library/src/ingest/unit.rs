//! An access unit on its way from the source into the asset.

use super::error::Place;
use ts::Span;

/// An access unit with its times on the axis of its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) place: Place,
    pub(super) bytes: Vec<u8>,
    pub(super) pts: Span,
    pub(super) dts: Span,
    pub(super) random_access: bool,
}

/// The greatest step from one time stamp of a stream to the next (ETSI TR 101 290 check 2.5 wants
/// one every 700 ms).
pub(super) const STEP_MAX: Span = Span::from_ms(700);
