//! From words to index terms: what a text is found by.

use super::korean::{self, romanised};
use super::tokenizer::{Script, Token, Tokens};
use super::{abbreviations, calendar, clock, dates, english, measures, numbers};
use crate::embed::Table;
use crate::id::{TimeUs, hash};

/// Two syllables of a Korean word, against the word itself (1): each word of n syllables has n - 1 of them.
pub const BIGRAM_WEIGHT: f32 = 0.5;

/// A Korean morpheme, against the word that it is in.
pub const MORPHEME_WEIGHT: f32 = 1.0;

/// Letters of the shortest word that may be half of another: "a" and "to" stand before everything.
pub const HALF_LETTERS_MIN: usize = 3;

/// Longer words are cut: nobody searches for a word of this length, and base64 is not a word.
const WORD_BYTES_MAX: usize = 64;

/// An index term, and how much a match on it counts in a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// What postings are kept under.
    pub hash: u64,
    /// 1 for a word.
    pub weight: f32,
}

/// What a passage is indexed by.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The terms, repeated as often as they occur.
    pub terms: Vec<u64>,
    /// How many words carry a subject; if none does, how many words there are.
    pub length: u32,
    /// The table's tokens of these words, ascending, each once: what late interaction compares.
    pub tokens: Vec<u16>,
}

/// Whether the word carries a subject, rather than only holding a sentence together.
pub fn is_content(tokens: &Tokens, token: Token) -> bool {
    match token.script {
        Script::Latin => !english::is_stop_word(&tokens.lower(token)),
        Script::Hangul => tokens.apart(token).is_some_and(|word| !korean::is_stop_word(word)),
        Script::Number | Script::Other => true,
    }
}

/// Whether any of the words carries a subject.
pub fn has_content(tokens: &Tokens) -> bool {
    tokens.list.iter().any(|&token| is_content(tokens, token))
}

/// Calls `take` with the terms of words that hold sentences together elsewhere, and are names here: "The Who", "Will". Of a text that has no others
/// (Who Are You), these are all, and the whole, which is known by their order.
pub fn each_name(tokens: &Tokens, mut take: impl FnMut(Token, Term)) {
    let list = &tokens.list;
    let stands_for_itself = |&token: &Token| is_content(tokens, token) && !is_pronoun(tokens, token);
    if list.iter().any(stands_for_itself) {
        // Few words have such a capital, so that is asked first.
        let is_one = |&at: &usize| is_name(tokens, at) && !is_content(tokens, list[at]);
        return (0..list.len()).filter(is_one).for_each(|at| take(list[at], of_name(tokens, &list[at..=at])));
    }
    list.iter().for_each(|&token| take(token, of_name(tokens, &[token])));
    if list.len() > 1 {
        take(list[0], of_name(tokens, list));
    }
}

fn is_pronoun(tokens: &Tokens, token: Token) -> bool {
    token.script == Script::Hangul && korean::is_pronoun(tokens.cased(token))
}

/// Whether an English word has a capital that neither the beginning of a sentence nor shouting gives it.
fn is_name(tokens: &Tokens, at: usize) -> bool {
    let (Some(before), token) = (at.checked_sub(1).map(|before| tokens.list[before]), tokens.list[at]) else {
        return false;
    };
    let word = tokens.cased(token);
    let is_shouted = |word: &str| !word.contains(|c: char| c.is_lowercase());
    token.script == Script::Latin
        && word.starts_with(char::is_uppercase)
        && word.split('\'').next() != Some("I")
        && tokens.is_next(before, token)
        && !(is_shouted(word) && is_shouted(tokens.cased(before)))
}

/// The term of such a name: apart from those of its words, which would be found everywhere. It counts for as much as they do.
pub fn of_name(tokens: &Tokens, name: &[Token]) -> Term {
    let mut words = String::new();
    for &token in name {
        let lower = tokens.lower(token);
        words.push_str(clip(if token.script == Script::Hangul { korean::stem(&lower) } else { &lower }));
        words.push(' ');
    }
    Term { hash: hash(&[b"n", words.trim_end().as_bytes()]), weight: name.len() as f32 }
}

/// Calls `take` with words that may be one as well, the first and the last, and with the term of that: Wi-Fi, Hyun-woo, Hyun Woo; 37만 원, 3 p.m., 12 km.
pub fn each_compound(tokens: &Tokens, mut take: impl FnMut(Token, Token, Term)) {
    let mut one = |first, last, digits: &str| take(first, last, of_digits(digits));
    numbers::each(tokens, &mut one);
    measures::each(tokens, |first, last, word| take(first, last, Term { hash: of_latin(clip(word)), weight: 1.0 }));
    for two in tokens.list.windows(2) {
        if let Some(word) = compound(tokens, two[0], two[1]) {
            take(two[0], two[1], Term { hash: of_latin(clip(&word)), weight: 1.0 });
        }
    }
}

