//! Whom a query names, of those who said something in scope.

use super::scope::{PartScope, Scope};
use crate::id::hash;
use crate::index::State;
use crate::segment::{Section, Segment};
use crate::words::{Script, Token, Tokens, korean};
use std::collections::HashSet;

/// Sources that are told apart: a query that names more of them is about none in particular.
const NAMED_MAX: usize = 4;

/// The sources that a query names; of each, by part, its number there.
pub struct Named<'a> {
    names: Vec<&'a str>,
    numbers: Vec<Vec<Option<u32>>>,
}

impl<'a> Named<'a> {
    /// Those in scope whose names stand in the query; none if they are more than a few.
    pub fn new(state: &'a State, scope: &Scope, query: &Tokens) -> Self {
        let words = names(query).map(|token| word(query, token));
        let asked: HashSet<u64> = words.chain(query.list.iter().filter_map(|&token| owner(query, token))).collect();
        let mut names: Vec<&str> = Vec::new();
        for (part, inside) in state.parts.iter().zip(&scope.parts).filter(|(_, inside)| inside.count > 0) {
            for &number in asked.iter().flat_map(|&first| part.sources_named(first, first_word)) {
                let source = part.segment.source(number);
                if names.contains(&source)
                    || !is_named(source, &asked)
                    || !says_something(&part.segment, number, inside)
                {
                    continue;
                }
                if names.len() == NAMED_MAX {
                    return Self { names: Vec::new(), numbers: Vec::new() };
                }
                names.push(source);
            }
        }
        let number = |name: &str| state.parts.iter().map(|part| part.segment.find_source(name)).collect();
        let numbers = names.iter().map(|name| number(name)).collect();
        Self { names, numbers }
    }

    /// The one source that the query names, if it names just one.
    pub fn one(&self) -> Option<&'a str> {
        if let [name] = self.names[..] { Some(name) } else { None }
    }

    /// Whether any is named.
    pub fn is_any(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether what the source `number` of a part says is said by the one that is named; nothing if not just one is.
    #[inline]
    pub fn is_said_by_one(&self, part: u32, number: u32) -> Option<bool> {
        if let [numbers] = &self.numbers[..] { Some(numbers[part as usize] == Some(number)) } else { None }
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.names.iter().copied()
    }

    /// Whether the source `number` of a part is the one with this place among those named.
    #[inline]
    pub fn is_source(&self, name: usize, part: u32, number: u32) -> bool {
        self.numbers[name][part as usize] == Some(number)
    }

    /// The share of those named who are among some `sources`, each with its part.
    #[inline]
    pub fn share(&self, sources: &[Option<(u32, u32)>]) -> f32 {
        self.share_of(|name| sources.iter().flatten().any(|&(part, number)| self.is_source(name, part, number)))
    }

    /// The share of those named of whom this holds; each is asked about by its place among them.
    #[inline]
    pub fn share_of(&self, holds: impl Fn(usize) -> bool) -> f32 {
        let count = (0..self.names.len()).filter(|&name| holds(name)).count();
        count as f32 / self.names.len().max(1) as f32
    }
}

/// Whether a block in scope is of this source: who else there is must not show.
fn says_something(segment: &Segment, source: u32, inside: &PartScope) -> bool {
    let sources: &[u32] = segment.column(Section::Source);
    inside.any(|block| sources[block as usize] == source)
}

fn is_named(source: &str, asked: &HashSet<u64>) -> bool {
    let name = Tokens::new(source);
    name.list.iter().all(|&token| asked.contains(&word(&name, token)))
}

fn first_word(source: &str) -> Option<u64> {
    let name = Tokens::new(source);
    name.list.first().map(|&token| word(&name, token))
}

/// The words of a query that may be names: not the "will" of "When will Ann arrive?", nor the first word of "Will Ann come?".
fn names(query: &Tokens) -> impl Iterator<Item = Token> {
    let is_capital = |token: &Token| query.cased(*token).starts_with(char::is_uppercase);
    let is_i = |token: &Token| is_i(query.cased(*token));
    // Whoever writes "I" has not shown yet that he writes names with a capital: many keyboards do it for him.
    let has_capitals = query.list.iter().skip(1).any(|token| is_capital(token) && !is_i(token));
    let is_verb = move |at: usize, token: &Token| {
        let next = query.list.get(at + 1);
        let asks = at == 0 && next.is_some_and(is_capital);
        let is_plain = !is_capital(token) && (has_capitals || next.is_some_and(is_i));
        (asks || is_plain) && ALSO_VERBS.contains(&&*query.lower(*token))
    };
    query.list.iter().enumerate().filter(move |&(at, token)| !is_verb(at, token)).map(|(_, &token)| token)
}

/// Whether a word is "I", or begins with it: I'm, I'll, I've, I'd.
fn is_i(cased: &str) -> bool {
    cased.strip_prefix('I').is_some_and(|rest| rest.is_empty() || rest.starts_with(['\'', '’']))
}

/// Names that are verbs where they have no capital.
const ALSO_VERBS: [&str; 5] = ["will", "may", "can", "mark", "sue"];

/// A name in the possessive of which the apostrophe was left out: Annas.
fn owner(tokens: &Tokens, token: Token) -> Option<u64> {
    let is_name = token.script == Script::Latin && tokens.cased(token).starts_with(char::is_uppercase);
    let lower = tokens.lower(token);
    lower.strip_suffix('s').filter(|_| is_name).map(|name| hash(&[name.as_bytes()]))
}

/// A word of a name, whatever particle follows it.
fn word(tokens: &Tokens, token: Token) -> u64 {
    hash(&[korean::stem(&tokens.lower(token)).as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_is_no_name() {
        let named = |query: &str, name: &str| {
            let query = Tokens::new(query);
            names(&query).any(|token| query.lower(token) == name)
        };
        for (query, name) in [
            ("What did Will say?", "will"),
            ("Will said what?", "will"),
            ("what did will say", "will"),
            ("Where does May live?", "may"),
            ("When will Ann arrive?", "ann"),
            ("what did will say when I left", "will"),
            ("what did will say, I'm curious", "will"),
            ("what did will say, I’ve forgotten", "will"),
            ("what did will say that I'd like", "will"),
        ] {
            assert!(named(query, name), "{query}");
        }
        for (query, name) in [
            ("When will Ann arrive?", "will"),
            ("Will Ann come?", "will"),
            ("Which day did Tom mark?", "mark"),
            ("Will I see the dentist?", "will"),
            ("what will I need", "will"),
        ] {
            assert!(!named(query, name), "{query}");
        }
    }
}
