//! The Index against a plain model of what it should hold: whatever the history, by whatever processes, the answers are the same.

mod common;

use common::{Dice, Directory, bits, cases, entry, is_visible, listing, loaded, open, query, varied_entry};
use greeum_core::links::Edge;
use greeum_core::{BlockId, Entry, Index, Query, Seq, TimeUs, Zone};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What a change of the Store was about.
#[derive(Clone, Copy, Debug)]
enum Change {
    Block(BlockId),
    Links(BlockId),
}

/// A Store as plain as can be: rows, links, and a log of what has changed.
#[derive(Default)]
struct Model {
    rows: BTreeMap<BlockId, Entry>,
    links: BTreeMap<BlockId, BTreeMap<BlockId, f32>>,
    log: Vec<Change>,
    newest: BlockId,
    /// A new Index of what is here now, made when it is asked for.
    fresh: Option<Index>,
}

impl Model {
    fn seq(&self) -> Seq {
        self.log.len() as Seq
    }

    fn changed(&mut self, change: Change) {
        self.log.push(change);
        self.fresh = None;
    }

    fn add(&mut self, dice: &mut Dice) -> BlockId {
        self.newest += 1 + dice.below(3) as BlockId; // ids may have gaps
        let entry = varied_entry(self.newest, dice);
        self.rows.insert(self.newest, entry);
        self.changed(Change::Block(self.newest));
        self.newest
    }

    fn add_many(&mut self, count: usize, dice: &mut Dice) {
        for _ in 0..count {
            self.add(dice);
        }
    }

    fn revise(&mut self, id: BlockId, dice: &mut Dice) {
        let row = &self.rows[&id];
        let (text, vectors, namespace, superseded) =
            (row.text.clone(), row.vectors.clone(), row.namespace.clone(), row.superseded);
        self.rows.insert(id, Entry { text, vectors, namespace, superseded, ..varied_entry(id, dice) });
        self.changed(Change::Block(id));
    }

    fn supersede(&mut self, id: BlockId, dice: &mut Dice) {
        let new = self.add(dice);
        let namespace = self.rows[&id].namespace.clone();
        self.rows.get_mut(&new).unwrap().namespace = namespace;
        self.rows.get_mut(&id).unwrap().superseded = true;
        self.changed(Change::Block(id));
        self.link(new, id, 1.0);
    }

    fn forget(&mut self, id: BlockId) {
        self.rows.remove(&id);
        self.links.remove(&id);
        let sources: Vec<BlockId> =
            self.links.iter().filter(|(_, row)| row.contains_key(&id)).map(|(&source, _)| source).collect();
        for source in sources {
            self.links.get_mut(&source).unwrap().remove(&id);
            self.changed(Change::Links(source));
        }
        self.changed(Change::Block(id));
    }

    fn link(&mut self, source: BlockId, target: BlockId, weight: f32) {
        self.links.entry(source).or_default().insert(target, weight);
        self.changed(Change::Links(source));
    }

    fn row_of_links(&self, source: BlockId) -> (BlockId, Vec<Edge>) {
        let row = self.links.get(&source).into_iter().flatten();
        (source, row.map(|(&target, &weight)| Edge::new(target, weight)).collect())
    }

    fn all_links(&self) -> Vec<(BlockId, Vec<Edge>)> {
        self.links.keys().map(|&source| self.row_of_links(source)).collect()
    }

    /// An id that is there, if any is.
    fn pick(&self, dice: &mut Dice) -> Option<BlockId> {
        let ids: Vec<BlockId> = self.rows.keys().copied().collect();
        (!ids.is_empty()).then(|| *dice.choose(&ids))
    }

    fn select(&self, namespace: &str, history: bool) -> Vec<(TimeUs, BlockId)> {
        let visible = self.rows.values().filter(|row| is_visible(row, namespace, history));
        let mut found: Vec<(TimeUs, BlockId)> = visible.map(|row| (row.at, row.id)).collect();
        found.sort_unstable();
        found
    }

