//! What keeps a block out of a search, whatever it says: the same rules as [`Part::visible`] and the scope have, one by one.

use crate::filter::{Filter, fact};
use crate::id::{Local, NO_TIME, TimeUs};
use crate::index::State;
use crate::index::state::{Part, Place, QUARANTINED};
use crate::query::Query;
use crate::segment::{Section, flag};
use serde_json::Value;

/// A part of what a caller asks of blocks, and what it is called.
pub struct Clause {
    /// As it is called outside.
    pub name: String,
    /// What must hold.
    pub filter: Filter,
}

/// Everything that keeps a block out; nothing if it may be a hit.
pub fn reasons(state: &State, place: Place, query: &Query, clauses: &[Clause]) -> Vec<String> {
    let part = &state.parts[place.part as usize];
    let is_outside = !is_within(state.namespace(place), &query.namespace);
    let mut reasons: Vec<String> = is_outside.then(|| "namespace".to_owned()).into_iter().collect();
    let hidden = HIDDEN.iter().filter(|(_, hides)| hides(part, place.block, query));
    reasons.extend(hidden.map(|&(name, _)| name.to_owned()));
    let fails = |clause: &&Clause| !clause.filter.evaluate(&part.segment).contains(place.block);
    reasons.extend(clauses.iter().filter(fails).map(|clause| clause.name.clone()));
    reasons
}

/// A rule that hides blocks from a query.
type Hides = fn(&Part, Local, &Query) -> bool;

const HIDDEN: [(&str, Hides); 6] = [
    ("expired", |part, block, query| time(part, block, Section::ExpiresAt).is_some_and(|at| at <= query.moment())),
    ("not_yet_valid", |part, block, query| {
        !query.history && time(part, block, Section::ValidFrom).is_some_and(|at| at > query.moment())
    }),
    ("no_longer_valid", |part, block, query| {
        !query.history && time(part, block, Section::ValidTo).is_some_and(|at| at <= query.moment())
    }),
    ("not_yet_recorded", |part, block, query| {
        query.as_of.zip(time(part, block, Section::AddedAt)).is_some_and(|(then, added_at)| added_at > then)
    }),
    ("superseded", |part, block, query| !query.history && is_superseded(part, block, query.as_of)),
    ("quarantined", |part, block, query| !query.history && is_quarantined(part, block)),
];

fn is_within(namespace: &str, root: &str) -> bool {
    root.is_empty() || namespace.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn time(part: &Part, block: Local, section: Section) -> Option<TimeUs> {
    Some(part.segment.column::<TimeUs>(section)[block as usize]).filter(|&at| at != NO_TIME)
}

fn is_superseded(part: &Part, block: Local, then: Option<TimeUs>) -> bool {
    let (blocks, times) = part.segment.numbers(fact::field("superseded_at"));
    let was_later =
        || then.zip(blocks.binary_search(&block).ok()).is_some_and(|(then, number)| times[number] > then as f64);
    part.segment.flags()[block as usize] & flag::SUPERSEDED != 0 && !was_later()
}

fn is_quarantined(part: &Part, block: Local) -> bool {
    let flag = fact::element("flags", &Value::String(QUARANTINED.to_owned()));
    part.segment.fact(flag).contains(&block)
}
