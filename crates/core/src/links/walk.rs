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
    /// The block before it on that path; none for the start.
    pub from: Option<BlockId>,
}

#[derive(PartialEq)]
struct Step {
    proximity: f32,
    hops: u32,
    block: BlockId,
    from: Option<BlockId>,
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
pub fn walk(start: BlockId, budget: Budget, mut edges: impl FnMut(BlockId) -> Vec<Edge>) -> Vec<Reach> {
    let mut fewest: HashMap<BlockId, u32> = HashMap::new();
    let mut found = Vec::new();
    let mut open = BinaryHeap::from([Step { proximity: 1.0, hops: 0, block: start, from: None }]);
    while let Some(step) = open.pop() {
        match fewest.get(&step.block) {
            Some(&before) if before <= step.hops => continue,
            Some(_) => {}
            None if found.len() >= budget.visits => break,
            None => found.push(Reach { block: step.block, proximity: step.proximity, from: step.from }),
        }
        fewest.insert(step.block, step.hops);
        if step.hops < budget.hops {
            open.extend(edges(step.block).into_iter().map(|edge| Step {
                proximity: step.proximity * HOP_DECAY * edge.weight.clamp(0.0, 1.0),
                hops: step.hops + 1,
                block: edge.target,
                from: Some(step.block),
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(list: &'static [(u64, u64, f32)]) -> impl FnMut(u64) -> Vec<Edge> {
        move |from| {
            list.iter().filter(|edge| edge.0 == from).map(|&(_, target, weight)| Edge { target, weight }).collect()
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
        let found = walk(1, hops(2), edges(graph));
        let blocks: Vec<u64> = found.iter().map(|reach| reach.block).collect();
        assert_eq!(blocks, [1, 2, 3, 4], "4 is two hops away, over the weak link");
        assert!(found.is_sorted_by(|a, b| a.proximity >= b.proximity));
        assert!((found[2].proximity - 0.49).abs() < 1e-6);
        let from: Vec<Option<u64>> = found.iter().map(|reach| reach.from).collect();
        assert_eq!(from, [None, Some(1), Some(2), Some(3)], "the way is the one that counts");
    }

    #[test]
    fn no_hops_is_the_start_alone_and_circles_end() {
        assert_eq!(walk(1, hops(0), edges(&[(1, 2, 1.0)])).len(), 1);
        assert_eq!(walk(1, hops(8), edges(&[(1, 2, 1.0), (2, 1, 1.0), (2, 2, 1.0)])).len(), 2);
    }

    #[test]
    fn a_walk_is_bounded() {
        let many = |from: u64| -> Vec<Edge> { (1..50).map(|i| Edge { target: from * 50 + i, weight: 1.0 }).collect() };
        assert_eq!(walk(0, hops(8), many).len(), VISITS_MAX);
        assert_eq!(walk(0, visits(30), many).len(), 30);
    }

    #[test]
    fn as_many_visits_are_the_nearest() {
        let graph = &[(1, 2, 0.2), (1, 3, 1.0), (3, 4, 1.0), (4, 5, 1.0)];
        let blocks: Vec<u64> = walk(1, visits(4), edges(graph)).iter().map(|reach| reach.block).collect();
        assert_eq!(blocks, [1, 3, 4, 5], "three strong links are nearer than a weak one");
    }
}
