//! Whose conversation a question is about: what its rare words in the rest of a family are worth, and who takes part.

mod common;

use common::{Dice, cases, entry, ids, is_visible, loaded, query};
use greeum_core::{BlockId, Entry, Query, Weights};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Blocks, so many that priors count in full, and each family is in any sample.
const BLOCKS: usize = 700;

const PRIOR: usize = 4; // in PARTS

/// Passages up to which a word is rare.
const RARE: usize = 128;

/// The namespaces, and the family of each.
const NAMESPACES: [(&str, &str); 6] =
    [("ann/1", "ann"), ("ann/2", "ann"), ("ann", ""), ("ben/x/1", "ben/x"), ("ben/x", "ben"), ("", "")];

/// Only words, and nothing of the prior but the family.
fn only_family(value: f32) -> Weights {
    let mut weights = Weights::default();
    for (name, _) in weights.list() {
        weights.set(name, if name == "words" || name == "half_life" { 1.0 } else { 0.0 }).unwrap();
    }
    weights.set("family", value).unwrap();
    weights
}

/// A word that stands in about one block in `usual` ones.
fn word(number: usize) -> String {
    format!("zq{number}x")
}

fn memory(seed: u64) -> Vec<Entry> {
    let mut dice = Dice::new(seed);
    let usual = [4, 9, 30, 100, 300];
    let said = (1..=BLOCKS as BlockId).map(|id| {
        let words: Vec<String> =
            usual.iter().enumerate().filter(|(_, one_in)| dice.below(**one_in) == 0).map(|(at, _)| word(at)).collect();
        let mut said = entry(id, &format!("tea {}", words.join(" ")));
        said.namespace = NAMESPACES[dice.below(NAMESPACES.len())].0.to_owned();
        said.superseded = dice.below(10) == 0;
        said
    });
    said.collect()
}

/// What the words of the question are worth in each family, counted plainly.
fn plainly(entries: &[Entry], asked: &[String], history: bool) -> BTreeMap<BlockId, f32> {
    let family = |entry: &Entry| NAMESPACES.iter().find(|pair| pair.0 == entry.namespace).unwrap().1;
    let visible: Vec<&Entry> = entries.iter().filter(|entry| is_visible(entry, "", history)).collect();
    let all: BTreeSet<&str> = visible.iter().map(|entry| family(entry)).collect();
    let mut worth: BTreeMap<&str, f32> = BTreeMap::new();
    for word in asked {
        let with: Vec<&&Entry> = visible.iter().filter(|entry| entry.text.split(' ').any(|one| one == word)).collect();
        let families: BTreeSet<&str> = with.iter().map(|entry| family(entry)).collect();
        if with.len() <= RARE {
            let rarity = (all.len() as f32 / families.len() as f32).ln();
            families.into_iter().for_each(|family| *worth.entry(family).or_default() += rarity);
        }
    }
    visible.iter().map(|entry| (entry.id, worth.get(family(entry)).copied().unwrap_or(0.0))).collect()
}

proptest! {
    #![proptest_config(cases(if cfg!(debug_assertions) { 12 } else { 60 }))]

    #[test]
    fn a_family_has_what_any_of_its_blocks_has(seed in any::<u64>(), words in proptest::collection::btree_set(0_usize..6, 1..5), history in any::<bool>(), exact in any::<bool>()) {
        let entries = memory(seed);
        let asked: Vec<String> = words.into_iter().map(word).collect();
        let index = loaded(&entries, &[]);
        let ask = Query { k: BLOCKS, history, exact, weights: only_family(1.0), ..query(&asked.join(" ")) };
        let expected = plainly(&entries, &asked, history);
        for hit in index.search(&ask).unwrap() {
            prop_assert!((hit.parts[PRIOR] - expected[&hit.block]).abs() < 1e-4, "{} {:?}", hit.parts[PRIOR], expected[&hit.block]);
        }
    }
}

fn said(id: BlockId, namespace: &str, source: &str, text: &str) -> Entry {
    Entry { namespace: namespace.to_owned(), source: Some(source.to_owned()), ..entry(id, text) }
}

/// Two conversations of people of the same name; in one of them, on another day, somebody spoke of a harbour.
fn namesakes() -> Vec<Entry> {
    vec![
        said(1, "first/monday", "Mel", "We all had soup by the harbour."),
        said(2, "first/tuesday", "Mel", "My cat is called Oscar."),
        said(3, "second/monday", "Mel", "We all had soup by the window."),
        said(4, "second/tuesday", "Mel", "My cat is called Oscar."),
    ]
}

#[test]
fn of_two_that_say_the_same_the_one_from_the_conversation_that_is_meant_comes_first() {
    let index = loaded(&namesakes(), &[]);
    for (asked, first) in [("the cat of Mel, from the harbour", 2), ("the cat of Mel, from the window", 4)] {
        let hits = index.search(&Query {
            filter: common::filter(r#"{"namespace": {"in": ["first/tuesday", "second/tuesday"]}}"#),
            ..query(asked)
        });
        assert_eq!(ids(&hits.unwrap())[0], first, "{asked}");
    }
}

/// Which of the sessions it was is for their own blocks to say.
#[test]
fn the_namespaces_of_what_is_searched_are_one_family() {
    let index = loaded(&namesakes(), &[]);
    let ask =
        |family| Query { namespace: "first".to_owned(), weights: only_family(family), ..query("soup by the harbour") };
    let bits = |family| common::bits(&index.search(&ask(family)).unwrap());
    assert_eq!(bits(1.0), bits(0.0));
    let elsewhere = Query { namespace: String::new(), ..ask(1.0) };
    assert!(index.search(&elsewhere).unwrap().iter().any(|hit| hit.parts[PRIOR] != 0.0));
}

#[test]
fn what_was_forgotten_leads_to_no_conversation() {
    let (index, _) = common::open(None);
    index.apply(1, namesakes(), &[], Vec::new()).unwrap();
    index.apply(2, Vec::new(), &[1], Vec::new()).unwrap();
    let ask = query("the cat of Mel, from the harbour");
    assert_eq!(
        common::bits(&index.search(&ask).unwrap()),
        common::bits(&loaded(&namesakes()[1..], &[]).search(&ask).unwrap())
    );
}

#[test]
fn who_is_named_speaks_for_the_turns_beside_theirs() {
    let turns = ["Mel", "Ann", "Ann", "Ann"].into_iter().zip(1..);
    let index = loaded(&turns.map(|(source, id)| said(id, "chat", source, "soup again")).collect::<Vec<_>>(), &[]);
    let prior = |text: &str, company: f32| {
        let mut weights = only_family(0.0);
        weights.set("company", company).unwrap();
        let hits = index.search(&Query { weights, ..query(text) }).unwrap();
        hits.into_iter().map(|hit| (hit.block, hit.parts[PRIOR])).collect::<BTreeMap<_, _>>()
    };
    let (one, both) = (prior("soup of Mel", 1.0), prior("soup of Mel and Ann", 1.0));
    assert!(one[&1] > 0.0 && one[&2] == one[&1], "in their company");
    assert_eq!((one[&3], one[&4]), (0.0, 0.0), "they are farther away");
    assert!(both[&1] == one[&1] && both[&2] == one[&1], "both take part");
    assert_eq!(both[&4], one[&1] / 2.0, "one of the two does");
    assert!(prior("soup of Mel", 0.0).values().all(|&prior| prior == 0.0));
}
