//! Stretches of days, counted from today.

use super::reader::Reader;
use crate::words::calendar::{Days, date_of, weekday};

/// Days by which "two weeks ago" may be off.
const WEEKS_AGO_DAYS: i64 = 3;

/// Units further back than this are not a time that anybody remembers.
const AGO_MAX: i64 = 200;

impl Reader<'_> {
    /// The unit of time that goes before, is, or comes after the one today is in.
    pub(super) fn around(&self, unit: &str, on: i64) -> Option<Days> {
        let (year, month, _) = date_of(self.today);
        match unit {
            "week" => Some(Days::week(self.today, on)),
            "weekend" => Some(Days::weekend(self.today, on)),
            "month" => Some(Days::month(year, month + on)),
            "year" => Some(Days::year(year + on)),
            _ => None,
        }
    }

    /// The unit of time that was so many before today.
    pub(super) fn ago(&self, unit: &str, count: i64) -> Option<Days> {
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
    pub(super) fn weekday(&self, wanted: i64, on: i64) -> Days {
        let today = weekday(self.today);
        Days::one(match on {
            -1 => self.today - ((today - wanted - 1).rem_euclid(7) + 1),
            0 => self.today + (wanted - today).rem_euclid(7),
            _ => Days::week(self.today, 1).first + wanted,
        })
    }
}
