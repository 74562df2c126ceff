//! How a query is read that was typed in haste: words that stand nowhere in scope, as what they were likely meant to be.
//!
//! The Index holds no list of words, but can be asked about any: so all that is one slip of the finger away is made, and looked up. The text is read
//! anew with what was found in the place of what was typed, so that whatever looks at the query (words, vector, tokens, who is named, which time) sees the
//! same. Where all words are known, by the table or in scope, it costs a look at pairs of words that may be one.

mod hangul;
mod known;
mod latin;

use super::view::Ground;
use crate::embed::Table;
use crate::id::TimeUs;
use crate::words::{Script, Token, Tokens, mentions};
use known::Known;
use std::cell::LazyCell;

/// Words that are read otherwise: a query with more is of a language or a jargon that nobody here writes.
const WORDS_MAX: usize = 4;

/// A query as it is read.
pub struct Reading {
    /// Its text.
    pub text: String,
    /// Words that were not typed so, each with what was typed.
    pub changes: Vec<(String, String)>,
}

/// What a word is read as.
struct Read {
    text: String,
    /// Whether the next word has a part in it.
    is_of_two: bool,
    /// Whether it stands in the place of the next word, too.
    takes_next: bool,
}

impl Read {
    /// Of one word.
    fn one(text: String) -> Self {
        Self { text, is_of_two: false, takes_next: false }
    }

    /// Of `first` and the next word, as one; beside them, unless it is more likely to be meant than they are.
    fn joined(text: String, first: &str, takes_next: bool) -> Self {
        let text = if takes_next { text } else { format!("{text} {first}") };
        Self { text, is_of_two: true, takes_next }
    }

    /// Its words that were not typed so, each with what was typed.
    fn changes(&self, tokens: &Tokens, word: Token, next: Option<Token>) -> Vec<(String, String)> {
        let first = tokens.cased(word);
        let typed = match next {
            Some(next) if self.is_of_two => format!("{first} {}", tokens.cased(next)),
            _ => first.to_owned(),
        };
        let others = self.text.split(' ').filter(|other| !other.is_empty() && *other != first);
        others.map(|other| (other.to_owned(), typed.clone())).collect()
    }
}

/// How a query is read that is asked at `now`, by a clock there, if not as it stands. Words that name a time are left: that nobody in scope has used a
/// day's name does not make it another word.
pub fn read(tokens: &Tokens, now: TimeUs, ground: &Ground<'_>, table: &Table) -> Option<Reading> {
    let times = LazyCell::new(|| mentions::words_of_times(tokens, now));
    let is_time = |at: usize| times.iter().any(|words| words.contains(&at));
    let mut known = Known::new(ground, table);
    let terms: Vec<u64> = each(tokens).flat_map(|(word, next)| asked(tokens, word, next, &known)).collect();
    known.ask(&terms);
    let (mut rewritten, mut changes, mut is_taken) = (Vec::new(), Vec::new(), false);
    for (at, (word, next)) in each(tokens).enumerate() {
        if std::mem::take(&mut is_taken) {
            rewritten.push((word, String::new()));
            continue;
        }
        if rewritten.len() >= WORDS_MAX || known.is_spent() {
            break;
        }
        let Some(read) = read_word(tokens, word, next, &mut known) else { continue };
        if is_time(at) || read.is_of_two && is_time(at + 1) {
            continue;
        }
        is_taken = read.takes_next;
        changes.extend(read.changes(tokens, word, next));
        rewritten.push((word, read.text));
    }
    (!rewritten.is_empty()).then(|| Reading { text: tokens.rewritten(&rewritten), changes })
}

fn read_word(tokens: &Tokens, word: Token, next: Option<Token>, known: &mut Known<'_>) -> Option<Read> {
    match word.script {
        Script::Latin => latin::read(tokens, word, next, known),
        Script::Hangul => hangul::read(tokens, word, next, known),
        Script::Number | Script::Other => None,
    }
}

/// The words of a query, each with the next one if both are of one script and nothing but a space stands between them, or a hyphen between Latin letters.
fn each(tokens: &Tokens) -> impl Iterator<Item = (Token, Option<Token>)> {
    let is_hyphenated = |word: Token, next| word.script == Script::Latin && tokens.is_hyphenated(word, next);
    let is_beside = move |word: Token, next: Token| {
        next.script == word.script && (tokens.is_next(word, next) || is_hyphenated(word, next))
    };
    let next = tokens.list.iter().skip(1).copied().map(Some).chain([None]);
    tokens.list.iter().zip(next).map(move |(&word, next)| (word, next.filter(|&next| is_beside(word, next))))
}

/// The terms that have to be counted to know whether a word is read otherwise.
fn asked(tokens: &Tokens, word: Token, next: Option<Token>, known: &Known<'_>) -> Vec<u64> {
    match word.script {
        Script::Latin => latin::asked(tokens, word, next, known),
        Script::Hangul => hangul::asked(tokens, word, next),
        Script::Number | Script::Other => Vec::new(),
    }
}
