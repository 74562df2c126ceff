//! Months by their names, and days by their ordinals: "7 May 2023", "the 28th".

use super::When;
use super::parts::Part;
use super::reader::{Reader, dated, day_in, part_of_month};
use crate::words::calendar::{Days, date_of};
use crate::words::dates::{month, ordinal};
use crate::words::day_words;
use crate::words::written::{short_year, year};

impl Reader<'_> {
    /// A month's name, and whatever day and year stand beside it.
    pub(super) fn month_named(&self, i: usize, month: i64) -> Option<When> {
        let named = self.day_named_beside(i);
        let on = self.direction(i).filter(|_| named.year.is_none() && named.day.is_none());
        let third = self.third_before(i).filter(|_| named.day.is_none());
        match (on, third) {
            (Some(on), _) => self.towards(Part::Month(month), on).map(When::Days),
            (None, Some(third)) => Some(part_of_month(named.year, month, third)),
            (None, None) => dated(named.year, month, named.day),
        }
    }

    /// The day and the year that stand beside a month's name.
    fn day_named_beside(&self, i: usize) -> Beside {
        let short = self.clipped_year(i + 1);
        let after = self.day(i + 1).filter(|_| short.is_none());
        let before = self.day(i.wrapping_sub(1));
        let day = after.or(before).or_else(|| self.day_of_month(i));
        let spelled = if day.is_none() { day_words::beside(self.tokens, i) } else { None };
        let (first, last) = match spelled {
            Some(spelled) => (i.min(spelled.first), i.max(spelled.last)),
            None => (if after.is_none() && before.is_some() { i - 1 } else { i }, i + usize::from(after.is_some())),
        };
        let written = short
            .or_else(|| self.year(last + 1))
            .or_else(|| self.year(i + 1))
            .or_else(|| self.year(i + 2))
            .or_else(|| self.before(i, 1).and_then(year));
        let year = written.or_else(|| self.year_after(last)).or_else(|| self.year_before(first));
        Beside { day: day.or(spelled.map(|spelled| spelled.day)), year }
    }

    /// The week of "the week of May 12", if the day is named by this word.
    pub(super) fn week_of_day(&self, i: usize, day: i64) -> Option<Days> {
        let is_between = |at: usize| self.is_at(at, &["of", "the"]) || self.day(at).is_some() || self.is_month(at);
        let week = (i.saturating_sub(WEEK_WORDS_MAX)..i).rev().find(|&at| !is_between(at))?;
        let is_week = self.is_at(week, &["week"]) && self.is_at(week + 1, &["of"]);
        is_week.then(|| Days::week(day, 0))
    }

    /// The year of "Feb '25".
    fn clipped_year(&self, at: usize) -> Option<i64> {
        let (before, token) = (*self.tokens.list.get(at.checked_sub(1)?)?, *self.tokens.list.get(at)?);
        let is_clipped = self.tokens.between(before, token).ends_with(['\'', '’', '‘']);
        if is_clipped { short_year(self.tokens.cased(token)) } else { None }
    }

    /// The days of the month that a word names, of the year that stands behind it or that is meant.
    pub(super) fn month_days(&self, i: usize) -> Option<Days> {
        let month = month(self.tokens, i, &self.lower(i)?)?;
        let part = Part::Month(month);
        Some(self.year_after(i).map_or_else(|| self.alone(part), |year| part.of(year)))
    }

    /// The 28th, of the month that stands near it, or else the nearest there is; the month itself reads "the 28th of May".
    pub(super) fn ordinal(&self, i: usize, word: &str) -> Option<When> {
        let day = ordinal(self.tokens, i, word)?;
        if self.before(i + 1, 0) != Some("of") {
            let near = || self.month_before(i).map_or_else(|| Some(self.nearest(i, day)), |month| day_in(month, day));
            return self.month_beside(i).map_or_else(near, |month| dated(None, month, Some(day)));
        }
        if self.is_month(i + 2) {
            return None;
        }
        // "of last month"; what is the 28th of every month is that of this one, too.
        let unit = self.before(i + 3, 0).filter(|&unit| unit == "month");
        let month = unit.and_then(|unit| self.english(i + 3, unit));
        month.map_or_else(|| Some(self.nearest(i, day)), |month| day_in(month, day))
    }

    /// The month of "next month on the 5th".
    fn month_before(&self, i: usize) -> Option<Days> {
        let at = i.checked_sub(if self.before(i, 2) == Some("on") { 3 } else { 2 })?;
        self.around("month", self.direction(at).filter(|_| self.is_at(at, &["month"]))?)
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

    /// The nearest such day of a month; of two that are as near the one that was, and of what is to come the next.
    pub(super) fn nearest(&self, i: usize, day: i64) -> When {
        let (year, month, _) = date_of(self.today);
        let from = if self.is_to_come(i) { self.today } else { i64::MIN };
        let days = (-1..=2).map(|on| Days::month(year, month + on)).filter(|month| day <= month.count());
        let days = days.map(|month| month.first + day - 1).filter(|&at| at >= from);
        let nearest = days.min_by_key(|at| (at - self.today).abs());
        When::Days(Days::one(nearest.unwrap_or(self.today))) // of two months one has 31 days
    }

    /// The day in "8th of May".
    fn day_of_month(&self, i: usize) -> Option<i64> {
        (self.before(i, 1)? == "of").then(|| self.day(i.checked_sub(2)?))?
    }
}

