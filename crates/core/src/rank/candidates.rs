//! Which blocks are worth a closer look, and the turns around each.

use super::best::{Best, Scored};
use super::conversation::{self, CLOSE};
use super::scratch::Numbers;
use super::turns::{Turn, Turns};
use super::view::Ground;
use super::{Evidence, Found, vector};
use crate::id::TimeUs;
use crate::index::state::Place;
use std::collections::HashMap;
use std::ops::Range;

/// Blocks in scope up to which each is a candidate: the smallest memories are ranked exactly.
pub const ALL_MAX: u64 = 256;

/// Blocks that words and vectors bring in, each; more only if more hits are asked for.
const DEPTH: usize = 48;

/// The best of these by their own content, whose neighbours are looked at too.
const HEAD: usize = 32;

/// Hits up to which the numbers above are enough.
const K_USUAL: usize = 50;

/// Turns next to a good one that become candidates themselves: the answer may share no word with the question.
const BESIDE: usize = 2;

/// Turns before and after that speak for a block.
pub const RADIUS: usize = 8;

/// Turns that are looked up around a good one at most.
const STRIP_MAX: usize = 2 * (RADIUS + BESIDE) + 1;

/// A pause that ends a conversation's subject: an hour.
const PAUSE_US: TimeUs = 3_600_000_000;

/// How many blocks each kind of evidence chooses for `k` hits, and how many of all of these are looked at with their neighbours.
pub fn depth(k: usize) -> (usize, usize) {
    if k <= K_USUAL { (DEPTH, HEAD) } else { (k.saturating_mul(4), k.saturating_mul(2)) }
}

/// A block that may be a hit.
pub struct Candidate {
    /// Its place in the pool.
    pub at: usize,
    around: Range<usize>,
    /// Which of the turns around it it is itself.
    pub centre: usize,
    /// The turn just before it.
    pub before: Option<Place>,
    /// How much less its speaker says here than the others.
    pub brevity: f32,
}

impl Candidate {
    /// Whether it is the first of several turns.
    pub fn opens(&self) -> bool {
        self.before.is_none() && self.around.len() > 1
    }
}

/// Blocks with what their content says: candidates, and the turns close to them.
pub struct Pool<'a> {
    ground: &'a Ground<'a>,
    /// By part: the place in the pool of each block.
    numbers: &'a mut Vec<Numbers>,
    /// The blocks.
    pub places: Vec<Place>,
    /// What each one's content says.
    pub found: Vec<Found>,
    /// Those that may be hits.
    pub candidates: Vec<Candidate>,
    is_candidate: Vec<bool>,
    /// What the turns around each candidate say.
    turns: Vec<f32>,
}

impl<'a> Pool<'a> {
    fn new(ground: &'a Ground<'a>, numbers: &'a mut Vec<Numbers>) -> Self {
        numbers.resize_with(ground.views.len().max(numbers.len()), Numbers::default);
        for (numbers, view) in numbers.iter_mut().zip(&ground.views) {
            numbers.reset(view.segment.blocks() as usize);
        }
        let (places, found, candidates, is_candidate, turns) = Default::default();
        Self { ground, numbers, places, found, candidates, is_candidate, turns }
    }

    /// Every block in scope.
    pub fn all(ground: &'a Ground<'a>, numbers: &'a mut Vec<Numbers>, evidence: &mut Evidence<'_>) -> Self {
        let mut pool = Self::new(ground, numbers);
        let mut turns = Turns::new(ground);
        for place in ground.scope.places().filter(|&place| ground.scope.wants(place)) {
            if ground.view(place).is_message(place.block) {
                pool.admit_stretch(&mut turns, place, 0, evidence);
            } else {
                pool.admit_alone(place, evidence);
            }
        }
        pool
    }

    /// The blocks that words and vectors bring in, those in reach of the anchor, and the turns beside the best of them.
    pub fn likely(
        ground: &'a Ground<'a>,
        numbers: &'a mut Vec<Numbers>,
        head: usize,
        reach: &HashMap<Place, f32>,
        evidence: &mut Evidence<'_>,
    ) -> Self {
        let mut pool = Self::new(ground, numbers);
        let reached: Vec<Place> = reach.keys().copied().filter(|&place| ground.scope.wants(place)).collect();
        let chosen = evidence.words.chosen.iter().chain(&evidence.vector.chosen).map(|scored| scored.place);
        let chosen: Vec<Place> = chosen.chain(reached.iter().copied()).collect();
        evidence.late.prepare(&chosen);
        let mut best = Best::new(head);
        for place in chosen {
            let (before, at) = (pool.places.len(), pool.number(place, evidence) as usize);
            let score = pool.found[at].sum();
            if at == before && best.may_take(score) {
                best.take(Scored { score, id: ground.id(place), place });
            }
        }
        let mut likely: Vec<Place> = best.into_vec().into_iter().map(|scored| scored.place).chain(reached).collect();
        likely.sort_unstable();
        likely.dedup();
        let mut turns = Turns::new(ground);
        for place in likely {
            if ground.view(place).is_message(place.block) {
                pool.admit_stretch(&mut turns, place, BESIDE, evidence);
            } else {
                pool.admit_alone(place, evidence);
            }
        }
        pool
    }

