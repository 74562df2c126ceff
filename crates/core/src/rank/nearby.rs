//! From an anchor outwards: along links and along the conversation.

use super::deadline::Deadline;
use super::turns::Turns;
use super::view::Ground;
use crate::id::BlockId;
use crate::index::state::Place;
use crate::links::{Budget, Edge, Links, Reach, Walk, walk};
use crate::query::Stage;
use std::collections::HashMap;

/// How strongly a turn is tied to the ones next to it.
const TURN_WEIGHT: f32 = 0.9;

/// A link read against its direction, against the link itself.
const BACK_WEIGHT: f32 = 0.8;

/// Turns on either side that are looked up at once: a walk goes on to most of them.
const STRIP: usize = 16;

/// How one block on a path leads to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is where the path starts.
    Start,
    /// By a link.
    Link,
    /// By a link, against its direction.
    BackLink,
    /// It is the turn before.
    Previous,
    /// It is the turn after.
    Next,
}

impl Way {
    /// As it is called outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Link => "link",
            Self::BackLink => "back",
            Self::Previous => "previous",
            Self::Next => "next",
        }
    }
}

/// A block on a path, and how the one before led to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The block.
    pub block: BlockId,
    /// How it was reached.
    pub way: Way,
    /// How strong that tie is, from 0 to 1.
    pub weight: f32,
}

/// The surroundings of a block, as far as they are in scope. Walks pass through blocks that the filter leaves out.
pub struct Nearby<'a> {
    ground: &'a Ground<'a>,
    deadline: &'a Deadline,
    turns: Turns<'a>,
    /// The turns just before and just after those that were met.
    beside: HashMap<BlockId, [Option<BlockId>; 2]>,
}

impl<'a> Nearby<'a> {
    /// For one search.
    pub fn new(ground: &'a Ground<'a>, deadline: &'a Deadline) -> Self {
        Self { ground, deadline, turns: Turns::new(ground), beside: HashMap::new() }
    }

    /// The blocks around `start`, the nearest first, and `start` itself. Nothing, if that is out of scope (it has expired, say).
    pub fn walk(&mut self, start: BlockId, budget: Budget) -> Vec<Reach> {
        self.steps(start, budget).found
    }

    /// The same along the conversation alone.
    pub fn walk_turns(&mut self, start: BlockId, budget: Budget) -> Vec<Reach> {
        if self.inside(start).is_none() {
            return Vec::new();
        }
        let deadline = self.deadline;
        let turns = |id| if deadline.cuts(Stage::Graph) { Vec::new() } else { self.turns_beside(id).collect() };
        walk(start, budget, turns).found
    }

    /// The same, but no way leads to or through any of `starts`.
    pub fn walk_apart(&mut self, start: BlockId, starts: &[BlockId], budget: Budget) -> Vec<Reach> {
        self.steps_if(start, budget, |target| !starts.contains(&target)).found
    }

    fn steps(&mut self, start: BlockId, budget: Budget) -> Walk {
        self.steps_if(start, budget, |_| true)
    }

    fn steps_if(&mut self, start: BlockId, budget: Budget, may_enter: impl Fn(BlockId) -> bool) -> Walk {
        if self.inside(start).is_none() {
            return Walk::default();
        }
        let deadline = self.deadline;
        walk(start, budget, |id| {
            let mut edges = if deadline.cuts(Stage::Graph) { Vec::new() } else { self.edges(id) };
            edges.retain(|edge| may_enter(edge.target));
            edges
        })
    }

    /// How near each block within some hops of `start` is, from 0 to 1.
    pub fn proximities(&mut self, start: BlockId, hops: u32) -> HashMap<Place, f32> {
        let found = self.walk(start, Budget { hops, ..Budget::default() });
        found.into_iter().filter_map(|reach| Some((self.inside(reach.block)?, reach.proximity))).collect()
    }

    /// The way to a block within some hops of `start`, from there on; nothing if it is not within these.
    pub fn path(&mut self, start: BlockId, hops: u32, block: BlockId) -> Vec<Step> {
        let blocks = self.steps(start, Budget { hops, ..Budget::default() }).path(block);
        let first = blocks.first().map(|&block| Step { block, way: Way::Start, weight: 1.0 });
        let next = blocks.windows(2).map(|pair| self.step(pair[0], pair[1]));
        first.into_iter().chain(next).collect()
    }

    /// The strongest tie between two blocks that are next to each other on a path.
    fn step(&mut self, from: BlockId, block: BlockId) -> Step {
        let links = &self.ground.state.links;
        let weight = |edges: Vec<Edge>| edges.iter().find(|edge| edge.target == block).map_or(0.0, |edge| edge.weight);
        let (link, back) = (weight(links.leaving(from)), weight(links.arriving(from)) * BACK_WEIGHT);
        let [previous, next] = self.beside(from).map(|beside| if beside == Some(block) { TURN_WEIGHT } else { 0.0 });
        strongest(block, &[(Way::Link, link), (Way::BackLink, back), (Way::Previous, previous), (Way::Next, next)])
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
        edges.extend(self.turns_beside(id));
        edges
    }

    fn turns_beside(&mut self, id: BlockId) -> impl Iterator<Item = Edge> + use<> {
        self.beside(id).into_iter().flatten().map(|target| Edge::new(target, TURN_WEIGHT))
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

/// From a block to one that is linked with it, in whichever direction.
pub fn along_link(links: &Links, from: BlockId, block: BlockId) -> Vec<Step> {
    let speaks = |edges: Vec<Edge>| edges.iter().find(|edge| edge.target == block).map_or(0.0, |edge| edge.speaks);
    let ways = [(Way::Link, speaks(links.leaving(from))), (Way::BackLink, speaks(links.arriving(from)))];
    vec![Step { block: from, way: Way::Start, weight: 1.0 }, strongest(block, &ways)]
}

/// The strongest of some ways to a block.
fn strongest(block: BlockId, ways: &[(Way, f32)]) -> Step {
    let best = ways.iter().copied().reduce(|best, way| if way.1 > best.1 { way } else { best });
    let (way, weight) = best.unwrap_or((Way::Start, 1.0));
    Step { block, way, weight }
}
