//! A graph over vectors: each is linked with a few near it, and a search walks along the links (Vamana: Subramanya et al. 2019).
//!
//! What a step of a walk costs is what it reads: the coarse codes of the vectors it has not seen, a line or two each. Vectors themselves are compared when
//! it has ended, those of the nearest alone. Useful above some ten thousand vectors; below, looking at all of them is faster and exact.

use super::coarse::{self, Asked};
use super::code::CodeRef;
use super::distance::{LINE, Probe, prefetch};
use super::pool::{Pool, Seen};

/// Links of a vector.
pub const DEGREE: usize = 32;

/// Steps that a walk may take for each result that it is asked for. Without a filter it takes one.
const STEPS_PER_RESULT: usize = 16;

/// No link: the slots of a vector that has fewer than [`DEGREE`].
pub const NONE: u32 = u32::MAX;

/// The links, [`DEGREE`] a vector, and the entries; empty for no graph.
#[derive(Default)]
pub struct Links {
    /// Row by row.
    pub links: Vec<u32>,
    /// Where walks may begin: each looks at all of them.
    pub entries: Vec<u32>,
}

/// Whether the parts of a graph over `count` vectors of so many components point inside.
pub fn is_sound(
    (links, coarse): (&[u32], &[u8]),
    (entries, entry_codes): (&[u32], &[u8]),
    count: usize,
    dimension: usize,
) -> bool {
    let inside = |&at: &u32| (at as usize) < count;
    (links.is_empty() && entries.is_empty() && coarse.is_empty() && entry_codes.is_empty())
        || (links.len() == count * DEGREE
            && coarse.len() == count * coarse::bytes(dimension)
            && entry_codes.len() == entries.len() * coarse::bytes(dimension)
            && !entries.is_empty()
            && entries.iter().all(inside)
            && links.iter().all(|link| *link == NONE || inside(link)))
}

/// How much of a graph may go before it is built anew: what is left finds as much, measured by the tests at this share.
const GONE_SHARE_MAX: usize = 8;

/// The links without the vectors for which `place` gives none, the others renumbered by it among `count` in all; none if there were none, or
/// if too much has gone. Vectors that are new have no links yet: [`super::linking::complete`] gives them some, and chooses where walks begin.
pub fn moved(links: &[u32], count: usize, place: impl Fn(u32) -> Option<u32>) -> Option<Vec<u32>> {
    let rows = links.len() / DEGREE;
    let gone = (0..rows as u32).filter(|&at| place(at).is_none()).count();
    if rows == gone || gone * GONE_SHARE_MAX > rows {
        return None;
    }
    let mut left = vec![NONE; count * DEGREE];
    for (old, at) in links.chunks_exact(DEGREE).zip(0..) {
        let Some(new) = place(at) else { continue };
        let links = old.iter().take_while(|&&link| link != NONE).filter_map(|&link| place(link));
        left[new as usize * DEGREE..][..DEGREE].iter_mut().zip(links).for_each(|(slot, link)| *slot = link);
    }
    Some(left)
}

/// Vectors and what tells quickly how near they are.
#[derive(Clone, Copy)]
pub struct Vectors<'a> {
    /// The vectors, row by row.
    pub codes: &'a [i8],
    /// Their scales.
    pub scales: &'a [f32],
    /// Their coarse codes.
    pub coarse: &'a [u8],
    /// Components of each.
    pub dimension: usize,
}

impl<'a> Vectors<'a> {
    /// A vector.
    #[inline]
    pub fn code(&self, at: u32) -> CodeRef<'a> {
        CodeRef {
            scale: self.scales[at as usize],
            bytes: &self.codes[at as usize * self.dimension..][..self.dimension],
        }
    }

    /// The coarse codes of some, one after another.
    pub fn coarse_of(&self, numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|&at| self.coarse_code(at)).copied().collect()
    }

    /// Its coarse code.
    #[inline]
    pub fn coarse_code(&self, at: u32) -> &'a [u8] {
        let bytes = coarse::bytes(self.dimension);
        &self.coarse[at as usize * bytes..][..bytes]
    }
}

/// A graph to search.
#[derive(Clone, Copy)]
pub struct Graph<'a> {
    /// See [`Links`].
    pub links: &'a [u32],
    /// See [`Links`].
    pub entries: &'a [u32],
    /// Their coarse codes, one after another.
    pub entry_codes: &'a [u8],
    /// Its vectors.
    pub vectors: Vectors<'a>,
}

/// Room for walks, kept between them.
#[derive(Default)]
pub struct Room {
    seen: Seen,
    pool: Pool,
    products: Vec<i32>,
    found: Vec<(u32, f32)>,
}

