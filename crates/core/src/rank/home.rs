//! The conversation that most of the best hits are of, asked once more by itself.
//!
//! Among very many blocks, what is usual says little about the turns of one conversation: all of them are unusual, words that stand in each of them
//! are rare, and what a turn says outweighs by far what is known beforehand. So where most of the best hits are of one family (see [`super::family`]),
//! they stand in the order in which a search of that family alone ranks them. Of what is lost when 30,000 blocks of other people's talk come to the
//! five conversations of LoCoMo this brings two thirds back; to give all places to the family, and not those alone that it has, would lose some of it.

use super::asked::Asked;
use super::family;
use super::scope::Scope;
use super::scratch::{Scratch, WordRoom};
use super::view::Ground;
use crate::error::Result;
use crate::id::BlockId;
use crate::query::{Hit, PRIOR, Query, Stage};
use std::collections::HashSet;

/// The best hits that are asked about.
pub const HEAD: usize = 10;

/// Of them, how many must be of the family. From 1 to 8, recall is the same, and there is less to be done the more it is.
const MOST: usize = 6;

/// How many times as many blocks as in the family there must be. Beside four others of its size it gains a fifth of a point.
const TIMES_MORE: u64 = 8;

/// See the module.
pub struct Home {
    query: Query,
    family: u64,
    scope: Scope,
}

/// Hits of a family as they stand in the end.
pub struct Settled {
    /// All hits, best first.
    pub hits: Vec<Hit>,
    /// By how much those of the family score more, or less, than by themselves.
    pub shifts: Vec<(BlockId, f32)>,
}

impl Home {
    /// The family that most of the `best` hits are of, if it is a small part of what is searched.
    pub fn find(asked: &Asked<'_>, best: &[Hit]) -> Option<Self> {
        let (ground, query) = (asked.ground, asked.query);
        let head = &best[..best.len().min(HEAD)];
        if query.weights.home == 0.0 || !query.near.is_empty() || head.len() < MOST {
            return None;
        }
        let place = ground.state.locate(head[0].block)?;
        let view = ground.view(place);
        let (namespace, _) = view.segment.namespace(view.namespace_of(place.block)).rsplit_once('/')?;
        // What is searched is the family, or a part of it.
        if namespace.len() <= query.namespace.len() {
            return None;
        }
        let family = family::family_of(ground, place);
        let count = head.iter().filter(|hit| is_of(ground, hit.block, family)).count();
        if count < MOST || asked.deadline.cuts(Stage::Home) {
            return None;
        }
        let query = Query { namespace: namespace.to_owned(), k: best.len(), ..query.clone() };
        let scope = Scope::new(ground.state, &query);
        (scope.blocks * TIMES_MORE <= ground.scope.blocks).then_some(Self { query, family, scope })
    }

    /// The `best` hits with those of the family in its own order; each takes over what the one scores that it stands for.
    pub fn settle(&self, asked: &Asked<'_>, best: Vec<Hit>, rooms: (&mut Scratch, &mut WordRoom)) -> Result<Settled> {
        let own = self.ask(asked, |asked| asked.by_itself(rooms.0, rooms.1, best.len()))?;
        let mut settled = Settled { hits: best, shifts: Vec::new() };
        // The time was over before it was done: what had been found before stands.
        if !asked.deadline.cuts(Stage::Home) {
            settled.arrange(asked.ground, self.family, own, self.query.weights.home);
        }
        Ok(settled)
    }

    /// Asks the same of the family alone.
    pub fn ask<T>(&self, asked: &Asked<'_>, ask: impl FnOnce(&Asked<'_>) -> T) -> T {
        let ground = Ground::new(asked.ground.state, &self.scope);
        ask(&Asked { ground: &ground, query: &self.query, ..*asked })
    }
}

impl Settled {
    /// Puts those that a search of the family alone found in the places that it has, as many as there are.
    fn arrange(&mut self, ground: &Ground<'_>, family: u64, own: Vec<Hit>, weight: f32) {
        let is_home = |hit: &Hit| is_of(ground, hit.block, family);
        let places: Vec<usize> = (0..self.hits.len()).filter(|&at| is_home(&self.hits[at])).collect();
        let there: Vec<Hit> = places.iter().map(|&at| self.hits[at]).collect();
        let found: HashSet<BlockId> = own.iter().map(|hit| hit.block).collect();
        let rest = there.iter().filter(|hit| !found.contains(&hit.block)).copied();
        let least = self.hits.last().map_or(0.0, |hit| hit.score);
        let ordered = own.into_iter().filter(is_home).chain(rest);
        for (hit, (&at, stands_for)) in ordered.zip(places.iter().zip(&there)) {
            let by_itself = there.iter().find(|other| other.block == hit.block);
            let before = by_itself.map_or(least, |hit| hit.score);
            let mut hit = by_itself.copied().unwrap_or(hit);
            // So that with a weight of 1 it is to the last bit what the place scores.
            let score = before * (1.0 - weight) + stands_for.score * weight;
            let shift = score - hit.score;
            hit.parts[PRIOR] += shift;
            hit.score = score;
            self.shifts.push((hit.block, shift));
            self.hits[at] = hit;
        }
        // Of two that score the same, the one that stands first by itself stays so.
        self.hits.sort_by(|a, b| b.score.total_cmp(&a.score));
    }
}

fn is_of(ground: &Ground<'_>, block: BlockId, family: u64) -> bool {
    ground.state.locate(block).is_some_and(|place| family::family_of(ground, place) == family)
}
