//! A state as one search reads it: the columns of each part, looked up once.

use super::scope::Scope;
use crate::id::{BlockId, Local, TimeUs};
use crate::index::State;
use crate::index::state::Place;
use crate::segment::{Section, Segment, flag};
use crate::vectors::distance::{LINE, prefetch};
use std::cell::OnceCell;
use std::ops::Range;

/// The columns of one part that ranking reads.
pub struct View<'a> {
    /// The part's segment.
    pub segment: &'a Segment,
    ids: &'a [BlockId],
    at: &'a [TimeUs],
    flags: &'a [u8],
    importance: &'a [f32],
    source: &'a [u32],
    namespace: &'a [u32],
    passage_start: &'a [u32],
    /// Content words of each passage.
    pub lengths: &'a [u16],
    /// The block of each passage.
    pub owner: &'a [Local],
    /// The scale of each passage's vector.
    pub scales: &'a [f32],
    /// The vectors, one after another.
    pub codes: &'a [i8],
    /// Components of each.
    pub dimension: usize,
    /// Their signs.
    pub signs: &'a [u64],
    token_start: &'a [u32],
    tokens: &'a [u16],
    order: &'a [Local],
    namespace_start: &'a [u32],
}

/// Asks for all lines of memory that some values lie in.
fn fetch_all<T>(values: &[T]) {
    values.iter().step_by(LINE / size_of::<T>()).chain(values.last()).for_each(prefetch);
}

impl<'a> View<'a> {
    fn new(segment: &'a Segment) -> Self {
        let (codes, scales): (&[i8], &[f32]) = (segment.column(Section::Codes), segment.column(Section::Scales));
        Self {
            segment,
            ids: segment.ids(),
            at: segment.at(),
            flags: segment.flags(),
            importance: segment.column(Section::Importance),
            source: segment.column(Section::Source),
            namespace: segment.column(Section::Namespace),
            passage_start: segment.column(Section::PassageStart),
            lengths: segment.lengths(),
            owner: segment.owner(),
            scales,
            codes,
            dimension: codes.len().checked_div(scales.len()).unwrap_or(0),
            signs: segment.column(Section::Signs),
            token_start: segment.column(Section::TokenStart),
            tokens: segment.column(Section::Tokens),
            order: segment.column(Section::Order),
            namespace_start: segment.column(Section::NamespaceStart),
        }
    }

    /// The passages of a block.
    #[inline]
    pub fn passages_of(&self, block: Local) -> Range<u32> {
        if self.has_one_passage_a_block() {
            return block..block + 1;
        }
        self.passage_start[block as usize]..self.passage_start[block as usize + 1]
    }

    /// Asks for what is known of a block beforehand: whose it is, and who said it.
    pub fn fetch_glance(&self, block: Local) {
        let at = block as usize;
        prefetch(&self.namespace[at]);
        prefetch(&self.flags[at]);
        prefetch(&self.source[at]);
    }

    /// Asks for where the tokens of a block are, if it has one passage.
    pub fn fetch_tokens(&self, block: Local) {
        match self.has_one_passage_a_block() {
            true => prefetch(&self.token_start[block as usize]),
            false => prefetch(&self.passage_start[block as usize]),
        }
    }

    /// Asks for what is read of the turns around a block, so many before and after it, if they lie as they were said, as they mostly do.
    pub fn fetch_turns(&self, block: Local, radius: usize) {
        let (first, last) = (block as usize - radius.min(block as usize), block as usize + radius);
        let turns = first..(last + 1).min(self.ids.len());
        fetch_all(&self.ids[turns.clone()]);
        fetch_all(&self.at[turns.clone()]);
        fetch_all(&self.flags[turns.clone()]);
        fetch_all(&self.source[turns.clone()]);
        fetch_all(&self.importance[turns]);
        prefetch(&self.namespace_start[self.namespace[block as usize] as usize]);
    }

    /// Asks for the conversation of a block.
    pub fn fetch_conversation(&self, block: Local) {
        fetch_all(self.conversation(self.namespace[block as usize]).get(..TURNS_FETCHED).unwrap_or_default());
    }

    /// Whether every block has one passage, which then has its number.
    #[inline]
    pub fn has_one_passage_a_block(&self) -> bool {
        self.owner.len() == self.ids.len()
    }

    /// The block of a passage.
    #[inline]
    pub fn block_of(&self, passage: u32) -> Local {
        if self.has_one_passage_a_block() { passage } else { self.owner[passage as usize] }
    }

