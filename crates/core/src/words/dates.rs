//! Dates in words: which tokens name a year, a month or a day, and which texts speak of time at all.

use super::calendar::{Days, date_of, is_date};
use super::terms::is_content;
use super::tokenizer::{Script, Token, Tokens};
use super::written::{iso, moment, month_of_year, written, year, years};
use super::{day_words, holidays};
use crate::id::hash;

/// Days of the longest month.
pub const DAYS_OF_A_MONTH: i64 = 31;

/// Days up to which each is asked for by its number: with more, nearly every day of a month is one of them.
const DAYS_NAMED_MAX: i64 = 15;

/// Days of the longest season or quarter.
const DAYS_OF_A_SEASON: i64 = 92;

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

/// Years of the longest stretch each of which is asked for: a term is looked up for each.
const YEARS_NAMED_MAX: i64 = 200;

/// The date terms of days that are asked for.
pub fn of_days(days: Days) -> Vec<u64> {
    each_of_days(days).into_iter().map(|(term, _)| term).collect()
}

/// The same, each with what it is of as ISO 8601 has it: 2023, --05, ---08.
pub fn each_of_days(days: Days) -> Vec<(u64, String)> {
    let year = |year: i64| (term::year(year), format!("{year:04}"));
    let month = |month: i64| (term::month(month), format!("--{month:02}"));
    let ((first_year, first_month, first_day), (last_year, last_month, _)) = (date_of(days.first), date_of(days.last));
    if last_year - first_year > YEARS_NAMED_MAX {
        return Vec::new(); // who asks for centuries asks for no year
    }
    let mut terms: Vec<(u64, String)> = (first_year..=last_year).map(year).collect();
    if days.count() > DAYS_OF_A_MONTH {
        if days.count() <= DAYS_OF_A_SEASON {
            let after = |on: i64| (first_month - 1 + on) % 12 + 1;
            let months = (0..12).take_while(|&on| on == 0 || after(on - 1) != last_month);
            terms.extend(months.map(|on| month(after(on))));
        }
        return terms;
    }
    terms.push(month(first_month));
    if last_month != first_month {
        terms.push(month(last_month));
    }
    let is_whole_month = first_day == 1 && date_of(days.last + 1).2 == 1;
    if !is_whole_month && days.count() <= DAYS_NAMED_MAX {
        let day = |day: i64| (term::day(day), format!("---{day:02}"));
        terms.extend((days.first..=days.last).map(|at| day(date_of(at).2)));
    }
    terms
}

/// Some date terms, by what they are of: years, months, days.
pub fn by_unit(terms: &[u64]) -> [Vec<u64>; 3] {
    let is_month = |term: &u64| (1..=MONTHS.len() as i64).any(|month| term::month(month) == *term);
    let is_day = |term: &u64| (1..=DAYS_OF_A_MONTH).any(|day| term::day(day) == *term);
    let (months, others): (Vec<u64>, Vec<u64>) = terms.iter().partition(|term| is_month(term));
    let (days, years) = others.into_iter().partition(is_day);
    [years, months, days]
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
                    if let Some(day) = day_beside(tokens, i).filter(|&day| is_date(None, month, day)) {
                        take(token, term::day(day));
                    }
                } else if let Some(day) = ordinal(tokens, i, &word) {
                    take(token, term::day(day));
                } else if let Some(date) = moment(&word) {
                    of_date(date).into_iter().for_each(|term| take(token, term));
                }
            }
            Script::Number => number(tokens, i, &word, |term| take(token, term)),
            Script::Hangul => {
                if let Some((month, _)) = korean_month(&word) {
                    take(token, term::month(month));
                    korean_day_behind(tokens, i).into_iter().for_each(|day| take(token, term::day(day)));
                }
            }
            Script::Other => {}
        }
        if let Some((month, day)) = holidays::named(tokens, i, &word).and_then(|(holiday, _)| holiday.date()) {
            take(token, term::month(month));
            take(token, term::day(day));
        }
    }
}

