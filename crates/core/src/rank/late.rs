//! The same meaning word by word: each word of the query is compared with every word of a passage, and the best match counts.
//!
//! MaxSim of ColBERT (Khattab and Zaharia 2020) over static token vectors, each query word weighed by its rarity. How similar a token is to the
//! query's pieces is worked out once a search.

use super::deadline::Deadline;
use super::sample::Sample;
use super::scratch::Rows;
use super::similar::{PIECES_MAX, STEPS, Similarities};
use super::statistics::{Scale, Sums};
use super::view::{Ground, View};
use super::words::{QueryWords, Rarity};
use crate::embed::Table;
use crate::index::state::Place;
use crate::query::Stage;
use std::sync::LazyLock;

/// How much a passage pays for being long: it has more words to match by chance. An exponent; 0 is nothing.
const LENGTH_PENALTY: f32 = 0.3;

/// Blocks that are scored between two looks at the clock.
const MEASURED_AT_ONCE: usize = 32;

/// Blocks that are scored at once where nobody looks at the clock: more would save nothing, and take room.
const PREPARED_AT_ONCE: usize = 4_096;

/// Scores of passages that have nothing to do with a query, as shares of that of one that has each of its words: in English (LoCoMo) 0.22, in Korean
/// (KorQuAD) 0.17, with deviations of 0.07 and 0.05.
const USUAL: Scale = Scale { mean: 0.18, deviation: 0.07 };

/// What passages of so many words pay; longer ones are seldom.
static PENALTIES: LazyLock<Vec<f32>> =
    LazyLock::new(|| (0..512_u16).map(|length| f32::from(length.max(1)).powf(LENGTH_PENALTY)).collect());

/// A piece of a word of the query.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// What the table knows it as.
    pub token: u16,
    /// What a step of similarity with it is worth.
    pub weight: f32,
    /// Which of the content words it belongs to.
    pub word: usize,
}

/// What is nearest to a piece of the query in a passage.
pub struct Nearest {
    /// The piece.
    pub piece: Piece,
    /// The passage's token.
    pub token: u16,
    /// How similar the two are, from 0 to 1.
    pub similarity: f32,
    /// What that adds to the score.
    pub adds: f32,
}

/// The query's pieces with their weights, and how similar each is to the tokens met so far.
pub struct Late<'a> {
    ground: &'a Ground<'a>,
    similarities: Similarities<'a>,
    pieces: Vec<Piece>,
    /// By lane: what a step of similarity with its piece is worth.
    weights: Vec<f32>,
    /// What a passage of average length pays.
    usual_penalty: f32,
    /// By part and block: the scores of all blocks in scope, where all of them make the scale.
    known: Option<Vec<Vec<f32>>>,
    /// The scale of the scores.
    pub scale: Scale,
}

impl<'a> Late<'a> {
    /// Ready to score; the scale is over a sample, or over every block in scope if there is none.
    pub fn new(
        ground: &'a Ground<'a>,
        query: &QueryWords,
        rarity: &Rarity,
        table: &'a Table,
        sample: Option<&mut Sample>,
        rows: &'a mut Rows,
        deadline: &Deadline,
    ) -> Self {
        let pieces = if deadline.cuts(Stage::Tokens) { Vec::new() } else { weighed(query, rarity) };
        let mut late = Self::unscaled(ground, pieces, table, rows);
        if late.has_pieces() {
            late.scale = match sample {
                Some(sample) => late.estimate(sample),
                None => late.measure(deadline),
            };
        }
        late
    }

    /// Ready to score; the scale is over some blocks.
    pub fn over(
        ground: &'a Ground<'a>,
        query: &QueryWords,
        rarity: &Rarity,
        table: &'a Table,
        places: &[Place],
        rows: &'a mut Rows,
    ) -> Self {
        let mut late = Self::unscaled(ground, weighed(query, rarity), table, rows);
        let (mut sums, mut scores) = (Sums::default(), Vec::with_capacity(places.len()));
        late.of_each(places, &mut scores);
        scores.iter().for_each(|&score| sums.add(score));
        late.scale = sums.own_scale();
        late
    }

    /// Ready to score, but for the scale.
    fn unscaled(ground: &'a Ground<'a>, pieces: Vec<Piece>, table: &'a Table, rows: &'a mut Rows) -> Self {
        let similarities = Similarities::new(table, pieces.iter().map(|piece| piece.token), rows);
        let mut weights = vec![0.0; similarities.width()];
        pieces.iter().enumerate().for_each(|(number, piece)| weights[number] = piece.weight);
        let average = (ground.scope.words as f32 / ground.scope.passages.max(1) as f32).max(1.0);
        let usual_penalty = average.powf(LENGTH_PENALTY);
        Self { ground, similarities, pieces, weights, usual_penalty, known: None, scale: Scale::default() }
    }

    /// Scores all blocks in scope.
    fn measure(&mut self, deadline: &Deadline) -> Scale {
        let (ground, mut sums, mut scores) = (self.ground, Sums::default(), Vec::new());
        let places: Vec<Place> = ground.scope.places().collect();
        let mut known: Vec<Vec<f32>> =
            ground.views.iter().map(|view| vec![0.0; view.segment.blocks() as usize]).collect();
        let at_once = if deadline.is_set() { MEASURED_AT_ONCE } else { PREPARED_AT_ONCE };
        for places in places.chunks(at_once).take_while(|_| !deadline.cuts(Stage::Tokens)) {
            scores.clear();
            self.of_each(places, &mut scores);
            for (place, &score) in places.iter().zip(&scores) {
                sums.add(score);
                known[place.part as usize][place.block as usize] = score;
            }
        }
        self.known = Some(known);
        let whole: f32 = self.pieces.iter().map(|piece| piece.weight * STEPS).sum();
        sums.fill_up(ground.scope.blocks, Scale { mean: USUAL.mean * whole, deviation: USUAL.deviation * whole });
        sums.own_scale()
    }

