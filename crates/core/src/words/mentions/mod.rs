//! Which days a text speaks of: dates, and what is only meant from where one stands ("last week", "두 달 전").

mod around;
mod english;
mod holiday;
mod korean;
mod month_range;
mod months;
mod numeric;
mod open;
mod parts;
mod range;
mod reader;
mod repeated;
mod tense;
mod year_range;

use super::calendar::{Days, date_of, is_date};
use super::dates::DAYS_OF_A_MONTH;
use super::tokenizer::Tokens;
use crate::id::TimeUs;
use reader::{BESIDE_WORDS, Reader};
use std::ops::Range;

/// Mentions of one text that are kept: a chronicle of more is no answer to the question for one day.
pub const MENTIONS_MAX: usize = 16;

/// Times of one question that are looked for: each is compared with the days of every candidate, and a prompt that names more is about none of them.
const ASKED_MAX: usize = 16;

/// Days up to which a mention is taken to mean each of them: "in 2023" does not tell of a day in May.
const VAGUE_DAYS: i64 = 31;

/// 29 February.
const LEAP_DAY: When = When::Yearly { month: 2, first: 29, last: 29 };

/// Days within which one was that is spoken of without its year.
const LEAP_DAY_DAYS: i64 = 2 * 365;

/// Years from one leap year to the next, at most.
const LEAP_YEARS_APART: i64 = 8;

/// Times on either side of one that are looked at for one that it belongs to: a word names two at most.
const BESIDE_MAX: usize = 2 * BESIDE_WORDS;

/// A time that a text speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Certain days.
    Days(Days),
    /// A month, or days of it, of whatever year.
    Yearly {
        /// 1 to 12.
        month: i64,
        /// The first day of it that is meant, from 1.
        first: i64,
        /// The last, up to 31.
        last: i64,
    },
}

impl When {
    /// How well days that a text speaks of fit what is asked for, from 0 to 1: who asks for one day is told less by what is said of its month.
    pub fn fits(self, days: Days) -> f32 {
        if !self.means(days) {
            return 0.0;
        }
        let times_longer = (days.count() as f32 / self.count() as f32).max(1.0);
        1.0 / (1.0 + times_longer.log10())
    }

    /// How many days are asked for.
    fn count(self) -> i64 {
        match self {
            Self::Days(days) => days.count(),
            Self::Yearly { first, last, .. } => last - first + 1,
        }
    }

    /// Whether days that a text speaks of (or the day on which it was said) are what is asked for.
    pub fn means(self, days: Days) -> bool {
        match self {
            Self::Days(asked) => asked.meets(days) && days.count() <= asked.count().max(VAGUE_DAYS),
            Self::Yearly { month, first, last } => {
                days.count() <= VAGUE_DAYS
                    && (days.first..=days.last).any(|at| {
                        let (_, its_month, its_day) = date_of(at);
                        its_month == month && (first..=last).contains(&its_day)
                    })
            }
        }
    }

    /// The days meant by somebody who speaks on `today`: more often of what was than of what will be.
    fn said_on(self, today: i64) -> Days {
        match self {
            Self::Days(days) => days,
            Self::Yearly { month, first, last } => {
                let (this_year, this_month, _) = date_of(today);
                let year = match month - this_month {
                    // What is to be on a certain day of January is spoken of at the end of the year before.
                    ..=-9 if (first, last) != (1, DAYS_OF_A_MONTH) => this_year + 1,
                    ..=5 => this_year,
                    _ => this_year - 1,
                };
                // What was on 29 February was so in a leap year.
                let has_it = |&year: &i64| is_date(Some(year), month, if first == last { first } else { 1 });
                self.of_year((year - LEAP_YEARS_APART..=year).rev().find(has_it).unwrap_or(year))
            }
        }
    }

    /// The days meant by somebody who speaks on `today` of what is to come.
    fn coming_on(self, today: i64) -> Days {
        let (year, _, _) = date_of(today);
        let has_it = |&year: &i64| match self {
            Self::Yearly { month, first, last } if first == last => is_date(Some(year), month, first),
            _ => true,
        };
        let mut days = (year..=year + LEAP_YEARS_APART).filter(has_it).map(|year| self.of_year(year));
        days.find(|days| days.last >= today).unwrap_or_else(|| self.of_year(year + 1))
    }

