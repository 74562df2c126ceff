//! What a caller may rely on in a search: what is in the answers, what is not, and what a score depends on.

mod common;

use common::{
    Dice, Directory, EMBEDDER, MINUTE_US, NOW_US, bits, cases, entry, ids, is_visible, loaded, open, query, table,
    varied_entry,
};
use greeum_core::links::Edge;
use greeum_core::query::PARTS;
use greeum_core::vectors::Code;
use greeum_core::{BlockId, Entry, Error, Hit, Index, Query, TimeUs, Weights, Zone};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};

type Links = Vec<(BlockId, Vec<Edge>)>;

const GRAPH: usize = 5; // in PARTS

/// Some blocks with links, and questions about them; all of it follows from the seed.
struct Memory {
    entries: Vec<Entry>,
    links: Links,
    index: Index,
    question: String,
    dice: Dice,
}

impl Memory {
    fn new(count: usize, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut entries: Vec<Entry> = (1..=count as BlockId).map(|id| varied_entry(2 * id, &mut dice)).collect();
        entries.iter_mut().for_each(|entry| entry.superseded = dice.below(6) == 0);
        let target =
            |dice: &mut Dice| Edge::new(2 * (1 + dice.below(count)) as BlockId, (1 + dice.below(10)) as f32 / 10.0);
        let links: Links = entries
            .iter()
            .filter(|entry| entry.id % 3 == 0)
            .map(|entry| (entry.id, vec![target(&mut dice), target(&mut dice)]))
            .collect();
        let length = 1 + dice.below(8);
        let question = dice.text(length);
        Self { index: loaded(&entries, &links), entries, links, question, dice }
    }

    fn ask(&self) -> Query {
        Query { k: self.entries.len(), ..query(&self.question) }
    }

    fn search(&self, query: &Query) -> Vec<Hit> {
        self.index.search(query).unwrap()
    }

    fn of(&self, id: BlockId) -> &Entry {
        &self.entries[id as usize / 2 - 1]
    }

    fn visible(&self, namespace: &str, history: bool) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| is_visible(entry, namespace, history)).collect()
    }

    /// What lies within so many hops of `start`, counted plainly: links both ways, and the turns of a conversation side by side.
    fn within(&self, start: BlockId, hops: u32, namespace: &str, history: bool) -> BTreeSet<BlockId> {
        let visible: BTreeMap<BlockId, &Entry> =
            self.visible(namespace, history).into_iter().map(|entry| (entry.id, entry)).collect();
        let mut beside: BTreeMap<BlockId, BTreeSet<BlockId>> = BTreeMap::new();
        let mut tie = |a: BlockId, b: BlockId| {
            beside.entry(a).or_default().insert(b);
            beside.entry(b).or_default().insert(a);
        };
        self.links.iter().for_each(|(source, row)| row.iter().for_each(|edge| tie(*source, edge.target)));
        let mut turns: Vec<&&Entry> = visible.values().filter(|entry| entry.kind == "message").collect();
        turns.sort_by_key(|entry| (&entry.namespace, entry.at, entry.id));
        turns
            .windows(2)
            .filter(|pair| pair[0].namespace == pair[1].namespace)
            .for_each(|pair| tie(pair[0].id, pair[1].id));
        let mut reached = BTreeSet::from([start]);
        for _ in 0..hops {
            let further: Vec<BlockId> = reached
                .iter()
                .filter_map(|id| beside.get(id))
                .flatten()
                .copied()
                .filter(|id| visible.contains_key(id))
                .collect();
            reached.extend(further);
        }
        reached
    }
}

fn parts_of(hits: &[Hit]) -> BTreeMap<BlockId, (u32, [u32; 6])> {
    bits(hits).into_iter().map(|(id, score, parts)| (id, (score, parts))).collect()
}

fn namespace() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec!["", "a", "a/b", "a/b2", "c", "c/d", "b", "nobody"])
}

