//! Vectors: how near in meaning two texts are.
//!
//! Useful for comparing vectors that one embedder made. Not for making them: that is `embed`.

pub mod coarse;
pub mod code;
pub mod distance;
pub mod graph;
pub mod linking;
mod pool;
mod rotation;
pub mod signs;

pub use code::{Code, CodeRef};
pub use distance::{Probe, dot};
