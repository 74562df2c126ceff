//! What begins, changes and ends a state: "I moved to Leipzig" is no longer "I live in Hamburg", though they share no word.
//!
//! A state (where one lives, what something costs) has phrases that say that it holds, that it begins, or that it ends. What a statement
//! says by one of them is a [`Reading`]; two readings of one state and one owner may exclude each other ([`change`]). The phrases are data, in
//! [`phrases`]; what no phrase says word for word is not read.

mod change;
mod english;
mod korean;
mod phrases;
mod reading;
mod value;

pub use change::change;
pub use phrases::{JOBS, TOLD, cues};
pub use reading::{Reading, readings};
