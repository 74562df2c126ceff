//! The Index: a fold of the Store's changes, up to some seq.
//!
//! A change becomes a small segment in memory, and small segments become larger ones (the *tail*); [`Index::fold`] writes the tail out
//! as files that a manifest lists, one process at a time, and every process on the directory maps these. Readers take the state as
//! it is when they begin, and never wait for a writer.

mod audit;
mod fold;
mod manifest;
mod namespaces;
pub mod state;

pub use state::State;

use crate::embed::Table;
use crate::error::{Error, Result};
use crate::id::{BlockId, Score, Seq, TimeUs};
use crate::links::Edge;
use crate::query::{Answer, Hit, Query};
use crate::rank;
use crate::segment::{Columns, Entry, Segment, merge};
use crate::similar::{self, Comparison};
use crate::vectors::CodeRef;
use crate::zone::Zone;
use manifest::Stamp;
use state::Part;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, RwLock};

/// Blocks in memory at which they are folded into files: searched one by one they cost under half a millisecond.
pub const TAIL_BLOCKS_MAX: u32 = 20_000;

/// No file grows beyond this, unless a single change is larger: forgetting rewrites one, and a fold holds one in memory. Below, fewer files are
/// better: a search walks along the graph of each.
const SEGMENT_BYTES_MAX: usize = 256 << 20;

/// No segment in memory grows beyond this: changes wait while two are merged.
const TAIL_SEGMENT_BYTES_MAX: usize = 32 << 20;

/// Segments in memory up to this many blocks are merged whatever their sizes: fewer segments make faster searches. With 64, a lone add takes a tenth
/// longer, and searches between adds take no less.
const SMALL_BLOCKS: u32 = 16;

/// Queries that are worth a thread: to begin one takes as long as a tenth of a search.
const QUERIES_PER_THREAD_MIN: usize = 4;

/// What is left of the queries is divided into so many shares for each thread whenever one takes its next.
const CLAIMS_PER_THREAD: usize = 2;

/// How many threads can run at once; asked for once, since to find out takes longer than a part of a search.
static PROCESSORS: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));

/// See the module.
pub struct Index {
    directory: Option<PathBuf>,
    table: Arc<Table>,
    embedder: String,
    dimension: usize,
    embeds_queries: bool,
    state: RwLock<Arc<State>>,
    writer: Mutex<Writer>,
}

/// What only the one who changes the state needs.
#[derive(Default)]
struct Writer {
    /// Blocks that were forgotten after the manifest was written.
    removals: Vec<(Seq, BlockId)>,
    /// Segments up to this change are being folded: leave them as they are.
    folding: Seq,
    /// The manifest that was read or written last.
    stamp: Option<Stamp>,
    /// What was forgotten up to this change is not in `removals`: older files would bring it back.
    base: Seq,
    /// What is being loaded from the Store's rows. Not all is here yet, and nobody sees it until it is.
    loading: Option<State>,
}

/// Facts for `stats` and `doctor`.
#[derive(Clone, Debug)]
pub struct Stats {
    /// The newest change folded in.
    pub seq: Seq,
    /// Blocks, superseded ones included.
    pub blocks: u64,
    /// Blocks of these that are only in memory.
    pub tail: u64,
    /// Passages.
    pub passages: u64,
    /// Links.
    pub links: u64,
    /// Files, and segments in memory.
    pub segments: [usize; 2],
    /// Bytes of all segments.
    pub bytes: u64,
}

impl Index {
    /// Opens the Index in `directory` (none: memory only), which goes by the days of `zone`. If what is there cannot be used, it begins empty, and says why: load it from the Store.
    pub fn open(
        directory: Option<&Path>,
        table: Arc<Table>,
        embedder: &str,
        dimension: usize,
        embeds_queries: bool,
        zone: Zone,
    ) -> Result<(Self, Option<String>)> {
        let index = Self {
            directory: directory.map(Path::to_owned),
            table,
            embedder: embedder.to_owned(),
            dimension,
            embeds_queries,
            state: RwLock::new(Arc::new(State::empty(Arc::new(zone)))),
            writer: Mutex::default(),
        };
        let reason = match index.refresh() {
            Ok(_) => None,
            Err(Error::Damaged(what)) => Some(what),
            Err(other) => return Err(other),
        };
        Ok((index, reason))
    }

