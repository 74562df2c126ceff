//! The bytes of one file: what readers see, what the disk is sure to hold, and the changes that lie between.

use crate::random::Random;

/// The unit a disk writes whole: a write that the power cuts short ends at a multiple of this.
const SECTOR_BYTES: u64 = 512;

/// The unit a file system writes in; a cut that is no multiple of it leaves half a page.
const PAGE_BYTES: u64 = 4_096;

/// One change of a file that no sync has made durable yet.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Write { offset: u64, data: Vec<u8> },
    Resize { size: u64 },
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Write { offset, data } => {
                let (start, end) = (*offset as usize, *offset as usize + data.len());
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[start..end].copy_from_slice(data);
            }
            Change::Resize { size } => bytes.resize(*size as usize, 0),
        }
    }

    /// What is left of a write that was cut short, or None if nothing is.
    fn torn(&self, random: &mut Random) -> Option<Change> {
        let Change::Write { offset, data } = self else {
            return None;
        };
        let first = offset / SECTOR_BYTES + 1;
        let last = (offset + data.len() as u64 - 1) / SECTOR_BYTES;
        let within_page = |sector: &u64| !(sector * SECTOR_BYTES).is_multiple_of(PAGE_BYTES);
        let cuts: Vec<u64> = (first..=last).filter(within_page).collect();
        if cuts.is_empty() {
            return None;
        }
        let cut = cuts[random.below(cuts.len())] * SECTOR_BYTES;
        Some(Change::Write { offset: *offset, data: data[..(cut - offset) as usize].to_vec() })
    }
}

/// What a loss of power did to a file that had changes pending.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// None of them had reached the disk.
    Dropped,
    /// All of them had.
    Kept,
    /// The first ones had, one was cut short, and some of the later ones had overtaken it.
    Torn,
}

#[derive(Default)]
pub struct Contents {
    seen: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

impl Contents {
    pub fn from_disk(bytes: Vec<u8>) -> Self {
        Self { seen: bytes.clone(), durable: bytes, pending: Vec::new() }
    }

    pub fn size(&self) -> u64 {
        self.seen.len() as u64
    }

    pub fn durable(&self) -> &[u8] {
        &self.durable
    }

    pub fn pending_bytes(&self) -> u64 {
        self.pending
            .iter()
            .map(|change| if let Change::Write { data, .. } = change { data.len() as u64 } else { 0 })
            .sum()
    }

    /// Up to `size` bytes from `offset`; fewer at the end of the file.
    pub fn read(&self, offset: u64, size: u32) -> &[u8] {
        let start = self.size().min(offset) as usize;
        let end = self.size().min(offset.saturating_add(u64::from(size))) as usize;
        &self.seen[start..end]
    }

    pub fn write(&mut self, offset: u64, data: &[u8]) {
        if !data.is_empty() {
            self.change(Change::Write { offset, data: data.to_vec() });
        }
    }

    pub fn resize(&mut self, size: u64) {
        self.change(Change::Resize { size });
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.seen);
        self.pending.push(change);
    }

    /// Makes every pending change durable, and returns them in order.
    pub fn sync(&mut self) -> Vec<Change> {
        for change in &self.pending {
            change.apply(&mut self.durable);
        }
        std::mem::take(&mut self.pending)
    }

    /// A sync that failed: as on Linux, readers go on seeing the data, and no later sync will write it.
    pub fn fail_sync(&mut self) {
        self.pending.clear();
    }

    /// Loses power. Without a generator every pending change is lost; with one it may fare otherwise.
    /// None if nothing was pending. Afterwards readers see what is durable.
    pub fn crash(&mut self, random: Option<&mut Random>) -> Option<Fate> {
        let pending = std::mem::take(&mut self.pending);
        let fate = (!pending.is_empty()).then(|| self.meet_fate(&pending, random));
        self.seen = self.durable.clone();
        fate
    }

    fn meet_fate(&mut self, pending: &[Change], random: Option<&mut Random>) -> Fate {
        let Some(random) = random else {
            return Fate::Dropped;
        };
        match random.below(3) {
            0 => Fate::Dropped,
            1 => {
                pending.iter().for_each(|change| change.apply(&mut self.durable));
                Fate::Kept
            }
            _ => {
                self.tear(pending, random);
                Fate::Torn
            }
        }
    }

