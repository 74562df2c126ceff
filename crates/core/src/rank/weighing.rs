//! What was found about the candidates, weighed: each one's score, and of what it is made.

use super::asked::Asked;
use super::best::{Best, Scored};
use super::candidates::{self, Candidate, Pool};
use super::prior::Prior;
use super::update::Update;
use super::view::Ground;
use super::words::QueryWords;
use super::{Evidence, about, conversation, diversity};
use crate::id::BlockId;
use crate::index::state::Place;
use crate::query::{Hit, PARTS, Query};
use std::collections::HashMap;

/// See the module.
pub struct Weighing<'w, 'e> {
    /// What is looked at.
    pub ground: &'w Ground<'w>,
    /// The query.
    pub query: &'w Query,
    /// Its words.
    pub question: &'w QueryWords,
    /// The candidates.
    pub pool: Pool<'w>,
    /// What is known beforehand.
    pub prior: Prior<'e>,
    /// How near to the anchor each block in its reach is.
    pub reach: &'w HashMap<Place, f32>,
    /// What the blocks' own content says.
    pub evidence: Evidence<'e>,
    /// Each candidate that has anything to it, by itself.
    pub hits: Vec<Hit>,
}

/// A weight, and what it does for a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// The part of the score.
    pub part: &'static str,
    /// The name of the weight.
    pub name: &'static str,
    /// The weight.
    pub weight: f32,
    /// What it weighs; the product of the two is added.
    pub measure: f32,
    /// The turns that it is about, or the linked block.
    pub turns: Vec<BlockId>,
}

impl<'w, 'e> Weighing<'w, 'e> {
    /// Weighs the candidates of a pool, and what is about the same as the best of them.
    pub fn new(
        asked: &Asked<'w>,
        pool: Pool<'w>,
        prior: Prior<'e>,
        reach: &'w HashMap<Place, f32>,
        evidence: Evidence<'e>,
    ) -> Self {
        let Asked { ground, query, question, .. } = *asked;
        let mut weighing = Self { ground, query, question, pool, prior, reach, evidence, hits: Vec::new() };
        weighing.hits = weighing.by_themselves();
        weighing.take_in_about();
        weighing
    }

    /// Takes in what is about the same as the best hits, and weighs it.
    fn take_in_about(&mut self) {
        let about = about::find(self);
        let numbers = self.pool.take_in(&about, &mut self.evidence);
        let renewed: Vec<Hit> = numbers.into_iter().map(|number| self.hit(&self.pool.candidates[number])).collect();
        for hit in renewed {
            match self.hits.iter_mut().find(|known| known.block == hit.block) {
                Some(known) => *known = hit,
                None => self.hits.push(hit),
            }
        }
    }

    /// Looks at a block that may be no hit, as at a candidate.
    pub fn admit_beyond(&mut self, place: Place) {
        self.pool.admit_beyond(place, &mut self.evidence);
    }

    /// So many of the best hits by themselves, best first.
    pub fn leading(&self, count: usize) -> Vec<Scored> {
        let mut best = Best::new(count);
        for hit in &self.hits {
            if best.may_take(hit.score)
                && let Some(place) = self.ground.state.locate(hit.block)
            {
                best.take(Scored { score: hit.score, id: hit.block, place });
            }
        }
        let mut leading = best.into_vec();
        leading.sort_unstable_by(Scored::order);
        leading
    }

    /// Each candidate that has anything to it, with all that speaks for it: itself, for one of them what it stands for ([`Update`]), and against it what
    /// is of the same session.
    pub fn hits(&self) -> Vec<Hit> {
        let mut hits = self.updated();
        diversity::spread(self.ground, &mut hits, self.diversity());
        hits
    }

    /// The same, whatever session they are of.
    fn updated(&self) -> Vec<Hit> {
        let mut hits = self.hits.clone();
        if let Some(update) = self.update() {
            let lifted = hits.iter_mut().filter(|hit| hit.block == update.block);
            lifted.for_each(|hit| update.lift(hit, self.query.weights.update));
        }
        hits
    }

    /// What each better hit of its session takes from one.
    fn diversity(&self) -> f32 {
        self.diversities().into_iter().map(|(_, weight)| weight).sum()
    }

    /// The weights that make it up, as far as they count.
    fn diversities(&self) -> Vec<(&'static str, f32)> {
        let weights = &self.query.weights;
        let several = if self.prior.asks_for_several() { weights.several } else { 0.0 };
        let all = [("diversity", weights.diversity), ("several", several)];
        all.into_iter().filter(|(_, weight)| *weight != 0.0).collect()
    }

    /// Takes from a hit what the better ones of its session take; the weights that do it.
    pub fn spread(&self, hit: &mut Hit) -> Vec<Weighed> {
        if self.diversity() == 0.0 {
            return Vec::new();
        }
        let better = diversity::better(self.ground, &self.updated(), hit);
        diversity::lower(hit, self.diversity(), better);
        let weighed = |(name, weight)| {
            let measure = -(better as f32);
            Weighed { part: "conversation", name, weight, measure, turns: Vec::new() }
        };
        self.diversities().into_iter().filter(|_| better > 0).map(weighed).collect()
    }

