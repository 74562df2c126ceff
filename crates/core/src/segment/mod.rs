//! A run of blocks, laid out for searching: immutable, checksummed, mapped as it lies on disk or held in memory.
//!
//! Useful as the unit in which the Index grows: a new block is a segment of one, small segments are merged into larger ones,
//! large ones are files. A segment never changes; which of its blocks are gone is kept beside it.

mod brevity;
mod build;
mod merge;
mod places;

pub use brevity::{BITS as BREVITY_BITS, Brevity};
pub use build::{Columns, Entry};
pub use merge::merge;
pub(crate) use places::Places;

use crate::bytes::{Aligned, Bytes};
use crate::error::{Error, Result};
use crate::id::{BlockId, Local, TIME_DISTANCE_MAX_US, TimeUs};
use crate::vectors::code::is_scale;
use crate::vectors::distance::prefetch;
use crate::vectors::{CodeRef, signs};
use crate::words::calendar::Days;
use crate::words::names::Name;
use crate::words::postings::Postings;
use build::NAMES_READ_MAX;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The layout that this version writes and reads. Any change of it, or of what is hashed into it, counts it up: older files are rebuilt.
pub const FORMAT: u32 = 15;

const MAGIC: &[u8; 8] = b"GREEUMS1";
const HEADER_BYTES: usize = 64;

/// Bits of a block's flags.
pub mod flag {
    /// A newer version of it exists.
    pub const SUPERSEDED: u8 = 1;
    /// Its text ends as a question does.
    pub const QUESTION: u8 = 2;
    /// Its text speaks of a time.
    pub const TEMPORAL: u8 = 4;
    /// It is a turn of a conversation, rather than a note or a fact.
    pub const MESSAGE: u8 = 8;
    /// Its text asks something, at its end or before.
    pub const ASKS: u8 = 16;
    /// Its text speaks of its speaker.
    pub const PERSONAL: u8 = 32;
    /// Its text says that something has changed.
    pub const CHANGE: u8 = 64;
}

macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// The parts of a segment's file, in order.
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[allow(missing_docs, reason = "each is documented where it is read")]
        pub enum Section { $($(#[$doc])* $name),* }
        const SECTIONS: usize = [$(Section::$name),*].len();
    };
}

sections! {
    // A value a block.
    Ids, At, AddedAt, ValidFrom, ValidTo, ExpiresAt, Importance, Flags, Source, Namespace, PassageStart,
    // The days that its text speaks of: where each block's start, and their first and last by turns.
    MentionStart, Mentions,
    // The names in its text: where each block's start, and the number of each one's term, with whether its place shows that it is one (`words::names`).
    NameStart, Names,
    // Names, each once, sorted: text, and where each ends.
    SourceText, SourceEnds, NamespaceText, NamespaceEnds,
    // Blocks by (namespace, at, id), and where each namespace starts.
    Order, NamespaceStart,
    // A value a passage.
    Lengths, Owner, Scales, Codes, Signs, TokenStart, Tokens,
    // Words: term → passages, with how often (`words::postings`).
    Terms, TermStart, Postings,
    // Filters: fact → blocks, and numbers by field.
    Facts, FactStart, FactBlocks, NumberFields, NumberStart, NumberBlocks, NumberValues,
    // The vector graph, if the segment is large enough to have one, and coarse codes for the walk.
    GraphLinks, GraphEntries, EntryCodes, Coarse,
}

/// See the module.
pub struct Segment {
    bytes: Bytes,
    sections: [Range<usize>; SECTIONS],
    dimension: usize,
    number: u64,
    places: Places,
    brevity: OnceLock<Brevity>,
}

/// Counts segments, so that no two in a process have the same number.
static COUNT: AtomicU64 = AtomicU64::new(0);

impl Segment {
    /// Maps a segment's file and checks all of it: header, checksum, and that every part points inside.
    pub fn open(path: &Path, dimension: usize) -> Result<Self> {
        Self::new(Bytes::map(path)?, dimension).map_err(|error| match error {
            Error::Damaged(what) => Error::Damaged(format!("{}: {what}", path.display())),
            other => other,
        })
    }

    /// A segment out of its bytes.
    pub fn new(bytes: Bytes, dimension: usize) -> Result<Self> {
        let damaged = |what: &str| Error::Damaged(what.to_owned());
        let directory = HEADER_BYTES + SECTIONS * 16;
        if bytes.len() < directory || &bytes[..8] != MAGIC {
            return Err(damaged("is not a segment"));
        }
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if word(8) != FORMAT || word(12) as usize != dimension {
            return Err(damaged("has another format or dimension"));
        }
        if crc32fast::hash(&bytes[20..]) != word(16) {
            return Err(damaged("its checksum is wrong"));
        }
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        let mut sections = std::array::from_fn(|i| {
            let (start, length) = (long(HEADER_BYTES + 16 * i) as usize, long(HEADER_BYTES + 16 * i + 8) as usize);
            start..start.saturating_add(length)
        });
        if sections.iter().any(|range: &Range<usize>| range.end > bytes.len() || !range.start.is_multiple_of(64)) {
            sections = std::array::from_fn(|_| 0..0);
        }
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut segment =
            Self { bytes, sections, dimension, number, places: Places::default(), brevity: OnceLock::new() };
        if !segment.is_sound() {
            return Err(damaged("its parts do not fit together"));
        }
        segment.places = Places::new(segment.column(Section::Terms));
        Ok(segment)
    }

    /// Whether every offset points inside what it points into.
    fn is_sound(&self) -> bool {
        let (n, p) = (self.blocks() as usize, self.passages() as usize);
        let rises = |starts: &[u32], count: usize, end: usize| {
            starts.len() == count + 1
                && starts.is_sorted()
                && starts.first() == Some(&0)
                && starts.last().is_some_and(|&last| last as usize == end)
        };
        let below = |values: &[u32], end: usize| values.iter().all(|&value| (value as usize) < end);
        let per_block = [Section::At, Section::AddedAt, Section::ValidFrom, Section::ValidTo, Section::ExpiresAt];
        let (sources, namespaces) =
            (self.column::<u32>(Section::SourceEnds), self.column::<u32>(Section::NamespaceEnds));
        n > 0
            && self.ids().len() == n
            && self.lengths().len() == p
            && self.ids().is_sorted_by(|a, b| a < b)
            && self.at().iter().all(|at| at.unsigned_abs() <= TIME_DISTANCE_MAX_US)
            && per_block.iter().all(|&section| self.column::<i64>(section).len() == n)
            && self.column::<f32>(Section::Importance).len() == n
            && self.column::<f32>(Section::Importance).iter().all(|importance| (0.0..=1.0).contains(importance))
            && self.flags().len() == n
            && rises(self.column(Section::PassageStart), n, p)
            && (0..n as Local).all(|block| !self.passages_of(block).is_empty())
            && rises(self.column(Section::MentionStart), n, self.column::<[i32; 2]>(Section::Mentions).len())
            && rises(self.column(Section::NameStart), n, self.column::<u32>(Section::Names).len())
            && (0..n as Local).all(|block| self.has_sound_names(block))
            && [
                self.column::<u32>(Section::Source),
                self.column::<u32>(Section::Namespace),
                self.column::<u32>(Section::Order),
            ]
            .iter()
            .all(|column| column.len() == n)
            && below(self.column(Section::Source), sources.len())
            && below(self.column(Section::Namespace), namespaces.len())
            && below(self.column(Section::Order), n)
            && rises(self.column(Section::NamespaceStart), namespaces.len(), n)
            && (0..sources.len()).all(|i| self.name(Section::SourceText, Section::SourceEnds, i).is_some())
            && (0..namespaces.len()).all(|i| self.name(Section::NamespaceText, Section::NamespaceEnds, i).is_some())
            && self.owner().len() == p
            && below(self.owner(), n)
            && self.column::<f32>(Section::Scales).len() == p
            && self.column::<f32>(Section::Scales).iter().all(|&scale| is_scale(scale))
            && self.column::<i8>(Section::Codes).len() == p * self.dimension
            && self.column::<u64>(Section::Signs).len() == p * signs::words(self.dimension)
            && rises(self.column(Section::TokenStart), p, self.column::<u16>(Section::Tokens).len())
            && rises(
                self.column(Section::TermStart),
                self.column::<u64>(Section::Terms).len(),
                self.column::<u16>(Section::Postings).len(),
            )
            && (0..self.column::<u64>(Section::Terms).len()).all(|at| self.postings_at(at).is_sound(p as u32))
            && rises(
                self.column(Section::FactStart),
                self.column::<u64>(Section::Facts).len(),
                self.column::<u32>(Section::FactBlocks).len(),
            )
            && below(self.column(Section::FactBlocks), n)
            && rises(
                self.column(Section::NumberStart),
                self.column::<u64>(Section::NumberFields).len(),
                self.column::<u32>(Section::NumberBlocks).len(),
            )
            && below(self.column(Section::NumberBlocks), n)
            && self.column::<f64>(Section::NumberValues).len() == self.column::<u32>(Section::NumberBlocks).len()
            && self.column::<f64>(Section::NumberValues).iter().all(|value| value.is_finite())
            && crate::vectors::graph::is_sound(
                (self.column(Section::GraphLinks), self.column(Section::Coarse)),
                (self.column(Section::GraphEntries), self.column(Section::EntryCodes)),
                p,
                self.dimension,
            )
    }

    /// Whether the names of a block are terms, each once and in order, and no more than are kept.
    fn has_sound_names(&self, block: Local) -> bool {
        let names: &[u32] = self.group(Section::NameStart, Section::Names, block as usize);
        let terms = self.column::<u64>(Section::Terms).len();
        names.len() <= NAMES_READ_MAX
            && names.is_sorted_by(|a, b| a >> 1 < b >> 1)
            && names.last().is_none_or(|&name| ((name >> 1) as usize) < terms)
    }

    /// The checksum that stands in it.
    pub fn checksum(&self) -> u32 {
        u32::from_le_bytes([self.bytes[16], self.bytes[17], self.bytes[18], self.bytes[19]])
    }

    /// Whether a table of so many tokens has all that stand in it.
    pub fn tokens_are_below(&self, size: usize) -> bool {
        self.column::<u16>(Section::Tokens).iter().all(|&token| usize::from(token) < size)
    }

    /// The whole file, as written to disk.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The values of one part.
    #[inline]
    pub fn column<T: bytemuck::Pod>(&self, section: Section) -> &[T] {
        bytemuck::try_cast_slice(&self.bytes[self.sections[section as usize].clone()]).unwrap_or(&[])
    }

    /// A number that no other segment of this process has, or has had.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many blocks it holds, gone ones included.
    #[inline]
    pub fn blocks(&self) -> u32 {
        (self.sections[Section::Ids as usize].len() / 8) as u32
    }

    /// How many passages.
    #[inline]
    pub fn passages(&self) -> u32 {
        (self.sections[Section::Lengths as usize].len() / 2) as u32
    }

    /// The ids of its blocks, ascending.
    pub fn ids(&self) -> &[BlockId] {
        self.column(Section::Ids)
    }

    /// When each block was said.
    pub fn at(&self) -> &[TimeUs] {
        self.column(Section::At)
    }

    /// See [`flag`].
    pub fn flags(&self) -> &[u8] {
        self.column(Section::Flags)
    }

    /// The block of each passage.
    pub fn owner(&self) -> &[Local] {
        self.column(Section::Owner)
    }

    /// Content words of each passage.
    pub fn lengths(&self) -> &[u16] {
        self.column(Section::Lengths)
    }

    /// How short its passages are; found out when it is first asked for.
    pub fn brevity(&self) -> &Brevity {
        self.brevity.get_or_init(|| Brevity::new(self.lengths()))
    }

    /// Where a block is.
    pub fn locate(&self, id: BlockId) -> Option<Local> {
        let ids = self.ids();
        // Most parts hold none of the ids around it.
        let may_hold = ids.first().is_some_and(|&first| first <= id) && ids.last().is_some_and(|&last| id <= last);
        if !may_hold {
            return None;
        }
        // Where none is missing it stands here.
        let at = (id - ids[0]) as usize;
        let found = if ids.get(at) == Some(&id) { Some(at) } else { ids.binary_search(&id).ok() };
        found.map(|at| at as Local)
    }

    /// The passages of a block.
    #[inline]
    pub fn passages_of(&self, block: Local) -> Range<u32> {
        let starts: &[u32] = self.column(Section::PassageStart);
        starts[block as usize]..starts[block as usize + 1]
    }

    /// The vector of a passage.
    #[inline]
    pub fn code(&self, passage: u32) -> CodeRef<'_> {
        let (scales, codes): (&[f32], &[i8]) = (self.column(Section::Scales), self.column(Section::Codes));
        CodeRef {
            scale: scales[passage as usize],
            bytes: &codes[passage as usize * self.dimension..][..self.dimension],
        }
    }

    /// The days that a block's text speaks of.
    pub fn mentions(&self, block: Local) -> impl Iterator<Item = Days> {
        let days: &[[i32; 2]] = self.group(Section::MentionStart, Section::Mentions, block as usize);
        days.iter().map(|&[first, last]| Days { first: first.into(), last: last.into() })
    }

    /// The names in a block's text.
    pub fn names(&self, block: Local) -> impl Iterator<Item = Name> {
        let (terms, names): (&[u64], &[u32]) =
            (self.column(Section::Terms), self.group(Section::NameStart, Section::Names, block as usize));
        names.iter().map(|&name| Name { term: terms[(name >> 1) as usize], is_sure: name & 1 == 1 })
    }

    /// The name in a block's text that is found by a term, if there is one.
    pub fn named(&self, block: Local, term: u64) -> Option<Name> {
        let (terms, names): (&[u64], &[u32]) =
            (self.column(Section::Terms), self.group(Section::NameStart, Section::Names, block as usize));
        let at = names.binary_search_by_key(&term, |&name| terms[(name >> 1) as usize]).ok()?;
        Some(Name { term, is_sure: names[at] & 1 == 1 })
    }

    /// The blocks whose text speaks of such days, ascending.
    pub fn speaking_of(&self, is_such: impl Fn(Days) -> bool) -> impl Iterator<Item = Local> {
        let (starts, days): (&[u32], &[[i32; 2]]) =
            (self.column(Section::MentionStart), self.column(Section::Mentions));
        let is_one = move |&[first, last]: &[i32; 2]| is_such(Days { first: first.into(), last: last.into() });
        let blocks = starts.windows(2).zip(0..);
        blocks
            .filter(move |(ends, _)| days[ends[0] as usize..ends[1] as usize].iter().any(&is_one))
            .map(|(_, block)| block)
    }

    /// The table tokens of a passage, ascending.
    #[inline]
    pub fn tokens(&self, passage: u32) -> &[u16] {
        self.group(Section::TokenStart, Section::Tokens, passage as usize)
    }

    /// Where a term occurs.
    pub fn postings(&self, term: u64) -> Postings<'_> {
        self.places.find(self.column(Section::Terms), term).map(|at| self.postings_at(at)).unwrap_or_default()
    }

    /// Asks for what it takes to find a term: at first, and once that has come.
    pub fn fetch_term(&self, term: u64, is_first: bool) {
        if is_first { self.places.fetch(term) } else { self.places.fetch_hashes(self.column(Section::Terms), term) }
    }

    /// The number of a term, if there is one; where its postings begin is asked for.
    pub fn find_term(&self, term: u64) -> Option<usize> {
        let at = self.places.find(self.column(Section::Terms), term)?;
        prefetch(&self.column::<u32>(Section::TermStart)[at]);
        Some(at)
    }

    /// Where the term of this number occurs.
    pub fn postings_at(&self, at: usize) -> Postings<'_> {
        Postings::new(self.group(Section::TermStart, Section::Postings, at))
    }

    /// The blocks of which a fact holds, ascending.
    pub fn fact(&self, fact: u64) -> &[Local] {
        self.keyed(Section::Facts, Section::FactStart, Section::FactBlocks, fact)
    }

    /// The blocks that have a number in a field, and the numbers.
    pub fn numbers(&self, field: u64) -> (&[Local], &[f64]) {
        let blocks = self.keyed(Section::NumberFields, Section::NumberStart, Section::NumberBlocks, field);
        (blocks, self.keyed(Section::NumberFields, Section::NumberStart, Section::NumberValues, field))
    }

    /// The distinct sources; the first is "", for blocks that have none.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        let count = self.column::<u32>(Section::SourceEnds).len();
        (0..count).map(|i| self.name(Section::SourceText, Section::SourceEnds, i).unwrap_or_default())
    }

    /// The source of this number.
    pub fn source(&self, number: u32) -> &str {
        self.name(Section::SourceText, Section::SourceEnds, number as usize).unwrap_or_default()
    }

    /// The number of exactly this source.
    pub fn find_source(&self, name: &str) -> Option<u32> {
        let count = self.column::<u32>(Section::SourceEnds).len() as u32;
        let at = first_from(count, |at| self.source(at) < name);
        (at < count && self.source(at) == name).then_some(at)
    }

    /// The namespace of this number.
    pub fn namespace(&self, number: u32) -> &str {
        self.name(Section::NamespaceText, Section::NamespaceEnds, number as usize).unwrap_or_default()
    }

    /// The number of exactly this namespace.
    pub fn find_namespace(&self, name: &str) -> Option<u32> {
        let at = self.first_namespace_from(name);
        (at < self.namespaces() && self.namespace(at) == name).then_some(at)
    }

    /// The numbers of a namespace and of all below it.
    pub fn namespaces_under(&self, prefix: &str) -> [Range<u32>; 2] {
        if prefix.is_empty() {
            return [0..self.namespaces(), 0..0];
        }
        let exact = self.find_namespace(prefix).map_or(0..0, |at| at..at + 1);
        // '0' follows '/': every name between the two starts with the prefix and a slash.
        [exact, self.first_namespace_from(&format!("{prefix}/"))..self.first_namespace_from(&format!("{prefix}0"))]
    }

    /// The blocks of a namespace, by (at, id).
    pub fn conversation(&self, namespace: u32) -> &[Local] {
        self.group(Section::NamespaceStart, Section::Order, namespace as usize)
    }

    /// How many namespaces there are.
    pub fn namespaces(&self) -> u32 {
        self.column::<u32>(Section::NamespaceEnds).len() as u32
    }

    fn first_namespace_from(&self, name: &str) -> u32 {
        first_from(self.namespaces(), |at| self.namespace(at) < name)
    }

    fn name(&self, text: Section, ends: Section, at: usize) -> Option<&str> {
        let (text, ends): (&[u8], &[u32]) = (self.column(text), self.column(ends));
        let start = if at == 0 { 0 } else { ends[at - 1] as usize };
        std::str::from_utf8(text.get(start..ends[at] as usize)?).ok()
    }

    #[inline]
    fn group<T: bytemuck::Pod>(&self, starts: Section, values: Section, at: usize) -> &[T] {
        let starts: &[u32] = self.column(starts);
        &self.column(values)[starts[at] as usize..starts[at + 1] as usize]
    }

    fn keyed<T: bytemuck::Pod>(&self, keys: Section, starts: Section, values: Section, key: u64) -> &[T] {
        match self.column::<u64>(keys).binary_search(&key) {
            Ok(at) => self.group(starts, values, at),
            Err(_) => &[],
        }
    }
}