fn of_date((year, month, day): (i64, i64, i64)) -> [u64; 3] {
    [term::year(year), term::month(month), term::day(day)]
}

/// The day that is spelled out behind a Korean month: 오월 오일.
fn korean_day_behind(tokens: &Tokens, month: usize) -> Option<i64> {
    let next = tokens.list.get(month + 1).filter(|next| next.script == Script::Hangul)?;
    Some(day_words::korean(tokens.cased(*next))?.0)
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
            Script::Hangul => {
                KOREAN_TIME.iter().any(|time| word.starts_with(time))
                    || names_weekdays(&word)
                    || korean_month(&word).is_some()
                    || holidays::named(tokens, i, &word).is_some()
            }
            Script::Other => false,
        }
    })
}

/// Whether a question asks for a time.
pub fn asks_when(tokens: &Tokens) -> bool {
    let word = |i: usize| tokens.list.get(i).map(|&token| tokens.lower(token)).unwrap_or_default();
    let asks_first = match &*word(0) {
        "when" => true,
        "how" => matches!(&*word(1), "long" | "recently" | "soon"),
        _ => false,
    };
    asks_first
        || (0..tokens.list.len()).any(|i| match tokens.list[i].script {
            Script::Latin => match &*word(i) {
                "what" | "which" => ASKED_UNITS.contains(&&*word(i + 1)),
                "by" | "until" | "till" | "since" => word(i + 1) == "when",
                "date" | "dates" => is_date_of_something(tokens, i),
                _ => false,
            },
            Script::Hangul => asks_when_in_korean(&word(i), &word(i + 1)),
            Script::Number | Script::Other => false,
        })
}

/// "The renewal date", "the date of the exam"; but not who is dated, a first date, or what is up to date.
fn is_date_of_something(tokens: &Tokens, i: usize) -> bool {
    let word = |i: Option<usize>| i.and_then(|i| tokens.list.get(i)).map(|&token| (token, tokens.lower(token)));
    if tokens.list[..i].iter().any(|&token| WHO_DATES.contains(&&*tokens.lower(token))) {
        return false;
    }
    let is_of = word(Some(i + 1)).is_some_and(|(_, after)| matches!(&*after, "of" | "for" | "when" | "that"));
    let Some((before, name)) = word(i.checked_sub(1)) else { return is_of };
    match &*name {
        "the" => is_of || tokens.list.len() == i + 1,
        name => before.script == Script::Latin && is_content(tokens, before) && !NOT_A_DAY.contains(&name),
    }
}

fn asks_when_in_korean(word: &str, next: &str) -> bool {
    let asks_how_many = |unit: &str| unit.starts_with(['년', '월', '일', '시']) && !unit.starts_with("시간");
    KOREAN_WHEN.iter().any(|when| word.starts_with(when))
        || word == "얼마나" && FOR_HOW_LONG.iter().any(|how| next.starts_with(how))
        || word.contains("날짜")
        || word.strip_prefix('몇').is_some_and(|unit| asks_how_many(if unit.is_empty() { next } else { unit }))
        || matches!(word, "무슨" | "어떤") && next.starts_with('날')
}

/// The day that a word gives by its number alone, of whatever month: "the 28th", unless it counts something ("the 28th floor").
pub fn ordinal(tokens: &Tokens, i: usize, word: &str) -> Option<i64> {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end))?;
    let day = digits.parse().ok().filter(|day| (1..=DAYS_OF_A_MONTH).contains(day))?;
    let before = tokens.lower(*tokens.list.get(i.checked_sub(1)?)?);
    let counts = tokens.list.get(i + 1).is_some_and(|&next| {
        tokens.is_next(tokens.list[i], next) && next.script == Script::Latin && is_content(tokens, next)
    });
    (!counts && BEFORE_A_DAY.contains(&&*before)).then_some(day)
}

