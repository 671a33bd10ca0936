//! What calls are given and what they answer.
//!
//! Instants are texts of RFC 3339 in the timetable's zone, rates are bits per second, and lists
//! have the order of the configuration.

use crate::role::Role;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How things stand. It is made once a second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Live {
    /// When it was made.
    pub at: String,
    /// The revision of the timetable.
    pub revision: u32,
    /// How long ago the sending thread was last seen alive, in milliseconds.
    pub silence_ms: u64,
    /// What keeps the headend from being ready; empty when it is.
    pub unready: Vec<String>,
    /// Each service.
    pub services: Vec<ServiceNow>,
    /// Each multiplex.
    pub multiplexes: Vec<MultiplexNow>,
    /// Each bundle.
    pub bundles: Vec<BundleNow>,
}

/// What is on each service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OnAir {
    /// When that was seen.
    pub at: String,
    /// The revision of the timetable.
    pub revision: u32,
    /// Each service that shows something.
    pub services: Vec<ServiceNow>,
}

/// What is on a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ServiceNow {
    /// The multiplex.
    pub multiplex: String,
    /// Its id in the timetable.
    pub service: String,
    /// What is on.
    pub now: Option<Airing>,
    /// The next programme.
    pub next: Option<Airing>,
}

/// One airing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Airing {
    /// When it begins.
    pub start: String,
    /// When the next one begins.
    pub end: String,
    /// How long it lasts.
    pub length_ms: i64,
    /// `programme`, `filler` or `slate`.
    pub kind: String,
    /// What is played.
    pub asset: String,
    /// Where in the asset it begins.
    pub in_point_ms: i64,
    /// event_id of the programme guide.
    pub event_id: Option<u16>,
    /// What the programme guide says, in Chinese.
    pub title_zh: Option<String>,
    /// What the programme guide says, in English.
    pub title_en: Option<String>,
}

/// How a multiplex is doing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MultiplexNow {
    /// Its name.
    pub name: String,
    /// Its rate.
    pub rate_bps: u64,
    /// The superframe that is being sent.
    pub superframe: u64,
    /// What the slots of that superframe carry. Empty until the first one is made.
    pub kinds: Vec<KindRate>,
    /// Media datagrams that were sent.
    pub sent: u64,
    /// Repair packets that were sent.
    pub repairs_sent: u64,
    /// Media datagrams that were too late to be sent.
    pub skipped: u64,
    /// Repair packets that were too late to be sent.
    pub repairs_skipped: u64,
    /// How often nothing had been made in time.
    pub starved: u64,
    /// How late datagrams left.
    pub lateness: Lateness,
    /// Where it goes to.
    pub outputs: Vec<OutputNow>,
}

/// A share of a multiplex.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KindRate {
    /// `service`, `bundle`, `tables` (with clock references) or `null`.
    pub kind: String,
    /// Which service or bundle.
    pub id: Option<String>,
    /// Packets in the superframe.
    pub packets: u32,
    /// Its rate.
    pub rate_bps: u64,
}

/// A histogram of lateness since the start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Lateness {
    /// Bounds in microseconds, each with the count of what was less late than it and not less than
    /// the bound before. The last also counts what was later.
    pub buckets: Vec<LatenessBucket>,
    /// Half were less late than this.
    pub half_below_us: u64,
    /// 999 of 1000 were less late than this.
    pub per_mille_999_below_us: u64,
}

/// A bucket of the histogram.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LatenessBucket {
    /// Its upper bound, exclusive.
    pub below_us: u64,
    /// Datagrams in it.
    pub count: u64,
}

/// An output.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OutputNow {
    /// Its name.
    pub name: String,
    /// Address and port.
    pub to: String,
    /// Datagrams that the system took.
    pub sent: u64,
    /// Datagrams that the system refused.
    pub errors: u64,
    /// Why the last was refused.
    pub last_error: Option<String>,
}

/// A bundle in its carousel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BundleNow {
    /// The multiplex.
    pub multiplex: String,
    /// Its id in the timetable.
    pub id: String,
    /// The data service that carries it.
    pub service: String,
    /// The rate that it is promised.
    pub rate_bps: u64,
    /// Whether it is being sent.
    pub on_air: bool,
    /// How long one pass takes at the promised rate.
    pub cycle_s: Option<u64>,
    /// When the window begins that is open, or the next one; nothing when it began before all that
    /// is planned now.
    pub window_from: Option<String>,
    /// Its end; nothing when it lies behind all that is planned now.
    pub window_until: Option<String>,
    /// How much of the open window is over, in thousandths.
    pub window_per_mille: Option<u32>,
    /// When a site that is switched on now has all of it at the latest, without loss; nothing when
    /// the window ends before.
    pub complete_by: Option<String>,
    /// When the next lesson needs it.
    pub deadline: Option<String>,
}

/// The bundles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Bundles {
    /// When that was seen.
    pub at: String,
    /// Each bundle.
    pub bundles: Vec<BundleNow>,
}

/// The multiplexes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Multiplexes {
    /// When that was seen.
    pub at: String,
    /// Each multiplex.
    pub multiplexes: Vec<MultiplexNow>,
}

/// Whether the headend is alive or ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok` or `fault`.
    pub status: String,
    /// What is wrong.
    pub faults: Vec<String>,
}

/// Which stretch of the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlanWanted {
    /// A day of the local calendar (2027-03-01); today when neither this nor `from` is given.
    pub day: Option<String>,
    /// The first instant, RFC 3339.
    pub from: Option<String>,
    /// The instant behind the last; at most eight days behind the first.
    pub until: Option<String>,
    /// Only this service.
    pub service: Option<String>,
}

