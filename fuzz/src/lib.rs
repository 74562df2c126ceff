//! What each fuzz target does with its bytes: a reader of the core gets them, must not panic, and what it makes of them must hold.
//!
//! A target is a plain function, so that the same one is driven by libFuzzer (`fuzz_targets/`) and, with what is known already and
//! small changes of it, by `cargo test` on a stable toolchain (`tests/replay.rs`).

mod files;
mod fixture;
pub mod mutation;
mod questions;
pub mod seeds;
mod small_table;
mod texts;

pub use files::{codes, links, manifest, segment, table};
pub use questions::{filter, search};
pub use texts::{dates, korean, time, words};

/// What is done with some bytes.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 11] = [
    ("codes", codes),
    ("dates", dates),
    ("filter", filter),
    ("korean", korean),
    ("links", links),
    ("manifest", manifest),
    ("search", search),
    ("segment", segment),
    ("table", table),
    ("time", time),
    ("words", words),
];
