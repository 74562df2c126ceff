//! The turns of a conversation around a block, from whatever parts they are in.

use super::view::Ground;
use crate::id::{BlockId, Local, TimeUs};
use crate::index::state::Place;

/// A turn, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// When it was said.
    pub at: TimeUs,
    id: BlockId,
    /// The block.
    pub place: Place,
}

/// Looks turns up; remembers in which namespace it looked last, since the next is often in the same.
pub struct Turns<'a> {
    ground: &'a Ground<'a>,
    namespace: Option<(u32, u32)>,
    /// By part: the number there of that namespace.
    numbers: Vec<Option<u32>>,
    found: Vec<Turn>,
}

impl<'a> Turns<'a> {
    /// For one search.
    pub fn new(ground: &'a Ground<'a>) -> Self {
        Self { ground, namespace: None, numbers: Vec::new(), found: Vec::new() }
    }

    /// Asks for what it takes to find the turns around some blocks, all of which lie anywhere.
    pub fn fetch(ground: &Ground<'_>, places: &[Place], radius: usize) {
        let parts = &ground.state.parts;
        for place in places {
            let view = ground.view(*place);
            view.fetch_turns(place.block, radius);
            parts[place.part as usize].fetch_name(view.namespace_of(place.block));
        }
        for is_first in [true, false] {
            for place in places {
                let (own, namespace) = (&parts[place.part as usize], ground.view(*place).namespace_of(place.block));
                let others = parts.iter().zip(0_u32..).filter(|(_, number)| *number != place.part);
                others.for_each(|(other, _)| other.fetch_namespace((own, namespace), is_first));
            }
        }
        places.iter().for_each(|place| ground.view(*place).fetch_conversation(place.block));
    }

    /// The messages in scope within `radius` turns of a block in its namespace, itself included if it is one, in order.
    pub fn around(&mut self, place: Place, radius: usize) -> &[Turn] {
        let ground = self.ground;
        self.enter(place);
        self.found.clear();
        let here = ground.view(place).order_of(place.block);
        let mut before = 0;
        for ((part, view), number) in (0_u32..).zip(&ground.views).zip(&self.numbers) {
            let Some(namespace) = *number else { continue };
            let strip = view.conversation(namespace);
            let middle = match strip.binary_search(&place.block) {
                // Blocks mostly lie in the order in which they were said; and each is there once.
                Ok(at) if part == place.part => at,
                _ => strip.partition_point(|&block| view.order_of(block) < here),
            };
            let first = self.found.len();
            take(ground, part, strip[..middle].iter().rev(), radius, &mut self.found);
            self.found[first..].reverse();
            before = self.found.len();
            take(ground, part, strip[middle..].iter(), radius + 1, &mut self.found);
        }
        let is_in_one_part = self.numbers.iter().flatten().count() == 1;
        let middle = if is_in_one_part {
            before
        } else {
            self.found.sort_unstable();
            self.found.partition_point(|turn| (turn.at, turn.id) < here)
        };
        &self.found[middle.saturating_sub(radius)..(middle + radius + 1).min(self.found.len())]
    }

    fn enter(&mut self, place: Place) {
        let (ground, namespace) = (self.ground, self.ground.view(place).namespace_of(place.block));
        if self.namespace != Some((place.part, namespace)) {
            self.namespace = Some((place.part, namespace));
            let parts = &ground.state.parts;
            let number = |part: u32| match part {
                _ if part == place.part => Some(namespace),
                _ if ground.scope.parts[part as usize].count == 0 => None,
                _ => parts[part as usize].find_namespace((&parts[place.part as usize], namespace)),
            };
            self.numbers.clear();
            self.numbers.extend((0..ground.views.len() as u32).map(number));
        }
    }
}

/// Takes up to so many of the blocks of a part that are messages in scope.
fn take<'b>(
    ground: &Ground<'_>,
    part: u32,
    blocks: impl Iterator<Item = &'b Local>,
    most: usize,
    found: &mut Vec<Turn>,
) {
    let (view, inside) = (&ground.views[part as usize], &ground.scope.parts[part as usize]);
    let last = found.len() + most;
    for &block in blocks {
        if found.len() == last {
            return;
        }
        if view.is_message(block) && inside.contains(block) {
            let (at, id) = view.order_of(block);
            found.push(Turn { at, id, place: Place { part, block } });
        }
    }
}
