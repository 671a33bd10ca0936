//! Descriptors of an event: its name, its subject, the age it is for.

use super::{Descriptor, FieldError, fit};
use crate::code::{CountryCode, LanguageCode};
use crate::reader::Reader;
use crate::text::{CharacterSet, Text};

/// short_event_descriptor (EN 300 468 clause 6.2.37).
///
/// ```text
/// ISO_639_language 24 | name_length 8 | name | text_length 8 | text
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortEvent {
    /// Language of name and text.
    pub language: LanguageCode,
    /// The name.
    pub name: Text,
    /// A short description.
    pub text: Text,
}

impl ShortEvent {
    /// Bytes that name and text may have together.
    pub const TEXTS_MAX: usize = 250;

    /// The descriptor of a name and a text, the text cut where the descriptor is full; and whether
    /// anything was lost, because it did not fit or because the set does not have it.
    pub fn encode(
        language: LanguageCode,
        name: &str,
        text: &str,
        set: CharacterSet,
    ) -> (ShortEvent, bool) {
        let name = Text::encode(name, set, ShortEvent::TEXTS_MAX);
        let room = ShortEvent::TEXTS_MAX - name.text.as_bytes().len();
        let text = Text::encode(text, set, room);
        let lossy = name.lossy() || text.lossy();
        (ShortEvent { language, name: name.text, text: text.text }, lossy)
    }
}

impl Descriptor for ShortEvent {
    const TAG: u8 = 0x4d;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend_from_slice(&self.language.to_bytes());
        self.name.write_counted(out);
        self.text.write_counted(out);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<ShortEvent, FieldError> {
        let mut reader = Reader::new(body);
        Ok(ShortEvent {
            language: LanguageCode::from_bytes(reader.array()?),
            name: Text::from_counted(reader.counted()?),
            text: Text::from_counted(reader.counted()?),
        })
    }
}

/// content_descriptor (EN 300 468 clause 6.2.9).
///
/// ```text
/// { content_nibble_level_1 4 | content_nibble_level_2 4 | user_byte 8 } ...
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The subjects.
    pub items: Vec<ContentItem>,
}

/// One subject of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentItem {
    /// Both nibbles: genre in the high one, its subdivision in the low one.
    pub genre: u8,
    /// Free for the broadcaster.
    pub user: u8,
}

impl ContentItem {
    /// Pre-school children's programmes.
    pub const PRE_SCHOOL: u8 = 0x51;
    /// School programmes for children.
    pub const SCHOOL: u8 = 0x54;
    /// Education, science, factual topics in general.
    pub const EDUCATION: u8 = 0x90;
    /// Nature, animals, environment.
    pub const NATURE: u8 = 0x91;
    /// Technology, natural sciences.
    pub const TECHNOLOGY: u8 = 0x92;
    /// Medicine, physiology, psychology.
    pub const MEDICINE: u8 = 0x93;
    /// Foreign countries, expeditions.
    pub const FOREIGN_COUNTRIES: u8 = 0x94;
    /// Social and spiritual sciences.
    pub const SOCIAL_SCIENCES: u8 = 0x95;
    /// Further education.
    pub const FURTHER_EDUCATION: u8 = 0x96;
    /// Languages.
    pub const LANGUAGES: u8 = 0x97;
    /// A live broadcast.
    pub const LIVE: u8 = 0xb3;
}

impl Descriptor for Content {
    const TAG: u8 = 0x54;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        out.extend(self.items.iter().flat_map(|item| [item.genre, item.user]));
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<Content, FieldError> {
        let mut reader = Reader::new(body);
        let mut items = Vec::new();
        while !reader.is_empty() {
            items.push(ContentItem { genre: reader.u8()?, user: reader.u8()? });
        }
        Ok(Content { items })
    }
}

/// parental_rating_descriptor (EN 300 468 clause 6.2.28).
///
/// ```text
/// { country_code 24 | rating 8 } ...
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParentalRating {
    /// The rating in each country: 0 is undefined, 1 to 15 a minimum age less three years.
    pub ratings: Vec<(CountryCode, u8)>,
}

impl ParentalRating {
    /// The rating that asks for a minimum age of 4 to 18 years.
    ///
    /// # Errors
    /// [`FieldError::Range`] for other ages.
    pub fn of_minimum_age(years: u8) -> Result<u8, FieldError> {
        let field = "rating";
        match years.checked_sub(3) {
            Some(0) | None => Err(FieldError::Range { field }),
            Some(rating) => Ok(fit(u32::from(rating), 4, field)? as u8),
        }
    }
}

impl Descriptor for ParentalRating {
    const TAG: u8 = 0x55;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        for (country, rating) in &self.ratings {
            out.extend_from_slice(&country.to_bytes());
            out.push(*rating);
        }
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<ParentalRating, FieldError> {
        let mut reader = Reader::new(body);
        let mut ratings = Vec::new();
        while !reader.is_empty() {
            ratings.push((CountryCode::from_bytes(reader.array()?), reader.u8()?));
        }
        Ok(ParentalRating { ratings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_event_gives_the_name_the_first_claim_to_its_room() {
        let long = "数".repeat(100);
        let (event, lossy) =
            ShortEvent::encode(LanguageCode::CHINESE, "远程教育", &long, CharacterSet::Utf8);
        assert!(lossy);
        assert_eq!(event.name.decode(), "远程教育");
        assert_eq!(event.text.decode(), "数".repeat(78));
        let mut body = Vec::new();
        event.write_body(&mut body).unwrap();
        assert!(body.len() <= crate::descriptor::BODY_MAX);
    }

    #[test]
    fn minimum_ages_have_ratings_from_4_to_18() {
        assert_eq!(ParentalRating::of_minimum_age(4), Ok(1));
        assert_eq!(ParentalRating::of_minimum_age(18), Ok(15));
        assert!(ParentalRating::of_minimum_age(3).is_err());
        assert!(ParentalRating::of_minimum_age(19).is_err());
    }
}
