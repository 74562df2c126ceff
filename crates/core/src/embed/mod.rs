//! Vectors without a model at hand: a table of token vectors, and hashing for what the table cannot read.
//!
//! Useful offline and in microseconds. Not a neural network: an embedder that is one lives outside and brings its vectors.

mod hashing;
mod table;
mod wordpiece;

pub use table::{Morpheme, Table};
