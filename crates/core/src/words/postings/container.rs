//! The postings of 65,536 passages: named, or a bit for each.

use super::{CONTAINER, HEADER, INDEXED_MIN, RANGE_BITS, RANGES, WORD_UNITS, posting};
use crate::bitmap::Bitmap;
use crate::vectors::distance::prefetch;

/// [`super::WINDOW`] within a container.
const WINDOW: u16 = super::WINDOW as u16;

/// See the module. A passage is named by what comes after `base`.
#[derive(Clone, Copy)]
pub struct Container<'a> {
    /// The first passage that it may hold.
    pub base: u32,
    /// How many it holds.
    pub count: u32,
    /// How often the term occurs in one of them at most.
    pub most: u8,
    /// No more content words has the shortest of them.
    pub shortest: u8,
    docs: Docs<'a>,
    repeated: &'a [u16],
    repeats: &'a [u16],
}

#[derive(Clone, Copy)]
enum Docs<'a> {
    /// Whole postings.
    Few(&'a [[u16; 2]]),
    /// Where each range begins, if there are enough to need it; the passages.
    Array(&'a [u16], &'a [u16]),
    /// A bit for each passage, 64 at a time.
    Bits(&'a [[u16; WORD_UNITS]]),
}

impl<'a> Container<'a> {
    pub(super) fn few(postings: &'a [[u16; 2]]) -> Self {
        let most = postings.iter().map(|units| units[0] as u8).max().unwrap_or(0);
        let base = postings.first().map_or(0, |units| posting(units) >> 8 & !(CONTAINER - 1));
        let docs = Docs::Few(postings);
        Self { base, count: postings.len() as u32, most, shortest: 0, docs, repeated: &[], repeats: &[] }
    }

    /// The container that begins with `units`, and the units after it; none if they end too early.
    pub(super) fn read(header: &[u16; HEADER], units: &'a [u16]) -> Option<(Self, &'a [u16])> {
        let (count, repeats) = (usize::from(header[1]) + 1, usize::from(header[2]) | usize::from(header[3]) << 16);
        let words = usize::from(header[5]);
        let (docs, units) = if words > 0 {
            let (bits, rest) = units.split_at_checked(words * WORD_UNITS)?;
            (Docs::Bits(bits.as_chunks().0), rest)
        } else {
            let (starts, rest) = units.split_at_checked(if count > INDEXED_MIN { RANGES } else { 0 })?;
            let (docs, rest) = rest.split_at_checked(count)?;
            (Docs::Array(starts, docs), rest)
        };
        let (repeated, units) = units.split_at_checked(repeats)?;
        let (repeats, units) = units.split_at_checked(repeats.div_ceil(2))?;
        let [most, shortest] = header[4].to_le_bytes();
        let base = u32::from(header[0]) * CONTAINER;
        Some((Self { base, count: count as u32, most, shortest, docs, repeated, repeats }, units))
    }

    pub(super) fn is_sound(&self, passages: u32) -> bool {
        let is_there = |&doc: &u16| self.base + u32::from(doc) < passages;
        let ascends = |docs: &[u16]| docs.is_sorted_by(|a, b| a < b) && docs.last().is_none_or(is_there);
        let docs = match self.docs {
            Docs::Few(_) => true, // looked at by who has them
            Docs::Array(starts, docs) => {
                let point = starts.is_sorted() && starts.last().is_none_or(|&last| usize::from(last) <= docs.len());
                point && ascends(docs)
            }
            Docs::Bits(bits) => {
                let count: u32 = bits.iter().map(|&word| word_of(word).count_ones()).sum();
                let last = bits.iter().rposition(|&word| word_of(word) != 0);
                let end = last.map_or(0, |at| 64 * at as u32 + 64 - word_of(bits[at]).leading_zeros());
                let fits = bits.len() <= (CONTAINER / u32::from(WINDOW)) as usize;
                fits && count == self.count && u64::from(self.base) + u64::from(end) <= u64::from(passages)
            }
        };
        docs && ascends(self.repeated)
    }

    /// A bit for each passage, 64 at a time, unless they are named.
    pub fn bits(&self) -> Option<&'a [[u16; WORD_UNITS]]> {
        match self.docs {
            Docs::Bits(bits) => Some(bits),
            _ => None,
        }
    }

    /// Calls `take` with each passage, ascending.
    #[inline]
    pub fn each(&self, mut take: impl FnMut(u16)) {
        match self.docs {
            Docs::Few(few) => few.iter().for_each(|units| take((posting(units) >> 8) as u16)),
            Docs::Array(_, docs) => docs.iter().for_each(|&doc| take(doc)),
            Docs::Bits(bits) => {
                for (at, &word) in bits.iter().enumerate() {
                    each_bit(word_of(word), 64 * at as u16, &mut take);
                }
            }
        }
    }

    /// The passages, unless they are bits or written out.
    pub fn named(&self) -> Option<&'a [u16]> {
        match self.docs {
            Docs::Array(_, docs) => Some(docs),
            _ => None,
        }
    }

    /// Those that hold the term more than once, unless they are written out; [`Self::repeats`] says how often.
    pub fn repeated_docs(&self) -> &'a [u16] {
        self.repeated
    }

    /// How often each of these holds it.
    pub fn repeat_counts(&self) -> &'a [u8] {
        &bytemuck::cast_slice(self.repeats)[..self.repeated.len()]
    }

    /// Whether its postings are written out.
    pub fn is_few(&self) -> bool {
        matches!(self.docs, Docs::Few(_))
    }

    /// Whether the term occurs in a passage.
    #[inline]
    pub fn has(&self, doc: u16) -> bool {
        match self.docs {
            Docs::Few(few) => few.iter().any(|units| (posting(units) >> 8) as u16 == doc),
            Docs::Array(starts, docs) => range(starts, docs, doc).binary_search(&doc).is_ok(),
            Docs::Bits(bits) => word_at(bits, doc) >> (doc % WINDOW) & 1 == 1,
        }
    }

    /// How many passages hold the term more than once, of those that are not written out as [`Postings`](super::Postings) of few.
    pub fn repeated(&self) -> usize {
        self.repeated.len()
    }

    /// Calls `take` with each passage that holds the term more than once, ascending, and how often.
    #[inline]
    pub fn each_repeated(&self, mut take: impl FnMut(u16, u8)) {
        if let Docs::Few(few) = self.docs {
            let repeated = few.iter().map(posting).filter(|posting| posting & 0xff > 1);
            return repeated.for_each(|posting| take((posting >> 8) as u16, posting as u8));
        }
        self.repeated.iter().enumerate().for_each(|(at, &doc)| take(doc, self.repeats(at)));
    }

    /// Calls `take` with each posting, ascending.
    pub fn for_each(&self, mut take: impl FnMut(u32)) {
        if let Docs::Few(few) = self.docs {
            return few.iter().for_each(|units| take(posting(units)));
        }
        let mut next = 0;
        self.each(|doc| {
            let count = self.met(doc, &mut next);
            take((self.base + u32::from(doc)) << 8 | u32::from(count));
        });
    }

    /// Asks for what says whether the term occurs in a passage, or in one beside it, and how often.
    #[inline]
    pub fn fetch(&self, doc: u16) {
        match self.docs {
            Docs::Few(_) => return,
            Docs::Array(starts, docs) => {
                if let Some(first) = range(starts, docs, doc).first() {
                    prefetch(first);
                }
            }
            Docs::Bits(bits) => {
                if let Some(word) = bits.get(usize::from(doc / WINDOW)) {
                    prefetch(word);
                }
            }
        }
        if let Some(repeated) = self.repeated.get((self.repeated.len() * usize::from(doc)) >> 16) {
            prefetch(repeated);
        }
    }

    /// How often the term occurs in a passage.
    #[inline]
    pub fn count_of(&self, doc: u16) -> u8 {
        match self.docs {
            Docs::Few(few) => {
                few.iter().map(posting).find(|posting| (posting >> 8) as u16 == doc).map_or(0, |posting| posting as u8)
            }
            _ if self.has(doc) => self.repeats_of(doc),
            _ => 0,
        }
    }

    /// Calls `take` with the passages from `first` on, a multiple of 64, up to 64 of them, and how often the term occurs in each.
    #[inline]
    pub fn within(&self, first: u16, mut take: impl FnMut(u16, u8)) {
        match self.docs {
            Docs::Few(few) => few.iter().map(posting).for_each(|posting| {
                let doc = (posting >> 8) as u16;
                if doc / WINDOW == first / WINDOW {
                    take(doc, posting as u8);
                }
            }),
            Docs::Array(starts, docs) => {
                let range = range(starts, docs, first);
                let from = &range[range.partition_point(|&doc| doc < first)..];
                for &doc in from.iter().take_while(|&&doc| doc / WINDOW == first / WINDOW) {
                    take(doc, self.repeats_of(doc));
                }
            }
            Docs::Bits(bits) => {
                each_bit(word_at(bits, first), first, |doc| take(doc, self.repeats_of(doc)));
            }
        }
    }

    /// Calls `take` with the last `count` passages, in any order.
    pub fn last(&self, count: usize, mut take: impl FnMut(u16)) {
        let from = |length: usize| length.saturating_sub(count);
        match self.docs {
            Docs::Few(few) => few[from(few.len())..].iter().for_each(|units| take((posting(units) >> 8) as u16)),
            Docs::Array(_, docs) => docs[from(docs.len())..].iter().for_each(|&doc| take(doc)),
            Docs::Bits(bits) => {
                let words = bits.iter().enumerate().rev().map(|(at, &word)| (64 * at as u16, word_of(word)));
                let docs = words.flat_map(|(first, word)| {
                    (0..WINDOW).rev().filter(move |bit| word >> bit & 1 == 1).map(move |bit| first + bit)
                });
                docs.take(count).for_each(take);
            }
        }
    }

    /// How many of its passages are in a set.
    pub fn count_in(&self, set: &Bitmap) -> u32 {
        if let Docs::Bits(bits) = self.docs {
            let words = set.words()[self.base as usize / 64..].iter().zip(bits);
            return words.map(|(&inside, &word)| (inside & word_of(word)).count_ones()).sum();
        }
        let mut count = 0;
        self.each(|doc| count += u32::from(set.contains(self.base + u32::from(doc))));
        count
    }

    /// How often the term occurs in the passage at this place of [`Self::repeated_docs`].
    #[inline]
    pub fn repeats(&self, at: usize) -> u8 {
        self.repeats[at / 2].to_le_bytes()[at % 2]
    }

    /// How often the term occurs in a passage that holds it.
    #[inline]
    pub fn repeats_of(&self, doc: u16) -> u8 {
        match self.docs {
            Docs::Few(_) => self.count_of(doc),
            _ => find(self.repeated, doc).map_or(1, |at| self.repeats(at)),
        }
    }

    /// How often the term occurs in a passage that follows those that were met before.
    fn met(&self, doc: u16, next: &mut usize) -> u8 {
        if self.repeated.get(*next) != Some(&doc) {
            return 1;
        }
        *next += 1;
        self.repeats(*next - 1)
    }
}

