//! A query that is asked: the order in which things are found out.

use super::Evidence;
use super::candidates::{self, Depth, Pool};
use super::deadline::Deadline;
use super::fits::{Fits, Subject};
use super::home::{self, Home};
use super::late::Late;
use super::local::{self, Visited};
use super::nearby::Nearby;
use super::prior::Prior;
use super::sample::Sample;
use super::scratch::{Rows, Scratch, WordRoom};
use super::vector::{self, VectorScores};
use super::view::Ground;
use super::weighing::Weighing;
use super::whose::Whose;
use super::words::{self, QueryWords, Rarity, WordScores, Worth};
use crate::embed::Table;
use crate::error::{Error, Result};
use crate::id::BlockId;
use crate::index::state::Place;
use crate::query::{Answer, Hit, Query};
use crate::vectors::Code;
use std::collections::HashMap;

/// How well a text fits what is around some blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fitting {
    /// How many words say what it is about: of few it can hardly be told.
    pub words: usize,
    /// For each block: how well it fits what is around it, from 0 on, where more is better.
    pub anchors: Vec<f32>,
    /// The same of what was said last, if that belongs to none of these blocks.
    pub aside: Option<f32>,
}

/// A block that a search starts from, and how many links far it goes.
type Start = (BlockId, u32);

/// A query, and what it is asked of.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// What it looks at.
    pub ground: &'a Ground<'a>,
    /// The query.
    pub query: &'a Query,
    /// Its words, whatever they are asked of.
    pub question: &'a QueryWords,
    /// What makes vectors of words.
    pub table: &'a Table,
    /// Components of a vector.
    pub dimension: usize,
    /// Whether the table makes the queries' vectors.
    pub embeds_queries: bool,
    /// By when it is to be answered.
    pub deadline: &'a Deadline,
}

impl<'a> Asked<'a> {
    /// The best answers, and what was looked at for them.
    pub fn answer(&self, scratch: &mut Scratch, word_room: &mut WordRoom) -> Result<Answer> {
        // As many as are asked about whatever is wanted: what scores best does not depend on how many do.
        let depth = self.query.k.max(home::HEAD);
        let (mut answer, hits) = self.look(scratch, word_room, None, |found| best(found.hits(), depth))?;
        answer.hits = hits.unwrap_or_default();
        if let Some(home) = Home::find(self, &answer.hits) {
            answer.hits = home.settle(self, answer.hits, (scratch, word_room))?.hits;
        }
        answer.hits.truncate(self.query.k);
        answer.left_out = self.deadline.left_out();
        Ok(answer)
    }

    /// The `depth` best, best first, with nothing else asked about them.
    pub fn by_itself(&self, scratch: &mut Scratch, word_room: &mut WordRoom, depth: usize) -> Result<Vec<Hit>> {
        let (_, hits) = self.look(scratch, word_room, None, |found| best(found.hits(), depth))?;
        Ok(hits.unwrap_or_default())
    }

    /// Looks around, and has `rank` make something of what it found; of nothing, nothing is made. A block `beyond` those that may be hits is
    /// looked at after them, as one of them.
    pub fn look<T>(
        &self,
        scratch: &mut Scratch,
        word_room: &mut WordRoom,
        beyond: Option<Place>,
        rank: impl FnOnce(&Weighing<'_, '_>) -> T,
    ) -> Result<(Answer, Option<T>)> {
        let Self { ground, query, question, deadline, .. } = *self;
        let terms = words::terms(ground, question);
        let (code, worth) = (self.code(&terms.rarity)?, &terms.worth);
        let mut nearby = Nearby::new(ground, deadline);
        let (start, probed) = self.start(&mut nearby)?;
        let reach = start.map_or_else(HashMap::new, |(start, hops)| nearby.proximities(start, hops));
        let can_tell = !worth.found.is_empty() || code.is_none();
        let near = start.filter(|_| !reach.is_empty() && can_tell);
        let whose = Whose::new(ground, question, worth, &query.weights);
        let depth = candidates::depth(ground.scope.blocks, query.k, whose.has_say(&query.weights));
        let extent = self.extent(&mut nearby, near.map(|(start, _)| start), worth, depth);
        let answer = self.account_of(start.map(|(start, _)| start), &probed, &extent);
        if !question.has_words() && code.is_none() && reach.is_empty() {
            return Ok((answer, None));
        }
        let Scratch { rows, samples, pool, vectors, .. } = scratch;
        let mut sample = if extent.is_drawn_from() { Some(samples.of(ground)) } else { None };
        let words = self.score_words(&extent, worth, beyond, word_room);
        let vector = self.score_vectors(&extent, code.as_ref(), sample.as_deref(), words.chosen.len(), vectors);
        let late = self.score_tokens(&extent, &terms.rarity, sample.take(), rows);
        let (weights, is_near) = (&query.weights, start.is_some());
        let mut evidence = Evidence { ground, words: &words, vector: &vector, late, weights, is_near, deadline };
        let prior = Prior::new(ground, query, question, whose, evidence.share());
        let pool = extent.pool(ground, pool, &reach, &prior, &mut evidence);
        let mut weighing = Weighing::new(self, pool, prior, &reach, evidence);
        if let Some(place) = beyond {
            weighing.admit_beyond(place);
        }
        Ok((answer, Some(rank(&weighing))))
    }

