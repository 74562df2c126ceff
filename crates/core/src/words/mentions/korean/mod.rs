//! Times that are meant from today, in Korean: 어제, 지난주, 다음 달.

mod back;
mod part;
mod span;
mod then;
mod weekday;

use super::parts::{DECEMBER, Part, Third};
use super::reader::Reader;
use crate::words::calendar::{Days, date_of};
use crate::words::tokenizer::Script;
use part::{half_of, nth_of, part_named, season_of, third_of};
use std::ops::Range;

pub use part::is_third;
pub use weekday::weekday_of;

impl Reader<'_> {
    pub fn korean(&self, i: usize, word: &str) -> Option<Days> {
        if let Some((is_ago, span)) = self.korean_span(i, word) {
            return match is_ago {
                true => self.korean_ago(i, &span),
                // What is told happened so long after something else.
                false if self.is_past(i) => None,
                false => self.ahead(span.unit, span.count),
            };
        }
        if !may_begin(word) {
            return None;
        }
        if let Some((first, last)) = day_named(word) {
            if self.is_then(i, word) {
                return None; // 작년 오늘 is read at its first word
            }
            return Some(Days { first: self.today + first, last: self.today + last });
        }
        if let Some(&(name, on)) = YEARS.iter().find(|(name, _)| word.starts_with(name)) {
            let (year, rest) = (date_of(self.today).0 + on, &word[name.len()..]);
            if let Some(days) = self.then(i + 1, "year", on).filter(|_| rest.is_empty()) {
                return Some(days);
            }
            let part = part_named(rest).or_else(|| self.korean_part(i + 1)).filter(|part| part.is_in(year));
            return Some(part.map_or(Days::year(year), |part| part.of(year)));
        }
        if let Some((on, rest)) = direction_of(word) {
            return self.korean_around(i, on, rest);
        }
        self.of_this_year(i, word).or_else(|| self.korean_alone(i, word))
    }

    /// "지난주", or "지난 주": the unit is the rest of the word, or the next one.
    fn korean_around(&self, i: usize, on: i64, rest: &str) -> Option<Days> {
        let next = self.hangul(i + 1).unwrap_or_default();
        let (unit, behind) = if rest.is_empty() { (next, i + 2) } else { (rest, i + 1) };
        let after = self.hangul(behind).unwrap_or_default();
        let is_next_one = self.hangul(i) == Some(COMING);
        if let Some(weekday) = weekday_of(unit) {
            return Some(self.weekday(weekday, if is_next_one { 0 } else { on }));
        }
        if unit.starts_with("주말") {
            return self.around("weekend", if is_next_one { 0 } else { on });
        }
        let of_calendar = [('주', "week"), ('달', "month"), ('해', "year")];
        let then = of_calendar.iter().find(|(name, _)| unit.starts_with(*name));
        if let Some(days) = then.and_then(|&(_, unit)| self.then(behind, unit, on)) {
            return Some(days);
        }
        if unit.starts_with('주') {
            let week = Days::week(self.today, on);
            return Some(weekday_of(after).map_or(week, |weekday| Days::one(week.first + weekday)));
        }
        if unit.starts_with('달') {
            let month = self.around("month", on)?;
            let counted = || self.counted_of_month(behind, month);
            return third_of(after).map(|third| third.of_month(month)).or_else(counted).or(Some(month));
        }
        if unit.starts_with('해') {
            let year = date_of(self.today).0 + on;
            let part = self.korean_part(behind).filter(|part| part.is_in(year));
            return Some(part.map_or(Days::year(year), |part| part.of(year)));
        }
        if unit.starts_with("분기") {
            return self.around("quarter", on);
        }
        let part = season_of(unit).or_else(|| self.korean_part(i + 1).filter(|_| rest.is_empty()))?;
        self.towards(part, on.signum())
    }

    /// What says when without a direction: 주말에, 하반기, 금요일까지.
    fn korean_alone(&self, i: usize, word: &str) -> Option<Days> {
        let is_weekend = word.strip_prefix("주말").is_some_and(|rest| AFTER_A_TIME.contains(&rest));
        let weekend = is_weekend.then(|| self.weekend(self.is_past(i), self.is_to_come(i)));
        let half = || half_of(word).map(|half| self.alone(half));
        let days = weekend.or_else(half).or_else(|| self.korean_weekday(i, word))?;
        (!self.is_behind_a_time(i)).then_some(days)
    }

    /// 이달 말, 월말, 연초, 올여름.
    fn of_this_year(&self, i: usize, word: &str) -> Option<Days> {
        let (year, month, _) = date_of(self.today);
        if let Some(rest) = word.strip_prefix("이달") {
            if !rest.is_empty() && third_of(rest).is_none() && !AFTER_A_TIME.contains(&rest) {
                return None; // 이달의 is what somebody is of every month
            }
            let third = self.korean_third(i, rest);
            return Some(third.map_or(Days::month(year, month), |third| third.of_month(Days::month(year, month))));
        }
        if let Some(third) = word.strip_prefix('월').and_then(third_of) {
            let is_numbered = i.checked_sub(1).is_some_and(|at| self.tokens.list[at].script == Script::Number);
            return (!is_numbered).then(|| third.of_month(Days::month(year, month)));
        }
        match word.strip_prefix('연').and_then(third_of) {
            Some(Third::First) => Some(Days::month(year, 1)),
            Some(Third::Last) if self.is_to_come(i) => Some(Days::month(year, DECEMBER)),
            Some(Third::Last) => self.towards(Part::Month(DECEMBER), 0),
            _ => {
                let part = word.strip_prefix('올')?;
                let third = || self.korean_third(i, part).filter(|third| !matches!(third, Third::Middle));
                season_of(part).or_else(|| third().map(Third::of_year)).map(|part| part.of(year))
            }
        }
    }

    /// Whether what stands before a word says already which one is meant, or that each is.
    fn is_behind_a_time(&self, i: usize) -> bool {
        let Some(before) = i.checked_sub(1).and_then(|at| self.hangul(at)) else { return false };
        let is_day = || {
            let number = i.checked_sub(2).map(|at| self.tokens.list[at]);
            before.starts_with('일') && number.is_some_and(|number| number.script == Script::Number)
        };
        let is_week = || match before {
            "주" => i
                .checked_sub(2)
                .and_then(|at| self.hangul(at))
                .is_some_and(|word| direction_of(word).is_some() || nth_of(word).is_some()),
            before if nth_of(before).is_some_and(|(_, unit)| matches!(unit, "주" | "")) => true,
            "번째" => true,
            before => self.is_weeks_ago(i - 1, before),
        };
        before == "년"
            || is_day()
            || is_week()
            || before.starts_with('매')
            || direction_of(before).is_some()
            || YEARS.iter().any(|(name, _)| before.starts_with(name))
    }

    /// The words of a time that begins, or with 전 ends, with this one.
    pub fn korean_words(&self, i: usize, word: &str) -> Range<usize> {
        if let Some((_, span)) = self.korean_span(i, word) {
            return span.first..self.behind_then(i + 1);
        }
        let Some((_, rest)) = direction_of(word) else { return self.korean_words_alone(i, word) };
        let (unit, behind) =
            if rest.is_empty() { (self.hangul(i + 1).unwrap_or_default(), i + 2) } else { (rest, i + 1) };
        let is_weekday_behind = unit.starts_with('주') && self.hangul(behind).and_then(weekday_of).is_some();
        match unit.is_empty() {
            true => i..i + 1,
            false if is_weekday_behind => i..behind + 1,
            false => i..self.behind_then(behind),
        }
    }

    /// A weekday may be named for every week, unless it is told of the one that was; and a half of the year is a word for what is done in it.
    fn korean_words_alone(&self, i: usize, word: &str) -> Range<usize> {
        let may_be_each = weekday_of(word).is_some() && !self.is_past(i);
        if may_be_each || half_of(word).is_some() { i..i } else { i..self.behind_then(i + 1) }
    }
}

