//! Times that are meant from today, in English: "yesterday", "last week", "two months ago".

use super::around::Count;
use super::parts::{Part, Third};
use super::reader::Reader;
use super::tense::Tense;
use crate::words::calendar::{Days, date_of, weekday};
use crate::words::dates::{month, year};
use std::ops::Range;

/// Days back within which "the other day" is.
const OTHER_DAY_DAYS: i64 = 7;

impl Reader<'_> {
    pub(super) fn english(&self, i: usize, word: &str) -> Option<Days> {
        match word {
            "yesterday" if self.is_a_day_further(i, "before") => Some(Days::one(self.today - 2)),
            "tomorrow" if self.is_a_day_further(i, "after") => Some(Days::one(self.today + 2)),
            "yesterday" => Some(Days::one(self.today - 1)),
            "today" | "tonight" => Some(Days::one(self.today)),
            "tomorrow" => Some(Days::one(self.today + 1)),
            "night" if self.further(i) == Some(-2) => Some(Days::one(self.today - 2)),
            "night" if self.direction(i) == Some(-1) => Some(Days::one(self.today - 1)),
            "morning" | "afternoon" | "evening" if self.direction(i) == Some(0) => Some(Days::one(self.today)),
            "day" if self.before(i, 1) == Some("other") && self.before(i, 2) == Some("the") => {
                Some(Days { first: self.today - OTHER_DAY_DAYS, last: self.today - 1 })
            }
            "week" | "weekend" | "month" | "year" => self.unit(i, word).or_else(|| self.english_ahead(i, word)),
            "day" | "days" | "weeks" | "months" | "years" | "hour" | "hours" => self.english_ahead(i, word),
            "ago" | "back" => self.english_ago(i),
            _ => self.english_part(i, word).or_else(|| self.english_weekday(i, word)),
        }
    }

    /// "Last week", "the week before last", "the end of the month", "the weekend".
    fn unit(&self, i: usize, word: &str) -> Option<Days> {
        let is_whole = self.before(i, 1) == Some("the");
        let on = self.direction(i).or_else(|| self.further(i));
        let first = i.checked_sub(1)?;
        let third = || self.third_before(first);
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
                let part = third().map(Part::Third).or_else(|| self.part_before(first));
                Some(part.map_or(Days::year(year), |part| part.of(year)))
            }
            (_, on) => self.around(word, on?),
        }
    }

    /// The month or the season of "May last year" and "summer of last year".
    fn part_before(&self, first: usize) -> Option<Part> {
        let at = first.checked_sub(if self.before(first, 1) == Some("of") { 2 } else { 1 })?;
        let word = self.tokens.lower(*self.tokens.list.get(at)?);
        month(self.tokens, at, &word).map(Part::Month).or_else(|| season(&word))
    }

    /// The third that stands before a month or a year: "early", "the middle of".
    pub(super) fn third_before(&self, i: usize) -> Option<Third> {
        match &*self.lower(i.checked_sub(1)?)? {
            "early" => Some(Third::First),
            "mid" => Some(Third::Middle),
            "late" => Some(Third::Last),
            "of" => match &*self.lower(i.checked_sub(2)?)? {
                "beginning" | "start" => Some(Third::First),
                "middle" => Some(Third::Middle),
                "end" => Some(Third::Last),
                _ => None,
            },
            _ => None,
        }
    }

    /// The year that stands behind a month or a season: "2023", "of 2023", "of last year".
    pub(super) fn year_after(&self, i: usize) -> Option<i64> {
        let at = if self.is_at(i + 1, &["of", "in"]) { i + 2 } else { i + 1 };
        let is_year = self.is_at(at + 1, &["year"]);
        let on = || match self.before(at, 0)? {
            "the" if at > i + 1 => Some(0),
            _ => self.direction(at + 1),
        };
        self.year(at).or_else(|| Some(date_of(self.today).0 + on().filter(|_| is_year)?))
    }

    /// The year that stands before a month or a holiday: "next year in March", "2023 Christmas".
    pub(super) fn year_before(&self, i: usize) -> Option<i64> {
        let at =
            i.checked_sub(if self.before(i, 1).is_some_and(|word| BEFORE_A_TIME.contains(&word)) { 2 } else { 1 })?;
        let on = || self.direction(at).filter(|_| self.is_at(at, &["year"]));
        self.year(at).or_else(|| Some(date_of(self.today).0 + on()?))
    }

    /// Whether the one but last is meant (-2), or the next but one.
    fn further(&self, i: usize) -> Option<i64> {
        match (self.before(i + 1, 0)?, self.before(i + 2, 0)?) {
            ("before", "last") => Some(-2),
            ("after", "next") => Some(2),
            _ => None,
        }
    }

    fn english_ago(&self, i: usize) -> Option<Days> {
        let unit = unit_of(self.before(i, 1)?)?;
        let count = self.before(i, 2).filter(|&count| count != "of").or_else(|| self.before(i, 3))?;
        if unit == "year" && matches!(self.before(i, 3), Some("half" | "Half")) {
            return self.ago("month", Count::of(6));
        }
        let (count, weekday) = (count_of(count)?, self.weekday_beside_ago(i).filter(|_| unit == "week"));
        weekday.and_then(|weekday| self.of_week_ago(count, weekday)).or_else(|| self.ago(unit, count))
    }

    /// The weekday of "three weeks ago on Monday", and of "on Monday three weeks ago".
    fn weekday_beside_ago(&self, i: usize) -> Option<i64> {
        let after = if self.is_at(i + 1, &["on"]) { i + 2 } else { i + 1 };
        let before = i.checked_sub(if self.before(i, 2) == Some("of") { 5 } else { 3 });
        [Some(after), before].into_iter().flatten().find_map(|at| weekday_of(&self.lower(at)?))
    }

    /// Whether so many weeks ago stands beside a weekday, which is read with it.
    fn is_of_week_ago(&self, i: usize) -> bool {
        let before = i.checked_sub(if self.before(i, 1) == Some("on") { 2 } else { 1 });
        let mut around = before.into_iter().chain([i + 3, i + 5]);
        around.any(|at| {
            self.is_at(at, &["ago", "back"])
                && matches!(self.before(at, 1), Some("week" | "weeks"))
                && self.english_ago(at).is_some_and(|days| days.count() == 1)
        })
    }

    /// "In two weeks", of what is to be, "in two weeks' time" and "two weeks from now".
    fn english_ahead(&self, i: usize, word: &str) -> Option<Days> {
        let at = i.checked_sub(if self.before(i, 1) == Some("of") { 2 } else { 1 })?;
        let (count, unit) = (count_of(self.before(at, 0)?)?, unit_of(word)?);
        let is_from = self.is_at(i + 1, &["from"]);
        let is_from_now = is_from && self.is_at(i + 2, &["now", "today"]);
        let first = if matches!(self.before(at, 0), Some("few" | "couple")) { at.checked_sub(1)? } else { at };
        let is_in = || {
            !is_from
                && matches!(self.before(first, 1), Some("in" | "In"))
                && (self.is_at(i + 1, &["time"]) || self.is_plan(first))
        };
        if is_from_now || is_in() { self.ahead(unit, count) } else { None }
    }

    /// Whether "in two weeks" is when something is to be, and not how long it took: behind a verb of what is to be, or at the head of a sentence.
    fn is_plan(&self, first: usize) -> bool {
        let begins = first.checked_sub(1).is_some_and(|at| self.tokens.begins_sentence(self.tokens.list[at]));
        self.tense(first).map_or(begins, |tense| tense != Tense::Past)
    }

    /// A season, a quarter or a half of a year, and decades.
    pub(super) fn english_part(&self, i: usize, word: &str) -> Option<Days> {
        if let Some(season) = season(word) {
            let year = self.year_after(i).map(|year| season.of(year));
            return year.or_else(|| self.towards(season, self.direction(i)?));
        }
        match (word, word.as_bytes()) {
            ("quarter", _) => match nth(self.before(i, 1)?) {
                Some(nth @ 1..=4) => Some(Part::Quarter(nth).of(self.year_after(i)?)),
                _ => self.around(word, self.direction(i)?),
            },
            ("half", _) => {
                let half = nth(self.before(i, 1)?).filter(|half| (1..=2).contains(half))?;
                Some(Part::Half(half).of(self.year_after(i)?))
            }
            (_, &[b'q', quarter @ b'1'..=b'4']) => self.short_part(i, Part::Quarter(i64::from(quarter - b'0'))),
            (_, &[b'h', half @ b'1'..=b'2']) => self.short_part(i, Part::Half(i64::from(half - b'0'))),
            (_, &[.., b'0', b's']) => decade(word, self.before(i, 1) == Some("the")),
            _ => None,
        }
    }

    /// "Q3" of the year beside it; alone only where a time is expected, since it may be a question, too.
    fn short_part(&self, i: usize, part: Part) -> Option<Days> {
        let year = self.year_after(i).or_else(|| self.before(i, 1).and_then(year));
        let is_time = || self.before(i, 1).is_some_and(|before| BEFORE_A_PART.contains(&before));
        match (year, self.direction(i)) {
            (Some(year), _) => Some(part.of(year)),
            (None, Some(on)) => self.towards(part, on),
            (None, None) => is_time().then(|| self.alone(part)),
        }
    }

    fn english_weekday(&self, i: usize, word: &str) -> Option<Days> {
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

    /// "The first Monday of May", "the last Friday of next month".
    fn weekday_of_month(&self, i: usize, wanted: i64) -> Option<Days> {
        if !self.is_at(i + 1, &["of", "in"]) {
            return None;
        }
        let nth = match self.before(i, 1)? {
            "last" => None,
            before => Some(nth(before)?),
        };
        let named = || self.month_days(i + 2);
        let month = named()
            .or_else(|| self.around("month", self.direction(i + 3).filter(|_| self.is_at(i + 3, &["month"]))?))?;
        let day = match nth {
            Some(nth) => month.first + (wanted - weekday(month.first)).rem_euclid(7) + 7 * (nth - 1),
            None => month.last - (weekday(month.last) - wanted).rem_euclid(7),
        };
        (day <= month.last).then_some(Days::one(day))
    }

    /// "Tuesday of last week", "on Friday next week".
    fn weekday_of_week(&self, i: usize, wanted: i64) -> Option<Days> {
        let at = if self.is_at(i + 1, &["of"]) { i + 3 } else { i + 2 };
        let on = self.direction(at).filter(|_| self.is_at(at, &["week"]))?;
        Some(Days::one(Days::week(self.today, on).first + wanted))
    }

    /// "The day before yesterday", "the day after tomorrow".
    fn is_a_day_further(&self, i: usize, way: &str) -> bool {
        self.before(i, 1) == Some(way) && self.before(i, 2) == Some("day")
    }

    /// The words of a time that ends with this one.
    pub(super) fn english_words(&self, i: usize, word: &str) -> Range<usize> {
        let first = match word {
            "yesterday" if self.is_a_day_further(i, "before") => i - 2,
            "tomorrow" if self.is_a_day_further(i, "after") => i - 2,
            "yesterday" | "today" | "tonight" | "tomorrow" => i,
            "ago" | "back" if self.before(i, 2) == Some("of") => i - 3,
            "ago" | "back" => i - 2,
            "night" | "week" | "weekend" | "month" | "year" if self.further(i).is_some() => return i..i + 3,
            "night" | "morning" | "afternoon" | "evening" | "week" | "weekend" | "month" | "year" => i - 1,
            _ => return i..i,
        };
        first..i + 1
    }
}

