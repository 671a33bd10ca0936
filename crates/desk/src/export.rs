//! A stretch of a timetable for other programs and for a wall: XMLTV, iCalendar, CSV, HTML.
//!
//! All forms tell the same airings, with the assets that they play, so that [`crate::import`]
//! makes the same airings of them again.

pub mod csv;
pub mod ics;
pub mod poster;
pub mod xmltv;

use timetable::{Id, Language, PlannedAiring, Service, ServiceKind, Texts, Timetable};
use ts::Ticks;

/// Which of the texts are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tongue {
    /// Chinese.
    Chinese,
    /// English.
    English,
    /// Both, Chinese first.
    #[default]
    Both,
}

/// What is written.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'t> {
    /// The timetable.
    pub timetable: &'t Timetable,
    /// The only service that is written; without it, all that show anything.
    pub service: Option<&'t Id>,
    /// The first instant.
    pub from: Ticks,
    /// The instant behind the last.
    pub until: Ticks,
    /// Which texts are shown, where there is room for one.
    pub tongue: Tongue,
}

impl<'t> Stretch<'t> {
    /// The services that are written, in the order of their numbers.
    fn services(&self) -> Vec<&'t Service> {
        let shows = |s: &&Service| match self.service {
            Some(id) => s.id == *id,
            None => s.kind != ServiceKind::Data,
        };
        let mut services: Vec<&Service> = self.timetable.services().iter().filter(shows).collect();
        services.sort_by_key(|service| service.number);
        services
    }

    /// The airings of a service that start in the window.
    fn airings(&self, service: &Service) -> Vec<PlannedAiring> {
        let mut airings = self.timetable.airings(&service.id, self.from, self.until);
        airings.retain(|airing| airing.start >= self.from);
        airings
    }
}

impl Tongue {
    /// A text as it is shown in one line.
    fn show(self, texts: &Texts) -> String {
        let (zh, en) = (texts.get(Language::ZHO), texts.get(Language::ENG));
        match (self, zh, en) {
            (Tongue::Chinese, Some(zh), _) => zh.to_owned(),
            (Tongue::English, _, Some(en)) => en.to_owned(),
            (Tongue::Both, Some(zh), Some(en)) if zh != en => format!("{zh} / {en}"),
            _ => texts.any().to_owned(),
        }
    }

    /// One of two words of the program itself.
    fn word(self, zh: &'static str, en: &'static str) -> String {
        match self {
            Tongue::Chinese => zh.to_owned(),
            Tongue::English => en.to_owned(),
            Tongue::Both => format!("{zh} {en}"),
        }
    }
}

/// What an airing is called: its title, or its asset when it has none.
fn title(airing: &PlannedAiring, tongue: Tongue) -> String {
    airing.title.as_ref().map_or_else(|| airing.asset.to_string(), |title| tongue.show(title))
}

/// The languages that any of the airings has a title in, Chinese and English first.
fn languages(airings: &[PlannedAiring]) -> Vec<Language> {
    let titles = airings.iter().filter_map(|airing| airing.title.as_ref());
    let mut others: Vec<Language> = titles.flat_map(|t| t.iter().map(|(l, _)| l)).collect();
    others.retain(|l| *l != Language::ZHO && *l != Language::ENG);
    others.sort();
    others.dedup();
    [Language::ZHO, Language::ENG].into_iter().chain(others).collect()
}

/// The code by which files name a language: two letters where that is common.
fn language_code(language: &Language) -> &str {
    match *language {
        Language::ZHO => "zh",
        Language::ENG => "en",
        _ => language.as_str(),
    }
}
