//! Which words of a query are in a text, and in what form: for people, who want to see why a block was found.
//!
//! The Index holds no text, so that it is read anew here, as it was when it was indexed.

use super::late::Nearest;
use super::words::{QueryWords, Worth};
use crate::embed::Table;
use crate::id::TimeUs;
use crate::words::mentions::Relative;
use crate::words::terms::{
    BIGRAM_WEIGHT, Term, each_compound, each_name, each_person, is_content, of_morpheme, of_word,
};
use crate::words::{Script, Tokens, abbreviations, calendar, dates};
use std::collections::HashMap;

/// In what way a word of a query is in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As it stands.
    Word,
    /// In another form of the same stem.
    Stem,
    /// By a Korean morpheme.
    Morpheme,
    /// By two syllables, or characters, of it.
    Syllables,
    /// As what was likely meant: as it was typed, it stands nowhere.
    Spelling,
    /// By who said it, or a tag.
    Label,
    /// By the day on which it was said, or a date in it.
    Date,
}

impl Kind {
    /// As it is called outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Stem => "stem",
            Self::Morpheme => "morpheme",
            Self::Syllables => "syllables",
            Self::Spelling => "spelling",
            Self::Label => "label",
            Self::Date => "date",
        }
    }
}

/// A word of the query that the text has.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// As the query has it.
    pub word: String,
    /// As the text has it, in whatever forms.
    pub found: Vec<String>,
    /// In what way.
    pub kind: Kind,
    /// What that adds to the block's score.
    pub adds: f32,
}

/// A word of the query, and the word of the text that comes nearest in meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// As the query has it.
    pub word: String,
    /// As the text has it.
    pub found: String,
    /// How near, from 0 to 1: that of their nearest pieces.
    pub similarity: f32,
    /// What that adds to the block's score.
    pub adds: f32,
}

/// What a passage was indexed by: the forms behind each term, and each table token.
pub struct Forms {
    terms: HashMap<u64, Vec<(String, Kind)>>,
    pieces: HashMap<u16, String>,
}

impl Forms {
    /// Of a passage, with the names that stand beside it and when it was said, by a clock there.
    pub fn new(text: &str, labels: &[String], at: TimeUs, table: &Table) -> Self {
        let mut forms = Self { terms: HashMap::new(), pieces: HashMap::new() };
        let tokens = Tokens::new(text);
        forms.read(&tokens, table);
        if let Some(keys) = abbreviations::keys(&tokens) {
            forms.read(&keys, table);
        }
        for label in labels {
            let tokens = Tokens::new(label);
            for &token in &tokens.list {
                let mut terms = Vec::new();
                of_word(&tokens, token, &mut terms);
                terms.iter().for_each(|term| forms.put(term.hash, label, Kind::Label));
            }
        }
        let (year, month, day) = calendar::civil(at);
        let said = format!("{year:04}-{month:02}-{day:02}");
        for term in [dates::term::year(year), dates::term::month(month), dates::term::day(day)] {
            forms.put(term, &said, Kind::Date);
        }
        forms
    }

    fn read(&mut self, tokens: &Tokens, table: &Table) {
        let (mut terms, mut pieces) = (Vec::new(), Vec::new());
        for &token in tokens.list.iter().filter(|&&token| is_content(tokens, token)) {
            let word = tokens.cased(token);
            terms.clear();
            of_word(tokens, token, &mut terms);
            each_person(tokens, token, table, |term| terms.push(term));
            terms.iter().for_each(|term| self.put(term.hash, word, kind_of(term)));
            pieces.clear();
            table.pieces(tokens, token, &mut pieces);
            for &piece in &pieces {
                self.pieces.entry(piece).or_insert_with(|| word.to_owned());
                if token.script == Script::Hangul {
                    self.put(of_morpheme(table, piece).hash, word, Kind::Morpheme);
                }
            }
        }
        each_compound(tokens, |first, last, term| self.put(term.hash, tokens.from_to(first, last), Kind::Stem));
        each_name(tokens, |token, term| {
            self.put(term.hash, tokens.cased(token), Kind::Word);
            pieces.clear();
            table.pieces(tokens, token, &mut pieces);
            for &piece in &pieces {
                self.pieces.entry(piece).or_insert_with(|| tokens.cased(token).to_owned());
            }
        });
        dates::each_named(tokens, |token, term| self.put(term, tokens.cased(token), Kind::Date));
    }

    fn put(&mut self, term: u64, form: &str, kind: Kind) {
        let forms = self.terms.entry(term).or_default();
        if !forms.iter().any(|known| known.0 == form) {
            forms.push((form.to_owned(), kind));
        }
    }

