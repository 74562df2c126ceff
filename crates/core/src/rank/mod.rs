//! Ranking: from a query to hits, in one pass over a state that does not change meanwhile.
//!
//! Every kind of evidence gives each block a number; each is brought to standard deviations over the blocks in scope, so that they
//! can be added; then come the neighbours in the conversation, what is known beforehand, and the way from the anchor or what linked blocks say. What a
//! block scores does not depend on how many hits are asked for, nor on what `filter` leaves out; but for the one that says how
//! something is now ([`update`]), which stands where what was said before would, for those of the conversation that most of
//! the best are of ([`home`]), which stand in its own order, and for what other hits say: that they share a name ([`about`]), or are of the same session
//! ([`diversity`]).

mod about;
mod asked;
mod best;
mod called;
mod candidates;
mod conversation;
mod deadline;
mod diversity;
mod exclusion;
mod explanation;
mod fading;
mod family;
mod fits;
mod home;
mod late;
mod linked;
mod local;
mod matched;
mod matches;
mod named;
mod near;
mod nearby;
mod prior;
mod reading;
mod runs;
mod sample;
mod scope;
pub(crate) mod scratch;
mod similar;
mod statistics;
mod stretch;
mod told;
mod turns;
mod update;
mod vector;
mod view;
mod weighing;
mod whose;
mod words;

use crate::embed::Table;
use crate::error::Result;
use crate::id::{BlockId, Score};
use crate::index::State;
use crate::index::state::Place;
use crate::query::{Answer, Query, Weights};
use asked::Asked;
pub use asked::Fitting;
use deadline::Deadline;
pub use exclusion::Clause;
pub use explanation::{Account, Dates, Explanation, Outcome, Subject};
use late::Late;
pub use matches::{Kind, Match, Pair};
pub use nearby::{Step, Way};
pub use scope::Scope;
use statistics::Scale;
use std::time::Instant;
use vector::VectorScores;
use view::{Ground, View};
pub use weighing::Weighed;
use words::{QueryWords, WordScores};

/// Answers queries, one after another. Those of one scope that follow one another share what is found out about it.
pub fn search_each(
    state: &State,
    queries: &[Query],
    table: &Table,
    dimension: usize,
    embeds_queries: bool,
) -> Result<Vec<Answer>> {
    let mut scratch = scratch::take();
    let mut found = Vec::with_capacity(queries.len());
    for alike in queries.chunk_by(Query::has_scope_of) {
        let mut began = alike[0].budget.map(|_| Instant::now());
        let scope = Scope::new(state, &alike[0]);
        let ground = Ground::new(state, &scope);
        for query in alike {
            let mut word_room = std::mem::take(&mut scratch.words);
            let deadline = Deadline::new(began, query.budget);
            let question = QueryWords::read(query, &ground, table);
            let asked = Asked {
                ground: &ground,
                query,
                question: &question,
                table,
                dimension,
                embeds_queries,
                deadline: &deadline,
            };
            found.push(asked.answer(&mut scratch, &mut word_room)?);
            scratch.words = word_room;
            began = query.budget.map(|_| Instant::now());
        }
    }
    scratch::give_back(scratch);
    Ok(found)
}

/// The scope of a query of which only blocks that have a word of it may be hits; all, if it has no text.
pub fn scope_of_words(state: &State, query: &Query, table: &Table) -> Scope {
    let mut scope = Scope::new(state, query);
    if !query.text.is_empty() {
        let ground = Ground::new(state, &scope);
        let matched = matched::blocks(&ground, &QueryWords::read(query, &ground, table), table);
        scope.narrow(matched);
    }
    scope
}

/// How well a text fits what is around each of the blocks that it may belong to, and what was said last in a namespace.
pub fn fits(
    state: &State,
    text: &Query,
    namespace: &str,
    table: &Table,
    dimension: usize,
    embeds_queries: bool,
) -> Result<Fitting> {
    let scope = Scope::new(state, text);
    let ground = Ground::new(state, &scope);
    // As it stands: of a text that is to be remembered, what nobody has said before is no slip.
    let (question, deadline) = (QueryWords::as_typed(text, &ground, table), Deadline::new(None, None));
    let asked = Asked {
        ground: &ground,
        query: text,
        question: &question,
        table,
        dimension,
        embeds_queries,
        deadline: &deadline,
    };
    asked.fits(namespace)
}

/// Why a block is, or is not, among the hits of a query.
pub fn explain(
    state: &State,
    query: &Query,
    subject: &Subject,
    table: &Table,
    dimension: usize,
    embeds_queries: bool,
) -> Result<Explanation> {
    let scope = Scope::new(state, query);
    let ground = Ground::new(state, &scope);
    let (question, deadline) = (QueryWords::read(query, &ground, table), Deadline::new(None, None));
    let asked =
        Asked { ground: &ground, query, question: &question, table, dimension, embeds_queries, deadline: &deadline };
    let mut scratch = scratch::take();
    let mut word_room = std::mem::take(&mut scratch.words);
    let explanation = asked.explain(subject, &mut scratch, &mut word_room);
    scratch.words = word_room;
    scratch::give_back(scratch);
    explanation
}

