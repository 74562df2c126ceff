//! The same words: BM25 over the passages in scope, a block being as good as its best passage.

use super::best::{Best, Scored};
use super::scope::{PartScope, Scope};
use super::scratch::Sparse;
use super::statistics::{Scale, Sums};
use super::view::{Ground, View};
use crate::embed::Table;
use crate::index::state::Place;
use crate::vectors::Code;
use crate::words::bm25::{Bm25, idf};
use crate::words::terms::{Term, is_content, of_morpheme, of_word};
use crate::words::{Script, Token, Tokens, dates};
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
    /// The score of a block.
    #[inline]
    pub fn of(&self, ground: &Ground<'_>, place: Place) -> f32 {
        let scores = &self.scores[place.part as usize];
        ground.view(place).passages_of(place.block).map(|passage| scores.of(passage)).fold(0.0, f32::max)
    }
}

/// Scores every block in scope that has a word of the query, and chooses the `depth` best.
pub fn score<'a>(ground: &Ground<'_>, query: &QueryWords, depth: usize, scores: &'a mut Vec<Sparse>) -> WordScores<'a> {
    let scope = ground.scope;
    let mut found = lookup(ground, &query.terms);
    found.sort_by(|a, b| b.idf.total_cmp(&a.idf).then(a.term.hash.cmp(&b.term.hash)));
    let idf = found.iter().map(|term| (term.term.hash, term.idf)).collect();
    found.truncate(TERMS_MAX);
    let bm25 = Bm25::new(scope.passages, scope.words);
    scores.resize_with(ground.views.len().max(scores.len()), Sparse::default);
    let (mut sums, mut best) = (Sums::default(), Best::new(depth));
    for (number, view) in ground.views.iter().enumerate() {
        let (sums_of_part, inside) = (&mut scores[number], &scope.parts[number]);
        sums_of_part.reset(view.lengths.len());
        add_up(view, &found, number, &bm25, inside, sums_of_part);
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
    let rarity = Rarity { idf, unseen: idf_of(scope, 0) };
    WordScores { scale: sums.scale(scope.blocks), scores, rarity, chosen: best.into_vec() }
}

/// A term with its postings, by part.
struct Found<'a> {
    term: Term,
    idf: f32,
    postings: Vec<&'a [u32]>,
}

fn lookup<'a>(ground: &Ground<'a>, terms: &[Term]) -> Vec<Found<'a>> {
    let found = terms.iter().map(|&term| {
        let postings: Vec<&[u32]> = ground.views.iter().map(|view| view.segment.postings(term.hash)).collect();
        let df = postings.iter().enumerate().map(|(part, list)| count_in_scope(ground, part, list)).sum();
        (df > 0).then(|| Found { term, idf: idf_of(ground.scope, df), postings })
    });
    found.flatten().collect()
}

fn count_in_scope(ground: &Ground<'_>, part: usize, postings: &[u32]) -> u64 {
    let inside = &ground.scope.parts[part];
    if inside.is_all {
        return postings.len() as u64;
    }
    let owner = ground.views[part].owner;
    postings.iter().filter(|&&posting| inside.blocks.contains(owner[(posting >> 8) as usize])).count() as u64
}

fn idf_of(scope: &Scope, df: u64) -> f32 {
    idf(scope.passages, df)
}

/// Adds up what each passage of a part is worth.
fn add_up(view: &View<'_>, found: &[Found<'_>], part: usize, bm25: &Bm25, inside: &PartScope, scores: &mut Sparse) {
    for found in found {
        let worth = found.idf * found.term.weight;
        for &posting in found.postings[part] {
            let (passage, count) = (posting >> 8, (posting & 0xff) as f32);
            if inside.is_all || inside.blocks.contains(view.owner[passage as usize]) {
                scores.add(passage, worth * bm25.saturate(count, view.lengths[passage as usize] as f32));
            }
        }
    }
}
