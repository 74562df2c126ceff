//! What the turns around a block add to it: an answer is found by its question, and a subject lasts for several turns.

use crate::query::Weights;

/// Turns that speak for a stretch of conversation: the mean of its best three.
const BEST: usize = 3;

/// Turns on either side that are looked at closely; of those farther away, their words are enough.
pub const CLOSE: usize = 2;

/// How far vector and tokens go along with words: of a farther turn, its words speak for them with this share.
pub const AGREEMENT: f32 = 0.5;

/// Words that are few: they are added to what either side says before the two are compared, since of turns of three words none is long.
const FEW_WORDS: f32 = 10.0;

/// How much less a speaker says than the others, up to which they talk alike, and from which on they do not: by e to the power of this, 1.6 and 2.7 times.
/// Recall is the same with half of either; with half as much again of the second, chats with an assistant lose half a point.
const ALIKE: f32 = 0.5;
const UNLIKE: f32 = 1.0;

/// What the neighbours add. `values` is what the content of each turn around says, in order, `centre` which is the block's own; `answers` is
/// whether the turn before asks something.
///
/// A block that stands alone (a note, a single turn) is its own surroundings: where notes and conversations are searched together,
/// neither must win by its kind.
#[inline]
pub fn score(values: &[f32], centre: usize, answers: bool, weights: &Weights) -> f32 {
    let mut sum = 0.0;
    each(values, centre, answers, weights, |_, weight, measure| sum += weight * measure);
    sum
}

/// Calls `add` with each weight that counts here: its name, itself, and what it weighs.
#[inline]
pub fn each(
    values: &[f32],
    centre: usize,
    answers: bool,
    weights: &Weights,
    mut add: impl FnMut(&'static str, f32, f32),
) {
    let turn = |offset: isize| turn(centre, offset).and_then(|at| values.get(at)).copied().unwrap_or(0.0);
    add("previous", weights.previous, turn(-1));
    if answers {
        add("asked", weights.asked, turn(-1));
    }
    add("next", weights.next, turn(1));
    add("previous2", weights.previous2, turn(-2));
    add("next2", weights.next2, turn(2));
    let best = best(values.iter().copied());
    let count = values.len().min(BEST);
    add("session", weights.session, best[..count].iter().sum::<f32>() / count as f32);
}

/// The turn that a weight is about, of the turns around a block; none if it is about several.
pub fn turn_of(weight: &str, centre: usize) -> Option<usize> {
    match weight {
        "previous" | "asked" => turn(centre, -1),
        "next" => turn(centre, 1),
        "previous2" => turn(centre, -2),
        "next2" => turn(centre, 2),
        _ => None,
    }
}

/// The turns that speak for the stretch: the best of these values.
pub fn speakers(values: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    order.truncate(BEST);
    order
}

fn turn(centre: usize, offset: isize) -> Option<usize> {
    centre.checked_add_signed(offset)
}

fn best(values: impl Iterator<Item = f32>) -> [f32; BEST] {
    let mut best = [f32::NEG_INFINITY; BEST];
    for mut value in values {
        for slot in &mut best {
            // Which is greater is not foreseeable, so that nothing branches on it: one instruction for either of the two.
            let less = if value > *slot { *slot } else { value };
            *slot = if value > *slot { value } else { *slot };
            value = less;
        }
    }
    best
}

/// How much less a speaker says here than the others, as the logarithm of the ratio: of each turn close by, whether it is theirs, and its words. None
/// where nobody else speaks.
pub fn brevity(turns: impl Iterator<Item = (bool, u32)>) -> Option<f32> {
    let (mut own, mut all) = ((0, 0), (0, 0));
    for (is_own, length) in turns {
        let is_own = u32::from(is_own);
        own = (own.0 + is_own * length, own.1 + is_own);
        all = (all.0 + length, all.1 + 1);
    }
    if own.1 == 0 || own.1 == all.1 {
        return None;
    }
    let mean = |words: u32, turns: u32| words as f32 / turns as f32 + FEW_WORDS;
    Some((mean(all.0 - own.0, all.1 - own.1) / mean(own.0, own.1)).ln())
}

/// How far a speaker says as much as the others, from 0 to 1, by how much less it is ([`brevity`]).
pub fn is_alike(brevity: f32) -> f32 {
    ((UNLIKE - brevity) / (UNLIKE - ALIKE)).clamp(0.0, 1.0)
}

/// How short a turn is, from 0 to 1: half of it if it has ten words.
pub fn is_short(words: u32) -> f32 {
    FEW_WORDS / (FEW_WORDS + words as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_add_and_a_lone_block_speaks_for_itself() {
        let weights = Weights::default();
        assert_eq!(score(&[5.0], 0, false, &weights), 5.0 * weights.session);
        let base = [2.0, 0.0, 0.0, -1.0];
        let after_a_match = score(&base, 1, false, &weights);
        let further = score(&base, 3, false, &weights);
        assert!(after_a_match > further && further > 0.0, "{after_a_match} {further}");
        assert!(score(&base, 1, true, &weights) > after_a_match, "an answer goes with its question");
    }

    #[test]
    fn who_says_little_among_those_who_say_much_is_told() {
        let chat = |lengths: &[(bool, u32)]| brevity(lengths.iter().copied()).unwrap_or(0.0);
        assert!(chat(&[(true, 20), (false, 300), (true, 10)]) > 2.0);
        assert_eq!(chat(&[(true, 20), (false, 300)]), -chat(&[(false, 20), (true, 300)]));
        assert_eq!(chat(&[(true, 20), (false, 20)]), 0.0);
        assert_eq!(brevity([(true, 20)].into_iter()), None, "nobody else speaks");
    }

    #[test]
    fn people_talk_alike_and_assistants_do_not() {
        let alike = |own: u32, other: u32| is_alike(brevity([(true, own), (false, other)].into_iter()).unwrap());
        assert_eq!(alike(5, 12), 1.0);
        assert_eq!(alike(30, 5), 1.0, "who says more than the others says enough");
        assert_eq!(alike(20, 300), 0.0);
        assert!((0.1..0.9).contains(&alike(10, 32)));
    }
}
