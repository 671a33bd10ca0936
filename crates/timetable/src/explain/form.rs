//! E01xx: how a text is written.

use super::Explanation;
use crate::diagnostic::Code;

pub(super) const FORM: &[Explanation] = &[
    Explanation {
        code: Code::Syntax,
        meaning: "The file is not TOML 1.1 at this place, so what stands there cannot be read. \
            Most often a quote, a bracket or an equals sign is missing. Other faults on the same \
            line are told once this one is gone.",
        example: "[[slot]]\nid = \"evening\nservice = \"tv-1\"\n",
        mend: "Close the string, the list or the table. An editor that knows TOML shows the place.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\ncourse = \"maths-7\"\nat = 19:30\n\
            length = \"45m\"\nfrom = 2027-03-01\n",
    },
    Explanation {
        code: Code::UnknownKey,
        meaning: "The table has no key of this name. Unknown keys are errors, so that a slip of \
            the hand never silently leaves a setting out.",
        example: "[[item]]\nid = \"opening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 2027-03-01T09:00\nlenght = \"30m\"\n",
        mend: "Take the name that the help proposes, or one of the list of known keys.",
        mended: "[[item]]\nid = \"opening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 2027-03-01T09:00\nlength = \"30m\"\n",
    },
    Explanation {
        code: Code::WrongType,
        meaning: "The key is known, but its value is of another kind: a number in quotes, a \
            single table where several may stand, a time with an offset.",
        example: "[[item]]\nid = \"opening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = \"2027-03-01 09:00\"\n",
        mend: "Dates and times stand without quotes and without an offset, lengths in quotes \
            (\"45m\"), numbers without quotes.",
        mended: "[[item]]\nid = \"opening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 2027-03-01T09:00\n",
    },
    Explanation {
        code: Code::MissingKey,
        meaning: "The table lacks a key that it cannot do without. A slot with a course needs \
            `from`, since its lessons are counted from that date.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\ncourse = \"maths-7\"\n\
            at = 19:30\nlength = \"45m\"\n",
        mend: "Add the key that the message names.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\ncourse = \"maths-7\"\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\n",
    },
    Explanation {
        code: Code::BadZone,
        meaning: "All civil times are in the zone of the timetable, which is named as in the \
            IANA time zone database that is built into the program.",
        example: "format = 1\nzone = \"Asia/Bejing\"\n",
        mend: "Write an IANA name. For China that is `Asia/Shanghai`.",
        mended: "format = 1\nzone = \"Asia/Shanghai\"\n",
    },
    Explanation {
        code: Code::BadDate,
        meaning: "The date or time is well written but cannot be used: it is before 1972 or \
            behind 2199, or the time is not a whole second.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 19:30\nlength = \"45m\"\nfrom = 1927-03-01\n",
        mend: "Look for a slip of the hand in the year.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\n",
    },
    Explanation {
        code: Code::BadDuration,
        meaning: "A length of time is whole numbers with the units d, h, m, s and ms, from large \
            to small, in quotes. Airings last whole seconds, at least 30 s and at most 24 h.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 19:30\nlength = \"45 min\"\n",
        mend: "Write it like \"45m\", \"1h30m\" or \"44m30s\".",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 19:30\nlength = \"45m\"\n",
    },
    Explanation {
        code: Code::BadName,
        meaning: "Ids are small letters, digits and single hyphens, at most 64 of them, since \
            they travel to every site and into file names. Assets are parts of letters, digits, \
            `.`, `_` and `-`, joined by `/`.",
        example: "[[filler]]\nid = \"Breaks_1\"\nassets = [\"filler/soon\"]\n",
        mend: "Write the id in small letters. What people read belongs into `title` or `name`.",
        mended: "[[filler]]\nid = \"breaks-1\"\nassets = [\"filler/soon\"]\n",
    },
    Explanation {
        code: Code::BadText,
        meaning: "A text for people is empty, has control characters, or is longer than the 240 \
            bytes that a descriptor of the programme guide holds (80 Chinese characters).",
        example: "[[item]]\nid = \"opening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 2027-03-01T09:00\ntitle = { zh = \"\" }\n",
        mend: "Write a shorter text, or leave the language out.",
        mended: "[[item]]\nid = \"opening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 2027-03-01T09:00\ntitle = { zh = \"开学第一课\" }\n",
    },
    Explanation {
        code: Code::OutOfRange,
        meaning: "The number is outside the range that the message gives; or a slot begins with \
            a lesson that its course does not have.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 19:30\nlength = \"45m\"\npriority = 100\n",
        mend: "Choose a number in the range. Priorities go from 0 to 99.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 19:30\nlength = \"45m\"\npriority = 90\n",
    },
    Explanation {
        code: Code::UnknownWord,
        meaning: "The key takes one of a few words, and this is none of them.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            days = [\"monday\"]\nat = 19:30\nlength = \"45m\"\n",
        mend: "Take one of the words that the help lists.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            days = [\"mon\"]\nat = 19:30\nlength = \"45m\"\n",
    },
    Explanation {
        code: Code::Duplicate,
        meaning: "Two definitions have the same id, perhaps in two files, or two services the \
            same number. It would not be clear which one is meant.",
        example: "[[filler]]\nid = \"breaks\"\nassets = [\"filler/soon\"]\n\n\
            [[filler]]\nid = \"breaks\"\nassets = [\"filler/music\"]\n",
        mend: "Rename one of the two, or remove it.",
        mended: "[[filler]]\nid = \"breaks\"\nassets = [\"filler/soon\"]\n\n\
            [[filler]]\nid = \"music\"\nassets = [\"filler/music\"]\n",
    },
    Explanation {
        code: Code::UnknownReference,
        meaning: "A service, course, filler or carrier profile is named that no file defines.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-2\"\nasset = \"films/opening\"\n\
            at = 19:30\nlength = \"45m\"\n",
        mend: "Correct the name, or define it. Definitions may stand in any file of the timetable.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 19:30\nlength = \"45m\"\n",
    },
    Explanation {
        code: Code::Conflict,
        meaning: "Two keys exclude each other, exactly one of several is needed, or two files \
            give different values to a key that holds for all.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            course = \"maths-7\"\nat = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\n",
        mend: "Keep one of the two.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\n\
            course = \"maths-7\"\nat = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\n",
    },
    Explanation {
        code: Code::BadFormat,
        meaning: "The file is written in a version of the language that this program does not \
            know: it was made for a newer one.",
        example: "format = 7\nzone = \"Asia/Shanghai\"\n",
        mend: "Write `format = 1`, or use a newer program.",
        mended: "format = 1\nzone = \"Asia/Shanghai\"\n",
    },
    Explanation {
        code: Code::TooLarge,
        meaning: "A file, a list or a whole timetable is larger than what the program is proven \
            to handle. The limits stand in the reference of the timetable.",
        example: "[[slot]]\nid = \"minutes\"\nservice = \"tv-1\"\nasset = \"a\"\nlength = \"30s\"\n\
            at = [00:00, 00:00, 00:00, 00:00, 00:00, 00:00, 00:00, 00:00, 00:00, 00:00]  # 1,441 \
            times\n",
        mend: "Use a series (`at = { from = 00:00, every = \"1m\", count = 1440 }`) or a pattern \
            instead of a list, or cut the timetable into several multiplexes.",
        mended: "",
    },
    Explanation {
        code: Code::WrongServiceKind,
        meaning: "Airings belong on television and radio services, bundles of files on data \
            services.",
        example: "[[item]]\nid = \"opening\"\nservice = \"files\"\nasset = \"films/opening\"\n\
            at = 2027-03-01T09:00\n",
        mend: "Name a service of the right kind.",
        mended: "[[item]]\nid = \"opening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 2027-03-01T09:00\n",
    },
];