    /// The words of a query that a passage has, those that say most first. `count_of` says how often a term is there, by its number, and a
    /// unit of BM25 adds `unit` to the score.
    pub fn matches(
        &self,
        question: &QueryWords,
        words: &[(u64, String)],
        worth: &Worth<'_>,
        length: f32,
        unit: f32,
        count_of: impl Fn(usize) -> u8,
    ) -> Vec<Match> {
        let mut matches: Vec<Match> = Vec::new();
        for (number, found) in worth.found.iter().enumerate() {
            let count = count_of(number);
            if count == 0 {
                continue;
            }
            let word = words.iter().find(|word| word.0 == found.term.hash).map_or("", |word| &*word.1);
            let forms = self.terms.get(&found.term.hash).map_or(&[][..], Vec::as_slice);
            let (word, kind) = match question.typed(word) {
                Some(typed) => (typed, Kind::Spelling),
                None => (word, kind_between(word, forms)),
            };
            let adds = unit * found.worth() * worth.bm25.saturate(f32::from(count), length);
            let known = matches.iter().position(|known| known.word == word && known.kind == kind);
            let at = known.unwrap_or_else(|| {
                matches.push(Match { word: word.to_owned(), found: Vec::new(), kind, adds: 0.0 });
                matches.len() - 1
            });
            matches[at].adds += adds;
            for (form, _) in forms {
                if !matches[at].found.contains(form) {
                    matches[at].found.push(form.clone());
                }
            }
        }
        matches.sort_by(|a, b| b.adds.total_cmp(&a.adds));
        matches
    }

    /// The words of a passage that come nearest to those of a query, those that say most first. A unit adds `unit` to the score.
    pub fn pairs(&self, question: &QueryWords, nearest: &[Nearest], unit: f32) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = Vec::new();
        for Nearest { piece, token, similarity, adds } in nearest {
            let word = question.tokens.cased(question.content[piece.word].0);
            let word = question.typed(word).unwrap_or(word);
            let form = self.pieces.get(token).map_or("", String::as_str);
            match pairs.iter_mut().find(|pair| pair.word == word && pair.found == form) {
                Some(pair) => {
                    pair.adds += unit * adds;
                    pair.similarity = pair.similarity.max(*similarity);
                }
                None => pairs.push(Pair {
                    word: word.to_owned(),
                    found: form.to_owned(),
                    similarity: *similarity,
                    adds: unit * adds,
                }),
            }
        }
        pairs.sort_by(|a, b| b.adds.total_cmp(&a.adds));
        pairs
    }
}

/// The terms of a query, each with the word that it comes from: of several the first. `is_there` says whether the passage has a term.
pub fn words_of(question: &QueryWords, table: &Table, is_there: impl Fn(u64) -> bool) -> Vec<(u64, String)> {
    let tokens = &question.tokens;
    let (mut words, mut terms, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
    for &token in &question.subjects {
        terms.clear();
        of_word(tokens, token, &mut terms);
        each_person(tokens, token, table, |term| terms.push(term));
        if token.script == Script::Hangul {
            pieces.clear();
            table.pieces(tokens, token, &mut pieces);
            terms.extend(pieces.iter().map(|&piece| of_morpheme(table, piece)));
        }
        words.extend(terms.iter().map(|term| (term.hash, tokens.cased(token).to_owned())));
    }
    each_compound(tokens, |first, last, term| words.push((term.hash, tokens.from_to(first, last).to_owned())));
    each_name(tokens, |token, term| words.push((term.hash, tokens.cased(token).to_owned())));
    dates::each_named(tokens, |token, term| words.push((term, tokens.cased(token).to_owned())));
    for relative in &question.relative {
        let terms = dates::each_of_days(relative.days);
        let is_all_there = dates::by_unit(&terms.iter().map(|term| term.0).collect::<Vec<u64>>())
            .iter()
            .all(|unit| unit.is_empty() || unit.iter().any(|&term| is_there(term)));
        // "Friday" is there only with its day: the year alone is that of many other days.
        let name = is_all_there.then(|| as_typed(tokens, relative));
        words.extend(terms.into_iter().map(|(term, part)| (term, name.clone().unwrap_or(part))));
    }
    words
}

/// The words of a time that is meant from where one stands.
fn as_typed(tokens: &Tokens, relative: &Relative) -> String {
    let end = relative.words.end.max(relative.words.start + 1);
    let words: Vec<&str> = tokens.list[relative.words.start..end].iter().map(|&token| tokens.cased(token)).collect();
    words.join(" ")
}

fn kind_of(term: &Term) -> Kind {
    if term.weight == BIGRAM_WEIGHT { Kind::Syllables } else { Kind::Stem }
}

/// In what way a word is in a text, which has it in these forms.
fn kind_between(word: &str, forms: &[(String, Kind)]) -> Kind {
    let is_same = |form: &&(String, Kind)| form.0.to_lowercase() == word.to_lowercase();
    match (forms.iter().find(is_same), forms.first()) {
        (Some((_, Kind::Stem)), _) => Kind::Word,
        (Some((_, kind)), _) | (None, Some((_, kind))) => *kind,
        (None, None) => Kind::Word,
    }
}
