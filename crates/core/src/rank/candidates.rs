//! Which blocks are worth a closer look, and the turns around each.

use super::scope::Scope;
use super::{Evidence, Found};
use crate::id::{BlockId, TimeUs};
use crate::index::State;
use crate::index::state::Place;
use crate::segment::flag;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Blocks in scope up to which each is a candidate: small memories are ranked exactly.
pub const ALL_MAX: u64 = 2_048;

/// Blocks that words and vectors bring in, each; more only if more hits are asked for.
const DEPTH: usize = 128;

/// The best of these by their own content, whose neighbours are looked at too.
const HEAD: usize = 64;

/// Hits up to which the numbers above are enough.
const K_USUAL: usize = 50;

/// Turns next to a good one that become candidates themselves: the answer may share no word with the question.
const BESIDE: usize = 2;

/// Turns before and after that speak for a block.
pub const RADIUS: usize = 8;

/// A pause that ends a conversation's subject: an hour.
const PAUSE_US: TimeUs = 3_600_000_000;

/// A block that may be a hit.
pub struct Candidate {
    /// Its place in the pool.
    pub at: usize,
    around: Range<usize>,
    /// Which of the turns around it it is itself.
    pub centre: usize,
}

/// Blocks with what their content says: candidates, and the turns around them.
#[derive(Default)]
pub struct Pool {
    /// The blocks.
    pub places: Vec<Place>,
    /// What each one's content says.
    pub found: Vec<Found>,
    /// Those that may be hits.
    pub candidates: Vec<Candidate>,
    numbers: HashMap<Place, u32>,
    turns: Vec<u32>,
}

impl Pool {
    /// Every block in scope.
    pub fn all(state: &State, scope: &Scope, evidence: &mut Evidence<'_>) -> Self {
        let mut pool = Self::default();
        let mut strips: HashMap<&str, Vec<(TimeUs, BlockId, u32)>> = HashMap::new();
        for (place, number) in scope.places().zip(0_u32..) {
            pool.places.push(place);
            pool.found.push(evidence.of(place));
            if is_message(state, place) {
                let (at, id) = state.order(place);
                strips.entry(state.namespace(place)).or_default().push((at, id, number));
            } else if scope.wants(place) {
                pool.admit_alone(number as usize);
            }
        }
        for strip in strips.values_mut() {
            strip.sort_unstable();
            for middle in 0..strip.len() {
                if scope.wants(pool.places[strip[middle].2 as usize]) {
                    let window = window(middle, strip.len(), |i| strip[i].0);
                    let turns: Vec<u32> = strip[window.clone()].iter().map(|turn| turn.2).collect();
                    pool.admit(strip[middle].2 as usize, &turns, middle - window.start);
                }
            }
        }
        pool
    }

    /// The blocks that words and vectors bring in, those in reach of the anchor, and the turns beside the best of them.
    pub fn likely(
        state: &State,
        scope: &Scope,
        k: usize,
        reach: &HashMap<Place, f32>,
        evidence: &mut Evidence<'_>,
    ) -> Self {
        let (depth, head) = if k <= K_USUAL { (DEPTH, HEAD) } else { (4 * k, 2 * k) };
        let mut pool = Self::default();
        for place in chosen(scope, depth, reach, evidence) {
            pool.number(place, evidence);
        }
        let scored = pool.places.iter().zip(&pool.found).map(|(&place, found)| (found.sum(), place)).collect();
        let mut likely = top(scored, head);
        likely.extend(reach.keys().copied().filter(|&place| scope.wants(place)));
        likely.sort_unstable();
        likely.dedup();
        let mut admitted = HashSet::new();
        for place in likely {
            if is_message(state, place) {
                pool.admit_stretch(state, scope, place, &mut admitted, evidence);
            } else {
                let at = pool.number(place, evidence) as usize;
                pool.admit_alone(at);
            }
        }
        pool
    }

