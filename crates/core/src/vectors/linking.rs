//! Gives the vectors of a graph their links: one after another looks for those near it and is linked with them, both ways.

use super::coarse::{self, Asked};
use super::code::CodeRef;
use super::distance::Probe;
use super::graph::{DEGREE, Graph, Links, NONE, Room, Vectors};
use crate::id::mix;

/// How many near vectors an insertion looks at before it chooses links among them.
const BUILD_BEAM: usize = 64;

/// A link is left out if a nearer neighbour is this much nearer to its target (the paper's alpha, on cosine distances). At 1.2 vectors in separate
/// clusters are linked too little with other clusters, at 1.0 those of one wide cloud too little at all.
const PRUNE_SLACK: f32 = 1.1;

/// Of so many vectors a walk may begin at one. Where they lie in separate clusters it does not get from one to the other along links, so that it has
/// to begin near the right one.
const VECTORS_PER_ENTRY: usize = 256;

/// At least so many of them, if there are as many.
const ENTRIES_MIN: usize = 32;

/// At most so many: to look at them takes some microseconds.
const ENTRIES_MAX: usize = 1_024;

/// A vector has at least so many links, if there are as many near it: one in the middle of a dense cluster covers all others, and who is linked with
/// that one alone is found by hardly anybody.
const LINKS_MIN: usize = 12;

/// The coarse codes of vectors.
pub fn coarse(codes: &[i8], scales: &[f32], dimension: usize) -> Vec<u8> {
    let (mut all, mut room) = (Vec::with_capacity(scales.len() * coarse::bytes(dimension)), Vec::new());
    for (bytes, &scale) in codes.chunks_exact(dimension).zip(scales) {
        coarse::push(CodeRef { scale, bytes }, &mut room, &mut all);
    }
    all
}

/// Links every vector with others near it.
pub fn build(vectors: Vectors<'_>) -> Links {
    complete(vec![NONE; vectors.scales.len() * DEGREE], vectors)
}

/// Links those vectors with others near them that have no links, one after another, in an order that does not depend on theirs.
pub fn complete(links: Vec<u32>, vectors: Vectors<'_>) -> Links {
    let mut order: Vec<u32> = (0..vectors.scales.len() as u32).collect();
    order.sort_unstable_by_key(|&at| mix(u64::from(at)));
    let entries_max = (order.len() / VECTORS_PER_ENTRY).clamp(ENTRIES_MIN, ENTRIES_MAX);
    let entries: Vec<u32> = order.iter().copied().take(entries_max).collect();
    let (linked, others): (Vec<u32>, Vec<u32>) = order.into_iter().partition(|&at| links[at as usize * DEGREE] != NONE);
    let mut linking = Linking { links, entries: Vec::new(), entry_codes: Vec::new(), vectors };
    linked.into_iter().take(entries_max).for_each(|at| linking.enter_at(at));
    let mut room = Room::default();
    for at in others {
        linking.insert(at, &mut room);
        if linking.entries.len() < entries_max {
            linking.enter_at(at);
        }
    }
    Links { links: linking.links, entries }
}

/// A graph that grows.
struct Linking<'a> {
    links: Vec<u32>,
    /// Where walks begin meanwhile.
    entries: Vec<u32>,
    entry_codes: Vec<u8>,
    vectors: Vectors<'a>,
}

