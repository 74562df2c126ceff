//! From an anchor outwards: along links and along the conversation.

use super::turns::Turns;
use super::view::Ground;
use crate::id::BlockId;
use crate::index::state::Place;
use crate::links::{Budget, Edge, Reach, walk};
use std::collections::HashMap;

/// How strongly a turn is tied to the ones next to it.
const TURN_WEIGHT: f32 = 0.9;

/// A link read against its direction, against the link itself.
const BACK_WEIGHT: f32 = 0.8;

/// Turns on either side that are looked up at once: a walk goes on to most of them.
const STRIP: usize = 16;

/// The surroundings of a block, as far as they are in scope. Walks pass through blocks that the filter leaves out.
pub struct Nearby<'a> {
    ground: &'a Ground<'a>,
    turns: Turns<'a>,
    /// The turns just before and just after those that were met.
    beside: HashMap<BlockId, [Option<BlockId>; 2]>,
}

impl<'a> Nearby<'a> {
    /// For one search.
    pub fn new(ground: &'a Ground<'a>) -> Self {
        Self { ground, turns: Turns::new(ground), beside: HashMap::new() }
    }

    /// The blocks around `start`, the nearest first, and `start` itself. Nothing, if that is out of scope (it has expired, say).
    pub fn walk(&mut self, start: BlockId, budget: Budget) -> Vec<Reach> {
        if self.inside(start).is_none() { Vec::new() } else { walk(start, budget, |id| self.edges(id)) }
    }

    /// How near each block within some hops of `start` is, from 0 to 1.
    pub fn proximities(&mut self, start: BlockId, hops: u32) -> HashMap<Place, f32> {
        let found = self.walk(start, Budget { hops, ..Budget::default() });
        found.into_iter().filter_map(|reach| Some((self.inside(reach.block)?, reach.proximity))).collect()
    }

    /// The place of a block that is in scope.
    pub fn inside(&self, id: BlockId) -> Option<Place> {
        self.ground.state.locate(id).filter(|&place| self.ground.scope.contains(place))
    }

    fn edges(&mut self, id: BlockId) -> Vec<Edge> {
        let links = &self.ground.state.links;
        let mut edges = links.leaving(id);
        edges.extend(links.arriving(id).into_iter().map(|edge| Edge { weight: edge.weight * BACK_WEIGHT, ..edge }));
        edges.retain(|edge| self.inside(edge.target).is_some());
        edges.extend(self.beside(id).into_iter().flatten().map(|target| Edge { target, weight: TURN_WEIGHT }));
        edges
    }

    fn beside(&mut self, id: BlockId) -> [Option<BlockId>; 2] {
        if let Some(&beside) = self.beside.get(&id) {
            return beside;
        }
        let Some(place) = self.inside(id) else { return [None; 2] };
        let strip = self.turns.around(place, STRIP);
        let Some(middle) = strip.iter().position(|turn| turn.place == place) else { return [None; 2] };
        let at = |offset: Option<usize>| offset.and_then(|at| strip.get(at)).map(|turn| self.ground.id(turn.place));
        // The outermost may have more beside them than was looked up.
        let is_whole = |number: usize| number == middle || (number > 0 && number + 1 < strip.len());
        for number in (0..strip.len()).filter(|&number| is_whole(number)) {
            self.beside.insert(self.ground.id(strip[number].place), [at(number.checked_sub(1)), at(Some(number + 1))]);
        }
        self.beside.get(&id).copied().unwrap_or_default()
    }
}
