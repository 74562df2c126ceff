//! The best of many passages, without looking at most of them: MaxScore (Turtle and Flood 1995), term at a time within a container.
//!
//! Terms that together cannot make a passage one of the best are not read: they are looked up in the passages that have another. Sums are made
//! in cells, one a passage of the container, without the passages' lengths, which are the same factor for every term that occurs once; that a term
//! occurs more than once counts as a term of its own, rare and of little worth. What is left at the end is scored exactly. Where much would have to be
//! read, all lists are gone through at once instead ([`super::sifted`]).

use super::found::{LENGTHS, Worth};
use super::likely::Likely;
use super::sieve::{Needs, ROUNDING};
use crate::index::state::Place;
use crate::query::Stage;
use crate::rank::deadline::Deadline;
use crate::rank::scope::PartScope;
use crate::rank::view::View;
use crate::vectors::distance::prefetch;
use crate::words::bm25::Bm25;
use crate::words::postings::{CONTAINER, Container};

/// Postings that are read in the time in which one passage is looked up in a list.
const LOOKUP_COST: usize = 8;

/// Blocks that are looked up between two looks at the clock, which take as long as half of one.
const LOOKUPS_AT_ONCE: usize = 16;

/// Room for sums, kept between searches; every cell is 0 whenever nobody is at it.
#[derive(Default)]
pub struct Cells {
    /// Of a container, by passage.
    pub sums: Vec<f32>,
    met: Vec<u16>,
    floor: Vec<f32>,
    /// Of a stretch: see [`super::sieve`].
    pub steps: Vec<u8>,
    /// What has come through.
    pub sifted: Vec<(u16, u8)>,
}

/// The search of one part.
pub struct Hunt<'a, 'g> {
    pub worth: &'a Worth<'g>,
    /// What one occurrence is worth in a passage of each length.
    pub norms: &'a [f32; LENGTHS],
    pub view: &'a View<'g>,
    pub inside: &'a PartScope,
    pub number: u32,
    pub depth: usize,
    /// Content words of a passage on average.
    pub average: f32,
    /// What passages need, as it was known a while ago.
    pub needs: Option<Needs>,
    pub cells: &'a mut Cells,
    pub likely: &'a mut Likely,
    pub deadline: &'a Deadline,
}

/// A term within one container.
pub struct Lane<'a> {
    /// Its postings there.
    pub container: &'a Container<'a>,
    /// What an occurrence is worth before repetition and length.
    pub worth: f32,
    /// The most that its occurring is worth there, and its occurring again.
    bound: f32,
    repeats_bound: f32,
    is_read: bool,
    repeats_are_read: bool,
}

impl<'a> Lane<'a> {
    fn new(container: &'a Container<'a>, worth: f32, norms: &[f32; LENGTHS], bm25: &Bm25) -> Self {
        let bound = worth * norms[usize::from(container.shortest)];
        let repeats_bound = worth * bm25.repetition_max(f32::from(container.most));
        Self { container, worth, bound, repeats_bound, is_read: false, repeats_are_read: false }
    }

    /// What of its worth has not been read.
    pub fn left(&self) -> f32 {
        let bound = if self.is_read { 0.0 } else { self.bound };
        bound + if self.repeats_are_read { 0.0 } else { self.repeats_bound }
    }
}

impl Hunt<'_, '_> {
    /// Looks at all passages that may be among the best.
    pub fn everywhere(&mut self) {
        if self.is_quicker_one_by_one() {
            return self.one_by_one();
        }
        let containers = (0..self.view.lengths.len() as u32).step_by(CONTAINER as usize);
        containers.take_while(|_| !self.deadline.cuts(Stage::Words)).for_each(|base| self.container(base));
    }

    /// Whether so few are wanted that to look each of them up takes less than to read.
    fn is_quicker_one_by_one(&self) -> bool {
        let lists = self.worth.found.iter().map(|found| found.lists[self.number as usize].len());
        let lookups = self.inside.wanted_count as usize * self.worth.found.len();
        self.inside.few.is_some() || lookups * LOOKUP_COST < lists.sum()
    }

    fn one_by_one(&mut self) {
        for (at, block) in self.inside.wanted().iter().enumerate() {
            if at % LOOKUPS_AT_ONCE == 0 && self.deadline.cuts(Stage::Words) {
                break;
            }
            let place = Place { part: self.number, block };
            self.likely.take(self.worth.of_block(self.view, place), place);
        }
    }

