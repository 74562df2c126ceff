//! Days of the week, and weeks of a month, in English: "on Friday", "the first Monday of May".

use crate::words::WEEKDAYS;
use crate::words::calendar::{Days, nth_weekday};
use crate::words::mentions::reader::Reader;
use crate::words::mentions::tense::Tense;
use std::ops::Range;

impl Reader<'_> {
    pub(super) fn english_weekday(&self, i: usize, word: &str) -> Option<Days> {
        let weekday = weekday_of(word)?;
        if self.is_of_week_ago(i) {
            return None;
        }
        if let Some(days) = self.weekday_of_month(i, weekday).or_else(|| self.weekday_of_week(i, weekday)) {
            return Some(days);
        }
        if self.is_month(i + 1) || self.day(i + 1).is_some() {
            return None; // which says of which day it is
        }
        let is_ahead = || i64::from(self.is_ahead(i)) - 1;
        let on = match self.before(i, 1) {
            Some("on") => is_ahead(),
            Some("since") if word.len() > ABBREVIATED => -1,
            Some("coming" | "upcoming") => 0,
            Some("by" | "until" | "till" | "due") if word.len() > ABBREVIATED => 0,
            Some("every" | "each" | "most") | None => return None,
            _ => match self.direction(i) {
                Some(on) => on,
                None if word.len() > ABBREVIATED && self.is_at(i + 1, &PARTS_OF_A_DAY) => is_ahead(),
                None => return None,
            },
        };
        Some(self.weekday(weekday, on))
    }

    /// The words of a day of the week that say nothing else: "last Friday", but of "on Friday" only where it is told of the one that was. A text may name
    /// it for every week.
    pub(super) fn weekday_words(&self, i: usize, word: &str) -> Range<usize> {
        let is_directed = self.direction(i).is_some() || matches!(self.before(i, 1), Some("coming" | "since"));
        match weekday_of(word) {
            Some(_) if is_directed => i - 1..i + 1,
            Some(_) if self.before(i, 1) == Some("on") && self.tense(i) == Some(Tense::Past) => i..i + 1,
            _ => i..i,
        }
    }

    /// "The first Monday of May", "the last Friday of next month".
    fn weekday_of_month(&self, i: usize, wanted: i64) -> Option<Days> {
        let (nth, month) = self.nth_of_month(i)?;
        nth_weekday(month, wanted, nth).map(Days::one)
    }

    /// "The second week of May", "the last week of next month".
    pub(super) fn week_of_month(&self, i: usize) -> Option<Days> {
        let (nth, month) = self.nth_of_month(i)?;
        month.week_of_month(nth)
    }

    /// Which one of a month is meant (None if the last), and which month.
    fn nth_of_month(&self, i: usize) -> Option<(Option<i64>, Days)> {
        if !self.is_at(i + 1, &["of", "in"]) {
            return None;
        }
        let nth = match self.before(i, 1)? {
            "last" => None,
            before => Some(nth(before)?),
        };
        let around = || self.around("month", self.direction(i + 3).filter(|_| self.is_at(i + 3, &["month"]))?);
        Some((nth, self.month_days(i + 2).or_else(around)?))
    }

    /// "Tuesday of last week", "on Friday next week".
    pub(super) fn weekday_of_week(&self, i: usize, wanted: i64) -> Option<Days> {
        let at = if self.is_at(i + 1, &["of"]) { i + 3 } else { i + 2 };
        let on = self.direction(at).filter(|_| self.is_at(at, &["week"]))?;
        Some(Days::one(Days::week(self.today, on).first + wanted))
    }
}

pub fn weekday_of(word: &str) -> Option<i64> {
    let short = || SHORT_WEEKDAYS.iter().position(|names| names.contains(&word));
    WEEKDAYS.iter().position(|&name| name == word).or_else(short).map(|at| at as i64)
}

pub(super) fn nth(word: &str) -> Option<i64> {
    NTH.iter().position(|names| names.contains(&word)).map(|at| at as i64 + 1)
}

/// Letters of a weekday that is abbreviated.
const ABBREVIATED: usize = 3;
const SHORT_WEEKDAYS: [[&str; 2]; 7] = [
    ["mon", "mon"],
    ["tue", "tues"],
    ["wed", "weds"],
    ["thu", "thurs"],
    ["fri", "fri"],
    ["sat", "sat"],
    ["sun", "sun"],
];
const PARTS_OF_A_DAY: [&str; 5] = ["morning", "noon", "afternoon", "evening", "night"];
const NTH: [[&str; 2]; 5] =
    [["first", "1st"], ["second", "2nd"], ["third", "3rd"], ["fourth", "4th"], ["fifth", "5th"]];

#[cfg(test)]
mod tests {
    use crate::words::mentions::tests::{day, days};

    #[test]
    fn weekdays_are_of_a_week_or_a_month() {
        for (text, expected) in [
            ("We meet on the first Monday of May", day(2023, 5, 1)),
            ("the second Sunday in May", day(2023, 5, 14)),
            ("the last Friday of June 2022", day(2022, 6, 24)),
            ("the third Thursday of next month", day(2023, 6, 15)),
            ("We left Saturday morning", day(2023, 5, 6)),
            ("I will see her on Friday", day(2023, 5, 12)),
            ("She saw me on Friday", day(2023, 5, 5)),
            ("The form is due by Thursday", day(2023, 5, 11)),
            ("this coming Wednesday", day(2023, 5, 10)),
            ("this past Wednesday", day(2023, 5, 3)),
            ("I have been ill since Wednesday", day(2023, 5, 3)),
            ("on Friday, June 9", day(2023, 6, 9)),
        ] {
            assert!(days(text).contains(&expected), "{text}: {:?}", days(text));
            assert_eq!(days(text).iter().filter(|days| days.count() == 1).count(), 1, "{text}: {:?}", days(text));
        }
        assert!(days("on Tuesday of last week").contains(&day(2023, 5, 2)));
        for text in
            ["every Friday night", "on Fridays", "Monday", "a week from Friday", "the fifth Monday of February 2022"]
        {
            assert!(!days(text).iter().any(|days| days.count() == 1), "{text}: {:?}", days(text));
        }
    }
}