/// What stands beside a month's name.
struct Beside {
    day: Option<i64>,
    year: Option<i64>,
}

/// Words between a day's month and the "week" that is that of the day: "the week of the 12th of May".
const WEEK_WORDS_MAX: usize = 5;

/// What stands between two days, of which only one may have its month.
const BETWEEN_DAYS: [&str; 6] = ["to", "and", "or", "until", "till", "through"];

#[cfg(test)]
mod tests {
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::{day, days};

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
        for text in ["on the 12th floor", "for 28 days", "28일 동안 걸었어", "15일째", "3일 만에", "30일간"]
        {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
        assert_eq!(days("5월 28일에"), [day(2023, 5, 28)]);
    }

    #[test]
    fn months_have_thirds_and_directions() {
        for (text, first, last) in [
            ("in mid-June", day(2023, 6, 11), day(2023, 6, 20)),
            ("Early June is best", day(2023, 6, 1), day(2023, 6, 10)),
            ("by the end of February", day(2023, 2, 21), day(2023, 2, 28)),
            ("in late October 2021", day(2021, 10, 21), day(2021, 10, 31)),
            ("the beginning of March", day(2023, 3, 1), day(2023, 3, 10)),
            ("last May", day(2022, 5, 1), day(2022, 5, 31)),
            ("next October", day(2023, 10, 1), day(2023, 10, 31)),
            ("this March", day(2023, 3, 1), day(2023, 3, 31)),
            ("in October of last year", day(2022, 10, 1), day(2022, 10, 31)),
            ("October last year", day(2022, 10, 1), day(2022, 10, 31)),
            ("in October of 2021", day(2021, 10, 1), day(2021, 10, 31)),
            ("since Nov '21", day(2021, 11, 1), day(2021, 11, 30)),
            ("since November ’21", day(2021, 11, 1), day(2021, 11, 30)),
            ("Sept. 2021 was wet", day(2021, 9, 1), day(2021, 9, 30)),
            ("the week of May 12", day(2023, 5, 8), day(2023, 5, 14)),
            ("in the week of the 30th of March", day(2023, 3, 27), day(2023, 4, 2)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: last.last }], "{text}");
        }
        assert!(days("on 3 October last year").contains(&day(2022, 10, 3)));
    }

    #[test]
    fn days_of_months_are_spelled_out_too() {
        for (text, expected) in [
            ("on the twenty-first of April", day(2023, 4, 21)),
            ("the first of April 2021", day(2021, 4, 1)),
            ("We married on May the fourth", day(2023, 5, 4)),
            ("on April second we left", day(2023, 4, 2)),
            ("Sept 5th, 2021", day(2021, 9, 5)),
        ] {
            assert_eq!(days(text), [expected], "{text}");
        }
        assert_eq!(days("in the second half of April"), [Days::month(2023, 4)]);
    }

    #[test]
    fn who_says_something_is_no_month() {
        for text in ["April said that she is late", "I hear June told you", "Yesterday's list: May wants tea"] {
            assert!(days(text).iter().all(|days| days.count() == 1), "{text}: {:?}", days(text));
        }
        for text in ["April was cold", "In April said a poet", "since June thought is free"] {
            assert!(days(text).iter().any(|days| days.count() > 28), "{text}: {:?}", days(text));
        }
    }
}
