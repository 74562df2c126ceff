//! Times of the day in the one way in which they are indexed: 오후 3시, 3pm, "3 p.m." and 15:00 are 15:00.

use super::korean::stem;
use super::numbers::following;
use super::{Script, Token, Tokens};

/// Minutes of 반.
const HALF_AN_HOUR: u32 = 30;

/// Half of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
    /// From the evening until late: twelve is midnight.
    Night,
}

impl Half {
    /// The hour from 0 to 23 of one on the dial.
    fn hour(self, dial: u32) -> u32 {
        match (self, dial) {
            (Self::Morning | Self::Night, 12) => 0,
            (Self::Afternoon, 1..12) | (Self::Night, 6..12) => dial + 12,
            _ => dial,
        }
    }
}

/// A time as it is written.
struct Written {
    hour: u32,
    /// None if none are said.
    minute: Option<u32>,
    half: Option<Half>,
    /// The number of its last word.
    last: usize,
}

impl Written {
    /// In digits; nothing if it may as well be one of the other half of the day, and says no more than its hour.
    fn digits(&self) -> Option<String> {
        let hour = self.half.map_or(self.hour, |half| half.hour(self.hour));
        let is_told = self.half.is_some() || self.minute.is_some() || self.hour > 12;
        let minute = self.minute.unwrap_or_default();
        (is_told && self.hour < 24 && minute < 60).then(|| format!("{hour}:{minute:02}"))
    }
}

/// The hour and the minute of a time with a colon.
pub fn parse(word: &str) -> Option<(u32, u32)> {
    let (hour, minute) = word.split_once(':')?;
    let is_time = (1..=2).contains(&hour.len()) && minute.len() == 2;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (is_time && hour < 24 && minute < 60).then_some((hour, minute))
}

/// The time of the day that begins with a word, if it is written with more than a colon: the number of its last word, and how it is in digits.
pub fn read(tokens: &Tokens, at: usize) -> Option<(usize, String)> {
    let token = tokens.list[at];
    let written = match token.script {
        Script::Number => english(tokens, at).or_else(|| korean(tokens, at)),
        Script::Latin if tokens.cased(token).as_bytes()[0].is_ascii_digit() => english(tokens, at),
        Script::Hangul if tokens.cased(token).starts_with(HOURS_BEGIN) => korean(tokens, at),
        Script::Latin | Script::Hangul | Script::Other => None,
    }?;
    Some((written.last, written.digits()?))
}

/// 3pm, 3 pm, 3:30 p.m.
fn english(tokens: &Tokens, at: usize) -> Option<Written> {
    let word = tokens.lower(tokens.list[at]);
    let (number, half) = word.split_at(word.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(word.len()));
    let (half, last) = if half.is_empty() { half_behind(tokens, at)? } else { half_of(tokens, half, at)? };
    let (hour, minute) = match parse(number) {
        Some((hour, minute)) => (hour, Some(minute)),
        None => (number.parse().ok()?, None),
    };
    (1..=12).contains(&hour).then_some(Written { hour, minute, half: Some(half), last })
}

fn half_behind(tokens: &Tokens, at: usize) -> Option<(Half, usize)> {
    let next = following(tokens, at).filter(|next| next.script == Script::Latin)?;
    half_of(tokens, &tokens.lower(next), at + 1)
}

/// What "am" or "pm" says, or what "a" or "p" does with an "m" behind a full stop; and the number of its last word.
fn half_of(tokens: &Tokens, word: &str, at: usize) -> Option<(Half, usize)> {
    let is_stopped = || {
        let next = tokens.list.get(at + 1)?;
        let both = tokens.from_to(tokens.list[at], *next);
        both.to_ascii_lowercase().ends_with(&format!("{word}.m")).then_some(at + 1)
    };
    let last = if word.len() == 1 { is_stopped()? } else { at };
    match word {
        "a" | "am" => Some((Half::Morning, last)),
        "p" | "pm" => Some((Half::Afternoon, last)),
        _ => None,
    }
}

