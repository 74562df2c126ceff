//! Passages that lie one after another: what is known of them is read in a row.

use super::view::View;
use crate::id::Local;
use std::ops::Range;

/// The passages of some blocks, ascending, in as few runs as there are.
pub fn runs(view: &View<'_>, blocks: impl Iterator<Item = Local>) -> Vec<Range<u32>> {
    let mut runs: Vec<Range<u32>> = Vec::new();
    for passages in blocks.map(|block| view.passages_of(block)) {
        match runs.last_mut() {
            Some(run) if run.end == passages.start => run.end = passages.end,
            _ => runs.push(passages),
        }
    }
    runs
}
