//! Ranking: from a query to hits, in one pass over a state that does not change meanwhile.
//!
//! Every kind of evidence gives each block a number; each is brought to standard deviations over the blocks in scope, so that they
//! can be added; then come the neighbours in the conversation, what is known beforehand, and the way from the anchor. What a
//! block scores does not depend on how many hits are asked for, nor on what `filter` leaves out.

mod best;
mod candidates;
mod conversation;
mod fading;
mod late;
mod nearby;
mod prior;
mod sample;
mod scope;
pub(crate) mod scratch;
mod similar;
mod statistics;
mod turns;
mod vector;
mod view;
mod words;

use crate::embed::Table;
use crate::error::{Error, Result};
use crate::id::{BlockId, Score};
use crate::index::State;
use crate::index::state::Place;
use crate::query::{Hit, Query, Weights};
use crate::vectors::Code;
use candidates::Pool;
use late::Late;
pub use scope::Scope;
use scratch::Scratch;
use std::collections::HashMap;
use vector::VectorScores;
use view::Ground;
use words::{QueryWords, WordScores};

/// Answers queries, one after another. Those of one scope that follow one another share what is found out about it.
pub fn search_each(
    state: &State,
    queries: &[Query],
    table: &Table,
    dimension: usize,
    embeds_queries: bool,
) -> Result<Vec<Vec<Hit>>> {
    let mut scratch = scratch::take();
    let mut found = Vec::with_capacity(queries.len());
    for alike in queries.chunk_by(Query::has_scope_of) {
        let scope = Scope::new(state, &alike[0]);
        let ground = Ground::new(state, &scope);
        for query in alike {
            found.push(ranked(&ground, query, table, dimension, embeds_queries, &mut scratch)?);
        }
    }
    scratch::give_back(scratch);
    Ok(found)
}

fn ranked(
    ground: &Ground<'_>,
    query: &Query,
    table: &Table,
    dimension: usize,
    embeds_queries: bool,
    scratch: &mut Scratch,
) -> Result<Vec<Hit>> {
    let (depth, head) = candidates::depth(query.k);
    let is_exact = query.exact || ground.scope.blocks <= candidates::ALL_MAX;
    let question = QueryWords::new(&query.text, table);
    let mut word_room = std::mem::take(&mut scratch.words);
    let words = words::score(ground, &question, depth, is_exact, &mut word_room);
    let code = query_code(query, &question, &words, table, dimension, embeds_queries)?;
    let reach = match query.near {
        Some((start, hops)) => nearby::reach(ground, start, hops)
            .ok_or_else(|| Error::invalid("near", format!("there is no block {start}")))?,
        None => HashMap::new(),
    };
    if !question.has_words() && code.is_none() && reach.is_empty() {
        return Ok(Vec::new());
    }
    let vector = vector::score(ground, code.as_ref(), is_exact, depth, scratch);
    let Scratch { rows, samples, pool, .. } = scratch;
    let late = Late::new(ground, &question, &words.rarity, table, is_exact, (rows, samples));
    let mut evidence = Evidence { ground, words: &words, vector: &vector, late, weights: &query.weights };
    let pool = if is_exact {
        Pool::all(ground, pool, &mut evidence)
    } else {
        Pool::likely(ground, pool, head, &reach, &mut evidence)
    };
    let prior = prior::Prior::new(ground, query, &question, evidence.share());
    let hits = weighed(&pool, ground, query, &prior, &reach);
    scratch.words = word_room;
    Ok(best(hits, query.k))
}

/// What the words alone choose: the `depth` best blocks, best first, with what their words are worth.
pub fn by_words(state: &State, query: &Query, table: &Table, depth: usize) -> Vec<(BlockId, Score)> {
    let scope = Scope::new(state, query);
    let ground = Ground::new(state, &scope);
    let mut scratch = scratch::take();
    let question = QueryWords::new(&query.text, table);
    let mut chosen = words::score(&ground, &question, depth, query.exact, &mut scratch.words).chosen;
    scratch::give_back(scratch);
    chosen.sort_unstable_by(best::Scored::order);
    chosen.into_iter().map(|scored| (scored.id, scored.score)).collect()
}

/// Each candidate that has anything to it, with all that speaks for it.
fn weighed(
    pool: &Pool<'_>,
    ground: &Ground<'_>,
    query: &Query,
    prior: &prior::Prior<'_>,
    reach: &HashMap<Place, f32>,
) -> Vec<Hit> {
    let mut hits = Vec::with_capacity(pool.candidates.len());
    for candidate in &pool.candidates {
        let (place, found) = (pool.places[candidate.at], pool.found[candidate.at]);
        let proximity = if reach.is_empty() { 0.0 } else { reach.get(&place).copied().unwrap_or(0.0) };
        if proximity == 0.0 && !found.is_any {
            continue;
        }
        let [words, vector, tokens] = found.parts;
        let answers = prior.answers(place, candidate.before);
        let around = conversation::score(pool.around(candidate), candidate.centre, answers, &query.weights);
        let prior = prior.score(place, answers, candidate);
        let parts = [words, vector, tokens, around, prior, proximity * query.weights.near];
        hits.push(Hit { block: ground.id(place), score: parts.iter().sum(), parts });
    }
    hits
}

/// The query's vector: the caller's, or the table's; none if it has no direction.
fn query_code(
    query: &Query,
    question: &QueryWords,
    words: &WordScores<'_>,
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
    ground: &'a Ground<'a>,
    words: &'a WordScores<'a>,
    vector: &'a VectorScores<'a>,
    late: Late<'a>,
    weights: &'a Weights,
}

impl Evidence<'_> {
    /// How much of all the evidence that counts there is for this query, from 0 to 1: a vector that was brought along has no words, and the
    /// table cannot read every script.
    fn share(&self) -> f32 {
        let Weights { words, vector, tokens, .. } = *self.weights;
        let (there, all) = [
            (words, self.words.says_something()),
            (vector, self.vector.says_something()),
            (tokens, self.late.has_pieces()),
        ]
        .iter()
        .fold((0.0, 0.0), |(there, all), &(weight, is_there)| {
            (there + if is_there { weight.abs() } else { 0.0 }, all + weight.abs())
        });
        if all > 0.0 { there / all } else { 1.0 }
    }

    /// What can be said at a glance, from words alone.
    fn glance(&self, place: Place) -> f32 {
        let tokens = if self.late.has_pieces() { self.weights.tokens } else { 0.0 };
        let stand_for = self.weights.words + conversation::AGREEMENT * (self.weights.vector + tokens);
        self.words.scale.z(self.words.of(self.ground, place)) * stand_for
    }

    /// What a closer look says of a block that `late` is ready for.
    fn of(&self, place: Place) -> Found {
        let (words, vector) = (self.words.of(self.ground, place), self.vector.of(self.ground, place));
        let tokens = self.late.of(place);
        let luck = statistics::luck(self.ground.view(place).passages_of(place.block).len());
        let parts = [
            (self.words.scale.z(words) - luck) * self.weights.words,
            (self.vector.scale.z(vector) - luck) * self.weights.vector,
            (self.late.scale.z(tokens) - luck) * self.weights.tokens,
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
