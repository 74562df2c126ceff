//! Blocks that may be among the best.

use super::sieve::ROUNDING;
use crate::index::state::Place;

/// One block for so many that are asked for is enough to find out anew which are the best.
const CUT_SHARE: usize = 4;

/// Blocks that may be among the best, by sums that were made in another order than scores are.
pub struct Likely {
    depth: usize,
    found: Vec<(f32, Place)>,
    /// So many blocks reach this.
    pub least: f32,
    /// How many are kept before those are left out that cannot be among the best any more.
    kept_max: usize,
}

impl Likely {
    /// Nothing yet.
    pub fn new(depth: usize, least: f32) -> Self {
        Self { depth, found: Vec::new(), least, kept_max: 2 * depth }
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
    pub fn reaches(&self, expected: f32) -> bool {
        self.found.iter().filter(|found| found.0 >= expected).count() >= self.depth
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
