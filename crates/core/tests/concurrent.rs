//! Many threads at once: every answer is that of some moment between two changes, and nobody waits for a writer of files.

mod common;

use common::{Dice, Directory, MINUTE_US, entry, everything, listing, open, query};
use greeum_core::links::Edge;
use greeum_core::{BlockId, Entry, Index, Query, Seq, Zone};
use std::collections::HashSet;
use std::fs::File;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Changes that are made while others look on.
const CHANGES: Seq = 2_000;

/// Blocks there are at any moment: each change adds one and forgets the one that is so many older.
const WINDOW: Seq = 60;

/// A block of each of these, over and over.
struct Source(Vec<Entry>);

impl Source {
    fn new() -> Self {
        let mut dice = Dice::new(9);
        Self((0..37).map(|_| entry(1, &format!("garden {}", dice.text(7)))).collect())
    }

    fn block(&self, id: BlockId, importance: f32) -> Entry {
        let at = common::EPOCH_US + id as i64 * MINUTE_US;
        Entry { id, uid: format!("{id:032x}"), at, importance, ..self.0[id as usize % self.0.len()].clone() }
    }

    /// Change number `seq`: a new block, one in the middle revised, a link from the new one to it, and with `forget` the oldest gone.
    fn change(&self, index: &Index, seq: Seq, forget: bool) {
        let middle = seq.saturating_sub(WINDOW / 2).max(1);
        let oldest = seq.checked_sub(WINDOW).filter(|&id| forget && id > 0);
        let entries =
            if middle < seq { vec![self.block(middle, 0.9), self.block(seq, 0.5)] } else { vec![self.block(seq, 0.5)] };
        index.apply(seq, entries, oldest.as_slice(), vec![(seq, vec![Edge::new(middle, 1.0)])]).unwrap();
    }

    /// Makes all changes, from wherever the Index has got to.
    fn follow(&self, index: &Index, forget: bool) {
        while index.seq() < CHANGES {
            self.change(index, index.seq() + 1, forget);
        }
    }
}

/// What can be seen must be a run of ids that ends where some change ended.
fn check_run(ids: &[BlockId], forget: bool) -> Seq {
    let last = ids.last().copied().unwrap_or(0);
    let first = if forget { last.saturating_sub(WINDOW) + 1 } else { 1 };
    assert!(ids.iter().copied().eq(first..=last), "from {first} to {last}: {ids:?}");
    last
}

/// Looks at an Index until `done`, and once more.
fn watch(index: &Index, done: &AtomicBool, forget: bool, looks: &AtomicUsize) {
    let mut newest = 0;
    loop {
        let is_last = done.load(Ordering::Acquire);
        let before = index.seq();
        let seen = check_run(&everything(index, true), forget);
        assert!(seen >= before && seen >= newest, "{seen} blocks, after {newest}, and change {before} was in");
        newest = seen;
        check_search(index, seen, forget);
        looks.fetch_add(1, Ordering::Relaxed);
        if is_last {
            return;
        }
    }
}

fn check_search(index: &Index, seen: Seq, forget: bool) {
    let hits = index.search(&Query { k: 200, exact: false, ..query("garden") }).unwrap();
    let ids: HashSet<BlockId> = hits.iter().map(|hit| hit.block).collect();
    assert_eq!(ids.len(), hits.len(), "no block twice");
    let newest = index.seq();
    let oldest = if forget { (seen + 1).saturating_sub(WINDOW) } else { 1 };
    assert!(
        ids.iter().all(|&id| (oldest..=newest).contains(&id)),
        "only what is there between {oldest} and {newest}: {ids:?}"
    );
    assert!(ids.len() as Seq >= seen.min(WINDOW).min(200), "every block has the word");
}

