//! Which words there are: those in scope, and those of the table.

use crate::embed::Table;
use crate::rank::view::Ground;
use crate::rank::words;
use crate::words::{Script, Tokens};
use std::cell::{Cell, OnceCell};
use std::collections::HashMap;

/// Words that are looked up as what others may have been meant to be, before no more words are looked into: those of some twenty words, which take a
/// millisecond or two. A query with more words that nobody knows is of another language, and a long one would take as long as many searches.
const GUESSES_MAX: usize = 10_000;

/// See the module.
pub struct Known<'a> {
    ground: &'a Ground<'a>,
    /// What makes vectors of words.
    pub table: &'a Table,
    /// What was asked about.
    counts: HashMap<u64, u64>,
    guesses: Cell<usize>,
    is_korean: OnceCell<bool>,
}

impl<'a> Known<'a> {
    /// Nothing has been asked.
    pub fn new(ground: &'a Ground<'a>, table: &'a Table) -> Self {
        Self { ground, table, counts: HashMap::new(), guesses: Cell::new(0), is_korean: OnceCell::new() }
    }

    /// Whether some of what is there is Korean.
    pub fn has_korean(&self) -> bool {
        self.ground.state.parts.iter().any(|part| part.is_korean(|token| self.table.is_morpheme(token)))
    }

    /// Whether that is so, and the query is Korean, too. It is found out once: each of its English words may ask.
    pub fn is_korean(&self, query: &Tokens) -> bool {
        let has_hangul = || query.list.iter().any(|token| token.script == Script::Hangul);
        *self.is_korean.get_or_init(|| has_hangul() && self.has_korean())
    }

    /// Finds out about some terms at once, for which it takes hardly longer than for one.
    pub fn ask(&mut self, terms: &[u64]) {
        self.counts.extend(terms.iter().copied().zip(words::counts(self.ground, terms)));
    }

    /// In how many passages in scope a term is.
    pub fn count(&mut self, term: u64) -> u64 {
        if !self.counts.contains_key(&term) {
            self.ask(&[term]);
        }
        self.counts.get(&term).copied().unwrap_or_default()
    }

    /// The number of the one of some terms that was meant, by how likely each is and in how many passages in scope; none if none is in any.
    pub fn best(&self, terms: &[u64], likelihood: impl Fn(usize) -> f32) -> Option<usize> {
        let worth = |&(number, count): &(usize, u64)| likelihood(number) * count as f32;
        self.there(terms).into_iter().max_by(|a, b| worth(a).total_cmp(&worth(b))).map(|(number, _)| number)
    }

    /// The numbers of those of some terms that are in scope, each with in how many passages.
    pub fn there(&self, terms: &[u64]) -> Vec<(usize, u64)> {
        self.guess(terms).into_iter().enumerate().filter(|there| there.1 > 0).collect()
    }

    /// The one of some words, each as likely as another.
    pub fn best_of<'w>(&self, words: &'w [String], term: impl Fn(&str) -> u64) -> Option<&'w String> {
        let terms: Vec<u64> = words.iter().map(|word| term(word)).collect();
        self.best(&terms, |_| 1.0).map(|number| &words[number])
    }

    /// The one of some words, of which each is as likely as the one before, or less.
    pub fn likeliest<'w>(&self, words: &'w [String], term: impl Fn(&str) -> u64) -> Option<&'w String> {
        let terms: Vec<u64> = words.iter().map(|word| term(word)).collect();
        self.best(&terms, |number| 1.0 / (number + 1) as f32).map(|number| &words[number])
    }

    /// Those of some things whose terms are in scope, in their order.
    pub fn which<T: Copy>(&self, things: &[T], term: impl Fn(&T) -> u64) -> Vec<T> {
        let terms: Vec<u64> = things.iter().map(term).collect();
        let counts = self.guess(&terms);
        things.iter().zip(counts).filter(|&(_, count)| count > 0).map(|(&thing, _)| thing).collect()
    }

    /// Whether so much has been guessed that no more words are to be looked into.
    pub fn is_spent(&self) -> bool {
        self.guesses.get() >= GUESSES_MAX
    }

    fn guess(&self, terms: &[u64]) -> Vec<u64> {
        self.guesses.set(self.guesses.get() + terms.len());
        words::counts(self.ground, terms)
    }
}
