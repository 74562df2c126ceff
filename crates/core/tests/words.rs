//! The word leg against BM25 worked out by hand: the best blocks are the best, however few of the passages were looked at.

mod common;

use common::{Dice, Directory, cases, entry, filter, loaded, open, query};
use greeum_core::words::bm25::{Bm25, idf};
use greeum_core::words::terms::{Term, is_content, of_word};
use greeum_core::words::{Tokens, analyse, passages};
use greeum_core::{BlockId, Entry, Index, Query};
use proptest::prelude::*;
use std::collections::HashMap;

/// What the pipeline asks for.
const DEPTH: usize = 48;

/// So many blocks that the words of a query occur in them more often than are added up.
const MANY: usize = 6_000;

/// So many that containers are sifted, in more than one stretch.
const SIFTED: usize = 20_000;

/// Questions to each memory; in debug builds the model is slow.
const QUESTIONS: usize = if cfg!(debug_assertions) { 2 } else { 8 };

const WORDS: [&str; 24] = [
    "garden", "river", "winter", "train", "ticket", "coffee", "doctor", "guitar", "mountain", "kitchen", "letter",
    "window", "harbor", "lantern", "orchard", "violin", "blanket", "compass", "meadow", "pepper", "saddle", "thimble",
    "walnut", "zipper",
];

/// Words as frequent as words are: the n-th in one of n texts or so; some texts are long enough to have passages.
fn any_text(dice: &mut Dice) -> String {
    let count = if dice.below(60) == 0 { 150 } else { 1 + dice.below(20) };
    let mut word = || {
        let most = 1 + dice.below(WORDS.len());
        WORDS[dice.below(most)]
    };
    (0..count).map(|_| word()).collect::<Vec<_>>().join(" ")
}

fn any_entry(id: BlockId, dice: &mut Dice) -> Entry {
    let text = any_text(dice);
    entry_of(id, &text, dice)
}

fn entry_of(id: BlockId, text: &str, dice: &mut Dice) -> Entry {
    let mut entry = entry(id, text);
    entry.namespace = (*dice.choose(&["team/a", "team/a", "team/b", "other"])).to_owned();
    entry.superseded = dice.below(12) == 0;
    entry.metadata.insert("third".to_owned(), (id % 3).into());
    entry
}

/// The same blocks in several segments, some of them replaced later and some forgotten.
fn in_pieces(entries: &[Entry], dice: &mut Dice, directory: Option<&Directory>) -> Index {
    let (index, _) = open(directory.map(Directory::path));
    let mut seq = 0;
    let mut rest = entries;
    while !rest.is_empty() {
        let (now, later) = rest.split_at((500 + dice.below(3_000)).min(rest.len()));
        rest = later;
        seq += 1;
        let stray = Entry { id: now[0].id, superseded: false, ..entry(now[0].id, "garden winter walnut zipper") };
        index
            .apply(seq, now.iter().cloned().chain([entry(1_000_000 + seq, "zipper walnut")]).collect(), &[], Vec::new())
            .unwrap();
        index.apply(seq + 1, vec![stray], &[1_000_000 + seq], Vec::new()).unwrap();
        index.apply(seq + 2, vec![now[0].clone()], &[], Vec::new()).unwrap();
        seq += 2;
        if directory.is_some() && dice.below(2) == 0 {
            index.fold(true).unwrap();
        }
    }
    index
}

/// Each passage's terms with how often, and its length.
type Passage = (HashMap<u64, u32>, u32);

struct Model<'a> {
    blocks: Vec<(&'a Entry, Vec<Passage>)>,
}

impl<'a> Model<'a> {
    fn new(entries: &'a [Entry]) -> Self {
        let table = common::table();
        let passage = |text: &str, at| {
            let analysis = analyse(&Tokens::new(text), &[], at, Some(&table));
            let mut counts = HashMap::new();
            analysis.terms.iter().for_each(|&term| *counts.entry(term).or_default() += 1);
            (counts, analysis.length)
        };
        let blocks = entries.iter().map(|entry| {
            (entry, passages::split(&entry.text).into_iter().map(|text| passage(text, entry.at)).collect())
        });
        Self { blocks: blocks.collect() }
    }