    /// The table tokens of a passage.
    #[inline]
    pub fn tokens_of(&self, passage: u32) -> &'a [u16] {
        &self.tokens[self.token_start[passage as usize] as usize..self.token_start[passage as usize + 1] as usize]
    }

    /// The vector of a passage.
    #[inline]
    pub fn code(&self, passage: usize) -> &'a [i8] {
        &self.codes[passage * self.dimension..][..self.dimension]
    }

    /// Where a block stands in its conversation.
    #[inline]
    pub fn order_of(&self, block: Local) -> (TimeUs, BlockId) {
        (self.at[block as usize], self.ids[block as usize])
    }

    /// The number of a block's namespace.
    pub fn namespace_of(&self, block: Local) -> u32 {
        self.namespace[block as usize]
    }

    /// The blocks of a namespace, in the order in which they were said.
    pub fn conversation(&self, namespace: u32) -> &'a [Local] {
        let start = self.namespace_start[namespace as usize] as usize;
        &self.order[start..self.namespace_start[namespace as usize + 1] as usize]
    }

    /// What a block is: see `segment::flag`.
    #[inline]
    pub fn flags_of(&self, block: Local) -> u8 {
        self.flags[block as usize]
    }

    /// How important a block is.
    #[inline]
    pub fn importance_of(&self, block: Local) -> f32 {
        self.importance[block as usize]
    }

    /// The number of who said a block.
    #[inline]
    pub fn source_of(&self, block: Local) -> u32 {
        self.source[block as usize]
    }

    /// Whether a block is a turn of a conversation.
    #[inline]
    pub fn is_message(&self, block: Local) -> bool {
        self.flags[block as usize] & flag::MESSAGE != 0
    }
}

/// What a search looks at.
pub struct Ground<'a> {
    /// The state as it was when the search began.
    pub state: &'a State,
    /// Which of its blocks count.
    pub scope: &'a Scope,
    /// Its parts.
    pub views: Vec<View<'a>>,
    sample: OnceCell<Vec<Place>>,
    families: OnceCell<Vec<u64>>,
}

/// Turns of a conversation whose numbers are asked for ahead: a few lines of memory; in a longer one they are looked for.
const TURNS_FETCHED: usize = 32;

/// Blocks that stand for all others: enough for a mean within a tenth of a deviation, which no recall figure notices.
const SAMPLE: u64 = 96;

impl<'a> Ground<'a> {
    /// See the module.
    pub fn new(state: &'a State, scope: &'a Scope) -> Self {
        let views = state.parts.iter().map(|part| View::new(&part.segment)).collect();
        Self { state, scope, views, sample: OnceCell::new(), families: OnceCell::new() }
    }

    /// The part of a block.
    #[inline]
    pub fn view(&self, place: Place) -> &View<'a> {
        &self.views[place.part as usize]
    }

    /// The id of a block.
    #[inline]
    pub fn id(&self, place: Place) -> BlockId {
        self.view(place).ids[place.block as usize]
    }

    /// Asks for the id of a block.
    pub fn fetch_id(&self, place: Place) {
        prefetch(&self.view(place).ids[place.block as usize]);
    }

    /// The block in scope that was the last to be said in exactly this namespace, by some time.
    pub fn last_of(&self, namespace: &str, by: TimeUs) -> Option<BlockId> {
        let parts = self.views.iter().zip(&self.scope.parts);
        let lasts = parts.filter_map(|(view, inside)| {
            let strip = view.conversation(view.segment.find_namespace(namespace)?);
            let said = &strip[..strip.partition_point(|&block| view.order_of(block).0 <= by)];
            said.iter().rev().find(|&&block| inside.contains(block)).map(|&block| view.order_of(block))
        });
        lasts.max().map(|(_, id)| id)
    }

    /// The content words of a block.
    pub fn length_of(&self, place: Place) -> u32 {
        let view = self.view(place);
        let passages = view.passages_of(place.block);
        view.lengths[passages.start as usize..passages.end as usize].iter().map(|&words| u32::from(words)).sum()
    }

    /// Whether two blocks are of one source.
    pub fn have_one_source(&self, a: Place, b: Place) -> bool {
        let number = |place: Place| self.view(place).source[place.block as usize];
        let name = |place: Place| self.view(place).segment.source(number(place));
        if a.part == b.part { number(a) == number(b) } else { name(a) == name(b) }
    }

    /// The blocks in scope that stand for all of them, some [`SAMPLE`], chosen by their ids alone.
    pub fn sample(&self) -> &[Place] {
        self.sample.get_or_init(|| {
            let scope = self.scope;
            let limit = u64::MAX / scope.blocks.max(1) * SAMPLE.min(scope.blocks);
            let parts = (0_u32..).zip(self.state.parts.iter().zip(&scope.parts));
            let drawn = parts.flat_map(|(number, (part, inside))| {
                let blocks = match &inside.few {
                    Some(few) => few.iter().copied().filter(|&block| part.is_drawn(block, limit)).collect(),
                    None => part.draw(limit),
                };
                blocks.into_iter().map(move |block| Place { part: number, block })
            });
            drawn.filter(|&place| scope.contains(place)).collect()
        })
    }

    /// The families of the sample, as `find` finds them for the first of several queries.
    pub fn families(&self, find: impl FnOnce(&[Place]) -> Vec<u64>) -> &[u64] {
        self.families.get_or_init(|| find(self.sample()))
    }
}
