//! Which days a text speaks of: dates, and what is only meant from where one stands ("last week", "두 달 전").

use super::calendar::{Days, date_of, day_of, day_of_date, weekday};
use super::dates::{DAYS_OF_A_MONTH, iso, month, ordinal, year};
use super::holidays::{self, Holiday};
use super::tokenizer::{Script, Token, Tokens};
use crate::id::TimeUs;
use std::ops::Range;

/// Mentions of one text that are kept: a chronicle of more is no answer to the question for one day.
pub const MENTIONS_MAX: usize = 16;

/// Days up to which a mention is taken to mean each of them: "in 2023" does not tell of a day in May.
const VAGUE_DAYS: i64 = 31;

/// Days by which "two weeks ago" may be off.
const WEEKS_AGO_DAYS: i64 = 3;

/// How far ahead a holiday may be for it to be meant, and not the one before: what is told is told more often of what was.
const HOLIDAY_AHEAD_DAYS: i64 = 150;

/// Units further back than this are not a time that anybody remembers.
const AGO_MAX: i64 = 200;

/// A time that a text speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Certain days.
    Days(Days),
    /// A month, or a day of it, of whatever year.
    Yearly {
        /// 1 to 12.
        month: i64,
        /// 1 to 31.
        day: Option<i64>,
    },
}

impl When {
    /// Whether days that a text speaks of (or the day on which it was said) are what is asked for.
    pub fn means(self, days: Days) -> bool {
        match self {
            Self::Days(asked) => asked.meets(days) && days.count() <= asked.count().max(VAGUE_DAYS),
            Self::Yearly { month, day } => {
                days.count() <= VAGUE_DAYS
                    && (days.first..=days.last).any(|at| {
                        let (_, its_month, its_day) = date_of(at);
                        its_month == month && day.is_none_or(|day| day == its_day)
                    })
            }
        }
    }

    /// The days meant by somebody who speaks on `today`: more often of what was than of what will be.
    fn said_on(self, today: i64) -> Days {
        match self {
            Self::Days(days) => days,
            Self::Yearly { month, day } => {
                let (this_year, this_month, _) = date_of(today);
                let year = match month - this_month {
                    // What is to be on a certain day of January is spoken of in December.
                    ..=-11 if day.is_some() => this_year + 1,
                    ..=5 => this_year,
                    _ => this_year - 1,
                };
                day.map_or(Days::month(year, month), |day| Days::one(day_of_date(year, month, day)))
            }
        }
    }
}

/// The days that a text speaks of which was said at `at`, by a clock there (see [`crate::zone::Zone::local`]).
pub fn mentioned(tokens: &Tokens, at: TimeUs) -> Vec<Days> {
    let mut days: Vec<Days> = asked(tokens, at).into_iter().map(|when| when.said_on(day_of(at))).collect();
    days.sort_unstable();
    days.dedup();
    days.truncate(MENTIONS_MAX);
    days
}

/// The times that a question is about which is asked at `now`, by a clock there.
pub fn asked(tokens: &Tokens, now: TimeUs) -> Vec<When> {
    let reader = Reader { tokens, today: day_of(now) };
    (0..tokens.list.len()).filter_map(|i| reader.read(i)).collect()
}

/// A time that is meant from where one stands, in the words of a text.
pub struct Relative {
    /// The days.
    pub days: Days,
    /// The words that say nothing else, by their numbers: "yesterday" and "last week", but not "Friday", which a text may name for every week.
    pub words: Range<usize>,
}

/// The times of a question that are meant from `now`, by a clock there.
pub fn relative(tokens: &Tokens, now: TimeUs) -> Vec<Relative> {
    let reader = Reader { tokens, today: day_of(now) };
    (0..tokens.list.len()).filter_map(|i| reader.relative(i)).collect()
}

/// A text, and the day from which it is meant.
struct Reader<'a> {
    tokens: &'a Tokens,
    today: i64,
}

