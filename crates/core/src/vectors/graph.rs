//! A graph over vectors: each is linked with a few near it, and a search walks along the links (Vamana: Subramanya et al. 2019).
//!
//! Useful above some ten thousand vectors; below, looking at all of them is faster and exact.

use super::code::CodeRef;
use super::distance::{Probe, prefetch_all};
use crate::id::mix;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Links of a vector.
pub const DEGREE: usize = 32;

/// How many near vectors an insertion looks at before it chooses links among them.
const BUILD_BEAM: usize = 64;

/// A link is left out if a nearer neighbour is this much nearer to its target: longer roads stay open (the paper's alpha, on cosine distances).
const PRUNE_SLACK: f32 = 1.2;

/// Vectors at which a search may begin: the nearest of these is where it does.
const ENTRIES: usize = 64;

/// Steps that a walk may take for each result that it is asked for. Without a filter it takes one or two.
const STEPS_PER_RESULT: usize = 16;

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
        || (links.len() == count * DEGREE
            && !entries.is_empty()
            && entries.iter().all(inside)
            && links.iter().all(|link| *link == NONE || inside(link)))
}

/// How much of a graph may go before it is built anew: what is left finds as much, measured by the tests at this share.
const GONE_SHARE_MAX: usize = 8;

/// The graph without the vectors for which `place` gives none, the others renumbered by it among `count` in all; none if there was none, or
/// if too much of it has gone. Vectors that are new have no links yet: [`complete`] gives them some.
pub fn moved(links: &[u32], entries: &[u32], count: usize, place: impl Fn(u32) -> Option<u32>) -> Option<Links> {
    let rows = links.len() / DEGREE;
    let gone = (0..rows as u32).filter(|&at| place(at).is_none()).count();
    let entries: Vec<u32> = entries.iter().filter_map(|&at| place(at)).collect();
    if entries.is_empty() || gone * GONE_SHARE_MAX > rows {
        return None;
    }
    let mut left = vec![NONE; count * DEGREE];
    for (old, at) in links.chunks_exact(DEGREE).zip(0..) {
        let Some(new) = place(at) else { continue };
        let links = old.iter().take_while(|&&link| link != NONE).filter_map(|&link| place(link));
        left[new as usize * DEGREE..][..DEGREE].iter_mut().zip(links).for_each(|(slot, link)| *slot = link);
    }
    Some(Links { links: left, entries })
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

/// Which vectors a walk has seen; kept between walks, so that beginning one costs nothing.
#[derive(Default)]
pub struct Seen {
    walks: Vec<u32>,
    walk: u32,
}

impl Seen {
    fn begin(&mut self, count: usize) {
        if self.walks.len() != count || self.walk == u32::MAX {
            *self = Self { walks: vec![0; count], walk: 0 };
        }
        self.walk += 1;
    }

    fn insert(&mut self, at: u32) -> bool {
        let before = std::mem::replace(&mut self.walks[at as usize], self.walk);
        before != self.walk
    }
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
        CodeRef { scale: self.scales[at as usize], bytes: self.row(at) }
    }

    #[inline]
    fn row(&self, at: u32) -> &'a [i8] {
        &self.codes[at as usize * self.dimension..][..self.dimension]
    }

    /// What a vector is linked with.
    fn linked(&self, at: u32) -> impl Iterator<Item = u32> + 'a {
        self.links[at as usize * DEGREE..][..DEGREE].iter().copied().take_while(|&next| next != NONE)
    }

    /// The `beam` vectors nearest to `query` that the walk finds among those that `accept` lets through, with their cosines, nearest
    /// first. What it does not let through is walked through all the same.
    ///
    /// None if the walk grew too long: what is let through lies far from the query, and looking at all of it is quicker.
    pub fn search(
        &self,
        query: CodeRef<'_>,
        beam: usize,
        seen: &mut Seen,
        accept: impl Fn(u32) -> bool,
    ) -> Option<Vec<(u32, f32)>> {
        seen.begin(self.scales.len());
        let probe = Probe::new(query.bytes);
        let cosine = |at: u32| probe.dot(self.row(at)) as f32 * (self.scales[at as usize] * query.scale);
        let mut open: BinaryHeap<Near> = BinaryHeap::new();
        let mut found: BinaryHeap<Reverse<Near>> = BinaryHeap::with_capacity(beam + 1);
        let is_beyond = |found: &BinaryHeap<Reverse<Near>>, near: Near| {
            found.len() == beam && found.peek().is_some_and(|worst| worst.0 >= near)
        };
        let visit = |near: Near, open: &mut BinaryHeap<Near>, found: &mut BinaryHeap<Reverse<Near>>| {
            if !is_beyond(found, near) {
                open.push(near);
                if accept(near.1) {
                    keep(found, near, beam);
                }
            }
        };
        let start = self.entries.iter().map(|&at| Near(cosine(at), at)).max();
        if let Some(start) = start {
            seen.insert(start.1);
            visit(start, &mut open, &mut found);
        }
        let mut steps = 0;
        while let Some(near) = open.pop() {
            if near.0 < found.peek().map_or(f32::NEG_INFINITY, |worst| worst.0.0) && found.len() == beam {
                break;
            }
            steps += 1;
            if steps > STEPS_PER_RESULT * beam {
                return None;
            }
            let (mut new, mut count) = ([NONE; DEGREE], 0);
            for next in self.linked(near.1).filter(|&next| seen.insert(next)) {
                prefetch_all(self.row(next));
                new[count] = next;
                count += 1;
            }
            new[..count].iter().for_each(|&next| visit(Near(cosine(next), next), &mut open, &mut found));
        }
        Some(found.into_sorted_vec().into_iter().map(|Reverse(Near(cosine, at))| (at, cosine)).collect())
    }
}