/// Whether a Korean word is a row of weekdays, as timetables have them: 화목, 월수금에.
fn names_weekdays(word: &str) -> bool {
    if !word.starts_with(['월', '화', '수', '목', '금', '토']) {
        return false;
    }
    let mut last = None;
    let mut count = 0;
    for (at, c) in word.char_indices() {
        let Some(day) = KOREAN_WEEKDAYS.find(c).filter(|&day| last.is_none_or(|last| day > last)) else {
            return count > 1 && AFTER_WEEKDAYS.contains(&&word[at..]);
        };
        last = Some(day);
        count += 1;
    }
    count > 1
}

/// The month that a word names, 1 to 12.
pub fn month(tokens: &Tokens, i: usize, word: &str) -> Option<i64> {
    let month = month_named(word)?;
    if is_person(tokens, i) || word == "april" && is_fool(tokens, i + 1) {
        return None;
    }
    let capital = tokens.cased(tokens.list[i]).starts_with(char::is_uppercase);
    // "may" and "march" are verbs unless written as names; "mar" and "dec" are not words at all.
    let ambiguous = matches!(word, "may" | "march" | "mar" | "jan" | "sun");
    let has_year = || tokens.list.get(i + 1).is_some_and(|&next| year(tokens.cased(next)).is_some());
    (!ambiguous || capital && (i > 0 || day_beside(tokens, i).is_some() || has_year())).then_some(month)
}

/// Whether the name of a month is that of somebody who says something: "April said", but not "in April said Tom".
fn is_person(tokens: &Tokens, i: usize) -> bool {
    let word = |at: Option<usize>| at.and_then(|at| tokens.list.get(at)).map(|&token| tokens.lower(token));
    let does = || word(Some(i + 1)).is_some_and(|next| DONE_BY_PERSONS.contains(&&*next));
    let is_time = || word(i.checked_sub(1)).is_some_and(|before| BEFORE_A_MONTH.contains(&&*before));
    does() && !is_time() && day_beside(tokens, i).is_none()
}

/// Whether a word is that of April Fools' Day, which is a holiday.
fn is_fool(tokens: &Tokens, i: usize) -> bool {
    tokens.list.get(i).is_some_and(|&token| tokens.lower(token).starts_with("fool"))
}

/// The month of that name, or short name, in lower case, whatever else the word may be.
pub fn month_named(word: &str) -> Option<i64> {
    let word = if word == "sept" { "sep" } else { word };
    Some(MONTHS.iter().position(|&(full, short)| word == full || word == short)? as i64 + 1)
}

/// Whether a word in lower case is the name of a month or of a day of the week.
pub fn is_of_calendar(word: &str) -> bool {
    WEEKDAYS.contains(&word) || MONTHS.iter().any(|month| month.0 == word)
}

/// The day next to a month's name: "8 May", "May 8th", "the eighth of May".
fn day_beside(tokens: &Tokens, i: usize) -> Option<i64> {
    let day = |at: Option<usize>| {
        let word = tokens.lower(*tokens.list.get(at?)?).into_owned();
        let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
        digits.parse::<i64>().ok().filter(|day| (1..=31).contains(day))
    };
    let spelled = || day_words::beside(tokens, i).map(|spelled| spelled.day);
    day(i.checked_sub(1)).or_else(|| day(Some(i + 1))).or_else(spelled)
}

fn number(tokens: &Tokens, i: usize, word: &str, mut take: impl FnMut(u64)) {
    let Ok(value) = word.parse::<i64>() else {
        let dates = written(tokens, i, word).into_iter().flatten().flat_map(of_date);
        let months = month_of_year(word).into_iter().flat_map(|(year, month)| [term::year(year), term::month(month)]);
        let years = years(word).into_iter().flat_map(|(first, last)| [term::year(first), term::year(last)]);
        dates.chain(months).chain(years).for_each(take);
        return;
    };
    let unit = tokens.list.get(i + 1).filter(|next| next.script == Script::Hangul).map(|&next| tokens.cased(next));
    match unit.and_then(|unit| unit.chars().next()) {
        Some('년') if value > 31 => take(term::year(value)),
        Some('월') if (1..=12).contains(&value) => take(term::month(value)),
        Some('일') if (1..=31).contains(&value) => take(term::day(value)),
        _ => year(word).map(term::year).into_iter().for_each(take),
    }
}

