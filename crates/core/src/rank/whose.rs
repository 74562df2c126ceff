//! Whose blocks a query asks for: who said them, and of which conversations they are.

use super::family::Families;
use super::named::Named;
use super::view::Ground;
use super::words::{QueryWords, Worth};
use crate::query::Weights;

/// See the module.
pub struct Whose<'a> {
    /// The sources that the query names.
    pub named: Named<'a>,
    /// The families that it may be about; none if they do not count.
    pub families: Families,
}

impl<'a> Whose<'a> {
    /// Finds out which sources and which families a query is about.
    pub fn new(ground: &'a Ground<'_>, question: &QueryWords, worth: &Worth<'_>, weights: &Weights) -> Self {
        let named = Named::new(ground.state, ground.scope, &question.tokens);
        let counts = weights.family != 0.0;
        let families = if counts { Families::new(ground, worth, question) } else { Families::default() };
        Self { named, families }
    }

    /// Whether it tells any blocks from others.
    pub fn has_say(&self, weights: &Weights) -> bool {
        let names_one = weights.source != 0.0 && self.named.one().is_some();
        names_one || self.families.is_any()
    }
}
