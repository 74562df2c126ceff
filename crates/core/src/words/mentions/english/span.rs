//! So long ago and so long from now, in English: "two months ago", "in a fortnight".

use super::weekday::weekday_of;
use crate::words::calendar::Days;
use crate::words::mentions::around::Count;
use crate::words::mentions::reader::Reader;
use crate::words::mentions::tense::Tense;

impl Reader<'_> {
    pub(super) fn english_ago(&self, i: usize) -> Option<Days> {
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
    pub(super) fn english_ahead(&self, i: usize, word: &str) -> Option<Days> {
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
        for text in
            ["I read it in two days", "the other side", "over a few days", "some weeks are long", "back in the day"]
        {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }
}