impl<'a> Graph<'a> {
    /// What a vector is linked with, and then [`NONE`]s.
    #[inline]
    pub fn linked(&self, at: u32) -> &'a [u32; DEGREE] {
        &self.links.as_chunks().0[at as usize]
    }

    /// Up to `beam` vectors that are nearest to a query by their coarse codes, of those that `accept` lets through, nearest first. What it does not let
    /// through is walked through all the same.
    ///
    /// None if the walk grew too long: what is let through lies far from the query, and looking at all of it is quicker.
    pub fn walk<'r>(
        &self,
        asked: &Asked,
        beam: usize,
        room: &'r mut Room,
        accept: impl Fn(u32) -> bool,
    ) -> Option<impl Iterator<Item = u32> + 'r> {
        let Room { seen, pool, .. } = room;
        seen.begin(self.vectors.scales.len());
        pool.begin(self.vectors.scales.len(), beam);
        self.enter(asked, seen, pool, &accept);
        // Three steps at a time are under way, so that none waits for memory: one is asked for its links, one has been and is asked for the codes of
        // what it is linked with, and those of the third, which have come meanwhile, are looked at.
        let (mut linking, mut coming, mut steps) = (None, Unseen::default(), 0);
        loop {
            let next = pool.visit();
            if next.is_none() && linking.is_none() && coming.count == 0 {
                break;
            }
            if let Some(at) = next {
                steps += 1;
                self.fetch_links(at);
            }
            if steps > STEPS_PER_RESULT * beam {
                return None;
            }
            let unseen = linking.map_or_else(Unseen::default, |at| self.unseen(at, seen));
            let mut estimates = [0; DEGREE];
            let estimates = &mut estimates[..coming.count];
            asked.near(self.vectors.coarse, coming.numbers(), unseen.numbers(), estimates);
            take(pool, coming.numbers(), estimates, &accept);
            (linking, coming) = (next, unseen);
        }
        Some(pool.accepted())
    }

    /// What a vector is linked with and the walk has not seen.
    #[inline]
    fn unseen(&self, at: u32, seen: &mut Seen) -> Unseen {
        let mut unseen = Unseen::default();
        for &next in self.linked(at).iter().take_while(|&&next| next != NONE) {
            // Whether it is new is not foreseeable, so that nothing branches on it.
            unseen.numbers[unseen.count] = next;
            unseen.count += usize::from(seen.insert(next));
        }
        unseen
    }

    /// Asks for what a vector is linked with, before it is needed.
    #[inline]
    fn fetch_links(&self, at: u32) {
        self.linked(at).iter().step_by(LINE / size_of::<u32>()).for_each(prefetch);
    }

    /// Puts the entries that are nearest into the pool.
    fn enter(&self, asked: &Asked, seen: &mut Seen, pool: &mut Pool, accept: &impl Fn(u32) -> bool) {
        let places: [u32; DEGREE] = std::array::from_fn(|place| place as u32);
        let codes = self.entry_codes.chunks(DEGREE * coarse::bytes(self.vectors.dimension));
        for (entries, codes) in self.entries.chunks(DEGREE).zip(codes) {
            let mut estimates = [0; DEGREE];
            let estimates = &mut estimates[..entries.len()];
            asked.near(codes, &places[..entries.len()], &[], estimates);
            take(pool, entries, estimates, accept);
        }
        pool.all().for_each(|at| {
            seen.insert(at);
        });
    }

    /// What [`Graph::walk`] finds, compared in full: with their cosines, nearest first.
    pub fn search<'r>(
        &self,
        query: CodeRef<'_>,
        asked: &Asked,
        beam: usize,
        room: &'r mut Room,
        accept: impl Fn(u32) -> bool,
    ) -> Option<&'r [(u32, f32)]> {
        let vectors = self.vectors;
        let numbers: Vec<u32> = self.walk(asked, beam, room, accept)?.collect();
        let rows: Vec<&[i8]> = numbers.iter().map(|&at| vectors.code(at).bytes).collect();
        let Room { products, found, .. } = room;
        products.resize(rows.len(), 0);
        Probe::new(query.bytes).dot_some(&rows, products);
        let cosine = |at: u32, product: i32| product as f32 * vectors.scales[at as usize] * query.scale;
        found.clear();
        found.extend(numbers.iter().zip(products).map(|(&at, product)| (at, cosine(at, *product))));
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Some(found)
    }
}

/// Puts those vectors into the pool whose estimates are high enough.
#[inline]
fn take(pool: &mut Pool, numbers: &[u32], estimates: &[i32], accept: &impl Fn(u32) -> bool) {
    let (mut near, mut count) = ([0; DEGREE], 0);
    for (place, &estimate) in estimates.iter().enumerate() {
        near[count] = place;
        count += usize::from(pool.takes(estimate));
    }
    for &place in &near[..count] {
        // The farthest may have come nearer meanwhile.
        if pool.takes(estimates[place]) {
            pool.push(estimates[place], numbers[place], accept(numbers[place]));
        }
    }
}

/// Vectors that a walk has come to see, up to [`DEGREE`].
#[derive(Default)]
struct Unseen {
    numbers: [u32; DEGREE],
    count: usize,
}

impl Unseen {
    #[inline]
    fn numbers(&self) -> &[u32] {
        &self.numbers[..self.count]
    }
}
