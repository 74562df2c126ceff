//! Which blocks count: those of the namespace that can be seen now. Statistics are over these, hits are of these.

use crate::bitmap::Bitmap;
use crate::id::Local;
use crate::index::State;
use crate::index::state::{Part, Place};
use crate::query::Query;

/// The blocks of one part that are in scope.
pub struct PartScope {
    /// In the namespace, and visible.
    pub blocks: Bitmap,
    /// Those of them that the filter lets through; the same if there is none.
    pub wanted: Option<Bitmap>,
    /// Whether all blocks of the part are in scope.
    pub is_all: bool,
    /// Those in scope, ascending, where they are few beside the others: to go through these costs less than to go through the set.
    pub few: Option<Vec<Local>>,
}

/// Blocks of a part for each in scope, from which those in scope are few.
const FEW_SHARE: u32 = 64;

impl PartScope {
    /// Whether a block may be a hit.
    pub fn wants(&self, block: u32) -> bool {
        self.wanted.as_ref().unwrap_or(&self.blocks).contains(block)
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
            let mut blocks = part.visible(query);
            if !query.namespace.is_empty() {
                blocks.and(&inside(part, &query.namespace));
            }
            let wanted = query.filter.as_ref().map(|filter| {
                let mut wanted = filter.evaluate(&part.segment);
                wanted.and(&blocks);
                wanted
            });
            let count = blocks.count();
            let (passages, words) = measure(part, &blocks, count);
            scope.blocks += u64::from(count);
            scope.wanted += u64::from(wanted.as_ref().map_or(count, Bitmap::count));
            scope.passages += passages;
            scope.words += words;
            let is_few = count < part.segment.blocks() / FEW_SHARE;
            let few = is_few.then(|| blocks.iter().collect());
            scope.parts.push(PartScope { is_all: count == part.segment.blocks(), blocks, wanted, few });
        }
        scope
    }

    /// Whether a block is in scope.
    pub fn contains(&self, place: Place) -> bool {
        self.parts[place.part as usize].blocks.contains(place.block)
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
            .flat_map(|(part, number)| part.blocks.iter().map(move |block| Place { part: number, block }))
    }
}

/// The blocks of a namespace and of all below it.
fn inside(part: &Part, namespace: &str) -> Bitmap {
    let mut set = Bitmap::new(part.segment.blocks());
    let numbers = part.segment.namespaces_under(namespace).into_iter().flatten();
    numbers.flat_map(|number| part.segment.conversation(number)).for_each(|&block| set.insert(block));
    set
}

/// Passages and words of the blocks in scope; of all but a few, by subtraction.
fn measure(part: &Part, blocks: &Bitmap, count: u32) -> (u64, u64) {
    let segment = &part.segment;
    let of = |block: u32| {
        let passages = segment.passages_of(block);
        let words = &segment.lengths()[passages.start as usize..passages.end as usize];
        (words.len() as u64, words.iter().map(|&words| u64::from(words)).sum::<u64>())
    };
    let sum = |set: &Bitmap| set.iter().map(of).fold((0, 0), |total, one| (total.0 + one.0, total.1 + one.1));
    if count <= segment.blocks() / 2 {
        return sum(blocks);
    }
    let mut outside = blocks.clone();
    outside.not();
    let (passages, words) = sum(&outside);
    (u64::from(segment.passages()) - passages, part.words() - words)
}