    /// How far it looks: near a block that it may start from, if there is enough.
    fn extent(&self, nearby: &mut Nearby<'_>, near: Option<BlockId>, worth: &Worth<'_>, depth: Depth) -> Extent {
        let is_exact = self.query.exact || self.ground.scope.blocks <= candidates::ALL_MAX;
        let near = near.filter(|_| !is_exact);
        let visited = near.and_then(|start| local::visit(self.ground, nearby, start, worth, self.deadline));
        Extent { visited, is_exact, depth }
    }

    /// What is said of where it looked: near a `start`, and for that at those that were `probed`.
    fn account_of(&self, start: Option<BlockId>, probed: &[Place], extent: &Extent) -> Answer {
        let blocks = self.ground.scope.blocks;
        let mut answer = Answer { blocks, visited: blocks, start, ..Answer::default() };
        if let Some(visited) = &extent.visited {
            let mut looked_at = [&visited.scored[..], probed].concat();
            local::tidy(&mut looked_at);
            (answer.visited, answer.width) = (looked_at.len() as u64, visited.width);
        }
        answer
    }

    fn score_words<'w>(
        &self,
        extent: &Extent,
        worth: &'w Worth<'w>,
        beyond: Option<Place>,
        room: &'w mut WordRoom,
    ) -> WordScores<'w> {
        match extent.some() {
            Some(some) => {
                let beside = beyond.map_or_else(Vec::new, |place| local::with_turns(self.ground, place));
                words::score_some(self.ground, worth, (some, &beside), room)
            }
            None => words::score(self.ground, worth, extent.depth.words, extent.is_exact, room, self.deadline),
        }
    }

    fn score_vectors<'v>(
        &self,
        extent: &Extent,
        code: Option<&'v Code>,
        sample: Option<&Sample>,
        by_words: usize,
        room: &'v mut vector::Room,
    ) -> VectorScores<'v> {
        match extent.some() {
            Some(some) => vector::over(self.ground, code, some),
            None => {
                let usual = (self.embeds_queries && self.query.vector.is_none()).then_some(vector::USUAL);
                vector::score(self.ground, code, sample, (extent.depth.each, by_words), room, usual, self.deadline)
            }
        }
    }

    fn score_tokens<'l>(
        &self,
        extent: &Extent,
        rarity: &Rarity,
        sample: Option<&mut Sample>,
        rows: &'l mut Rows,
    ) -> Late<'l>
    where
        'a: 'l,
    {
        match extent.some() {
            Some(some) => Late::over(self.ground, self.question, rarity, self.table, some, rows),
            None => Late::new(self.ground, self.question, rarity, self.table, sample, rows, self.deadline),
        }
    }

    /// How well it fits what is around each block that it may start from, and around the last block of a namespace.
    pub fn fits(&self, namespace: &str) -> Result<Fitting> {
        self.check_starts()?;
        let mut nearby = Nearby::new(self.ground, self.deadline);
        let subject = self.subject();
        let code = self.code_of(&subject)?;
        let mut fits = Fits::new(self.ground, &subject, code.as_ref());
        let mut starts = self.starts();
        let aside = self.aside(namespace, &starts);
        starts.extend(aside);
        let mut anchors: Vec<f32> = starts.iter().map(|&start| fits.of(&mut nearby, start, &starts)).collect();
        let aside = aside.and_then(|_| anchors.pop());
        Ok(Fitting { words: subject.words, anchors, aside })
    }

    fn starts(&self) -> Vec<BlockId> {
        self.query.near.iter().map(|start| start.0).collect()
    }

    /// The last block of a namespace, if it belongs to none of `starts`: it is none of them, and not linked to any.
    fn aside(&self, namespace: &str, starts: &[BlockId]) -> Option<BlockId> {
        let last = self.ground.last_of(namespace, self.query.asking())?;
        let links = self.ground.state.links.leaving(last);
        let belongs = starts.contains(&last) || links.iter().any(|link| starts.contains(&link.target));
        (!belongs).then_some(last)
    }

    /// Where a search near something starts: of several blocks, at the one that it belongs to; and what was looked at to tell.
    fn start(&self, nearby: &mut Nearby<'_>) -> Result<(Option<Start>, Vec<Place>)> {
        self.check_starts()?;
        let near = &self.query.near;
        if near.len() < 2 {
            return Ok((near.first().copied(), Vec::new()));
        }
        let subject = self.subject();
        let code = self.code_of(&subject)?;
        let mut fits = Fits::new(self.ground, &subject, code.as_ref());
        let starts = self.starts();
        let mut best: Option<(f32, Start)> = None;
        for &start in near {
            let fit = fits.of(nearby, start.0, &starts);
            if best.is_none_or(|(most, _)| fit > most) {
                best = Some((fit, start));
            }
        }
        Ok((best.map(|best| best.1), fits.probed))
    }

    fn check_starts(&self) -> Result<()> {
        match self.query.near.iter().find(|(block, _)| self.ground.state.locate(*block).is_none()) {
            Some((block, _)) => Err(Error::invalid("near", format!("there is no block {block}"))),
            None => Ok(()),
        }
    }

    fn subject(&self) -> Subject<'_> {
        let now = self.ground.state.zone.local(self.query.asking());
        Subject::new(self.ground, &self.question.tokens, now, self.table)
    }

    /// The vector of what it is about: the caller's, or the table's.
    fn code_of(&self, subject: &Subject<'_>) -> Result<Option<Code>> {
        self.code_or(|| subject.embed(&self.question.tokens, self.table))
    }

    /// The query's vector: the caller's, or the table's; none if it has no direction.
    fn code(&self, rarity: &Rarity) -> Result<Option<Code>> {
        self.code_or(|| self.question.embed(self.table, rarity))
    }

    fn code_or(&self, embed: impl FnOnce() -> Option<Code>) -> Result<Option<Code>> {
        let dimension = self.dimension;
        let code = match &self.query.vector {
            Some(code) if code.bytes.len() != dimension => {
                return Err(Error::invalid("vector", format!("has {} components, not {dimension}", code.bytes.len())));
            }
            Some(code) => Some(code.clone()),
            None if self.embeds_queries => embed(),
            None => None,
        };
        Ok(code.filter(|code| code.scale > 0.0))
    }
}