/// Two words as one, in lower case: syllables of a Korean name, or two with a hyphen of which one is hardly a word. Others say the same apart (essay-writing).
pub fn compound(tokens: &Tokens, first: Token, second: Token) -> Option<String> {
    if first.script != Script::Latin || second.script != Script::Latin {
        return None;
    }
    let is_hyphenated = tokens.is_hyphenated(first, second);
    let may_be_one = is_hyphenated || is_capitalised(tokens, second) && tokens.is_next(first, second);
    if !may_be_one {
        return None;
    }
    let words = [tokens.lower(first), tokens.lower(second)];
    let is_short = || is_hyphenated && words.iter().any(|word| word.len() < HALF_LETTERS_MIN);
    let may_be_name = |word: &str| romanised::is_syllable(word) && (is_hyphenated || !english::is_stop_word(word));
    let is_name = || is_capitalised(tokens, first) && words.iter().all(|word| may_be_name(word));
    (is_short() || is_name()).then(|| words.concat())
}

/// The term of a number, or a time, in digits.
fn of_digits(digits: &str) -> Term {
    Term { hash: hash(&[b"w", digits.as_bytes()]), weight: 1.0 }
}

/// Calls `take` with the terms of the names in a word: see [`korean::names`].
pub fn each_person(tokens: &Tokens, token: Token, table: &Table, mut take: impl FnMut(Term)) {
    if let Some(word) = tokens.apart(token).filter(|_| token.script == Script::Hangul) {
        let is_noun = |word: &str| table.has_noun(word);
        korean::names::each(word, is_noun, |name| take(Term { hash: of_hangul(name), weight: 1.0 }));
    }
}

/// The terms of one word, the one that stands for the word first.
pub fn of_word(tokens: &Tokens, token: Token, out: &mut Vec<Term>) {
    let lower = tokens.lower(token);
    let word = clip(&lower);
    match token.script {
        Script::Latin => out.push(Term { hash: of_latin(word), weight: 1.0 }),
        Script::Number => number(word, out),
        Script::Hangul => {
            let word = clip(tokens.apart(token).unwrap_or(word));
            let stem = korean::stem(word);
            let whole = abbreviations::korean_word_of(word, stem).unwrap_or(stem);
            push(out, whole);
            bigrams(whole, out);
            if stem.len() < word.len() {
                push(out, word);
            }
        }
        Script::Other => {
            push(out, word);
            bigrams(word, out);
        }
    }
}

/// The term of a word that is written in Latin letters, in lower case.
pub fn of_latin(word: &str) -> u64 {
    match numbers::of_word(word) {
        Some(digits) => of_digits(digits).hash,
        None => hash(&[b"w", english::stem(word).as_bytes()]),
    }
}

/// The term of a word that is written with a capital and small letters, in lower case: names are, and other words now and then.
pub fn of_capital(word: &str) -> u64 {
    hash(&[b"c", clip(word).as_bytes()])
}

/// The term that stands for a Korean word, whatever particle follows it.
pub fn of_korean(word: &str) -> u64 {
    of_hangul(abbreviations::korean_word(word).unwrap_or_else(|| korean::stem(word)))
}

/// The term of a Korean word without its particle.
pub fn of_hangul(stem: &str) -> u64 {
    hash(&[b"w", stem.as_bytes()])
}

/// The term of two syllables of a longer word.
pub fn of_syllables(pair: &str) -> Option<u64> {
    (pair.chars().count() == 2).then(|| hash(&[b"b", pair.as_bytes()]))
}

/// The term of a Korean morpheme: any form of a word has it.
pub fn of_morpheme(table: &Table, morpheme: u16) -> Term {
    Term { hash: hash(&[b"m", table.name(morpheme)]), weight: MORPHEME_WEIGHT }
}

/// The terms of a passage, with those of who said it, when (by a clock there), and its tags: what a person would search it by.
pub fn analyse(tokens: &Tokens, fields: &[&Tokens], at: TimeUs, table: Option<&Table>) -> Analysis {
    let (mut terms, mut pieces) = (Vec::with_capacity(tokens.list.len() * 2), Vec::new());
    let mut length = content(tokens, table, &mut terms, &mut pieces);
    if length == 0 {
        length = tokens.list.len() as u32;
    }
    if let Some(keys) = abbreviations::keys(tokens) {
        content(&keys, table, &mut terms, &mut pieces); // which make it no longer
    }
    each_compound(tokens, |_, _, term| terms.push(term));
    each_name(tokens, |token, term| {
        terms.push(term);
        table.iter().for_each(|table| table.pieces(tokens, token, &mut pieces));
    });
    pieces.sort_unstable();
    pieces.dedup();
    for field in fields {
        for &token in &field.list {
            of_word(field, token, &mut terms);
            push_capital(field, token, &mut terms);
        }
    }
    let mut terms: Vec<u64> = terms.into_iter().map(|term| term.hash).collect();
    dates::named(tokens, &mut terms);
    let (year, month, day) = calendar::civil(at);
    terms.extend([dates::term::year(year), dates::term::month(month), dates::term::day(day)]);
    Analysis { terms, length, tokens: pieces }
}

