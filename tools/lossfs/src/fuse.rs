//! The kernel's questions, put to the tree.
//!
//! The kernel may cache file contents (it sees every change, for all go through it) but no names and no attributes, so
//! that after a crash it asks again. Locks are not implemented here on purpose: the kernel then keeps them itself.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use fuser::{
    BsdFileFlags, Errno as FuseErrno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    LockOwner, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry,
    ReplyOpen, ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};

use crate::backing::Backing;
use crate::tree::{Attributes, Counts, Crash, Errno, Ino, Persisted, Tree};

const NOT_CACHED: Duration = Duration::ZERO;
const PAGE_BYTES: u32 = 4_096;
const NAME_BYTES_MAX: u32 = 255;
/// What `statfs` calls the size of the disk, in pages: 16 GiB.
const DISK_PAGES: u64 = 4 << 20;

/// A directory as it was when it was opened: entries that go meanwhile shift nobody's place.
type Listing = Vec<(Ino, FileType, OsString)>;

/// The tree and the directory that follows it, behind one lock.
pub struct Disk {
    tree: Tree,
    backing: Backing,
    listings: HashMap<u64, Listing>,
    next_handle: u64,
}

impl Disk {
    pub fn new(tree: Tree, backing: Backing) -> Self {
        Self { tree, backing, listings: HashMap::new(), next_handle: 0 }
    }

    pub fn tree(&mut self) -> &mut Tree {
        &mut self.tree
    }

    pub fn counts(&self) -> (Counts, u64, usize) {
        (self.tree.counts(), self.tree.pending_bytes(), self.tree.pending_entries())
    }

    pub fn crash(&mut self, seed: Option<u64>) -> Crash {
        let crash = self.tree.crash(seed);
        self.listings.clear();
        self.expect_followed(self.backing.replace(&self.tree));
        crash
    }

    fn sync(&mut self, ino: Ino, persisted: Result<Persisted, Errno>) -> Result<(), Errno> {
        let persisted = persisted?;
        self.expect_followed(self.backing.follow(&self.tree, ino, &persisted));
        Ok(())
    }

    /// A backing directory that lags behind would make every later finding false, so there is no going on.
    fn expect_followed(&self, outcome: io::Result<()>) {
        if let Err(error) = outcome {
            eprintln!("lossfs: cannot write the backing directory: {error}");
            std::process::exit(1);
        }
    }

    fn attributes(&self, ino: Ino) -> Result<FileAttr, Errno> {
        let node = self.tree.node(ino)?;
        let size = self.tree.file(ino).map_or(0, |contents| contents.size());
        let Attributes { mode, uid, gid, modified } = node.attributes;
        Ok(FileAttr {
            ino: INodeNo(ino),
            size,
            blocks: size.div_ceil(512),
            atime: modified,
            mtime: modified,
            ctime: modified,
            crtime: modified,
            kind: self.file_type(ino)?,
            perm: mode as u16,
            nlink: node.links,
            uid,
            gid,
            rdev: 0,
            blksize: PAGE_BYTES,
            flags: 0,
        })
    }

    fn file_type(&self, ino: Ino) -> Result<FileType, Errno> {
        Ok(if self.tree.node(ino)?.is_directory() { FileType::Directory } else { FileType::RegularFile })
    }

    fn list(&mut self, ino: Ino) -> Result<u64, Errno> {
        let entries = self.tree.directory(ino)?.seen().iter();
        let listing = entries.map(|(name, &child)| Ok((child, self.file_type(child)?, name.clone())));
        let mut listing = listing.collect::<Result<Listing, Errno>>()?;
        listing.insert(0, (ino, FileType::Directory, ".".into()));
        listing.insert(1, (ino, FileType::Directory, "..".into()));
        self.next_handle += 1;
        self.listings.insert(self.next_handle, listing);
        Ok(self.next_handle)
    }
}

/// What the kernel is told of one lossfs.
pub struct Face(pub std::sync::Arc<Mutex<Disk>>);

