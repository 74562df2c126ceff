//! Why a block was found or not: what is said adds up to the score, and what keeps a block out is what a search goes by. And what a search
//! does that has a time to keep to.

mod common;

use common::{Dice, NOW_US, bits, cases, filter, ids, is_visible, loaded, query, varied_entry};
use greeum_core::links::Edge;
use greeum_core::query::{PARTS, Stage};
use greeum_core::rank::{Account, Clause, Outcome, Subject};
use greeum_core::{BlockId, Entry, Hit, Index, Query};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

/// More than are scored whatever they say.
const MANY: usize = 600;

fn memory(count: usize, seed: u64) -> (Vec<Entry>, Index, Dice) {
    let mut dice = Dice::new(seed);
    let mut entries: Vec<Entry> = (1..=count as BlockId).map(|id| varied_entry(id, &mut dice)).collect();
    entries.iter_mut().for_each(|entry| entry.superseded = dice.below(6) == 0);
    let links: Vec<(BlockId, Vec<Edge>)> = (1..=count as BlockId)
        .step_by(3)
        .map(|id| (id, vec![Edge::new(1 + dice.below(count) as BlockId, 0.9)]))
        .collect();
    let index = loaded(&entries, &links);
    (entries, index, dice)
}

fn subject(entry: &Entry, clauses: Vec<Clause>) -> Subject {
    let labels = entry.source.iter().chain(&entry.tags).cloned().collect();
    Subject { block: entry.id, text: entry.text.clone(), labels, clauses }
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() <= 1e-3 * (1.0 + a.abs().max(b.abs()))
}

/// Whether everything that is said of a score adds up to it.
fn check_sums(account: &Account, query: &Query) -> Result<(), TestCaseError> {
    for (part, name) in account.hit.parts.iter().zip(PARTS) {
        let sum: f32 = account
            .weights
            .iter()
            .filter(|weighed| weighed.part == name)
            .map(|weighed| weighed.weight * weighed.measure)
            .sum();
        prop_assert!(near(*part, sum), "{name}: {part} is {sum}");
    }
    let weights = [query.weights.words, query.weights.vector, query.weights.tokens];
    let usual = |at: usize| {
        let measure = account.measures[at];
        if measure.deviation > 1e-6 {
            weights[at] * (-measure.mean / measure.deviation - measure.luck)
        } else {
            -weights[at] * measure.luck
        }
    };
    let words: f32 = account.words.iter().map(|found| found.adds).sum();
    prop_assert!(
        near(account.hit.parts[0], words + usual(0)),
        "words: {:?} of {:?}",
        account.hit.parts[0],
        account.words
    );
    let tokens: f32 = account.pairs.iter().map(|pair| pair.adds).sum();
    prop_assert!(
        near(account.hit.parts[2], tokens + usual(2)),
        "tokens: {:?} of {:?}",
        account.hit.parts[2],
        account.pairs
    );
    prop_assert!(
        account.words.iter().all(|found| !found.found.is_empty() && !found.word.is_empty()),
        "{:?}",
        account.words
    );
    prop_assert!(
        account.pairs.iter().all(|pair| !pair.found.is_empty() && pair.similarity <= 1.0),
        "{:?}",
        account.pairs
    );
    let last = account.path.last().map(|step| step.block);
    prop_assert!(last.is_none_or(|last| last == account.hit.block));
    if query.near.is_empty() {
        let linked = account.weights.iter().find(|weighed| weighed.name == "linked");
        prop_assert_eq!(linked.map(|weighed| weighed.turns[0]), account.path.first().map(|step| step.block));
        prop_assert!(account.path.is_empty() || account.path.len() == 2);
        return Ok(());
    }
    prop_assert_eq!(last.is_some(), account.proximity > 0.0);
    let strength: f32 = account.path.iter().skip(1).map(|step| 0.7 * step.weight).product();
    prop_assert!(
        account.path.is_empty() || near(strength, account.proximity),
        "{:?} is {}",
        account.path,
        account.proximity
    );
    Ok(())
}

