//! A graph over vectors: each is linked with a few near it, and a search walks along the links (Vamana: Subramanya et al. 2019).
//!
//! Useful above some ten thousand vectors; below, looking at all of them is faster and exact.

use super::code::CodeRef;
use super::dot;
use crate::id::mix;
use std::collections::{BinaryHeap, HashSet};

/// Links of a vector.
pub const DEGREE: usize = 32;

/// How many near vectors an insertion looks at before it chooses links among them.
const BUILD_BEAM: usize = 64;

/// A link is left out if a nearer neighbour is this much nearer to its target: longer roads stay open (the paper's alpha, on cosine distances).
const PRUNE_SLACK: f32 = 1.2;

/// Vectors at which a search may begin: the nearest of these is where it does.
const ENTRIES: usize = 64;

/// No link: the slots of a vector that has fewer than [`DEGREE`].
const NONE: u32 = u32::MAX;

/// The links, [`DEGREE`] a vector, and the entries; empty for no graph.
#[derive(Default)]
pub struct Links {
    /// Row by row.
    pub links: Vec<u32>,
    /// Where searches begin.
    pub entries: Vec<u32>,
}

/// Whether the parts of a graph over `count` vectors point inside.
pub fn is_sound(links: &[u32], entries: &[u32], count: usize) -> bool {
    let inside = |&at: &u32| (at as usize) < count;
    (links.is_empty() && entries.is_empty())
        || (links.len() == count * DEGREE && !entries.is_empty() && entries.iter().all(inside) && links.iter().all(|link| *link == NONE || inside(link)))
}

/// A graph to search.
#[derive(Clone, Copy)]
pub struct Graph<'a> {
    /// See [`Links`].
    pub links: &'a [u32],
    /// See [`Links`].
    pub entries: &'a [u32],
    /// The vectors, row by row.
    pub codes: &'a [i8],
    /// Their scales.
    pub scales: &'a [f32],
    /// Components of each.
    pub dimension: usize,
}

/// The order of floats that are never NaN.
#[derive(Clone, Copy, PartialEq)]
struct Near(f32, u32);

impl Eq for Near {}
impl Ord for Near {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0).then(other.1.cmp(&self.1))
    }
}
impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<'a> Graph<'a> {
    fn code(&self, at: u32) -> CodeRef<'a> {
        CodeRef { scale: self.scales[at as usize], bytes: &self.codes[at as usize * self.dimension..][..self.dimension] }
    }

    /// The `beam` vectors nearest to `query` that the walk finds, with their cosines, nearest first.
    ///
    /// What `accept` refuses is walked through but not returned.
    pub fn search(&self, query: CodeRef<'_>, beam: usize, accept: impl Fn(u32) -> bool) -> Vec<(u32, f32)> {
        let mut seen = HashSet::with_capacity(beam * 16);
        let mut open: BinaryHeap<Near> = BinaryHeap::new();
        let mut best: BinaryHeap<std::cmp::Reverse<Near>> = BinaryHeap::new(); // the road, accepted or not
        let mut found: BinaryHeap<std::cmp::Reverse<Near>> = BinaryHeap::new();
        let start = self.entries.iter().map(|&at| Near(self.code(at).cosine(query), at)).max();
        let mut visit = |near: Near, open: &mut BinaryHeap<Near>, best: &mut BinaryHeap<std::cmp::Reverse<Near>>| {
            if best.len() == beam && best.peek().is_some_and(|worst| worst.0 >= near) {
                return;
            }
            open.push(near);
            keep(best, near, beam);
            if accept(near.1) {
                keep(&mut found, near, beam);
            }
        };
        if let Some(start) = start {
            seen.insert(start.1);
            visit(start, &mut open, &mut best);
        }
        while let Some(Near(cosine, at)) = open.pop() {
            if best.len() == beam && best.peek().is_some_and(|worst| worst.0.0 > cosine) {
                break;
            }
            let row = &self.links[at as usize * DEGREE..][..DEGREE];
            for &next in row.iter().take_while(|&&next| next != NONE) {
                if seen.insert(next) {
                    visit(Near(self.code(next).cosine(query), next), &mut open, &mut best);
                }
            }
        }
        found.into_sorted_vec().into_iter().map(|std::cmp::Reverse(Near(cosine, at))| (at, cosine)).collect()
    }
}

fn keep(heap: &mut BinaryHeap<std::cmp::Reverse<Near>>, near: Near, size: usize) {
    heap.push(std::cmp::Reverse(near));
    if heap.len() > size {
        heap.pop();
    }
}