    fn of_year(self, year: i64) -> Days {
        match self {
            Self::Days(days) => days,
            Self::Yearly { month, first, last } => {
                let whole = Days::month(year, month);
                let end = if first == last { first } else { last.min(whole.count()) };
                Days { first: whole.first + first - 1, last: whole.first + end - 1 }
            }
        }
    }
}

/// The days that a text speaks of which was said at `at`, by a clock there (see [`crate::zone::Zone::local`]).
pub fn mentioned(tokens: &Tokens, at: TimeUs) -> Vec<Days> {
    let reader = Reader::new(tokens, at);
    let mut days: Vec<Days> = read(&reader).into_iter().filter_map(|named| meant(&reader, &named)).collect();
    days.sort_unstable();
    days.dedup();
    days.truncate(MENTIONS_MAX);
    days
}

/// The days that are meant by a time of a text. None if it is 29 February without its year, and no leap year was lately.
fn meant(reader: &Reader<'_>, named: &Named) -> Option<Days> {
    match named.when {
        When::Yearly { .. } if reader.is_to_come(named.at) => Some(named.when.coming_on(reader.today)),
        // In January we move.
        When::Yearly { first, last, .. } if first != last && reader.is_ahead(named.at) => {
            Some(named.when.coming_on(reader.today))
        }
        when => Some(when.said_on(reader.today))
            .filter(|days| when != LEAP_DAY || days.first >= reader.today - LEAP_DAY_DAYS),
    }
}

/// The times that a question is about which is asked at `now`, by a clock there: each once, the first of very many.
pub fn asked(tokens: &Tokens, now: TimeUs) -> Vec<When> {
    let reader = Reader::new(tokens, now);
    let mut times: Vec<When> = Vec::new();
    for named in read(&reader) {
        let when = if named.is_range { named.when } else { reader.opened(named) };
        if !times.contains(&when) {
            times.push(when);
        }
        if times.len() == ASKED_MAX {
            break;
        }
    }
    times
}

/// The words of a question that name a time, by their numbers: with these it is read, and must not be read as others.
pub fn words_of_times(tokens: &Tokens, now: TimeUs) -> Vec<Range<usize>> {
    let reader = Reader::new(tokens, now);
    let is_named = |&at: &usize| reader.names_time(at);
    let named = (0..tokens.list.len()).filter(is_named).map(|at| at..reader.name_end(at) + 1);
    named.chain(relative(tokens, now).into_iter().map(|relative| relative.words)).collect()
}

/// Whether a word is the beginning, the middle or the end of the month or year before it: 5월 말에, 내년 초.
pub fn is_third(tokens: &Tokens, at: usize) -> bool {
    korean::is_third(tokens, at)
}

/// A time, and the word that names it.
struct Named {
    at: usize,
    when: When,
    /// Whether both of its ends are said.
    is_range: bool,
}

/// The times that a text names, without those that only say of which year, month or week another is: of "다음 달 5일" it is the 5th that is meant.
fn read(reader: &Reader<'_>) -> Vec<Named> {
    let mut times = Vec::new();
    let mut at = 0;
    while at < reader.tokens.list.len() {
        if let Some((when, next)) = reader.range(at) {
            if !reader.is_repeated(at) {
                times.push(Named { at, when, is_range: true });
            }
            at = next;
        } else if let Some((years, next)) = reader.year_range(at) {
            times.extend(years.map(|year| Named { at, when: When::Days(Days::year(year)), is_range: true }));
            at = next;
        } else {
            reader.each(at, |when| times.push(Named { at, when, is_range: false }));
            at += 1;
        }
    }
    let beside = |at: usize| &times[at.saturating_sub(BESIDE_MAX)..times.len().min(at + 1 + BESIDE_MAX)];
    let is_used = |at: usize| beside(at).iter().any(|other| reader.says_of_which(&times[at], other));
    let is_used: Vec<bool> = (0..times.len()).map(is_used).collect();
    times.into_iter().zip(is_used).filter(|&(_, is_used)| !is_used).map(|(named, _)| named).collect()
}

/// A time that is meant from where one stands, in the words of a text.
pub struct Relative {
    /// The days.
    pub days: Days,
    /// The words that say nothing else, by their numbers: "yesterday" and "last Friday", but not "Friday" alone, which a text may name for every week.
    pub words: Range<usize>,
}

