//! How similar the tokens of passages are to the pieces of a query, in steps of [`STEPS`] to identity.
//!
//! Each token that is met is compared once with all pieces; a passage then costs a few bytes a token.

use super::scratch::Rows;
use super::view::Ground;
use crate::embed::Table;
use crate::index::state::Place;
use crate::vectors::distance::{LANES, Lanes, keep_greater};

/// Pieces that are compared at once.
pub const PIECES_MAX: usize = 48;

/// Blocks whose tokens are on their way while those of one are met.
const AHEAD: usize = 16;

/// Steps from no similarity to identity.
pub const STEPS: f32 = 255.0;

/// See the module.
pub struct Similarities<'a> {
    table: &'a Table,
    lanes: Lanes,
    rows: &'a mut Rows,
}

impl<'a> Similarities<'a> {
    /// With up to [`PIECES_MAX`] pieces; no token has been met.
    pub fn new(table: &'a Table, pieces: impl Iterator<Item = u16>, rows: &'a mut Rows) -> Self {
        let lanes = Lanes::new(pieces.map(|piece| table.direction(piece)), STEPS);
        rows.reset(table.size(), lanes.width());
        Self { table, lanes, rows }
    }

    /// Bytes of what [`Similarities::best`] says that are in use.
    pub fn width(&self) -> usize {
        self.lanes.width()
    }

    /// Meets the tokens of some blocks. They lie anywhere, as do their tokens in the table: many together take a fraction of the time that they
    /// take a few at a time.
    pub fn prepare(&mut self, ground: &Ground<'_>, places: &[Place]) {
        for (at, place) in places.iter().enumerate() {
            if let Some(ahead) = places.get(at + AHEAD) {
                ground.view(*ahead).fetch_tokens(ahead.block);
            }
            let view = ground.view(*place);
            view.passages_of(place.block).for_each(|passage| self.rows.meet(view.tokens_of(passage)));
        }
        let (tokens, rows) = self.rows.missing();
        self.lanes.similar(self.table.codes(), tokens, rows);
    }

    /// By piece, the best that any of some tokens does, all of which were met; what is beyond the pieces means nothing.
    #[inline]
    pub fn best(&self, tokens: &[u16]) -> [u8; PIECES_MAX] {
        let mut best = [[0; LANES]; PIECES_MAX / LANES];
        match self.width().div_ceil(LANES) {
            1 => self.best_of::<1>(tokens, best.first_chunk_mut().expect("as many")),
            2 => self.best_of::<2>(tokens, best.first_chunk_mut().expect("as many")),
            _ => self.best_of::<{ PIECES_MAX / LANES }>(tokens, &mut best),
        }
        *best.as_flattened().first_chunk().expect("as many")
    }

    #[inline]
    fn best_of<const REGISTERS: usize>(&self, tokens: &[u16], best: &mut [[u8; LANES]; REGISTERS]) {
        let mut kept = *best;
        for &token in tokens {
            let similar: &[[u8; LANES]; REGISTERS] = self.rows.of(token).as_chunks().0.first_chunk().expect("as many");
            kept.iter_mut().zip(similar).for_each(|(kept, similar)| keep_greater(kept, similar));
        }
        *best = kept;
    }
}
