//! Best-first walk: what is within a few hops of a block, the strongest paths first.

use super::Edge;
use crate::id::BlockId;
use std::collections::{BinaryHeap, HashMap};

/// A path loses this share of its strength with each hop, whatever the links weigh: near means few hops.
const HOP_DECAY: f32 = 0.7;

/// Blocks one walk visits at most: a neighbourhood, not the whole graph.
const VISITS_MAX: usize = 1_024;

/// How far a walk goes.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Links between the start and a block.
    pub hops: u32,
    /// Blocks that are visited.
    pub visits: usize,
}

impl Default for Budget {
    /// As many hops as it takes, to as many blocks as any walk may visit.
    fn default() -> Self {
        Self { hops: u32::MAX, visits: VISITS_MAX }
    }
}

/// A block within reach, and how strong the best path to it is: 1 for the start itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// The block.
    pub block: BlockId,
    /// From 0 to 1.
    pub proximity: f32,
    /// The step of the trail that this is the end of.
    pub step: usize,
}

/// What a walk found, and each step that it took for it.
#[derive(Debug, Default)]
pub struct Walk {
    /// The blocks, the nearest first.
    pub found: Vec<Reach>,
    /// Every step: where it led, and the step before; none for the start. A block is met more than once if a weaker path to it is shorter.
    trail: Vec<(BlockId, Option<usize>)>,
}

impl Walk {
    /// The blocks on the way to one that was found, from the start to itself.
    pub fn path(&self, block: BlockId) -> Vec<BlockId> {
        let mut path = Vec::new();
        let mut step = self.found.iter().find(|reach| reach.block == block).map(|reach| reach.step);
        while let Some((block, before)) = step.map(|step| self.trail[step]) {
            path.push(block);
            step = before;
        }
        path.reverse();
        path
    }
}

#[derive(PartialEq)]
struct Step {
    proximity: f32,
    hops: u32,
    block: BlockId,
    from: Option<usize>,
}

impl Eq for Step {}
impl Ord for Step {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.proximity.total_cmp(&other.proximity).then(other.hops.cmp(&self.hops)).then(other.block.cmp(&self.block))
    }
}
impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What lies around `start` as far as the budget goes, the nearest first, as `edges` leads on from each block.
///
/// Weights are at most 1, so a path never gains strength, and the first visit to a block is along its best path (Dijkstra 1959).
/// A block may be reached again along a weaker but shorter path, since that one may lead further.
pub fn walk(start: BlockId, budget: Budget, mut edges: impl FnMut(BlockId) -> Vec<Edge>) -> Walk {
    let mut fewest: HashMap<BlockId, u32> = HashMap::new();
    let Walk { mut found, mut trail } = Walk::default();
    let mut open = BinaryHeap::from([Step { proximity: 1.0, hops: 0, block: start, from: None }]);
    while let Some(step) = open.pop() {
        match fewest.get(&step.block) {
            Some(&before) if before <= step.hops => continue,
            Some(_) => {}
            None if found.len() >= budget.visits => break,
            None => found.push(Reach { block: step.block, proximity: step.proximity, step: trail.len() }),
        }
        let at = trail.len();
        trail.push((step.block, step.from));
        fewest.insert(step.block, step.hops);
        if step.hops < budget.hops {
            open.extend(edges(step.block).into_iter().map(|edge| Step {
                proximity: step.proximity * HOP_DECAY * edge.weight.clamp(0.0, 1.0),
                hops: step.hops + 1,
                block: edge.target,
                from: Some(at),
            }));
        }
    }
    Walk { found, trail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(list: &'static [(u64, u64, f32)]) -> impl FnMut(u64) -> Vec<Edge> {
        move |from| {
            list.iter().filter(|edge| edge.0 == from).map(|&(_, target, weight)| Edge::new(target, weight)).collect()
        }
    }

    fn hops(hops: u32) -> Budget {
        Budget { hops, ..Budget::default() }
    }

    fn visits(visits: usize) -> Budget {
        Budget { visits, ..Budget::default() }
    }

    #[test]
    fn the_hop_budget_is_kept_and_the_best_path_counts() {
        let graph = &[(1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0), (1, 3, 0.1), (4, 5, 1.0)];
        let Walk { found, trail } = walk(1, hops(2), edges(graph));
        let blocks: Vec<u64> = found.iter().map(|reach| reach.block).collect();
        assert_eq!(blocks, [1, 2, 3, 4], "4 is two hops away, over the weak link");
        assert!(found.is_sorted_by(|a, b| a.proximity >= b.proximity));
        assert!((found[2].proximity - 0.49).abs() < 1e-6);
        let path = Walk { found, trail }.path(4);
        assert_eq!(
            path,
            [1, 3, 4],
            "the way to a block is the one by which it was met, not the best one to the block before"
        );
    }

    #[test]
    fn no_hops_is_the_start_alone_and_circles_end() {
        assert_eq!(walk(1, hops(0), edges(&[(1, 2, 1.0)])).found.len(), 1);
        assert_eq!(walk(1, hops(8), edges(&[(1, 2, 1.0), (2, 1, 1.0), (2, 2, 1.0)])).found.len(), 2);
    }

    #[test]
    fn a_walk_is_bounded() {
        let many = |from: u64| -> Vec<Edge> { (1..50).map(|i| Edge::new(from * 50 + i, 1.0)).collect() };
        assert_eq!(walk(0, hops(8), many).found.len(), VISITS_MAX);
        assert_eq!(walk(0, visits(30), many).found.len(), 30);
    }

    #[test]
    fn as_many_visits_are_the_nearest() {
        let graph = &[(1, 2, 0.2), (1, 3, 1.0), (3, 4, 1.0), (4, 5, 1.0)];
        let blocks: Vec<u64> = walk(1, visits(4), edges(graph)).found.iter().map(|reach| reach.block).collect();
        assert_eq!(blocks, [1, 3, 4, 5], "three strong links are nearer than a weak one");
    }
}
