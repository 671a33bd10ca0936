//! E02xx and E04xx: what airs when, and how courses fit; E0601: what is shown when all fails.

use super::Explanation;
use crate::diagnostic::Code;

pub(super) const AIRING: &[Explanation] = &[
    Explanation {
        code: Code::Overlap,
        meaning: "Two airings of one service share time and have the same priority. Which of \
            them airs would be chance, and nothing here is left to chance.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/a\"\n\
            at = 19:30\nlength = \"45m\"\n\n\
            [[slot]]\nid = \"news\"\nservice = \"tv-1\"\nasset = \"news/today\"\n\
            at = 20:00\nlength = \"15m\"\n",
        mend: "Move or shorten one of the two, or give the one that is to stay a higher \
            `priority`: the other then gives way.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/a\"\n\
            at = 19:30\nlength = \"45m\"\n\n\
            [[slot]]\nid = \"news\"\nservice = \"tv-1\"\nasset = \"news/today\"\n\
            at = 20:00\nlength = \"15m\"\npriority = 60\n",
    },
    Explanation {
        code: Code::ClockChange,
        meaning: "On the day on which clocks are set, this time is skipped or happens twice. The \
            policy says what becomes of it; the message says where it then stands.",
        example: "format = 1\nzone = \"Europe/London\"\n\n\
            [[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"\n\
            name = { en = \"One\" }\nslate = \"slate/clock\"\n\n\
            [[slot]]\nid = \"night\"\nservice = \"tv-1\"\nasset = \"films/a\"\nat = 01:30\n\
            length = \"30m\"\nfrom = 2027-03-01\nuntil = 2027-04-30\n",
        mend: "Leave it, if the time it gets is right. Otherwise say so with `on_gap` and \
            `on_fold`, for the timetable or for one slot, or choose a time outside the change.",
        mended: "format = 1\nzone = \"Europe/London\"\n\n\
            [[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"\n\
            name = { en = \"One\" }\nslate = \"slate/clock\"\n\n\
            [[slot]]\nid = \"night\"\nservice = \"tv-1\"\nasset = \"films/a\"\nat = 02:30\n\
            length = \"30m\"\nfrom = 2027-03-01\nuntil = 2027-04-30\n",
    },
    Explanation {
        code: Code::DeadDate,
        meaning: "An exception names a day on which the slot does not air anyway, or an extra \
            airing a time at which it airs already. Most often the date is a slip of the hand, \
            and the day that was meant is still on air.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/a\"\n\
            days = [\"mon\"]\nat = 19:30\nlength = \"45m\"\nexcept = [2027-03-02]\n",
        mend: "The help names the airings near it: write one of those dates.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/a\"\n\
            days = [\"mon\"]\nat = 19:30\nlength = \"45m\"\nexcept = [2027-03-01]\n",
    },
    Explanation {
        code: Code::Preempted,
        meaning: "An airing of higher priority takes the time of a lesson, so that nobody sees \
            it there, or only its beginning. Lessons are counted on all the same.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\ncourse = \"maths-7\"\n\
            days = [\"mon\"]\nat = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\n\n\
            [[item]]\nid = \"speech\"\nservice = \"tv-1\"\nasset = \"films/speech\"\n\
            at = 2027-03-08T19:30\nlength = \"1h\"\n",
        mend: "Except the day in the slot, so that the lesson moves on to the next airing; or \
            move the other airing.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\ncourse = \"maths-7\"\n\
            days = [\"mon\"]\nat = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\n\
            except = [2027-03-08]\n\n\
            [[item]]\nid = \"speech\"\nservice = \"tv-1\"\nasset = \"films/speech\"\n\
            at = 2027-03-08T19:30\nlength = \"1h\"\n",
    },
    Explanation {
        code: Code::ClockChangeRejected,
        meaning: "A clock change skips or repeats this time, and the timetable says that this is \
            an error (`reject`).",
        example: "format = 1\nzone = \"Europe/London\"\non_gap = \"reject\"\n\n\
            [[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"\n\
            name = { en = \"One\" }\nslate = \"slate/clock\"\n\n\
            [[slot]]\nid = \"night\"\nservice = \"tv-1\"\nasset = \"films/a\"\nat = 01:30\n\
            length = \"30m\"\nfrom = 2027-03-01\nuntil = 2027-04-30\n",
        mend: "Choose another time for that day, except the day, or another policy.",
        mended: "format = 1\nzone = \"Europe/London\"\non_gap = \"reject\"\n\n\
            [[service]]\nid = \"tv-1\"\nnumber = 1\nkind = \"television\"\n\
            name = { en = \"One\" }\nslate = \"slate/clock\"\n\n\
            [[slot]]\nid = \"night\"\nservice = \"tv-1\"\nasset = \"films/a\"\nat = 01:30\n\
            length = \"30m\"\nfrom = 2027-03-01\nuntil = 2027-04-30\nexcept = [2027-03-28]\n",
    },
    Explanation {
        code: Code::EmptyRange,
        meaning: "A range of dates ends before it begins, a list names nothing, or a slot has no \
            airing at all.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/a\"\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\nuntil = 2027-02-01\n",
        mend: "Correct the dates or the days. A window of a bundle that is to be open all day is \
            left out.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\nasset = \"films/a\"\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-02-01\nuntil = 2027-03-01\n",
    },
    Explanation {
        code: Code::CourseDoesNotFit,
        meaning: "A required course has lessons that no slot airs: its term has too few airings. \
            The message names the first lesson that is lost.",
        example: "[[course]]\nid = \"law-101\"\ntitle = { en = \"Law\" }\nkind = \"required\"\n\
            lessons = { pattern = \"law-101/{n:02}\", count = 3 }\n\n\
            [[slot]]\nid = \"law\"\nservice = \"tv-1\"\ncourse = \"law-101\"\ndays = [\"mon\"]\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\nuntil = 2027-03-08\n",
        mend: "Let the slot go on longer, air on more days, or have extra airings for those that \
            a holiday takes.",
        mended: "[[course]]\nid = \"law-101\"\ntitle = { en = \"Law\" }\nkind = \"required\"\n\
            lessons = { pattern = \"law-101/{n:02}\", count = 3 }\n\n\
            [[slot]]\nid = \"law\"\nservice = \"tv-1\"\ncourse = \"law-101\"\ndays = [\"mon\"]\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\nuntil = 2027-03-15\n",
    },
    Explanation {
        code: Code::CourseCutShort,
        meaning: "An elective course has lessons that no slot airs. That may be meant.",
        example: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\ncourse = \"maths-7\"\n\
            days = [\"mon\"]\nat = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\n\
            until = 2027-03-08\n",
        mend: "Let the slot go on longer, or leave the last lessons out of the course.",
        mended: "[[slot]]\nid = \"evening\"\nservice = \"tv-1\"\ncourse = \"maths-7\"\n\
            days = [\"mon\"]\nat = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\n\
            until = 2027-03-22\n",
    },
    Explanation {
        code: Code::CourseRunsOut,
        meaning: "A slot goes on when its course has no lesson left, and `if_finished` is \
            `error`, as it is for required courses unless they say otherwise.",
        example: "[[course]]\nid = \"law-101\"\ntitle = { en = \"Law\" }\nkind = \"required\"\n\
            lessons = { pattern = \"law-101/{n:02}\", count = 3 }\n\n\
            [[slot]]\nid = \"law\"\nservice = \"tv-1\"\ncourse = \"law-101\"\ndays = [\"mon\"]\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\nuntil = 2027-03-22\n",
        mend: "End the slot with the last lesson (`until`), or say with `if_finished` what is \
            shown then: `filler`, `restart` or `last`.",
        mended: "[[course]]\nid = \"law-101\"\ntitle = { en = \"Law\" }\nkind = \"required\"\n\
            lessons = { pattern = \"law-101/{n:02}\", count = 3 }\n\n\
            [[slot]]\nid = \"law\"\nservice = \"tv-1\"\ncourse = \"law-101\"\ndays = [\"mon\"]\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\nuntil = 2027-03-15\n",
    },
    Explanation {
        code: Code::NoSlate,
        meaning: "A television or radio service has no slate: nothing to show when an asset \
            fails on air. The slate is kept in memory, and without it the service would be dead.",
        example: "[[service]]\nid = \"tv-2\"\nnumber = 2\nkind = \"television\"\n\
            name = { en = \"Two\" }\n",
        mend: "Name a short asset of picture and sound as `slate`.",
        mended: "[[service]]\nid = \"tv-2\"\nnumber = 2\nkind = \"television\"\n\
            name = { en = \"Two\" }\nslate = \"slate/clock\"\n",
    },
];
