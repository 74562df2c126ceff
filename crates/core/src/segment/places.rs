//! Where hashes stand in a column of many: two lines of memory to find one, where to bisect takes one a step.

use crate::vectors::distance::prefetch;
use std::ops::Range;

/// Hashes that share a place on average: a line of memory holds as many.
const SHARED_BY: usize = 8;

/// By the first bits of a hash, where those that begin with them start; there is one more than there are such beginnings.
#[derive(Default)]
pub struct Places {
    starts: Vec<u32>,
}

impl Places {
    /// Of ascending hashes.
    pub fn new(hashes: &[u64]) -> Self {
        let mut starts = vec![0_u32; (hashes.len() / SHARED_BY).next_power_of_two() + 1];
        let bits = (starts.len() - 1).trailing_zeros();
        hashes.iter().for_each(|&hash| starts[beginning(hash, bits) + 1] += 1);
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        Self { starts }
    }

    /// Where a hash stands among the same hashes.
    pub fn find(&self, hashes: &[u64], hash: u64) -> Option<usize> {
        let shared = self.shared(hash)?;
        hashes[shared.clone()].binary_search(&hash).ok().map(|at| shared.start + at)
    }

    /// Asks for what [`Places::fetch_hashes`] looks at.
    pub fn fetch(&self, hash: u64) {
        if let Some(start) = self.starts.get(self.place(hash)) {
            prefetch(start);
        }
    }

    /// Asks for the hashes that [`Places::find`] looks at.
    pub fn fetch_hashes(&self, hashes: &[u64], hash: u64) {
        if let Some(shared) = self.shared(hash).map(|shared| &hashes[shared]) {
            shared.first().into_iter().chain(shared.last()).for_each(prefetch);
        }
    }

    /// Where those stand that begin as a hash does.
    fn shared(&self, hash: u64) -> Option<Range<usize>> {
        let at = self.place(hash);
        Some(*self.starts.get(at)? as usize..*self.starts.get(at + 1)? as usize)
    }

    fn place(&self, hash: u64) -> usize {
        beginning(hash, self.starts.len().saturating_sub(1).trailing_zeros())
    }
}

/// The first bits of a hash.
fn beginning(hash: u64, bits: u32) -> usize {
    hash.checked_shr(u64::BITS - bits).unwrap_or(0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::mix;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_there_is_found_and_nothing_else(count in 0_u64..300, shift in 0_u32..64) {
            // Crowded together, too: a forged column is no panic and no loss.
            let mut hashes: Vec<u64> = (0..count).map(|i| mix(i) >> shift).collect();
            hashes.sort_unstable();
            hashes.dedup();
            let places = Places::new(&hashes);
            for (at, &hash) in hashes.iter().enumerate() {
                prop_assert_eq!(places.find(&hashes, hash), Some(at));
                prop_assert_eq!(places.find(&hashes, hash ^ 1), hashes.binary_search(&(hash ^ 1)).ok());
            }
            prop_assert_eq!(places.find(&hashes, u64::MAX), hashes.binary_search(&u64::MAX).ok());
        }
    }
}
