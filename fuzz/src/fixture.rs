//! What the targets share: the shipped table, some blocks, and a directory that is gone afterwards.

use greeum_core::links::Edge;
use greeum_core::{BlockId, Entry, Error, Hit, Index, Query, Result, Table, TimeUs, Zone};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

/// What the vectors here are made by.
pub const EMBEDDER: &str = "static/fuzz";

/// 2024-01-01T00:00:00Z, when everything here is said.
pub const EPOCH_US: TimeUs = 1_704_067_200_000_000;

/// What time it is in all searches.
pub const NOW_US: TimeUs = EPOCH_US + 365 * 86_400_000_000;

const HOUR_US: TimeUs = 3_600_000_000;

/// The token table that is shipped with Greeum.
pub static TABLE: LazyLock<Arc<Table>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/greeum/data/static-256.table");
    Arc::new(Table::open(&path).expect("the token table is part of the repository"))
});

/// What is said in the blocks: both languages, dates, a question and its answer, an opposite, another script.
pub const TEXTS: [&str; 12] = [
    "I moved to Busan in May 2023, near the river.",
    "Where do you live now? I forgot since last week.",
    "My sister's birthday is on 8 May; she wants a bicycle.",
    "부산으로 이사했어. 고양이가 병원에 갔어요.",
    "지난주에 친구와 기차표를 샀는데 두 달 전보다 비싸더라",
    "The server's password was changed on 2023-05-08 10:30.",
    "I don't like coffee any more.",
    "I like coffee.",
    "東京に行きました。Привет 🙂",
    "Budget meeting: 1,000 dollars, not 2,000.",
    "회의는 2024년 3월 5일 오후에 있다",
    "",
];

/// A block for each of [`TEXTS`], with something in every field.
pub fn entries(table: &Table) -> Vec<Entry> {
    TEXTS.iter().zip(1..).map(|(text, id)| entry(table, text, id)).collect()
}

fn entry(table: &Table, text: &str, id: BlockId) -> Entry {
    let at = EPOCH_US + id as TimeUs * HOUR_US;
    let metadata = serde_json::json!({"km": id, "trip": {"to": "Busan", "days": [1, 2.5, null, true]}});
    Entry {
        id,
        uid: format!("uid-{id}"),
        namespace: ["a", "a/b", "c%2Fd"][id as usize % 3].to_owned(),
        key: id.is_multiple_of(4).then(|| format!("key-{id}")),
        text: text.to_owned(),
        kind: if id.is_multiple_of(5) { "note" } else { "message" }.to_owned(),
        source: (!id.is_multiple_of(6)).then(|| ["Alice", "Bob", "민지"][id as usize % 3].to_owned()),
        tags: vec!["trip".to_owned(), format!("tag{id}")],
        importance: id as f32 / 20.0,
        metadata: metadata.as_object().cloned().unwrap_or_default(),
        at,
        added_at: at,
        valid_from: (id == 3).then_some(at),
        valid_to: (id == 4).then_some(NOW_US + 1),
        expires_at: (id == 5).then_some(NOW_US + 1),
        superseded: id == 7,
        superseded_at: (id == 7).then_some(at + HOUR_US),
        origin: "cli".to_owned(),
        trust: if id == 9 { 0.5 } else { 1.0 },
        flags: if id == 10 { vec!["quarantined".to_owned()] } else { Vec::new() },
        uses: id % 3,
        vectors: table.encode(text),
    }
}

/// Links among the blocks.
pub fn links() -> Vec<(BlockId, Vec<Edge>)> {
    (1..8).map(|id| (id, vec![Edge::new(id + 3, 0.5), Edge::new(1, 1.0)])).collect()
}

/// An Index that holds all blocks, in `directory` (none: in memory).
pub fn index(directory: Option<&Path>) -> Index {
    let (index, _) = open(directory);
    index.apply(20, entries(&TABLE), &[], links()).expect("the blocks are as they should be");
    index
}

/// An Index over `directory`, and why it begins empty, if it does.
pub fn open(directory: Option<&Path>) -> (Index, Option<String>) {
    Index::open(directory, Arc::clone(&TABLE), EMBEDDER, TABLE.dimension(), true, Zone::default())
        .expect("no trouble with the disk")
}

/// Questions that between them read every part of a segment.
pub fn questions() -> Vec<Query> {
    let plain = Query { k: 20, now: NOW_US, ..Query::default() };
    let filter =
        r#"{"metadata.km": {"gte": 2}, "tags": {"contains": "trip"}, "source": {"ne": "Bob"}, "trust": {"gt": 0}}"#;
    vec![
        Query { text: "the garden in May".to_owned(), history: true, exact: true, ..plain.clone() },
        Query { text: "부산에 언제 갔어?".to_owned(), namespace: "a".to_owned(), ..plain.clone() },
        Query { text: "When did Alice change the password?".to_owned(), near: vec![(5, 3)], ..plain.clone() },
        Query {
            text: "coffee".to_owned(),
            filter: greeum_core::filter::Filter::parse(filter, &Zone::default()).ok(),
            as_of: Some(EPOCH_US + 8 * HOUR_US),
            ..plain
        },
    ]
}

/// Looks at what a search of a forged Index came to: it may lack the block that a question begins at, and nothing else.
pub fn answered(found: Result<Vec<Hit>>) {
    match found {
        Ok(hits) => assert!(hits.iter().all(|hit| hit.score.is_finite()), "{hits:?}"),
        Err(Error::Invalid { field, .. }) => assert_eq!(field, "near"),
        Err(error) => panic!("{error}"),
    }
}

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A directory of its own, in memory where the machine has such a place; it is gone when this is dropped.
pub struct Directory(PathBuf);

impl Directory {
    /// An empty one.
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("greeum-fuzz-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path); // of a process that had the same number and was killed
        std::fs::create_dir_all(&path).expect("the directory can be made");
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
