//! Parts of months and years, in Korean: 6월 초, 5월 둘째 주, 여름, 하반기.

use super::AFTER_A_TIME;
use super::weekday::weekday_of;
use crate::words::calendar::Days;
use crate::words::dates::korean_month;
use crate::words::day_words;
use crate::words::mentions::numeric::AFTER_A_DAY;
use crate::words::mentions::parts::{self, Part, Third};
use crate::words::mentions::reader::Reader;
use crate::words::tokenizer::{Script, Tokens};

impl Reader<'_> {
    /// What of a year stands there: 5월 3일, 6월 초, 여름, 3분기, 하반기, 말.
    pub fn korean_part(&self, at: usize) -> Option<Part> {
        let token = *self.tokens.list.get(at)?;
        if token.script != Script::Number {
            let word = self.hangul(at)?;
            return part_named(word)
                .or_else(|| korean_month(word).map(|(month, rest)| self.part_of_korean_month(at, month, rest)));
        }
        let (number, unit) = (self.tokens.cased(token).parse().ok()?, self.hangul(at + 1)?);
        match unit.strip_prefix('월') {
            Some(rest) if (1..=12).contains(&number) => Some(self.part_of_korean_month(at + 1, number, rest)),
            _ if unit.starts_with("분기") && (1..=4).contains(&number) => Some(Part::Quarter(number)),
            _ => None,
        }
    }

    /// What of a month is meant whose name ends at a word: a day, a third, a week, or all of it.
    pub fn part_of_korean_month(&self, at: usize, month: i64, rest: &str) -> Part {
        let is_day = self.hangul(at + 2).is_some_and(|unit| unit.starts_with('일'));
        let in_digits = self.day(at + 1).filter(|_| is_day);
        let day = in_digits.or_else(|| self.spelled_day(at, rest)).map(|day| Part::Day(month, day));
        let third = || self.korean_third(at, rest).map(|third| Part::OfMonth(month, third));
        let counted = || self.korean_counted(at + 1).map(|counted| counted.of(month));
        day.or_else(third).or_else(counted).unwrap_or(Part::Month(month))
    }

    /// The day that is spelled out behind a month that is: 오월 오일. Behind digits 오일 is oil.
    fn spelled_day(&self, at: usize, rest: &str) -> Option<i64> {
        let is_spelled = rest.is_empty() && !self.hangul(at)?.starts_with('월');
        let (day, rest) = day_words::korean(self.hangul(at + 1).filter(|_| is_spelled)?)?;
        (AFTER_A_DAY.contains(&rest) && !self.is_span(at + 2, rest)).then_some(day)
    }

    /// What of a month is counted there: 둘째 주, 마지막 주 금요일, 첫 번째 월요일.
    fn korean_counted(&self, at: usize) -> Option<OfMonth> {
        let (nth, rest, next) = self.nth_at(at)?;
        let (unit, behind) = if rest.is_empty() { (self.hangul(next)?, next + 1) } else { (rest, next) };
        if let Some(weekday) = weekday_of(unit) {
            return Some(OfMonth::Weekday(nth, weekday));
        }
        let is_week = unit.strip_prefix('주').is_some_and(|rest| rest == "의" || AFTER_A_TIME.contains(&rest));
        is_week.then(|| OfMonth::Week(nth, self.hangul(behind).and_then(weekday_of)))
    }

    /// The days of a month that are counted there.
    pub(super) fn counted_of_month(&self, at: usize, month: Days) -> Option<Days> {
        Some(match self.korean_counted(at)? {
            OfMonth::Week(nth, weekday) => parts::week_of(month, nth, weekday),
            OfMonth::Weekday(nth, weekday) => parts::weekday_of(month, nth, weekday),
        })
    }

    /// Which one is counted there, the rest of the word, and the word behind: 둘째, 둘째주, 두 번째.
    fn nth_at(&self, at: usize) -> Option<(Option<i64>, &str, usize)> {
        let word = self.hangul(at)?;
        let apart = || {
            let nth = ["첫", "두", "세", "네"].iter().position(|&name| name == word)? as i64 + 1;
            Some((Some(nth), self.hangul(at + 1)?.strip_prefix("번째")?, at + 2))
        };
        apart().or_else(|| nth_of(word).map(|(nth, rest)| (nth, rest, at + 1)))
    }

    /// The third of a month that stands behind its 월, or is the rest of that word.
    pub fn korean_third(&self, at: usize, rest: &str) -> Option<Third> {
        if rest.is_empty() { third_of(self.hangul(at + 1)?) } else { third_of(rest) }
    }
}

