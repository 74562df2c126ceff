//! From memory to files, and from files that another process wrote.

use super::manifest::{Manifest, NAME, Stamp, sync_directory, write_file};
use super::state::{Part, State};
use super::{Index, Writer};
use crate::error::{Error, Result};
use crate::links::{Csr, Links};
use crate::segment::{Segment, merge};
use std::collections::{HashMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::Arc;

/// Held by the one process that writes files.
const LOCK: &str = "fold.lock";

/// Files that are smaller than this many times what is folded are folded in with it: few files, each byte rewritten few times.
const GROWTH: usize = 3;

/// No file grows beyond this: forgetting rewrites one, and must not take long.
const SEGMENT_BYTES_MAX: usize = 64 << 20;

/// Passages from which a file gets a vector graph; below, looking at all of them is as fast.
const GRAPH_PASSAGES_MIN: u32 = 10_000;

/// A file is rewritten when one block in so many is gone from it.
const DEAD_SHARE: u32 = 8;

impl Index {
    /// Whether [`Index::fold`] has something to do: the tail is long, or forgotten blocks are still in files.
    pub fn wants_fold(&self) -> bool {
        self.directory.is_some() && {
            let state = self.state();
            let tail: u32 = state.parts.iter().filter(|part| part.file.is_none()).map(Part::live).sum();
            tail >= super::TAIL_BLOCKS_MAX || self.holds_forgotten()
        }
    }

    /// Whether a file still holds blocks that were forgotten.
    pub fn holds_forgotten(&self) -> bool {
        self.state().parts.iter().any(|part| part.file.is_some() && part.holds_forgotten)
    }

    /// Writes out what is in memory, and rewrites files that hold forgotten blocks. Searches and changes go on meanwhile.
    ///
    /// False if another process is at it (`wait`: waits for it), or if there is no directory.
    pub fn fold(&self, wait: bool) -> Result<bool> {
        let Some(directory) = self.directory.as_deref() else { return Ok(false) };
        fs::create_dir_all(directory)?;
        let lock = File::create(directory.join(LOCK))?;
        if wait {
            lock.lock()?;
        } else {
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(false),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        match self.refresh() {
            Ok(_) | Err(Error::Damaged(_)) => {} // what is damaged is replaced now
            Err(other) => return Err(other),
        }
        let snapshot = {
            let mut writer = self.lock();
            let snapshot = self.state();
            writer.folding = snapshot.seq;
            snapshot
        };
        let done = self.write_out(directory, &snapshot);
        self.lock().folding = 0;
        done.map(|()| true)
    }

    fn write_out(&self, directory: &Path, snapshot: &State) -> Result<()> {
        let generation = last_generation(directory) + 1;
        let groups = plan(&snapshot.parts);
        let mut links = snapshot.links.clone();
        links.compact();
        let mut replaced: Vec<(Vec<usize>, Option<Part>)> = Vec::new();
        for (number, group) in groups.into_iter().enumerate() {
            let parts: Vec<(&Segment, _)> = group.iter().map(|&at| (&*snapshot.parts[at].segment, snapshot.parts[at].dead.as_deref())).collect();
            let part = match merge(&parts, self.dimension) {
                None => None,
                Some(columns) => {
                    let name = format!("{generation:08}-{number}.segment");
                    let passages: u32 = columns.passages();
                    write_file(directory, &name, columns.freeze(passages >= GRAPH_PASSAGES_MIN)?.bytes())?;
                    let segment = Segment::open(&directory.join(&name), self.dimension)?;
                    Some(Part::new(Arc::new(segment), snapshot.seq, Some(name.into())))
                }
            };
            replaced.push((group, part));
        }
        let links_name = format!("{generation:08}.links");
        write_file(directory, &links_name, &links.base().to_bytes())?;
        sync_directory(directory)?;
        let gone: HashSet<usize> = replaced.iter().flat_map(|(group, _)| group.iter().copied()).collect();
        let kept = snapshot.parts.iter().enumerate().filter(|(at, _)| !gone.contains(at)).map(|(_, part)| part);
        let files: Vec<&Part> = kept.chain(replaced.iter().filter_map(|(_, part)| part.as_ref())).collect();
        let manifest = Manifest {
            generation,
            embedder: self.embedder.clone(),
            seq: snapshot.seq,
            witness: snapshot.witness.clone(),
            segments: files.iter().filter_map(|part| Some((part.file.as_deref()?.to_owned(), part.dead_ids()))).collect(),
            links: links_name,
        };
        manifest.write(directory)?;
        let mut writer = self.lock();
        writer.stamp = Stamp::of(directory)?;
        writer.removals.retain(|&(seq, _)| seq > manifest.seq);
        self.publish(swap(&self.state(), snapshot, &replaced));
        drop(writer);
        sweep(directory, &manifest)
    }

    /// Takes over the files of a newer manifest, if there is one; whether there was.
    pub fn refresh(&self) -> Result<bool> {
        let Some(directory) = self.directory.as_deref() else { return Ok(false) };
        let stamp = Stamp::of(directory)?;
        if stamp.is_none() || self.lock().stamp == stamp {
            return Ok(false);
        }
        // The files of a manifest may be swept away while they are opened, by a process that has just written the next manifest.
        for _ in 0..REFRESH_TRIES {
            let stamp = Stamp::of(directory)?;
            let Some(manifest) = Manifest::read(directory, &self.embedder)? else { return Ok(false) };
            match self.take_over(directory, &manifest) {
                Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(other) => return Err(other),
                Ok(()) => self.lock().stamp = stamp,
            }
            return Ok(true);
        }
        Err(Error::Damaged("a file that the manifest lists is missing".into()))
    }

    fn take_over(&self, directory: &Path, manifest: &Manifest) -> Result<()> {
        let known: HashMap<Arc<str>, Part> = self.state().parts.iter().filter_map(|part| Some((part.file.clone()?, part.clone()))).collect();
        let mut parts = Vec::with_capacity(manifest.segments.len());
        for (name, dead) in &manifest.segments {
            let segment = match known.get(name.as_str()) {
                Some(part) => Arc::clone(&part.segment),
                None => Arc::new(Segment::open(&directory.join(name), self.dimension)?),
            };
            let mut part = Part::new(segment, manifest.seq, Some(name.as_str().into()));
            dead.iter().filter_map(|&id| part.segment.locate(id)).collect::<Vec<_>>().into_iter().for_each(|block| part.bury(block));
            parts.push(part);
        }
        let links = Links::new(Csr::from_bytes(&fs::read(directory.join(&manifest.links))?)?);
        let mut writer = self.lock();
        let state = self.state();
        let mut next = State { parts, links, seq: manifest.seq, witness: manifest.witness.clone() };
        if state.seq >= manifest.seq {
            carry_over(&mut next, &state, &writer, manifest.seq);
        }
        writer.removals.retain(|&(seq, _)| seq > manifest.seq);
        self.publish(next);
        Ok(())
    }

    /// Reads every file again and compares checksums.
    pub fn verify(&self) -> Result<()> {
        let Some(directory) = self.directory.as_deref() else { return Ok(()) };
        let Some(manifest) = Manifest::read(directory, &self.embedder)? else { return Ok(()) };
        for (name, _) in &manifest.segments {
            Segment::open(&directory.join(name), self.dimension)?;
        }
        Csr::from_bytes(&fs::read(directory.join(&manifest.links))?).map(drop)
    }
}

/// How often a manifest is read again when its files vanish: each time there must have been a newer one.
const REFRESH_TRIES: usize = 5;

/// What this process knows beyond the manifest: newer blocks in memory, blocks forgotten since, newer links.
fn carry_over(next: &mut State, state: &State, writer: &Writer, seq: u64) {
    let newer: Vec<&Part> = state.parts.iter().filter(|part| part.file.is_none() && part.seq > seq).collect();
    let bury: Vec<u64> = newer.iter().flat_map(|part| part.live_ids()).chain(writer.removals.iter().filter(|removal| removal.0 > seq).map(|removal| removal.1)).collect();
    let forgotten: HashSet<u64> = writer.removals.iter().map(|removal| removal.1).collect();
    for id in bury {
        if forgotten.contains(&id) { next.forget(id) } else { next.bury(id) }
    }
    next.parts.extend(newer.into_iter().cloned());
    next.links = state.links.clone();
    next.seq = state.seq;
    next.witness = state.witness.clone();
}

/// Which parts are written together: everything in memory with the files that are small beside it, and each file that must be rewritten.
fn plan(parts: &[Part]) -> Vec<Vec<usize>> {
    let mut tail: Vec<usize> = (0..parts.len()).filter(|&at| parts[at].file.is_none()).collect();
    let mut bytes: usize = tail.iter().map(|&at| parts[at].segment.bytes().len()).sum();
    if !tail.is_empty() {
        for at in (0..parts.len()).rev().filter(|&at| parts[at].file.is_some()) {
            let size = parts[at].segment.bytes().len();
            if size > GROWTH * bytes || size + bytes > SEGMENT_BYTES_MAX {
                break;
            }
            tail.push(at);
            bytes += size;
        }
    }
    let must = |part: &Part| part.holds_forgotten || (part.segment.blocks() - part.live()) * DEAD_SHARE > part.segment.blocks();
    let alone = (0..parts.len()).filter(|at| parts[*at].file.is_some() && !tail.contains(at) && must(&parts[*at])).map(|at| vec![at]);
    let mut groups: Vec<Vec<usize>> = alone.collect();
    if !tail.is_empty() {
        tail.sort_unstable();
        groups.push(tail);
    }
    groups
}

/// The current state with the parts of the snapshot replaced by what they were written into.
fn swap(current: &State, snapshot: &State, replaced: &[(Vec<usize>, Option<Part>)]) -> State {
    let mut next = current.clone();
    let same = |a: &Part, b: &Part| Arc::ptr_eq(&a.segment, &b.segment);
    let mut files: Vec<Part> = replaced.iter().filter_map(|(_, part)| part.clone()).collect();
    for &old in replaced.iter().flat_map(|(group, _)| group) {
        let before = &snapshot.parts[old];
        let Some(now) = current.parts.iter().find(|part| same(part, before)) else { continue };
        // Blocks that went while the files were written.
        for id in now.dead_ids() {
            for file in &mut files {
                if let Some(block) = file.locate(id).filter(|_| before.segment.locate(id).is_some_and(|block| !before.is_dead(block))) {
                    file.bury(block);
                    file.holds_forgotten |= now.holds_forgotten || !current.holds(id);
                }
            }
        }
        next.parts.retain(|part| !same(part, before));
    }
    let first_in_memory = next.parts.iter().position(|part| part.file.is_none()).unwrap_or(next.parts.len());
    next.parts.splice(first_in_memory..first_in_memory, files);
    next
}

fn last_generation(directory: &Path) -> u64 {
    // Whatever is in the way: names of files left by a fold that died must not be used again while somebody may read them.
    let names = fs::read_dir(directory).into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| name.get(..8)?.parse::<u64>().ok()).max().unwrap_or(0)
}

/// Removes the files that the manifest does not list.
fn sweep(directory: &Path, manifest: &Manifest) -> Result<()> {
    let listed: HashSet<&str> = manifest.segments.iter().map(|(name, _)| name.as_str()).chain([manifest.links.as_str(), NAME, LOCK]).collect();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| !listed.contains(name)) {
            match fs::remove_file(entry.path()) {
                Ok(()) => {}
                // Windows keeps files that are mapped; the next sweep takes them.
                Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    sync_directory(directory)
}
