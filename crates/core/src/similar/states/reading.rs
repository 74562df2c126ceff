//! What a statement says of a state.

use super::english;
use super::korean;
use super::phrases::{STATES, Takes};
use super::value::Value;
use crate::embed::Table;
use crate::similar::places;
use crate::similar::statement::Statement;
use crate::vectors::Code;
use crate::words::Tokens;
use crate::words::tokenizer::is_hangul;
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
const KOREAN_TOWNS: &str = "서울 부산 대구 인천 수원 대전 전주 춘천";

/// How like these, on average, a word must be that may be a place: of 44 towns all but seven are; of 35 names of firms, programs and departments
/// three (Amazon, BMW, Teams). In Korean 강남 and 신촌 are, 마포 and 판교 are not; of 15 firms, rooms and programs none is.
const PLACE_MIN: f32 = 0.1;

/// What Korean names of districts and villages end with, from three syllables on.
const DISTRICTS: [char; 7] = ['시', '군', '구', '동', '읍', '면', '리'];

/// Say that a number is no age.
const UNITS: [char; 6] = ['%', '$', '\u{20ac}', '\u{a3}', '\u{20a9}', '\u{b0}'];

/// All that a sentence says by a phrase, as far as it commits to it: nothing of what is asked, quoted, or only may be.
pub fn readings(sentence: &str, statement: &Statement, table: &Table) -> Vec<Reading> {
    if statement.is_question
        || statement.limits() && !statement.is_of_habit()
        || sentence.contains(['"', '\u{201c}', '\u{300c}'])
    {
        return Vec::new();
    }
    let tokens = Tokens::new(sentence);
    let is_korean = statement.words.iter().any(|word| word.is_korean() || word.with.starts_with(is_hangul));
    let mut found = if is_korean {
        korean::readings(statement, tokens.list.last().map_or("", |&last| tokens.cased(last)))
    } else {
        english::readings(&tokens, statement)
    };
    let is_bare = !sentence.contains(UNITS);
    if statement.is_of_habit() {
        // I drink coffee every day: that may be over, but who stops to drink it every day may drink it on Sundays.
        found.retain(|reading| reading.phase == Phase::Holds && !reading.is_negated);
        found.iter_mut().for_each(|reading| reading.is_whole = false);
    }
    found.retain(|reading| is_likely(reading, table) && (is_bare || STATES[reading.state].takes != Takes::Age));
    found
}

/// Whether what somebody has moved to may be a place.
fn is_likely(reading: &Reading, table: &Table) -> bool {
    let Some(value) = &reading.value else { return true };
    if STATES[reading.state].takes != Takes::Place || reading.phase == Phase::Holds || places::is_listed(&value.words) {
        return true;
    }
    match &value.words[..] {
        // 고모 부산으로: who, and where.
        [_, _, ..] if value.words.iter().all(|word| word.starts_with(is_hangul)) => false,
        [one] if one.starts_with(is_hangul) => is_likely_korean(one, table),
        words => words.iter().any(|word| likeness(&table.encode_word(word), english_towns(table)) >= PLACE_MIN),
    }
}

fn is_likely_korean(word: &str, table: &Table) -> bool {
    let is_district = word.chars().count() > 2 && word.ends_with(DISTRICTS);
    let morphemes = table.morphemes(word);
    let token = morphemes.first().and_then(|first| first.token);
    is_district
        || token.is_some_and(|token| likeness(&table.direction(token).to_owned(), korean_towns(table)) >= PLACE_MIN)
}

fn english_towns(table: &Table) -> &'static [Code] {
    static PLACES: OnceLock<Vec<Code>> = OnceLock::new();
    PLACES.get_or_init(|| TOWNS.split(' ').map(|town| table.encode_word(town)).collect())
}

fn korean_towns(table: &Table) -> &'static [Code] {
    static PLACES: OnceLock<Vec<Code>> = OnceLock::new();
    PLACES.get_or_init(|| {
        let token = |town| table.morphemes(town).first().and_then(|first| first.token);
        KOREAN_TOWNS.split(' ').filter_map(token).map(|token| table.direction(token).to_owned()).collect()
    })
}

fn likeness(word: &Code, towns: &[Code]) -> f32 {
    let sum: f32 = towns.iter().map(|town| town.as_ref().cosine(word.as_ref())).sum();
    sum / towns.len().max(1) as f32
}
