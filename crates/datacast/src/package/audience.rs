//! Whom a package is for.
//!
//! An audience is a line of conditions, all of which a site must meet; a package is for a site that
//! meets one of its audiences. A package without audiences is for all.
//!
//! ```text
//! audience province=34 kind=village
//! audience site=340101-007
//! ```

use core::fmt;

/// Bytes of the longest value.
const VALUE_SIZE_MAX: usize = 64;

/// What a site knows of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteFacts {
    /// Its province.
    pub province: String,
    /// Its county.
    pub county: String,
    /// What kind of site it is: village, school, township ...
    pub kind: String,
    /// Its own number.
    pub site: String,
}

/// Conditions on a site; those that are absent are met by all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    province: Option<String>,
    county: Option<String>,
    kind: Option<String>,
    site: Option<String>,
}

/// Why a text is no audience.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AudienceError {
    /// No condition, or the same one twice.
    #[error("audience {text:?} has no condition, or one twice")]
    Conditions {
        /// As given.
        text: String,
    },
    /// A condition that is not known or whose value has spaces, is empty or too long.
    #[error("audience condition {condition:?} is none of province, county, kind, site = value")]
    Condition {
        /// As given.
        condition: String,
    },
}

impl Audience {
    /// Reads conditions, separated by single spaces.
    ///
    /// # Errors
    /// [`AudienceError`] naming the condition that is wrong.
    pub fn parse(text: &str) -> Result<Audience, AudienceError> {
        let mut audience = Audience::default();
        for condition in text.split(' ') {
            let wrong = || AudienceError::Condition { condition: condition.to_owned() };
            let (key, value) = condition.split_once('=').ok_or_else(wrong)?;
            let is_value = !value.is_empty()
                && value.len() <= VALUE_SIZE_MAX
                && !value.chars().any(|c| c.is_whitespace() || c.is_control());
            let field = match key {
                "province" => &mut audience.province,
                "county" => &mut audience.county,
                "kind" => &mut audience.kind,
                "site" => &mut audience.site,
                _ => return Err(wrong()),
            };
            if !is_value {
                return Err(wrong());
            }
            if field.replace(value.to_owned()).is_some() {
                return Err(AudienceError::Conditions { text: text.to_owned() });
            }
        }
        Ok(audience)
    }

    /// Whether a site meets all conditions.
    pub fn includes(&self, site: &SiteFacts) -> bool {
        let meets = |wanted: &Option<String>, fact: &String| {
            wanted.as_ref().is_none_or(|wanted| wanted == fact)
        };
        meets(&self.province, &site.province)
            && meets(&self.county, &site.county)
            && meets(&self.kind, &site.kind)
            && meets(&self.site, &site.site)
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions = [
            ("province", &self.province),
            ("county", &self.county),
            ("kind", &self.kind),
            ("site", &self.site),
        ];
        let mut separator = "";
        for (key, value) in conditions {
            if let Some(value) = value {
                write!(f, "{separator}{key}={value}")?;
                separator = " ";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_conditions_of_an_audience_must_be_met() {
        let site = |province: &str, kind: &str| SiteFacts {
            province: province.to_owned(),
            kind: kind.to_owned(),
            ..SiteFacts::default()
        };
        let audience = Audience::parse("kind=village province=34").unwrap();
        assert_eq!(audience.to_string(), "province=34 kind=village");
        assert!(audience.includes(&site("34", "village")));
        assert!(!audience.includes(&site("34", "school")));
        assert!(!audience.includes(&site("35", "village")));
    }

    #[test]
    fn what_is_no_condition_is_named() {
        let condition = |text: &str| AudienceError::Condition { condition: text.to_owned() };
        assert_eq!(Audience::parse(""), Err(condition("")));
        assert_eq!(Audience::parse("province=34  kind=x"), Err(condition("")));
        assert_eq!(Audience::parse("planet=1"), Err(condition("planet=1")));
        assert_eq!(Audience::parse("site="), Err(condition("site=")));
        let twice = AudienceError::Conditions { text: "site=1 site=2".to_owned() };
        assert_eq!(Audience::parse("site=1 site=2"), Err(twice));
    }
}
