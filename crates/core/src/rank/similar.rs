//! How similar the tokens of passages are to the pieces of a query, in steps of [`STEPS`] to identity.
//!
//! Each token that is met is compared once with all pieces; a passage then costs a few bytes a token.

use super::scratch::Rows;
use super::view::Ground;
use crate::embed::Table;
use crate::index::state::Place;
use crate::vectors::distance::{LANES, Lanes, keep_greater, prefetch};

/// Pieces that are compared at once.
pub const PIECES_MAX: usize = 48;

/// Passages whose tokens are on their way while those of one are met.
const AHEAD: usize = 16;

/// Steps from no similarity to identity.
pub const STEPS: f32 = 255.0;

/// See the module.
pub struct Similarities<'a> {
    table: &'a Table,
    lanes: Lanes,
    rows: &'a mut Rows,
    /// Those that were met last.
    passages: Vec<Passage<'a>>,
}

/// A passage whose tokens were met.
pub struct Passage<'a> {
    /// Which of the blocks it is of.
    pub place: u32,
    /// Its content words: looked up late, since they lie anywhere.
    pub length: &'a u16,
    tokens: &'a [u16],
}

impl Passage<'_> {
    /// Asks for what is needed of it.
    fn fetch(&self) {
        prefetch(self.length);
        if let [first, .., last] = self.tokens {
            prefetch(first);
            prefetch(last);
        }
    }
}

impl<'a> Similarities<'a> {
    /// With up to [`PIECES_MAX`] pieces; no token has been met.
    pub fn new(table: &'a Table, pieces: impl Iterator<Item = u16>, rows: &'a mut Rows) -> Self {
        let lanes = Lanes::new(pieces.map(|piece| table.direction(piece)), STEPS);
        rows.reset(lanes.width());
        Self { table, lanes, rows, passages: Vec::new() }
    }

    /// Bytes of what [`Similarities::best`] says that are in use.
    pub fn width(&self) -> usize {
        self.lanes.width()
    }

    /// Meets the tokens of some blocks. They lie anywhere, as do their tokens in the table: many together take a fraction of the time that they
    /// take a few at a time.
    pub fn prepare(&mut self, ground: &'a Ground<'_>, places: &[Place]) {
        self.rows.begin();
        self.passages.clear();
        self.passages.reserve(places.len());
        places.iter().for_each(|&Place { part, block }| ground.views[part as usize].fetch_tokens(block));
        for (place, &Place { part, block }) in (0..).zip(places) {
            let view = &ground.views[part as usize];
            let passages = view.passages_of(block);
            self.passages.extend(passages.map(|passage| Passage {
                place,
                length: &view.lengths[passage as usize],
                tokens: view.tokens_of(passage),
            }));
        }
        for at in 0..self.passages.len() {
            if let Some(ahead) = self.passages.get(at + AHEAD) {
                ahead.fetch();
            }
            self.rows.meet(self.passages[at].tokens);
        }
        let (tokens, rows) = self.rows.missing();
        self.lanes.similar(self.table.codes(), tokens, rows);
    }

    /// Meets some tokens.
    pub fn meet(&mut self, tokens: &[u16]) {
        self.rows.begin();
        self.rows.meet(tokens);
        let (tokens, rows) = self.rows.missing();
        self.lanes.similar(self.table.codes(), tokens, rows);
    }

    /// Calls `take` with each passage of the blocks that were prepared last, in order, and by piece the best that any of its tokens does; what is
    /// beyond the pieces means nothing.
    #[inline]
    pub fn each_best(&self, take: impl FnMut(&Passage<'_>, &[u8; PIECES_MAX])) {
        match self.registers() {
            1 => self.each_best_of::<1>(take),
            2 => self.each_best_of::<2>(take),
            _ => self.each_best_of::<REGISTERS_MAX>(take),
        }
    }

    #[inline]
    fn each_best_of<const REGISTERS: usize>(&self, mut take: impl FnMut(&Passage<'_>, &[u8; PIECES_MAX])) {
        let (mut rows, mut best) = (self.rows.sequence(), [[0; LANES]; REGISTERS_MAX]);
        for passage in &self.passages {
            let (own, rest) = rows.split_at(passage.tokens.len());
            rows = rest;
            keep_best::<REGISTERS>(own.iter().map(|&row| self.rows.row(row)), &mut best);
            take(passage, best.as_flattened().first_chunk().expect("as many"));
        }
    }

    /// By piece, the best that any of some tokens does, all of which were met; what is beyond the pieces means nothing.
    #[inline]
    pub fn best(&self, tokens: &[u16]) -> [u8; PIECES_MAX] {
        let (mut best, rows) = ([[0; LANES]; REGISTERS_MAX], tokens.iter().map(|&token| self.rows.of(token)));
        match self.registers() {
            1 => keep_best::<1>(rows, &mut best),
            2 => keep_best::<2>(rows, &mut best),
            _ => keep_best::<REGISTERS_MAX>(rows, &mut best),
        }
        *best.as_flattened().first_chunk().expect("as many")
    }

    fn registers(&self) -> usize {
        self.width().div_ceil(LANES)
    }
}

/// Registers of a row at most.
const REGISTERS_MAX: usize = PIECES_MAX / LANES;

/// Keeps of the first registers of some rows the greatest bytes.
#[inline]
fn keep_best<'r, const REGISTERS: usize>(
    rows: impl Iterator<Item = &'r [u8]>,
    best: &mut [[u8; LANES]; REGISTERS_MAX],
) {
    let mut kept = [[0; LANES]; REGISTERS];
    for row in rows {
        let similar: &[[u8; LANES]; REGISTERS] = row.as_chunks().0.first_chunk().expect("as many");
        kept.iter_mut().zip(similar).for_each(|(kept, similar)| keep_greater(kept, similar));
    }
    best[..REGISTERS].copy_from_slice(&kept);
}
