//! The directory that holds what is durable. It follows the tree sync by sync, so that it is at every moment what a loss
//! of power would leave, also if this process is the one that dies.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::contents::Change;
use crate::tree::{Attributes, FILE_BYTES_MAX, Ino, Kind, Persisted, ROOT, Tree};

pub struct Backing(PathBuf);

impl Backing {
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub fn load(&self, sync_names: bool) -> io::Result<Tree> {
        let mut tree = Tree::new(attributes(&fs::metadata(&self.0)?), sync_names);
        load_directory(&mut tree, ROOT, &self.0)?;
        Ok(tree)
    }

    /// Follows one sync, of a file or of a directory.
    pub fn follow(&self, tree: &Tree, synced: Ino, persisted: &Persisted) -> io::Result<()> {
        for path in tree.durable_paths(synced) {
            if !persisted.changes.is_empty() {
                patch(&self.0.join(path), &persisted.changes)?;
            }
        }
        for (directory, name) in &persisted.places {
            for path in tree.durable_paths(*directory) {
                self.place(tree, *directory, name, &self.0.join(path))?;
            }
        }
        Ok(())
    }

    /// Makes the directory hold the durable tree and nothing else.
    pub fn replace(&self, tree: &Tree) -> io::Result<()> {
        for entry in fs::read_dir(&self.0)? {
            remove(&entry?.path())?;
        }
        write_entries(tree, ROOT, &self.0)
    }

    /// Makes one name in `path` what it durably stands for.
    fn place(&self, tree: &Tree, directory: Ino, name: &OsStr, path: &Path) -> io::Result<()> {
        let path = path.join(name);
        remove(&path)?;
        let entries = tree.directory(directory).expect("a directory has places").durable();
        entries.get(name).map_or(Ok(()), |&ino| write_node(tree, ino, &path))
    }
}

fn attributes(metadata: &fs::Metadata) -> Attributes {
    let modified = metadata.modified().expect("Linux knows when a file was modified");
    Attributes { modified, ..Attributes::new(metadata.mode(), metadata.uid(), metadata.gid()) }
}

fn load_directory(tree: &mut Tree, parent: Ino, path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let path = entry.path();
        if metadata.is_dir() {
            let ino = tree.load(parent, entry.file_name(), attributes(&metadata), None);
            load_directory(tree, ino, &path)?;
        } else if metadata.is_file() && metadata.len() <= FILE_BYTES_MAX {
            tree.load(parent, entry.file_name(), attributes(&metadata), Some(fs::read(&path)?));
        } else {
            let reason = format!("{}: only directories and files up to {FILE_BYTES_MAX} bytes", path.display());
            return Err(io::Error::new(io::ErrorKind::Unsupported, reason));
        }
    }
    Ok(())
}

fn patch(path: &Path, changes: &[Change]) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    changes.iter().try_for_each(|change| match change {
        Change::Write { offset, data } => file.write_all_at(data, *offset),
        Change::Resize { size } => file.set_len(*size),
    })
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn write_node(tree: &Tree, ino: Ino, path: &Path) -> io::Result<()> {
    let node = tree.node(ino).expect("kept while a durable name leads to it");
    match &node.kind {
        Kind::File(contents) => File::create(path)?.write_all_at(contents.durable(), 0)?,
        Kind::Directory(_) => {
            fs::create_dir(path)?;
            write_entries(tree, ino, path)?;
        }
    }
    fs::set_permissions(path, Permissions::from_mode(node.attributes.mode))
}