/// The terms and the table's tokens of all words that carry a subject, and how many these are.
fn content(tokens: &Tokens, table: Option<&Table>, terms: &mut Vec<Term>, pieces: &mut Vec<u16>) -> u32 {
    let mut length = 0;
    for &token in tokens.list.iter().filter(|&&token| is_content(tokens, token)) {
        of_word(tokens, token, terms);
        push_capital(tokens, token, terms);
        length += 1;
        let Some(table) = table else { continue };
        let first = pieces.len();
        table.pieces(tokens, token, pieces);
        if token.script == Script::Hangul {
            terms.extend(pieces[first..].iter().map(|&piece| of_morpheme(table, piece)));
            each_person(tokens, token, table, |term| terms.push(term));
        }
    }
    length
}

fn push_capital(tokens: &Tokens, token: Token, terms: &mut Vec<Term>) {
    if is_capitalised(tokens, token) {
        terms.push(Term { hash: of_capital(&tokens.lower(token)), weight: 1.0 });
    }
}

/// Whether a word of Latin letters has a capital, and not because all is shouted.
pub fn is_capitalised(tokens: &Tokens, token: Token) -> bool {
    let word = tokens.cased(token);
    token.script == Script::Latin && word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase)
}

fn push(out: &mut Vec<Term>, word: &str) {
    out.push(Term { hash: hash(&[b"w", word.as_bytes()]), weight: 1.0 });
}

/// A number as written, and if it has parts (a date, a time), each part without leading zeros. 1,000 is 1000.
fn number(word: &str, out: &mut Vec<Term>) {
    let plain: String = word.chars().filter(|&c| c != ',').collect();
    match clock::parse(&plain) {
        Some((hour, minute)) => push(out, &format!("{hour}:{minute:02}")),
        None => push(out, &plain),
    }
    if plain.contains(['-', '/', ':']) {
        for part in
            plain.split(['-', '/', ':']).map(|part| part.trim_start_matches('0')).filter(|part| !part.is_empty())
        {
            push(out, part);
        }
    }
}

fn bigrams(word: &str, out: &mut Vec<Term>) {
    let mut ends = word.char_indices().map(|(at, _)| at).chain([word.len()]).skip(2);
    for (start, _) in word.char_indices() {
        let Some(end) = ends.next() else { break };
        out.push(Term { hash: hash(&[b"b", &word.as_bytes()[start..end]]), weight: BIGRAM_WEIGHT });
    }
}

