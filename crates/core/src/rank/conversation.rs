//! What the turns around a block add to it: an answer is found by its question, and a subject lasts for several turns.

use super::Found;
use crate::query::Weights;

/// Turns that speak for a stretch of conversation: the mean of its best three.
const BEST: usize = 3;

/// What the neighbours add. `found` is by place in the pool, `around` the turns in order, `centre` which is the block's own.
///
/// A block that stands alone (a note, a single turn) is its own surroundings: where notes and conversations are searched together,
/// neither must win by its kind.
pub fn score(found: &[Found], around: &[u32], centre: usize, weights: &Weights) -> f32 {
    let sum = |at: u32| found[at as usize].sum();
    let turn =
        |offset: isize| centre.checked_add_signed(offset).and_then(|at| around.get(at)).map_or(0.0, |&at| sum(at));
    let ring =
        weights.previous * turn(-1) + weights.next * turn(1) + weights.previous2 * turn(-2) + weights.next2 * turn(2);
    let mut best = [f32::NEG_INFINITY; BEST];
    for &at in around {
        let mut value = sum(at);
        for slot in &mut best {
            if value > *slot {
                std::mem::swap(&mut value, slot);
            }
        }
    }
    let count = around.len().min(BEST);
    ring + weights.session * best[..count].iter().sum::<f32>() / count as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(values: &[f32]) -> Vec<Found> {
        values.iter().map(|&value| Found { parts: [value, 0.0, 0.0], is_any: true }).collect()
    }

    #[test]
    fn neighbours_add_and_a_lone_block_speaks_for_itself() {
        let weights = Weights::default();
        assert_eq!(score(&found(&[5.0]), &[0], 0, &weights), 5.0 * weights.session);
        let base = found(&[2.0, 0.0, 0.0, -1.0]);
        let after_a_match = score(&base, &[0, 1, 2, 3], 1, &weights);
        let further = score(&base, &[0, 1, 2, 3], 3, &weights);
        assert!(after_a_match > further && further > 0.0, "{after_a_match} {further}");
    }
}