impl Reader<'_> {
    fn read(&self, i: usize) -> Option<When> {
        let token = self.tokens.list[i];
        let word = self.tokens.lower(token);
        match token.script {
            Script::Latin => month(self.tokens, i, &word)
                .and_then(|month| self.month_named(i, month))
                .or_else(|| self.english(i, &word).map(When::Days))
                .or_else(|| self.ordinal(i, &word))
                .or_else(|| self.holiday(i, &word)),
            Script::Number => self.number(i, &word),
            Script::Hangul => self.korean(i, &word).map(When::Days).or_else(|| self.holiday(i, &word)),
            Script::Other => None,
        }
    }

    fn relative(&self, i: usize) -> Option<Relative> {
        let word = self.tokens.lower(self.tokens.list[i]);
        match self.tokens.list[i].script {
            Script::Latin => self.english(i, &word).map(|days| Relative { days, words: self.english_words(i, &word) }),
            Script::Hangul => self.korean(i, &word).map(|days| Relative { days, words: self.korean_words(i, &word) }),
            Script::Number | Script::Other => None,
        }
        .or_else(|| Some(Relative { days: self.lunar(i, &word)?, words: i..i }))
    }

    /// The words of a time that ends with this one.
    fn english_words(&self, i: usize, word: &str) -> Range<usize> {
        let first = match word {
            "yesterday" if self.is_a_day_further(i, "before") => i - 2,
            "tomorrow" if self.is_a_day_further(i, "after") => i - 2,
            "yesterday" | "today" | "tonight" | "tomorrow" => i,
            "ago" | "back" if self.before(i, 2) == Some("of") => i - 3,
            "ago" | "back" => i - 2,
            "night" | "morning" | "afternoon" | "evening" | "week" | "weekend" | "month" | "year" => i - 1,
            _ => return i..i,
        };
        first..i + 1
    }

    /// The words of a time that begins, or with 전 ends, with this one.
    fn korean_words(&self, i: usize, word: &str) -> Range<usize> {
        if word.starts_with('전') {
            let unit = self.hangul(i - 1).unwrap_or_default();
            let has_count = KOREAN_SPANS.iter().any(|&(name, _)| name == unit)
                || KOREAN_COUNTS
                    .iter()
                    .any(|&(name, _)| unit.strip_prefix(name).is_some_and(|rest| korean_unit(rest).is_some()));
            return i - if has_count { 1 } else { 2 }..i + 1;
        }
        let Some((_, rest)) = self.korean_direction(word) else { return i..i + 1 };
        let unit = if rest.is_empty() { self.hangul(i + 1).unwrap_or_default() } else { rest };
        let has_weekday = korean_weekday(unit).is_some();
        match (rest.is_empty(), has_weekday) {
            (true, false) => i..i + 2,
            (false, true) => i..i,
            (true, true) | (false, false) => i..i + 1,
        }
    }

    /// A month's name, and whatever day and year stand beside it.
    fn month_named(&self, i: usize, month: i64) -> Option<When> {
        let after = self.day(i + 1);
        let day = after.or_else(|| self.day(i.checked_sub(1)?)).or_else(|| self.day_of_month(i));
        let year = self.year(i + 1).or_else(|| self.year(i + 2)).or_else(|| self.before(i, 1).and_then(year));
        Some(dated(year, month, day))
    }

    /// The 28th, of the month that stands near it, or else the nearest there is; the month itself reads "the 28th of May".
    fn ordinal(&self, i: usize, word: &str) -> Option<When> {
        let day = ordinal(self.tokens, i, word)?;
        if self.before(i + 1, 0) != Some("of") {
            return Some(self.month_beside(i).map_or_else(|| self.nearest(day), |month| dated(None, month, Some(day))));
        }
        if self.is_month(i + 2) {
            return None;
        }
        // "of last month"; what is the 28th of every month is that of this one, too.
        let unit = self.before(i + 3, 0).filter(|&unit| unit == "month");
        Some(
            unit.and_then(|unit| self.english(i + 3, unit))
                .map_or_else(|| self.nearest(day), |month| day_in(month, day)),
        )
    }

    /// The month of "December the 27th", of "18 December to the 27th", and of the 18th in "the 18th to the 27th of December".
    fn month_beside(&self, i: usize) -> Option<i64> {
        let month_at = |at: usize| month(self.tokens, at, &self.tokens.lower(*self.tokens.list.get(at)?));
        let earlier = |back: usize| i.checked_sub(back).and_then(month_at);
        let is_between =
            |at: Option<usize>| at.and_then(|at| self.before(at, 0)).is_some_and(|word| BETWEEN_DAYS.contains(&word));
        let later = |at: usize| {
            self.day(at)?;
            month_at(at + 1).or_else(|| (self.before(at + 1, 0) == Some("of")).then(|| month_at(at + 2))?)
        };
        let before_range = || if is_between(i.checked_sub(2)) { earlier(3).or_else(|| earlier(4)) } else { None };
        let after_range = || if is_between(Some(i + 1)) { later(i + 2).or_else(|| later(i + 3)) } else { None };
        earlier(2).or_else(before_range).or_else(after_range)
    }

    /// The nearest such day of a month; of two that are as near the one that was.
    fn nearest(&self, day: i64) -> When {
        let (year, month, _) = date_of(self.today);
        let days = (-1..=1).map(|on| Days::month(year, month + on)).filter(|month| day <= month.count());
        let nearest = days.map(|month| month.first + day - 1).min_by_key(|at| (at - self.today).abs());
        When::Days(Days::one(nearest.unwrap_or(self.today))) // of three months one has 31 days
    }

    /// A holiday's name, and whatever year or direction stands beside it.
    fn holiday(&self, i: usize, word: &str) -> Option<When> {
        let (holiday, words) = holidays::named(self.tokens, i, word)?;
        match (holiday, self.year_of_holiday(i, words), self.direction(i)) {
            (_, Some(year), _) => holiday.day_in(year).map(|day| When::Days(Days::one(day))),
            (Holiday::Fixed(month, day), None, None) => Some(When::Yearly { month, day: Some(day) }),
            (_, None, on) => self.around_holiday(holiday, on).map(|day| When::Days(Days::one(day))),
        }
    }

    /// A holiday that is on another day each year: its days are found out from where one stands.
    fn lunar(&self, i: usize, word: &str) -> Option<Days> {
        holidays::named(self.tokens, i, word).filter(|(holiday, _)| holiday.date().is_none())?;
        match self.holiday(i, word)? {
            When::Days(days) => Some(days),
            When::Yearly { .. } => None,
        }
    }

    fn year_of_holiday(&self, i: usize, words: usize) -> Option<i64> {
        let named = || self.before(i, 1).filter(|unit| *unit == "년").and(self.before(i, 2)).and_then(year);
        let counted = || {
            let before = self.hangul(i.checked_sub(1)?)?;
            let &(_, on) = KOREAN_YEARS.iter().find(|&&(name, _)| before == name)?;
            Some(date_of(self.today).0 + on)
        };
        self.year(i + words).or_else(|| self.year(i + words + 1)).or_else(named).or_else(counted)
    }

    /// Whether the one before is meant (-1), this one, or the next.
    fn direction(&self, i: usize) -> Option<i64> {
        match self.before(i, 1)? {
            "last" | "지난" | "저번" => Some(-1),
            "this" | "이번" => Some(0),
            "next" | "다음" => Some(1),
            _ => None,
        }
    }

    fn around_holiday(&self, holiday: Holiday, on: Option<i64>) -> Option<i64> {
        let (year, _, _) = date_of(self.today);
        let mut days = (year - 1..=year + 1).filter_map(|year| holiday.day_in(year));
        match on {
            Some(-1) => days.rfind(|&day| day < self.today),
            Some(1) => days.find(|&day| day > self.today),
            _ => days.rfind(|&day| day <= self.today + HOLIDAY_AHEAD_DAYS),
        }
    }

    /// The day in "8th of May".
    fn day_of_month(&self, i: usize) -> Option<i64> {
        (self.before(i, 1)? == "of").then(|| self.day(i.checked_sub(2)?))?
    }

    fn english(&self, i: usize, word: &str) -> Option<Days> {
        let before = self.before(i, 1);
        let on = match before {
            Some("last" | "past" | "previous") => Some(-1),
            Some("this") => Some(0),
            Some("next") => Some(1),
            _ => None,
        };
        match word {
            "yesterday" if self.is_a_day_further(i, "before") => Some(Days::one(self.today - 2)),
            "tomorrow" if self.is_a_day_further(i, "after") => Some(Days::one(self.today + 2)),
            "yesterday" => Some(Days::one(self.today - 1)),
            "today" | "tonight" => Some(Days::one(self.today)),
            "tomorrow" => Some(Days::one(self.today + 1)),
            "night" if on == Some(-1) => Some(Days::one(self.today - 1)),
            "morning" | "afternoon" | "evening" if on == Some(0) => Some(Days::one(self.today)),
            "week" | "weekend" | "month" | "year" => self.around(word, on?),
            "ago" | "back" => {
                let unit = self.before(i, 1)?.trim_end_matches('s');
                let count = self.before(i, 2).filter(|&count| count != "of").or_else(|| self.before(i, 3))?;
                self.ago(unit, english_count(count)?)
            }
            _ => {
                let weekday = WEEKDAYS.iter().position(|&(full, short)| word == full || word == short)? as i64;
                match before {
                    Some("on") => Some(self.weekday(weekday, -1)),
                    _ => Some(self.weekday(weekday, on.filter(|_| word.len() > 2)?)),
                }
            }
        }
    }

    /// "The day before yesterday", "the day after tomorrow".
    fn is_a_day_further(&self, i: usize, way: &str) -> bool {
        self.before(i, 1) == Some(way) && self.before(i, 2) == Some("day")
    }

    fn korean(&self, i: usize, word: &str) -> Option<Days> {
        for &(name, day) in KOREAN_DAYS {
            if word.starts_with(name) {
                return Some(Days::one(self.today + day));
            }
        }
        for &(name, on) in KOREAN_YEARS {
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
        if let Some(weekday) = korean_weekday(unit) {
            return Some(self.weekday(weekday, on));
        }
        if unit.starts_with("주말") {
            return self.around("weekend", on);
        }
        if unit.starts_with('주') {
            let week = Days::week(self.today, on);
            return Some(korean_weekday(after).map_or(week, |weekday| Days::one(week.first + weekday)));
        }
        let unit = [("달", "month"), ("해", "year")].iter().find(|(name, _)| unit.starts_with(name))?.1;
        self.around(unit, on)
    }

    /// "3일 전", "두 달 전", "이틀 전".
    fn korean_ago(&self, i: usize) -> Option<Days> {
        let unit = self.hangul(i.checked_sub(1)?)?;
        if let Some(&(_, days)) = KOREAN_SPANS.iter().find(|&&(name, _)| name == unit) {
            return self.ago("day", days);
        }
        let number = || self.before(i, 2).and_then(|number| number.parse().ok());
        let counted = KOREAN_COUNTS.iter().find_map(|&(name, count)| Some((count, unit.strip_prefix(name)?)));
        let (count, unit) = match counted.filter(|(_, rest)| korean_unit(rest).is_some()) {
            Some(counted) => counted,
            None => {
                let word = self.before(i, 2);
                let spelled = KOREAN_COUNTS.iter().find(|&&(name, _)| word == Some(name)).map(|&(_, count)| count);
                (number().or(spelled)?, unit)
            }
        };
        self.ago(korean_unit(unit)?, count)
    }

    fn number(&self, i: usize, word: &str) -> Option<When> {
        if let Some((year, month, day)) = iso(word) {
            return Some(dated(Some(year), month, Some(day)));
        }
        let value = word.parse::<i64>().ok()?;
        let unit = self.hangul(i + 1).unwrap_or_default();
        if unit.starts_with('월') && (1..=12).contains(&value) {
            let is_day = self.hangul(i + 3).is_some_and(|unit| unit.starts_with('일'));
            let day = self.day(i + 2).filter(|_| is_day);
            let year = self.before(i, 1).filter(|unit| *unit == "년").and(self.before(i, 2)).and_then(year);
            return Some(dated(year, value, day));
        }
        if (1..=DAYS_OF_A_MONTH).contains(&value) && self.is_day_alone(i, unit) {
            return Some(self.korean_day(i, value));
        }
        let year = year(word)?;
        let belongs_to_a_month = self.hangul(i + 3).is_some_and(|unit| unit.starts_with('월')) && unit == "년"
            || [1, 2].iter().any(|&back| i.checked_sub(back).is_some_and(|at| self.is_month(at)))
            || self.is_month(i + 1);
        (!belongs_to_a_month).then_some(When::Days(Days::year(year)))
    }

    /// Whether a number is a day of a month that does not stand right before it: 28일에, but neither 5월 28일 nor 28일 동안.
    fn is_day_alone(&self, i: usize, unit: &str) -> bool {
        let is_named = self.hangul(i.wrapping_sub(1)).is_some_and(|before| before.starts_with('월'))
            && i.checked_sub(2).is_some_and(|at| self.tokens.list[at].script == Script::Number);
        let is_span = self.hangul(i + 2).is_some_and(|next| AFTER_A_SPAN.iter().any(|after| next.starts_with(after)));
        let is_day = unit.strip_prefix('일').is_some_and(|rest| AFTER_A_DAY.contains(&rest));
        is_day && !is_span && !is_named && self.tokens.is_joined(self.tokens.list[i], self.tokens.list[i + 1])
    }

    /// The 28일 of the month that stands near it (지난달 28일, 5월 3일부터 28일), or else the nearest there is.
    fn korean_day(&self, i: usize, day: i64) -> When {
        let around = [1, 2].iter().find_map(|&back| {
            let at = i.checked_sub(back)?;
            self.korean(at, self.hangul(at)?).filter(|days| (28..=DAYS_OF_A_MONTH).contains(&days.count()))
        });
        let is_unit = |back: usize, unit: char| {
            i.checked_sub(back).and_then(|at| self.hangul(at)).is_some_and(|word| word.starts_with(unit))
        };
        let in_range = || self.before(i, 4).filter(|_| is_unit(1, '일') && is_unit(3, '월'))?.parse().ok();
        match (around, in_range().filter(|month| (1..=12).contains(month))) {
            (Some(month), _) => day_in(month, day),
            (None, Some(month)) => dated(None, month, Some(day)),
            (None, None) => self.nearest(day),
        }
    }

    /// The unit of time that goes before, is, or comes after the one today is in.
    fn around(&self, unit: &str, on: i64) -> Option<Days> {
        let (year, month, _) = date_of(self.today);
        match unit {
            "week" => Some(Days::week(self.today, on)),
            "weekend" => Some(Days::weekend(self.today, on)),
            "month" => Some(Days::month(year, month + on)),
            "year" => Some(Days::year(year + on)),
            _ => None,
        }
    }

    fn ago(&self, unit: &str, count: i64) -> Option<Days> {
        if !(0..=AGO_MAX).contains(&count) {
            return None;
        }
        match unit {
            "day" => Some(Days::one(self.today - count)),
            "week" | "weekend" => {
                let day = self.today - 7 * count;
                Some(Days { first: day - WEEKS_AGO_DAYS, last: day + WEEKS_AGO_DAYS })
            }
            "month" | "year" => self.around(unit, -count),
            _ => None,
        }
    }

    /// The last such day before today, the first from today on (`on` = 0), or the one of next week.
    fn weekday(&self, wanted: i64, on: i64) -> Days {
        let today = weekday(self.today);
        Days::one(match on {
            -1 => self.today - ((today - wanted - 1).rem_euclid(7) + 1),
            0 => self.today + (wanted - today).rem_euclid(7),
            _ => Days::week(self.today, 1).first + wanted,
        })
    }

    fn before(&self, i: usize, back: usize) -> Option<&str> {
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
            other => other,
        }
    }

    fn hangul(&self, i: usize) -> Option<&str> {
        let token = self.tokens.list.get(i).filter(|token| token.script == Script::Hangul)?;
        Some(self.tokens.cased(*token))
    }

    fn day(&self, i: usize) -> Option<i64> {
        let word = self.tokens.cased(*self.tokens.list.get(i)?);
        let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        digits.parse().ok().filter(|day| (1..=31).contains(day))
    }

    fn year(&self, i: usize) -> Option<i64> {
        year(self.tokens.cased(*self.tokens.list.get(i)?))
    }

    fn is_month(&self, i: usize) -> bool {
        self.tokens.list.get(i).is_some_and(|&token| month(self.tokens, i, &self.tokens.lower(token)).is_some())
    }
}

