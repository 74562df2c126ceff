//! The same meaning: the cosine of the query's vector and a block's nearest passage.

use super::best::{Best, Scored};
use super::scratch::Scratch;
use super::statistics::{Scale, Sums};
use super::view::{Ground, View};
use crate::bitmap::Bitmap;
use crate::id::Local;
use crate::index::state::Place;
use crate::segment::Section;
use crate::vectors::distance::prefetch_all;
use crate::vectors::graph::{Graph, Seen};
use crate::vectors::{Code, Probe, signs};

/// Blocks of a part that may be hits up to which each one's vector is compared: quicker than any way around it.
const FEW: u32 = 1_024;

/// Passages in scope up to which the signs of each one's vector are looked at: a nanosecond each, and nothing near is missed. Beyond, a walk along
/// a graph looks at a few.
const SIGNS_MAX: u64 = 100_000;

/// How wide that walk is at least: what lies far from everything else has few links that lead to it.
const BEAM: usize = 128;

/// For each block that is wanted so many are compared in full, after a look at the signs of all. One alone finds as much of what the ranking
/// ends up with; two are for vectors whose signs say less than those of the shipped table.
const COMPARED_PER_WANTED: usize = 2;

/// One passage in so many is counted to find out how many signs may differ: enough to come near the number that is wanted.
const JUDGED_BY: usize = 8;

/// Vectors that are on their way while one is compared.
const AHEAD: usize = 4;

/// What the vectors say.
pub struct VectorScores<'a> {
    probe: Option<(Probe<'a>, f32)>,
    /// By part and block, where all of them have been compared.
    known: Option<Vec<Vec<f32>>>,
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
            (None, Some((probe, scale))) => cosine(ground.view(place), place.block, probe, *scale),
            (None, None) => 0.0,
        }
    }
}

/// Compares every block in scope if `exact`; otherwise those that stand for all, and those that look near, of which it chooses `depth`.
pub fn score<'a>(
    ground: &Ground<'_>,
    code: Option<&'a Code>,
    exact: bool,
    depth: usize,
    scratch: &mut Scratch,
) -> VectorScores<'a> {
    let mut scores = VectorScores { probe: None, known: None, scale: Scale::default(), chosen: Vec::new() };
    let Some(code) = code else { return scores };
    let (probe, mut sums) = (Probe::new(&code.bytes), Sums::default());
    scores.probe = Some((probe, code.scale));
    let mut best = Best::new(depth);
    if exact {
        let mut known: Vec<Vec<f32>> =
            ground.views.iter().map(|view| vec![0.0; view.segment.blocks() as usize]).collect();
        for place in ground.scope.places() {
            let score = cosine(ground.view(place), place.block, &probe, code.scale);
            known[place.part as usize][place.block as usize] = score;
            sums.add(score);
        }
        scores.known = Some(known);
    } else {
        let sample = ground.sample();
        sample.iter().for_each(|&place| fetch(ground.view(place), place.block));
        sample.iter().for_each(|&place| sums.add(scores.of(ground, place)));
        scratch.seen.resize_with(ground.views.len().max(scratch.seen.len()), Seen::default);
        for (number, view) in ground.views.iter().enumerate() {
            near(ground, number, view, code, depth, scratch, |block| {
                let place = Place { part: number as u32, block };
                let score = scores.of(ground, place);
                if best.may_take(score) {
                    best.take(Scored { score, id: ground.id(place), place });
                }
            });
        }
    }
    scores.scale = sums.own_scale();
    scores.chosen = best.into_vec();
    scores
}

/// Ready to compare any block; the scale is over some.
pub fn over<'a>(ground: &Ground<'_>, code: Option<&'a Code>, places: &[Place]) -> VectorScores<'a> {
    let mut scores = VectorScores { probe: None, known: None, scale: Scale::default(), chosen: Vec::new() };
    let Some(code) = code else { return scores };
    scores.probe = Some((Probe::new(&code.bytes), code.scale));
    let mut sums = Sums::default();
    places.iter().for_each(|&place| fetch(ground.view(place), place.block));
    places.iter().for_each(|&place| sums.add(scores.of(ground, place)));
    scores.scale = sums.own_scale();
    scores
}