proptest! {
    #![proptest_config(cases(if cfg!(debug_assertions) { 40 } else { 250 }))]

    #[test]
    fn fewer_hits_are_the_first_of_more(count in 1_usize..150, seed in any::<u64>(), exact in any::<bool>(), k in 0_usize..20) {
        let memory = Memory::new(count, seed);
        let ask = |k| bits(&memory.search(&Query { k, exact, ..memory.ask() }));
        let fifty = ask(50);
        prop_assert_eq!(&ask(10)[..], &fifty[..fifty.len().min(10)]);
        prop_assert_eq!(&ask(k)[..], &fifty[..fifty.len().min(k)]);
        prop_assert!(ask(usize::MAX).starts_with(&fifty));
    }

    #[test]
    fn questions_asked_together_are_answered_as_each_alone(count in 1_usize..150, seed in any::<u64>(), namespaces in proptest::collection::vec(namespace(), 1..12)) {
        let mut memory = Memory::new(count, seed);
        let filters = [None, common::filter(r#"{"metadata.km": {"lt": 40}}"#), common::filter(r#"{"metadata.km": {"lt": 60}}"#)];
        let queries: Vec<Query> = namespaces.into_iter().map(|namespace| {
            let (length, history) = (1 + memory.dice.below(4), memory.dice.below(4) == 0);
            let filter = memory.dice.choose(&filters).clone();
            Query { text: memory.dice.text(length), namespace: namespace.to_owned(), filter, history, ..memory.ask() }
        }).collect();
        let together = memory.index.search_many(&queries).unwrap();
        prop_assert_eq!(together.len(), queries.len());
        for (query, answer) in queries.iter().zip(&together) {
            prop_assert_eq!(bits(&answer.hits), bits(&memory.search(query)));
        }
    }

    #[test]
    fn hits_come_best_first_and_their_parts_are_the_score(count in 1_usize..120, seed in any::<u64>()) {
        let memory = Memory::new(count, seed);
        let hits = memory.search(&memory.ask());
        prop_assert!(hits.is_sorted_by(|a, b| a.score > b.score || a.score == b.score && a.block > b.block));
        for hit in &hits {
            prop_assert_eq!(hit.score.to_bits(), hit.parts.iter().sum::<f32>().to_bits());
            prop_assert!(hit.parts.iter().all(|part| part.is_finite()));
            prop_assert!(hit.parts[GRAPH] >= 0.0, "what linked blocks say speaks for it");
        }
        let distinct: HashSet<BlockId> = hits.iter().map(|hit| hit.block).collect();
        prop_assert_eq!(distinct.len(), hits.len());
    }

    #[test]
    fn a_small_memory_is_searched_exactly_whether_asked_or_not(count in 1_usize..120, seed in any::<u64>(), namespace in namespace()) {
        let memory = Memory::new(count, seed);
        let ask = |exact| bits(&memory.search(&Query { exact, namespace: namespace.to_owned(), ..memory.ask() }));
        prop_assert_eq!(ask(true), ask(false));
    }

    #[test]
    fn a_filter_takes_blocks_away_and_changes_nothing_else(count in 1_usize..150, seed in any::<u64>(), km in 0_u64..100, exact in any::<bool>()) {
        let memory = Memory::new(count, seed);
        // What these weigh are the other hits.
        let weights = Weights { about: 0.0, several: 0.0, ..Weights::default() };
        let all = memory.search(&Query { exact, weights, ..memory.ask() });
        let filter = common::filter(&format!(r#"{{"metadata.km": {{"lt": {km}}}, "kind": {{"in": ["message", "note"]}}}}"#));
        let some = memory.search(&Query { exact, filter, weights, ..memory.ask() });
        let left: Vec<Hit> = all.into_iter().filter(|hit| memory.of(hit.block).metadata["km"].as_u64().unwrap() < km).collect();
        prop_assert_eq!(bits(&some), bits(&left));
    }

    #[test]
    fn a_namespace_answers_as_if_it_were_alone(count in 1_usize..150, seed in any::<u64>(), namespace in namespace(), history in any::<bool>(), hops in 0_u32..4) {
        let mut memory = Memory::new(count, seed);
        let inside = |entry: &&Entry| namespace.is_empty() || entry.namespace == namespace || entry.namespace.starts_with(&format!("{namespace}/"));
        let own: Vec<Entry> = memory.entries.iter().filter(inside).cloned().collect();
        let own_ids: HashSet<BlockId> = own.iter().map(|entry| entry.id).collect();
        let own_links: Links = memory.links.iter().filter(|row| own_ids.contains(&row.0))
            .map(|(source, row)| (*source, row.iter().copied().filter(|edge| own_ids.contains(&edge.target)).collect())).collect();
        let alone = loaded(&own, &own_links);
        let near = (!own.is_empty()).then(|| (memory.dice.choose(&own).id, hops));
        for near in [vec![], near.into_iter().collect()] {
            let here = Query { near, history, ..memory.ask() };
            let there = Query { namespace: namespace.to_owned(), ..here.clone() };
            let (inside, alone) = (memory.index.search(&there), alone.search(&here));
            match (inside, alone) {
                (Ok(inside), Ok(alone)) => prop_assert_eq!(bits(&inside), bits(&alone)),
                (inside, alone) => prop_assert!(inside.is_err() && alone.is_err(), "{:?} {:?}", inside, alone),
            }
        }
    }

    #[test]
    fn hits_are_what_may_be_seen(count in 1_usize..150, seed in any::<u64>(), namespace in namespace(), history in any::<bool>()) {
        let memory = Memory::new(count, seed);
        let seen: BTreeSet<BlockId> = memory.visible(namespace, history).iter().map(|entry| entry.id).collect();
        let found: BTreeSet<BlockId> = ids(&memory.search(&Query { namespace: namespace.to_owned(), history, ..memory.ask() })).into_iter().collect();
        prop_assert!(found.is_subset(&seen), "{:?}", found.difference(&seen));
        // Whoever has a word of the question is found.
        let whole = Query { namespace: namespace.to_owned(), history, ..query("garden") };
        let named: BTreeSet<BlockId> = memory.visible(namespace, history).iter().filter(|entry| entry.text.contains("garden")).map(|entry| entry.id).collect();
        let found: BTreeSet<BlockId> = ids(&memory.search(&Query { k: count, ..whole })).into_iter().collect();
        prop_assert!(named.is_subset(&found), "{:?}", named.difference(&found));
    }

    #[test]
    fn near_is_within_the_hops_and_within_the_namespace(count in 1_usize..150, seed in any::<u64>(), namespace in namespace(), history in any::<bool>(), hops in 0_u32..5) {
        let mut memory = Memory::new(count, seed);
        let visible: Vec<BlockId> = memory.visible(namespace, history).iter().map(|entry| entry.id).collect();
        prop_assume!(!visible.is_empty());
        let start = *memory.dice.choose(&visible);
        let within = memory.within(start, hops, namespace, history);
        for text in [memory.question.clone(), String::new()] {
            let hits = memory.search(&Query { near: vec![(start, hops)], namespace: namespace.to_owned(), history, text, ..memory.ask() });
            let near: BTreeSet<BlockId> = hits.iter().filter(|hit| hit.parts[GRAPH] > 0.0).map(|hit| hit.block).collect();
            prop_assert_eq!(&near, &within);
            let most = hits.iter().map(|hit| hit.parts[GRAPH]).fold(0.0, f32::max);
            let own = hits.iter().find(|hit| hit.block == start).unwrap().parts[GRAPH];
            prop_assert_eq!(own, most, "nothing is nearer than the anchor itself");
            prop_assert_eq!(own, Weights::default().near);
        }
    }

    #[test]
    fn near_adds_a_part_and_changes_no_other(count in 1_usize..120, seed in any::<u64>(), hops in 0_u32..4) {
        let mut memory = Memory::new(count, seed);
        let visible: Vec<BlockId> = memory.visible("", false).iter().map(|entry| entry.id).collect();
        prop_assume!(!visible.is_empty());
        let start = *memory.dice.choose(&visible);
        // Near something, no other hit speaks for a block.
        let weights = Weights { linked: 0.0, about: 0.0, ..Weights::default() };
        let (plain, near) = (memory.search(&Query { weights, ..memory.ask() }), memory.search(&Query { near: vec![(start, hops)], ..memory.ask() }));
        let near = parts_of(&near);
        for (id, (_, parts)) in parts_of(&plain) {
            prop_assert_eq!(&near[&id].1[..GRAPH], &parts[..GRAPH]);
        }
    }

    #[test]
    fn a_weight_of_nothing_is_a_part_of_nothing(count in 1_usize..100, seed in any::<u64>(), part in 0_usize..3) {
        let memory = Memory::new(count, seed);
        let mut weights = Weights::default();
        weights.set(PARTS[part], 0.0).unwrap();
        let hits = memory.search(&Query { weights, ..memory.ask() });
        prop_assert!(hits.iter().all(|hit| hit.parts[part] == 0.0));
    }
}

#[test]
fn a_question_without_words_finds_nothing() {
    let memory = Memory::new(80, 1);
    for text in ["", " \n", "?!…"] {
        for exact in [true, false] {
            assert_eq!(memory.search(&Query { exact, ..query(text) }), [], "{text}");
        }
    }
    assert_eq!(loaded(&[], &[]).search(&query("garden")).unwrap(), []);
}

#[test]
fn function_words_are_looked_for_where_there_are_no_others() {
    let memory = Memory::new(80, 1);
    for text in ["the of a", "What is it that they will have been?", "그리고"] {
        for exact in [true, false] {
            assert_ne!(memory.search(&Query { exact, ..query(text) }), [], "{text}");
        }
    }
    let texts =
        ["I saw The Who live.", "Who was at the concert?", "We watched It on Friday.", "It was late.", "그리고"];
    let entries: Vec<Entry> = (1..).zip(texts).map(|(id, text)| entry(id, text)).collect();
    let index = loaded(&entries, &[]);
    for (text, id) in [("The Who", 1), ("the who", 1), ("It", 3), ("did you like It?", 3), ("그리고", 5)] {
        assert_eq!(index.search(&query(text)).unwrap()[0].block, id, "{text}");
    }
}

#[test]
fn a_text_of_function_words_is_found_by_itself() {
    let own = ["one", "The Who", "Who Are You", "What it is", "It is what it is", "그것", "그리고"];
    let others = [
        "two",
        "three",
        "Who are you, said the man at the door.",
        "It is one of the best, what a day.",
        "나는 그것을 샀어",
    ];
    for copies in [1, 200] {
        let copied = std::iter::repeat_n(others, copies).flatten();
        let entries: Vec<Entry> = (1..).zip(own.into_iter().chain(copied)).map(|(id, text)| entry(id, text)).collect();
        let index = loaded(&entries, &[]);
        for (id, text) in (1..).zip(own) {
            for text in [text.to_owned(), text.to_lowercase(), format!("{text}?")] {
                assert_eq!(index.search(&query(&text)).unwrap()[0].block, id, "{text}, beside {copies}");
            }
        }
    }
}

#[test]
fn the_score_of_one_alone_says_whether_it_fits() {
    for (block, best, less, nothing) in [
        (
            "I saw a concert in London.",
            "concert in London",
            "Which museums are there in London?",
            "my sister's birthday",
        ),
        ("부산으로 이사했어", "부산으로 이사했어", "부산에서 저녁은 뭐 먹었어?", "보험료는 얼마야?"),
    ] {
        let index = loaded(&[entry(1, block)], &[]);
        let score = |text: &str| index.search(&query(text)).unwrap().first().map_or(f32::NEG_INFINITY, |hit| hit.score);
        assert!(score(best) > score(less) && score(less) > score(nothing), "{block}");
        assert!(score(best) > 4.0 && score(nothing) < 1.0, "{block}");
    }
}

#[test]
fn near_what_cannot_be_seen_is_everywhere_and_near_what_is_not_there_is_an_error() {
    let with = |id, change: fn(&mut Entry)| {
        let mut entry = entry(id, "the garden in winter");
        entry.namespace = "a".to_owned();
        change(&mut entry);
        entry
    };
    let entries = [
        with(1, |_| {}),
        with(2, |entry| entry.namespace = "b".to_owned()),
        with(3, |entry| entry.superseded = true),
        with(4, |entry| entry.expires_at = Some(NOW_US)),
    ];
    let (index, _) = open(None);
    index.apply(1, entries.into_iter().chain([with(5, |_| {})]).collect(), &[], Vec::new()).unwrap();
    index.apply(2, Vec::new(), &[5], Vec::new()).unwrap();
    let near = |id, history| {
        index.search(&Query { near: vec![(id, 2)], namespace: "a".to_owned(), history, ..query("garden") })
    };
    let proximity = |id, history| near(id, history).map(|hits| hits.iter().map(|hit| hit.parts[5]).fold(0.0, f32::max));
    assert!(proximity(1, false).unwrap() > 0.0 && proximity(3, true).unwrap() > 0.0);
    for (id, history) in [(2, true), (3, false), (4, true)] {
        assert_eq!(proximity(id, history).unwrap(), 0.0, "{id}: everything is searched, and nothing is near");
    }
    for id in [5, 99] {
        assert!(matches!(near(id, true), Err(Error::Invalid { field, .. }) if field == "near"), "{id}");
    }
}

#[test]
fn a_vector_of_another_length_is_an_error_and_one_of_the_right_length_counts() {
    let memory = Memory::new(60, 3);
    let refused = memory.index.search(&Query { vector: Some(Code::new(&[1.0; 64])), ..query("garden") });
    assert!(matches!(refused, Err(Error::Invalid { field, .. }) if field == "vector"));
    let target = memory.visible("", false)[5];
    let bytes = &target.vectors[..common::code_bytes()];
    let components: Vec<f32> = bytes[4..].iter().map(|&byte| f32::from(byte as i8)).collect();
    let hits = memory.search(&Query { vector: Some(Code::new(&components)), ..query("") });
    let best = hits.iter().max_by(|a, b| a.parts[1].total_cmp(&b.parts[1])).unwrap();
    assert_eq!(memory.of(best.block).vectors[..common::code_bytes()], *bytes, "nothing is nearer than the same vector");
    assert!(hits.iter().all(|hit| hit.parts[0] == 0.0 && hit.parts[2] == 0.0));
}

#[test]
fn an_embedder_that_lives_outside_brings_the_query_s_vector_too() {
    let (index, _) = Index::open(None, table(), EMBEDDER, table().dimension(), false, Zone::default()).unwrap();
    index.apply(1, (1..=20).map(|id| entry(id, &Dice::new(id).text(6))).collect(), &[], Vec::new()).unwrap();
    let hits = index.search(&query("garden tomatoes")).unwrap();
    assert!(!hits.is_empty() && hits.iter().all(|hit| hit.parts[1] == 0.0), "words alone, as no vector came");
}

#[test]
fn a_weight_that_is_none_is_refused() {
    let mut weights = Weights::default();
    for (name, value) in [("colour", 1.0), ("words", f32::NAN), ("near", f32::INFINITY), ("", 0.0)] {
        assert!(
            matches!(weights.set(name, value), Err(Error::Invalid { field, .. }) if field == format!("weights.{name}"))
        );
    }
}

/// Two people talk in one namespace, others in another.
fn two_conversations() -> Vec<Entry> {
    let said = |id, namespace: &str, source: &str, text: &str| Entry {
        namespace: namespace.to_owned(),
        source: Some(source.to_owned()),
        ..entry(id, text)
    };
    vec![
        said(1, "a", "Alice", "the tomatoes in the garden are ripe"),
        said(2, "a", "Carol", "the garden needs water"),
        said(3, "a", "Alice", "a train ticket to Busan"),
        said(4, "b", "Bob", "coffee with the doctor"),
        said(5, "b", "Bob", "the hospital has a garden"),
    ]
}

#[test]
fn who_is_named_counts() {
    let index = loaded(&two_conversations()[..3], &[]);
    let prior = |text: &str| {
        index.search(&query(text)).unwrap().iter().map(|hit| (hit.block, hit.parts[4])).collect::<BTreeMap<_, _>>()
    };
    let (plain, named) = (prior("garden"), prior("What did Alice say of the garden?"));
    assert!(named[&1] - plain[&1] > named[&2] - plain[&2] && named[&1] > plain[&1]);
}

#[test]
fn who_speaks_in_another_namespace_does_not_count() {
    let entries = two_conversations();
    let (both, alone) = (loaded(&entries, &[]), loaded(&entries[..3], &[]));
    let ask = Query { namespace: "a".to_owned(), ..query("What did Alice tell Bob of the garden?") };
    assert_eq!(bits(&both.search(&ask).unwrap()), bits(&alone.search(&ask).unwrap()));
}

#[test]
fn who_was_forgotten_does_not_count() {
    let entries = two_conversations();
    let (index, _) = open(None);
    index.apply(1, entries.clone(), &[], Vec::new()).unwrap();
    index.apply(2, Vec::new(), &[4, 5], Vec::new()).unwrap();
    let ask = query("What did Alice tell Bob of the garden?");
    assert_eq!(bits(&index.search(&ask).unwrap()), bits(&loaded(&entries[..3], &[]).search(&ask).unwrap()));
}

/// As long as a prompt: most of its words stand in no block that is left.
#[test]
fn words_of_forgotten_blocks_do_not_count() {
    let rare = |from: usize| (from..from + 150).map(|i| format!("zq{i}x")).collect::<Vec<_>>().join(" ");
    let kept: Vec<Entry> = (1..=20).map(|id| entry(id, &Dice::new(id).text(8))).collect();
    let (index, _) = open(None);
    index.apply(1, kept.iter().cloned().chain([entry(50, &rare(0))]).collect(), &[], Vec::new()).unwrap();
    index.apply(2, Vec::new(), &[50], Vec::new()).unwrap();
    let ask = query(&format!("{} garden coffee train", rare(0)));
    assert_eq!(bits(&index.search(&ask).unwrap()), bits(&loaded(&kept, &[]).search(&ask).unwrap()));
}

/// More blocks than are looked at one by one, and more passages: some in a file with a graph, some in memory.
struct Large {
    index: Index,
    texts: Vec<String>,
    _directory: Directory,
}

/// A filter that leaves enough blocks for the walk along the graph.
const TWO_THIRDS: &str = r#"{"metadata.third": {"gt": 0}}"#;

const LARGE_FILE: usize = 11_000;
const LARGE_TAIL: usize = 14_500;

/// Subjects that people talk of, each with words of its own and some that it shares.
fn subject_text(dice: &mut Dice, subject: usize) -> String {
    const SYLLABLES: [&str; 24] = [
        "ba", "co", "di", "fu", "ge", "ha", "jo", "ki", "lu", "me", "na", "po", "ri", "su", "te", "va", "wo", "ze",
        "ston", "ler", "ness", "mar", "tin", "berg",
    ];
    let own = |word: usize| {
        (0..3)
            .map(|i| SYLLABLES[(subject * 7 + word * 5 + i * (subject % 11 + 3)) % SYLLABLES.len()])
            .collect::<String>()
    };
    let words: Vec<String> = (0..8)
        .map(|_| if dice.below(2) == 0 { own(dice.below(12)) } else { (*dice.choose(common::WORDS)).to_owned() })
        .collect();
    words.join(" ")
}

impl Large {
    fn new() -> Self {
        let (directory, mut dice) = (Directory::new(), Dice::new(77));
        let (index, _) = open(Some(directory.path()));
        let texts: Vec<String> = (0..LARGE_FILE + LARGE_TAIL).map(|i| subject_text(&mut dice, i / 30 % 300)).collect();
        let entries: Vec<Entry> = texts.iter().zip(1..).map(|(text, id)| Self::entry(id, text)).collect();
        index.apply(1, entries[..LARGE_FILE].to_vec(), &[], Vec::new()).unwrap();
        index.fold(true).unwrap();
        index.apply(2, entries[LARGE_FILE..].to_vec(), &[], Vec::new()).unwrap();
        let stats = index.stats();
        assert!(stats.blocks > 4_096 && stats.passages > 25_000 && stats.segments == [1, 1], "{stats:?}");
        Self { index, texts, _directory: directory }
    }

    /// Thirty turns on a subject, a pause, the next.
    fn entry(id: BlockId, text: &str) -> Entry {
        let turn = id as TimeUs - 1;
        let mut entry = entry(id, text);
        entry.at = common::EPOCH_US + (turn + turn / 30 * 600) * MINUTE_US / 10;
        entry.namespace = format!("chat/{}", turn / 300);
        entry.source = Some((*["Alice", "Bob"].get(turn as usize % 2).unwrap()).to_owned());
        entry.kind = (if turn % 5 == 4 { "note" } else { "message" }).to_owned();
        entry.metadata.insert("third".to_owned(), (turn % 3).into());
        entry
    }

    fn questions(&self) -> impl Iterator<Item = String> + '_ {
        (0..50).map(|i| {
            let words: Vec<&str> = self.texts[i * 509 % self.texts.len()].split(' ').collect();
            words[..4].join(" ")
        })
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_large_memory_is_searched_well_without_looking_at_all_of_it() {
    let large = Large::new();
    let filters = [None, common::filter(TWO_THIRDS)];
    for filter in filters {
        let (mut found, mut all, mut first) = (0, 0, 0);
        for text in large.questions() {
            let ask =
                |exact, k| large.index.search(&Query { exact, k, filter: filter.clone(), ..query(&text) }).unwrap();
            let (fast, exact) = (ids(&ask(false, 10)), ids(&ask(true, 10)));
            found += exact.iter().filter(|id| fast.contains(id)).count();
            all += exact.len();
            first += usize::from(fast[0] == exact[0]);
            assert_eq!(bits(&ask(false, 50))[..10], bits(&ask(false, 10)));
        }
        assert_eq!(all, 500);
        // Thirty turns on each subject, most of them as good as one another: which of these come tenth is chance.
        assert!(first >= 45 && found * 5 >= all * 4, "{first} of 50 of the best, {found} of {all} of the best ten");
    }
    a_filter_changes_no_score(&large);
    a_namespace_is_as_good_as_alone(&large);
}

fn a_filter_changes_no_score(large: &Large) {
    for text in large.questions().take(10) {
        let ask = |filter| large.index.search(&Query { exact: false, k: 50, filter, ..query(&text) }).unwrap();
        let (all, some) = (parts_of(&ask(None)), parts_of(&ask(common::filter(TWO_THIRDS))));
        let both = some.keys().filter(|id| all.contains_key(id)).count();
        assert!(both > 0);
        some.iter()
            .filter(|(id, _)| all.contains_key(id))
            .for_each(|(id, parts)| assert_eq!(parts, &all[id], "{text}"));
    }
}

fn a_namespace_is_as_good_as_alone(large: &Large) {
    let own: Vec<Entry> = (301..=600).map(|id| Large::entry(id, &large.texts[id as usize - 1])).collect();
    let alone = loaded(&own, &[]);
    for text in large.questions().take(10) {
        let ask = Query { exact: false, namespace: "chat/1".to_owned(), ..query(&text) };
        assert_eq!(bits(&large.index.search(&ask).unwrap()), bits(&alone.search(&ask).unwrap()));
    }
}
