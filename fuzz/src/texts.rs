//! Targets that read text: words, dates, Korean, moments.

use crate::fixture::{EPOCH_US, TABLE};
use greeum_core::id::TIME_DISTANCE_MAX_US;
use greeum_core::similar::{Statement, compare, digest, normal};
use greeum_core::time::{format, parse};
use greeum_core::vectors::CodeRef;
use greeum_core::vectors::code::is_scale;
use greeum_core::words::calendar::civil;
use greeum_core::words::mentions::{MENTIONS_MAX, asked, mentioned};
use greeum_core::words::passages::{PASSAGE_BYTES_MAX, split};
use greeum_core::words::{Tokens, analyse, korean as hangul, persons};

/// Syllables of Hangul, from the first one on.
const SYLLABLES: u16 = 11_172;

/// A text from outside: it becomes tokens, passages, terms, vectors, a statement, a normal form.
pub fn words(data: &[u8]) {
    read(&String::from_utf8_lossy(data));
}

/// Pairs of bytes as syllables, with a space or a full stop here and there: words that no dictionary has.
pub fn korean(data: &[u8]) {
    let syllable = |pair: &[u8; 2]| match u16::from_le_bytes(*pair) {
        0..=31 => ' ',
        32..=63 => '.',
        number => char::from_u32(0xac00 + u32::from(number % SYLLABLES)).expect("a syllable"),
    };
    let text: String = data.as_chunks().0.iter().map(syllable).collect();
    for word in text.split(' ') {
        assert!(word.starts_with(hangul::stem(word)), "a stem is how its word begins");
    }
    read(&text);
}

fn read(text: &str) {
    let passages = split(text);
    assert_eq!(passages.concat(), text, "passages are the whole text");
    assert!(passages.len() == 1 || passages.iter().all(|passage| passage.len() <= PASSAGE_BYTES_MAX));
    let codes = TABLE.encode(text);
    let codes: Vec<CodeRef<'_>> = CodeRef::all(&codes, TABLE.dimension()).expect("whole codes").collect();
    assert_eq!(codes.len(), passages.len());
    assert!(codes.iter().all(|code| is_scale(code.scale)));
    let tokens = Tokens::new(text);
    let _ = (tokens.asks(), tokens.is_question(), persons::speaks_of_oneself(&tokens));
    let analysis = analyse(&tokens, &[&tokens], EPOCH_US, Some(&TABLE));
    assert!(analysis.tokens.is_sorted_by(|a, b| a < b));
    assert!(analysis.tokens.iter().all(|&token| usize::from(token) < TABLE.size()));
    assert_eq!(analysis.terms, analyse(&tokens, &[&tokens], EPOCH_US, Some(&TABLE)).terms);
    assert_eq!(digest(text, &[]), digest(&normal(text), &[]), "the normal form of a normal form is itself");
    let (one, other) = text.split_at(text.floor_char_boundary(text.len() / 2));
    let (statement, one, other) =
        (Statement::new(text, &TABLE), Statement::new(one, &TABLE), Statement::new(other, &TABLE));
    for (new, old) in [(&statement, &statement), (&one, &other), (&other, &one)] {
        assert!((0.0..=1.0).contains(&compare(new, old, &TABLE).same));
    }
}

/// Eight bytes of when it is said, then a text that may speak of days.
pub fn dates(data: &[u8]) {
    let Some((at, text)) = data.split_first_chunk() else { return };
    let at = i64::from_le_bytes(*at);
    if at.unsigned_abs() > TIME_DISTANCE_MAX_US {
        return; // refused at the door
    }
    let tokens = Tokens::new(&String::from_utf8_lossy(text));
    let days = mentioned(&tokens, at);
    assert!(days.len() <= MENTIONS_MAX && days.iter().all(|days| days.first <= days.last));
    for when in asked(&tokens, at) {
        days.iter().for_each(|&days| {
            when.means(days);
        });
    }
}

/// A moment as callers write it: what is read, and lies in a year that can be written, can be written and read again.
pub fn time(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(at) = parse(&text) {
        let is_writable = (1..=9_999).contains(&civil(at).0); // an offset may lead out of the first year or the last
        assert!(!is_writable || parse(&format(at)) == Some(at), "{text}");
    }
    if let Some(at) = data.first_chunk() {
        let _ = format(i64::from_le_bytes(*at));
    }
}
