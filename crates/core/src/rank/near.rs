//! Which blocks of one part look nearest to a query, before their vectors are compared.

use super::runs::runs;
use super::vector::{AHEAD, Room};
use super::view::{Ground, View};
use crate::bitmap::Bitmap;
use crate::id::Local;
use crate::segment::Section;
use crate::vectors::coarse::Asked;
use crate::vectors::distance::prefetch;
use crate::vectors::graph::{self, Graph, Vectors};
use crate::vectors::{Code, signs};
use std::cell::OnceCell;
use std::ops::Range;

/// Passages in scope up to which the signs of each one's vector are looked at: a nanosecond each, and nothing near is missed. Beyond, a walk along
/// a graph looks at a few.
const SIGNS_MAX: u64 = 50_000;

/// Blocks of a part for each that may be a hit, from which only the signs of these are looked at.
const SPARSE_SHARE: u32 = 8;

/// How wide that walk is.
struct Width {
    /// At least, where one part holds everything.
    whole: usize,
    /// In a part that holds next to nothing of what is in scope, and brings in as little.
    least: usize,
}

/// Where nearly all that it meets may be hits. Twice as wide a walk and more takes a fifth of a search of a million blocks, and of the hits in the end
/// one in a thousand is another one.
const PLAIN: Width = Width { whole: 48, least: 8 };

/// The same beside words, where vectors are the table's: what they find, words mostly find too. Of LoCoMo's questions, hidden among a million blocks, twice as
/// wide a walk finds 79.02 % in ten hits instead of 78.99 %, and among 200,000 80.16 % instead of 80.11 %; it takes a twelfth of a search more.
const BESIDE_WORDS: Width = Width { whole: 24, least: 4 };

/// As many vectors are wanted for each that such a walk brings in.
const BESIDE_WORDS_SHARE: usize = 2;

/// Where it passes some by: what is wanted may lie far from everything else, and then few links lead to it.
const FILTERED: Width = Width { whole: 96, least: 32 };

/// Of the blocks of a part, one in so many may be none of the hits, and a walk is plain: some are always old versions.
const PASSED_BY: u32 = 8;

/// A step of a walk costs as much as a look at so many coarse codes that lie anywhere.
const LOOKS_PER_STEP: u64 = 32;

/// For each block that is wanted so many are compared in full, after a look at the signs of all. One alone finds as much of what the ranking
/// ends up with; two are for vectors whose signs say less than those of the shipped table.
const COMPARED_PER_WANTED: usize = 2;

/// One passage in so many is counted to find out how many signs may differ: enough to come near the number that is wanted.
const JUDGED_BY: usize = 8;

/// What is looked for.
pub struct Sought<'a> {
    /// The query's vector.
    code: &'a Code,
    /// How many of the nearest.
    depth: usize,
    /// Whether words have brought in as many, and the vector is the table's.
    is_beside_words: bool,
    asked: OnceCell<Asked>,
}

impl<'a> Sought<'a> {
    /// So many of the nearest to a vector; `is_beside_words` if words have brought in as many, and the vector is the table's.
    pub fn new(code: &'a Code, depth: usize, is_beside_words: bool) -> Self {
        Self { code, depth, is_beside_words, asked: OnceCell::new() }
    }

    fn asked(&self) -> &Asked {
        self.asked.get_or_init(|| Asked::new(self.code.as_ref()))
    }

    /// How wide a walk is in one of the parts.
    fn width(&self, ground: &Ground<'_>, view: &View<'_>, wanted: u32) -> usize {
        let blocks = view.segment.blocks();
        let is_plain = wanted >= blocks - blocks / PASSED_BY;
        let (width, depth) = match (is_plain, self.is_beside_words) {
            (true, true) => (BESIDE_WORDS, self.depth / BESIDE_WORDS_SHARE),
            (true, false) => (PLAIN, self.depth),
            (false, _) => (FILTERED, self.depth),
        };
        width.of(view, ground.scope.passages, depth)
    }
}

/// The blocks of one part that look nearest among those that may be hits: along the graph if there is one; or by the signs of their vectors. A block of several passages may be there more than once.
pub fn near(ground: &Ground<'_>, number: usize, view: &View<'_>, sought: &Sought<'_>, room: &mut Room) -> Vec<Local> {
    let Sought { code, depth, .. } = *sought;
    let inside = &ground.scope.parts[number];
    let wanted = inside.wanted();
    let Room { walk, looks, differences, .. } = room;
    let walked = match Walkable::new(view, code) {
        Some(part) if ground.scope.passages > SIGNS_MAX => {
            let asked = sought.asked();
            let beam = sought.width(ground, view, inside.wanted_count);
            let is_worth = part.is_worth_walking(inside.wanted_count, beam);
            let wants = |passage: u32| inside.wants_all() || wanted.contains(view.block_of(passage));
            let walked = if is_worth { part.walk(wants, asked, beam, walk) } else { None };
            Some(walked.unwrap_or_else(|| part.look(wanted, asked, depth * COMPARED_PER_WANTED, looks)))
        }
        _ => None,
    };
    let count = depth * COMPARED_PER_WANTED;
    let is_sparse = inside.wanted_count < view.segment.blocks() / SPARSE_SHARE;
    let passages = walked.unwrap_or_else(|| match inside.wants_all() {
        _ if is_sparse => by_signs_of_runs(view, &runs(view, inside.wanted_blocks()), code, count, differences),
        true => by_signs(view, |_| true, code, count, differences),
        false => by_signs(view, |passage| wanted.contains(view.block_of(passage)), code, count, differences),
    });
    passages.into_iter().map(|passage| view.block_of(passage)).collect()
}

