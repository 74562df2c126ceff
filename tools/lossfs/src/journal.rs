//! The changes of directories that no sync has made durable yet, in the order in which they were made.
//!
//! Each is atomic, also where it touches two directories (a rename): both of its edits are durable or neither is.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsString;

use crate::random::Random;
use crate::tree::Ino;

/// A name in a directory, and what it is to stand for: None removes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub directory: Ino,
    pub name: OsString,
    pub target: Option<Ino>,
}

pub type EntryChange = Vec<Edit>;

#[derive(Default)]
pub struct Journal(Vec<EntryChange>);

impl Journal {
    pub fn push(&mut self, change: EntryChange) {
        self.0.push(change);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn edits(&self) -> impl Iterator<Item = &Edit> {
        self.0.iter().flatten()
    }

    /// Takes out all that must be durable once `directory` is: its own changes, and for each that another directory
    /// shares, what came before it there.
    pub fn take(&mut self, directory: Ino) -> Vec<EntryChange> {
        let mut directories = HashSet::from([directory]);
        let mut taken = Vec::new();
        let mut left = Vec::new();
        for change in std::mem::take(&mut self.0).into_iter().rev() {
            if change.iter().any(|edit| directories.contains(&edit.directory)) {
                directories.extend(change.iter().map(|edit| edit.directory));
                taken.push(change);
            } else {
                left.push(change);
            }
        }
        left.reverse();
        taken.reverse();
        self.0 = left;
        taken
    }

    /// Loses power: takes out the changes that had reached the disk, for each directory the first ones that were made
    /// in it, and drops the others. Without a generator, none had.
    pub fn crash(&mut self, random: Option<&mut Random>) -> Vec<EntryChange> {
        let changes = std::mem::take(&mut self.0);
        let Some(random) = random else {
            return Vec::new();
        };
        let mut left = draw_prefixes(&changes, random);
        let mut kept = Vec::new();
        for change in changes {
            let directories = directories(&change);
            let reached = directories.iter().all(|directory| left[directory] > 0);
            for directory in directories {
                left.entry(directory).and_modify(|count| *count = if reached { *count - 1 } else { 0 });
            }
            if reached {
                kept.push(change);
            }
        }
        kept
    }
}

fn directories(change: &EntryChange) -> BTreeSet<Ino> {
    change.iter().map(|edit| edit.directory).collect()
}

/// How many changes of each directory reach the disk: none in one case of three, else any number of them.
fn draw_prefixes(changes: &[EntryChange], random: &mut Random) -> BTreeMap<Ino, usize> {
    let mut counts: BTreeMap<Ino, usize> = BTreeMap::new();
    for directory in changes.iter().flat_map(directories) {
        *counts.entry(directory).or_default() += 1;
    }
    for count in counts.values_mut() {
        *count = if random.below(3) == 0 { 0 } else { random.below(*count + 1) };
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::{Edit, EntryChange, Journal};
    use crate::random::Random;

    fn edit(directory: u64, name: &str, target: Option<u64>) -> Edit {
        Edit { directory, name: name.into(), target }
    }

    fn put(directory: u64, name: &str, target: u64) -> EntryChange {
        vec![edit(directory, name, Some(target))]
    }

    fn moved(from: u64, to: u64, name: &str, target: u64) -> EntryChange {
        vec![edit(from, name, None), edit(to, name, Some(target))]
    }

    fn journal(changes: &[EntryChange]) -> Journal {
        Journal(changes.to_vec())
    }

    #[test]
    fn a_directory_takes_its_own_changes_in_order() {
        let changes = [put(1, "a", 10), put(2, "b", 11), put(1, "c", 12)];
        let mut journal = journal(&changes);
        assert_eq!(journal.take(1), [put(1, "a", 10), put(1, "c", 12)]);
        assert_eq!(journal.take(1), Vec::<EntryChange>::new());
        assert_eq!(journal.take(2), [put(2, "b", 11)]);
    }

    #[test]
    fn a_rename_takes_what_came_before_it_in_the_other_directory() {
        let before = put(2, "a", 10);
        let rename = moved(2, 1, "a", 10);
        let after = put(2, "b", 11);
        let mut journal = journal(&[before.clone(), rename.clone(), after.clone()]);
        assert_eq!(journal.take(1), [before, rename]);
        assert_eq!(journal.take(2), [after]);
    }

    #[test]
    fn a_crash_without_a_seed_drops_everything() {
        let mut journal = journal(&[put(1, "a", 10)]);
        assert_eq!(journal.crash(None), Vec::<EntryChange>::new());
        assert_eq!(journal.len(), 0);
    }

    #[test]
    fn a_crash_keeps_a_prefix_of_each_directory() {
        let changes = [put(1, "a", 1), put(2, "x", 2), put(1, "b", 3), put(2, "y", 4), put(1, "c", 5)];
        let mut lengths = std::collections::HashSet::new();
        for seed in 0..200 {
            let kept = journal(&changes).crash(Some(&mut Random::new(seed)));
            for directory in [1, 2] {
                let of = |changes: &[EntryChange]| -> Vec<EntryChange> {
                    changes.iter().filter(|change| change[0].directory == directory).cloned().collect()
                };
                let (kept, all) = (of(&kept), of(&changes));
                assert_eq!(kept, all[..kept.len()]);
                lengths.insert((directory, kept.len()));
            }
        }
        assert_eq!(lengths.len(), 4 + 3, "every length of each prefix should occur");
    }

    #[test]
    fn a_crash_never_splits_a_rename_nor_keeps_what_follows_a_lost_one() {
        let changes = [put(1, "a", 10), moved(1, 1, "a", 10), moved(1, 2, "a", 10), put(2, "b", 11)];
        for seed in 0..200 {
            let kept = journal(&changes).crash(Some(&mut Random::new(seed)));
            assert_eq!(kept, changes[..kept.len()]);
        }
    }
}