fn clip(word: &str) -> &str {
    let mut end = word.len().min(WORD_BYTES_MAX);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    &word[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn terms(text: &str) -> HashSet<u64> {
        analyse(&Tokens::new(text), &[], 0, None).terms.into_iter().collect()
    }

    fn shared(a: &str, b: &str) -> usize {
        let dates = 3; // both are said at the epoch
        terms(a).intersection(&terms(b)).count() - dates
    }

    #[test]
    fn forms_of_a_word_meet() {
        assert!(shared("I was moving house", "she moved") > 0);
        assert!(shared("부산에서 살아", "부산으로 이사했어") > 0);
        assert!(shared("고양이가 있어", "고양이 이름") > 0);
        assert!(shared("東京に行く", "東京") > 0);
        assert!(shared("that costs 1,000 won", "1000") > 0);
        assert!(shared("due 2025-05-08", "on the 8") > 0);
        assert_eq!(shared("the cat", "a dog of the"), 0);
    }

    #[test]
    fn short_forms_and_what_they_stand_for_meet() {
        for (short, whole) in [
            ("her bday is soon", "a birthday"),
            ("moved to NYC", "New York City"),
            ("renew it at the DMV", "the Department of Motor Vehicles"),
            ("알바를 구했어", "아르바이트는 힘들어"),
            ("여친이랑", "여자친구가 왔어"),
        ] {
            assert!(shared(short, whole) > 0, "{short}");
        }
        let length = |text: &str| analyse(&Tokens::new(text), &[], 0, None).length;
        assert_eq!(length("moved to NYC"), 2, "what it is found by as well makes a passage no longer");
    }

    #[test]
    fn function_words_are_found_where_they_are_names() {
        let named = |text: &str| {
            let tokens = Tokens::new(text);
            let mut names = Vec::new();
            each_name(&tokens, |token, _| names.push(tokens.cased(token).to_owned()));
            names
        };
        assert_eq!(named("I saw The Who with Will, and then It."), ["The", "Who", "Will", "It"]);
        assert_eq!(named("Who sang? It was great. What I said, I'm sure, was: No."), [""; 0]);
        assert_eq!(named("she moved to the US"), ["US"]);
        assert_eq!(named("I AM SO HAPPY ABOUT THAT"), [""; 0]);
        assert_eq!(named("영화 It 봤어"), ["It"]);
        assert_eq!(named("the who"), ["the", "who", "the"], "there is nothing else: each, and the whole");
        assert_eq!((named("그리고"), named("그것은")), (vec!["그리고".into()], vec!["그것은".into()]));
        assert!(shared("I saw The Who live", "the who") == 2 && shared("I know who the boss is", "the who") == 0);
        assert!(shared("Who are you?", "who are you") == 4 && shared("그리고", "그리고") == 1);
    }

    #[test]
    fn two_words_that_may_be_one_meet_it() {
        for (two, one) in [
            ("the Wi-Fi is down", "wifi"),
            ("an e-mail", "email"),
            ("Hyun-woo called", "Hyunwoo"),
            ("Hyun Woo called", "Hyunwoo"),
            ("So-yeon", "soyeon"),
        ] {
            assert!(shared(two, one) > 0, "{two}");
        }
        for (two, one) in [
            ("essay-writing", "essaywriting"),
            ("a jack-in-the-box", "jackin"),
            ("So Jin called", "sojin"),
            ("New York", "newyork"),
        ] {
            assert_eq!(shared(two, one), 0, "{two}");
        }
    }

    #[test]
    fn the_same_number_meets_in_any_form() {
        for (a, b) in [
            ("총 370,000원", "37만원"),
            ("37만 원이야", "370,000"),
            ("2만7천원", "27,000"),
            ("thirty guests", "30"),
            ("forty-two guests", "42"),
            ("오후 3시에 봐", "15:00"),
            ("at 3 p.m.", "at 3pm"),
            ("오전 9시 반", "09:30"),
            ("500 ms", "500ms"),
            ("12km", "12킬로미터를"),
        ] {
            assert!(shared(a, b) > 0, "{a}, {b}");
        }
        assert_eq!(shared("one of them", "1"), 0);
    }

    #[test]
    fn what_only_binds_says_nothing() {
        assert_eq!(shared("SQL은 어려워", "PDF은 길어"), 0);
        assert_eq!(shared("\"Max\"라고 불러", "\"Leo\"라고 적어"), 0);
        assert!(shared("12일전부터", "전부터") > 0, "what is behind a unit is a word of its own");
    }

    #[test]
    fn words_of_respect_meet_the_plain_ones() {
        for (polite, plain) in
            [("아버님은", "아버지가"), ("따님이", "딸은"), ("성함을", "이름"), ("엄마한테", "어머니께서")]
        {
            assert!(shared(polite, plain) > 0, "{polite}");
        }
    }

    #[test]
    fn words_with_a_capital_are_told_from_others() {
        let has = |text: &str, word: &str| analyse(&Tokens::new(text), &[], 0, None).terms.contains(&of_capital(word));
        assert!(has("I met John's wife", "john") && has("Milk is in the fridge", "milk"));
        assert!(!has("the milk", "milk") && !has("THE MILK", "milk"));
        assert!(analyse(&Tokens::new(""), &[&Tokens::new("Anna")], 0, None).terms.contains(&of_capital("anna")));
    }

    #[test]
    fn the_unit_of_a_date_says_nothing_by_itself() {
        assert_eq!(shared("10월 14일에 떠나", "3월 5일은 쉬어"), 0);
        assert!(shared("회사 일이 많아", "그 일을 끝냈어") > 0, "work, which is the same word");
    }

    #[test]
    fn who_and_when_are_terms_too() {
        let said = analyse(&Tokens::new("hello"), &[&Tokens::new("Alice")], 1_683_550_560_000_000, None);
        let asked = terms("Alice, May 2023");
        let said: HashSet<u64> = said.terms.into_iter().collect();
        let asked_may = {
            let mut out = Vec::new();
            dates::named(&Tokens::new("in May 2023"), &mut out);
            out
        };
        assert!(said.intersection(&asked).count() >= 2);
        assert!(asked_may.iter().all(|term| said.contains(term)));
    }

    #[test]
    fn endless_words_are_cut() {
        assert_eq!(terms(&"x".repeat(1_000)), terms(&"x".repeat(2_000)));
        assert!(!terms(&"가".repeat(1_000)).is_empty());
    }
}
