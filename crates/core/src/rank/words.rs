//! The same words: BM25 over the passages in scope, a block being as good as its best passage.

use super::best::{Best, Scored};
use super::scope::{PartScope, Scope};
use super::scratch::Sparse;
use super::statistics::{Scale, Sums};
use super::view::{Ground, View};
use crate::embed::Table;
use crate::id::Local;
use crate::index::state::Place;
use crate::vectors::Code;
use crate::words::bm25::{Bm25, idf};
use crate::words::terms::{Term, is_content, of_morpheme, of_word};
use crate::words::{Script, Token, Tokens, dates};
use std::borrow::Cow;
use std::collections::HashMap;

/// Terms of a query that are looked up: a prompt may be long, but its rarest words say what it is about.
const TERMS_MAX: usize = 128;

/// A date that the query names and the block was said at, or names too, against a word.
const DATE_WEIGHT: f32 = 1.0;

/// A query, read.
pub struct QueryWords {
    /// Its words.
    pub tokens: Tokens,
    /// Those that carry a subject, and the term that stands for each: for a Korean word each of its morphemes.
    pub content: Vec<(Token, u64)>,
    /// Table tokens of the content words: which of these each belongs to.
    pub pieces: Vec<(usize, u16)>,
    terms: Vec<Term>,
}

impl QueryWords {
    /// Reads a query.
    pub fn new(text: &str, table: &Table) -> Self {
        let tokens = Tokens::new(text);
        let (mut content, mut pieces, mut terms, mut buffer) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for &token in tokens.list.iter().filter(|&&token| is_content(&tokens, token)) {
            let first = terms.len();
            of_word(&tokens, token, &mut terms);
            buffer.clear();
            table.pieces(&tokens, token, &mut buffer);
            if token.script == Script::Hangul && !buffer.is_empty() {
                for &piece in &buffer {
                    let term = of_morpheme(table, piece);
                    pieces.push((content.len(), piece));
                    content.push((token, term.hash));
                    terms.push(term);
                }
            } else {
                pieces.extend(buffer.iter().map(|&piece| (content.len(), piece)));
                content.push((token, terms[first].hash));
            }
        }
        let mut dates = Vec::new();
        dates::named(&tokens, &mut dates);
        terms.extend(dates.into_iter().map(|hash| Term { hash, weight: DATE_WEIGHT }));
        let mut seen = std::collections::HashSet::new();
        terms.retain(|term| seen.insert(term.hash));
        Self { tokens, content, pieces, terms }
    }

    /// Whether there is anything to look for.
    pub fn has_words(&self) -> bool {
        !self.terms.is_empty()
    }

    /// The query's vector: the words that are rare here count more. (That the blocks' own vectors are not weighed so does no harm, and
    /// they need not change when the memory grows.)
    pub fn embed(&self, table: &Table, rarity: &Rarity) -> Code {
        let weighed = |word: usize| rarity.of(self.content[word].1);
        let mut is_read = vec![false; self.content.len()];
        self.pieces.iter().for_each(|&(word, _)| is_read[word] = true);
        let unread = (0..self.content.len()).filter(|&word| !is_read[word]);
        table.embed(
            &self.tokens,
            self.pieces.iter().map(|&(word, piece)| (piece, weighed(word))),
            unread.map(|word| (self.content[word].0, weighed(word))),
        )
    }
}

/// How rare each term of the query is among the passages in scope.
pub struct Rarity {
    idf: HashMap<u64, f32>,
    unseen: f32,
}

impl Rarity {
    /// The idf of a term; of one that does not occur at all, the greatest.
    pub fn of(&self, term: u64) -> f32 {
        self.idf.get(&term).copied().unwrap_or(self.unseen)
    }
}

/// What the words say.
pub struct WordScores<'a> {
    scores: &'a [Sparse],
    /// The scale of the scores.
    pub scale: Scale,
    /// How rare the query's terms are.
    pub rarity: Rarity,
    /// The best of the blocks that may be hits.
    pub chosen: Vec<Scored>,
}

impl WordScores<'_> {
    /// Whether any block has any of the words.
    pub fn says_something(&self) -> bool {
        self.scores.iter().any(|scores| !scores.touched().is_empty())
    }

    /// The score of a block.
    #[inline]
    pub fn of(&self, ground: &Ground<'_>, place: Place) -> f32 {
        best_passage(ground, self.scores, place)
    }
}

