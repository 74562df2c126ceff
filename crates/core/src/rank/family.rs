//! Whose conversations a query is about: those of the namespaces in which its rare words occur, in whichever block.
//!
//! Namespaces with the same one above them are a *family*: `team/monday` and `team/friday`, not `shop/monday`. Where many people of the same names talk
//! about the same things, each block of a conversation says too little to tell it from the others; the blocks of all its sessions together say more.
//! Namespaces with none above them are one family: often sessions, of which this must not choose one (BEAM loses four points).

use super::view::Ground;
use super::words::{Found, QueryWords, Worth};
use crate::index::state::Place;
use std::cell::Cell;

/// Passages in scope up to which a word is rare: to go through so many takes a microsecond. Up to 2,048, recall is the same.
const RARE_MAX: u64 = 128;

/// Rare words that are looked at, the rarest first: a prompt may be long.
const WORDS_MAX: usize = 16;

/// How much of what is rare in a query each family has.
#[derive(Default)]
pub struct Families {
    /// By family, ascending.
    has: Vec<(u64, f32)>,
    /// The namespace that was asked about last, by its part, and what was said of it: the next block is often of the same.
    last: Cell<Option<((u32, u32), f32)>>,
}

impl Families {
    /// Looks for the content words of `question`, as far as they are rare in scope. A word counts by how few of the families have it: for nothing if
    /// all do, so that where there is one family, this says nothing.
    pub fn new(ground: &Ground<'_>, worth: &Worth<'_>, question: &QueryWords) -> Self {
        let is_content = |found: &Found<'_>| question.content.iter().any(|&(_, term)| term == found.term.hash);
        let rare = worth.found.iter().filter(|found| found.count <= RARE_MAX && is_content(found)).take(WORDS_MAX);
        let with: Vec<Vec<u64>> = rare.map(|found| families_of(ground, &found.places(ground))).collect();
        if with.is_empty() {
            return Self::default();
        }
        let drawn = ground.families(|sample| families_of(ground, sample));
        let all = distinct(with.iter().map(Vec::as_slice).chain([drawn]).flatten().copied().collect());
        let mut has: Vec<(u64, f32)> = all.iter().map(|&family| (family, 0.0)).collect();
        for families in &with {
            let rarity = (all.len() as f32 / families.len() as f32).ln();
            for family in families {
                if let Ok(at) = all.binary_search(family) {
                    has[at].1 += rarity;
                }
            }
        }
        Self { has, last: Cell::new(None) }
    }

    /// Whether any family has more of it than others.
    pub fn is_any(&self) -> bool {
        !self.has.is_empty()
    }

    /// How much of it the family of a block has: of each word, in how many times fewer families it is than there are, as a logarithm. (More than a
    /// hundred families count as a hundred: of many, those are counted that a sample knows.)
    #[inline]
    pub fn of(&self, ground: &Ground<'_>, place: Place) -> f32 {
        if self.has.is_empty() {
            return 0.0;
        }
        let namespace = (place.part, ground.view(place).namespace_of(place.block));
        if let Some((last, has)) = self.last.get()
            && last == namespace
        {
            return has;
        }
        let at = self.has.binary_search_by_key(&family_of(ground, place), |has| has.0);
        let has = at.map_or(0.0, |at| self.has[at].1);
        self.last.set(Some((namespace, has)));
        has
    }
}

/// By the name of the namespace above it.
pub fn family_of(ground: &Ground<'_>, place: Place) -> u64 {
    let namespace = ground.view(place).namespace_of(place.block);
    ground.state.parts[place.part as usize].families()[namespace as usize]
}

/// The families of some blocks, ascending.
fn families_of(ground: &Ground<'_>, places: &[Place]) -> Vec<u64> {
    distinct(places.iter().map(|&place| family_of(ground, place)).collect())
}

fn distinct(mut families: Vec<u64>) -> Vec<u64> {
    families.dedup(); // blocks that follow one another are of one family, as a rule
    families.sort_unstable();
    families.dedup();
    families
}
