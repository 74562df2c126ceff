//! Days of a month that are spelled out: "the twenty-first", 이십일일.

use super::korean::numerals;
use super::terms::is_content;
use super::tokenizer::{Script, Tokens};

/// A day beside a month's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelled {
    /// 1 to 31.
    pub day: i64,
    /// Its first word, with the "the" before it.
    pub first: usize,
    /// Its last word.
    pub last: usize,
}

/// The English day beside the month's name that a word is: "the first of May", "May the fourth", "May twenty-first". Not where it counts something:
/// of "May first graders", and of "the second half of May", it is none.
pub fn beside(tokens: &Tokens, month: usize) -> Option<Spelled> {
    before(tokens, month).or_else(|| behind(tokens, month))
}

fn before(tokens: &Tokens, month: usize) -> Option<Spelled> {
    let last = month.checked_sub(2).filter(|_| is_at(tokens, month - 1, &["of"]))?;
    let tens =
        last.checked_sub(1).and_then(|first| Some((first, day_of(tokens, first)?))).filter(|(_, words)| words.1 > 1);
    let (first, day) = match tens {
        Some((first, (day, _))) => (first, day),
        None => (last, day_of(tokens, last)?.0),
    };
    let is_day = first.checked_sub(1).is_some_and(|at| is_at(tokens, at, &BEFORE_A_DAY));
    is_day.then_some(Spelled { day, first: first - 1, last })
}

fn behind(tokens: &Tokens, month: usize) -> Option<Spelled> {
    let first = month + 1 + usize::from(is_at(tokens, month + 1, &["the"]));
    let (day, words) = day_of(tokens, first)?;
    let last = first + words - 1;
    let next = tokens.list.get(last + 1).filter(|&&next| tokens.is_next(tokens.list[last], next));
    let counts = next.is_some_and(|&next| next.script == Script::Latin && is_content(tokens, next));
    let is_of_month = next.is_none() || !tokens.begins_sentence(tokens.list[month]); // else it may be a wish
    (!counts && is_of_month && tokens.is_next(tokens.list[month], tokens.list[month + 1])).then_some(Spelled {
        day,
        first: month + 1,
        last,
    })
}

/// The day that begins with a word, and of how many words it is.
fn day_of(tokens: &Tokens, at: usize) -> Option<(i64, usize)> {
    let word =
        |at: usize| tokens.list.get(at).filter(|token| token.script == Script::Latin).map(|&token| tokens.lower(token));
    let ordinal = |word: &str| ORDINALS.iter().position(|&name| name == word).map(|at| at as i64 + 1);
    let first = word(at)?;
    let tens = match &*first {
        "twenty" => 20,
        "thirty" => 30,
        "thirtieth" => return Some((30, 1)),
        one => return Some((ordinal(one)?, 1)),
    };
    let (token, next) = (tokens.list[at], *tokens.list.get(at + 1)?);
    let is_one = tokens.is_hyphenated(token, next) || tokens.is_next(token, next);
    let ones = ordinal(&word(at + 1)?).filter(|ones| is_one && *ones < 10)?;
    Some((tens + ones, 2)).filter(|&(day, _)| day <= 31)
}

fn is_at(tokens: &Tokens, at: usize, words: &[&str]) -> bool {
    tokens.list.get(at).is_some_and(|&token| words.contains(&&*tokens.lower(token)))
}

/// The day of a Korean word behind a month, and what follows its 일: 오일, 이십오일에.
pub fn korean(word: &str) -> Option<(i64, &str)> {
    let end =
        word.rmatch_indices('일').map(|(at, _)| at).find(|&at| numerals::chinese_number(&word[..at]).is_some())?;
    let day = numerals::chinese_number(&word[..end])? as i64;
    (1..=31).contains(&day).then_some((day, &word[end + '일'.len_utf8()..]))
}

const BEFORE_A_DAY: [&str; 5] = ["the", "on", "by", "until", "till"];
#[rustfmt::skip] // which would give each a line
const ORDINALS: [&str; 20] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth",
    "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_beside_their_month() {
        let day = |text: &str| {
            let tokens = Tokens::new(text);
            let month = tokens.list.iter().position(|&token| tokens.cased(token) == "May").unwrap();
            beside(&tokens, month).map(|spelled| spelled.day)
        };
        for (text, expected) in [
            ("the first of May", 1),
            ("on the twenty-first of May", 21),
            ("by the thirtieth of May", 30),
            ("May the fourth", 4),
            ("on May twenty first", 21),
            ("We met on May second, at noon", 2),
        ] {
            assert_eq!(day(text), Some(expected), "{text}");
        }
        for text in [
            "the second half of May",
            "May the fourth runner win",
            "May the first be with you",
            "our May first graders",
            "the first week of May",
            "the thirty-second of May",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn korean_days_are_numbers_with_their_unit() {
        for (word, expected) in [
            ("오일", (5, "")),
            ("이십오일에", (25, "에")),
            ("일일", (1, "")),
            ("이십일일", (21, "")),
            ("십일", (10, "")),
        ] {
            assert_eq!(korean(word), Some(expected), "{word}");
        }
        for word in ["일", "생일", "삼십이일", "매일", "오이"] {
            assert_eq!(korean(word), None, "{word}");
        }
    }
}
