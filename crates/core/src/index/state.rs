//! What a search sees: segments and links as they are after some change, never to be changed themselves.

use crate::bitmap::Bitmap;
use crate::filter::fact;
use crate::id::{BlockId, Local, NO_TIME, Seq, TimeUs, hash, mix};
use crate::links::Links;
use crate::query::Query;
use crate::segment::{Places, Section, Segment, flag};
use crate::vectors::distance::prefetch;
use crate::zone::Zone;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// A segment, and what has become of its blocks since it was made.
#[derive(Clone)]
pub struct Part {
    /// The blocks.
    pub segment: Arc<Segment>,
    /// Blocks that have gone, or stand in a later part.
    pub dead: Option<Arc<Bitmap>>,
    /// The name of its file; none while it is only in memory.
    pub file: Option<Arc<str>>,
    /// The newest change in it.
    pub seq: Seq,
    /// Whether some of what is gone from it was forgotten, and must not stay in a file.
    pub holds_forgotten: bool,
    facts: Arc<Facts>,
}

/// What every search asks of a segment, found out once.
struct Facts {
    superseded: Option<Bitmap>,
    quarantined: Option<Bitmap>,
    expiring: Vec<(TimeUs, Local)>,
    beginning: Vec<(TimeUs, Local)>,
    ending: Vec<(TimeUs, Local)>,
    words: u64,
    /// Sources by the hash of the first word of their names, found out by the first search that needs it.
    named: OnceLock<HashMap<u64, Vec<u32>>>,
    /// Of each namespace the hash of the name of the one above it, found out by the first search that needs it.
    families: OnceLock<Vec<u64>>,
    /// Namespaces by their names, found out by the first search that needs it.
    names: OnceLock<Names>,
    /// Whether some of its passages are Korean, found out by the first search that needs it.
    is_korean: OnceLock<bool>,
    /// Blocks by the hash of their ids, the lowest of them.
    draw: Vec<(u64, Local)>,
    /// The set of all blocks, made for the first search that sees all of them: of a million blocks it takes longer to make than to find a rare word.
    all: OnceLock<Arc<Bitmap>>,
}

/// The blocks that have such a time, with it.
fn moments(segment: &Segment, section: Section) -> Vec<(TimeUs, Local)> {
    let times = segment.column::<TimeUs>(section).iter().zip(0..);
    times.filter(|&(&at, _)| at != NO_TIME).map(|(&at, block)| (at, block)).collect()
}

/// The blocks that nobody is to find for the time being.
fn quarantined(segment: &Segment) -> Bitmap {
    let mut set = Bitmap::new(segment.blocks());
    let flag = fact::element("flags", &serde_json::Value::String(QUARANTINED.to_owned()));
    segment.fact(flag).iter().for_each(|&block| set.insert(block));
    set
}

/// The flag of such a block.
pub const QUARANTINED: &str = "quarantined";

/// Blocks of a part that are kept in the order in which they are drawn for a sample: a sample of a whole memory takes no more than these.
const DRAW_MAX: usize = 2_048;

/// Passages of a part that are looked at, at least, to find out whether any is Korean.
const KOREAN_LOOKS: u32 = 4_096;

/// Namespaces of a part among which one is found by bisection: of more, each step is a line of memory that is not near.
const BISECTED_MAX: u32 = 1_024;

fn name_hash(name: &str) -> u64 {
    hash(&[name.as_bytes()])
}

/// The namespaces of a segment by the hashes of their names: the names themselves lie anywhere.
struct Names {
    /// By number.
    hashes: Vec<u64>,
    /// Ascending, with the number of each, and where each stands.
    sorted: Vec<u64>,
    numbers: Vec<u32>,
    places: Places,
}

impl Names {
    fn of(segment: &Segment) -> Self {
        let hashes: Vec<u64> = (0..segment.namespaces()).map(|number| name_hash(segment.namespace(number))).collect();
        let mut order: Vec<(u64, u32)> = hashes.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let (sorted, numbers): (Vec<u64>, Vec<u32>) = order.into_iter().unzip();
        Self { hashes, places: Places::new(&sorted), sorted, numbers }
    }