impl Linking<'_> {
    fn insert(&mut self, at: u32, room: &mut Room) {
        let vector = self.vectors.code(at);
        let Self { links, entries, entry_codes, vectors } = &*self;
        let graph = Graph { links, entries, entry_codes, vectors: *vectors };
        let near = graph.search(vector, &Asked::new(vector), BUILD_BEAM, room, |other| other != at);
        let chosen = self.choose(near.unwrap_or_default());
        let row = &mut self.links[at as usize * DEGREE..][..DEGREE];
        row.iter_mut().zip(&chosen).for_each(|(slot, &(other, _))| *slot = other);
        chosen.iter().for_each(|&(other, cosine)| self.link_back(other, at, cosine));
    }

    fn enter_at(&mut self, at: u32) {
        self.entries.push(at);
        self.entry_codes.extend_from_slice(self.vectors.coarse_code(at));
    }

    /// Those of `near` (nearest first) that lie each in a direction of its own; and if these are few, the nearest of the others.
    fn choose(&self, near: &[(u32, f32)]) -> Vec<(u32, f32)> {
        let mut chosen = self.prune(near);
        let pruned = chosen.len();
        let others = near.iter().filter(|near| !chosen[..pruned].contains(near));
        let others: Vec<(u32, f32)> = others.take(LINKS_MIN.saturating_sub(pruned)).copied().collect();
        chosen.extend(others);
        chosen
    }

    /// Keeps at most [`DEGREE`] of `near` (nearest first), each in a direction of its own.
    fn prune(&self, near: &[(u32, f32)]) -> Vec<(u32, f32)> {
        let mut chosen: Vec<(u32, f32)> = Vec::with_capacity(DEGREE);
        for &(at, cosine) in near {
            let vector = self.vectors.code(at);
            let probe = Probe::new(vector.bytes);
            let is_covered =
                |&(other, _): &(u32, f32)| covers(self.vectors.code(other).near(&probe, vector.scale), cosine);
            if !chosen.iter().any(is_covered) {
                chosen.push((at, cosine));
            }
            if chosen.len() == DEGREE {
                break;
            }
        }
        chosen
    }

    /// Gives `from` a link to `to` as well. Where all its slots are taken, those that the new one covers make room, or else the farthest, unless a
    /// nearer one covers the new one already: to choose among all of them anew would find a little more and cost several times as much.
    fn link_back(&mut self, from: u32, to: u32, cosine: f32) {
        let row = &mut self.links[from as usize * DEGREE..][..DEGREE];
        if let Some(free) = row.iter_mut().find(|slot| **slot == NONE) {
            *free = to;
            return;
        }
        let (base, new) = (self.vectors.code(from), self.vectors.code(to));
        let (to_base, to_new) = (Probe::new(base.bytes), Probe::new(new.bytes));
        let (mut kept, mut count, mut farthest) = ([NONE; DEGREE], 0, (0, f32::INFINITY));
        for &other in &*row {
            let vector = self.vectors.code(other);
            let (near, between) = (vector.near(&to_base, base.scale), vector.near(&to_new, new.scale));
            if near > cosine && covers(between, cosine) {
                return;
            }
            if near > cosine || !covers(between, near) {
                farthest = if near < farthest.1 { (count, near) } else { farthest };
                kept[count] = other;
                count += 1;
            }
        }
        if count < DEGREE {
            kept[count] = to;
        } else if farthest.1 < cosine {
            kept[farthest.0] = to;
        }
        row.copy_from_slice(&kept);
    }
}

/// Whether a neighbour that is this near to another makes a link to that one needless, which is itself so near.
fn covers(between: f32, cosine: f32) -> bool {
    (1.0 - between) * PRUNE_SLACK < 1.0 - cosine
}

#[cfg(test)]
mod tests {
    use super::super::graph::{is_sound, moved};
    use super::*;
    use crate::vectors::Code;

    const DIMENSION: usize = 64;

    /// Vectors of one's own.
    #[derive(Default)]
    struct Owned {
        codes: Vec<i8>,
        scales: Vec<f32>,
        coarse: Vec<u8>,
    }

    impl Owned {
        /// In clusters, as texts are.
        fn new(count: usize) -> Self {
            Self::in_clusters(count, 40, 0.7)
        }

        /// In so many clusters, of which each is so wide.
        fn in_clusters(count: usize, clusters: u64, width: f32) -> Self {
            let random = |seed: u64| (mix(seed) >> 40) as f32 / (1 << 23) as f32 - 1.0;
            let component =
                |i: u64, d: u64| random((i % clusters) * 1_000 + d) + width * random(1_000_000 + i * 1_000 + d);
            let vector = |i: u64| Code::new(&(0..DIMENSION as u64).map(|d| component(i, d)).collect::<Vec<f32>>());
            Self::of((0..count as u64).map(vector))
        }

