//! What speaks for a block before its content is looked at: who said it, when, and in what manner.

use super::candidates::Candidate;
use super::conversation;
use super::fading::Fading;
use super::told::Told;
use super::view::Ground;
use super::whose::Whose;
use super::words::QueryWords;
use crate::index::state::Place;
use crate::query::{Query, Weights};
use crate::segment::{Segment, flag};
use crate::words::calendar::Days;
use crate::words::mentions::{self, When};
use crate::words::{changes, dates, requests};

/// Blocks in scope from which on priors count in full. Of n blocks none is more than the root of n - 1 standard deviations above the mean: where
/// there are few, even a perfect match says little, and what is known beforehand must not outweigh it.
const MANY: f32 = 256.0;

/// Priors for one query.
pub struct Prior<'a> {
    ground: &'a Ground<'a>,
    weights: &'a Weights,
    fading: Fading<'a>,
    /// How much they count, from 0 to 1.
    scale: f32,
    asks_when: bool,
    asks_how_it_is: bool,
    asks_for_several: bool,
    /// How much the manner of a turn counts, 1 unless a summary is asked for.
    manner: f32,
    /// The times that the query names.
    times: Vec<When>,
    whose: Whose<'a>,
    told: Told<'a>,
}

impl<'a> Prior<'a> {
    /// Finds out which times the query names, and whether it asks for one; `whose` are the blocks that it asks for, and `share` is how much of all
    /// evidence there is.
    pub fn new(ground: &'a Ground<'a>, query: &'a Query, question: &QueryWords, whose: Whose<'a>, share: f32) -> Self {
        Self {
            ground,
            weights: &query.weights,
            fading: Fading::new(ground, query),
            scale: share * (ground.scope.blocks.saturating_sub(1) as f32 / MANY).sqrt().min(1.0),
            asks_when: dates::asks_when(&question.tokens),
            asks_how_it_is: changes::asks_how_it_is(&question.tokens),
            asks_for_several: requests::asks_for_several(&question.tokens),
            manner: if requests::asks_for_summary(&question.tokens) { 1.0 - query.weights.summary } else { 1.0 },
            times: mentions::asked(&question.tokens, ground.state.zone.local(query.asking())),
            whose,
            told: Told::new(ground),
        }
    }

    /// Whether a block follows a question of someone else; `before` is the turn before it.
    pub fn answers(&self, place: Place, before: Option<Place>) -> bool {
        before.is_some_and(|before| self.flags(before) & flag::ASKS != 0 && !self.ground.have_one_source(before, place))
    }

    /// What speaks for (or against) a block.
    #[inline]
    pub fn score(&self, place: Place, answers: bool, candidate: &Candidate) -> f32 {
        let mut sum = 0.0;
        self.each(place, answers, candidate, |_, weight, measure| sum += weight * measure);
        sum
    }