fn dated(year: Option<i64>, month: i64, day: Option<i64>) -> When {
    match (year, day) {
        (Some(year), Some(day)) => When::Days(Days::one(day_of_date(year, month, day))),
        (Some(year), None) => When::Days(Days::month(year, month)),
        (None, day) => When::Yearly { month, day },
    }
}

/// A day of a month.
fn day_in(month: Days, day: i64) -> When {
    When::Days(Days::one(month.first + day - 1))
}

fn english_count(word: &str) -> Option<i64> {
    let spelled = || COUNTS.iter().find(|&&(name, _)| name == word).map(|&(_, count)| count);
    word.parse().ok().or_else(spelled)
}

fn korean_weekday(word: &str) -> Option<i64> {
    let rest = word.get(3..)?;
    if !rest.starts_with("요일") && !rest.starts_with('욜') {
        return None;
    }
    "월화수목금토일".chars().position(|day| word.starts_with(day)).map(|at| at as i64)
}

fn korean_unit(word: &str) -> Option<&'static str> {
    match word {
        "일" => Some("day"),
        "주" | "주일" => Some("week"),
        "달" | "개월" => Some("month"),
        "년" | "해" => Some("year"),
        _ => None,
    }
}

/// What stands between two days, of which only one may have its month.
const BETWEEN_DAYS: [&str; 6] = ["to", "and", "or", "until", "till", "through"];
/// What may follow the 일 of a day.
const AFTER_A_DAY: [&str; 25] = [
    "",
    "에",
    "에는",
    "에도",
    "은",
    "이",
    "도",
    "까지",
    "까지는",
    "부터",
    "로",
    "날",
    "날에",
    "자",
    "자로",
    "쯤",
    "인데",
    "이야",
    "이에요",
    "입니다",
    "이고",
    "과",
    "이나",
    "밤",
    "밤에",
];
/// What follows so many days.
const AFTER_A_SPAN: [&str; 20] = [
    "동안", "전", "후", "뒤", "만", "간", "째", "이상", "이내", "안", "정도", "남", "걸", "연속", "지나", "지났", "더",
    "내내", "치", "넘",
];
const WEEKDAYS: [(&str, &str); 7] = [
    ("monday", "mon"),
    ("tuesday", "tue"),
    ("wednesday", "wed"),
    ("thursday", "thu"),
    ("friday", "fri"),
    ("saturday", "sat"),
    ("sunday", "sun"),
];
const COUNTS: [(&str, i64); 15] = [
    ("a", 1),
    ("an", 1),
    ("one", 1),
    ("two", 2),
    ("couple", 2),
    ("three", 3),
    ("few", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twelve", 12),
];
const KOREAN_DAYS: &[(&str, i64)] =
    &[("그저께", -2), ("그제", -2), ("어제", -1), ("어젯밤", -1), ("오늘", 0), ("내일", 1), ("모레", 2)];
const KOREAN_YEARS: &[(&str, i64)] = &[("재작년", -2), ("작년", -1), ("올해", 0), ("내년", 1)];
const KOREAN_SPANS: &[(&str, i64)] =
    &[("하루", 1), ("이틀", 2), ("사흘", 3), ("나흘", 4), ("일주일", 7), ("열흘", 10), ("보름", 15)];
const KOREAN_COUNTS: &[(&str, i64)] = &[
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 8 May 2023.
    const AT: TimeUs = 1_683_550_560_000_000;

    const DAY_US: TimeUs = super::super::calendar::DAY_US;

    fn days(text: &str) -> Vec<Days> {
        mentioned(&Tokens::new(text), AT)
    }

    fn day(year: i64, month: i64, day: i64) -> Days {
        Days::one(day_of_date(year, month, day))
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
            ("last Friday night", ""),
            ("in May 2023", ""),
            ("어제는 뭐 했어?", "어제는"),
            ("지난주 화요일", "지난주"),
            ("지난 주에", "지난 주에"),
            ("지난 금요일에", "지난"),
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
        assert_eq!(days("since 2019"), [Days::year(2019)]);
        assert_eq!(days("in March 2021, or 2021년 3월"), [Days::month(2021, 3)]);
    }

    #[test]
    fn a_day_without_a_month_is_the_nearest() {
        for (text, expected) in [
            ("It starts on the 28th", day(2023, 4, 28)),
            ("due by the 20th.", day(2023, 5, 20)),
            ("on the 31st", day(2023, 5, 31)),
            ("the 30th of last month", day(2023, 4, 30)),
            ("the 8th", day(2023, 5, 8)),
            ("28일에 가", day(2023, 4, 28)),
            ("20일까지 내야 해", day(2023, 5, 20)),
            ("다음 달 3일", day(2023, 6, 3)),
            ("지난달 30일에", day(2023, 4, 30)),
        ] {
            let found = days(text);
            assert!(found.contains(&expected), "{text}: {found:?}");
            assert_eq!(found.iter().filter(|days| days.count() == 1).count(), 1, "{text}: {found:?}");
        }
        for (text, first, last) in [
            ("from the 2nd to the 9th of March", day(2023, 3, 2), day(2023, 3, 9)),
            ("March 2nd until the 9th", day(2023, 3, 2), day(2023, 3, 9)),
            ("3월 2일부터 9일까지", day(2023, 3, 2), day(2023, 3, 9)),
        ] {
            assert_eq!(days(text), [first, last], "{text}");
        }
        for text in ["on the 12th floor", "for 28 days", "28일 동안 걸었어", "15일째", "3일 만에", "30일간"]
        {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
        assert_eq!(days("5월 28일에"), [day(2023, 5, 28)]);
    }

    #[test]
    fn holidays_are_days() {
        for (text, expected) in [
            ("We met at Christmas", day(2022, 12, 25)),
            ("Christmas 2020 was quiet", day(2020, 12, 25)),
            ("next Halloween", day(2023, 10, 31)),
            ("last Halloween", day(2022, 10, 31)),
            ("2021년 크리스마스에", day(2021, 12, 25)),
            ("작년 어린이날에", day(2022, 5, 5)),
            ("어린이날에 갔어", day(2023, 5, 5)),
            ("추석에 내려갔어", day(2023, 9, 29)),
            ("지난 추석에", day(2022, 9, 10)),
            ("설날에 받았어", day(2023, 1, 22)),
            ("내년 설날", day(2024, 2, 10)),
        ] {
            let found = days(text);
            assert!(found.contains(&expected), "{text}: {found:?}");
        }
        let december = AT + 232 * DAY_US;
        let new_year = mentioned(&Tokens::new("see you on New Year's Day"), december);
        assert_eq!(new_year, [day(2024, 1, 1)], "said on 26 December");
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
