//! The same meaning word by word: each word of the query is compared with every word of a passage, and the best match counts.
//!
//! MaxSim of ColBERT (Khattab and Zaharia 2020) over static token vectors, each query word weighed by its rarity.

use super::Scores;
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

const NO_ROW: u32 = u32::MAX;

/// The query's pieces with their weights, and how similar each is to the tokens met so far.
pub struct Late<'a> {
    state: &'a State,
    table: &'a Table,
    pieces: Vec<(u16, f32)>,
    /// Content words of a passage, on average.
    average: f32,
    /// Token → its row in `similar`, or none yet.
    rows: Vec<u32>,
    similar: Vec<f32>,
    /// The scores of all blocks in scope, where all of them make the scale.
    known: Option<Scores>,
    /// The scale of the scores.
    pub scale: Scale,
}

impl<'a> Late<'a> {
    /// Ready to score; the scale is over every block in scope if `exact`, over a sample otherwise.
    pub fn new(
        state: &'a State,
        scope: &Scope,
        query: &QueryWords,
        rarity: &Rarity,
        table: &'a Table,
        exact: bool,
    ) -> Self {
        let pieces = weighed(query, rarity);
        let average = (scope.words as f32 / scope.passages.max(1) as f32).max(1.0);
        let rows = if pieces.is_empty() { Vec::new() } else { vec![NO_ROW; table.size()] };
        let mut late =
            Self { state, table, pieces, average, rows, similar: Vec::new(), known: None, scale: Scale::default() };
        if !late.pieces.is_empty() {
            late.measure(scope, exact);
        }
        late
    }

    fn measure(&mut self, scope: &Scope, exact: bool) {
        let mut sums = Sums::default();
        if exact {
            let mut known =
                Scores(self.state.parts.iter().map(|part| vec![0.0; part.segment.blocks() as usize]).collect());
            for place in scope.places() {
                let score = self.of(place);
                sums.add(score);
                known.0[place.part as usize][place.block as usize] = score;
            }
            self.known = Some(known);
        } else {
            sample(self.state, scope).into_iter().for_each(|place| sums.add(self.of(place)));
        }
        self.scale = sums.own_scale();
    }

    /// The score of a block: that of its best passage.
    pub fn of(&mut self, place: Place) -> f32 {
        if self.pieces.is_empty() {
            return 0.0;
        }
        if let Some(known) = &self.known {
            return known.of(place);
        }
        let segment = self.state.segment(place);
        segment.passages_of(place.block).map(|passage| self.passage(segment, passage)).fold(0.0, f32::max)
    }

    fn passage(&mut self, segment: &Segment, passage: u32) -> f32 {
        let count = self.pieces.len();
        let mut best = [0.0_f32; PIECES_MAX];
        for &token in segment.tokens(passage) {
            let row = self.row(token);
            best[..count]
                .iter_mut()
                .zip(&self.similar[row..row + count])
                .for_each(|(best, &similar)| *best = best.max(similar));
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

/// The pieces of a query, the rarest first. A word of several pieces counts as one word.
fn weighed(query: &QueryWords, rarity: &Rarity) -> Vec<(u16, f32)> {
    let mut counts = vec![0.0_f32; query.content.len()];
    query.pieces.iter().for_each(|&(word, _)| counts[word] += 1.0);
    let mut pieces: Vec<(u16, f32)> =
        query.pieces.iter().map(|&(word, piece)| (piece, rarity.of(query.content[word].1) / counts[word])).collect();
    pieces.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    pieces.truncate(PIECES_MAX);
    pieces
}
