//! A query, read: its words, the terms that stand for them, and how rare each is.

use crate::embed::Table;
use crate::rank::reading;
use crate::rank::view::Ground;
use crate::vectors::Code;
use crate::words::terms::{Term, is_content, names, of_morpheme, of_name, of_word};
use crate::words::{Script, Token, Tokens, dates};
use std::collections::HashSet;

/// A date that the query names and the block was said at, or names too, against a word.
const DATE_WEIGHT: f32 = 1.0;

/// A query, read.
pub struct QueryWords {
    /// Its words.
    pub tokens: Tokens,
    /// Those that carry a subject, or all if none does, and the term that stands for each: for a Korean word each of its morphemes.
    pub content: Vec<(Token, u64)>,
    /// Table tokens of the content words: which of these each belongs to.
    pub pieces: Vec<(usize, u16)>,
    /// The terms that are looked up, each once.
    pub terms: Vec<Term>,
    /// Words that were not typed as they are read, each with what was typed.
    changes: Vec<(String, String)>,
}

impl QueryWords {
    /// Reads a query as it was likely meant, of what is in scope.
    pub fn read(text: &str, ground: &Ground<'_>, table: &Table) -> Self {
        let as_typed = Self::new(text, table);
        let as_meant = reading::read(&as_typed.tokens, ground, table)
            .map(|reading| Self { changes: reading.changes, ..Self::new(&reading.text, table) });
        // Whoever asks for nothing but "dont" means that word.
        as_meant.filter(Self::has_words).unwrap_or(as_typed)
    }

    /// What was typed in the place of one of its words, if that was something else.
    pub fn typed(&self, word: &str) -> Option<&str> {
        self.changes.iter().find(|change| change.0 == word).map(|change| &*change.1)
    }

    /// Reads a query as it stands.
    fn new(text: &str, table: &Table) -> Self {
        let tokens = Tokens::new(text);
        let (mut content, mut pieces, mut terms, mut buffer) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        // Who asks for "The Who", or 그리고, means these words.
        let has_content = tokens.list.iter().any(|&token| is_content(&tokens, token));
        for &token in tokens.list.iter().filter(|&&token| !has_content || is_content(&tokens, token)) {
            let first = terms.len();
            of_word(&tokens, token, &mut terms);
            buffer.clear();
            table.pieces(&tokens, token, &mut buffer);
            if token.script == Script::Hangul && !buffer.is_empty() {
                for &piece in &buffer {
                    let term = of_morpheme(table, piece);
                    pieces.push((content.len(), piece));
                    content.push((token, term.hash));
                    terms.push(term);
                }
            } else {
                pieces.extend(buffer.iter().map(|&piece| (content.len(), piece)));
                content.push((token, terms[first].hash));
            }
        }
        terms.extend(names(&tokens).map(|token| of_name(&tokens, token)));
        let mut dates = Vec::new();
        dates::named(&tokens, &mut dates);
        terms.extend(dates.into_iter().map(|hash| Term { hash, weight: DATE_WEIGHT }));
        let mut seen = HashSet::new();
        terms.retain(|term| seen.insert(term.hash));
        Self { tokens, content, pieces, terms, changes: Vec::new() }
    }

    /// Whether there is anything to look for.
    pub fn has_words(&self) -> bool {
        !self.terms.is_empty()
    }

    /// The query's vector: the words that are rare here count more. (That the blocks' own vectors are not weighed so does no harm, and
    /// they need not change when the memory grows.)
    pub fn embed(&self, table: &Table, rarity: &Rarity) -> Code {
        let weighed = |word: usize| rarity.of(self.content[word].1);
        let mut is_read = vec![false; self.content.len()];
        self.pieces.iter().for_each(|&(word, _)| is_read[word] = true);
        let unread = (0..self.content.len()).filter(|&word| !is_read[word]);
        table.embed(
            &self.tokens,
            self.pieces.iter().map(|&(word, piece)| (piece, weighed(word))),
            unread.map(|word| (self.content[word].0, weighed(word))),
        )
    }
}

/// How rare each term of the query is among the passages in scope.
pub struct Rarity {
    /// By the hash of the term, ascending.
    idf: Vec<(u64, f32)>,
    unseen: f32,
}

impl Rarity {
    /// Out of the idf of each term that occurs, and of one that does not.
    pub fn new(mut idf: Vec<(u64, f32)>, unseen: f32) -> Self {
        idf.sort_unstable_by_key(|idf| idf.0);
        Self { idf, unseen }
    }

    /// The idf of a term; of one that does not occur at all, the greatest.
    pub fn of(&self, term: u64) -> f32 {
        self.idf.binary_search_by_key(&term, |idf| idf.0).map_or(self.unseen, |at| self.idf[at].1)
    }
}
