//! The terms of a query, with where each occurs.

use crate::bitmap::Bitmap;
use crate::index::state::Place;
use crate::rank::scope::PartScope;
use crate::rank::view::{Ground, View};
use crate::segment::Segment;
use crate::vectors::distance::prefetch;
use crate::words::bm25::{Bm25, idf};
use crate::words::postings::{CONTAINER, Container, Postings, WINDOW};
use crate::words::terms::Term;
use std::borrow::Cow;

/// Postings for each window with blocks in scope, from which it pays to look the windows up rather than to go through the postings.
const LOOKUP_SHARE: usize = 4;

/// Blocks whose lines of memory are on their way while one is looked up.
const AHEAD: usize = 6;

/// A term that occurs in scope.
pub struct Found<'a> {
    /// The term.
    pub term: Term,
    /// How rare it is in scope.
    pub idf: f32,
    /// In how many passages in scope.
    pub count: u64,
    /// Where, by part.
    pub lists: Vec<List<'a>>,
}

impl Found<'_> {
    /// What one occurrence is worth before repetition and length.
    pub fn worth(&self) -> f32 {
        self.idf * self.term.weight
    }

    /// Whether any of some blocks has it.
    pub fn is_in_any(&self, ground: &Ground<'_>, places: &[Place]) -> bool {
        places.iter().any(|&place| {
            let (list, mut passages) = (&self.lists[place.part as usize], ground.view(place).passages_of(place.block));
            passages.any(|passage| list.count_of(passage) > 0)
        })
    }

    /// The blocks in scope that have it, one for each passage.
    pub fn places(&self, ground: &Ground<'_>) -> Vec<Place> {
        let mut places = Vec::with_capacity(self.count as usize);
        for (part, list) in (0_u32..).zip(&self.lists) {
            let (view, inside) = (&ground.views[part as usize], &ground.scope.parts[part as usize]);
            list.each_inside(view, inside, |posting| {
                places.push(Place { part, block: view.owner[(posting >> 8) as usize] });
            });
        }
        places
    }
}

/// Where a term occurs in one part.
pub enum List<'a> {
    /// In these passages, of blocks in scope and of others.
    Whole(Postings<'a>, Vec<Container<'a>>),
    /// In these passages of blocks in scope: `passage << 8 | count` each.
    Inside(Vec<u32>),
}

impl<'a> List<'a> {
    /// How often the term occurs in a passage.
    #[inline]
    pub fn count_of(&self, passage: u32) -> u8 {
        match self {
            Self::Whole(_, containers) => at(containers, passage).map_or(0, |inside| inside.count_of(passage as u16)),
            Self::Inside(postings) => {
                postings.binary_search_by_key(&passage, |posting| posting >> 8).map_or(0, |at| postings[at] as u8)
            }
        }
    }

    /// The container of a passage.
    pub fn container(&self, passage: u32) -> Option<&Container<'a>> {
        match self {
            Self::Whole(_, containers) => at(containers, passage),
            Self::Inside(_) => None,
        }
    }

    /// How many passages, of blocks in scope and of others.
    pub fn len(&self) -> usize {
        match self {
            Self::Whole(postings, _) => postings.count(),
            Self::Inside(postings) => postings.len(),
        }
    }

    /// Calls `take` with each posting, ascending.
    pub fn each(&self, mut take: impl FnMut(u32)) {
        match self {
            Self::Whole(_, containers) => containers.iter().for_each(|container| container.for_each(&mut take)),
            Self::Inside(postings) => postings.iter().for_each(|&posting| take(posting)),
        }
    }

    /// Calls `take` with each posting of a block in scope, ascending.
    pub fn each_inside(&self, view: &View<'_>, inside: &PartScope, mut take: impl FnMut(u32)) {
        if inside.is_all || matches!(self, Self::Inside(_)) {
            return self.each(take);
        }
        self.each(|posting| {
            if inside.blocks.contains(view.block_of(posting >> 8)) {
                take(posting);
            }
        });
    }
}

fn at<'c, 'a>(containers: &'c [Container<'a>], passage: u32) -> Option<&'c Container<'a>> {
    let is_it = |container: &&Container<'_>| container.base == passage & !(CONTAINER - 1);
    // Of a frequent term every container is there.
    containers.get((passage / CONTAINER) as usize).filter(is_it).or_else(|| containers.iter().find(is_it))
}

/// Lengths that are told apart: no passage of a chat is longer.
pub const LENGTHS: usize = 256;

