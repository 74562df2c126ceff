//! The same words: BM25 over the passages in scope, a block being as good as its best passage.

use super::Scores;
use super::scope::Scope;
use super::statistics::{Scale, Sums};
use crate::embed::Table;
use crate::index::State;
use crate::index::state::Place;
use crate::vectors::Code;
use crate::words::bm25::{Bm25, idf};
use crate::words::terms::{Term, is_content, of_word};
use crate::words::{Token, Tokens, dates};
use std::collections::HashMap;

/// Terms of a query that are looked up: a prompt may be long, but its rarest words say what it is about.
const TERMS_MAX: usize = 128;

/// A date that the query names and the block was said at, or names too, against a word.
const DATE_WEIGHT: f32 = 1.0;

/// A query, read.
pub struct QueryWords {
    /// Its words.
    pub tokens: Tokens,
    /// Those that carry a subject, and the term that stands for each.
    pub content: Vec<(Token, u64)>,
    /// Table tokens of the content words: which word each belongs to.
    pub pieces: Vec<(usize, u16)>,
    terms: Vec<Term>,
}

impl QueryWords {
    /// Reads a query.
    pub fn new(text: &str, table: &Table) -> Self {
        let tokens = Tokens::new(text);
        let (mut content, mut pieces, mut terms, mut buffer) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for &token in tokens.list.iter().filter(|&&token| is_content(&tokens, token)) {
            let first = terms.len();
            of_word(&tokens, token, &mut terms);
            buffer.clear();
            table.pieces(&tokens, token, &mut buffer);
            pieces.extend(buffer.iter().map(|&piece| (content.len(), piece)));
            content.push((token, terms[first].hash));
        }
        let mut dates = Vec::new();
        dates::named(&tokens, &mut dates);
        terms.extend(dates.into_iter().map(|hash| Term { hash, weight: DATE_WEIGHT }));
        let mut seen = std::collections::HashSet::new();
        terms.retain(|term| seen.insert(term.hash));
        Self { tokens, content, pieces, terms }
    }

    /// Whether there is anything to look for.
    pub fn has_words(&self) -> bool {
        !self.terms.is_empty()
    }

    /// The query's vector: the words that are rare here count more. (That the blocks' own vectors are not weighed so does no harm, and
    /// they need not change when the memory grows.)
    pub fn embed(&self, table: &Table, rarity: &Rarity) -> Code {
        table.embed(&self.tokens, self.content.iter().map(|&(token, term)| (token, rarity.of(term))))
    }
}

/// How rare each term of the query is among the passages in scope.
pub struct Rarity {
    idf: HashMap<u64, f32>,
    unseen: f32,
}

impl Rarity {
    /// The idf of a term; of one that does not occur at all, the greatest.
    pub fn of(&self, term: u64) -> f32 {
        self.idf.get(&term).copied().unwrap_or(self.unseen)
    }
}

/// What the words say.
pub struct WordScores {
    scores: Scores,
    /// The scale of the scores.
    pub scale: Scale,
    /// How rare the query's terms are.
    pub rarity: Rarity,
    /// Every block that has at least one of the words.
    pub matched: Vec<Place>,
}

impl WordScores {
    /// The score of a block.
    pub fn of(&self, place: Place) -> f32 {
        self.scores.of(place)
    }
}

/// Scores every block in scope that has a word of the query.
pub fn score(state: &State, scope: &Scope, query: &QueryWords) -> WordScores {
    let mut found = lookup(state, scope, &query.terms);
    found.sort_by(|a, b| b.idf.total_cmp(&a.idf).then(a.term.hash.cmp(&b.term.hash)));
    let idf = found.iter().map(|term| (term.term.hash, term.idf)).collect();
    found.truncate(TERMS_MAX);
    let bm25 = Bm25::new(scope.passages, scope.words);
    let mut sums = Sums::default();
    let mut scores = Vec::with_capacity(state.parts.len());
    let mut matched = Vec::new();
    for (number, part) in state.parts.iter().enumerate() {
        let (passages, touched) = add_up(&part.segment, &found, number, &bm25, scope);
        let mut blocks = if touched.is_empty() { Vec::new() } else { vec![0.0_f32; part.segment.blocks() as usize] };
        for passage in touched {
            let block = part.segment.owner()[passage as usize];
            let best = &mut blocks[block as usize];
            if *best == 0.0 {
                matched.push(Place { part: number as u32, block });
            }
            *best = best.max(passages[passage as usize]);
        }
        scores.push(blocks);
    }
    let scores = Scores(scores);
    matched.iter().for_each(|&place| sums.add(scores.of(place)));
    WordScores { scale: sums.scale(scope.blocks), scores, rarity: Rarity { idf, unseen: idf_of(scope, 0) }, matched }
}

/// A term with its postings, by part.
struct Found<'a> {
    term: Term,
    idf: f32,
    postings: Vec<&'a [u32]>,
}

fn lookup<'a>(state: &'a State, scope: &Scope, terms: &[Term]) -> Vec<Found<'a>> {
    let found = terms.iter().map(|&term| {
        let postings: Vec<&[u32]> = state.parts.iter().map(|part| part.segment.postings(term.hash)).collect();
        let df = postings.iter().enumerate().map(|(part, list)| count_in_scope(state, scope, part, list)).sum();
        (df > 0).then(|| Found { term, idf: idf_of(scope, df), postings })
    });
    found.flatten().collect()
}

fn count_in_scope(state: &State, scope: &Scope, part: usize, postings: &[u32]) -> u64 {
    let inside = &scope.parts[part];
    if inside.is_all {
        return postings.len() as u64;
    }
    let owner = state.parts[part].segment.owner();
    postings.iter().filter(|&&posting| inside.blocks.contains(owner[(posting >> 8) as usize])).count() as u64
}

fn idf_of(scope: &Scope, df: u64) -> f32 {
    idf(scope.passages, df)
}

/// The scores of a part's passages, and which have one.
fn add_up(
    segment: &crate::segment::Segment,
    found: &[Found<'_>],
    part: usize,
    bm25: &Bm25,
    scope: &Scope,
) -> (Vec<f32>, Vec<u32>) {
    if found.iter().all(|found| found.postings[part].is_empty()) {
        return (Vec::new(), Vec::new());
    }
    let (owner, lengths, inside) = (segment.owner(), segment.lengths(), &scope.parts[part]);
    let mut passages = vec![0.0_f32; segment.passages() as usize];
    let mut touched = Vec::new();
    for found in found {
        let worth = found.idf * found.term.weight;
        for &posting in found.postings[part] {
            let (passage, count) = ((posting >> 8) as usize, (posting & 0xff) as f32);
            if inside.is_all || inside.blocks.contains(owner[passage]) {
                if passages[passage] == 0.0 {
                    touched.push(passage as u32);
                }
                passages[passage] += worth * bm25.saturate(count, lengths[passage] as f32);
            }
        }
    }
    (passages, touched)
}