/// Whether a word begins as one that says when: most do not, which is told at once.
#[rustfmt::skip] // which would give each syllable a line
fn may_begin(word: &str) -> bool {
    matches!(
        word.chars().next(),
        Some(
            '그' | '어' | '엊' | '간' | '오' | '내' | '모' | '글' | '재' | '작' | '올' | '금' | '지' | '저' | '이' | '요' | '다' | '담'
            | '연' | '월' | '주' | '상' | '하' | '화' | '수' | '목' | '토' | '일'
        )
    )
}

/// The days that a word is, counted from today: the first and the last.
pub fn day_named(word: &str) -> Option<(i64, i64)> {
    if !word.starts_with(['그', '어', '엊', '간', '지', '오', '내', '모', '글']) {
        return None;
    }
    let &(name, first, last) = DAYS.iter().find(|(name, ..)| word.starts_with(name))?;
    let rest = &word[name.len()..];
    let is_other = match name {
        "그제" => rest.starts_with(['야', '서']), // only then
        "오늘" => rest.starts_with('날') || rest.starts_with('의') && rest != "의", // nowadays, and names
        "모레" => !rest.is_empty() && !BEHIND_A_DAY.iter().any(|after| rest.starts_with(after)),
        _ => false,
    };
    (!is_other).then_some((first, last))
}