    fn tear(&mut self, pending: &[Change], random: &mut Random) {
        let (whole, rest) = pending.split_at(random.below(pending.len()));
        whole.iter().for_each(|change| change.apply(&mut self.durable));
        if let Some(stump) = rest[0].torn(random) {
            stump.apply(&mut self.durable);
        }
        for change in &rest[1..] {
            if random.below(2) == 0 {
                change.apply(&mut self.durable);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Contents, Fate};
    use crate::random::Random;

    fn written(data: &[u8]) -> Contents {
        let mut contents = Contents::default();
        contents.write(0, data);
        contents
    }

    /// The first seed whose crash ends in `fate`, with what it left.
    fn crash_into(fate: Fate, make: impl Fn() -> Contents) -> Contents {
        (0..1_000)
            .find_map(|seed| {
                let mut contents = make();
                (contents.crash(Some(&mut Random::new(seed))) == Some(fate)).then_some(contents)
            })
            .expect("no seed leads there")
    }

    #[test]
    fn readers_see_what_was_written_before_any_sync() {
        let contents = written(b"abc");
        assert_eq!(contents.read(1, 10), b"bc");
        assert_eq!(contents.read(9, 10), b"");
        assert_eq!(contents.durable(), b"");
    }

    #[test]
    fn a_crash_loses_what_was_not_synced_and_only_that() {
        let mut contents = written(b"abc");
        contents.sync();
        contents.write(1, b"XYZ");
        assert_eq!(contents.read(0, 10), b"aXYZ");
        assert_eq!(contents.crash(None), Some(Fate::Dropped));
        assert_eq!(contents.read(0, 10), b"abc");
    }

    #[test]
    fn a_crash_with_nothing_pending_changes_nothing() {
        let mut contents = written(b"abc");
        contents.sync();
        for seed in 0..50 {
            assert_eq!(contents.crash(Some(&mut Random::new(seed))), None);
        }
        assert_eq!(contents.read(0, 10), b"abc");
    }

    #[test]
    fn a_resize_is_pending_like_a_write() {
        let mut contents = written(b"abcdef");
        contents.sync();
        contents.resize(2);
        contents.resize(4);
        assert_eq!(contents.read(0, 10), b"ab\0\0");
        assert_eq!(contents.durable(), b"abcdef");
        assert_eq!(contents.sync(), [Change::Resize { size: 2 }, Change::Resize { size: 4 }]);
        assert_eq!(contents.durable(), b"ab\0\0");
    }

    #[test]
    fn a_write_past_the_end_leaves_zeros_between() {
        let mut contents = written(b"a");
        contents.write(3, b"b");
        contents.sync();
        assert_eq!(contents.durable(), b"a\0\0b");
    }

    #[test]
    fn what_a_failed_sync_dropped_is_seen_but_never_becomes_durable() {
        let mut contents = written(b"abc");
        contents.fail_sync();
        assert_eq!(contents.read(0, 10), b"abc");
        contents.write(3, b"d");
        contents.sync();
        assert_eq!(contents.durable(), b"\0\0\0d");
    }

    #[test]
    fn all_pending_changes_may_have_reached_the_disk() {
        let contents = crash_into(Fate::Kept, || written(b"abc"));
        assert_eq!(contents.read(0, 10), b"abc");
    }

    #[test]
    fn a_torn_write_ends_at_a_sector_inside_a_page() {
        let contents = crash_into(Fate::Torn, || written(&[7; 10_000]));
        let size = contents.size();
        assert!(0 < size && size < 10_000);
        assert_eq!(size % 512, 0);
        assert_ne!(size % 4_096, 0);
        assert!(contents.read(0, 10_000).iter().all(|&byte| byte == 7));
    }

    #[test]
    fn a_write_within_one_sector_is_never_torn() {
        let contents = crash_into(Fate::Torn, || written(b"abc"));
        assert_eq!(contents.size(), 0);
    }

    #[test]
    fn later_writes_may_overtake_a_torn_one() {
        let overtaken = (0..1_000).any(|seed| {
            let mut contents = Contents::default();
            contents.write(0, &[1; 100]);
            contents.write(100, &[2; 100]);
            contents.crash(Some(&mut Random::new(seed)));
            contents.size() == 200 && contents.read(0, 1) == [0]
        });
        assert!(overtaken);
    }

    #[test]
    fn the_same_seed_tears_the_same_way() {
        let crash = || {
            let mut contents = written(&[7; 100_000]);
            contents.write(50_000, &[8; 100_000]);
            contents.crash(Some(&mut Random::new(11)));
            contents.durable().to_vec()
        };
        assert_eq!(crash(), crash());
    }
}
