//! Whether the Index says what the Store says, block by block; and what lies beside its files.

use super::Index;
use super::fold::LOCK;
use super::manifest::{Manifest, NAME};
use super::state::State;
use crate::error::{Error, Result};
use crate::id::{BlockId, TimeUs};
use crate::segment::{Columns, Entry, Section, Segment};
use crate::words::postings::CONTAINER;
use std::fs::{self, File};

impl Index {
    /// Those of these blocks that are not here as they are in the Store: their times, names, facts, words, tokens and vectors.
    pub fn differing(&self, entries: &[Entry]) -> Result<Vec<BlockId>> {
        let state = self.state();
        let mut found = Vec::new();
        for entry in entries {
            let fresh =
                Columns::of(std::slice::from_ref(entry), self.dimension, &self.table, &state.zone)?.freeze(false)?;
            if !is_here(&state, entry.id, &fresh) {
                found.push(entry.id);
            }
        }
        Ok(found)
    }

    /// Files in its directory that no manifest lists: what a writer that died has left. Nothing while somebody writes.
    pub fn leftovers(&self) -> Result<Vec<String>> {
        let Some(directory) = self.directory.as_deref().filter(|directory| directory.exists()) else {
            return Ok(Vec::new());
        };
        let lock = File::open(directory.join(LOCK));
        if lock.as_ref().is_ok_and(|lock| lock.try_lock_shared().is_err()) {
            return Ok(Vec::new());
        }
        let manifest = match self.manifest(directory) {
            Ok(manifest) => manifest,
            Err(Error::Damaged(_)) => return Ok(Vec::new()), // it is replaced, and then they are swept
            Err(other) => return Err(other),
        };
        let listed = manifest.as_ref().map(Manifest::files).unwrap_or_default();
        let mut found = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_file() && name != NAME && name != LOCK && !listed.contains(&name.as_str()) {
                found.push(name);
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}

/// Whether a block stands in the state as in `fresh`, a segment of this block alone.
fn is_here(state: &State, id: BlockId, fresh: &Segment) -> bool {
    let Some(place) = state.locate(id) else { return false };
    let (segment, at) = (state.segment(place), place.block as usize);
    let same = |section: Section| segment.column::<TimeUs>(section)[at] == fresh.column::<TimeUs>(section)[0];
    let times = [Section::At, Section::AddedAt, Section::ValidFrom, Section::ValidTo, Section::ExpiresAt];
    let source = |segment: &Segment, at: usize| segment.source(segment.column::<u32>(Section::Source)[at]).to_owned();
    let (passages, fresh_passages) = (segment.passages_of(place.block), fresh.passages_of(0));
    times.into_iter().all(same)
        && segment.column::<f32>(Section::Importance)[at] == fresh.column::<f32>(Section::Importance)[0]
        && segment.flags()[at] == fresh.flags()[0]
        && source(segment, at) == source(fresh, 0)
        && state.namespace(place) == fresh.namespace(fresh.column::<u32>(Section::Namespace)[0])
        && fresh
            .column::<u64>(Section::Facts)
            .iter()
            .all(|&fact| segment.fact(fact).binary_search(&place.block).is_ok())
        && fresh.column::<u64>(Section::NumberFields).iter().all(|&field| {
            let (blocks, values) = segment.numbers(field);
            blocks.binary_search(&place.block).is_ok_and(|at| values[at] == fresh.numbers(field).1[0])
        })
        && passages.len() == fresh_passages.len()
        && passages.zip(fresh_passages).all(|(passage, other)| holds(segment, passage, fresh, other))
}

/// Whether a passage is the same as another in what can be searched by.
fn holds(segment: &Segment, passage: u32, fresh: &Segment, other: u32) -> bool {
    let (code, fresh_code) = (segment.code(passage), fresh.code(other));
    let has_term = |&term: &u64| {
        let count = |segment: &Segment, passage: u32| {
            let containers = segment.postings(term).containers();
            let inside = containers.iter().find(|container| container.base == passage & !(CONTAINER - 1));
            inside.map_or(0, |container| container.count_of(passage as u16))
        };
        matches!(count(fresh, other), wanted if wanted == 0 || wanted == count(segment, passage))
    };
    segment.lengths()[passage as usize] == fresh.lengths()[other as usize]
        && code.scale == fresh_code.scale
        && code.bytes == fresh_code.bytes
        && segment.tokens(passage) == fresh.tokens(other)
        && fresh.column::<u64>(Section::Terms).iter().all(has_term)
}
