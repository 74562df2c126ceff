//! A query that is asked: the order in which things are found out.

use super::candidates::{self, Pool};
use super::deadline::Deadline;
use super::family::Families;
use super::fits::{Fits, Subject};
use super::home::{self, Home};
use super::late::Late;
use super::local;
use super::nearby::Nearby;
use super::prior::Prior;
use super::scratch::{Scratch, WordRoom};
use super::vector;
use super::view::Ground;
use super::weighing::Weighing;
use super::words::{self, QueryWords, Rarity};
use super::{Evidence, about};
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

impl Asked<'_> {
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
        let is_exact = query.exact || ground.scope.blocks <= candidates::ALL_MAX;
        let terms = words::terms(ground, question);
        let code = self.code(&terms.rarity)?;
        let mut nearby = Nearby::new(ground, deadline);
        let (start, probed) = self.start(&mut nearby)?;
        let reach = start.map_or_else(HashMap::new, |(start, hops)| nearby.proximities(start, hops));
        let blocks = ground.scope.blocks;
        let mut answer = Answer { blocks, visited: blocks, start: start.map(|start| start.0), ..Answer::default() };
        if !question.has_words() && code.is_none() && reach.is_empty() {
            return Ok((answer, None));
        }
        let can_tell = !terms.worth.found.is_empty() || code.is_none();
        let visited = match start {
            Some((start, _)) if !is_exact && !reach.is_empty() && can_tell => {
                local::visit(ground, &mut nearby, start, &terms.worth, deadline)
            }
            _ => None,
        };
        if let Some(visited) = &visited {
            let mut looked_at = [&visited.scored[..], &probed].concat();
            local::tidy(&mut looked_at);
            (answer.visited, answer.width) = (looked_at.len() as u64, visited.width);
        }
        let depth = candidates::depth(ground.scope.blocks, query.k);
        let some = visited.as_ref().map(|visited| &visited.scored[..]);
        let families = if query.weights.family == 0.0 {
            Families::default()
        } else {
            Families::new(ground, &terms.worth, question)
        };
        let words = match some {
            Some(some) => {
                let beside = beyond.map_or_else(Vec::new, |place| local::with_turns(ground, place));
                words::score_some(ground, terms, (some, &beside), word_room)
            }
            None => words::score(ground, terms, depth.words, is_exact, word_room, deadline),
        };
        let Scratch { rows, samples, pool, vectors, .. } = scratch;
        let mut sample = if is_exact || some.is_some() { None } else { Some(samples.of(ground)) };
        let vector = match some {
            Some(some) => vector::over(ground, code.as_ref(), some),
            None => {
                let usual = (self.embeds_queries && query.vector.is_none()).then_some(vector::USUAL);
                let depth = (depth.each, words.chosen.len());
                vector::score(ground, code.as_ref(), sample.as_deref(), depth, vectors, usual, deadline)
            }
        };
        let late = match some {
            Some(some) => Late::over(ground, question, &words.rarity, self.table, some, rows),
            None => Late::new(ground, question, &words.rarity, self.table, sample.take(), rows, deadline),
        };
        let (weights, is_near) = (&query.weights, start.is_some());
        let mut evidence = Evidence { ground, words: &words, vector: &vector, late, weights, is_near, deadline };
        let prior = Prior::new(ground, query, question, families, evidence.share());
        let mut pool = match &visited {
            Some(visited) => Pool::of(ground, pool, &visited.wanted, &mut evidence),
            None if is_exact => Pool::all(ground, pool, &mut evidence),
            None => Pool::likely(ground, pool, &depth, &reach, &prior, &mut evidence),
        };
        let (prior, reach) = (&prior, &reach);
        let weighing =
            Weighing { ground, query, question, pool: &pool, prior, reach, evidence: &evidence, hits: vec![] };
        let mut hits = weighing.by_themselves();
        let about = about::find(&weighing, &hits);
        let numbers = pool.take_in(&about, &mut evidence);
        let weighing =
            Weighing { ground, query, question, pool: &pool, prior, reach, evidence: &evidence, hits: vec![] };
        weighing.renew(&mut hits, &numbers);
        if let Some(place) = beyond {
            pool.admit_beyond(place, &mut evidence);
        }
        let weighing = Weighing { ground, query, question, pool: &pool, prior, reach, evidence: &evidence, hits };
        Ok((answer, Some(rank(&weighing))))
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
    fn start(&self, nearby: &mut Nearby<'_>) -> Result<(Option<(BlockId, u32)>, Vec<Place>)> {
        self.check_starts()?;
        let near = &self.query.near;
        if near.len() < 2 {
            return Ok((near.first().copied(), Vec::new()));
        }
        let subject = self.subject();
        let code = self.code_of(&subject)?;
        let mut fits = Fits::new(self.ground, &subject, code.as_ref());
        let starts = self.starts();
        let mut best: Option<(f32, (BlockId, u32))> = None;
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
