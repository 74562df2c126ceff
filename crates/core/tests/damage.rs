//! Damaged files: opening notices, or the answers are as before. Never a panic, and what is noticed can be built anew in place.

mod common;

use common::{Dice, Directory, NOW_US, bits, cases, entry, everything, open, query};
use greeum_core::links::Edge;
use greeum_core::segment::Section;
use greeum_core::{BlockId, Entry, Index, Query, Zone};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

const MANIFEST: &str = "manifest.json";

type Links = Vec<(BlockId, Vec<Edge>)>;

/// Everything that the answers are made of, and the files that two folds leave: two segments, links, manifest, lock.
struct Fixture {
    files: Vec<(String, Vec<u8>)>,
    entries: Vec<Entry>,
    links: Links,
    answers: String,
}

static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
    let directory = Directory::new();
    let (entries, links) = (entries(1..=64), links());
    write_in_two_folds(&directory, &entries, &links);
    assert_eq!(directory.files().iter().filter(|name| name.ends_with(".segment")).count(), 2);
    let (index, reason) = open(Some(directory.path()));
    assert_eq!(reason, None);
    let answers = answers(&index);
    let files =
        directory.files().into_iter().map(|name| (name.clone(), fs::read(directory.path().join(name)).unwrap()));
    Fixture { files: files.collect(), entries, links, answers }
});

impl Fixture {
    /// A directory with these files.
    fn copy(&self) -> Directory {
        let directory = Directory::new();
        self.files.iter().for_each(|(name, bytes)| fs::write(directory.path().join(name), bytes).unwrap());
        directory
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        self.files.iter().find(|file| file.0 == name).unwrap().1.clone()
    }
}

fn entries(ids: std::ops::RangeInclusive<BlockId>) -> Vec<Entry> {
    ids.map(|id| any_entry(id, &mut Dice::new(id))).collect()
}

fn any_entry(id: BlockId, dice: &mut Dice) -> Entry {
    let count = if id.is_multiple_of(9) { 150 } else { 6 };
    let mut entry = entry(id, &dice.text(count));
    entry.namespace = (*dice.choose(&["a", "a/b", "c"])).to_owned();
    entry.source = Some((*dice.choose(&["Alice", "Bob", "민지"])).to_owned());
    entry.tags = vec!["trip".to_owned()];
    entry.metadata.insert("km".to_owned(), dice.below(100).into());
    entry.superseded = id.is_multiple_of(11);
    entry.uses = u64::from(id.is_multiple_of(7));
    entry.expires_at = id.is_multiple_of(13).then_some(NOW_US + 1);
    entry
}

fn links() -> Links {
    (1..30).map(|id| (id, vec![Edge::new(id + 3, 0.5), Edge::new(64 - id, 1.0)])).collect()
}

/// A first fold of most blocks, a second of a few, of which one takes the place of a block in the first file.
fn write_in_two_folds(directory: &Directory, entries: &[Entry], links: &Links) {
    let (index, _) = open(Some(directory.path()));
    let (few, most): (Vec<Entry>, Vec<Entry>) =
        entries.iter().cloned().partition(|entry| entry.id > 60 || entry.id == 5);
    let five = Entry { importance: 0.1, ..entries[4].clone() };
    index.apply(60, most.into_iter().chain([five]).collect(), &[], links.clone()).unwrap();
    index.fold(true).unwrap();
    index.apply(64, few, &[], Vec::new()).unwrap();
    index.fold(true).unwrap();
}