    /// The block that stands for what an earlier one said, if there is one.
    pub fn update(&self) -> Option<Update> {
        Update::find(self)
    }

    /// Each candidate that has anything to it, by itself.
    fn by_themselves(&self) -> Vec<Hit> {
        let mut hits = Vec::with_capacity(self.pool.candidates.len());
        for candidate in &self.pool.candidates {
            let place = self.pool.places[candidate.at];
            if self.proximity(place) != 0.0 || candidate.linked.is_some() || self.pool.found[candidate.at].is_any {
                hits.push(self.hit(candidate));
            }
        }
        hits
    }

    /// What speaks for a candidate.
    #[inline]
    pub fn hit(&self, candidate: &Candidate) -> Hit {
        let (place, found) = (self.pool.places[candidate.at], self.pool.found[candidate.at]);
        let [words, vector, tokens] = found.parts;
        let answers = self.prior.answers(place, candidate.before);
        let around = self.pool.around(candidate);
        let around = conversation::score(around, candidate.centre, answers, &self.query.weights);
        let prior = self.prior.score(place, answers, candidate);
        let mut graph = 0.0;
        self.each_of_the_graph(place, candidate, |_, weight, measure, _| graph += weight * measure);
        if let Some(about) = candidate.about {
            let (weight, without) = (self.query.weights.about, words + vector + tokens + around + prior + graph);
            graph += weight * about.up_to_its_hit(without, weight);
        }
        let parts = [words, vector, tokens, around, prior, graph];
        Hit { block: self.ground.id(place), score: parts.iter().sum(), parts }
    }

    /// Calls `add` with each weight of the graph but `about`, which goes by all others: its name, itself, what it weighs, and the block that this comes
    /// from.
    #[inline]
    fn each_of_the_graph(
        &self,
        place: Place,
        candidate: &Candidate,
        mut add: impl FnMut(&'static str, f32, f32, Option<Place>),
    ) {
        add("near", self.query.weights.near, self.proximity(place), None);
        if let Some(said) = candidate.linked {
            add("linked", self.query.weights.linked, said.measure, Some(said.by));
        }
    }

    /// The candidate that a block is, if it is one.
    pub fn candidate(&self, place: Place) -> Option<&Candidate> {
        self.pool.candidates.iter().find(|candidate| self.pool.places[candidate.at] == place)
    }

    /// How near to the anchor a block is, from 0 to 1.
    #[inline]
    pub fn proximity(&self, place: Place) -> f32 {
        if self.reach.is_empty() { 0.0 } else { self.reach.get(&place).copied().unwrap_or(0.0) }
    }

    /// Every weight that does something for a candidate. The products of those of a part add up to it.
    pub fn weights(&self, candidate: &Candidate) -> Vec<Weighed> {
        let (place, weights) = (self.pool.places[candidate.at], &self.query.weights);
        let mut all = Vec::new();
        let of_content = [weights.words, weights.vector, weights.tokens].into_iter().zip(self.evidence.measures(place));
        for (name, (weight, measure)) in PARTS.into_iter().zip(of_content) {
            all.push(Weighed { part: name, name, weight, measure: measure.unusual(), turns: Vec::new() });
        }
        let answers = self.prior.answers(place, candidate.before);
        let around = self.pool.around(candidate);
        conversation::each(around, candidate.centre, answers, weights, |name, weight, measure| {
            let turns = self.turns_of(name, candidate);
            all.push(Weighed { part: "conversation", name, weight, measure, turns });
        });
        self.prior.each(place, answers, candidate, |name, weight, measure| {
            all.push(Weighed { part: "prior", name, weight, measure, turns: Vec::new() });
        });
        self.each_of_the_graph(place, candidate, |name, weight, measure, by| {
            let turns = by.map(|by| self.ground.id(by)).into_iter().collect();
            all.push(Weighed { part: "graph", name, weight, measure, turns });
        });
        if let Some(about) = candidate.about {
            let without = all.iter().map(|weighed| weighed.weight * weighed.measure).sum();
            let (weight, turns) = (weights.about, vec![self.ground.id(about.by)]);
            let measure = about.up_to_its_hit(without, weight);
            all.push(Weighed { part: "graph", name: "about", weight, measure, turns });
        }
        all.retain(|weighed| weighed.weight * weighed.measure != 0.0);
        all
    }

    /// The turns that a weight of the conversation is about.
    fn turns_of(&self, weight: &str, candidate: &Candidate) -> Vec<BlockId> {
        let values = self.pool.around(candidate);
        let turns = candidates::turns_around(self.ground, self.pool.places[candidate.at]);
        let numbers = match weight {
            "session" => conversation::speakers(values),
            _ => conversation::turn_of(weight, candidate.centre).into_iter().collect(),
        };
        numbers.into_iter().filter_map(|number| Some(self.ground.id(*turns.get(number)?))).collect()
    }
}
