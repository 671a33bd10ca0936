//! Dates of the proleptic Gregorian calendar as day numbers.

use core::fmt;

/// A civil date: days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// A civil date as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearMonthDay {
    /// The year, 0 for 1 BC.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl Day {
    /// The first date a timetable may name: from here on UTC keeps whole seconds of TAI.
    pub const FIRST: Day = Day(days_from_civil(1972, 1, 1));
    /// The last date a timetable may name.
    pub const LAST: Day = Day(days_from_civil(2199, 12, 31));

    /// The date with this year, month and day; `None` when there is none.
    pub const fn from_ymd(year: i32, month: u8, day: u8) -> Option<Day> {
        if year < -9999 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 {
            return None;
        }
        let number = days_from_civil(year, month, day);
        let back = civil_from_days(number);
        if back.month == month && back.day == day { Some(Day(number)) } else { None }
    }

    /// Year, month and day of this date.
    pub const fn ymd(self) -> YearMonthDay {
        civil_from_days(self.0)
    }

    /// The weekday, 0 for Monday to 6 for Sunday.
    pub const fn weekday(self) -> u8 {
        (self.0.wrapping_add(3)).rem_euclid(7) as u8
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let YearMonthDay { year, month, day } = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last of its year.
pub(crate) const fn days_from_civil(year: i32, month: u8, day: u8) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month as i32 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_ERA + day_of_era - DAYS_FROM_ERA_START_TO_1970
}

const fn civil_from_days(days: i32) -> YearMonthDay {
    let shifted = days as i64 + DAYS_FROM_ERA_START_TO_1970 as i64;
    let era = shifted.div_euclid(DAYS_PER_ERA as i64) as i32;
    let day_of_era = shifted.rem_euclid(DAYS_PER_ERA as i64) as i32;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u8;
    let month = ((month_from_march + 2) % 12 + 1) as u8;
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    YearMonthDay { year, month, day }
}

const DAYS_PER_ERA: i32 = 146_097;
const DAYS_FROM_ERA_START_TO_1970: i32 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn well_known_dates_have_their_day_numbers() {
        assert_eq!(Day::from_ymd(1970, 1, 1), Some(Day(0)));
        assert_eq!(Day::from_ymd(2000, 3, 1), Some(Day(11_017)));
        assert_eq!(Day::from_ymd(1858, 11, 17), Some(Day(-40_587)));
        assert_eq!(Day::from_ymd(2027, 2, 29), None);
        assert_eq!(Day::from_ymd(2028, 2, 29).map(|d| d.to_string()), Some("2028-02-29".into()));
        assert_eq!(Day::from_ymd(2027, 3, 1).map(Day::weekday), Some(0));
    }

    proptest! {
        #[test]
        fn any_day_number_survives_year_month_day(number in -1_000_000i32..2_000_000) {
            let YearMonthDay { year, month, day } = Day(number).ymd();
            prop_assert_eq!(Day::from_ymd(year, month, day), Some(Day(number)));
        }

        #[test]
        fn any_day_agrees_with_the_calendar_library(number in -700_000i32..2_900_000) {
            let epoch = jiff::civil::date(1970, 1, 1);
            let date = epoch + jiff::Span::new().days(number);
            let ymd = Day(number).ymd();
            prop_assert_eq!(i32::from(date.year()), ymd.year);
            prop_assert_eq!((date.month(), date.day()), (ymd.month as i8, ymd.day as i8));
            prop_assert_eq!(date.weekday().to_monday_zero_offset() as u8, Day(number).weekday());
        }
    }
}
