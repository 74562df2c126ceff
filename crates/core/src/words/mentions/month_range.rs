//! Stretches from one month to another: "from March to May", 3월부터 5월까지.

use super::When;
use super::korean::year_counted;
use super::parts::DECEMBER;
use super::range::stretch;
use super::reader::{Reader, whole_month};
use super::tense::Tense;
use crate::words::calendar::{Days, date_of};
use crate::words::dates::{korean_month, month_named};
use crate::words::tokenizer::Script;
use crate::words::written::short_year;

/// A month at one end, and its year if one is named.
#[derive(Clone, Copy)]
struct End {
    year: Option<i64>,
    month: i64,
}

/// Both ends, and the word behind them.
type Ends = (End, End, usize);

impl Reader<'_> {
    /// The months that begin with a word, and the word behind them.
    pub(super) fn month_range(&self, i: usize) -> Option<(When, usize)> {
        let (first, last, next) = match self.tokens.list[i].script {
            Script::Latin => self.english_months(i),
            Script::Number | Script::Hangul => self.korean_months(i),
            Script::Other => None,
        }?;
        Some((self.months_between(i, first, last)?, next))
    }

    fn months_between(&self, i: usize, first: End, last: End) -> Option<When> {
        let is_over_new_year = i64::from(last.month <= first.month);
        let near = || {
            if self.is_ahead(i) || self.is_to_come(i) {
                return date_of(whole_month(last.month).coming_on(self.today).first).0 - is_over_new_year;
            }
            let year = date_of(whole_month(first.month).said_on(self.today).first).0;
            let is_yet_to_end = Days::month(year + is_over_new_year, last.month).first > self.today;
            year - i64::from(is_yet_to_end && (self.tense(i) == Some(Tense::Past) || self.is_past(i)))
        };
        let year = first.year.or_else(|| Some(last.year? - is_over_new_year)).unwrap_or_else(near);
        let last_year = last.year.unwrap_or(year + is_over_new_year);
        stretch(Days::month(year, first.month).first, Days::month(last_year, last.month).last)
    }

    /// "March to May", "Nov 2022 - Feb 2023", "June to August last year".
    fn english_months(&self, i: usize) -> Option<Ends> {
        let (first, behind) = self.english_month(i)?;
        let (last, next) = self.english_month(self.other_end(i, behind)?)?;
        let is_of_days = i.checked_sub(1).is_some_and(|at| self.day(at).is_some());
        if is_of_days || self.is_moved(i) {
            return None;
        }
        let beside = || {
            let behind = self.year_counted_at(next + 1).map(|year| (year, next + 2));
            behind.or_else(|| Some((self.year_before(i)?, next)))
        };
        match beside().filter(|_| first.year.or(last.year).is_none()) {
            Some((year, next)) => Some((End { year: Some(year), ..first }, last, next)),
            None => Some((first, last, next)),
        }
    }

    /// A month at one end. Written large it is one, also where it opens a sentence and could be another word: that there is a month at either end shows
    /// what is meant by both.
    fn month_of_range(&self, at: usize) -> Option<i64> {
        let token = *self.tokens.list.get(at).filter(|token| token.script == Script::Latin)?;
        match self.tokens.cased(token).starts_with(char::is_uppercase) {
            true => month_named(&self.tokens.lower(token)),
            false => self.month_at(at),
        }
    }

    fn english_month(&self, at: usize) -> Option<(End, usize)> {
        let month = self.month_of_range(at)?;
        let year = self.year(at + 1);
        let next = at + 1 + usize::from(year.is_some());
        self.day(at + 1).is_none().then_some((End { year, month }, next))
    }

    /// 3월부터 5월까지, 3~5월, 작년 11월부터 올해 2월까지.
    fn korean_months(&self, i: usize) -> Option<Ends> {
        let (year, at) = self.korean_year_before(i);
        let end = |month: i64| End { year, month };
        if let Some((first, last)) = self.hyphenated(at) {
            let is_month =
                last <= DECEMBER && self.hangul(at + 1).and_then(|unit| unit.strip_prefix('월')).is_some_and(is_end);
            return is_month.then_some((end(first), end(last), at + 2));
        }
        let (first, behind, is_out_of) = self.korean_beginning(at)?;
        let (year_of_last, at) = self.korean_year_before(behind);
        let (last, rest, next) = self.korean_month_at(at)?;
        let is_end = if is_out_of {
            rest.starts_with("까지") || self.is_at(next, &["사이", "사이에"])
        } else {
            is_end(rest)
        };
        is_end.then_some((end(first), End { year: year_of_last, month: last }, next))
    }

    /// The month of the first end, the word behind it, and whether it is only said to be out of it (3월에서), which may be a change.
    fn korean_beginning(&self, at: usize) -> Option<(i64, usize, bool)> {
        if let Some((month, rest, next)) = self.korean_month_at(at) {
            let is_from = rest == "부터" || rest.is_empty() && self.has_dash_before(next);
            return (is_from || rest == "에서").then_some((month, next, rest == "에서"));
        }
        // Of 3~5월 the unit stands at the other end.
        let month = self.before(at, 0)?.parse().ok().filter(|month| (1..=DECEMBER).contains(month))?;
        (self.tokens.list[at].script == Script::Number && self.has_dash_before(at + 1)).then_some((
            month,
            at + 1,
            false,
        ))
    }

    /// A month without a day, what follows its 월 in that word, and the word behind.
    fn korean_month_at(&self, at: usize) -> Option<(i64, &str, usize)> {
        let (month, rest, next) = match self.tokens.list.get(at)?.script {
            Script::Number => {
                let month = self.before(at, 0)?.parse().ok().filter(|month| (1..=DECEMBER).contains(month))?;
                (month, self.hangul(at + 1)?.strip_prefix('월')?, at + 2)
            }
            Script::Hangul => {
                let (month, rest) = korean_month(self.hangul(at)?)?;
                (month, rest, at + 1)
            }
            Script::Latin | Script::Other => return None,
        };
        let is_of_day = self.day(next).is_some() && self.hangul(next + 1).is_some_and(|unit| unit.starts_with('일'));
        (!is_of_day).then_some((month, rest, next))
    }

    /// The year that stands there, and the word behind it: 2025년, 작년.
    pub(super) fn korean_year_before(&self, i: usize) -> (Option<i64>, usize) {
        match (self.hangul(i).and_then(year_counted), self.hangul(i + 1)) {
            (Some(on), _) => (Some(date_of(self.today).0 + on), i + 1),
            (None, Some("년")) => (self.before(i, 0).and_then(short_year), i + 2),
            (None, _) => (None, i),
        }
    }
}

