//! Stretches from one day to another: "22-29 July", "from March 3 to March 9", 3월 3일부터 9일까지.

use super::korean::{day_named, weekday_of};
use super::numeric::{AFTER_A_DAY, AFTER_TWO_NUMBERS, month_day};
use super::reader::{Reader, dated};
use super::{When, english};
use crate::words::calendar::{Days, date_of, day_of_date, is_date, weekday};
use crate::words::dates::{month, ordinal};
use crate::words::tokenizer::Script;
use crate::words::written::{iso, two_digits};

/// Days up to which what stands between two dates is one stretch.
const RANGE_DAYS_MAX: i64 = 366;

/// Words before a range that are looked at for whether something was moved from the one day to the other.
const MOVED_WORDS_MAX: usize = 8;

/// Words in which a range may begin: 다음 주 월요일부터.
const BEGINNING_WORDS_MAX: usize = 3;

/// What stands of the date of one end.
#[derive(Clone, Copy)]
struct End {
    year: Option<i64>,
    month: Option<i64>,
    day: i64,
}

/// Both ends, and the word behind them.
type Ends = (End, End, usize);

impl Reader<'_> {
    /// The stretch that begins with a word, and the word behind it.
    pub fn range(&self, i: usize) -> Option<(When, usize)> {
        if let Some(range) = self.month_range(i).or_else(|| self.weekday_range(i)) {
            return Some(range);
        }
        if let Some((days, next)) = self.until_now_at(i) {
            return Some((When::Days(days), next));
        }
        let ends = match self.tokens.list[i].script {
            Script::Number => self.korean_ends(i).or_else(|| self.english_ends(i)),
            Script::Latin => self.english_ends(i),
            Script::Hangul => match self.korean_day_range(i) {
                Some((days, next)) => return Some((When::Days(days), next)),
                None => self.korean_ends(i),
            },
            Script::Other => None,
        };
        let (first, last, next) = ends?;
        Some((self.between(i, first, last)?, next))
    }

    /// The days from one end to the other, of whatever year if none is named.
    fn between(&self, i: usize, first: End, last: End) -> Option<When> {
        let Some(month) = first.month.or(last.month) else { return self.between_nearest(i, first.day, last.day) };
        let last_month = last.month.unwrap_or(month);
        let is_over_new_year = i64::from(last_month < month);
        let year = first.year.or_else(|| Some(last.year? - is_over_new_year));
        if !is_date(year, month, first.day) || !is_date(last.year, last_month, last.day) {
            return None;
        }
        let is_of_any_year = year.is_none() && month == last_month && first.day < last.day;
        if is_of_any_year {
            return Some(When::Yearly { month, first: first.day, last: last.day });
        }
        let from = dated(year, month, Some(first.day))?.said_on(self.today).first;
        let last_year = last.year.unwrap_or(date_of(from).0 + is_over_new_year);
        if !is_date(Some(last_year), last_month, last.day) {
            return None;
        }
        stretch(from, day_of_date(last_year, last_month, last.day))
    }

    /// From the nearest such day of a month to the next other one.
    fn between_nearest(&self, i: usize, first: i64, last: i64) -> Option<When> {
        let from = self.nearest(i, first).said_on(self.today).first;
        let (year, month, _) = date_of(from);
        let month = Days::month(year, month + i64::from(last < first));
        if last <= month.count() { stretch(from, month.first + last - 1) } else { None }
    }

    fn english_ends(&self, i: usize) -> Option<Ends> {
        let at = i + usize::from(self.is_at(i, &["the"]));
        if let Some(ends) = self.hyphenated_ends(at) {
            return Some(ends);
        }
        let (first, behind) = self.english_end(i)?;
        let (last, next) = self.english_end(self.behind_english_weekday(self.other_end(i, behind)?))?;
        let is_ordinal = |at: usize| self.lower(at).is_some_and(|word| ordinal(self.tokens, at, &word).is_some());
        let has_month = first.month.is_some() || last.month.is_some() || is_ordinal(at) && is_ordinal(next - 1);
        (has_month && !self.is_moved(i)).then_some((first, last, next))
    }

    /// The word behind the weekday of a date, if there is one: "Wednesday, May 8".
    fn behind_english_weekday(&self, at: usize) -> usize {
        let is_weekday = self.lower(at).is_some_and(|word| english::weekday_of(&word).is_some());
        at + usize::from(is_weekday && (self.month_at(at + 1).is_some() || self.day(at + 1).is_some()))
    }

    /// "22-29 July 2025", "July 22-29, 2025".
    fn hyphenated_ends(&self, at: usize) -> Option<Ends> {
        let is_behind = self.month_at(at).is_some();
        let (first, last) = self.hyphenated(if is_behind { at + 1 } else { at })?;
        let of = usize::from(!is_behind && self.is_at(at + 1, &["of"]));
        let (month, next) = (self.month_at(if is_behind { at } else { at + 1 + of })?, at + 2 + of);
        let year = self.year(next);
        let end = |day: i64| End { year, month: Some(month), day };
        Some((end(first), end(last), next + usize::from(year.is_some())))
    }

    /// Two days in one word: 22-29.
    pub(super) fn hyphenated(&self, at: usize) -> Option<(i64, i64)> {
        let token = *self.tokens.list.get(at)?;
        let (first, last) = self.tokens.cased(token).split_once('-')?;
        let (first, last) = (two_digits(first)?, two_digits(last)?);
        (1 <= first && first < last && last <= 31).then_some((first, last))
    }

    /// "The 3rd of March 2025", "March 3", or a day whose month stands at the other end.
    fn english_end(&self, at: usize) -> Option<(End, usize)> {
        if let Some(end) = self.end_in_digits(at) {
            return Some((end, at + 1));
        }
        let at = at + usize::from(self.is_at(at, &["the"]));
        let (month, day, next) = match self.month_at(at) {
            Some(month) => {
                let at = at + 1 + usize::from(self.is_at(at + 1, &["the"]));
                (Some(month), self.day(at)?, at + 1)
            }
            None => {
                let (day, of) = (self.day(at)?, usize::from(self.is_at(at + 1, &["of"])));
                let month = self.month_at(at + 1 + of);
                (month, day, if month.is_some() { at + 2 + of } else { at + 1 })
            }
        };
        let year = self.year(next);
        Some((End { year, month, day }, next + usize::from(year.is_some())))
    }

    /// 2025-07-22.
    fn end_in_digits(&self, at: usize) -> Option<End> {
        let token = self.tokens.list.get(at).filter(|token| token.script == Script::Number)?;
        let (year, month, day) = iso(self.tokens.cased(*token))?;
        Some(End { year: Some(year), month: Some(month), day })
    }

    pub(super) fn month_at(&self, at: usize) -> Option<i64> {
        let token = self.tokens.list.get(at).filter(|token| token.script == Script::Latin)?;
        month(self.tokens, at, &self.tokens.lower(*token))
    }

    /// Where the other end begins: behind a dash, behind "to", behind the "and" of "between".
    pub(super) fn other_end(&self, i: usize, behind: usize) -> Option<usize> {
        if self.has_dash_before(behind) {
            return Some(behind);
        }
        let is_joined = self.is_at(behind, &["to", "until", "till", "through", "thru"])
            || self.is_at(behind, &["and"]) && self.is_at(i.checked_sub(1)?, &["between", "Between"]);
        let is_next = |at: usize| {
            self.tokens.list.get(at).is_some_and(|&token| self.tokens.is_next(self.tokens.list[at - 1], token))
        };
        (is_joined && is_next(behind) && is_next(behind + 1)).then_some(behind + 1)
    }

    /// Whether only a dash or a tilde stands between a word and the one before it.
    pub(super) fn has_dash_before(&self, at: usize) -> bool {
        let between = || {
            let (before, token) = (*self.tokens.list.get(at.checked_sub(1)?)?, *self.tokens.list.get(at)?);
            Some(self.tokens.between(before, token).trim_matches([' ', ')']))
        };
        between().is_some_and(|between| DASHES.contains(&between))
    }

    /// Whether something was moved from one day to another, which is no stretch.
    pub(super) fn is_moved(&self, i: usize) -> bool {
        (i.saturating_sub(MOVED_WORDS_MAX)..i).any(|at| self.is_at(at, &MOVED))
    }

    /// 3월 3일부터 9일까지, 3월 3~9일, 7/22~7/29.
    fn korean_ends(&self, i: usize) -> Option<Ends> {
        if let Some(ends) = self.korean_hyphenated(i) {
            return Some(ends);
        }
        let (first, behind) = self.korean_end(i)?;
        let (is_from, behind) = match self.hangul(behind) {
            Some("부터") => (true, behind + 1), // behind the weekday in brackets
            _ => (self.hangul(behind - 1).is_some_and(|unit| unit.ends_with("부터")), behind),
        };
        let is_out_of = self.hangul(behind - 1).is_some_and(|unit| unit.ends_with("에서"));
        if !is_from && !is_out_of && !self.has_dash_before(behind) {
            return None;
        }
        let (last, next) = self.korean_end(behind)?;
        let rest = [1, 2].iter().find_map(|back| self.hangul(next - back)?.strip_prefix('일'));
        if is_out_of && !rest.is_some_and(|rest| rest.starts_with("까지")) {
            return None; // 3일에서 9일로 is a change
        }
        let is_certain = first.year.is_some() && last.year.is_some()
            || match self.tokens.cased(self.tokens.list[i]).contains('/') {
                true => {
                    let is_followed = || self.hangul(next).is_some_and(|word| AFTER_TWO_NUMBERS.contains(&word));
                    first.month == last.month || first.day.max(last.day) > 12 || is_followed()
                }
                // "2~3일" are some days, unless there is a month, or something that follows only a date.
                false => {
                    rest.is_some_and(|rest| first.month.is_some() || !rest.is_empty() && AFTER_A_DAY.contains(&rest))
                }
            };
        is_certain.then_some((first, last, next))
    }

    /// 3월 3-9일, the days of which are one word.
    fn korean_hyphenated(&self, i: usize) -> Option<Ends> {
        let (year, month, at) = self.korean_month_before(i);
        let (first, last) = self.hyphenated(at)?;
        let is_day = self.hangul(at + 1).is_some_and(|unit| unit.starts_with('일'));
        let end = |day: i64| End { year, month, day };
        (is_day && month.is_some()).then_some((end(first), end(last), at + 2))
    }

    /// 2025년 7월 22일, 다음 달 3일, 9일, 7/22; without its unit before a tilde.
    fn korean_end(&self, i: usize) -> Option<(End, usize)> {
        if let Some(end) = self.end_in_digits(i) {
            return Some((end, i + 1));
        }
        let (year, month, at) = self.korean_month_before(i);
        let token = self.tokens.list.get(at).filter(|token| token.script == Script::Number)?;
        let slashed = || {
            let (month, day) = self.tokens.cased(*token).split_once('/')?;
            month_day(two_digits(month)?, two_digits(day)?)
        };
        if let Some((month, day)) = slashed().filter(|_| month.is_none()) {
            let next = self.behind_weekday(at + 1);
            return Some((End { year, month: Some(month), day }, next));
        }
        let day = two_digits(self.tokens.cased(*token)).filter(|day| (1..=31).contains(day))?;
        let is_day = self.hangul(at + 1).is_some_and(|unit| unit.starts_with('일'));
        let next = if is_day { self.behind_weekday(at + 2) } else { at + 1 };
        (is_day || self.has_dash_before(at + 1)).then_some((End { year, month, day }, next))
    }

    /// Behind the weekday in 3일(화), if one stands there.
    fn behind_weekday(&self, at: usize) -> usize {
        let is_weekday = || {
            let (before, token) = (*self.tokens.list.get(at.checked_sub(1)?)?, *self.tokens.list.get(at)?);
            Some(self.tokens.between(before, token) == "(" && "월화수목금토일".contains(self.tokens.cased(token)))
        };
        if is_weekday().unwrap_or_default() { at + 1 } else { at }
    }

    /// The year and the month that stand before a day, and where it stands: 2025년 7월, 작년 7월, 다음 달.
    fn korean_month_before(&self, i: usize) -> (Option<i64>, Option<i64>, usize) {
        let (year, at) = self.korean_year_before(i);
        let number = || self.before(at, 0)?.parse().ok().filter(|month| (1..=12).contains(month));
        if let Some(month) = number().filter(|_| self.hangul(at + 1) == Some("월")) {
            return (year, Some(month), at + 2);
        }
        let named = || self.hangul(i).and_then(|word| self.korean(i, word)).filter(|days| days.count() >= 28);
        match named().filter(|days| days.count() <= 31 && year.is_none()) {
            Some(days) => {
                let (year, month, _) = date_of(days.first);
                let is_split = self.hangul(i + 1).is_some();
                (Some(year), Some(month), if is_split { i + 2 } else { i + 1 })
            }
            None => (year, None, at),
        }
    }

    /// 월요일부터 목요일까지, 다음 주 화요일부터 금요일까지, 어제부터 내일까지.
    fn korean_day_range(&self, i: usize) -> Option<(Days, usize)> {
        let from =
            (i..i + BEGINNING_WORDS_MAX).find(|&at| self.hangul(at).is_some_and(|word| word.ends_with("부터")))?;
        let last = self.hangul(from + 1).filter(|word| word.contains("까지"))?;
        let last_day = || day_named(last).map(|(_, on)| self.today + on);
        let first = match weekday_of(self.hangul(from)?).filter(|_| from == i) {
            Some(first) => self.weekday_before(first, weekday_of(last)?, self.is_past(from + 1)),
            None => self.korean(i, self.hangul(i)?).filter(|days| days.count() == 1)?.first,
        };
        let to = weekday_of(last).map(|last| first + (last - weekday(first)).rem_euclid(7)).or_else(last_day)?;
        (first < to && to - first < RANGE_DAYS_MAX).then_some((Days { first, last: to }, from + 2))
    }

    /// The first day of a range of weekdays whose last is the one that was, of what is told, and else the one that comes.
    pub(super) fn weekday_before(&self, first: i64, last: i64, is_past: bool) -> i64 {
        let to = self.weekday(last, -i64::from(is_past)).first;
        to - (last - first).rem_euclid(7)
    }
}

