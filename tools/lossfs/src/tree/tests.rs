use std::ffi::OsStr;

use super::{Attributes, Crash, FILE_BYTES_MAX, Ino, ROOT, Tree};

fn attributes() -> Attributes {
    Attributes::new(0o644, 0, 0)
}

fn empty() -> Tree {
    Tree::new(attributes(), false)
}

fn name(text: &str) -> &OsStr {
    OsStr::new(text)
}

fn add(tree: &mut Tree, parent: Ino, text: &str, data: &[u8]) -> Ino {
    let ino = tree.create_file(parent, name(text), attributes()).unwrap();
    tree.write(ino, 0, data).unwrap();
    ino
}

fn add_synced(tree: &mut Tree, parent: Ino, text: &str, data: &[u8]) -> Ino {
    let ino = add(tree, parent, text, data);
    tree.sync_file(ino).unwrap();
    tree.sync_directory(parent).unwrap();
    ino
}

fn add_directory(tree: &mut Tree, text: &str) -> Ino {
    let ino = tree.create_directory(ROOT, name(text), attributes()).unwrap();
    tree.sync_directory(ROOT).unwrap();
    ino
}

/// Every file below the top with its bytes, as readers see it.
fn seen(tree: &Tree) -> Vec<(String, Vec<u8>)> {
    fn walk(tree: &Tree, ino: Ino, prefix: &str, found: &mut Vec<(String, Vec<u8>)>) {
        for (name, &child) in tree.directory(ino).unwrap().seen() {
            let path = format!("{prefix}{}", name.to_str().unwrap());
            match tree.file(child) {
                Ok(contents) => found.push((path, contents.read(0, u32::MAX).to_vec())),
                Err(_) => walk(tree, child, &format!("{path}/"), found),
            }
        }
    }
    let mut found = Vec::new();
    walk(tree, ROOT, "", &mut found);
    found
}

fn files(expected: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
    expected.iter().map(|(path, data)| (path.to_string(), data.to_vec())).collect()
}

#[test]
fn a_file_whose_directory_was_not_synced_is_lost_even_if_it_was_synced_itself() {
    let mut tree = empty();
    let ino = add(&mut tree, ROOT, "a", b"data");
    tree.sync_file(ino).unwrap();
    tree.crash(None);
    assert_eq!(seen(&tree), files(&[]));
}

#[test]
fn as_on_ext4_a_synced_file_keeps_its_name_and_the_directories_above() {
    let mut tree = Tree::new(attributes(), true);
    let directory = tree.create_directory(ROOT, name("d"), attributes()).unwrap();
    let ino = add(&mut tree, directory, "a", b"data");
    let persisted = tree.sync_file(ino).unwrap();
    assert_eq!(persisted.places, [(ROOT, "d".into()), (directory, "a".into())]);
    tree.crash(None);
    assert_eq!(seen(&tree), files(&[("d/a", b"data")]));
}

#[test]
fn a_name_that_was_synced_without_its_file_leads_to_an_empty_one() {
    let mut tree = empty();
    add(&mut tree, ROOT, "a", b"data");
    tree.sync_directory(ROOT).unwrap();
    tree.crash(None);
    assert_eq!(seen(&tree), files(&[("a", b"")]));
}

#[test]
fn both_syncs_make_a_file_durable() {
    let mut tree = empty();
    add_synced(&mut tree, ROOT, "a", b"data");
    tree.crash(None);
    assert_eq!(seen(&tree), files(&[("a", b"data")]));
}

#[test]
fn closing_makes_nothing_durable() {
    let mut tree = empty();
    let ino = add_synced(&mut tree, ROOT, "a", b"data");
    tree.open(ino).unwrap();
    tree.write(ino, 4, b"more").unwrap();
    tree.release(ino);
    tree.crash(None);
    assert_eq!(seen(&tree), files(&[("a", b"data")]));
}

#[test]
fn a_removal_is_undone_unless_the_directory_was_synced() {
    for (synced, left) in [(false, files(&[("a", b"data")])), (true, files(&[]))] {
        let mut tree = empty();
        add_synced(&mut tree, ROOT, "a", b"data");
        tree.unlink(ROOT, name("a")).unwrap();
        assert_eq!(seen(&tree), files(&[]));
        if synced {
            tree.sync_directory(ROOT).unwrap();
        }
        tree.crash(None);
        assert_eq!(seen(&tree), left);
    }
}

#[test]
fn a_rename_over_a_file_leaves_the_old_one_or_the_new_one() {
    for seed in 0..100 {
        let mut tree = empty();
        add_synced(&mut tree, ROOT, "manifest", b"old");
        let ino = add(&mut tree, ROOT, "manifest.new", b"new");
        tree.sync_file(ino).unwrap();
        tree.rename((ROOT, name("manifest.new")), (ROOT, name("manifest")), false).unwrap();
        assert_eq!(seen(&tree), files(&[("manifest", b"new")]));
        tree.crash(Some(seed));
        let manifest = tree.lookup(ROOT, name("manifest")).unwrap();
        let contents = tree.file(manifest).unwrap().read(0, 10).to_vec();
        let renamed = tree.lookup(ROOT, name("manifest.new")).is_err();
        assert!(contents == b"old" || (contents == b"new" && renamed));
    }
}

#[test]
fn a_rename_into_another_directory_is_durable_once_either_is_synced() {
    for synced_first in [true, false] {
        let mut tree = empty();
        let (from, to) = (add_directory(&mut tree, "from"), add_directory(&mut tree, "to"));
        add_synced(&mut tree, from, "a", b"data");
        tree.rename((from, name("a")), (to, name("b")), false).unwrap();
        tree.sync_directory(if synced_first { from } else { to }).unwrap();
        tree.crash(None);
        assert_eq!(seen(&tree), files(&[("to/b", b"data")]));
    }
}

