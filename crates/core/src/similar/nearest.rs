//! Which blocks of exactly one namespace may say what a text says: a few, found by its rarest words and by its vector.

use super::states;
use crate::id::{BlockId, TimeUs};
use crate::index::State;
use crate::index::state::Part;
use crate::rank::scratch::{self, Sparse};
use crate::segment::Section;
use crate::vectors::{CodeRef, Probe};
use crate::words::bm25::idf;
use crate::words::postings::Postings;
use crate::words::terms::{Term, is_content, of_word};
use crate::words::{Tokens, dates};

/// Blocks of a namespace up to which each one's vector is compared: quicker than to look for the likely ones.
const FEW: usize = 1_024;

/// Postings that are read at most, of the rarest words first. A nanosecond or two each.
const POSTINGS_MAX: usize = 512;

/// Blocks that share most of the rare words, of which the vectors are compared.
const LIKELY: usize = 12;

/// Postings that are read at most of the words by which is found what may be over.
const CUES_MAX: usize = 128;

/// Blocks that are named beyond those asked for if a text says that something is over.
const TOLD_MORE: usize = 3;

/// What the cosine counts beside the share of the words, which both are at most 1.
const VECTOR_WEIGHT: f32 = 1.0;

/// A block with what its words and its vector have in common with the text.
struct Candidate<'a> {
    part: &'a Part,
    block: u32,
    words: f32,
}