/// What is planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanReport {
    /// The first instant.
    pub from: String,
    /// The instant behind the last.
    pub until: String,
    /// Each service that shows something.
    pub services: Vec<ServicePlan>,
}

/// What is planned on a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ServicePlan {
    /// The multiplex.
    pub multiplex: String,
    /// Its id in the timetable.
    pub service: String,
    /// What it shows, one after the other.
    pub airings: Vec<Airing>,
}

/// Which week to print.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WeekWanted {
    /// The first day (2027-03-01); today when not said.
    pub from: Option<String>,
    /// How many days, 1 to 31; usually 7.
    pub days: Option<u16>,
    /// `zh`, `en`; both when not said.
    pub lang: Option<String>,
    /// Only this service.
    pub service: Option<String>,
}

/// What is looked for in the library.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// Words of id, titles, course, grade and keywords; in Chinese any piece of them.
    pub text: Option<String>,
    /// The id, or a part of it that ends before a `/`.
    pub below: Option<String>,
    /// The course.
    pub course: Option<String>,
    /// The grade.
    pub grade: Option<String>,
    /// The language that is taught in.
    pub language: Option<String>,
    /// `waiting`, `ingesting`, `ready`, `refused`, `missing`, `damaged` or `withdrawn`.
    pub state: Option<String>,
    /// At most so many, 1 to 1000; usually 100.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
}

/// What is in the library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// The assets, in the order of their names.
    pub assets: Vec<AssetFound>,
    /// There are more than were wanted.
    pub more: bool,
}

/// An asset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssetFound {
    /// Its name.
    pub id: String,
    /// How it stands.
    pub state: String,
    /// What is wrong with it.
    pub fault: Option<String>,
    /// How long it lasts.
    pub duration_ms: i64,
    /// Bytes of its file.
    pub bytes: u64,
    /// Its title in Chinese.
    pub title_zh: String,
    /// Its title in English.
    pub title_en: String,
    /// The course that it belongs to.
    pub course: String,
    /// For whom it is.
    pub grade: String,
    /// The language that is taught in.
    pub language: String,
}

/// Which asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AssetWanted {
    /// Its name.
    pub id: String,
}

/// All that is known of an asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssetDetail {
    /// What a search tells.
    pub asset: AssetFound,
    /// BLAKE3 of its file.
    pub blake3: Option<String>,
    /// Its streams.
    pub streams: Vec<StreamDetail>,
    /// Its card, as the file beside it has it.
    #[schema(value_type = Object)]
    pub card: serde_json::Value,
}

/// A stream of an asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StreamDetail {
    /// How it is coded.
    pub codec: String,
    /// The language that is spoken.
    pub language: String,
    /// Its bytes.
    pub bytes: u64,
}

/// How the text of a timetable is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckWanted {
    /// The file of the timetable in whose place the text is read, by its path or the end of it.
    /// Without it the text is the whole timetable.
    pub file: Option<String>,
}

/// The text of a timetable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckText {
    /// In whose place it is read.
    pub file: Option<String>,
    /// The text.
    pub text: String,
}

/// What is to be said of the text of a timetable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckReport {
    /// There are no errors.
    pub sound: bool,
    /// How many errors.
    pub errors: usize,
    /// How many warnings.
    pub warnings: usize,
    /// Each finding.
    pub findings: Vec<Finding>,
    /// What differs from the timetable that is on air, when the text is sound.
    #[schema(value_type = Option<Object>)]
    pub diff: Option<serde_json::Value>,
}

/// A finding of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Its code, which `headend explain` knows.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The places that it is about.
    pub labels: Vec<FindingLabel>,
}

/// A place in a text. Lines and columns count from one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingLabel {
    /// The file.
    pub file: String,
    /// Where it begins.
    pub line: u64,
    /// Where it begins.
    pub column: u64,
    /// Where it ends.
    pub end_line: u64,
    /// Where it ends, exclusive.
    pub end_column: u64,
    /// What is to be said of it.
    pub text: String,
    /// It is the place that matters most.
    pub primary: bool,
}

/// How the timetable is taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReloadWanted {
    /// Why; it is written into the audit log.
    pub reason: String,
    /// Only tell what would come of it.
    #[serde(default)]
    pub dry_run: bool,
    /// The revision that is believed to be on air; when it is another, nothing is done.
    #[serde(default)]
    pub expected_revision: Option<u32>,
}

/// What came of a reload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReloadOutcome {
    /// `accepted`, `unchanged`, `refused` or, for a dry run, `acceptable`.
    pub outcome: String,
    /// The revision that rules, or that will from `effective` on.
    pub revision: u32,
    /// From when on an accepted timetable rules.
    pub effective: Option<String>,
    /// What is wrong with a refused timetable, and what is doubtful about an accepted one.
    pub findings: Vec<Finding>,
    /// What was said when there are no findings that could be placed.
    pub message: Option<String>,
    /// Which airings change.
    #[schema(value_type = Option<Object>)]
    pub diff: Option<serde_json::Value>,
}

/// Who one is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The name of the token or machine.
    pub name: String,
    /// What one may do.
    pub role: Role,
}

/// Which entries of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditWanted {
    /// At most so many of the newest, 1 to 1000; usually 100.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
}

/// The newest entries of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditReport {
    /// The entries, the newest last.
    pub entries: Vec<crate::audit::Entry>,
}