impl Face {
    fn with<T>(&self, ask: impl FnOnce(&mut Disk) -> Result<T, Errno>) -> Result<T, FuseErrno> {
        let mut disk = self.0.lock().expect("no thread panics while it holds the disk");
        ask(&mut disk).map_err(FuseErrno::from_i32)
    }
}

fn answer_entry(reply: ReplyEntry, found: Result<FileAttr, FuseErrno>) {
    match found {
        Ok(attributes) => reply.entry(&NOT_CACHED, &attributes, Generation(0)),
        Err(errno) => reply.error(errno),
    }
}

fn answer(reply: ReplyEmpty, done: Result<(), FuseErrno>) {
    match done {
        Ok(()) => reply.ok(),
        Err(errno) => reply.error(errno),
    }
}

fn owned(request: &Request, mode: u32, umask: u32) -> Attributes {
    Attributes::new(mode & !umask, request.uid(), request.gid())
}

impl Filesystem for Face {
    fn lookup(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        answer_entry(
            reply,
            self.with(|disk| {
                let ino = disk.tree.lookup(parent.0, name)?;
                disk.attributes(ino)
            }),
        );
    }

    fn getattr(&self, _request: &Request, ino: INodeNo, _handle: Option<FileHandle>, reply: ReplyAttr) {
        match self.with(|disk| disk.attributes(ino.0)) {
            Ok(attributes) => reply.attr(&NOT_CACHED, &attributes),
            Err(errno) => reply.error(errno),
        }
    }

    fn setattr(
        &self,
        _request: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        size: Option<u64>,
        _accessed: Option<TimeOrNow>,
        modified: Option<TimeOrNow>,
        _changed: Option<SystemTime>,
        _handle: Option<FileHandle>,
        _created: Option<SystemTime>,
        _flags_changed: Option<SystemTime>,
        _backed_up: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let outcome = self.with(|disk| {
            if let Some(size) = size {
                disk.tree.resize(ino.0, size)?;
            }
            let attributes = disk.tree.attributes_mut(ino.0)?;
            attributes.mode = mode.map_or(attributes.mode, |mode| mode & 0o7777);
            attributes.uid = uid.unwrap_or(attributes.uid);
            attributes.gid = gid.unwrap_or(attributes.gid);
            match modified {
                Some(TimeOrNow::SpecificTime(time)) => attributes.modified = time,
                Some(TimeOrNow::Now) => attributes.modified = SystemTime::now(),
                None => (),
            }
            disk.attributes(ino.0)
        });
        match outcome {
            Ok(attributes) => reply.attr(&NOT_CACHED, &attributes),
            Err(errno) => reply.error(errno),
        }
    }

    fn mkdir(&self, request: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, reply: ReplyEntry) {
        answer_entry(
            reply,
            self.with(|disk| {
                let ino = disk.tree.create_directory(parent.0, name, owned(request, mode, umask))?;
                disk.attributes(ino)
            }),
        );
    }

    fn unlink(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        answer(reply, self.with(|disk| disk.tree.unlink(parent.0, name)));
    }

    fn rmdir(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        answer(reply, self.with(|disk| disk.tree.remove_directory(parent.0, name)));
    }

    fn rename(
        &self,
        _request: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let keep_existing = flags == RenameFlags::RENAME_NOREPLACE;
        if !keep_existing && !flags.is_empty() {
            return reply.error(FuseErrno::EINVAL);
        }
        let (from, to) = ((parent.0, name), (new_parent.0, new_name));
        answer(reply, self.with(|disk| disk.tree.rename(from, to, keep_existing)));
    }

    fn link(&self, _request: &Request, ino: INodeNo, new_parent: INodeNo, new_name: &OsStr, reply: ReplyEntry) {
        answer_entry(
            reply,
            self.with(|disk| {
                disk.tree.link(ino.0, new_parent.0, new_name)?;
                disk.attributes(ino.0)
            }),
        );
    }

