//! Times that are meant from today, in Korean: 어제, 지난주 화요일, 두 달 전.

use super::reader::Reader;
use crate::words::calendar::Days;
use std::ops::Range;

impl Reader<'_> {
    pub(super) fn korean(&self, i: usize, word: &str) -> Option<Days> {
        for &(name, day) in DAYS {
            if word.starts_with(name) {
                return Some(Days::one(self.today + day));
            }
        }
        for &(name, on) in YEARS {
            if word.starts_with(name) {
                return self.around("year", on);
            }
        }
        if let Some((on, rest)) = self.korean_direction(word) {
            // "지난주", or "지난 주": the unit is the rest of the word, or the next one
            let next = self.hangul(i + 1).unwrap_or_default();
            let (unit, after) = if rest.is_empty() { (next, self.hangul(i + 2)) } else { (rest, Some(next)) };
            return self.korean_around(unit, after.unwrap_or_default(), on);
        }
        if word == "전" || word == "전에" || word == "전쯤" || word == "전부터" {
            return self.korean_ago(i);
        }
        None
    }

    fn korean_direction<'w>(&self, word: &'w str) -> Option<(i64, &'w str)> {
        [("지난", -1), ("저번", -1), ("이번", 0), ("다음", 1), ("담", 1)]
            .iter()
            .find_map(|&(name, on)| Some((on, word.strip_prefix(name)?)))
    }

    fn korean_around(&self, unit: &str, after: &str, on: i64) -> Option<Days> {
        if let Some(weekday) = weekday_of(unit) {
            return Some(self.weekday(weekday, on));
        }
        if unit.starts_with("주말") {
            return self.around("weekend", on);
        }
        if unit.starts_with('주') {
            let week = Days::week(self.today, on);
            return Some(weekday_of(after).map_or(week, |weekday| Days::one(week.first + weekday)));
        }
        let unit = [("달", "month"), ("해", "year")].iter().find(|(name, _)| unit.starts_with(name))?.1;
        self.around(unit, on)
    }

    /// "3일 전", "두 달 전", "이틀 전".
    fn korean_ago(&self, i: usize) -> Option<Days> {
        let unit = self.hangul(i.checked_sub(1)?)?;
        if let Some(&(_, days)) = SPANS.iter().find(|&&(name, _)| name == unit) {
            return self.ago("day", days);
        }
        let number = || self.before(i, 2).and_then(|number| number.parse().ok());
        let counted = COUNTS.iter().find_map(|&(name, count)| Some((count, unit.strip_prefix(name)?)));
        let (count, unit) = match counted.filter(|(_, rest)| unit_of(rest).is_some()) {
            Some(counted) => counted,
            None => {
                let word = self.before(i, 2);
                let spelled = COUNTS.iter().find(|&&(name, _)| word == Some(name)).map(|&(_, count)| count);
                (number().or(spelled)?, unit)
            }
        };
        self.ago(unit_of(unit)?, count)
    }

    /// The words of a time that begins, or with 전 ends, with this one.
    pub(super) fn korean_words(&self, i: usize, word: &str) -> Range<usize> {
        if word.starts_with('전') {
            let unit = self.hangul(i - 1).unwrap_or_default();
            let has_count = SPANS.iter().any(|&(name, _)| name == unit)
                || COUNTS.iter().any(|&(name, _)| unit.strip_prefix(name).is_some_and(|rest| unit_of(rest).is_some()));
            return i - if has_count { 1 } else { 2 }..i + 1;
        }
        let Some((_, rest)) = self.korean_direction(word) else { return i..i + 1 };
        let unit = if rest.is_empty() { self.hangul(i + 1).unwrap_or_default() } else { rest };
        let has_weekday = weekday_of(unit).is_some();
        match (rest.is_empty(), has_weekday) {
            (true, false) => i..i + 2,
            (false, true) => i..i,
            (true, true) | (false, false) => i..i + 1,
        }
    }
}

fn weekday_of(word: &str) -> Option<i64> {
    let rest = word.get(3..)?;
    if !rest.starts_with("요일") && !rest.starts_with('욜') {
        return None;
    }
    "월화수목금토일".chars().position(|day| word.starts_with(day)).map(|at| at as i64)
}

fn unit_of(word: &str) -> Option<&'static str> {
    match word {
        "일" => Some("day"),
        "주" | "주일" => Some("week"),
        "달" | "개월" => Some("month"),
        "년" | "해" => Some("year"),
        _ => None,
    }
}

const DAYS: &[(&str, i64)] =
    &[("그저께", -2), ("그제", -2), ("어제", -1), ("어젯밤", -1), ("오늘", 0), ("내일", 1), ("모레", 2)];
pub const YEARS: &[(&str, i64)] = &[("재작년", -2), ("작년", -1), ("올해", 0), ("내년", 1)];
const SPANS: &[(&str, i64)] =
    &[("하루", 1), ("이틀", 2), ("사흘", 3), ("나흘", 4), ("일주일", 7), ("열흘", 10), ("보름", 15)];
const COUNTS: &[(&str, i64)] = &[
    ("한", 1),
    ("두", 2),
    ("세", 3),
    ("네", 4),
    ("다섯", 5),
    ("여섯", 6),
    ("일곱", 7),
    ("여덟", 8),
    ("아홉", 9),
    ("열", 10),
];
