//! Names and texts: ids, asset ids, titles in several languages.

use core::fmt;
use std::sync::Arc;

/// The id of a service, course, slot, item, filler or bundle: `a-z`, `0-9` and single hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Arc<str>);

/// The name of an asset in the library, for example `party-101/07`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetId(Arc<str>);

/// A language by its three-letter code (ISO 639-2/T), as descriptors of EN 300 468 carry it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language([u8; 3]);

/// One text in one or more languages, ordered by language code; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts(Arc<[(Language, Arc<str>)]>);

impl Id {
    /// The id with this spelling; `None` when it is not a proper one.
    pub fn new(text: &str) -> Option<Id> {
        let proper = text.len() <= MAX_ID_BYTES
            && text.split('-').all(|part| {
                !part.is_empty()
                    && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            });
        proper.then(|| Id(text.into()))
    }

    /// The spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AssetId {
    /// The asset id with this spelling; `None` when it is not a proper one.
    ///
    /// Proper are parts of letters, digits, `.`, `_` and `-`, joined by `/`; no part starts with
    /// a full stop, so that an asset id never climbs out of the library.
    pub fn new(text: &str) -> Option<AssetId> {
        let proper = text.len() <= MAX_ASSET_ID_BYTES
            && text.split('/').all(|part| {
                !part.is_empty()
                    && !part.starts_with('.')
                    && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
            });
        proper.then(|| AssetId(text.into()))
    }

    /// The spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Language {
    /// Chinese.
    pub const ZHO: Language = Language(*b"zho");
    /// English.
    pub const ENG: Language = Language(*b"eng");

    /// The language of a two-letter code in common use here, or of any three-letter code.
    pub fn new(code: &str) -> Option<Language> {
        if let Some((_, long)) = SHORT_CODES.iter().find(|(short, _)| *short == code) {
            return Some(Language(**long));
        }
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_lowercase).then_some(Language(bytes))
    }

    /// The three letters.
    pub const fn code(self) -> [u8; 3] {
        self.0
    }

    /// The three letters as text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).expect("language codes are ASCII letters")
    }
}

impl Texts {
    /// The texts of several languages; `None` when there are none, the last one of a language
    /// given twice wins.
    pub fn new(texts: impl IntoIterator<Item = (Language, String)>) -> Option<Texts> {
        let ordered: std::collections::BTreeMap<_, _> = texts.into_iter().collect();
        let texts: Vec<_> = ordered.into_iter().map(|(l, t)| (l, Arc::from(t))).collect();
        if texts.is_empty() { None } else { Some(Texts(texts.into())) }
    }

    /// The text in this language.
    pub fn get(&self, language: Language) -> Option<&str> {
        self.0.iter().find(|(l, _)| *l == language).map(|(_, text)| &**text)
    }

    /// All languages with their texts, ordered by language code.
    pub fn iter(&self) -> impl Iterator<Item = (Language, &str)> {
        self.0.iter().map(|(language, text)| (*language, &**text))
    }

    /// One text to show where there is room for one: English, else Chinese, else the first.
    pub fn any(&self) -> &str {
        self.get(Language::ENG).or_else(|| self.get(Language::ZHO)).unwrap_or(&self.0[0].1)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.as_str())
    }
}

const MAX_ID_BYTES: usize = 64;
const MAX_ASSET_ID_BYTES: usize = 200;
/// Two-letter codes (ISO 639-1) that a timetable may use, with their three-letter codes.
const SHORT_CODES: [(&str, &[u8; 3]); 12] = [
    ("bo", b"bod"),
    ("de", b"deu"),
    ("en", b"eng"),
    ("es", b"spa"),
    ("fr", b"fra"),
    ("kk", b"kaz"),
    ("ko", b"kor"),
    ("mn", b"mon"),
    ("pt", b"por"),
    ("ru", b"rus"),
    ("ug", b"uig"),
    ("zh", b"zho"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kebab_case_is_an_id() {
        for good in ["a", "party-101", "0"] {
            assert!(Id::new(good).is_some(), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "a b", "课"] {
            assert!(Id::new(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn no_asset_id_climbs_out_of_the_library() {
        for good in ["party-101/07", "slate/clock.ts", "A_b.c"] {
            assert!(AssetId::new(good).is_some(), "{good}");
        }
        for bad in ["", "/a", "a/", "a//b", "../a", "a/..", ".hidden", "a\\b", "a b"] {
            assert!(AssetId::new(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn languages_have_three_letters_inside() {
        assert_eq!(Language::new("zh"), Some(Language::ZHO));
        assert_eq!(Language::new("uig").map(Language::code), Some(*b"uig"));
        assert_eq!(Language::new("xx"), None);
        assert_eq!(Language::new("ENG"), None);
    }
}
