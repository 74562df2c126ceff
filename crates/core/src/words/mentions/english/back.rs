//! From then until now, in English: "the last two weeks", "over the past month".

use super::span::{Counted, and_a_half};
use crate::words::calendar::Days;
use crate::words::mentions::around::Count;
use crate::words::mentions::reader::Reader;

/// Words of a number behind "the last": "the last couple of weeks", "the past one hundred and twenty days".
const COUNT_WORDS_MAX: usize = 6;

impl Reader<'_> {
    /// The time until now that begins with "last" or "past", and the word behind it.
    pub fn english_back(&self, i: usize) -> Option<(Days, usize)> {
        let is_past = match self.tokens.cased(self.tokens.list[i]) {
            "past" => true,
            "last" => false,
            _ => return None,
        };
        let counted = || (i + 2..i + 2 + COUNT_WORDS_MAX).find_map(|at| Some((self.counted(at)?, at)));
        let (counted, at) = counted().or_else(|| Some((self.one_back(i, is_past)?, i + 1)))?;
        let has_half = self.is_at(at + 1, &["and"]) && self.is_at(at + 2, &["a"]) && self.is_at(at + 3, &["half"]);
        let (counted, at) = if has_half { (and_a_half(counted)?, at + 3) } else { (counted, at) };
        let is_place = is_past && !self.is_at(i.checked_sub(1)?, &BEFORE_PAST);
        let is_right_behind = counted.first == i + 1 && !self.is_at(at + 1, &["of", "ago"]);
        let days = self.until_now(counted.unit, counted.count).filter(|_| is_right_behind && !is_place)?;
        Some((days, at + 1))
    }

    /// "The past month", and "in the last month": not the one before this, but until now.
    fn one_back(&self, i: usize, is_past: bool) -> Option<Counted> {
        let unit = ["week", "month", "year"].into_iter().find(|unit| self.is_at(i + 1, &[unit]))?;
        let is_the = self.is_at(i.checked_sub(1)?, &["the"]);
        let is_within = || is_past || self.before(i, 2).is_some_and(|before| WITHIN.contains(&before));
        (is_the && is_within()).then_some(Counted { count: Count::of(1), unit, first: i + 1 })
    }
}

/// Before "past" where it is of time: what is past two houses is a way.
const BEFORE_PAST: [&str; 5] = ["the", "this", "these", "my", "our"];
const WITHIN: [&str; 9] = ["in", "In", "over", "Over", "during", "During", "within", "Within", "for"];

#[cfg(test)]
mod tests {
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::{day, days};

    /// All from Monday, 8 May 2023.
    #[test]
    fn what_was_lately_is_until_now() {
        for (text, first) in [
            ("How often did I run in the last two weeks?", day(2023, 4, 24)),
            ("in the last 7 days", day(2023, 5, 1)),
            ("over the past month", day(2023, 4, 8)),
            ("during the last week", day(2023, 5, 1)),
            ("the past few days", day(2023, 5, 3)),
            ("the past couple of weeks", day(2023, 4, 24)),
            ("over the last twenty-five days", day(2023, 4, 13)),
            ("over the last year and a half", day(2021, 11, 8)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: day(2023, 5, 8).last }], "{text}");
        }
        for (text, expected) in [
            ("last month", Days::month(2023, 4)),
            ("the last week of April", Days { first: day(2023, 4, 24).first, last: day(2023, 4, 30).last }),
            ("this past weekend", Days { first: day(2023, 5, 6).first, last: day(2023, 5, 7).last }),
        ] {
            assert_eq!(days(text), [expected], "{text}");
        }
        for text in [
            "the last two days of the trip",
            "the last two of us",
            "past two houses",
            "at half past two",
            "half past two weeks",
        ] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }
}
