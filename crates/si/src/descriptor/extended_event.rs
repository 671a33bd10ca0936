//! The long description of an event, in a chain of descriptors.

use super::{Descriptor, FieldError, fit, write_counted};
use crate::code::LanguageCode;
use crate::reader::Reader;
use crate::text::{CharacterSet, Text};

/// extended_event_descriptor (EN 300 468 clause 6.2.15).
///
/// ```text
/// descriptor_number 4 | last_descriptor_number 4 | ISO_639_language 24 | length_of_items 8 |
/// { description_length 8 | description | item_length 8 | item } ... | text_length 8 | text
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedEvent {
    /// Place in the chain, from 0.
    pub number: u8,
    /// Number of the last descriptor of the chain, at most 15.
    pub last_number: u8,
    /// Language of items and text.
    pub language: LanguageCode,
    /// Pairs of a description ("teacher") and what it is ("Li").
    pub items: Vec<(Text, Text)>,
    /// Part of the description.
    pub text: Text,
}

/// A long text as a chain of descriptors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedEventChain {
    /// The descriptors; none for an empty text.
    pub descriptors: Vec<ExtendedEvent>,
    /// Whether a reader gets less than was written.
    pub lossy: bool,
}

impl ExtendedEvent {
    /// Bytes of text in a descriptor without items.
    pub const TEXT_MAX: usize = 249;
    /// Descriptors in the longest chain.
    pub const CHAIN_MAX: usize = 16;

    /// Divides a text over as many descriptors as it needs, at most [`ExtendedEvent::CHAIN_MAX`],
    /// each a text field of its own that ends with a whole character.
    pub fn chain(language: LanguageCode, text: &str, set: CharacterSet) -> ExtendedEventChain {
        let mut texts = Vec::new();
        let mut lossy = false;
        let mut rest = text;
        while !rest.is_empty() && texts.len() < ExtendedEvent::CHAIN_MAX {
            let part = Text::encode(rest, set, ExtendedEvent::TEXT_MAX);
            lossy |= part.replaced > 0;
            rest = part.rest;
            texts.push(part.text);
        }
        let last_number = texts.len().saturating_sub(1) as u8;
        let descriptors = (0..).zip(texts).map(|(number, text)| ExtendedEvent {
            number,
            last_number,
            language,
            items: Vec::new(),
            text,
        });
        ExtendedEventChain { descriptors: descriptors.collect(), lossy: lossy || !rest.is_empty() }
    }
}

impl Descriptor for ExtendedEvent {
    const TAG: u8 = 0x4e;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let number = fit(u32::from(self.number), 4, "descriptor_number")?;
        let last = fit(u32::from(self.last_number), 4, "last_descriptor_number")?;
        let mut items = Vec::new();
        for (description, item) in &self.items {
            description.write_counted(&mut items);
            item.write_counted(&mut items);
        }
        out.push((number << 4 | last) as u8);
        out.extend_from_slice(&self.language.to_bytes());
        write_counted(&items, out);
        self.text.write_counted(out);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<ExtendedEvent, FieldError> {
        let mut reader = Reader::new(body);
        let numbers = reader.u8()?;
        let language = LanguageCode::from_bytes(reader.array()?);
        let mut item_reader = Reader::new(reader.counted()?);
        let mut items = Vec::new();
        while !item_reader.is_empty() {
            let description = Text::from_counted(item_reader.counted()?);
            items.push((description, Text::from_counted(item_reader.counted()?)));
        }
        Ok(ExtendedEvent {
            number: numbers >> 4,
            last_number: numbers & 0x0f,
            language,
            items,
            text: Text::from_counted(reader.counted()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_read_back_from_its_chain() {
        let text = "远程教育 distance teaching。".repeat(60);
        let chain = ExtendedEvent::chain(LanguageCode::CHINESE, &text, CharacterSet::Gb2312);
        assert!(!chain.lossy);
        let count = chain.descriptors.len();
        assert!(count > 1);
        let numbers: Vec<u8> = chain.descriptors.iter().map(|d| d.number).collect();
        assert_eq!(numbers, (0..count as u8).collect::<Vec<_>>());
        let read: String = chain.descriptors.iter().map(|d| d.text.decode()).collect();
        assert_eq!(read, text);
    }

    #[test]
    fn a_text_beyond_sixteen_descriptors_is_cut_and_said_to_be() {
        let text = "学".repeat(3000);
        let chain = ExtendedEvent::chain(LanguageCode::CHINESE, &text, CharacterSet::Ucs2);
        assert_eq!(chain.descriptors.len(), ExtendedEvent::CHAIN_MAX);
        assert!(chain.lossy);
    }
}
