//! Links between blocks: who points to whom, how strongly, and what is within reach of a block.
//!
//! Useful for walking. Next and previous in a conversation are not links: they follow from the order of the blocks.

mod csr;
mod walk;

pub use csr::Csr;
pub use walk::{Budget, Reach, Walk, walk};

use crate::id::BlockId;
use std::collections::HashMap;
use std::sync::Arc;

/// Edited sources that are kept beside the rows before the rows are laid out anew: few enough to copy with each edit…
const DELTA_MAX: usize = 512;

/// … or one in so many of all, so that many edits in a row do not lay out the same rows again and again.
const DELTA_SHARE: usize = 16;

/// Where a link leads, and how strongly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// The block at the other end.
    pub target: BlockId,
    /// 0 to 1.
    pub weight: f32,
}

/// All links: compressed rows, and the sources whose links have changed since.
#[derive(Clone, Default)]
pub struct Links {
    base: Arc<Csr>,
    /// Replaces a source's whole row.
    delta: HashMap<BlockId, Vec<Edge>>,
    /// Sources in `delta` by target.
    back: HashMap<BlockId, Vec<BlockId>>,
}

impl Links {
    /// Links as they were laid out in a file.
    pub fn new(base: Csr) -> Self {
        Self { base: Arc::new(base), ..Self::default() }
    }

    /// Replaces the links that leave `source`.
    pub fn set(&mut self, source: BlockId, edges: Vec<Edge>) {
        if let Some(before) = self.delta.remove(&source) {
            for edge in before {
                if let Some(sources) = self.back.get_mut(&edge.target) {
                    sources.retain(|&other| other != source);
                }
            }
        }
        for edge in &edges {
            self.back.entry(edge.target).or_default().push(source);
        }
        self.delta.insert(source, edges);
        if self.delta.len() > DELTA_MAX.max(self.base.sources() / DELTA_SHARE) {
            self.compact();
        }
    }

    /// Takes a block out, with every link from it and to it.
    pub fn remove(&mut self, block: BlockId) {
        for Edge { target: source, .. } in self.arriving(block) {
            let rest = self.leaving(source).into_iter().filter(|edge| edge.target != block).collect();
            self.set(source, rest);
        }
        if !self.leaving(block).is_empty() {
            self.set(block, Vec::new());
        }
    }

    /// The links that leave a block.
    pub fn leaving(&self, source: BlockId) -> Vec<Edge> {
        self.delta.get(&source).cloned().unwrap_or_else(|| self.base.leaving(source).collect())
    }

    /// The links that arrive at a block; `target` names where each comes from.
    pub fn arriving(&self, target: BlockId) -> Vec<Edge> {
        let old = self.base.arriving(target).filter(|edge| !self.delta.contains_key(&edge.target));
        let edited = self.back.get(&target).into_iter().flatten();
        let new = edited.flat_map(|&source| {
            self.delta[&source]
                .iter()
                .filter(|edge| edge.target == target)
                .map(move |edge| Edge { target: source, ..*edge })
        });
        let mut all: Vec<Edge> = old.chain(new).collect();
        all.sort_by(|a, b| a.target.cmp(&b.target).then(b.weight.total_cmp(&a.weight)));
        all.dedup_by_key(|edge| edge.target);
        all
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.base
            .rows()
            .filter(|(source, _)| !self.delta.contains_key(source))
            .map(|(_, edges)| edges.count())
            .sum::<usize>()
            + self.delta.values().map(Vec::len).sum::<usize>()
    }

    /// Lays out all rows anew.
    pub fn compact(&mut self) {
        let mut rows: Vec<(BlockId, Vec<Edge>)> = self
            .base
            .rows()
            .filter(|(source, _)| !self.delta.contains_key(source))
            .map(|(source, edges)| (source, edges.collect()))
            .collect();
        rows.extend(self.delta.drain().filter(|(_, edges)| !edges.is_empty()));
        rows.sort_unstable_by_key(|row| row.0);
        self.back.clear();
        self.base = Arc::new(Csr::new(&rows));
    }

    /// The rows as a file holds them; compact first.
    pub fn base(&self) -> &Csr {
        &self.base
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    proptest! {
        #[test]
        fn edits_in_any_order_equal_a_plain_map(
            edits in proptest::collection::vec((0u64..30, proptest::collection::btree_set(0u64..30, 0..5), 0u8..12), 0..80),
        ) {
            let mut links = Links::default();
            let mut model: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
            for (source, targets, action) in edits {
                match action {
                    0 => links.compact(),
                    1 => {
                        links.remove(source);
                        model.remove(&source);
                        model.values_mut().for_each(|row| { row.remove(&source); });
                    }
                    _ => {
                        links.set(source, targets.iter().map(|&target| Edge { target, weight: 0.5 }).collect());
                        model.insert(source, targets);
                    }
                }
            }
            prop_assert_eq!(links.count(), model.values().map(BTreeSet::len).sum::<usize>());
            for block in 0..30 {
                let leaving: BTreeSet<u64> = links.leaving(block).iter().map(|edge| edge.target).collect();
                prop_assert_eq!(leaving, model.get(&block).cloned().unwrap_or_default());
                let arriving: BTreeSet<u64> = links.arriving(block).iter().map(|edge| edge.target).collect();
                prop_assert_eq!(arriving, model.iter().filter(|(_, row)| row.contains(&block)).map(|(&source, _)| source).collect());
            }
            links.compact();
            let back = Csr::from_bytes(&links.base().to_bytes()).unwrap();
            prop_assert_eq!(back.rows().map(|(source, edges)| (source, edges.collect::<Vec<_>>())).collect::<Vec<_>>(),
                            links.base().rows().map(|(source, edges)| (source, edges.collect::<Vec<_>>())).collect::<Vec<_>>());
        }
    }
}