/// What passages are worth to a query.
pub struct Worth<'a> {
    /// Its terms, the rarest first: sums are made in this order, whatever the way to them.
    pub found: Vec<Found<'a>>,
    /// What it is worth to occur once in a passage of each length, since nearly all postings are such.
    pub norms: Box<[f32; LENGTHS]>,
    /// How repetition and length weigh.
    pub bm25: Bm25,
    /// What a passage of usual length is worth that has each of the query's terms once, those too that occur nowhere.
    pub whole: f32,
}

impl<'a> Worth<'a> {
    /// See its fields.
    pub fn new(found: Vec<Found<'a>>, bm25: Bm25, whole: f32) -> Self {
        let norms = Box::new(std::array::from_fn(|length| bm25.saturate(1.0, length as f32)));
        Self { found, norms, bm25, whole }
    }

    /// What it is worth to occur so often in a passage of so many words, from 0 to a little more than 2.
    #[inline]
    pub fn saturate(&self, count: u8, length: u16) -> f32 {
        match self.norms.get(usize::from(length)) {
            Some(&once) if count == 1 => once,
            _ => self.bm25.saturate(f32::from(count), f32::from(length)),
        }
    }

    /// What a passage is worth.
    pub fn of_passage(&self, view: &View<'_>, part: u32, passage: u32) -> f32 {
        let length = view.lengths[passage as usize];
        let mut sum = 0.0;
        for found in &self.found {
            let count = found.lists[part as usize].count_of(passage);
            if count > 0 {
                sum += found.worth() * self.saturate(count, length);
            }
        }
        sum
    }

    /// What each of some blocks is worth, in order. What says so lies anywhere, and is asked for some blocks ahead.
    pub fn of_each(&self, ground: &Ground<'_>, places: &[Place]) -> Vec<f32> {
        let fetch = |place: &Place| self.fetch(ground.view(*place), *place);
        places.iter().take(AHEAD).for_each(fetch);
        let each = places.iter().enumerate().map(|(at, &place)| {
            places.get(at + AHEAD).into_iter().for_each(fetch);
            self.of_block(ground.view(place), place)
        });
        each.collect()
    }

    /// Asks for what says how often each term occurs in a block.
    fn fetch(&self, view: &View<'_>, place: Place) {
        for passage in view.passages_of(place.block) {
            prefetch(&view.lengths[passage as usize]);
            for found in &self.found {
                if let Some(container) = found.lists[place.part as usize].container(passage) {
                    container.fetch(passage as u16);
                }
            }
        }
    }

    /// What a block is worth: as much as its best passage.
    pub fn of_block(&self, view: &View<'_>, place: Place) -> f32 {
        if view.has_one_passage_a_block() {
            return self.of_passage(view, place.part, place.block);
        }
        let passages = view.passages_of(place.block);
        passages.map(|passage| self.of_passage(view, place.part, passage)).fold(0.0, f32::max)
    }
}

/// Those of the terms that occur in scope.
pub fn lookup<'a>(ground: &Ground<'a>, terms: &[Term]) -> Vec<Found<'a>> {
    let parts = || ground.views.iter().zip(&ground.scope.parts);
    let reaches: Vec<Reach<'_>> = parts().map(|(view, inside)| Reach::new(view, inside)).collect();
    let postings = postings(ground, terms);
    let found = terms.iter().enumerate().map(|(number, &term)| {
        let (mut lists, mut count) = (Vec::with_capacity(ground.views.len()), 0);
        for ((part, (view, inside)), reach) in parts().enumerate().zip(&reaches) {
            let (list, in_scope) = in_scope(view, inside, reach, postings[part * terms.len() + number]);
            lists.push(list);
            count += in_scope as u64;
        }
        (count > 0).then(|| Found { term, idf: idf(ground.scope.passages, count), count, lists })
    });
    found.flatten().collect()
}

/// In how many passages in scope each of some terms is, most of which are nowhere.
pub fn counts(ground: &Ground<'_>, terms: &[u64]) -> Vec<u64> {
    let mut counts = vec![0; terms.len()];
    let mut there: Vec<Term> = terms
        .iter()
        .zip(are_there(ground, terms))
        .filter(|there| there.1)
        .map(|(&hash, _)| Term { hash, weight: 1.0 })
        .collect();
    if there.is_empty() {
        return counts;
    }
    there.sort_unstable_by_key(|term| term.hash);
    there.dedup_by_key(|term| term.hash);
    let found = lookup(ground, &there);
    for (count, &term) in counts.iter_mut().zip(terms) {
        *count = found.binary_search_by_key(&term, |found| found.term.hash).map_or(0, |at| found[at].count);
    }
    counts
}

