//! What an elementary stream is: its kind, its tag, its language.

use super::{Descriptor, FieldError, fit};
use crate::code::LanguageCode;
use crate::reader::Reader;
use crate::text::Text;

/// component_descriptor (EN 300 468 clause 6.2.8).
///
/// ```text
/// stream_content_ext 4 | stream_content 4 | component_type 8 | component_tag 8 |
/// ISO_639_language 24 | text
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// stream_content_ext, four bits: 15 with a stream_content of 0 to 8.
    pub stream_content_ext: u8,
    /// stream_content, four bits: 2 MPEG-2 audio, 4 AC-3, 5 H.264, 6 AAC, 9 HEVC ...
    pub stream_content: u8,
    /// component_type, within stream_content.
    pub component_type: u8,
    /// The tag by which the PMT names the stream.
    pub component_tag: u8,
    /// Language of the stream.
    pub language: LanguageCode,
    /// Description of the stream.
    pub text: Text,
}

impl Descriptor for Component {
    const TAG: u8 = 0x50;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let ext = fit(u32::from(self.stream_content_ext), 4, "stream_content_ext")?;
        let content = fit(u32::from(self.stream_content), 4, "stream_content")?;
        out.extend_from_slice(&[
            (ext << 4 | content) as u8,
            self.component_type,
            self.component_tag,
        ]);
        out.extend_from_slice(&self.language.to_bytes());
        out.extend_from_slice(self.text.as_bytes());
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<Component, FieldError> {
        let mut reader = Reader::new(body);
        let content = reader.u8()?;
        Ok(Component {
            stream_content_ext: content >> 4,
            stream_content: content & 0x0f,
            component_type: reader.u8()?,
            component_tag: reader.u8()?,
            language: LanguageCode::from_bytes(reader.array()?),
            text: Text::from_bytes(reader.rest()).ok_or(FieldError::Range { field: "text" })?,
        })
    }
}

/// stream_identifier_descriptor (EN 300 468 clause 6.2.39): `component_tag 8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamIdentifier {
    /// The tag by which other tables name the stream.
    pub component_tag: u8,
}

impl Descriptor for StreamIdentifier {
    const TAG: u8 = 0x52;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.push(self.component_tag);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<StreamIdentifier, FieldError> {
        Ok(StreamIdentifier { component_tag: Reader::new(body).u8()? })
    }
}

/// ISO_639_language_descriptor (ISO/IEC 13818-1 clause 2.6.18).
///
/// ```text
/// { ISO_639_language 24 | audio_type 8 } ...
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Iso639Language {
    /// Each language and its audio_type; see the constants.
    pub languages: Vec<(LanguageCode, u8)>,
}

impl Iso639Language {
    /// Nothing is said about the purpose.
    pub const UNDEFINED: u8 = 0;
    /// Sound without speech.
    pub const CLEAN_EFFECTS: u8 = 1;
    /// For the hearing impaired.
    pub const HEARING_IMPAIRED: u8 = 2;
    /// Commentary for the visually impaired.
    pub const VISUAL_IMPAIRED_COMMENTARY: u8 = 3;
}

impl Descriptor for Iso639Language {
    const TAG: u8 = 0x0a;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        for (language, audio_type) in &self.languages {
            out.extend_from_slice(&language.to_bytes());
            out.push(*audio_type);
        }
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<Iso639Language, FieldError> {
        let mut reader = Reader::new(body);
        let mut languages = Vec::new();
        while !reader.is_empty() {
            languages.push((LanguageCode::from_bytes(reader.array()?), reader.u8()?));
        }
        Ok(Iso639Language { languages })
    }
}
