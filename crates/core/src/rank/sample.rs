//! How near the pieces of queries come to the blocks that stand for all others. It is kept between searches: these are the same blocks again
//! and again, and questions share most of their words.

use super::late::Piece;
use super::similar::Similarities;
use super::view::Ground;
use crate::vectors::Probe;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Samples that are kept: that of the whole memory, and those of the namespaces of some users and agents. To make one takes 20 microseconds.
const SAMPLES_MAX: usize = 16;

/// Bytes of similarities that are kept of each: some thousand pieces with a hundred passages.
const BYTES_MAX: usize = 1 << 18;

/// See the module; what was asked for last comes first.
#[derive(Default)]
pub struct Samples {
    kept: Vec<Sample>,
}

/// The blocks that stand for all others, with what is asked of each again and again lying close together.
pub struct Sample {
    /// The number of the segment, which never changes, and the block there.
    blocks: Vec<(u64, u32)>,
    /// How many passages each block has.
    passages: Vec<u32>,
    /// By passage: its content words.
    lengths: Vec<u16>,
    /// By passage: its vector, and the scale of that.
    codes: Vec<i8>,
    scales: Vec<f32>,
    /// The tokens of the passages, one after another, and how many each has.
    tokens: Vec<u16>,
    token_counts: Vec<u32>,
    /// The tokens, each once.
    distinct: Vec<u16>,
    /// Where in `similar` the passages begin for each piece.
    start_of: HashMap<u16, usize>,
    similar: Vec<u8>,
}

impl Samples {
    /// The sample of a search, first among those that are kept.
    pub fn of(&mut self, ground: &Ground<'_>) -> &mut Sample {
        let kept = &mut self.kept;
        match kept.iter().position(|sample| sample.blocks.iter().copied().eq(blocks_of(ground))) {
            Some(at) => kept[..=at].rotate_right(1),
            None => {
                kept.truncate(SAMPLES_MAX - 1);
                kept.insert(0, Sample::new(ground));
            }
        }
        let sample = &mut kept[0];
        if sample.similar.len() > BYTES_MAX {
            sample.start_of.clear();
            sample.similar.clear();
        }
        sample
    }
}

fn blocks_of(ground: &Ground<'_>) -> impl Iterator<Item = (u64, u32)> {
    ground.sample().iter().map(|&place| (ground.view(place).segment.number(), place.block))
}

impl Sample {
    fn new(ground: &Ground<'_>) -> Self {
        let mut sample = Self {
            blocks: blocks_of(ground).collect(),
            passages: Vec::new(),
            lengths: Vec::new(),
            codes: Vec::new(),
            scales: Vec::new(),
            tokens: Vec::new(),
            token_counts: Vec::new(),
            distinct: Vec::new(),
            start_of: HashMap::new(),
            similar: Vec::new(),
        };
        for &place in ground.sample() {
            let (view, passages) = (ground.view(place), ground.view(place).passages_of(place.block));
            sample.passages.push(passages.len() as u32);
            for passage in passages {
                let (at, tokens) = (passage as usize, view.tokens_of(passage));
                sample.lengths.push(view.lengths[at]);
                sample.codes.extend_from_slice(view.code(at));
                sample.scales.push(view.scales[at]);
                sample.tokens.extend_from_slice(tokens);
                sample.token_counts.push(tokens.len() as u32);
            }
        }
        sample.distinct.clone_from(&sample.tokens);
        sample.distinct.sort_unstable();
        sample.distinct.dedup();
        sample
    }

    /// Calls `take` with the greatest of the cosines of each block's passages, but for the scale of the probe.
    pub fn each_cosine(&self, probe: &Probe<'_>, take: impl FnMut(f32)) {
        let mut products = vec![0; self.scales.len()];
        probe.dot_each(&self.codes, &mut products);
        let cosines = products.iter().zip(&self.scales).map(|(&product, scale)| product as f32 * scale);
        self.each_greatest(f32::NEG_INFINITY, cosines, take);
    }

    /// Calls `take` with the greatest of the values of each block's passages, but at least `least`; `values` are by passage.
    fn each_greatest(&self, least: f32, mut values: impl Iterator<Item = f32>, mut take: impl FnMut(f32)) {
        for &count in &self.passages {
            take(values.by_ref().take(count as usize).fold(least, f32::max));
        }
    }

    /// Calls `take` with the greatest score of each block's passages: that of a passage is `score` of its content words and of the sum over `pieces` of
    /// how near each comes to it times its weight. The `similarities` are those of these pieces.
    pub fn each_score(
        &mut self,
        similarities: &mut Similarities<'_>,
        pieces: &[Piece],
        score: impl Fn(f32, u16) -> f32,
        take: impl FnMut(f32),
    ) {
        if pieces.iter().any(|piece| !self.start_of.contains_key(&piece.token)) {
            self.learn(similarities, pieces);
        }
        let mut sums = vec![0.0; self.lengths.len()];
        for Piece { token, weight, .. } in pieces {
            let similar = &self.similar[self.start_of[token]..][..sums.len()];
            sums.iter_mut().zip(similar).for_each(|(sum, &similar)| *sum += f32::from(similar) * weight);
        }
        let scores = sums.iter().zip(&self.lengths).map(|(&sum, &length)| score(sum, length));
        self.each_greatest(0.0, scores, take);
    }

    /// Finds out how near those of the pieces come that are not known.
    fn learn(&mut self, similarities: &mut Similarities<'_>, pieces: &[Piece]) {
        similarities.meet(&self.distinct);
        let (before, passages) = (self.similar.len(), self.lengths.len());
        let mut unknown = Vec::with_capacity(pieces.len());
        for (lane, piece) in pieces.iter().enumerate() {
            if let Entry::Vacant(vacant) = self.start_of.entry(piece.token) {
                vacant.insert(before + unknown.len() * passages);
                unknown.push(lane);
            }
        }
        self.similar.resize(before + unknown.len() * passages, 0);
        let (new, mut tokens) = (&mut self.similar[before..], &self.tokens[..]);
        for (number, &count) in self.token_counts.iter().enumerate() {
            let (own, rest) = tokens.split_at(count as usize);
            tokens = rest;
            let best = similarities.best(own);
            unknown.iter().enumerate().for_each(|(at, &lane)| new[at * passages + number] = best[lane]);
        }
    }
}