    fn find(&self, hash: u64) -> Option<u32> {
        self.places.find(&self.sorted, hash).map(|at| self.numbers[at])
    }
}

impl Part {
    /// A part of which no block is gone.
    pub fn new(segment: Arc<Segment>, seq: Seq, file: Option<Arc<str>>) -> Self {
        let mut superseded = Bitmap::new(segment.blocks());
        (0..segment.blocks())
            .filter(|&block| segment.flags()[block as usize] & flag::SUPERSEDED != 0)
            .for_each(|block| superseded.insert(block));
        let mut draw: Vec<(u64, Local)> = segment.ids().iter().zip(0..).map(|(&id, block)| (mix(id), block)).collect();
        if draw.len() > DRAW_MAX {
            draw.select_nth_unstable(DRAW_MAX);
            draw.truncate(DRAW_MAX);
        }
        draw.sort_unstable();
        let facts = Facts {
            draw,
            all: OnceLock::new(),
            named: OnceLock::new(),
            families: OnceLock::new(),
            names: OnceLock::new(),
            is_korean: OnceLock::new(),
            expiring: moments(&segment, Section::ExpiresAt),
            beginning: moments(&segment, Section::ValidFrom),
            ending: moments(&segment, Section::ValidTo),
            quarantined: Some(quarantined(&segment)).filter(|set| !set.is_empty()),
            words: segment.lengths().iter().map(|&length| u64::from(length)).sum(),
            superseded: Some(superseded).filter(|set| !set.is_empty()),
        };
        Self { segment, dead: None, file, seq, holds_forgotten: false, facts: Arc::new(facts) }
    }

    /// Its blocks that a query may see: those that are recorded, have not expired, and hold at the moment that is asked about;
    /// what was corrected, is quarantined, or holds no longer or not yet only for `history`.
    pub fn visible(&self, query: &Query) -> Arc<Bitmap> {
        let all = self.facts.all.get_or_init(|| Arc::new(Bitmap::full(self.segment.blocks())));
        if self.shows_all(query) {
            return Arc::clone(all);
        }
        let mut set = Bitmap::clone(all);
        self.hide(&mut set, query);
        Arc::new(set)
    }

    /// Whether there is nothing that could hide a block of it from a query.
    pub fn shows_all(&self, query: &Query) -> bool {
        let Facts { superseded, quarantined, expiring, beginning, ending, .. } = &*self.facts;
        let is_plain = superseded.is_none() && quarantined.is_none() && beginning.is_empty() && ending.is_empty();
        self.dead.is_none() && expiring.is_empty() && query.as_of.is_none() && (is_plain || query.history)
    }

    /// Takes out of a set of its blocks those that a query may not see.
    pub fn hide(&self, set: &mut Bitmap, query: &Query) {
        if let Some(dead) = &self.dead {
            set.and_not(dead);
        }
        let moment = query.moment();
        let facts = &self.facts;
        let mut remove = |at: &[(TimeUs, Local)], is_out: fn(TimeUs, TimeUs) -> bool| {
            at.iter().filter(|&&(at, _)| is_out(at, moment)).for_each(|&(_, block)| set.remove(block));
        };
        remove(&facts.expiring, |at, moment| at <= moment);
        if !query.history {
            remove(&facts.beginning, |at, moment| at > moment);
            remove(&facts.ending, |at, moment| at <= moment);
        }
        if let Some(then) = query.as_of {
            self.remove_unrecorded(set, then);
        }
        if !query.history {
            self.remove_replaced(set, query.as_of);
            if let Some(quarantined) = &facts.quarantined {
                set.and_not(quarantined);
            }
        }
    }

    /// Whether a search at `now` may see a block of it.
    pub fn shows(&self, block: Local, now: TimeUs) -> bool {
        let ends = self.segment.column::<TimeUs>(Section::ExpiresAt)[block as usize];
        let is_superseded = self.segment.flags()[block as usize] & flag::SUPERSEDED != 0;
        let is_quarantined = self.facts.quarantined.as_ref().is_some_and(|set| set.contains(block));
        !is_superseded && !is_quarantined && !self.is_dead(block) && (ends == NO_TIME || ends > now)
    }

