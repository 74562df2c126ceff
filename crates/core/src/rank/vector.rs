//! The same meaning: the cosine of the query's vector and a block's nearest passage.

use super::best::{Best, Scored};
use super::deadline::Deadline;
use super::near::{Sought, near};
use super::runs::runs;
use super::sample::Sample;
use super::statistics::{Scale, Sums};
use super::view::{Ground, View};
use crate::bitmap::Bitmap;
use crate::id::Local;
use crate::index::state::Place;
use crate::query::Stage;
use crate::vectors::distance::prefetch_all;
use crate::vectors::{Code, Probe, graph};
use std::ops::Range;

/// Blocks of a part that may be hits up to which each one's vector is compared: quicker than any way around it.
const FEW: u32 = 1_024;

/// Blocks of a part for each of these, up to which it is quicker to compare all of them in the order in which they lie.
const DENSE_SHARE: u32 = 4;

/// Vectors that are compared between two looks at the clock.
const COMPARED_AT_ONCE: usize = 64;

/// Runs whose first vectors are on their way while those of one are compared.
pub const AHEAD: usize = 4;

/// Room that comparing takes.
#[derive(Default)]
pub struct Room {
    /// By passage of one part: the inner product with the query's vector.
    products: Vec<i32>,
    /// By part and passage: the same as a cosine, where all have been compared.
    cosines: Vec<Vec<f32>>,
    /// By passage of one part: in how many signs it differs.
    pub differences: Vec<u16>,
    /// How near passages are by their coarse codes.
    pub looks: Vec<(i32, u32)>,
    /// What a walk along a graph keeps.
    pub walk: graph::Room,
}

/// What the vectors say.
#[derive(Default)]
pub struct VectorScores<'a> {
    probe: Option<(Probe<'a>, f32)>,
    /// By part and block, where all of them have been compared.
    known: Option<Vec<Vec<f32>>>,
    /// By part and passage, where all of a part have been compared; of others, nothing.
    cosines: &'a [Vec<f32>],
    /// The scale of the scores.
    pub scale: Scale,
    /// The nearest of the blocks that may be hits.
    pub chosen: Vec<Scored>,
}

impl VectorScores<'_> {
    /// Whether the query has a vector.
    pub fn says_something(&self) -> bool {
        self.probe.is_some()
    }

    /// The score of a block.
    #[inline]
    pub fn of(&self, ground: &Ground<'_>, place: Place) -> f32 {
        match (&self.known, &self.probe) {
            (Some(known), _) => known[place.part as usize][place.block as usize],
            (None, Some((probe, scale))) => {
                let view = ground.view(place);
                match self.cosines_of(place.part) {
                    [] => cosine(view, place.block, probe, *scale),
                    cosines => nearest(view, place.block, cosines),
                }
            }
            (None, None) => 0.0,
        }
    }

    /// The scores of some blocks, in order.
    pub fn of_each(&self, ground: &Ground<'_>, places: &[Place], scores: &mut Vec<f32>) {
        let Some((probe, scale)) = &self.probe else { return scores.resize(scores.len() + places.len(), 0.0) };
        let is_known = |place: &Place| self.known.is_some() || !self.cosines_of(place.part).is_empty();
        let passages = |place: &Place| {
            let view = ground.view(*place);
            view.passages_of(place.block).map(move |passage| (view, passage as usize))
        };
        let unknown = places.iter().filter(|place| !is_known(place));
        let rows: Vec<&[i8]> = unknown.flat_map(passages).map(|(view, at)| view.code(at)).collect();
        let mut products = vec![0; rows.len()];
        probe.dot_some(&rows, &mut products);
        let mut products = products.iter();
        scores.extend(places.iter().map(|place| {
            if is_known(place) {
                return self.of(ground, *place);
            }
            let of = |((view, at), &product): ((&View<'_>, usize), &i32)| product as f32 * view.scales[at];
            passages(place).zip(products.by_ref()).map(of).fold(f32::NEG_INFINITY, f32::max) * scale
        }));
    }

    fn cosines_of(&self, part: u32) -> &'_ [f32] {
        self.cosines.get(part as usize).map_or(&[], Vec::as_slice)
    }
}

