//! Dates in digits: 2023-05-08, 5월 8일, and a year alone.

use super::When;
use super::english::OLDEST_DECADE;
use super::korean::YEARS;
use super::parts::Part;
use super::reader::{Reader, dated, day_in, part_of_month, whole_month};
use crate::words::calendar::{Days, date_of, is_date};
use crate::words::dates::{DAYS_OF_A_MONTH, korean_month};
use crate::words::tokenizer::Script;
use crate::words::written::{ALWAYS_BEFORE_A_DATE, is_numbered, month_of_year, short_year, two_digits, written, year};

impl Reader<'_> {
    /// What a number names: a date, a month, a day of a month, or a year.
    pub(super) fn number(&self, i: usize, word: &str) -> Option<When> {
        let value = match word.parse::<i64>() {
            Ok(value) => value,
            Err(_) => return self.digits(i, word, 0),
        };
        let unit = self.hangul(i + 1).unwrap_or_default();
        if unit.starts_with('월') && (1..=12).contains(&value) {
            if unit.starts_with("월생") {
                return None; // who was born in such a month, or such an animal
            }
            return self.korean_month(i, i + 1, value, &unit['월'.len_utf8()..]);
        }
        if unit.starts_with("년대") {
            return decade(word, value).map(When::Days);
        }
        if unit.starts_with("분기") && (1..=4).contains(&value) {
            return (!self.is_of_a_year(i)).then(|| When::Days(self.alone(Part::Quarter(value))));
        }
        if (1..=DAYS_OF_A_MONTH).contains(&value) && self.is_day_alone(i, unit) {
            return self.korean_day(i, value);
        }
        if let Some(date) = year(word).and_then(|year| self.spaced(i, year)) {
            return Some(date);
        }
        self.year_named(i, word, unit)
    }

    /// The second of the two dates that a number may be.
    pub(super) fn other_reading(&self, i: usize) -> Option<When> {
        let token = self.tokens.list[i];
        let word =
            Some(self.tokens.cased(token)).filter(|word| token.script == Script::Number && word.contains('/'))?;
        self.digits(i, word, 1)
    }

    /// The first, or the second, of the dates that a number with its separators may be: a day, or the month of 5/2025.
    fn digits(&self, i: usize, word: &str, which: usize) -> Option<When> {
        let month = || {
            let (year, month) = month_of_year(word).filter(|_| which == 0 && !is_numbered(self.tokens, i))?;
            Some(When::Days(Days::month(year, month)))
        };
        let exact = written(self.tokens, i, word)[which].and_then(exactly).or_else(month);
        exact.or_else(|| self.month_and_day(i, word)[which].and_then(yearly))
    }

    /// A year, unless it belongs to a month or another part of it that is read by itself; "early 2022", 2022년 여름.
    fn year_named(&self, i: usize, word: &str, unit: &str) -> Option<When> {
        let year = if unit.starts_with("년도") { short_year(word) } else { year(word) }?;
        let belongs_to_a_month = self.hangul(i + 3).is_some_and(|unit| unit.starts_with('월')) && unit == "년"
            || [1, 2].iter().any(|&back| i.checked_sub(back).is_some_and(|at| self.is_month(at) || self.is_part(at)))
            || self.is_month(i + 1)
            || self.is_part(i + 1)
            || unit == "년" && self.hangul(i + 2).is_some_and(|word| korean_month(word).is_some());
        if belongs_to_a_month || is_numbered(self.tokens, i) {
            return None;
        }
        let korean = || self.korean_part(i + 2).filter(|_| unit == "년");
        let part = self.third_of_year_before(i).or_else(korean);
        Some(When::Days(part.map_or(Days::year(year), |part| part.of(year))))
    }

    /// A month that is spelled out: 오월, 시월 초.
    pub(super) fn spelled_month(&self, i: usize, word: &str) -> Option<When> {
        let (month, rest) = korean_month(word)?;
        self.korean_month(i, i, month, rest)
    }

    /// 5월, 5월 3일, 5월 초, 5월 둘째 주, of the year that stands before it. The month begins at `first`, and its 월 with the `rest` is `at` a word.
    fn korean_month(&self, first: usize, at: usize, month: i64, rest: &str) -> Option<When> {
        if self.is_of_a_year(first) && self.before(first, 1) != Some("년") {
            return None; // which reads it
        }
        let year = self.before(first, 1).filter(|unit| *unit == "년").and(self.before(first, 2)).and_then(short_year);
        match self.part_of_korean_month(at, month, rest) {
            Part::Day(month, day) => dated(year, month, Some(day)),
            Part::OfMonth(month, third) => Some(part_of_month(year, month, third)),
            Part::Month(month) => dated(year, month, None),
            part => Some(When::Days(year.map_or_else(|| self.near(first, month, part), |year| part.of(year)))),
        }
    }

    /// A part of a month that is meant where no year is named.
    fn near(&self, i: usize, month: i64, part: Part) -> Days {
        let whole = whole_month(month);
        let days = if self.is_to_come(i) { whole.coming_on(self.today) } else { whole.said_on(self.today) };
        part.of(date_of(days.first).0)
    }

    /// Month and day of 12/25, and of 25/12, where it is sure to be a date: the month comes first in Korean, and where both orders may be so both are
    /// meant.
    fn month_and_day(&self, i: usize, word: &str) -> [Option<(i64, i64)>; 2] {
        let numbers = || {
            let (one, other) = word.split_once('/')?;
            Some((two_digits(one)?, two_digits(other)?))
        };
        let Some((one, other)) = numbers() else { return [None; 2] };
        let (first, second) = (month_day(one, other), month_day(other, one));
        let is_korean = self.hangul(i + 1).is_some_and(|next| {
            let between = self.tokens.from_to(self.tokens.list[i], self.tokens.list[i + 1]);
            let is_bracketed = between.ends_with(&format!("({next}")) && "월화수목금토일".contains(next);
            is_bracketed
                || self.tokens.is_joined(self.tokens.list[i], self.tokens.list[i + 1])
                    && AFTER_TWO_NUMBERS.contains(&next)
        });
        let before = self.lower(i.wrapping_sub(1));
        let before = before.as_deref().unwrap_or_default();
        match (is_korean, first.xor(second)) {
            (true, _) => [first, None],
            (false, _) if self.is_at(i + 1, &AFTER_A_FRACTION) => [None; 2],
            (false, Some(date)) if BEFORE_A_DATE.contains(&before) || self.is_behind_a_start(i) => [Some(date), None],
            (false, None) if ALWAYS_BEFORE_A_DATE.contains(&before) => {
                [first, second.filter(|&date| Some(date) != first)]
            }
            _ => [None; 2],
        }
    }

    /// Whether it is said to begin or to end then: "class starts at 9/14".
    fn is_behind_a_start(&self, i: usize) -> bool {
        self.before(i, 1) == Some("at") && i.checked_sub(2).is_some_and(|at| self.is_at(at, &STARTS))
    }

    /// 2024. 12. 25., as Korean documents have it.
    fn spaced(&self, i: usize, year: i64) -> Option<When> {
        let all = &self.tokens.list;
        let mut parts = self.tokens.from_to(all[i], *all.get(i + 2)?).split(". ").skip(1).map(two_digits);
        let (month, day) = month_day(parts.next()??, parts.next()??)?;
        dated(Some(year), month, Some(day))
    }

    /// Whether a month, a season or a quarter stands behind a word that says of which year, or which of them is meant.
    fn is_of_a_year(&self, i: usize) -> bool {
        i.checked_sub(1).and_then(|at| self.hangul(at)).is_some_and(|before| {
            let is_counted =
                || i.checked_sub(2).and_then(|at| self.hangul(at)).is_some_and(|on| NEAR_ONES.contains(&on));
            before == "년"
                || before == "해" && is_counted()
                || NEAR_ONES.contains(&before)
                || YEARS.iter().any(|(name, _)| before.starts_with(name))
        })
    }

    /// Whether a word is an English season, a quarter or a half of a year, which a year belongs to.
    fn is_part(&self, i: usize) -> bool {
        let Some(token) = self.tokens.list.get(i).filter(|token| token.script == Script::Latin) else { return false };
        let word = self.tokens.lower(*token);
        self.english_part(i, &word).is_some()
    }

    /// Whether a number is a day of a month that does not stand right before it: 28일에, but neither 5월 28일 nor 28일 동안.
    fn is_day_alone(&self, i: usize, unit: &str) -> bool {
        let before = self.hangul(i.wrapping_sub(1)).unwrap_or_default();
        let is_named = korean_month(before).is_some()
            || before.starts_with('월')
                && i.checked_sub(2).is_some_and(|at| self.tokens.list[at].script == Script::Number);
        let is_span = unit.strip_prefix('일').is_some_and(|rest| self.is_span(i + 2, rest));
        let is_day = unit.strip_prefix('일').is_some_and(|rest| AFTER_A_DAY.contains(&rest));
        let is_counted = self.before(i, 1).is_some_and(|before| BEFORE_A_SPAN.contains(&before))
            || self.has_dash_before(i)
            || self.is_behind_nights(i);
        is_day
            && !is_span
            && !is_named
            && !is_counted
            && self.tokens.is_joined(self.tokens.list[i], self.tokens.list[i + 1])
    }

    /// Whether what stands there says that what stands before it are so many days, and not a day: 3일 동안, 3일에 걸쳐, but 3일에 만났어.
    pub(super) fn is_span(&self, at: usize, particle: &str) -> bool {
        let next = self.hangul(at).unwrap_or_default();
        match particle {
            "에" | "에는" | "에도" => next.starts_with("걸쳐"),
            _ => AFTER_A_SPAN.iter().any(|after| next.starts_with(after)),
        }
    }

    /// Whether so many nights stand before so many days: 3박 4일.
    fn is_behind_nights(&self, i: usize) -> bool {
        let number = || i.checked_sub(2).map(|at| self.tokens.list[at].script);
        self.before(i, 1) == Some("박") && number() == Some(Script::Number)
    }

    /// The 28일 of the month that stands near it (지난달 28일, 5월 3일부터 28일), or else the nearest there is.
    fn korean_day(&self, i: usize, day: i64) -> Option<When> {
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
            (None, None) => Some(self.nearest(i, day)),
        }
    }
}