impl Width {
    /// In one of the parts: enough for its share of the nearest, and more, since they may lie together.
    fn of(&self, view: &View<'_>, passages: u64, depth: usize) -> usize {
        let share = (view.scales.len() as f32 / passages as f32).min(1.0);
        self.least + (share * (depth.max(self.whole) - self.least) as f32) as usize
    }
}

/// A part that has a graph.
struct Walkable<'a> {
    view: &'a View<'a>,
    graph: Graph<'a>,
}

impl<'a> Walkable<'a> {
    fn new(view: &'a View<'_>, code: &Code) -> Option<Self> {
        let entries: &[u32] = view.segment.column(Section::GraphEntries);
        let vectors = Vectors {
            codes: view.codes,
            scales: view.scales,
            coarse: view.segment.column(Section::Coarse),
            dimension: code.bytes.len(),
        };
        let (links, entry_codes) = (view.segment.column(Section::GraphLinks), view.segment.column(Section::EntryCodes));
        let graph = Graph { links, entries, entry_codes, vectors };
        (!entries.is_empty()).then_some(Self { view, graph })
    }

    /// Whether a walk is quicker than a look at all that is wanted: the fewer are wanted, the more it passes by on its way to each.
    fn is_worth_walking(&self, wanted: u32, beam: usize) -> bool {
        let (wanted, all) = (u64::from(wanted), self.view.scales.len() as u64);
        let steps = beam as u64 * all / wanted.max(1);
        steps * LOOKS_PER_STEP < wanted
    }

    fn walk(
        &self,
        wants: impl Fn(u32) -> bool,
        asked: &Asked,
        beam: usize,
        room: &mut graph::Room,
    ) -> Option<Vec<u32>> {
        Some(self.graph.walk(asked, beam, room, wants)?.collect())
    }

    /// The wanted passages that are nearest by their coarse codes.
    fn look(&self, wanted: &Bitmap, asked: &Asked, count: usize, looks: &mut Vec<(i32, u32)>) -> Vec<u32> {
        looks.clear();
        let (mut numbers, mut near) = (Vec::with_capacity(LOOKS), [0; LOOKS]);
        let mut passages = wanted.iter().flat_map(|block| self.view.passages_of(block)).peekable();
        while passages.peek().is_some() {
            numbers.clear();
            numbers.extend(passages.by_ref().take(LOOKS));
            let (codes, near) = (self.graph.vectors.coarse, &mut near[..numbers.len()]);
            numbers.iter().for_each(|&passage| asked.fetch(codes, passage));
            asked.near(codes, &numbers, &[], near);
            looks.extend(near.iter().copied().zip(numbers.iter().copied()));
        }
        if looks.len() > count {
            looks.select_nth_unstable_by(count - 1, |a, b| b.cmp(a));
            looks.truncate(count);
        }
        looks.iter().map(|look| look.1).collect()
    }
}

/// Coarse codes that are on their way at once: as many as a core can wait for.
const LOOKS: usize = 32;

/// The wanted passages whose vectors differ in the fewest signs from the query's: about `count`, and more where many differ in as many.
fn by_signs(
    view: &View<'_>,
    is_wanted: impl Fn(u32) -> bool,
    code: &Code,
    count: usize,
    differences: &mut Vec<u16>,
) -> Vec<u32> {
    let mut query = Vec::with_capacity(signs::words(code.bytes.len()));
    signs::push(&code.bytes, &mut query);
    differences.resize(view.scales.len(), 0);
    signs::differences(view.signs, &query, differences);
    let most = bound(differences, &is_wanted, count, code.bytes.len());
    let mut near = Vec::with_capacity(2 * count);
    signs::at_most(differences, most, &mut near);
    near.retain(|&passage| is_wanted(passage));
    near
}

/// The same of some runs of passages, looking at no others.
fn by_signs_of_runs(
    view: &View<'_>,
    runs: &[Range<u32>],
    code: &Code,
    count: usize,
    differences: &mut Vec<u16>,
) -> Vec<u32> {
    let mut query = Vec::with_capacity(signs::words(code.bytes.len()));
    signs::push(&code.bytes, &mut query);
    differences.clear();
    let mut passages: Vec<u32> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        if let Some(ahead) = runs.get(at + AHEAD) {
            prefetch(&view.signs[ahead.start as usize * query.len()]);
        }
        let before = passages.len();
        passages.extend(run.clone());
        differences.resize(passages.len(), 0);
        let signs = &view.signs[run.start as usize * query.len()..run.end as usize * query.len()];
        signs::differences(signs, &query, &mut differences[before..]);
    }
    let most = bound(differences, &|_| true, count, code.bytes.len());
    let mut near = Vec::with_capacity(2 * count);
    signs::at_most(differences, most, &mut near);
    near.iter_mut().for_each(|at| *at = passages[*at as usize]);
    near
}

/// The difference up to which `count` passages lie, judged by some of them.
fn bound(differences: &[u16], is_wanted: &impl Fn(u32) -> bool, count: usize, dimension: usize) -> u16 {
    let mut histogram = vec![0_u32; dimension + 1];
    for (passage, &differs) in (0..).zip(differences).step_by(JUDGED_BY) {
        histogram[usize::from(differs)] += u32::from(is_wanted(passage));
    }
    let mut reached = 0;
    let most = histogram.iter().position(|&at| {
        reached += at as usize;
        reached >= count.div_ceil(JUDGED_BY)
    });
    most.unwrap_or(dimension) as u16
}
