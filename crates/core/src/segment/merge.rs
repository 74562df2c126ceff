//! Several segments into one, without the blocks that are gone: nothing of them is left in what comes out.

use super::build::Columns;
use super::{Section, Segment};
use crate::bitmap::Bitmap;
use crate::id::{Local, TimeUs};
use crate::vectors::graph;

/// The blocks of `parts` that are not gone, in one; none if all are gone.
pub fn merge(parts: &[(&Segment, Option<&Bitmap>)], dimension: usize) -> Option<Columns> {
    let mut blocks: Vec<(u64, usize, Local)> = Vec::new();
    for (part, (segment, dead)) in parts.iter().enumerate() {
        let alive = (0..segment.blocks()).filter(|&block| !dead.is_some_and(|dead| dead.contains(block)));
        blocks.extend(alive.map(|block| (segment.ids()[block as usize], part, block)));
    }
    if blocks.is_empty() {
        return None;
    }
    blocks.sort_unstable();
    let mut merged = Columns::new(dimension);
    let mut places: Vec<Places> = parts.iter().map(|(segment, _)| Places::new(segment)).collect();
    for (new, &(_, part, old)) in blocks.iter().enumerate() {
        copy_block(parts[part].0, old, new as Local, &mut places[part], &mut merged);
    }
    for ((segment, _), places) in parts.iter().zip(&places) {
        copy_lists(segment, places, &mut merged);
    }
    // Lists arrive part by part; within each they must ascend.
    merged.postings.values_mut().filter(|list| !list.is_sorted()).for_each(|list| list.sort_unstable());
    merged.facts.values_mut().filter(|list| !list.is_sorted()).for_each(|list| list.sort_unstable());
    merged.numbers.values_mut().for_each(|list| list.sort_by_key(|pair| pair.0));
    let largest = parts.iter().zip(&places).max_by_key(|((segment, _), _)| links_of(segment).len());
    merged.links = largest.and_then(|((segment, _), places)| {
        let place = |passage: u32| Some(places.passages[passage as usize]).filter(|&place| place != GONE);
        graph::moved(links_of(segment), merged.passages() as usize, place)
    });
    Some(merged)
}

fn links_of(segment: &Segment) -> &[u32] {
    segment.column(Section::GraphLinks)
}

const GONE: u32 = u32::MAX;

/// Where the blocks and passages of one part have gone.
struct Places {
    blocks: Vec<u32>,
    passages: Vec<u32>,
}

impl Places {
    fn new(segment: &Segment) -> Self {
        Self { blocks: vec![GONE; segment.blocks() as usize], passages: vec![GONE; segment.passages() as usize] }
    }
}

fn copy_block(from: &Segment, old: Local, new: Local, places: &mut Places, to: &mut Columns) {
    let at = old as usize;
    let time = |section: Section| from.column::<TimeUs>(section)[at];
    places.blocks[at] = new;
    to.ids.push(from.ids()[at]);
    to.at.push(time(Section::At));
    to.added_at.push(time(Section::AddedAt));
    to.valid_from.push(time(Section::ValidFrom));
    to.valid_to.push(time(Section::ValidTo));
    to.expires_at.push(time(Section::ExpiresAt));
    to.importance.push(from.column::<f32>(Section::Importance)[at]);
    to.flags.push(from.flags()[at]);
    to.push_mentions(from.mentions(old));
    to.push_names(from.names(old).collect());
    let source = from.column::<u32>(Section::Source)[at] as usize;
    to.sources.push(from.name(Section::SourceText, Section::SourceEnds, source).unwrap_or_default().to_owned());
    to.namespaces.push(from.namespace(from.column::<u32>(Section::Namespace)[at]).to_owned());
    for passage in from.passages_of(old) {
        places.passages[passage as usize] = to.owner.len() as u32;
        let code = from.code(passage);
        to.owner.push(new);
        to.lengths.push(from.lengths()[passage as usize]);
        to.scales.push(code.scale);
        to.codes.extend_from_slice(code.bytes);
        to.tokens.extend_from_slice(from.tokens(passage));
        to.token_start.push(to.tokens.len() as u32);
    }
    to.passage_start.push(to.owner.len() as u32);
}

fn copy_lists(from: &Segment, places: &Places, to: &mut Columns) {
    let mut kept = Vec::new();
    for (at, &term) in from.column::<u64>(Section::Terms).iter().enumerate() {
        kept.clear();
        from.postings_at(at).for_each(|posting| {
            let passage = places.passages[(posting >> 8) as usize];
            if passage != GONE {
                kept.push(passage << 8 | posting & 0xff);
            }
        });
        extend(&mut to.postings, term, kept.iter().copied());
    }
    for &fact in from.column::<u64>(Section::Facts) {
        let kept = from.fact(fact).iter().map(|&block| places.blocks[block as usize]).filter(|&block| block != GONE);
        extend(&mut to.facts, fact, kept);
    }
    for &field in from.column::<u64>(Section::NumberFields) {
        let (blocks, values) = from.numbers(field);
        let moved = blocks.iter().zip(values).map(|(&block, &value)| (places.blocks[block as usize], value));
        extend(&mut to.numbers, field, moved.filter(|&(block, _)| block != GONE));
    }
}

/// Adds to a list; a list of nothing is not begun, so that no trace of a forgotten word stays.
fn extend<T>(lists: &mut std::collections::BTreeMap<u64, Vec<T>>, key: u64, values: impl Iterator<Item = T>) {
    let mut values = values.peekable();
    if values.peek().is_some() {
        lists.entry(key).or_default().extend(values);
    }
}
