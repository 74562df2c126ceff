//! A damaged token table is refused when it is opened: what reads it afterwards trusts that its parts point inside.

mod common;

use common::{Directory, table};
use greeum_core::{Error, Table};
use std::fs;
use std::path::Path;

/// Where fields stand in the header, which `scripts/distil_table.py` describes.
const DIMENSION: usize = 12;
const SCALES: usize = 20;
const WEIGHTS: usize = 24;
const OFFSETS: usize = 28;
const SORTED: usize = 36;

/// The shipped table, with some bytes in the place of those that are there.
fn opened(edits: &[(usize, [u8; 4])]) -> greeum_core::Result<Table> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python/greeum/data/static-256.table");
    let mut bytes = fs::read(shipped).unwrap();
    edits.iter().for_each(|&(at, value)| bytes[at..at + 4].copy_from_slice(&value));
    let directory = Directory::new();
    let path = directory.path().join("a.table");
    fs::write(&path, bytes).unwrap();
    Table::open(&path)
}

/// Where a part begins.
fn start(field: usize) -> usize {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python/greeum/data/static-256.table");
    let bytes = fs::read(shipped).unwrap();
    u32::from_le_bytes(bytes[field..field + 4].try_into().unwrap()) as usize
}

#[test]
fn what_points_outside_is_refused() {
    assert_eq!(opened(&[]).unwrap().fingerprint(), table().fingerprint());
    let hurt = [
        (DIMENSION, 0_u32.to_le_bytes()),
        (start(OFFSETS) + 400, u32::MAX.to_le_bytes()),
        (start(OFFSETS) + 400, [0; 4]),
        (start(OFFSETS) + 4 * table().size(), u32::MAX.to_le_bytes()),
        (start(SORTED) + 400, 70_000_u32.to_le_bytes()),
        (start(SCALES) + 400, f32::NAN.to_le_bytes()),
        (start(SCALES) + 400, (-0.1_f32).to_le_bytes()),
        (start(WEIGHTS) + 400, f32::INFINITY.to_le_bytes()),
    ];
    for edit in hurt {
        assert!(matches!(opened(&[edit]), Err(Error::Damaged(_))), "{edit:?}");
    }
}

#[test]
fn what_only_means_something_else_is_found_by_the_checksum() {
    let table = opened(&[(start(SCALES) + 400, 0.001_f32.to_le_bytes())]).unwrap();
    assert!(matches!(table.verify(), Err(Error::Damaged(_))));
}
