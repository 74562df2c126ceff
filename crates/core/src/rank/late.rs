//! The same meaning word by word: each word of the query is compared with every word of a passage, and the best match counts.
//!
//! MaxSim of ColBERT (Khattab and Zaharia 2020) over static token vectors, each query word weighed by its rarity. How similar a token is to the
//! query's pieces is worked out once a search, in steps of 1/255; a passage then costs a few bytes a token.

use super::scratch::Rows;
use super::statistics::{Scale, Sums};
use super::vector::SAMPLE;
use super::view::{Ground, View};
use super::words::{QueryWords, Rarity};
use crate::embed::Table;
use crate::index::state::Place;
use crate::vectors::Probe;
use crate::vectors::distance::{LANES, Lanes, prefetch};
use std::sync::LazyLock;

/// How much a passage pays for being long: it has more words to match by chance. An exponent; 0 is nothing.
const LENGTH_PENALTY: f32 = 0.3;

/// Query pieces that are compared; of a longer query, the rarest.
const PIECES_MAX: usize = 48;

/// Components of a token's direction that are looked at first. They are ordered by how much they tell, and these are one line of memory.
const FIRST: usize = 64;

/// Bytes of a line of memory.
const LINE: usize = 64;

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
    /// The directions of all tokens, and their scales.
    directions: &'a [i8],
    token_scales: &'a [f32],
    dimension: usize,
    /// Components that are looked at first.
    first: usize,
    /// What a step of similarity with each piece is worth.
    weights: Vec<f32>,
    probes: Vec<Probe<'a>>,
    lanes: Vec<Lanes>,
    scales: Vec<f32>,
    /// What a passage of average length pays.
    usual_penalty: f32,
    rows: &'a mut Rows,
    /// Tokens that are about to get their rows, and those that are to be compared in full with a piece.
    new: Vec<u16>,
    looks: Vec<(u16, usize)>,
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
        rows.reset(table.size(), pieces.len().next_multiple_of(LANES));
        let (directions, token_scales) = table.directions();
        let direction = |piece: &(u16, f32)| table.direction(piece.0);
        let first = FIRST.min(table.dimension());
        let lane = |piece: &(u16, f32)| (&direction(piece).bytes[..first], direction(piece).scale * STEPS);
        let lanes = |pieces: &[(u16, f32)]| Lanes::new(pieces.iter().map(lane), first);
        let mut late = Self {
            ground,
            directions,
            token_scales,
            dimension: table.dimension(),
            first,
            weights: pieces.iter().map(|piece| piece.1 / STEPS).collect(),
            probes: pieces.iter().map(|piece| Probe::new(direction(piece).bytes)).collect(),
            scales: pieces.iter().map(|piece| direction(piece).scale * STEPS).collect(),
            usual_penalty: average.powf(LENGTH_PENALTY),
            rows,
            new: Vec::new(),
            looks: Vec::new(),
            lanes: pieces.chunks(LANES).map(lanes).collect(),
            known: None,
            scale: Scale::default(),
        };
        if !late.weights.is_empty() {
            late.measure(exact);
        }
        late
    }

    fn measure(&mut self, exact: bool) {
        let (ground, mut sums) = (self.ground, Sums::default());
        if exact {
            let mut known: Vec<Vec<f32>> =
                ground.views.iter().map(|view| vec![0.0; view.segment.blocks() as usize]).collect();
            for place in ground.scope.places() {
                let score = self.of(place);
                sums.add(score);
                known[place.part as usize][place.block as usize] = score;
            }
            self.known = Some(known);
        } else {
            ground.sample(SAMPLE).for_each(|place| sums.add(self.of(place)));
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

    fn passage(&mut self, view: &View<'_>, passage: u32) -> f32 {
        let tokens = view.tokens_of(passage);
        self.meet(tokens);
        let sum =
            if self.lanes.len() == 1 { self.best::<1>(tokens) } else { self.best::<{ PIECES_MAX / LANES }>(tokens) };
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

    /// Works out the rows of tokens that have none yet. Directions lie anywhere in the table, so what is needed next is asked for early.
    fn meet(&mut self, tokens: &[u16]) {
        for &token in tokens {
            if !self.rows.knows(token) {
                prefetch(&self.direction(token)[..self.first]);
                self.new.push(token);
            }
        }
        for new in 0..self.new.len() {
            self.look_first(self.new[new]);
        }
        self.new.clear();
        for look in 0..self.looks.len() {
            let (token, piece) = self.looks[look];
            let product = self.probes[piece].dot(self.direction(token));
            let similar = product as f32 * (self.token_scales[usize::from(token)] * self.scales[piece]);
            self.rows.of_mut(token)[piece] = (similar.max(0.0) + 0.5) as u8;
        }
        self.looks.clear();
    }

    fn look_first(&mut self, token: u16) {
        let (direction, scale) = (self.direction(token), self.token_scales[usize::from(token)]);
        let mut row = [[0_u8; LANES]; PIECES_MAX / LANES];
        for (group, (row, lanes)) in row.iter_mut().zip(&self.lanes).enumerate() {
            *row = lanes.similar(&direction[..self.first], scale);
            if row.iter().fold(0, |most, &similar| most.max(similar)) >= WORTH_A_LOOK {
                direction.chunks(LINE).skip(1).for_each(prefetch);
                let worth = (0..LANES).filter(|&lane| row[lane] >= WORTH_A_LOOK);
                self.looks.extend(worth.map(|lane| (token, group * LANES + lane)));
            }
        }
        self.rows.push(token, &row.as_flattened()[..self.lanes.len() * LANES]);
    }

    #[inline]
    fn direction(&self, token: u16) -> &'a [i8] {
        &self.directions[usize::from(token) * self.dimension..][..self.dimension]
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
