//! What speaks for a block that was used, and for one that was said lately: what is not used fades, and each use makes it fade more
//! slowly, as people forget.

use super::view::{Ground, View};
use crate::filter::fact;
use crate::id::{Local, TimeUs};
use crate::index::state::Place;
use crate::query::Query;

/// Uses after which a block has half of what uses can give: a few are worth much, and no number of them drowns the rest.
const USES_HALF: f32 = 4.0;

const DAY_US: f32 = 86_400_000_000.0;

/// How a query weighs age and use.
pub struct Fading<'a> {
    moment: TimeUs,
    uses: f32,
    recency: f32,
    half_life_us: f32,
    /// By part: the blocks that were used, and how often.
    used: Vec<(&'a [Local], &'a [f64])>,
}

impl<'a> Fading<'a> {
    /// As the query's weights say, at the moment that it asks about.
    pub fn new(ground: &Ground<'a>, query: &Query) -> Self {
        let (weights, field) = (&query.weights, fact::field("uses"));
        Self {
            moment: query.asking(),
            uses: weights.uses,
            recency: weights.recency,
            half_life_us: weights.half_life * DAY_US,
            used: ground.views.iter().map(|view| view.segment.numbers(field)).collect(),
        }
    }

    /// Calls `add` with each weight that counts here: its name, itself, and what it weighs.
    #[inline]
    pub fn each(&self, view: &View<'_>, place: Place, mut add: impl FnMut(&'static str, f32, f32)) {
        if self.uses == 0.0 && self.recency == 0.0 {
            return;
        }
        let uses = self.uses_of(place);
        add("uses", self.uses, uses / (uses + USES_HALF));
        if self.recency != 0.0 {
            let age_us = self.moment.saturating_sub(view.order_of(place.block).0).max(0) as f32;
            add("recency", self.recency, (-age_us / (self.half_life_us * (1.0 + uses))).exp2());
        }
    }

    fn uses_of(&self, place: Place) -> f32 {
        let (blocks, values) = self.used[place.part as usize];
        blocks.binary_search(&place.block).map_or(0.0, |at| (values[at] as f32).clamp(0.0, f32::MAX))
    }
}
