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
mod local;
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
use crate::id::BlockId;
use crate::index::State;
use crate::index::state::Place;
use crate::query::{Answer, Hit, Query, Weights};
use crate::vectors::Code;
use candidates::Pool;
use late::Late;
use local::Fits;
use nearby::Nearby;
pub use scope::Scope;
use scratch::{Scratch, Sparse};
use std::collections::HashMap;
use vector::VectorScores;
use view::Ground;
use words::{QueryWords, Rarity, WordScores};

/// Answers a query.
pub fn search(state: &State, query: &Query, table: &Table, dimension: usize, embeds_queries: bool) -> Result<Answer> {
    let mut scratch = scratch::take();
    let mut word_sums = std::mem::take(&mut scratch.words);
    let answer = Asked { state, query, table, dimension, embeds_queries }.answer(&mut scratch, &mut word_sums);
    scratch.words = word_sums;
    scratch::give_back(scratch);
    answer
}

/// How well what is around each of the blocks that a query may start from fits it: from 0 on, and more is better.
pub fn fits(state: &State, query: &Query, table: &Table, dimension: usize, embeds_queries: bool) -> Result<Vec<f32>> {
    Asked { state, query, table, dimension, embeds_queries }.fits()
}

/// A query, and what it is asked of.
struct Asked<'a> {
    state: &'a State,
    query: &'a Query,
    table: &'a Table,
    dimension: usize,
    embeds_queries: bool,
}

impl Asked<'_> {
    fn answer(&self, scratch: &mut Scratch, word_sums: &mut Vec<Sparse>) -> Result<Answer> {
        let (state, query) = (self.state, self.query);
        let scope = Scope::new(state, query);
        let ground = Ground::new(state, &scope);
        let is_exact = query.exact || scope.blocks <= candidates::ALL_MAX;
        let question = QueryWords::new(&query.text, self.table);
        let (terms, rarity) = words::terms(&ground, &question);
        let code = self.code(&question, &rarity)?;
        let mut nearby = Nearby::new(&ground);
        let mut fits = Fits::new(&ground, &terms, code.as_ref());
        let start = self.start(&mut nearby, &mut fits)?;
        let reach = start.map_or_else(HashMap::new, |(start, hops)| nearby.proximities(start, hops));
        let mut answer = Answer {
            blocks: scope.blocks,
            visited: scope.blocks,
            start: start.map(|start| start.0),
            ..Answer::default()
        };
        if !question.has_words() && code.is_none() && reach.is_empty() {
            return Ok(answer);
        }
        let visited = match start {
            Some((start, _)) if !is_exact && !reach.is_empty() && (!terms.is_empty() || code.is_none()) => {
                local::visit(&ground, &mut nearby, start, &terms, word_sums)
            }
            _ => None,
        };
        let (depth, head) = candidates::depth(query.k);
        let weights = &query.weights;
        let words = match &visited {
            Some(visited) => words::score_some(&ground, (&terms, rarity), &visited.scored, word_sums),
            None => words::score(&ground, (&terms, rarity), depth, word_sums),
        };
        let vector = match &visited {
            Some(visited) => vector::over(&ground, code.as_ref(), &visited.scored),
            None => vector::score(&ground, code.as_ref(), is_exact, depth, scratch),
        };
        let Scratch { rows, samples, pool, .. } = scratch;
        let late = match &visited {
            Some(visited) => Late::over(&ground, &question, &words.rarity, self.table, &visited.scored, rows),
            None => Late::new(&ground, &question, &words.rarity, self.table, is_exact, (rows, samples)),
        };
        let mut evidence = Evidence { ground: &ground, words: &words, vector: &vector, late, weights };
        let pool = match &visited {
            Some(visited) => Pool::of(&ground, pool, &visited.wanted, &mut evidence),
            None if is_exact => Pool::all(&ground, pool, &mut evidence),
            None => Pool::likely(&ground, pool, head, &reach, &mut evidence),
        };
        let prior = prior::Prior::new(&ground, query, &question, evidence.share());
        answer.hits = best(weighed(&pool, &ground, query, &prior, &reach), query.k);
        if let Some(visited) = &visited {
            let mut looked_at = [&visited.scored[..], &fits.probed].concat();
            local::tidy(&mut looked_at);
            answer.visited = looked_at.len() as u64;
            answer.width = visited.width;
        }
        Ok(answer)
    }

    /// Where a search near something starts: of several blocks, at the one that it belongs to.
    fn start(&self, nearby: &mut Nearby<'_>, fits: &mut Fits<'_>) -> Result<Option<(BlockId, u32)>> {
        let near = &self.query.near;
        if let Some((block, _)) = near.iter().find(|(block, _)| self.state.locate(*block).is_none()) {
            return Err(Error::invalid("near", format!("there is no block {block}")));
        }
        if near.len() < 2 {
            return Ok(near.first().copied());
        }
        let mut best: Option<(f32, (BlockId, u32))> = None;
        for &start in near {
            let fit = fits.of(nearby, start.0);
            if best.is_none_or(|(most, _)| fit > most) {
                best = Some((fit, start));
            }
        }
        Ok(best.map(|best| best.1))
    }

    fn fits(&self) -> Result<Vec<f32>> {
        let scope = Scope::new(self.state, self.query);
        let ground = Ground::new(self.state, &scope);
        let question = QueryWords::new(&self.query.text, self.table);
        let (terms, rarity) = words::terms(&ground, &question);
        let code = self.code(&question, &rarity)?;
        let (mut nearby, mut fits) = (Nearby::new(&ground), Fits::new(&ground, &terms, code.as_ref()));
        Ok(self.query.near.iter().map(|start| fits.of(&mut nearby, start.0)).collect())
    }

    /// The query's vector: the caller's, or the table's; none if it has no direction.
    fn code(&self, question: &QueryWords, rarity: &Rarity) -> Result<Option<Code>> {
        let dimension = self.dimension;
        let code = match &self.query.vector {
            Some(code) if code.bytes.len() != dimension => {
                return Err(Error::invalid("vector", format!("has {} components, not {dimension}", code.bytes.len())));
            }
            Some(code) => Some(code.clone()),
            None => self.embeds_queries.then(|| question.embed(self.table, rarity)),
        };
        Ok(code.filter(|code| code.scale > 0.0))
    }
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