#[test]
fn an_open_file_that_was_removed_can_be_read_until_it_is_closed() {
    let mut tree = empty();
    let ino = add_synced(&mut tree, ROOT, "a", b"data");
    tree.open(ino).unwrap();
    tree.unlink(ROOT, name("a")).unwrap();
    tree.sync_directory(ROOT).unwrap();
    assert_eq!(tree.node(ino).unwrap().links, 0);
    assert_eq!(tree.file(ino).unwrap().read(0, 10), b"data");
    tree.release(ino);
    assert!(tree.node(ino).is_err());
}

#[test]
fn a_crash_makes_every_number_stale_but_the_top() {
    let mut tree = empty();
    let ino = add_synced(&mut tree, ROOT, "a", b"data");
    let crash = tree.crash(None);
    assert_eq!(crash.stale, [ino]);
    assert_eq!(tree.write(ino, 0, b"x"), Err(libc::EIO));
    assert_eq!(tree.sync_file(ino).err(), Some(libc::EIO));
    let found = tree.lookup(ROOT, name("a")).unwrap();
    assert_ne!(found, ino);
    tree.write(found, 0, b"D").unwrap();
    assert_eq!(seen(&tree), files(&[("a", b"Data")]));
}

#[test]
fn a_hard_link_survives_a_crash_as_one_file() {
    let mut tree = empty();
    let ino = add_synced(&mut tree, ROOT, "a", b"data");
    tree.link(ino, ROOT, name("b")).unwrap();
    tree.sync_directory(ROOT).unwrap();
    tree.crash(None);
    let found = tree.lookup(ROOT, name("a")).unwrap();
    assert_eq!(tree.lookup(ROOT, name("b")), Ok(found));
    assert_eq!(tree.node(found).unwrap().links, 2);
}

#[test]
fn a_seed_repeats_a_crash_and_seeds_differ() {
    let crash = |seed| {
        let mut tree = empty();
        for text in ["a", "b", "c"] {
            let ino = add_synced(&mut tree, ROOT, text, &[1; 9_000]);
            tree.write(ino, 3_000, &[2; 9_000]).unwrap();
            add(&mut tree, ROOT, &format!("{text}.new"), b"");
        }
        let report = tree.crash(Some(seed));
        (report, seen(&tree))
    };
    assert_eq!(crash(5), crash(5));
    assert!((0..20).any(|seed| crash(seed) != crash(5)));
}

#[test]
fn a_crash_reports_what_it_did() {
    let mut tree = empty();
    add(&mut tree, ROOT, "a", b"data");
    let expected = Crash { files_dropped: 1, entries_dropped: 1, stale: vec![2], ..Crash::default() };
    assert_eq!(tree.crash(None), expected);
    assert_eq!(tree.crash(None), Crash::default());
    assert_eq!(tree.counts().crashes, 2);
}

#[test]
fn the_chosen_sync_fails_and_what_it_should_have_written_is_lost() {
    let mut tree = empty();
    let ino = add_synced(&mut tree, ROOT, "a", b"data");
    tree.fail_sync(2);
    tree.write(ino, 0, b"D").unwrap();
    assert!(tree.sync_file(ino).is_ok());
    tree.write(ino, 1, b"A").unwrap();
    assert_eq!(tree.sync_file(ino).err(), Some(libc::EIO));
    assert!(tree.sync_file(ino).is_ok());
    assert_eq!(seen(&tree), files(&[("a", b"DAta")]));
    tree.crash(None);
    assert_eq!(seen(&tree), files(&[("a", b"Data")]));
    assert_eq!(tree.counts().failed_syncs, 1);
}

#[test]
fn a_full_disk_refuses_to_grow_a_file_and_nothing_else() {
    let mut tree = empty();
    let ino = add(&mut tree, ROOT, "a", b"data");
    tree.set_full(true);
    assert_eq!(tree.write(ino, 2, b"xyz"), Err(libc::ENOSPC));
    assert_eq!(tree.resize(ino, 9), Err(libc::ENOSPC));
    tree.write(ino, 2, b"xy").unwrap();
    tree.unlink(ROOT, name("a")).unwrap();
    tree.set_full(false);
    add(&mut tree, ROOT, "b", b"data");
}

#[test]
fn a_file_has_a_largest_size() {
    let mut tree = empty();
    let ino = add(&mut tree, ROOT, "a", b"data");
    assert_eq!(tree.write(ino, FILE_BYTES_MAX, b"x"), Err(libc::EFBIG));
    assert_eq!(tree.resize(ino, FILE_BYTES_MAX + 1), Err(libc::EFBIG));
}

#[test]
fn names_are_refused_as_posix_says() {
    let mut tree = empty();
    let directory = add_directory(&mut tree, "d");
    add(&mut tree, directory, "a", b"");
    add(&mut tree, ROOT, "f", b"");
    assert_eq!(tree.create_file(ROOT, name("f"), attributes()), Err(libc::EEXIST));
    assert_eq!(tree.remove_directory(ROOT, name("d")), Err(libc::ENOTEMPTY));
    assert_eq!(tree.remove_directory(ROOT, name("f")), Err(libc::ENOTDIR));
    assert_eq!(tree.unlink(ROOT, name("d")), Err(libc::EISDIR));
    assert_eq!(tree.unlink(ROOT, name("none")), Err(libc::ENOENT));
    assert_eq!(tree.rename((ROOT, name("f")), (ROOT, name("d")), false), Err(libc::EISDIR));
    assert_eq!(tree.rename((ROOT, name("f")), (directory, name("a")), true), Err(libc::EEXIST));
}
