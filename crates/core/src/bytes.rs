//! The one seam through which the bytes of a file come in: mapped, or held in memory.

use memmap2::{Mmap, MmapRaw};
use std::fs::File;
use std::ops::Deref;
use std::path::Path;

/// Bytes that do not change, aligned to 64.
pub enum Bytes {
    /// In memory of this process.
    Held(Aligned),
    /// In the page cache, shared with every process that maps the file.
    Mapped(Mmap),
}

impl Bytes {
    /// Maps a whole file. The file must never be changed in place: files of the Index are only created and removed.
    pub fn map(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.len() == 0 {
            return Ok(Self::Held(Aligned::default()));
        }
        // SAFETY: nobody of ours writes to such a file once it has its name (written aside, then renamed), so the bytes stay as they are; a file
        // that is removed stays mapped until the last user is gone. Another program that cuts the file short ends this process (SIGBUS): the
        // price of sharing pages, as with every mapped file.
        let map = unsafe { Mmap::map(&file)? };
        ask_for_large_pages(&map);
        Ok(Self::Mapped(map))
    }
}

/// A search reads a line here and a line there, and to find out where a page lies takes as long as reading it: of pages of two megabytes there are few.
/// It is a wish. Systems that have none for files say so, and all goes on with small ones.
fn ask_for_large_pages(map: &Mmap) {
    #[cfg(target_os = "linux")]
    let _ = map.advise(memmap2::Advice::HugePage);
    #[cfg(not(target_os = "linux"))]
    let _ = map;
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Held(held) => held,
            Self::Mapped(map) => map,
        }
    }
}

/// The first words of a file that other processes write to meanwhile, as they are whenever they are asked for.
pub struct Shared<const WORDS: usize>(MmapRaw);

#[cfg(unix)]
impl<const WORDS: usize> Shared<WORDS> {
    /// Of a file that somebody else has opened. It is not opened anew, since to close it again would let go of all locks that this process has on it.
    pub fn of(descriptor: std::os::fd::RawFd) -> std::io::Result<Self> {
        use std::os::fd::FromRawFd;
        // SAFETY: that it is open is asked by the first call on it; and it is never closed here.
        let file = std::mem::ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) });
        let length = WORDS * size_of::<u64>();
        if file.metadata()?.len() < length as u64 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Self(memmap2::MmapOptions::new().len(length).map_raw_read_only(&*file)?))
    }
}

impl<const WORDS: usize> Shared<WORDS> {
    /// As they are now; while somebody writes to them, some as they were before and some as they will be.
    pub fn read(&self) -> [u64; WORDS] {
        let first = self.0.as_ptr().cast::<u64>();
        // SAFETY: so many words are mapped, and a mapping begins at a page. They are read as what may change at any time. Whoever has the file
        // open sees to it that it is not cut short.
        std::array::from_fn(|at| unsafe { first.add(at).read_volatile() })
    }
}

/// A growing buffer that starts at a multiple of 64, as a mapped file does.
#[derive(Default)]
pub struct Aligned {
    lines: Vec<[u64; 8]>,
    length: usize,
}

impl Aligned {
    /// Adds bytes at the end.
    pub fn extend(&mut self, bytes: &[u8]) {
        let start = self.length;
        self.grow(start + bytes.len());
        self.bytes_mut()[start..].copy_from_slice(bytes);
    }

    /// Adds zeros until the length is a multiple of `alignment`.
    pub fn pad(&mut self, alignment: usize) {
        self.grow(self.length.next_multiple_of(alignment));
    }

    /// The bytes, to be changed in place.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        let length = self.length;
        &mut bytemuck::cast_slice_mut(&mut self.lines)[..length]
    }

    fn grow(&mut self, length: usize) {
        self.lines.resize(length.div_ceil(64), [0; 8]);
        self.length = length;
    }
}

impl Deref for Aligned {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.lines)[..self.length]
    }
}
