//! Text fields (EN 300 468 annex A).
//!
//! A field begins with the selector of its character table, unless its first byte is a character
//! of the default table (0x20 and above):
//!
//! ```text
//! 0x01..0x0b ISO 8859-5..15 | 0x10 hi lo ISO 8859-lo | 0x11 UCS-2 | 0x12 KS X 1001
//! 0x13 GB-2312-1980 | 0x14 Big5 | 0x15 UTF-8 | 0x20.. default table (ISO 6937)
//! ```

use core::fmt;
use encoding_rs::{Encoding, GBK};

/// The longest text field: its length is eight bits wide.
pub const TEXT_MAX: usize = 255;

const SELECT_8859: u8 = 0x10;
const SELECT_UCS2: u8 = 0x11;
const SELECT_KS_X_1001: u8 = 0x12;
const SELECT_GB2312: u8 = 0x13;
const SELECT_BIG5: u8 = 0x14;
const SELECT_UTF8: u8 = 0x15;

/// The line break among the control codes of the multi-byte tables; 0x8a in single-byte ones.
const LINE_BREAK: char = '\u{e08a}';
/// Stands for a character that a table does not have.
const SUBSTITUTE: u8 = b'?';

/// The character set in which a network sends its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CharacterSet {
    /// UTF-8 of the basic multilingual plane, selector 0x15.
    Utf8,
    /// 16-bit big-endian code points of the basic multilingual plane, selector 0x11.
    Ucs2,
    /// GB-2312-1980 in two high bytes, ASCII in one, selector 0x13.
    Gb2312,
    /// The same without a selector, as some old receivers want it.
    Gb2312Raw,
}

/// A text field as it stands on the wire, selector included; at most [`TEXT_MAX`] bytes.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Vec<u8>);

/// What came of encoding a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded<'a> {
    /// The field.
    pub text: Text,
    /// How many characters the set does not have; each became a question mark.
    pub replaced: usize,
    /// What did not fit.
    pub rest: &'a str,
}

impl Encoded<'_> {
    /// Whether a reader gets less than was written.
    pub fn lossy(&self) -> bool {
        self.replaced > 0 || !self.rest.is_empty()
    }
}

impl Text {
    /// Encodes as much of `text` as fits into `max_bytes` (at most [`TEXT_MAX`]), selector
    /// included, and never a part of a character.
    ///
    /// A text of printable ASCII alone goes without selector in every set: the default table has
    /// it. A newline becomes the line break of the set, or a space where there is none.
    pub fn encode(text: &str, set: CharacterSet, max_bytes: usize) -> Encoded<'_> {
        let coding = Coding::of(text, set);
        let selector = coding.selector(set);
        let room = max_bytes.min(TEXT_MAX).saturating_sub(selector.len());
        let mut characters = Vec::with_capacity(room.min(text.len() * 2));
        let mut replaced = 0;
        let mut rest = "";
        for (at, character) in text.char_indices() {
            let mark = characters.len();
            let known = coding.write(character, &mut characters);
            if characters.len() > room {
                characters.truncate(mark);
                rest = &text[at..];
                break;
            }
            replaced += usize::from(!known);
        }
        if characters.is_empty() {
            return Encoded { text: Text::default(), replaced, rest };
        }
        let bytes = [selector, &characters].concat();
        Encoded { text: Text(bytes), replaced, rest }
    }

    /// The field with these bytes; `None` when there are more than [`TEXT_MAX`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Text> {
        (bytes.len() <= TEXT_MAX).then(|| Text(bytes.to_vec()))
    }

    /// The bytes on the wire.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text of the field; see [`decode`].
    pub fn decode(&self) -> String {
        decode(&self.0)
    }

    /// Appends the field behind its 8-bit length.
    pub(crate) fn write_counted(&self, out: &mut Vec<u8>) {
        // The constructors bound the length.
        out.push(self.0.len() as u8);
        out.extend_from_slice(&self.0);
    }

    /// The field of bytes that were read behind an 8-bit length.
    pub(crate) fn from_counted(bytes: &[u8]) -> Text {
        debug_assert!(bytes.len() <= TEXT_MAX);
        Text(bytes.to_vec())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?}, {} bytes)", self.decode(), self.0.len())
    }
}