/// Links every vector with others near it, one vector after another, in an order that does not depend on theirs.
pub fn build(codes: &[i8], scales: &[f32], dimension: usize) -> Links {
    let count = scales.len();
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.sort_unstable_by_key(|&at| mix(u64::from(at)));
    let entries: Vec<u32> = order.iter().copied().take(ENTRIES).collect();
    let mut links = vec![NONE; count * DEGREE];
    for (done, &at) in order.iter().enumerate() {
        let graph = Graph { links: &links, entries: &entries[..entries.len().min(done)], codes, scales, dimension };
        let near = graph.search(graph.code(at), BUILD_BEAM, |other| other != at);
        let chosen = prune(&graph, near);
        set_row(&mut links, at, &chosen);
        for &(other, cosine) in &chosen {
            link_back(&mut links, other, at, cosine, codes, scales, dimension);
        }
    }
    Links { links, entries }
}

/// Keeps at most [`DEGREE`] of `near` (nearest first), each in a direction of its own.
fn prune(graph: &Graph<'_>, near: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
    let mut chosen: Vec<(u32, f32)> = Vec::with_capacity(DEGREE);
    for (at, cosine) in near {
        let covered = chosen.iter().any(|&(other, _)| (1.0 - graph.code(other).cosine(graph.code(at))) * PRUNE_SLACK < 1.0 - cosine);
        if !covered {
            chosen.push((at, cosine));
        }
        if chosen.len() == DEGREE {
            break;
        }
    }
    chosen
}

fn set_row(links: &mut [u32], at: u32, chosen: &[(u32, f32)]) {
    let row = &mut links[at as usize * DEGREE..][..DEGREE];
    row.fill(NONE);
    row.iter_mut().zip(chosen).for_each(|(slot, &(other, _))| *slot = other);
}

fn link_back(links: &mut [u32], from: u32, to: u32, cosine: f32, codes: &[i8], scales: &[f32], dimension: usize) {
    let row = &mut links[from as usize * DEGREE..][..DEGREE];
    if let Some(free) = row.iter_mut().find(|slot| **slot == NONE) {
        *free = to;
        return;
    }
    let code = |at: u32| CodeRef { scale: scales[at as usize], bytes: &codes[at as usize * dimension..][..dimension] };
    let base = code(from);
    let near = |at: u32| dot(code(at).bytes, base.bytes) as f32 * code(at).scale * base.scale;
    let mut all: Vec<(u32, f32)> = row.iter().map(|&at| (at, near(at))).chain([(to, cosine)]).collect();
    all.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let graph = Graph { links: &[], entries: &[], codes, scales, dimension };
    let chosen = prune(&graph, all);
    set_row(links, from, &chosen);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::Code;

    /// Vectors in clusters, as texts are.
    fn vectors(count: usize, dimension: usize) -> (Vec<i8>, Vec<f32>) {
        let random = |seed: u64| (mix(seed) >> 40) as f32 / (1 << 23) as f32 - 1.0;
        let (mut codes, mut scales) = (Vec::new(), Vec::new());
        for i in 0..count as u64 {
            let vector: Vec<f32> = (0..dimension as u64).map(|d| random((i % 40) * 1_000 + d) + 0.7 * random(1_000_000 + i * 1_000 + d)).collect();
            let code = Code::new(&vector);
            codes.extend(code.bytes);
            scales.push(code.scale);
        }
        (codes, scales)
    }

    #[test]
    fn a_walk_finds_what_a_scan_finds() {
        let (count, dimension) = (4_000, 64);
        let (codes, scales) = vectors(count, dimension);
        let built = build(&codes, &scales, dimension);
        assert!(is_sound(&built.links, &built.entries, count));
        let graph = Graph { links: &built.links, entries: &built.entries, codes: &codes, scales: &scales, dimension };
        for accept in [(|_| true) as fn(u32) -> bool, |at| at % 2 == 0] {
            let (mut hits, queries) = (0, 100);
            for query in 0..queries {
                let query = graph.code(query * 37);
                let mut exact: Vec<Near> = (0..count as u32).filter(|&at| accept(at)).map(|at| Near(graph.code(at).cosine(query), at)).collect();
                exact.sort_unstable_by(|a, b| b.cmp(a));
                let found = graph.search(query, 64, accept);
                assert!(found.is_sorted_by(|a, b| a.1 >= b.1) && found.iter().all(|&(at, _)| accept(at)));
                hits += exact[..10].iter().filter(|near| found[..10].iter().any(|&(at, _)| at == near.1)).count();
            }
            assert!(hits as f32 / (queries * 10) as f32 > 0.95, "recall {hits} of {}", queries * 10);
        }
    }

    #[test]
    fn no_vectors_no_graph() {
        let built = build(&[], &[], 64);
        assert!(built.links.is_empty() && built.entries.is_empty());
        assert!(is_sound(&[], &[], 7) && !is_sound(&[0; DEGREE], &[5], 1) && !is_sound(&[], &[0], 1));
    }
}
