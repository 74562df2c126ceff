//! BM25 (Robertson et al. 1994, in the form of Lucene: the idf is never negative), over passages.

/// How BM25 weighs repetition and length in a collection.
#[derive(Clone, Copy, Debug)]
pub struct Bm25 {
    k1: f32,
    /// What a passage of no words adds to the divisor, and each of its words.
    base: f32,
    slope: f32,
}

impl Bm25 {
    /// For a collection of `passages` passages that hold `words` words in all.
    ///
    /// In a chat, a turn is as long as its speaker was talkative, and length says little; among long documents it says
    /// much. So `k1` and `b` grow with the average length, from 0.9 and 0.3 at turns of ten words to 1.5 and 0.9 at passages
    /// of a hundred: the best fixed pairs on conversations of either kind.
    pub fn new(passages: u64, words: u64) -> Self {
        let average = words as f32 / passages.max(1) as f32;
        let long = ((average.max(1.0) / 10.0).log10()).clamp(0.0, 1.0);
        let (k1, b) = (0.9 + 0.6 * long, 0.3 + 0.6 * long);
        Self { k1, base: k1 * (1.0 - b), slope: k1 * b / average.max(1.0) }
    }

    /// What `tf` occurrences in a passage of `length` words are worth, from 0 to 1 + k1.
    #[inline]
    pub fn saturate(&self, tf: f32, length: f32) -> f32 {
        tf * (self.k1 + 1.0) / (tf + self.base + self.slope * length)
    }

    /// The most that `tf` occurrences can be worth beyond one of them, however long the passage.
    pub fn repetition_max(&self, tf: f32) -> f32 {
        // Of tf / (tf + x) - 1 / (1 + x) the greatest is at x = √tf.
        let root = tf.max(1.0).sqrt();
        (self.k1 + 1.0) * (root - 1.0) / (root + 1.0)
    }
}

/// How rare a term is that occurs in `df` of `passages` passages.
pub fn idf(passages: u64, df: u64) -> f32 {
    let (n, df) = (passages as f32, df as f32);
    (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_beats_common_and_repetition_saturates() {
        assert!(idf(1_000, 1) > idf(1_000, 500) && idf(1_000, 1_000) > 0.0);
        let bm25 = Bm25::new(10, 100);
        assert!(bm25.saturate(2.0, 10.0) > bm25.saturate(1.0, 10.0));
        assert!(bm25.saturate(100.0, 10.0) < 2.5);
        assert!(bm25.saturate(1.0, 5.0) > bm25.saturate(1.0, 50.0));
    }

    #[test]
    fn no_repetition_is_worth_more_than_the_bound() {
        let bm25 = Bm25::new(10, 300);
        for (tf, length) in (1..=255).flat_map(|tf| (0..400).step_by(7).map(move |length| (tf as f32, length as f32))) {
            let more = bm25.saturate(tf, length) - bm25.saturate(1.0, length);
            assert!(more <= bm25.repetition_max(tf) + 1e-5, "{tf} {length}");
        }
    }

    #[test]
    fn an_empty_collection_is_no_division_by_zero() {
        assert!(Bm25::new(0, 0).saturate(1.0, 0.0).is_finite());
        assert!(idf(0, 0).is_finite());
    }
}