fn weekday_of(word: &str) -> Option<i64> {
    WEEKDAYS.iter().position(|names| names.contains(&word)).map(|at| at as i64)
}

fn season(word: &str) -> Option<Part> {
    match word {
        "spring" => Some(Part::Season(0)),
        "summer" => Some(Part::Season(1)),
        "autumn" | "fall" => Some(Part::Season(2)),
        "winter" => Some(Part::Season(3)),
        _ => None,
    }
}

/// The ten years of "1990s"; of "90s" if they are `the` ones, and not those of somebody's life.
fn decade(word: &str, has_the: bool) -> Option<Days> {
    let first = match word.strip_suffix('s')? {
        tens if tens.len() == 2 && has_the => 1900 + tens.parse::<i64>().ok().filter(|tens| *tens >= OLDEST_DECADE)?,
        digits => year(digits)?,
    };
    Some(Days { first: Days::year(first).first, last: Days::year(first + 9).last })
}

/// What a number names as a unit of time in English.
fn unit_of(word: &str) -> Option<&'static str> {
    match word.trim_end_matches('s') {
        "minute" | "min" => Some("minute"),
        "hour" | "hr" => Some("hour"),
        "day" => Some("day"),
        "week" => Some("week"),
        "weekend" => Some("weekend"),
        "month" => Some("month"),
        "year" => Some("year"),
        _ => None,
    }
}

