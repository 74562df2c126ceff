//! The word leg alone: queries per second of one thread, and what the postings take.
//!
//! `cargo bench --bench words -- DIRECTORY [DEPTH [ROUNDS]]` reads the texts and queries that `python -m benches.words make` wrote there, and asks
//! each query for the best `DEPTH` blocks, exactly and as a search does. Run it alone on a core (`chrt -f 50 taskset -c 1`): it measures by the clock.

use greeum_core::segment::{Columns, Section};
use greeum_core::vectors::code::SCALE_BYTES;
use greeum_core::{BlockId, Entry, Index, Query, Table, Zone};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Blocks of one segment: about as many as a file of 256 MiB holds with vectors of 256 components.
const SEGMENT: usize = 300_000;

/// Components of a vector that nobody asks for.
const DIMENSION: usize = 32;

/// The least time of so many rounds counts, unless another number is given.
const ROUNDS: usize = 5;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let directory = arguments.next().expect("the directory of texts.txt and queries.txt");
    let depth = arguments.next().map_or(48, |depth| depth.parse().expect("a number of blocks"));
    let rounds = arguments.next().map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"));
    let read = |name: &str| std::fs::read_to_string(Path::new(&directory).join(name)).expect("benches.words made it");
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python/greeum/data/static-256.table");
    let table = Arc::new(Table::open(&table).expect("the table is part of the repository"));
    let (texts, queries) = (read("texts.txt"), read("queries.txt"));
    let texts: Vec<&str> = texts.lines().collect();
    let started = Instant::now();
    let index = index(&texts, &table);
    let built = started.elapsed();
    let stats = index.stats();
    println!("{} blocks, {:?} segments, built in {:.1} s", stats.blocks, stats.segments, built.as_secs_f64());
    print_bytes(&texts[..texts.len().min(SEGMENT)], &table);
    let queries: Vec<&str> = queries.lines().collect();
    let (nothing, _) =
        Index::open(None, table, "none", DIMENSION, false, Zone::default()).expect("nothing to go wrong");
    let reading = mean(&times(&nothing, &queries, depth, false, rounds));
    println!("to read a query takes {:.1} us, which do not count", reading * 1e6);
    for exact in [false, true] {
        let times = times(&index, &queries, depth, exact, if exact { 1 } else { rounds });
        let mean = mean(&times) - reading;
        let at = |share: usize| (times[times.len() * share / 100].as_secs_f64() - reading) * 1e6;
        println!(
            "depth {depth}, exact {exact}: {:.0} queries per second, mean {:.1} us, p50 {:.1}, p95 {:.1}, p99 {:.1}",
            1.0 / mean,
            mean * 1e6,
            at(50),
            at(95),
            at(99)
        );
    }
    let differing = queries.iter().filter(|text| ask(&index, text, depth, false) != ask(&index, text, depth, true));
    println!("{} of {} queries have other answers when all is added up", differing.count(), queries.len());
}

fn mean(times: &[Duration]) -> f64 {
    times.iter().sum::<Duration>().as_secs_f64() / times.len() as f64
}

fn entry(id: BlockId, text: &str) -> Entry {
    Entry { id, text: text.to_owned(), vectors: vec![0; SCALE_BYTES + DIMENSION], ..Entry::default() }
}

fn index(texts: &[&str], table: &Arc<Table>) -> Index {
    let (index, _) =
        Index::open(None, Arc::clone(table), "none", DIMENSION, false, Zone::default()).expect("nothing to go wrong");
    for (number, chunk) in texts.chunks(SEGMENT).enumerate() {
        let entries = chunk.iter().zip((number * SEGMENT + 1) as BlockId..).map(|(text, id)| entry(id, text)).collect();
        index.apply(number as u64 + 1, entries, &[], Vec::new()).expect("sound entries");
    }
    index
}

fn print_bytes(texts: &[&str], table: &Table) {
    let entries: Vec<Entry> = texts.iter().zip(1..).map(|(text, id)| entry(id, text)).collect();
    let columns = Columns::of(&entries, DIMENSION, table, &Zone::default()).expect("sound entries");
    let segment = columns.freeze(false).expect("sound columns");
    let terms = segment.column::<u64>(Section::Terms).len();
    let postings: usize = (0..terms).map(|at| segment.postings_at(at).count()).sum();
    let (lists, rest) = (2 * segment.column::<u16>(Section::Postings).len(), 12 * terms);
    let per = |bytes: usize, of: usize| bytes as f64 / of as f64;
    println!(
        "a segment of {}: {:.1} postings a block, {:.2} bytes each; a block {:.1} bytes of postings, {:.1} of terms",
        texts.len(),
        per(postings, texts.len()),
        per(lists, postings),
        per(lists, texts.len()),
        per(rest, texts.len())
    );
}

fn ask(index: &Index, text: &str, depth: usize, exact: bool) -> Vec<(BlockId, f32)> {
    index.by_words(&Query { text: text.to_owned(), exact, ..Query::default() }, depth)
}

/// The least time of each query, ascending.
fn times(index: &Index, queries: &[&str], depth: usize, exact: bool, rounds: usize) -> Vec<Duration> {
    let mut least = vec![Duration::MAX; queries.len()];
    for _ in 0..rounds {
        for (text, least) in queries.iter().zip(&mut least) {
            let started = Instant::now();
            std::hint::black_box(ask(index, text, depth, exact));
            *least = (*least).min(started.elapsed());
        }
    }
    least.sort_unstable();
    least
}
