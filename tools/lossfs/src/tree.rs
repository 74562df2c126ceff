//! The file system without FUSE: a tree of files and directories, each as readers see it and as the disk holds it.
//!
//! Every question and every change is about what readers see. `sync_file` and `sync_directory` move it over to what is
//! durable, and `crash` throws away what has not been moved. Permissions, owners and times are not part of the model:
//! they are durable at once.

use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::contents::{Change, Contents, Fate};
use crate::journal::{Edit, EntryChange, Journal};
use crate::random::Random;

/// Names one file or directory until the next crash: numbers are never used twice, so an old one is known as stale.
pub type Ino = u64;

/// The directory at the top: the only one that keeps its number through a crash.
pub const ROOT: Ino = 1;

/// The largest file: all of it is held in memory twice.
pub const FILE_BYTES_MAX: u64 = 256 << 20;

/// The number of an error as the kernel knows it.
pub type Errno = i32;

pub struct Attributes {
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub modified: SystemTime,
}

impl Attributes {
    pub fn new(mode: u32, uid: u32, gid: u32) -> Self {
        Self { mode: mode & 0o7777, uid, gid, modified: SystemTime::now() }
    }
}

#[derive(Default)]
pub struct Directory {
    seen: BTreeMap<OsString, Ino>,
    durable: BTreeMap<OsString, Ino>,
}

impl Directory {
    pub fn seen(&self) -> &BTreeMap<OsString, Ino> {
        &self.seen
    }

    pub fn durable(&self) -> &BTreeMap<OsString, Ino> {
        &self.durable
    }
}

pub enum Kind {
    File(Contents),
    Directory(Directory),
}

pub struct Node {
    pub attributes: Attributes,
    pub kind: Kind,
    /// The names it is seen under.
    pub links: u32,
    opens: u32,
}

impl Node {
    pub fn is_directory(&self) -> bool {
        matches!(self.kind, Kind::Directory(_))
    }
}

/// What has just become durable, for the disk to follow: a file's changes, and names to look up again.
#[derive(Default)]
pub struct Persisted {
    pub changes: Vec<Change>,
    pub places: Vec<(Ino, OsString)>,
}

/// How many times each thing has happened.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub writes: u64,
    pub written_bytes: u64,
    pub file_syncs: u64,
    pub directory_syncs: u64,
    pub failed_syncs: u64,
    pub crashes: u64,
}

/// What one crash did to the files and directory changes that were pending.
#[derive(Debug, Default, PartialEq)]
pub struct Crash {
    pub files_dropped: usize,
    pub files_kept: usize,
    pub files_torn: usize,
    pub entries_dropped: usize,
    pub entries_kept: usize,
    /// The files and directories that open handles may still name: from now on they fail.
    pub stale: Vec<Ino>,
}

pub struct Tree {
    nodes: BTreeMap<Ino, Node>,
    next_ino: Ino,
    journal: Journal,
    /// As on ext4: a sync of a file that is new makes its name durable too.
    sync_names: bool,
    full: bool,
    /// Syncs from now until one fails: 1 is the next.
    sync_to_fail: Option<u64>,
    counts: Counts,
}

impl Tree {
    pub fn new(attributes: Attributes, sync_names: bool) -> Self {
        let root = Node { attributes, kind: Kind::Directory(Directory::default()), links: 1, opens: 0 };
        Self {
            nodes: BTreeMap::from([(ROOT, root)]),
            next_ino: ROOT + 1,
            journal: Journal::default(),
            sync_names,
            full: false,
            sync_to_fail: None,
            counts: Counts::default(),
        }
    }

    /// Adds what the disk holds already: seen and durable.
    pub fn load(&mut self, parent: Ino, name: OsString, attributes: Attributes, contents: Option<Vec<u8>>) -> Ino {
        let kind = match contents {
            Some(bytes) => Kind::File(Contents::from_disk(bytes)),
            None => Kind::Directory(Directory::default()),
        };
        let ino = self.insert(attributes, kind);
        self.node_mut(ino).links = 1;
        let directory = self.directory_mut(parent).expect("a parent is loaded before what it holds");
        directory.seen.insert(name.clone(), ino);
        directory.durable.insert(name, ino);
        ino
    }

    // Questions.

    /// What has this number. ESTALE if nothing has it any more: a kernel that has kept it for a name then looks the name up anew, as a
    /// file may be removed, or all numbers be others after a crash, between the two.
    pub fn node(&self, ino: Ino) -> Result<&Node, Errno> {
        self.nodes.get(&ino).ok_or(libc::ESTALE)
    }

    pub fn lookup(&self, parent: Ino, name: &OsStr) -> Result<Ino, Errno> {
        self.directory(parent)?.seen.get(name).copied().ok_or(libc::ENOENT)
    }

