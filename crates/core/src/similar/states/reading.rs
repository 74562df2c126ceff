//! What a statement says of a state.

use super::english;
use super::korean;
use super::phrases::{STATES, Takes};
use super::value::Value;
use crate::embed::Table;
use crate::similar::statement::Statement;
use crate::words::Tokens;
use std::sync::OnceLock;

/// What becomes of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It is so.
    Holds,
    /// It is so from then on.
    Begins,
    /// It is so from then on, and was otherwise before.
    Turns,
    /// It is no longer so.
    Ends,
}

/// Whose state it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of who speaks.
    Speaker,
    /// Of who speaks, with others.
    Group,
    /// Of who speaks, and of somebody else: my husband and I.
    Company,
    /// Of something that is the speaker's: my rent.
    Mine,
    /// Of what is known by that name: Nora, the rent.
    Known,
    /// Of somebody's, or of one of several: her rent, a rent.
    Another,
}

/// Who or what is in the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its words; none if it is the speaker.
    pub words: Vec<String>,
    /// Whose that is.
    pub whose: Whose,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Which of the states.
    pub state: usize,
    /// What becomes of it.
    pub phase: Phase,
    /// Whose it is.
    pub owner: Owner,
    /// What is so, or no longer so; None if the phrase does not say.
    pub value: Option<Value>,
    /// What is over, if the phrase says that too.
    pub gone: Option<Value>,
    /// Whether nothing is said beside.
    pub is_whole: bool,
    /// Whether the phrase as often says something else.
    pub is_doubtful: bool,
    /// Whether it denies it.
    pub is_negated: bool,
    /// Whether it says that this is so now.
    pub is_now: bool,
}

/// Towns, of which a word that is like them is one, too.
const TOWNS: &str = "london paris berlin chicago tokyo madrid sydney dublin";

/// How like these, on average, a word must be that may be a place, and that is sure to be one: of 44 towns all but seven, and all but eleven,
/// are; of 35 names of firms, programs and departments three (Amazon, BMW, Teams), and none.
const PLACE_MIN: f32 = 0.1;
const PLACE_SURE: f32 = 0.2;

/// All that a sentence says by a phrase, as far as it commits to it: nothing of what is asked, quoted, or only may be.
pub fn readings(sentence: &str, statement: &Statement, table: &Table) -> Vec<Reading> {
    if statement.is_question || statement.qualifiers != 0 || sentence.contains(['"', '\u{201c}', '\u{300c}']) {
        return Vec::new();
    }
    let tokens = Tokens::new(sentence);
    let is_korean = statement.words.iter().any(|word| word.is_korean());
    let mut found = if is_korean {
        korean::readings(statement, tokens.list.last().map_or("", |&last| tokens.cased(last)))
    } else {
        english::readings(&tokens, statement)
    };
    found.retain_mut(|reading| is_likely(reading, table));
    found
}

/// Whether what somebody has moved to may be a place.
fn is_likely(reading: &mut Reading, table: &Table) -> bool {
    if STATES[reading.state].takes != Takes::Place || !reading.is_doubtful {
        return true;
    }
    let Some(value) = &reading.value else { return true };
    let likeness = value.words.iter().map(|word| like_a_town(word, table)).fold(f32::MIN, f32::max);
    // Berlin Street is no town, and New York has no sign that it is one.
    reading.is_doubtful = likeness < PLACE_SURE || value.words.len() > 1;
    likeness >= PLACE_MIN
}

fn like_a_town(word: &str, table: &Table) -> f32 {
    static PLACES: OnceLock<Vec<crate::vectors::Code>> = OnceLock::new();
    let towns = PLACES.get_or_init(|| TOWNS.split(' ').map(|town| table.encode_word(town)).collect());
    let word = table.encode_word(word);
    towns.iter().map(|town| town.as_ref().cosine(word.as_ref())).sum::<f32>() / towns.len() as f32
}
