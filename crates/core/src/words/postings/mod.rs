//! Where a term occurs: passages, ascending, and how often in each.
//!
//! A list of few is written out. A longer one is cut into containers of 65,536 passages: two bytes a passage, or a bit for every passage there is
//! where that takes less (as in roaring bitmaps: Chambi et al. 2016). That a term occurs more than once is rare, and kept aside: it bounds what a
//! term can be worth, whatever the lengths and the frequencies in the scope of a query. A long list ends with a sample of itself.

mod container;
mod encode;

pub use container::Container;
pub use encode::encode;

use crate::vectors::distance::prefetch;

/// Passages of one container, as the low half of a passage's number tells them apart.
pub const CONTAINER: u32 = 1 << 16;

/// Passages of the windows in which [`Container::within`] reads: those of one word of bits.
pub const WINDOW: u32 = 64;

/// Lists up to this are written out, passage and count in one number: a container's header would take more.
const FEW_MAX: usize = 16;

/// Units of 64 bits. A container has a bit for each passage, up to its last, where this takes less than to name them.
pub const WORD_UNITS: usize = 4;

/// Units that bits may take for each that names would: bits are added up where they lie, 64 at a time, and looked up in one step.
const BITS_MAX: usize = 4;

/// Passages that are named from which a container says where each of its [`RANGES`] begins: one step in place of six.
const INDEXED_MIN: usize = 256;

/// Parts of a container, of 1,024 passages each.
const RANGES: usize = 64;
const RANGE_BITS: u32 = 10;

/// Lists longer than this end with a sample, of so many passages: those whose blocks' ids have the least hashes. Of shorter lists to look at all takes
/// no longer.
const SAMPLED_MIN: usize = 32;
const SAMPLE_MIN: usize = 8;

/// Lists longer than this end with a larger one: twice what a search wants of a term, so that it is enough though some have gone.
pub const WELL_SAMPLED_MIN: usize = 256;
const SAMPLE: usize = 64;

/// Units before the headers: how many containers, and how many in the sample.
const FRONT: usize = 2;

/// Units of a container's header: its number; its passages, less one; how many of them hold the term more than once, in two units; how often it
/// occurs at most, and how long the shortest passage is; words of 64 bits, none if the passages are named.
const HEADER: usize = 6;

/// The postings of one term in one segment: `passage << 8 | count` each.
#[derive(Clone, Copy, Default)]
pub struct Postings<'a> {
    units: &'a [u16],
}

impl<'a> Postings<'a> {
    /// Out of what [`encode`] has written.
    pub fn new(units: &'a [u16]) -> Self {
        Self { units }
    }

    /// Asks for its beginning, and for its sample.
    pub fn fetch(&self) {
        self.units.first().into_iter().chain(self.units.last()).for_each(prefetch);
    }

    /// Asks for where its sample begins.
    pub fn fetch_sample(&self) {
        if self.few().is_none() {
            self.units
                .get(self.units.len() - 2 * usize::from(self.units[1])..)
                .into_iter()
                .flatten()
                .take(1)
                .for_each(prefetch);
        }
    }

    /// How many passages.
    pub fn count(&self) -> usize {
        match self.few() {
            Some(few) => few.len(),
            None => self.headers().iter().map(|header| usize::from(header[1]) + 1).sum(),
        }
    }

