//! The search of a container by going through all of its lists at once, in steps of a byte: where MaxScore would have to read much.

use super::pruned::{Hunt, Lane};
use super::sieve::{self, COUNTS, Needs, ROUNDING, STRETCH, Sieve};
use crate::index::state::Place;
use crate::segment::Brevity;
use crate::words::postings::CONTAINER;
use std::ops::Range;

/// Postings that would be read from which a container is sifted: that takes as long as to read so many.
const SIFTED_MIN: u32 = 1_000;

/// Passages that are added between two looks at whether they are still in the stretch.
const TOGETHER: usize = 8;

/// Passages by which the first look at what the best may reach is taken: as many as tell more than what is expected beforehand. Where terms occur together,
/// a stretch has hundreds of passages that reach that, and each is scored.
const PILOT: usize = 2_048;

/// By how much the bound must have grown until steps are made anew.
const FINER: f32 = 1.01;

/// What of a lane is still to come, stretch by stretch.
struct Strand<'a> {
    lane: &'a Lane<'a>,
    named: &'a [u16],
    /// Those that hold the term more than once, and how often.
    repeated: &'a [u16],
    repeats: &'a [u8],
    /// What it is worth that the term occurs, and that it occurs again.
    steps: u8,
    again: [u8; COUNTS],
}

impl<'a> Strand<'a> {
    fn new(lane: &'a Lane<'a>) -> Self {
        let Lane { container, .. } = lane;
        let (named, repeated) = (container.named().unwrap_or_default(), container.repeated_docs());
        Self { lane, named, repeated, repeats: container.repeat_counts(), steps: 0, again: [0; COUNTS] }
    }

    /// Goes by new steps from now on.
    fn step_by(&mut self, needs: &Needs) {
        (self.steps, self.again) = (needs.steps(self.lane.worth), needs.steps_again(self.lane.worth));
    }

    /// Adds steps to the cells of the passages that are named among those of a stretch.
    fn add_named(&mut self, inside: Range<usize>, cells: &mut [u8; STRETCH]) {
        let steps = self.steps;
        if self.lane.container.is_few() {
            let is_inside = |doc: u16| inside.contains(&usize::from(doc));
            return self.lane.container.each(|doc| add(cells, doc, if is_inside(doc) { steps } else { 0 }));
        }
        let last = (inside.end - 1) as u16;
        while let [doc, rest @ ..] = self.named
            && *doc <= last
        {
            add(cells, *doc, steps);
            self.named = rest;
        }
    }

    /// Adds to the cells of those passages of a stretch that hold the term more than once what its occurring again is worth.
    fn add_repeated(&mut self, inside: Range<usize>, cells: &mut [u8; STRETCH]) {
        let (container, again) = (self.lane.container, self.again);
        let steps = |count: u8| again[usize::from(count).min(COUNTS - 1)];
        if container.is_few() {
            let is_inside = |doc: u16| inside.contains(&usize::from(doc));
            return container
                .each_repeated(|doc, count| add(cells, doc, if is_inside(doc) { steps(count) } else { 0 }));
        }
        let mut done = 0;
        let is_inside = |doc: u16| usize::from(doc) < inside.end;
        for (docs, counts) in self.repeated.as_chunks::<TOGETHER>().0.iter().zip(self.repeats.as_chunks::<TOGETHER>().0)
        {
            if !is_inside(docs[TOGETHER - 1]) {
                break;
            }
            docs.iter().zip(counts).for_each(|(&doc, &count)| add(cells, doc, steps(count)));
            done += TOGETHER;
        }
        let rest = self.repeated[done..].iter().zip(&self.repeats[done..]);
        for (&doc, &count) in rest.take_while(|(doc, _)| is_inside(**doc)) {
            add(cells, doc, steps(count));
            done += 1;
        }
        (self.repeated, self.repeats) = (&self.repeated[done..], &self.repeats[done..]);
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
        strands.iter_mut().for_each(|strand| strand.step_by(&sieve.needs));
        let (mut first, mut tells) = (0, self.likely.is_untouched());
        while first < lengths.len() {
            let end = if tells && first == 0 { PILOT } else { (first / STRETCH + 1) * STRETCH }.min(lengths.len());
            if self.is_outdated(&sieve.needs) {
                sieve = self.sieve(lanes, brevity, base, wanted);
                strands.iter_mut().for_each(|strand| strand.step_by(&sieve.needs));
            }
            let cells = self.cells.steps.first_chunk_mut().expect("as many");
            for strand in &mut strands {
                if strand.lane.container.bits().is_none() {
                    strand.add_named(first..end, cells);
                }
                strand.add_repeated(first..end, cells);
            }
            kernel(&sieve, first, &mut cells[first % STRETCH..], &lengths[first..end], &mut sifted);
            self.take_in_sifted(&strands, &sieve.needs, base, &sifted);
            sifted.clear();
            if tells {
                self.likely.expect_by(end);
                tells = end < STRETCH;
            }
            first = end;
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
    fn take_in_sifted(&mut self, strands: &[Strand<'_>], needs: &Needs, base: u32, sifted: &[(u16, u8)]) {
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
                let sum = self.sum(strands, needs, doc, steps, lengths[usize::from(doc)]);
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
    fn sum(&self, strands: &[Strand<'_>], needs: &Needs, doc: u16, steps: u8, length: u16) -> f32 {
        // Of the terms, which there are no more of than bits.
        let (mut sum, mut left, mut has) = (0.0, steps, 0_u128);
        for (at, strand) in strands.iter().enumerate() {
            // Without a branch: whether it is there is not foreseeable.
            let is_there = strand.lane.container.has(doc);
            sum += if is_there { strand.lane.worth } else { 0.0 };
            left = left.saturating_sub(if is_there { strand.steps } else { 0 });
            has |= u128::from(is_there) << at;
        }
        let once = self.worth.saturate(1, length);
        let most =
            if steps == u8::MAX { f32::INFINITY } else { (sum + needs.worth(left)) * self.norms[needs.class(length)] };
        if (left == 0 && steps < u8::MAX) || most < self.likely.least * (1.0 - ROUNDING) {
            return sum * once;
        }
        self.score(strands, has, doc, length)
    }

    /// What a passage is worth that has those terms whose bits are set, added up in the order in which all scores are.
    fn score(&self, strands: &[Strand<'_>], mut has: u128, doc: u16, length: u16) -> f32 {
        let mut sum = 0.0;
        while has != 0 {
            let Lane { container, worth, .. } = strands[has.trailing_zeros() as usize].lane;
            sum += worth * self.worth.saturate(container.repeats_of(doc), length);
            has &= has - 1;
        }
        sum
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

/// Adds to the cell of a passage of the stretch.
#[inline]
fn add(cells: &mut [u8; STRETCH], doc: u16, steps: u8) {
    let cell = &mut cells[usize::from(doc) % STRETCH];
    *cell = cell.saturating_add(steps);
}
