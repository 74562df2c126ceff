//! From postings to what a segment holds of them.

use super::{
    BITS_MAX, CONTAINER, FEW_MAX, HEADER, INDEXED_MIN, RANGE_BITS, RANGES, SAMPLE, SAMPLE_MIN, SAMPLED_MIN,
    WELL_SAMPLED_MIN, WORD_UNITS,
};

/// Writes postings, ascending; `length_of` tells a passage's content words, and `hash_of` where it comes in samples.
pub fn encode(postings: &[u32], length_of: impl Fn(u32) -> u16, hash_of: impl Fn(u32) -> u64, out: &mut Vec<u16>) {
    if postings.len() <= FEW_MAX {
        if !postings.is_empty() {
            out.push(0);
            postings.iter().for_each(|&posting| push(posting, out));
        }
        return;
    }
    let containers = || postings.chunk_by(|a, b| (a >> 8) / CONTAINER == (b >> 8) / CONTAINER);
    let sample = sample(postings, hash_of);
    out.extend([containers().count() as u16, sample.len() as u16]);
    containers().for_each(|container| out.extend(header(container, &length_of)));
    containers().for_each(|container| body(container, out));
    sample.into_iter().for_each(|posting| push(posting, out));
}

fn push(posting: u32, out: &mut Vec<u16>) {
    out.extend([posting as u16, (posting >> 16) as u16]);
}

/// Those of the least hashes, in their order, if there are so many postings that a sample is needed.
fn sample(postings: &[u32], hash_of: impl Fn(u32) -> u64) -> Vec<u32> {
    if postings.len() <= SAMPLED_MIN {
        return Vec::new();
    }
    let size = if postings.len() > WELL_SAMPLED_MIN { SAMPLE } else { SAMPLE_MIN };
    let mut hashed: Vec<(u64, u32)> = postings.iter().map(|&posting| (hash_of(posting >> 8), posting)).collect();
    hashed.select_nth_unstable(size);
    hashed.truncate(size);
    hashed.sort_unstable();
    hashed.into_iter().map(|(_, posting)| posting).collect()
}

fn header(postings: &[u32], length_of: impl Fn(u32) -> u16) -> [u16; HEADER] {
    let most = postings.iter().map(|&posting| posting as u8).max().unwrap_or(0);
    let shortest = postings.iter().map(|&posting| length_of(posting >> 8)).min().unwrap_or(0).min(u8::MAX.into());
    let number = (postings[0] >> 8) / CONTAINER;
    let repeated = repeated(postings).count();
    let bounds = u16::from_le_bytes([most, shortest as u8]);
    let (count, words) = ((postings.len() - 1) as u16, words(postings) as u16);
    [number as u16, count, repeated as u16, (repeated >> 16) as u16, bounds, words]
}

/// Words of 64 bits for passages up to the last; none if to name the passages takes much less.
fn words(postings: &[u32]) -> usize {
    let last = postings.last().map_or(0, |posting| (posting >> 8) as u16);
    let words = usize::from(last) / 64 + 1;
    if words * WORD_UNITS < postings.len() * BITS_MAX { words } else { 0 }
}

fn repeated(postings: &[u32]) -> impl Iterator<Item = u32> {
    postings.iter().copied().filter(|posting| posting & 0xff > 1)
}

fn body(postings: &[u32], out: &mut Vec<u16>) {
    let docs = || postings.iter().map(|&posting| (posting >> 8) as u16);
    let words = words(postings);
    if words > 0 {
        let start = out.len();
        out.resize(start + words * WORD_UNITS, 0);
        docs().for_each(|doc| out[start + usize::from(doc / 16)] |= 1 << (doc % 16));
    } else {
        if postings.len() > INDEXED_MIN {
            let is_before = |posting: u32, range| usize::from((posting >> 8) as u16 >> RANGE_BITS) < range;
            out.extend((0..RANGES).map(|range| postings.partition_point(|&posting| is_before(posting, range)) as u16));
        }
        out.extend(docs());
    }
    out.extend(repeated(postings).map(|posting| (posting >> 8) as u16));
    let counts: Vec<u8> = repeated(postings).map(|posting| posting as u8).collect();
    out.extend(counts.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair.get(1).copied().unwrap_or(0)])));
}