/// Reads a text field. Bytes that its table does not know become U+FFFD, line breaks become
/// newlines, and other control codes are left out. Of the default table the ASCII part is read.
pub fn decode(field: &[u8]) -> String {
    let Some((&selector, rest)) = field.split_first() else {
        return String::new();
    };
    match selector {
        0x20.. => decode_single_byte(field, |byte| byte.is_ascii().then_some(char::from(byte))),
        0x01..=0x0b => decode_8859(selector + 4, rest),
        SELECT_8859 => match rest {
            [0, part, characters @ ..] => decode_8859(*part, characters),
            _ => unreadable(),
        },
        SELECT_UCS2 => decode_ucs2(rest),
        SELECT_KS_X_1001 => without_controls(&decode_with(encoding_rs::EUC_KR, rest)),
        SELECT_GB2312 => decode_gb2312(rest),
        SELECT_BIG5 => without_controls(&decode_with(encoding_rs::BIG5, rest)),
        SELECT_UTF8 => without_controls(&String::from_utf8_lossy(rest)),
        _ => unreadable(),
    }
}

/// Reads a field that holds GB-2312-1980 without a selector ([`CharacterSet::Gb2312Raw`]).
pub fn decode_gb2312(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    while let Some((&lead, after_lead)) = rest.split_first() {
        rest = after_lead;
        if lead.is_ascii() {
            text.push(char::from(lead));
            continue;
        }
        let Some((&trail, after_trail)) = rest.split_first() else {
            text.push(char::REPLACEMENT_CHARACTER);
            break;
        };
        rest = after_trail;
        match (lead, trail) {
            (0xe0, 0x8a) => text.push('\n'),
            (0xe0, 0x80..=0x9f) => {}
            _ if in_gb2312(lead, trail) => text.push_str(&decode_with(GBK, &[lead, trail])),
            _ => text.push(char::REPLACEMENT_CHARACTER),
        }
    }
    text
}

/// How the characters of one field are written.
#[derive(Clone, Copy)]
enum Coding {
    Ascii,
    Utf8,
    Ucs2,
    Gb2312,
}

impl Coding {
    fn of(text: &str, set: CharacterSet) -> Coding {
        match set {
            CharacterSet::Gb2312Raw => Coding::Gb2312,
            _ if text.chars().all(|c| matches!(c, ' '..='~' | '\n')) => Coding::Ascii,
            CharacterSet::Utf8 => Coding::Utf8,
            CharacterSet::Ucs2 => Coding::Ucs2,
            CharacterSet::Gb2312 => Coding::Gb2312,
        }
    }

    fn selector(self, set: CharacterSet) -> &'static [u8] {
        match self {
            Coding::Ascii => &[],
            Coding::Utf8 => &[SELECT_UTF8],
            Coding::Ucs2 => &[SELECT_UCS2],
            Coding::Gb2312 if set == CharacterSet::Gb2312Raw => &[],
            Coding::Gb2312 => &[SELECT_GB2312],
        }
    }

    /// Appends one character; false when a substitute had to be written.
    fn write(self, character: char, out: &mut Vec<u8>) -> bool {
        let (character, known) = match character {
            '\n' => (LINE_BREAK, true),
            '\t' => (' ', true),
            // The control codes of text fields lie in the private use area; there are no others.
            c if c.is_control() || ('\u{e080}'..='\u{e09f}').contains(&c) => ('?', false),
            c => (c, true),
        };
        let written = match self {
            Coding::Ascii => {
                out.push(if character == LINE_BREAK { 0x8a } else { character as u8 });
                true
            }
            Coding::Utf8 => match character {
                '\u{10000}'.. => false,
                _ => {
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    true
                }
            },
            Coding::Ucs2 => return write_ucs2(character, out) && known,
            Coding::Gb2312 => write_gb2312(character, out),
        };
        if !written {
            out.push(SUBSTITUTE);
        }
        written && known
    }
}

fn write_ucs2(character: char, out: &mut Vec<u8>) -> bool {
    let (unit, known) = match u16::try_from(u32::from(character)) {
        Ok(unit) => (unit, true),
        Err(_) => (u16::from(SUBSTITUTE), false),
    };
    out.extend_from_slice(&unit.to_be_bytes());
    known
}

