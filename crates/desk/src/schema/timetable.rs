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
        about: "A weekly place on a service. 时段",
        keys: &[
            must("id", ID, "Its name."),
            must("service", ID, "Where it airs."),
            may("course", ID, "The course whose next lesson airs each time; or `asset`."),
            may("asset", ASSET, "The asset that airs each time; or `course`."),
            may(
                "first_lesson",
                Form::Integer(1, 9999),
                "The lesson of the first airing; usually 1.",
            ),
            may("title", Form::Texts, "Its title, where it differs from that of the course."),
            may("days", Form::List(&DAY), "On which weekdays; usually all."),
            must(
                "at",
                Form::Any(&[TIME, Form::List(&TIME), Form::One("series of times")]),
                "When: one time, several, or a series.",
            ),
            must("length", LENGTH, "How long an airing may last; the asset is cut there."),
            may("from_offset", LENGTH, "How far into the asset it starts."),
            may("from", DATE, "The first date; lessons are counted from it on."),
            may("until", DATE, "The last date."),
            may("except", Form::List(&DATE), "Dates without an airing; lessons move on."),
            may(
                "extra",
                Form::List(&DATE_TIME),
                "Airings more, which take part in the count of lessons.",
            ),
            may("priority", PRIORITY, "Where two share time the lower one gives way; usually 50."),
            ON_GAP,
            ON_FOLD,
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
            must("asset", ASSET, "What airs."),
            may("title", Form::Texts, "Its title."),
            must("at", DATE_TIME, "Date and time."),
            may("length", LENGTH, "How long it may last; otherwise until the next airing."),
            may("start_at", LENGTH, "How far into the asset it starts."),
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
            may("block_size", Form::Integer(64, 4066), "Bytes of a carousel block."),
        ],
    },
    Table {
        name: "window",
        about: "Times of day on some weekdays.",
        keys: &[
            may("days", Form::List(&DAY), "On which weekdays it opens; usually all."),
            must("from", TIME, "When it opens."),
            must("to", TIME, "When it closes; at or before `from` on the next day."),
        ],
    },
];
