//! Why a block is among the hits of a query, or is not.
//!
//! Useful for people who ask, and for nothing on the way of a search: all of this is found out by searching once more, and what is said of the
//! block's score comes out of the very functions that make it.

use super::asked::{Asked, best};
use super::exclusion::{self, Clause};
use super::home::{self, Home};
use super::matches::{Forms, Match, Pair, words_of};
use super::nearby::{self, Nearby, Step};
use super::scratch::{Scratch, WordRoom};
use super::weighing::{Weighed, Weighing};
use super::words::QueryWords;
use super::{Measure, View};
use crate::error::Result;
use crate::id::{BlockId, Score};
use crate::index::state::Place;
use crate::query::{Answer, Hit};
use crate::words::calendar::Days;
use crate::words::mentions::When;
use crate::words::names::{self, Name};
use crate::words::{Tokens, passages};
use std::collections::HashSet;

/// What is to be explained, and what of it the Index does not hold.
pub struct Subject {
    /// The block.
    pub block: BlockId,
    /// Its text.
    pub text: String,
    /// Its source and its tags.
    pub labels: Vec<String>,
    /// What the caller asks of blocks, piece by piece.
    pub clauses: Vec<Clause>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// What the search looked at, and its hits.
    pub answer: Answer,
    /// What keeps the block out, whatever it says.
    pub excluded: Vec<String>,
    /// Whether the search looked at it closely enough to score it.
    pub is_candidate: bool,
    /// Its place among all that were scored and have anything to do with the query, from 1 on.
    pub rank: Option<usize>,
    /// How it was scored, or would have been; nothing for what is out of scope.
    pub account: Option<Account>,
}

/// A score, taken apart.
#[derive(Clone, Debug)]
pub struct Account {
    /// The score and its parts.
    pub hit: Hit,
    /// What each weight does; the products of those of a part add up to it.
    pub weights: Vec<Weighed>,
    /// What words, vector and tokens say before they are weighed.
    pub measures: [Measure; 3],
    /// The words of the query that it has. With what is usual they add up to the part of the words.
    pub words: Vec<Match>,
    /// The words of it that come nearest to those of the query, in the same way.
    pub pairs: Vec<Pair>,
    /// What is said of times.
    pub dates: Dates,
    /// The one source that the query names.
    pub named: Option<String>,
    /// The name that it shares with the hit that speaks for it.
    pub about: Option<String>,
    /// The way from the anchor; without one, from the linked block that speaks for it.
    pub path: Vec<Step>,
    /// How near to the anchor it is.
    pub proximity: f32,
}

/// Times that a query asks for, and a block speaks of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dates {
    /// Whether the query asks when something was.
    pub asks_when: bool,
    /// The times that it names.
    pub asked: Vec<When>,
    /// The day on which the block was said, and those of which it speaks; and of each, whether it is asked for.
    pub days: Vec<(Days, bool)>,
}