/// Appends a character of GB-2312-1980 or ASCII; false, and nothing is written, for all others.
fn write_gb2312(character: char, out: &mut Vec<u8>) -> bool {
    if character == LINE_BREAK {
        out.push(b' ');
        return true;
    }
    let mut utf8 = [0; 4];
    let (bytes, _, unmappable) = GBK.encode(character.encode_utf8(&mut utf8));
    let known = !unmappable
        && match *bytes {
            [single] => single.is_ascii(),
            [lead, trail] => in_gb2312(lead, trail),
            _ => false,
        };
    if known {
        out.extend_from_slice(&bytes);
    }
    known
}

/// Whether GB-2312-1980 has a character in this place. GBK, whose codes are a superset, fills the
/// gaps between the standard's rows and behind them.
fn in_gb2312(lead: u8, trail: u8) -> bool {
    match lead {
        0xa1 | 0xa3 => matches!(trail, 0xa1..=0xfe),
        0xa2 => matches!(trail, 0xb1..=0xe2 | 0xe5..=0xee | 0xf1..=0xfc),
        0xa4 => matches!(trail, 0xa1..=0xf3),
        0xa5 => matches!(trail, 0xa1..=0xf6),
        0xa6 => matches!(trail, 0xa1..=0xb8 | 0xc1..=0xd8),
        0xa7 => matches!(trail, 0xa1..=0xc1 | 0xd1..=0xf1),
        0xa8 => matches!(trail, 0xa1..=0xba | 0xc5..=0xe9),
        0xa9 => matches!(trail, 0xa4..=0xef),
        0xd7 => matches!(trail, 0xa1..=0xf9),
        0xb0..=0xf7 => matches!(trail, 0xa1..=0xfe),
        _ => false,
    }
}

fn decode_single_byte(bytes: &[u8], character: impl Fn(u8) -> Option<char>) -> String {
    let mut text = String::new();
    for &byte in bytes {
        match byte {
            0x8a => text.push('\n'),
            0x80..=0x9f => {}
            _ => text.push(character(byte).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }
    text
}

fn decode_8859(part: u8, bytes: &[u8]) -> String {
    // Parts 1, 9 and 11 are read by their supersets, which differ only below 0xa0.
    let table = match part {
        1 => encoding_rs::WINDOWS_1252,
        2 => encoding_rs::ISO_8859_2,
        3 => encoding_rs::ISO_8859_3,
        4 => encoding_rs::ISO_8859_4,
        5 => encoding_rs::ISO_8859_5,
        6 => encoding_rs::ISO_8859_6,
        7 => encoding_rs::ISO_8859_7,
        8 => encoding_rs::ISO_8859_8,
        9 => encoding_rs::WINDOWS_1254,
        10 => encoding_rs::ISO_8859_10,
        11 => encoding_rs::WINDOWS_874,
        13 => encoding_rs::ISO_8859_13,
        14 => encoding_rs::ISO_8859_14,
        15 => encoding_rs::ISO_8859_15,
        _ => return unreadable(),
    };
    decode_single_byte(bytes, |byte| decode_with(table, &[byte]).chars().next())
}

fn decode_ucs2(bytes: &[u8]) -> String {
    let pairs = bytes.chunks_exact(2);
    let half_a_character = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let mut text: String =
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    if half_a_character {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    without_controls(&text)
}

fn decode_with(table: &'static Encoding, bytes: &[u8]) -> String {
    table.decode_without_bom_handling(bytes).0.into_owned()
}

fn without_controls(text: &str) -> String {
    let shown = text.chars().filter(|c| *c == LINE_BREAK || !('\u{e080}'..='\u{e09f}').contains(c));
    shown.map(|c| if c == LINE_BREAK { '\n' } else { c }).collect()
}

/// What a field in a table that is not known is read as.
fn unreadable() -> String {
    char::REPLACEMENT_CHARACTER.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gb2312_has_its_7445_characters_and_each_survives() {
        let mut count = 0;
        for lead in 0xa1..=0xfe {
            for trail in 0xa1..=0xfe {
                if in_gb2312(lead, trail) {
                    let text = decode(&[SELECT_GB2312, lead, trail]);
                    let field = Text::encode(&text, CharacterSet::Gb2312, TEXT_MAX);
                    assert!(!field.lossy(), "{lead:02x} {trail:02x} is {text}");
                    assert_eq!(field.text.as_bytes(), [SELECT_GB2312, lead, trail]);
                    count += 1;
                }
            }
        }
        assert_eq!(count, 7445);
    }
}