    /// Takes out what had not been recorded then.
    fn remove_unrecorded(&self, set: &mut Bitmap, then: TimeUs) {
        let added = self.segment.column::<TimeUs>(Section::AddedAt).iter().zip(0..);
        added.filter(|&(&at, _)| at > then).for_each(|(_, block)| set.remove(block));
    }

    /// Takes out what had been corrected then, or has been by now.
    fn remove_replaced(&self, set: &mut Bitmap, then: Option<TimeUs>) {
        let Some(superseded) = &self.facts.superseded else { return };
        let mut replaced = superseded.clone();
        if let Some(then) = then {
            let (blocks, times) = self.segment.numbers(fact::field("superseded_at"));
            let later = blocks.iter().zip(times).filter(|&(_, &at)| at > then as f64);
            later.for_each(|(&block, _)| replaced.remove(block));
        }
        set.and_not(&replaced);
    }

    /// The sources that may be called by a word of this hash, ascending; `each_name` gives those for a source, each once.
    pub fn sources_called(&self, hash: u64, each_name: impl Fn(&str, &mut dyn FnMut(u64))) -> &[u32] {
        let named = self.facts.named.get_or_init(|| {
            let mut named: HashMap<u64, Vec<u32>> = HashMap::new();
            for (source, number) in self.segment.sources().zip(0..) {
                each_name(source, &mut |hash| named.entry(hash).or_default().push(number));
            }
            named
        });
        named.get(&hash).map_or(&[], Vec::as_slice)
    }

    /// Whether some of its passages have such a token; of many, some thousands are looked at.
    pub fn is_korean(&self, is_morpheme: impl Fn(u16) -> bool) -> bool {
        *self.facts.is_korean.get_or_init(|| {
            let step = (self.segment.passages() / KOREAN_LOOKS + 1) as usize;
            let mut passages = (0..self.segment.passages()).step_by(step);
            passages.any(|passage| self.segment.tokens(passage).iter().any(|&token| is_morpheme(token)))
        })
    }

    /// The family of each namespace: a hash of the name of the one above it ("" if there is none).
    pub fn families(&self) -> &[u64] {
        self.facts.families.get_or_init(|| {
            let names = (0..self.segment.namespaces()).map(|number| self.segment.namespace(number));
            names.map(|name| name_hash(name.rsplit_once('/').map_or("", |(above, _)| above))).collect()
        })
    }

    /// The number that a namespace of another part has here.
    pub fn find_namespace(&self, (other, number): (&Self, u32)) -> Option<u32> {
        if self.segment.namespaces() <= BISECTED_MAX {
            return self.segment.find_namespace(other.segment.namespace(number));
        }
        let found = self.names().find(other.names().hashes[number as usize])?;
        (self.segment.namespace(found) == other.segment.namespace(number)).then_some(found)
    }

    /// Asks for what the name of one of its namespaces is looked up by in other parts.
    pub fn fetch_name(&self, number: u32) {
        if let Some(names) = self.facts.names.get() {
            prefetch(&names.hashes[number as usize]);
        }
    }

    /// Asks for where a namespace of another part is looked up here: first for where to look, then for what is there.
    pub fn fetch_namespace(&self, (other, number): (&Self, u32), is_first: bool) {
        if let (Some(own), Some(others)) = (self.facts.names.get(), other.facts.names.get()) {
            let hash = others.hashes[number as usize];
            if is_first { own.places.fetch(hash) } else { own.places.fetch_hashes(&own.sorted, hash) }
        }
    }

    fn names(&self) -> &Names {
        self.facts.names.get_or_init(|| Names::of(&self.segment))
    }

    /// Its blocks whose ids hash to at most `limit`.
    pub fn draw(&self, limit: u64) -> Vec<Local> {
        let draw = &self.facts.draw;
        let is_enough = draw.len() == self.segment.blocks() as usize || draw.last().is_some_and(|last| last.0 > limit);
        if is_enough {
            return draw.iter().take_while(|drawn| drawn.0 <= limit).map(|drawn| drawn.1).collect();
        }
        (0..self.segment.blocks()).filter(|&block| self.is_drawn(block, limit)).collect()
    }

