//! A text as it is read for times: word by word, with what stands around each.

use super::korean::weekday_of;
use super::numeric::exactly;
use super::parts::{Part, Third};
use super::{Named, Relative, When};
use crate::id::TimeUs;
use crate::words::calendar::{Days, day_of, day_of_date, is_date};
use crate::words::dates::{DAYS_OF_A_MONTH, month};
use crate::words::holidays;
use crate::words::tokenizer::{Script, Token, Tokens};
use crate::words::written::{moment, year};
use std::borrow::Cow;

/// A text, and the day from which it is meant.
pub struct Reader<'a> {
    pub(super) tokens: &'a Tokens,
    pub(super) now: TimeUs,
    pub(super) today: i64,
}

impl<'a> Reader<'a> {
    /// A text that is said, or asked, at this time by a clock there.
    pub fn new(tokens: &'a Tokens, now: TimeUs) -> Self {
        Self { tokens, now, today: day_of(now) }
    }

    /// Calls `take` with each time that a word names: a date that may be read in two ways names two.
    pub fn each(&self, i: usize, mut take: impl FnMut(When)) {
        let Some(when) = self.read(i).filter(|_| !self.is_repeated(i)) else { return };
        take(self.week_around(i, when).map_or(when, When::Days));
        self.other_reading(i).into_iter().for_each(take);
    }

    /// The week of a day, if it is that which is meant: "the week of May 12".
    fn week_around(&self, i: usize, when: When) -> Option<Days> {
        let is_english = self.tokens.list[i].script == Script::Latin;
        let day = Some(when.said_on(self.today)).filter(|days| is_english && days.count() == 1)?;
        self.week_of_day(i, day.first)
    }

    /// Whether a time is only the year, the month or the week of a finer one that stands beside it.
    pub fn says_of_which(&self, named: &Named, other: &Named) -> bool {
        let (days, finer) = (named.when.said_on(self.today), other.when.said_on(self.today));
        let is_in = finer.count() < days.count() && days.first <= finer.first && finer.last <= days.last;
        let (first, last) = (named.at.min(other.at), named.at.max(other.at));
        if !is_in {
            return false;
        }
        let first = self.name_end(first);
        last <= first + BESIDE_WORDS && (first + 1..last).all(|at| self.is_at(at, &BETWEEN_TIMES))
    }

    /// Whether a word names a time, or a day of the week.
    pub fn names_time(&self, i: usize) -> bool {
        self.read(i).is_some() || self.hangul(i).is_some_and(|word| weekday_of(word).is_some())
    }

    /// The last word of a name that begins with this one: that of a holiday may have several.
    pub fn name_end(&self, i: usize) -> usize {
        let word = self.tokens.lower(self.tokens.list[i]);
        holidays::named(self.tokens, i, &word).map_or(i, |(_, words)| i + words - 1)
    }

    /// The time that a word names, with what stands around it.
    fn read(&self, i: usize) -> Option<When> {
        let token = self.tokens.list[i];
        let word = self.tokens.lower(token);
        match token.script {
            Script::Latin => month(self.tokens, i, &word)
                .and_then(|month| self.month_named(i, month))
                .or_else(|| self.english(i, &word).map(When::Days))
                .or_else(|| self.ordinal(i, &word))
                .or_else(|| self.holiday(i, &word))
                .or_else(|| moment(&word).and_then(exactly)),
            Script::Number => self.number(i, &word).or_else(|| self.holiday(i, &word)),
            Script::Hangul => self
                .korean(i, &word)
                .map(When::Days)
                .or_else(|| self.spelled_month(i, &word))
                .or_else(|| self.holiday(i, &word)),
            Script::Other => None,
        }
    }

    /// The time that is meant from today, if a word names one.
    pub fn relative(&self, i: usize) -> Option<Relative> {
        let word = self.tokens.lower(self.tokens.list[i]);
        match self.tokens.list[i].script {
            Script::Latin => self.english(i, &word).map(|days| Relative { days, words: self.english_words(i, &word) }),
            Script::Hangul => self.korean(i, &word).map(|days| Relative { days, words: self.korean_words(i, &word) }),
            Script::Number | Script::Other => None,
        }
        .or_else(|| Some(Relative { days: self.lunar(i, &word)?, words: i..i }))
    }

