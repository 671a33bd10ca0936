//! Terms, sites, licences and live sources: codes that a teaching year brings.

use super::Explanation;
use crate::diagnostic::Code;

pub(super) const CALENDAR: &[Explanation] = &[
    Explanation {
        code: Code::BadRule,
        meaning: "The rule of RFC 5545 cannot be read, or says what a slot has keys of its own \
            for: `rrule` says on which days it airs, and nothing else.",
        example: "[[slot]]\nid = \"clinic\"\nservice = \"tv-1\"\nasset = \"health/clinic\"\n\
            rrule = \"FREQ=MONTHLY;BYDAY=1XX\"\nat = 10:00\nlength = \"20m\"\nfrom = 2027-01-01\n",
        mend: "Correct the rule, or use `days`, `every_weeks`, `nth_in_month` or `month_days`. \
            Times stand in `at`.",
        mended: "[[slot]]\nid = \"clinic\"\nservice = \"tv-1\"\nasset = \"health/clinic\"\n\
            rrule = \"FREQ=MONTHLY;BYDAY=1SA\"\nat = 10:00\nlength = \"20m\"\nfrom = 2027-01-01\n",
    },
    Explanation {
        code: Code::LostDay,
        meaning: "Lessons of the slot fall on closed days of its term and move on, and no \
            make-up day gives the airing back: the course ends later than it seems.",
        example: "[[term]]\nid = \"spring\"\nfrom = 2027-02-22\nuntil = 2027-04-30\n\
            closed = [{ on = 2027-04-05, why = \"festival\" }]\n\n\
            [[slot]]\nid = \"maths\"\nservice = \"tv-1\"\ncourse = \"maths-7\"\n\
            term = \"spring\"\ndays = [\"mon\"]\nat = 08:00\nlength = \"45m\"\n",
        mend: "Name a make-up day, or say that the day is not to be made up \
            (`made_up = false`).",
        mended: "[[term]]\nid = \"spring\"\nfrom = 2027-02-22\nuntil = 2027-04-30\n\
            closed = [{ on = 2027-04-05, why = \"festival\" }]\n\
            makeup = [{ on = 2027-04-10, taught_as = 2027-04-05 }]\n\n\
            [[slot]]\nid = \"maths\"\nservice = \"tv-1\"\ncourse = \"maths-7\"\n\
            term = \"spring\"\ndays = [\"mon\"]\nat = 08:00\nlength = \"45m\"\n",
    },
    Explanation {
        code: Code::BookedTwice,
        meaning: "Two slots gather people at one time at sites that have one receiver for all \
            of them: the school and the village cannot both watch.",
        example: "[[site_class]]\nid = \"village-school\"\naudience = [\"school\", \"village\"]\n\
            open = \"always\"\n\n\
            [[slot]]\nid = \"lesson\"\nservice = \"tv-1\"\nasset = \"a/1\"\nat = 16:00\n\
            length = \"1h\"\naudience = [\"school\"]\nuntil = 2027-03-31\n\n\
            [[service]]\nid = \"tv-2\"\nnumber = 2\nkind = \"television\"\n\
            name = { en = \"Two\" }\nslate = \"slate/clock\"\n\n\
            [[slot]]\nid = \"meeting\"\nservice = \"tv-2\"\nasset = \"a/2\"\nat = 16:30\n\
            length = \"1h\"\naudience = [\"village\"]\nuntil = 2027-03-31\n",
        mend: "Move one of the two, or leave `audience` out where nobody gathers.",
        mended: "",
    },
    Explanation {
        code: Code::Unlicensed,
        meaning: "An asset airs on a day on which its licence does not hold. The message names \
            the first such airing.",
        example: "[[slot]]\nid = \"film\"\nservice = \"tv-1\"\nasset = \"films/a\"\n\
            licence = { until = 2027-03-10 }\nat = 20:00\nlength = \"2h\"\nfrom = 2027-03-01\n\
            until = 2027-03-31\n",
        mend: "Take it out of the plan for those days, or enter the new licence.",
        mended: "[[slot]]\nid = \"film\"\nservice = \"tv-1\"\nasset = \"films/a\"\n\
            licence = { until = 2027-03-31 }\nat = 20:00\nlength = \"2h\"\nfrom = 2027-03-01\n\
            until = 2027-03-31\n",
    },
    Explanation {
        code: Code::NoRepeat,
        meaning: "A lesson of a required course airs only once: whoever has a power cut then \
            never sees it.",
        example: "[[course]]\nid = \"law-101\"\ntitle = { en = \"Law\" }\nkind = \"required\"\n\
            lessons = { pattern = \"law-101/{n:02}\", count = 2 }\n\n\
            [[slot]]\nid = \"law\"\nservice = \"tv-1\"\ncourse = \"law-101\"\ndays = [\"mon\"]\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\nuntil = 2027-03-08\n",
        mend: "Add a `rerun` or a `rotate` to the slot, or a slot with `rerun_of`.",
        mended: "[[course]]\nid = \"law-101\"\ntitle = { en = \"Law\" }\nkind = \"required\"\n\
            lessons = { pattern = \"law-101/{n:02}\", count = 2 }\n\n\
            [[slot]]\nid = \"law\"\nservice = \"tv-1\"\ncourse = \"law-101\"\ndays = [\"mon\"]\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\nuntil = 2027-03-08\n\
            rerun = [{ days_later = 1, at = 07:00 }]\n",
    },
    Explanation {
        code: Code::TooFewChances,
        meaning: "A class of sites cannot follow a required course: a lesson airs too seldom \
            within its opening hours, or behind a later one, before the date of the course.",
        example: "[[site_class]]\nid = \"school\"\naudience = [\"pupils\"]\n\
            open = [{ days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"], from = 08:00, \
            to = 17:00 }]\n\n\
            [[course]]\nid = \"law-101\"\ntitle = { en = \"Law\" }\nkind = \"required\"\n\
            lessons = { pattern = \"law-101/{n:02}\", count = 2 }\n\n\
            [[slot]]\nid = \"law\"\nservice = \"tv-1\"\ncourse = \"law-101\"\ndays = [\"mon\"]\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\nuntil = 2027-03-08\n\
            rerun = [{ days_later = 1, at = 20:00 }]\n",
        mend: "Air it again while these sites are open, or say with `audience` whom the course \
            is for.",
        mended: "[[site_class]]\nid = \"school\"\naudience = [\"pupils\"]\n\
            open = [{ days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"], from = 08:00, \
            to = 17:00 }]\n\n\
            [[course]]\nid = \"law-101\"\ntitle = { en = \"Law\" }\nkind = \"required\"\n\
            lessons = { pattern = \"law-101/{n:02}\", count = 2 }\n\n\
            [[slot]]\nid = \"law\"\nservice = \"tv-1\"\ncourse = \"law-101\"\ndays = [\"mon\"]\n\
            at = 09:30\nlength = \"45m\"\nfrom = 2027-03-01\nuntil = 2027-03-08\n\
            rerun = [{ days_later = 1, at = 10:00 }]\n",
    },
    Explanation {
        code: Code::Uncovered,
        meaning: "A live programme has nothing that covers its loss, or may overrun into a \
            required lesson.",
        example: "[[live]]\nid = \"studio\"\ninput = \"rtp://239.10.0.5:5004\"\n\n\
            [[item]]\nid = \"speech\"\nservice = \"tv-1\"\nlive = \"studio\"\n\
            at = 2027-03-06T15:00\nlength = \"1h\"\n",
        mend: "Name what is shown when the source is lost, and leave room behind a programme \
            that may overrun.",
        mended: "[[live]]\nid = \"studio\"\ninput = \"rtp://239.10.0.5:5004\"\n\
            if_lost = { after = \"2s\", play = \"slate/clock\" }\n\n\
            [[item]]\nid = \"speech\"\nservice = \"tv-1\"\nlive = \"studio\"\n\
            at = 2027-03-06T15:00\nlength = \"1h\"\n",
    },
];

