//! Stretches from one day of the week to another, in English: "Monday to Wednesday", "Mon-Fri".

use super::weekday::weekday_of;
use crate::words::calendar::Days;
use crate::words::mentions::When;
use crate::words::mentions::reader::Reader;
use crate::words::mentions::tense::Tense;
use crate::words::tokenizer::Script;

/// Words before a range that are looked at for whether it is so in each week.
const HABIT_WORDS_MAX: usize = 3;

impl Reader<'_> {
    /// The days that begin with a word, and the word behind them: those of what is told that were, and else those that come.
    pub fn weekday_range(&self, i: usize) -> Option<(When, usize)> {
        if self.tokens.list[i].script != Script::Latin {
            return None;
        }
        let first = weekday_of(&self.lower(i)?)?;
        let at = self.other_end(i, i + 1)?;
        let last = weekday_of(&self.lower(at)?)?;
        if first == last || self.is_habit(i) || self.is_moved(i) {
            return None;
        }
        let from = match (self.direction(i), self.weekday_of_week(at, first)) {
            (_, Some(day)) => day.first,
            (Some(on), None) => self.weekday(first, on).first,
            (None, None) if self.is_to_come(i) => self.weekday(first, 0).first,
            (None, None) => self.weekday_before(first, last, self.tense(i) == Some(Tense::Past)),
        };
        Some((When::Days(Days { first: from, last: from + (last - first).rem_euclid(7) }), at + 1))
    }

    /// Whether it is so in each week: open Monday to Friday.
    fn is_habit(&self, i: usize) -> bool {
        (i.saturating_sub(HABIT_WORDS_MAX)..i)
            .any(|at| self.lower(at).is_some_and(|word| OF_EACH_WEEK.contains(&&*word)))
    }
}

/// Say of what follows that it is so in each week.
const OF_EACH_WEEK: [&str; 10] =
    ["every", "each", "open", "opens", "opened", "hours", "weekly", "usually", "always", "works"];

#[cfg(test)]
mod tests {
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::{day, days};

    /// All from Monday, 8 May 2023.
    #[test]
    fn weekdays_have_ranges() {
        for (text, first, last) in [
            ("I was in Ghent Monday to Wednesday", day(2023, 5, 1), day(2023, 5, 3)),
            ("We hiked from Tuesday to Thursday", day(2023, 5, 2), day(2023, 5, 4)),
            ("The fair is on from Thursday through Saturday", day(2023, 5, 11), day(2023, 5, 13)),
            ("training, Wed-Fri", day(2023, 5, 10), day(2023, 5, 12)),
            ("I am away Tue – Thu", day(2023, 5, 9), day(2023, 5, 11)),
            ("Monday to Friday of next week", day(2023, 5, 15), day(2023, 5, 19)),
            ("next Friday to Sunday", day(2023, 5, 19), day(2023, 5, 21)),
            ("We will sail Saturday to Monday", day(2023, 5, 13), day(2023, 5, 15)),
        ] {
            assert!(days(text).contains(&Days { first: first.first, last: last.last }), "{text}: {:?}", days(text));
        }
        for text in ["open Monday to Friday", "every Monday to Thursday", "the talk was moved from Monday to Friday"] {
            assert!(days(text).iter().all(|days| days.count() == 1), "{text}: {:?}", days(text));
        }
    }
}
