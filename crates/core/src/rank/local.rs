//! A search near an anchor: what it looks at, of all that there is.
//!
//! First the anchor's neighbourhood, from block to block, the nearest first. Where that has too little of what is asked for, also the blocks
//! that share a rare word with the query, and the turns beside the best of these. If there are no such blocks either, everything.

use super::deadline::Deadline;
use super::nearby::Nearby;
use super::turns::Turns;
use super::view::Ground;
use super::words::{Found, Worth};
use crate::id::BlockId;
use crate::index::state::Place;
use crate::links::Budget;
use crate::query::{Stage, Width};

/// Blocks of a neighbourhood: a conversation of some minutes.
const NEIGHBOURS: usize = 32;

/// Blocks that may be hits, fewer than which are too little, whatever they say.
const WANTED_MIN: usize = 10;

/// What share of the query's words must be in the neighbourhood, by their rarity. Less would look at less where the anchor stands right, and
/// miss more where it stands wrong: what each threshold costs is in `docs/concepts/recall.md`.
const COVERED_MIN: f32 = 0.8;

/// If there is less of them than this, the question is about something else, and all its words lead there; otherwise those that are missing do.
const BELONGS_MIN: f32 = 0.5;

/// Blocks that are looked at for a rare word of the query: one in so many…
const RARE_SHARE: u64 = 12;

/// … but at least and at most these: below, a word of a few conversations would be none, and beyond, words tell little.
const RARE_RANGE: (u64, u64) = (32, 128);

/// One in so many of those, the best by their words, is looked at with the turns beside it, which may share no word with the query.
const HEAD_SHARE: usize = 4;

/// Turns on either side of the best.
const BESIDE: usize = 2;

/// Turns on either side of what may be a hit that speak for it.
const MARGIN: usize = super::conversation::CLOSE;

/// What a search looks at.
pub struct Visited {
    /// What may be a hit, ascending.
    pub wanted: Vec<Place>,
    /// That, and what speaks for it, ascending.
    pub scored: Vec<Place>,
    /// How far it went for it.
    pub width: Width,
}

/// What a search for these terms near `start` looks at; None if that is everything.
pub fn visit(
    ground: &Ground<'_>,
    nearby: &mut Nearby<'_>,
    start: BlockId,
    worth: &Worth<'_>,
    deadline: &Deadline,
) -> Option<Visited> {
    let terms = &worth.found;
    let mut turns = Turns::new(ground);
    let mut found = neighbourhood(nearby, start);
    let mut width = Width::Neighbourhood;
    let share = share_of(terms, ground, &found);
    let is_too_little = !terms.is_empty() && (wanted_of(ground, &found) < WANTED_MIN || share < COVERED_MIN);
    if is_too_little && !deadline.cuts(Stage::Graph) {
        let leads = |term: &&Found<'_>| share < BELONGS_MIN || !term.is_in_any(ground, &found);
        let most = (ground.scope.blocks / RARE_SHARE).clamp(RARE_RANGE.0, RARE_RANGE.1) as usize;
        let rare = with_rare_words(ground, terms.iter().filter(leads), most);
        if rare.is_empty() {
            return None;
        }
        width = Width::Words;
        let best = best_by_words(ground, worth, &rare, most / HEAD_SHARE);
        found.extend(best.into_iter().flat_map(|place| stretch(&mut turns, place, BESIDE)));
        found.extend(rare);
        tidy(&mut found);
        if wanted_of(ground, &found) < WANTED_MIN {
            return None;
        }
    }
    let mut scored: Vec<Place> = found.iter().flat_map(|&place| stretch(&mut turns, place, MARGIN)).collect();
    tidy(&mut scored);
    found.retain(|&place| ground.scope.wants(place));
    Some(Visited { wanted: found, scored, width })
}

/// How many of some blocks may be hits.
fn wanted_of(ground: &Ground<'_>, places: &[Place]) -> usize {
    places.iter().filter(|&&place| ground.scope.wants(place)).count()
}

/// The blocks nearest to an anchor, ascending: along turns and links, and as many turns as if it had no links. What was said just before is
/// mostly what is asked about, and a link may lead far away from it.
fn neighbourhood(nearby: &mut Nearby<'_>, start: BlockId) -> Vec<Place> {
    let budget = Budget { visits: NEIGHBOURS, ..Budget::default() };
    let reached = [nearby.walk(start, budget), nearby.walk_turns(start, budget)].concat();
    let mut places: Vec<Place> = reached.into_iter().filter_map(|reach| nearby.inside(reach.block)).collect();
    tidy(&mut places);
    places
}

/// How much of the terms' rarity is in some blocks, from 0 to 1; of no terms, nothing.
fn share_of(terms: &[Found<'_>], ground: &Ground<'_>, places: &[Place]) -> f32 {
    let all: f32 = terms.iter().map(Found::worth).sum();
    let there: f32 = terms.iter().filter(|term| term.is_in_any(ground, places)).map(Found::worth).sum();
    if all > 0.0 { there / all } else { 0.0 }
}

/// The blocks that hold the rarest terms, ascending, as long as there are at most so many.
fn with_rare_words<'a>(ground: &Ground<'_>, terms: impl Iterator<Item = &'a Found<'a>>, most: usize) -> Vec<Place> {
    let mut found = Vec::new();
    for term in terms {
        if found.len() + term.count as usize > most {
            break;
        }
        found.extend(term.places(ground));
        tidy(&mut found);
    }
    found
}

/// So many of some blocks, the best by their words.
fn best_by_words(ground: &Ground<'_>, worth: &Worth<'_>, places: &[Place], count: usize) -> Vec<Place> {
    let mut best: Vec<(f32, Place)> =
        places.iter().map(|&place| (worth.of_block(ground.view(place), place), place)).collect();
    best.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(ground.id(b.1).cmp(&ground.id(a.1))));
    best.truncate(count);
    best.into_iter().map(|scored| scored.1).collect()
}

/// A block, and the turns that speak for it.
pub fn with_turns(ground: &Ground<'_>, place: Place) -> Vec<Place> {
    stretch(&mut Turns::new(ground), place, MARGIN)
}

/// A block, and the turns around it if it is one.
fn stretch(turns: &mut Turns<'_>, place: Place, radius: usize) -> Vec<Place> {
    let around = turns.around(place, radius);
    if around.iter().any(|turn| turn.place == place) {
        around.iter().map(|turn| turn.place).collect()
    } else {
        vec![place]
    }
}

/// In ascending order, each once.
pub fn tidy(places: &mut Vec<Place>) {
    places.sort_unstable();
    places.dedup();
}
