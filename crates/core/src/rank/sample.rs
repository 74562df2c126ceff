//! How near the pieces of queries come to the blocks that stand for all others. It is kept between searches: these are the same blocks again
//! and again, and questions share most of their words.

use super::late::Piece;
use super::scratch::Rows;
use super::similar::{PIECES_MAX, Similarities};
use super::view::Ground;
use crate::embed::Table;
use std::collections::HashMap;

/// Samples that are kept: that of the whole memory, and those of some namespaces.
const SAMPLES_MAX: usize = 4;

/// Bytes of similarities that are kept of each: some ten thousand pieces with a hundred passages.
const BYTES_MAX: usize = 1 << 20;

/// See the module; what was asked for last comes first.
#[derive(Default)]
pub struct Samples {
    kept: Vec<Sample>,
    rows: Rows,
}

/// How near some pieces come to each passage of a sample.
struct Sample {
    /// Its blocks: the number of the segment, which never changes, and the block there.
    blocks: Vec<(u64, u32)>,
    passages: usize,
    /// Where in `similar` the passages begin for each piece.
    start_of: HashMap<u16, usize>,
    similar: Vec<u8>,
}

impl Samples {
    /// By passage of the sample, the sum over `pieces` of how near each comes to it times its weight.
    pub fn sums(&mut self, ground: &Ground<'_>, table: &Table, pieces: &[Piece]) -> Vec<f32> {
        let sample = current(&mut self.kept, ground);
        let is_unknown = |piece: &u16| !sample.start_of.contains_key(piece);
        let unknown: Vec<u16> = pieces.iter().map(|piece| piece.token).filter(is_unknown).collect();
        unknown.chunks(PIECES_MAX).for_each(|unknown| sample.learn(ground, table, unknown, &mut self.rows));
        let mut sums = vec![0.0; sample.passages];
        for Piece { token, weight, .. } in pieces {
            let similar = &sample.similar[sample.start_of[token]..][..sample.passages];
            sums.iter_mut().zip(similar).for_each(|(sum, &similar)| *sum += f32::from(similar) * weight);
        }
        sums
    }
}

/// The sample of a search, first among those that are kept.
fn current<'a>(kept: &'a mut Vec<Sample>, ground: &Ground<'_>) -> &'a mut Sample {
    let blocks = ground.sample().iter().map(|&place| (ground.view(place).segment.number(), place.block));
    let known = kept.iter().position(|sample| sample.blocks.iter().copied().eq(blocks.clone()));
    match known {
        Some(at) => kept[..=at].rotate_right(1),
        None => {
            kept.truncate(SAMPLES_MAX - 1);
            let passages = ground.sample().iter().map(|&place| ground.view(place).passages_of(place.block).len()).sum();
            let sample = Sample { blocks: blocks.collect(), passages, start_of: HashMap::new(), similar: Vec::new() };
            kept.insert(0, sample);
        }
    }
    let sample = &mut kept[0];
    if sample.similar.len() > BYTES_MAX {
        sample.start_of.clear();
        sample.similar.clear();
    }
    sample
}

impl Sample {
    fn learn(&mut self, ground: &Ground<'_>, table: &Table, pieces: &[u16], rows: &mut Rows) {
        let mut similarities = Similarities::new(table, pieces.iter().copied(), rows);
        similarities.prepare(ground, ground.sample());
        let before = self.similar.len();
        self.similar.resize(before + pieces.len() * self.passages, 0);
        let new = &mut self.similar[before..];
        let views = ground.sample().iter().map(|&place| (ground.view(place), place.block));
        let passages = views.flat_map(|(view, block)| view.passages_of(block).map(|passage| view.tokens_of(passage)));
        for (number, tokens) in passages.enumerate() {
            let best = similarities.best(tokens);
            (0..pieces.len()).for_each(|piece| new[piece * self.passages + number] = best[piece]);
        }
        let starts = (0..pieces.len()).map(|piece| before + piece * self.passages);
        self.start_of.extend(pieces.iter().copied().zip(starts));
    }
}
