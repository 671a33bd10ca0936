//! XMLTV: the programme guide of other programs. Every time has its offset.

use super::{Stretch, Tongue, language_code};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;
use timetable::civil::{Day, SECONDS_PER_DAY, utc_from_ticks};
use timetable::{Language, PlannedAiring, Service, Texts, Zone, format_duration};
use ts::Ticks;

/// `episode-num` systems that carry what XMLTV has no element for.
pub(crate) const ASSET_SYSTEM: &str = "headend-asset";
/// How far into the asset an airing starts.
pub(crate) const START_SYSTEM: &str = "headend-start-at";

type Xml = Writer<Vec<u8>>;

/// The airings as an XMLTV document.
pub fn write(stretch: &Stretch<'_>) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    document(&mut writer, stretch).expect("memory takes what is written");
    let mut text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    text.push('\n');
    text
}

fn document(writer: &mut Xml, stretch: &Stretch<'_>) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = writer.create_element("tv").with_attribute(("generator-info-name", "headend"));
    root.write_inner_content(|writer| {
        let services = stretch.services();
        for service in &services {
            channel(writer, stretch.tongue, service)?;
        }
        for service in &services {
            for airing in stretch.airings(service) {
                programme(writer, stretch, &airing)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn channel(writer: &mut Xml, tongue: Tongue, service: &Service) -> io::Result<()> {
    let element = writer.create_element("channel").with_attribute(("id", service.id.as_str()));
    element.write_inner_content(|writer| texts(writer, "display-name", tongue, &service.name))?;
    Ok(())
}

fn programme(writer: &mut Xml, stretch: &Stretch<'_>, airing: &PlannedAiring) -> io::Result<()> {
    let zone = stretch.timetable.zone();
    let (start, stop) = (time(zone, airing.start), time(zone, airing.window_end));
    let times = [("start", start.as_str()), ("stop", stop.as_str())];
    let element = writer.create_element("programme").with_attributes(times);
    element.with_attribute(("channel", airing.service.as_str())).write_inner_content(|writer| {
        match &airing.title {
            Some(title) => texts(writer, "title", stretch.tongue, title)?,
            None => text(writer, "title", airing.asset.as_str())?,
        }
        let lesson = airing.lesson.as_ref();
        if let Some(title) = lesson.and_then(|lesson| lesson.title.as_ref()) {
            texts(writer, "sub-title", stretch.tongue, title)?;
        }
        if let Some(lesson) = lesson {
            // Episodes are counted from zero in this system.
            let number = format!(".{}/{}.", lesson.number - 1, lesson.lesson_count);
            numbered(writer, "xmltv_ns", &number)?;
        }
        numbered(writer, ASSET_SYSTEM, airing.asset.as_str())?;
        if airing.in_offset.0 != 0 {
            numbered(writer, START_SYSTEM, &format_duration(airing.in_offset))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// An element for each language that is to be shown.
fn texts(writer: &mut Xml, name: &str, tongue: Tongue, texts: &Texts) -> io::Result<()> {
    let only = match tongue {
        Tongue::Chinese => Some(Language::ZHO),
        Tongue::English => Some(Language::ENG),
        Tongue::Both => None,
    };
    let only = only.filter(|language| texts.get(*language).is_some());
    for (language, words) in texts.iter() {
        if only.is_none_or(|only| only == language) {
            let code = language_code(&language).to_owned();
            let element = writer.create_element(name).with_attribute(("lang", code.as_str()));
            element.write_text_content(BytesText::new(words))?;
        }
    }
    Ok(())
}

fn text(writer: &mut Xml, name: &str, words: &str) -> io::Result<()> {
    writer.create_element(name).write_text_content(BytesText::new(words))?;
    Ok(())
}

fn numbered(writer: &mut Xml, system: &str, words: &str) -> io::Result<()> {
    let element = writer.create_element("episode-num").with_attribute(("system", system));
    element.write_text_content(BytesText::new(words))?;
    Ok(())
}

/// `20270301193000 +0800`: local time with its offset in whole minutes.
fn time(zone: &Zone, at: Ticks) -> String {
    let offset_minutes = i64::from(zone.utc_offset_s(at)) / 60;
    let local_s = utc_from_ticks(at).unix_s + offset_minutes * 60;
    let date = Day(local_s.div_euclid(SECONDS_PER_DAY) as i32).ymd();
    let second = local_s.rem_euclid(SECONDS_PER_DAY);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let (year, month, day) = (date.year, date.month, date.day);
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
    format!(
        "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02} {sign}{hours:02}{minutes:02}"
    )
}