fn questions() -> Vec<Query> {
    let filter = |text| common::filter(text);
    vec![
        Query { history: true, k: 100, ..query("the garden in winter") },
        Query { namespace: "a".to_owned(), ..query("고양이가 병원에 5월에") },
        Query { exact: false, ..query("When did Alice buy a train ticket?") },
        Query { near: vec![(5, 3)], history: true, k: 100, ..query("coffee") },
        Query {
            filter: filter(r#"{"metadata.km": {"gte": 20}, "tags": {"contains": "trip"}, "source": {"ne": "Bob"}}"#),
            ..query("river")
        },
        Query {
            filter: filter(
                r#"{"at": {"gt": "2024-01-01T00:10:00Z"}, "importance": {"lte": 0.5}, "namespace": {"prefix": "a"}}"#,
            ),
            ..query("house")
        },
    ]
}

/// All answers as text, to be compared; an error is an answer too.
fn answers(index: &Index) -> String {
    let found = questions().into_iter().map(|query| index.search(&query).map(|hits| bits(&hits)));
    let searched: Vec<String> = found.map(|found| format!("{found:?}")).collect();
    format!("{} {} {:?} {:?}", index.seq(), searched.join("\n"), everything(index, true), everything(index, false))
}

/// Opens what is left of a directory: it begins empty, to be loaded anew, or answers as before.
fn assert_noticed_or_as_before(directory: &Directory, what: &str) -> bool {
    let (index, reason) = open(Some(directory.path()));
    let begins_empty = index.seq() == 0 && index.stats().blocks == 0;
    if reason.is_some() {
        assert!(begins_empty, "{what}: {reason:?}");
    } else if !begins_empty {
        assert_eq!(answers(&index), FIXTURE.answers, "{what}");
    }
    begins_empty
}

/// What a caller does with an Index that begins empty.
fn assert_can_be_built_anew(directory: &Directory, what: &str) {
    let (index, _) = open(Some(directory.path()));
    index.reload(Zone::default());
    index.load(64, FIXTURE.entries.clone(), FIXTURE.links.clone()).unwrap();
    index.loaded(64);
    assert!(index.fold(true).unwrap(), "{what}");
    index.verify().unwrap();
    let (again, reason) = open(Some(directory.path()));
    assert_eq!((reason, answers(&again)), (None, FIXTURE.answers.clone()), "{what}");
}

/// Every file of the fixture but the lock, which holds nothing.
fn files() -> Vec<String> {
    FIXTURE.files.iter().map(|file| file.0.clone()).filter(|name| name != "fold.lock").collect()
}

#[test]
fn a_missing_file_is_noticed() {
    for name in files() {
        let directory = FIXTURE.copy();
        fs::remove_file(directory.path().join(&name)).unwrap();
        assert!(assert_noticed_or_as_before(&directory, &name), "{name} is needed");
        assert_can_be_built_anew(&directory, &name);
    }
    let directory = FIXTURE.copy();
    fs::remove_file(directory.path().join("fold.lock")).unwrap();
    assert!(!assert_noticed_or_as_before(&directory, "the lock is made when it is needed"));
}

#[test]
fn a_file_that_was_cut_short_is_noticed() {
    for name in files() {
        let bytes = FIXTURE.bytes(&name);
        let lengths = [
            0,
            1,
            7,
            8,
            12,
            19,
            20,
            63,
            64,
            65,
            600,
            bytes.len() / 3,
            bytes.len() / 2,
            bytes.len() - 64,
            bytes.len() - 2,
        ];
        for length in lengths.into_iter().filter(|&length| length < bytes.len() - 1) {
            let directory = FIXTURE.copy();
            fs::write(directory.path().join(&name), &bytes[..length]).unwrap();
            let what = format!("{name} cut to {length} of {} bytes", bytes.len());
            assert!(assert_noticed_or_as_before(&directory, &what), "{what}");
            if length % 2 == 0 {
                assert_can_be_built_anew(&directory, &what);
            }
        }
    }
}

#[test]
fn a_file_with_more_at_its_end_is_noticed() {
    for name in files() {
        for more in [1, 20, 64] {
            let directory = FIXTURE.copy();
            let mut bytes = fs::read(directory.path().join(&name)).unwrap();
            bytes.extend(vec![0; more]);
            fs::write(directory.path().join(&name), bytes).unwrap();
            assert!(assert_noticed_or_as_before(&directory, &name), "{name} and {more} zeros");
        }
    }
}

#[test]
fn a_flipped_byte_is_noticed() {
    for name in files() {
        let directory = FIXTURE.copy();
        let path = directory.path().join(&name);
        let bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1 - usize::from(name == MANIFEST); // the line end after the checksum says nothing
        for at in (0..last).step_by(97).chain([8, 12, 16, 17, 20, last]) {
            let mut flipped = bytes.clone();
            flipped[at] = !flipped[at];
            replace(&path, &flipped);
            assert!(assert_noticed_or_as_before(&directory, &name), "byte {at} of {name}");
        }
        assert_can_be_built_anew(&directory, &name);
    }
}

#[test]
fn a_file_of_another_generation_is_noticed() {
    let other = Directory::new();
    write_in_two_folds(
        &other,
        &entries(1..=64).into_iter().map(|entry| Entry { importance: 0.9, ..entry }).collect::<Vec<_>>(),
        &links()[3..].to_vec(),
    );
    assert_eq!(other.files(), FIXTURE.copy().files());
    for name in files().into_iter().filter(|name| name != MANIFEST) {
        let directory = FIXTURE.copy();
        fs::copy(other.path().join(&name), directory.path().join(&name)).unwrap();
        assert!(assert_noticed_or_as_before(&directory, &name), "{name} is from another time");
        assert_can_be_built_anew(&directory, &name);
    }
    for (to, from) in [(2, 1), (1, 2)].map(|(to, from)| (segment(to), segment(from))) {
        let directory = FIXTURE.copy();
        fs::write(directory.path().join(&to), FIXTURE.bytes(&from)).unwrap();
        assert!(assert_noticed_or_as_before(&directory, &to), "{to} is another segment");
    }
    let directory = FIXTURE.copy();
    fs::copy(other.path().join(MANIFEST), directory.path().join(MANIFEST)).unwrap();
    assert!(assert_noticed_or_as_before(&directory, MANIFEST));
}

#[test]
fn files_that_nobody_lists_are_swept_away() {
    let directory = FIXTURE.copy();
    for name in ["00000009-0.segment", "00000009.links.tmp", "stray"] {
        fs::write(directory.path().join(name), b"half of a file").unwrap();
    }
    assert!(!assert_noticed_or_as_before(&directory, "strays do not matter"));
    let (index, _) = open(Some(directory.path()));
    index.fold(true).unwrap();
    let names = directory.files();
    assert!(
        !names.iter().any(|name| name.ends_with(".tmp") || name == "stray" || name == "00000009-0.segment"),
        "{names:?}"
    );
    assert!(
        names.iter().all(|name| !name.starts_with("00000009")),
        "a name that was used is not used again: {names:?}"
    );
}

/// What is in use stays in use when its files are damaged, and the next fold writes all of them anew.
#[test]
fn a_process_that_has_the_files_open_can_write_them_anew() {
    let directory = FIXTURE.copy();
    let (index, _) = open(Some(directory.path()));
    fs::remove_file(directory.path().join(segment(1))).unwrap();
    replace(&directory.path().join(MANIFEST), b"{}\n00000000\n");
    assert!(index.refresh().is_err());
    assert_eq!(answers(&index), FIXTURE.answers);
    assert!(index.fold(true).unwrap());
    index.verify().unwrap();
    assert!(!assert_noticed_or_as_before(&directory, "written anew"));
}

#[test]
fn another_token_table_is_noticed() {
    let directory = FIXTURE.copy();
    edit_manifest(directory.path(), |manifest| manifest["table"] = json!("static/00000000/256/1"));
    let (index, reason) = open(Some(directory.path()));
    assert!(reason.is_some_and(|reason| reason.contains("token table")));
    assert_eq!(index.stats().blocks, 0);
}

/// The name of the first segment file, or the second.
fn segment(number: usize) -> String {
    files().into_iter().filter(|name| name.ends_with(".segment")).nth(number - 1).unwrap()
}

/// Another file of the same name: what has mapped the old one keeps it.
fn replace(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

fn edit_manifest(directory: &Path, edit: impl FnOnce(&mut Value)) {
    let text = fs::read_to_string(directory.join(MANIFEST)).unwrap();
    let mut manifest: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    edit(&mut manifest);
    let body = manifest.to_string();
    replace(&directory.join(MANIFEST), format!("{body}\n{:08x}\n", crc32fast::hash(body.as_bytes())).as_bytes());
}

/// Changes bytes of a segment and makes every checksum right again, so that only a look at the parts themselves can tell.
fn forge_segment(directory: &Path, name: &str, edits: &[(usize, u8)]) {
    let mut bytes = fs::read(directory.join(name)).unwrap();
    for &(at, value) in edits {
        let at = at % bytes.len();
        if !(16..20).contains(&at) {
            bytes[at] = value;
        }
    }
    let checksum = crc32fast::hash(&bytes[20..]);
    bytes[16..20].copy_from_slice(&checksum.to_le_bytes());
    replace(&directory.join(name), &bytes);
    edit_manifest(directory, |manifest| {
        for segment in manifest["segments"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .filter(|segment| segment["listed"]["file"] == json!(name))
        {
            segment["listed"]["checksum"] = json!(checksum);
        }
    });
}

/// A score that is no number cannot be put in order, nor be written as JSON.
#[test]
fn a_number_that_is_none_is_noticed() {
    let numbers = [
        (Section::Importance, &f32::NAN.to_le_bytes()[..]),
        (Section::Importance, &1e38_f32.to_le_bytes()),
        (Section::NumberValues, &f64::INFINITY.to_le_bytes()),
    ];
    for (section, number) in numbers {
        let name = segment(1);
        let start = part(&FIXTURE.bytes(&name), section).start;
        let edits: Vec<(usize, u8)> = number.iter().enumerate().map(|(at, &byte)| (start + at, byte)).collect();
        let directory = FIXTURE.copy();
        forge_segment(directory.path(), &name, &edits);
        assert!(assert_noticed_or_as_before(&directory, &name), "{section:?}");
    }
}

/// Where the directory of a segment's file says that a part lies.
fn part(bytes: &[u8], section: Section) -> std::ops::Range<usize> {
    let long = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let entry = 64 + 16 * section as usize;
    long(entry)..long(entry) + long(entry + 8)
}

/// Numbers of names, each a term and whether it is sure, with blocks that have several: where each block's start, and all of them.
fn names_of(bytes: &[u8]) -> (Vec<usize>, Vec<u32>) {
    let read = |section: Section| {
        let words = bytes[part(bytes, section)].as_chunks::<4>().0.iter();
        words.map(|&word| u32::from_le_bytes(word)).collect::<Vec<u32>>()
    };
    (read(Section::NameStart).into_iter().map(|start| start as usize).collect(), read(Section::Names))
}

/// A copy of the files whose first segment has other numbers of names.
fn with_names(edit: impl FnOnce(&[usize], &mut Vec<u32>)) -> Directory {
    let (directory, name) = (FIXTURE.copy(), segment(1));
    let bytes = FIXTURE.bytes(&name);
    let (starts, mut names) = names_of(&bytes);
    edit(&starts, &mut names);
    let forged = names.iter().flat_map(|name| name.to_le_bytes());
    let edits: Vec<(usize, u8)> = part(&bytes, Section::Names).zip(forged).collect();
    forge_segment(directory.path(), &name, &edits);
    directory
}

/// Where a block's names begin that has two or more.
fn two_names(starts: &[usize]) -> usize {
    starts.windows(2).find(|ends| ends[1] - ends[0] > 1).expect("a block with two names")[0]
}

/// The names of a block are looked up by bisection, and each by its term.
#[test]
fn forged_names_are_noticed() {
    type Forge = fn(&[usize], &mut Vec<u32>);
    let forged: [(&str, Forge); 4] = [
        ("no term", |_, names| names[0] = u32::MAX),
        ("twice", |starts, names| names[two_names(starts) + 1] = names[two_names(starts)]),
        ("twice, and once surer", |starts, names| names[two_names(starts) + 1] = names[two_names(starts)] ^ 1),
        ("in another order", |starts, names| names.swap(two_names(starts), two_names(starts) + 1)),
    ];
    for (what, forge) in forged {
        let directory = with_names(forge);
        assert!(open(Some(directory.path())).1.is_some(), "{what}");
        assert_can_be_built_anew(&directory, what);
    }
}

/// Terms that are names of nothing, though the file says so: something is found by them, and what is merged with it has them too.
#[test]
fn names_that_are_other_terms_are_no_panic() {
    let directory = with_names(|starts, names| {
        for ends in starts.windows(2) {
            names[ends[0]..ends[1]].iter_mut().zip(0..).for_each(|(name, term)| *name = term << 1 | 1);
        }
    });
    let (index, reason) = open(Some(directory.path()));
    assert_eq!(reason, None);
    let hits = index.search(&Query { k: 100, ..query("When did Alice buy a train ticket?") }).unwrap();
    assert!(hits.len() > 30 && hits.iter().all(|hit| hit.score.is_finite()));
    assert_no_panic(&directory);
}

/// Numbers that nobody can have written, but that are numbers: scores are too.
#[test]
fn forged_numbers_make_no_score_that_is_none() {
    for number in [1e300_f64, -4.0, -1e300] {
        let (directory, name) = (FIXTURE.copy(), segment(1));
        let values = part(&FIXTURE.bytes(&name), Section::NumberValues);
        let edits: Vec<(usize, u8)> = values.zip(number.to_le_bytes().into_iter().cycle()).collect();
        forge_segment(directory.path(), &name, &edits);
        let (index, reason) = open(Some(directory.path()));
        assert_eq!(reason, None);
        let hits = index.search(&Query { k: 100, ..query("garden") }).unwrap();
        assert!(hits.len() > 30 && hits.iter().all(|hit| hit.score.is_finite()), "{number}");
    }
}

/// Asks and folds; what comes out is of no interest, as long as something does.
fn assert_no_panic(directory: &Directory) {
    let (index, reason) = open(Some(directory.path()));
    if reason.is_none() {
        let _ = answers(&index);
        let _ = index.apply(65, entries(65..=90), &[7, 8], Vec::new());
        let _ = answers(&index);
        let _ = index.fold(true);
        let _ = answers(&index);
        let _ = answers(&open(Some(directory.path())).0);
    }
}

/// Places in a segment's file: half of them in its header and directory, where most harm is done; and values that tend to hurt.
fn edits() -> impl Strategy<Value = Vec<(usize, u8)>> {
    let place = prop_oneof![0_usize..640, any::<usize>()];
    let value = prop_oneof![Just(0_u8), Just(0xff), Just(0x7f), Just(0x80), any::<u8>()];
    prop_oneof![
        proptest::collection::vec((place, value), 1..6),
        // A whole word: one number becomes another.
        (any::<usize>(), any::<[u8; 8]>())
            .prop_map(|(at, word)| (0..8).map(|i| ((at & !7).wrapping_add(i), word[i])).collect()),
        // An entry of the directory: a part becomes longer, shorter or lies elsewhere.
        (8_usize..78, -3_i8..=3, 1_u8..=64)
            .prop_map(|(word, more, by)| vec![(8 * word, (more as u8).wrapping_mul(by)), (8 * word + 1, by / 8)]),
    ]
}

proptest! {
    #![proptest_config(cases(if cfg!(debug_assertions) { 150 } else { 1_000 }))]

    #[test]
    fn a_forged_segment_is_no_panic(edits in edits(), which in 1_usize..=2) {
        let directory = FIXTURE.copy();
        forge_segment(directory.path(), &segment(which), &edits);
        assert_no_panic(&directory);
    }

    #[test]
    fn forged_links_are_no_panic(edges in proptest::collection::vec((0_u64..70, any::<u64>(), any::<f32>(), any::<f32>()), 0..40), stray in proptest::collection::vec(any::<u8>(), 0..25)) {
        let directory = FIXTURE.copy();
        let mut body: Vec<u8> = edges.into_iter().flat_map(|(source, target, weight, speaks)| [&source.to_le_bytes()[..], &(target % 80).to_le_bytes(), &weight.to_le_bytes(), &speaks.to_le_bytes()].concat()).collect();
        body.extend(stray);
        let checksum = crc32fast::hash(&body);
        let name = files().into_iter().find(|name| name.ends_with(".links")).unwrap();
        replace(&directory.path().join(&name), &[b"GREEUML2", &checksum.to_le_bytes()[..], &body].concat());
        edit_manifest(directory.path(), |manifest| manifest["links"]["checksum"] = json!(checksum));
        assert_no_panic(&directory);
    }

    #[test]
    fn a_forged_manifest_is_no_panic(dead in proptest::collection::vec(0_u64..70, 0..9), seq in prop_oneof![0_u64..100, Just(u64::MAX)], generation in any::<u64>(), field in 0_usize..8) {
        let directory = FIXTURE.copy();
        edit_manifest(directory.path(), |manifest| match field {
            0 => manifest["segments"][0]["dead"] = json!(dead),
            1 => manifest["seq"] = json!(seq),
            2 => manifest["generation"] = json!(generation),
            3 => manifest["witness"] = json!([seq]),
            4 => manifest["segments"] = json!([]),
            5 => manifest["segments"][1] = manifest["segments"][0].clone(),
            6 => manifest["links"] = Value::Null,
            _ => manifest["segments"][0]["dead"] = json!([dead]),
        });
        assert_no_panic(&directory);
    }
}
