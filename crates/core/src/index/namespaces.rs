//! Which namespaces there are, and how many blocks are in each.

use super::State;
use super::state::Place;
use crate::rank::Scope;
use crate::segment::Segment;
use std::ops::Range;

/// The namespaces at or below `under` that come after `after`, in order, each with how many of its own blocks a scope wants; up to
/// `limit` of them. One with none is passed over.
pub fn list(state: &State, scope: &Scope, under: &str, after: Option<&str>, limit: usize) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let mut runs = runs(state, under, after);
    while found.len() < limit {
        let Some(name) = runs.iter().map(|run| run.name(state)).min().map(str::to_owned) else { break };
        let count = runs.iter_mut().filter(|run| run.name(state) == name).map(|run| run.take(state, scope)).sum();
        runs.retain(|run| !run.numbers.is_empty());
        if count > 0 {
            found.push((name, count));
        }
    }
    found
}

/// Namespaces of one part, in order, of which none has been counted yet; never empty.
struct Run {
    part: u32,
    numbers: Range<u32>,
}

impl Run {
    fn name<'a>(&self, state: &'a State) -> &'a str {
        self.segment(state).namespace(self.numbers.start)
    }

    /// Counts its first namespace, and leaves it behind.
    fn take(&mut self, state: &State, scope: &Scope) -> u64 {
        let blocks = self.segment(state).conversation(self.numbers.start);
        self.numbers.start += 1;
        blocks.iter().filter(|&&block| scope.wants(Place { part: self.part, block })).count() as u64
    }

    fn segment<'a>(&self, state: &'a State) -> &'a Segment {
        &state.parts[self.part as usize].segment
    }
}

fn runs(state: &State, under: &str, after: Option<&str>) -> Vec<Run> {
    let mut runs = Vec::new();
    for (part, number) in state.parts.iter().zip(0..) {
        for numbers in part.segment.namespaces_under(under) {
            let numbers = first_after(&part.segment, numbers.clone(), after)..numbers.end;
            if !numbers.is_empty() {
                runs.push(Run { part: number, numbers });
            }
        }
    }
    runs
}

/// The first of these numbers whose name comes after `after`, by bisection.
fn first_after(segment: &Segment, numbers: Range<u32>, after: Option<&str>) -> u32 {
    let Some(after) = after else { return numbers.start };
    let (mut low, mut high) = (numbers.start, numbers.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if segment.namespace(middle) <= after {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