pub fn stretch(first: i64, last: i64) -> Option<When> {
    (first < last && last - first < RANGE_DAYS_MAX).then_some(When::Days(Days { first, last }))
}

const DASHES: [&str; 6] = ["-", "~", "–", "—", "−", "〜"];

/// What is done to an appointment from one day to another.
const MOVED: [&str; 11] = [
    "moved",
    "rescheduled",
    "postponed",
    "changed",
    "pushed",
    "shifted",
    "delayed",
    "brought",
    "move",
    "change",
    "reschedule",
];

#[cfg(test)]
mod tests {
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::{AT, day, days};
    use crate::words::mentions::{When, asked};
    use crate::words::tokenizer::Tokens;

    /// All from Monday, 8 May 2023.
    #[test]
    fn two_days_of_a_range_are_one_stretch() {
        for (text, first, last) in [
            ("The fair is from 12 to 19 August 2022", day(2022, 8, 12), day(2022, 8, 19)),
            ("12-19 August", day(2023, 8, 12), day(2023, 8, 19)),
            ("the camp, April 12-19, 2021", day(2021, 4, 12), day(2021, 4, 19)),
            ("June 4–9", day(2023, 6, 4), day(2023, 6, 9)),
            ("between 4 and 9 March", day(2023, 3, 4), day(2023, 3, 9)),
            ("April 12 to 19, 2021", day(2021, 4, 12), day(2021, 4, 19)),
            ("from March 4 to March 9 we were away", day(2023, 3, 4), day(2023, 3, 9)),
            ("from the 2nd to the 9th of March", day(2023, 3, 2), day(2023, 3, 9)),
            ("from Saturday, March 4 to Thursday, March 9", day(2023, 3, 4), day(2023, 3, 9)),
            ("March 2nd until the 9th", day(2023, 3, 2), day(2023, 3, 9)),
            ("from 28 December 2021 to 3 January 2022", day(2021, 12, 28), day(2022, 1, 3)),
            ("December 28 to January 3", day(2022, 12, 28), day(2023, 1, 3)),
            ("3월 4~9일", day(2023, 3, 4), day(2023, 3, 9)),
            ("4월 12-19일에 전시", day(2023, 4, 12), day(2023, 4, 19)),
            ("3월 2일부터 9일까지", day(2023, 3, 2), day(2023, 3, 9)),
            ("2021년 3월 28일부터 4월 2일까지", day(2021, 3, 28), day(2021, 4, 2)),
            ("작년 3월 4일~9일", day(2022, 3, 4), day(2022, 3, 9)),
            ("다음 달 4일부터 9일까지", day(2023, 6, 4), day(2023, 6, 9)),
            ("3월 4일(토)~9일(목)", day(2023, 3, 4), day(2023, 3, 9)),
            ("3월 4일(토)부터 9일(목)까지", day(2023, 3, 4), day(2023, 3, 9)),
            ("3월 4일에서 9일까지", day(2023, 3, 4), day(2023, 3, 9)),
            ("2021-04-12 ~ 2021-04-19", day(2021, 4, 12), day(2021, 4, 19)),
            ("from 2021-04-12 to 2021-04-19", day(2021, 4, 12), day(2021, 4, 19)),
            ("4/12~4/19", day(2023, 4, 12), day(2023, 4, 19)),
            ("화요일부터 금요일까지 출장이야", day(2023, 5, 9), day(2023, 5, 12)),
            ("화요일부터 금요일까지 쉬었어", day(2023, 5, 2), day(2023, 5, 5)),
            ("다음 주 화요일부터 금요일까지", day(2023, 5, 16), day(2023, 5, 19)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: last.last }], "{text}");
        }
        for text in ["2~3일 걸려", "1/2~3/4 컵"] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
        assert_eq!(days("3월 4일에서 9일로 바뀌었어").first(), Some(&day(2023, 3, 4)));
        assert_eq!(days("It was moved from March 4 to March 9"), [day(2023, 3, 4), day(2023, 3, 9)]);
    }

    #[test]
    fn questions_ask_for_all_days_of_a_range() {
        let question = asked(&Tokens::new("What did we do between 4 and 9 March?"), AT);
        assert_eq!(question, [When::Yearly { month: 3, first: 4, last: 9 }]);
        assert!(question[0].means(day(2021, 3, 6)) && !question[0].means(day(2021, 3, 10)));
    }
}
