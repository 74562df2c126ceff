//! So long ago and so long from now, in English: "two months ago", "in a fortnight".

use super::weekday::weekday_of;
use crate::words::calendar::Days;
use crate::words::mentions::around::{AWAY_MAX, Count};
use crate::words::mentions::reader::Reader;
use crate::words::mentions::tense::Tense;
use crate::words::numbers;

/// Weeks up to which somebody counts by their days: "three Fridays ago".
const WEEKDAYS_AGO_MAX: i64 = 10;

/// So many units of time, and the first word that says so.
pub(super) struct Counted {
    pub(super) count: Count,
    pub(super) unit: &'static str,
    pub(super) first: usize,
}

impl Reader<'_> {
    pub(super) fn english_ago(&self, i: usize) -> Option<Days> {
        if self.is_counted_to(i + 1) {
            return None; // the day is read, from which it is counted
        }
        let Some(counted) = self.counted_ago(i) else { return self.weekdays_ago(i) };
        let weekday = self.weekday_beside_ago(i).filter(|_| counted.unit == "week");
        let day = weekday.and_then(|weekday| self.of_week_ago(counted.count, weekday));
        day.or_else(|| self.ago(counted.unit, counted.count))
    }

    /// What stands before "ago": "two weeks", "a year and a half".
    pub(super) fn counted_ago(&self, i: usize) -> Option<Counted> {
        let is_and_a_half = self.is_at(i.checked_sub(1)?, &["half"]) && self.is_and_a(i - 1);
        if !is_and_a_half {
            return self.counted(i - 1);
        }
        self.counted(i.checked_sub(4)?).and_then(and_a_half)
    }

    /// So many units of time, of which this word is the last: "two weeks", "a couple of days", "twenty-five years", "half a year".
    pub(super) fn counted(&self, i: usize) -> Option<Counted> {
        let (unit, at) = (unit_of(self.before(i, 0)?)?, i.checked_sub(1)?);
        if unit == "year" && matches!(self.before(i, 2), Some("half" | "Half")) {
            return Some(Counted { count: Count::of(6), unit: "month", first: i - 2 });
        }
        if self.is_at(at, &["half"]) && self.is_and_a(at) {
            let (first, count) = self.count_ending(at.checked_sub(3)?)?;
            return and_a_half(Counted { count, unit, first });
        }
        let is_of = self.is_at(at, &["of"]);
        let (first, count) = self.count_ending(if is_of { at.checked_sub(1)? } else { at })?;
        Some(Counted { count, unit, first })
    }

    /// Whether "and a" stands before "half".
    fn is_and_a(&self, half: usize) -> bool {
        self.before(half, 1) == Some("a") && self.before(half, 2) == Some("and")
    }

    /// The number whose last word this is, and its first.
    fn count_ending(&self, at: usize) -> Option<(usize, Count)> {
        if self.is_at(at, &["hundred"]) && self.before(at, 1) == Some("a") {
            return Some((at - 1, Count::of(100)));
        }
        let spelled = || numbers::ending_at(self.tokens, at).map(|(first, number)| (first, Count::of(number as i64)));
        spelled().or_else(|| Some((at, count_of(self.before(at, 0)?)?)))
    }

    /// "Two Fridays ago".
    fn weekdays_ago(&self, i: usize) -> Option<Days> {
        let name = self.lower(i.checked_sub(1)?)?;
        let weekday = weekday_of(name.strip_suffix('s')?).filter(|_| name.len() > "weds".len())?;
        let (_, count) = self.count_ending(i.checked_sub(2)?)?;
        let weeks = count.exact().filter(|weeks| (2..=WEEKDAYS_AGO_MAX).contains(weeks))?;
        Some(Days::one(self.weekday(weekday, -1).first - 7 * (weeks - 1)))
    }

    /// Today, or the day beside it; or what is counted from it: "a year ago today", "two weeks from tomorrow".
    pub(super) fn day_counted(&self, i: usize, on: i64) -> Days {
        let counted = || {
            let (counted, way) = self.counted_to(i)?;
            self.same_day(counted.unit, way * counted.count.exact()?)
        };
        Days::one(counted().unwrap_or(self.today) + on)
    }

    /// What is counted from a day, back (-1) or on, if the day stands right behind it.
    pub(super) fn counted_to(&self, i: usize) -> Option<(Counted, i64)> {
        let (before, token) = (*self.tokens.list.get(i.checked_sub(1)?)?, *self.tokens.list.get(i)?);
        let (counted, way) = match self.before(i, 1)? {
            "from" => (self.counted(i.checked_sub(2)?)?, 1),
            "ago" => (self.counted_ago(i - 1)?, -1),
            _ => return None,
        };
        let is_of_days = !matches!(counted.unit, "minute" | "hour") && counted.count.exact().is_some();
        (is_of_days && self.tokens.is_next(before, token)).then_some((counted, way))
    }

    fn is_counted_to(&self, i: usize) -> bool {
        self.is_at(i, &["today", "tomorrow", "yesterday"]) && self.counted_to(i).is_some()
    }

    /// The weekday of "three weeks ago on Monday", and of "on Monday three weeks ago".
    fn weekday_beside_ago(&self, i: usize) -> Option<i64> {
        let after = if self.is_at(i + 1, &["on"]) { i + 2 } else { i + 1 };
        let before = i.checked_sub(if self.before(i, 2) == Some("of") { 5 } else { 3 });
        [Some(after), before].into_iter().flatten().find_map(|at| weekday_of(&self.lower(at)?))
    }

    /// Whether so many weeks ago stands beside a weekday, which is read with it.
    pub(super) fn is_of_week_ago(&self, i: usize) -> bool {
        let before = i.checked_sub(if self.before(i, 1) == Some("on") { 2 } else { 1 });
        let mut around = before.into_iter().chain([i + 3, i + 5]);
        around.any(|at| {
            self.is_at(at, &["ago", "back"])
                && matches!(self.before(at, 1), Some("week" | "weeks"))
                && self.english_ago(at).is_some_and(|days| days.count() == 1)
        })
    }

    /// "In two weeks", of what is to be, "in two weeks' time" and "two weeks from now".
    pub(super) fn english_ahead(&self, i: usize) -> Option<Days> {
        let counted = self.counted(i)?;
        if self.is_at(i + 1, &["from"]) {
            return self.is_at(i + 2, &["now"]).then(|| self.ahead(counted.unit, counted.count))?;
        }
        let is_few = matches!(self.before(counted.first, 0), Some("few" | "couple"));
        let first = counted.first.checked_sub(usize::from(is_few))?;
        let is_in =
            matches!(self.before(first, 1), Some("in" | "In")) && (self.is_at(i + 1, &["time"]) || self.is_plan(first));
        if is_in { self.ahead(counted.unit, counted.count) } else { None }
    }

    /// Whether "in two weeks" is when something is to be, and not how long it took: behind a verb of what is to be, or at the head of a sentence.
    fn is_plan(&self, first: usize) -> bool {
        let begins = first.checked_sub(1).is_some_and(|at| self.tokens.begins_sentence(self.tokens.list[at]));
        self.tense(first).map_or(begins, |tense| tense != Tense::Past)
    }
}