fn cosine(view: &View<'_>, block: Local, probe: &Probe<'_>, scale: f32) -> f32 {
    let of = |passage: u32| {
        let at = passage as usize;
        probe.dot(row(view, at)) as f32 * view.scales[at]
    };
    view.passages_of(block).map(of).fold(f32::NEG_INFINITY, f32::max) * scale
}

/// Asks for a block's vector before it is needed.
pub fn fetch(view: &View<'_>, block: Local) {
    let first = view.passages_of(block).start as usize;
    prefetch_all(row(view, first));
}

fn row<'a>(view: &View<'a>, passage: usize) -> &'a [i8] {
    let dimension = view.codes.len() / view.scales.len();
    &view.codes[passage * dimension..][..dimension]
}

/// Names the blocks of one part that look nearest among those that may be hits: all if they are few; along the graph if there is one; or by
/// the signs of their vectors. A block of several passages may be named more than once.
fn near(
    ground: &Ground<'_>,
    number: usize,
    view: &View<'_>,
    code: &Code,
    depth: usize,
    scratch: &mut Scratch,
    mut name: impl FnMut(Local),
) {
    let inside = &ground.scope.parts[number];
    let wanted = inside.wanted.as_ref().unwrap_or(&inside.blocks);
    if inside.wanted_count <= FEW {
        return wanted.iter().for_each(name);
    }
    let Scratch { seen, differences, .. } = scratch;
    let walked = if ground.scope.passages > SIGNS_MAX {
        along_graph(view, wanted, code, depth.max(BEAM), &mut seen[number])
    } else {
        None
    };
    let passages = walked.unwrap_or_else(|| by_signs(view, wanted, code, depth * COMPARED_PER_WANTED, differences));
    for (at, &passage) in passages.iter().enumerate() {
        if let Some(&ahead) = passages.get(at + AHEAD) {
            prefetch_all(row(view, ahead as usize));
        }
        name(view.owner[passage as usize]);
    }
}

fn along_graph(view: &View<'_>, wanted: &Bitmap, code: &Code, depth: usize, seen: &mut Seen) -> Option<Vec<u32>> {
    let entries: &[u32] = view.segment.column(Section::GraphEntries);
    if entries.is_empty() {
        return None;
    }
    let graph = Graph {
        links: view.segment.column(Section::GraphLinks),
        entries,
        codes: view.codes,
        scales: view.scales,
        dimension: code.bytes.len(),
    };
    let found = graph.search(code.as_ref(), depth, seen, |passage| wanted.contains(view.owner[passage as usize]))?;
    Some(found.into_iter().map(|(passage, _)| passage).collect())
}

/// The wanted passages whose vectors differ in the fewest signs from the query's: about `count`, and more where many differ in as many.
fn by_signs(view: &View<'_>, wanted: &Bitmap, code: &Code, count: usize, differences: &mut Vec<u16>) -> Vec<u32> {
    let mut query = Vec::with_capacity(signs::words(code.bytes.len()));
    signs::push(&code.bytes, &mut query);
    differences.resize(view.scales.len(), 0);
    signs::differences(view.signs, &query, differences);
    let is_wanted = |passage: usize| wanted.contains(view.owner[passage]);
    let most = bound(differences, is_wanted, count, code.bytes.len());
    let near = signs::at_most(differences, most).filter(|&passage| is_wanted(passage));
    near.map(|passage| passage as u32).collect()
}

/// The difference up to which `count` passages lie, judged by some of them.
fn bound(differences: &[u16], is_wanted: impl Fn(usize) -> bool, count: usize, dimension: usize) -> u16 {
    let mut histogram = vec![0_usize; dimension + 1];
    for passage in (0..differences.len()).step_by(JUDGED_BY) {
        histogram[usize::from(differences[passage])] += usize::from(is_wanted(passage));
    }
    let mut reached = 0;
    let most = histogram.iter().position(|&at| {
        reached += at;
        reached >= count.div_ceil(JUDGED_BY)
    });
    most.unwrap_or(dimension) as u16
}