/// The month that a Korean word spells out, and the rest of the word: 오월에. What begins so may be another word: 사월초등학교, 이월 상품.
pub fn korean_month(word: &str) -> Option<(i64, &str)> {
    if !word.starts_with(FIRST_OF_A_MONTH) {
        return None;
    }
    let (name, month) = KOREAN_MONTHS.iter().find(|(name, _)| word.starts_with(name))?;
    let rest = &word[name.len()..];
    let is_month = AFTER_A_MONTH.contains(&rest) && !(rest.is_empty() && matches!(*name, "이월" | "일월"));
    is_month.then_some((*month, rest))
}

fn is_english_time(tokens: &Tokens, i: usize, word: &str) -> bool {
    let before = || i.checked_sub(1).map(|before| tokens.lower(tokens.list[before])).unwrap_or_default();
    month(tokens, i, word).is_some()
        || matches!(word, "yesterday" | "today" | "tonight" | "tomorrow" | "ago" | "recently" | "since" | "anniversary")
        || word.len() > 5 && WEEKDAYS.contains(&word.trim_end_matches('s'))
        || ordinal(tokens, i, word).is_some()
        || holidays::named(tokens, i, word).is_some()
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
/// The days of the week, from Monday on.
pub const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const UNITS: [&str; 12] =
    ["day", "week", "weekend", "month", "year", "night", "morning", "evening", "summer", "winter", "spring", "hour"];
/// What somebody does, and no month.
const DONE_BY_PERSONS: [&str; 16] = [
    "said", "says", "told", "tells", "asked", "asks", "thinks", "thought", "wants", "wanted", "called", "loves",
    "likes", "knows", "texted", "wrote",
];
/// What stands before a month.
const BEFORE_A_MONTH: [&str; 17] = [
    "in", "of", "last", "this", "next", "since", "until", "till", "by", "during", "early", "late", "mid", "for",
    "from", "to", "through",
];
/// What is asked for with "what" or "which" before it by who wants to know when.
const ASKED_UNITS: [&str; 9] = ["date", "dates", "day", "days", "weekday", "year", "month", "time", "hour"];
/// Before these, "date" is what somebody does.
const WHO_DATES: [&str; 3] = ["who", "whom", "did"];
/// What a date is of that is no day.
const NOT_A_DAY: [&str; 12] =
    ["first", "second", "third", "last", "next", "blind", "double", "dinner", "play", "good", "great", "romantic"];
/// What stands before the number of a day.
const BEFORE_A_DAY: [&str; 5] = ["the", "on", "by", "until", "till"];
/// The months as they are spelled out, the longer of two that begin alike first, and with what syllables they begin.
const KOREAN_MONTHS: [(&str, i64); 12] = [
    ("일월", 1),
    ("이월", 2),
    ("삼월", 3),
    ("사월", 4),
    ("오월", 5),
    ("유월", 6),
    ("칠월", 7),
    ("팔월", 8),
    ("구월", 9),
    ("시월", 10),
    ("십일월", 11),
    ("십이월", 12),
];
const FIRST_OF_A_MONTH: [char; 11] = ['일', '이', '삼', '사', '오', '유', '칠', '팔', '구', '시', '십'];
/// What may follow the name of a month that is spelled out.
#[rustfmt::skip] // which would give each a line
const AFTER_A_MONTH: [&str; 26] = [
    "", "은", "에", "에는", "에도", "까지", "까지는", "부터", "에서", "쯤", "의", "이면", "이야", "이에요", "입니다", "초", "말", "초에",
    "말에", "중순", "중순에", "하순", "하순에", "초순", "초순에", "말까지",
];
const KOREAN_WEEKDAYS: &str = "월화수목금토일";
/// What may follow them; 화목하다 and 수목원 are other words.
const AFTER_WEEKDAYS: [&str; 9] = ["에", "에는", "에만", "은", "는", "만", "마다", "반", "요일"];
const KOREAN_TIME: [&str; 29] = [
    "토요일",
    "일요일",
    "토욜",
    "일욜",
    "매주",
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
/// How the words begin behind 얼마나 with which it asks for a time: 얼마나 됐어, 얼마나 걸려, 얼마나 오래.
const FOR_HOW_LONG: [&str; 6] = ["됐", "되었", "된", "걸려", "걸렸", "오래"];
const KOREAN_WHEN: [&str; 3] = ["언제", "며칠", "요일"];

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
    fn stretches_have_the_terms_that_all_their_days_share() {
        assert_eq!(of_days(Days::month(2023, 5)), [term::year(2023), term::month(5)]);
        assert_eq!(of_days(Days::year(2023)), [term::year(2023)]);
        let winter = Days::months(2023, 12, 3);
        assert_eq!(
            of_days(winter),
            [term::year(2023), term::year(2024), term::month(12), term::month(1), term::month(2)]
        );
        assert_eq!(of_days(Days::one(Days::year(2023).last)), [term::year(2023), term::month(12), term::day(31)]);
    }

    #[test]
    fn days_without_a_month_and_holidays_are_named() {
        assert_eq!(terms("rent is due on the 3rd"), [term::day(3)]);
        assert_eq!(terms("the 28th of May"), [term::day(28), term::month(5)]);
        assert_eq!(terms("28일에"), [term::day(28)]);
        assert_eq!(terms("What did we cook on Christmas Eve?"), [term::month(12), term::day(24)]);
        assert_eq!(terms("광복절에 갔어"), [term::month(8), term::day(15)]);
        for text in ["on the 12th floor", "the 21st century", "we came 2nd", "the 35th", "추석에"] {
            assert!(terms(text).is_empty(), "{text}");
        }
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
            "Choir is on Wednesdays",
            "every Monday",
            "until the 14th",
            "수업은 화목이야, 화목",
            "월수금에 운동해",
            "매주 만나",
            "토요일에 봐",
            "on Halloween",
            "추석에는",
        ] {
            assert!(speaks_of_time(&Tokens::new(text)), "{text}");
        }
        for text in [
            "I like dogs",
            "고양이가 좋아",
            "sun and rain",
            "",
            "the 4th floor",
            "화목하게 지내자",
            "수목원이 예뻐",
            "목수가 왔어",
            "토목 공사",
        ] {
            assert!(!speaks_of_time(&Tokens::new(text)), "{text}");
        }
    }

    #[test]
    fn questions_for_a_time_are_told() {
        for text in [
            "When did she move?",
            "What year was it",
            "How long have they been friends?",
            "민지는 언제 이사했어?",
            "At what time does the ferry leave?",
            "do you remember on which day we met",
            "the passport's expiry date?",
            "What is the date of the concert?",
            "보험 만기 날짜",
            "분리수거는 무슨 요일이야?",
            "치과는 몇 시에 가?",
            "몇시에 일어나?",
            "몇 월에 이사 갔지?",
            "오늘 무슨 날이야?",
            "Until when is the pass valid?",
            "The form is to be sent by when?",
            "Since when has he lived there?",
            "How soon can we start?",
            "이사한 지 얼마나 됐어?",
            "공항까지 얼마나 걸려?",
        ] {
            assert!(asks_when(&Tokens::new(text)), "{text}");
        }
        for text in [
            "What did she say when she left?",
            "Who did Ann date?",
            "How was the first date?",
            "Is the plan up to date?",
            "몇 시간 걸려?",
            "얼마나 컸어?",
            "What did Ann say, and when?",
            "몇 명이 왔어?",
            "일요일에 뭐 했어?",
        ] {
            assert!(!asks_when(&Tokens::new(text)), "{text}");
        }
    }
}
