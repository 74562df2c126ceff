//! The list of the files that make up the Index on disk: written aside, synced and renamed, so that it is either the old one or the new.

use crate::error::{Error, Result};
use crate::id::{BlockId, Seq};
use crate::segment::FORMAT;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

/// Its name in the directory.
pub const NAME: &str = "manifest.json";

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Counts up with each one written; names of files begin with it.
    pub generation: u64,
    /// The embedder that made the vectors.
    pub embedder: String,
    /// The token table whose numbers stand in the segments.
    pub table: String,
    /// The time zone by whose days the texts were understood.
    pub zone: String,
    /// The newest change in the files.
    pub seq: Seq,
    /// See [`crate::index::State::witness`].
    pub witness: Option<(BlockId, String)>,
    /// Segment files, oldest first, with the ids of blocks in them that are gone.
    pub segments: Vec<(Listed, Vec<BlockId>)>,
    /// The file of links.
    pub links: Listed,
}

/// A file that belongs to the Index: one of the same name with another checksum is from another time.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its name in the directory.
    pub file: String,
    /// The checksum that it holds itself.
    pub checksum: u32,
}

/// By which a changed manifest is told from the same one, without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(SystemTime, u64, u64);

impl Stamp {
    /// The stamp of the manifest in `directory`; none if there is no manifest.
    pub fn of(directory: &Path) -> Result<Option<Self>> {
        match fs::metadata(directory.join(NAME)) {
            Ok(meta) => Ok(Some(Self(meta.modified()?, meta.len(), inode(&meta)))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(unix)]
fn inode(meta: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(meta)
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> u64 {
    0
}

impl Manifest {
    /// Reads the manifest in `directory`; none if there is no manifest.
    pub fn read(directory: &Path, embedder: &str, table: &str, zone: &str) -> Result<Option<Self>> {
        let text = match fs::read_to_string(directory.join(NAME)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return Err(Error::Damaged("the manifest is not text".into()));
            }
            Err(error) => return Err(error.into()),
        };
        let manifest = Self::parse(&text)?;
        if manifest.embedder != embedder {
            return Err(Error::Damaged(format!("its vectors are of embedder {}, not {embedder}", manifest.embedder)));
        }
        if manifest.table != table {
            return Err(Error::Damaged(format!("its words were cut with token table {}, not {table}", manifest.table)));
        }
        if manifest.zone != zone {
            return Err(Error::Damaged(format!("its days are those of {}, not {zone}", manifest.zone)));
        }
        Ok(Some(manifest))
    }

    /// Puts the manifest in place.
    pub fn write(&self, directory: &Path) -> Result<()> {
        write_file(directory, NAME, self.format().as_bytes())?;
        sync_directory(directory)
    }

    /// The names of its files.
    pub fn files(&self) -> Vec<&str> {
        self.segments.iter().map(|(file, _)| &file.file).chain([&self.links.file]).map(String::as_str).collect()
    }

    fn format(&self) -> String {
        let listed = |file: &Listed| json!({"file": file.file, "checksum": file.checksum});
        let segments: Vec<Value> =
            self.segments.iter().map(|(file, dead)| json!({"listed": listed(file), "dead": dead})).collect();
        let body = json!({
            "format": FORMAT, "generation": self.generation, "embedder": self.embedder, "table": self.table, "zone": self.zone,
            "seq": self.seq,
            "witness": self.witness, "segments": segments, "links": listed(&self.links),
        })
        .to_string();
        format!("{body}\n{:08x}\n", crc32fast::hash(body.as_bytes()))
    }

    fn parse(text: &str) -> Result<Self> {
        let damaged = |what: &str| Error::Damaged(format!("the manifest {what}"));
        let (body, checksum) = text.trim_end().rsplit_once('\n').ok_or_else(|| damaged("is cut short"))?;
        if checksum != format!("{:08x}", crc32fast::hash(body.as_bytes())) {
            return Err(damaged("has a wrong checksum"));
        }
        let value: Value = serde_json::from_str(body).map_err(|_| damaged("is not JSON"))?;
        if value["format"] != json!(FORMAT) {
            return Err(damaged(&format!("has format {}, this version writes {FORMAT}", value["format"])));
        }
        Self::from_json(&value).ok_or_else(|| damaged("lacks a field"))
    }

    fn from_json(value: &Value) -> Option<Self> {
        let listed = |value: &Value| {
            let file = value["file"].as_str().filter(|name| is_plain(name))?.to_owned();
            Some(Listed { file, checksum: value["checksum"].as_u64()?.try_into().ok()? })
        };
        let segment = |value: &Value| {
            Some((
                listed(&value["listed"])?,
                value["dead"].as_array()?.iter().map(Value::as_u64).collect::<Option<_>>()?,
            ))
        };
        let witness = match &value["witness"] {
            Value::Null => None,
            pair => Some((pair[0].as_u64()?, pair[1].as_str()?.to_owned())),
        };
        Some(Self {
            generation: value["generation"].as_u64()?,
            embedder: value["embedder"].as_str()?.to_owned(),
            table: value["table"].as_str()?.to_owned(),
            zone: value["zone"].as_str()?.to_owned(),
            seq: value["seq"].as_u64()?,
            witness,
            segments: value["segments"].as_array()?.iter().map(segment).collect::<Option<_>>()?,
            links: listed(&value["links"])?,
        })
    }
}

/// Whether a name stays within its directory.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'.')
        && !name.starts_with('.')
}

/// Writes a file aside, syncs it, and gives it its name. Its name is durable after [`sync_directory`].
pub fn write_file(directory: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let aside = directory.join(format!("{name}.tmp"));
    let mut file = create(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&aside, directory.join(name))?;
    Ok(())
}

/// Creates a file that only its owner may read: names of sources and namespaces stand in it.
pub fn create(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?)
}

/// Creates a directory that only its owner may enter.
pub fn create_directory(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(path)?)
}

/// Makes names durable: on POSIX a rename is only that once its directory is synced; Windows does it by itself.
pub fn sync_directory(directory: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            generation: 7,
            embedder: "static/1/256/1".into(),
            table: "static/1/256/1".into(),
            zone: "Asia/Seoul".into(),
            seq: 99,
            witness: Some((5, "ab".into())),
            segments: vec![(Listed { file: "00000007-0.segment".into(), checksum: 3 }, vec![1, 2])],
            links: Listed { file: "00000007.links".into(), checksum: 4 },
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Manifest::parse(&manifest().format()).unwrap(), manifest());
    }

    #[test]
    fn any_flipped_bit_is_noticed() {
        let text = manifest().format();
        for at in 0..text.len() - 1 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 4;
            if let Ok(flipped) = String::from_utf8(bytes) {
                assert!(Manifest::parse(&flipped).is_err(), "byte {at}");
            }
        }
        assert!(Manifest::parse(&text[..text.len() / 2]).is_err());
    }

    #[test]
    fn files_of_other_directories_are_refused() {
        let mut evil = manifest();
        evil.links.file = "../../etc/passwd".into();
        assert!(Manifest::parse(&evil.format()).is_err());
    }
}
