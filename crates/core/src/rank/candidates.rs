//! Which blocks are worth a closer look, and the turns around each.

use super::about::About;
use super::best::{Best, Scored};
use super::linked::{self, Said, Tie};
use super::prior::Prior;
use super::scratch::Numbers;
use super::stretch::{Stretch, TURNS_MAX};
use super::turns::Turns;
use super::view::Ground;
use super::{Evidence, Found};
use crate::index::state::Place;
use crate::query::Stage;
use std::collections::HashMap;
use std::ops::{Deref, Range};

/// Blocks in scope up to which each is a candidate: the smallest memories are ranked exactly.
pub const ALL_MAX: u64 = 256;

/// Blocks that words and vectors bring in, each; more only if more hits are asked for.
const DEPTH: usize = 50;

/// Blocks in scope from which whose they are has a say in what is looked at: among few, hardly any others fit as well.
const MANY: u64 = 1_024;

/// Blocks by words, from then on, for each that is looked at, if whose they are has a say: the words of a question fit more of them, and that decides.
const WORDS_SHARE: usize = 2;

/// The best of these by their own content, whose neighbours are looked at too.
const HEAD: usize = 32;

/// Hits up to which the numbers above are enough.
const K_USUAL: usize = 50;

/// Turns next to a good one that become candidates themselves: the answer may share no word with the question.
pub const BESIDE: usize = 2;

/// Turns before and after that speak for a block.
pub const RADIUS: usize = 8;

/// Blocks that are asked for ahead, of those that are looked at next: of very many, the first would be gone again before the last has come.
const FETCHED_MAX: usize = 256;

/// Blocks that are looked at between two looks at the clock.
const LOOKED_AT_AT_ONCE: usize = 16;

/// How many blocks are chosen.
pub struct Depth {
    /// By their words, at first.
    pub words: usize,
    /// By each kind of evidence.
    pub each: usize,
    /// Of all of these, to be looked at with their neighbours.
    pub head: usize,
    /// Whether whose they are has a say in that.
    pub is_among_many: bool,
    /// Candidates in all, at least: notes have no neighbours, and a filter may leave those of messages out.
    pub candidates: usize,
}

/// How many of so many `blocks` are chosen for `k` hits; `has_whose` is whether the query says anything of whose they are.
pub fn depth(blocks: u64, k: usize, has_whose: bool) -> Depth {
    let (each, head) = if k <= K_USUAL { (DEPTH, HEAD) } else { (k.saturating_mul(4), k.saturating_mul(2)) };
    let is_among_many = blocks > MANY && has_whose;
    let words = if is_among_many { each.saturating_mul(WORDS_SHARE) } else { each };
    Depth { words, each, head, is_among_many, candidates: k.max(K_USUAL) }
}

/// A block that may be a hit.
pub struct Candidate {
    /// Its place in the pool.
    pub at: usize,
    around: Range<usize>,
    /// Which of the turns around it it is itself.
    pub centre: usize,
    /// The turn just before it.
    pub before: Option<Place>,
    /// The turn just after it.
    pub after: Option<Place>,
    /// How much less its speaker says here than the others; None where there are none, or where the turns around it were not looked at.
    pub brevity: Option<f32>,
    /// What a block that it is linked with says for it.
    pub linked: Option<Said>,
    /// What a hit with which it shares a rare name says for it.
    pub about: Option<About>,
}

impl Candidate {
    /// Whether it is the first of several turns.
    pub fn opens(&self) -> bool {
        self.before.is_none() && self.around.len() > 1
    }
}

/// Blocks with what their content says: candidates, and the turns close to them.
pub struct Pool<'a> {
    ground: &'a Ground<'a>,
    room: &'a mut Room,
    /// A block that is looked at though it may be no hit.
    beyond: Option<Place>,
    /// Whether linked blocks speak for one another.
    has_links: bool,
}

/// Room for a pool.
#[derive(Default)]
pub struct Room {
    /// The place in the pool of each block.
    numbers: Numbers,
    /// The blocks.
    pub places: Vec<Place>,
    /// What each one's content says.
    pub(super) found: Vec<Found>,
    /// Those that may be hits.
    pub candidates: Vec<Candidate>,
    is_candidate: Vec<bool>,
    /// What the turns around each candidate say: of those close to it, as soon as they have been looked at.
    turns: Vec<f32>,
    /// Which of `turns` are close, and the number in the pool of each.
    close: Vec<(usize, u32)>,
    /// What new candidates are linked with, by their numbers.
    ties: Vec<(usize, Tie)>,
    /// What that has to say.
    said: Vec<f32>,
    /// The share of it that each of those linked with a block gets.
    shares: HashMap<Place, f32>,
}

