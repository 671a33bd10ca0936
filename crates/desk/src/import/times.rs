//! Dates and times as the files write them.

use super::entry::checked;
use timetable::LocalTime;
use timetable::civil::{Day, ticks_from_unix};
use ts::Ticks;

/// A time that a file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileTime {
    /// An instant.
    OnAxis(Ticks),
    /// A civil time without a zone.
    Local(LocalTime),
}

/// `20270301T193000`, `202703011930` or a date alone, without separators.
pub(super) fn compact(text: &str) -> Option<LocalTime> {
    let digits: Vec<u8> = match text.split_once('T') {
        Some((date, time)) if date.len() == 8 && time.len() == 6 => [date, time].concat().into(),
        Some(_) => return None,
        None => text.into(),
    };
    if !matches!(digits.len(), 8 | 10 | 12 | 14) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |range: core::ops::Range<usize>| {
        let part = digits.get(range).unwrap_or_default();
        part.iter().fold(0u32, |number, digit| number * 10 + u32::from(digit - b'0'))
    };
    civil(
        [number(0..4), number(4..6), number(6..8)],
        [number(8..10), number(10..12), number(12..14)],
    )
}

/// `2027-03-01 19:30`, with `T` or `/` and with seconds as well.
pub(super) fn spaced(text: &str) -> Option<LocalTime> {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let part = |text: &str| {
        let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if digits { text.parse::<u32>().ok() } else { None }
    };
    let parts =
        |text: &str, by: &[char]| text.trim().split(by).map(part).collect::<Option<Vec<_>>>();
    let date = parts(date, &['-', '/'])?;
    let time = parts(time, &[':'])?;
    let [year, month, day] = date.as_slice() else { return None };
    let (hour, minute, second) = match time.as_slice() {
        [hour, minute] => (*hour, *minute, 0),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    civil([*year, *month, *day], [hour, minute, second])
}

/// The instant of a civil time that is so many seconds ahead of UTC.
pub(super) fn instant(local: LocalTime, offset_s: i64) -> Option<Ticks> {
    ticks_from_unix(local.0 - offset_s)
}

/// `+0800`, `-03:30`, `Z`: seconds ahead of UTC.
pub(super) fn offset_s(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "UTC" | "GMT") {
        return Some(0);
    }
    let sign = match text.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: Vec<i64> = text[1..]
        .chars()
        .filter(|c| *c != ':')
        .map(|c| c.to_digit(10).map(i64::from))
        .collect::<Option<_>>()?;
    let [h1, h2, m1, m2] = digits.as_slice() else { return None };
    let (hours, minutes) = (h1 * 10 + h2, m1 * 10 + m2);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn civil(date: [u32; 3], time: [u32; 3]) -> Option<LocalTime> {
    let [year, month, day] = date;
    let [hour, minute, second] = time;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let date = Day::from_ymd(year as i32, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    checked(LocalTime::new(date, hour * 3600 + minute * 60 + second)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        let shown = |time: Option<LocalTime>| time.map(|t| t.to_string()).unwrap_or_default();
        assert_eq!(shown(compact("20270301T193000")), "2027-03-01 19:30");
        assert_eq!(shown(compact("202703011930")), "2027-03-01 19:30");
        assert_eq!(shown(spaced("2027/3/1 9:05")), "2027-03-01 09:05");
        assert_eq!(shown(spaced("2027-03-01T19:30:15")), "2027-03-01 19:30:15");
        for text in ["", "2027", "20270230T000000", "2027-03-01 24:00", "一二三四五六七八"]
        {
            assert_eq!((compact(text), spaced(text)), (None, None), "{text}");
        }
        assert_eq!(offset_s("-03:30"), Some(-12_600));
        assert_eq!((offset_s("+8"), offset_s("BST"), offset_s("+9900")), (None, None, None));
    }
}