    /// The passages by container, ascending.
    pub fn containers(&self) -> Vec<Container<'a>> {
        if let Some(few) = self.few() {
            return few
                .chunk_by(|a, b| (posting(a) >> 8) / CONTAINER == (posting(b) >> 8) / CONTAINER)
                .map(Container::few)
                .collect();
        }
        let headers = self.headers();
        let mut rest = &self.units[FRONT + headers.len() * HEADER..];
        let mut read = |header| {
            let (container, after) = Container::read(header, rest)?;
            rest = after;
            Some(container)
        };
        headers.iter().filter_map(&mut read).collect()
    }

    /// Calls `take` with each posting, ascending.
    pub fn for_each(&self, mut take: impl FnMut(u32)) {
        match self.few() {
            Some(few) => few.iter().for_each(|units| take(posting(units))),
            None => self.containers().iter().for_each(|container| container.for_each(&mut take)),
        }
    }

    /// All postings, ascending.
    pub fn to_vec(&self) -> Vec<u32> {
        let mut all = Vec::with_capacity(self.count());
        self.for_each(|posting| all.push(posting));
        all
    }

    /// The last `count` passages, in any order.
    pub fn last(&self, count: usize) -> Vec<u32> {
        let mut passages = Vec::new();
        for container in self.containers().iter().rev() {
            container.last(count - passages.len(), |doc| passages.push(container.base + u32::from(doc)));
        }
        passages
    }

    /// The sample of a long list, those with the least hashes first; nothing of a short one.
    pub fn sample(&self) -> impl DoubleEndedIterator<Item = u32> + 'a {
        let count = if self.few().is_some() { 0 } else { usize::from(self.units[1]) };
        let units = &self.units[self.units.len() - 2 * count..];
        units.as_chunks::<2>().0.iter().map(posting)
    }

    /// The postings of a list that is written out.
    fn few(&self) -> Option<&'a [[u16; 2]]> {
        match self.units {
            [] => Some(&[]),
            [0, few @ ..] => Some(few.as_chunks().0),
            _ => None,
        }
    }

    fn headers(&self) -> &'a [[u16; HEADER]] {
        let end = FRONT + usize::from(self.units[0]) * HEADER;
        self.units[FRONT..end].as_chunks().0
    }

    /// Whether it is what [`encode`] may have written about so many passages: all that is read of it is there, and points to one of them.
    pub fn is_sound(&self, passages: u32) -> bool {
        let is_there = |posting: u32| posting >> 8 < passages;
        if let Some(few) = self.few() {
            return few.is_sorted_by(|a, b| posting(a) >> 8 < posting(b) >> 8)
                && few.iter().map(posting).all(is_there)
                && self.units.len().saturating_sub(1) == 2 * few.len();
        }
        let (containers, sample) = match self.units {
            [containers, sample, ..] => (usize::from(*containers), 2 * usize::from(*sample)),
            _ => return false,
        };
        let Some(mut rest) = self.units.get(FRONT + containers * HEADER..) else { return false };
        for header in self.headers() {
            match Container::read(header, rest) {
                Some((container, after)) if container.is_sound(passages) => rest = after,
                _ => return false,
            }
        }
        self.headers().is_sorted_by(|a, b| a[0] < b[0]) && rest.len() == sample && self.sample().all(is_there)
    }
}