/// The times of a question that are meant from `now`, by a clock there.
pub fn relative(tokens: &Tokens, now: TimeUs) -> Vec<Relative> {
    let reader = Reader::new(tokens, now);
    let (mut times, mut at) = (Vec::new(), 0);
    while at < tokens.list.len() {
        match reader.until_now_at(at) {
            Some((days, next)) => {
                times.push(Relative { days, words: at..next });
                at = next;
            }
            None => {
                times.extend(reader.relative(at));
                at += 1;
            }
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::calendar::{day_of, day_of_date};

    /// Monday, 8 May 2023.
    pub const AT: TimeUs = 1_683_550_560_000_000;

    pub fn days(text: &str) -> Vec<Days> {
        mentioned(&Tokens::new(text), AT)
    }

    pub fn day(year: i64, month: i64, day: i64) -> Days {
        Days::one(day_of_date(year, month, day))
    }

    #[test]
    fn numbers_that_nobody_counts_time_with_are_no_times() {
        for text in [
            "What did I do in the last 99999999999 days?",
            "the past 9223372036854775807 weeks",
            "9223372036854775807 years ago",
            "9223372036854775807 and a half years ago today",
            "최근 99999999999일 동안",
            "9223372036854775807년 반 전",
            "최근 9223372036854775807주",
        ] {
            assert!(relative(&Tokens::new(text), AT).iter().all(|relative| relative.days.count() < 80_000), "{text}");
            assert!(days(text).iter().all(|days| days.count() < 80_000), "{text}");
        }
        let lately = relative(&Tokens::new("in the past 365 days"), AT);
        assert_eq!(lately.iter().map(|relative| relative.days.count()).collect::<Vec<_>>(), [366]);
    }

    #[test]
    fn a_question_asks_for_each_time_once_and_for_no_more_than_some() {
        let times = |text: &str| asked(&Tokens::new(text), AT);
        assert_eq!(
            times("on 3 May, or 4 May, or on 3 May?"),
            [(3, 3), (4, 4)].map(|(first, last)| When::Yearly { month: 5, first, last })
        );
        let many: String = (1..=28).map(|day| format!("{day} May, ")).collect();
        assert_eq!(times(&many)[..], times(&format!("{many} {many}"))[..]);
        assert_eq!(times(&many).len(), ASKED_MAX);
        assert_eq!(times(&"in May, ".repeat(1_000)).len(), 1);
    }

    #[test]
    fn words_that_only_say_when_are_known() {
        let words = |text: &str| {
            let tokens = Tokens::new(text);
            let words = relative(&tokens, AT).into_iter().flat_map(|relative| relative.words);
            words.map(|at| tokens.cased(tokens.list[at]).to_owned()).collect::<Vec<_>>().join(" ")
        };
        for (text, expected) in [
            ("What did I do yesterday?", "yesterday"),
            ("the day before yesterday", "day before yesterday"),
            ("the day after tomorrow", "day after tomorrow"),
            ("What was said three days ago?", "three days ago"),
            ("a couple of weeks ago", "couple of weeks ago"),
            ("last week, or this morning", "last week this morning"),
            ("on Monday", ""),
            ("What do we do on Monday?", ""),
            ("What did we do on Monday?", "Monday"),
            ("last Friday night", "last Friday"),
            ("every Friday", ""),
            ("a year and a half ago", "a year and a half ago"),
            ("a year ago today", "a year ago today"),
            ("two Fridays ago", "two Fridays ago"),
            ("in May 2023", ""),
            ("어제는 뭐 했어?", "어제는"),
            ("지난주 화요일", "지난주 화요일"),
            ("다음 주 화요일에 뭐 해?", "다음 주 화요일에"),
            ("화요일에 뭐 했어?", "화요일에"),
            ("화요일에 뭐 해?", ""),
            ("매주 화요일에", ""),
            ("작년 오늘 뭐 했지?", "작년 오늘"),
            ("1년 전 오늘", "1 년 전 오늘"),
            ("지난 주에", "지난 주에"),
            ("지난 금요일에", "지난 금요일에"),
            ("사흘 전에 산 책", "사흘 전에"),
            ("두 달 전에", "두 달 전에"),
            ("3일 전", "3 일 전"),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
        assert_eq!(days("the day before yesterday"), [day(2023, 5, 6)]);
        assert_eq!(days("the day after tomorrow"), [day(2023, 5, 10)]);
    }

    #[test]
    fn dates_are_read_as_written() {
        for text in ["on 7 May 2023", "May 7th, 2023", "the 7th of May", "2023-05-07", "2023년 5월 7일에", "5월 7일"]
        {
            assert_eq!(days(text), [day(2023, 5, 7)], "{text}");
        }
        assert_eq!(days("in December"), [Days::month(2022, 12)], "more often of what was");
        let november = AT + 190 * crate::words::calendar::DAY_US;
        assert_eq!(mentioned(&Tokens::new("2월 3일까지"), november), [day(2024, 2, 3)], "what is near, and is to be");
        assert_eq!(mentioned(&Tokens::new("on 22 May"), november), [day(2023, 5, 22)]);
        assert_eq!(days("since 2019"), [Days::year(2019)]);
        assert_eq!(days("in March 2021, or 2021년 3월"), [Days::month(2021, 3)]);
    }

    #[test]
    fn what_is_meant_from_here_is_resolved() {
        for (english, korean, expected) in [
            ("I went yesterday", "어제 갔어", day(2023, 5, 7)),
            ("last week", "지난주에", Days::week(day_of(AT), -1)),
            ("Last weekend was fun", "지난 주말에는", Days { first: day_of(AT) - 2, last: day_of(AT) - 1 }),
            ("last Tuesday", "지난주 화요일", day(2023, 5, 2)),
            ("next Friday", "다음 주 금요일", day(2023, 5, 19)),
            ("this month", "이번 달", Days::month(2023, 5)),
            ("two months ago", "두 달 전에", Days::month(2023, 3)),
            ("three days ago", "3일 전", day(2023, 5, 5)),
            ("a couple of days ago", "이틀 전", day(2023, 5, 6)),
            ("last year", "작년에", Days::year(2022)),
        ] {
            assert_eq!(days(english), [expected], "{english}");
            assert_eq!(days(korean), [expected], "{korean}");
        }
        for (short, expected) in [
            ("see you tmrw", day(2023, 5, 9)),
            ("담주 금욜에 봐", day(2023, 5, 19)),
            ("담달에", Days::month(2023, 6)),
            ("지난 화욜", day(2023, 5, 2)),
        ] {
            assert_eq!(days(short), [expected], "{short}");
        }
        for text in [
            "I like dogs",
            "a day",
            "담배를 끊었어",
            "you may go",
            "전화했어",
            "my back",
            "the sun is out",
            "달이 밝다",
        ] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }

    #[test]
    fn what_only_says_of_which_is_no_time_of_its_own() {
        for (text, expected) in [
            ("the first Sunday of June", day(2023, 6, 4)),
            ("다음 달 5일에 개강해", day(2023, 6, 5)),
            ("지난달 12일", day(2023, 4, 12)),
            ("작년 핼러윈에", day(2022, 10, 31)),
            ("올해 추석", day(2023, 9, 29)),
            ("Thursday last week", day(2023, 5, 4)),
            ("on Tuesday of next week", day(2023, 5, 16)),
            ("다음 주 수요일에 보자", day(2023, 5, 17)),
            ("3주 전 목요일에 샀어", day(2023, 4, 20)),
            ("two weeks ago on Friday", day(2023, 4, 28)),
            ("on Friday two weeks ago", day(2023, 4, 28)),
            ("on 3 October last year", day(2022, 10, 3)),
            ("last year at Halloween", day(2022, 10, 31)),
            ("next month on the 12th", day(2023, 6, 12)),
        ] {
            assert_eq!(days(text), [expected], "{text}");
        }
        assert_eq!(days("next year in April"), [Days::month(2024, 4)]);
        assert_eq!(days("last summer we sailed, and last year we drove").len(), 2);
    }

    #[test]
    fn what_no_month_has_is_no_date() {
        for text in [
            "on 30 February 2023",
            "due on Feb 30th",
            "the 31st of June",
            "31/04/2022",
            "2022-02-29",
            "2/30/2022",
            "31.06.2021",
            "on 4/31",
            "2월 30일에 만나",
            "2023년 4월 31일",
            "4/31에",
            "version 3.4.2021",
            "version 5/2025",
            "page 7/2023 of the log",
            "v1.2.2023",
            "firmware 2.6.2022",
            "버전 1.2.2023",
        ] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
        assert_eq!(days("29 February"), [], "the last one was too long ago");
        let next_year = AT + 700 * crate::words::calendar::DAY_US;
        assert_eq!(mentioned(&Tokens::new("29 February"), next_year), [day(2024, 2, 29)]);
        assert_eq!(days("We will marry on 29 February"), [day(2024, 2, 29)]);
        assert_eq!(days("29 February 2020"), [day(2020, 2, 29)]);
    }

    #[test]
    fn months_and_weeks_go_by_many_names() {
        for (text, first, last) in [
            ("since 5/2021", day(2021, 5, 1), day(2021, 5, 31)),
            ("05/2021부터", day(2021, 5, 1), day(2021, 5, 31)),
            ("오월에 만났어", day(2023, 5, 1), day(2023, 5, 31)),
            ("유월 초에 이사해", day(2023, 6, 1), day(2023, 6, 10)),
            ("작년 시월에", day(2022, 10, 1), day(2022, 10, 31)),
            ("2021년 구월에", day(2021, 9, 1), day(2021, 9, 30)),
            ("삼월 4일에", day(2023, 3, 4), day(2023, 3, 4)),
            ("5월 둘째 주에 발표해", day(2023, 5, 8), day(2023, 5, 14)),
            ("작년 5월 첫째주", day(2022, 5, 2), day(2022, 5, 8)),
            ("다음 달 마지막 주", day(2023, 6, 26), day(2023, 6, 30)),
            ("5월 셋째 주 금요일에", day(2023, 5, 19), day(2023, 5, 19)),
            ("the second week of April", day(2023, 4, 10), day(2023, 4, 16)),
            ("the last week of next month", day(2023, 6, 26), day(2023, 6, 30)),
            ("a fortnight ago", day(2023, 4, 21), day(2023, 4, 27)),
            ("The course begins in a fortnight", day(2023, 5, 19), day(2023, 5, 25)),
            ("two nights ago", day(2023, 5, 6), day(2023, 5, 6)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: last.last }], "{text}");
        }
        for text in ["이월 상품", "오월동주", "둘째 주문", "첫 주인공", "사월초등학교", "구월동에 살아"]
        {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }

    #[test]
    fn a_day_fits_a_day_better_than_a_month_does() {
        let day_of_may = When::Yearly { month: 5, first: 7, last: 7 };
        let may = When::Days(Days::month(2023, 5));
        assert!((day_of_may.fits(day(2023, 5, 7)) - 1.0).abs() < f32::EPSILON);
        assert!((may.fits(day(2023, 5, 7)) - 1.0).abs() < f32::EPSILON);
        assert!((0.2..0.6).contains(&day_of_may.fits(Days::month(2023, 5))));
        assert!(day_of_may.fits(Days::week(day_of(AT), -1)) > day_of_may.fits(Days::month(2023, 5)));
        assert!(day_of_may.fits(Days::year(2023)) == 0.0);
    }

    #[test]
    fn the_words_of_times_are_known() {
        for (text, expected) in [
            ("발렌타인데이에 뭐 했어?", "발렌타인데이에"),
            ("화욜에 뭐 했어?", "화욜에"),
            ("부처님 오신 날 사진", "부처님 오신 날"),
            ("두 달 전에 산 책", "두 달 전에"),
            ("on New Year's Eve", "New Year's Eve"),
            ("May the fourth, or Sept. 5", "Sept"),
        ] {
            let tokens = Tokens::new(text);
            let mut at: Vec<usize> = words_of_times(&tokens, AT).into_iter().flatten().collect();
            at.dedup();
            let words: Vec<&str> = at.iter().map(|&at| tokens.cased(tokens.list[at])).collect();
            assert!(words.join(" ").contains(expected), "{text}: {words:?}");
        }
    }

    #[test]
    fn a_question_meets_what_was_said_then() {
        let means = |question: &str, text: &str| {
            let said = days(text);
            asked(&Tokens::new(question), AT).iter().any(|when| said.iter().any(|&days| when.means(days)))
        };
        assert!(means("What happened in May 2023?", "I fell yesterday"));
        assert!(means("What did she do on May 7?", "I fell yesterday"));
        assert!(means("What did she do in May?", "two days ago"));
        assert!(!means("What did she do on May 6?", "I fell yesterday"));
        assert!(!means("What did she do on 7 May 2022?", "I fell yesterday"));
        assert!(!means("What did she do on May 7?", "this year"));
        assert!(means("Who comes on the 20th?", "Ann visits us on 20 May"));
        assert!(means("Who comes on Christmas Day?", "Ann visits us on 25 December"));
        assert!(means("추석에 뭐 했지?", "추석에는 집에 있었어"));
    }
}
