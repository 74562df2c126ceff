//! Which blocks are worth a closer look, and the turns around each.

use super::scope::Scope;
use super::vector::VectorScores;
use super::words::WordScores;
use crate::id::TimeUs;
use crate::index::State;
use crate::index::state::Place;
use crate::query::Query;
use crate::segment::flag;
use std::collections::HashMap;

/// Blocks in scope up to which each is a candidate: small memories are ranked exactly.
pub const ALL_MAX: u64 = 4_096;

/// Candidates that each kind of evidence brings in; more only if more hits are asked for.
const DEPTH: usize = 200;

/// Turns before and after that are looked at.
pub const RADIUS: usize = 8;

/// A pause that ends a conversation's subject: an hour.
const PAUSE_US: TimeUs = 3_600_000_000;

/// A block that may be a hit.
pub struct Candidate {
    /// Its place in the pool.
    pub at: usize,
    /// The turns around it, itself included, in order, as places in the pool.
    pub around: Vec<u32>,
    /// Which of `around` it is itself.
    pub centre: usize,
}

/// See the module.
pub struct Pool {
    /// Every block that is looked at, candidates and their neighbours.
    pub places: Vec<Place>,
    /// Those that may be hits.
    pub candidates: Vec<Candidate>,
    /// Whether the pool is the whole scope.
    pub is_all: bool,
}

impl Pool {
    /// Finds the candidates and their neighbours.
    pub fn gather(state: &State, scope: &Scope, query: &Query, words: &WordScores, vector: &VectorScores<'_>, reach: &HashMap<Place, f32>) -> Self {
        let is_all = query.exact || scope.blocks <= ALL_MAX;
        let chosen: Vec<Place> = if is_all { scope.places().collect() } else { choose(scope, query.k, words, vector, reach) };
        let mut pool = Self { places: chosen.clone(), candidates: Vec::new(), is_all };
        let mut numbers: HashMap<Place, u32> = chosen.iter().zip(0..).map(|(&place, number)| (place, number)).collect();
        let strips = if is_all { strips(state, scope) } else { HashMap::new() };
        for (at, &place) in chosen.iter().enumerate() {
            if !scope.wants(place) {
                continue;
            }
            let (around, centre) = match strips.get(state.namespace(place)) {
                Some(strip) => window(state, strip, place),
                None => window(state, &neighbours(state, scope, place), place),
            };
            let around = around.into_iter().map(|place| *numbers.entry(place).or_insert_with(|| { pool.places.push(place); (pool.places.len() - 1) as u32 })).collect();
            pool.candidates.push(Candidate { at, around, centre });
        }
        pool
    }

    /// The turn just before a candidate.
    pub fn before(&self, candidate: &Candidate) -> Option<Place> {
        candidate.centre.checked_sub(1).map(|before| self.places[candidate.around[before] as usize])
    }
}

fn choose(scope: &Scope, k: usize, words: &WordScores, vector: &VectorScores<'_>, reach: &HashMap<Place, f32>) -> Vec<Place> {
    let depth = if k <= DEPTH / 2 { DEPTH } else { 2 * k };
    let matched = words.matched.iter().copied().filter(|&place| scope.wants(place)).map(|place| (words.of(place), place));
    let mut chosen = top(matched.collect(), depth);
    let near: Vec<(f32, Place)> = if vector.is_complete() {
        scope.places().filter(|&place| scope.wants(place)).map(|place| (vector.of(place), place)).collect()
    } else {
        vector.found.iter().map(|&place| (vector.of(place), place)).collect()
    };
    chosen.extend(top(near, depth));
    chosen.extend(reach.keys().copied().filter(|&place| scope.wants(place)));
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

fn top(mut scored: Vec<(f32, Place)>, depth: usize) -> Vec<Place> {
    if scored.len() > depth {
        scored.select_nth_unstable_by(depth, |a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        scored.truncate(depth);
    }
    scored.into_iter().map(|pair| pair.1).collect()
}

fn is_message(state: &State, place: Place) -> bool {
    state.segment(place).flags()[place.block as usize] & flag::MESSAGE != 0
}

/// The messages in scope of every namespace, in order.
fn strips<'a>(state: &'a State, scope: &Scope) -> HashMap<&'a str, Vec<Place>> {
    let mut strips: HashMap<&str, Vec<Place>> = HashMap::new();
    for place in scope.places().filter(|&place| is_message(state, place)) {
        strips.entry(state.namespace(place)).or_default().push(place);
    }
    strips.values_mut().for_each(|strip| strip.sort_unstable_by_key(|&place| state.order(place)));
    strips
}

/// The messages in scope around a block in its namespace, in order, from whatever parts they are in.
pub fn neighbours(state: &State, scope: &Scope, place: Place) -> Vec<Place> {
    let (name, here) = (state.namespace(place), state.order(place));
    let mut found = Vec::new();
    for (number, part) in (0_u32..).zip(&state.parts) {
        let Some(namespace) = part.segment.find_namespace(name) else { continue };
        let strip = part.segment.conversation(namespace);
        let order = |block: &u32| state.order(Place { part: number, block: *block });
        let middle = strip.partition_point(|block| order(block) < here);
        let seen = |&block: &u32| Some(Place { part: number, block }).filter(|&place| scope.contains(place) && is_message(state, place));
        found.extend(strip[..middle].iter().rev().filter_map(seen).take(RADIUS));
        found.extend(strip[middle..].iter().filter_map(seen).take(RADIUS + 1));
    }
    found.sort_unstable_by_key(|&place| state.order(place));
    found
}

/// Up to RADIUS turns on either side of a block, as far as no pause is in between; and which of them it is.
fn window(state: &State, strip: &[Place], place: Place) -> (Vec<Place>, usize) {
    let here = state.order(place);
    let middle = strip.partition_point(|&other| state.order(other) < here);
    if strip.get(middle) != Some(&place) {
        return (vec![place], 0);
    }
    let at = |i: usize| state.order(strip[i]).0;
    let mut first = middle;
    while first > 0 && middle - first < RADIUS && at(first) - at(first - 1) <= PAUSE_US {
        first -= 1;
    }
    let mut last = middle;
    while last + 1 < strip.len() && last - middle < RADIUS && at(last + 1) - at(last) <= PAUSE_US {
        last += 1;
    }
    (strip[first..=last].to_vec(), middle - first)
}
