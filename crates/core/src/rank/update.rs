//! What has changed since: of two blocks that both speak of what a query asks, and of which the later says that something is not as it was, the
//! later one answers how it is now.
//!
//! What was said first often says more of the subject ("my call with the director is on April 21 at 3 PM") than what changed it ("I moved the
//! call to the 22nd"), and would stand above it.

use super::weighing::Weighing;
use crate::id::BlockId;
use crate::index::state::Place;
use crate::query::{Hit, PRIOR};
use crate::segment::flag;
use crate::words::persons;

/// Hits, from the best on, of which one may stand for what another said before.
const HEAD: usize = 5;

/// How much of what the query's words are worth both have: less is another subject.
const COMMON_SHARE: f32 = 0.35;

/// A block that stands for what an earlier and better one said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Update {
    /// The later one.
    pub block: BlockId,
    /// By how much the earlier one scores more.
    pub lacks: f32,
}

impl Update {
    /// The best of the first hits that is one, if the query asks how things are.
    pub fn find(found: &Weighing<'_, '_>) -> Option<Self> {
        if found.query.weights.update == 0.0 || !found.prior.asks_how_it_is() {
            return None;
        }
        let (first, subject) = (found.leading(HEAD), Subject { found });
        first.iter().enumerate().find_map(|(at, later)| {
            let earlier = first[..at].iter().find(|earlier| subject.is_changed_by(earlier.place, later.place))?;
            Some(Self { block: later.id, lacks: earlier.score - later.score })
        })
    }

    /// Brings it up to where the earlier one is.
    pub fn lift(self, hit: &mut Hit, weight: f32) {
        hit.parts[PRIOR] += weight * self.lacks;
        hit.score = hit.parts.iter().sum();
    }
}

/// What the query is about.
struct Subject<'s, 'w, 'e> {
    found: &'s Weighing<'w, 'e>,
}

impl Subject<'_, '_, '_> {
    fn is_changed_by(&self, earlier: Place, later: Place) -> bool {
        self.flags(later) & flag::CHANGE != 0
            && self.was_said_before(earlier, later)
            && self.found.ground.have_one_source(earlier, later)
            && self.is_of(earlier)
            && self.is_of(later)
    }

    /// By the clock; of two of one time, as the paragraphs of a page are, the order tells only if somebody speaks of themselves, and asks that.
    fn was_said_before(&self, earlier: Place, later: Place) -> bool {
        let order = |place: Place| self.found.ground.view(place).order_of(place.block);
        let are_personal = self.flags(earlier) & self.flags(later) & flag::PERSONAL != 0
            && persons::speaks_of_oneself(&self.found.question.tokens);
        if are_personal { order(earlier) < order(later) } else { order(earlier).0 < order(later).0 }
    }

    fn flags(&self, place: Place) -> u8 {
        self.found.ground.view(place).flags_of(place.block)
    }

    /// Whether a block has enough of the query's words.
    fn is_of(&self, place: Place) -> bool {
        let (mut has, mut all) = (0.0, 0.0);
        for term in &self.found.evidence.words.worth.found {
            all += term.worth();
            has += if term.is_in_any(self.found.ground, &[place]) { term.worth() } else { 0.0 };
        }
        has > 0.0 && has >= COMMON_SHARE * all
    }
}
