//! How well a text fits what is around a block: which of several anchors a question or a new text belongs to, and whether to any.

use super::nearby::Nearby;
use super::vector::{self, VectorScores};
use super::view::Ground;
use super::words::{Found, lookup};
use crate::embed::Table;
use crate::id::{BlockId, TimeUs};
use crate::index::state::Place;
use crate::links::Budget;
use crate::vectors::Code;
use crate::words::bm25::idf;
use crate::words::mentions;
use crate::words::terms::{Term, is_content, of_morpheme, of_word};
use crate::words::{Script, Token, Tokens, dates};
use std::collections::HashMap;

/// Blocks around an anchor that speak for it: what was said there last.
const PROBED: usize = 8;

/// Of these, how many speak for all by what they mean.
const NEAREST: usize = 5;

/// Words of a text by which it is told, from its beginning on: each is looked for around each anchor, and a text may have a million bytes.
const WORDS_MAX: usize = 256;

/// The cosine of two texts that have nothing to do with one another, as far as nothing is known of this memory, and how many of its blocks that
/// counts for. Between turns of a chat it is from 0.03 (Korean, or of two trades) to 0.4 (praise and thanks).
const USUAL_COSINE: f32 = 0.05;
const USUAL_BLOCKS: f32 = 8.0;

/// What a text is about: its words but those that only say when something is, each as the terms that it is known by.
pub struct Subject<'a> {
    units: Vec<Unit<'a>>,
    /// How many words these are.
    pub words: usize,
    /// The words that the table cannot read, and the tokens of the others, each with its unit.
    unread: Vec<(Token, usize)>,
    pieces: Vec<(u16, usize)>,
}

/// A term, how rare it is in scope, and where it stands, if it stands anywhere: what a new subject is about has not been said before.
struct Unit<'a> {
    rarity: f32,
    found: Option<Found<'a>>,
}

impl<'a> Subject<'a> {
    /// Of a text that is meant at `now`, by a clock there.
    pub fn new(ground: &Ground<'a>, tokens: &Tokens, now: TimeUs, table: &Table) -> Self {
        let is_time = times(tokens, now);
        let (mut terms, mut unread, mut pieces) = (Terms::default(), Vec::new(), Vec::new());
        let mut words = 0;
        let says = |&at: &usize| is_content(tokens, tokens.list[at]) && !is_time[at];
        for token in (0..tokens.list.len()).filter(says).take(WORDS_MAX).map(|at| tokens.list[at]) {
            words += 1;
            let mut own = Vec::new();
            table.pieces(tokens, token, &mut own);
            if token.script == Script::Hangul && !own.is_empty() {
                pieces.extend(own.iter().map(|&piece| (piece, terms.number(of_morpheme(table, piece)))));
                continue;
            }
            let mut of = Vec::new();
            of_word(tokens, token, &mut of);
            let Some(&term) = of.first() else { continue };
            let unit = terms.number(term);
            if own.is_empty() {
                unread.push((token, unit));
            }
            pieces.extend(own.into_iter().map(|piece| (piece, unit)));
        }
        Self { units: terms.looked_up(ground), words, unread, pieces }
    }

    /// Its vector by the table: the words that are rare here count more.
    pub fn embed(&self, tokens: &Tokens, table: &Table) -> Option<Code> {
        let rarity = |unit: usize| self.units[unit].rarity;
        let pieces = self.pieces.iter().map(|&(piece, unit)| (piece, rarity(unit)));
        let unread = self.unread.iter().map(|&(token, unit)| (token, rarity(unit)));
        (self.words > 0).then(|| table.embed(tokens, pieces, unread))
    }

    /// The share of its terms, by their rarity, that some blocks have, each by how much the block counts.
    fn share(&self, ground: &Ground<'_>, around: &[(Place, f32)]) -> f32 {
        let there = |unit: &Unit<'_>| {
            let has_it = |found: &Found<'_>, place| found.is_in_any(ground, &[place]);
            let found = unit.found.as_ref();
            let here = around.iter().filter(|&&(place, _)| found.is_some_and(|found| has_it(found, place)));
            here.map(|&(_, counts)| counts).fold(0.0, f32::max)
        };
        let all: f32 = self.units.iter().map(|unit| unit.rarity).sum();
        let there: f32 = self.units.iter().map(|unit| unit.rarity * there(unit)).sum();
        if all > 0.0 { there / all } else { 0.0 }
    }
}

