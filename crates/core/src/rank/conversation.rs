//! What the turns around a block add to it: an answer is found by its question, and a subject lasts for several turns.

use crate::query::Weights;

/// Turns that speak for a stretch of conversation: the mean of its best three.
const BEST: usize = 3;

/// Turns on either side that are looked at closely; of those farther away, their words are enough.
pub const CLOSE: usize = 2;

/// How far vector and tokens go along with words: of a farther turn, its words speak for them with this share.
pub const AGREEMENT: f32 = 0.5;

/// What the neighbours add. `values` is what the content of each turn around says, in order, `centre` which is the block's own.
///
/// A block that stands alone (a note, a single turn) is its own surroundings: where notes and conversations are searched together,
/// neither must win by its kind.
pub fn score(values: &[f32], centre: usize, weights: &Weights) -> f32 {
    let turn = |offset: isize| centre.checked_add_signed(offset).and_then(|at| values.get(at)).copied().unwrap_or(0.0);
    let ring =
        weights.previous * turn(-1) + weights.next * turn(1) + weights.previous2 * turn(-2) + weights.next2 * turn(2);
    let mut best = [f32::NEG_INFINITY; BEST];
    for &value in values {
        let mut value = value;
        for slot in &mut best {
            if value > *slot {
                std::mem::swap(&mut value, slot);
            }
        }
    }
    let count = values.len().min(BEST);
    ring + weights.session * best[..count].iter().sum::<f32>() / count as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_add_and_a_lone_block_speaks_for_itself() {
        let weights = Weights::default();
        assert_eq!(score(&[5.0], 0, &weights), 5.0 * weights.session);
        let base = [2.0, 0.0, 0.0, -1.0];
        let after_a_match = score(&base, 1, &weights);
        let further = score(&base, 3, &weights);
        assert!(after_a_match > further && further > 0.0, "{after_a_match} {further}");
    }
}