    fn open(&self, _request: &Request, ino: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        match self.with(|disk| disk.tree.open(ino.0)) {
            Ok(()) => reply.opened(FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE),
            Err(errno) => reply.error(errno),
        }
    }

    fn create(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _flags: i32,
        reply: ReplyCreate,
    ) {
        let created = self.with(|disk| {
            let ino = disk.tree.create_file(parent.0, name, owned(request, mode, umask))?;
            disk.tree.open(ino)?;
            disk.attributes(ino)
        });
        match created {
            Ok(attributes) => {
                reply.created(&NOT_CACHED, &attributes, Generation(0), FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE);
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn read(
        &self,
        _request: &Request,
        ino: INodeNo,
        _handle: FileHandle,
        offset: u64,
        size: u32,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.with(|disk| Ok(disk.tree.file(ino.0)?.read(offset, size).to_vec())) {
            Ok(data) => reply.data(&data),
            Err(errno) => reply.error(errno),
        }
    }

    fn write(
        &self,
        _request: &Request,
        ino: INodeNo,
        _handle: FileHandle,
        offset: u64,
        data: &[u8],
        _write_flags: WriteFlags,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.with(|disk| disk.tree.write(ino.0, offset, data)) {
            Ok(()) => reply.written(data.len() as u32),
            Err(errno) => reply.error(errno),
        }
    }

    fn flush(&self, _request: &Request, _ino: INodeNo, _handle: FileHandle, _lock_owner: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn release(
        &self,
        _request: &Request,
        ino: INodeNo,
        _handle: FileHandle,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        _flush: bool,
        reply: ReplyEmpty,
    ) {
        answer(
            reply,
            self.with(|disk| {
                disk.tree.release(ino.0);
                Ok(())
            }),
        );
    }

    fn fsync(&self, _request: &Request, ino: INodeNo, _handle: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        answer(
            reply,
            self.with(|disk| {
                let persisted = disk.tree.sync_file(ino.0);
                disk.sync(ino.0, persisted)
            }),
        );
    }

    fn opendir(&self, _request: &Request, ino: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        match self.with(|disk| disk.list(ino.0)) {
            Ok(handle) => reply.opened(FileHandle(handle), FopenFlags::empty()),
            Err(errno) => reply.error(errno),
        }
    }

    fn readdir(&self, _request: &Request, _ino: INodeNo, handle: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let rest = self.with(|disk| {
            let listing = disk.listings.get(&handle.0).ok_or(libc::EIO)?;
            Ok(listing
                .iter()
                .enumerate()
                .skip(offset as usize)
                .map(|(place, entry)| (place, entry.clone()))
                .collect::<Vec<_>>())
        });
        match rest {
            Ok(rest) => {
                for (place, (ino, kind, name)) in rest {
                    if reply.add(INodeNo(ino), place as u64 + 1, kind, name) {
                        break;
                    }
                }
                reply.ok();
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn releasedir(&self, _request: &Request, _ino: INodeNo, handle: FileHandle, _flags: OpenFlags, reply: ReplyEmpty) {
        answer(
            reply,
            self.with(|disk| {
                disk.listings.remove(&handle.0);
                Ok(())
            }),
        );
    }

    fn fsyncdir(&self, _request: &Request, ino: INodeNo, _handle: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        answer(
            reply,
            self.with(|disk| {
                let persisted = disk.tree.sync_directory(ino.0);
                disk.sync(ino.0, persisted)
            }),
        );
    }

    fn statfs(&self, _request: &Request, _ino: INodeNo, reply: ReplyStatfs) {
        match self.with(|disk| Ok(disk.tree.is_full())) {
            Ok(full) => {
                let free = if full { 0 } else { DISK_PAGES };
                reply.statfs(DISK_PAGES, free, free, 0, 0, PAGE_BYTES, NAME_BYTES_MAX, PAGE_BYTES);
            }
            Err(errno) => reply.error(errno),
        }
    }
}
