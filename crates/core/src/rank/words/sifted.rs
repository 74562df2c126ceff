//! The search of a container by going through all of its lists at once, in steps of a byte: where MaxScore would have to read much.

use super::pruned::{Hunt, Lane};
use super::sieve::{self, Needs, ROUNDING, STRETCH, Sieve};
use crate::index::state::Place;
use crate::segment::Brevity;
use crate::words::bm25::Bm25;
use crate::words::postings::CONTAINER;

/// Postings that would be read from which a container is sifted: that takes as long as to read so many.
const SIFTED_MIN: u32 = 1_000;

/// By how much the bound must have grown until steps are made anew.
const FINER: f32 = 1.01;

/// What of a lane is still to come, stretch by stretch.
struct Strand<'a> {
    lane: &'a Lane<'a>,
    named: &'a [u16],
    /// How many of those that hold the term more than once have been.
    repeated: usize,
}

impl<'a> Strand<'a> {
    fn new(lane: &'a Lane<'a>) -> Self {
        Self { lane, named: lane.container.named().unwrap_or_default(), repeated: 0 }
    }

    /// Adds steps to the cells of the passages that are named in the stretch from `first` on.
    fn add_named(&mut self, first: usize, steps: u8, cells: &mut [u8]) {
        if self.lane.container.is_few() {
            return self.lane.container.each(|doc| add(cells, first, doc, steps));
        }
        let end = (first + STRETCH - 1) as u16;
        while let [doc, rest @ ..] = self.named
            && *doc <= end
        {
            add(cells, first, *doc, steps);
            self.named = rest;
        }
    }

    /// Adds to the cells of the passages of the stretch that hold the term more than once what `steps` says of how often they do.
    fn add_repeated(&mut self, first: usize, steps: impl Fn(u8) -> u8, cells: &mut [u8]) {
        let container = self.lane.container;
        if container.is_few() {
            return container.each_repeated(|doc, count| add(cells, first, doc, steps(count)));
        }
        let (docs, twice) = (container.repeated_docs(), steps(2));
        while let Some(&doc) = docs.get(self.repeated)
            && usize::from(doc) < first + STRETCH
        {
            let count = container.repeats(self.repeated);
            add(cells, first, doc, if count == 2 { twice } else { steps(count) });
            self.repeated += 1;
        }
    }
}