/// The best of a block's passages, of which the cosines are known.
#[inline]
fn nearest(view: &View<'_>, block: Local, cosines: &[f32]) -> f32 {
    let passages = view.passages_of(block);
    cosines[passages.start as usize..passages.end as usize].iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

/// Cosines of the table's vectors of a query and of passages that have nothing to do with it: between English questions and turns of LoCoMo 0.18, Korean
/// ones and sentences of KorQuAD 0.04, with deviations of 0.08.
pub const USUAL: Scale = Scale { mean: 0.1, deviation: 0.1 };

/// Compares those that stand for all, and those that look near, of which it chooses `depth`; if nothing stands for all, every block in scope. So many
/// have been chosen `by_words`. `usual` is what vectors usually are to a query with which they have nothing to do, if that is known.
pub fn score<'a>(
    ground: &Ground<'_>,
    code: Option<&'a Code>,
    sample: Option<&Sample>,
    (depth, by_words): (usize, usize),
    room: &'a mut Room,
    usual: Option<Scale>,
    deadline: &Deadline,
) -> VectorScores<'a> {
    let mut scores = VectorScores::default();
    let Some(code) = code.filter(|_| !deadline.cuts(Stage::Vector)) else { return scores };
    let (probe, mut sums) = (Probe::new(&code.bytes), Sums::default());
    scores.probe = Some((probe, code.scale));
    let mut best = Best::new(depth);
    let Some(sample) = sample else {
        let mut known: Vec<Vec<f32>> =
            ground.views.iter().map(|view| vec![0.0; view.segment.blocks() as usize]).collect();
        for (at, place) in ground.scope.places().enumerate() {
            if at % COMPARED_AT_ONCE == 0 && deadline.cuts(Stage::Vector) {
                break;
            }
            let score = cosine(ground.view(place), place.block, &probe, code.scale);
            known[place.part as usize][place.block as usize] = score;
            sums.add(score);
        }
        if let Some(usual) = usual {
            sums.fill_up(ground.scope.blocks, usual);
        }
        scores.known = Some(known);
        scores.scale = sums.own_scale();
        return scores;
    };
    let sought = Sought::new(code, depth, usual.is_some() && by_words >= depth);
    room.cosines.resize_with(ground.views.len().max(room.cosines.len()), Vec::new);
    room.cosines.iter_mut().for_each(Vec::clear);
    let mut cosines = Vec::new();
    for (number, view) in ground.views.iter().enumerate() {
        if number > 0 && deadline.cuts(Stage::Vector) {
            break;
        }
        let mut take = |block: Local, score: f32| {
            if best.may_take(score) {
                let place = Place { part: number as u32, block };
                best.take(Scored { score, id: ground.id(place), place });
            }
        };
        let inside = &ground.scope.parts[number];
        if inside.wanted_count <= FEW && inside.wanted_count >= view.segment.blocks() / DENSE_SHARE {
            compare_all(
                view,
                inside.wanted(),
                (&probe, code.scale),
                depth,
                (&mut room.products, &mut room.cosines[number]),
                take,
            );
        } else if inside.wanted_count <= FEW {
            compare_runs(view, &runs(view, inside.wanted_blocks()), (&probe, code.scale), &mut room.products, take);
        } else {
            let blocks = near(ground, number, view, &sought, room).into_iter();
            let places: Vec<Place> = blocks.map(|block| Place { part: number as u32, block }).collect();
            cosines.clear();
            scores.of_each(ground, &places, &mut cosines);
            places.iter().zip(&cosines).for_each(|(place, &cosine)| take(place.block, cosine));
        }
    }
    scores.cosines = &room.cosines;
    sample.each_cosine(&probe, |cosine| sums.add(cosine * code.scale));
    scores.scale = sums.own_scale();
    scores.chosen = best.into_vec();
    scores
}

