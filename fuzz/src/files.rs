//! Targets that read files: segments, the manifest, links, the token table, codes.
//!
//! A checksum keeps all but accidents out, so these put it right: what is tried is the look at the parts behind it.

use crate::fixture::{self, Directory, EMBEDDER, TABLE};
use crate::small_table;
use greeum_core::bytes::{Aligned, Bytes};
use greeum_core::index::State;
use greeum_core::index::state::Part;
use greeum_core::links::{Csr, Links};
use greeum_core::segment::{Segment, merge};
use greeum_core::vectors::CodeRef;
use greeum_core::words::Tokens;
use greeum_core::{Entry, Table, Zone, rank};
use std::cell::RefCell;
use std::fs;
use std::sync::{Arc, LazyLock};

/// Where a segment's checksum stands, and what it is of.
const SEGMENT_CHECKSUM: std::ops::Range<usize> = 16..20;

/// Where that of a file of links stands.
const LINKS_CHECKSUM: std::ops::Range<usize> = 8..12;

/// A segment's file: refused, or searched, merged and read again.
pub fn segment(data: &[u8]) {
    let mut data = data.to_vec();
    if data.len() >= SEGMENT_CHECKSUM.end {
        let checksum = crc32fast::hash(&data[SEGMENT_CHECKSUM.end..]);
        data[SEGMENT_CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    }
    let mut bytes = Aligned::default();
    bytes.extend(&data);
    let dimension = TABLE.dimension();
    let Ok(segment) = Segment::new(Bytes::Held(bytes), dimension) else { return };
    if !segment.tokens_are_below(TABLE.size()) {
        return; // as the Index does when it opens a file
    }
    let segment = Arc::new(segment);
    let state = State { parts: vec![Part::new(Arc::clone(&segment), 1, None)], seq: 1, ..State::default() };
    for query in fixture::questions() {
        let found = rank::search_each(&state, &[query], &TABLE, dimension, true);
        fixture::answered(found.map(|answers| answers.into_iter().flat_map(|answer| answer.hits).collect()));
    }
    if let Some(columns) = merge(&[(&segment, None)], dimension) {
        let _ = columns.freeze(false);
    }
}

/// The body of a manifest, beside sound files: refused, or an Index that can be asked and folded again.
pub fn manifest(data: &[u8]) {
    thread_local!(static PLACE: RefCell<Directory> = RefCell::new(Directory::new()));
    PLACE.with_borrow(|directory| {
        for (name, bytes) in FILES.iter() {
            fs::write(directory.path().join(name), bytes).expect("the directory is there");
        }
        let written = [data, format!("\n{:08x}\n", crc32fast::hash(data)).as_bytes()].concat();
        fs::write(directory.path().join("manifest.json"), written).expect("the directory is there");
        let (index, reason) = fixture::open(Some(directory.path()));
        assert!(reason.is_none() || index.stats().blocks == 0, "what cannot be used begins empty");
        for query in fixture::questions() {
            fixture::answered(index.search(&query));
        }
    });
}

/// The files of a folded Index, the manifest among them.
pub static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let directory = Directory::new();
    let index = fixture::index(Some(directory.path()));
    index.fold(true).expect("the directory is there");
    let files = fs::read_dir(directory.path()).expect("the directory is there").map(|file| {
        let file = file.expect("the directory is there");
        (file.file_name().to_string_lossy().into_owned(), fs::read(file.path()).expect("it is there"))
    });
    files.collect()
});

/// A file of links: refused, or the same after it was written again.
pub fn links(data: &[u8]) {
    let mut data = data.to_vec();
    if data.len() >= LINKS_CHECKSUM.end {
        let checksum = crc32fast::hash(&data[LINKS_CHECKSUM.end..]);
        data[LINKS_CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    }
    let Ok(rows) = Csr::from_bytes(&data) else { return };
    let written = rows.to_bytes();
    assert_eq!(Csr::from_bytes(&written).expect("what was written is read").to_bytes(), written);
    let links = Links::new(rows);
    let targets: usize = links.base().rows().map(|(source, _)| links.leaving(source).len()).sum();
    assert!(targets <= (data.len() - LINKS_CHECKSUM.end) / 20);
}

/// The file of a token table: refused, or words can be looked up in it and have vectors of its dimension.
pub fn table(data: &[u8]) {
    thread_local!(static PLACE: RefCell<Directory> = RefCell::new(Directory::new()));
    PLACE.with_borrow(|directory| {
        let path = directory.path().join("a.table");
        let _ = fs::remove_file(&path); // what is mapped must not change
        fs::write(&path, data).expect("the directory is there");
        let Ok(table) = Table::open(&path) else { return };
        let _ = table.verify();
        let whole = small_table::WORDS.join(" ");
        for text in [&whole, "unread mountains", "고양이가 갔어요", "🙂"] {
            let codes = table.encode(text);
            assert_eq!(CodeRef::all(&codes, table.dimension()).expect("whole codes").count(), 1);
            let tokens = Tokens::new(text);
            let mut pieces = Vec::new();
            tokens.list.iter().for_each(|&token| table.pieces(&tokens, token, &mut pieces));
            assert!(pieces.iter().all(|&piece| usize::from(piece) < table.size()));
        }
        assert!(table.size() == 0 || table.codes().len() % table.size() == 0);
    });
}

/// A byte of what dimension, then codes: refused, or a block whose vectors they are can be searched or is refused.
pub fn codes(data: &[u8]) {
    let Some((&dimension, codes)) = data.split_first() else { return };
    let dimension = usize::from(dimension);
    let Ok(found) = CodeRef::all(codes, dimension) else { return };
    let texts = vec!["One sentence. "; found.count()].concat();
    let entry = Entry { id: 1, text: texts, vectors: codes.to_vec(), ..Entry::default() };
    let table = Arc::clone(&TABLE);
    let (index, _) =
        greeum_core::Index::open(None, table, EMBEDDER, dimension, false, Zone::default()).expect("no files");
    if index.apply(1, vec![entry], &[], Vec::new()).is_ok() {
        for query in fixture::questions() {
            fixture::answered(index.search(&query));
        }
    }
}
