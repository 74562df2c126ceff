//! What speaks for a block before its content is looked at: who said it, when, and in what manner.

use super::fading::Fading;
use super::scope::{PartScope, Scope};
use super::words::QueryWords;
use crate::id::hash;
use crate::index::State;
use crate::index::state::Place;
use crate::query::{Query, Weights};
use crate::segment::{Section, Segment, flag};
use crate::words::{Token, Tokens, dates, korean};
use std::collections::HashSet;

/// Priors for one query.
pub struct Prior<'a> {
    state: &'a State,
    weights: &'a Weights,
    fading: Fading,
    asks_when: bool,
    /// By part: the number of the one source that the query names, if it names just one.
    named: Option<Vec<Option<u32>>>,
}

impl<'a> Prior<'a> {
    /// Finds out which source the query names, and whether it asks for a time.
    pub fn new(state: &'a State, scope: &Scope, query: &'a Query, question: &QueryWords) -> Self {
        Self {
            state,
            weights: &query.weights,
            fading: Fading::new(query),
            asks_when: dates::asks_when(&question.tokens),
            named: named_source(state, scope, &question.tokens),
        }
    }

    /// What speaks for (or against) a block; `before` is the turn before it.
    pub fn score(&self, place: Place, before: Option<Place>) -> f32 {
        let (segment, at) = (self.state.segment(place), place.block as usize);
        let flags = segment.flags()[at];
        let mut score = self.weights.importance * (segment.column::<f32>(Section::Importance)[at] - 0.5);
        score += self.fading.score(segment, place);
        if self.asks_when && flags & flag::TEMPORAL != 0 {
            score += self.weights.time;
        }
        if flags & flag::MESSAGE == 0 {
            return score;
        }
        if flags & flag::QUESTION != 0 {
            score += self.weights.question;
        }
        if let Some(named) = &self.named {
            let said_by_them = named[place.part as usize] == Some(self.source(place));
            score += if said_by_them { self.weights.source } else { -self.weights.source };
        }
        if before.is_some_and(|before| self.is_question(before) && self.source_name(before) != self.source_name(place))
        {
            score += self.weights.answer;
        }
        score
    }

    fn source(&self, place: Place) -> u32 {
        self.state.segment(place).column::<u32>(Section::Source)[place.block as usize]
    }

    fn source_name(&self, place: Place) -> &str {
        self.state.segment(place).source(self.source(place))
    }

    fn is_question(&self, place: Place) -> bool {
        self.state.segment(place).flags()[place.block as usize] & flag::QUESTION != 0
    }
}

/// The source in scope whose name stands in the query, by part; nothing if there is none, or more than one.
fn named_source(state: &State, scope: &Scope, query: &Tokens) -> Option<Vec<Option<u32>>> {
    let asked: HashSet<u64> = query.list.iter().map(|&token| word(query, token)).collect();
    let mut name: Option<&str> = None;
    for (part, inside) in state.parts.iter().zip(&scope.parts) {
        for &number in asked.iter().flat_map(|&first| part.sources_named(first, first_word)) {
            let source = part.segment.source(number);
            if name == Some(source) || !is_named(source, &asked) || !says_something(&part.segment, number, inside) {
                continue;
            }
            if name.is_some() {
                return None;
            }
            name = Some(source);
        }
    }
    name.map(|name| state.parts.iter().map(|part| part.segment.find_source(name)).collect())
}

/// Whether a block in scope is of this source: who else there is must not show.
fn says_something(segment: &Segment, source: u32, inside: &PartScope) -> bool {
    let sources: &[u32] = segment.column(Section::Source);
    inside.blocks.iter().any(|block| sources[block as usize] == source)
}

fn is_named(source: &str, asked: &HashSet<u64>) -> bool {
    let name = Tokens::new(source);
    name.list.iter().all(|&token| asked.contains(&word(&name, token)))
}

fn first_word(source: &str) -> Option<u64> {
    let name = Tokens::new(source);
    name.list.first().map(|&token| word(&name, token))
}

/// A word of a name, whatever particle follows it.
fn word(tokens: &Tokens, token: Token) -> u64 {
    hash(&[korean::stem(&tokens.lower(token)).as_bytes()])
}