/// The ids of up to `count` blocks that are visible at `now`, the nearest first.
pub fn nearest(
    state: &State,
    namespace: &str,
    text: &str,
    code: Option<CodeRef<'_>>,
    now: TimeUs,
    count: usize,
) -> Vec<BlockId> {
    let parts: Vec<(&Part, u32)> = state
        .parts
        .iter()
        .filter_map(|part| part.segment.find_namespace(namespace).map(|number| (part, number)))
        .collect();
    let blocks: usize = parts.iter().map(|(part, number)| part.segment.conversation(*number).len()).sum();
    let tokens = Tokens::new(text);
    let cues = states::cues(&tokens);
    let (mut likely, mut told) = (Vec::new(), Vec::new());
    if blocks <= FEW {
        for (part, number) in &parts {
            let all = part.segment.conversation(*number).iter().copied();
            likely.extend(all.map(|block| Candidate { part, block, words: 0.0 }));
        }
    }
    if blocks > FEW || cues.is_some() {
        let mut scratch = scratch::take();
        if blocks > FEW {
            by_words(&parts, &terms(&tokens), POSTINGS_MAX, &mut scratch.words.sums, &mut likely);
        }
        if let Some(cues) = cues.as_ref().filter(|cues| !cues.is_empty()) {
            by_words(&parts, &terms_of(cues), CUES_MAX, &mut scratch.words.sums, &mut told);
        }
        scratch::give_back(scratch);
    }
    told.iter_mut().for_each(|candidate| candidate.words = 0.0);
    let probe = code.map(|code| (Probe::new(code.bytes), code.scale));
    let mut found = ranked(likely, probe.as_ref(), now, count);
    // Behind these: what says the same is not to be passed over for what may be over.
    let more = if cues.is_none() { 0 } else { TOLD_MORE };
    for id in ranked(told, probe.as_ref(), now, count + more) {
        if found.len() < count + more && !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

/// The ids of up to `count` of those that are visible at `now`, each once, the nearest first.
fn ranked(candidates: Vec<Candidate<'_>>, probe: Option<&(Probe<'_>, f32)>, now: TimeUs, count: usize) -> Vec<BlockId> {
    let visible = candidates.into_iter().filter(|candidate| candidate.part.shows(candidate.block, now));
    let scored = visible.map(|candidate| {
        let cosine = probe.map_or(0.0, |probe| cosine(&candidate, probe));
        (candidate.words + VECTOR_WEIGHT * cosine, candidate.part.segment.ids()[candidate.block as usize])
    });
    let mut scored: Vec<(f32, BlockId)> = scored.collect();
    scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    let mut ids = Vec::with_capacity(count);
    for (_, id) in scored {
        if ids.len() < count && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// The terms of a text that carry a subject, dates among them.
fn terms(tokens: &Tokens) -> Vec<Term> {
    let mut terms = Vec::new();
    for &token in tokens.list.iter().filter(|&&token| is_content(tokens, token)) {
        of_word(tokens, token, &mut terms);
    }
    let mut named = Vec::new();
    dates::named(tokens, &mut named);
    terms.extend(named.into_iter().map(|hash| Term { hash, weight: 1.0 }));
    unique(terms)
}

/// The terms by which is found what a text says is over: that was said in other words, for who has moved to Leipzig lived elsewhere.
fn terms_of(cues: &[&str]) -> Vec<Term> {
    let mut terms = Vec::new();
    for cue in cues {
        let tokens = Tokens::new(cue);
        tokens.list.iter().for_each(|&token| of_word(&tokens, token, &mut terms));
    }
    unique(terms)
}

fn unique(mut terms: Vec<Term>) -> Vec<Term> {
    terms.sort_unstable_by_key(|term| term.hash);
    terms.dedup_by_key(|term| term.hash);
    terms
}

/// Those that share the most of the rare words.
fn by_words<'a>(
    parts: &[(&'a Part, u32)],
    terms: &[Term],
    postings_max: usize,
    sums: &mut Vec<Sparse>,
    out: &mut Vec<Candidate<'a>>,
) {
    let passages: u64 = parts.iter().map(|(part, _)| u64::from(part.segment.passages())).sum();
    let mut found: Vec<(usize, &Term, Vec<Postings<'_>>)> = terms
        .iter()
        .map(|term| {
            let lists: Vec<Postings<'_>> = parts.iter().map(|(part, _)| part.segment.postings(term.hash)).collect();
            (lists.iter().map(Postings::count).sum(), term, lists)
        })
        .filter(|(count, _, _)| *count > 0)
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.hash.cmp(&b.1.hash)));
    let most: f32 = found.iter().map(|(count, term, _)| idf(passages, *count as u64) * term.weight).sum();
    let mut left = postings_max;
    sums.resize_with(parts.len().max(sums.len()), Sparse::default);
    parts.iter().zip(&mut *sums).for_each(|((part, _), sums)| sums.reset(part.segment.passages() as usize));
    for (count, term, lists) in found {
        let worth = idf(passages, count as u64) * term.weight / most;
        // The newest first: they stand at the ends.
        for (list, sums) in lists.into_iter().zip(&mut *sums).rev() {
            let read = list.last(left);
            read.iter().for_each(|&passage| sums.add(passage, worth));
            left -= read.len();
        }
        if left == 0 {
            break;
        }
    }
    let touched = sums.iter().enumerate().take(parts.len());
    let mut found: Vec<Shared> = touched
        .flat_map(|(part, sums)| sums.touched().iter().map(move |&passage| (sums.of(passage), part, passage)))
        .collect();
    out.extend(best_inside(parts, &mut found));
}

/// How much of the rare words a passage shares, the part that it is in, and its number there.
type Shared = (f32, usize, u32);

/// The blocks of the namespace that share the most. Whose a passage is, is asked of the best alone: to look it up costs more than to add up
/// its words, since it lies elsewhere.
fn best_inside<'a>(parts: &[(&'a Part, u32)], found: &mut [Shared]) -> Vec<Candidate<'a>> {
    let order = |a: &Shared, b: &Shared| b.0.total_cmp(&a.0).then((b.1, b.2).cmp(&(a.1, a.2)));
    let mut best: Vec<Candidate<'a>> = Vec::with_capacity(LIKELY);
    let (mut rest, mut step) = (found, LIKELY);
    while best.len() < LIKELY && !rest.is_empty() {
        let count = step.min(rest.len());
        if count < rest.len() {
            rest.select_nth_unstable_by(count, order);
        }
        let (head, tail) = rest.split_at_mut(count);
        head.sort_unstable_by(order);
        for &(words, number, passage) in &*head {
            let (part, namespace) = parts[number];
            let block = part.segment.owner()[passage as usize];
            let is_new = |other: &Candidate<'_>| other.block != block || !std::ptr::eq(other.part, part);
            let is_inside = part.segment.column::<u32>(Section::Namespace)[block as usize] == namespace;
            if best.len() < LIKELY && is_inside && best.iter().all(is_new) {
                best.push(Candidate { part, block, words });
            }
        }
        (rest, step) = (tail, 2 * step);
    }
    best
}

fn cosine(candidate: &Candidate<'_>, (probe, scale): &(Probe<'_>, f32)) -> f32 {
    let of = |passage| candidate.part.segment.code(passage).near(probe, *scale);
    candidate.part.segment.passages_of(candidate.block).map(of).fold(0.0, f32::max)
}