    /// The scale, from those that stand for all.
    fn estimate(&mut self, sample: &mut Sample) -> Scale {
        let (mut sums, usual, penalties) = (Sums::default(), self.usual_penalty, &PENALTIES[..]);
        let score = |sum: f32, length: u16| sum * usual / penalty(penalties, length);
        sample.each_score(&mut self.similarities, &self.pieces, score, |score| sums.add(score));
        sums.own_scale()
    }

    /// Whether the query has anything that the table can read.
    pub fn has_pieces(&self) -> bool {
        !self.weights.is_empty()
    }

    /// The score of a block that was prepared: that of its best passage.
    pub fn of(&self, place: Place) -> f32 {
        if self.weights.is_empty() {
            return 0.0;
        }
        if let Some(known) = &self.known {
            return known[place.part as usize][place.block as usize];
        }
        let view = self.ground.view(place);
        view.passages_of(place.block).map(|passage| self.passage(view, passage)).fold(0.0, f32::max)
    }

    /// The scores of some blocks, in order: as [`Late::of`] says afterwards of each.
    pub fn of_each(&mut self, places: &[Place], scores: &mut Vec<f32>) {
        self.prepare(places);
        if self.weights.is_empty() || self.known.is_some() {
            return scores.extend(places.iter().map(|&place| self.of(place)));
        }
        let first = scores.len();
        scores.resize(first + places.len(), 0.0);
        let (scores, penalties) = (&mut scores[first..], &PENALTIES[..]);
        self.similarities.each_best(|passage, best| {
            let score = &mut scores[passage.place as usize];
            let sum = weighed_sum(best, &self.weights);
            *score = score.max(sum * self.usual_penalty / penalty(penalties, *passage.length));
        });
    }

    /// Gets ready to score some blocks.
    pub fn prepare(&mut self, places: &[Place]) {
        if self.has_pieces() && self.known.is_none() {
            self.similarities.prepare(self.ground, places);
        }
    }

    /// What is nearest to each piece in a block's best passage, and which passage that is.
    pub fn nearest(&self, place: Place) -> Option<(u32, Vec<Nearest>)> {
        if !self.has_pieces() {
            return None;
        }
        let view = self.ground.view(place);
        let passages = view.passages_of(place.block).map(|passage| (self.passage(view, passage), passage));
        let (_, passage) = passages.reduce(|best, one| if one.0 > best.0 { one } else { best })?;
        let tokens = view.tokens_of(passage);
        let near: Vec<_> = tokens.iter().map(|&token| (token, self.similarities.best(&[token]))).collect();
        let of = |(number, &piece): (usize, &Piece)| {
            let nearest = near.iter().reduce(|best, one| if one.1[number] > best.1[number] { one } else { best })?;
            let steps = f32::from(nearest.1[number]);
            let adds = self.paid(steps * piece.weight, view, passage);
            Some(Nearest { piece, token: nearest.0, similarity: steps / STEPS, adds })
        };
        Some((passage, self.pieces.iter().enumerate().filter_map(of).filter(|nearest| nearest.adds > 0.0).collect()))
    }

    fn passage(&self, view: &View<'_>, passage: u32) -> f32 {
        self.paid(weighed_sum(&self.similarities.best(view.tokens_of(passage)), &self.weights), view, passage)
    }

    /// What is left of a score when a passage has paid for its length.
    fn paid(&self, sum: f32, view: &View<'_>, passage: u32) -> f32 {
        sum * self.usual_penalty / penalty(&PENALTIES, view.lengths[passage as usize])
    }
}

/// What a passage of so many words pays; `penalties` are those of lengths that there often are.
#[inline]
fn penalty(penalties: &[f32], length: u16) -> f32 {
    penalties.get(usize::from(length)).copied().unwrap_or_else(|| f32::from(length).powf(LENGTH_PENALTY))
}

/// The sum of values times weights, of which there may be fewer. Four sums at once: one would have to wait for itself.
#[inline]
fn weighed_sum(values: &[u8], weights: &[f32]) -> f32 {
    let mut sums = [0.0; 4];
    for (values, weights) in values.as_chunks::<4>().0.iter().zip(weights.as_chunks::<4>().0) {
        for lane in 0..4 {
            sums[lane] += f32::from(values[lane]) * weights[lane];
        }
    }
    sums.iter().sum()
}

/// The pieces of a query, the rarest first, each with what a step of similarity is worth. A word of several pieces counts as one word; of very
/// many pieces the rarest are enough.
fn weighed(query: &QueryWords, rarity: &Rarity) -> Vec<Piece> {
    let mut counts = vec![0.0_f32; query.content.len()];
    query.pieces.iter().for_each(|&(word, _)| counts[word] += 1.0);
    let weight = |word: usize| rarity.of(query.content[word].1) / counts[word] / STEPS;
    let mut pieces: Vec<Piece> =
        query.pieces.iter().map(|&(word, token)| Piece { token, weight: weight(word), word }).collect();
    pieces.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.token.cmp(&b.token)));
    pieces.truncate(PIECES_MAX);
    pieces
}
