//! The vector leg alone: recall against exact search, queries per second of one thread, what an insertion costs, and what a change of many vectors does.
//!
//! `cargo bench --bench vectors -- BASE.npy QUERIES.npy [COUNT [ROUNDS]]` takes the first `COUNT` rows of 32-bit floats as vectors, and the first thousand
//! of the other file as queries. It measures the processor time of its one thread, where the system tells it (Linux), and by the clock elsewhere. All lies
//! in mapped files, as the parts of a segment do.

use greeum_core::bytes::Bytes;
use greeum_core::id::mix;
use greeum_core::vectors::coarse::{self, Asked};
use greeum_core::vectors::graph::{self, Graph, Links, Room, Vectors};
use greeum_core::vectors::{Code, linking};
use std::sync::OnceLock;
use std::time::Instant;

/// Queries that are asked.
const QUERIES_MAX: usize = 1_000;

/// The nearest so many of each are looked for.
const NEAREST: usize = 10;

/// Widths of the walk that are tried.
const BEAMS: [usize; 9] = [8, 12, 16, 24, 32, 48, 64, 96, 128];

/// The width at which filters and changes are looked at: that of a search.
const BEAM: usize = 96;

/// The least time of so many rounds counts, unless another number is given.
const ROUNDS: usize = 5;

/// All queries are asked again until so much time has gone: the system tells it to some milliseconds.
const ROUND_MIN_S: f64 = 0.4;

/// One vector in so many is replaced in a step of the change.
const REPLACED: u64 = 10;

/// What is searched: codes as a segment has them.
struct Rows {
    codes: Bytes,
    scales: Bytes,
    coarse: Bytes,
    dimension: usize,
}

impl Rows {
    fn new(floats: &[f32], dimension: usize) -> Self {
        let (mut codes, mut scales) = (Vec::with_capacity(floats.len()), Vec::new());
        for code in floats.chunks_exact(dimension).map(Code::new) {
            codes.extend(code.bytes);
            scales.push(code.scale);
        }
        let coarse = mapped(&linking::coarse(&codes, &scales, dimension));
        Self { codes: mapped(&codes), scales: mapped(&scales), coarse, dimension }
    }

    fn vectors(&self) -> Vectors<'_> {
        let Self { codes, scales, coarse, dimension } = self;
        let (codes, scales) = (bytemuck::cast_slice(codes), bytemuck::cast_slice(scales));
        Vectors { codes, scales, coarse, dimension: *dimension }
    }
}