/// How many units on is meant, and the rest of the word.
fn direction_of(word: &str) -> Option<(i64, &str)> {
    if !word.starts_with(['지', '저', '이', '요', '다', '담', '오']) {
        return None;
    }
    DIRECTIONS.iter().find_map(|&(name, on)| Some((on, word.strip_prefix(name)?)))
}

/// The beginnings of words, and the first and last day that they are; of two that begin alike the longer one first.
const DAYS: [(&str, i64, i64); 16] = [
    ("그끄저께", -3, -3),
    ("그저께", -2, -2),
    ("그제", -2, -2),
    ("엊그제", -3, -2),
    ("엊그저께", -3, -2),
    ("어제", -1, -1),
    ("어저께", -1, -1),
    ("어젯밤", -1, -1),
    ("간밤", -1, -1),
    ("지난밤", -1, -1),
    ("오늘", 0, 0),
    ("내일모레", 2, 2),
    ("내일", 1, 1),
    ("모레", 2, 2),
    ("글피", 3, 3),
    ("그글피", 4, 4),
];
/// How many years on a word says that a year is: 작년.
pub fn year_counted(word: &str) -> Option<i64> {
    // Most words begin as none of them, which is told at once.
    if !word.starts_with(['재', '작', '지', '올', '금', '내']) {
        return None;
    }
    YEARS.iter().find(|year| year.0 == word).map(|year| year.1)
}

pub const YEARS: &[(&str, i64)] =
    &[("재작년", -2), ("작년", -1), ("지난해", -1), ("올해", 0), ("금년", 0), ("내년", 1), ("내후년", 2)];