    fn container(&mut self, base: u32) {
        let lists = self.worth.found.iter().map(|found| (found, &found.lists[self.number as usize]));
        let lanes = lists.filter_map(|(found, list)| Some((found.worth(), list.container(base)?)));
        let mut lanes: Vec<Lane<'_>> =
            lanes.map(|(worth, container)| Lane::new(container, worth, self.norms, &self.worth.bm25)).collect();
        self.likely.cut();
        let mut least = self.likely.least;
        if let Some(kernel) = self.kernel(&lanes) {
            return self.sift(kernel, &lanes, base);
        }
        self.read(&mut lanes, base, &mut least);
        self.keep_wanted(base);
        self.look_up(&mut lanes, base, least);
        least = least.max(self.reached(base));
        self.keep(base, least, 0.0, 0.0);
        self.take_in(base);
    }

    /// Reads lists, those that say most a posting first, until what is left cannot make a passage one of the best by itself.
    fn read(&mut self, lanes: &mut [Lane<'_>], base: u32, least: &mut f32) {
        let mut order: Vec<(f32, usize, bool)> = Vec::with_capacity(2 * lanes.len());
        for (at, lane) in lanes.iter().enumerate() {
            order.push((lane.container.count as f32 / lane.bound, at, false));
            order.push((lane.container.repeated() as f32 / lane.repeats_bound.max(f32::MIN_POSITIVE), at, true));
        }
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        for (_, at, is_of_repeats) in order {
            let left: f32 = lanes.iter().map(Lane::left).sum();
            // Lists that there is no time for are looked up as those that say little.
            if left < *least * (1.0 - ROUNDING) || self.deadline.cuts(Stage::Words) {
                break;
            }
            self.read_lane(&mut lanes[at], base, is_of_repeats);
            if *least == f32::NEG_INFINITY {
                *least = self.reached(base);
            }
        }
    }

    fn read_lane(&mut self, lane: &mut Lane<'_>, base: u32, only_repeats: bool) {
        if !lane.repeats_are_read {
            lane.repeats_are_read = true;
            lane.container.each_repeated(|doc, count| {
                let length = self.view.lengths[(base + u32::from(doc)) as usize];
                self.cells.add(doc, lane.worth * again(&self.worth.bm25, self.norms, count, length));
            });
        }
        if !only_repeats && !lane.is_read {
            lane.is_read = true;
            let lengths = &self.view.lengths[base as usize..];
            lane.container.each(|doc| {
                prefetch(&lengths[usize::from(doc)]); // it is asked for next
                self.cells.add(doc, lane.worth);
            });
        }
    }

    /// Keeps passages of blocks that may be hits.
    fn keep_wanted(&mut self, base: u32) {
        if self.inside.wants_all() {
            return;
        }
        let (view, inside) = (self.view, self.inside);
        self.cells.retain(|doc, _| inside.wants(view.owner[(base + u32::from(doc)) as usize]));
    }

    /// Keeps passages that may be among the best, when so much may be added still: what grows with a passage's brevity, and what does not.
    fn keep(&mut self, base: u32, least: f32, worth_left: f32, repeats_left: f32) {
        let (lengths, norms, least) = (&self.view.lengths[base as usize..], self.norms, least * (1.0 - ROUNDING));
        self.cells
            .retain(|doc, sum| (*sum + worth_left) * norms[class(lengths[usize::from(doc)])] + repeats_left >= least);
    }

    /// Looks up the lists that were not read in the passages that are left.
    fn look_up(&mut self, lanes: &mut [Lane<'_>], base: u32, least: f32) {
        lanes.sort_unstable_by(|a, b| b.worth.total_cmp(&a.worth));
        let unread = || lanes.iter().filter(|lane| !lane.is_read);
        let mut worth_left: f32 = unread().map(|lane| lane.worth).sum();
        let mut repeats_left: f32 =
            lanes.iter().filter(|lane| !lane.repeats_are_read).map(|lane| lane.repeats_bound).sum();
        self.keep(base, least, worth_left, repeats_left);
        let (lengths, norms, least) = (&self.view.lengths[base as usize..], self.norms, least * (1.0 - ROUNDING));
        for lane in unread() {
            worth_left -= lane.worth;
            repeats_left -= if lane.repeats_are_read { 0.0 } else { lane.repeats_bound };
            let may_be = |doc: u16, sum: f32| {
                (sum + worth_left) * norms[class(lengths[usize::from(doc)])] + repeats_left >= least
            };
            let again = |doc: u16, count: u8| again(&self.worth.bm25, norms, count, lengths[usize::from(doc)]);
            if self.cells.met.len() * LOOKUP_COST < lane.container.count as usize {
                self.cells.retain(|doc, sum| {
                    let count = lane.container.count_of(doc);
                    *sum += if count > 0 { lane.worth } else { 0.0 };
                    if count > 1 && !lane.repeats_are_read {
                        *sum += lane.worth * again(doc, count);
                    }
                    may_be(doc, *sum)
                });
            } else {
                if !lane.repeats_are_read {
                    let more = |doc, count| lane.worth * again(doc, count);
                    lane.container.each_repeated(|doc, count| self.cells.add_if_met(doc, more(doc, count)));
                }
                lane.container.each(|doc| self.cells.add_if_met(doc, lane.worth));
                self.cells.retain(|doc, sum| may_be(doc, *sum));
            }
        }
    }

    /// What the `depth`-th best block has reached already; below all if there are not as many.
    fn reached(&mut self, base: u32) -> f32 {
        let Cells { sums, met, floor, .. } = &mut *self.cells;
        floor.clear();
        if met.len() < self.depth || self.depth == 0 {
            return f32::NEG_INFINITY;
        }
        for &doc in &*met {
            let passage = base + u32::from(doc);
            let length = self.view.lengths[passage as usize];
            // One passage of each block, and none of which the length is not known exactly.
            if usize::from(length) < LENGTHS - 1 && is_first_and_wanted(self.view, self.inside, passage) {
                floor.push(sums[usize::from(doc)] * self.norms[usize::from(length)]);
            }
        }
        if floor.len() < self.depth {
            return f32::NEG_INFINITY;
        }
        *floor.select_nth_unstable_by(self.depth - 1, |a, b| b.total_cmp(a)).1
    }

    /// Takes in what is left.
    fn take_in(&mut self, base: u32) {
        while let Some(doc) = self.cells.met.pop() {
            let sum = std::mem::take(&mut self.cells.sums[usize::from(doc)]);
            let passage = base + u32::from(doc);
            let length = self.view.lengths[passage as usize];
            if self.view.has_one_passage_a_block() && usize::from(length) < LENGTHS - 1 {
                let place = Place { part: self.number, block: passage };
                self.likely.take(sum * self.norms[usize::from(length)], place);
            } else {
                self.take_in_exactly(passage);
            }
        }
    }

    /// Takes in a passage's block if it is the first of its block's best: that one is met if any is.
    pub fn take_in_exactly(&mut self, passage: u32) {
        let place = Place { part: self.number, block: self.view.owner[passage as usize] };
        let of = |passage| self.worth.of_passage(self.view, self.number, passage);
        let score = of(passage);
        let is_best = self
            .view
            .passages_of(place.block)
            .all(|other| other == passage || if other < passage { of(other) < score } else { of(other) <= score });
        if is_best {
            self.likely.take(score, place);
        }
    }
}

impl Cells {
    /// Adds to the sum of a passage; `value` is above 0.
    #[inline]
    fn add(&mut self, doc: u16, value: f32) {
        let sum = &mut self.sums[usize::from(doc)];
        if *sum == 0.0 {
            self.met.push(doc);
        }
        *sum += value;
    }

    /// Adds to the sum of a passage that has one.
    #[inline]
    fn add_if_met(&mut self, doc: u16, value: f32) {
        let sum = &mut self.sums[usize::from(doc)];
        *sum += if *sum > 0.0 { value } else { 0.0 };
    }

    /// Keeps those for which it holds, and forgets the sums of the others. Which ones is not foreseeable, so that nothing branches on it.
    #[inline]
    fn retain(&mut self, mut keeps: impl FnMut(u16, &mut f32) -> bool) {
        let mut kept = 0;
        for at in 0..self.met.len() {
            let doc = self.met[at];
            let sum = &mut self.sums[usize::from(doc)];
            let is_kept = keeps(doc, sum);
            *sum = if is_kept { *sum } else { 0.0 };
            self.met[kept] = doc;
            kept += usize::from(is_kept);
        }
        self.met.truncate(kept);
    }
}

/// Whether a passage is its block's first, and the block may be a hit.
fn is_first_and_wanted(view: &View<'_>, inside: &PartScope, passage: u32) -> bool {
    if view.has_one_passage_a_block() {
        return inside.wants_all() || inside.wants(passage);
    }
    let block = view.owner[passage as usize];
    view.passages_of(block).start == passage && inside.wants(block)
}

/// What `count` occurrences are worth beyond one of them, against that one.
fn again(bm25: &Bm25, norms: &[f32; LENGTHS], count: u8, length: u16) -> f32 {
    let class = class(length);
    bm25.saturate(f32::from(count), class as f32) / norms[class] - 1.0
}

fn class(length: u16) -> usize {
    usize::from(length).min(LENGTHS - 1)
}
