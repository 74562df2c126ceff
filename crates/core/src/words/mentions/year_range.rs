//! Years from one to another: 2019-2021, "from 2019 to 2021", 2019년부터 2021년까지.

use super::reader::Reader;
use crate::words::tokenizer::Script;
use crate::words::written::{is_numbered, years};
use std::ops::RangeInclusive;

/// Years up to which each of them is meant: of more a text has nothing to say for one.
const YEARS_MAX: i64 = 10;

impl Reader<'_> {
    /// The years that begin with a word, and the word behind them.
    pub(super) fn year_range(&self, i: usize) -> Option<(RangeInclusive<i64>, usize)> {
        let token = self.tokens.list.get(i).filter(|token| token.script == Script::Number)?;
        let word = self.tokens.cased(*token);
        let (first, last, next) = match years(word).filter(|_| !is_numbered(self.tokens, i)) {
            Some((first, last)) => (first, last, i + 1),
            None => {
                let (first, behind, is_from) = self.year_end(i)?;
                let at = if is_from { behind } else { self.other_end(i, behind)? };
                let (last, next, _) = self.year_end(at)?;
                (first, last, next)
            }
        };
        let is_of_more = self.is_month(next) || self.hangul(next).is_some_and(|word| word.starts_with('월'));
        (first < last && last - first < YEARS_MAX && !is_of_more).then_some((first..=last, next))
    }

    /// A year, the word behind it, and whether that says that it is the first: 2019년부터.
    fn year_end(&self, at: usize) -> Option<(i64, usize, bool)> {
        let year = self.year(at)?;
        let unit = self.hangul(at + 1).filter(|unit| unit.starts_with('년'));
        Some((year, at + 1 + usize::from(unit.is_some()), unit.is_some_and(|unit| unit.ends_with("부터"))))
    }
}

#[cfg(test)]
mod tests {
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::days;

    #[test]
    fn years_from_one_to_another_are_each_meant() {
        let all = [Days::year(2019), Days::year(2020), Days::year(2021)];
        for text in [
            "I lived there 2019-2021",
            "2019–2021",
            "between 2019 and 2021",
            "from 2019 to 2021 we rented",
            "2019년부터 2021년까지",
            "2019~2021년",
        ] {
            assert_eq!(days(text), all, "{text}");
        }
        assert_eq!(days("in 2019 and 2021"), [Days::year(2019), Days::year(2021)]);
        for text in ["call 555-2019-2021", "tel 2021-2019", "1901-1999", "room 2019-2021"] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }
}