/// Whether each of some terms stands anywhere in the segments that have blocks in scope. They are asked for together, as in [`postings`].
fn are_there(ground: &Ground<'_>, terms: &[u64]) -> Vec<bool> {
    let mut are_there = vec![false; terms.len()];
    for (view, _) in ground.views.iter().zip(&ground.scope.parts).filter(|(_, inside)| inside.count > 0) {
        for is_first in [true, false] {
            terms.iter().for_each(|&term| view.segment.fetch_term(term, is_first));
        }
        for (is_there, &term) in are_there.iter_mut().zip(terms) {
            *is_there = *is_there || view.segment.find_term(term).is_some();
        }
    }
    are_there
}

/// Where each of the terms occurs, part by part. To find one is to look at four lines of memory, each of which says where the next is, and all of
/// which lie anywhere: those of all terms are asked for together, so that to wait for many takes as long as for one.
fn postings<'a>(ground: &Ground<'a>, terms: &[Term]) -> Vec<Postings<'a>> {
    let parts = || ground.views.iter().zip(&ground.scope.parts).map(|(view, inside)| (view.segment, inside.count > 0));
    let asked = || parts().flat_map(|(segment, is_asked)| terms.iter().map(move |term| (segment, term.hash, is_asked)));
    for is_first in [true, false] {
        asked().filter(|asked| asked.2).for_each(|(segment, term, _)| segment.fetch_term(term, is_first));
    }
    let numbers: Vec<Option<usize>> =
        asked().map(|(segment, term, is_asked)| if is_asked { segment.find_term(term) } else { None }).collect();
    let of = |((segment, ..), number): ((&'a Segment, u64, bool), Option<usize>)| {
        let postings = number.map(|at| segment.postings_at(at)).unwrap_or_default();
        postings.fetch();
        postings
    };
    asked().zip(numbers).map(of).collect()
}

/// Which passages of a part are in scope.
enum Reach<'s> {
    None,
    All,
    /// Few, in windows that begin with these.
    Few(Vec<u32>),
    /// So many.
    Many(Cow<'s, Bitmap>),
}

impl<'s> Reach<'s> {
    fn new(view: &View<'_>, inside: &'s PartScope) -> Self {
        match &inside.few {
            _ if inside.count == 0 => Self::None,
            _ if inside.is_all => Self::All,
            Some(few) => {
                let passages = few.iter().flat_map(|&block| view.passages_of(block));
                let mut windows: Vec<u32> = passages.map(|passage| passage / WINDOW * WINDOW).collect();
                windows.dedup();
                Self::Few(windows)
            }
            None => Self::Many(passages_in(view, inside)),
        }
    }
}

/// The passages in scope.
fn passages_in<'s>(view: &View<'_>, inside: &'s PartScope) -> Cow<'s, Bitmap> {
    if view.has_one_passage_a_block() {
        return Cow::Borrowed(&inside.blocks);
    }
    let mut passages = Bitmap::full(view.owner.len() as u32);
    let mut outside = Bitmap::clone(&inside.blocks);
    outside.not();
    outside.iter().flat_map(|block| view.passages_of(block)).for_each(|passage| passages.remove(passage));
    Cow::Owned(passages)
}

/// Where a term occurs, and in how many passages in scope.
fn in_scope<'a>(view: &View<'a>, inside: &PartScope, reach: &Reach<'_>, postings: Postings<'a>) -> (List<'a>, usize) {
    if matches!(reach, Reach::None) {
        return (List::Inside(Vec::new()), 0);
    }
    let containers = postings.containers();
    let count = match reach {
        Reach::Many(set) => containers.iter().map(|container| container.count_in(set) as usize).sum(),
        Reach::Few(windows) => {
            let few = few_in_scope(view, inside, windows, &containers, postings.count());
            let count = few.len();
            return (List::Inside(few), count);
        }
        Reach::None | Reach::All => postings.count(),
    };
    (List::Whole(postings, containers), count)
}

/// The postings of few blocks, of `count` in all.
fn few_in_scope(
    view: &View<'_>,
    inside: &PartScope,
    windows: &[u32],
    containers: &[Container<'_>],
    count: usize,
) -> Vec<u32> {
    let mut found = Vec::new();
    let mut take = |posting: u32| {
        if inside.blocks.contains(view.block_of(posting >> 8)) {
            found.push(posting);
        }
    };
    if windows.len() >= count / LOOKUP_SHARE {
        containers.iter().for_each(|container| container.for_each(&mut take));
        return found;
    }
    for &window in windows {
        if let Some(container) = at(containers, window) {
            container.within(window as u16, |doc, count| {
                take((container.base + u32::from(doc)) << 8 | u32::from(count));
            });
        }
    }
    found
}
