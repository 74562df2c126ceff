//! Whom a query names, of those who said something in scope.

use super::called::{self, Called};
use super::scope::{PartScope, Scope};
use crate::index::State;
use crate::segment::{Section, Segment};
use crate::words::Tokens;

/// Sources that are told apart: a query that names more of them is about none in particular.
const NAMED_MAX: usize = 4;

/// The sources that a query names; of each, by part, its number there.
pub struct Named<'a> {
    names: Vec<&'a str>,
    numbers: Vec<Vec<Option<u32>>>,
}

impl<'a> Named<'a> {
    /// Those in scope whose names stand in the query, or a word of a longer name that is of nobody else in scope; none if they are more than a few.
    pub fn new(state: &'a State, scope: &Scope, query: &Tokens) -> Self {
        let called = Called::new(query);
        let (mut whole, mut short) = (Vec::new(), Vec::new());
        for &word in called.words() {
            let named = speaking(state, scope, word, |source| called.is_whole(source));
            if named.is_empty() && called.is_name(word) {
                let others = speaking(state, scope, word, |source| called::is_enough(source, word));
                short.extend(others.first().filter(|_| others.len() == 1).copied());
            }
            whole.extend(named);
        }
        let mut names = [whole, short].concat();
        names.sort_unstable();
        names.dedup();
        if names.len() > NAMED_MAX {
            names.clear();
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

/// Such sources in scope as may be called by a word, as far as they are needed to tell that they are more than a few.
fn speaking<'a>(state: &'a State, scope: &Scope, word: u64, is_such: impl Fn(&str) -> bool) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for (part, inside) in state.parts.iter().zip(&scope.parts).filter(|(_, inside)| inside.count > 0) {
        let called = part.sources_called(word, called::each_name).iter().copied();
        let sources: Vec<u32> = called.filter(|&source| is_such(part.segment.source(source))).collect();
        for source in those_who_speak(&part.segment, &sources, inside) {
            let name = part.segment.source(source);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Those of some sources of which a block in scope is: who else there is must not show.
fn those_who_speak(segment: &Segment, sources: &[u32], inside: &PartScope) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    if sources.is_empty() {
        return found;
    }
    let of: &[u32] = segment.column(Section::Source);
    inside.any(|block| {
        let source = of[block as usize];
        if sources.binary_search(&source).is_ok() && !found.contains(&source) {
            found.push(source);
        }
        found.len() == sources.len() || found.len() > NAMED_MAX
    });
    found
}
