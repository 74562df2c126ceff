//! The same again, or its opposite: what a new text has to do with those that are there already.
//!
//! Useful when a block is added: [`nearest`] names the few that may say the same, [`compare`] tells whether one does, or cannot hold beside it. It
//! works by words, numbers and closed lists, and says why; not by judgement, so what it cannot tell it leaves alone. Where a state is said to
//! begin or to end in other words than it was said to hold in, [`states`] knows the phrases.

mod adjuncts;
mod compare;
mod korean;
mod lexicon;
mod nearest;
mod normal;
mod phones;
mod places;
mod roles;
mod sentences;
mod statement;
mod states;
mod subject;
mod texts;

pub use compare::{Comparison, Difference, Reason, compare};
pub use nearest::nearest;
pub use normal::{digest, normal};
pub use statement::Statement;
pub use texts::Text;
