//! Notes that tell of whom a query names: nobody speaks in a note, so their company is whoever its text names.

use super::named::Named;
use super::view::Ground;
use super::words::{Found, lookup};
use crate::index::state::Place;
use crate::words::Tokens;
use crate::words::terms::{Term, has_content, is_content, of_word};
use std::cell::OnceCell;

/// Which notes name those that the query names. They are looked up for the first note: most memories of conversations have none.
pub struct Told<'a> {
    ground: &'a Ground<'a>,
    names: OnceCell<Names<'a>>,
}

impl<'a> Told<'a> {
    /// Looks nothing up yet.
    pub fn new(ground: &'a Ground<'a>) -> Self {
        Self { ground, names: OnceCell::new() }
    }

    /// The share of those named who wrote a note, or whom it names.
    pub fn share(&self, named: &Named<'_>, note: Place) -> f32 {
        let source = self.ground.view(note).source_of(note.block);
        let names = self.names.get_or_init(|| Names::new(self.ground, named));
        named.share_of(|name| named.is_source(name, note.part, source) || names.are_in(name, self.ground, note))
    }
}

/// Names, and where their words stand.
struct Names<'a> {
    /// Of each name, the terms of its words.
    words: Vec<Vec<Term>>,
    /// Those of them that are in scope, by their hashes.
    found: Vec<Found<'a>>,
}

impl<'a> Names<'a> {
    /// Looks up the words of all names together.
    fn new(ground: &Ground<'a>, named: &Named<'_>) -> Self {
        let words: Vec<Vec<Term>> = named.names().map(terms_of).collect();
        let mut terms = words.concat();
        terms.sort_unstable_by_key(|term| term.hash);
        terms.dedup_by_key(|term| term.hash);
        Self { words, found: lookup(ground, &terms) }
    }

    /// Whether all words of a name are in a note.
    fn are_in(&self, name: usize, ground: &Ground<'_>, note: Place) -> bool {
        let (words, found) = (&self.words[name], &self.found);
        let find = |word: &Term| found.binary_search_by_key(&word.hash, |found| found.term.hash).ok();
        let is_in = |word: &Term| find(word).is_some_and(|at| found[at].is_in_any(ground, &[note]));
        !words.is_empty() && words.iter().all(is_in)
    }
}

/// The terms that stand for the words of a name.
fn terms_of(name: &str) -> Vec<Term> {
    let tokens = Tokens::new(name);
    let mut terms: Vec<Term> = Vec::new();
    // A text is not found by words that hold sentences together: of Will Smith, Smith is left.
    let has_content = has_content(&tokens);
    for &token in tokens.list.iter().filter(|&&token| !has_content || is_content(&tokens, token)) {
        let first = terms.len();
        of_word(&tokens, token, &mut terms);
        terms.truncate(first + 1);
    }
    terms
}
