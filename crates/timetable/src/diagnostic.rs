//! What is wrong with a timetable, where, and what to do about it.

use crate::source::Location;
use core::fmt;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The timetable cannot be used.
    Error,
    /// The timetable can be used, but probably does not do what its author meant.
    Warning,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding it is.
    pub code: Code,
    /// What is wrong, as one line without a full stop.
    pub message: String,
    /// Places that show it; the first primary one is where it stands.
    pub labels: Vec<Label>,
    /// What would put it right.
    pub help: Option<String>,
}

/// A place that belongs to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub at: Location,
    /// What is to be seen there; may be empty.
    pub text: String,
    /// This place is at fault; others only explain.
    pub primary: bool,
}

impl Diagnostic {
    /// A finding without a place.
    pub fn new(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic { code, message: message.into(), labels: Vec::new(), help: None }
    }

    /// The same finding with a place that is at fault.
    #[must_use]
    pub fn primary(mut self, at: Location, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { at, text: text.into(), primary: true });
        self
    }

    /// The same finding with a place that explains.
    #[must_use]
    pub fn secondary(mut self, at: Location, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { at, text: text.into(), primary: false });
        self
    }

    /// The same finding with advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }

    /// The same finding with its places in the source of this index.
    #[must_use]
    pub fn in_source(mut self, source: usize) -> Diagnostic {
        for label in &mut self.labels {
            label.at.source = source;
        }
        self
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Where it stands: the first primary place.
    pub fn location(&self) -> Option<Location> {
        self.labels.iter().find(|label| label.primary).map(|label| label.at)
    }
}

/// Puts diagnostics in the order in which they are shown, by place, and holds each code to
/// [`MAX_PER_CODE`] of them; the rest is counted in one diagnostic more. What was arranged before
/// may be arranged again, with others: counts add up.
pub fn arrange(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.location().is_none(), d.location(), d.code.as_str());
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
    let mut counts = std::collections::BTreeMap::new();
    diagnostics.retain(|d| {
        let (_, shown, hidden) = counts.entry(d.code.as_str()).or_insert((d.code, 0, 0));
        if let Some(more) = counted(d) {
            *hidden += more;
            return false;
        }
        *shown += 1;
        *hidden += usize::from(*shown > MAX_PER_CODE);
        *shown <= MAX_PER_CODE
    });
    for (code, _, hidden) in counts.into_values().filter(|(_, _, hidden)| *hidden > 0) {
        diagnostics.push(Diagnostic::new(code, format!("{hidden}{COUNTED}")));
    }
}

/// How many diagnostics this one stands for, if it counts others.
fn counted(diagnostic: &Diagnostic) -> Option<usize> {
    let number = diagnostic.message.strip_suffix(COUNTED)?;
    if diagnostic.labels.is_empty() { number.parse().ok() } else { None }
}

/// What stands behind the number in a diagnostic that counts others.
const COUNTED: &str = " more of this kind";

/// Of each code at most so many diagnostics are shown.
pub const MAX_PER_CODE: usize = 50;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)+) => {
        /// The kinds of findings. Codes that start with `E` are errors, with `W` warnings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// All codes, in order.
            pub const ALL: &[Code] = &[$(Code::$name,)+];

            /// The code as it is shown, for example `E0201`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }

            /// What findings with this code say.
            pub const fn explanation(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc, "\n",)+),)+ }
            }
        }
    };
}