/// What is counted of a month: None is the last.
enum OfMonth {
    /// A week, or a day of it.
    Week(Option<i64>, Option<i64>),
    /// A day of the week.
    Weekday(Option<i64>, i64),
}

impl OfMonth {
    fn of(self, month: i64) -> Part {
        match self {
            Self::Week(nth, weekday) => Part::Week(month, nth, weekday),
            Self::Weekday(nth, weekday) => Part::Weekday(month, nth, weekday),
        }
    }
}

pub(super) fn part_named(word: &str) -> Option<Part> {
    season_of(word).or_else(|| half_of(word)).or_else(|| third_of(word).map(Third::of_year))
}

pub(super) fn season_of(word: &str) -> Option<Part> {
    ["봄", "여름", "가을", "겨울"]
        .iter()
        .zip(0..)
        .find(|(name, _)| word.starts_with(*name))
        .map(|(_, at)| Part::Season(at))
}

pub(super) fn half_of(word: &str) -> Option<Part> {
    ["상반기", "하반기"].iter().zip(1..).find(|(name, _)| word.starts_with(*name)).map(|(_, at)| Part::Half(at))
}

/// The third that a word names: 초, 중순, 말. It is no other word that begins so.
pub(super) fn third_of(word: &str) -> Option<Third> {
    let &(name, third) = THIRDS.iter().find(|(name, _)| word.starts_with(name))?;
    AFTER_A_TIME.contains(&&word[name.len()..]).then_some(third)
}

/// See [`crate::words::mentions::is_third`].
pub fn is_third(tokens: &Tokens, at: usize) -> bool {
    let hangul = |at: usize| tokens.list.get(at).filter(|token| token.script == Script::Hangul);
    let before = at.checked_sub(1).and_then(hangul).map(|&before| tokens.cased(before));
    before.is_some_and(|before| before.ends_with(['월', '달', '년', '해']))
        && hangul(at).is_some_and(|&word| third_of(tokens.cased(word)).is_some())
}

/// Which week of a month a word counts (None if the last), and the rest of it: 둘째, 첫째주.
pub(super) fn nth_of(word: &str) -> Option<(Option<i64>, &str)> {
    if !word.starts_with(['첫', '둘', '셋', '넷', '다', '마', '두', '세', '네']) {
        return None;
    }
    NTH.iter().find_map(|&(name, nth)| Some((nth, word.strip_prefix(name)?)))
}