/// The sum of a block's best passage.
#[inline]
pub fn best_passage(ground: &Ground<'_>, scores: &[Sparse], place: Place) -> f32 {
    let scores = &scores[place.part as usize];
    ground.view(place).passages_of(place.block).map(|passage| scores.of(passage)).fold(0.0, f32::max)
}

/// The terms of a query that occur in scope, the rarest first, and how rare each is.
pub fn terms<'a>(ground: &Ground<'a>, query: &QueryWords) -> (Vec<Postings<'a>>, Rarity) {
    let mut found = lookup(ground, &query.terms);
    found.sort_by(|a, b| b.idf.total_cmp(&a.idf).then(a.term.hash.cmp(&b.term.hash)));
    let idf = found.iter().map(|term| (term.term.hash, term.idf)).collect();
    found.truncate(TERMS_MAX);
    (found, Rarity { idf, unseen: idf_of(ground.scope, 0) })
}

/// By passage of each part, what the words say of some blocks, which are in ascending order, and of no others.
pub fn sums_of<'a>(
    ground: &Ground<'_>,
    found: &[Postings<'_>],
    places: &[Place],
    scores: &'a mut Vec<Sparse>,
) -> &'a [Sparse] {
    let bm25 = Bm25::new(ground.scope.passages, ground.scope.words);
    scores.resize_with(ground.views.len().max(scores.len()), Sparse::default);
    let mut rest = places;
    for (number, view) in ground.views.iter().enumerate() {
        scores[number].reset(view.lengths.len());
        let (here, others) = rest.split_at(rest.partition_point(|place| place.part as usize == number));
        rest = others;
        let blocks: Vec<Local> = here.iter().map(|place| place.block).collect();
        for found in found {
            add_postings(view, found, &leaping(view, &blocks, &found.lists[number]), &bm25, &mut scores[number]);
        }
    }
    &scores[..ground.views.len()]
}

/// Scores some blocks, in ascending order, and no others: the scale is over these.
pub fn score_some<'a>(
    ground: &Ground<'_>,
    (found, rarity): (&[Postings<'_>], Rarity),
    places: &[Place],
    scores: &'a mut Vec<Sparse>,
) -> WordScores<'a> {
    let scores = sums_of(ground, found, places, scores);
    let mut sums = Sums::default();
    places.iter().for_each(|&place| sums.add(best_passage(ground, scores, place)));
    WordScores { scale: sums.own_scale(), scores, rarity, chosen: Vec::new() }
}

/// Scores every block in scope that has a word of the query, and chooses the `depth` best.
pub fn score<'a>(
    ground: &Ground<'_>,
    (found, rarity): (&[Postings<'_>], Rarity),
    depth: usize,
    scores: &'a mut Vec<Sparse>,
) -> WordScores<'a> {
    let scope = ground.scope;
    let bm25 = Bm25::new(scope.passages, scope.words);
    scores.resize_with(ground.views.len().max(scores.len()), Sparse::default);
    let (mut sums, mut best) = (Sums::default(), Best::new(depth));
    for (number, view) in ground.views.iter().enumerate() {
        let (sums_of_part, inside) = (&mut scores[number], &scope.parts[number]);
        sums_of_part.reset(view.lengths.len());
        add_up(view, found, number, &bm25, sums_of_part);
        for &passage in sums_of_part.touched() {
            let block = view.owner[passage as usize];
            let passages = view.passages_of(block);
            if (passages.start..passage).any(|before| sums_of_part.of(before) > 0.0) {
                continue; // the block was met by an earlier passage
            }
            let score = passages.map(|passage| sums_of_part.of(passage)).fold(0.0, f32::max);
            sums.add(score);
            if best.may_take(score) && inside.wants(block) {
                let place = Place { part: number as u32, block };
                best.take(Scored { score, id: ground.id(place), place });
            }
        }
    }
    // What a search of more parts has left behind them is none of this one.
    let scores = &scores[..ground.views.len()];
    WordScores { scale: sums.scale(scope.blocks), scores, rarity, chosen: best.into_vec() }
}

/// A term with its postings in scope, by part.
pub struct Postings<'a> {
    term: Term,
    idf: f32,
    lists: Vec<Cow<'a, [u32]>>,
}