/// How far a search looks.
struct Extent {
    /// Near an anchor, what it looks at, if that is not everything.
    visited: Option<Visited>,
    /// Whether each block in scope is scored.
    is_exact: bool,
    /// Otherwise, how many are chosen.
    depth: Depth,
}

impl Extent {
    /// The blocks that it scores, if they are some of those in scope.
    fn some(&self) -> Option<&[Place]> {
        self.visited.as_ref().map(|visited| &visited.scored[..])
    }

    /// Whether what is usual is told by blocks that are drawn.
    fn is_drawn_from(&self) -> bool {
        !self.is_exact && self.visited.is_none()
    }

    /// The candidates.
    fn pool<'p>(
        &self,
        ground: &'p Ground<'p>,
        room: &'p mut candidates::Room,
        reach: &HashMap<Place, f32>,
        prior: &Prior<'_>,
        evidence: &mut Evidence<'_>,
    ) -> Pool<'p> {
        match &self.visited {
            Some(visited) => Pool::of(ground, room, &visited.wanted, evidence),
            None if self.is_exact => Pool::all(ground, room, evidence),
            None => Pool::likely(ground, room, &self.depth, reach, prior, evidence),
        }
    }
}

/// The `k` best, best first; of two equals the newer first.
pub fn best(mut hits: Vec<Hit>, k: usize) -> Vec<Hit> {
    let order = |a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then(b.block.cmp(&a.block));
    if hits.len() > k {
        hits.select_nth_unstable_by(k, order);
        hits.truncate(k);
    }
    hits.sort_unstable_by(order);
    hits
}
