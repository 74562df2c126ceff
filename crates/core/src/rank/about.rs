//! What else is about the same: a block that shares a rare name with one of the best hits, and has what that lacks of the query.
//!
//! Some questions need two memories: of "Where does the man live who repaired the boiler?" one says who he is, and shares hardly a word with the other,
//! which says where he lives. What ties them is his name, which the question does not have. What the hit says speaks for the other block, in so far as
//! it is an answer to a part of the question: if it has all of the question's words, no second memory is needed, and if it has few, it is no answer.
//! A name says the less of a block the more others have it, and the more other names that block has.

use super::best::Scored;
use super::view::Ground;
use super::weighing::Weighing;
use super::words::{self, Found, Worth};
use crate::index::state::Place;
use crate::query::Stage;
use crate::words::names::Name;
use crate::words::terms::Term;

/// The best hits, whose names are looked for. Recall is the same with two to five.
const LEADING: usize = 3;

/// Blocks in scope that may have a rare name. Recall is the same with 4 to 20.
const BLOCKS_MAX: usize = 6;

/// Passages up to which it is found out of how many blocks they are: long blocks repeat a name.
const PASSAGES_MAX: u64 = 4 * BLOCKS_MAX as u64;

/// Names of a hit that count, those in the fewest passages first: a long text has very many.
const NAMES_MAX: usize = 8;

/// By how much a block stays below the hit that leads to it: enough for what is lost in rounding.
const BELOW: f32 = 0.01;

/// Why a block is about the same as a hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct About {
    /// How far what the hit says speaks for it.
    pub measure: f32,
    /// The hit.
    pub by: Place,
    /// The name, by its term.
    pub name: u64,
    /// The score of the hit: it leads to the other, so that this is not lifted above it.
    pub most: f32,
}

impl About {
    /// What is left of the measure for a block that has so much without it.
    pub fn up_to_its_hit(&self, without: f32, weight: f32) -> f32 {
        if weight > 0.0 { self.measure.min((self.most - BELOW - without).max(0.0) / weight) } else { self.measure }
    }
}

/// The blocks that are about the same as the best hits, each with what says most for it.
pub fn find(found: &Weighing<'_, '_>) -> Vec<(Place, About)> {
    if found.query.weights.about == 0.0 || found.evidence.is_near || found.evidence.deadline.cuts(Stage::Graph) {
        return Vec::new();
    }
    let leading = found.leading(LEADING);
    let places: Vec<Place> = leading.iter().filter(|leads| leads.score > 0.0).map(|leads| leads.place).collect();
    let rare = rare(found, &places);
    strongest(leading[..places.len()].iter().flat_map(|leads| Says::new(found, leads).all(&rare)).collect())
}

/// A rare name.
struct Rare {
    name: u64,
    /// The blocks in scope that have it.
    blocks: Vec<Place>,
}

/// The rare names of some hits that the query does not have, the rarest first.
fn rare(found: &Weighing<'_, '_>, hits: &[Place]) -> Vec<Rare> {
    let ground = found.ground;
    let is_asked = |name: &Name| found.question.terms.iter().any(|term| term.hash == name.term);
    let names = hits.iter().flat_map(|&hit| names_of(ground, hit)).filter(|name| !is_asked(name));
    let mut terms: Vec<Term> = names.map(|name| Term { hash: name.term, weight: 1.0 }).collect();
    if terms.is_empty() {
        return Vec::new();
    }
    terms.sort_unstable_by_key(|term| term.hash);
    terms.dedup_by_key(|term| term.hash);
    let mut names = words::lookup(ground, &terms);
    names.retain(|name| (2..=PASSAGES_MAX).contains(&name.count));
    names.sort_unstable_by_key(|name| (name.count, name.term.hash));
    let rare = names.iter().filter_map(|name| {
        let blocks = blocks(ground, name)?;
        Some(Rare { name: name.term.hash, blocks })
    });
    rare.take(LEADING * NAMES_MAX).collect()
}

fn names_of<'a>(ground: &'a Ground<'_>, place: Place) -> impl Iterator<Item = Name> + 'a {
    ground.view(place).segment.names(place.block)
}

/// The blocks of a word, if they are several and few, and in all of them it looks like a name: in one at least by more than where its sentence begins.
fn blocks(ground: &Ground<'_>, name: &Found<'_>) -> Option<Vec<Place>> {
    let mut blocks = name.places(ground);
    blocks.dedup();
    let named = |&place: &Place| ground.view(place).segment.named(place.block, name.term.hash);
    let is_name = || {
        let named: Option<Vec<Name>> = blocks.iter().map(named).collect();
        named.is_some_and(|named| named.iter().any(|name| name.is_sure))
    };
    ((2..=BLOCKS_MAX).contains(&blocks.len()) && is_name()).then_some(blocks)
}

/// What a hit says for others, by what it has of the query.
struct Says<'a> {
    ground: &'a Ground<'a>,
    hit: Place,
    /// Its score.
    score: f32,
    worth: &'a Worth<'a>,
    /// What its words stand for.
    measure: f32,
    /// What the query's words are worth that it has.
    has: f32,
}

impl<'a> Says<'a> {
    fn new(found: &'a Weighing<'_, '_>, leads: &Scored) -> Self {
        let (ground, evidence, hit) = (found.ground, &found.evidence, leads.place);
        let worth = evidence.words.worth;
        let measure = evidence.words_alone(evidence.words.of(ground, hit)).max(0.0);
        let has = worth_of(worth, |term| term.is_in_any(ground, &[hit]));
        Self { ground, hit, score: leads.score, worth, measure, has }
    }

    /// What it says for the blocks that share its names.
    fn all(&self, rare: &[Rare]) -> Vec<(Place, About)> {
        let own = rare.iter().filter(|rare| rare.blocks.contains(&self.hit)).take(NAMES_MAX);
        let mut all = Vec::new();
        for rare in own {
            let share = 1.0 / ((rare.blocks.len() - 1) as f32).sqrt();
            let others = rare.blocks.iter().filter(|&&place| place != self.hit && self.ground.scope.wants(place));
            let measure = |place: Place| share * self.of(place);
            let about =
                |&place: &Place| About { measure: measure(place), by: self.hit, name: rare.name, most: self.score };
            all.extend(others.map(|place| (*place, about(place))));
        }
        all
    }

    /// What it says for another block, that has a part of what it lacks: in full if each of the two has half.
    fn of(&self, other: Place) -> f32 {
        let (ground, whole) = (self.ground, self.worth.whole);
        let lacks = whole - self.has;
        if lacks <= 0.0 || self.has <= 0.0 {
            return 0.0;
        }
        let adds =
            worth_of(self.worth, |term| term.is_in_any(ground, &[other]) && !term.is_in_any(ground, &[self.hit]));
        let is_part = 4.0 * (self.has / whole) * (lacks / whole);
        let names = names_of(ground, other).count().max(1) as f32;
        self.measure * is_part * (1.0 + adds / lacks) / 2.0 / names.sqrt()
    }
}

/// What such of a query's words are worth.
fn worth_of(worth: &Worth<'_>, is_such: impl Fn(&Found<'_>) -> bool) -> f32 {
    worth.found.iter().filter(|term| is_such(term)).map(Found::worth).sum()
}

/// Of each block, what says most for it.
fn strongest(mut all: Vec<(Place, About)>) -> Vec<(Place, About)> {
    all.retain(|(_, about)| about.measure > 0.0);
    // Of two that say as much, the one of the better hit.
    all.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.measure.total_cmp(&a.1.measure)));
    all.dedup_by_key(|one| one.0);
    all
}
