//! Small codes that several tables and descriptors share. Unknown values stay what they are.

use core::fmt;

/// An ISO 639-2 language code of three lower-case letters, "chi" or "eng".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageCode([u8; 3]);

impl LanguageCode {
    /// Chinese, in the bibliographic form.
    pub const CHINESE: LanguageCode = LanguageCode(*b"chi");
    /// English.
    pub const ENGLISH: LanguageCode = LanguageCode(*b"eng");
    /// Undetermined.
    pub const UNDETERMINED: LanguageCode = LanguageCode(*b"und");

    /// The code of three lower-case ASCII letters; `None` for anything else.
    pub fn new(code: &str) -> Option<LanguageCode> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_lowercase).then_some(LanguageCode(bytes))
    }

    /// The code as it stands on the wire, whatever it is.
    pub const fn from_bytes(bytes: [u8; 3]) -> LanguageCode {
        LanguageCode(bytes)
    }

    /// The three bytes on the wire.
    pub const fn to_bytes(self) -> [u8; 3] {
        self.0
    }
}

impl fmt::Display for LanguageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl fmt::Debug for LanguageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LanguageCode({self})")
    }
}

/// An ISO 3166 country code of three upper-case letters, "CHN".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 3]);

impl CountryCode {
    /// China.
    pub const CHINA: CountryCode = CountryCode(*b"CHN");

    /// The code of three upper-case ASCII letters; `None` for anything else.
    pub fn new(code: &str) -> Option<CountryCode> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(CountryCode(bytes))
    }

    /// The code as it stands on the wire, whatever it is.
    pub const fn from_bytes(bytes: [u8; 3]) -> CountryCode {
        CountryCode(bytes)
    }

    /// The three bytes on the wire.
    pub const fn to_bytes(self) -> [u8; 3] {
        self.0
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CountryCode({self})")
    }
}

/// service_type (EN 300 468 clause 6.2.33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceType(pub u8);

impl ServiceType {
    /// Television in MPEG-2, standard definition.
    pub const MPEG2_SD_TELEVISION: ServiceType = ServiceType(0x01);
    /// Radio in MPEG-1 layer 2.
    pub const RADIO: ServiceType = ServiceType(0x02);
    /// Radio in an advanced codec.
    pub const ADVANCED_RADIO: ServiceType = ServiceType(0x0a);
    /// Data broadcast.
    pub const DATA: ServiceType = ServiceType(0x0c);
    /// Television in MPEG-2, high definition.
    pub const MPEG2_HD_TELEVISION: ServiceType = ServiceType(0x11);
    /// Television in H.264, standard definition.
    pub const AVC_SD_TELEVISION: ServiceType = ServiceType(0x16);
    /// Television in H.264, high definition.
    pub const AVC_HD_TELEVISION: ServiceType = ServiceType(0x19);
    /// Television in HEVC.
    pub const HEVC_TELEVISION: ServiceType = ServiceType(0x1f);
    /// Television in HEVC, ultra high definition.
    pub const HEVC_UHD_TELEVISION: ServiceType = ServiceType(0x20);
}

/// running_status, three bits (EN 300 468 clause 5.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunningStatus(u8);

impl RunningStatus {
    /// Nothing is said.
    pub const UNDEFINED: RunningStatus = RunningStatus(0);
    /// Not running.
    pub const NOT_RUNNING: RunningStatus = RunningStatus(1);
    /// Starts in a few seconds.
    pub const STARTS_SOON: RunningStatus = RunningStatus(2);
    /// Pausing.
    pub const PAUSING: RunningStatus = RunningStatus(3);
    /// On air.
    pub const RUNNING: RunningStatus = RunningStatus(4);
    /// The service is off air.
    pub const OFF_AIR: RunningStatus = RunningStatus(5);

    /// The low three bits of `value`.
    pub const fn from_bits(value: u8) -> RunningStatus {
        RunningStatus(value & 0x07)
    }

    /// The value, below eight.
    pub const fn bits(self) -> u8 {
        self.0
    }
}
