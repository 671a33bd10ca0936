//! `headend export`: a stretch of the timetable for other programs and for a wall.

use crate::exit::{Code, Failure};
use crate::output;
use crate::schedule::{Schedule, instant, on_axis};
use crate::when;
use clap::{Args, ValueEnum};
use desk::export::{Stretch, Tongue, csv, ics, poster, xmltv};
use std::path::PathBuf;
use timetable::LocalTime;
use timetable::civil::SECONDS_PER_DAY;
use ts::Ticks;

/// What to export.
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// The form.
    #[arg(value_enum)]
    pub form: ExportForm,
    /// The configuration, or a file or folder of a timetable.
    pub config: PathBuf,
    /// The first day (2027-03-01), or an instant; today when not said.
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// How many days.
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=400))]
    pub days: u16,
    /// Only this service; otherwise all that show something.
    #[arg(long, value_name = "ID")]
    pub service: Option<String>,
    /// Only this language; otherwise Chinese and English.
    #[arg(long, value_enum)]
    pub lang: Option<Lang>,
}

/// The forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportForm {
    /// The programme guide of other programs.
    Xmltv,
    /// A calendar (RFC 5545).
    Ics,
    /// Rows for a spreadsheet (RFC 4180).
    Csv,
    /// A week on paper, A4 landscape.
    Html,
}

/// The languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// Exports to standard output.
pub fn run(args: &ExportArgs) -> Result<(), Failure> {
    let schedule = Schedule::open(&args.config)?;
    let service = args.service.as_deref().map(|id| schedule.service(id)).transpose()?;
    let (from, until) = window(&schedule, args.from.as_deref(), args.days)?;
    let tongue = match args.lang {
        Some(Lang::Zh) => Tongue::Chinese,
        Some(Lang::En) => Tongue::English,
        None => Tongue::Both,
    };
    let (timetable, service) = (&schedule.timetable, service.as_ref());
    let stretch = Stretch { timetable, service, from, until, tongue };
    output::print(&match args.form {
        ExportForm::Xmltv => xmltv::write(&stretch),
        ExportForm::Ics => ics::write(&stretch),
        ExportForm::Csv => csv::write(&stretch),
        ExportForm::Html => poster::write(&stretch),
    })
}

/// From the midnight of the first day, or an instant, to the same time so many days behind.
fn window(schedule: &Schedule, from: Option<&str>, days: u16) -> Result<(Ticks, Ticks), Failure> {
    let zone = schedule.timetable.zone();
    let start = match from {
        Some(text) => instant(zone, text).map_err(|e| Failure::new(Code::Usage, e))?,
        None => on_axis(zone, LocalTime::new(zone.local_time(when::now()).day(), 0)),
    };
    let behind_s = i64::from(days) * SECONDS_PER_DAY;
    Ok((start, on_axis(zone, LocalTime(zone.local_time(start).0 + behind_s))))
}