impl Deref for Pool<'_> {
    type Target = Room;

    fn deref(&self) -> &Room {
        self.room
    }
}

impl<'a> Pool<'a> {
    fn new(ground: &'a Ground<'a>, room: &'a mut Room, has_links: bool) -> Self {
        room.numbers.reset();
        room.places.clear();
        room.found.clear();
        room.candidates.clear();
        room.is_candidate.clear();
        room.turns.clear();
        room.close.clear();
        room.ties.clear();
        room.shares.clear();
        Self { ground, room, beyond: None, has_links }
    }

    /// Every block in scope.
    pub fn all(ground: &'a Ground<'a>, room: &'a mut Room, evidence: &mut Evidence<'_>) -> Self {
        let mut pool = Self::new(ground, room, evidence.has_links());
        pool.admit(ground.scope.places().filter(|&place| ground.scope.wants(place)), 0, evidence);
        pool
    }

    /// Some blocks near an anchor, each of which may be a hit. What links say, the walk from there has said already.
    pub fn of(ground: &'a Ground<'a>, room: &'a mut Room, places: &[Place], evidence: &mut Evidence<'_>) -> Self {
        let mut pool = Self::new(ground, room, false);
        pool.admit(places.iter().copied(), 0, evidence);
        pool
    }

    /// The blocks that words and vectors bring in, those in reach of the anchor, the turns beside the best of them, and what the very best are linked
    /// with.
    pub fn likely(
        ground: &'a Ground<'a>,
        room: &'a mut Room,
        depth: &Depth,
        reach: &HashMap<Place, f32>,
        prior: &Prior<'_>,
        evidence: &mut Evidence<'_>,
    ) -> Self {
        let mut pool = Self::new(ground, room, evidence.has_links());
        let reached: Vec<Place> = reach.keys().copied().filter(|&place| ground.scope.wants(place)).collect();
        let expected = |place| if depth.is_among_many { prior.glance(place) } else { 0.0 };
        let chosen = || evidence.words.chosen.iter().chain(&evidence.vector.chosen);
        if depth.is_among_many {
            chosen().take(FETCHED_MAX).for_each(|chosen| ground.view(chosen.place).fetch_glance(chosen.place.block));
        }
        let by_words = by_words(depth.each, expected, evidence);
        if evidence.deadline.is_set() {
            best_first(&by_words, &evidence.vector.chosen).into_iter().for_each(|place| {
                pool.number(place);
            });
        }
        for chosen in by_words.iter().chain(&evidence.vector.chosen) {
            pool.number(chosen.place);
        }
        for &place in &reached {
            pool.number(place);
        }
        pool.look(evidence, Stage::Candidates);
        let mut best = Best::new(depth.head);
        for (&place, found) in pool.places.iter().zip(&pool.found) {
            let score = found.sum() + expected(place);
            if best.may_take(score) {
                best.take(Scored { score, id: ground.id(place), place });
            }
        }
        let best = best.into_vec();
        let linked = pool.linked_with(&best, evidence);
        let mut likely: Vec<Place> = best.into_iter().map(|scored| scored.place).chain(reached).collect();
        likely.sort_unstable();
        likely.dedup();
        if evidence.deadline.is_set() {
            let score = |place: &Place| pool.found_of(*place).map_or(f32::NEG_INFINITY, Found::sum);
            likely.sort_by(|a, b| score(b).total_cmp(&score(a)));
        }
        Turns::fetch(ground, &likely[..likely.len().min(FETCHED_MAX)], RADIUS + BESIDE);
        pool.admit(likely.into_iter(), BESIDE, evidence);
        pool.admit(linked.into_iter(), 0, evidence);
        pool.fill_up(depth.candidates, evidence);
        pool
    }

    /// Admits the best of what has been looked at besides, until there are so many candidates.
    fn fill_up(&mut self, count: usize, evidence: &mut Evidence<'_>) {
        let Some(missing) = count.checked_sub(self.candidates.len()).filter(|&missing| missing > 0) else { return };
        let mut best = Best::new(missing);
        for ((&place, found), is_candidate) in self.places.iter().zip(&self.found).zip(&self.is_candidate) {
            if !is_candidate && self.ground.scope.wants(place) {
                best.take(Scored { score: found.sum(), id: self.ground.id(place), place });
            }
        }
        let mut places: Vec<Place> = best.into_vec().into_iter().map(|scored| scored.place).collect();
        places.sort_unstable();
        self.admit(places.into_iter(), 0, evidence);
    }

