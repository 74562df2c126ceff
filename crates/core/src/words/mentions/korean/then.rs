//! The day of another year or month that today is: 작년 오늘, 1년 전 오늘; and the time about it: 작년 이맘때.

use super::{direction_of, year_counted};
use crate::words::calendar::Days;
use crate::words::mentions::reader::Reader;

impl Reader<'_> {
    /// The day, so many units on, if what stands there says that it is that of today.
    pub(super) fn then(&self, at: usize, unit: &str, on: i64) -> Option<Days> {
        let word = self.hangul(at)?;
        match word {
            word if is_today(word) => self.same_day(unit, on).map(Days::one),
            word if word.starts_with(ABOUT) => self.about_that_time(unit, on),
            _ => None,
        }
    }

    /// Whether 오늘 is not today, by what stands before it.
    pub(super) fn is_then(&self, i: usize, word: &str) -> bool {
        let Some(before) = i.checked_sub(1).filter(|_| is_today(word)).and_then(|at| self.hangul(at)) else {
            return false;
        };
        let is_unit = |unit: &str| matches!(unit, "주" | "달" | "해");
        let is_directed = || match direction_of(before) {
            Some((_, rest)) => is_unit(rest),
            None => is_unit(before) && i.checked_sub(2).and_then(|at| self.hangul(at)).is_some_and(is_direction),
        };
        let is_ago =
            || self.korean_span(i - 1, before).is_some_and(|(is_ago, span)| is_ago && span.count.exact().is_some());
        year_counted(before).is_some() || is_directed() || is_ago()
    }

    /// The word behind the one that says so, if that stands there.
    pub(super) fn behind_then(&self, at: usize) -> usize {
        let word = self.hangul(at).unwrap_or_default();
        at + usize::from(word.starts_with(ABOUT) || self.is_then(at, word))
    }
}

fn is_direction(word: &str) -> bool {
    direction_of(word).is_some_and(|(_, rest)| rest.is_empty())
}

/// Whether a word is 오늘 with no more than a particle.
fn is_today(word: &str) -> bool {
    word.strip_prefix("오늘").is_some_and(|rest| matches!(rest, "" | "에" | "은" | "엔" | "에는" | "도" | "의"))
}

const ABOUT: &str = "이맘때";

#[cfg(test)]
mod tests {
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::{day, days};

    /// All from Monday, 8 May 2023.
    #[test]
    fn today_of_another_year_is_one_day() {
        for (text, expected) in [
            ("작년 오늘 뭐 했지?", day(2022, 5, 8)),
            ("1년 전 오늘", day(2022, 5, 8)),
            ("일 년 전 오늘은", day(2022, 5, 8)),
            ("한 달 전 오늘 만났어", day(2023, 4, 8)),
            ("지난달 오늘", day(2023, 4, 8)),
            ("지난 달 오늘", day(2023, 4, 8)),
            ("일주일 전 오늘", day(2023, 5, 1)),
        ] {
            assert_eq!(days(text), [expected], "{text}");
        }
        let about = Days { first: day(2022, 4, 23).first, last: day(2022, 5, 23).last };
        assert_eq!(days("작년 이맘때쯤"), [about]);
        assert_eq!(days("1년 전 이맘때"), [about]);
        assert_eq!(days("작년과 오늘"), [Days::year(2022), day(2023, 5, 8)]);
        assert_eq!(days("작년 말부터 오늘까지"), [Days::month(2022, 12), day(2023, 5, 8)]);
    }
}
