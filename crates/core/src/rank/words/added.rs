//! Every posting in scope, added up.

use super::found::Worth;
use crate::id::Local;
use crate::index::state::Place;
use crate::query::Stage;
use crate::rank::best::{Best, Scored};
use crate::rank::deadline::Deadline;
use crate::rank::scratch::Sparse;
use crate::rank::statistics::{BLOCKS_MIN, Scale, Sums};
use crate::rank::view::{Ground, View};

/// The deviation of what blocks are worth to a query with which they have nothing to do, as a share of what one would be worth that has all of its
/// words. In conversations and encyclopaedias of both languages it is 0.01 to 0.06; with twice as much a block that has all words stands out more than one
/// that has a few of them, though either is compared with itself.
const USUAL_SHARE: f32 = 0.1;

/// Fills `scores`, by part; the scale of the blocks' scores, and the `depth` best of those that may be hits.
pub fn score(
    ground: &Ground<'_>,
    worth: &Worth<'_>,
    depth: usize,
    scores: &mut Vec<Sparse>,
    deadline: &Deadline,
) -> (Scale, Vec<Scored>) {
    let scope = ground.scope;
    scores.resize_with(ground.views.len().max(scores.len()), Sparse::default);
    let (mut sums, mut best) = (Sums::default(), Best::new(depth));
    for (number, view) in ground.views.iter().enumerate() {
        let (sums_of_part, inside) = (&mut scores[number], &scope.parts[number]);
        sums_of_part.reset(view.lengths.len());
        add_up(ground, worth, number, sums_of_part, deadline);
        each_block(view, sums_of_part, |block, score| {
            sums.add(score);
            if best.may_take(score) && inside.wants(block) {
                let place = Place { part: number as u32, block };
                best.take(Scored { score, id: ground.id(place), place });
            }
        });
    }
    sums.fill_up(scope.blocks, Scale { mean: 0.0, deviation: USUAL_SHARE * worth.whole });
    (sums.scale(scope.blocks.max(BLOCKS_MIN)), best.into_vec())
}

/// Calls `take` with each block that has a score, and that: as much as its best passage.
#[inline]
fn each_block(view: &View<'_>, scores: &Sparse, mut take: impl FnMut(Local, f32)) {
    if view.has_one_passage_a_block() {
        return scores.touched().iter().for_each(|&block| take(block, scores.of(block)));
    }
    for &passage in scores.touched() {
        let block = view.owner[passage as usize];
        let passages = view.passages_of(block);
        // Unless the block was met by an earlier passage.
        if (passages.start..passage).all(|before| scores.of(before) == 0.0) {
            take(block, passages.map(|passage| scores.of(passage)).fold(0.0, f32::max));
        }
    }
}

/// Fills `scores`, by part, with those of some blocks and of those `beside`; the scale over the former.
pub fn score_some(
    ground: &Ground<'_>,
    worth: &Worth<'_>,
    (places, beside): (&[Place], &[Place]),
    scores: &mut Vec<Sparse>,
) -> Scale {
    scores.resize_with(ground.views.len().max(scores.len()), Sparse::default);
    for (sums, view) in scores.iter_mut().zip(&ground.views) {
        sums.reset(view.lengths.len());
    }
    let mut score = |place: Place| {
        let (view, mut best) = (ground.view(place), 0.0_f32);
        for passage in view.passages_of(place.block) {
            let score = worth.of_passage(view, place.part, passage);
            if score > 0.0 {
                scores[place.part as usize].add(passage, score);
            }
            best = best.max(score);
        }
        best
    };
    let mut sums = Sums::default();
    places.iter().for_each(|&place| sums.add(score(place)));
    beside.iter().filter(|place| !places.contains(place)).for_each(|&place| {
        score(place);
    });
    sums.own_scale()
}

/// Adds up what each passage of a part is worth.
fn add_up(ground: &Ground<'_>, worth: &Worth<'_>, part: usize, scores: &mut Sparse, deadline: &Deadline) {
    let (view, inside) = (&ground.views[part], &ground.scope.parts[part]);
    for found in &worth.found {
        if deadline.cuts(Stage::Words) {
            break; // the rarest have been added
        }
        let each = found.worth();
        found.lists[part].each_inside(view, inside, |posting| {
            let (passage, count) = (posting >> 8, posting & 0xff);
            scores.add(passage, each * worth.saturate(count as u8, view.lengths[passage as usize]));
        });
    }
}