/// Two processes on one directory, each with a thread that follows the Store, one that folds, and two that look on and refresh.
fn run_two_processes(forget: bool) {
    let (directory, source) = (Directory::new(), Source::new());
    let indexes = [open(Some(directory.path())).0, open(Some(directory.path())).0];
    let (done, looks, folds) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        let followers: Vec<_> = indexes.iter().map(|index| scope.spawn(|| source.follow(index, forget))).collect();
        for index in &indexes {
            scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    folds.fetch_add(usize::from(index.fold(true).unwrap()), Ordering::Relaxed);
                }
            });
            for _ in 0..2 {
                scope.spawn(|| watch(index, &done, forget, &looks));
            }
            scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    index.refresh().unwrap();
                    thread::yield_now();
                }
            });
        }
        let ends: Vec<_> = followers.into_iter().map(|follower| follower.join()).collect();
        done.store(true, Ordering::Release);
        assert!(ends.iter().all(Result::is_ok));
    });
    assert!(looks.into_inner() >= 4 && folds.into_inner() > 0);
    for index in &indexes {
        assert_eq!(check_run(&everything(index, true), forget), CHANGES);
        index.fold(true).unwrap();
        assert_eq!(check_run(&everything(index, true), forget), CHANGES);
        assert!(!index.holds_forgotten());
    }
    let (again, reason) = open(Some(directory.path()));
    assert_eq!((reason, again.seq()), (None, CHANGES));
    assert_eq!(check_run(&everything(&again, true), forget), CHANGES);
}

#[test]
fn when_blocks_are_only_added_what_was_seen_stays() {
    run_two_processes(false);
}

#[test]
fn what_is_forgotten_never_comes_back() {
    run_two_processes(true);
}

/// A process that starts over from the rows while it folds, refreshes and answers in other threads.
#[test]
fn loading_anew_is_not_mixed_with_files() {
    let (directory, source) = (Directory::new(), Source::new());
    let (index, other) = (open(Some(directory.path())).0, open(Some(directory.path())).0);
    let done = AtomicBool::new(false);
    let newest = 200;
    (1..=newest).for_each(|seq| source.change(&index, seq, true));
    thread::scope(|scope| {
        for index in [&index, &other] {
            scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    index.fold(false).unwrap();
                    index.refresh().unwrap();
                }
            });
        }
        for _ in 0..40 {
            index.reload(Zone::default());
            for id in newest - WINDOW + 1..=newest {
                index.load(newest, vec![source.block(id, 0.5)], Vec::new()).unwrap();
            }
            index.loaded(newest);
            assert_eq!(check_run(&everything(&index, true), true), newest);
        }
        done.store(true, Ordering::Release);
    });
    index.fold(true).unwrap();
    assert_eq!(check_run(&everything(&index, true), true), newest);
    assert_eq!(check_run(&everything(&open(Some(directory.path())).0, true), true), newest);
}

#[test]
fn nobody_waits_for_a_process_that_writes_files() {
    let (directory, source) = (Directory::new(), Source::new());
    let (index, _) = open(Some(directory.path()));
    source.change(&index, 1, false);
    let lock = File::create(directory.path().join("fold.lock")).unwrap();
    lock.lock().unwrap();
    assert!(!index.fold(false).unwrap(), "another is at it");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| index.fold(true).unwrap());
        for seq in 2..100 {
            source.change(&index, seq, false);
            assert_eq!(check_run(&everything(&index, true), false), seq);
            assert!(!index.refresh().unwrap());
            assert!(!index.search(&query("garden")).unwrap().is_empty());
        }
        assert!(!waiting.is_finished());
        lock.unlock().unwrap();
        assert!(waiting.join().unwrap(), "and then it is its turn");
    });
    let (again, _) = open(Some(directory.path()));
    assert_eq!(check_run(&everything(&again, true), false), 99);
}

#[test]
fn an_index_that_is_loaded_anew_while_it_is_searched_answers_with_all() {
    let source = Source::new();
    let (index, _) = open(None);
    let entries: Vec<Entry> = (1..=50).map(|id| source.block(id, 0.5)).collect();
    index.apply(1, entries.clone(), &[], Vec::new()).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    let seen = index.select(&listing("", None, true, usize::MAX), None, false).len();
                    assert_eq!(seen, 50);
                }
            });
        }
        for _ in 0..200 {
            index.reload(Zone::default());
            for entries in entries.chunks(10) {
                index.load(1, entries.to_vec(), Vec::new()).unwrap();
            }
            index.loaded(1);
        }
        done.store(true, Ordering::Release);
    });
}