    /// The best blocks of a namespace that a filter lets through, by every posting of every term.
    fn best(&self, text: &str, namespace: &str, wants: impl Fn(&Entry) -> bool, depth: usize) -> Vec<(BlockId, u32)> {
        let inside = |entry: &Entry| !entry.superseded && entry.namespace.starts_with(namespace);
        let scope: Vec<_> = self.blocks.iter().filter(|(entry, _)| inside(entry)).collect();
        let all = || scope.iter().flat_map(|(_, passages)| passages);
        let (count, words) = (all().count() as u64, all().map(|passage| u64::from(passage.1)).sum());
        let bm25 = Bm25::new(count, words);
        let df = |term: &Term| all().filter(|passage| passage.0.contains_key(&term.hash)).count() as u64;
        let mut terms: Vec<(Term, f32)> = terms(text).into_iter().map(|term| (term, idf(count, df(&term)))).collect();
        terms.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.hash.cmp(&b.0.hash)));
        let of_passage = |(counts, length): &Passage| {
            let worth = terms.iter().filter_map(|(term, idf)| {
                counts.get(&term.hash).map(|&count| idf * term.weight * bm25.saturate(count as f32, *length as f32))
            });
            worth.fold(0.0, |sum, worth| sum + worth)
        };
        let of_block = |passages: &[Passage]| passages.iter().map(of_passage).fold(0.0, f32::max);
        let scored = scope.iter().map(|(entry, passages)| (of_block(passages), entry));
        let mut scored: Vec<(f32, BlockId)> = scored
            .filter(|(score, entry)| *score > 0.0 && wants(entry))
            .map(|(score, entry)| (score, entry.id))
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        scored.truncate(depth);
        scored.into_iter().map(|(score, id)| (id, score.to_bits())).collect()
    }
}

fn terms(text: &str) -> Vec<Term> {
    let (tokens, mut terms) = (Tokens::new(text), Vec::new());
    tokens
        .list
        .iter()
        .filter(|&&token| is_content(&tokens, token))
        .for_each(|&token| of_word(&tokens, token, &mut terms));
    let mut seen = std::collections::HashSet::new();
    terms.retain(|term| seen.insert(term.hash));
    terms
}

fn any_question(dice: &mut Dice) -> String {
    (0..1 + dice.below(6)).map(|_| *dice.choose(&WORDS)).collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(cases(if cfg!(debug_assertions) { 2 } else { 24 }))]

    #[test]
    fn the_best_are_the_best(seed in any::<u64>(), is_folded in any::<bool>()) {
        let mut dice = Dice::new(seed);
        let entries: Vec<Entry> = (1..=MANY as BlockId).map(|id| any_entry(id * 2, &mut dice)).collect();
        let model = Model::new(&entries);
        let directory = is_folded.then(Directory::new);
        let index = in_pieces(&entries, &mut dice, directory.as_ref());
        let third = filter(r#"{"metadata.third": 1}"#);
        for _ in 0..QUESTIONS {
            let text = any_question(&mut dice);
            for (namespace, filter) in [("", None), ("team", None), ("team/b", None), ("", third.clone())] {
                for depth in [1, 10, DEPTH] {
                    let ask = Query { exact: false, namespace: namespace.to_owned(), filter: filter.clone(), ..query(&text) };
                    let found: Vec<_> = index.by_words(&ask, depth).into_iter().map(|(id, score)| (id, score.to_bits())).collect();
                    let wants = |entry: &Entry| filter.is_none() || entry.id % 3 == 1;
                    prop_assert_eq!(found, model.best(&text, namespace, wants, depth), "{} in {:?}, {}", text, namespace, depth);
                }
            }
        }
    }
}

