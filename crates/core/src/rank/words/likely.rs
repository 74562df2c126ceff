//! Blocks that may be among the best.

use super::sieve::ROUNDING;
use crate::index::state::Place;

/// One block for so many that are asked for is enough to find out anew which are the best.
const CUT_SHARE: usize = 4;

/// By how many deviations more of the best may lie among the first passages than is their share of them, before more is expected of all than they reach; and
/// how many of the first are asked at least.
const DEVIATIONS: f32 = 3.0;
const TELLING_MIN: usize = 5;

/// Blocks that may be among the best, by sums that were made in another order than scores are.
pub struct Likely {
    depth: usize,
    found: Vec<(f32, Place)>,
    /// So many blocks reach this, or are expected to.
    pub least: f32,
    /// What they are only expected to reach; below all if nothing is expected.
    expected: f32,
    /// How many passages there are, if the first of them tell what to expect of all.
    passages: Option<u64>,
    /// How many are kept before those are left out that cannot be among the best any more.
    kept_max: usize,
}

impl Likely {
    /// Nothing yet.
    pub fn new(depth: usize, least: f32) -> Self {
        let (expected, passages) = (f32::NEG_INFINITY, None);
        Self { depth, found: Vec::new(), least, expected, passages, kept_max: 2 * depth }
    }

    /// Expects as many to reach more than is known; by the first of so many passages still more, if they tell what to expect of all.
    pub fn expecting(mut self, expected: f32, passages: Option<u64>) -> Self {
        self.raise(expected);
        self.passages = passages;
        self
    }

    /// Whether nothing has been found yet, and the first passages tell what to expect of all.
    pub fn is_untouched(&self) -> bool {
        self.passages.is_some() && self.found.is_empty()
    }

    /// Expects of all passages what is to be expected by those that have been looked at, so many.
    pub fn expect_by(&mut self, looked_at: usize) {
        let Some(passages) = self.passages else { return };
        let mean = self.depth as f32 * looked_at as f32 / passages.max(1) as f32;
        let rank = (mean + DEVIATIONS * mean.sqrt()) as usize + TELLING_MIN;
        if self.found.len() >= rank {
            let (_, last, _) = self.found.select_nth_unstable_by(rank - 1, |a, b| b.0.total_cmp(&a.0));
            let reached = last.0 * (1.0 - ROUNDING);
            self.raise(reached);
        }
    }

    fn raise(&mut self, expected: f32) {
        if expected > self.least {
            (self.least, self.expected) = (expected, expected);
        }
    }

    /// Takes a block in, if it may be among the best.
    pub fn take(&mut self, sum: f32, place: Place) {
        if sum > 0.0 && sum >= self.least * (1.0 - ROUNDING) && self.depth > 0 {
            self.found.push((sum, place));
            if self.found.len() >= self.kept_max {
                self.cut();
                self.kept_max = self.kept_max.max(2 * self.found.len()); // of many that are equal, all are kept
            }
        }
    }

    /// Whether as many as are asked for reach what was only expected of them.
    pub fn is_as_expected(&self) -> bool {
        let reaches = |found: &&(f32, Place)| found.0 >= self.expected;
        self.expected == f32::NEG_INFINITY || self.found.iter().filter(reaches).count() >= self.depth
    }

    /// Whether it pays to leave out what cannot be among the best any more.
    pub fn is_worth_cutting(&self) -> bool {
        self.found.len() > self.depth + self.depth / CUT_SHARE
    }

    /// Leaves out what cannot be among the best any more.
    pub fn cut(&mut self) {
        if self.found.len() >= self.depth && self.depth > 0 {
            let (_, last, _) = self.found.select_nth_unstable_by(self.depth - 1, |a, b| b.0.total_cmp(&a.0));
            self.least = self.least.max(last.0 * (1.0 - ROUNDING));
            let least = self.least * (1.0 - ROUNDING);
            self.found.retain(|found| found.0 >= least);
        }
    }

    /// The blocks.
    pub fn into_places(mut self) -> impl Iterator<Item = Place> {
        self.cut();
        self.found.into_iter().map(|found| found.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likely(depth: usize, passages: Option<u64>, sums: impl IntoIterator<Item = f32>) -> Likely {
        let mut likely = Likely::new(depth, 0.0).expecting(1.0, passages);
        sums.into_iter().zip(0..).for_each(|(sum, block)| likely.take(sum, Place { part: 0, block }));
        likely
    }

    #[test]
    fn the_first_passages_tell_what_to_expect_of_all() {
        let mut first = likely(96, Some(1_000_000), (1..100).map(|sum| sum as f32));
        first.expect_by(10_000);
        // Of the best 96 one lies there on average, and hardly ever more than some.
        assert!(first.least > 80.0 && first.least < 98.0, "{}", first.least);
        let mut all = likely(96, None, (1..100).map(|sum| sum as f32));
        all.expect_by(10_000);
        assert_eq!(all.least, 1.0);
    }

    #[test]
    fn few_passages_tell_nothing() {
        let mut few = likely(96, Some(1_000_000), [9.0, 8.0]);
        few.expect_by(10_000);
        assert_eq!(few.least, 1.0);
        assert!(!few.is_untouched() && likely(96, Some(1_000_000), []).is_untouched());
    }

    #[test]
    fn whether_as_many_reach_it_is_known_in_the_end() {
        let mut likely = likely(8, Some(1_000_000), (1..20).map(|sum| sum as f32));
        assert!(likely.is_as_expected());
        likely.expect_by(1_000);
        assert!(!likely.is_as_expected(), "all of the best lay among the first");
        (0..8).for_each(|block| likely.take(30.0, Place { part: 1, block }));
        assert!(likely.is_as_expected());
        assert!(Likely::new(8, 0.0).is_as_expected());
    }
}
