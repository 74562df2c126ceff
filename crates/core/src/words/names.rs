//! Names in a text: of people, places and products, and what things are numbered by. By rules, for there is no model that would know them.
//!
//! English names have a capital where it is not the sentence that gives it, or digits among their letters. Korean has no capitals: there, names are the
//! nouns that no dictionary has, what has the syllables of a person or stands before 씨 or 님, and whatever is written in Latin letters. Whether what
//! looks like a name is one, a search sees by the blocks that have the word ([`crate::rank`]).

use super::terms::{is_content, of_hangul, of_word};
use super::{Script, Token, Tokens, dates, korean};
use crate::embed::Table;

/// Letters, or syllables, of the shortest name.
const LETTERS_MIN: usize = 2;

/// Words that stand by themselves behind a person's name.
const TITLES: [&str; 2] = ["씨", "님"];

/// A word that looks like a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// The term by which the word is found.
    pub term: u64,
    /// Whether it looks like one by itself: others have a capital where a sentence begins, as any word has.
    pub is_sure: bool,
}

/// Calls `take` with the names in a text: each as it stands there, without 's and without a particle.
pub fn each(tokens: &Tokens, table: &Table, mut take: impl FnMut(&str, Name)) {
    let is_korean = tokens.list.iter().any(|token| token.script == Script::Hangul);
    for (at, &token) in tokens.list.iter().enumerate().filter(|(_, token)| is_content(tokens, **token)) {
        let is_sure = match token.script {
            Script::Latin => latin(tokens, at, is_korean, table),
            Script::Number => is_numbered(tokens, at).then_some(true),
            Script::Hangul => {
                hangul(tokens, at, table, |name, term| take(name, Name { term, is_sure: true }));
                None
            }
            Script::Other => None,
        };
        if let Some(is_sure) = is_sure {
            let word = tokens.cased(token);
            take(word.strip_suffix("'s").unwrap_or(word), Name { term: first_term(tokens, token), is_sure });
        }
    }
}

/// The term that stands for a word.
fn first_term(tokens: &Tokens, token: Token) -> u64 {
    let mut terms = Vec::new();
    of_word(tokens, token, &mut terms);
    terms[0].hash
}

/// Whether a word of Latin letters is a name for sure; nothing if it does not look like one.
fn latin(tokens: &Tokens, at: usize, is_korean: bool, table: &Table) -> Option<bool> {
    let (token, lower) = (tokens.list[at], tokens.lower(tokens.list[at]));
    let is_capital = tokens.cased(token).starts_with(char::is_uppercase);
    if lower.len() < LETTERS_MIN || dates::is_of_calendar(&lower) {
        return None;
    }
    if is_korean || has_capital_and_digit(tokens.cased(token)) {
        return Some(true);
    }
    let may_be_one = is_capital && !is_shouted_with_others(tokens, at);
    may_be_one.then(|| !tokens.begins_sentence(token) || table.rarity(&lower).is_none())
}

/// RTX4090, but neither 16gb nor 3rd.
fn has_capital_and_digit(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit()) && word.contains(char::is_uppercase)
}

/// Whether a word is in capitals as the one before or behind it is.
fn is_shouted_with_others(tokens: &Tokens, at: usize) -> bool {
    let is_shouted = |token: &Token| {
        let word = tokens.cased(*token);
        word.len() >= LETTERS_MIN && word.chars().all(char::is_uppercase)
    };
    let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
    is_shouted(&tokens.list[at]) && beside.filter_map(|beside| tokens.list.get(beside)).any(is_shouted)
}

/// Whether a number stands behind letters with a capital, and only a hyphen is between: PR-112.
fn is_numbered(tokens: &Tokens, at: usize) -> bool {
    at.checked_sub(1).map(|before| tokens.list[before]).is_some_and(|before| {
        before.script == Script::Latin
            && tokens.is_hyphenated(before, tokens.list[at])
            && tokens.cased(before).starts_with(char::is_uppercase)
    })
}

/// Calls `take` with the names in a Korean word, and their terms.
fn hangul(tokens: &Tokens, at: usize, table: &Table, mut take: impl FnMut(&str, u64)) {
    let Some(word) = tokens.apart(tokens.list[at]) else { return };
    let mut is_person = false;
    korean::names::each(
        word,
        |noun| table.has_noun(noun),
        |name| {
            is_person = true;
            take(name, of_hangul(name));
        },
    );
    let stem = korean::stem(word);
    if !is_person && stem.chars().count() >= LETTERS_MIN && (is_titled(tokens, at) || table.has_unknown(word)) {
        take(stem, first_term(tokens, tokens.list[at]));
    }
}

/// Whether 씨 or 님 stands behind a word, by itself.
fn is_titled(tokens: &Tokens, at: usize) -> bool {
    tokens.list.get(at + 1).is_some_and(|&next| TITLES.contains(&korean::stem(tokens.cased(next))))
}

/// Whether a word is 씨 or 님 behind the name of somebody, with or without a particle: 해바라기 씨를 is of seeds.
pub fn is_title(tokens: &Tokens, at: usize, table: &Table) -> bool {
    let before = at.checked_sub(1).map(|before| tokens.list[before]).filter(|token| token.script == Script::Hangul);
    before.is_some_and(|before| is_titled(tokens, at - 1) && !table.has_noun(tokens.cased(before)))
}