pub fn exactly((year, month, day): (i64, i64, i64)) -> Option<When> {
    dated(Some(year), month, Some(day))
}

fn yearly((month, day): (i64, i64)) -> Option<When> {
    dated(None, month, Some(day))
}

/// A month and a day of it, if they can be.
pub fn month_day(month: i64, day: i64) -> Option<(i64, i64)> {
    is_date(None, month, day).then_some((month, day))
}

/// The ten years of 1990년대, and of 90년대.
fn decade(word: &str, value: i64) -> Option<Days> {
    let first = year(word).or_else(|| (OLDEST_DECADE..100).contains(&value).then_some(1900 + value))?;
    (first % 10 == 0).then_some(Days { first: Days::year(first).first, last: Days::year(first + 9).last })
}

/// The directions that a month, a season or a quarter may have before it.
const NEAR_ONES: [&str; 5] = ["지난", "저번", "이번", "다음", "오는"];
/// What stands before a date of two numbers.
const BEFORE_A_DATE: [&str; 11] =
    ["on", "until", "till", "since", "due", "by", "from", "before", "after", "dated", "through"];
/// Verbs of beginning and ending.
const STARTS: [&str; 10] =
    ["starts", "started", "start", "begins", "began", "begin", "ends", "ended", "opens", "closes"];
