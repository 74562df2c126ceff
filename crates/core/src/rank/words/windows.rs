//! Scores by lookup, of 64 passages at a time: who asks for a turn of a conversation asks for those around it too.

use super::found::{List, Worth};
use crate::rank::scratch::Numbers;
use crate::rank::view::Ground;
use crate::words::postings::WINDOW;

/// What has been looked up, kept between searches for its room alone.
#[derive(Default)]
pub struct Room {
    /// By part: the place in `scores` of each window.
    numbers: Vec<Numbers>,
    scores: Vec<[f32; WINDOW as usize]>,
}

/// See the module.
pub struct Windows<'a> {
    worth: Worth<'a>,
    room: &'a mut Room,
}

impl<'a> Windows<'a> {
    /// Nothing has been looked up.
    pub fn new(ground: &Ground<'_>, worth: Worth<'a>, room: &'a mut Room) -> Self {
        room.numbers.resize_with(ground.views.len().max(room.numbers.len()), Numbers::default);
        for (numbers, view) in room.numbers.iter_mut().zip(&ground.views) {
            numbers.reset(view.lengths.len().div_ceil(WINDOW as usize));
        }
        room.scores.clear();
        Self { worth, room }
    }

    /// What a passage is worth.
    #[inline]
    pub fn of(&mut self, ground: &Ground<'_>, part: u32, passage: u32) -> f32 {
        let window = (passage / WINDOW) as usize;
        let number = match self.room.numbers[part as usize].get(window) {
            Some(number) => number,
            None => self.look_up(ground, part, window),
        };
        self.room.scores[number as usize][(passage % WINDOW) as usize]
    }

    fn look_up(&mut self, ground: &Ground<'_>, part: u32, window: usize) -> u32 {
        let number = self.room.scores.len() as u32;
        self.room.numbers[part as usize].set(window, number);
        let (lengths, first) = (ground.views[part as usize].lengths, window as u32 * WINDOW);
        let mut scores = [0.0; WINDOW as usize];
        for found in &self.worth.found {
            let worth = found.worth();
            let mut add = |passage: u32, count: u8| {
                let length = f32::from(lengths[passage as usize]);
                scores[(passage % WINDOW) as usize] += worth * self.worth.bm25.saturate(f32::from(count), length);
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
        self.room.scores.push(scores);
        number
    }
}