/// The same in a file, as the parts of a segment are: of the same pages, and each from the beginning of a line on.
fn mapped<T: bytemuck::Pod>(values: &[T]) -> Bytes {
    let path = std::env::temp_dir().join(format!("greeum-vectors-{}", std::process::id()));
    std::fs::write(&path, bytemuck::cast_slice(values)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let bytes = Bytes::map(&path).expect("what was written can be mapped");
    std::fs::remove_file(&path).expect("what was written can be removed");
    bytes
}

/// Queries, and what exact search in 32-bit floats finds for each.
struct Questions {
    codes: Vec<Code>,
    floats: Vec<f32>,
}

impl Questions {
    fn nearest(&self, base: &[f32], dimension: usize, accept: impl Fn(u32) -> bool) -> Vec<Vec<u32>> {
        let of = |query: &[f32]| {
            let dots = base.chunks_exact(dimension).zip(0_u32..).filter(|&(_, at)| accept(at)).map(|(row, at)| {
                let dot: f32 = row.iter().zip(query).map(|(a, b)| a * b).sum();
                (dot, at)
            });
            let mut all: Vec<(f32, u32)> = dots.collect();
            all.select_nth_unstable_by(NEAREST - 1, |a, b| b.0.total_cmp(&a.0));
            all[..NEAREST].iter().map(|near| near.1).collect()
        };
        self.floats.chunks_exact(dimension).map(of).collect()
    }
}

/// The processor time of this thread, as far as the system tells it; else the time that has passed since the first call.
fn computed_s() -> f64 {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let computed_ns = told.and_then(|told| told.split(' ').next()?.parse::<f64>().ok());
    computed_ns.map_or_else(|| BEGAN.get_or_init(Instant::now).elapsed().as_secs_f64(), |computed_ns| computed_ns / 1e9)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [base, queries, rest @ ..] = &arguments[..] else {
        println!("nothing to measure: name two files of vectors (see the head of this file)");
        return;
    };
    let ((base, dimension), (floats, _)) = (npy(base), npy(queries));
    let number = |at: usize, otherwise: usize| rest.get(at).map_or(otherwise, |text| text.parse().expect("a number"));
    let count = number(0, base.len() / dimension);
    let (base, rounds) = (&base[..count * dimension], number(1, ROUNDS));
    let floats = floats[..floats.len().min(QUERIES_MAX * dimension)].to_vec();
    let questions = Questions { codes: floats.chunks_exact(dimension).map(Code::new).collect(), floats };
    let rows = Rows::new(base, dimension);
    let started_s = computed_s();
    let built = linking::build(rows.vectors());
    let insertion_us = (computed_s() - started_s) * 1e6 / count as f64;
    let bytes = size_of::<u32>() * graph::DEGREE + coarse::bytes(dimension) + dimension + size_of::<f32>();
    println!("{count} vectors of {dimension}: {insertion_us:.0} us an insertion, {bytes} bytes a vector");
    let nearest = questions.nearest(base, dimension, |_| true);
    for beam in BEAMS {
        let (recall, per_second) = asked(&rows, &built, &questions, &nearest, beam, rounds, |_| true);
        println!("beam {beam:3}: recall {recall:.4}, {per_second:.0} queries per second");
    }
    for share in [2, 10] {
        let accept = move |at: u32| mix(u64::from(at)).is_multiple_of(share);
        let nearest = questions.nearest(base, dimension, accept);
        let (recall, per_second) = asked(&rows, &built, &questions, &nearest, BEAM, 1, accept);
        println!("beam {BEAM}, one in {share} let through: recall {recall:.4}, {per_second:.0} queries per second");
    }
    change(&rows, built, &questions, &nearest);
}

/// Replaces one vector in ten by its like, again and again: what the graph loses by that.
fn change(rows: &Rows, mut links: Links, questions: &Questions, nearest: &[Vec<u32>]) {
    let count = rows.vectors().scales.len();
    for step in 1..=5_u64 {
        let is_replaced = |at: u32| mix(u64::from(at)) % REPLACED == step;
        let replaced = (0..count as u32).filter(|&at| is_replaced(at)).count();
        let started_s = computed_s();
        let left = graph::moved(&links.links, count, |at| (!is_replaced(at)).then_some(at));
        links = linking::complete(left.expect("one in ten is few enough"), rows.vectors());
        let replacing_us = (computed_s() - started_s) * 1e6 / replaced as f64;
        let (recall, _) = asked(rows, &links, questions, nearest, BEAM, 1, |_| true);
        println!("beam {BEAM}, {} % replaced: recall {recall:.4}, {replacing_us:.0} us each", step * 100 / REPLACED);
    }
}

/// The share of the nearest that is found, and how many queries a second.
fn asked(
    rows: &Rows,
    links: &Links,
    questions: &Questions,
    nearest: &[Vec<u32>],
    beam: usize,
    rounds: usize,
    accept: impl Fn(u32) -> bool,
) -> (f64, f64) {
    let (mapped_links, entry_codes) = (mapped(&links.links), mapped(&rows.vectors().coarse_of(&links.entries)));
    let (links, entries) = (bytemuck::cast_slice(&mapped_links), &links.entries);
    let graph = Graph { links, entries, entry_codes: &entry_codes, vectors: rows.vectors() };
    let (mut room, mut best_s, mut hits) = (Room::default(), f64::INFINITY, 0);
    for _ in 0..rounds {
        let (started_s, mut times, mut taken_s) = (computed_s(), 0.0, 0.0);
        while taken_s < ROUND_MIN_S {
            hits = 0;
            for (query, nearest) in questions.codes.iter().zip(nearest) {
                let query = query.as_ref();
                let found = graph.search(query, &Asked::new(query), beam, &mut room, &accept).unwrap_or_default();
                hits += found.iter().take(NEAREST).filter(|near| nearest.contains(&near.0)).count();
            }
            times += 1.0;
            taken_s = computed_s() - started_s;
        }
        best_s = best_s.min(taken_s / times);
    }
    let asked = questions.codes.len() as f64;
    (hits as f64 / (asked * NEAREST as f64), asked / best_s)
}

/// The rows of a file of NumPy's, and their length.
fn npy(path: &str) -> (Vec<f32>, usize) {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (text, rows) = bytes[10..].split_at(header);
    let text = String::from_utf8_lossy(text);
    assert!(text.contains("'<f4'"), "{path}: not of 32-bit floats");
    let shape = text.split("'shape': (").nth(1).and_then(|rest| rest.split(')').next()).expect("a shape");
    let dimension = shape.split(',').nth(1).and_then(|text| text.trim().parse().ok()).expect("two dimensions");
    (rows.as_chunks().0.iter().map(|&float| f32::from_le_bytes(float)).collect(), dimension)
}