/// What follows two numbers that are a fraction: on 1/2 of the plate.
#[rustfmt::skip] // which would give each a line
const AFTER_A_FRACTION: [&str; 20] = [
    "of", "cup", "cups", "inch", "inches", "mile", "miles", "pound", "pounds", "teaspoon", "tablespoon", "tsp", "tbsp", "acre", "scale",
    "size", "speed", "time", "hour", "power",
];
/// What follows a date of two numbers, and seldom a fraction: of 2/3이 it is two thirds.
pub const AFTER_TWO_NUMBERS: [&str; 6] = ["에", "에는", "까지", "까지는", "부터", "날"];
/// What may follow the 일 of a day.
pub const AFTER_A_DAY: [&str; 25] = [
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
/// What stands before so many days.
const BEFORE_A_SPAN: [&str; 9] = ["최근", "약", "총", "단", "불과", "무려", "꼬박", "앞으로", "향후"];
/// What follows so many days.
const AFTER_A_SPAN: [&str; 20] = [
    "동안", "전", "후", "뒤", "만", "간", "째", "이상", "이내", "안", "정도", "남", "걸", "연속", "지나", "지났", "더",
    "내내", "치", "넘",
];

#[cfg(test)]
mod tests {
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::{day, days};

    #[test]
    fn dates_in_digits_are_read_in_the_order_that_they_can_have() {
        let christmas = day(2024, 12, 25);
        for text in [
            "12/25/2024",
            "25/12/2024",
            "25.12.2024",
            "12.25.2024",
            "25-12-2024",
            "12/25/24",
            "2024/12/25",
            "2024.12.25",
            "2024. 12. 25.",
            "2024년12월25일",
            "24년 12월 25일",
        ] {
            assert_eq!(days(text), [christmas], "{text}");
        }
        assert_eq!(days("3/4/2021"), [day(2021, 3, 4), day(2021, 4, 3)], "which of the two nobody can tell");
        assert_eq!(days("04/04/2021"), [day(2021, 4, 4)]);
        assert_eq!(days("3.4.2021"), [day(2021, 4, 3)], "nobody writes a month first before a full stop");
        for text in
            ["13/13/2024", "25.12.24", "1.2.3", "192.168.1.20", "12/25/3", "99/99/9999", "3/4/24", "10:30", "1,234"]
        {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }

    #[test]
    fn two_numbers_are_a_date_only_where_it_is_sure() {
        for (text, expected) in [
            ("Dinner on 4/25", &[day(2023, 4, 25)][..]),
            ("We fly on 25/4.", &[day(2023, 4, 25)]),
            ("due 5/31", &[day(2023, 5, 31)]),
            ("the class starts at 9/14", &[day(2023, 9, 14)]),
            ("on 3/4", &[day(2023, 3, 4), day(2023, 4, 3)]),
            ("4/5에 만났어", &[day(2023, 4, 5)]),
            ("4/25까지", &[day(2023, 4, 25)]),
            ("4/5(수) 회의", &[day(2023, 4, 5)]),
        ] {
            assert_eq!(days(text), expected, "{text}");
        }
        for text in [
            "open 24/7",
            "a 9/16 wrench",
            "by 3/4",
            "won 4/5 games",
            "12/25",
            "1/2 컵",
            "2/3이 남았어",
            "13/25에",
            "on 40/50",
            "on 1/2 of the plate",
            "on 3/16 inch bolts",
            "set it at 9/16",
            "starts at 3/4",
            "started 24/7 support",
        ] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }

    #[test]
    fn programs_and_letters_write_dates_in_their_ways() {
        for (text, expected) in [
            ("2023-05-03T10:00:00Z started", &[day(2023, 5, 3)][..]),
            ("at 2023-05-03T10:00:00.5+09:00", &[day(2023, 5, 3)]),
            ("report of 2021-05", &[Days::month(2021, 5)]),
            ("until 2021/05", &[Days::month(2021, 5)]),
            ("We met on 6/3/22", &[day(2022, 3, 6), day(2022, 6, 3)]),
            ("Paid on 25/12/22", &[day(2022, 12, 25)]),
        ] {
            assert_eq!(days(text), expected, "{text}");
        }
        for text in [
            "6/3/22",
            "the season 2010-11",
            "part 2023-57",
            "ticket 2023-05",
            "2023-05-33T10:00",
            "20230503T10",
            "room 2024",
            "PIN 2019",
        ] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }

    #[test]
    fn so_many_nights_and_days_are_no_day() {
        for text in ["3박 4일로 다녀왔어", "3박4일", "2박3일 여행", "3월생이야"] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
        assert!(days("3일에 걸쳐 만들었어").is_empty());
        for text in ["호박을 4일에 땄어", "4일에 만났어", "4일에 안 갔어"] {
            assert_eq!(days(text), [day(2023, 5, 4)], "{text}");
        }
    }

    #[test]
    fn a_year_belongs_to_what_it_stands_beside() {
        assert_eq!(days("May 2021"), [Days::month(2021, 5)]);
        assert_eq!(days("summer 2021"), [Days::months(2021, 6, 3)]);
        assert_eq!(days("in 2021"), [Days::year(2021)]);
        assert_eq!(days("2021년에"), [Days::year(2021)]);
    }
}
