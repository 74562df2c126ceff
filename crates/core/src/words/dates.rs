//! Dates in words: which tokens name a year, a month or a day, and which texts speak of time at all.

use super::calendar::{Days, date_of};
use super::tokenizer::{Script, Token, Tokens};
use crate::id::hash;

/// Days of the longest month.
pub const DAYS_OF_A_MONTH: i64 = 31;

/// Index terms for the parts of a date. A text that names May 2023 and a block said in May 2023 share two of them.
pub mod term {
    use super::hash;

    /// A year.
    pub fn year(year: i64) -> u64 {
        hash(&[b"d", b"y", &year.to_le_bytes()])
    }

    /// A month, 1 to 12.
    pub fn month(month: i64) -> u64 {
        hash(&[b"d", b"m", &month.to_le_bytes()])
    }

    /// A day of a month, 1 to 31.
    pub fn day(day: i64) -> u64 {
        hash(&[b"d", b"d", &day.to_le_bytes()])
    }
}

/// The date terms of days that are asked for, of a year at most.
pub fn of_days(days: Days) -> Vec<u64> {
    let ((first_year, first_month, first_day), (last_year, last_month, _)) = (date_of(days.first), date_of(days.last));
    let mut terms: Vec<u64> = (first_year..=last_year).map(term::year).collect();
    if days.count() > DAYS_OF_A_MONTH {
        return terms;
    }
    terms.push(term::month(first_month));
    if last_month != first_month {
        terms.push(term::month(last_month));
    }
    let is_whole_month = first_day == 1 && date_of(days.last + 1).2 == 1;
    if !is_whole_month {
        terms.extend((days.first..=days.last).map(|day| term::day(date_of(day).2)));
    }
    terms
}

/// The date terms that the words of a text name.
pub fn named(tokens: &Tokens, out: &mut Vec<u64>) {
    each_named(tokens, |_, term| out.push(term));
}

/// The same, each with the word that names it.
pub fn each_named(tokens: &Tokens, mut take: impl FnMut(Token, u64)) {
    for (i, &token) in tokens.list.iter().enumerate() {
        let word = tokens.lower(token);
        match token.script {
            Script::Latin => {
                if let Some(month) = month(tokens, i, &word) {
                    take(token, term::month(month));
                    if let Some(day) = day_beside(tokens, i) {
                        take(token, term::day(day));
                    }
                }
            }
            Script::Number => number(tokens, i, &word, |term| take(token, term)),
            _ => {}
        }
    }
}

/// Whether the text speaks of a time: a date, a weekday, "two weeks ago", "지난주".
pub fn speaks_of_time(tokens: &Tokens) -> bool {
    (0..tokens.list.len()).any(|i| {
        let token = tokens.list[i];
        let word = tokens.lower(token);
        match token.script {
            Script::Latin => is_english_time(tokens, i, &word),
            Script::Number => {
                year(&word).is_some() || counts_time(tokens, i) || word.contains('-') && iso(&word).is_some()
            }
            Script::Hangul => KOREAN_TIME.iter().any(|time| word.starts_with(time)),
            Script::Other => false,
        }
    })
}

/// Whether a question asks for a time.
pub fn asks_when(tokens: &Tokens) -> bool {
    let word = |i: usize| tokens.list.get(i).map(|&token| tokens.lower(token)).unwrap_or_default();
    let english = match &*word(0) {
        "when" => true,
        "what" | "which" => matches!(&*word(1), "date" | "day" | "year" | "month" | "time"),
        "how" => matches!(&*word(1), "long" | "recently"),
        _ => false,
    };
    let korean = |token: &Token| {
        token.script == Script::Hangul && KOREAN_WHEN.iter().any(|when| tokens.cased(*token).starts_with(when))
    };
    english || tokens.list.iter().any(korean)
}

/// The month that a word names, 1 to 12.
pub fn month(tokens: &Tokens, i: usize, word: &str) -> Option<i64> {
    let month = MONTHS.iter().position(|&(full, short)| word == full || word == short)? as i64 + 1;
    let capital = tokens.cased(tokens.list[i]).starts_with(char::is_uppercase);
    // "may" and "march" are verbs unless written as names; "mar" and "dec" are not words at all.
    let ambiguous = matches!(word, "may" | "march" | "mar" | "jan" | "sun");
    (!ambiguous || capital && (i > 0 || day_beside(tokens, i).is_some())).then_some(month)
}

/// Whether a word in lower case is the name of a month or of a day of the week.
pub fn is_of_calendar(word: &str) -> bool {
    WEEKDAYS.contains(&word) || MONTHS.iter().any(|month| month.0 == word)
}

/// The day next to a month's name: "8 May", "May 8th".
fn day_beside(tokens: &Tokens, i: usize) -> Option<i64> {
    let day = |at: Option<usize>| {
        let word = tokens.lower(*tokens.list.get(at?)?).into_owned();
        let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
        digits.parse::<i64>().ok().filter(|day| (1..=31).contains(day))
    };
    day(i.checked_sub(1)).or_else(|| day(Some(i + 1)))
}

