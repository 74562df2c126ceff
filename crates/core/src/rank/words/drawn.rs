//! The scale of the scores of many blocks, from a few of them.
//!
//! Most of what scores differ by comes from the blocks that have a rare term, and these are few; so blocks are drawn by term. Of each term as many
//! are drawn, those whose ids have the least hashes: bottom-k samples (Cohen and Kaplan 2007), which agree with one another. A block that was
//! drawn stands for as many as the most generous of its terms has blocks for each that it drew (Horvitz and Thompson 1952). How terms occur
//! together comes out of it too, which for Korean, where a word, its syllables and its morphemes occur together, is much of the deviation. Which
//! blocks are drawn depends on their ids, not on how they lie in segments.

use super::found::{Found, List, Worth};
use crate::id::mix;
use crate::index::state::Place;
use crate::rank::statistics::{Scale, Sums};
use crate::rank::view::Ground;
use crate::words::postings::{Postings, WELL_SAMPLED_MIN};

/// Passages that are drawn for a query: their deviation is within a twentieth of that of all.
const DRAWN: f32 = 64.0;

/// Passages that are drawn of each term at least, and at most. Every term is looked up in every block that was drawn, so that many terms share.
const DRAWN_OF_A_TERM: [f32; 2] = [4.0, 32.0];

/// What is known of all blocks by those that were drawn.
pub struct Drawn {
    /// The scale of the scores of all blocks in scope.
    pub scale: Scale,
    /// What so many of the blocks that may be hits reach at least, as were asked for; below all if fewer were drawn.
    pub floor: f32,
}

/// Draws blocks and scores them; the floor is that of `depth` blocks.
pub fn draw(ground: &Ground<'_>, worth: &Worth<'_>, depth: usize) -> Drawn {
    let [least, most] = DRAWN_OF_A_TERM;
    fetch(ground, worth);
    let all: f32 = worth.found.iter().map(spread).sum();
    let mut drawn: Vec<(Place, f64)> = Vec::with_capacity(most as usize * worth.found.len());
    for found in &worth.found {
        let share = (DRAWN * spread(found) / all).clamp(least, most);
        draw_of(ground, found, share as u64, &mut drawn);
    }
    drawn.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    drawn.dedup_by_key(|drawn| drawn.0);
    let (mut sums, mut wanted) = (Sums::default(), Vec::with_capacity(drawn.len()));
    let places: Vec<Place> = drawn.iter().map(|drawn| drawn.0).collect();
    for ((place, stands_for), score) in drawn.into_iter().zip(worth.of_each(ground, &places)) {
        sums.add_share(score, stands_for);
        if ground.scope.wants(place) {
            wanted.push(score);
        }
    }
    let floor = match depth.checked_sub(1) {
        Some(last) if last < wanted.len() => *wanted.select_nth_unstable_by(last, |a, b| b.total_cmp(a)).1,
        _ => f32::NEG_INFINITY,
    };
    Drawn { scale: sums.scale(ground.scope.blocks), floor }
}

/// Asks for the samples of long lists, and then for the ids of the blocks in them that come first, for these decide who is drawn.
fn fetch(ground: &Ground<'_>, worth: &Worth<'_>) {
    let samples = || {
        let lists = worth.found.iter().flat_map(|found| (0_u32..).zip(&found.lists));
        lists.filter_map(|(part, list)| if let List::Whole(postings, _) = list { Some((part, postings)) } else { None })
    };
    samples().for_each(|(_, postings)| postings.fetch_sample());
    for (part, postings) in samples() {
        let share = (DRAWN as usize / ground.views.len()).max(1);
        for posting in postings.sample().take(share).chain(postings.sample().next_back()) {
            ground.fetch_id(place_of(ground, part, posting));
        }
    }
}

/// How much of what scores differ by comes from a term: of what says most, most is to be known.
fn spread(found: &Found<'_>) -> f32 {
    found.count as f32 * found.worth() * found.worth()
}

/// Draws about `share` blocks that have a term, each with how many it stands for.
fn draw_of(ground: &Ground<'_>, found: &Found<'_>, share: u64, drawn: &mut Vec<(Place, f64)>) {
    let least = if found.count <= share { u64::MAX } else { u64::MAX / found.count * share };
    let sources: Vec<Source<'_>> =
        (0_u32..).zip(&found.lists).map(|(part, list)| Source::new(ground, part, list, least)).collect();
    let limit = sources.iter().map(|source| source.reach).fold(least, u64::min);
    let before = drawn.len();
    for (part, source) in (0_u32..).zip(&sources) {
        let mut take = |posting: u32| {
            let place = place_of(ground, part, posting);
            if (limit == u64::MAX || mix(ground.id(place)) < limit) && ground.scope.contains(place) {
                drawn.push((place, 1.0));
            }
        };
        match source.sample {
            Some(postings) => {
                postings.sample().take_while(|&posting| hash_of(ground, part, posting) < limit).for_each(take)
            }
            None => source.list.each(&mut take),
        }
    }
    if limit < u64::MAX {
        let stands_for = found.count as f64 / (drawn.len() - before).max(1) as f64;
        drawn[before..].iter_mut().for_each(|drawn| drawn.1 = stands_for);
    }
}

/// Where the blocks of one list are drawn from.
struct Source<'a> {
    list: &'a List<'a>,
    /// Its sample, unless all of it is gone through.
    sample: Option<Postings<'a>>,
    /// All of the blocks are known whose hashes are below this.
    reach: u64,
}

impl<'a> Source<'a> {
    fn new(ground: &Ground<'_>, part: u32, list: &'a List<'a>, limit: u64) -> Self {
        let whole = Self { list, sample: None, reach: u64::MAX };
        let List::Whole(postings, _) = list else { return whole };
        let Some(last) = postings.sample().next_back().filter(|_| limit < u64::MAX) else { return whole };
        // The last of a sample may be the first of several passages of its block.
        let reach = hash_of(ground, part, last);
        let is_enough = reach >= limit || postings.count() > WELL_SAMPLED_MIN;
        if is_enough { Self { list, sample: Some(*postings), reach } } else { whole }
    }
}

/// Where the block of a posting comes when blocks are drawn.
fn hash_of(ground: &Ground<'_>, part: u32, posting: u32) -> u64 {
    mix(ground.id(place_of(ground, part, posting)))
}

fn place_of(ground: &Ground<'_>, part: u32, posting: u32) -> Place {
    Place { part, block: ground.views[part as usize].block_of(posting >> 8) }
}
