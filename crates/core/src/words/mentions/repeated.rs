//! What is so every year or every month, and therefore no certain time: "every March", "the 1st of each month", 매년 3월, 매달 25일.

use super::reader::Reader;
use crate::words::tokenizer::Script;

/// Words between a time and the one that says that it comes again: "every year on the 5th of May", 매년 5월 5일.
const REPEATED_WORDS_MAX: usize = 6;

impl Reader<'_> {
    /// Whether the time that a word names comes again and again.
    pub(super) fn is_repeated(&self, i: usize) -> bool {
        self.is_each_before(i) || self.is_each_behind(i) || self.ends_in_each(i)
    }

    /// 매년 3월, "every March", "each year in March".
    fn is_each_before(&self, i: usize) -> bool {
        let mut before = (i.saturating_sub(REPEATED_WORDS_MAX)..i).rev();
        let other = before.find(|&at| !self.is_within(at));
        other.is_some_and(|at| self.is_each(at))
    }

    /// "The 1st of every month", "in March each year".
    fn is_each_behind(&self, i: usize) -> bool {
        let mut behind = i + 1..self.tokens.list.len().min(i + REPEATED_WORDS_MAX);
        let other = behind.find(|&at| !self.is_at(at, &["of"]) && self.day(at).is_none());
        other.is_some_and(|at| self.is_each(at) && self.is_at(at + 1, &["year", "month"]))
    }

    /// 3월마다, 5월 5일마다, 추석마다.
    fn ends_in_each(&self, i: usize) -> bool {
        let is_each = |at: usize| self.hangul(at).is_some_and(|word| word.ends_with("마다"));
        match self.tokens.list[i].script {
            Script::Number => is_each(i + 1) || self.hangul(i + 1) == Some("월") && is_each(i + 3),
            _ => is_each(i),
        }
    }

    /// Whether a word may stand between the two: a preposition, a unit, a number.
    fn is_within(&self, at: usize) -> bool {
        self.tokens.list[at].script == Script::Number
            || self.is_at(at, &WITHIN)
            || self.day(at).is_some()
            || self.is_month(at)
    }

    fn is_each(&self, at: usize) -> bool {
        self.hangul(at).is_some_and(|word| EACH_IN_KOREAN.iter().any(|each| word.starts_with(each)))
            || self.lower(at).is_some_and(|word| EACH.contains(&&*word))
    }
}

const EACH: [&str; 5] = ["every", "each", "yearly", "annually", "monthly"];
const EACH_IN_KOREAN: [&str; 6] = ["매년", "매해", "해마다", "매월", "매달", "달마다"];
#[rustfmt::skip] // which would give each a line
const WITHIN: [&str; 14] =
    ["on", "in", "at", "the", "of", "year", "month", "월", "일", "from", "a", "other", "first", "last"];

#[cfg(test)]
mod tests {
    use crate::words::mentions::tests::{day, days};

    #[test]
    fn what_comes_again_is_no_certain_time() {
        for text in [
            "Every March we prune the roses",
            "We sail each June",
            "The fee is due on the 1st of every month",
            "the 5th of each month",
            "every year on May 5",
            "every year on the 5th of May",
            "in March every year",
            "Pay it monthly on the 3rd",
            "every Christmas we sing",
            "every other March",
            "every last Friday we dance",
            "every year from March to May",
            "매년 3월에 꽃이 펴",
            "매년 5월 5일",
            "해마다 추석에",
            "매월 1일에 내",
            "매달 25일",
            "3월마다 가",
            "5월 5일마다",
            "추석마다 송편을 빚어",
            "매년 3월부터 5월까지",
        ] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
        for text in ["every day in March 2021", "We met every guest on 3 March 2021", "매일 2021년 3월에"] {
            assert!(!days(text).is_empty(), "{text}");
        }
        assert_eq!(days("매년 가는데 작년 5월 3일에도 갔어"), [day(2022, 5, 3)]);
    }
}
