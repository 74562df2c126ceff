//! Times that are meant from today, in English: "yesterday", "last week", "two months ago".

use super::reader::Reader;
use crate::words::calendar::Days;
use std::ops::Range;

impl Reader<'_> {
    pub(super) fn english(&self, i: usize, word: &str) -> Option<Days> {
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
                self.ago(unit, count_of(count)?)
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

    /// The words of a time that ends with this one.
    pub(super) fn english_words(&self, i: usize, word: &str) -> Range<usize> {
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
}

fn count_of(word: &str) -> Option<i64> {
    let spelled = || COUNTS.iter().find(|&&(name, _)| name == word).map(|&(_, count)| count);
    word.parse().ok().or_else(spelled)
}

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