/// Weeks of a month as they are counted; of two that begin alike the longer one first.
const NTH: [(&str, Option<i64>); 11] = [
    ("첫째", Some(1)),
    ("첫번째", Some(1)),
    ("첫", Some(1)),
    ("둘째", Some(2)),
    ("두번째", Some(2)),
    ("셋째", Some(3)),
    ("세번째", Some(3)),
    ("넷째", Some(4)),
    ("네번째", Some(4)),
    ("다섯째", Some(5)),
    ("마지막", None),
];
const THIRDS: [(&str, Third); 7] = [
    ("초순", Third::First),
    ("상순", Third::First),
    ("초", Third::First),
    ("중순", Third::Middle),
    ("중반", Third::Middle),
    ("하순", Third::Last),
    ("말", Third::Last),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::{day, days};

    #[test]
    fn thirds_stand_behind_a_month_or_a_year() {
        let thirds = |text: &str| {
            let tokens = Tokens::new(text);
            let found = (0..tokens.list.len()).filter(|&at| is_third(&tokens, at));
            found.map(|at| tokens.cased(tokens.list[at]).to_owned()).collect::<Vec<_>>()
        };
        for (text, third) in [
            ("5월 말에 만나", "말에"),
            ("다음 달 초까지", "초까지"),
            ("작년 말", "말"),
            ("2024년 중순에", "중순에"),
            ("올해 초에", "초에"),
        ] {
            assert_eq!(thirds(text), [third], "{text}");
        }
        for text in ["그 말에 웃었어", "5월 말씀", "말에서 떨어졌어", "생일 초를 껐어"] {
            assert!(thirds(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn months_and_parts_of_years_are_stretches() {
        for (text, first, last) in [
            ("6월 중순에 이사해", day(2023, 6, 11), day(2023, 6, 20)),
            ("6월 초", day(2023, 6, 1), day(2023, 6, 10)),
            ("2월말까지", day(2023, 2, 21), day(2023, 2, 28)),
            ("2021년 9월 하순", day(2021, 9, 21), day(2021, 9, 30)),
            ("지난달 말에", day(2023, 4, 21), day(2023, 4, 30)),
            ("다음 달 초에", day(2023, 6, 1), day(2023, 6, 10)),
            ("이달 말", day(2023, 5, 21), day(2023, 5, 31)),
            ("월말에 바빠", day(2023, 5, 21), day(2023, 5, 31)),
            ("연말에 봤어", day(2022, 12, 1), day(2022, 12, 31)),
            ("연초에", day(2023, 1, 1), day(2023, 1, 31)),
            ("2022년 여름에", day(2022, 6, 1), day(2022, 8, 31)),
            ("작년 여름", day(2022, 6, 1), day(2022, 8, 31)),
            ("재작년 겨울에", day(2021, 12, 1), day(2022, 2, 28)),
            ("지난여름에", day(2022, 6, 1), day(2022, 8, 31)),
            ("지난 겨울", day(2022, 12, 1), day(2023, 2, 28)),
            ("올가을에", day(2023, 9, 1), day(2023, 11, 30)),
            ("작년 5월에", day(2022, 5, 1), day(2022, 5, 31)),
            ("작년 5월 3일에", day(2022, 5, 3), day(2022, 5, 3)),
            ("지난 3월", day(2023, 3, 1), day(2023, 3, 31)),
            ("지난해 10월", day(2022, 10, 1), day(2022, 10, 31)),
            ("지난 해 10월", day(2022, 10, 1), day(2022, 10, 31)),
            ("오는 7월에", day(2023, 7, 1), day(2023, 7, 31)),
            ("24년 5월", day(2024, 5, 1), day(2024, 5, 31)),
            ("98년도에", day(1998, 1, 1), day(1998, 12, 31)),
            ("2022년 3분기", day(2022, 7, 1), day(2022, 9, 30)),
            ("3분기 실적", day(2023, 7, 1), day(2023, 9, 30)),
            ("지난 분기에", day(2023, 1, 1), day(2023, 3, 31)),
            ("작년 4분기", day(2022, 10, 1), day(2022, 12, 31)),
            ("2022년 하반기", day(2022, 7, 1), day(2022, 12, 31)),
            ("상반기에", day(2023, 1, 1), day(2023, 6, 30)),
            ("작년 말에", day(2022, 12, 1), day(2022, 12, 31)),
            ("내년 초에", day(2024, 1, 1), day(2024, 1, 31)),
            ("올 초에", day(2023, 1, 1), day(2023, 1, 31)),
            ("올초부터", day(2023, 1, 1), day(2023, 1, 31)),
            ("2020년 초에", day(2020, 1, 1), day(2020, 1, 31)),
            ("2020년 중반에", day(2020, 5, 1), day(2020, 8, 31)),
            ("오월 오일에 만났어", day(2023, 5, 5), day(2023, 5, 5)),
            ("작년 시월 이십오일", day(2022, 10, 25), day(2022, 10, 25)),
            ("6월 첫 번째 월요일", day(2023, 6, 5), day(2023, 6, 5)),
            ("4월 셋째 토요일에", day(2023, 4, 15), day(2023, 4, 15)),
            ("4월 마지막 금요일", day(2023, 4, 28), day(2023, 4, 28)),
            ("다음 달 첫 월요일", day(2023, 6, 5), day(2023, 6, 5)),
            ("5월 두 번째 주", day(2023, 5, 8), day(2023, 5, 14)),
            ("1990년대에", day(1990, 1, 1), day(1999, 12, 31)),
            ("80년대 노래", day(1980, 1, 1), day(1989, 12, 31)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: last.last }], "{text}");
        }
        for text in ["5월 초콜릿", "여름이 좋아", "봄비", "한 말이야", "5월 오일 교환", "삼월 삼일 동안", "올 때"]
        {
            assert!(days(text).iter().all(|days| days.count() > 28), "{text}: {:?}", days(text));
        }
    }
}
