//! Mean and spread of a kind of evidence over the blocks in scope.
//!
//! Sums are kept in whole numbers: they come out the same in whatever order blocks were added, so that two histories of the same
//! blocks give the same scores to the last bit.

/// Steps to one unit of a score.
const STEPS: f64 = 65_536.0;

/// At this size a double's steps are whole numbers.
const NO_FRACTIONS: f64 = 6_755_399_441_055_744.0;

/// Blocks that a scale is over, at least. Among fewer even a perfect match would stand out little, and one alone not at all: a score would say
/// nothing of how well it fits.
pub const BLOCKS_MIN: u64 = 16;

/// A running sum.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    count: u64,
    sum: i64,
    squares: i128,
}

impl Sums {
    /// Takes in a value.
    pub fn add(&mut self, value: f32) {
        // Adding and taking away what has no room for fractions rounds to a whole number, without a call.
        let steps = ((f64::from(value) * STEPS + NO_FRACTIONS) - NO_FRACTIONS) as i64;
        self.count += 1;
        self.sum += steps;
        self.squares += i128::from(steps) * i128::from(steps);
    }

    /// Takes in a value that stands for so many.
    pub fn add_share(&mut self, value: f32, count: f64) {
        let steps = f64::from(value) * STEPS;
        self.sum += (steps * count) as i64;
        self.squares += (steps * steps * count) as i128;
    }

    /// Takes in as many blocks as so many lack to [`BLOCKS_MIN`], with what is usual of blocks that have nothing to do with a query.
    pub fn fill_up(&mut self, blocks: u64, usual: Scale) {
        let missing = BLOCKS_MIN.saturating_sub(blocks);
        let (mean, deviation) = (f64::from(usual.mean) * STEPS, f64::from(usual.deviation) * STEPS);
        self.count += missing;
        self.sum += (mean * missing as f64) as i64;
        self.squares += ((mean * mean + deviation * deviation) * missing as f64) as i128;
    }

    /// The scale; `count` blocks in all, of which those not taken in have nothing.
    pub fn scale(&self, count: u64) -> Scale {
        let n = count.max(self.count).max(1) as f64;
        let mean = self.sum as f64 / n;
        let variance = (self.squares as f64 / n - mean * mean).max(0.0);
        Scale { mean: (mean / STEPS) as f32, deviation: (variance.sqrt() / STEPS) as f32 }
    }

    /// The scale over the values taken in.
    pub fn own_scale(&self) -> Scale {
        self.scale(self.count)
    }
}

/// What is usual.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scale {
    /// The mean.
    pub mean: f32,
    /// The standard deviation.
    pub deviation: f32,
}

impl Scale {
    /// How unusual a value is, in standard deviations; 0 where all values are the same.
    pub fn z(&self, value: f32) -> f32 {
        if self.deviation > 1e-6 { (value - self.mean) / self.deviation } else { 0.0 }
    }

    /// How many standard deviations a unit is.
    pub fn unit(&self) -> f32 {
        if self.deviation > 1e-6 { self.deviation.recip() } else { 0.0 }
    }
}

/// How much of what the best of many gains by chance the passages of one text do: they are of one subject, so one tells of the others.
const APART: f32 = 0.5;

/// What a block of so many passages owes to chance, in standard deviations: it is as good as its best passage, and of many one fits
/// everything a little. Scores fall off exponentially, and the best of n such is by ln n deviations better than any one of them.
///
/// Without it, texts that hold all words take a place in the answer to every question (`benches/poisoning.py`).
pub fn luck(passages: usize) -> f32 {
    if passages > 1 { APART * (passages as f32).ln() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn more_passages_owe_more_to_chance_and_one_owes_nothing() {
        assert_eq!(luck(1), 0.0);
        assert!(luck(2) > 0.0 && luck(2_500) > luck(100) && luck(2_500) < 5.0);
    }

    #[test]
    fn standard_scores() {
        let mut sums = Sums::default();
        [1.0, 3.0].iter().for_each(|&value| sums.add(value));
        assert!((sums.own_scale().z(3.0) - 1.0).abs() < 1e-5);
        assert!((sums.scale(4).mean - 1.0).abs() < 1e-5);
        assert_eq!(Sums::default().own_scale().z(5.0), 0.0);
    }

    #[test]
    fn a_scale_is_filled_up_to_so_many_blocks_and_no_more() {
        let usual = Scale { mean: 1.0, deviation: 0.5 };
        let filled = |values: u64| {
            let mut sums = Sums::default();
            (0..values).for_each(|_| sums.add(3.0));
            sums.fill_up(values, usual);
            sums.own_scale()
        };
        assert!((filled(0).mean - 1.0).abs() < 1e-4 && (filled(0).deviation - 0.5).abs() < 1e-4);
        assert!(filled(1).z(3.0) > filled(2).z(3.0) && filled(2).z(3.0) > 1.0 && filled(1).z(1.0) < 0.0);
        assert_eq!((filled(BLOCKS_MIN).mean, filled(BLOCKS_MIN).deviation), (3.0, 0.0));
    }

    proptest! {
        #[test]
        fn the_order_does_not_matter(mut values in proptest::collection::vec(-50.0_f32..50.0, 1..100)) {
            let sums = |values: &[f32]| { let mut sums = Sums::default(); values.iter().for_each(|&v| sums.add(v)); sums };
            let before = sums(&values);
            values.reverse();
            let after = sums(&values);
            // The sums themselves: a scale is rounded, which would hide most of what the order changes.
            prop_assert_eq!((before.sum, before.squares), (after.sum, after.squares));
            let (before, after) = (before.own_scale(), after.own_scale());
            prop_assert_eq!((before.mean.to_bits(), before.deviation.to_bits()), (after.mean.to_bits(), after.deviation.to_bits()));
        }
    }
}
