//! Turns around a good one, and what is asked of them again and again for each of those beside it: found out once.

use super::Evidence;
use super::candidates::{BESIDE, RADIUS};
use super::conversation::{self, CLOSE};
use super::turns::Turn;
use super::view::Ground;
use crate::id::TimeUs;
use std::cell::OnceCell;
use std::ops::Range;

/// Turns that are looked up around a good one at most.
pub const TURNS_MAX: usize = 2 * (RADIUS + BESIDE) + 1;

/// A pause that ends a conversation's subject: an hour.
const PAUSE_US: TimeUs = 3_600_000_000;

/// See the module.
pub struct Stretch<'a> {
    ground: &'a Ground<'a>,
    /// The turns, in order.
    pub turns: &'a [Turn],
    /// Which of them it is about.
    pub middle: usize,
    /// By turn: where the turns begin and end among which there is no pause.
    talks: [Range<u8>; TURNS_MAX],
    glances: OnceCell<[f32; TURNS_MAX]>,
    speakers: OnceCell<[Speaker; TURNS_MAX]>,
}

/// Who said a turn, by the number in its part, and how much.
#[derive(Clone, Copy, Default)]
struct Speaker {
    source: u32,
    words: u32,
}

impl<'a> Stretch<'a> {
    /// Of some turns, up to [`TURNS_MAX`].
    pub fn new(ground: &'a Ground<'a>, turns: &'a [Turn], middle: usize) -> Self {
        let mut talks = [const { 0..0 }; TURNS_MAX];
        let mut first = 0;
        for talk in turns.chunk_by(|before, after| after.at.saturating_sub(before.at) <= PAUSE_US) {
            let end = first + talk.len();
            talks[first..end].fill(first as u8..end as u8);
            first = end;
        }
        Self { ground, turns, middle, talks, glances: OnceCell::new(), speakers: OnceCell::new() }
    }

    /// Up to [`RADIUS`] turns on either side of one of them, as far as no pause is in between.
    pub fn around(&self, centre: usize) -> Range<usize> {
        self.within(centre, RADIUS)
    }

    /// The same of the turns close by.
    pub fn close_to(&self, centre: usize) -> Range<usize> {
        self.within(centre, CLOSE)
    }

    /// The same of those beside the turn in the middle.
    pub fn beside(&self, beside: usize) -> Range<usize> {
        self.within(self.middle, beside.min(RADIUS))
    }

    fn within(&self, centre: usize, radius: usize) -> Range<usize> {
        let Range { start, end } = self.talks[centre];
        centre.saturating_sub(radius).max(start.into())..(centre + radius + 1).min(end.into())
    }

    /// What can be said of each turn at a glance.
    pub fn glances(&self, evidence: &Evidence<'_>) -> &[f32] {
        self.glances.get_or_init(|| {
            let mut glances = [0.0; TURNS_MAX];
            evidence.glances(self.turns.iter().map(|turn| turn.place), &mut glances[..self.turns.len()]);
            glances
        })
    }

    /// How much less the speaker of one of them says than the others close by.
    pub fn brevity(&self, centre: usize) -> Option<f32> {
        let speakers = self.speakers.get_or_init(|| self.speakers());
        let (own, close) = (speakers[centre], self.close_to(centre));
        let (turns, speakers) = (&self.turns[close.clone()], &speakers[close]);
        if turns.iter().all(|turn| turn.place.part == self.turns[centre].place.part) {
            return conversation::brevity(speakers.iter().map(|speaker| (speaker.source == own.source, speaker.words)));
        }
        conversation::brevity(
            turns.iter().zip(speakers).map(|(turn, speaker)| {
                (self.ground.have_one_source(turn.place, self.turns[centre].place), speaker.words)
            }),
        )
    }

    /// Of the turns that are close to those beside the middle.
    fn speakers(&self) -> [Speaker; TURNS_MAX] {
        let mut speakers = [Speaker::default(); TURNS_MAX];
        let near = self.within(self.middle, BESIDE + CLOSE);
        for (speaker, turn) in speakers[near.clone()].iter_mut().zip(&self.turns[near]) {
            let source = self.ground.view(turn.place).source_of(turn.place.block);
            *speaker = Speaker { source, words: self.ground.length_of(turn.place) };
        }
        speakers
    }
}
