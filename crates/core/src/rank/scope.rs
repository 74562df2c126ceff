//! Which blocks count: those of the namespace that can be seen now. Statistics are over these, hits are of these.

use crate::bitmap::Bitmap;
use crate::id::Local;
use crate::index::State;
use crate::index::state::{Part, Place};
use crate::query::Query;
use std::sync::Arc;

/// The blocks of one part that are in scope.
pub struct PartScope {
    /// In the namespace, and visible.
    pub blocks: Arc<Bitmap>,
    /// How many.
    pub count: u32,
    /// Those of them that the filter lets through; the same if there is none.
    wanted: Option<Bitmap>,
    /// How many of them may be hits.
    pub wanted_count: u32,
    /// Whether all blocks of the part are in scope.
    pub is_all: bool,
    /// Those in scope, ascending, where they are few beside the others: to go through these costs less than to go through the set.
    pub few: Option<Vec<Local>>,
}

/// Blocks of a part for each in scope, from which those in scope are few.
const FEW_SHARE: u32 = 64;

impl PartScope {
    fn new(part: &Part, query: &Query) -> Self {
        let is_everywhere = query.namespace.is_empty();
        let (blocks, few) = if is_everywhere { (part.visible(query), None) } else { inside(part, query) };
        let count = match &few {
            Some(few) => few.len() as u32,
            None if is_everywhere && part.shows_all(query) => part.segment.blocks(),
            None => blocks.count(),
        };
        let wanted = query.filter.as_ref().filter(|_| count > 0).map(|filter| {
            let mut wanted = filter.evaluate(&part.segment);
            wanted.and(&blocks);
            wanted
        });
        let wanted_count = wanted.as_ref().map_or(count, Bitmap::count);
        let is_few = count < part.segment.blocks() / FEW_SHARE;
        let few = is_few.then(|| few.unwrap_or_else(|| blocks.iter().collect()));
        Self { is_all: count == part.segment.blocks(), blocks, count, wanted, wanted_count, few }
    }

    /// Those that may be hits.
    pub fn wanted(&self) -> &Bitmap {
        self.wanted.as_ref().unwrap_or(&self.blocks)
    }

    /// Whether every block of the part may be a hit.
    pub fn wants_all(&self) -> bool {
        self.is_all && self.wanted.is_none()
    }

    /// Whether a block is in scope.
    pub fn contains(&self, block: Local) -> bool {
        self.is_all || self.blocks.contains(block)
    }

    /// Whether a block may be a hit.
    pub fn wants(&self, block: u32) -> bool {
        self.wants_all() || self.wanted().contains(block)
    }

    /// Those that may be hits, ascending.
    pub fn wanted_blocks(&self) -> Box<dyn Iterator<Item = Local> + '_> {
        match (&self.few, &self.wanted) {
            (Some(few), None) => Box::new(few.iter().copied()),
            (Some(few), Some(wanted)) => Box::new(few.iter().copied().filter(|&block| wanted.contains(block))),
            _ => Box::new(self.wanted().iter()),
        }
    }

    /// The blocks, ascending.
    fn iter(&self) -> Box<dyn Iterator<Item = Local> + '_> {
        match &self.few {
            Some(few) => Box::new(few.iter().copied()),
            None => Box::new(self.blocks.iter()),
        }
    }

    /// Whether one of the blocks is such.
    pub fn any(&self, mut is_such: impl FnMut(Local) -> bool) -> bool {
        match &self.few {
            Some(few) => few.iter().any(|&block| is_such(block)),
            None => self.blocks.iter().any(is_such),
        }
    }
}

/// See the module.
pub struct Scope {
    /// By part.
    pub parts: Vec<PartScope>,
    /// Blocks in all.
    pub blocks: u64,
    /// Blocks that may be hits.
    pub wanted: u64,
    /// Passages in all.
    pub passages: u64,
    /// Content words in all.
    pub words: u64,
}

impl Scope {
    /// The scope of a query.
    pub fn new(state: &State, query: &Query) -> Self {
        let mut scope =
            Self { parts: Vec::with_capacity(state.parts.len()), blocks: 0, wanted: 0, passages: 0, words: 0 };
        for part in &state.parts {
            let inside = PartScope::new(part, query);
            let (passages, words) = measure(part, &inside);
            scope.blocks += u64::from(inside.count);
            scope.wanted += u64::from(inside.wanted_count);
            scope.passages += passages;
            scope.words += words;
            scope.parts.push(inside);
        }
        scope
    }

    /// Lets only some of the blocks be hits, by part; what is in scope stays as it is.
    pub fn narrow(&mut self, to: Vec<Bitmap>) {
        for (part, mut wanted) in self.parts.iter_mut().zip(to).filter(|(part, _)| part.count > 0) {
            wanted.and(part.wanted());
            part.wanted_count = wanted.count();
            part.wanted = Some(wanted);
        }
        self.wanted = self.parts.iter().map(|part| u64::from(part.wanted_count)).sum();
    }

    /// Whether a block is in scope.
    pub fn contains(&self, place: Place) -> bool {
        self.parts[place.part as usize].contains(place.block)
    }

    /// Whether a block may be a hit.
    pub fn wants(&self, place: Place) -> bool {
        self.parts[place.part as usize].wants(place.block)
    }

    /// Every block in scope.
    pub fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.parts
            .iter()
            .zip(0..)
            .flat_map(|(part, number)| part.iter().map(move |block| Place { part: number, block }))
    }
}

/// The visible blocks of a namespace and of all below it; ascending too, if they are few.
fn inside(part: &Part, query: &Query) -> (Arc<Bitmap>, Option<Vec<Local>>) {
    let segment = &part.segment;
    let numbers = segment.namespaces_under(&query.namespace);
    let strips = || numbers.iter().cloned().flatten().map(|number| segment.conversation(number));
    let count: usize = strips().map(<[Local]>::len).sum();
    if count == 0 {
        return (Arc::default(), Some(Vec::new()));
    }
    let mut set = Bitmap::new(segment.blocks());
    strips().flatten().for_each(|&block| set.insert(block));
    part.hide(&mut set, query);
    if count >= (segment.blocks() / FEW_SHARE) as usize {
        return (Arc::new(set), None);
    }
    let mut few: Vec<Local> = strips().flatten().copied().filter(|&block| set.contains(block)).collect();
    few.sort_unstable();
    (Arc::new(set), Some(few))
}

/// Passages and words of the blocks in scope; of all but a few, by subtraction.
fn measure(part: &Part, inside: &PartScope) -> (u64, u64) {
    let segment = &part.segment;
    let of = |block: u32| {
        let passages = segment.passages_of(block);
        let words = &segment.lengths()[passages.start as usize..passages.end as usize];
        (words.len() as u64, words.iter().map(|&words| u64::from(words)).sum::<u64>())
    };
    if inside.count == segment.blocks() {
        return (segment.passages().into(), part.words());
    }
    let total = |total: (u64, u64), one: (u64, u64)| (total.0 + one.0, total.1 + one.1);
    if inside.count <= segment.blocks() / 2 {
        return inside.iter().map(of).fold((0, 0), total);
    }
    let mut outside = Bitmap::clone(&inside.blocks);
    outside.not();
    let (passages, words) = outside.iter().map(of).fold((0, 0), total);
    (u64::from(segment.passages()) - passages, part.words() - words)
}