    /// Whether the id of a block hashes to at most `limit`.
    pub fn is_drawn(&self, block: Local, limit: u64) -> bool {
        mix(self.segment.ids()[block as usize]) <= limit
    }

    /// Content words of all its passages.
    pub fn words(&self) -> u64 {
        self.facts.words
    }

    /// Where a block of it is, if it is not gone.
    pub fn locate(&self, id: BlockId) -> Option<Local> {
        self.segment.locate(id).filter(|&block| !self.is_dead(block))
    }

    /// Whether a block of it is gone.
    pub fn is_dead(&self, block: Local) -> bool {
        self.dead.as_ref().is_some_and(|dead| dead.contains(block))
    }

    /// Marks a block as gone.
    pub fn bury(&mut self, block: Local) {
        let dead = self.dead.get_or_insert_with(|| Arc::new(Bitmap::new(self.segment.blocks())));
        Arc::make_mut(dead).insert(block);
    }

    /// The ids of the blocks that are gone from it.
    pub fn dead_ids(&self) -> Vec<BlockId> {
        self.dead.iter().flat_map(|dead| dead.iter()).map(|block| self.segment.ids()[block as usize]).collect()
    }

    /// The ids of the blocks that are not.
    pub fn live_ids(&self) -> impl Iterator<Item = BlockId> + '_ {
        (0..self.segment.blocks()).filter(|&block| !self.is_dead(block)).map(|block| self.segment.ids()[block as usize])
    }

    /// Blocks that are not gone.
    pub fn live(&self) -> u32 {
        self.segment.blocks() - self.dead.as_ref().map_or(0, |dead| dead.count())
    }
}

/// A block, by its part and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Which part.
    pub part: u32,
    /// Which of its blocks.
    pub block: Local,
}

/// See the module.
#[derive(Clone, Default)]
pub struct State {
    /// Files first, then what is only in memory, oldest first.
    pub parts: Vec<Part>,
    /// All links.
    pub links: Links,
    /// The newest change in it.
    pub seq: Seq,
    /// The block with the highest id ever folded, and its uid: by it the Store is recognised.
    pub witness: Option<(BlockId, String)>,
    /// By whose days what the texts say was understood.
    pub zone: Arc<Zone>,
}

impl State {
    /// Without any block.
    pub fn empty(zone: Arc<Zone>) -> Self {
        Self { zone, ..Self::default() }
    }

    /// Where a block is.
    pub fn locate(&self, id: BlockId) -> Option<Place> {
        self.parts
            .iter()
            .enumerate()
            .rev()
            .find_map(|(number, part)| part.locate(id).map(|block| Place { part: number as u32, block }))
    }

    /// The id of a block.
    pub fn id(&self, place: Place) -> BlockId {
        self.segment(place).ids()[place.block as usize]
    }

    /// The segment that holds a block.
    pub fn segment(&self, place: Place) -> &Segment {
        &self.parts[place.part as usize].segment
    }

    /// Where a block stands in its conversation: the time it was said, then its id.
    pub fn order(&self, place: Place) -> (TimeUs, BlockId) {
        (self.segment(place).at()[place.block as usize], self.id(place))
    }

    /// The namespace of a block.
    pub fn namespace(&self, place: Place) -> &str {
        let segment = self.segment(place);
        segment.namespace(segment.column::<u32>(Section::Namespace)[place.block as usize])
    }

    /// Whether a block is here.
    pub fn holds(&self, id: BlockId) -> bool {
        self.locate(id).is_some()
    }

    /// Marks a block as gone from where it is, since it comes anew.
    pub fn bury(&mut self, id: BlockId) {
        for part in &mut self.parts {
            if let Some(block) = part.locate(id) {
                part.bury(block);
            }
        }
    }

    /// Marks a block as forgotten: it and every older version of its entry must leave the files.
    pub fn forget(&mut self, id: BlockId) {
        for part in &mut self.parts {
            if let Some(block) = part.segment.locate(id) {
                part.bury(block);
                part.holds_forgotten = true;
            }
        }
    }
}
