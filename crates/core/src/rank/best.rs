//! The best of many, in one pass and little room.

use crate::id::BlockId;
use crate::index::state::Place;

/// A block with a score; of two equals the newer is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The score, which is never NaN.
    pub score: f32,
    /// The block's id.
    pub id: BlockId,
    /// The block.
    pub place: Place,
}

impl Scored {
    /// The better one first.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        other.score.total_cmp(&self.score).then(other.id.cmp(&self.id))
    }
}

/// Keeps the `count` best of what it is given.
pub struct Best {
    count: usize,
    kept: Vec<Scored>,
    /// What is worse than this is not among the best.
    least: f32,
}

impl Best {
    /// Keeps nothing yet.
    pub fn new(count: usize) -> Self {
        Self { count, kept: Vec::with_capacity(2 * count.min(1_024)), least: f32::NEG_INFINITY }
    }

    /// Whether a block of this score may be among the best: cheaper to ask than to look up its id in vain.
    #[inline]
    pub fn may_take(&self, score: f32) -> bool {
        score >= self.least
    }

    /// Takes a block in, if it is one of the best so far.
    pub fn take(&mut self, scored: Scored) {
        if self.count > 0 && self.may_take(scored.score) {
            self.kept.push(scored);
            if self.kept.len() / 2 >= self.count {
                self.least();
            }
        }
    }

    /// The score below which no block is among the best; none yet if fewer have come.
    pub fn least(&mut self) -> f32 {
        self.cut();
        if self.count > 0 && self.kept.len() == self.count {
            self.least = self.kept.iter().fold(f32::INFINITY, |least, kept| least.min(kept.score));
        }
        self.least
    }

    /// The best, in no order.
    pub fn into_vec(mut self) -> Vec<Scored> {
        self.cut();
        self.kept
    }

    fn cut(&mut self) {
        if self.kept.len() > self.count && self.count > 0 {
            self.kept.select_nth_unstable_by(self.count - 1, Scored::order);
            self.kept.truncate(self.count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_best_are_kept(scores in proptest::collection::vec(0_u8..20, 0..200), count in 0_usize..40) {
            let all: Vec<Scored> = scores.iter().zip(1..).map(|(&score, id)| {
                Scored { score: f32::from(score), id, place: Place { part: 0, block: id as u32 } }
            }).collect();
            let mut best = Best::new(count);
            all.iter().for_each(|&scored| best.take(scored));
            let (mut found, mut expected) = (best.into_vec(), all);
            expected.sort_by(Scored::order);
            expected.truncate(count);
            found.sort_by(Scored::order);
            prop_assert_eq!(found, expected);
        }
    }
}