    /// The state as it is now.
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The newest change folded in.
    pub fn seq(&self) -> Seq {
        self.state().seq
    }

    /// The block with the highest id ever folded in, and its uid; if the Store knows it otherwise, this is not that Store's Index.
    pub fn witness(&self) -> Option<(BlockId, String)> {
        self.state().witness.clone()
    }

    /// Folds in the changes up to `seq`: blocks as they are now, blocks that are gone, and all links that leave some blocks.
    pub fn apply(
        &self,
        seq: Seq,
        entries: Vec<Entry>,
        removed: &[BlockId],
        links: Vec<(BlockId, Vec<Edge>)>,
    ) -> Result<()> {
        let mut writer = self.lock();
        let state = self.state();
        if seq > state.seq {
            let mut next = State::clone(&state);
            for &id in removed {
                next.forget(id);
                next.links.remove(id);
            }
            self.fold_in(&mut next, writer.folding, seq, entries, links)?;
            if self.directory.is_some() {
                writer.removals.extend(removed.iter().map(|&id| (seq, id)));
            }
            next.seq = seq;
            self.publish(next);
        }
        Ok(())
    }

    /// Begins to load everything anew, by the days of this zone, in place of what there is. Until [`Index::loaded`] searches find what they
    /// found before, and no files are written or taken over.
    pub fn reload(&self, zone: Zone) {
        self.lock().loading = Some(State::empty(Arc::new(zone)));
    }

    /// Takes in some blocks of a Store that is read from its rows rather than its changes, as they are at `seq`.
    pub fn load(&self, seq: Seq, entries: Vec<Entry>, links: Vec<(BlockId, Vec<Edge>)>) -> Result<()> {
        let mut writer = self.lock();
        let Some(next) = &mut writer.loading else {
            return Err(Error::invalid("load", "nothing is being loaded: `reload` comes first"));
        };
        self.fold_in(next, 0, seq, entries, links)
    }

    /// Leaves off loading: what there was before stays.
    pub fn leave_off(&self) {
        self.lock().loading = None;
    }

    /// All that there was at `seq` has been loaded: from now on searches find that.
    pub fn loaded(&self, seq: Seq) {
        let mut writer = self.lock();
        if let Some(mut next) = writer.loading.take() {
            next.seq = seq;
            *writer = Writer { stamp: writer.stamp.take(), base: seq, ..Writer::default() };
            self.publish(next);
        }
    }

    /// The best answers to a query.
    pub fn search(&self, query: &Query) -> Result<Vec<Hit>> {
        let answers = self.search_in(&self.state(), std::slice::from_ref(query))?;
        Ok(answers.into_iter().flat_map(|answer| answer.hits).collect())
    }

