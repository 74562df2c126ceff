//! Holidays by their names, of the year or from the side that stands beside them.

use super::When;
use super::korean::year_counted;
use super::reader::Reader;
use crate::words::calendar::{Days, date_of};
use crate::words::holidays::{self, Holiday};
use crate::words::written::year;

/// How far ahead a holiday may be for it to be meant, and not the one before: what is told is told more often of what was.
const HOLIDAY_AHEAD_DAYS: i64 = 150;

impl Reader<'_> {
    /// A holiday's name, and whatever year or direction stands beside it.
    pub(super) fn holiday(&self, i: usize, word: &str) -> Option<When> {
        let (holiday, words) = holidays::named(self.tokens, i, word)?;
        match (holiday, self.year_of_holiday(i, words), self.direction(i)) {
            (_, Some(year), _) => holiday.day_in(year).map(|day| When::Days(Days::one(day))),
            (Holiday::Fixed(month, day), None, None) => Some(When::Yearly { month, first: day, last: day }),
            (_, None, on) => self.around_holiday(i, holiday, on).map(|day| When::Days(Days::one(day))),
        }
    }

    /// A holiday that is on another day each year: its days are found out from where one stands.
    pub(super) fn lunar(&self, i: usize, word: &str) -> Option<Days> {
        holidays::named(self.tokens, i, word).filter(|(holiday, _)| holiday.date().is_none())?;
        if self.is_repeated(i) {
            return None;
        }
        match self.holiday(i, word)? {
            When::Days(days) => Some(days),
            When::Yearly { .. } => None,
        }
    }

    fn year_of_holiday(&self, i: usize, words: usize) -> Option<i64> {
        let named = || self.before(i, 1).filter(|unit| *unit == "년").and(self.before(i, 2)).and_then(year);
        let counted = || Some(date_of(self.today).0 + year_counted(self.hangul(i.checked_sub(1)?)?)?);
        let beside = || self.year_after(i + words - 1).or_else(|| self.year_before(i));
        self.year(i + words).or_else(|| self.year(i + words + 1)).or_else(named).or_else(counted).or_else(beside)
    }

    fn around_holiday(&self, i: usize, holiday: Holiday, on: Option<i64>) -> Option<i64> {
        let (year, _, _) = date_of(self.today);
        let mut days = (year - 1..=year + 1).filter_map(|year| holiday.day_in(year));
        match on {
            Some(-1) => days.rfind(|&day| day < self.today),
            Some(1) => days.find(|&day| day > self.today),
            None if self.is_to_come(i) => days.find(|&day| day >= self.today),
            _ => days.rfind(|&day| day <= self.today + HOLIDAY_AHEAD_DAYS),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::words::calendar::DAY_US;
    use crate::words::mentions::tests::{AT, day, days};
    use crate::words::{Tokens, mentions::mentioned};

    #[test]
    fn holidays_are_days() {
        for (text, expected) in [
            ("We met at Christmas", day(2022, 12, 25)),
            ("Christmas 2020 was quiet", day(2020, 12, 25)),
            ("2020 Christmas was quiet", day(2020, 12, 25)),
            ("next Halloween", day(2023, 10, 31)),
            ("last Halloween", day(2022, 10, 31)),
            ("2021년 크리스마스에", day(2021, 12, 25)),
            ("작년 어린이날에", day(2022, 5, 5)),
            ("어린이날에 갔어", day(2023, 5, 5)),
            ("추석에 내려갔어", day(2023, 9, 29)),
            ("지난 추석에", day(2022, 9, 10)),
            ("설날에 받았어", day(2023, 1, 22)),
            ("내년 설날", day(2024, 2, 10)),
            ("We ate too much at Thanksgiving", day(2022, 11, 24)),
            ("Thanksgiving 2021 was quiet", day(2021, 11, 25)),
            ("on Black Friday 2022", day(2022, 11, 25)),
            ("last Easter", day(2023, 4, 9)),
            ("Good Friday 2024", day(2024, 3, 29)),
            ("Mother's Day 2022", day(2022, 5, 8)),
            ("next Labor Day", day(2023, 9, 4)),
            ("작년 부활절에", day(2022, 4, 17)),
            ("Lunar New Year 2024", day(2024, 2, 10)),
        ] {
            let found = days(text);
            assert!(found.contains(&expected), "{text}: {found:?}");
        }
        for (text, expected) in [
            ("on New Year's Eve 2021 we danced", day(2021, 12, 31)),
            ("Easter Monday 2022", day(2022, 4, 18)),
            ("New Year's Eve of last year", day(2022, 12, 31)),
            ("지난해 추석에", day(2022, 9, 10)),
            ("작년 설에 뵀어", day(2022, 2, 1)),
            ("3.1절에 걸었어", day(2023, 3, 1)),
        ] {
            assert_eq!(days(text), [expected], "{text}");
        }
        let december = AT + 232 * DAY_US;
        let new_year = mentioned(&Tokens::new("see you on New Year's Day"), december);
        assert_eq!(new_year, [day(2024, 1, 1)], "said on 26 December");
    }
}