/// 오후 3시, 오후 3:30, 저녁 여섯 시 반, 15시.
fn korean(tokens: &Tokens, at: usize) -> Option<Written> {
    let (hour, minute, last) = dial(tokens, at)?;
    let half = at.checked_sub(1).and_then(|before| half_before(tokens, tokens.list[before], tokens.list[at]));
    let is_in_words = tokens.list[at].script == Script::Hangul;
    let is_written = tokens.list[at].script == Script::Number && last == at && half.is_none();
    // Alone, 세시 is half of another word, and 3:30 stands for itself.
    let is_none = is_written || is_in_words && half.is_none() && minute.is_none();
    (!is_none).then_some(Written { hour, minute, half, last })
}

fn half_before(tokens: &Tokens, before: Token, token: Token) -> Option<Half> {
    if before.script != Script::Hangul || !(tokens.is_next(before, token) || tokens.is_joined(before, token)) {
        return None;
    }
    match stem(tokens.cased(before)) {
        "오전" | "아침" | "새벽" => Some(Half::Morning),
        "오후" | "저녁" | "낮" | "점심" => Some(Half::Afternoon),
        "밤" => Some(Half::Night),
        _ => None,
    }
}

/// The hour and the minute from a word on, and the number of the last one.
fn dial(tokens: &Tokens, at: usize) -> Option<(u32, Option<u32>, usize)> {
    let word = tokens.cased(tokens.list[at]);
    if let Some((hour, minute)) = parse(word) {
        return Some((hour, Some(minute), at));
    }
    let hangul = |at| following(tokens, at).filter(|next| next.script == Script::Hangul).map(|next| tokens.cased(next));
    let (hour, rest, last) = match word.split_once('시') {
        Some((hour, rest)) => (hour_of(hour)?, rest, at),
        None => (hour_of(word)?, hangul(at)?.strip_prefix('시')?, at + 1),
    };
    if rest.starts_with('간') {
        return None;
    }
    if rest.starts_with('반') {
        return Some((hour, Some(HALF_AN_HOUR), last));
    }
    if rest.is_empty() && hangul(last).is_some_and(|next| stem(next) == "반") {
        return Some((hour, Some(HALF_AN_HOUR), last + 1));
    }
    let minutes = following(tokens, last).filter(|next| next.script == Script::Number && rest.is_empty());
    let minute = minutes.filter(|_| hangul(last + 1).is_some_and(|unit| unit.starts_with('분')));
    let minute = minute.and_then(|minute| tokens.cased(minute).parse().ok());
    Some((hour, minute, if minute.is_some() { last + 2 } else { last }))
}

/// The hour that digits or a Korean number say.
fn hour_of(word: &str) -> Option<u32> {
    let in_words = || HOURS.iter().position(|hour| *hour == word).map(|at| at as u32 + 1);
    word.parse().ok().filter(|hour| (1..24).contains(hour)).or_else(in_words)
}

/// With what Korean numbers of hours begin.
const HOURS_BEGIN: [char; 9] = ['한', '두', '세', '네', '다', '여', '일', '아', '열'];

const HOURS: [&str; 12] = ["한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두"];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let tokens = Tokens::new(text);
        (0..tokens.list.len()).filter_map(|at| super::read(&tokens, at)).map(|(_, digits)| digits).collect()
    }

    #[test]
    fn times_are_read_however_they_are_written() {
        for (text, digits) in [
            ("오후 3시에", "15:00"),
            ("오후 세 시에", "15:00"),
            ("오후 세시", "15:00"),
            ("저녁 7시 반에", "19:30"),
            ("저녁 7시반", "19:30"),
            ("오전 9시 20분까지", "9:20"),
            ("15시 회의", "15:00"),
            ("8시 반", "8:30"),
            ("밤 12시", "0:00"),
            ("낮 12시", "12:00"),
            ("오후 3:05", "15:05"),
            ("at 3pm", "15:00"),
            ("at 3 PM", "15:00"),
            ("at 3:05 p.m.", "15:05"),
            ("3p.m. sharp", "15:00"),
            ("12am", "0:00"),
            ("9:20am", "9:20"),
        ] {
            assert_eq!(read(text), [digits], "{text}");
        }
        for text in ["3시에", "세시", "오후 3시간", "15:00", "3 people", "mp3 am", "25시", "3 a.b.", "다시 반", ""]
        {
            assert_eq!(read(text), [""; 0], "{text}");
        }
        assert_eq!((parse("09:30"), parse("25:00"), parse("1:2:3")), (Some((9, 30)), None, None));
    }
}
