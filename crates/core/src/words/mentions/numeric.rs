//! Dates in digits: 2023-05-08, 5월 8일, and a year alone.

use super::When;
use super::reader::{Reader, dated, day_in};
use crate::words::calendar::Days;
use crate::words::dates::{DAYS_OF_A_MONTH, iso, year};
use crate::words::tokenizer::Script;

impl Reader<'_> {
    /// What a number names: a date, a month, a day of a month, or a year.
    pub(super) fn number(&self, i: usize, word: &str) -> Option<When> {
        if let Some((year, month, day)) = iso(word) {
            return Some(dated(Some(year), month, Some(day)));
        }
        let value = word.parse::<i64>().ok()?;
        let unit = self.hangul(i + 1).unwrap_or_default();
        if unit.starts_with('월') && (1..=12).contains(&value) {
            let is_day = self.hangul(i + 3).is_some_and(|unit| unit.starts_with('일'));
            let day = self.day(i + 2).filter(|_| is_day);
            let year = self.before(i, 1).filter(|unit| *unit == "년").and(self.before(i, 2)).and_then(year);
            return Some(dated(year, value, day));
        }
        if (1..=DAYS_OF_A_MONTH).contains(&value) && self.is_day_alone(i, unit) {
            return Some(self.korean_day(i, value));
        }
        let year = year(word)?;
        let belongs_to_a_month = self.hangul(i + 3).is_some_and(|unit| unit.starts_with('월')) && unit == "년"
            || [1, 2].iter().any(|&back| i.checked_sub(back).is_some_and(|at| self.is_month(at)))
            || self.is_month(i + 1);
        (!belongs_to_a_month).then_some(When::Days(Days::year(year)))
    }

    /// Whether a number is a day of a month that does not stand right before it: 28일에, but neither 5월 28일 nor 28일 동안.
    fn is_day_alone(&self, i: usize, unit: &str) -> bool {
        let is_named = self.hangul(i.wrapping_sub(1)).is_some_and(|before| before.starts_with('월'))
            && i.checked_sub(2).is_some_and(|at| self.tokens.list[at].script == Script::Number);
        let is_span = self.hangul(i + 2).is_some_and(|next| AFTER_A_SPAN.iter().any(|after| next.starts_with(after)));
        let is_day = unit.strip_prefix('일').is_some_and(|rest| AFTER_A_DAY.contains(&rest));
        is_day && !is_span && !is_named && self.tokens.is_joined(self.tokens.list[i], self.tokens.list[i + 1])
    }

    /// The 28일 of the month that stands near it (지난달 28일, 5월 3일부터 28일), or else the nearest there is.
    fn korean_day(&self, i: usize, day: i64) -> When {
        let around = [1, 2].iter().find_map(|&back| {
            let at = i.checked_sub(back)?;
            self.korean(at, self.hangul(at)?).filter(|days| (28..=DAYS_OF_A_MONTH).contains(&days.count()))
        });
        let is_unit = |back: usize, unit: char| {
            i.checked_sub(back).and_then(|at| self.hangul(at)).is_some_and(|word| word.starts_with(unit))
        };
        let in_range = || self.before(i, 4).filter(|_| is_unit(1, '일') && is_unit(3, '월'))?.parse().ok();
        match (around, in_range().filter(|month| (1..=12).contains(month))) {
            (Some(month), _) => day_in(month, day),
            (None, Some(month)) => dated(None, month, Some(day)),
            (None, None) => self.nearest(day),
        }
    }
}

/// What may follow the 일 of a day.
const AFTER_A_DAY: [&str; 25] = [
    "",
    "에",
    "에는",
    "에도",
    "은",
    "이",
    "도",
    "까지",
    "까지는",
    "부터",
    "로",
    "날",
    "날에",
    "자",
    "자로",
    "쯤",
    "인데",
    "이야",
    "이에요",
    "입니다",
    "이고",
    "과",
    "이나",
    "밤",
    "밤에",
];
/// What follows so many days.
const AFTER_A_SPAN: [&str; 20] = [
    "동안", "전", "후", "뒤", "만", "간", "째", "이상", "이내", "안", "정도", "남", "걸", "연속", "지나", "지났", "더",
    "내내", "치", "넘",
];