    /// Admits a message and the turns beside it, as far as they may be hits and are not admitted already.
    fn admit_stretch(
        &mut self,
        state: &State,
        scope: &Scope,
        place: Place,
        admitted: &mut HashSet<Place>,
        evidence: &mut Evidence<'_>,
    ) {
        let strip = neighbours(state, scope, place, RADIUS + BESIDE);
        let times: Vec<TimeUs> = strip.iter().map(|&turn| state.order(turn).0).collect();
        let Some(middle) = strip.iter().position(|&other| other == place) else { return };
        let reachable = window(middle, strip.len(), |i| times[i]);
        let beside = reachable.start.max(middle.saturating_sub(BESIDE))..reachable.end.min(middle + BESIDE + 1);
        for centre in beside {
            if scope.wants(strip[centre]) && admitted.insert(strip[centre]) {
                let window = window(centre, strip.len(), |i| times[i]);
                let turns: Vec<u32> = strip[window.clone()].iter().map(|&turn| self.number(turn, evidence)).collect();
                self.admit(turns[centre - window.start] as usize, &turns, centre - window.start);
            }
        }
    }

    /// The turns around a candidate, itself included, in order, as places in the pool.
    pub fn around(&self, candidate: &Candidate) -> &[u32] {
        &self.turns[candidate.around.clone()]
    }

    /// The turn just before a candidate.
    pub fn before(&self, candidate: &Candidate) -> Option<Place> {
        candidate.centre.checked_sub(1).map(|before| self.places[self.around(candidate)[before] as usize])
    }

    fn admit(&mut self, at: usize, turns: &[u32], centre: usize) {
        let start = self.turns.len();
        self.turns.extend_from_slice(turns);
        self.candidates.push(Candidate { at, around: start..self.turns.len(), centre });
    }

    fn admit_alone(&mut self, at: usize) {
        self.admit(at, &[at as u32], 0);
    }

    fn number(&mut self, place: Place, evidence: &mut Evidence<'_>) -> u32 {
        let Self { places, found, numbers, .. } = self;
        *numbers.entry(place).or_insert_with(|| {
            places.push(place);
            found.push(evidence.of(place));
            (places.len() - 1) as u32
        })
    }
}

fn chosen(scope: &Scope, depth: usize, reach: &HashMap<Place, f32>, evidence: &Evidence<'_>) -> Vec<Place> {
    let (words, vector) = (evidence.words, evidence.vector);
    let matched =
        words.matched.iter().copied().filter(|&place| scope.wants(place)).map(|place| (words.of(place), place));
    let mut chosen = top(matched.collect(), depth);
    let near: Vec<(f32, Place)> = if vector.is_complete() {
        scope.places().filter(|&place| scope.wants(place)).map(|place| (vector.of(place), place)).collect()
    } else {
        vector.found.iter().map(|&place| (vector.of(place), place)).collect()
    };
    chosen.extend(top(near, depth));
    chosen.extend(reach.keys().copied().filter(|&place| scope.wants(place)));
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

/// The messages in scope within `radius` turns of a block in its namespace, itself included if it is one, in order, from whatever
/// parts they are in.
pub fn neighbours(state: &State, scope: &Scope, place: Place, radius: usize) -> Vec<Place> {
    let (name, here) = (state.namespace(place), state.order(place));
    let mut found: Vec<((TimeUs, BlockId), Place)> = Vec::with_capacity(2 * radius + 1);
    for (number, part) in (0_u32..).zip(&state.parts) {
        let segment = &part.segment;
        let Some(namespace) = segment.find_namespace(name) else { continue };
        let (strip, at, ids) = (segment.conversation(namespace), segment.at(), segment.ids());
        let order = |block: u32| (at[block as usize], ids[block as usize]);
        let middle = strip.partition_point(|&block| order(block) < here);
        let seen = |&block: &u32| {
            let place = Place { part: number, block };
            (scope.contains(place) && is_message(state, place)).then(|| (order(block), place))
        };
        found.extend(strip[..middle].iter().rev().filter_map(seen).take(radius));
        found.extend(strip[middle..].iter().filter_map(seen).take(radius + 1));
    }
    found.sort_unstable();
    let middle = found.partition_point(|turn| turn.0 < here);
    let window = middle.saturating_sub(radius)..(middle + radius + 1).min(found.len());
    found[window].iter().map(|turn| turn.1).collect()
}

/// Up to RADIUS turns on either side of the one at `middle`, as far as no pause is in between.
fn window(middle: usize, length: usize, at: impl Fn(usize) -> TimeUs) -> Range<usize> {
    let mut first = middle;
    while first > 0 && middle - first < RADIUS && at(first).saturating_sub(at(first - 1)) <= PAUSE_US {
        first -= 1;
    }
    let mut end = middle + 1;
    while end < length && end - middle <= RADIUS && at(end).saturating_sub(at(end - 1)) <= PAUSE_US {
        end += 1;
    }
    first..end
}