    /// Some blocks, each of which may be a hit.
    pub fn of(
        ground: &'a Ground<'a>,
        numbers: &'a mut Vec<Numbers>,
        places: &[Place],
        evidence: &mut Evidence<'_>,
    ) -> Self {
        let mut pool = Self::new(ground, numbers);
        let mut turns = Turns::new(ground);
        for &place in places {
            if ground.view(place).is_message(place.block) {
                pool.admit_stretch(&mut turns, place, 0, evidence);
            } else {
                pool.admit_alone(place, evidence);
            }
        }
        pool
    }

    /// Admits a message and the turns `beside` it, as far as they may be hits and are not admitted already.
    fn admit_stretch(&mut self, turns: &mut Turns<'_>, place: Place, beside: usize, evidence: &mut Evidence<'_>) {
        let strip = turns.around(place, RADIUS + beside);
        let Some(middle) = strip.iter().position(|turn| turn.place == place) else { return };
        let reachable = window(middle, strip);
        let beside = reachable.start.max(middle.saturating_sub(beside))..reachable.end.min(middle + beside + 1);
        let close = beside.start.saturating_sub(CLOSE)..strip.len().min(beside.end + CLOSE);
        let near: Vec<Place> = strip[close].iter().map(|turn| turn.place).collect();
        near.iter().for_each(|place| vector::fetch(self.ground.view(*place), place.block));
        evidence.late.prepare(&near);
        let glances: [f32; STRIP_MAX] =
            std::array::from_fn(|i| strip.get(i).map_or(0.0, |turn| evidence.glance(turn.place)));
        for centre in beside {
            if !self.ground.scope.wants(strip[centre].place) || self.is_admitted(strip[centre].place) {
                continue;
            }
            let (window, start) = (window(centre, strip), self.turns.len());
            self.turns.extend_from_slice(&glances[window.clone()]);
            let close = window.start.max(centre.saturating_sub(CLOSE))..window.end.min(centre + CLOSE + 1);
            for offset in close {
                let number = self.number(strip[offset].place, evidence);
                self.turns[start + offset - window.start] = self.found[number as usize].sum();
            }
            let before = (centre > window.start).then(|| strip[centre - 1].place);
            let own = strip[centre].place;
            let turns =
                strip[window.start.max(centre.saturating_sub(CLOSE))..window.end.min(centre + CLOSE + 1)].iter();
            let brevity = conversation::brevity(
                turns.map(|turn| (self.ground.have_one_source(own, turn.place), self.ground.length_of(turn.place))),
            );
            self.admit(own, start, centre - window.start, before, brevity, evidence);
        }
    }

    /// What the turns around a candidate say, itself included, in order.
    pub fn around(&self, candidate: &Candidate) -> &[f32] {
        &self.turns[candidate.around.clone()]
    }

    fn admit_alone(&mut self, place: Place, evidence: &mut Evidence<'_>) {
        let (start, at) = (self.turns.len(), self.number(place, evidence));
        self.turns.push(self.found[at as usize].sum());
        self.admit(place, start, 0, None, 0.0, evidence);
    }

    /// Admits a block, around which the turns were that were pushed last.
    fn admit(
        &mut self,
        place: Place,
        start: usize,
        centre: usize,
        before: Option<Place>,
        brevity: f32,
        evidence: &mut Evidence<'_>,
    ) {
        let at = self.number(place, evidence) as usize;
        self.is_candidate[at] = true;
        self.candidates.push(Candidate { at, around: start..self.turns.len(), centre, before, brevity });
    }

    fn is_admitted(&self, place: Place) -> bool {
        let at = self.numbers[place.part as usize].get(place.block as usize);
        at.is_some_and(|at| self.is_candidate[at as usize])
    }

    fn number(&mut self, place: Place, evidence: &mut Evidence<'_>) -> u32 {
        let numbers = &mut self.numbers[place.part as usize];
        if let Some(number) = numbers.get(place.block as usize) {
            return number;
        }
        let number = self.places.len() as u32;
        numbers.set(place.block as usize, number);
        self.places.push(place);
        self.found.push(evidence.of(place));
        self.is_candidate.push(false);
        number
    }
}

/// Up to RADIUS turns on either side of the one at `middle`, as far as no pause is in between.
fn window(middle: usize, turns: &[Turn]) -> Range<usize> {
    let is_pause = |before: usize| turns[before + 1].at.saturating_sub(turns[before].at) > PAUSE_US;
    let (mut first, mut end) = (middle, middle + 1);
    while first > 0 && middle - first < RADIUS && !is_pause(first - 1) {
        first -= 1;
    }
    while end < turns.len() && end - middle <= RADIUS && !is_pause(end - 1) {
        end += 1;
    }
    first..end
}
