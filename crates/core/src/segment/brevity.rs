//! How short passages are, in a few bits each: what a passage needs to be among the best grows with its words, and there are many passages.

use crate::words::postings::WORD_UNITS;

/// Bits of a passage.
pub const BITS: usize = 3;

/// The most that they say.
pub const MOST: u16 = (1 << BITS) - 1;

/// Of so many passages one may be longer than is told apart.
const LONGER: usize = 20;

/// A passage of length l has at least `longest - code × width` words, if `code` is what its bits say.
pub struct Brevity {
    /// Words of a passage of code 0, at least.
    pub longest: u16,
    /// Words by which a code stands for a shorter passage than the one before.
    pub width: u16,
    /// By bit, the lowest first: a bit for each passage, 64 at a time.
    pub planes: [Vec<[u16; WORD_UNITS]>; BITS],
}

impl Brevity {
    /// Of passages with so many words each.
    pub fn new(lengths: &[u16]) -> Self {
        let mut sorted = lengths.to_vec();
        let long = sorted.len() - sorted.len().div_ceil(LONGER);
        let usual = *sorted.select_nth_unstable(long).1;
        let shortest = sorted[..=long].iter().copied().min().unwrap_or(0);
        let width = (usual - shortest).div_ceil(MOST).max(1);
        let longest = shortest.saturating_add(MOST * width);
        let code = |length: u16| MOST - (length.saturating_sub(shortest) / width).min(MOST);
        let planes = std::array::from_fn(|bit| {
            let word = |lengths: &[u16]| {
                lengths
                    .iter()
                    .enumerate()
                    .fold(0_u64, |word, (at, &length)| word | u64::from(code(length) >> bit & 1) << at)
            };
            lengths.chunks(64).map(|lengths| bytemuck::cast(word(lengths))).collect()
        });
        Self { longest, width, planes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_passage_is_shorter_than_its_bits_say(lengths in proptest::collection::vec(prop_oneof![0_u16..40, any::<u16>()], 1..300)) {
            let brevity = Brevity::new(&lengths);
            for (at, &length) in lengths.iter().enumerate() {
                let bit = |plane: &Vec<[u16; WORD_UNITS]>| (bytemuck::cast::<_, u64>(plane[at / 64]) >> (at % 64) & 1) as u16;
                let code: u16 = brevity.planes.iter().enumerate().map(|(at, plane)| bit(plane) << at).sum();
                prop_assert!(length >= brevity.longest.saturating_sub(code * brevity.width));
            }
        }
    }
}