proptest! {
    #![proptest_config(cases(if cfg!(debug_assertions) { 12 } else { 60 }))]

    #[test]
    fn what_is_said_of_a_hit_adds_up_to_its_score(count in prop_oneof![1_usize..120, Just(MANY)], seed in any::<u64>(), exact in any::<bool>(), is_near in any::<bool>(), history in any::<bool>()) {
        let (entries, index, mut dice) = memory(count, seed);
        let length = 1 + dice.below(6);
        let starts: Vec<&Entry> = entries.iter().filter(|entry| is_visible(entry, "", history)).collect();
        let starts = if is_near && !starts.is_empty() { vec![(dice.choose(&starts).id, 3)] } else { vec![] };
        let ask = Query { text: dice.text(length), exact, history, near: starts, ..query("") };
        let hits: Vec<Hit> = index.search(&ask).unwrap();
        for (rank, hit) in hits.iter().enumerate() {
            let entry = entries.iter().find(|entry| entry.id == hit.block).unwrap();
            let explanation = index.explain(&ask, &subject(entry, vec![])).unwrap();
            prop_assert_eq!((explanation.outcome(10), explanation.rank), (Outcome::Hit, Some(rank + 1)));
            let account = explanation.account.unwrap();
            prop_assert_eq!(bits(&[account.hit]), bits(&[*hit]));
            check_sums(&account, &ask)?;
        }
    }

    #[test]
    fn every_block_is_explained_and_what_keeps_one_out_is_what_a_search_goes_by(count in prop_oneof![1_usize..60, Just(MANY)], seed in any::<u64>(), history in any::<bool>(), is_near in any::<bool>()) {
        let (entries, index, mut dice) = memory(count, seed);
        let length = 1 + dice.below(6);
        let starts: Vec<&Entry> = entries.iter().filter(|entry| is_visible(entry, "a", history)).collect();
        let starts = if is_near && !starts.is_empty() { vec![(dice.choose(&starts).id, 2)] } else { vec![] };
        let condition = r#"{"metadata.km": {"lt": 60}}"#;
        let as_of = (dice.below(3) == 0).then_some(NOW_US);
        let ask = Query { text: dice.text(length), namespace: "a".into(), history, filter: filter(condition), near: starts, as_of, exact: false, ..query("") };
        let whatever = Query { text: String::new(), ..ask.clone() };
        let allowed: BTreeSet<BlockId> = index.ids(&whatever).into_iter().collect();
        let hits = ids(&index.search(&ask).unwrap());
        for entry in entries.iter().step_by(if count == MANY { 23 } else { 1 }) {
            let clause = Clause { name: "where.metadata.km".into(), filter: filter(condition).unwrap() };
            let explanation = index.explain(&ask, &subject(entry, vec![clause])).unwrap();
            prop_assert_eq!(explanation.excluded.is_empty(), allowed.contains(&entry.id), "{:?}", explanation.excluded);
            prop_assert_eq!(explanation.outcome(10) == Outcome::Hit, hits.contains(&entry.id));
            prop_assert_eq!(ids(&explanation.answer.hits), hits.clone());
            let is_in_scope = explanation.excluded.iter().all(|reason| reason.starts_with("where"));
            prop_assert!(is_in_scope || explanation.account.is_none());
            prop_assert!(!is_in_scope || explanation.account.is_some() || hits.is_empty());
            if let Some(account) = &explanation.account {
                check_sums(account, &ask)?;
            }
        }
    }

    #[test]
    fn a_search_in_time_is_as_ever_and_one_without_time_says_what_it_left_out(count in prop_oneof![1_usize..60, Just(MANY)], seed in any::<u64>(), exact in any::<bool>(), is_near in any::<bool>()) {
        let (_, index, mut dice) = memory(count, seed);
        let length = 1 + dice.below(6);
        let starts = if is_near { vec![(1 + dice.below(count) as BlockId, 2)] } else { vec![] };
        let text = dice.text(length);
        let ask = |budget| {
            let ask = Query { text: text.clone(), exact, near: starts.clone(), budget, ..query("") };
            index.search_many(&[ask]).unwrap().remove(0)
        };
        let (ever, hour, none) = (ask(None), ask(Some(Duration::from_secs(3_600))), ask(Some(Duration::ZERO)));
        prop_assert_eq!(bits(&ever.hits), bits(&hour.hits));
        prop_assert!(ever.left_out.is_empty() && hour.left_out.is_empty());
        prop_assert!(none.hits.len() <= ever.hits.len().max(1));
        prop_assert!(none.left_out.contains(&Stage::Words) || none.left_out.contains(&Stage::Graph) || ever.hits.is_empty(), "{:?}", none.left_out);
    }
}
