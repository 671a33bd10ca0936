//! E03xx and E05xx: what the library holds, and what the multiplex carries.

use super::Explanation;
use crate::diagnostic::Code;

pub(super) const ASSETS: &[Explanation] = &[
    Explanation {
        code: Code::UnknownAsset,
        meaning: "The timetable names an asset that the library does not have, or cannot read. \
            On air the slate would be shown in its place.",
        example: "[[item]]\nid = \"opening\"\nservice = \"tv-1\"\nasset = \"films/openning\"\n\
            at = 2027-03-01T09:00\n",
        mend: "Correct the name, or take the file into the library: \
            `headend ingest CONFIG --id films/opening FILE`.",
        mended: "",
    },
    Explanation {
        code: Code::LengthMismatch,
        meaning: "Two lengths contradict each other: the length that the timetable claims for a \
            lesson, that of its slot, or that of the asset itself. What is longer than its slot \
            is cut at the end of it.",
        example: "[[course]]\nid = \"law-101\"\ntitle = { en = \"Law\" }\nkind = \"elective\"\n\
            lessons = [{ id = \"l1\", asset = \"law/1\", length = \"50m\" }]\n\n\
            [[slot]]\nid = \"law\"\nservice = \"tv-1\"\ncourse = \"law-101\"\n\
            at = 19:30\nlength = \"45m\"\nfrom = 2027-03-01\n",
        mend: "Make the slot longer, or correct the claim. A claim may differ from the asset by \
            a second.",
        mended: "",
    },
    Explanation {
        code: Code::Unplayable,
        meaning: "The library has the asset, but it cannot be played at its time: its index is \
            damaged, or its streams do not suit the service.",
        example: "[[item]]\nid = \"opening\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            at = 2027-03-01T09:00\n",
        mend: "Take the file into the library again. If that fails too, mend the file.",
        mended: "",
    },
    Explanation {
        code: Code::EnteredEarlier,
        meaning: "A picture can be entered only at a key frame. The place at which the asset is \
            to start is none, so it starts at the last one before it.",
        example: "[[item]]\nid = \"second-half\"\nservice = \"tv-1\"\nasset = \"films/opening\"\n\
            start_at = \"45m\"\nat = 2027-03-01T09:00\n",
        mend: "Leave it, if the little more is of no account; or cut the film into two assets.",
        mended: "",
    },
    Explanation {
        code: Code::Capacity,
        meaning: "In some superframe the multiplex has less room than is promised: the \
            programmes, the tables and the rates of all bundles that are sent then. The message \
            says when, and who asks for how many packets.",
        example: "[[bundle]]\nid = \"notes\"\nservice = \"files\"\ntitle = { en = \"Notes\" }\n\
            files = \"notes/**\"\nrate = 40_000_000\n",
        mend: "Lower the promised `rate` of a bundle, give it other `windows`, or take a service \
            off the multiplex.",
        mended: "[[bundle]]\nid = \"notes\"\nservice = \"files\"\ntitle = { en = \"Notes\" }\n\
            files = \"notes/**\"\nrate = 2_000_000\nwindows = [{ from = 00:30, to = 05:30 }]\n",
    },
    Explanation {
        code: Code::GuideShortened,
        meaning: "The services of a multiplex have so many events that their programme guide \
            cannot be repeated every 10 s at a pace that receivers follow. It tells fewer than \
            eight days; the message says how many. What airs is not touched.",
        example: "[[slot]]\nid = \"spots\"\nservice = \"tv-1\"\nasset = \"spots/s1\"\n\
            at = { from = 00:00, every = \"1m\", count = 1440 }\nlength = \"1m\"\n",
        mend: "Plan fewer and longer programmes, give them shorter texts, or spread the services \
            over more multiplexes. Where the days that are left will do, nothing need be done.",
        mended: "",
    },
];