    fn fresh(&mut self) -> &Index {
        let entries: Vec<Entry> = self.rows.values().cloned().collect();
        let links = self.all_links();
        self.fresh.get_or_insert_with(|| loaded(&entries, &links))
    }
}

/// A process: an Index, and what it takes to keep it equal to the model.
struct Process<'a> {
    directory: &'a Directory,
    index: Index,
}

impl<'a> Process<'a> {
    fn new(directory: &'a Directory, model: &Model) -> Self {
        let (index, reason) = open(Some(directory.path()));
        assert_eq!(reason, None, "nobody has damaged anything");
        let process = Self { directory, index };
        if process.index.seq() == 0 {
            process.load(model, 7);
        }
        process
    }

    /// Folds in the changes after its own, at most `limit` of them: the rows as they are now, as a Store gives them.
    fn catch_up(&self, model: &Model, limit: usize) {
        let after = self.index.seq() as usize;
        let changes = &model.log[after..model.log.len().min(after.saturating_add(limit))];
        if changes.is_empty() {
            return;
        }
        let blocks: BTreeSet<BlockId> =
            changes.iter().filter_map(|change| if let Change::Block(id) = change { Some(*id) } else { None }).collect();
        let sources: BTreeSet<BlockId> =
            changes.iter().filter_map(|change| if let Change::Links(id) = change { Some(*id) } else { None }).collect();
        let (there, gone): (Vec<BlockId>, Vec<BlockId>) =
            blocks.into_iter().partition(|id| model.rows.contains_key(id));
        let entries = there.iter().map(|id| model.rows[id].clone()).collect();
        let links = sources.into_iter().map(|source| model.row_of_links(source)).collect();
        self.index.apply((after + changes.len()) as Seq, entries, &gone, links).unwrap();
    }

    /// Starts over from the rows, so many at a time.
    fn load(&self, model: &Model, step: usize) {
        self.index.reload(Zone::default());
        let rows: Vec<Entry> = model.rows.values().cloned().collect();
        for rows in rows.chunks(step) {
            let links = rows.iter().map(|row| model.row_of_links(row.id)).filter(|row| !row.1.is_empty()).collect();
            self.index.load(model.seq(), rows.to_vec(), links).unwrap();
        }
        self.index.loaded(model.seq());
    }

    /// Asks everything that there is to ask, and compares.
    fn check(&self, model: &mut Model, dice: &mut Dice) {
        assert_eq!(self.index.seq(), model.seq());
        assert_eq!(self.index.stats().blocks, model.rows.len() as u64);
        let links: usize = model.links.values().map(BTreeMap::len).sum();
        assert_eq!(self.index.stats().links, links as u64);
        for (namespace, history) in
            [("", true), ("", false), ("a", false), ("a/b", true), ("c", false), ("nobody", true)]
        {
            let mut expected = model.select(namespace, history);
            assert_eq!(self.index.select(&listing(namespace, None, history, usize::MAX), None, false), expected);
            expected.reverse();
            assert_eq!(self.index.select(&listing(namespace, None, history, usize::MAX), None, true), expected);
            self.check_counts(model, namespace, history);
        }
        let near = model.pick(dice);
        for query in questions(dice, near) {
            let (found, expected) = (self.index.search(&query), model.fresh().search(&query));
            match (found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(bits(&found), bits(&expected), "{query:?}"),
                (found, expected) => assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{query:?}"),
            }
            let matched = self.index.ids(&query);
            assert_eq!(matched, model.fresh().ids(&query), "{query:?}");
            assert_eq!(self.index.count(&query), matched.len() as u64, "{query:?}");
        }
    }

