//! Dates in digits: 2023-05-08, 12/25/2024, 5/2025, 2019-2021; and a year alone.

use super::calendar::is_date;
use super::tokenizer::Tokens;

/// A date written 2023-05-08 or 2023/5/8 or 2023.5.8.
pub fn iso(word: &str) -> Option<(i64, i64, i64)> {
    let mut parts = word.split(['-', '/', '.']).map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    (parts.next().is_none() && (1900..2200).contains(&year) && is_date(Some(year), month, day))
        .then_some((year, month, day))
}

/// The date of a moment in lower case, as programs write it: 2023-05-08t10:30, of which a word ends at the first colon.
pub fn moment(word: &str) -> Option<(i64, i64, i64)> {
    if !word.starts_with(['1', '2']) {
        return None; // as nearly every word
    }
    let (date, clock) = word.split_once('t')?;
    let is_clock = clock.len() >= 2 && clock.bytes().all(|c| c.is_ascii_digit());
    iso(date).filter(|_| is_clock && date.len() == "2023-05-08".len() && date.contains('-'))
}

/// The dates that a number may be: [`iso`], 12/25/2024, 25/12/2024, 25.12.2024, 12/25/24. Two of 3/4/2024, which is March here and April there.
/// A year of two digits `may_be_short` where the other two numbers can be in either order, too.
fn in_digits(word: &str, may_be_short: bool) -> [Option<(i64, i64, i64)>; 2] {
    let of = |separator| {
        let mut parts = word.split(separator);
        Some((two_digits(parts.next()?)?, two_digits(parts.next()?)?, parts.next().filter(|_| parts.next().is_none())?))
    };
    if let Some(date) = iso(word) {
        return [Some(date), None];
    }
    let Some((separator, (one, other, end))) = ['/', '.', '-'].into_iter().find_map(|by| Some((by, of(by)?))) else {
        return [None; 2];
    };
    // Of two digits each only those that begin with the month and can be nothing else.
    let is_short = separator == '/' && end.len() == 2 && (may_be_short || one <= 12 && other > 12);
    let date = |month: i64, day: i64| {
        let year = if is_short { short_year(end) } else { year(end) }?;
        is_date(Some(year), month, day).then_some((year, month, day))
    };
    let (month_first, day_first) = (date(one, other), date(other, one));
    match separator {
        '.' => [day_first.or(month_first), None],
        _ if month_first == day_first => [month_first, None],
        _ => [month_first.or(day_first), month_first.and(day_first)],
    }
}

/// The dates that a number in a text may be: see [`in_digits`]. The parts of a version are none: version 3.4.2021.
pub fn written(tokens: &Tokens, i: usize, word: &str) -> [Option<(i64, i64, i64)>; 2] {
    if word.contains('.') && is_numbered(tokens, i) {
        return [None; 2];
    }
    in_digits(word, is_behind_one_of(tokens, i, &ALWAYS_BEFORE_A_DATE))
}

/// Whether a number is that of a version, a page or a room.
pub fn is_numbered(tokens: &Tokens, i: usize) -> bool {
    let Some(before) = i.checked_sub(1).map(|at| tokens.list[at]) else { return false };
    is_behind_one_of(tokens, i, &BEFORE_A_NUMBER)
        || tokens.is_joined(before, tokens.list[i]) && tokens.cased(before).eq_ignore_ascii_case("v")
}

fn is_behind_one_of(tokens: &Tokens, i: usize, words: &[&str]) -> bool {
    i.checked_sub(1).is_some_and(|at| words.contains(&&*tokens.lower(tokens.list[at])))
}

/// The year and the month of 5/2025, of 2025-05 and of 2025/05. 2010-11 may as well be the school year of 2010 and 2011.
pub fn month_of_year(word: &str) -> Option<(i64, i64)> {
    let (one, other) = word.split_once(['/', '-'])?;
    let (month, year) = match year(one) {
        Some(year) => (two_digits(other).filter(|month| other.len() == 2 && *month != (year + 1) % 100)?, year),
        None if word.contains('/') => (two_digits(one)?, year(other)?),
        None => return None,
    };
    (1..=12).contains(&month).then_some((year, month))
}

/// The first and the last of some years: 2019-2021.
pub fn years(word: &str) -> Option<(i64, i64)> {
    let (first, last) = word.split_once('-')?;
    Some((year(first)?, year(last)?)).filter(|(first, last)| first < last)
}

/// A number of one or two digits.
pub fn two_digits(word: &str) -> Option<i64> {
    (word.len() <= 2 && word.bytes().all(|c| c.is_ascii_digit())).then(|| word.parse().ok())?
}

/// The year of four digits, or of the last two: the nearest such year there was when most of what is remembered was said.
pub fn short_year(word: &str) -> Option<i64> {
    let short = || two_digits(word).filter(|_| word.len() == 2);
    year(word).or_else(|| short().map(|year| if year < CENTURY_TURN { 2000 + year } else { 1900 + year }))
}

/// From here on two digits are a year of the last century.
const CENTURY_TURN: i64 = 50;

/// The year that a number of four digits names.
pub fn year(word: &str) -> Option<i64> {
    (word.len() == 4).then(|| word.parse().ok()).flatten().filter(|year| (1900..2100).contains(year))
}

/// What stands before a date in digits, and before nothing else that looks like one.
pub const ALWAYS_BEFORE_A_DATE: [&str; 4] = ["on", "until", "till", "since"];
/// What stands before the number of a thing that has one, which is no date.
#[rustfmt::skip] // which would give each a line
const BEFORE_A_NUMBER: [&str; 20] = [
    "version", "ver", "release", "build", "firmware", "page", "pages", "chapter", "room", "pin", "no", "number", "case", "ticket",
    "invoice", "버전", "릴리스", "펌웨어", "쪽", "방",
];