/// The first of `count` numbers that is not `before`, by bisection.
fn first_from(count: u32, before: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Lays out a segment's file: header, directory, parts.
struct Writer {
    bytes: Aligned,
    written: usize,
}

impl Writer {
    fn new(dimension: usize) -> Self {
        let mut bytes = Aligned::default();
        bytes.extend(MAGIC);
        bytes.extend(&FORMAT.to_le_bytes());
        bytes.extend(&(dimension as u32).to_le_bytes());
        bytes.extend(&vec![0; HEADER_BYTES + SECTIONS * 16 - 16]);
        Self { bytes, written: 0 }
    }

    fn section<T: bytemuck::NoUninit>(&mut self, section: Section, values: &[T]) {
        assert_eq!(section as usize, self.written, "parts are written in order");
        self.bytes.pad(64);
        let (start, raw) = (self.bytes.len() as u64, bytemuck::cast_slice::<T, u8>(values));
        self.bytes.extend(raw);
        let entry = HEADER_BYTES + 16 * self.written;
        self.bytes.bytes_mut()[entry..entry + 8].copy_from_slice(&start.to_le_bytes());
        self.bytes.bytes_mut()[entry + 8..entry + 16].copy_from_slice(&(raw.len() as u64).to_le_bytes());
        self.written += 1;
    }

    fn finish(mut self) -> Bytes {
        assert_eq!(self.written, SECTIONS);
        let checksum = crc32fast::hash(&self.bytes[20..]);
        self.bytes.bytes_mut()[16..20].copy_from_slice(&checksum.to_le_bytes());
        Bytes::Held(self.bytes)
    }
}