/// Whether the last month of a range may end so: 5월까지, 5월에, 5월.
fn is_end(rest: &str) -> bool {
    matches!(rest, "" | "까지" | "까지는" | "까지만" | "에" | "에는" | "에만" | "의")
}

#[cfg(test)]
mod tests {
    use crate::words::calendar::{DAY_US, Days};
    use crate::words::mentions::tests::{AT, day, days};
    use crate::words::{Tokens, mentions::mentioned};

    /// All from Monday, 8 May 2023.
    #[test]
    fn months_have_ranges() {
        for (text, first, last) in [
            ("The course ran from February to April", day(2023, 2, 1), day(2023, 4, 30)),
            ("June through August 2022", day(2022, 6, 1), day(2022, 8, 31)),
            ("between November 2021 and March 2022 we rented", day(2021, 11, 1), day(2022, 3, 31)),
            ("Oct-Dec 2020", day(2020, 10, 1), day(2020, 12, 31)),
            ("March to April", day(2023, 3, 1), day(2023, 4, 30)),
            ("March through April was wet", day(2023, 3, 1), day(2023, 4, 30)),
            ("Mar-May 2021", day(2021, 3, 1), day(2021, 5, 31)),
            ("May - July 2022", day(2022, 5, 1), day(2022, 7, 31)),
            ("from June to August last year", day(2022, 6, 1), day(2022, 8, 31)),
            ("we will be there from June to August next year", day(2024, 6, 1), day(2024, 8, 31)),
            ("I worked there from June to September", day(2022, 6, 1), day(2022, 9, 30)),
            ("I rented it from April to June", day(2022, 4, 1), day(2022, 6, 30)),
            ("4월부터 6월까지 빌렸어", day(2022, 4, 1), day(2022, 6, 30)),
            ("지난해 3월부터 5월까지", day(2022, 3, 1), day(2022, 5, 31)),
            ("last year from March to May", day(2022, 3, 1), day(2022, 5, 31)),
            ("next year from March to May", day(2024, 3, 1), day(2024, 5, 31)),
            ("the pool closes from November to February", day(2023, 11, 1), day(2024, 2, 29)),
            ("3월부터 5월까지 배웠어", day(2023, 3, 1), day(2023, 5, 31)),
            ("작년 11월부터 올해 2월까지", day(2022, 11, 1), day(2023, 2, 28)),
            ("2021년 4월~6월", day(2021, 4, 1), day(2021, 6, 30)),
            ("2~4월에 바빴어", day(2023, 2, 1), day(2023, 4, 30)),
            ("2-4월에 바빴어", day(2023, 2, 1), day(2023, 4, 30)),
            ("삼월부터 유월까지", day(2023, 3, 1), day(2023, 6, 30)),
            ("2월에서 4월까지", day(2023, 2, 1), day(2023, 4, 30)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: last.last }], "{text}");
        }
        for text in ["the fair was moved from March to April", "3월에서 5월로 옮겼어", "March and April"] {
            assert!(days(text).iter().all(|days| days.count() <= 31), "{text}: {:?}", days(text));
        }
        assert_eq!(days("2월 3일부터 9일까지").len(), 1);
    }

    #[test]
    fn a_bare_month_goes_by_the_tense() {
        let in_november = |text: &str| mentioned(&Tokens::new(text), AT + 190 * DAY_US);
        for text in ["We move in January", "I might start there in January", "the lease ends in January"] {
            assert_eq!(in_november(text), [Days::month(2024, 1)], "{text}");
        }
        for text in ["We moved in January", "She was ill in January", "1월에 이사했어"] {
            assert_eq!(in_november(text), [Days::month(2023, 1)], "{text}");
        }
        assert_eq!(in_november("1월에 이사할 거야"), [Days::month(2024, 1)]);
    }
}
