//! Scores by lookup, of 64 passages at a time: who asks for a turn of a conversation asks for those around it too.

use super::found::{List, Worth};
use crate::index::state::Place;
use crate::rank::scratch::Numbers;
use crate::rank::view::Ground;
use crate::vectors::distance::{LINE, prefetch};
use crate::words::postings::WINDOW;

/// Windows whose lines of memory are on their way while one is looked up.
const AHEAD: usize = 3;

/// What has been looked up, kept between searches for its room alone.
#[derive(Default)]
pub struct Room {
    /// The place in `scores` of each window, by its part and its first passage.
    numbers: Numbers,
    scores: Vec<[f32; WINDOW as usize]>,
    /// Windows that have a place, but have not been looked up.
    wanted: Vec<(u32, u32)>,
}

/// See the module.
pub struct Windows<'a> {
    worth: &'a Worth<'a>,
    room: &'a mut Room,
}

impl<'a> Windows<'a> {
    /// Nothing has been looked up.
    pub fn new(worth: &'a Worth<'a>, room: &'a mut Room) -> Self {
        room.numbers.reset();
        room.scores.clear();
        room.wanted.clear();
        Self { worth, room }
    }

    /// What each of some blocks is worth, in order. Of those that lie in no window that has been looked up, nobody asks for others beside them.
    pub fn of_each(&self, ground: &Ground<'_>, places: impl Iterator<Item = Place> + Clone, scores: &mut [f32]) {
        let mut unknown = Vec::new();
        for ((at, place), score) in places.enumerate().zip(&mut *scores) {
            match self.of(ground, place) {
                Some(known) => *score = known,
                None => unknown.push((at, place)),
            }
        }
        let places: Vec<Place> = unknown.iter().map(|unknown| unknown.1).collect();
        for ((at, _), score) in unknown.into_iter().zip(self.worth.of_each(ground, &places)) {
            scores[at] = score;
        }
    }

    /// What each of some turns is worth, in order: their windows are looked up.
    pub fn of_turns(&mut self, ground: &Ground<'_>, places: impl Iterator<Item = Place> + Clone, scores: &mut [f32]) {
        for place in places.clone() {
            ground.view(place).passages_of(place.block).for_each(|passage| self.want(place.part, passage));
        }
        self.look_up(ground);
        places.zip(scores).for_each(|(place, score)| *score = self.of(ground, place).unwrap_or_default());
    }

    /// What a block is worth, if all of its windows have been looked up.
    #[inline]
    fn of(&self, ground: &Ground<'_>, place: Place) -> Option<f32> {
        let mut passages = ground.view(place).passages_of(place.block);
        passages.try_fold(0.0, |most, passage| {
            let number = self.room.numbers.get(place.part, passage / WINDOW)?;
            Some(f32::max(most, self.room.scores[number as usize][(passage % WINDOW) as usize]))
        })
    }

    #[inline]
    fn want(&mut self, part: u32, passage: u32) {
        let Room { numbers, scores, wanted } = &mut *self.room;
        let window = passage / WINDOW;
        if numbers.get(part, window).is_none() {
            numbers.set(part, window, (scores.len() + wanted.len()) as u32);
            wanted.push((part, window * WINDOW));
        }
    }

    /// Looks up the windows that are wanted.
    fn look_up(&mut self, ground: &Ground<'_>) {
        let Room { scores, wanted, .. } = &mut *self.room;
        wanted.iter().take(AHEAD).for_each(|&window| fetch(ground, self.worth, window));
        for (at, &window) in wanted.iter().enumerate() {
            if let Some(&ahead) = wanted.get(at + AHEAD) {
                fetch(ground, self.worth, ahead);
            }
            scores.push(score(ground, self.worth, window));
        }
        wanted.clear();
    }
}

/// Asks for what says how often each term occurs in a window.
fn fetch(ground: &Ground<'_>, worth: &Worth<'_>, (part, first): (u32, u32)) {
    let lengths = &ground.views[part as usize].lengths[first as usize..];
    lengths.iter().take(WINDOW as usize).step_by(LINE / size_of::<u16>()).for_each(prefetch);
    for found in &worth.found {
        if let Some(container) = found.lists[part as usize].container(first) {
            container.fetch(first as u16);
        }
    }
}

/// What each passage of a window is worth.
fn score(ground: &Ground<'_>, worth: &Worth<'_>, (part, first): (u32, u32)) -> [f32; WINDOW as usize] {
    let (lengths, mut scores) = (ground.views[part as usize].lengths, [0.0; WINDOW as usize]);
    for found in &worth.found {
        let each = found.worth();
        let mut add = |passage: u32, count: u8| {
            scores[(passage % WINDOW) as usize] += each * worth.saturate(count, lengths[passage as usize]);
        };
        match &found.lists[part as usize] {
            List::Inside(postings) => {
                let from = postings.partition_point(|posting| posting >> 8 < first);
                let inside = postings[from..].iter().take_while(|&&posting| posting >> 8 < first + WINDOW);
                inside.for_each(|&posting| add(posting >> 8, posting as u8));
            }
            list => {
                if let Some(container) = list.container(first) {
                    container.within(first as u16, |doc, count| add(container.base + u32::from(doc), count));
                }
            }
        }
    }
    scores
}
