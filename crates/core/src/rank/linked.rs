//! Linked blocks: of two that somebody linked, what the content of the one says speaks for the other, though that may share no word with the query.
//!
//! Near an anchor the walk from there does this ([`super::nearby`]); here a search finds the links by what it finds.

use super::view::Ground;
use crate::index::state::Place;

/// Links of a block in scope that count: enough to tell one with a few from one with very many, which says little of each.
const LINKS_MAX: usize = 64;

/// Links of a block that are looked up to find these: many may lead out of the scope, and are not to stand in the way of one that does not.
const LOOKED_UP_MAX: usize = 1_024;

/// Of them, the strongest that speak for a block.
pub const SPEAKERS: usize = 4;

/// The best blocks by their own content, whose links bring in blocks that nothing else does.
pub const LEADING: usize = 4;

/// Of what the best of these has to say, the share from which on another brings in blocks: with less they would stand far below.
pub const BRINGING: f32 = 0.5;

/// Blocks that each of these brings in, the strongest linked.
pub const BROUGHT: usize = 8;

/// A link of a block: where it leads, and how far what is said there speaks for the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tie {
    /// The block at the other end.
    pub place: Place,
    /// From 0 to 1.
    pub speaks: f32,
}

/// What speaks most for a block of those that it is linked with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Said {
    /// What the content of the other says, by how strong the link is.
    pub measure: f32,
    /// The other.
    pub by: Place,
}

/// The links of a block to others in scope, the strongest first.
pub fn ties<'a>(ground: &'a Ground<'_>, place: Place) -> impl Iterator<Item = Tie> + 'a {
    let edges = ground.state.links.speaking(ground.id(place), LOOKED_UP_MAX);
    let in_scope = edges.into_iter().filter_map(|edge| {
        let place = ground.state.locate(edge.target).filter(|&place| ground.scope.contains(place))?;
        Some(Tie { place, speaks: edge.speaks.min(1.0) })
    });
    in_scope.take(LINKS_MAX)
}

/// The share of what a block says that each of those linked with it gets: what many are linked with is about none of them.
pub fn share(ground: &Ground<'_>, speaker: Place) -> f32 {
    1.0 / (ties(ground, speaker).count().max(1) as f32).sqrt()
}
