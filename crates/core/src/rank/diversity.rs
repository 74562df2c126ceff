//! Hits of several sessions: one counts less for each better one of its session (its namespace), so that one session does not take all places.
//!
//! It is what maximal marginal relevance does (Carbonell and Goldstein 1998), where two hits are alike if they are of one session: of what is left, the next is
//! always the one that scores most, less what those chosen before it take from it. Within a session the order stays, so how many are chosen before one
//! is how many are better, and nothing need be chosen step by step.

use super::view::Ground;
use crate::id::{BlockId, Score, hash};
use crate::query::{CONVERSATION, Hit};
use std::collections::HashMap;

/// Takes from each hit what the better ones of its session are worth, at `weight` each.
pub fn spread(ground: &Ground<'_>, hits: &mut [Hit], weight: f32) {
    if weight == 0.0 {
        return;
    }
    let mut sessions: HashMap<u64, Vec<&mut Hit>> = HashMap::new();
    for hit in hits {
        if let Some(session) = session(ground, hit.block) {
            sessions.entry(session).or_default().push(hit);
        }
    }
    for mut session in sessions.into_values() {
        session.sort_unstable_by(|a, b| order(a, b));
        session.into_iter().enumerate().for_each(|(better, hit)| lower(hit, weight, better));
    }
}

/// How many of some `hits` are better than another, and of its session.
pub fn better(ground: &Ground<'_>, hits: &[Hit], than: &Hit) -> usize {
    let own = session(ground, than.block);
    hits.iter().filter(|hit| order(hit, than).is_lt() && session(ground, hit.block) == own).count()
}

/// Takes from a hit what so many better ones are worth.
pub fn lower(hit: &mut Hit, weight: f32, better: usize) {
    hit.parts[CONVERSATION] -= weight * better as Score;
    hit.score = hit.parts.iter().sum();
}

/// The better one first; of two equals the newer.
fn order(a: &Hit, b: &Hit) -> std::cmp::Ordering {
    b.score.total_cmp(&a.score).then(b.block.cmp(&a.block))
}

/// By the name of its namespace.
fn session(ground: &Ground<'_>, block: BlockId) -> Option<u64> {
    let place = ground.state.locate(block)?;
    let view = ground.view(place);
    Some(hash(&[view.segment.namespace(view.namespace_of(place.block)).as_bytes()]))
}
