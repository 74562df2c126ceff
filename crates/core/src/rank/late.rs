//! The same meaning word by word: each word of the query is compared with every word of a passage, and the best match counts.
//!
//! MaxSim of ColBERT (Khattab and Zaharia 2020) over static token vectors, each query word weighed by its rarity.

use super::candidates::Pool;
use super::scope::Scope;
use super::statistics::{Scale, Sums};
use super::vector::sample;
use super::words::{QueryWords, Rarity};
use crate::embed::Table;
use crate::index::State;
use crate::index::state::Place;
use crate::segment::Segment;

/// How much a passage pays for being long: it has more words to match by chance. An exponent; 0 is nothing.
const LENGTH_PENALTY: f32 = 0.3;

/// Query pieces that are compared; of a longer query, the rarest.
const PIECES_MAX: usize = 48;

/// What late interaction says.
pub struct LateScores {
    /// By place in the pool.
    pub scores: Vec<f32>,
    /// Their scale.
    pub scale: Scale,
}

/// Scores the blocks of the pool.
pub fn score(state: &State, scope: &Scope, pool: &Pool, query: &QueryWords, rarity: &Rarity, table: &Table) -> LateScores {
    let average = (scope.words as f32 / scope.passages.max(1) as f32).max(1.0);
    let mut late = Late::new(query, rarity, table, average);
    if late.pieces.is_empty() {
        return LateScores { scores: vec![0.0; pool.places.len()], scale: Scale::default() };
    }
    let scores: Vec<f32> = pool.places.iter().map(|&place| late.block(state.segment(place), place.block)).collect();
    let mut sums = Sums::default();
    if pool.is_all {
        scores.iter().for_each(|&score| sums.add(score));
    } else {
        let sampled: Vec<Place> = sample(state, scope).collect();
        sampled.into_iter().for_each(|place| sums.add(late.block(state.segment(place), place.block)));
    }
    LateScores { scores, scale: sums.own_scale() }
}

/// The query's pieces with their weights, and how similar each is to the tokens met so far.
struct Late<'a> {
    table: &'a Table,
    pieces: Vec<(u16, f32)>,
    average: f32,
    /// Token → its row in `similar`, or none yet.
    rows: Vec<u32>,
    similar: Vec<f32>,
}

const NO_ROW: u32 = u32::MAX;

impl<'a> Late<'a> {
    fn new(query: &QueryWords, rarity: &Rarity, table: &'a Table, average: f32) -> Self {
        let mut counts = vec![0.0_f32; query.content.len()];
        query.pieces.iter().for_each(|&(word, _)| counts[word] += 1.0);
        // A word of several pieces counts as one word.
        let mut pieces: Vec<(u16, f32)> = query.pieces.iter().map(|&(word, piece)| (piece, rarity.of(query.content[word].1) / counts[word])).collect();
        pieces.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        pieces.truncate(PIECES_MAX);
        Self { table, pieces, average, rows: vec![NO_ROW; table.size()], similar: Vec::new() }
    }

    /// A block is as good as its best passage.
    fn block(&mut self, segment: &Segment, block: u32) -> f32 {
        segment.passages_of(block).map(|passage| self.passage(segment, passage)).fold(0.0, f32::max)
    }

    fn passage(&mut self, segment: &Segment, passage: u32) -> f32 {
        let count = self.pieces.len();
        let mut best = [0.0_f32; PIECES_MAX];
        for &token in segment.tokens(passage) {
            let row = self.row(token);
            best[..count].iter_mut().zip(&self.similar[row..row + count]).for_each(|(best, &similar)| *best = best.max(similar));
        }
        let sum: f32 = best[..count].iter().zip(&self.pieces).map(|(best, piece)| best * piece.1).sum();
        sum / (segment.lengths()[passage as usize].max(1) as f32 / self.average).powf(LENGTH_PENALTY)
    }

    fn row(&mut self, token: u16) -> usize {
        let known = self.rows[usize::from(token)];
        if known != NO_ROW {
            return known as usize;
        }
        let row = self.similar.len();
        self.similar.extend(self.pieces.iter().map(|&(piece, _)| self.table.similarity(piece, token)));
        self.rows[usize::from(token)] = row as u32;
        row
    }
}
