//! Room that is kept between searches, so that one allocates little and clears only what the last one used.

use std::sync::{Mutex, PoisonError};

/// Searches whose room is kept: as many as run at once on most machines. It grows with the memory, so that each thread of a server must not keep one.
const KEPT_MAX: usize = 4;

static KEPT: Mutex<Vec<Scratch>> = Mutex::new(Vec::new());

/// Room for a search, used before if possible.
pub fn take() -> Scratch {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
}

/// Keeps it for another search.
pub fn give_back(scratch: Scratch) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() < KEPT_MAX {
        kept.push(scratch);
    }
}

/// Numbers by place, nearly all of them 0.
#[derive(Default)]
pub struct Sparse {
    values: Vec<f32>,
    touched: Vec<u32>,
}

impl Sparse {
    /// All 0, over so many places.
    pub fn reset(&mut self, length: usize) {
        for at in self.touched.drain(..) {
            self.values[at as usize] = 0.0;
        }
        if self.values.len() < length {
            self.values.resize(length, 0.0);
        }
    }

    /// Adds to the number at a place; `value` is above 0.
    #[inline]
    pub fn add(&mut self, at: u32, value: f32) {
        let sum = &mut self.values[at as usize];
        if *sum == 0.0 {
            self.touched.push(at);
        }
        *sum += value;
    }

    /// The number at a place.
    #[inline]
    pub fn of(&self, at: u32) -> f32 {
        self.values[at as usize]
    }

    /// The places that are not 0, in the order in which they came.
    pub fn touched(&self) -> &[u32] {
        &self.touched
    }
}

/// Small numbers for some of many places. Forgetting them all costs nothing. Only places that have a number take room: a number for every block of
/// a large memory would not fit into the cache of the processor, and each look at one would wait for memory.
#[derive(Default)]
pub struct Numbers {
    /// As many as a power of two, half of them free at least; a place is looked for from where its hash says on.
    slots: Vec<Slot>,
    round: u32,
    count: usize,
}

/// What has been said of a place, and in which round; of an earlier one, nothing.
#[derive(Clone, Copy, Default)]
struct Slot {
    round: u32,
    place: (u32, u32),
    number: u32,
}

/// Slots at first: those of a search of ten hits, and as many more.
const SLOTS_MIN: usize = 1_024;

/// Golden ratio of 2^64: its products spread neighbours far from each other (Knuth, Fibonacci hashing).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Numbers {
    /// None has a number.
    pub fn reset(&mut self) {
        (self.round, self.count) = (self.round.wrapping_add(1), 0);
        if self.round == 0 {
            self.slots.fill(Slot::default());
            self.round = 1;
        }
    }

    /// The number of a place: a part, and what is meant there.
    #[inline]
    pub fn get(&self, part: u32, at: u32) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let slot = &self.slots[self.find((part, at))];
        (slot.round == self.round).then_some(slot.number)
    }

    /// Gives a place a number.
    pub fn set(&mut self, part: u32, at: u32, number: u32) {
        // Free slots are of round 0: before the first reset all would seem taken, and the search for one would not end.
        debug_assert!(self.round != 0, "reset comes first");
        if 2 * self.count >= self.slots.len() {
            self.grow();
        }
        let slot = self.find((part, at));
        self.count += usize::from(self.slots[slot].round != self.round);
        self.slots[slot] = Slot { round: self.round, place: (part, at), number };
    }

    /// The slot of a place, or the free one that it would have.
    #[inline]
    fn find(&self, place: (u32, u32)) -> usize {
        let hash = (u64::from(place.0) << 32 | u64::from(place.1)).wrapping_mul(SPREAD);
        let mut at = (hash >> (u64::BITS - self.slots.len().trailing_zeros())) as usize;
        while self.slots[at].round == self.round && self.slots[at].place != place {
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }

    fn grow(&mut self) {
        let larger = vec![Slot::default(); (2 * self.slots.len()).max(SLOTS_MIN)];
        let round = self.round;
        for slot in std::mem::replace(&mut self.slots, larger).into_iter().filter(|slot| slot.round == round) {
            let at = self.find(slot.place);
            self.slots[at] = slot;
        }
    }
}

/// Bytes after the last row.
const BEYOND: usize = crate::vectors::distance::LANES;

const NO_ROW: u16 = u16::MAX;

/// Numbers that a token can have, so that one need not be asked whether it is in range.
const TOKENS: usize = 1 << 16;

/// Rows of similarities by token, of those that were met.
pub struct Rows {
    row_of: Box<[u16; TOKENS]>,
    /// The tokens that were met, in this order, as many as `count`.
    met: Box<[u16; TOKENS]>,
    count: u16,
    /// The row of each token of the passages that were met last, one after another, as many as `sequence_end`.
    sequence: Vec<u16>,
    sequence_end: usize,
    similar: Vec<u8>,
    /// Tokens that have rows.
    known: usize,
    /// Bytes of a row.
    width: usize,
}

impl Default for Rows {
    fn default() -> Self {
        let filled = |with| vec![with; TOKENS].into_boxed_slice().try_into().expect("as many");
        let (row_of, met) = (filled(NO_ROW), filled(0));
        Self { row_of, met, count: 0, sequence: Vec::new(), sequence_end: 0, similar: Vec::new(), known: 0, width: 0 }
    }
}

