//! Days of the week, in Korean: 금요일에, 목요일까지.

use crate::words::calendar::Days;
use crate::words::mentions::reader::Reader;

impl Reader<'_> {
    /// 금요일에, of what is told the one that was, and else the one that comes; 금요일까지.
    pub(super) fn korean_weekday(&self, i: usize, word: &str) -> Option<Days> {
        let weekday = weekday_of(word)?;
        let rest = word[3..].strip_prefix("요일").or_else(|| word[3..].strip_prefix('욜'))?;
        let is_part =
            || self.hangul(i + 1).is_some_and(|next| PARTS_OF_A_DAY.iter().any(|part| next.starts_with(part)));
        match rest {
            "까지" | "까지는" => Some(self.weekday(weekday, 0)),
            "에" | "에는" | "부터" | "부터는" => Some(self.weekday(weekday, -i64::from(self.is_past(i)))),
            "" if is_part() => Some(self.weekday(weekday, -i64::from(self.is_past(i)))),
            _ => None,
        }
    }
}

pub fn weekday_of(word: &str) -> Option<i64> {
    let rest = word.get(3..)?;
    if !rest.starts_with("요일") && !rest.starts_with('욜') {
        return None;
    }
    "월화수목금토일".chars().position(|day| word.starts_with(day)).map(|at| at as i64)
}

const PARTS_OF_A_DAY: [&str; 6] = ["아침", "오전", "점심", "오후", "저녁", "밤"];
