//! Which blocks of exactly one namespace may say what a text says: a few, found by its rarest words and by its vector.

use crate::id::{BlockId, TimeUs};
use crate::index::State;
use crate::index::state::Part;
use crate::segment::Section;
use crate::vectors::{CodeRef, Probe};
use crate::words::bm25::idf;
use crate::words::terms::{Term, is_content, of_word};
use crate::words::{Tokens, dates};
use std::collections::HashMap;

/// Blocks of a namespace up to which each one's vector is compared: quicker than to look for the likely ones.
const FEW: usize = 256;

/// Postings that are read at most, of the rarest words first. A nanosecond or two each.
const POSTINGS_MAX: usize = 16_384;

/// Blocks that share most of the rare words, of which the vectors are compared.
const LIKELY: usize = 48;

/// What the cosine counts beside the share of the words, which both are at most 1.
const VECTOR_WEIGHT: f32 = 1.0;

/// A block with what its words and its vector have in common with the text.
struct Candidate<'a> {
    part: &'a Part,
    block: u32,
    words: f32,
}

/// The ids of up to `count` blocks that are visible at `now`, the nearest first.
pub fn nearest(state: &State, namespace: &str, text: &str, code: Option<CodeRef<'_>>, now: TimeUs, count: usize) -> Vec<BlockId> {
    let terms = terms(text);
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    let parts: Vec<(&Part, u32)> =
        state.parts.iter().filter_map(|part| part.segment.find_namespace(namespace).map(|number| (part, number))).collect();
    let blocks: usize = parts.iter().map(|(part, number)| part.segment.conversation(*number).len()).sum();
    if blocks <= FEW {
        for (part, number) in &parts {
            let all = part.segment.conversation(*number).iter().copied();
            candidates.extend(all.map(|block| Candidate { part, block, words: 0.0 }));
        }
    } else {
        by_words(&parts, &terms, &mut candidates);
    }
    candidates.retain(|candidate| candidate.part.shows(candidate.block, now));
    let scored = candidates.iter().map(|candidate| {
        let cosine = code.map_or(0.0, |code| cosine(candidate, code));
        (candidate.words + VECTOR_WEIGHT * cosine, candidate.part.segment.ids()[candidate.block as usize])
    });
    let mut scored: Vec<(f32, BlockId)> = scored.collect();
    scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    scored.truncate(count);
    scored.into_iter().map(|(_, id)| id).collect()
}

/// The terms of a text that carry a subject, dates among them.
fn terms(text: &str) -> Vec<Term> {
    let tokens = Tokens::new(text);
    let mut terms = Vec::new();
    for &token in tokens.list.iter().filter(|&&token| is_content(&tokens, token)) {
        of_word(&tokens, token, &mut terms);
    }
    let mut named = Vec::new();
    dates::named(&tokens, &mut named);
    terms.extend(named.into_iter().map(|hash| Term { hash, weight: 1.0 }));
    terms.sort_unstable_by_key(|term| term.hash);
    terms.dedup_by_key(|term| term.hash);
    terms
}

/// Those that share the most of the rare words.
fn by_words<'a>(parts: &[(&'a Part, u32)], terms: &[Term], out: &mut Vec<Candidate<'a>>) {
    let passages: u64 = parts.iter().map(|(part, _)| u64::from(part.segment.passages())).sum();
    let mut found: Vec<(usize, &Term, Vec<&[u32]>)> = terms
        .iter()
        .map(|term| {
            let lists: Vec<&[u32]> = parts.iter().map(|(part, _)| part.segment.postings(term.hash)).collect();
            (lists.iter().map(|list| list.len()).sum(), term, lists)
        })
        .filter(|(count, _, _)| *count > 0)
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.hash.cmp(&b.1.hash)));
    let most: f32 = found.iter().map(|(count, term, _)| idf(passages, *count as u64) * term.weight).sum();
    let mut scores: HashMap<(u32, u32), f32, Spread> = HashMap::default();
    let mut left = POSTINGS_MAX;
    for (count, term, lists) in found {
        let worth = idf(passages, count as u64) * term.weight / most;
        for (number, list) in lists.into_iter().enumerate() {
            let (part, namespace) = parts[number];
            let (owner, of): (&[u32], &[u32]) = (part.segment.owner(), part.segment.column(Section::Namespace));
            for &posting in &list[list.len().saturating_sub(left)..] {
                let block = owner[(posting >> 8) as usize];
                if of[block as usize] == namespace {
                    *scores.entry((number as u32, block)).or_default() += worth;
                }
            }
            left = left.saturating_sub(list.len());
        }
        if left == 0 {
            break;
        }
    }
    let mut scores: Vec<((u32, u32), f32)> = scores.into_iter().collect();
    let order = |a: &((u32, u32), f32), b: &((u32, u32), f32)| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0));
    if scores.len() > LIKELY {
        scores.select_nth_unstable_by(LIKELY, order);
        scores.truncate(LIKELY);
    }
    out.extend(scores.into_iter().map(|((number, block), words)| Candidate { part: parts[number as usize].0, block, words }));
}

fn cosine(candidate: &Candidate<'_>, code: CodeRef<'_>) -> f32 {
    let probe = Probe::new(code.bytes);
    let of = |passage| candidate.part.segment.code(passage).near(&probe, code.scale);
    candidate.part.segment.passages_of(candidate.block).map(of).fold(0.0, f32::max)
}

/// Places are small numbers that come in order: a multiplication spreads them well enough.
type Spread = std::hash::BuildHasherDefault<Place>;

#[derive(Default)]
struct Place(u64);

impl std::hash::Hasher for Place {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u32(u32::from(byte)));
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = (self.0.rotate_left(32) ^ u64::from(value)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