impl Hunt<'_, '_> {
    /// What sifts a container, if that pays: once something is known of the best.
    pub fn kernel(&self, lanes: &[Lane<'_>]) -> Option<sieve::Kernel> {
        let least = self.likely.least;
        sieve::kernel().filter(|_| least > 0.0 && to_be_read(lanes, least) >= SIFTED_MIN)
    }

    /// Goes through all lists at once, by steps of a byte.
    pub fn sift(&mut self, kernel: sieve::Kernel, lanes: &[Lane<'_>], base: u32) {
        let view = self.view;
        let lengths = &view.lengths[base as usize..view.lengths.len().min((base + CONTAINER) as usize)];
        let sifts = view.has_one_passage_a_block() && !self.inside.wants_all();
        let wanted = sifts.then(|| &self.inside.wanted().words()[base as usize / 64..]);
        let brevity = view.segment.brevity();
        let mut strands: Vec<Strand<'_>> = lanes.iter().map(Strand::new).collect();
        let (mut sieve, mut sifted) =
            (self.sieve(lanes, brevity, base, wanted), std::mem::take(&mut self.cells.sifted));
        for (number, lengths) in lengths.chunks(STRETCH).enumerate() {
            let first = number * STRETCH;
            if self.is_outdated(&sieve.needs) {
                sieve = self.sieve(lanes, brevity, base, wanted);
            }
            for strand in &mut strands {
                let worth = strand.lane.worth;
                if strand.lane.container.bits().is_none() {
                    strand.add_named(first, sieve.needs.steps(worth), &mut self.cells.steps);
                }
                let again = |count: u8| sieve.needs.steps(worth * sieve.needs.again(count, &self.worth.bm25));
                strand.add_repeated(first, again, &mut self.cells.steps);
            }
            kernel(&sieve, first, &mut self.cells.steps, lengths, &mut sifted);
            self.take_in_sifted(lanes, &sieve.needs, base, &sifted);
            sifted.clear();
        }
        self.cells.sifted = sifted;
    }

    /// A sieve for what is known by now.
    fn sieve<'s>(
        &mut self,
        lanes: &[Lane<'s>],
        brevity: &'s Brevity,
        base: u32,
        wanted: Option<&'s [u64]>,
    ) -> Sieve<'s> {
        let known = self.needs.filter(|needs| !self.is_outdated(needs));
        let needs = known.unwrap_or_else(|| Needs::new(self.likely.least, self.average, brevity, &self.worth.bm25));
        self.needs = Some(needs);
        let mut sieve = Sieve::new(needs, brevity, (base / CONTAINER) as usize, wanted);
        for lane in lanes {
            if let Some(bits) = lane.container.bits() {
                sieve.add(bits, lane.worth);
            }
        }
        sieve
    }

    /// Takes in passages that have come through, the most promising first, and those that are no longer promising not at all.
    fn take_in_sifted(&mut self, lanes: &[Lane<'_>], needs: &Needs, base: u32, sifted: &[(u16, u8)]) {
        let lengths = &self.view.lengths[base as usize..];
        let bound = |&(doc, steps): &(u16, u8)| needs.worth(steps) * self.norms[needs.class(lengths[usize::from(doc)])];
        let mut promising: Vec<(f32, u16, u8)> =
            sifted.iter().map(|sifted| (bound(sifted), sifted.0, sifted.1)).collect();
        if promising.len() > self.depth {
            promising.select_nth_unstable_by(self.depth, |a, b| b.0.total_cmp(&a.0));
        }
        for (at, (bound, doc, steps)) in promising.into_iter().enumerate() {
            if at == self.depth {
                self.likely.cut();
            }
            let passage = base + u32::from(doc);
            if bound < self.likely.least * (1.0 - ROUNDING) {
                continue;
            }
            if self.view.has_one_passage_a_block() {
                let place = Place { part: self.number, block: passage };
                let sum = self.sum(lanes, needs, doc, steps, lengths[usize::from(doc)]);
                self.likely.take(sum, place);
            } else if self.inside.wants(self.view.owner[passage as usize]) {
                self.take_in_exactly(passage);
            }
        }
        if self.likely.is_worth_cutting() {
            self.likely.cut();
        }
    }

    /// Whether so much more is known by now that steps are made anew.
    fn is_outdated(&self, needs: &Needs) -> bool {
        self.likely.least > needs.least * FINER
    }

    /// What a passage with so many steps is worth; less than the best if it cannot be one of them.
    fn sum(&self, lanes: &[Lane<'_>], needs: &Needs, doc: u16, steps: u8, length: u16) -> f32 {
        let (mut sum, mut left) = (0.0, steps);
        for lane in lanes.iter().filter(|lane| lane.container.has(doc)) {
            sum += lane.worth;
            left = left.saturating_sub(needs.steps(lane.worth));
        }
        let once = self.worth.bm25.saturate(1.0, f32::from(length));
        let most =
            if steps == u8::MAX { f32::INFINITY } else { (sum + needs.worth(left)) * self.norms[needs.class(length)] };
        if (left == 0 && steps < u8::MAX) || most < self.likely.least * (1.0 - ROUNDING) {
            return sum * once;
        }
        score(lanes, &self.worth.bm25, doc, length)
    }
}

/// How many postings are read before what is left cannot make a passage one of the best by itself.
fn to_be_read(lanes: &[Lane<'_>], least: f32) -> u32 {
    let mut order: Vec<(f32, u32)> = lanes.iter().map(|lane| (lane.left(), lane.container.count)).collect();
    let by_count = |a: &(f32, u32), b: &(f32, u32)| (a.1 as f32 / a.0).total_cmp(&(b.1 as f32 / b.0));
    order.sort_unstable_by(by_count);
    let (mut left, mut read) = (order.iter().map(|lane| lane.0).sum::<f32>(), 0);
    for (bound, count) in order {
        if left < least * (1.0 - ROUNDING) {
            break;
        }
        left -= bound;
        read += count;
    }
    read
}

/// What a passage is worth, added up in the order in which all scores are.
fn score(lanes: &[Lane<'_>], bm25: &Bm25, doc: u16, length: u16) -> f32 {
    let mut sum = 0.0;
    for lane in lanes {
        let count = lane.container.count_of(doc);
        if count > 0 {
            sum += lane.worth * bm25.saturate(f32::from(count), f32::from(length));
        }
    }
    sum
}

/// Adds to the cell of a passage, if it is in the stretch from `first` on.
#[inline]
fn add(cells: &mut [u8], first: usize, doc: u16, steps: u8) {
    if let Some(cell) = cells.get_mut(usize::from(doc).wrapping_sub(first)) {
        *cell = cell.saturating_add(steps);
    }
}
