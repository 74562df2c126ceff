//! By when an answer is wanted. What has been found by then is ranked, and the rest is left out; the answer says what.

use crate::query::Stage;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// See the module. Without a time it costs a comparison to ask.
pub struct Deadline {
    at: Option<Instant>,
    /// By stage: whether something of it was left out.
    left_out: Cell<[bool; Stage::ALL.len()]>,
}

impl Deadline {
    /// So long after `began`; never if there is no budget.
    pub fn new(began: Option<Instant>, budget: Option<Duration>) -> Self {
        let at = began.zip(budget).and_then(|(began, budget)| began.checked_add(budget));
        Self { at, left_out: Cell::default() }
    }

    /// Whether there is one at all.
    pub fn is_set(&self) -> bool {
        self.at.is_some()
    }

    /// Whether it has passed, so that the rest of a stage is left out.
    #[inline]
    pub fn cuts(&self, stage: Stage) -> bool {
        self.at.is_some_and(|at| self.has_passed(at, stage))
    }

    fn has_passed(&self, at: Instant, stage: Stage) -> bool {
        let has_passed = Instant::now() >= at;
        if has_passed {
            self.leave_out(stage);
        }
        has_passed
    }

    fn leave_out(&self, stage: Stage) {
        let mut left_out = self.left_out.get();
        left_out[stage as usize] = true;
        self.left_out.set(left_out);
    }

    /// The stages of which something was left out, in their order.
    pub fn left_out(&self) -> Vec<Stage> {
        let left_out = self.left_out.get();
        Stage::ALL.into_iter().filter(|&stage| left_out[stage as usize]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_after_the_deadline_is_left_out_and_nothing_without_one() {
        let never = Deadline::new(None, None);
        assert!(!never.cuts(Stage::Words) && never.left_out().is_empty());
        let far = Deadline::new(Some(Instant::now()), Some(Duration::from_secs(3_600)));
        assert!(!far.cuts(Stage::Words) && far.left_out().is_empty());
        let past = Deadline::new(Some(Instant::now()), Some(Duration::ZERO));
        assert!(past.cuts(Stage::Turns) && past.cuts(Stage::Words) && past.cuts(Stage::Words));
        assert_eq!(past.left_out(), [Stage::Words, Stage::Turns]);
    }
}
