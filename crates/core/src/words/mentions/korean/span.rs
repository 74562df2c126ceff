//! So long ago and so long from now, in Korean: 사흘 전, 두 달 뒤.

use super::weekday::weekday_of;
use crate::words::calendar::Days;
use crate::words::korean::numerals;
use crate::words::mentions::around::Count;
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
        let (count, unit, first) = match span_of(unit) {
            Some((count, unit)) => (count, unit, at),
            None => {
                let word = self.before(at, 1)?;
                (word.parse().ok().map(Count::of).or_else(|| count_of(word))?, unit_of(unit)?, at - 1)
            }
        };
        Some((ago.is_some(), Span { count, unit, first }))
    }

    /// 두 달 전, and the Tuesday of 2주 전 화요일.
    pub(super) fn korean_ago(&self, i: usize, span: &Span) -> Option<Days> {
        let weekday = || weekday_of(self.hangul(i + 1)?).filter(|_| span.unit == "week");
        let day = weekday().and_then(|weekday| self.of_week_ago(span.count, weekday));
        day.or_else(|| self.ago(span.unit, span.count))
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
fn span_of(word: &str) -> Option<(Count, &'static str)> {
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
    korean.or_else(chinese)
}

fn count_of(word: &str) -> Option<Count> {
    let korean = COUNTS.iter().find(|&&(name, _)| name == word).map(|&(_, count)| count);
    korean.or_else(|| chinese(word))
}

/// A Sino-Korean number of one syllable.
fn chinese(syllable: &str) -> Option<Count> {
    let ten = (syllable == "십").then_some(10);
    numerals::digit(syllable).map(|digit| digit as i64).or(ten).map(Count::of)
}

fn unit_of(word: &str) -> Option<&'static str> {
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

    #[test]
    fn every_span_ends_as_it_is_told() {
        AGO.iter().chain(&AHEAD).for_each(|end| assert!(may_end_span(end), "{end}"));
    }
}
