//! The best of all parts, by a bound that is expected beforehand: most passages are passed over from the first on.
//!
//! If fewer reach it than are asked for, which seldom happens, it is all done again without.

use super::expected::expected;
use super::found::Worth;
use super::likely::Likely;
use super::pruned::{Cells, Hunt};
use super::sieve::STRETCH;
use crate::index::state::Place;
use crate::query::Stage;
use crate::rank::best::{Best, Scored};
use crate::rank::deadline::Deadline;
use crate::rank::view::Ground;
use crate::words::postings::CONTAINER;

/// Passages from which on the first stretch tells what to expect of all: sixteen times as many.
const TOLD_MIN: u64 = 16 * STRETCH as u64;

/// One block in so many may be none of the hits: some are always old versions.
const PASSED_BY: u64 = 8;

/// The `depth` best of the blocks that may be hits, as many of which are known to reach `floor`.
pub fn choose(
    ground: &Ground<'_>,
    worth: &Worth<'_>,
    depth: usize,
    floor: f32,
    cells: &mut Cells,
    deadline: &Deadline,
) -> Vec<Scored> {
    cells.sums.resize(CONTAINER as usize, 0.0);
    cells.steps.resize(STRETCH, 0);
    let average = ground.scope.words as f32 / ground.scope.passages.max(1) as f32;
    let mut search = Search { ground, worth, depth, average, cells, deadline };
    let expected = search.expected().unwrap_or(f32::NEG_INFINITY);
    let mut likely = Likely::new(depth, floor).expecting(expected, search.told_passages());
    search.everywhere(&mut likely);
    if !likely.is_as_expected() && !deadline.cuts(Stage::Words) {
        likely = Likely::new(depth, floor);
        search.everywhere(&mut likely);
    }
    let mut best = Best::new(depth);
    let places: Vec<Place> = likely.into_places().collect();
    places.iter().for_each(|&place| ground.fetch_id(place));
    for (&place, score) in places.iter().zip(worth.of_each(ground, &places)) {
        best.take(Scored { score, id: ground.id(place), place });
    }
    best.into_vec()
}

/// The search of all parts.
struct Search<'a, 'g> {
    ground: &'a Ground<'g>,
    worth: &'a Worth<'g>,
    depth: usize,
    average: f32,
    cells: &'a mut Cells,
    deadline: &'a Deadline,
}

impl Search<'_, '_> {
    /// What the best may be expected to reach.
    fn expected(&self) -> Option<f32> {
        let scope = self.ground.scope;
        let wanted = self.depth as f32 * scope.blocks as f32 / scope.wanted.max(1) as f32;
        let sum = expected(self.worth, scope.passages, wanted)?;
        Some(sum * self.worth.bm25.saturate(1.0, self.average))
    }

    /// How many passages there are, if the first of them tell what to expect of all: they are few beside the others, so that they seldom hold more of the
    /// best than others do, and nearly all blocks may be hits: those of a filter may lie together.
    fn told_passages(&self) -> Option<u64> {
        let scope = self.ground.scope;
        let blocks: u64 = self.ground.state.parts.iter().map(|part| u64::from(part.segment.blocks())).sum();
        let is_plain = scope.wanted >= blocks - blocks / PASSED_BY;
        (is_plain && scope.passages >= TOLD_MIN).then_some(scope.passages)
    }

    fn everywhere(&mut self, likely: &mut Likely) {
        let Self { ground, worth, depth, average, deadline, .. } = *self;
        for (number, (view, inside)) in (0_u32..).zip(ground.views.iter().zip(&ground.scope.parts)) {
            if inside.wanted_count > 0 {
                let (cells, likely) = (&mut *self.cells, &mut *likely);
                let (norms, needs) = (&*worth.norms, None);
                Hunt { worth, norms, view, inside, number, depth, average, needs, cells, likely, deadline }
                    .everywhere();
            }
        }
    }
}