/// A posting out of its two halves.
fn posting(units: &[u16; 2]) -> u32 {
    u32::from(units[0]) | u32::from(units[1]) << 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitmap::Bitmap;
    use crate::id::mix;
    use proptest::prelude::*;

    fn encoded(postings: &[u32]) -> Vec<u16> {
        let mut units = Vec::new();
        encode(postings, |passage| (passage % 300) as u16, |passage| mix(passage.into()), &mut units);
        units
    }

    /// Lists of any density: a few, some in each of several containers, nearly all.
    fn lists() -> impl Strategy<Value = (Vec<u32>, u32)> {
        let gap = prop_oneof![1_u32..3, 1_u32..40, 1_u32..3_000, 1_u32..200_000];
        (prop_oneof![0_usize..20, 0_usize..1_000, 4_000_usize..6_000], gap, any::<u64>()).prop_map(
            |(count, gap, seed)| {
                let (mut passage, mut postings) = (0, Vec::new());
                for i in 0..count as u64 {
                    let dice = mix(seed ^ i);
                    passage += 1 + (dice % u64::from(gap)) as u32;
                    if passage >= 1 << 24 {
                        break;
                    }
                    postings.push(passage << 8 | if dice >> 60 == 0 { (dice >> 32) as u32 % 255 + 1 } else { 1 });
                }
                let passages = postings.last().map_or(1, |posting| (posting >> 8) + 1);
                (postings, passages)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_was_written_is_read((postings, passages) in lists()) {
            let units = encoded(&postings);
            let list = Postings::new(&units);
            prop_assert!(list.is_sound(passages) && (postings.is_empty() || !list.is_sound(passages - 1)));
            prop_assert_eq!(list.count(), postings.len());
            prop_assert_eq!(list.to_vec(), &postings[..]);
            for count in [0, 1, 40, 5_000] {
                let mut last = list.last(count);
                last.sort_unstable();
                prop_assert_eq!(last, postings[postings.len().saturating_sub(count)..].iter().map(|posting| posting >> 8).collect::<Vec<u32>>());
            }
        }

        #[test]
        fn a_container_says_the_same_in_every_way((postings, passages) in lists(), at in any::<u16>()) {
            let units = encoded(&postings);
            for container in Postings::new(&units).containers() {
                let inside: Vec<u32> = postings.iter().copied().filter(|posting| posting >> 8 & !(CONTAINER - 1) == container.base).collect();
                let of = |doc: u16| inside.iter().find(|&&posting| posting >> 8 == container.base + u32::from(doc)).map_or(0, |posting| posting & 0xff);
                for doc in [0, 1, at, at ^ 1, u16::MAX].into_iter().chain(inside.iter().step_by(97).map(|posting| (posting >> 8) as u16)) {
                    prop_assert_eq!(u32::from(container.count_of(doc)), of(doc));
                }
                let mut docs = Vec::new();
                container.each(|doc| docs.push(container.base + u32::from(doc)));
                prop_assert_eq!(docs, inside.iter().map(|posting| posting >> 8).collect::<Vec<u32>>());
                let mut repeats = Vec::new();
                container.each_repeated(|doc, count| repeats.push((container.base + u32::from(doc)) << 8 | u32::from(count)));
                prop_assert_eq!(repeats, inside.iter().copied().filter(|posting| posting & 0xff > 1).collect::<Vec<u32>>());
                let first = at & !63;
                let mut window = Vec::new();
                container.within(first, |doc, count| window.push((container.base + u32::from(doc)) << 8 | u32::from(count)));
                let beyond = container.base + u32::from(first) + 64;
                prop_assert_eq!(window, inside.iter().copied().filter(|posting| (beyond - 64..beyond).contains(&(posting >> 8))).collect::<Vec<u32>>());
                if passages < 100_000 {
                    let mut odd = Bitmap::new(passages);
                    (1..passages).step_by(2).for_each(|passage| odd.insert(passage));
                    let expected = inside.iter().filter(|&&posting| posting >> 8 & 1 == 1).count();
                    prop_assert_eq!(container.count_in(&odd) as usize, expected);
                }
                prop_assert!(inside.iter().all(|posting| posting & 0xff <= u32::from(container.most)));
                prop_assert!(inside.iter().all(|posting| (posting >> 8) % 300 >= u32::from(container.shortest)));
            }
        }

        #[test]
        fn a_sample_is_of_the_least_hashes((postings, _) in lists()) {
            let units = encoded(&postings);
            let sample: Vec<u32> = Postings::new(&units).sample().collect();
            let mut expected = postings.clone();
            expected.sort_by_key(|&posting| mix((posting >> 8).into()));
            let is_sampled = postings.len() > SAMPLED_MIN;
            let size = if postings.len() > WELL_SAMPLED_MIN { SAMPLE } else { SAMPLE_MIN };
            expected.truncate(if is_sampled { size } else { 0 });
            prop_assert_eq!(sample, expected);
        }

        #[test]
        fn forged_lists_are_noticed_or_read_without_harm((postings, passages) in lists(), at in any::<prop::sample::Index>(), unit in any::<u16>(), cut in 0_usize..3) {
            let mut units = encoded(&postings);
            if !units.is_empty() {
                let at = at.index(units.len().min(200));
                units[at] = unit;
            }
            units.truncate(units.len().saturating_sub(cut));
            let list = Postings::new(&units);
            if list.is_sound(passages) {
                list.for_each(|posting| assert!(posting >> 8 < passages));
                assert!(list.sample().all(|posting| posting >> 8 < passages));
                for container in list.containers() {
                    container.each_repeated(|doc, _| assert!(container.base + u32::from(doc) < passages));
                    for doc in [0, 1_000, unit, u16::MAX] {
                        container.count_of(doc);
                        container.within(doc & !63, |doc, _| assert!(container.base + u32::from(doc) < passages));
                    }
                }
            }
        }
    }
}