/// What the words alone choose: the `depth` best blocks, best first, with what their words are worth.
pub fn by_words(state: &State, query: &Query, table: &Table, depth: usize) -> Vec<(BlockId, Score)> {
    let scope = Scope::new(state, query);
    let ground = Ground::new(state, &scope);
    let mut scratch = scratch::take();
    let question = QueryWords::read(query, &ground, table);
    let worth = words::terms(&ground, &question).worth;
    let mut chosen =
        words::score(&ground, &worth, depth, query.exact, &mut scratch.words, &Deadline::new(None, None)).chosen;
    scratch::give_back(scratch);
    chosen.sort_unstable_by(best::Scored::order);
    chosen.into_iter().map(|scored| (scored.id, scored.score)).collect()
}

/// What a block's own content says.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    /// Words, vector and tokens, weighed.
    parts: [f32; 3],
    /// Whether there is anything at all.
    is_any: bool,
}

impl Found {
    fn sum(&self) -> f32 {
        self.parts.iter().sum()
    }
}

/// Every kind of evidence that lies in a block's own content.
struct Evidence<'a> {
    ground: &'a Ground<'a>,
    words: &'a WordScores<'a>,
    vector: &'a VectorScores<'a>,
    late: Late<'a>,
    weights: &'a Weights,
    /// Whether the search is near an anchor.
    is_near: bool,
    deadline: &'a Deadline,
}

/// What one kind of evidence says of a block, before it is weighed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// In the unit of its kind.
    pub value: f32,
    /// What is usual.
    pub mean: f32,
    /// How far from that values usually are.
    pub deviation: f32,
    /// What the block owes to chance, in such deviations.
    pub luck: f32,
}

impl Measure {
    /// How unusual it is, in deviations: what is weighed.
    fn unusual(&self) -> f32 {
        Scale { mean: self.mean, deviation: self.deviation }.z(self.value) - self.luck
    }
}

impl Evidence<'_> {
    /// How much of all the evidence that counts there is for this query, from 0 to 1: a vector that was brought along has no words, and the
    /// table cannot read every script.
    fn share(&self) -> f32 {
        let Weights { words, vector, tokens, .. } = *self.weights;
        let (there, all) = [
            (words, self.words.says_something()),
            (vector, self.vector.says_something()),
            (tokens, self.late.has_pieces()),
        ]
        .iter()
        .fold((0.0, 0.0), |(there, all), &(weight, is_there)| {
            (there + if is_there { weight.abs() } else { 0.0 }, all + weight.abs())
        });
        if all > 0.0 { there / all } else { 1.0 }
    }

    /// What can be said of some blocks at a glance, from words alone.
    #[inline]
    fn glances(&self, places: impl Iterator<Item = Place> + Clone, glances: &mut [f32]) {
        self.words.of_turns(self.ground, places, glances);
        let (scale, stand_for) = (self.words.scale, self.words_stand_for());
        glances.iter_mut().for_each(|glance| *glance = scale.z(*glance) * stand_for);
    }

    /// What each of some blocks has to say for those that it is linked with: what its words stand for, by how much they are of what is asked. Of a
    /// question's words most blocks have some; those that have few of them answer others, and what they are linked with has nothing to do with it.
    fn says(&self, places: impl Iterator<Item = Place> + Clone, said: &mut [f32]) {
        self.words.of_each(self.ground, places, said);
        for said in said {
            let covers = (*said / self.words.worth.whole).min(1.0);
            *said = if covers > 0.0 { covers * self.words_alone(*said).max(0.0) } else { 0.0 };
        }
    }

    /// What words of this score stand for, with nothing else looked at.
    fn words_alone(&self, score: f32) -> f32 {
        self.words.scale.z(score) * self.words_stand_for()
    }

    /// The weight of words that speak for all evidence.
    fn words_stand_for(&self) -> f32 {
        let tokens = if self.late.has_pieces() { self.weights.tokens } else { 0.0 };
        self.weights.words + conversation::AGREEMENT * (self.weights.vector + tokens)
    }

    /// Whether there are links, and they count: near an anchor, the walk from there says what they say.
    fn has_links(&self) -> bool {
        self.weights.linked != 0.0 && !self.is_near && !self.ground.state.links.is_empty()
    }

    /// What is weighed of a block: words, vector and tokens.
    fn measures(&self, place: Place) -> [Measure; 3] {
        let luck = self.luck(place);
        let measure = |value: f32, scale: Scale| Measure { value, mean: scale.mean, deviation: scale.deviation, luck };
        [
            measure(self.words.of(self.ground, place), self.words.scale),
            measure(self.vector.of(self.ground, place), self.vector.scale),
            measure(self.late.of(place), self.late.scale),
        ]
    }

    fn luck(&self, place: Place) -> f32 {
        statistics::luck(self.ground.view(place).passages_of(place.block).len())
    }

    /// What a closer look says of some blocks, in order. All that it takes is asked for together.
    fn look(&mut self, places: &[Place], found: &mut Vec<Found>) {
        let (ground, count) = (self.ground, places.len());
        let (mut vector, mut tokens) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut words = vec![0.0; count];
        self.late.of_each(places, &mut tokens);
        self.vector.of_each(ground, places, &mut vector);
        self.words.of_each(ground, places.iter().copied(), &mut words);
        found.extend(places.iter().zip(words).zip(vector).zip(tokens).map(|(((&place, words), vector), tokens)| {
            let luck = self.luck(place);
            let parts = [
                (self.words.scale.z(words) - luck) * self.weights.words,
                (self.vector.scale.z(vector) - luck) * self.weights.vector,
                (self.late.scale.z(tokens) - luck) * self.weights.tokens,
            ];
            Found { parts, is_any: words > 0.0 || vector > 0.0 || tokens > 0.0 }
        }));
    }
}
