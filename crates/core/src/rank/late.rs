//! The same meaning word by word: each word of the query is compared with every word of a passage, and the best match counts.
//!
//! MaxSim of ColBERT (Khattab and Zaharia 2020) over static token vectors, each query word weighed by its rarity. How similar a token is to the
//! query's pieces is worked out once a search, in steps of 1/255; a passage then costs a few bytes a token.

use super::scratch::Rows;
use super::statistics::{Scale, Sums};
use super::view::{Ground, View};
use super::words::{QueryWords, Rarity};
use crate::embed::Table;
use crate::index::state::Place;
use crate::vectors::distance::{LANES, Lanes, Matrix};
use std::sync::LazyLock;

/// How much a passage pays for being long: it has more words to match by chance. An exponent; 0 is nothing.
const LENGTH_PENALTY: f32 = 0.3;

/// Query pieces that are compared; of a longer query, the rarest.
const PIECES_MAX: usize = 48;

/// A similarity in the first components, in steps, from which all of them are compared. Below it, little similarity is a little more or less.
const WORTH_A_LOOK: u8 = 26;

/// Steps from no similarity to identity.
const STEPS: f32 = 255.0;

/// What passages of so many words pay; longer ones are seldom.
static PENALTIES: LazyLock<Vec<f32>> =
    LazyLock::new(|| (0..512_u16).map(|length| f32::from(length.max(1)).powf(LENGTH_PENALTY)).collect());

/// The query's pieces with their weights, and how similar each is to the tokens met so far.
pub struct Late<'a> {
    ground: &'a Ground<'a>,
    /// The directions of all tokens.
    directions: Matrix<'a>,
    lanes: Lanes<'a>,
    /// By lane: what a step of similarity with its piece is worth.
    weights: Vec<f32>,
    /// What a passage of average length pays.
    usual_penalty: f32,
    rows: &'a mut Rows,
    /// By part and block: the scores of all blocks in scope, where all of them make the scale.
    known: Option<Vec<Vec<f32>>>,
    /// The scale of the scores.
    pub scale: Scale,
}

impl<'a> Late<'a> {
    /// Ready to score; the scale is over every block in scope if `exact`, over a sample otherwise.
    pub fn new(
        ground: &'a Ground<'a>,
        query: &QueryWords,
        rarity: &Rarity,
        table: &'a Table,
        exact: bool,
        rows: &'a mut Rows,
    ) -> Self {
        let pieces = weighed(query, rarity);
        let scope = ground.scope;
        let average = (scope.words as f32 / scope.passages.max(1) as f32).max(1.0);
        let directions = table.directions();
        let probe = |piece: &(u16, f32)| (directions.row(piece.0), directions.scales[usize::from(piece.0)] * STEPS);
        let lanes = Lanes::new(&pieces.iter().map(probe).collect::<Vec<_>>(), WORTH_A_LOOK);
        let mut weights = vec![0.0; lanes.width()];
        pieces.iter().enumerate().for_each(|(number, piece)| weights[Lanes::place(number)] = piece.1 / STEPS);
        rows.reset(table.size(), lanes.width());
        let usual_penalty = average.powf(LENGTH_PENALTY);
        let mut late =
            Self { ground, directions, lanes, weights, usual_penalty, rows, known: None, scale: Scale::default() };
        if late.has_pieces() {
            late.measure(exact);
        }
        late
    }

    fn measure(&mut self, exact: bool) {
        let (ground, mut sums) = (self.ground, Sums::default());
        let places: Vec<Place> = if exact { ground.scope.places().collect() } else { ground.sample().to_vec() };
        self.prepare(&places);
        if exact {
            let mut known: Vec<Vec<f32>> =
                ground.views.iter().map(|view| vec![0.0; view.segment.blocks() as usize]).collect();
            for place in places {
                let score = self.of(place);
                sums.add(score);
                known[place.part as usize][place.block as usize] = score;
            }
            self.known = Some(known);
        } else {
            places.iter().for_each(|&place| sums.add(self.of(place)));
        }
        self.scale = sums.own_scale();
    }

    /// Whether the query has anything that the table can read.
    pub fn has_pieces(&self) -> bool {
        !self.weights.is_empty()
    }

    /// The score of a block: that of its best passage.
    pub fn of(&mut self, place: Place) -> f32 {
        if self.weights.is_empty() {
            return 0.0;
        }
        if let Some(known) = &self.known {
            return known[place.part as usize][place.block as usize];
        }
        let view = self.ground.view(place);
        view.passages_of(place.block).map(|passage| self.passage(view, passage)).fold(0.0, f32::max)
    }

    /// Gets ready to score some blocks. They lie anywhere, as do their tokens in the table: together they take a fraction of the time that they
    /// take one by one.
    pub fn prepare(&mut self, places: &[Place]) {
        if !self.has_pieces() || self.known.is_some() {
            return;
        }
        let ground = self.ground;
        places.iter().for_each(|place| ground.view(*place).fetch_tokens(place.block));
        for place in places {
            let view = ground.view(*place);
            view.passages_of(place.block).for_each(|passage| self.rows.meet(view.tokens_of(passage)));
        }
        self.compare();
    }

    /// Works out the rows of tokens that have none yet.
    fn compare(&mut self) {
        let (tokens, rows) = self.rows.missing();
        if !tokens.is_empty() {
            self.lanes.similar(&self.directions, tokens, rows);
        }
    }

    fn passage(&mut self, view: &View<'_>, passage: u32) -> f32 {
        let tokens = view.tokens_of(passage);
        self.rows.meet(tokens);
        self.compare();
        let sum = if self.weights.len() == LANES {
            self.best::<1>(tokens)
        } else {
            self.best::<{ PIECES_MAX / LANES }>(tokens)
        };
        let length = view.lengths[passage as usize];
        let penalty = match PENALTIES.get(length as usize) {
            Some(&penalty) => penalty,
            None => (length as f32).powf(LENGTH_PENALTY),
        };
        sum * self.usual_penalty / penalty
    }

    /// The sum over the pieces of the best that any token does for each.
    #[inline]
    fn best<const GROUPS: usize>(&self, tokens: &[u16]) -> f32 {
        let mut best = [[0_u8; LANES]; GROUPS];
        for &token in tokens {
            for (best, similar) in best.iter_mut().zip(self.rows.of(token).as_chunks::<LANES>().0) {
                *best = std::array::from_fn(|lane| best[lane].max(similar[lane]));
            }
        }
        best.as_flattened().iter().zip(&self.weights).map(|(&best, weight)| f32::from(best) * weight).sum()
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
