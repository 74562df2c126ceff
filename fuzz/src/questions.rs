//! Targets that ask: filters and searches.

use crate::fixture::{self, NOW_US, TABLE};
use greeum_core::bitmap::Bitmap;
use greeum_core::filter::Filter;
use greeum_core::segment::{Columns, Segment};
use greeum_core::{BlockId, Index, Query, Zone};
use std::sync::LazyLock;

static SEGMENT: LazyLock<Segment> = LazyLock::new(|| {
    let columns =
        Columns::of(&fixture::entries(&TABLE), TABLE.dimension(), &TABLE, &Zone::default()).expect("sound entries");
    columns.freeze(false).expect("a sound segment")
});

static INDEX: LazyLock<Index> = LazyLock::new(|| fixture::index(None));

/// The text of a `where`: refused, or a set of blocks whose complement is what `not` gives.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(filter) = Filter::parse(text, &Zone::default()) else { return };
    let found = filter.evaluate(&SEGMENT);
    let mut rest = Filter::Not(Box::new(filter)).evaluate(&SEGMENT);
    rest.not();
    let listed = |set: &Bitmap| set.iter().collect::<Vec<_>>();
    assert_eq!(listed(&found), listed(&rest));
    assert!(found.iter().all(|block| block < SEGMENT.blocks()));
}

/// Four bytes of how, then what is asked: hits in order, each once, and the first ten of fifty are the first ten of ten.
pub fn search(data: &[u8]) {
    let Some(([how, near, k, weight], text)) = data.split_first_chunk() else { return };
    let mut query = Query {
        text: String::from_utf8_lossy(text).into_owned(),
        k: usize::from(*k),
        namespace: ["", "a", "a/b", "nowhere"][usize::from(how >> 6)].to_owned(),
        near: (0..near % 3)
            .map(|more| {
                (1 + BlockId::from((near >> 4) + more) % fixture::TEXTS.len() as BlockId, u32::from(near >> 1 & 7))
            })
            .collect(),
        history: how & 1 != 0,
        exact: how & 2 != 0,
        as_of: (how & 4 != 0).then(|| fixture::EPOCH_US + i64::from(*weight) * 3_600_000_000),
        now: NOW_US,
        ..Query::default()
    };
    query.weights.recency = f32::from(*weight) / 64.0;
    let hits = INDEX.search(&query).expect("nothing to refuse");
    assert!(hits.len() <= query.k && hits.is_sorted_by(|a, b| a.score >= b.score));
    assert!(hits.iter().all(|hit| hit.score.is_finite() && hit.parts.iter().all(|part| part.is_finite())));
    let mut blocks: Vec<BlockId> = hits.iter().map(|hit| hit.block).collect();
    blocks.sort_unstable();
    blocks.dedup();
    assert_eq!(blocks.len(), hits.len(), "each block once");
    query.k += 5;
    let more = INDEX.search(&query).expect("nothing to refuse");
    assert_eq!(hits[..], more[..hits.len()], "a score does not depend on how many are asked for");
}