fn count_of(word: &str) -> Option<Count> {
    let spelled = || COUNTS.iter().find(|&&(name, _)| name == word).map(|&(_, count)| count);
    match word {
        "few" | "several" | "some" => Some(Count::FEW),
        _ => word.parse().ok().or_else(spelled).map(Count::of),
    }
}

fn nth(word: &str) -> Option<i64> {
    NTH.iter().position(|names| names.contains(&word)).map(|at| at as i64 + 1)
}

/// Letters of a weekday that is abbreviated.
const ABBREVIATED: usize = 3;
/// The oldest decade that goes without its century.
pub const OLDEST_DECADE: i64 = 50;
const WEEKDAYS: [[&str; 3]; 7] = [
    ["monday", "mon", "mon"],
    ["tuesday", "tue", "tues"],
    ["wednesday", "wed", "weds"],
    ["thursday", "thu", "thurs"],
    ["friday", "fri", "fri"],
    ["saturday", "sat", "sat"],
    ["sunday", "sun", "sun"],
];
const PARTS_OF_A_DAY: [&str; 5] = ["morning", "noon", "afternoon", "evening", "night"];
const BEFORE_A_PART: [&str; 9] = ["in", "by", "during", "for", "of", "since", "until", "through", "end"];
const BEFORE_A_TIME: [&str; 3] = ["in", "on", "at"];
const NTH: [[&str; 2]; 5] =
    [["first", "1st"], ["second", "2nd"], ["third", "3rd"], ["fourth", "4th"], ["fifth", "5th"]];