    pub fn directory(&self, ino: Ino) -> Result<&Directory, Errno> {
        match &self.node(ino)?.kind {
            Kind::Directory(directory) => Ok(directory),
            Kind::File(_) => Err(libc::ENOTDIR),
        }
    }

    pub fn file(&self, ino: Ino) -> Result<&Contents, Errno> {
        match &self.node(ino)?.kind {
            Kind::File(contents) => Ok(contents),
            Kind::Directory(_) => Err(libc::EISDIR),
        }
    }

    pub fn is_full(&self) -> bool {
        self.full
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    pub fn pending_bytes(&self) -> u64 {
        self.nodes.keys().filter_map(|&ino| self.file(ino).ok()).map(Contents::pending_bytes).sum()
    }

    pub fn pending_entries(&self) -> usize {
        self.journal.len()
    }

    /// Where the disk holds this file or directory: relative to the top, empty if nowhere.
    pub fn durable_paths(&self, wanted: Ino) -> Vec<PathBuf> {
        let mut found = Vec::new();
        self.visit_durable(ROOT, Path::new(""), &mut |ino, path| {
            if ino == wanted {
                found.push(path.to_path_buf());
            }
        });
        found
    }

    fn visit_durable(&self, ino: Ino, path: &Path, visit: &mut impl FnMut(Ino, &Path)) {
        visit(ino, path);
        if let Ok(directory) = self.directory(ino) {
            for (name, &child) in &directory.durable {
                self.visit_durable(child, &path.join(name), visit);
            }
        }
    }

    // Changes.

    pub fn open(&mut self, ino: Ino) -> Result<(), Errno> {
        self.nodes.get_mut(&ino).ok_or(libc::ESTALE)?.opens += 1;
        Ok(())
    }

    /// Closes one handle. Makes nothing durable.
    pub fn release(&mut self, ino: Ino) {
        if let Some(node) = self.nodes.get_mut(&ino) {
            node.opens -= 1;
            self.collect();
        }
    }

    pub fn create_file(&mut self, parent: Ino, name: &OsStr, attributes: Attributes) -> Result<Ino, Errno> {
        self.create(parent, name, attributes, Kind::File(Contents::default()))
    }

    pub fn create_directory(&mut self, parent: Ino, name: &OsStr, attributes: Attributes) -> Result<Ino, Errno> {
        self.create(parent, name, attributes, Kind::Directory(Directory::default()))
    }

    pub fn link(&mut self, ino: Ino, parent: Ino, name: &OsStr) -> Result<(), Errno> {
        self.file(ino)?;
        self.expect_free(parent, name)?;
        self.change_entries(vec![Edit { directory: parent, name: name.to_owned(), target: Some(ino) }]);
        Ok(())
    }

    pub fn unlink(&mut self, parent: Ino, name: &OsStr) -> Result<(), Errno> {
        self.file(self.lookup(parent, name)?)?;
        self.change_entries(vec![Edit { directory: parent, name: name.to_owned(), target: None }]);
        Ok(())
    }

    pub fn remove_directory(&mut self, parent: Ino, name: &OsStr) -> Result<(), Errno> {
        self.expect_empty(self.lookup(parent, name)?)?;
        self.change_entries(vec![Edit { directory: parent, name: name.to_owned(), target: None }]);
        Ok(())
    }

    /// Moves a name, over what bears the new one unless `keep_existing`.
    pub fn rename(&mut self, from: (Ino, &OsStr), to: (Ino, &OsStr), keep_existing: bool) -> Result<(), Errno> {
        let moved = self.lookup(from.0, from.1)?;
        match self.lookup(to.0, to.1) {
            Ok(_) if keep_existing => return Err(libc::EEXIST),
            Ok(replaced) if replaced == moved => return Ok(()),
            Ok(replaced) => self.expect_replaceable(moved, replaced)?,
            Err(libc::ENOENT) => (),
            Err(errno) => return Err(errno),
        }
        self.change_entries(vec![
            Edit { directory: from.0, name: from.1.to_owned(), target: None },
            Edit { directory: to.0, name: to.1.to_owned(), target: Some(moved) },
        ]);
        Ok(())
    }

    pub fn write(&mut self, ino: Ino, offset: u64, data: &[u8]) -> Result<(), Errno> {
        self.expect_room(ino, offset.saturating_add(data.len() as u64))?;
        self.counts.writes += 1;
        self.counts.written_bytes += data.len() as u64;
        self.changed_file(ino)?.write(offset, data);
        Ok(())
    }

    pub fn resize(&mut self, ino: Ino, size: u64) -> Result<(), Errno> {
        self.expect_room(ino, size)?;
        self.changed_file(ino)?.resize(size);
        Ok(())
    }

    pub fn attributes_mut(&mut self, ino: Ino) -> Result<&mut Attributes, Errno> {
        Ok(&mut self.nodes.get_mut(&ino).ok_or(libc::EIO)?.attributes)
    }

    // Durability.

    pub fn sync_file(&mut self, ino: Ino) -> Result<Persisted, Errno> {
        self.counts.file_syncs += 1;
        let fails = self.this_sync_fails();
        let file = self.file_mut(ino)?;
        if fails {
            file.fail_sync();
            return Err(libc::EIO);
        }
        let changes = file.sync();
        let places = if self.sync_names { self.persist_names(ino) } else { Vec::new() };
        Ok(Persisted { changes, places })
    }

    pub fn sync_directory(&mut self, ino: Ino) -> Result<Persisted, Errno> {
        self.counts.directory_syncs += 1;
        self.directory(ino)?;
        let fails = self.this_sync_fails();
        let taken = self.journal.take(ino);
        if fails {
            return Err(libc::EIO);
        }
        let places = self.persist(taken);
        self.collect();
        Ok(Persisted { changes: Vec::new(), places })
    }

    /// Loses power, and comes back with what is durable. A seed lets some of what was pending survive, whole or torn;
    /// without one all of it is lost.
    pub fn crash(&mut self, seed: Option<u64>) -> Crash {
        self.counts.crashes += 1;
        let mut random = seed.map(Random::new);
        let mut crash =
            Crash { stale: self.nodes.keys().copied().filter(|&ino| ino != ROOT).collect(), ..Crash::default() };
        let pending = self.journal.len();
        let survivors = self.journal.crash(random.as_mut());
        crash.entries_kept = survivors.len();
        crash.entries_dropped = pending - survivors.len();
        self.persist(survivors);
        for node in self.nodes.values_mut() {
            if let Kind::File(contents) = &mut node.kind {
                match contents.crash(random.as_mut()) {
                    None => (),
                    Some(Fate::Dropped) => crash.files_dropped += 1,
                    Some(Fate::Kept) => crash.files_kept += 1,
                    Some(Fate::Torn) => crash.files_torn += 1,
                }
            }
        }
        self.start_again();
        crash
    }

    /// While full, nothing may grow.
    pub fn set_full(&mut self, full: bool) {
        self.full = full;
    }

    /// Lets the `count`-th sync from now fail: 1 is the next.
    pub fn fail_sync(&mut self, count: u64) {
        self.sync_to_fail = Some(count);
    }

    // The rest is how.

    fn node_mut(&mut self, ino: Ino) -> &mut Node {
        self.nodes.get_mut(&ino).expect("looked up before")
    }

    fn directory_mut(&mut self, ino: Ino) -> Option<&mut Directory> {
        match &mut self.nodes.get_mut(&ino)?.kind {
            Kind::Directory(directory) => Some(directory),
            Kind::File(_) => None,
        }
    }

    fn file_mut(&mut self, ino: Ino) -> Result<&mut Contents, Errno> {
        match &mut self.nodes.get_mut(&ino).ok_or(libc::EIO)?.kind {
            Kind::File(contents) => Ok(contents),
            Kind::Directory(_) => Err(libc::EISDIR),
        }
    }

    fn changed_file(&mut self, ino: Ino) -> Result<&mut Contents, Errno> {
        self.attributes_mut(ino)?.modified = SystemTime::now();
        self.file_mut(ino)
    }

    fn insert(&mut self, attributes: Attributes, kind: Kind) -> Ino {
        let ino = self.next_ino;
        self.next_ino += 1;
        self.nodes.insert(ino, Node { attributes, kind, links: 0, opens: 0 });
        ino
    }

    fn create(&mut self, parent: Ino, name: &OsStr, attributes: Attributes, kind: Kind) -> Result<Ino, Errno> {
        self.expect_free(parent, name)?;
        let ino = self.insert(attributes, kind);
        self.change_entries(vec![Edit { directory: parent, name: name.to_owned(), target: Some(ino) }]);
        Ok(ino)
    }

    fn expect_free(&self, parent: Ino, name: &OsStr) -> Result<(), Errno> {
        match self.lookup(parent, name) {
            Ok(_) => Err(libc::EEXIST),
            Err(libc::ENOENT) => Ok(()),
            Err(errno) => Err(errno),
        }
    }

    fn expect_empty(&self, ino: Ino) -> Result<(), Errno> {
        if self.directory(ino)?.seen.is_empty() { Ok(()) } else { Err(libc::ENOTEMPTY) }
    }

    fn expect_replaceable(&self, moved: Ino, replaced: Ino) -> Result<(), Errno> {
        match (self.node(moved)?.is_directory(), self.node(replaced)?.is_directory()) {
            (true, true) => self.expect_empty(replaced),
            (true, false) => Err(libc::ENOTDIR),
            (false, true) => Err(libc::EISDIR),
            (false, false) => Ok(()),
        }
    }

    fn expect_room(&self, ino: Ino, size: u64) -> Result<(), Errno> {
        if size > FILE_BYTES_MAX {
            return Err(libc::EFBIG);
        }
        if self.full && size > self.file(ino)?.size() { Err(libc::ENOSPC) } else { Ok(()) }
    }

    fn change_entries(&mut self, change: EntryChange) {
        for edit in &change {
            self.edit_seen(edit);
        }
        self.journal.push(change);
        self.collect();
    }

    fn edit_seen(&mut self, edit: &Edit) {
        let entries = &mut self.directory_mut(edit.directory).expect("looked up before").seen;
        let before = match edit.target {
            Some(ino) => entries.insert(edit.name.clone(), ino),
            None => entries.remove(&edit.name),
        };
        if let Some(ino) = edit.target {
            self.node_mut(ino).links += 1;
        }
        if let Some(ino) = before {
            self.node_mut(ino).links -= 1;
        }
        self.node_mut(edit.directory).attributes.modified = SystemTime::now();
    }

    /// Whether the sync that is being made is the one that was to fail.
    fn this_sync_fails(&mut self) -> bool {
        self.sync_to_fail = match self.sync_to_fail {
            Some(1) => {
                self.counts.failed_syncs += 1;
                self.sync_to_fail = None;
                return true;
            }
            left => left.map(|count| count - 1),
        };
        false
    }

    fn persist(&mut self, changes: Vec<EntryChange>) -> Vec<(Ino, OsString)> {
        let edits: Vec<Edit> = changes.into_iter().flatten().collect();
        for edit in &edits {
            let entries = &mut self.directory_mut(edit.directory).expect("kept while the journal names it").durable;
            match edit.target {
                Some(ino) => entries.insert(edit.name.clone(), ino),
                None => entries.remove(&edit.name),
            };
        }
        edits.into_iter().map(|edit| (edit.directory, edit.name)).collect()
    }

    /// Makes the names of a file durable, and those of the directories above it.
    fn persist_names(&mut self, ino: Ino) -> Vec<(Ino, OsString)> {
        let parent = self.journal.edits().filter(|edit| edit.target == Some(ino)).map(|edit| edit.directory).last();
        let Some(parent) = parent else {
            return Vec::new();
        };
        let taken = self.journal.take(parent);
        let mut places = self.persist_names(parent);
        places.extend(self.persist(taken));
        places
    }

    /// Frees what no name, handle or pending change leads to.
    fn collect(&mut self) {
        let held = self.nodes.iter().filter(|(_, node)| node.opens > 0).map(|(&ino, _)| ino);
        let named = self.journal.edits().flat_map(|edit| [Some(edit.directory), edit.target]).flatten();
        let mut frontier: Vec<Ino> = std::iter::once(ROOT).chain(held).chain(named).collect();
        let mut reached = HashSet::new();
        while let Some(ino) = frontier.pop() {
            if reached.insert(ino)
                && let Ok(directory) = self.directory(ino)
            {
                frontier.extend(directory.seen.values().chain(directory.durable.values()));
            }
        }
        self.nodes.retain(|ino, _| reached.contains(ino));
    }

    /// Gives everything that is durable a new number, and lets readers see just that.
    fn start_again(&mut self) {
        let mut old = std::mem::take(&mut self.nodes);
        let root = old.remove(&ROOT).expect("the top is never removed");
        let mut renumbered = BTreeMap::from([(ROOT, ROOT)]);
        self.adopt(ROOT, root, &mut old, &mut renumbered);
    }

    fn adopt(&mut self, ino: Ino, mut node: Node, old: &mut BTreeMap<Ino, Node>, renumbered: &mut BTreeMap<Ino, Ino>) {
        node.opens = 0;
        node.links = 1;
        let entries = match &mut node.kind {
            Kind::File(_) => BTreeMap::new(),
            Kind::Directory(directory) => std::mem::take(&mut directory.durable),
        };
        self.nodes.insert(ino, node);
        for (name, before) in entries {
            let now = match renumbered.get(&before) {
                Some(&now) => {
                    self.node_mut(now).links += 1;
                    now
                }
                None => self.adopt_child(before, old, renumbered),
            };
            self.directory_mut(ino).expect("it has entries").durable.insert(name, now);
        }
        if let Some(directory) = self.directory_mut(ino) {
            directory.seen = directory.durable.clone();
        }
    }

    fn adopt_child(&mut self, before: Ino, old: &mut BTreeMap<Ino, Node>, renumbered: &mut BTreeMap<Ino, Ino>) -> Ino {
        let now = self.next_ino;
        self.next_ino += 1;
        renumbered.insert(before, now);
        let node = old.remove(&before).expect("kept while a durable name leads to it");
        self.adopt(now, node, old, renumbered);
        now
    }
}

#[cfg(test)]
mod tests;
