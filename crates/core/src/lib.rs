//! The Index of Greeum: everything that search needs, derived from the Store and disposable.
//!
//! Useful for ranking blocks by words, vectors, links and time within one call. Not for keeping them: delete every file that
//! this crate writes, and nothing is lost.

pub mod bitmap;
pub mod bytes;
pub mod embed;
pub mod error;
pub mod filter;
mod heap;
pub mod id;
pub mod index;
pub mod links;
pub mod query;
pub mod rank;
pub mod segment;
pub mod similar;
pub mod time;
pub mod vectors;
pub mod words;
pub mod zone;

pub use embed::Table;
pub use error::{Error, Result};
pub use id::{BlockId, Score, Seq, TimeUs};
pub use index::Index;
pub use query::{Answer, Hit, Query, Weights};
pub use segment::Entry;
pub use zone::Zone;
