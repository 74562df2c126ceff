//! Times that are meant from today, in Korean: 어제, 지난주 화요일, 두 달 전.

use super::around::Count;
use super::parts::{Part, Third};
use super::reader::Reader;
use crate::words::calendar::{Days, date_of};
use crate::words::korean::numerals;
use crate::words::tokenizer::Script;
use std::ops::Range;

/// The month in which the end of the year is.
const DECEMBER: i64 = 12;

/// So many units of time, and the first word that says so.
struct Span {
    count: Count,
    unit: &'static str,
    first: usize,
}

impl Reader<'_> {
    pub(super) fn korean(&self, i: usize, word: &str) -> Option<Days> {
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
            return Some(Days { first: self.today + first, last: self.today + last });
        }
        if let Some(&(name, on)) = YEARS.iter().find(|(name, _)| word.starts_with(name)) {
            let (year, rest) = (date_of(self.today).0 + on, &word[name.len()..]);
            let part = part_named(rest).or_else(|| self.korean_part(i + 1));
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
        if unit.starts_with('주') {
            let week = Days::week(self.today, on);
            return Some(weekday_of(after).map_or(week, |weekday| Days::one(week.first + weekday)));
        }
        if unit.starts_with('달') {
            let month = self.around("month", on)?;
            return Some(third_of(after).map_or(month, |third| third.of_month(month)));
        }
        if unit.starts_with('해') {
            let year = date_of(self.today).0 + on;
            return Some(self.korean_part(behind).map_or(Days::year(year), |part| part.of(year)));
        }
        if unit.starts_with("분기") {
            return self.around("quarter", on);
        }
        let part = season_of(unit).or_else(|| self.korean_part(i + 1).filter(|_| rest.is_empty()))?;
        self.towards(part, on.signum())
    }

    /// What of a year stands there: 5월 3일, 6월 초, 여름, 3분기, 하반기, 말.
    pub(super) fn korean_part(&self, at: usize) -> Option<Part> {
        let token = *self.tokens.list.get(at)?;
        if token.script != Script::Number {
            return part_named(self.hangul(at)?);
        }
        let (number, unit) = (self.tokens.cased(token).parse().ok()?, self.hangul(at + 1)?);
        match unit.strip_prefix('월') {
            Some(rest) if (1..=12).contains(&number) => {
                let is_day = self.hangul(at + 3).is_some_and(|unit| unit.starts_with('일'));
                let day = self.day(at + 2).filter(|_| is_day).map(|day| Part::Day(number, day));
                let third = self.korean_third(at + 1, rest).map(|third| Part::OfMonth(number, third));
                day.or(third).or(Some(Part::Month(number)))
            }
            _ if unit.starts_with("분기") && (1..=4).contains(&number) => Some(Part::Quarter(number)),
            _ => None,
        }
    }

    /// The third of a month that stands behind its 월, or is the rest of that word.
    pub(super) fn korean_third(&self, at: usize, rest: &str) -> Option<Third> {
        if rest.is_empty() { third_of(self.hangul(at + 1)?) } else { third_of(rest) }
    }

    /// "3일 전", "두 달 전", "이틀 뒤", in as many words as there may be: whether it was before, and how much.
    fn korean_span(&self, i: usize, word: &str) -> Option<(bool, Span)> {
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
    fn korean_ago(&self, i: usize, span: &Span) -> Option<Days> {
        let weekday = || weekday_of(self.hangul(i + 1)?).filter(|_| span.unit == "week");
        let day = weekday().and_then(|weekday| self.of_week_ago(span.count, weekday));
        day.or_else(|| self.ago(span.unit, span.count))
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
            _ => word.strip_prefix('올').and_then(season_of).map(|season| season.of(year)),
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
            "주" => i.checked_sub(2).and_then(|at| self.hangul(at)).is_some_and(|word| direction_of(word).is_some()),
            before => self.is_weeks_ago(i - 1, before),
        };
        before == "년"
            || is_day()
            || is_week()
            || before.starts_with('매')
            || direction_of(before).is_some()
            || YEARS.iter().any(|(name, _)| before.starts_with(name))
    }

    fn is_weeks_ago(&self, i: usize, word: &str) -> bool {
        self.korean_span(i, word).is_some_and(|(is_ago, span)| is_ago && span.unit == "week")
    }

    /// 금요일에, of what is told the one that was, and else the one that comes; 금요일까지.
    fn korean_weekday(&self, i: usize, word: &str) -> Option<Days> {
        let weekday = weekday_of(word)?;
        let rest = word[3..].strip_prefix("요일").or_else(|| word[3..].strip_prefix('욜'))?;
        let is_part =
            || self.hangul(i + 1).is_some_and(|next| PARTS_OF_A_DAY.iter().any(|part| next.starts_with(part)));
        match rest {
            "까지" | "까지는" => Some(self.weekday(weekday, 0)),
            "에" | "에는" => Some(self.weekday(weekday, -i64::from(self.is_past(i)))),
            "" if is_part() => Some(self.weekday(weekday, -i64::from(self.is_past(i)))),
            _ => None,
        }
    }

    /// The words of a time that begins, or with 전 ends, with this one.
    pub(super) fn korean_words(&self, i: usize, word: &str) -> Range<usize> {
        if let Some((_, span)) = self.korean_span(i, word) {
            return span.first..i + 1;
        }
        let Some((_, rest)) = direction_of(word) else { return self.korean_words_alone(i, word) };
        let unit = if rest.is_empty() { self.hangul(i + 1).unwrap_or_default() } else { rest };
        let has_weekday = weekday_of(unit).is_some();
        match (rest.is_empty(), has_weekday) {
            (true, false) if unit.is_empty() => i..i + 1,
            (true, false) => i..i + 2,
            (false, true) => i..i,
            (true, true) | (false, false) => i..i + 1,
        }
    }

    /// A weekday may be named for every week, and a half of the year is a word for what is done in it.
    fn korean_words_alone(&self, i: usize, word: &str) -> Range<usize> {
        if weekday_of(word).is_some() || half_of(word).is_some() { i..i } else { i..i + 1 }
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

/// Whether a word may end in one of [`AGO`] or [`AHEAD`], told in the same way.
fn may_end_span(word: &str) -> bool {
    let last = word.chars().next_back();
    matches!(last, Some('전' | '에' | '는' | '쯤' | '터' | '뒤' | '후' | '면')) && word.contains(['전', '뒤', '후'])
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

fn part_named(word: &str) -> Option<Part> {
    season_of(word).or_else(|| half_of(word)).or_else(|| third_of(word).map(Part::Third))
}

fn season_of(word: &str) -> Option<Part> {
    ["봄", "여름", "가을", "겨울"]
        .iter()
        .zip(0..)
        .find(|(name, _)| word.starts_with(*name))
        .map(|(_, at)| Part::Season(at))
}

fn half_of(word: &str) -> Option<Part> {
    ["상반기", "하반기"].iter().zip(1..).find(|(name, _)| word.starts_with(*name)).map(|(_, at)| Part::Half(at))
}

/// The third that a word names: 초, 중순, 말. It is no other word that begins so.
fn third_of(word: &str) -> Option<Third> {
    let &(name, third) = THIRDS.iter().find(|(name, _)| word.starts_with(name))?;
    AFTER_A_TIME.contains(&&word[name.len()..]).then_some(third)
}

pub fn weekday_of(word: &str) -> Option<i64> {
    let rest = word.get(3..)?;
    if !rest.starts_with("요일") && !rest.starts_with('욜') {
        return None;
    }
    "월화수목금토일".chars().position(|day| word.starts_with(day)).map(|at| at as i64)
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
pub const YEARS: &[(&str, i64)] = &[("재작년", -2), ("작년", -1), ("올해", 0), ("금년", 0), ("내년", 1), ("내후년", 2)];
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
const AGO: [&str; 6] = ["전", "전에", "전에는", "전쯤", "전쯤에", "전부터"];
const AHEAD: [&str; 8] = ["뒤", "뒤에", "뒤에는", "뒤쯤", "후", "후에", "후에는", "뒤면"];
const THIRDS: [(&str, Third); 7] = [
    ("초순", Third::First),
    ("상순", Third::First),
    ("초", Third::First),
    ("중순", Third::Middle),
    ("중반", Third::Middle),
    ("하순", Third::Last),
    ("말", Third::Last),
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
const PARTS_OF_A_DAY: [&str; 6] = ["아침", "오전", "점심", "오후", "저녁", "밤"];
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
    fn every_name_begins_as_it_is_told() {
        let names = DAYS.iter().map(|name| name.0).chain(YEARS.iter().map(|name| name.0));
        let others = ["이달", "연초", "월말", "올여름", "주말", "상반기", "하반기"];
        let weekdays = ["월요일", "화욜", "수요일", "목요일", "금요일", "토요일", "일요일"];
        let all = names.chain(DIRECTIONS.iter().map(|name| name.0)).chain(others).chain(weekdays);
        all.for_each(|name| assert!(may_begin(name), "{name}"));
        DAYS.iter().for_each(|&(name, first, last)| assert_eq!(day_named(name), Some((first, last)), "{name}"));
        DIRECTIONS.iter().for_each(|&(name, on)| assert_eq!(direction_of(name), Some((on, "")), "{name}"));
        AGO.iter().chain(&AHEAD).for_each(|end| assert!(may_end_span(end), "{end}"));
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
            ("오는 7월에", day(2023, 7, 1), day(2023, 7, 31)),
            ("24년 5월", day(2024, 5, 1), day(2024, 5, 31)),
            ("98년도에", day(1998, 1, 1), day(1998, 12, 31)),
            ("2022년 3분기", day(2022, 7, 1), day(2022, 9, 30)),
            ("3분기 실적", day(2023, 7, 1), day(2023, 9, 30)),
            ("지난 분기에", day(2023, 1, 1), day(2023, 3, 31)),
            ("작년 4분기", day(2022, 10, 1), day(2022, 12, 31)),
            ("2022년 하반기", day(2022, 7, 1), day(2022, 12, 31)),
            ("상반기에", day(2023, 1, 1), day(2023, 6, 30)),
            ("작년 말에", day(2022, 9, 1), day(2022, 12, 31)),
            ("2020년 초에", day(2020, 1, 1), day(2020, 4, 30)),
            ("1990년대에", day(1990, 1, 1), day(1999, 12, 31)),
            ("80년대 노래", day(1980, 1, 1), day(1989, 12, 31)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: last.last }], "{text}");
        }
        for text in ["5월 초콜릿", "여름이 좋아", "봄비", "한 말이야"] {
            assert!(days(text).iter().all(|days| days.count() > 28), "{text}: {:?}", days(text));
        }
    }
}
