//! So long ago and so long from now, in Korean: 사흘 전, 두 달 뒤.

use super::weekday::weekday_of;
use crate::words::calendar::Days;
use crate::words::korean::numerals;
use crate::words::mentions::around::{AWAY_MAX, Count};
use crate::words::mentions::reader::Reader;

impl Reader<'_> {
    /// "3일 전", "두 달 전", "이틀 뒤", in as many words as there may be: whether it was before, and how much.
    pub(super) fn korean_span(&self, i: usize, word: &str) -> Option<(bool, Span)> {
        if !may_end_span(word) {
            return None;
        }
        let ago = AGO.iter().find_map(|end| word.strip_suffix(end));
        let joined = ago.or_else(|| AHEAD.iter().find_map(|end| word.strip_suffix(end)))?;
        let (unit, at) = if joined.is_empty() { (self.hangul(i.checked_sub(1)?)?, i - 1) } else { (joined, i) };
        if let Some(span) = self.years_and_a_half(unit, at) {
            return Some((ago.is_some(), span));
        }
        let (count, unit, first) = match span_of(unit) {
            Some((count, unit)) => (count, unit, at),
            // 5월 5일 전 is before that day.
            None if unit == "일" && self.before(at, 2) == Some("월") => return None,
            None => {
                let word = self.before(at, 1)?;
                (word.parse().ok().map(Count::of).or_else(|| count_of(word))?, unit_of(unit)?, at - 1)
            }
        };
        Some((ago.is_some(), Span { count, unit, first }))
    }

    /// 1년 반, 일년 반: with half a year more.
    fn years_and_a_half(&self, word: &str, at: usize) -> Option<Span> {
        if word != "반" {
            return None;
        }
        let unit = self.hangul(at.checked_sub(1)?)?;
        let (years, first) = match span_of(unit) {
            Some((count, "year")) => (count, at - 1),
            _ if unit_of(unit) == Some("year") => {
                let number = self.before(at, 2)?;
                (number.parse().ok().map(Count::of).or_else(|| count_of(number))?, at - 2)
            }
            _ => return None,
        };
        let years = years.exact().filter(|&years| years <= AWAY_MAX)?;
        Some(Span { count: Count::of(12 * years + 6), unit: "month", first })
    }

    /// 두 달 전, and the Tuesday of 2주 전 화요일.
    pub(super) fn korean_ago(&self, i: usize, span: &Span) -> Option<Days> {
        let weekday = || weekday_of(self.hangul(i + 1)?).filter(|_| span.unit == "week");
        let day = weekday().and_then(|weekday| self.of_week_ago(span.count, weekday));
        let then = || self.then(i + 1, span.unit, -span.count.exact()?);
        day.or_else(then).or_else(|| self.ago(span.unit, span.count))
    }

    pub(super) fn is_weeks_ago(&self, i: usize, word: &str) -> bool {
        self.korean_span(i, word).is_some_and(|(is_ago, span)| is_ago && span.unit == "week")
    }
}

/// So many units of time, and the first word that says so.
pub(super) struct Span {
    pub(super) count: Count,
    pub(super) unit: &'static str,
    pub(super) first: usize,
}

/// Whether a word may end in one of [`AGO`] or [`AHEAD`], told in the same way.
fn may_end_span(word: &str) -> bool {
    let last = word.chars().next_back();
    matches!(last, Some('전' | '에' | '는' | '쯤' | '터' | '뒤' | '후' | '면')) && word.contains(['전', '뒤', '후'])
}

/// 이틀, 두달, 삼년: a number and a unit in one word.
pub(super) fn span_of(word: &str) -> Option<(Count, &'static str)> {
    let days = || SPANS.iter().find(|&&(name, _)| name == word).map(|&(_, days)| (Count::of(days), "day"));
    match word {
        "며칠" => Some((Count::FEW, "day")),
        "반년" => Some((Count::of(6), "month")),
        _ => days().or_else(|| counted(word)),
    }
}

