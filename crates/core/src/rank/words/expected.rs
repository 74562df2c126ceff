//! What the best of many passages may be expected to be worth, if terms occurred independently of each other.
//!
//! In texts they occur together more often than that, so that more reach it than are needed.

use super::found::Worth;

/// Steps from nothing to the sum of all terms.
const STEPS: usize = 256;

/// Passages that are expected to be worth as much for each that is wanted: half of them are longer than the average and come to less, and chance takes
/// some of the others. With two, one query of forty had to be asked again; with three, one of 250.
const EXPECTED_PER_WANTED: f32 = 3.0;

/// What `wanted` of so many passages, or somewhat more, may be expected to be worth at least if they are as long as most; none if fewer have any of the
/// terms.
pub fn expected(worth: &Worth<'_>, passages: u64, wanted: f32) -> Option<f32> {
    let all: f32 = worth.found.iter().map(|found| found.worth()).sum();
    // By steps of worth: the share of passages that come to so many.
    let mut shares = [0.0; STEPS];
    shares[0] = 1.0;
    for found in &worth.found {
        let steps = (found.worth() / all * (STEPS - 1) as f32) as usize;
        let share = found.count as f32 / passages.max(1) as f32;
        let mut with = [0.0; STEPS];
        with[steps..].copy_from_slice(&shares[..STEPS - steps]);
        shares.iter_mut().zip(&with).for_each(|(without, with)| *without += (with - *without) * share);
    }
    let (mut reached, enough) = (0.0, wanted * EXPECTED_PER_WANTED / passages.max(1) as f32);
    let steps = (1..STEPS).rev().find(|&steps| {
        reached += shares[steps];
        reached >= enough
    });
    steps.map(|steps| steps as f32 * all / (STEPS - 1) as f32)
}

#[cfg(test)]
mod tests {
    use super::super::found::Found;
    use super::*;
    use crate::words::bm25::Bm25;
    use crate::words::terms::Term;

    fn of(terms: &[(f32, u64)], wanted: f32) -> Option<f32> {
        let found =
            |&(idf, count): &(f32, u64)| Found { term: Term { hash: 0, weight: 1.0 }, idf, count, lists: vec![] };
        let worth = Worth::new(terms.iter().map(found).collect(), Bm25::new(1_000, 10_000), 0.0);
        expected(&worth, 1_000, wanted)
    }

    #[test]
    fn as_many_as_are_wanted_are_expected_to_reach_it() {
        let is_about =
            |found: Option<f32>, worth: f32| found.is_some_and(|found| found <= worth && found > worth - 0.1);
        // Both occur in 50 passages, the rarer one alone in 50.
        assert!(is_about(of(&[(3.0, 100), (1.0, 500)], 16.0), 4.0));
        assert!(is_about(of(&[(3.0, 100), (1.0, 500)], 30.0), 3.0));
        assert!(is_about(of(&[(3.0, 100), (1.0, 500)], 100.0), 1.0));
        assert_eq!(of(&[(3.0, 100), (1.0, 500)], 300.0), None);
        assert_eq!(of(&[], 1.0), None);
    }
}
