//! The keys of a timetable.

use super::{Form, ID, Key, LENGTH, Table, may, must};

const ASSET: Form = Form::Pattern("^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$");
const DAY: Form = Form::Word(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
const DATE: Form = Form::Civil("date");
const TIME: Form = Form::Civil("time-local");
const DATE_TIME: Form = Form::Civil("date-time-local");
const GENRE: Form = Form::Integer(0, 255);
const PRIORITY: Form = Form::Integer(0, 99);
const GAP: Form = Form::Word(&["later", "earlier", "skip", "reject"]);
const FOLD: Form = Form::Word(&["first", "second", "reject"]);
const ON_GAP: Key = may("on_gap", GAP, "What becomes of a time that a clock change skips.");
const ON_FOLD: Key =
    may("on_fold", FOLD, "Which of two equal times is meant where a clock change repeats one.");

const REGIONS: Key = may("regions", Form::List(&ID), "The regions it is for; usually all.");
const AUDIENCE: Key =
    may("audience", Form::List(&ID), "Whom it is for, such as school or village; usually all.");
const LICENCE: Key = may("licence", Form::One("licence"), "When it may be aired.");
const OVERRUN: Key =
    may("may_overrun", LENGTH, "How long a live programme may go on behind its end.");
const START: Key = may(
    "start",
    Form::Any(&[Form::Word(&["hard"]), Form::One("soft start")]),
    "Usually \"hard\"; { soft = \"3m\" } may start so much late.",
);
const DAYS: Key = may("days", Form::List(&DAY), "On which weekdays; usually all.");
const NUMBERS: Form = Form::Any(&[Form::Signed, Form::List(&Form::Signed)]);
const NTH: Key = may(
    "nth_in_month",
    NUMBERS,
    "Only the first, second, … of these weekdays in a month; -1 is the last.",
);
const MONTH_DAYS: Key =
    may("month_days", NUMBERS, "On which days of the month, [6, 16, 26]; -1 is the last.");
const EVERY_WEEKS: Key = may(
    "every_weeks",
    Form::Integer(1, 104),
    "Only every so many weeks, from that of the first day.",
);
const RRULE: Key =
    may("rrule", Form::Text, "A rule of RFC 5545 that says days: \"FREQ=MONTHLY;BYDAY=1SA\".");
const SPECIAL_DAYS: Form = Form::List(&Form::Any(&[DATE, Form::One("closed day")]));

/// The keys of a slot and of a window for regions, but for what airs.
macro_rules! slot_keys {
    ($($own:expr,)*) => {
        &[
            $($own,)*
            must("id", ID, "Its name."),
            must("service", ID, "Where it airs."),
            may("first_lesson", Form::Integer(1, 9999), "The lesson of the first airing; usually 1."),
            may("title", Form::Texts, "Its title, where it differs from that of the course."),
            DAYS,
            EVERY_WEEKS,
            NTH,
            MONTH_DAYS,
            RRULE,
            must(
                "at",
                Form::Any(&[TIME, Form::List(&TIME), Form::One("series of times")]),
                "When: one time, several, or a series.",
            ),
            must("length", LENGTH, "How long an airing may last; the asset is cut there."),
            may("from_offset", LENGTH, "How far into the asset it starts."),
            may("rotate", Form::One("rotation"), "Each airing several times a day; the course moves on once."),
            may("rerun", Form::List(&Form::One("rerun")), "Each airing again; the course does not move on."),
            START,
            OVERRUN,
            AUDIENCE,
            LICENCE,
            may("term", ID, "It airs only in this term, and not on its closed days."),
            may("during", Form::Any(&[KIND_OF_DAY, Form::List(&KIND_OF_DAY)]), "On which days of the term; usually teaching."),
            may("season", ID, "It airs only in this season."),
            may("from", DATE, "The first date; lessons are counted from it on."),
            may("until", DATE, "The last date."),
            may("except", Form::List(&DATE), "Dates without an airing; lessons move on."),
            may("extra", Form::List(&DATE_TIME), "Airings more, which take part in the count of lessons."),
            may("priority", PRIORITY, "Where two share time the lower one gives way; usually 50."),
            ON_GAP,
            ON_FOLD,
        ]
    };
}

const KIND_OF_DAY: Form = Form::Word(&["teaching", "breaks", "closed"]);

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "",
        about: "A file of a timetable. 播出表",
        keys: &[
            must("format", Form::Integer(1, 1), "The version of the language: 1."),
            may(
                "zone",
                Form::Text,
                "The zone of all civil times, such as \"Asia/Shanghai\"; in one file of the timetable.",
            ),
            ON_GAP,
            ON_FOLD,
            may(
                "include",
                Form::List(&Form::Text),
                "Plans that this one includes, by their paths.",
            ),
            may("plan_for", ID, "The region whose plan this is."),
            may("term", Form::List(&Form::One("term")), "Terms with closed and make-up days. 学期"),
            may("season", Form::List(&Form::One("season")), "Parts of the year. 农时"),
            may(
                "region",
                Form::List(&Form::One("region")),
                "Provinces and other parts of the network. 省",
            ),
            may(
                "site_class",
                Form::List(&Form::One("site_class")),
                "Kinds of receiving sites. 站点类型",
            ),
            may("live", Form::List(&Form::One("live")), "Live and relayed sources. 直播"),
            may(
                "notice",
                Form::List(&Form::One("notice")),
                "What sites are told on some days. 通知",
            ),
            may(
                "opt_out",
                Form::List(&Form::One("opt_out")),
                "Windows in which regions may leave a service. 省级窗口",
            ),
            may(
                "service",
                Form::List(&Form::One("service")),
                "Services: what a receiver lists. 频道",
            ),
            may(
                "filler",
                Form::List(&Form::One("filler")),
                "Pools of what fills time without an airing. 垫片",
            ),
            may("course", Form::List(&Form::One("course")), "Ordered lessons. 课程"),
            may("slot", Form::List(&Form::One("slot")), "Weekly places on a service. 时段"),
            may("item", Form::List(&Form::One("item")), "Airings that happen once. 单次节目"),
            may(
                "bundle",
                Form::List(&Form::One("bundle")),
                "Files that are sent in a carousel. 资源包",
            ),
        ],
    },
    Table {
        name: "service",
        about: "A television, radio or data service. 频道",
        keys: &[
            must("id", ID, "Its name here and in the configuration."),
            must("number", Form::Integer(1, 65_535), "service_id and program_number."),
            must("name", Form::Texts, "What receivers list."),
            may("provider", Form::Texts, "Who provides it; usually the network's name."),
            must("kind", Form::Word(&["television", "radio", "data"]), "What it carries."),
            may("filler", ID, "The pool that fills time without an airing."),
            may(
                "slate",
                ASSET,
                "What is shown when all else fails; television and radio need it. 应急画面",
            ),
            may("content", GENRE, "The genre of airings that name none (EN 300 468 table 28)."),
            may("relays", Form::One("relay"), "On some days it shows what another one shows."),
        ],
    },
    Table {
        name: "filler",
        about: "A pool of what fills time without an airing. 垫片",
        keys: &[
            must("id", ID, "Its name."),
            must(
                "assets",
                Form::List(&ASSET),
                "What fills gaps, in turn; a gap is cut to the tick.",
            ),
        ],
    },
    Table {
        name: "course",
        about: "Ordered lessons. 课程",
        keys: &[
            must("id", ID, "Its name."),
            must("title", Form::Texts, "What it is called."),
            must(
                "kind",
                Form::Word(&["required", "elective"]),
                "Whether all lessons must air: 必修 required, 选修 elective.",
            ),
            may("language", Form::Pattern("^[a-z]{2,3}$"), "The language it is taught in."),
            must(
                "lessons",
                Form::Any(&[Form::List(&Form::One("lesson")), Form::One("pattern of lessons")]),
                "A list of lessons, or a pattern of asset names.",
            ),
            may("content", GENRE, "Its genre (EN 300 468 table 28)."),
            may(
                "advance",
                Form::Word(&["airing", "day", "week"]),
                "What moves it to the next lesson; usually each airing.",
            ),
            may(
                "if_preempted",
                Form::Word(&["drop", "hold"]),
                "What becomes of a lesson whose time is taken; usually drop.",
            ),
            AUDIENCE,
            may("by", DATE, "The day by which it must have been taught."),
            LICENCE,
            may(
                "withdrawn",
                Form::List(&Form::One("withdrawn lesson")),
                "What is shown in the place of lessons from then on.",
            ),
            may(
                "if_finished",
                Form::Word(&["filler", "restart", "last", "error"]),
                "What a slot shows when no lesson is left.",
            ),
        ],
    },
    Table {
        name: "lesson",
        about: "One lesson. 一课",
        keys: &[
            must("id", ID, "Its name, unique in its course."),
            must("asset", ASSET, "What is played."),
            may("title", Form::Texts, "Its own title."),
            may("length", LENGTH, "How long the asset is said to be; the check compares."),
            LICENCE,
        ],
    },
    Table {
        name: "pattern of lessons",
        about: "Lessons whose assets are numbered.",
        keys: &[
            must("pattern", Form::Text, "An asset name with one number: \"maths-7/{n:02}\"."),
            must("count", Form::Integer(1, 9999), "How many lessons."),
            may("first", Form::Integer(0, 9999), "The first number; usually 1."),
            may("length", LENGTH, "How long each asset is said to be."),
        ],
    },
    Table {
        name: "slot",
        about: "A place on a service. 时段",
        keys: slot_keys![
            REGIONS,
            may(
                "course",
                ID,
                "The course whose next lesson airs each time; or `asset`, `live`, `rerun_of`."
            ),
            may("asset", ASSET, "The asset that airs each time; or `course`, `live`, `rerun_of`."),
            may("live", ID, "The live source that airs; or `course`, `asset`, `rerun_of`."),
            may(
                "rerun_of",
                ID,
                "The slot whose last lesson airs again; or `course`, `asset`, `live`."
            ),
        ],
    },
    Table {
        name: "opt_out",
        about: "A window in which regions may leave a service. 省级窗口",
        keys: slot_keys![
            must("regions", Form::List(&ID), "The regions that fill it."),
            may("sustain", ASSET, "What all others see; usually filler."),
        ],
    },
    Table {
        name: "rotation",
        about: "Each airing several times.",
        keys: &[
            must("every", LENGTH, "From one to the next."),
            must("times", Form::Integer(2, 48), "How many times in all."),
        ],
    },
    Table {
        name: "rerun",
        about: "Each airing again: days later at a time, or so long after.",
        keys: &[
            may("after", LENGTH, "So long after the airing."),
            may("days_later", Form::Integer(0, 62), "So many days later."),
            may("at", TIME, "At this time."),
        ],
    },
    Table {
        name: "soft start",
        about: "It may start late.",
        keys: &[must("soft", LENGTH, "How much late.")],
    },
    Table {
        name: "licence",
        about: "When something may be aired.",
        keys: &[may("from", DATE, "The first date."), may("until", DATE, "The last date.")],
    },
    Table {
        name: "withdrawn lesson",
        about: "A lesson that is shown no more.",
        keys: &[
            must("lesson", ID, "The lesson."),
            must("from", DATE_TIME, "From when on."),
            must("play", ASSET, "What is shown in its place."),
        ],
    },
    Table {
        name: "relay",
        about: "Days on which a service shows what another one shows.",
        keys: &[
            must("service", ID, "The other service."),
            must("from", DATE, "The first date."),
            must("until", DATE, "The last date."),
        ],
    },
    Table {
        name: "term",
        about: "A stretch of the year in which courses are taught. 学期",
        keys: &[
            must("id", ID, "Its name."),
            may("title", Form::Texts, "What it is called."),
            must("from", DATE, "The first day."),
            must("until", DATE, "The last day."),
            may("closed", SPECIAL_DAYS, "Days without teaching."),
            may(
                "breaks",
                Form::List(&Form::Any(&[DATE, Form::One("break")])),
                "Days on which another grid holds.",
            ),
            may(
                "makeup",
                Form::List(&Form::One("make-up day")),
                "Days that are taught as others that were lost.",
            ),
        ],
    },
    Table {
        name: "closed day",
        about: "Days without teaching: `on`, or `from` and `until`.",
        keys: &[
            may("on", DATE, "The day."),
            may("from", DATE, "The first day."),
            may("until", DATE, "The last day."),
            may("why", Form::Text, "Why, for people."),
            may("made_up", Form::Boolean, "Whether what is lost is to be made up; usually true."),
        ],
    },
    Table {
        name: "break",
        about: "Days on which another grid holds: `on`, or `from` and `until`.",
        keys: &[
            may("on", DATE, "The day."),
            may("from", DATE, "The first day."),
            may("until", DATE, "The last day."),
            may("why", Form::Text, "Why, for people."),
        ],
    },
    Table {
        name: "make-up day",
        about: "A day that is taught as another that was lost. 补课日",
        keys: &[
            must("on", DATE, "The day."),
            must("taught_as", DATE, "The day whose grid it has."),
        ],
    },
    Table {
        name: "season",
        about: "A part of the year. 农时",
        keys: &[
            must("id", ID, "Its name."),
            may("title", Form::Texts, "What it is called."),
            must("dates", Form::List(&Form::One("range of dates")), "When it is."),
        ],
    },
    Table {
        name: "range of dates",
        about: "From a day to another, of every year or of one.",
        keys: &[
            must(
                "from",
                Form::Any(&[DATE, Form::Pattern("^[0-9]{2}-[0-9]{2}$")]),
                "The first day: \"03-05\" of every year, or a date.",
            ),
            must(
                "until",
                Form::Any(&[DATE, Form::Pattern("^[0-9]{2}-[0-9]{2}$")]),
                "The last day.",
            ),
        ],
    },
    Table {
        name: "region",
        about: "A province, or another part of the network. 省",
        keys: &[
            must("id", ID, "Its name here."),
            must("name", Form::Texts, "What it is called."),
            may("from", DATE, "The day on which it joins."),
        ],
    },
    Table {
        name: "site_class",
        about: "What a kind of receiving site has in common. 站点类型",
        keys: &[
            must("id", ID, "Its name."),
            may("name", Form::Texts, "What it is called."),
            must("audience", Form::List(&ID), "Whom it serves."),
            must(
                "open",
                Form::Any(&[Form::Word(&["always"]), Form::List(&Form::One("opening time"))]),
                "When it is open.",
            ),
            may("zone", Form::Text, "The clock by which its hours are told."),
            may(
                "chances",
                Form::Integer(0, 20),
                "How often each required lesson must air within its hours; usually 2.",
            ),
        ],
    },
    Table {
        name: "opening time",
        about: "Times of day on some days.",
        keys: &[
            DAYS,
            EVERY_WEEKS,
            NTH,
            MONTH_DAYS,
            RRULE,
            may("term", ID, "Only in this term."),
            may(
                "during",
                Form::Any(&[KIND_OF_DAY, Form::List(&KIND_OF_DAY)]),
                "On which days of the term; usually teaching.",
            ),
            must("from", TIME, "When it opens."),
            must("to", TIME, "When it closes."),
        ],
    },
    Table {
        name: "live",
        about: "A live or relayed source. 直播",
        keys: &[
            must("id", ID, "Its name."),
            may("title", Form::Texts, "What it is called."),
            must("input", Form::Text, "Where it comes from: rtp://, udp://, srt://, file:."),
            may("if_lost", Form::One("cover"), "What covers its loss; it must be there."),
        ],
    },
    Table {
        name: "cover",
        about: "What covers the loss of a live source.",
        keys: &[
            may("after", LENGTH, "After how long without input."),
            must("play", ASSET, "What is shown."),
        ],
    },
    Table {
        name: "notice",
        about: "What sites are told on some days. 通知",
        keys: &[
            must("id", ID, "Its name."),
            may("services", Form::List(&ID), "The services it is about."),
            must("from", DATE, "The first date."),
            must("until", DATE, "The last date."),
            must("text", Form::Texts, "What is told."),
        ],
    },
    Table {
        name: "series of times",
        about: "Times at equal distances.",
        keys: &[
            must("from", TIME, "The first time."),
            must("every", LENGTH, "From one to the next."),
            must("count", Form::Integer(1, 1440), "How many; all start before 24:00."),
        ],
    },
    Table {
        name: "item",
        about: "An airing that happens once. 单次节目",
        keys: &[
            must("id", ID, "Its name."),
            must("service", ID, "Where it airs."),
            must("asset", ASSET, "What airs; or `live`."),
            may("live", ID, "The live source that airs; or `asset`."),
            may("title", Form::Texts, "Its title."),
            must("at", DATE_TIME, "Date and time."),
            may("length", LENGTH, "How long it may last; otherwise until the next airing."),
            OVERRUN,
            may("start_at", LENGTH, "How far into the asset it starts."),
            START,
            REGIONS,
            LICENCE,
            may("priority", PRIORITY, "Usually 70: above that of slots."),
            may("content", GENRE, "Its genre (EN 300 468 table 28)."),
            ON_GAP,
            ON_FOLD,
        ],
    },
    Table {
        name: "bundle",
        about: "Files that are sent in a carousel. 资源包",
        keys: &[
            must("id", ID, "Its name."),
            must("service", ID, "The data service that carries it."),
            must("title", Form::Texts, "What it is called."),
            must("files", Form::Text, "A path or pattern below the folder of bundles."),
            may(
                "window",
                Form::Word(&["always"]),
                "All the time between `from` and `until`; usual.",
            ),
            may("windows", Form::List(&Form::One("window")), "Times of day at which it is sent."),
            may("from", DATE, "The first date."),
            may("until", DATE, "The last date."),
            may(
                "rate",
                Form::Integer(0, 1_000_000_000),
                "What it is promised while it is sent, in bit/s.",
            ),
            may("weight", Form::Integer(1, 1000), "Its share of what is left over; usually 1."),
            may(
                "encoding",
                Form::Word(&["fountain", "carousel"]),
                "How it is sent; usually \"fountain\", which sites complete whatever they lost.",
            ),
            may(
                "block_size",
                Form::Integer(64, 4066),
                "Bytes of a carousel block; usually 4017, smaller where single packets are lost.",
            ),
            REGIONS,
            may("for", Form::One("lesson of a bundle"), "The lesson that needs it."),
            may("ready", Form::One("`ready`"), "When it must be complete; needs `for` and `from`."),
        ],
    },
    Table {
        name: "lesson of a bundle",
        about: "The lesson that needs a bundle.",
        keys: &[must("course", ID, "Its course."), must("lesson", ID, "The lesson.")],
    },
    Table {
        name: "`ready`",
        about: "When a bundle must be complete.",
        keys: &[
            must("before", LENGTH, "So long before the lesson first airs."),
            may("cycles", Form::Integer(1, 1000), "After so many whole passes; usually 1."),
        ],
    },
    Table {
        name: "window",
        about: "Times of day on some weekdays.",
        keys: &[
            DAYS,
            EVERY_WEEKS,
            NTH,
            MONTH_DAYS,
            RRULE,
            must("from", TIME, "When it opens."),
            must("to", TIME, "When it closes; at or before `from` on the next day."),
        ],
    },
];