const COUNTS: [(&str, i64); 15] = [
    ("a", 1),
    ("an", 1),
    ("one", 1),
    ("two", 2),
    ("couple", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
];

#[cfg(test)]
mod tests {
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::{AT, day, days};
    use crate::words::{Tokens, mentions::mentioned};

    /// All from Monday, 8 May 2023.
    #[test]
    fn what_is_one_further_or_not_counted_exactly() {
        for (text, first, last) in [
            ("We moved the week before last.", day(2023, 4, 24), day(2023, 4, 30)),
            ("She is back the week after next", day(2023, 5, 22), day(2023, 5, 28)),
            ("the month before last", day(2023, 3, 1), day(2023, 3, 31)),
            ("the night before last was loud", day(2023, 5, 6), day(2023, 5, 6)),
            ("I met her the other day", day(2023, 5, 1), day(2023, 5, 7)),
            ("a few days ago", day(2023, 5, 3), day(2023, 5, 6)),
            ("a couple of weeks ago", day(2023, 4, 21), day(2023, 4, 27)),
            ("several weeks ago we met", day(2023, 3, 31), day(2023, 4, 27)),
            ("The pipe burst two hours ago", day(2023, 5, 8), day(2023, 5, 8)),
            ("It rained 20 hours ago", day(2023, 5, 7), day(2023, 5, 7)),
            ("half an hour ago", day(2023, 5, 8), day(2023, 5, 8)),
            ("half a year ago", day(2022, 11, 1), day(2022, 11, 30)),
            ("Half a year ago", day(2022, 11, 1), day(2022, 11, 30)),
            ("The weekend was too short", day(2023, 5, 6), day(2023, 5, 7)),
            ("any plans for the weekend", day(2023, 5, 13), day(2023, 5, 14)),
            ("this past weekend", day(2023, 5, 6), day(2023, 5, 7)),
            ("I'll leave in three days", day(2023, 5, 11), day(2023, 5, 11)),
            ("The lease ends in two weeks' time", day(2023, 5, 19), day(2023, 5, 25)),
            ("a month from now", day(2023, 6, 1), day(2023, 6, 30)),
            ("in a week we will know, said nobody; we will know in a week", day(2023, 5, 12), day(2023, 5, 18)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: last.last }], "{text}");
        }
        let saturday = mentioned(&Tokens::new("What about the weekend?"), AT + 4 * crate::words::calendar::DAY_US);
        assert_eq!(
            saturday,
            [Days { first: day(2023, 5, 13).first, last: day(2023, 5, 14).first }],
            "asked on a Friday"
        );
        for text in
            ["I read it in two days", "the other side", "over a few days", "some weeks are long", "back in the day"]
        {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }

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

    #[test]
    fn parts_of_years_are_stretches_of_months() {
        for (text, first, last) in [
            ("In the summer of 2022 we sailed", day(2022, 6, 1), day(2022, 8, 31)),
            ("spring 2021", day(2021, 3, 1), day(2021, 5, 31)),
            ("the winter of 2021", day(2021, 12, 1), day(2022, 2, 28)),
            ("last summer", day(2022, 6, 1), day(2022, 8, 31)),
            ("last winter", day(2022, 12, 1), day(2023, 2, 28)),
            ("next fall", day(2023, 9, 1), day(2023, 11, 30)),
            ("this spring", day(2023, 3, 1), day(2023, 5, 31)),
            ("summer of last year", day(2022, 6, 1), day(2022, 8, 31)),
            ("Q3 2022 went well", day(2022, 7, 1), day(2022, 9, 30)),
            ("The launch is in Q3", day(2023, 7, 1), day(2023, 9, 30)),
            ("by Q4", day(2023, 10, 1), day(2023, 12, 31)),
            ("the third quarter of 2022", day(2022, 7, 1), day(2022, 9, 30)),
            ("last quarter", day(2023, 1, 1), day(2023, 3, 31)),
            ("the first half of 2020", day(2020, 1, 1), day(2020, 6, 30)),
            ("in the second half of the year", day(2023, 7, 1), day(2023, 12, 31)),
            ("early 2022", day(2022, 1, 1), day(2022, 4, 30)),
            ("since late last year", day(2022, 9, 1), day(2022, 12, 31)),
            ("at the end of this month", day(2023, 5, 21), day(2023, 5, 31)),
            ("at the beginning of the month", day(2023, 5, 1), day(2023, 5, 10)),
            ("in the 1990s", day(1990, 1, 1), day(1999, 12, 31)),
            ("music of the 80s", day(1980, 1, 1), day(1989, 12, 31)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: last.last }], "{text}");
        }
        for text in [
            "I like spring",
            "half of them",
            "in the third quarter they scored",
            "Q1: what is it?",
            "people in their 60s",
        ] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }
}
