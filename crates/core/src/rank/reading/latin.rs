//! Words in Latin letters: slips of the finger, spaces left out and spaces too many, Korean names.

use super::Read;
use super::known::Known;
use crate::words::korean::{loans, romanised};
use crate::words::terms::{
    self, HALF_LETTERS_MIN, is_capitalised, is_content, of_capital, of_hangul, of_latin, of_syllables,
};
use crate::words::{Token, Tokens, dates, english, slips};

/// Passages that have a word, for each that has it with a capital, up to which it is a name: others have one where a sentence begins.
const CAPITAL_SHARE: u64 = 2;

/// The terms that have to be counted before a word is read.
pub fn asked(tokens: &Tokens, word: Token, next: Option<Token>, known: &Known<'_>) -> Vec<u64> {
    if !is_content(tokens, word) {
        return Vec::new();
    }
    let own = tokens.lower(word);
    let is_asked = is_name(tokens, word) || known.table.rarity(&own).is_none() || known.is_korean(tokens);
    let joined = joined(tokens, word, next).map(|joined| of_latin(&joined));
    is_asked.then(|| of_latin(&own)).into_iter().chain(joined).collect()
}

/// How a word is read, if not as it stands.
pub fn read(tokens: &Tokens, word: Token, next: Option<Token>, known: &mut Known<'_>) -> Option<Read> {
    if let Some(read) = korean_name_of_two(tokens, word, next, known) {
        return Some(read);
    }
    if !is_content(tokens, word) {
        return None;
    }
    if let Some(read) = compound(tokens, word, next, known) {
        return Some(read);
    }
    let own = tokens.lower(word);
    if english::is_without_apostrophe(&own) && known.count(of_latin(&own)) == 0 {
        return Some(Read::one(String::new()));
    }
    let (is_name, is_in_table) = (is_name(tokens, word), known.table.rarity(&own).is_some());
    let text = match (is_name, is_in_table) {
        // A known English word is likely one that Koreans use, too: in a Korean question, but not in an English one, where sorry would be 소리.
        (false, true) if !known.is_korean(tokens) => return None,
        _ if known.count(of_latin(&own)) > 0 => return None,
        (false, true) => loan(&own, known)?,
        (false, false) => loan(&own, known).or_else(|| meant(&own, known))?,
        (true, true) => in_hangul(&own, known)?,
        (true, false) if is_capitalised(tokens, word) => {
            in_hangul(&own, known).or_else(|| meant_name(&own, tokens.begins_sentence(word), known))?
        }
        (true, false) => in_hangul(&own, known).or_else(|| meant(&own, known))?,
    };
    Some(Read::one(match (is_name, is_capitalised(tokens, word)) {
        (true, true) => capitalised(&text),
        (true, false) => text.to_uppercase(),
        (false, _) => text,
    }))
}

fn is_name(tokens: &Tokens, word: Token) -> bool {
    tokens.cased(word).starts_with(|letter: char| letter.is_ascii_uppercase())
}

/// A Korean name whose syllables are written apart (Hyun-woo), as it stands in scope in Hangul.
fn korean_name_of_two(tokens: &Tokens, word: Token, next: Option<Token>, known: &mut Known<'_>) -> Option<Read> {
    let name = terms::compound(tokens, word, next?).filter(|_| is_name(tokens, word))?;
    if known.count(of_latin(&name)) > 0 {
        return None;
    }
    let text = korean_name(&name, known)?;
    Some(Read { text, is_of_two: true, takes_next: true })
}

/// What a word with a capital that nobody knows was meant to be: one in scope, else a month, or what questions begin with (Waht). More often it names
/// somebody else (Mila), who is neither another one (Milo) nor whatever word there is (milk): so a slip has to be likely, and most passages that have the
/// other word must have it with a capital. Where a sentence begins, the capital may be that of any word, and says less.
fn meant_name(word: &str, begins: bool, known: &mut Known<'_>) -> Option<String> {
    if !slips::is_readable(word) {
        return None;
    }
    let (mut others, mut terms, mut best) = (Vec::new(), Vec::new(), None);
    slips::each(word, |other, likelihood| {
        if likelihood >= slips::OF_NAMES && !slips::end_otherwise(word, other) {
            others.push((other.to_owned(), likelihood));
            terms.push(if begins { of_latin(other) } else { of_capital(other) });
        }
    });
    for (number, count) in known.there(&terms) {
        let (other, likelihood) = &others[number];
        let worth = likelihood * count as f32;
        let mut may_be_meant = || begins || CAPITAL_SHARE * count >= known.count(of_latin(other));
        if best.is_none_or(|(most, _)| worth > most) && may_be_meant() {
            best = Some((worth, other));
        }
    }
    let is_usual = |other: &&String| dates::is_of_calendar(other) || begins && english::is_stop_word(other);
    best.map(|best| best.1).or_else(|| others.iter().map(|other| &other.0).find(is_usual)).cloned()
}