/// Terms, each once.
#[derive(Default)]
struct Terms {
    list: Vec<Term>,
    numbers: HashMap<u64, usize>,
}

impl Terms {
    fn number(&mut self, term: Term) -> usize {
        *self.numbers.entry(term.hash).or_insert_with(|| {
            self.list.push(term);
            self.list.len() - 1
        })
    }

    fn looked_up<'a>(&self, ground: &Ground<'a>) -> Vec<Unit<'a>> {
        let unseen = idf(ground.scope.passages, 0);
        let mut units: Vec<Unit<'a>> = self.list.iter().map(|_| Unit { rarity: unseen, found: None }).collect();
        for found in lookup(ground, &self.list) {
            let number = self.numbers[&found.term.hash];
            units[number] = Unit { rarity: found.idf, found: Some(found) };
        }
        units
    }
}

/// Which words only say when something is: what is said today, and what was said of today before, need have nothing in common.
fn times(tokens: &Tokens, now: TimeUs) -> Vec<bool> {
    let mut is_time = vec![false; tokens.list.len()];
    for relative in mentions::relative(tokens, now) {
        let first = relative.words.start;
        is_time[first..relative.words.end.max(first + 1)].fill(true);
    }
    dates::each_named(tokens, |token, _| {
        if let Some(at) = tokens.number_of(token) {
            is_time[at] = true;
        }
    });
    let begins = |at: usize| tokens.cased(tokens.list[at]).starts_with(|c: char| c.is_ascii_digit());
    // The 3 of "June 3", and what stands right behind a number: 3 + 일.
    for at in 0..is_time.len() {
        let is_beside = is_time.get(at + 1) == Some(&true) || at > 0 && is_time[at - 1];
        let is_unit = || at > 0 && is_time[at - 1] && tokens.is_joined(tokens.list[at - 1], tokens.list[at]);
        is_time[at] |= begins(at) && is_beside || is_unit();
    }
    is_time
}

/// How well a text fits what is around blocks.
pub struct Fits<'a> {
    ground: &'a Ground<'a>,
    subject: &'a Subject<'a>,
    vector: VectorScores<'a>,
    /// What its cosine with any block in scope is.
    usual: f32,
    /// The blocks that were looked at.
    pub probed: Vec<Place>,
}

impl<'a> Fits<'a> {
    /// Of a text about this, with this vector.
    pub fn new(ground: &'a Ground<'a>, subject: &'a Subject<'a>, code: Option<&'a Code>) -> Self {
        let (vector, sample) = (vector::over(ground, code, &[]), ground.sample());
        let sum: f32 = sample.iter().map(|&place| vector.of(ground, place)).sum();
        let usual = (USUAL_COSINE * USUAL_BLOCKS + sum) / (USUAL_BLOCKS + sample.len() as f32);
        Self { ground, subject, vector, usual, probed: Vec::new() }
    }

    /// How well it fits what is around a block: the share of its words that is there, and by how much more than usual the nearest mean the same.
    /// Each block around counts by how near it is to that one: close by there may be another subject. It ends where another one of `starts`
    /// stands.
    pub fn of(&mut self, nearby: &mut Nearby<'_>, start: BlockId, starts: &[BlockId]) -> f32 {
        let reached = nearby.walk_apart(start, starts, Budget { visits: PROBED, ..Budget::default() });
        let around: Vec<(Place, f32)> =
            reached.iter().filter_map(|reach| Some((nearby.inside(reach.block)?, reach.proximity))).collect();
        self.probed.extend(around.iter().map(|found| found.0));
        let lift =
            |&(place, counts): &(Place, f32)| counts * (self.vector.of(self.ground, place) - self.usual).max(0.0);
        let mut near: Vec<f32> = around.iter().map(lift).collect();
        near.sort_unstable_by(|a, b| b.total_cmp(a));
        near.truncate(NEAREST);
        self.subject.share(self.ground, &around) + near.iter().sum::<f32>() / near.len().max(1) as f32
    }
}
