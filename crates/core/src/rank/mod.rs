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
use crate::query::{Hit, Query};
use crate::vectors::Code;
use candidates::Pool;
pub use scope::Scope;
use std::collections::HashMap;
use words::QueryWords;

/// Answers a query.
pub fn search(state: &State, query: &Query, table: &Table, dimension: usize, embeds_queries: bool) -> Result<Vec<Hit>> {
    let scope = Scope::new(state, query);
    let question = QueryWords::new(&query.text, table);
    let words = words::score(state, &scope, &question);
    let code = match &query.vector {
        Some(code) if code.bytes.len() != dimension => return Err(Error::invalid("vector", format!("has {} components, not {dimension}", code.bytes.len()))),
        Some(code) => Some(code.clone()),
        None if embeds_queries => Some(question.embed(table, &words.rarity)),
        None => None,
    }
    .filter(|code: &Code| code.scale > 0.0);
    let reach = match query.near {
        Some((start, hops)) => nearby::reach(state, &scope, start, hops).ok_or_else(|| Error::invalid("near", format!("there is no block {start} here")))?,
        None => HashMap::new(),
    };
    if !question.has_words() && code.is_none() && reach.is_empty() {
        return Ok(Vec::new());
    }
    let vector = vector::score(state, &scope, code.as_ref(), query);
    let pool = Pool::gather(state, &scope, query, &words, &vector, &reach);
    let late = late::score(state, &scope, &pool, &question, &words.rarity, table);
    let evidence = |place: Place, tokens: f32| words.of(place) > 0.0 || vector.of(place) > 0.0 || tokens > 0.0;
    let parts = Parts {
        words: pool.places.iter().map(|&place| words.scale.z(words.of(place)) * query.weights.words).collect(),
        vector: pool.places.iter().map(|&place| vector.scale.z(vector.of(place)) * query.weights.vector).collect(),
        tokens: late.scores.iter().map(|&score| late.scale.z(score) * query.weights.tokens).collect(),
    };
    let base: Vec<f32> = (0..pool.places.len()).map(|i| parts.words[i] + parts.vector[i] + parts.tokens[i]).collect();
    let prior = prior::Prior::new(state, query, &question);
    let mut hits = Vec::with_capacity(pool.candidates.len());
    for candidate in &pool.candidates {
        let (i, place) = (candidate.at, pool.places[candidate.at]);
        let proximity = reach.get(&place).copied().unwrap_or(0.0);
        if proximity == 0.0 && !evidence(place, late.scores[i]) {
            continue;
        }
        let parts = [
            parts.words[i],
            parts.vector[i],
            parts.tokens[i],
            conversation::score(&base, &candidate.around, candidate.centre, &query.weights),
            prior.score(place, pool.before(candidate)),
            proximity * query.weights.near,
        ];
        hits.push(Hit { block: state.id(place), score: parts.iter().sum(), parts });
    }
    Ok(best(hits, query.k))
}

/// The evidence on each block of the pool, weighed.
struct Parts {
    words: Vec<f32>,
    vector: Vec<f32>,
    tokens: Vec<f32>,
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