impl Postings<'_> {
    /// What one occurrence counts.
    pub fn worth(&self) -> f32 {
        self.idf * self.term.weight
    }

    /// In how many passages it is.
    pub fn count(&self) -> usize {
        self.lists.iter().map(|list| list.len()).sum()
    }

    /// The blocks that hold it, in ascending order; one of several passages may come more than once.
    pub fn places(&self, ground: &Ground<'_>) -> impl Iterator<Item = Place> {
        let parts = (0..).zip(ground.views.iter().zip(&self.lists));
        parts.flat_map(|(part, (view, list))| {
            list.iter().map(move |posting| Place { part, block: view.owner[(posting >> 8) as usize] })
        })
    }

    /// Whether some block holds it, of these in ascending order.
    pub fn is_in_any(&self, ground: &Ground<'_>, places: &[Place]) -> bool {
        places.chunk_by(|a, b| a.part == b.part).any(|here| {
            let part = here[0].part as usize;
            let (view, mut list) = (&ground.views[part], &self.lists[part][..]);
            here.iter().any(|place| {
                let passages = view.passages_of(place.block);
                list = from(list, passages.start << 8);
                list.first().is_some_and(|posting| posting >> 8 < passages.end)
            })
        })
    }
}

fn lookup<'a>(ground: &Ground<'a>, terms: &[Term]) -> Vec<Postings<'a>> {
    let found = terms.iter().map(|&term| {
        let parts = ground.views.iter().zip(&ground.scope.parts);
        let lists: Vec<Cow<'_, [u32]>> = parts.map(|(view, inside)| in_scope(view, inside, term.hash)).collect();
        let df = lists.iter().map(|list| list.len() as u64).sum();
        (df > 0).then(|| Postings { term, idf: idf_of(ground.scope, df), lists })
    });
    found.flatten().collect()
}

/// The postings of blocks in scope.
fn in_scope<'a>(view: &View<'a>, inside: &PartScope, term: u64) -> Cow<'a, [u32]> {
    if inside.count == 0 {
        return Cow::Borrowed(&[]);
    }
    let postings = view.segment.postings(term);
    match &inside.few {
        _ if inside.is_all => Cow::Borrowed(postings),
        Some(few) if few.len() < postings.len() / LEAP_SHARE => Cow::Owned(leaping(view, few, postings)),
        _ => {
            let is_inside = |&&posting: &&u32| inside.blocks.contains(view.owner[(posting >> 8) as usize]);
            Cow::Owned(postings.iter().filter(is_inside).copied().collect())
        }
    }
}

/// Postings for each block in scope, from which it pays to leap from one block to the next rather than to go through them.
const LEAP_SHARE: usize = 8;

/// The postings of some blocks, found by leaps from one block to the next that double until they are too long.
fn leaping(view: &View<'_>, blocks: &[Local], mut postings: &[u32]) -> Vec<u32> {
    let mut found = Vec::new();
    for &block in blocks {
        let passages = view.passages_of(block);
        postings = from(postings, passages.start << 8);
        let here = postings.iter().take_while(|&&posting| posting >> 8 < passages.end).count();
        found.extend_from_slice(&postings[..here]);
        postings = &postings[here..];
    }
    found
}

/// What is left of ascending numbers from `least` on.
fn from(numbers: &[u32], least: u32) -> &[u32] {
    let mut step = 1;
    while numbers.get(step - 1).is_some_and(|&number| number < least) {
        step *= 2;
    }
    let (near, far) = (step / 2, numbers.len().min(step));
    &numbers[near + numbers[near..far].partition_point(|&number| number < least)..]
}

fn idf_of(scope: &Scope, df: u64) -> f32 {
    idf(scope.passages, df)
}

/// Adds up what each passage of a part is worth.
fn add_up(view: &View<'_>, found: &[Postings<'_>], part: usize, bm25: &Bm25, scores: &mut Sparse) {
    for found in found {
        add_postings(view, found, &found.lists[part], bm25, scores);
    }
}

fn add_postings(view: &View<'_>, found: &Postings<'_>, postings: &[u32], bm25: &Bm25, scores: &mut Sparse) {
    let worth = found.worth();
    for &posting in postings {
        let (passage, count) = (posting >> 8, (posting & 0xff) as f32);
        scores.add(passage, worth * bm25.saturate(count, view.lengths[passage as usize] as f32));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn leaps_land_where_a_scan_does(numbers in proptest::collection::btree_set(0_u32..200, 0..80), least in 0_u32..210) {
            let numbers: Vec<u32> = numbers.into_iter().collect();
            let expected: Vec<u32> = numbers.iter().copied().filter(|&number| number >= least).collect();
            prop_assert_eq!(from(&numbers, least), &expected[..]);
        }
    }
}
