//! The turns of a conversation around a block, from whatever parts they are in.

use super::view::Ground;
use crate::id::{BlockId, TimeUs};
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

    /// The messages in scope within `radius` turns of a block in its namespace, itself included if it is one, in order.
    pub fn around(&mut self, place: Place, radius: usize) -> &[Turn] {
        let ground = self.ground;
        self.enter(place);
        self.found.clear();
        let here = ground.view(place).order_of(place.block);
        for ((part, view), number) in (0_u32..).zip(&ground.views).zip(&self.numbers) {
            let Some(namespace) = *number else { continue };
            let strip = view.conversation(namespace);
            let middle = strip.partition_point(|&block| view.order_of(block) < here);
            let seen = |&block: &u32| {
                let (place, (at, id)) = (Place { part, block }, view.order_of(block));
                (view.is_message(block) && ground.scope.contains(place)).then_some(Turn { at, id, place })
            };
            let first = self.found.len();
            self.found.extend(strip[..middle].iter().rev().filter_map(seen).take(radius));
            self.found[first..].reverse();
            self.found.extend(strip[middle..].iter().filter_map(seen).take(radius + 1));
        }
        if self.numbers.iter().flatten().count() > 1 {
            self.found.sort_unstable();
        }
        let middle = self.found.partition_point(|turn| (turn.at, turn.id) < here);
        &self.found[middle.saturating_sub(radius)..(middle + radius + 1).min(self.found.len())]
    }

    fn enter(&mut self, place: Place) {
        let (ground, namespace) = (self.ground, self.ground.view(place).namespace_of(place.block));
        if self.namespace != Some((place.part, namespace)) {
            self.namespace = Some((place.part, namespace));
            let name = ground.view(place).segment.namespace(namespace);
            let number = |part: u32| match part {
                _ if part == place.part => Some(namespace),
                _ if ground.scope.parts[part as usize].count == 0 => None,
                _ => ground.state.parts[part as usize].find_namespace(name),
            };
            self.numbers.clear();
            self.numbers.extend((0..ground.views.len() as u32).map(number));
        }
    }
}
