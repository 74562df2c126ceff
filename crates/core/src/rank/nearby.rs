//! From an anchor outwards: along links and along the conversation, as far as its hops reach.

use super::turns::Turns;
use super::view::Ground;
use crate::id::BlockId;
use crate::index::state::Place;
use crate::links::{Edge, walk};
use std::collections::HashMap;

/// How strongly a turn is tied to the ones next to it.
const TURN_WEIGHT: f32 = 0.9;

/// A link read against its direction, against the link itself.
const BACK_WEIGHT: f32 = 0.8;

/// How near each block in reach of `start` is, from 0 to 1; nothing is if `start` is out of scope (it has expired, say): then the search is
/// one of everything. None if there is no such block.
///
/// The walk passes through blocks that the filter leaves out, but not through any outside the scope.
pub fn reach(ground: &Ground<'_>, start: BlockId, hops: u32) -> Option<HashMap<Place, f32>> {
    let (state, scope) = (ground.state, ground.scope);
    let start_place = state.locate(start)?;
    if !scope.contains(start_place) {
        return Some(HashMap::new());
    }
    let inside = |id: BlockId| state.locate(id).filter(|&place| scope.contains(place));
    let mut turns = Turns::new(ground);
    let edges = |id: BlockId| {
        let mut edges: Vec<Edge> = state.links.leaving(id);
        edges.extend(
            state.links.arriving(id).into_iter().map(|edge| Edge { weight: edge.weight * BACK_WEIGHT, ..edge }),
        );
        edges.retain(|edge| inside(edge.target).is_some());
        if let Some(place) = inside(id) {
            edges.extend(
                beside(&mut turns, ground, place).into_iter().map(|target| Edge { target, weight: TURN_WEIGHT }),
            );
        }
        edges
    };
    let mut reach: HashMap<Place, f32> = walk(start, hops, edges)
        .into_iter()
        .filter_map(|found| Some((inside(found.block)?, found.proximity)))
        .collect();
    reach.entry(start_place).or_insert(1.0);
    Some(reach)
}

/// The turns just before and just after a block.
fn beside(turns: &mut Turns<'_>, ground: &Ground<'_>, place: Place) -> Vec<BlockId> {
    let around = turns.around(place, 1);
    let Some(middle) = around.iter().position(|turn| turn.place == place) else { return Vec::new() };
    let beside = [middle.checked_sub(1), Some(middle + 1)].into_iter().flatten();
    beside.filter_map(|at| around.get(at)).map(|turn| ground.id(turn.place)).collect()
}
