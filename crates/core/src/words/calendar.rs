//! Days, counted from 1 January 1970, and stretches of them. Moments are taken as they are: see [`crate::zone::Zone::local`].

use crate::id::TimeUs;

/// A day.
pub const DAY_US: TimeUs = 86_400_000_000;

/// Of the days of the week, as [`weekday`] numbers them, the first.
pub const MONDAY: i64 = 0;
/// The day by which weeks are counted.
pub const THURSDAY: i64 = 3;
/// The first day of the weekend.
pub const SATURDAY: i64 = 5;
/// The last day of the week.
pub const SUNDAY: i64 = 6;

/// Year, month and day of a moment.
pub fn civil(at: TimeUs) -> (i64, i64, i64) {
    date_of(day_of(at))
}

/// The day of a moment.
pub fn day_of(at: TimeUs) -> i64 {
    at.div_euclid(DAY_US)
}

/// The day of the week, Monday being 0.
pub fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// Year, month and day of a day.
///
/// Howard Hinnant's `civil_from_days` ("chrono-Compatible Low-Level Date Algorithms").
pub fn date_of(day: i64) -> (i64, i64, i64) {
    let days = day + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The day of a date; a day that its month does not have falls into the next. Hinnant's `days_from_civil`.
pub fn day_of_date(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Whether a month has such a day: in that year, or in any.
pub fn is_date(year: Option<i64>, month: i64, day: i64) -> bool {
    let year = year.unwrap_or(LEAP_YEAR);
    (1..=12).contains(&month) && (1..=Days::month(year, month).count()).contains(&day)
}

/// The nth such weekday of a month, or the last one.
pub fn nth_weekday(month: Days, wanted: i64, nth: Option<i64>) -> Option<i64> {
    let day = match nth {
        Some(nth) => month.first + (wanted - weekday(month.first)).rem_euclid(7) + 7 * (nth - 1),
        None => month.last - (weekday(month.last) - wanted).rem_euclid(7),
    };
    (day <= month.last).then_some(day)
}

/// The day of Easter Sunday, as the western churches have it: the anonymous Gregorian algorithm.
pub fn easter(year: i64) -> i64 {
    let (golden, century) = (year % 19, year / 100);
    let correction = century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15;
    let epact = correction.rem_euclid(30);
    let full_moon = epact - epact / 28 * (1 - epact / 28 * (29 / (epact + 1)) * ((21 - golden) / 11));
    let weekday_of_moon = (year + year / 4 + full_moon + 2 - century + century / 4).rem_euclid(7);
    day_of_date(year, 3, 28) + full_moon - weekday_of_moon
}

/// A year in which each month is as long as it can be.
const LEAP_YEAR: i64 = 2000;

/// A stretch of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days {
    /// The first.
    pub first: i64,
    /// The last.
    pub last: i64,
}

impl Days {
    /// All that are told of: the years 1 to 9999.
    pub const ALL: Self = Self { first: -719_162, last: 2_932_896 };

    /// One day.
    pub fn one(day: i64) -> Self {
        Self { first: day, last: day }
    }

    /// The week of a day, so many weeks on: Monday to Sunday.
    pub fn week(day: i64, on: i64) -> Self {
        let monday = day - weekday(day) + 7 * on;
        Self { first: monday, last: monday + 6 }
    }

    /// The end of that week.
    pub fn weekend(day: i64, on: i64) -> Self {
        let week = Self::week(day, on);
        Self { first: week.last - 1, ..week }
    }

    /// A month; beyond 12 (or below 1), of another year.
    pub fn month(year: i64, month: i64) -> Self {
        let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
        let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        Self { first: day_of_date(year, month, 1), last: day_of_date(next_year, next, 1) - 1 }
    }

    /// So many months from one on.
    pub fn months(year: i64, month: i64, count: i64) -> Self {
        Self { first: Self::month(year, month).first, last: Self::month(year, month + count - 1).last }
    }

    /// A year.
    pub fn year(year: i64) -> Self {
        Self { first: day_of_date(year, 1, 1), last: day_of_date(year + 1, 1, 1) - 1 }
    }

    /// The nth week of a month that these days are, or its last: weeks that begin on a Monday, of which the first has the first Thursday, as the
    /// Korean standard and ISO 8601 count them. Days of another month are left out.
    pub fn week_of_month(self, nth: Option<i64>) -> Option<Self> {
        let week = Self::week(nth_weekday(self, THURSDAY, nth)?, 0);
        Some(Self { first: week.first.max(self.first), last: week.last.min(self.last) })
    }

    /// How many there are.
    pub fn count(self) -> i64 {
        self.last - self.first + 1
    }

    /// Whether the two have a day in common.
    pub fn meets(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_moment_has_a_date() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(-1), (1969, 12, 31));
        assert_eq!(civil(1_683_550_560_000_000), (2023, 5, 8));
        assert_eq!(civil(951_782_400_000_000), (2000, 2, 29));
        assert_eq!(weekday(day_of(1_683_550_560_000_000)), 0, "8 May 2023 was a Monday");
    }

    #[test]
    fn stretches() {
        assert_eq!(Days::ALL, Days { first: Days::year(1).first, last: Days::year(9999).last });
        let monday = day_of_date(2023, 5, 8);
        assert_eq!(Days::weekend(monday, -1), Days { first: monday - 2, last: monday - 1 });
        assert_eq!(Days::month(2023, 14), Days::month(2024, 2));
        assert_eq!(Days::month(2024, 2).count(), 29);
        assert_eq!(Days::year(2023).count(), 365);
        assert!(Days::month(2023, 5).meets(Days::week(monday, 0)) && !Days::month(2023, 4).meets(Days::one(monday)));
    }

    proptest! {
        #[test]
        fn a_day_has_one_date(day in -800_000_i64..2_900_000) {
            let (year, month, date) = date_of(day);
            prop_assert_eq!(day_of_date(year, month, date), day);
            prop_assert!(Days::week(day, 0).meets(Days::one(day)) && Days::month(year, month).meets(Days::one(day)));
        }
    }
}