    /// How many blocks there are, which, and in which namespaces: all at once, and page by page.
    fn check_counts(&self, model: &Model, namespace: &str, history: bool) {
        let all = listing(namespace, None, history, usize::MAX);
        let mut ids: Vec<BlockId> = model.select(namespace, history).into_iter().map(|(_, id)| id).collect();
        ids.sort_unstable();
        assert_eq!(self.index.count(&all), ids.len() as u64);
        assert_eq!(self.index.ids(&all), ids);
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        ids.iter().for_each(|id| *counts.entry(model.rows[id].namespace.clone()).or_default() += 1);
        let expected: Vec<(String, u64)> = counts.into_iter().collect();
        assert_eq!(self.index.namespaces(&all, None), expected);
        for (at, (name, _)) in expected.iter().enumerate() {
            let page = self.index.namespaces(&listing(namespace, None, history, 2), Some(name));
            assert_eq!(page, expected[at + 1..].iter().take(2).cloned().collect::<Vec<_>>());
        }
    }
}

fn questions(dice: &mut Dice, near: Option<BlockId>) -> Vec<Query> {
    let length = 1 + dice.below(6);
    let plain = Query { k: 1_000, ..query(&dice.text(length)) };
    let mut all = vec![
        plain.clone(),
        Query { history: true, ..plain.clone() },
        Query { namespace: "a".to_owned(), k: 7, ..plain.clone() },
        Query { filter: common::filter(r#"{"metadata.km": {"lt": 50}}"#), ..query("When did the cat move?") },
    ];
    if let Some(id) = near {
        all.push(Query { near: vec![(id, dice.below(4) as u32)], history: true, ..plain.clone() });
        all.push(Query { near: vec![(id, 2)], text: String::new(), history: true, ..plain });
    }
    all
}

/// What may happen next. The numbers are seeds, so that a failing sequence shrinks to a short one.
#[derive(Clone, Debug)]
enum Step {
    Add(usize),
    Revise(usize),
    Supersede,
    Forget(usize),
    Link(usize),
    CatchUp(usize, usize),
    Fold(usize),
    Refresh(usize),
    Reopen(usize),
    Reload(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1_usize..=40).prop_map(Step::Add),
        2 => (1_usize..6).prop_map(Step::Revise),
        2 => Just(Step::Supersede),
        2 => (1_usize..8).prop_map(Step::Forget),
        2 => (1_usize..12).prop_map(Step::Link),
        3 => (0_usize..2, 1_usize..30).prop_map(|(process, limit)| Step::CatchUp(process, limit)),
        3 => (0_usize..2).prop_map(Step::Fold),
        2 => (0_usize..2).prop_map(Step::Refresh),
        1 => (0_usize..2).prop_map(Step::Reopen),
        1 => (0_usize..2).prop_map(Step::Reload),
    ]
}

fn run(steps: &[Step], seed: u64, check_every_step: bool) {
    let (directory, mut dice, mut model) = (Directory::new(), Dice::new(seed), Model::default());
    let mut processes = [Process::new(&directory, &model), Process::new(&directory, &model)];
    for step in steps {
        take(step, &mut model, &mut processes, &mut dice);
        if check_every_step {
            for process in &processes {
                if process.index.seq() == model.seq() {
                    process.check(&mut model, &mut dice);
                }
            }
        }
    }
    for process in &processes {
        process.catch_up(&model, usize::MAX);
        process.check(&mut model, &mut dice);
    }
}

fn take(step: &Step, model: &mut Model, processes: &mut [Process<'_>; 2], dice: &mut Dice) {
    match *step {
        Step::Add(count) => model.add_many(count, dice),
        Step::Revise(count) => (0..count)
            .filter_map(|_| model.pick(dice))
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|id| model.revise(id, dice)),
        Step::Supersede => {
            let current = model.pick(dice).filter(|id| !model.rows[id].superseded);
            if let Some(id) = current {
                model.supersede(id, dice);
            }
        }
        Step::Forget(count) => {
            let ids: BTreeSet<BlockId> = (0..count).filter_map(|_| model.pick(dice)).collect();
            ids.into_iter().for_each(|id| model.forget(id));
        }
        Step::Link(count) => {
            for _ in 0..count {
                if let (Some(source), Some(target)) = (model.pick(dice), model.pick(dice)) {
                    model.link(source, target, dice.below(11) as f32 / 10.0);
                }
            }
        }
        Step::CatchUp(process, limit) => processes[process].catch_up(model, limit),
        Step::Fold(process) => assert!(processes[process].index.fold(true).unwrap()),
        Step::Refresh(process) => {
            processes[process].index.refresh().unwrap();
        }
        Step::Reopen(process) => processes[process] = Process::new(processes[process].directory, model),
        Step::Reload(process) => processes[process].load(model, 1 + dice.below(60)),
    }
}

proptest! {
    #![proptest_config(cases(if cfg!(debug_assertions) { 24 } else { 150 }))]

    #[test]
    fn whatever_the_history_two_processes_answer_as_one_fresh_index(steps in proptest::collection::vec(step(), 1..28), seed in any::<u64>()) {
        run(&steps, seed, true);
    }

    #[test]
    fn long_histories_end_the_same(steps in proptest::collection::vec(step(), 30..90), seed in any::<u64>()) {
        run(&steps, seed, false);
    }
}

/// Both processes up to date and folded, then the steps in question.
fn two_processes(check: impl FnOnce(&mut Model, [&Process<'_>; 2], &mut Dice)) {
    let (directory, mut dice, mut model) = (Directory::new(), Dice::new(1), Model::default());
    model.add_many(50, &mut dice);
    let processes = [Process::new(&directory, &model), Process::new(&directory, &model)];
    processes[0].index.fold(true).unwrap();
    processes[1].index.refresh().unwrap();
    check(&mut model, [&processes[0], &processes[1]], &mut dice);
}

#[test]
fn one_folds_the_other_refreshes_and_both_agree() {
    two_processes(|model, [first, second], dice| {
        for round in 0..6 {
            model.add_many(10, dice);
            first.catch_up(model, usize::MAX);
            second.catch_up(model, 5 * round);
            first.index.fold(true).unwrap();
            assert!(second.index.refresh().unwrap(), "there is a newer manifest");
            assert!(!second.index.refresh().unwrap(), "and it has been taken over");
            second.check(model, dice);
            first.check(model, dice);
            assert_eq!(second.index.stats().tail, 0, "what is in files is not kept in memory as well");
        }
    });
}

#[test]
fn the_one_that_knows_more_keeps_it_when_it_takes_over_files() {
    two_processes(|model, [first, second], dice| {
        let forgotten = model.pick(dice).unwrap();
        model.add_many(10, dice);
        first.catch_up(model, usize::MAX);
        model.forget(forgotten);
        let revised = model.pick(dice).unwrap();
        model.revise(revised, dice);
        second.catch_up(model, usize::MAX);
        first.index.fold(true).unwrap();
        second.index.refresh().unwrap();
        second.check(model, dice);
        assert!(second.index.holds_forgotten(), "a file of the other process still holds it");
        second.index.fold(true).unwrap();
        assert!(!second.index.holds_forgotten());
        second.check(model, dice);
        first.index.refresh().unwrap();
        first.check(model, dice);
    });
}

/// One starts over when nothing is left; the other, which has not heard of it, writes files.
#[test]
fn older_files_do_not_bring_back_what_was_forgotten() {
    for left in [0, 20] {
        let (directory, mut dice, mut model) = (Directory::new(), Dice::new(3), Model::default());
        model.add_many(left + 5, &mut dice);
        let behind = Process::new(&directory, &model);
        let forgotten: Vec<BlockId> = model.rows.keys().copied().take(5).collect();
        forgotten.into_iter().for_each(|id| model.forget(id));
        let anew = Process::new(&directory, &model);
        behind.index.fold(true).unwrap();
        anew.index.refresh().unwrap();
        anew.check(&mut model, &mut dice);
        anew.index.fold(true).unwrap();
        anew.check(&mut model, &mut dice);
        behind.index.refresh().unwrap();
        behind.check(&mut model, &mut dice);
    }
}

#[test]
fn what_is_forgotten_leaves_every_file() {
    let directory = Directory::new();
    let (index, _) = open(Some(directory.path()));
    let secret = "xylophonist";
    let mut entries: Vec<Entry> = (1..=40).map(|id| entry(id, &Dice::new(id).text(8))).collect();
    entries[20] = entry(21, &format!("the {secret} plays at noon"));
    entries[20].source = Some(secret.to_owned());
    entries[20].namespace = format!("org/{secret}");
    index.apply(40, entries, &[], vec![(3, vec![Edge::new(21, 1.0)])]).unwrap();
    index.fold(true).unwrap();
    let holds = |needle: &[u8]| {
        directory.files().iter().any(|name| {
            std::fs::read(directory.path().join(name)).unwrap().windows(needle.len()).any(|bytes| bytes == needle)
        })
    };
    let vector = common::table().encode(&format!("the {secret} plays at noon"));
    assert!(holds(secret.as_bytes()) && holds(&vector[4..]), "the test looks for what is there");
    index.apply(41, Vec::new(), &[21], Vec::new()).unwrap();
    assert!(index.wants_fold() && index.holds_forgotten());
    index.fold(true).unwrap();
    assert!(!index.holds_forgotten() && !index.wants_fold());
    assert!(!holds(secret.as_bytes()) && !holds(&vector[4..]));
    assert!(index.search(&query(secret)).unwrap().iter().all(|hit| hit.block != 21));
    assert_eq!(index.stats().links, 0);
}

#[test]
fn pages_of_select_are_the_whole_in_order() {
    let mut model = Model::default();
    let mut dice = Dice::new(5);
    model.add_many(97, &mut dice);
    let index = model.fresh();
    for newest_first in [false, true] {
        let all = index.select(&listing("", None, true, usize::MAX), None, newest_first);
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = index.select(&listing("", None, true, 10), after, newest_first);
            let Some(&last) = page.last() else { break };
            after = Some(last);
            pages.extend(page);
        }
        assert_eq!(pages, all);
    }
    assert!(index.select(&listing("", None, true, 0), None, false).is_empty());
}

#[test]
fn an_old_change_is_passed_over_and_the_witness_is_the_newest_block() {
    let (index, _) = open(None);
    assert_eq!((index.seq(), index.witness()), (0, None));
    index.apply(5, vec![entry(2, "two"), entry(9, "nine")], &[], Vec::new()).unwrap();
    index.apply(5, vec![entry(10, "ten")], &[], Vec::new()).unwrap();
    index.apply(4, Vec::new(), &[2], Vec::new()).unwrap();
    assert_eq!(common::everything(&index, true), [2, 9]);
    assert_eq!(index.witness(), Some((9, format!("{:032x}", 9))));
    index.apply(6, Vec::new(), &[9], Vec::new()).unwrap();
    assert_eq!(index.witness(), Some((9, format!("{:032x}", 9))), "also when it was forgotten");
}

#[test]
fn vectors_that_do_not_fit_the_text_change_nothing() {
    let (index, _) = open(None);
    index.apply(1, vec![entry(1, "one")], &[], Vec::new()).unwrap();
    let broken = [vec![], vec![0; common::code_bytes() - 1], vec![0; 2 * common::code_bytes()]];
    for vectors in broken {
        let refused = index.apply(2, vec![Entry { vectors, ..entry(2, "two") }], &[1], Vec::new());
        assert!(matches!(refused, Err(greeum_core::Error::Invalid { .. })));
        assert_eq!((index.seq(), common::everything(&index, true)), (1, vec![1]));
    }
}

#[test]
fn files_of_another_embedder_are_not_used() {
    let directory = Directory::new();
    let (index, _) = open(Some(directory.path()));
    index.apply(1, vec![entry(1, "one")], &[], Vec::new()).unwrap();
    index.fold(true).unwrap();
    let dimension = common::table().dimension();
    let (other, reason) =
        Index::open(Some(directory.path()), common::table(), "another/model", dimension, true, Zone::default())
            .unwrap();
    assert!(reason.is_some_and(|reason| reason.contains("another/model")));
    assert_eq!((other.seq(), other.stats().blocks), (0, 0));
}
