//! Which blocks have a word of a query: what is counted where it is asked how much a query matches.
//!
//! Every block has a vector, so to a search all are a little alike; a word is in a block or it is not. It is there in any form that a search
//! knows it by: of the same stem, as part of a Korean word, as who said the block, or a tag.

use super::view::{Ground, View};
use super::words::{self, Found, QueryWords};
use crate::bitmap::Bitmap;
use crate::embed::Table;
use crate::words::terms::{BIGRAM_WEIGHT, Term, each_compound, each_name, each_person, of_morpheme, of_word};
use crate::words::{Script, Token, dates};

/// What stands for a word: one term of each row.
type Way = Vec<Vec<u64>>;

/// By part, the blocks in scope that have one of the words; where a query has none but those of a date, the blocks of that date.
pub fn blocks(ground: &Ground<'_>, question: &QueryWords, table: &Table) -> Vec<Bitmap> {
    let ways = ways(question, table);
    let mut terms: Vec<Term> = ways.iter().flatten().flatten().map(|&hash| Term { hash, weight: 1.0 }).collect();
    terms.sort_unstable_by_key(|term| term.hash);
    terms.dedup_by_key(|term| term.hash);
    let found = words::lookup(ground, &terms);
    (0..ground.views.len()).map(|part| blocks_of_part(ground, part, &ways, &found)).collect()
}

fn blocks_of_part(ground: &Ground<'_>, part: usize, ways: &[Way], found: &[Found<'_>]) -> Bitmap {
    let view = &ground.views[part];
    let mut blocks = Bitmap::new(view.segment.blocks());
    for way in ways {
        let rows = way.iter().map(|row| passages_with(ground, part, row, found));
        let passages = rows.reduce(|mut all, row| {
            all.and(&row);
            all
        });
        passages.iter().flat_map(Bitmap::iter).for_each(|passage| blocks.insert(view.block_of(passage)));
    }
    blocks
}

/// The passages in scope that have one of some terms.
fn passages_with(ground: &Ground<'_>, part: usize, terms: &[u64], found: &[Found<'_>]) -> Bitmap {
    let (view, inside): (&View<'_>, _) = (&ground.views[part], &ground.scope.parts[part]);
    let mut passages = Bitmap::new(view.owner.len() as u32);
    for term in terms {
        if let Ok(at) = found.binary_search_by_key(term, |found| found.term.hash) {
            found[at].lists[part].each_inside(view, inside, |posting| passages.insert(posting >> 8));
        }
    }
    passages
}

/// In what ways a block may have a word of the query. What it names a time by is none of them: "in May" would match whatever was said in May.
fn ways(question: &QueryWords, table: &Table) -> Vec<Way> {
    let (tokens, date) = (&question.tokens, date_of(question));
    let is_of_date = |token: Token| !date.is_empty() && (token.script == Script::Number || is_month(question, token));
    let words: Vec<Token> = question.subjects.iter().copied().filter(|&token| !is_of_date(token)).collect();
    if words.is_empty() && !date.is_empty() {
        return vec![date];
    }
    let mut ways: Vec<Way> = words.iter().flat_map(|&token| ways_of(question, token, table)).collect();
    each_compound(tokens, |_, _, term| ways.push(by(term)));
    each_name(tokens, |token, term| {
        if !is_of_date(token) {
            ways.push(by(term));
        }
    });
    ways
}

fn by(term: Term) -> Way {
    vec![vec![term.hash]]
}

/// A word is there by itself, by one of its morphemes, or within another word, by all its pairs of syllables.
fn ways_of(question: &QueryWords, token: Token, table: &Table) -> Vec<Way> {
    let (tokens, mut terms, mut pieces) = (&question.tokens, Vec::new(), Vec::new());
    of_word(tokens, token, &mut terms);
    match token.script {
        // Its parts say nothing by themselves: that of 15:30 is in every other number.
        Script::Number => terms.truncate(1),
        Script::Hangul => {
            each_person(tokens, token, table, |term| terms.push(term));
            table.pieces(tokens, token, &mut pieces);
            terms.extend(pieces.iter().map(|&piece| of_morpheme(table, piece)));
        }
        Script::Latin | Script::Other => {}
    }
    let (pairs, whole): (Vec<Term>, Vec<Term>) = terms.into_iter().partition(|term| term.weight == BIGRAM_WEIGHT);
    let within: Way = pairs.iter().map(|pair| vec![pair.hash]).collect();
    whole.into_iter().map(by).chain((!within.is_empty()).then_some(within)).collect()
}

/// The dates that a query names: years, months and days, as far as it names any.
fn date_of(question: &QueryWords) -> Way {
    let mut terms = Vec::new();
    dates::named(&question.tokens, &mut terms);
    terms.extend(question.relative.iter().flat_map(|relative| dates::of_days(relative.days)));
    dates::by_unit(&terms).into_iter().filter(|unit| !unit.is_empty()).collect()
}

fn is_month(question: &QueryWords, token: Token) -> bool {
    let tokens = &question.tokens;
    tokens.number_of(token).is_some_and(|at| dates::month(tokens, at, &tokens.lower(token)).is_some())
}