fn write_entries(tree: &Tree, ino: Ino, path: &Path) -> io::Result<()> {
    let entries = tree.directory(ino).expect("called for directories").durable();
    entries.iter().try_for_each(|(name, &child)| write_node(tree, child, &path.join(name)))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs;
    use std::path::PathBuf;

    use super::Backing;
    use crate::tree::{Attributes, Ino, ROOT, Tree};

    /// A directory of its own for one test, gone with it.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("lossfs-{}-{name}", std::process::id()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn backing(&self) -> Backing {
            Backing::new(self.0.clone())
        }

        fn read(&self, path: &str) -> Option<Vec<u8>> {
            fs::read(self.0.join(path)).ok()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn attributes() -> Attributes {
        Attributes::new(0o755, 0, 0)
    }

    fn sync_file(backing: &Backing, tree: &mut Tree, ino: Ino) {
        let persisted = tree.sync_file(ino).unwrap();
        backing.follow(tree, ino, &persisted).unwrap();
    }

    fn sync_directory(backing: &Backing, tree: &mut Tree, ino: Ino) {
        let persisted = tree.sync_directory(ino).unwrap();
        backing.follow(tree, ino, &persisted).unwrap();
    }

    #[test]
    fn it_holds_what_was_synced_and_nothing_else() {
        let scratch = Scratch::new("synced");
        let (backing, mut tree) = (scratch.backing(), Tree::new(attributes(), false));
        let ino = tree.create_file(ROOT, OsStr::new("a"), attributes()).unwrap();
        tree.write(ino, 0, b"data").unwrap();
        sync_file(&backing, &mut tree, ino);
        assert_eq!(scratch.read("a"), None);
        sync_directory(&backing, &mut tree, ROOT);
        assert_eq!(scratch.read("a").unwrap(), b"data");
        tree.write(ino, 4, b"more").unwrap();
        tree.resize(ino, 6).unwrap();
        assert_eq!(scratch.read("a").unwrap(), b"data");
        sync_file(&backing, &mut tree, ino);
        assert_eq!(scratch.read("a").unwrap(), b"datamo");
        tree.unlink(ROOT, OsStr::new("a")).unwrap();
        assert!(scratch.read("a").is_some());
        sync_directory(&backing, &mut tree, ROOT);
        assert_eq!(scratch.read("a"), None);
    }

    #[test]
    fn a_directory_arrives_with_all_that_was_synced_in_it() {
        let scratch = Scratch::new("directory");
        let (backing, mut tree) = (scratch.backing(), Tree::new(attributes(), false));
        let directory = tree.create_directory(ROOT, OsStr::new("d"), attributes()).unwrap();
        let ino = tree.create_file(directory, OsStr::new("a"), attributes()).unwrap();
        tree.write(ino, 0, b"data").unwrap();
        sync_file(&backing, &mut tree, ino);
        sync_directory(&backing, &mut tree, directory);
        assert_eq!(scratch.read("d/a"), None);
        sync_directory(&backing, &mut tree, ROOT);
        assert_eq!(scratch.read("d/a").unwrap(), b"data");
        tree.rename((ROOT, OsStr::new("d")), (ROOT, OsStr::new("e")), false).unwrap();
        sync_directory(&backing, &mut tree, ROOT);
        assert_eq!((scratch.read("d/a"), scratch.read("e/a").unwrap()), (None, b"data".to_vec()));
    }

    #[test]
    fn after_a_crash_it_is_what_readers_see() {
        let scratch = Scratch::new("crash");
        let (backing, mut tree) = (scratch.backing(), Tree::new(attributes(), false));
        let ino = tree.create_file(ROOT, OsStr::new("a"), attributes()).unwrap();
        sync_directory(&backing, &mut tree, ROOT);
        tree.write(ino, 0, &[7; 20_000]).unwrap();
        tree.crash(Some(3));
        backing.replace(&tree).unwrap();
        let loaded = backing.load(false).unwrap();
        for tree in [&tree, &loaded] {
            let found = tree.lookup(ROOT, OsStr::new("a")).unwrap();
            assert_eq!(tree.file(found).unwrap().read(0, u32::MAX), scratch.read("a").unwrap());
        }
    }

    #[test]
    fn what_it_cannot_hold_is_refused_by_name() {
        let scratch = Scratch::new("symlink");
        std::os::unix::fs::symlink("nowhere", scratch.0.join("link")).unwrap();
        let error = scratch.backing().load(false).err().unwrap();
        assert!(error.to_string().contains("link"));
    }
}