impl Asked<'_> {
    /// Why a block is among the hits, or is not.
    pub fn explain(&self, subject: &Subject, scratch: &mut Scratch, word_room: &mut WordRoom) -> Result<Explanation> {
        let Some(place) = self.ground.state.locate(subject.block) else {
            return Ok(Explanation { excluded: vec!["not_indexed".to_owned()], ..Explanation::default() });
        };
        let excluded = exclusion::reasons(self.ground.state, place, self.query, &subject.clauses);
        let (answer, found) =
            self.look(scratch, word_room, None, |found| (self.account(found, place, subject), found.hits()))?;
        let (mut account, hits) = found.unwrap_or_default();
        let is_candidate = account.is_some();
        if account.is_none() && self.ground.scope.contains(place) {
            let beyond = self.look(scratch, word_room, Some(place), |found| self.account(found, place, subject))?;
            account = beyond.1.flatten();
        }
        if let (Some(account), Some(start)) = (&mut account, answer.start) {
            account.path = self.path(start, subject.block);
        }
        let all = best(hits, usize::MAX);
        let (all, is_candidate) = self.at_home(subject, all, &mut account, is_candidate, (scratch, word_room))?;
        let rank = all.iter().position(|hit| hit.block == subject.block).map(|at| at + 1);
        let hits = all.into_iter().take(self.query.k).collect();
        Ok(Explanation { answer: Answer { hits, ..answer }, excluded, is_candidate, rank, account })
    }

    /// All hits as they stand in the end, and whether the block is one of those looked at; if it stands elsewhere than by itself, its account says why.
    fn at_home(
        &self,
        subject: &Subject,
        mut all: Vec<Hit>,
        account: &mut Option<Account>,
        is_candidate: bool,
        rooms: (&mut Scratch, &mut WordRoom),
    ) -> Result<(Vec<Hit>, bool)> {
        let rest = all.split_off(all.len().min(self.query.k.max(home::HEAD)));
        let Some(home) = Home::find(self, &all) else { return Ok(([all, rest].concat(), is_candidate)) };
        let by_itself: HashSet<BlockId> = all.iter().map(|hit| hit.block).collect();
        let settled = home.settle(self, all, (&mut *rooms.0, &mut *rooms.1))?;
        if let Some(&(block, shift)) = settled.shifts.iter().find(|(block, _)| *block == subject.block) {
            if !by_itself.contains(&block) {
                *account = home.ask(self, |asked| asked.own_account(subject, rooms))?;
            }
            if let (Some(account), Some(hit)) = (account, settled.hits.iter().find(|hit| hit.block == block)) {
                let weight = self.query.weights.home;
                account.hit = *hit;
                let measure = shift / weight;
                account.weights.push(Weighed { part: "prior", name: "home", weight, measure, turns: Vec::new() });
            }
        }
        let stands: HashSet<BlockId> = settled.hits.iter().map(|hit| hit.block).collect();
        let mut all = settled.hits;
        all.extend(rest.into_iter().filter(|hit| !stands.contains(&hit.block)));
        Ok((all, is_candidate || stands.contains(&subject.block)))
    }

    /// How a block that is a candidate is scored.
    fn own_account(&self, subject: &Subject, rooms: (&mut Scratch, &mut WordRoom)) -> Result<Option<Account>> {
        let Some(place) = self.ground.state.locate(subject.block) else { return Ok(None) };
        let (_, account) = self.look(rooms.0, rooms.1, None, |found| self.account(found, place, subject))?;
        Ok(account.flatten())
    }

    fn path(&self, start: BlockId, block: BlockId) -> Vec<Step> {
        let hops = self.query.near.iter().find(|near| near.0 == start).map_or(0, |near| near.1);
        Nearby::new(self.ground, self.deadline).path(start, hops, block)
    }

    fn account(&self, found: &Weighing<'_, '_>, place: Place, subject: &Subject) -> Option<Account> {
        let candidate = found.candidate(place)?;
        let prior = &found.prior;
        let dates = Dates { asks_when: prior.asks_when(), asked: prior.times().to_vec(), days: prior.days(place) };
        let (mut hit, mut weights) = (found.hit(candidate), found.weights(candidate));
        if let Some(update) = found.update().filter(|update| update.block == subject.block) {
            let weight = self.query.weights.update;
            update.lift(&mut hit, weight);
            weights.push(Weighed { part: "prior", name: "update", weight, measure: update.lacks, turns: Vec::new() });
        }
        weights.extend(found.spread(&mut hit));
        Some(Account {
            hit,
            weights,
            about: candidate.about.and_then(|about| self.name_of(about.name, subject)),
            measures: found.evidence.measures(place),
            words: self.words(found, self.question, place, subject),
            pairs: self.pairs(found, self.question, place, subject),
            dates,
            named: prior.named().map(str::to_owned),
            path: candidate.linked.map_or_else(Vec::new, |said| {
                nearby::along_link(&self.ground.state.links, self.ground.id(said.by), subject.block)
            }),
            proximity: found.proximity(place),
        })
    }

    /// How a name stands in the block's text.
    fn name_of(&self, term: u64, subject: &Subject) -> Option<String> {
        let mut form = None;
        names::each(&Tokens::new(&subject.text), self.table, |name, Name { term: own, .. }| {
            if own == term && form.is_none() {
                form = Some(name.to_owned());
            }
        });
        form
    }

    fn words(&self, found: &Weighing<'_, '_>, question: &QueryWords, place: Place, subject: &Subject) -> Vec<Match> {
        let view = self.ground.view(place);
        let worth = found.evidence.words.worth;
        let of = |passage: u32| (worth.of_passage(view, place.part, passage), passage);
        let passages = view.passages_of(place.block).map(of);
        let Some((_, passage)) = passages.reduce(|best, one| if one.0 > best.0 { one } else { best }) else {
            return Vec::new();
        };
        let count_of = |number: usize| worth.found[number].lists[place.part as usize].count_of(passage);
        let is_there =
            |term: u64| (0..worth.found.len()).any(|at| worth.found[at].term.hash == term && count_of(at) > 0);
        let unit = self.query.weights.words * found.evidence.words.scale.unit();
        let length = f32::from(view.lengths[passage as usize]);
        self.forms(view, place, passage, subject).matches(
            question,
            &words_of(question, self.table, is_there),
            worth,
            length,
            unit,
            count_of,
        )
    }

    fn pairs(&self, found: &Weighing<'_, '_>, question: &QueryWords, place: Place, subject: &Subject) -> Vec<Pair> {
        let late = &found.evidence.late;
        let Some((passage, nearest)) = late.nearest(place) else { return Vec::new() };
        let unit = self.query.weights.tokens * late.scale.unit();
        self.forms(self.ground.view(place), place, passage, subject).pairs(question, &nearest, unit)
    }

    /// What a passage was indexed by.
    fn forms(&self, view: &View<'_>, place: Place, passage: u32, subject: &Subject) -> Forms {
        let said_at = self.ground.state.zone.local(view.order_of(place.block).0);
        let number = (passage - view.passages_of(place.block).start) as usize;
        let texts = passages::split(&subject.text);
        Forms::new(texts.get(number).copied().unwrap_or_default(), &subject.labels, said_at, self.table)
    }
}

/// What became of a block in a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is among the hits.
    Hit,
    /// It was scored, and others score more.
    Outranked,
    /// It was looked at, and has nothing to do with the query.
    Unmatched,
    /// Nothing led to it: others have more of the words, and are nearer in meaning and to the anchor.
    NotLookedAt,
    /// It may be no hit.
    Excluded,
}

impl Outcome {
    /// As it is called outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Outranked => "outranked",
            Self::Unmatched => "unmatched",
            Self::NotLookedAt => "not_looked_at",
            Self::Excluded => "excluded",
        }
    }
}

impl Explanation {
    /// What became of the block in a search for `k` hits.
    pub fn outcome(&self, k: usize) -> Outcome {
        match self.rank {
            _ if !self.excluded.is_empty() => Outcome::Excluded,
            Some(rank) if rank <= k => Outcome::Hit,
            Some(_) => Outcome::Outranked,
            None if self.is_candidate => Outcome::Unmatched,
            None => Outcome::NotLookedAt,
        }
    }

    /// What the last of the hits scores, if there are as many as were asked for.
    pub fn least(&self, k: usize) -> Option<Score> {
        self.answer.hits.get(k.checked_sub(1)?).map(|hit| hit.score)
    }
}
