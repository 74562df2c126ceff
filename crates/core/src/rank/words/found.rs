//! The terms of a query, with where each occurs.

use crate::bitmap::Bitmap;
use crate::id::Local;
use crate::index::state::Place;
use crate::rank::scope::PartScope;
use crate::rank::view::{Ground, View};
use crate::words::bm25::{Bm25, idf};
use crate::words::postings::{CONTAINER, Container, Postings};
use crate::words::terms::Term;
use std::borrow::Cow;

/// Postings for each block in scope, from which it pays to look the blocks up rather than to go through the postings.
const LOOKUP_SHARE: usize = 8;

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
            Self::Whole(postings, _) => postings.for_each(take),
            Self::Inside(postings) => postings.iter().for_each(|&posting| take(posting)),
        }
    }

    /// Calls `take` with each posting of a block in scope, ascending.
    pub fn each_inside(&self, view: &View<'_>, inside: &PartScope, mut take: impl FnMut(u32)) {
        match self {
            Self::Whole(postings, _) if inside.is_all => postings.for_each(take),
            Self::Whole(postings, _) => postings.for_each(|posting| {
                if inside.blocks.contains(view.owner[(posting >> 8) as usize]) {
                    take(posting);
                }
            }),
            Self::Inside(postings) => postings.iter().for_each(|&posting| take(posting)),
        }
    }
}

fn at<'c, 'a>(containers: &'c [Container<'a>], passage: u32) -> Option<&'c Container<'a>> {
    containers.iter().find(|container| container.base == passage & !(CONTAINER - 1))
}

/// What passages are worth to a query.
pub struct Worth<'a> {
    /// Its terms, the rarest first: sums are made in this order, whatever the way to them.
    pub found: Vec<Found<'a>>,
    /// How repetition and length weigh.
    pub bm25: Bm25,
}

impl Worth<'_> {
    /// What a passage is worth.
    pub fn of_passage(&self, view: &View<'_>, part: u32, passage: u32) -> f32 {
        let length = f32::from(view.lengths[passage as usize]);
        let mut sum = 0.0;
        for found in &self.found {
            let count = found.lists[part as usize].count_of(passage);
            if count > 0 {
                sum += found.worth() * self.bm25.saturate(f32::from(count), length);
            }
        }
        sum
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
    let sets: Vec<Option<Cow<'_, Bitmap>>> =
        ground.views.iter().zip(&ground.scope.parts).map(|(view, inside)| passages_in(view, inside)).collect();
    let found = terms.iter().map(|&term| {
        let (mut lists, mut count) = (Vec::with_capacity(ground.views.len()), 0);
        for ((view, inside), set) in ground.views.iter().zip(&ground.scope.parts).zip(&sets) {
            let (list, in_scope) = in_scope(view, inside, set.as_deref(), term.hash);
            lists.push(list);
            count += in_scope as u64;
        }
        (count > 0).then(|| Found { term, idf: idf(ground.scope.passages, count), count, lists })
    });
    found.flatten().collect()
}

/// The passages in scope; none if all or few are.
fn passages_in<'s>(view: &View<'_>, inside: &'s PartScope) -> Option<Cow<'s, Bitmap>> {
    if inside.is_all || inside.few.is_some() {
        return None;
    }
    if view.has_one_passage_a_block() {
        return Some(Cow::Borrowed(&inside.blocks));
    }
    let mut passages = Bitmap::full(view.owner.len() as u32);
    let mut outside = inside.blocks.clone();
    outside.not();
    outside.iter().flat_map(|block| view.passages_of(block)).for_each(|passage| passages.remove(passage));
    Some(Cow::Owned(passages))
}

/// Where a term occurs, and in how many passages in scope.
fn in_scope<'a>(view: &View<'a>, inside: &PartScope, set: Option<&Bitmap>, term: u64) -> (List<'a>, usize) {
    if inside.count == 0 {
        return (List::Inside(Vec::new()), 0);
    }
    let postings = view.segment.postings(term);
    let containers = postings.containers();
    if let Some(few) = &inside.few {
        let postings = if few.len() < postings.count() / LOOKUP_SHARE {
            looked_up(view, few, &containers)
        } else {
            let mut all = postings.to_vec();
            all.retain(|posting| inside.blocks.contains(view.owner[(posting >> 8) as usize]));
            all
        };
        let count = postings.len();
        return (List::Inside(postings), count);
    }
    let count = match set {
        None => postings.count(),
        Some(set) => containers.iter().map(|container| container.count_in(set) as usize).sum(),
    };
    (List::Whole(postings, containers), count)
}

/// The postings of some blocks.
fn looked_up(view: &View<'_>, blocks: &[Local], containers: &[Container<'_>]) -> Vec<u32> {
    let passages = blocks.iter().flat_map(|&block| view.passages_of(block));
    let counted = passages
        .map(|passage| (passage, at(containers, passage).map_or(0, |container| container.count_of(passage as u16))));
    counted.filter(|&(_, count)| count > 0).map(|(passage, count)| passage << 8 | u32::from(count)).collect()
}
