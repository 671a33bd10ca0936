//! Amendments.

use super::Explanation;
use crate::diagnostic::Code;

pub(super) const AMENDMENT: &[Explanation] = &[
    Explanation {
        code: Code::WrongNumber,
        meaning: "Amendments are numbered from 1 without a gap, in the order of the log, which is \
            only ever added to. Another number means that lines were edited, lost or taken twice.",
        example: "{\"n\":1,\"effective\":\"2027-03-01T00:00:00Z\",\"by\":\"li\",\"reason\":\"flood\",\
            \"do\":\"cancel\",\"airing\":\"evening@2027-03-08\"}\n\
            {\"n\":3,\"effective\":\"2027-03-01T00:00:00Z\",\"by\":\"li\",\"reason\":\"flood\",\
            \"do\":\"cancel\",\"airing\":\"evening@2027-03-15\"}\n",
        mend: "Take a whole copy of the log from the other machine or from a backup, and write \
            amendments with `headend amend`.",
        mended: "",
    },
    Explanation {
        code: Code::UnknownTarget,
        meaning: "An amendment names an airing, a course, a bundle, a service, an asset or another \
            amendment that is not there. Airings are called as plans and exports show them: the id \
            of the slot with the date, with the time where it airs several times a day, or the id \
            of the item.",
        example: "{\"n\":1,\"effective\":\"2027-03-01T00:00:00Z\",\"by\":\"li\",\"reason\":\"flood\",\
            \"do\":\"cancel\",\"airing\":\"evening@2027-03-09\"}\n",
        mend: "The help names what is near: the airings of that day, the nearest dates, or the \
            nearest name.",
        mended: "",
    },
    Explanation {
        code: Code::TooLate,
        meaning: "An amendment changes nothing that starts before its effective instant, but for \
            the end of what is on air, which `extend` and `cut` move when both ends lie at least \
            5 s behind that instant; what has been on air stays true of the timetable. This one \
            would change something else.",
        example: "{\"n\":1,\"effective\":\"2027-03-08T11:45:00Z\",\"by\":\"li\",\"reason\":\"flood\",\
            \"do\":\"cancel\",\"airing\":\"evening@2027-03-08\"}\n",
        mend: "Amend what starts later. What went wrong on air can be aired again with `insert`.",
        mended: "",
    },
    Explanation {
        code: Code::NoEffect,
        meaning: "An amendment cannot do what it says: an airing would be too short or too long, \
            would come where one stands already, or what stands in its way has a higher priority.",
        example: "{\"n\":1,\"effective\":\"2027-03-01T00:00:00Z\",\"by\":\"li\",\"reason\":\"short\",\
            \"do\":\"cut\",\"airing\":\"evening@2027-03-08\",\"seconds\":2690}\n",
        mend: "Say less, or move or cancel what stands in the way first.",
        mended: "",
    },
    Explanation {
        code: Code::TornLine,
        meaning: "The program or the machine stopped while an amendment was being written. A line \
            without its end was never accepted and changes nothing.",
        example: "{\"n\":1,\"effective\":\"2027-03-01T00:00:00Z\",\"by\":\"li\",\"rea",
        mend: "Write the amendment again: the next one sets the torn line aside in a file beside \
            the log.",
        mended: "",
    },
    Explanation {
        code: Code::SpentAmendment,
        meaning: "The timetable was changed since the amendment was accepted, and what it was about \
            is not there any more. It changes nothing now.",
        example: "{\"n\":1,\"effective\":\"2027-03-01T00:00:00Z\",\"by\":\"li\",\"reason\":\"flood\",\
            \"do\":\"cancel\",\"airing\":\"morning@2027-03-08\"}\n",
        mend: "If it should still hold, write it anew for what is there now; otherwise `undo` it.",
        mended: "",
    },
];