fn number(tokens: &Tokens, i: usize, word: &str, mut take: impl FnMut(u64)) {
    if let Some((year, month, day)) = iso(word) {
        [term::year(year), term::month(month), term::day(day)].into_iter().for_each(take);
        return;
    }
    let Ok(value) = word.parse::<i64>() else { return };
    let unit = tokens.list.get(i + 1).filter(|next| next.script == Script::Hangul).map(|&next| tokens.cased(next));
    match unit.and_then(|unit| unit.chars().next()) {
        Some('년') if value > 31 => take(term::year(value)),
        Some('월') if (1..=12).contains(&value) => take(term::month(value)),
        Some('일') if (1..=31).contains(&value) => take(term::day(value)),
        _ => year(word).map(term::year).into_iter().for_each(take),
    }
}

/// A date written 2023-05-08 or 2023/5/8 or 2023.5.8.
pub fn iso(word: &str) -> Option<(i64, i64, i64)> {
    let mut parts = word.split(['-', '/', '.']).map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    (parts.next().is_none() && (1900..2200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day))
        .then_some((year, month, day))
}

/// The year that a number of four digits names.
pub fn year(word: &str) -> Option<i64> {
    (word.len() == 4).then(|| word.parse().ok()).flatten().filter(|year| (1900..2100).contains(year))
}

fn is_english_time(tokens: &Tokens, i: usize, word: &str) -> bool {
    let before = || i.checked_sub(1).map(|before| tokens.lower(tokens.list[before])).unwrap_or_default();
    month(tokens, i, word).is_some()
        || matches!(word, "yesterday" | "today" | "tonight" | "tomorrow" | "ago" | "recently" | "since" | "anniversary")
        || word.len() > 5 && WEEKDAYS.contains(&word)
        || UNITS.contains(&word.trim_end_matches('s'))
            && (matches!(
                &*before(),
                "last" | "next" | "this" | "past" | "few" | "couple" | "two" | "three" | "four" | "five" | "six"
            ) || counts_time_before(tokens, i))
}

fn counts_time_before(tokens: &Tokens, i: usize) -> bool {
    i.checked_sub(1).is_some_and(|before| tokens.list[before].script == Script::Number)
}

/// A number followed by a unit of time in Korean: 3일, 5월, 2주.
fn counts_time(tokens: &Tokens, i: usize) -> bool {
    tokens.list.get(i + 1).is_some_and(|&next| {
        next.script == Script::Hangul && tokens.cased(next).starts_with(['년', '월', '일', '주', '달', '시', '개'])
    })
}

const MONTHS: [(&str, &str); 12] = [
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may", "may"),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const UNITS: [&str; 12] =
    ["day", "week", "weekend", "month", "year", "night", "morning", "evening", "summer", "winter", "spring", "hour"];
const KOREAN_TIME: [&str; 24] = [
    "어제",
    "그제",
    "그저께",
    "오늘",
    "내일",
    "모레",
    "지난",
    "다음",
    "담주",
    "담달",
    "이번",
    "작년",
    "올해",
    "내년",
    "월요일",
    "화요일",
    "수요일",
    "목요일",
    "금요일",
    "월욜",
    "화욜",
    "수욜",
    "목욜",
    "금욜",
];
const KOREAN_WHEN: [&str; 4] = ["언제", "며칠", "몇월", "몇일"];

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<u64> {
        let mut out = Vec::new();
        named(&Tokens::new(text), &mut out);
        out
    }

    #[test]
    fn dates_are_named_in_english_and_korean() {
        assert_eq!(terms("on 8 May 2023"), [term::month(5), term::day(8), term::year(2023)]);
        assert_eq!(terms("2023년 5월 8일에"), [term::year(2023), term::month(5), term::day(8)]);
        assert_eq!(terms("since 2023-05-08"), [term::year(2023), term::month(5), term::day(8)]);
        assert_eq!(terms("on March 3rd"), [term::month(3), term::day(3)]);
        assert!(terms("you may march on").is_empty());
        assert!(terms("May I?").is_empty());
    }

    #[test]
    fn texts_that_speak_of_time_are_told() {
        for text in [
            "I went yesterday",
            "two weeks ago",
            "last Friday",
            "in July",
            "back in 2019",
            "지난주에 갔어",
            "3일 전에",
            "for 5 years",
        ] {
            assert!(speaks_of_time(&Tokens::new(text)), "{text}");
        }
        for text in ["I like dogs", "고양이가 좋아", "sun and rain", ""] {
            assert!(!speaks_of_time(&Tokens::new(text)), "{text}");
        }
    }

    #[test]
    fn questions_for_a_time_are_told() {
        for text in
            ["When did she move?", "What year was it", "How long have they been friends?", "민지는 언제 이사했어?"]
        {
            assert!(asks_when(&Tokens::new(text)), "{text}");
        }
        assert!(!asks_when(&Tokens::new("What did she say when she left?")));
    }
}