codes! {
    /// The text is not TOML 1.1.
    Syntax = "E0101",
    /// A key that means nothing at this place.
    UnknownKey = "E0102",
    /// A value of the wrong TOML type.
    WrongType = "E0103",
    /// A key that must be given is missing.
    MissingKey = "E0104",
    /// A zone that is not in the time zone database.
    BadZone = "E0105",
    /// A date or time that does not exist, or cannot be used here.
    BadDate = "E0106",
    /// A length of time that cannot be read or is not allowed.
    BadDuration = "E0107",
    /// An id, asset name or pattern of asset names that is not properly formed.
    BadName = "E0108",
    /// A text that cannot be shown: empty, too long, or with control characters.
    BadText = "E0109",
    /// A number outside its range.
    OutOfRange = "E0110",
    /// A word that is none of those allowed.
    UnknownWord = "E0111",
    /// Two definitions with the same id, or two services with the same number.
    Duplicate = "E0112",
    /// A reference to something that is not defined.
    UnknownReference = "E0113",
    /// Keys that exclude each other, or of which exactly one is needed.
    Conflict = "E0114",
    /// A language version that this program does not know.
    BadFormat = "E0115",
    /// More than this program accepts.
    TooLarge = "E0116",
    /// A service of the wrong kind.
    WrongServiceKind = "E0117",
    /// A recurrence rule that cannot be read, or says what a rule here cannot say.
    BadRule = "E0118",
    /// Two airings of equal priority share time on one service.
    Overlap = "E0201",
    /// A clock change skips or repeats a time, and the policy lets the time be changed.
    ClockChange = "W0203",
    /// An exception, an extra airing or a make-up day that changes nothing.
    DeadDate = "W0204",
    /// Lessons fall on closed days of a term, and no day makes up for them.
    LostDay = "W0205",
    /// A lesson is not shown, or cut, because an airing of higher priority takes its time.
    Preempted = "W0206",
    /// A clock change skips or repeats a time, and the policy is `reject`.
    ClockChangeRejected = "E0207",
    /// A range of dates without a day, or a slot that never airs.
    EmptyRange = "E0208",
    /// Two programmes at one time for sites that have one receiver.
    BookedTwice = "W0209",
    /// A provincial plan airs something on a central service outside the windows it is given.
    NotGranted = "E0210",
    /// A provincial plan takes the time of a required lesson of the central plan.
    RequiredDisplaced = "E0211",
    /// An asset that is in no catalogue.
    UnknownAsset = "E0301",
    /// A length that contradicts another: of a lesson, its slot, or the asset itself.
    LengthMismatch = "E0302",
    /// An asset that cannot be played.
    Unplayable = "E0303",
    /// A place in an asset at which it cannot be entered; it is entered a little earlier.
    EnteredEarlier = "W0304",
    /// An asset that airs when its licence does not hold.
    Unlicensed = "E0305",
    /// A required course has lessons that no slot airs.
    CourseDoesNotFit = "E0401",
    /// A lesson of a required course airs only once.
    NoRepeat = "W0402",
    /// An elective course has lessons that no slot airs.
    CourseCutShort = "W0403",
    /// A slot goes on when its course has no lesson left.
    CourseRunsOut = "E0404",
    /// A class of sites cannot follow a required course: a lesson airs too seldom in its opening
    /// hours before its date, or out of order.
    TooFewChances = "E0405",
    /// A bundle cannot be complete in time for its lesson.
    BundleLate = "E0501",
    /// A bundle is complete in time for its lesson, but only just.
    BundleTight = "W0502",
    /// A multiplex must send more than its rate allows.
    Capacity = "E0503",
    /// The programme guide of a multiplex is too large to tell eight days.
    GuideShortened = "W0504",
    /// A service has nothing to show when all else fails.
    NoSlate = "E0601",
    /// A live programme whose loss nothing covers, or that may run into a required lesson.
    Uncovered = "E0602",
    /// A service on which nothing more is planned than the next three days.
    Horizon = "W0701",
    /// An amendment whose number is not the next one of its log.
    WrongNumber = "E0801",
    /// An amendment of something that is not there.
    UnknownTarget = "E0802",
    /// An amendment that changes what starts before it holds.
    TooLate = "E0803",
    /// An amendment that cannot do what it says.
    NoEffect = "E0804",
    /// The last line of a log of amendments is torn.
    TornLine = "W0805",
    /// An amendment of something that a changed timetable does not have any more.
    SpentAmendment = "W0806",
    /// An address to send to, or an interface, that is none.
    BadAddress = "E0901",
    /// Two outputs that send to the same address and port.
    AddressInUse = "E0902",
    /// A carrier that does not exist, or that the network information table cannot describe.
    BadCarrier = "E0903",
    /// A matrix of forward error correction outside the limits of SMPTE ST 2022-1, or one that
    /// does not suit its output or its multiplex.
    BadMatrix = "E0904",
    /// A pattern that names no file, or a file or folder that cannot be used.
    NoFile = "E0905",
    /// A control listener that others reach, and that knows nobody.
    OpenToAll = "E0909",
}

impl Code {
    /// How bad findings with this code are.
    pub const fn severity(self) -> Severity {
        if self.as_str().as_bytes()[0] == b'E' { Severity::Error } else { Severity::Warning }
    }
}

impl Severity {
    /// The word that diagnostics start with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_findings_of_one_kind_are_counted_not_listed() {
        let mut list: Vec<_> = (0..60)
            .map(|i| Diagnostic::new(Code::UnknownKey, format!("key {i:02}")))
            .chain([Diagnostic::new(Code::Overlap, "overlap")])
            .collect();
        arrange(&mut list);
        assert_eq!(list.len(), MAX_PER_CODE + 2);
        assert_eq!(list.last().unwrap().message, "10 more of this kind");
    }

    #[test]
    fn what_was_arranged_before_is_counted_on() {
        let keys = |range: core::ops::Range<usize>| {
            range.map(|i| Diagnostic::new(Code::UnknownKey, format!("key {i:03}")))
        };
        let mut list: Vec<_> = keys(0..60).collect();
        arrange(&mut list);
        list.extend(keys(60..65));
        arrange(&mut list);
        assert_eq!(list.len(), MAX_PER_CODE + 1);
        assert_eq!(list.last().unwrap().message, "15 more of this kind");
    }

    #[test]
    fn no_two_codes_share_a_number() {
        let mut numbers: Vec<_> = Code::ALL.iter().map(|c| &c.as_str()[1..]).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), Code::ALL.len());
    }
}