    /// The time until now that begins with a word, and the word behind it: "the last two weeks".
    pub fn until_now_at(&self, i: usize) -> Option<(Days, usize)> {
        match self.tokens.list[i].script {
            Script::Latin => self.english_back(i),
            Script::Hangul => self.korean_back(i),
            Script::Number | Script::Other => None,
        }
    }

    /// Whether the one before is meant (-1), this one, or the next.
    pub(super) fn direction(&self, i: usize) -> Option<i64> {
        match self.before(i, 1)? {
            "last" | "past" | "previous" | "지난" | "저번" => Some(-1),
            "this" | "이번" => Some(0),
            "next" | "coming" | "upcoming" | "다음" => Some(1),
            _ => None,
        }
    }

    /// Whether one of these words stands there.
    pub(super) fn is_at(&self, i: usize, words: &[&str]) -> bool {
        self.before(i, 0).is_some_and(|word| words.contains(&word))
    }

    pub(super) fn lower(&self, i: usize) -> Option<Cow<'_, str>> {
        self.tokens.list.get(i).map(|&token| self.tokens.lower(token))
    }

    pub(super) fn before(&self, i: usize, back: usize) -> Option<&str> {
        self.tokens.list.get(i.checked_sub(back)?).map(|&token| self.plain(token))
    }

    /// A word as it stands, since "Last Friday" at the head of a sentence is seldom met beside a name.
    fn plain(&self, token: Token) -> &str {
        let word = self.tokens.cased(token);
        match word {
            "Last" => "last",
            "This" => "this",
            "Next" => "next",
            "On" => "on",
            "Two" => "two",
            "Three" => "three",
            "A" => "a",
            "The" => "the",
            other => other,
        }
    }

    pub(super) fn hangul(&self, i: usize) -> Option<&str> {
        let token = self.tokens.list.get(i).filter(|token| token.script == Script::Hangul)?;
        Some(self.tokens.cased(*token))
    }

    pub(super) fn day(&self, i: usize) -> Option<i64> {
        let word = self.tokens.cased(*self.tokens.list.get(i)?);
        let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        digits.parse().ok().filter(|day| (1..=31).contains(day))
    }

    pub(super) fn year(&self, i: usize) -> Option<i64> {
        year(self.tokens.cased(*self.tokens.list.get(i)?))
    }

    pub(super) fn is_month(&self, i: usize) -> bool {
        self.tokens.list.get(i).is_some_and(|&token| month(self.tokens, i, &self.tokens.lower(token)).is_some())
    }
}

/// Words up to which one time stands beside another: "Friday of the last week".
pub const BESIDE_WORDS: usize = 4;

/// What stands between a time and the longer one that it is in.
const BETWEEN_TIMES: [&str; 28] = [
    "of",
    "from",
    "in",
    "on",
    "at",
    "the",
    "this",
    "last",
    "past",
    "next",
    "coming",
    "week",
    "month",
    "year",
    "Last",
    "달",
    "달의",
    "달에",
    "달에는",
    "주",
    "주의",
    "주에",
    "주에는",
    "해",
    "해에",
    "중",
    "년",
    "년에",
];

/// A day or a month, of a year or of whatever year. None if the month has no such day.
pub fn dated(year: Option<i64>, month: i64, day: Option<i64>) -> Option<When> {
    let is_possible = day.is_none_or(|day| is_date(year, month, day));
    is_possible.then(|| match (year, day) {
        (Some(year), Some(day)) => When::Days(Days::one(day_of_date(year, month, day))),
        (Some(year), None) => When::Days(Days::month(year, month)),
        (None, Some(day)) => When::Yearly { month, first: day, last: day },
        (None, None) => whole_month(month),
    })
}

/// A month of whatever year.
pub fn whole_month(month: i64) -> When {
    When::Yearly { month, first: 1, last: DAYS_OF_A_MONTH }
}

/// A third of a month, of a year or of whatever year.
pub fn part_of_month(year: Option<i64>, month: i64, third: Third) -> When {
    let (first, last) = third.days();
    year.map_or(When::Yearly { month, first, last }, |year| When::Days(Part::OfMonth(month, third).of(year)))
}

/// A day of a month, if that has it.
pub fn day_in(month: Days, day: i64) -> Option<When> {
    (day <= month.count()).then(|| When::Days(Days::one(month.first + day - 1)))
}
