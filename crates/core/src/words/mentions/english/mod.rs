//! Times that are meant from today, in English: "yesterday", "last week", "the end of the month".

mod back;
mod part;
mod span;
mod weekday;
mod weekday_range;

use super::reader::Reader;
use super::tense::Tense;
use crate::words::calendar::{Days, date_of};
use std::ops::Range;

pub use part::OLDEST_DECADE;
pub use weekday::weekday_of;

/// Days back within which "the other day" is.
const OTHER_DAY_DAYS: i64 = 7;

impl Reader<'_> {
    pub fn english(&self, i: usize, word: &str) -> Option<Days> {
        match word {
            "yesterday" if self.is_a_day_further(i, "before") => Some(Days::one(self.today - 2)),
            "tomorrow" if self.is_a_day_further(i, "after") => Some(Days::one(self.today + 2)),
            "yesterday" => Some(self.day_counted(i, -1)),
            "today" => Some(self.day_counted(i, 0)),
            "tonight" => Some(Days::one(self.today)),
            "tomorrow" => Some(self.day_counted(i, 1)),
            "night" if self.further(i) == Some(-2) => Some(Days::one(self.today - 2)),
            "night" if self.direction(i) == Some(-1) => Some(Days::one(self.today - 1)),
            "morning" | "afternoon" | "evening" if self.direction(i) == Some(0) => Some(Days::one(self.today)),
            "day" if self.before(i, 1) == Some("other") && self.before(i, 2) == Some("the") => {
                Some(Days { first: self.today - OTHER_DAY_DAYS, last: self.today - 1 })
            }
            "week" | "weekend" | "month" | "year" => self.unit(i, word).or_else(|| self.english_ahead(i)),
            "day" | "days" | "nights" | "weeks" | "fortnight" | "fortnights" | "months" | "years" | "hour"
            | "hours" => self.english_ahead(i),
            "ago" | "back" => self.english_ago(i),
            _ => self.english_part(i, word).or_else(|| self.english_weekday(i, word)),
        }
    }

    /// "Last week", "the week before last", "the end of the month", "the weekend".
    fn unit(&self, i: usize, word: &str) -> Option<Days> {
        if let Some(week) = self.week_of_month(i).filter(|_| word == "week") {
            return Some(week);
        }
        let is_whole = self.before(i, 1) == Some("the");
        let on = self.direction(i).or_else(|| self.further(i));
        let first = i.checked_sub(1)?;
        let third = || self.third_before(first);
        if let Some(days) = on.filter(|_| self.is_this_time(i)).and_then(|on| self.about_that_time(word, on)) {
            return Some(days);
        }
        match (word, on) {
            ("weekend", None) if is_whole && !self.is_at(i + 1, &["of", "before", "after"]) => {
                let is_coming = self.before(i, 2) == Some("for") || self.is_to_come(i);
                Some(self.weekend(self.tense(i) == Some(Tense::Past), is_coming))
            }
            ("month", on) => {
                let on = on.or_else(|| (is_whole && third().is_some()).then_some(0))?;
                let month = self.around(word, on)?;
                Some(third().map_or(month, |third| third.of_month(month)))
            }
            ("year", on) => {
                let on = on.or_else(|| (is_whole && third().is_some()).then_some(0))?;
                let year = date_of(self.today).0 + on;
                let part = self.third_of_year_before(first).or_else(|| self.part_before(first));
                Some(part.map_or(Days::year(year), |part| part.of(year)))
            }
            (_, on) => self.around(word, on?),
        }
    }

    /// The year that stands behind a month or a season: "2023", "of 2023", "of last year".
    pub fn year_after(&self, i: usize) -> Option<i64> {
        let at = if self.is_at(i + 1, &["of", "in"]) { i + 2 } else { i + 1 };
        let is_year = self.is_at(at + 1, &["year"]);
        let on = || match self.before(at, 0)? {
            "the" if at > i + 1 => Some(0),
            _ => self.direction(at + 1),
        };
        self.year(at).or_else(|| Some(date_of(self.today).0 + on().filter(|_| is_year)?))
    }

    /// The year that stands before a month or a holiday: "next year in March", "2023 Christmas".
    pub fn year_before(&self, i: usize) -> Option<i64> {
        let at =
            i.checked_sub(if self.before(i, 1).is_some_and(|word| BEFORE_A_TIME.contains(&word)) { 2 } else { 1 })?;
        self.year(at).or_else(|| self.year_counted_at(at))
    }

    /// The year that "last year" is, if its second word stands there.
    pub fn year_counted_at(&self, at: usize) -> Option<i64> {
        Some(date_of(self.today).0 + self.direction(at).filter(|_| self.is_at(at, &["year"]))?)
    }

    /// Whether "this time" stands before "last year".
    fn is_this_time(&self, i: usize) -> bool {
        self.before(i, 2) == Some("time") && matches!(self.before(i, 3), Some("this" | "same"))
    }

    /// Whether the one but last is meant (-2), or the next but one.
    fn further(&self, i: usize) -> Option<i64> {
        match (self.before(i + 1, 0)?, self.before(i + 2, 0)?) {
            ("before", "last") => Some(-2),
            ("after", "next") => Some(2),
            _ => None,
        }
    }

    /// "The day before yesterday", "the day after tomorrow".
    fn is_a_day_further(&self, i: usize, way: &str) -> bool {
        self.before(i, 1) == Some(way) && self.before(i, 2) == Some("day")
    }

    /// The words of a time that ends with this one.
    pub fn english_words(&self, i: usize, word: &str) -> Range<usize> {
        let first = match word {
            "yesterday" if self.is_a_day_further(i, "before") => i - 2,
            "tomorrow" if self.is_a_day_further(i, "after") => i - 2,
            "yesterday" | "today" | "tomorrow" => self.counted_to(i).map_or(i, |(counted, _)| counted.first),
            "tonight" => i,
            "ago" | "back" => match self.counted_ago(i) {
                Some(counted) => counted.first,
                None => i - 2, // two Fridays ago
            },
            "night" | "week" | "weekend" | "month" | "year" if self.further(i).is_some() => return i..i + 3,
            "week" | "month" | "year" if self.is_this_time(i) => i - 3,
            "night" | "morning" | "afternoon" | "evening" | "week" | "weekend" | "month" | "year" => i - 1,
            word => return self.weekday_words(i, word),
        };
        first..i + 1
    }
}

const BEFORE_A_TIME: [&str; 4] = ["in", "on", "at", "from"];