    /// Calls `add` with each weight that counts here: its name, itself, and what it weighs.
    #[inline]
    pub fn each(
        &self,
        place: Place,
        answers: bool,
        candidate: &Candidate,
        mut add: impl FnMut(&'static str, f32, f32),
    ) {
        let (flags, weights, scale) = (self.flags(place), self.weights, self.scale);
        let importance = self.ground.view(place).importance_of(place.block);
        add("importance", weights.importance, scale * (importance - 0.5));
        add("family", weights.family, scale * self.whose.families.of(self.ground, place));
        if self.asks_when && flags & flag::TEMPORAL != 0 {
            add("time", weights.time, scale);
        }
        let fit = self.fit_of_time(place);
        if fit > 0.0 {
            add("date", weights.date, scale * fit);
        }
        self.fading.each(self.ground.view(place), place, |name, weight, measure| add(name, weight, scale * measure));
        if flags & flag::MESSAGE == 0 {
            add("personal", weights.personal, scale); // who writes a note has something to say
            if self.whose.named.is_any() {
                add("company", weights.company, scale * self.told.share(&self.whose.named, place));
            }
        } else {
            self.each_of_a_turn(place, answers, candidate, add);
        }
    }

    #[inline]
    fn each_of_a_turn(
        &self,
        place: Place,
        answers: bool,
        candidate: &Candidate,
        mut add: impl FnMut(&'static str, f32, f32),
    ) {
        let (flags, weights, manner) = (self.flags(place), self.weights, self.scale * self.manner);
        let mut add_if = |holds: bool, name: &'static str, weight: f32| {
            if holds {
                add(name, weight, manner);
            }
        };
        add_if(flags & flag::QUESTION != 0, "question", weights.question);
        let is_brief = if flags & flag::QUESTION != 0 { self.brief(place, candidate) } else { 0.0 };
        add_if(flags & flag::PERSONAL != 0, "personal", weights.personal);
        add_if(answers, "answer", weights.answer);
        add_if(candidate.opens(), "opening", weights.opening);
        add("brief_question", weights.brief_question, manner * is_brief);
        add("brevity", weights.brevity, manner * candidate.brevity.unwrap_or(0.0));
        if self.whose.named.is_any() {
            add("source", weights.source, self.scale * self.source(place));
            let turns = [Some(place), candidate.before, candidate.after];
            let speakers = turns.map(|turn| turn.map(|turn| (turn.part, self.ground.view(turn).source_of(turn.block))));
            add("company", weights.company, self.scale * self.whose.named.share(&speakers));
        }
    }

    /// How little a turn says among those who talk alike, from 0 to 1.
    fn brief(&self, place: Place, candidate: &Candidate) -> f32 {
        candidate.brevity.map_or(0.0, conversation::is_alike) * conversation::is_short(self.ground.length_of(place))
    }

    /// What can be said of a block before the turns around it are looked up: whose it is.
    pub fn glance(&self, place: Place) -> f32 {
        let is_turn = self.flags(place) & flag::MESSAGE != 0;
        let source = if is_turn { self.weights.source * self.source(place) } else { 0.0 };
        self.scale * (source + self.weights.family * self.whose.families.of(self.ground, place))
    }

    /// 1 if a turn is of the one source that the query names, -1 if it is of another, 0 if it does not name just one.
    fn source(&self, place: Place) -> f32 {
        let number = self.ground.view(place).source_of(place.block);
        self.whose.named.is_said_by_one(place.part, number).map_or(0.0, |is_theirs| if is_theirs { 1.0 } else { -1.0 })
    }

    /// The one source that the query names.
    pub fn named(&self) -> Option<&'a str> {
        self.whose.named.one()
    }

    /// Whether the query asks when something was.
    pub fn asks_when(&self) -> bool {
        self.asks_when
    }

    /// Whether the query asks for several things.
    pub fn asks_for_several(&self) -> bool {
        self.asks_for_several
    }

    /// Whether the query asks how something is.
    pub fn asks_how_it_is(&self) -> bool {
        self.asks_how_it_is
    }

    /// The times that the query names.
    pub fn times(&self) -> &[When] {
        &self.times
    }

    /// The days of which a block speaks, the one on which it was said first; and of each, whether it is what the query names.
    pub fn days(&self, place: Place) -> Vec<(Days, bool)> {
        let days = self.days_of(place);
        days.map(|days| (days, self.times.iter().any(|time| time.means(days)))).collect()
    }

    /// How well the days on which a block was said, or of which it speaks, fit a time that the query names, from 0 to 1.
    fn fit_of_time(&self, place: Place) -> f32 {
        if self.times.is_empty() {
            return 0.0;
        }
        let fits = self.days_of(place).flat_map(|days| self.times.iter().map(move |time| time.fits(days)));
        fits.fold(0.0, f32::max)
    }

    /// The day on which a block was said, and the days of which it speaks.
    fn days_of(&self, place: Place) -> impl Iterator<Item = Days> {
        let (at, _) = self.ground.view(place).order_of(place.block);
        std::iter::once(Days::one(self.ground.state.zone.day_of(at))).chain(self.segment(place).mentions(place.block))
    }

    fn segment(&self, place: Place) -> &'a Segment {
        self.ground.view(place).segment
    }

    fn flags(&self, place: Place) -> u8 {
        self.ground.view(place).flags_of(place.block)
    }
}
