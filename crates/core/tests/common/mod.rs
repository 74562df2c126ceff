//! What the tests of the Index share: a directory of their own, entries to put in, and a plain way to ask.

#![allow(dead_code, reason = "every test file uses a part of this")]

use greeum_core::filter::Filter;
use greeum_core::id::mix;
use greeum_core::links::Edge;
use greeum_core::vectors::code::SCALE_BYTES;
use greeum_core::{BlockId, Entry, Hit, Index, Query, Table, TimeUs, Weights, Zone};
use proptest::test_runner::Config;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

/// What the vectors in these tests are made by.
pub const EMBEDDER: &str = "static/test";

/// 2024-01-01T00:00:00Z, about when everything here is said.
pub const EPOCH_US: TimeUs = 1_704_067_200_000_000;

pub const MINUTE_US: TimeUs = 60_000_000;

/// What time it is in all searches.
pub const NOW_US: TimeUs = EPOCH_US + 365 * 24 * 60 * MINUTE_US;

/// The token table that is shipped with Greeum.
pub fn table() -> Arc<Table> {
    static TABLE: LazyLock<Arc<Table>> = LazyLock::new(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python/greeum/data/static-256.table");
        Arc::new(Table::open(&path).expect("the token table is part of the repository"))
    });
    Arc::clone(&TABLE)
}

/// So many cases of a property, unless `PROPTEST_CASES` asks for another number; no files for what failed.
pub fn cases(count: u32) -> Config {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(count);
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// A directory that is gone when this is dropped.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("greeum-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary directory can be written to");
        Self(path)
    }

    /// The names of the files in it, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An Index over `directory` (none: in memory), and why it begins empty, if it does.
pub fn open(directory: Option<&Path>) -> (Index, Option<String>) {
    let table = table();
    let dimension = table.dimension();
    Index::open(directory, table, EMBEDDER, dimension, true, Zone::default()).expect("no trouble with the disk")
}

/// An Index in memory that got these blocks and links in one go.
pub fn loaded(entries: &[Entry], links: &[(BlockId, Vec<Edge>)]) -> Index {
    let (index, _) = open(None);
    index.reload(Zone::default());
    index.load(1, entries.to_vec(), links.to_vec()).unwrap();
    index.loaded(1);
    index
}

/// A block with this text, its vectors made; all else as a caller leaves it.
pub fn entry(id: BlockId, text: &str) -> Entry {
    let at = EPOCH_US + id as TimeUs * MINUTE_US;
    Entry {
        id,
        uid: format!("{id:032x}"),
        text: text.to_owned(),
        kind: "message".to_owned(),
        importance: 0.5,
        at,
        added_at: at,
        vectors: table().encode(text),
        ..Entry::default()
    }
}

/// A block of which every field may be anything: long or short, in one of several namespaces, expired, said by somebody.
pub fn varied_entry(id: BlockId, dice: &mut Dice) -> Entry {
    let is_long = dice.below(12) == 0;
    let count = if is_long { 80 + dice.below(250) } else { 1 + dice.below(14) };
    let mut entry = entry(id, &dice.text(count));
    entry.namespace = (*dice.choose(&["a", "a/b", "a/b2", "c/d", ""])).to_owned();
    entry.kind = (*dice.choose(&["message", "message", "message", "note"])).to_owned();
    entry.source = dice.choose(&[None, Some("Alice"), Some("Bob Lee"), Some("민지")]).map(str::to_owned);
    entry.tags = (0..dice.below(3)).map(|_| (*dice.choose(&["trip", "home", "일"])).to_owned()).collect();
    entry.importance = dice.below(11) as f32 / 10.0;
    entry.at = EPOCH_US + dice.below(400) as TimeUs * 10 * MINUTE_US;
    entry.metadata.insert("km".to_owned(), dice.below(100).into());
    entry.expires_at = [None, None, None, Some(NOW_US), Some(NOW_US - 1), Some(NOW_US + 1)][dice.below(6)];
    entry.valid_from = [None, None, None, Some(NOW_US), Some(NOW_US + 1)][dice.below(5)];
    entry.valid_to = [None, None, None, Some(NOW_US), Some(NOW_US + 1)][dice.below(5)];
    entry.trust = [1.0, 1.0, 0.5][dice.below(3)];
    entry.uses = [0, 0, 3][dice.below(3)];
    entry.origin = (*dice.choose(&["", "", "cli"])).to_owned();
    entry.flags = if dice.below(8) == 0 { vec!["quarantined".to_owned()] } else { Vec::new() };
    entry
}