        fn of(vectors: impl Iterator<Item = Code>) -> Self {
            let mut all = Self::default();
            for vector in vectors {
                all.codes.extend(vector.bytes);
                all.scales.push(vector.scale);
            }
            all.coarse = coarse(&all.codes, &all.scales, DIMENSION);
            all
        }

        fn some(&self, which: &[u32]) -> Self {
            Self::of(which.iter().map(|&at| self.as_ref().code(at).to_owned()))
        }

        fn as_ref(&self) -> Vectors<'_> {
            Vectors { codes: &self.codes, scales: &self.scales, coarse: &self.coarse, dimension: DIMENSION }
        }
    }

    /// Of the ten nearest to each of a hundred vectors, among those accepted, the share that walks find; and how many came to an end.
    fn recall(built: &Links, owned: &Owned, accept: impl Fn(u32) -> bool) -> (f32, usize) {
        let (vectors, mut room) = (owned.as_ref(), Room::default());
        let count = owned.scales.len();
        let entry_codes = vectors.coarse_of(&built.entries);
        assert!(is_sound((&built.links, &owned.coarse), (&built.entries, &entry_codes), count, DIMENSION));
        let graph = Graph { links: &built.links, entries: &built.entries, entry_codes: &entry_codes, vectors };
        let (mut hits, mut walks) = (0, 0);
        for query in (0..100).map(|query| vectors.code(query * 31)) {
            let mut exact: Vec<(u32, f32)> =
                (0..count as u32).filter(|&at| accept(at)).map(|at| (at, vectors.code(at).cosine(query))).collect();
            exact.sort_by(|a, b| b.1.total_cmp(&a.1));
            let Some(found) = graph.search(query, &Asked::new(query), 64, &mut room, &accept) else { continue };
            assert!(found.is_sorted_by(|a, b| a.1 >= b.1) && found.iter().all(|&(at, _)| accept(at)));
            hits += exact[..10].iter().filter(|near| found[..10].iter().any(|found| found.0 == near.0)).count();
            walks += 1;
        }
        (hits as f32 / (10 * walks) as f32, walks)
    }

    #[test]
    fn a_walk_finds_what_a_scan_finds_or_says_that_it_does_not() {
        let owned = Owned::new(4_000);
        let built = build(owned.as_ref());
        // Everything; every third, in all clusters alike; and half of the clusters, so that often none is near the query.
        for accept in [(|_| true) as fn(u32) -> bool, |at| at % 3 == 0, |at| at % 2 == 0] {
            let (recall, walks) = recall(&built, &owned, accept);
            assert!(walks >= 40, "{walks} walks came to an end");
            assert!(recall > 0.95, "recall {recall}");
        }
    }

    #[test]
    fn a_walk_begins_near_the_right_one_of_many_clusters() {
        let (count, clusters) = (8_000, 200);
        let owned = Owned::in_clusters(count, clusters, 0.5);
        let (vectors, built) = (owned.as_ref(), build(owned.as_ref()));
        // A walk of width 1 goes nowhere but nearer.
        let arrived = |entries: &[u32]| {
            let (entry_codes, mut room) = (vectors.coarse_of(entries), Room::default());
            let graph = Graph { links: &built.links, entries, entry_codes: &entry_codes, vectors };
            let arrives = |&query: &u32| {
                let asked = Asked::new(vectors.code(query));
                let nearest = graph.walk(&asked, 1, &mut room, |at| at != query).and_then(|mut found| found.next());
                nearest.is_some_and(|at| u64::from(at) % clusters == u64::from(query) % clusters)
            };
            (0..1_000).filter(arrives).count()
        };
        let (from_all, from_one) = (arrived(&built.entries), arrived(&built.entries[..1]));
        assert!(from_all > from_one, "{from_all} arrive, and from one place {from_one}");
    }

    #[test]
    fn few_vectors_are_all_entries_and_all_are_linked() {
        for count in [1, 20, ENTRIES_MIN] {
            let Links { links, mut entries } = build(Owned::new(count).as_ref());
            entries.sort_unstable();
            assert_eq!(entries, (0..count as u32).collect::<Vec<u32>>());
            let counts = links.chunks_exact(DEGREE).map(|row| row.iter().filter(|&&link| link != NONE).count());
            assert!(counts.into_iter().all(|links| links >= LINKS_MIN.min(count - 1)), "of {count}");
        }
    }

    #[test]
    fn what_is_left_of_a_graph_finds_as_much() {
        let owned = Owned::new(4_000);
        let built = build(owned.as_ref());
        let kept: Vec<u32> = (0..4_000).filter(|at| at % 10 != 3).collect();
        let place = |at: u32| kept.binary_search(&at).ok().map(|place| place as u32);
        let (left, kept) = (moved(&built.links, kept.len(), place).unwrap(), owned.some(&kept));
        let (recall, _) = recall(&complete(left, kept.as_ref()), &kept, |_| true);
        assert!(recall > 0.95, "recall {recall}");
        let third = moved(&built.links, 1_334, |at| (at % 3 == 0).then_some(at / 3));
        assert!(third.is_none(), "too much has gone");
    }

    #[test]
    fn a_graph_that_was_completed_finds_as_much_as_one_built_at_once() {
        let owned = Owned::new(4_000);
        // Every third vector was there before, and a few of these have gone since.
        let before: Vec<u32> = (0..4_000).filter(|at| at % 3 == 0).collect();
        let old = build(owned.some(&before).as_ref());
        let place = |at: u32| (at % 50 != 7).then_some(before[at as usize]);
        let built = complete(moved(&old.links, 4_000, place).unwrap(), owned.as_ref());
        let (recall, _) = recall(&built, &owned, |_| true);
        assert!(recall > 0.95, "recall {recall}");
    }

    #[test]
    fn a_graph_that_lost_half_of_its_vectors_bit_by_bit_finds_as_much() {
        let all = Owned::new(6_000);
        let mut here: Vec<u32> = (0..4_000).collect();
        let mut built = build(all.some(&here).as_ref());
        // A sixteenth goes and as many others come, eight times.
        for round in 0..8 {
            let stays = |&at: &u32| mix(u64::from(at)) % 16 != u64::from(round);
            let come = 4_000 + round * 250..4_250 + round * 250;
            let next: Vec<u32> = here.iter().copied().filter(stays).chain(come).collect();
            let place = |at: u32| next.binary_search(&here[at as usize]).ok().map(|place| place as u32);
            let left = moved(&built.links, next.len(), place).unwrap();
            built = complete(left, all.some(&next).as_ref());
            here = next;
        }
        let (recall, _) = recall(&built, &all.some(&here), |_| true);
        assert!(recall > 0.95, "recall {recall}");
    }

    #[test]
    fn no_vectors_no_graph() {
        let built = build(Owned::default().as_ref());
        assert!(built.links.is_empty() && built.entries.is_empty());
        let (links, code) = ([0; DEGREE], [0; coarse::bytes(DIMENSION)]);
        let sound = |links: &[u32], coarse: &[u8], entries: &[u32], entry_codes: &[u8], count| {
            is_sound((links, coarse), (entries, entry_codes), count, DIMENSION)
        };
        assert!(sound(&[], &[], &[], &[], 7) && sound(&links, &code, &[0], &code, 1));
        for (links, coarse, entries, entry_codes) in [
            (&links[..], &code[..], &[5][..], &code[..]),
            (&[], &[], &[0], &code),
            (&[], &code, &[], &[]),
            (&[], &[], &[], &code),
            (&links, &code[1..], &[0], &code),
            (&links, &code, &[0], &code[1..]),
            (&links, &code, &[], &[]),
            (&links, &code, &[0, 0], &code),
            (&[1; DEGREE], &code, &[0], &code),
        ] {
            assert!(!sound(links, coarse, entries, entry_codes, 1));
        }
    }
}