fn keep(heap: &mut BinaryHeap<Reverse<Near>>, near: Near, size: usize) {
    heap.push(Reverse(near));
    if heap.len() > size {
        heap.pop();
    }
}

/// Links every vector with others near it.
pub fn build(codes: &[i8], scales: &[f32], dimension: usize) -> Links {
    let empty = Links { links: vec![NONE; scales.len() * DEGREE], entries: Vec::new() };
    complete(empty, codes, scales, dimension)
}

/// Links those vectors with others near them that have no links, one after another, in an order that does not depend on theirs.
pub fn complete(mut built: Links, codes: &[i8], scales: &[f32], dimension: usize) -> Links {
    let mut order: Vec<u32> = (0..scales.len() as u32).collect();
    order.sort_unstable_by_key(|&at| mix(u64::from(at)));
    let entries: Vec<u32> = order.iter().copied().take(ENTRIES).collect();
    order.retain(|&at| built.links[at as usize * DEGREE] == NONE);
    let mut seen = Seen::default();
    for &at in &order {
        let graph = Graph { links: &built.links, entries: &built.entries, codes, scales, dimension };
        let near = graph.search(graph.code(at), BUILD_BEAM, &mut seen, |other| other != at).unwrap_or_default();
        let chosen = prune(&graph, near);
        let row = &mut built.links[at as usize * DEGREE..][..DEGREE];
        row.iter_mut().zip(&chosen).for_each(|(slot, &(other, _))| *slot = other);
        for &(other, cosine) in &chosen {
            link_back(&mut built, other, at, cosine, codes, scales, dimension);
        }
        if built.entries.len() < ENTRIES {
            built.entries.push(at);
        }
    }
    built.entries = entries;
    built
}

/// Keeps at most [`DEGREE`] of `near` (nearest first), each in a direction of its own.
fn prune(graph: &Graph<'_>, near: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
    let mut chosen: Vec<(u32, f32)> = Vec::with_capacity(DEGREE);
    for (at, cosine) in near {
        let (code, probe) = (graph.code(at), Probe::new(graph.row(at)));
        let covered = chosen
            .iter()
            .any(|&(other, _)| (1.0 - graph.code(other).near(&probe, code.scale)) * PRUNE_SLACK < 1.0 - cosine);
        if !covered {
            chosen.push((at, cosine));
        }
        if chosen.len() == DEGREE {
            break;
        }
    }
    chosen
}