    /// What the very best of some blocks are linked with, as far as it may be a hit.
    fn linked_with(&self, best: &[Scored], evidence: &Evidence<'_>) -> Vec<Place> {
        if !self.has_links {
            return Vec::new();
        }
        let (ground, mut leading) = (self.ground, best.to_vec());
        leading.sort_unstable_by(Scored::order);
        leading.truncate(linked::LEADING);
        let mut said = [0.0; linked::LEADING];
        evidence.says(leading.iter().map(|leads| leads.place), &mut said[..leading.len()]);
        let most = said.iter().copied().fold(0.0, f32::max);
        let has_say = leading.iter().zip(said).filter(|(_, said)| *said > 0.0 && *said >= linked::BRINGING * most);
        let wanted = |leads: &Scored| linked::ties(ground, leads.place).filter(|tie| ground.scope.wants(tie.place));
        let ties = has_say.flat_map(|(leads, _)| wanted(leads).take(linked::BROUGHT));
        let mut places: Vec<Place> = ties.map(|tie| tie.place).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Takes in what is about the same as the best hits; the numbers of those among the candidates.
    pub fn take_in(&mut self, about: &[(Place, About)], evidence: &mut Evidence<'_>) -> Vec<usize> {
        if about.is_empty() {
            return Vec::new();
        }
        self.admit(about.iter().map(|&(place, _)| place), 0, evidence);
        let Room { places, candidates, .. } = &mut *self.room;
        let mut numbers = Vec::with_capacity(about.len());
        for (number, candidate) in candidates.iter_mut().enumerate() {
            let place = places[candidate.at];
            if let Ok(at) = about.binary_search_by_key(&place, |about| about.0) {
                candidate.about = Some(about[at].1);
                numbers.push(number);
            }
        }
        numbers
    }

    /// Admits a block that may be no hit, once all others have been.
    pub fn admit_beyond(&mut self, place: Place, evidence: &mut Evidence<'_>) {
        self.beyond = Some(place);
        self.admit(std::iter::once(place), 0, evidence);
    }

    /// Admits blocks, and of messages the turns `beside` them. All that this takes is looked at together.
    fn admit(&mut self, places: impl Iterator<Item = Place>, beside: usize, evidence: &mut Evidence<'_>) {
        let mut turns = Turns::new(self.ground);
        for place in places {
            // When the time is over, what has been looked at stands for itself.
            let is_known = self.found_of(place).is_some();
            if evidence.deadline.cuts(if is_known { Stage::Turns } else { Stage::Candidates }) {
                if is_known {
                    self.admit_alone(place);
                }
            } else if self.ground.view(place).is_message(place.block) {
                self.admit_stretch(&mut turns, place, beside, evidence);
            } else {
                self.admit_alone(place);
            }
        }
        self.look(evidence, Stage::Turns);
        let Room { close, turns, found, .. } = &mut *self.room;
        close.iter().for_each(|&(at, number)| turns[at] = found[number as usize].sum());
        self.let_links_speak(evidence);
    }

    /// Has the blocks that new candidates are linked with say what they have to say.
    fn let_links_speak(&mut self, evidence: &Evidence<'_>) {
        let Room { ties, said, shares, candidates, .. } = &mut *self.room;
        said.clear();
        said.resize(ties.len(), 0.0);
        evidence.says(ties.iter().map(|(_, tie)| tie.place), said);
        for ((candidate, tie), said) in ties.drain(..).zip(said) {
            let linked = &mut candidates[candidate].linked;
            let (most, measure) = (linked.map_or(0.0, |said| said.measure), tie.speaks * *said);
            // To count the links of the other costs most, and seldom is it worth it.
            if measure > most {
                let share = shares.entry(tie.place).or_insert_with(|| linked::share(self.ground, tie.place));
                if measure * *share > most {
                    *linked = Some(Said { measure: measure * *share, by: tie.place });
                }
            }
        }
    }

    /// Takes a candidate in, and what it is linked with.
    fn push(&mut self, candidate: Candidate) {
        if self.has_links {
            let (ground, at, place) = (self.ground, self.candidates.len(), self.places[candidate.at]);
            let ties = linked::ties(ground, place).take(linked::SPEAKERS);
            self.room.ties.extend(ties.map(|tie| (at, tie)));
        }
        self.room.candidates.push(candidate);
    }

    /// Admits a message and the turns `beside` it, as far as they may be hits and are not admitted already.
    fn admit_stretch(&mut self, turns: &mut Turns<'_>, place: Place, beside: usize, evidence: &Evidence<'_>) {
        let ground = self.ground;
        let strip = turns.around(place, RADIUS + beside);
        let Some(middle) = strip.iter().position(|turn| turn.place == place) else { return };
        let stretch = Stretch::new(ground, strip, middle);
        let mut numbers = [None; TURNS_MAX];
        for centre in stretch.beside(beside) {
            let own = strip[centre].place;
            if !ground.scope.wants(own) && self.beyond != Some(own) {
                continue;
            }
            let number = *numbers[centre].get_or_insert_with(|| self.number(own)) as usize;
            if std::mem::replace(&mut self.room.is_candidate[number], true) {
                continue;
            }
            let (around, start) = (stretch.around(centre), self.turns.len());
            self.room.turns.extend_from_slice(&stretch.glances(evidence)[around.clone()]);
            for turn in stretch.close_to(centre) {
                let number = *numbers[turn].get_or_insert_with(|| self.number(strip[turn].place));
                self.room.close.push((start + turn - around.start, number));
            }
            let before = (centre > around.start).then(|| strip[centre - 1].place);
            let after = (centre + 1 < around.end).then(|| strip[centre + 1].place);
            self.push(Candidate {
                at: number,
                around: start..self.turns.len(),
                centre: centre - around.start,
                before,
                after,
                brevity: stretch.brevity(centre),
                linked: None,
                about: None,
            });
        }
    }

    /// What the turns around a candidate say, itself included, in order.
    pub fn around(&self, candidate: &Candidate) -> &[f32] {
        &self.turns[candidate.around.clone()]
    }

    fn admit_alone(&mut self, place: Place) {
        let (start, number) = (self.turns.len(), self.number(place));
        if std::mem::replace(&mut self.room.is_candidate[number as usize], true) {
            return;
        }
        self.room.turns.push(0.0);
        self.room.close.push((start, number));
        let around = start..start + 1;
        self.push(Candidate {
            at: number as usize,
            around,
            centre: 0,
            before: None,
            after: None,
            brevity: None,
            linked: None,
            about: None,
        });
    }

    fn number(&mut self, place: Place) -> u32 {
        let Room { numbers, places, is_candidate, .. } = &mut *self.room;
        if let Some(number) = numbers.get(place.part, place.block) {
            return number;
        }
        let number = places.len() as u32;
        numbers.set(place.part, place.block, number);
        places.push(place);
        is_candidate.push(false);
        number
    }

    /// What the content of a block says, if it has been looked at.
    fn found_of(&self, place: Place) -> Option<&Found> {
        let number = self.numbers.get(place.part, place.block)?;
        self.found.get(number as usize)
    }

    /// Looks at the content of all blocks that have come in since it last did. Those for which there is no time have nothing; but a few of the
    /// candidates are looked at whatever the clock says, for a search that found some is to give some.
    fn look(&mut self, evidence: &mut Evidence<'_>, stage: Stage) {
        let Room { places, found, .. } = &mut *self.room;
        let new = &places[found.len()..];
        let at_once = if evidence.deadline.is_set() { LOOKED_AT_AT_ONCE } else { new.len().max(1) };
        let deadline = evidence.deadline;
        let has_time = |first: bool| (first && stage == Stage::Candidates) || !deadline.cuts(stage);
        for (_, new) in new.chunks(at_once).enumerate().take_while(|(at, _)| has_time(*at == 0)) {
            evidence.look(new, found);
        }
        found.resize(places.len(), Found::default());
    }
}

/// Of what the words chose, the `count` best by their words and by whose they are.
fn by_words(count: usize, expected: impl Fn(Place) -> f32, evidence: &Evidence<'_>) -> Vec<Scored> {
    let mut best = Best::new(count);
    for chosen in &evidence.words.chosen {
        let score = evidence.words_alone(chosen.score) + expected(chosen.place);
        if best.may_take(score) {
            best.take(Scored { score, ..*chosen });
        }
    }
    best.into_vec()
}

/// What two kinds of evidence chose, by turns the best of either.
fn best_first(words: &[Scored], vector: &[Scored]) -> Vec<Place> {
    let ordered = [words, vector].map(|chosen| {
        let mut chosen = chosen.to_vec();
        chosen.sort_unstable_by(Scored::order);
        chosen
    });
    let most = words.len().max(vector.len());
    let turns = (0..most).flat_map(|at| ordered.iter().filter_map(move |chosen| chosen.get(at)));
    turns.map(|scored| scored.place).collect()
}

/// The turns that speak for a block, itself included, in order: itself alone if it is no turn.
pub fn turns_around(ground: &Ground<'_>, place: Place) -> Vec<Place> {
    let mut turns = Turns::new(ground);
    let strip = turns.around(place, RADIUS);
    match strip.iter().position(|turn| turn.place == place) {
        Some(middle) => {
            strip[Stretch::new(ground, strip, middle).around(middle)].iter().map(|turn| turn.place).collect()
        }
        None => vec![place],
    }
}
