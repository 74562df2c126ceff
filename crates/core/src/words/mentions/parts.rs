//! Parts of a year: months and their days, seasons, quarters, halves; and which year's part is meant.

use super::reader::Reader;
use crate::words::calendar::{Days, date_of, day_of_date, is_date, nth_weekday};

/// How far ahead a part of the year may begin that is named alone, and not be that of the year before: what is told is told more often of what was.
const AHEAD_DAYS: i64 = 150;

/// The month in which the end of the year is.
pub const DECEMBER: i64 = 12;

/// The first, the middle and the last third of a month or a year.
#[derive(Clone, Copy)]
pub enum Third {
    First,
    Middle,
    Last,
}

impl Third {
    /// Its first and last day in a month: 초, 중순, 말.
    pub fn days(self) -> (i64, i64) {
        match self {
            Self::First => (1, 10),
            Self::Middle => (11, 20),
            Self::Last => (21, 31),
        }
    }

    /// What it is of a year where it is said as of a month: 작년 말 and 연말 are its last month, 내년 초 and 연초 its first.
    pub fn of_year(self) -> Part {
        match self {
            Self::First => Part::Month(1),
            Self::Middle => Part::Third(self),
            Self::Last => Part::Month(DECEMBER),
        }
    }

    /// Its days in a month.
    pub fn of_month(self, month: Days) -> Days {
        let (first, last) = self.days();
        Days { first: month.first + first - 1, last: month.last.min(month.first + last - 1) }
    }
}

/// A part of a year. Seasons are those of the north.
#[derive(Clone, Copy)]
pub enum Part {
    /// A day: the month and the day of it.
    Day(i64, i64),
    /// A month, from 1 to 12.
    Month(i64),
    /// A third of a month.
    OfMonth(i64, Third),
    /// A week of a month, or its last; or a day of that week.
    Week(i64, Option<i64>, Option<i64>),
    /// A weekday of a month: the nth, or the last.
    Weekday(i64, Option<i64>, i64),
    /// Spring, summer, autumn, or the winter that begins in the year, from 0 to 3.
    Season(i64),
    /// From 1 to 4.
    Quarter(i64),
    /// 1 or 2.
    Half(i64),
    /// A third of the year.
    Third(Third),
}

impl Part {
    /// Whether a year has it: 29 February is not in each.
    pub fn is_in(self, year: i64) -> bool {
        match self {
            Self::Day(month, day) => is_date(Some(year), month, day),
            _ => true,
        }
    }

    /// Its days in a year.
    pub fn of(self, year: i64) -> Days {
        match self {
            Self::Day(month, day) => Days::one(day_of_date(year, month, day)),
            Self::Month(month) => Days::month(year, month),
            Self::OfMonth(month, third) => third.of_month(Days::month(year, month)),
            Self::Week(month, nth, weekday) => week_of(Days::month(year, month), nth, weekday),
            Self::Weekday(month, nth, weekday) => weekday_of(Days::month(year, month), nth, weekday),
            Self::Season(season) => Days::months(year, 3 + 3 * season, 3),
            Self::Quarter(quarter) => Days::months(year, 3 * quarter - 2, 3),
            Self::Half(half) => Days::months(year, 6 * half - 5, 6),
            Self::Third(third) => Days::months(year, 1 + 4 * third as i64, 4),
        }
    }
}

/// The nth such weekday of a month, or its last; the month, if it has not so many.
pub fn weekday_of(month: Days, nth: Option<i64>, weekday: i64) -> Days {
    nth_weekday(month, weekday, nth).map_or(month, Days::one)
}

/// A week of a month, or a day of it. The fifth of a month that has four is the last.
pub fn week_of(month: Days, nth: Option<i64>, weekday: Option<i64>) -> Days {
    let week = month.week_of_month(nth).or_else(|| month.week_of_month(None)).unwrap_or(month);
    weekday.map_or(week, |weekday| Days::one(Days::week(week.first, 0).first + weekday))
}

impl Reader<'_> {
    /// The part of the year that was last (-1), is nearest (0), or comes next.
    pub(super) fn towards(&self, part: Part, on: i64) -> Option<Days> {
        let (year, _, _) = date_of(self.today);
        let mut all = (year - 2..=year + 2).map(|year| part.of(year));
        match on {
            -1 => all.rfind(|days| days.last < self.today),
            0 => all.min_by_key(|days| (days.first - self.today).max(self.today - days.last).max(0)),
            _ => all.find(|days| days.first > self.today),
        }
    }

    /// The part that is meant where no year is named.
    pub(super) fn alone(&self, part: Part) -> Days {
        let (year, _, _) = date_of(self.today);
        let days = part.of(year);
        if days.first - self.today > AHEAD_DAYS { part.of(year - 1) } else { days }
    }
}
