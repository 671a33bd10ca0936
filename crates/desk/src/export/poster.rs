//! HTML: a week on paper, A4 landscape, for the wall of a village hall or a school.
//!
//! Days are columns and starting times rows, as a class timetable is read. Everything is black on
//! white and in one file. Required courses are marked; every lesson names its file, so that the
//! keeper finds it on the disk. The last page tells when which bundles of files are sent.

mod cells;
mod fit;
mod page;

use super::{Stretch, Tongue};
use cells::{bundle_cells, service_pages};
use page::{Page, Sheet};
use timetable::civil::Day;
use timetable::{LocalTime, ServiceKind};

/// The style of all pages.
const STYLE: &str = include_str!("poster/style.css");
/// Columns of a page.
const DAYS_PER_PAGE: usize = 7;

/// The airings as pages to be printed.
pub fn write(stretch: &Stretch<'_>) -> String {
    let zone = stretch.timetable.zone();
    let first = zone.local_time(stretch.from).day();
    let behind = LocalTime(zone.local_time(stretch.until).0 - 1).day();
    let days: Vec<Day> = (first.0..=behind.0).map(Day).collect();
    let mut pages: Vec<Page> = Vec::new();
    for week in days.chunks(DAYS_PER_PAGE) {
        for service in stretch.services() {
            if service.kind != ServiceKind::Data {
                pages.extend(service_pages(stretch, service, week));
            }
        }
        pages.extend(bundle_cells(stretch, week));
    }
    Sheet { tongue: stretch.tongue, zone: zone.name(), pages: &pages }.html(STYLE)
}

/// The day of a column, in the languages that are shown.
fn day_name(day: Day, tongue: Tongue) -> [String; 2] {
    const ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    const EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (weekday, date) = (usize::from(day.weekday()), day.ymd());
    let zh = format!("{} {}月{}日", ZH[weekday], date.month, date.day);
    let month = MONTHS[usize::from(date.month) - 1];
    let en = format!("{} {} {month}", EN[weekday], date.day);
    match tongue {
        Tongue::Chinese => [zh, String::new()],
        Tongue::English => [en, String::new()],
        Tongue::Both => [zh, en],
    }
}

/// `19:30`.
fn clock(local: LocalTime) -> String {
    let second = local.second_of_day();
    let (hour, minute) = (second / 3600, second / 60 % 60);
    match second % 60 {
        0 => format!("{hour:02}:{minute:02}"),
        second => format!("{hour:02}:{minute:02}:{second:02}"),
    }
}
