//! The conversation that most of the best hits are of, asked once more by itself.

mod common;

use common::{Dice, cases, entry, loaded, query};
use greeum_core::{BlockId, Entry, Hit, Index, Query, Weights};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

const PRIOR: usize = 4; // in PARTS

/// Blocks of the conversation, and of everybody else.
const OWN: usize = 40;
const OTHERS: usize = 800;

/// A conversation over three days of what others seldom speak of, in other words each time.
fn memory(seed: u64) -> Vec<Entry> {
    let mut dice = Dice::new(seed);
    let said = (1..=(OWN + OTHERS) as BlockId).map(|id| {
        let is_own = dice.below(OWN + OTHERS) < OWN;
        let about = if is_own { ["harbour", "violin", "orchard"][dice.below(3)] } else { "" };
        let words = 1 + dice.below(8);
        let mut said = entry(id, &format!("{about} {}", dice.text(words)));
        said.namespace = if is_own {
            format!("ann-and-ben/{}", dice.below(3))
        } else {
            format!("{}/{}", dice.below(40), dice.below(2))
        };
        said
    });
    said.collect()
}

fn is_own(entries: &[Entry], block: BlockId) -> bool {
    entries.iter().any(|entry| entry.id == block && entry.namespace.starts_with("ann-and-ben/"))
}

fn asked(namespace: &str, home: f32, k: usize) -> Query {
    let mut weights = Weights::default();
    weights.set("home", home).unwrap();
    Query { namespace: namespace.to_owned(), weights, k, ..query("the harbour, the violin and the orchard") }
}

fn search(index: &Index, namespace: &str, home: f32, k: usize) -> Vec<Hit> {
    index.search(&asked(namespace, home, k)).unwrap()
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn its_places_are_taken_by_those_that_a_search_of_it_alone_finds(seed in any::<u64>(), k in 1_usize..30) {
        let entries = memory(seed);
        let index = loaded(&entries, &[]);
        let depth = k.max(10);
        let (by_itself, own) = (search(&index, "", 0.0, depth), search(&index, "ann-and-ben", 0.0, depth));
        prop_assume!(is_own(&entries, by_itself[0].block));
        let count = by_itself.iter().take(10).filter(|hit| is_own(&entries, hit.block)).count();
        let mut expected: Vec<BlockId> = by_itself.iter().map(|hit| hit.block).collect();
        if count >= 6 {
            let places: Vec<usize> = (0..depth).filter(|&at| is_own(&entries, expected[at])).collect();
            places.iter().zip(&own).for_each(|(&at, hit)| expected[at] = hit.block);
        }
        let found = search(&index, "", 1.0, k);
        prop_assert_eq!(common::ids(&found), expected[..k].to_vec());
        for (hit, stood_there) in found.iter().zip(&by_itself) {
            prop_assert_eq!(hit.score.to_bits(), stood_there.score.to_bits(), "the scores are those of the places");
            prop_assert!((hit.score - hit.parts.iter().sum::<f32>()).abs() < 1e-3);
        }
    }

    #[test]
    fn how_many_are_wanted_changes_nothing(seed in any::<u64>(), k in 1_usize..10) {
        let index = loaded(&memory(seed), &[]);
        prop_assert_eq!(common::bits(&search(&index, "", 1.0, k)), common::bits(&search(&index, "", 1.0, 10)[..k]));
    }

    #[test]
    fn by_half_a_share_it_comes_half_the_way(seed in any::<u64>()) {
        let entries = memory(seed);
        let index = loaded(&entries, &[]);
        let [by_itself, whole, half] = [0.0, 1.0, 0.5].map(|home| search(&index, "", home, 10));
        let of = |hits: &[Hit], block: BlockId| hits.iter().find(|hit| hit.block == block).map(|hit| hit.score);
        for hit in &half {
            if let (Some(before), Some(after)) = (of(&by_itself, hit.block), of(&whole, hit.block)) {
                prop_assert!((hit.score - (before + after) / 2.0).abs() < 1e-3);
            }
        }
        prop_assert!(half.is_sorted_by(|a, b| a.score >= b.score));
    }
}

/// Of this seed, most of the first ten hits are of the conversation, in another order than by itself.
const TELLING: u64 = 7;

#[test]
fn what_is_searched_is_no_small_part_of_itself() {
    let entries = memory(TELLING);
    let own: Vec<Entry> = entries.iter().filter(|entry| is_own(&entries, entry.id)).cloned().collect();
    let few =
        [&own[..], &entries.iter().filter(|entry| !is_own(&entries, entry.id)).take(OWN).cloned().collect::<Vec<_>>()]
            .concat();
    for (entries, namespace) in [(&entries, "ann-and-ben"), (&few, "")] {
        let index = loaded(entries, &[]);
        let bits = |home| common::bits(&search(&index, namespace, home, 10));
        assert_eq!(bits(0.0), bits(1.0));
    }
    let index = loaded(&entries, &[]);
    assert_ne!(common::ids(&search(&index, "", 0.0, 10)), common::ids(&search(&index, "", 1.0, 10)));
}

#[test]
fn without_time_what_was_found_before_stands() {
    let index = loaded(&memory(TELLING), &[]);
    let ask = Query { budget: Some(Duration::ZERO), ..asked("", 1.0, 10) };
    let without = Query { budget: Some(Duration::ZERO), ..asked("", 0.0, 10) };
    let hits = |query: &Query| common::ids(&index.search(query).unwrap());
    assert_eq!(hits(&ask), hits(&without));
}

#[test]
fn an_explanation_says_what_a_search_gave() {
    let entries = memory(TELLING);
    let index = loaded(&entries, &[]);
    let ask = asked("", 1.0, 10);
    let mut moved = BTreeSet::new();
    for (at, hit) in index.search(&ask).unwrap().iter().enumerate() {
        let text = entries.iter().find(|entry| entry.id == hit.block).unwrap().text.clone();
        let subject = greeum_core::rank::Subject { block: hit.block, text, labels: Vec::new(), clauses: Vec::new() };
        let explanation = index.explain(&ask, &subject).unwrap();
        let account = explanation.account.unwrap();
        assert_eq!(explanation.rank, Some(at + 1));
        assert_eq!(account.hit.score.to_bits(), hit.score.to_bits());
        assert!(explanation.is_candidate);
        let prior: f32 =
            account.weights.iter().filter(|one| one.part == "prior").map(|one| one.weight * one.measure).sum();
        assert!((prior - account.hit.parts[PRIOR]).abs() < 1e-3);
        if account.weights.iter().any(|one| one.name == "home") {
            moved.insert(hit.block);
        }
    }
    assert!(moved.len() >= 6, "those of the conversation");
}