#[test]
fn the_best_are_the_best_where_all_lists_are_gone_through_at_once() {
    for has_long in [false, true] {
        let mut dice = Dice::new(13);
        let any = |id| {
            let text = any_text(&mut dice);
            entry_of(id, if has_long { &text } else { &text[..text.len().min(60)] }, &mut dice)
        };
        let entries: Vec<Entry> = (1..=SIFTED as BlockId).map(any).collect();
        let (model, index, third) = (Model::new(&entries), loaded(&entries, &[]), filter(r#"{"metadata.third": 1}"#));
        for _ in 0..QUESTIONS {
            let text = (0..4 + dice.below(3)).map(|_| *dice.choose(&WORDS)).collect::<Vec<_>>().join(" ");
            for (namespace, filter) in [("", None), ("team", None), ("", third.clone())] {
                let ask =
                    Query { exact: false, namespace: namespace.to_owned(), filter: filter.clone(), ..query(&text) };
                let found: Vec<_> =
                    index.by_words(&ask, DEPTH).into_iter().map(|(id, score)| (id, score.to_bits())).collect();
                let wants = |entry: &Entry| filter.is_none() || entry.id % 3 == 1;
                assert_eq!(found, model.best(&text, namespace, wants, DEPTH), "{text} in {namespace:?}");
            }
        }
    }
}

#[test]
fn the_best_are_the_best_of_words_that_never_meet() {
    // That some texts have both is expected of words so frequent, and does not happen.
    let mut dice = Dice::new(13);
    let text = |dice: &mut Dice| {
        let words: Vec<&str> = (0..1 + dice.below(12)).map(|_| *dice.choose(&["winter", "train", "ticket"])).collect();
        [dice.choose(&["garden", "river"]), &words.join(" ")[..]].join(" ")
    };
    let texts: Vec<String> = (0..SIFTED).map(|_| text(&mut dice)).collect();
    let entries: Vec<Entry> = texts.iter().zip(1..).map(|(text, id)| entry(id, text)).collect();
    let (index, model) = (loaded(&entries, &[]), Model::new(&entries));
    for text in ["garden river", "river garden winter"] {
        let found = index.by_words(&query(text), DEPTH).into_iter().map(|(id, score)| (id, score.to_bits()));
        assert_eq!(found.collect::<Vec<_>>(), model.best(text, "", |_| true, DEPTH), "{text}");
    }
}

/// What words are worth in the answer, by block.
fn words_of(index: &Index, text: &str, exact: bool) -> HashMap<BlockId, f32> {
    let hits = index.search(&Query { exact, k: 50, ..query(text) }).unwrap();
    hits.into_iter().map(|hit| (hit.block, hit.parts[0])).collect()
}

#[test]
fn a_scale_from_drawn_blocks_is_nearly_that_of_all() {
    let mut dice = Dice::new(11);
    let entries: Vec<Entry> = (1..=MANY as BlockId).map(|id| any_entry(id, &mut dice)).collect();
    let index = loaded(&entries, &[]);
    for _ in 0..10 {
        let text = (0..5).map(|_| WORDS[dice.below(8)]).collect::<Vec<_>>().join(" ");
        let (drawn, all) = (words_of(&index, &text, false), words_of(&index, &text, true));
        let both = drawn.iter().filter_map(|(id, drawn)| Some((drawn, all.get(id)?)));
        let mut count = 0;
        for (drawn, all) in both {
            assert!((drawn - all).abs() < 0.15 * all.abs() + 0.1, "{text}: {drawn} and {all}");
            count += 1;
        }
        assert!(count > 10, "{text}");
    }
}

#[test]
fn how_blocks_came_to_lie_in_segments_changes_no_score() {
    let mut dice = Dice::new(12);
    let entries: Vec<Entry> = (1..=MANY as BlockId).map(|id| any_entry(id, &mut dice)).collect();
    let (once, pieces) = (loaded(&entries, &[]), in_pieces(&entries, &mut dice, None));
    for _ in 0..10 {
        let text = any_question(&mut dice);
        let (once, pieces) = (words_of(&once, &text, false), words_of(&pieces, &text, false));
        let both: Vec<_> =
            once.iter().filter_map(|(id, score)| Some((score.to_bits(), pieces.get(id)?.to_bits()))).collect();
        assert!(both.len() > 10 && both.iter().all(|(once, pieces)| once == pieces), "{text}: {both:?}");
    }
}
