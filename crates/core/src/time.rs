//! Moments as people and programs write them: ISO 8601 to microseconds and back.

use crate::id::TimeUs;
use crate::words::calendar::{DAY_US, civil, day_of_date};

/// What a text says of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// With an offset: a moment.
    Moment(TimeUs),
    /// Without: what a clock shows somewhere, counted as moments are in UTC.
    Local(TimeUs),
}

/// The moment that `text` names (see [`read`]). Without an offset it is UTC.
pub fn parse(text: &str) -> Option<TimeUs> {
    read(text).map(|(Written::Moment(at) | Written::Local(at))| at)
}

/// The time that `text` names: `2023-05-08`, `2023-05-08T13:56`, `2023-05-08T13:56:00.25+09:00`, `…Z`.
pub fn read(text: &str) -> Option<Written> {
    let (date, clock) = match text.split_once(['T', 't', ' ']) {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if parts.next().is_some() || year == 0 || !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month)
    {
        return None;
    }
    let midnight = day_of_date(year, month, day) * DAY_US;
    let (of_day, offset) = clock.map_or(Some((0, None)), parse_clock)?;
    Some(match offset {
        Some(offset) => Written::Moment(midnight + of_day - offset),
        None => Written::Local(midnight + of_day),
    })
}

/// The moment in ISO 8601, in UTC, with as many digits of a second as it needs.
pub fn format(at: TimeUs) -> String {
    let (year, month, day) = civil(at);
    let of_day = at.rem_euclid(DAY_US);
    let (seconds, micros) = (of_day / 1_000_000, of_day % 1_000_000);
    let fraction = match micros {
        0 => String::new(),
        _ if micros % 1_000 == 0 => format!(".{:03}", micros / 1_000),
        _ => format!(".{micros:06}"),
    };
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{fraction}Z",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// How long after midnight that is, and how far its clock is ahead, if it says so.
fn parse_clock(clock: &str) -> Option<(TimeUs, Option<TimeUs>)> {
    let at = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(at);
    let offset = match zone {
        "" => None,
        "Z" | "z" => Some(0),
        _ => {
            let (hours, minutes) = zone[1..].split_once(':').or_else(|| zone[1..].split_at_checked(2))?;
            let (hours, minutes) = (digits(hours, 2)?, if minutes.is_empty() { 0 } else { digits(minutes, 2)? });
            if hours > 23 || minutes > 59 {
                return None;
            }
            Some((hours * 60 + minutes) * if zone.starts_with('-') { -1 } else { 1 })
        }
    };
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let (hours, minutes, seconds) =
        (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?, parts.next().map_or(Some(0), |s| digits(s, 2))?);
    let is_fraction = fraction.len() <= 9 && fraction.bytes().all(|c| c.is_ascii_digit());
    if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 59 || !is_fraction {
        return None;
    }
    let micros = digits(&format!("{fraction:0<6}")[..6], 6)?;
    let of_day = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros;
    Some((of_day, offset.map(|minutes| minutes * 60_000_000)))
}

fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|c| c.is_ascii_digit())).then(|| text.parse().ok())?
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_usual_ways_to_write_a_moment() {
        let at = 1_683_554_160_000_000;
        for text in [
            "2023-05-08T13:56:00Z",
            "2023-05-08 13:56",
            "2023-05-08T22:56:00+09:00",
            "2023-05-08T22:56:00+0900",
            "2023-05-08T13:56:00.000",
        ] {
            assert_eq!(parse(text), Some(at), "{text}");
        }
        assert_eq!(parse("2023-05-08"), Some(at - (13 * 60 + 56) * 60_000_000));
        for text in [
            "",
            "yesterday",
            "2023-13-01",
            "2023-02-29",
            "2023-05-08T24:00",
            "2023-05-08T10:00+25:00",
            "20230508",
            "2023-05-08T",
            "2023-5-8",
            "2023-05-08T10:00:00+é",
            "2023-05-08T10:00:00.1ééé",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(at in -62_135_596_800_000_000_i64..253_402_300_799_999_999) {
            prop_assert_eq!(parse(&format(at)), Some(at));
        }

        #[test]
        fn no_text_is_a_panic(text in "[0-9T:+Z. é-]{0,30}") {
            let _ = parse(&text);
        }
    }
}
