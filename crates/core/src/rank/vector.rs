//! The same meaning: the cosine of the query's vector and a block's nearest passage.

use super::Scores;
use super::scope::Scope;
use super::statistics::{Scale, Sums};
use crate::bitmap::Bitmap;
use crate::index::State;
use crate::index::state::Place;
use crate::query::Query;
use crate::segment::{Section, Segment};
use crate::vectors::graph::{Graph, Seen};
use crate::vectors::{Code, CodeRef, dot};

/// Passages in scope up to which every vector is looked at: 256 components cost some 20 ns each, so this is half a millisecond.
pub const SCAN_MAX: u64 = 25_000;

/// Blocks that stand for all others where not every vector is looked at: enough for a mean within 5 % of a deviation.
const SAMPLE: u64 = 512;

/// How wide the walk in a graph is; what is found beyond the candidates makes recall.
pub const BEAM: usize = 128;

/// What the vectors say.
pub struct VectorScores<'a> {
    scores: Scores,
    code: Option<&'a Code>,
    state: &'a State,
    is_complete: bool,
    /// The scale of the scores.
    pub scale: Scale,
    /// What the walks found, where there were walks.
    pub found: Vec<Place>,
}

impl VectorScores<'_> {
    /// The score of a block; looked at now if it was not before.
    pub fn of(&self, place: Place) -> f32 {
        match (self.is_complete, self.code) {
            (true, _) => self.scores.of(place),
            (false, Some(code)) => cosine(self.state.segment(place), place.block, code.as_ref()),
            (false, None) => 0.0,
        }
    }

    /// Whether every block in scope has been looked at.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }
}

/// Looks at every vector in scope, or walks where there are too many.
pub fn score<'a>(state: &'a State, scope: &Scope, code: Option<&'a Code>, query: &Query) -> VectorScores<'a> {
    let mut scores = VectorScores {
        scores: Scores(vec![Vec::new(); state.parts.len()]),
        code,
        state,
        is_complete: true,
        scale: Scale::default(),
        found: Vec::new(),
    };
    let Some(code) = code else { return scores };
    let mut sums = Sums::default();
    if query.exact || scope.passages <= SCAN_MAX {
        for (number, part) in state.parts.iter().enumerate() {
            let mut blocks = vec![0.0_f32; part.segment.blocks() as usize];
            scan(&part.segment, &scope.parts[number].blocks, code, &mut blocks);
            scope.parts[number].blocks.iter().for_each(|block| sums.add(blocks[block as usize]));
            scores.scores.0[number] = blocks;
        }
    } else {
        scores.is_complete = false;
        sample(state, scope).into_iter().for_each(|place| sums.add(scores.of(place)));
        scores.found = walk(state, scope, code);
    }
    scores.scale = sums.own_scale();
    scores
}

/// Blocks in scope that stand for all of them, chosen by their ids alone.
pub fn sample(state: &State, scope: &Scope) -> Vec<Place> {
    let limit = u64::MAX / scope.blocks.max(1) * SAMPLE.min(scope.blocks);
    let of_part = |number: usize| {
        state.parts[number].draw(limit).into_iter().map(move |block| Place { part: number as u32, block })
    };
    (0..state.parts.len()).flat_map(of_part).filter(|&place| scope.contains(place)).collect()
}

/// The cosine of every block of a set.
fn scan(segment: &Segment, blocks: &Bitmap, code: &Code, cosines: &mut [f32]) {
    let (starts, scales, codes): (&[u32], &[f32], &[i8]) =
        (segment.column(Section::PassageStart), segment.column(Section::Scales), segment.column(Section::Codes));
    let dimension = code.bytes.len();
    for block in blocks.iter() {
        let passages = starts[block as usize] as usize..starts[block as usize + 1] as usize;
        let near = passages
            .map(|passage| dot(&code.bytes, &codes[passage * dimension..][..dimension]) as f32 * scales[passage]);
        cosines[block as usize] = near.fold(f32::NEG_INFINITY, f32::max) * code.scale;
    }
}

fn cosine(segment: &Segment, block: u32, code: CodeRef<'_>) -> f32 {
    segment.passages_of(block).map(|passage| segment.code(passage).cosine(code)).fold(f32::NEG_INFINITY, f32::max)
}

/// The nearest blocks of each part: along its graph, or one by one where it has none or the filter leaves few.
fn walk(state: &State, scope: &Scope, code: &Code) -> Vec<Place> {
    let mut found = Vec::new();
    for (number, part) in state.parts.iter().enumerate() {
        let (segment, inside) = (&part.segment, &scope.parts[number]);
        let entries: &[u32] = segment.column(Section::GraphEntries);
        let wanted = inside.wanted.as_ref().unwrap_or(&inside.blocks);
        let few = u64::from(wanted.count()) <= SCAN_MAX / 4;
        let walked = if few || entries.is_empty() { None } else { along_graph(segment, wanted, code) };
        let mut near = walked
            .unwrap_or_else(|| wanted.iter().map(|block| (block, cosine(segment, block, code.as_ref()))).collect());
        if near.len() > BEAM {
            near.select_nth_unstable_by(BEAM, |a, b| b.1.total_cmp(&a.1));
            near.truncate(BEAM);
        }
        found.extend(near.into_iter().map(|(block, _)| Place { part: number as u32, block }));
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn along_graph(segment: &Segment, wanted: &Bitmap, code: &Code) -> Option<Vec<(u32, f32)>> {
    let graph = Graph {
        links: segment.column(Section::GraphLinks),
        entries: segment.column(Section::GraphEntries),
        codes: segment.column(Section::Codes),
        scales: segment.column(Section::Scales),
        dimension: code.bytes.len(),
    };
    let owner = segment.owner();
    let found =
        graph.search(code.as_ref(), BEAM, &mut Seen::default(), |passage| wanted.contains(owner[passage as usize]))?;
    Some(found.into_iter().map(|(passage, cosine)| (owner[passage as usize], cosine)).collect())
}
