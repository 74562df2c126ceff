//! Stretches of days, counted from today.

use super::reader::Reader;
use crate::id::TimeUs;
use crate::words::calendar::{Days, SATURDAY, THURSDAY, date_of, day_of, weekday};

/// Days by which "two weeks ago" may be off.
const WEEKS_AWAY_DAYS: i64 = 3;

/// Days on either side of "this time last year".
const AROUND_DAYS: i64 = 15;

/// Units further away than this are not a time that anybody remembers, or plans.
pub(super) const AWAY_MAX: i64 = 200;

const HOUR_US: TimeUs = 3_600_000_000;

const MINUTE_US: TimeUs = 60_000_000;

/// The same of days: "the past 365 days" are as many as a year has.
const DAYS_AWAY_MAX: i64 = 366 * AWAY_MAX;

/// How many units of time: a number, or "a few".
#[derive(Clone, Copy)]
pub struct Count {
    least: i64,
    most: i64,
}

impl Count {
    /// As many as are meant by "a few", 몇.
    pub const FEW: Self = Self { least: 2, most: 5 };

    /// The number, if it is a certain one.
    pub fn exact(self) -> Option<i64> {
        (self.least == self.most).then_some(self.least)
    }

    /// Just so many.
    pub const fn of(number: i64) -> Self {
        Self { least: number, most: number }
    }
}

/// The days of a unit that is always as long.
fn days_of(unit: &str) -> Option<i64> {
    match unit {
        "day" | "night" => Some(1),
        "week" => Some(7),
        "fortnight" => Some(14),
        _ => None,
    }
}

impl Reader<'_> {
    /// The unit of time that goes before, is, or comes after the one today is in.
    pub(super) fn around(&self, unit: &str, on: i64) -> Option<Days> {
        let (year, month, _) = date_of(self.today);
        match unit {
            "week" => Some(Days::week(self.today, on)),
            "weekend" => Some(Days::weekend(self.today, on)),
            "month" => Some(Days::month(year, month + on)),
            "quarter" => Some(Days::months(year, (month - 1) / 3 * 3 + 1 + 3 * on, 3)),
            "year" => Some(Days::year(year + on)),
            _ => None,
        }
    }

    /// What was so many units before now.
    pub(super) fn ago(&self, unit: &str, count: Count) -> Option<Days> {
        self.stretch(self.away(unit, -count.most)?, self.away(unit, -count.least)?)
    }

    /// What will be so many units from now.
    pub(super) fn ahead(&self, unit: &str, count: Count) -> Option<Days> {
        self.stretch(self.away(unit, count.least)?, self.away(unit, count.most)?)
    }

    /// A day of the week that was so many weeks ago, if it is a certain one.
    pub(super) fn of_week_ago(&self, count: Count, weekday: i64) -> Option<Days> {
        let weeks = count.exact().filter(|&weeks| weeks <= AWAY_MAX)?;
        Some(Days::one(Days::week(self.today, -weeks).first + weekday))
    }

    /// The same day of the calendar, so many units on: of "a year ago today".
    pub(super) fn same_day(&self, unit: &str, on: i64) -> Option<i64> {
        let (year, month, day) = date_of(self.today);
        if let Some(days) = days_of(unit) {
            let away = on.checked_mul(days).filter(|away| away.abs() <= DAYS_AWAY_MAX)?;
            return Some(self.today + away);
        }
        if on.abs() > AWAY_MAX {
            return None;
        }
        let month = match unit {
            "month" => Days::month(year, month + on),
            "year" => Days::month(year + on, month),
            _ => return None,
        };
        Some((month.first + day - 1).min(month.last))
    }

    /// About that time: "this time last year", 작년 이맘때.
    pub(super) fn about_that_time(&self, unit: &str, on: i64) -> Option<Days> {
        let day = self.same_day(unit, on)?;
        Some(Days { first: day - AROUND_DAYS, last: day + AROUND_DAYS })
    }

    /// The time from so many units before now until now: "the last two weeks".
    pub(super) fn until_now(&self, unit: &str, count: Count) -> Option<Days> {
        self.same_day(unit, -count.most).map(|first| Days { first, last: self.today })
    }

    fn stretch(&self, from: Days, to: Days) -> Option<Days> {
        Some(Days { first: from.first, last: to.last })
    }

    fn away(&self, unit: &str, on: i64) -> Option<Days> {
        if on.abs() > AWAY_MAX {
            return None;
        }
        match unit {
            "minute" => Some(Days::one(day_of(self.now + on * MINUTE_US))),
            "hour" => Some(Days::one(day_of(self.now + on * HOUR_US))),
            "day" | "night" => Some(Days::one(self.today + on)),
            "week" | "weekend" | "fortnight" => {
                let day = self.today + if unit == "fortnight" { 14 * on } else { 7 * on };
                Some(Days { first: day - WEEKS_AWAY_DAYS, last: day + WEEKS_AWAY_DAYS })
            }
            "month" | "year" => self.around(unit, on),
            _ => None,
        }
    }

    /// The last such day before today, the first from today on (`on` = 0), or the one of next week.
    pub(super) fn weekday(&self, wanted: i64, on: i64) -> Days {
        let today = weekday(self.today);
        Days::one(match on {
            -1 => self.today - ((today - wanted - 1).rem_euclid(7) + 1),
            0 => self.today + (wanted - today).rem_euclid(7),
            _ => Days::week(self.today, on).first + wanted,
        })
    }

    /// The end of the week that is meant where only "the weekend" is said: until Wednesday the one that was, but of what is told from Thursday on the
    /// one that was, too, and of what is to come never.
    pub(super) fn weekend(&self, is_past: bool, is_to_come: bool) -> Days {
        let today = weekday(self.today);
        let is_over = today < THURSDAY && !is_to_come || (THURSDAY..SATURDAY).contains(&today) && is_past;
        Days::weekend(self.today, if is_over { -1 } else { 0 })
    }
}
