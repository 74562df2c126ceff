//! A set of blocks of one segment, one bit each.

use crate::id::Local;

/// A fixed-length set of small numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
    length: u32,
}

impl Bitmap {
    /// The empty set over `0..length`.
    pub fn new(length: u32) -> Self {
        Self { words: vec![0; length.div_ceil(64) as usize], length }
    }

    /// The set of all of `0..length`.
    pub fn full(length: u32) -> Self {
        let mut set = Self { words: vec![u64::MAX; length.div_ceil(64) as usize], length };
        set.trim();
        set
    }

    /// Whether `at` is in the set; nothing is that is not below the length.
    #[inline]
    pub fn contains(&self, at: Local) -> bool {
        self.words.get((at >> 6) as usize).is_some_and(|word| word >> (at & 63) & 1 == 1)
    }

    /// Adds `at`.
    pub fn insert(&mut self, at: Local) {
        self.words[(at >> 6) as usize] |= 1 << (at & 63);
    }

    /// Takes `at` out.
    pub fn remove(&mut self, at: Local) {
        self.words[(at >> 6) as usize] &= !(1 << (at & 63));
    }

    /// How many are in the set.
    pub fn count(&self) -> u32 {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("popcnt") {
            // SAFETY: the feature was detected just now.
            return unsafe { count_with_popcnt(&self.words) };
        }
        count(&self.words)
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// Keeps what is also in `other`.
    pub fn and(&mut self, other: &Self) {
        self.zip(other, |a, b| a & b);
    }

    /// Adds what is in `other`.
    pub fn or(&mut self, other: &Self) {
        self.zip(other, |a, b| a | b);
    }

    /// Takes out what is in `other`.
    pub fn and_not(&mut self, other: &Self) {
        self.zip(other, |a, b| a & !b);
    }

    /// Turns the set into its complement.
    pub fn not(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trim();
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Local> + '_ {
        self.words.iter().enumerate().flat_map(|(i, &word)| {
            std::iter::successors(Some(word), |&rest| Some(rest & rest.wrapping_sub(1)))
                .take_while(|&rest| rest != 0)
                .map(move |rest| (i as u32) << 6 | rest.trailing_zeros())
        })
    }

    /// The members, 64 to a word.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    fn zip(&mut self, other: &Self, op: impl Fn(u64, u64) -> u64) {
        debug_assert_eq!(self.length, other.length);
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a = op(*a, *b);
        }
    }

    fn trim(&mut self) {
        if let (Some(last), true) = (self.words.last_mut(), !self.length.is_multiple_of(64)) {
            *last &= (1 << (self.length % 64)) - 1;
        }
    }
}

#[inline]
fn count(words: &[u64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}

/// The same in a fifth of the time: a search counts what it may see.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt")]
fn count_with_popcnt(words: &[u64]) -> u32 {
    count(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn bitmap(length: u32, members: &BTreeSet<u32>) -> Bitmap {
        let mut set = Bitmap::new(length);
        for &at in members {
            set.insert(at);
        }
        set
    }

    proptest! {
        #[test]
        fn behaves_as_a_set(length in 1u32..200, a in proptest::collection::btree_set(0u32..200, 0..60), b in proptest::collection::btree_set(0u32..200, 0..60)) {
            let a: BTreeSet<u32> = a.into_iter().filter(|&x| x < length).collect();
            let b: BTreeSet<u32> = b.into_iter().filter(|&x| x < length).collect();
            let (x, y) = (bitmap(length, &a), bitmap(length, &b));
            let apply = |op: &dyn Fn(&mut Bitmap)| { let mut z = x.clone(); op(&mut z); z.iter().collect::<BTreeSet<_>>() };
            prop_assert_eq!(apply(&|z| z.and(&y)), a.intersection(&b).copied().collect::<BTreeSet<_>>());
            prop_assert_eq!(apply(&|z| z.or(&y)), a.union(&b).copied().collect::<BTreeSet<_>>());
            prop_assert_eq!(apply(&|z| z.and_not(&y)), a.difference(&b).copied().collect::<BTreeSet<_>>());
            prop_assert_eq!(apply(&|z| z.not()), (0..length).filter(|i| !a.contains(i)).collect::<BTreeSet<_>>());
            prop_assert_eq!(x.count() as usize, a.len());
            prop_assert_eq!(x.is_empty(), a.is_empty());
            prop_assert_eq!(Bitmap::full(length).count(), length);
            for i in 0..length { prop_assert_eq!(x.contains(i), a.contains(&i)); }
        }
    }
}