/// Ready to compare any block; the scale is over some.
pub fn over<'a>(ground: &Ground<'_>, code: Option<&'a Code>, places: &[Place]) -> VectorScores<'a> {
    let mut scores = VectorScores::default();
    let Some(code) = code else { return scores };
    scores.probe = Some((Probe::new(&code.bytes), code.scale));
    let mut sums = Sums::default();
    let mut each = Vec::with_capacity(places.len());
    scores.of_each(ground, places, &mut each);
    each.iter().for_each(|&score| sums.add(score));
    scores.scale = sums.own_scale();
    scores
}

fn cosine(view: &View<'_>, block: Local, probe: &Probe<'_>, scale: f32) -> f32 {
    let of = |passage: u32| {
        let at = passage as usize;
        probe.dot(view.code(at)) as f32 * view.scales[at]
    };
    view.passages_of(block).map(of).fold(f32::NEG_INFINITY, f32::max) * scale
}

/// Compares the vectors of all blocks of a part, as they lie in memory, and gives the scores of those that may be hits: of all, or at least of the
/// `depth` best.
fn compare_all(
    view: &View<'_>,
    wanted: &Bitmap,
    (probe, scale): (&Probe<'_>, f32),
    depth: usize,
    (products, cosines): (&mut Vec<i32>, &mut Vec<f32>),
    mut take: impl FnMut(Local, f32),
) {
    products.resize(view.scales.len(), 0);
    probe.dot_each(view.codes, products);
    cosines.clear();
    cosines.extend(products.iter().zip(view.scales).map(|(&product, by)| product as f32 * by * scale));
    if !view.has_one_passage_a_block() || wanted.count() as usize != cosines.len() {
        for block in wanted.iter() {
            take(block, nearest(view, block, cosines));
        }
        return;
    }
    let least = reached(cosines, depth);
    for (block, &cosine) in (0..).zip(cosines.iter()) {
        if cosine >= least {
            take(block, cosine);
        }
    }
}

/// Compares the vectors of runs of passages, and gives the scores of their blocks.
fn compare_runs(
    view: &View<'_>,
    runs: &[Range<u32>],
    (probe, scale): (&Probe<'_>, f32),
    products: &mut Vec<i32>,
    mut take: impl FnMut(Local, f32),
) {
    let dimension = view.dimension;
    for (at, run) in runs.iter().enumerate() {
        if let Some(ahead) = runs.get(at + AHEAD) {
            prefetch_all(view.code(ahead.start as usize));
        }
        products.resize(run.len(), 0);
        let (first, end) = (run.start as usize, run.end as usize);
        probe.dot_each(&view.codes[first * dimension..end * dimension], products);
        let mut cosines = products.iter().zip(&view.scales[first..]).map(|(&product, by)| product as f32 * by * scale);
        for passages in view.owner[first..end].chunk_by(|a, b| a == b) {
            take(passages[0], cosines.by_ref().take(passages.len()).fold(f32::NEG_INFINITY, f32::max));
        }
    }
}

/// Scores of which only the best is looked at to find out what many reach.
const GROUP: usize = 8;

/// What at least `count` of some scores reach: as many groups of them have one that does.
fn reached(scores: &[f32], count: usize) -> f32 {
    let greater = |a: f32, b: f32| if b > a { b } else { a };
    let groups = scores.as_chunks::<GROUP>().0;
    let mut best: Vec<f32> =
        groups.iter().map(|group| group.iter().copied().fold(f32::NEG_INFINITY, greater)).collect();
    match count.checked_sub(1) {
        Some(last) if last < best.len() => *best.select_nth_unstable_by(last, |a, b| b.total_cmp(a)).1,
        _ => f32::NEG_INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_many_reach_it_as_it_says(scores in proptest::collection::vec(-1.0_f32..1.0, 0..600), count in 0_usize..60) {
            let least = reached(&scores, count);
            let reaching = scores.iter().filter(|&&score| score >= least).count();
            prop_assert!(reaching >= count.min(scores.len()));
        }
    }

    #[test]
    fn few_more_reach_it() {
        let scores: Vec<f32> = (0..1_000_u64).map(|at| crate::id::mix(at) as f32).collect();
        let least = reached(&scores, 48);
        assert!((48..100).contains(&scores.iter().filter(|&&score| score >= least).count()));
    }
}
