//! Links between blocks: who points to whom, how strongly, and what is within reach of a block.
//!
//! Useful for walking. Next and previous in a conversation are not links: they follow from the order of the blocks.

mod csr;
mod walk;

pub use csr::Csr;
pub use walk::{Budget, Reach, Walk, walk};

use crate::id::{BlockId, mix};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

/// Edited sources that are kept beside the rows before the rows are laid out anew: few enough to copy with each edit…
const DELTA_MAX: usize = 512;

/// … or one in so many of all, so that many edits in a row do not lay out the same rows again and again.
const DELTA_SHARE: usize = 16;

/// Tells ids apart in a map: nobody chooses them, so that this need not withstand anybody.
#[derive(Clone, Copy, Default)]
struct Mixed(u64);

impl BuildHasher for Mixed {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        *self
    }
}

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = mix(self.0 ^ id);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Where a link leads, and how strongly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// The block at the other end.
    pub target: BlockId,
    /// How near the two are, 0 to 1.
    pub weight: f32,
    /// How far what the one says speaks for the other, 0 to 1: some kinds of links say that two blocks belong together, and nothing of what they say.
    pub speaks: f32,
}

impl Edge {
    /// An edge whose ends speak for each other as much as they are near.
    pub fn new(target: BlockId, weight: f32) -> Self {
        Self { target, weight, speaks: weight }
    }

    /// What speaks most first; of two that speak as much, the older block.
    fn order(&self, other: &Self) -> Ordering {
        other.speaks.total_cmp(&self.speaks).then(self.target.cmp(&other.target))
    }
}

/// All links: compressed rows, and the sources whose links have changed since.
#[derive(Clone, Default)]
pub struct Links {
    base: Arc<Csr>,
    /// Replaces a source's whole row; what speaks most first.
    delta: HashMap<BlockId, Vec<Edge>, Mixed>,
    /// The edges in `delta` turned round, by target, in the same order.
    back: HashMap<BlockId, Vec<Edge>, Mixed>,
}

impl Links {
    /// Links as they were laid out in a file.
    pub fn new(base: Csr) -> Self {
        Self { base: Arc::new(base), ..Self::default() }
    }

    /// Whether there are none, nor have been since the rows were laid out.
    pub fn is_empty(&self) -> bool {
        self.delta.is_empty() && self.base.sources() == 0
    }

    /// Replaces the links that leave `source`.
    pub fn set(&mut self, source: BlockId, mut edges: Vec<Edge>) {
        edges.sort_unstable_by(Edge::order);
        for before in self.delta.remove(&source).unwrap_or_default() {
            if let Some(row) = self.back.get_mut(&before.target) {
                row.retain(|edge| edge.target != source);
            }
        }
        for edge in &edges {
            let row = self.back.entry(edge.target).or_default();
            let turned = Edge { target: source, ..*edge };
            row.insert(row.partition_point(|other| other.order(&turned).is_lt()), turned);
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
        let old = self.base.arriving(target).filter(|edge| !self.is_edited(edge.target));
        let new = self.back.get(&target).into_iter().flatten().copied();
        let mut all: Vec<Edge> = old.chain(new).collect();
        all.sort_by(|a, b| a.target.cmp(&b.target).then(b.weight.total_cmp(&a.weight)));
        all.dedup_by_key(|edge| edge.target);
        all
    }

    /// The links of a block, whichever way they lead, that speak for it; what speaks most first. Of a block with very many, `most` are looked at
    /// either way.
    pub fn speaking(&self, block: BlockId, most: usize) -> Vec<Edge> {
        let leaving = self.delta.get(&block).map_or_else(|| self.base.row(block), Vec::as_slice);
        let old = self.base.arriving_row(block).iter().filter(|edge| !self.is_edited(edge.target));
        let new = self.back.get(&block).map_or(&[][..], Vec::as_slice);
        let both = leaving.iter().take(most).chain(old.take(most)).chain(new.iter().take(most));
        let mut all: Vec<Edge> = both.filter(|edge| edge.speaks > 0.0).copied().collect();
        if all.len() > 1 {
            all.sort_unstable_by(|a, b| a.target.cmp(&b.target).then(a.order(b)));
            all.dedup_by_key(|edge| edge.target);
            all.sort_unstable_by(Edge::order);
            all.truncate(most);
        }
        all
    }

    /// Whether the rows no longer say where this source leads.
    fn is_edited(&self, source: BlockId) -> bool {
        self.delta.contains_key(&source)
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
                        links.set(source, targets.iter().map(|&target| Edge::new(target, 0.5)).collect());
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
            for block in 0..30 {
                let speaking: Vec<u64> = links.speaking(block, 30).iter().map(|edge| edge.target).collect();
                let to = model.get(&block).cloned().unwrap_or_default();
                let from: BTreeSet<u64> = model.iter().filter(|(_, row)| row.contains(&block)).map(|(&source, _)| source).collect();
                prop_assert_eq!(speaking, to.union(&from).copied().collect::<Vec<_>>(), "all are as strong: the oldest first");
            }
            links.compact();
            let back = Csr::from_bytes(&links.base().to_bytes()).unwrap();
            prop_assert_eq!(back.rows().map(|(source, edges)| (source, edges.collect::<Vec<_>>())).collect::<Vec<_>>(),
                            links.base().rows().map(|(source, edges)| (source, edges.collect::<Vec<_>>())).collect::<Vec<_>>());
        }

        #[test]
        fn the_strongest_links_do_not_depend_on_how_they_are_laid_out(
            edges in proptest::collection::vec((0u64..12, 0u64..12, 0u8..4), 0..60), most in 1usize..6, early in 0usize..60,
        ) {
            let mut rows: BTreeMap<u64, BTreeMap<u64, f32>> = BTreeMap::new();
            let (mut edited, mut links) = (Links::default(), Links::default());
            for (at, (source, target, speaks)) in edges.into_iter().enumerate() {
                let row = rows.entry(source).or_default();
                row.insert(target, f32::from(speaks) / 4.0);
                edited.set(source, row.iter().map(|(&target, &speaks)| Edge::new(target, speaks)).collect());
                if at == early {
                    edited.compact();
                }
            }
            for (&source, row) in &rows {
                links.set(source, row.iter().map(|(&target, &speaks)| Edge::new(target, speaks)).collect());
            }
            links.compact();
            for block in 0..12 {
                let strength = |other: u64| {
                    let of = |a: u64, b: u64| rows.get(&a).and_then(|row| row.get(&b)).copied().unwrap_or(0.0);
                    of(block, other).max(of(other, block))
                };
                let mut all: Vec<(u64, f32)> = (0..12).map(|other| (other, strength(other))).filter(|edge| edge.1 > 0.0).collect();
                all.sort_by(|a, b| b.1.total_cmp(&a.1));
                all.truncate(most);
                for links in [&edited, &links] {
                    let speaking: Vec<(u64, f32)> = links.speaking(block, most).iter().map(|edge| (edge.target, edge.speaks)).collect();
                    prop_assert_eq!(&speaking, &all);
                }
            }
        }
    }
}