/// Codes that one file alone, or a file without a library, does not draw.
pub(super) const BEYOND: &[Explanation] = &[
    Explanation {
        code: Code::NotGranted,
        meaning: "A provincial plan airs something on a service of the plan that it includes, \
            outside the windows (`[[opt_out]]`) that are granted to its region.",
        example: "include = [\"../national.toml\"]\nplan_for = \"shandong\"\n\n\
            [[item]]\nid = \"fair\"\nservice = \"tv-1\"\nasset = \"sd/fair\"\n\
            at = 2027-03-06T15:00\nlength = \"1h\"\n",
        mend: "Move it into a window of the region, or onto a service of the province's own; or \
            ask the centre for a window.",
        mended: "",
    },
    Explanation {
        code: Code::RequiredDisplaced,
        meaning: "A provincial plan takes the time of a required lesson of the plan that it \
            includes, which no province may.",
        example: "include = [\"../national.toml\"]\nplan_for = \"shandong\"\n\n\
            [[slot]]\nid = \"local-news\"\nservice = \"tv-1\"\nasset = \"sd/news\"\nat = 19:30\n\
            length = \"15m\"\n",
        mend: "Choose a part of the window without a required lesson.",
        mended: "",
    },
    Explanation {
        code: Code::BundleLate,
        meaning: "By its size, its promised rate and its windows a bundle cannot be complete so \
            long before its lesson as `ready` wants. The message gives the reckoning.",
        example: "[[bundle]]\nid = \"notes\"\nservice = \"files\"\ntitle = { en = \"Notes\" }\n\
            files = \"notes/**\"\nfrom = 2027-03-01\nrate = 100_000\n\
            for = { course = \"maths-7\", lesson = \"l01\" }\n\
            ready = { before = \"12h\", cycles = 3 }\n",
        mend: "Promise a higher `rate`, open more `windows`, start earlier, or ask for fewer \
            `cycles`.",
        mended: "",
    },
    Explanation {
        code: Code::BundleTight,
        meaning: "A bundle is complete in time for its lesson, but with little to spare: one \
            evening without power, and it is late.",
        example: "[[bundle]]\nid = \"notes\"\nservice = \"files\"\ntitle = { en = \"Notes\" }\n\
            files = \"notes/**\"\nfrom = 2027-03-01\nrate = 500_000\n\
            for = { course = \"maths-7\", lesson = \"l01\" }\n\
            ready = { before = \"12h\", cycles = 3 }\n",
        mend: "As for E0501: rate, windows or an earlier start.",
        mended: "",
    },
    Explanation {
        code: Code::Horizon,
        meaning: "A service has airings up to a day within the next three days, and none in the \
            two weeks behind that: the term ends, and nobody has written the next one. Filler is \
            shown from then on.",
        example: "[[slot]]\nid = \"maths\"\nservice = \"tv-1\"\ncourse = \"maths-7\"\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\nuntil = 2027-03-04\n",
        mend: "Write the plan of the time behind it, or move `until`.",
        mended: "",
    },
];