/// The next there is, be it of this week.
const COMING: &str = "오는";
/// Which one is meant of what follows; of two that begin alike the longer one first.
const DIRECTIONS: [(&str, i64); 10] = [
    ("지지난", -2),
    ("저저번", -2),
    ("지난", -1),
    ("저번", -1),
    ("이번", 0),
    ("요번", 0),
    ("다다음", 2),
    ("다음", 1),
    ("담", 1),
    (COMING, 1),
];
/// What may follow the name of a time; with more it is another word.
const AFTER_A_TIME: [&str; 16] = [
    "",
    "에",
    "에는",
    "에도",
    "에나",
    "까지",
    "까지는",
    "부터",
    "쯤",
    "쯤에",
    "경",
    "경에",
    "께",
    "으로",
    "이나",
    "이면",
];
/// What may follow 모레, with which some names begin.
const BEHIND_A_DAY: [&str; 25] = [
    "에", "는", "도", "까지", "부터", "쯤", "가", "나", "면", "의", "로", "랑", "이", "인", "야", "예요", "만", "아침",
    "점심", "저녁", "밤", "오전", "오후", "새벽", "께",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::mentions::tests::{day, days};

    #[test]
    fn every_name_begins_as_it_is_told() {
        YEARS.iter().for_each(|&(name, on)| assert_eq!(year_counted(name), Some(on), "{name}"));
        let names = DAYS.iter().map(|name| name.0).chain(YEARS.iter().map(|name| name.0));
        let others = ["이달", "연초", "월말", "올여름", "주말", "상반기", "하반기"];
        let weekdays = ["월요일", "화욜", "수요일", "목요일", "금요일", "토요일", "일요일"];
        let all = names.chain(DIRECTIONS.iter().map(|name| name.0)).chain(others).chain(weekdays);
        all.for_each(|name| assert!(may_begin(name), "{name}"));
        DAYS.iter().for_each(|&(name, first, last)| assert_eq!(day_named(name), Some((first, last)), "{name}"));
        DIRECTIONS.iter().for_each(|&(name, on)| assert_eq!(direction_of(name), Some((on, "")), "{name}"));
    }

    /// All from Monday, 8 May 2023.
    #[test]
    fn days_and_weeks_have_their_names() {
        for (text, first, last) in [
            ("엊그제 화분을 샀어", day(2023, 5, 5), day(2023, 5, 6)),
            ("그끄저께 왔어", day(2023, 5, 5), day(2023, 5, 5)),
            ("어저께 잤어", day(2023, 5, 7), day(2023, 5, 7)),
            ("간밤에 비가 왔다", day(2023, 5, 7), day(2023, 5, 7)),
            ("지난밤에 깼어", day(2023, 5, 7), day(2023, 5, 7)),
            ("내일모레 떠나", day(2023, 5, 10), day(2023, 5, 10)),
            ("글피에 봐", day(2023, 5, 11), day(2023, 5, 11)),
            ("그글피까지", day(2023, 5, 12), day(2023, 5, 12)),
            ("보름 전에 심었어", day(2023, 4, 23), day(2023, 4, 23)),
            ("닷새 전", day(2023, 5, 3), day(2023, 5, 3)),
            ("며칠 전에 만났어", day(2023, 5, 3), day(2023, 5, 6)),
            ("3일전에 고쳤어", day(2023, 5, 5), day(2023, 5, 5)),
            ("두 시간 전에 왔어", day(2023, 5, 8), day(2023, 5, 8)),
            ("30분 전", day(2023, 5, 8), day(2023, 5, 8)),
            ("몇 주 전", day(2023, 3, 31), day(2023, 4, 27)),
            ("이틀 뒤에 와", day(2023, 5, 10), day(2023, 5, 10)),
            ("일주일 후에 봐", day(2023, 5, 15), day(2023, 5, 15)),
            ("석 달 전에", day(2023, 2, 1), day(2023, 2, 28)),
            ("십 년 전에", day(2013, 1, 1), day(2013, 12, 31)),
            ("삼년 전", day(2020, 1, 1), day(2020, 12, 31)),
            ("반년 전에", day(2022, 11, 1), day(2022, 11, 30)),
            ("지지난주에", day(2023, 4, 24), day(2023, 4, 30)),
            ("지지난 주 금요일", day(2023, 4, 28), day(2023, 4, 28)),
            ("다다음 주에", day(2023, 5, 22), day(2023, 5, 28)),
            ("다다음 달에", day(2023, 7, 1), day(2023, 7, 31)),
            ("주말에 뭐 했어?", day(2023, 5, 6), day(2023, 5, 7)),
            ("이번 주말에 뭐 해?", day(2023, 5, 13), day(2023, 5, 14)),
            ("금요일에 봤어", day(2023, 5, 5), day(2023, 5, 5)),
            ("금요일에 보자", day(2023, 5, 12), day(2023, 5, 12)),
            ("목요일까지 내야 해", day(2023, 5, 11), day(2023, 5, 11)),
            ("토요일 저녁에 갔어", day(2023, 5, 6), day(2023, 5, 6)),
            ("오는 토요일", day(2023, 5, 13), day(2023, 5, 13)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: last.last }], "{text}");
        }
        for text in [
            "이틀 뒤에 나았어",
            "이달의 선수",
            "그제야 알았어",
            "오늘날의 도시",
            "오늘의꽃 가게",
            "모레노 씨",
            "매주 금요일에 만나",
            "금요일마다",
            "전부 다",
            "오전에",
            "이전에",
            "집 뒤에",
            "후회했어",
            "주말농장",
            "발전에 힘썼다",
            "다음날",
            "지난 일이야",
            "담배",
            "저 사람",
            "연말정산",
            "월초등학교",
        ] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }
}
