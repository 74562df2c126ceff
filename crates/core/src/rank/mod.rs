//! Ranking: from a query to hits, in one pass over a state that does not change meanwhile.
//!
//! Every kind of evidence gives each block a number; each is brought to standard deviations over the blocks in scope, so that they
//! can be added; then come the neighbours in the conversation, what is known beforehand, and the way from the anchor. What a
//! block scores does not depend on how many hits are asked for, nor on what `filter` leaves out.

mod candidates;
mod conversation;
mod late;
mod nearby;
mod prior;
mod scope;
mod statistics;
mod vector;
mod words;

use crate::embed::Table;
use crate::error::{Error, Result};
use crate::index::State;
use crate::index::state::Place;
use crate::query::{Hit, Query, Weights};
use crate::vectors::Code;
use candidates::Pool;
use late::Late;
pub use scope::Scope;
use std::collections::HashMap;
use vector::VectorScores;
use words::{QueryWords, WordScores};

/// Answers a query.
pub fn search(state: &State, query: &Query, table: &Table, dimension: usize, embeds_queries: bool) -> Result<Vec<Hit>> {
    let scope = Scope::new(state, query);
    let question = QueryWords::new(&query.text, table);
    let words = words::score(state, &scope, &question);
    let code = query_code(query, &question, &words, table, dimension, embeds_queries)?;
    let reach = match query.near {
        Some((start, hops)) => nearby::reach(state, &scope, start, hops)
            .ok_or_else(|| Error::invalid("near", format!("there is no block {start}")))?,
        None => HashMap::new(),
    };
    if !question.has_words() && code.is_none() && reach.is_empty() {
        return Ok(Vec::new());
    }
    let vector = vector::score(state, &scope, code.as_ref(), query);
    let is_exact = query.exact || scope.blocks <= candidates::ALL_MAX;
    let late = Late::new(state, &scope, &question, &words.rarity, table, is_exact);
    let mut evidence = Evidence { words: &words, vector: &vector, late, weights: &query.weights };
    let pool = if is_exact {
        Pool::all(state, &scope, &mut evidence)
    } else {
        Pool::likely(state, &scope, query.k, &reach, &mut evidence)
    };
    let prior = prior::Prior::new(state, &scope, query, &question);
    let mut hits = Vec::with_capacity(pool.candidates.len());
    for candidate in &pool.candidates {
        let (place, found) = (pool.places[candidate.at], pool.found[candidate.at]);
        let proximity = reach.get(&place).copied().unwrap_or(0.0);
        if proximity == 0.0 && !found.is_any {
            continue;
        }
        let [words, vector, tokens] = found.parts;
        let around = conversation::score(&pool.found, pool.around(candidate), candidate.centre, &query.weights);
        let parts =
            [words, vector, tokens, around, prior.score(place, pool.before(candidate)), proximity * query.weights.near];
        hits.push(Hit { block: state.id(place), score: parts.iter().sum(), parts });
    }
    Ok(best(hits, query.k))
}

/// The query's vector: the caller's, or the table's; none if it has no direction.
fn query_code(
    query: &Query,
    question: &QueryWords,
    words: &WordScores,
    table: &Table,
    dimension: usize,
    embeds_queries: bool,
) -> Result<Option<Code>> {
    let code = match &query.vector {
        Some(code) if code.bytes.len() != dimension => {
            return Err(Error::invalid("vector", format!("has {} components, not {dimension}", code.bytes.len())));
        }
        Some(code) => Some(code.clone()),
        None => embeds_queries.then(|| question.embed(table, &words.rarity)),
    };
    Ok(code.filter(|code| code.scale > 0.0))
}

/// What a block's own content says.
#[derive(Clone, Copy, Debug)]
struct Found {
    /// Words, vector and tokens, weighed.
    parts: [f32; 3],
    /// Whether there is anything at all.
    is_any: bool,
}

impl Found {
    fn sum(&self) -> f32 {
        self.parts.iter().sum()
    }
}

/// Every kind of evidence that lies in a block's own content.
struct Evidence<'a> {
    words: &'a WordScores,
    vector: &'a VectorScores<'a>,
    late: Late<'a>,
    weights: &'a Weights,
}

impl Evidence<'_> {
    fn of(&mut self, place: Place) -> Found {
        let (words, vector, tokens) = (self.words.of(place), self.vector.of(place), self.late.of(place));
        let parts = [
            self.words.scale.z(words) * self.weights.words,
            self.vector.scale.z(vector) * self.weights.vector,
            self.late.scale.z(tokens) * self.weights.tokens,
        ];
        Found { parts, is_any: words > 0.0 || vector > 0.0 || tokens > 0.0 }
    }
}

/// The `k` best, best first; of two equals the newer first.
fn best(mut hits: Vec<Hit>, k: usize) -> Vec<Hit> {
    let order = |a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then(b.block.cmp(&a.block));
    if hits.len() > k {
        hits.select_nth_unstable_by(k, order);
        hits.truncate(k);
    }
    hits.sort_unstable_by(order);
    hits
}

/// The scores of one kind of evidence, by part and block; what was not looked at counts as nothing.
struct Scores(Vec<Vec<f32>>);

impl Scores {
    fn of(&self, place: Place) -> f32 {
        self.0[place.part as usize].get(place.block as usize).copied().unwrap_or(0.0)
    }
}