/// Whether a search may see the block.
pub fn is_visible(entry: &Entry, namespace: &str, history: bool) -> bool {
    let is_inside =
        namespace.is_empty() || entry.namespace == namespace || entry.namespace.starts_with(&format!("{namespace}/"));
    let holds = !entry.superseded
        && entry.valid_from.is_none_or(|at| at <= NOW_US)
        && entry.valid_to.is_none_or(|at| at > NOW_US)
        && entry.flags.is_empty();
    is_inside && (history || holds) && entry.expires_at.is_none_or(|at| at > NOW_US)
}

/// A search for `text` over everything, exact, for 10 hits.
pub fn query(text: &str) -> Query {
    Query {
        text: text.to_owned(),
        vector: None,
        k: 10,
        namespace: String::new(),
        filter: None,
        near: Vec::new(),
        history: false,
        now: NOW_US,
        as_of: None,
        asked_at: None,
        exact: true,
        budget: None,
        weights: Weights::default(),
    }
}

pub fn filter(text: &str) -> Option<Filter> {
    Some(Filter::parse(text, &Zone::default()).unwrap())
}

/// Hits to the last bit: the block, its score, the parts of the score.
pub fn bits(hits: &[Hit]) -> Vec<(BlockId, u32, [u32; 6])> {
    hits.iter().map(|hit| (hit.block, hit.score.to_bits(), hit.parts.map(f32::to_bits))).collect()
}

pub fn ids(hits: &[Hit]) -> Vec<BlockId> {
    hits.iter().map(|hit| hit.block).collect()
}

/// Everything that can be seen, oldest first.
pub fn everything(index: &Index, history: bool) -> Vec<BlockId> {
    let found = index.select(&listing("", None, history, usize::MAX), None, false);
    found.into_iter().map(|(_, id)| id).collect()
}

/// The bytes of one code in what the table makes.
pub fn code_bytes() -> usize {
    table().dimension() + SCALE_BYTES
}

/// Numbers that look random and are the same every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15)))
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.0) % end as u64) as usize
    }

    pub fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A text of `count` words that people use.
    pub fn text(&mut self, count: usize) -> String {
        let words: Vec<&str> = (0..count).map(|_| *self.choose(WORDS)).collect();
        words.join(" ") + *self.choose(&[".", ".", "?", "!", ""])
    }
}

/// Words of both languages, with stop words, dates, numbers and another script among them.
pub const WORDS: &[&str] = &[
    "garden",
    "gardens",
    "tomato",
    "tomatoes",
    "train",
    "ticket",
    "Busan",
    "Seoul",
    "winter",
    "coffee",
    "doctor",
    "hospital",
    "cat",
    "kitten",
    "moved",
    "moving",
    "house",
    "the",
    "a",
    "of",
    "with",
    "yesterday",
    "2023-05-08",
    "May",
    "8",
    "1,000",
    "guitar",
    "concert",
    "painting",
    "river",
    "mountain",
    "bicycle",
    "password",
    "server",
    "meeting",
    "budget",
    "holiday",
    "sister",
    "birthday",
    "부산으로",
    "부산에서",
    "이사했어",
    "고양이가",
    "고양이를",
    "커피",
    "병원에",
    "기차표를",
    "지난주에",
    "5월에",
    "친구와",
    "회의",
    "東京",
    "Привет",
];

/// A query for blocks whatever they say.
pub fn listing(namespace: &str, filter: Option<Filter>, history: bool, k: usize) -> Query {
    Query { namespace: namespace.to_owned(), filter, history, k, now: NOW_US, ..Query::default() }
}
