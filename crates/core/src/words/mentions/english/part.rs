//! Parts of months and years, in English: "early", "summer of last year", "Q3", "the 1990s".

use super::weekday::nth;
use crate::words::calendar::Days;
use crate::words::dates::month;
use crate::words::mentions::parts::{Part, Third};
use crate::words::mentions::reader::Reader;
use crate::words::written::year;

impl Reader<'_> {
    /// The month or the season of "May last year" and "summer of last year".
    pub(super) fn part_before(&self, first: usize) -> Option<Part> {
        let at = first.checked_sub(if self.before(first, 1) == Some("of") { 2 } else { 1 })?;
        let word = self.tokens.lower(*self.tokens.list.get(at)?);
        month(self.tokens, at, &word).map(Part::Month).or_else(|| season(&word))
    }

    /// The third that stands before a month or a year: "early", "the middle of".
    pub fn third_before(&self, i: usize) -> Option<Third> {
        match &*self.lower(i.checked_sub(1)?)? {
            "early" => Some(Third::First),
            "mid" => Some(Third::Middle),
            "late" => Some(Third::Last),
            "of" => match &*self.lower(i.checked_sub(2)?)? {
                "beginning" | "start" => Some(Third::First),
                "middle" => Some(Third::Middle),
                "end" => Some(Third::Last),
                _ => None,
            },
            _ => None,
        }
    }

    /// The part of a year that stands before it: "early", and as of a month "the end of".
    pub fn third_of_year_before(&self, i: usize) -> Option<Part> {
        let third = self.third_before(i)?;
        Some(if self.before(i, 1) == Some("of") { third.of_year() } else { Part::Third(third) })
    }

    /// A season, a quarter or a half of a year, and decades.
    pub fn english_part(&self, i: usize, word: &str) -> Option<Days> {
        if let Some(season) = season(word) {
            let year = self.year_after(i).map(|year| season.of(year));
            return year.or_else(|| self.towards(season, self.direction(i)?));
        }
        match (word, word.as_bytes()) {
            ("quarter", _) => match nth(self.before(i, 1)?) {
                Some(nth @ 1..=4) => Some(Part::Quarter(nth).of(self.year_after(i)?)),
                _ => self.around(word, self.direction(i)?),
            },
            ("half", _) => {
                let half = nth(self.before(i, 1)?).filter(|half| (1..=2).contains(half))?;
                Some(Part::Half(half).of(self.year_after(i)?))
            }
            (_, &[b'q', quarter @ b'1'..=b'4']) => self.short_part(i, Part::Quarter(i64::from(quarter - b'0'))),
            (_, &[b'h', half @ b'1'..=b'2']) => self.short_part(i, Part::Half(i64::from(half - b'0'))),
            (_, &[.., b'0', b's']) => decade(word, self.before(i, 1) == Some("the")),
            _ => None,
        }
    }

    /// "Q3" of the year beside it; alone only where a time is expected, since it may be a question, too.
    fn short_part(&self, i: usize, part: Part) -> Option<Days> {
        let year = self.year_after(i).or_else(|| self.before(i, 1).and_then(year));
        let is_time = || self.before(i, 1).is_some_and(|before| BEFORE_A_PART.contains(&before));
        match (year, self.direction(i)) {
            (Some(year), _) => Some(part.of(year)),
            (None, Some(on)) => self.towards(part, on),
            (None, None) => is_time().then(|| self.alone(part)),
        }
    }
}

fn season(word: &str) -> Option<Part> {
    match word {
        "spring" => Some(Part::Season(0)),
        "summer" => Some(Part::Season(1)),
        "autumn" | "fall" => Some(Part::Season(2)),
        "winter" => Some(Part::Season(3)),
        _ => None,
    }
}

/// The ten years of "1990s"; of "90s" if they are `the` ones, and not those of somebody's life.
fn decade(word: &str, has_the: bool) -> Option<Days> {
    let first = match word.strip_suffix('s')? {
        tens if tens.len() == 2 && has_the => 1900 + tens.parse::<i64>().ok().filter(|tens| *tens >= OLDEST_DECADE)?,
        digits => year(digits)?,
    };
    Some(Days { first: Days::year(first).first, last: Days::year(first + 9).last })
}

/// The oldest decade that goes without its century.
pub const OLDEST_DECADE: i64 = 50;
const BEFORE_A_PART: [&str; 9] = ["in", "by", "during", "for", "of", "since", "until", "through", "end"];

#[cfg(test)]
mod tests {
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::{day, days};

    #[test]
    fn parts_of_years_are_stretches_of_months() {
        for (text, first, last) in [
            ("In the summer of 2022 we sailed", day(2022, 6, 1), day(2022, 8, 31)),
            ("spring 2021", day(2021, 3, 1), day(2021, 5, 31)),
            ("the winter of 2021", day(2021, 12, 1), day(2022, 2, 28)),
            ("last summer", day(2022, 6, 1), day(2022, 8, 31)),
            ("last winter", day(2022, 12, 1), day(2023, 2, 28)),
            ("next fall", day(2023, 9, 1), day(2023, 11, 30)),
            ("this spring", day(2023, 3, 1), day(2023, 5, 31)),
            ("summer of last year", day(2022, 6, 1), day(2022, 8, 31)),
            ("Q3 2022 went well", day(2022, 7, 1), day(2022, 9, 30)),
            ("The launch is in Q3", day(2023, 7, 1), day(2023, 9, 30)),
            ("by Q4", day(2023, 10, 1), day(2023, 12, 31)),
            ("the third quarter of 2022", day(2022, 7, 1), day(2022, 9, 30)),
            ("last quarter", day(2023, 1, 1), day(2023, 3, 31)),
            ("the first half of 2020", day(2020, 1, 1), day(2020, 6, 30)),
            ("in the second half of the year", day(2023, 7, 1), day(2023, 12, 31)),
            ("early 2022", day(2022, 1, 1), day(2022, 4, 30)),
            ("since late last year", day(2022, 9, 1), day(2022, 12, 31)),
            ("at the end of last year", day(2022, 12, 1), day(2022, 12, 31)),
            ("by the end of the year", day(2023, 12, 1), day(2023, 12, 31)),
            ("at the beginning of 2021", day(2021, 1, 1), day(2021, 1, 31)),
            ("at the end of this month", day(2023, 5, 21), day(2023, 5, 31)),
            ("at the beginning of the month", day(2023, 5, 1), day(2023, 5, 10)),
            ("in the 1990s", day(1990, 1, 1), day(1999, 12, 31)),
            ("music of the 80s", day(1980, 1, 1), day(1989, 12, 31)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: last.last }], "{text}");
        }
        for text in [
            "I like spring",
            "half of them",
            "in the third quarter they scored",
            "Q1: what is it?",
            "people in their 60s",
        ] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }
}
