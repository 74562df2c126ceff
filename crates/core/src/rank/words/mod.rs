//! The same words: BM25 over the passages in scope, a block being as good as its best passage.
//!
//! Where the query's terms occur a few times, all of it is added up. Where they occur often, most passages cannot be among the best, and are
//! never looked at ([`pruned`], [`sifted`], by a bound that is [`expected`]); the scale of the scores then comes from blocks that are drawn by their ids ([`drawn`]), and what else is asked of a
//! block is looked up ([`windows`]).

mod added;
mod chosen;
mod drawn;
mod expected;
mod found;
mod likely;
mod pruned;
mod query;
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "elsewhere there is no kernel yet"))]
mod sieve;
mod sifted;
mod windows;

pub use found::{Found, Worth, counts, lookup};
pub use pruned::Cells;
pub use query::{QueryWords, Rarity};
pub use windows::Room as WindowRoom;

use super::best::Scored;
use super::deadline::Deadline;
use super::scratch::{Sparse, WordRoom};
use super::statistics::Scale;
use super::view::Ground;
use crate::index::state::{Part, Place};
use crate::query::Stage;
use crate::words::bm25::{Bm25, idf};
use std::cell::RefCell;
use windows::Windows;

/// Terms of a query that are looked up: a prompt may be long, but its rarest words say what it is about.
const TERMS_MAX: usize = u128::BITS as usize;

/// Passages in scope whose sums stay in a core's cache (512 KiB), so that it costs little to add up.
const CACHED_MAX: u64 = 131_072;

/// Postings up to which all are added up there, so that the scale is exact; and passages for each posting above that, up to which they are added up all the
/// same, since little could be left out.
const CACHED_ADDED_MAX: u64 = 8_192;
const CACHED_SHARE: u64 = 2;

/// Postings up to which all are added up elsewhere: it takes as long as to draw blocks for a scale.
const ADDED_MAX: u64 = 1_024;

/// Blocks for each in scope from which the samples of lists hold too few that are in scope, and all are added up.
const SHARE_MAX: u64 = 4;

/// What the words say.
pub struct WordScores<'a> {
    scores: Scores<'a>,
    /// What passages are worth to the query's terms.
    pub worth: &'a Worth<'a>,
    /// The scale of the scores.
    pub scale: Scale,
    /// The best of the blocks that may be hits.
    pub chosen: Vec<Scored>,
}

/// Where the score of a passage comes from.
enum Scores<'a> {
    /// All have been added up, by part.
    Added(&'a [Sparse]),
    /// It is looked up.
    LookedUp(RefCell<Windows<'a>>),
}

impl WordScores<'_> {
    /// Whether any block has any of the words.
    pub fn says_something(&self) -> bool {
        !self.worth.found.is_empty()
    }

    /// The score of a block.
    pub fn of(&self, ground: &Ground<'_>, place: Place) -> f32 {
        let mut score = 0.0;
        self.of_each(ground, std::iter::once(place), std::slice::from_mut(&mut score));
        score
    }

    /// The scores of some blocks, in order.
    #[inline]
    pub fn of_each(&self, ground: &Ground<'_>, places: impl Iterator<Item = Place> + Clone, scores: &mut [f32]) {
        match &self.scores {
            Scores::Added(sums) => {
                for (place, score) in places.zip(scores) {
                    let (view, sums) = (ground.view(place), &sums[place.part as usize]);
                    *score = if view.has_one_passage_a_block() {
                        sums.of(place.block)
                    } else {
                        view.passages_of(place.block).map(|passage| sums.of(passage)).fold(0.0, f32::max)
                    };
                }
            }
            Scores::LookedUp(windows) => windows.borrow().of_each(ground, places, scores),
        }
    }

    /// The same of turns around a good one: others beside them are asked for next.
    #[inline]
    pub fn of_turns(&self, ground: &Ground<'_>, places: impl Iterator<Item = Place> + Clone, scores: &mut [f32]) {
        match &self.scores {
            Scores::Added(_) => self.of_each(ground, places, scores),
            Scores::LookedUp(windows) => windows.borrow_mut().of_turns(ground, places, scores),
        }
    }
}

/// The terms of a query that occur in scope.
pub struct Terms<'a> {
    /// What passages are worth to them.
    pub worth: Worth<'a>,
    /// How rare each is.
    pub rarity: Rarity,
}

/// Looks up the terms of a query.
pub fn terms<'a>(ground: &Ground<'a>, query: &QueryWords) -> Terms<'a> {
    let scope = ground.scope;
    let mut found = found::lookup(ground, &query.terms);
    found.sort_by(|a, b| b.idf.total_cmp(&a.idf).then(a.term.hash.cmp(&b.term.hash)));
    let rarities = found.iter().map(|found| (found.term.hash, found.idf)).collect();
    let unseen = idf(scope.passages, 0);
    let rarity = Rarity::new(rarities, unseen);
    let weights: f32 = query.terms.iter().map(|term| term.weight).sum();
    let whole = found.iter().fold(weights * unseen, |whole, found| whole + found.worth() - found.term.weight * unseen);
    found.truncate(TERMS_MAX);
    Terms { worth: Worth::new(found, Bm25::new(scope.passages, scope.words), whole), rarity }
}

/// Scores some blocks in scope, and those `beside` them, and no others: the scale is over the former.
pub fn score_some<'a>(
    ground: &Ground<'_>,
    worth: &'a Worth<'a>,
    places: (&[Place], &[Place]),
    room: &'a mut WordRoom,
) -> WordScores<'a> {
    let scale = added::score_some(ground, worth, places, &mut room.sums);
    let scores = Scores::Added(&room.sums[..ground.views.len()]);
    WordScores { scores, worth, scale, chosen: Vec::new() }
}

/// Scores the blocks in scope that have a word of the query, each of them if `is_exact`, and chooses the `depth` best.
pub fn score<'a>(
    ground: &Ground<'_>,
    worth: &'a Worth<'a>,
    depth: usize,
    is_exact: bool,
    room: &'a mut WordRoom,
    deadline: &Deadline,
) -> WordScores<'a> {
    if deadline.cuts(Stage::Words) {
        return score_some(ground, worth, (&[], &[]), room);
    }
    if is_exact || is_added(ground, &worth.found) {
        let (scale, chosen) = added::score(ground, worth, depth, &mut room.sums, deadline);
        // What a search of more parts has left behind them is none of this one.
        let scores = Scores::Added(&room.sums[..ground.views.len()]);
        return WordScores { scores, worth, scale, chosen };
    }
    let drawn = drawn::draw(ground, worth, depth);
    let chosen = chosen::choose(ground, worth, depth, drawn.floor, &mut room.cells, deadline);
    let scores = Scores::LookedUp(RefCell::new(Windows::new(worth, &mut room.windows)));
    WordScores { scores, worth, scale: drawn.scale, chosen }
}

/// Whether all postings are added up. It is decided by what does not depend on how the blocks came to be in their segments.
fn is_added(ground: &Ground<'_>, found: &[Found<'_>]) -> bool {
    let live: u64 = ground.state.parts.iter().map(Part::live).map(u64::from).sum();
    let postings: u64 = found.iter().map(|found| found.count).sum();
    postings <= added_max(ground.scope.passages) || ground.scope.blocks < live / SHARE_MAX
}

/// Postings of so many passages up to which all are added up.
fn added_max(passages: u64) -> u64 {
    if passages <= CACHED_MAX { CACHED_ADDED_MAX.max(passages / CACHED_SHARE) } else { ADDED_MAX }
}
