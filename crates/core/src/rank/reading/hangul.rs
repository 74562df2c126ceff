//! Words in Hangul: slips of the finger, spaces left out and spaces too many, names in Latin letters.

use super::Read;
use super::known::Known;
use crate::embed::Table;
use crate::words::korean::{self, loans, romanised, slips};
use crate::words::terms::{is_content, of_hangul, of_korean, of_latin};
use crate::words::{Token, Tokens};

/// Syllables of the names that are looked for where spaces were left out.
const NAME_MIN: usize = 2;
const NAME_MAX: usize = 5;

/// Syllables of the shortest loan word that is also a Korean noun: 소리 is no sorry.
const LOAN_MIN: usize = 3;

/// Syllables of the longest run of words that names are looked for in: a question has fewer.
const RUN_MAX: usize = 64;

/// The terms that have to be counted before a word is read.
pub fn asked(tokens: &Tokens, word: Token, next: Option<Token>) -> Vec<u64> {
    let own = is_content(tokens, word).then(|| of_korean(tokens.cased(word)));
    own.into_iter().chain(next.map(|next| of_korean(&joined(tokens, word, next)))).collect()
}

/// How a word is read, if not as it stands.
pub fn read(tokens: &Tokens, word: Token, next: Option<Token>, known: &mut Known<'_>) -> Option<Read> {
    if let Some(read) = next.and_then(|next| in_two(tokens, word, next, known)) {
        return Some(read);
    }
    let own = tokens.cased(word);
    if !is_content(tokens, word) || known.count(of_korean(own)) > 0 {
        return None;
    }
    let text = latin_name(own, known)
        .or_else(|| loan(own, known))
        .or_else(|| meant(own, known))
        .or_else(|| spaced(own, known))?;
    Some(Read::one(text))
}

fn joined(tokens: &Tokens, word: Token, next: Token) -> String {
    format!("{}{}", tokens.cased(word), tokens.cased(next))
}

/// Two words as the one that was meant: a word of no subject (언 제), or one that stands in scope where not both of them do.
fn in_two(tokens: &Tokens, word: Token, next: Token, known: &mut Known<'_>) -> Option<Read> {
    let text = joined(tokens, word, next);
    if korean::is_stop_word(&text) {
        return Some(Read::joined(text, tokens.cased(word), true));
    }
    let (first, second) = (tokens.cased(word), tokens.cased(next));
    let are_there = [first, second].map(|half| known.count(of_korean(half)) > 0);
    if are_there == [true, true] || known.count(of_korean(&text)) == 0 {
        return None;
    }
    let takes_next = are_there == [false, false];
    Some(Read::joined(text, first, takes_next))
}

/// A Korean name as it stands in scope in Latin letters, with its particle: as a whole, else what is given behind a family name.
fn latin_name(word: &str, known: &mut Known<'_>) -> Option<String> {
    let name = korean::stem(word);
    let particle = &word[name.len()..];
    if let Some(way) = written(name, known) {
        return Some(format!("{way}{particle}"));
    }
    let (family, given) = name.split_at(name.chars().next()?.len_utf8());
    let family = romanised::family_name(family)?;
    let way = written(given, known)?;
    let family = if known.count(of_latin(family)) > 0 { format!("{family} ") } else { String::new() };
    Some(format!("{family}{way}{particle}"))
}

/// How those in scope write a name in Latin letters.
fn written(name: &str, known: &Known<'_>) -> Option<String> {
    let mut ways = Vec::new();
    romanised::each_latin(name, |way| ways.push(way.to_owned()));
    known.best_of(&ways, of_latin).cloned()
}

/// A word of another language as it stands in scope in Latin letters; behind itself, if it is also a Korean noun.
fn loan(word: &str, known: &Known<'_>) -> Option<String> {
    let stem = korean::stem(word);
    let mut ways: Vec<String> = loans::initials(stem).into_iter().collect();
    if may_be_loan(word, stem, known.table) {
        loans::each_latin(stem, |way| ways.push(way.to_owned()));
    }
    let way = known.likeliest(&ways, of_latin)?;
    Some(if known.table.has_noun(stem) { format!("{word} {way}") } else { format!("{way}{}", &word[stem.len()..]) })
}

/// Whether a word may be one: no dictionary has it, or it is a long noun.
fn may_be_loan(word: &str, stem: &str, table: &Table) -> bool {
    match table.has_noun(stem) {
        true => stem.chars().count() >= LOAN_MIN,
        false => table.has_unknown(word),
    }
}

/// What a word was meant to be that has a part nobody knows: a word in scope, else a noun of the table.
fn meant(word: &str, known: &Known<'_>) -> Option<String> {
    if !known.table.has_unknown(word) {
        return None;
    }
    let mut others = Vec::new();
    slips::each(word, |other| others.push(other));
    let in_table = || others.iter().find(|other| known.table.has_noun(korean::stem(other)));
    known.best_of(&others, of_korean).or_else(in_table).cloned()
}

/// A run of words with its spaces.
fn spaced(word: &str, known: &Known<'_>) -> Option<String> {
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    let count = ends.len() - 1;
    if count > RUN_MAX {
        return None;
    }
    let spans = (0..count).flat_map(|from| (NAME_MIN..=NAME_MAX).map(move |length| (from, from + length)));
    let spans: Vec<(usize, usize)> = spans.filter(|span| span.1 <= count).collect();
    let names = known.which(&spans, |&(from, to)| of_hangul(&word[ends[from]..ends[to]]));
    known.table.spaced(word, &|from, to| names.binary_search(&(from, to)).is_ok())
}