/// The part of `docs` in which `doc` may be.
#[inline]
fn range<'a>(starts: &[u16], docs: &'a [u16], doc: u16) -> &'a [u16] {
    if starts.is_empty() {
        return docs;
    }
    let at = usize::from(doc >> RANGE_BITS);
    let end = starts.get(at + 1).map_or(docs.len(), |&end| usize::from(end));
    &docs[usize::from(starts[at])..end]
}

/// Passages among which one is looked for all at once: two or three lines of memory.
const GLANCE: usize = 64;

/// Where a passage is among others, ascending: first where it would be if they lay evenly.
#[inline]
fn find(docs: &[u16], doc: u16) -> Option<usize> {
    let place = (docs.len() * usize::from(doc)) >> 16;
    let first = place.saturating_sub(GLANCE / 2).min(docs.len().saturating_sub(GLANCE));
    match docs[first..].first_chunk::<GLANCE>() {
        Some(glance) if glance[0] <= doc && doc <= glance[GLANCE - 1] => {
            // Without a branch: whether it is there is not foreseeable.
            let at = glance.iter().map(|&other| u16::from(other < doc)).sum::<u16>() as usize;
            (glance[at] == doc).then_some(first + at)
        }
        _ => docs.binary_search(&doc).ok(),
    }
}

/// The word that has the bit of a passage.
#[inline]
fn word_at(bits: &[[u16; WORD_UNITS]], doc: u16) -> u64 {
    bits.get(usize::from(doc / WINDOW)).map_or(0, |&units| word_of(units))
}

#[inline]
fn word_of(units: [u16; WORD_UNITS]) -> u64 {
    bytemuck::cast(units)
}

#[inline]
fn each_bit(mut word: u64, first: u16, mut take: impl FnMut(u16)) {
    while word != 0 {
        take(first + word.trailing_zeros() as u16);
        word &= word - 1;
    }
}