fn counted(word: &str) -> Option<(Count, &'static str)> {
    let korean = COUNTS.iter().find_map(|&(name, count)| Some((count, unit_of(word.strip_prefix(name)?)?)));
    let chinese = || {
        let (number, unit) = word.split_at_checked(3)?;
        matches!(unit, "년" | "개월" | "주").then_some((chinese(number)?, unit_of(unit)?))
    };
    korean.or_else(chinese).or_else(|| of_several_syllables(word))
}

/// 이십오일, 백일, 십오년: a number of at least one power of ten.
fn of_several_syllables(word: &str) -> Option<(Count, &'static str)> {
    let of = |unit: &str| {
        let number = word.strip_suffix(unit).filter(|number| number.contains(['십', '백']))?;
        Some((chinese(number)?, unit_of(unit)?))
    };
    ["일", "년", "개월", "주"].iter().find_map(|unit| of(unit))
}

pub(super) fn count_of(word: &str) -> Option<Count> {
    let korean = COUNTS.iter().find(|&&(name, _)| name == word).map(|&(_, count)| count);
    korean.or_else(|| chinese(word))
}

fn chinese(number: &str) -> Option<Count> {
    numerals::chinese_number(number).map(|number| Count::of(number as i64))
}

pub(super) fn unit_of(word: &str) -> Option<&'static str> {
    match word {
        "분" => Some("minute"),
        "시간" => Some("hour"),
        "일" => Some("day"),
        "주" | "주일" => Some("week"),
        "달" | "개월" => Some("month"),
        "년" | "해" => Some("year"),
        _ => None,
    }
}

const AGO: [&str; 6] = ["전", "전에", "전에는", "전쯤", "전쯤에", "전부터"];
const AHEAD: [&str; 8] = ["뒤", "뒤에", "뒤에는", "뒤쯤", "후", "후에", "후에는", "뒤면"];
const SPANS: [(&str, i64); 12] = [
    ("하루", 1),
    ("이틀", 2),
    ("사흘", 3),
    ("나흘", 4),
    ("닷새", 5),
    ("엿새", 6),
    ("이레", 7),
    ("여드레", 8),
    ("아흐레", 9),
    ("일주일", 7),
    ("열흘", 10),
    ("보름", 15),
];
const COUNTS: [(&str, Count); 15] = [
    ("몇", Count::FEW),
    ("한", Count::of(1)),
    ("두", Count::of(2)),
    ("세", Count::of(3)),
    ("석", Count::of(3)),
    ("네", Count::of(4)),
    ("넉", Count::of(4)),
    ("다섯", Count::of(5)),
    ("여섯", Count::of(6)),
    ("일곱", Count::of(7)),
    ("여덟", Count::of(8)),
    ("아홉", Count::of(9)),
    ("열두", Count::of(12)),
    ("열한", Count::of(11)),
    ("열", Count::of(10)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::mentions::tests::{day, days};

    #[test]
    fn numbers_may_have_several_syllables() {
        for (text, expected) in [
            ("이십오일 전에 심었어", day(2023, 4, 13)),
            ("백일 전에 시작했어", day(2023, 1, 28)),
            ("십오년 전", Days::year(2008)),
            ("이십 년 전", Days::year(2003)),
            ("5월 5일 전에", day(2023, 5, 5)),
            ("1년 반 전", Days::month(2021, 11)),
            ("이년 반 전에", Days::month(2020, 11)),
        ] {
            assert_eq!(days(text), [expected], "{text}");
        }
        for text in ["백일 잔치 전", "백일홍", "생일 전", "반 전체", "우리 반 후배"] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }

    #[test]
    fn every_span_ends_as_it_is_told() {
        AGO.iter().chain(&AHEAD).for_each(|end| assert!(may_end_span(end), "{end}"));
    }
}