/// The word that two make, if each could be half of one: note + books.
fn joined(tokens: &Tokens, word: Token, next: Option<Token>) -> Option<String> {
    let next = next.filter(|&next| is_content(tokens, next) && tokens.is_next(word, next))?;
    let (first, second) = (tokens.lower(word), tokens.lower(next));
    (first.len() >= HALF_LETTERS_MIN && second.len() >= HALF_LETTERS_MIN).then(|| format!("{first}{second}"))
}

/// Two words as the one that stands in scope; beside the first of them, if both are more frequent than it.
fn compound(tokens: &Tokens, word: Token, next: Option<Token>, known: &mut Known<'_>) -> Option<Read> {
    let text = joined(tokens, word, next)?;
    let (first, second) = (tokens.lower(word), tokens.lower(next?));
    let count = known.count(of_latin(&text));
    if count == 0 {
        return None;
    }
    let takes_next = count >= known.count(of_latin(&first)).min(known.count(of_latin(&second)));
    Some(Read::joined(text, &first, takes_next))
}

/// A Korean name as it stands in scope: by itself, else behind a family name.
fn korean_name(word: &str, known: &Known<'_>) -> Option<String> {
    let mut names = Vec::new();
    romanised::each_hangul(word, |name| names.push(name.to_owned()));
    let by_itself = known.best_of(&names, of_hangul);
    by_itself.or_else(|| known.best_of(&names, |name| of_syllables(name).unwrap_or_default())).cloned()
}

/// A name as it stands in scope in Hangul: a Korean one, else one of another language.
fn in_hangul(name: &str, known: &Known<'_>) -> Option<String> {
    korean_name(name, known).or_else(|| loan(name, known))
}

/// A word as it stands in scope in Hangul; behind itself, if the table knows what it means.
fn loan(word: &str, known: &Known<'_>) -> Option<String> {
    if !known.has_korean() {
        return None;
    }
    let mut readings = Vec::new();
    loans::each_hangul(word, |reading| readings.push(reading.to_owned()));
    let reading = known.likeliest(&readings, of_hangul)?;
    Some(if known.table.rarity(word).is_some() { format!("{word} {reading}") } else { reading.clone() })
}

/// What a word that nobody knows was meant to be: a word in scope, else two words, else one of the table, the most frequent.
fn meant(word: &str, known: &mut Known<'_>) -> Option<String> {
    if !slips::is_readable(word) {
        return None;
    }
    let (mut terms, mut likelihoods) = (Vec::new(), Vec::new());
    slips::each(word, |other, likelihood| {
        terms.push(of_latin(other));
        likelihoods.push(likelihood);
    });
    if let Some(number) = known.best(&terms, |number| likelihoods[number]) {
        return nth_slip(word, number);
    }
    if let Some(halves) = halves(word, known) {
        return Some(halves);
    }
    let mut in_table: Option<(f32, String)> = None;
    slips::each(word, |other, _| {
        if let Some(rarity) = known.table.rarity(other)
            && in_table.as_ref().is_none_or(|best| rarity < best.0)
        {
            in_table = Some((rarity, other.to_owned()));
        }
    });
    in_table.map(|(_, other)| other)
}

/// The word of this number among those that are one slip away: most are looked up and never read again, so that none is kept.
fn nth_slip(word: &str, number: usize) -> Option<String> {
    let (mut at, mut found) = (0, None);
    slips::each(word, |other, _| {
        if at == number {
            found = Some(other.to_owned());
        }
        at += 1;
    });
    found
}

/// The two words that were written as one.
fn halves(word: &str, known: &mut Known<'_>) -> Option<String> {
    let halves: Vec<(&str, &str)> =
        (HALF_LETTERS_MIN..=word.len().saturating_sub(HALF_LETTERS_MIN)).map(|end| word.split_at(end)).collect();
    let terms: Vec<u64> = halves.iter().flat_map(|&(first, second)| [of_latin(first), of_latin(second)]).collect();
    known.ask(&terms);
    let mut is_known = |half: &str| known.count(of_latin(half)) > 0 || known.table.rarity(half).is_some();
    let (first, second) = halves.into_iter().find(|&(first, second)| is_known(first) && is_known(second))?;
    Some(format!("{first} {second}"))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
