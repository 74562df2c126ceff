//! Words: what a text is made of, and how well a block's words answer a query's.
//!
//! Useful for finding what was said in the same words, in any script. Not for meaning: that is `vectors`.

pub mod abbreviations;
pub mod bm25;
pub mod calendar;
pub mod changes;
pub mod clock;
pub mod dates;
pub mod day_words;
pub mod english;
pub mod holidays;
pub mod korean;
pub mod measures;
pub mod mentions;
pub mod names;
pub mod numbers;
pub mod passages;
pub mod persons;
pub mod postings;
pub mod requests;
pub mod slips;
pub mod terms;
pub mod tokenizer;
pub mod written;

pub use dates::WEEKDAYS;
pub use korean::Class;
pub use terms::{Analysis, analyse};
pub use tokenizer::{Script, Token, Tokens};