/// Gives `from` a link to `to` as well. Where all its slots are taken, the farthest of its neighbours makes room, unless a nearer
/// one lies in the same direction already: to choose among all of them anew each time would cost ten times as much.
fn link_back(graph: &mut Links, from: u32, to: u32, cosine: f32, codes: &[i8], scales: &[f32], dimension: usize) {
    let row = &mut graph.links[from as usize * DEGREE..][..DEGREE];
    if let Some(free) = row.iter_mut().find(|slot| **slot == NONE) {
        *free = to;
        return;
    }
    let code = |at: u32| CodeRef { scale: scales[at as usize], bytes: &codes[at as usize * dimension..][..dimension] };
    let (base, new) = (code(from), code(to));
    let (to_base, to_new) = (Probe::new(base.bytes), Probe::new(new.bytes));
    let mut farthest = (0, f32::INFINITY);
    for (slot, &other) in row.iter().enumerate() {
        let near = code(other).near(&to_base, base.scale);
        if near > cosine && (1.0 - code(other).near(&to_new, new.scale)) * PRUNE_SLACK < 1.0 - cosine {
            return;
        }
        if near < farthest.1 {
            farthest = (slot, near);
        }
    }
    if farthest.1 < cosine {
        row[farthest.0] = to;
    }
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
            let vector: Vec<f32> = (0..dimension as u64)
                .map(|d| random((i % 40) * 1_000 + d) + 0.7 * random(1_000_000 + i * 1_000 + d))
                .collect();
            let code = Code::new(&vector);
            codes.extend(code.bytes);
            scales.push(code.scale);
        }
        (codes, scales)
    }

    #[test]
    fn a_walk_finds_what_a_scan_finds_or_says_that_it_does_not() {
        let (count, dimension) = (4_000, 64);
        let (codes, scales) = vectors(count, dimension);
        let built = build(&codes, &scales, dimension);
        assert!(is_sound(&built.links, &built.entries, count));
        let graph = Graph { links: &built.links, entries: &built.entries, codes: &codes, scales: &scales, dimension };
        // Everything; every third, in all clusters alike; and half of the clusters, so that often none is near the query.
        for accept in [(|_| true) as fn(u32) -> bool, |at| at % 3 == 0, |at| at % 2 == 0] {
            let (mut hits, mut walks) = (0, 0);
            for query in 0..100 {
                let query = graph.code(query * 37);
                let mut exact: Vec<Near> = (0..count as u32)
                    .filter(|&at| accept(at))
                    .map(|at| Near(graph.code(at).cosine(query), at))
                    .collect();
                exact.sort_unstable_by(|a, b| b.cmp(a));
                let Some(found) = graph.search(query, 64, &mut Seen::default(), accept) else { continue };
                assert!(found.is_sorted_by(|a, b| a.1 >= b.1) && found.iter().all(|&(at, _)| accept(at)));
                hits += exact[..10].iter().filter(|near| found.iter().take(10).any(|&(at, _)| at == near.1)).count();
                walks += 1;
            }
            assert!(walks >= 40, "{walks} walks came to an end");
            assert!(hits as f32 / (walks * 10) as f32 > 0.95, "recall {hits} of {}", walks * 10);
        }
    }

    #[test]
    fn what_is_left_of_a_graph_finds_as_much() {
        let (count, dimension) = (4_000, 64);
        let (codes, scales) = vectors(count, dimension);
        let built = build(&codes, &scales, dimension);
        let is_gone = |at: u32| at % 10 == 3;
        let kept: Vec<u32> = (0..count as u32).filter(|&at| !is_gone(at)).collect();
        let place = |at: u32| kept.binary_search(&at).ok().map(|place| place as u32);
        let left = moved(&built.links, &built.entries, kept.len(), place).unwrap();
        assert!(is_sound(&left.links, &left.entries, kept.len()));
        let codes: Vec<i8> =
            kept.iter().flat_map(|&at| codes[at as usize * dimension..][..dimension].to_vec()).collect();
        let scales: Vec<f32> = kept.iter().map(|&at| scales[at as usize]).collect();
        let graph = Graph { links: &left.links, entries: &left.entries, codes: &codes, scales: &scales, dimension };
        let mut hits = 0;
        for query in (0..100).map(|query| graph.code(query * 31)) {
            let mut exact: Vec<Near> =
                (0..kept.len() as u32).map(|at| Near(graph.code(at).cosine(query), at)).collect();
            exact.sort_unstable_by(|a, b| b.cmp(a));
            let found = graph.search(query, 64, &mut Seen::default(), |_| true).unwrap();
            hits += exact[..10].iter().filter(|near| found.iter().take(10).any(|&(at, _)| at == near.1)).count();
        }
        assert!(hits > 950, "recall {hits} of 1000");
        assert!(
            moved(&built.links, &built.entries, count / 3 + 1, |at| (at % 3 == 0).then_some(at / 3)).is_none(),
            "too much has gone"
        );
    }

    #[test]
    fn a_graph_that_was_completed_finds_as_much_as_one_built_at_once() {
        let (count, dimension) = (4_000, 64);
        let (codes, scales) = vectors(count, dimension);
        // Every third vector was there before, and a few of these have gone since.
        let before: Vec<u32> = (0..count as u32).filter(|at| at % 3 == 0).collect();
        let part =
            |of: &[i8]| before.iter().flat_map(|&at| of[at as usize * dimension..][..dimension].to_vec()).collect();
        let scales_before: Vec<f32> = before.iter().map(|&at| scales[at as usize]).collect();
        let codes_before: Vec<i8> = part(&codes);
        let old = build(&codes_before, &scales_before, dimension);
        let place = |at: u32| (at % 50 != 7).then_some(before[at as usize]);
        let moved = moved(&old.links, &old.entries, count, place).unwrap();
        let built = complete(moved, &codes, &scales, dimension);
        assert!(is_sound(&built.links, &built.entries, count));
        let graph = Graph { links: &built.links, entries: &built.entries, codes: &codes, scales: &scales, dimension };
        let mut hits = 0;
        for query in (0..100).map(|query| graph.code(query * 31)) {
            let mut exact: Vec<Near> = (0..count as u32).map(|at| Near(graph.code(at).cosine(query), at)).collect();
            exact.sort_unstable_by(|a, b| b.cmp(a));
            let found = graph.search(query, 64, &mut Seen::default(), |_| true).unwrap();
            hits += exact[..10].iter().filter(|near| found.iter().take(10).any(|&(at, _)| at == near.1)).count();
        }
        assert!(hits > 950, "recall {hits} of 1000");
    }

    #[test]
    fn no_vectors_no_graph() {
        let built = build(&[], &[], 64);
        assert!(built.links.is_empty() && built.entries.is_empty());
        assert!(is_sound(&[], &[], 7) && !is_sound(&[0; DEGREE], &[5], 1) && !is_sound(&[], &[0], 1));
    }
}
