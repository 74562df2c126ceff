//! From memory to files, and from files that another process wrote.

use super::manifest::{Listed, Manifest, NAME, Stamp, create, create_directory, sync_directory, write_file};
use super::state::{Part, State};
use super::{Index, SEGMENT_BYTES_MAX, Writer};
use crate::error::{Error, Result};
use crate::heap;
use crate::links::{Csr, Links};
use crate::segment::{Segment, merge};
use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::Arc;

/// Held by the one process that writes files.
pub(super) const LOCK: &str = "fold.lock";

/// Files that are smaller than this many times what is folded are folded in with it: few files, each byte rewritten few times.
const GROWTH: usize = 3;

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
    /// False if another process is at it (`wait`: waits for it), if blocks are being loaded, or if there is no directory.
    pub fn fold(&self, wait: bool) -> Result<bool> {
        let Some(directory) = self.directory.as_deref() else { return Ok(false) };
        let Some(_lock) = self.begin(directory, wait)? else { return Ok(false) };
        let done = self.write_files(directory);
        heap::give_back();
        done
    }

    /// Waits for whoever is writing files, then sees to it that no file holds what was forgotten: neither those of the Index nor what a
    /// writer that died has left. False if not now, since blocks are being loaded.
    pub fn scrub(&self) -> Result<bool> {
        let Some(directory) = self.directory.as_deref() else { return Ok(true) };
        if !directory.exists() && !self.holds_forgotten() {
            return Ok(true);
        }
        let _lock = self.begin(directory, true)?;
        Ok(!(self.holds_forgotten() || self.has_other_files(directory)?) || self.write_files(directory)?)
    }

    /// Whether the manifest lists files that are not of the state (of another time zone, of another version, damaged): what was forgotten since they
    /// were written is still in them.
    fn has_other_files(&self, directory: &Path) -> Result<bool> {
        let state = self.state();
        let is_other = |file: &Listed| !state.parts.iter().any(|part| listed(part).as_ref() == Some(file));
        match self.manifest(directory) {
            Ok(Some(manifest)) => Ok(manifest.segments.iter().any(|(file, _)| is_other(file))),
            Ok(None) => Ok(false),
            Err(Error::Damaged(_)) => Ok(true),
            Err(other) => Err(other),
        }
    }

    /// Takes the lock, the newest files, and away what no manifest lists; none if another process has the lock.
    fn begin(&self, directory: &Path, wait: bool) -> Result<Option<File>> {
        create_directory(directory)?;
        let lock = create(&directory.join(LOCK))?;
        if wait {
            lock.lock()?;
        } else {
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        match self.refresh() {
            Ok(_) | Err(Error::Damaged(_)) => {} // what is damaged is replaced now
            Err(other) => return Err(other),
        }
        self.sweep_unlisted(directory)?;
        Ok(Some(lock))
    }

    fn write_files(&self, directory: &Path) -> Result<bool> {
        let (snapshot, is_listed) = {
            let mut writer = self.lock();
            if writer.loading.is_some() {
                return Ok(false);
            }
            let snapshot = self.state();
            writer.folding = snapshot.seq;
            (snapshot, writer.stamp == Stamp::of(directory)?)
        };
        let done = self.write_out(directory, &snapshot, is_listed);
        self.lock().folding = 0;
        if done.is_err() {
            // The disk may be full of what was just begun. If this fails too, the error above says more, and the next fold sweeps.
            let _ = self.sweep_unlisted(directory);
        }
        done.map(|()| true)
    }

    /// Removes files of writers that died. What a damaged manifest lists is not known; it is replaced, and then swept.
    fn sweep_unlisted(&self, directory: &Path) -> Result<()> {
        match self.manifest(directory) {
            Ok(Some(manifest)) => sweep(directory, &manifest.files()),
            Ok(None) => sweep(directory, &[]),
            Err(Error::Damaged(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Files that the manifest on disk does not list may have been swept away, and are written anew.
    fn write_out(&self, directory: &Path, snapshot: &State, is_listed: bool) -> Result<()> {
        let generation = last_generation(directory) + 1;
        let groups = plan(&snapshot.parts, is_listed);
        let mut links = snapshot.links.clone();
        links.compact();
        let mut replaced: Vec<(Vec<usize>, Option<Part>)> = Vec::new();
        for (number, group) in groups.into_iter().enumerate() {
            let parts: Vec<(&Segment, _)> =
                group.iter().map(|&at| (&*snapshot.parts[at].segment, snapshot.parts[at].dead.as_deref())).collect();
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
        let links_bytes = links.base().to_bytes();
        let links = Listed { file: format!("{generation:08}.links"), checksum: Csr::checksum(&links_bytes)? };
        write_file(directory, &links.file, &links_bytes)?;
        sync_directory(directory)?;
        let gone: HashSet<usize> = replaced.iter().flat_map(|(group, _)| group.iter().copied()).collect();
        let kept = snapshot.parts.iter().enumerate().filter(|(at, _)| !gone.contains(at)).map(|(_, part)| part);
        let files: Vec<&Part> = kept.chain(replaced.iter().filter_map(|(_, part)| part.as_ref())).collect();
        let manifest = Manifest {
            generation,
            embedder: self.embedder.clone(),
            table: self.table.fingerprint(),
            seq: snapshot.seq,
            zone: snapshot.zone.name().to_owned(),
            witness: snapshot.witness.clone(),
            segments: files.iter().filter_map(|part| Some((listed(part)?, part.dead_ids()))).collect(),
            links,
        };
        manifest.write(directory)?;
        self.publish_files(directory, &manifest, snapshot, &replaced)?;
        sweep(directory, &manifest.files())
    }

    /// Puts the new files in the place of what was written into them.
    fn publish_files(
        &self,
        directory: &Path,
        manifest: &Manifest,
        snapshot: &State,
        replaced: &[(Vec<usize>, Option<Part>)],
    ) -> Result<()> {
        let mut writer = self.lock();
        writer.stamp = Stamp::of(directory)?;
        let current = self.state();
        let is_here =
            |&old: &usize| current.parts.iter().any(|part| Arc::ptr_eq(&part.segment, &snapshot.parts[old].segment));
        // It is not if all was loaded anew meanwhile, or if another thread has taken over the manifest already.
        if replaced.iter().flat_map(|(group, _)| group).all(is_here) {
            writer.base = manifest.seq;
            writer.removals.retain(|&(seq, _)| seq > manifest.seq);
            self.publish(swap(&current, snapshot, replaced));
        }
        Ok(())
    }

    /// Takes over the files of a newer manifest, if there is one; whether there was.
    pub fn refresh(&self) -> Result<bool> {
        let Some(directory) = self.directory.as_deref() else { return Ok(false) };
        let mut outcome = Ok(false);
        for _ in 0..REFRESH_TRIES {
            let stamp = Stamp::of(directory)?;
            if stamp.is_none() || !self.lock().awaits(stamp) {
                return Ok(false);
            }
            let Some(manifest) = self.manifest(directory)? else { return Ok(false) };
            match self.take_over(directory, &manifest, stamp) {
                // The files were swept away by a process that has just written the next manifest, or they are missing.
                Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                    outcome = Err(Error::Damaged("a file that the manifest lists is missing".into()));
                }
                Err(other) => return Err(other),
                Ok(Takeover::Done) => return Ok(true),
                Ok(Takeover::TooOld) => return Ok(false),
                Ok(Takeover::Outdated) => outcome = Ok(false),
            }
        }
        outcome
    }

    pub(super) fn manifest(&self, directory: &Path) -> Result<Option<Manifest>> {
        Manifest::read(directory, &self.embedder, &self.table.fingerprint(), self.state().zone.name())
    }

    fn take_over(&self, directory: &Path, manifest: &Manifest, stamp: Option<Stamp>) -> Result<Takeover> {
        if manifest.seq < self.lock().base {
            return Ok(Takeover::TooOld);
        }
        let known = self.state();
        let mut parts = Vec::with_capacity(manifest.segments.len());
        for (file, dead) in &manifest.segments {
            let segment = match known.parts.iter().find(|part| listed(part).as_ref() == Some(file)) {
                Some(part) => Arc::clone(&part.segment),
                None => Arc::new(self.open_segment(directory, file)?),
            };
            let mut part = Part::new(segment, manifest.seq, Some(file.file.as_str().into()));
            dead.iter()
                .filter_map(|&id| part.segment.locate(id))
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|block| part.bury(block));
            parts.push(part);
        }
        let links = Links::new(open_links(directory, &manifest.links)?);
        let mut writer = self.lock();
        let state = self.state();
        if !writer.awaits(stamp) || Stamp::of(directory)? != stamp || state.zone.name() != manifest.zone {
            return Ok(Takeover::Outdated);
        }
        if manifest.seq < writer.base {
            return Ok(Takeover::TooOld);
        }
        let mut next =
            State { parts, links, seq: manifest.seq, witness: manifest.witness.clone(), zone: Arc::clone(&state.zone) };
        if state.seq >= manifest.seq {
            carry_over(&mut next, &state, &writer, manifest.seq);
        }
        writer.stamp = stamp;
        writer.base = manifest.seq;
        writer.removals.retain(|&(seq, _)| seq > manifest.seq);
        self.publish(next);
        Ok(Takeover::Done)
    }

    /// Reads every file again and compares checksums.
    pub fn verify(&self) -> Result<()> {
        let Some(directory) = self.directory.as_deref() else { return Ok(()) };
        let Some(manifest) = self.manifest(directory)? else { return Ok(()) };
        for (file, _) in &manifest.segments {
            self.open_segment(directory, file)?;
        }
        open_links(directory, &manifest.links).map(drop)
    }

    fn open_segment(&self, directory: &Path, file: &Listed) -> Result<Segment> {
        let segment = Segment::open(&directory.join(&file.file), self.dimension)?;
        if segment.checksum() != file.checksum {
            return Err(Error::Damaged(format!("{} is not the file that the manifest lists", file.file)));
        }
        if !segment.tokens_are_below(self.table.size()) {
            return Err(Error::Damaged(format!("{} holds tokens that the token table does not have", file.file)));
        }
        Ok(segment)
    }
}

/// What became of a manifest that was read.
enum Takeover {
    /// Its files are in use now.
    Done,
    /// It ends before what is here began: what was forgotten since is not known, and it would bring that back.
    TooOld,
    /// There is a newer one by now, or blocks are being loaded, or the days are those of another zone.
    Outdated,
}

impl Writer {
    /// Whether the manifest with this stamp is news.
    fn awaits(&self, stamp: Option<Stamp>) -> bool {
        self.loading.is_none() && self.stamp != stamp
    }
}

fn listed(part: &Part) -> Option<Listed> {
    Some(Listed { file: part.file.as_deref()?.to_owned(), checksum: part.segment.checksum() })
}

fn open_links(directory: &Path, file: &Listed) -> Result<Csr> {
    let bytes = fs::read(directory.join(&file.file))?;
    if Csr::checksum(&bytes)? != file.checksum {
        return Err(Error::Damaged(format!("{} is not the file that the manifest lists", file.file)));
    }
    Csr::from_bytes(&bytes)
}

/// How often a manifest is read again when its files vanish: each time there must have been a newer one.
const REFRESH_TRIES: usize = 5;

/// What this process knows beyond the manifest: newer blocks in memory, blocks forgotten since, newer links.
fn carry_over(next: &mut State, state: &State, writer: &Writer, seq: u64) {
    let newer: Vec<&Part> = state.parts.iter().filter(|part| part.file.is_none() && part.seq > seq).collect();
    let bury: Vec<u64> = newer
        .iter()
        .flat_map(|part| part.live_ids())
        .chain(writer.removals.iter().filter(|removal| removal.0 > seq).map(|removal| removal.1))
        .collect();
    let forgotten: HashSet<u64> = writer.removals.iter().map(|removal| removal.1).collect();
    for id in bury {
        if forgotten.contains(&id) { next.forget(id) } else { next.bury(id) }
    }
    next.parts.extend(newer.into_iter().cloned());
    next.links = state.links.clone();
    next.seq = state.seq;
    next.witness = state.witness.clone();
}

/// Which parts are written together: what is in memory, in stretches that make a file, the newest with the files that are small
/// beside it; and each file that must be rewritten (all of them, unless the manifest lists them).
fn plan(parts: &[Part], is_listed: bool) -> Vec<Vec<usize>> {
    let size = |at: usize| parts[at].segment.bytes().len();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut bytes = 0;
    for at in (0..parts.len()).filter(|&at| parts[at].file.is_none()) {
        if groups.is_empty() || bytes + size(at) > SEGMENT_BYTES_MAX {
            groups.push(Vec::new());
            bytes = 0;
        }
        groups.last_mut().expect("just pushed").push(at);
        bytes += size(at);
    }
    if let Some(newest) = groups.last_mut() {
        for at in (0..parts.len()).rev().filter(|&at| parts[at].file.is_some()) {
            if size(at) > GROWTH * bytes || size(at) + bytes > SEGMENT_BYTES_MAX {
                break;
            }
            newest.push(at);
            bytes += size(at);
        }
        newest.sort_unstable();
    }
    let must = |part: &Part| {
        !is_listed || part.holds_forgotten || (part.segment.blocks() - part.live()) * DEAD_SHARE > part.segment.blocks()
    };
    let taken: HashSet<usize> = groups.iter().flatten().copied().collect();
    let alone = (0..parts.len()).filter(|at| parts[*at].file.is_some() && !taken.contains(at) && must(&parts[*at]));
    groups.extend(alone.map(|at| vec![at]));
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
                if let Some(block) =
                    file.locate(id).filter(|_| before.segment.locate(id).is_some_and(|block| !before.is_dead(block)))
                {
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
    let names =
        fs::read_dir(directory).into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| name.get(..8)?.parse::<u64>().ok()).max().unwrap_or(0)
}

/// Removes the files that are not listed.
fn sweep(directory: &Path, listed: &[&str]) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let is_ours = |name: &str| listed.contains(&name) || name == NAME || name == LOCK;
        if entry.file_type()?.is_file() && !entry.file_name().to_str().is_some_and(is_ours) {
            match fs::remove_file(entry.path()) {
                Ok(()) => {}
                // Windows keeps files that are mapped; the next sweep takes them.
                Err(error)
                    if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    sync_directory(directory)
}