/// The time and half a unit more: of years, which are said so and of which nobody knows the month for sure.
pub(super) fn and_a_half(counted: Counted) -> Option<Counted> {
    let years = counted.count.exact().filter(|&years| counted.unit == "year" && years <= AWAY_MAX)?;
    Some(Counted { count: Count::of(12 * years + 6), unit: "month", first: counted.first })
}

/// What a number names as a unit of time in English.
fn unit_of(word: &str) -> Option<&'static str> {
    match word.trim_end_matches('s') {
        "minute" | "min" => Some("minute"),
        "hour" | "hr" => Some("hour"),
        "day" => Some("day"),
        "night" => Some("night"),
        "week" => Some("week"),
        "fortnight" => Some("fortnight"),
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
        for (text, expected) in [
            ("a year ago today we married", day(2022, 5, 8)),
            ("Twenty-five days ago", day(2023, 4, 13)),
            ("thirty one days ago", day(2023, 4, 7)),
            ("a hundred days ago", day(2023, 1, 28)),
            ("two weeks ago yesterday", day(2023, 4, 23)),
            ("a fortnight from today", day(2023, 5, 22)),
            ("a week from tomorrow", day(2023, 5, 16)),
            ("two Fridays ago", day(2023, 4, 28)),
        ] {
            assert_eq!(days(text), [expected], "{text}");
        }
        for (text, expected) in [
            ("forty years ago", Days::year(1983)),
            ("a year and a half ago", Days::month(2021, 11)),
            ("two and a half years ago", Days::month(2020, 11)),
            ("this time last year", Days { first: day(2022, 4, 23).first, last: day(2022, 5, 23).last }),
            ("I quit a year ago. Today was calm", day(2023, 5, 8)),
        ] {
            assert!(days(text).contains(&expected), "{text}: {:?}", days(text));
        }
        for text in [
            "I read it in two days",
            "the other side",
            "over a few days",
            "some weeks are long",
            "back in the day",
            "long days ago",
            "the Fridays ago",
        ] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }
}
