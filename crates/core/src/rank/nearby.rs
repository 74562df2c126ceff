//! From an anchor outwards: along links and along the conversation, as far as its hops reach.

use super::candidates::neighbours;
use super::scope::Scope;
use crate::id::BlockId;
use crate::index::State;
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
pub fn reach(state: &State, scope: &Scope, start: BlockId, hops: u32) -> Option<HashMap<Place, f32>> {
    let start_place = state.locate(start)?;
    if !scope.contains(start_place) {
        return Some(HashMap::new());
    }
    let inside = |id: BlockId| state.locate(id).filter(|&place| scope.contains(place));
    let edges = |id: BlockId| {
        let mut edges: Vec<Edge> = state.links.leaving(id);
        edges.extend(
            state.links.arriving(id).into_iter().map(|edge| Edge { weight: edge.weight * BACK_WEIGHT, ..edge }),
        );
        edges.retain(|edge| inside(edge.target).is_some());
        if let Some(place) = inside(id) {
            edges.extend(turns_beside(state, scope, place).map(|target| Edge { target, weight: TURN_WEIGHT }));
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

fn turns_beside(state: &State, scope: &Scope, place: Place) -> impl Iterator<Item = BlockId> {
    let around = neighbours(state, scope, place, 1);
    let middle = around.iter().position(|&other| other == place);
    let beside = middle.map(|middle| [middle.checked_sub(1), Some(middle + 1)]).into_iter().flatten().flatten();
    let beside: Vec<BlockId> = beside.filter_map(|at| around.get(at)).map(|&place| state.id(place)).collect();
    beside.into_iter()
}