impl Rows {
    /// No token has been met; rows of `width` bytes follow.
    pub fn reset(&mut self, width: usize) {
        let count = usize::from(self.count);
        self.met[..count].iter().for_each(|&token| self.row_of[usize::from(token)] = NO_ROW);
        (self.count, self.known, self.width, self.sequence_end) = (0, 0, width, 0);
    }

    /// What was met so far is not asked for by its place any more.
    pub fn begin(&mut self) {
        self.sequence_end = 0;
    }

    /// Meets tokens. Whether one is new is not foreseeable, so that nothing branches on it: one that is not is written down, and then written over.
    #[inline]
    pub fn meet(&mut self, tokens: &[u16]) {
        let (mut count, end) = (self.count, self.sequence_end + tokens.len());
        if self.sequence.len() < end {
            self.sequence.resize(2 * end, 0);
        }
        for (&token, number) in tokens.iter().zip(&mut self.sequence[self.sequence_end..end]) {
            let row = &mut self.row_of[usize::from(token)];
            let is_new = *row == NO_ROW;
            *number = if is_new { count } else { *row };
            *row = *number;
            self.met[usize::from(count)] = token;
            count += u16::from(is_new);
        }
        (self.count, self.sequence_end) = (count, end);
    }

    /// The rows of the tokens that were met since [`Rows::begin`], as often and in the order in which they were.
    pub fn sequence(&self) -> &[u16] {
        &self.sequence[..self.sequence_end]
    }

    /// Tokens that were met and have no rows yet, and room for these.
    pub fn missing(&mut self) -> (&[u16], &mut [u8]) {
        let count = usize::from(self.count);
        let known = std::mem::replace(&mut self.known, count);
        let bytes = count * self.width;
        if self.similar.len() < bytes + BEYOND {
            self.similar.resize(2 * bytes + BEYOND, 0);
        }
        (&self.met[known..count], &mut self.similar[known * self.width..bytes])
    }

    /// The row of a token that has one, and something beyond it: a row is read in whole registers.
    #[inline]
    pub fn of(&self, token: u16) -> &[u8] {
        self.row(self.row_of[usize::from(token)])
    }

    /// The row of this number, and as much beyond it.
    #[inline]
    pub fn row(&self, number: u16) -> &[u8] {
        &self.similar[usize::from(number) * self.width..][..self.width + BEYOND]
    }
}

/// What the scores of words take.
#[derive(Default)]
pub struct WordRoom {
    /// By part: what the words say of each passage.
    pub sums: Vec<Sparse>,
    /// Sums of one container.
    pub cells: super::words::Cells,
    /// Scores that were looked up.
    pub windows: super::words::WindowRoom,
}

/// See the module.
#[derive(Default)]
pub struct Scratch {
    /// For what the words say.
    pub words: WordRoom,
    /// For what is looked at closely.
    pub pool: super::candidates::Room,
    /// Similarities of tokens with the query's pieces.
    pub rows: Rows,
    /// How near pieces come to the blocks that stand for all others.
    pub samples: super::sample::Samples,
    /// For what the vectors say.
    pub vectors: super::vector::Room,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn places_keep_their_numbers(set in proptest::collection::vec((0_u32..4, 0_u32..3_000), 0..3_000)) {
            let (mut numbers, mut expected) = (Numbers::default(), HashMap::new());
            for _ in 0..2 {
                numbers.reset();
                expected.clear();
                for (&(part, at), number) in set.iter().zip(0..) {
                    prop_assert_eq!(numbers.get(part, at), expected.get(&(part, at)).copied());
                    numbers.set(part, at, number);
                    expected.insert((part, at), number);
                }
                prop_assert!(expected.iter().all(|(&(part, at), &number)| numbers.get(part, at) == Some(number)));
            }
        }
    }

    #[test]
    fn nothing_is_left_of_the_search_before() {
        let mut sums = Sparse::default();
        sums.reset(4);
        sums.add(3, 1.5);
        sums.add(3, 1.0);
        assert_eq!((sums.of(3), sums.touched()), (2.5, &[3][..]));
        sums.reset(9);
        assert!((0..9).all(|at| sums.of(at) == 0.0) && sums.touched().is_empty());

        let mut numbers = Numbers { round: u32::MAX - 1, ..Numbers::default() };
        for _ in 0..3 {
            numbers.reset();
            assert_eq!(numbers.get(0, 1), None);
            numbers.set(0, 1, 7);
            assert_eq!((numbers.get(0, 1), numbers.get(0, 0), numbers.get(1, 1)), (Some(7), None, None));
        }

        let mut rows = Rows::default();
        rows.reset(2);
        rows.meet(&[4, 9, 4]);
        let (met, room) = rows.missing();
        assert_eq!(met, [4, 9]);
        room.copy_from_slice(&[1, 2, 3, 4]);
        assert_eq!(rows.sequence(), [0, 1, 0]);
        rows.begin();
        rows.meet(&[9, 5]);
        assert_eq!(rows.sequence(), [1, 2]);
        assert_eq!(rows.missing(), (&[5][..], &mut [0, 0][..]));
        assert_eq!((&rows.of(4)[..2], &rows.of(9)[..2]), (&[1, 2][..], &[3, 4][..]));
        assert_eq!(&rows.row(1)[..2], &[3, 4]);
        rows.reset(3);
        rows.meet(&[9]);
        assert_eq!(rows.missing().0, [9]);
    }
}