    /// The best answers to each of several queries, all from the same state, on as many processors as there are.
    pub fn search_many(&self, queries: &[Query]) -> Result<Vec<Answer>> {
        let state = self.state();
        let threads = PROCESSORS.min(queries.len() / QUERIES_PER_THREAD_MIN).max(1);
        if threads == 1 {
            return self.search_in(&state, queries);
        }
        let claimed = AtomicUsize::new(0);
        // Some take ten times as long as others: each thread takes a share of what is left, the last ones one by one.
        let share = |first: usize| ((queries.len() - first) / (CLAIMS_PER_THREAD * threads)).max(1);
        let claim = |first: usize| (first < queries.len()).then(|| first + share(first));
        let run = || -> Result<Vec<(usize, Vec<Answer>)>> {
            let mut answered = Vec::new();
            while let Ok(first) = claimed.fetch_update(Relaxed, Relaxed, claim) {
                answered.push((first, self.search_in(&state, &queries[first..first + share(first)])?));
            }
            Ok(answered)
        };
        let mut answered = std::thread::scope(|scope| -> Result<_> {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
            let mut answered = run()?;
            for other in others {
                answered.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            Ok(answered)
        })?;
        answered.sort_unstable_by_key(|answers| answers.0);
        Ok(answered.into_iter().flat_map(|answers| answers.1).collect())
    }

    /// Why a block is, or is not, among the hits of a query.
    pub fn explain(&self, query: &Query, subject: &rank::Subject) -> Result<rank::Explanation> {
        rank::explain(&self.state(), query, subject, &self.table, self.dimension, self.embeds_queries)
    }

    /// What the words of a query alone choose: the `depth` best blocks, best first, with what their words are worth.
    pub fn by_words(&self, query: &Query, depth: usize) -> Vec<(BlockId, Score)> {
        rank::by_words(&self.state(), query, &self.table, depth)
    }

    /// How well a text fits what is around each of the blocks that it may belong to, and what was said last in a namespace.
    pub fn fits(&self, text: &Query, namespace: &str) -> Result<rank::Fitting> {
        rank::fits(&self.state(), text, namespace, &self.table, self.dimension, self.embeds_queries)
    }

    fn search_in(&self, state: &State, queries: &[Query]) -> Result<Vec<Answer>> {
        rank::search_each(state, queries, &self.table, self.dimension, self.embeds_queries)
    }

    /// The blocks that a query may see, whatever they say, by the time they were said: `(at, id)`, up to `k` of them after `after`.
    pub fn select(
        &self,
        query: &Query,
        after: Option<(TimeUs, BlockId)>,
        newest_first: bool,
    ) -> Vec<(TimeUs, BlockId)> {
        let state = self.state();
        let (scope, limit) = (rank::Scope::new(&state, query), query.k);
        let keys = scope.places().filter(|&place| scope.wants(place)).map(|place| state.order(place));
        let mut found: Vec<(TimeUs, BlockId)> = match after {
            Some(after) if newest_first => keys.filter(|&key| key < after).collect(),
            Some(after) => keys.filter(|&key| key > after).collect(),
            None => keys.collect(),
        };
        let order = |a: &(TimeUs, BlockId), b: &(TimeUs, BlockId)| if newest_first { b.cmp(a) } else { a.cmp(b) };
        if found.len() > limit && limit > 0 {
            found.select_nth_unstable_by(limit - 1, order);
        }
        found.truncate(limit);
        found.sort_unstable_by(order);
        found
    }

    /// The blocks of exactly this namespace that may say what a text says, with this vector: up to `count`, the nearest first.
    pub fn nearest(
        &self,
        namespace: &str,
        text: &str,
        code: Option<CodeRef<'_>>,
        now: TimeUs,
        count: usize,
    ) -> Vec<BlockId> {
        similar::nearest(&self.state(), namespace, text, code, now, count)
    }

    /// A text compared with each of others, whatever is here.
    pub fn compare(&self, text: &str, others: &[String]) -> Vec<Comparison> {
        let text = similar::Text::new(text, &self.table);
        others.iter().map(|other| text.compare(other)).collect()
    }

    /// How many blocks a query may see; of one with a text, those that have a word of it.
    pub fn count(&self, query: &Query) -> u64 {
        rank::scope_of_words(&self.state(), query, &self.table).wanted
    }

    /// The ids of these blocks, ascending.
    pub fn ids(&self, query: &Query) -> Vec<BlockId> {
        let state = self.state();
        let scope = rank::scope_of_words(&state, query, &self.table);
        let wanted = scope.places().filter(|&place| scope.wants(place));
        let mut ids: Vec<BlockId> = wanted.map(|place| state.id(place)).collect();
        ids.sort_unstable();
        ids
    }

    /// The namespaces after `after` of these blocks, in order, each with how many there are; up to `k` of them.
    pub fn namespaces(&self, query: &Query, after: Option<&str>) -> Vec<(String, u64)> {
        let state = self.state();
        let scope = rank::scope_of_words(&state, query, &self.table);
        namespaces::list(&state, &scope, &query.namespace, after, query.k)
    }

    /// Facts about it.
    pub fn stats(&self) -> Stats {
        let state = self.state();
        let sum = |of: &dyn Fn(&Part) -> u64| state.parts.iter().map(of).sum();
        let files = state.parts.iter().filter(|part| part.file.is_some()).count();
        Stats {
            seq: state.seq,
            blocks: sum(&|part| u64::from(part.live())),
            tail: sum(&|part| if part.file.is_none() { u64::from(part.live()) } else { 0 }),
            passages: sum(&|part| u64::from(part.segment.passages())),
            links: state.links.count() as u64,
            segments: [files, state.parts.len() - files],
            bytes: sum(&|part| part.segment.bytes().len() as u64),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        // A panic while the lock was held left `state` as it was before: it is replaced whole, at the very end.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, next: State) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }

    fn fold_in(
        &self,
        next: &mut State,
        folding: Seq,
        seq: Seq,
        mut entries: Vec<Entry>,
        links: Vec<(BlockId, Vec<Edge>)>,
    ) -> Result<()> {
        entries.sort_by_key(|entry| entry.id);
        entries.dedup_by_key(|entry| entry.id);
        let newest = next.witness.as_ref().map_or(0, |witness| witness.0);
        entries.iter().filter(|entry| entry.id <= newest).for_each(|entry| next.bury(entry.id));
        if let Some(last) = entries.last() {
            if last.id > newest {
                next.witness = Some((last.id, last.uid.clone()));
            }
            let segment = Columns::of(&entries, self.dimension, &self.table, &next.zone)?.freeze(false)?;
            next.parts.push(Part::new(Arc::new(segment), seq, None));
        }
        self.merge_tail(next, folding)?;
        links.into_iter().for_each(|(source, edges)| next.links.set(source, edges));
        Ok(())
    }

    /// Merges the newest segments in memory, as far back as the one before is not much larger than all of them: of n blocks each is
    /// copied log n times at most.
    fn merge_tail(&self, next: &mut State, folding: Seq) -> Result<()> {
        let Some(newest) = next.parts.last() else { return Ok(()) };
        let (seq, first) = (newest.seq, first_to_merge(&next.parts, folding));
        if first + 1 >= next.parts.len() {
            return Ok(());
        }
        let parts: Vec<(&Segment, _)> =
            next.parts[first..].iter().map(|part| (&*part.segment, part.dead.as_deref())).collect();
        let merged = merge(&parts, self.dimension).map(|columns| columns.freeze(false)).transpose()?;
        next.parts.truncate(first);
        next.parts.extend(merged.map(|segment| Part::new(Arc::new(segment), seq, None)));
        Ok(())
    }
}

/// The first of the parts that are to become one with all that come after it.
fn first_to_merge(parts: &[Part], folding: Seq) -> usize {
    let Some((newest, older)) = parts.split_last() else { return 0 };
    let size = |part: &Part| part.segment.bytes().len();
    let (mut blocks, mut bytes, mut first) = (newest.live(), size(newest), older.len());
    for part in older.iter().rev() {
        let is_free = part.file.is_none() && part.seq > folding;
        let is_much_larger = part.live() > 2 * blocks && part.live() + blocks > SMALL_BLOCKS;
        if !is_free || is_much_larger || size(part) + bytes > TAIL_SEGMENT_BYTES_MAX {
            break;
        }
        (blocks, bytes, first) = (blocks + part.live(), bytes + size(part), first - 1);
    }
    first
}
