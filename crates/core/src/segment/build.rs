//! From blocks to a segment.

use super::{Section, Segment, Writer, flag};
use crate::embed::Table;
use crate::error::{Error, Result};
use crate::filter::fact;
use crate::id::{BlockId, Local, NO_TIME, TIME_DISTANCE_MAX_US, TimeUs, mix};
use crate::vectors::code::is_scale;
use crate::vectors::graph::{self, Vectors};
use crate::vectors::{CodeRef, linking, signs};
use crate::words::calendar::Days;
use crate::words::names::{self, Name};
use crate::words::{Tokens, analyse, changes, dates, mentions, passages, persons, postings};
use crate::zone::Zone;
use std::collections::{BTreeMap, HashMap};

/// A block as the Store tells it to the Index.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Its id.
    pub id: BlockId,
    /// Its identity across stores.
    pub uid: String,
    /// Its namespace, canonical.
    pub namespace: String,
    /// The caller's own key.
    pub key: Option<String>,
    /// Its text.
    pub text: String,
    /// `message`, `note`, `fact` or a caller's own.
    pub kind: String,
    /// Who or what said it.
    pub source: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// 0 to 1.
    pub importance: f32,
    /// Its metadata, a JSON object.
    pub metadata: serde_json::Map<String, serde_json::Value>,
    /// When it was said or true.
    pub at: TimeUs,
    /// When it was stored.
    pub added_at: TimeUs,
    /// From when it holds.
    pub valid_from: Option<TimeUs>,
    /// Until when it holds.
    pub valid_to: Option<TimeUs>,
    /// When it is to be gone.
    pub expires_at: Option<TimeUs>,
    /// Whether a newer version exists.
    pub superseded: bool,
    /// When that was recorded.
    pub superseded_at: Option<TimeUs>,
    /// Where it was written from.
    pub origin: String,
    /// How far its origin was trusted: 0 to 1.
    pub trust: f64,
    /// What was noticed about it.
    pub flags: Vec<String>,
    /// How often it was used.
    pub uses: u64,
    /// The codes of its passages, one after another.
    pub vectors: Vec<u8>,
}

/// Names of a block that are kept: a search looks at those of its best hits, and a text may have a million bytes.
pub(super) const NAMES_READ_MAX: usize = 256;

/// The values of a segment before they are laid out.
#[derive(Default)]
pub struct Columns {
    pub(super) dimension: usize,
    pub(super) ids: Vec<BlockId>,
    pub(super) at: Vec<TimeUs>,
    pub(super) added_at: Vec<TimeUs>,
    pub(super) valid_from: Vec<TimeUs>,
    pub(super) valid_to: Vec<TimeUs>,
    pub(super) expires_at: Vec<TimeUs>,
    pub(super) importance: Vec<f32>,
    pub(super) flags: Vec<u8>,
    pub(super) sources: Vec<String>,
    pub(super) namespaces: Vec<String>,
    pub(super) passage_start: Vec<u32>,
    pub(super) mention_start: Vec<u32>,
    pub(super) mentions: Vec<[i32; 2]>,
    pub(super) name_start: Vec<u32>,
    pub(super) names: Vec<Name>,
    pub(super) lengths: Vec<u16>,
    pub(super) owner: Vec<Local>,
    pub(super) scales: Vec<f32>,
    pub(super) codes: Vec<i8>,
    pub(super) token_start: Vec<u32>,
    pub(super) tokens: Vec<u16>,
    pub(super) postings: BTreeMap<u64, Vec<u32>>,
    pub(super) facts: BTreeMap<u64, Vec<Local>>,
    pub(super) numbers: BTreeMap<u64, Vec<(Local, f64)>>,
    /// The links of the largest graph of the segments that all of this comes from, without what is gone.
    pub(super) links: Option<Vec<u32>>,
}

impl Columns {
    /// No blocks yet.
    pub fn new(dimension: usize) -> Self {
        Self {
            dimension,
            passage_start: vec![0],
            mention_start: vec![0],
            name_start: vec![0],
            token_start: vec![0],
            ..Self::default()
        }
    }

    /// The columns of `entries`, which must be in ascending order of id; what their texts say of days is meant in `zone`.
    pub fn of(entries: &[Entry], dimension: usize, table: &Table, zone: &Zone) -> Result<Self> {
        let mut columns = Self::new(dimension);
        for entry in entries {
            columns.push(entry, table, zone)?;
        }
        Ok(columns)
    }

    /// How many passages.
    pub fn passages(&self) -> u32 {
        self.owner.len() as u32
    }

    fn push(&mut self, entry: &Entry, table: &Table, zone: &Zone) -> Result<()> {
        let texts = passages::split(&entry.text);
        let codes: Vec<CodeRef<'_>> = CodeRef::all(&entry.vectors, self.dimension)?.collect();
        if codes.len() != texts.len() {
            return Err(Error::invalid(
                "vectors",
                format!("block {} has {} passages and {} vectors", entry.id, texts.len(), codes.len()),
            ));
        }
        if codes.iter().any(|code| !is_scale(code.scale)) {
            return Err(Error::invalid(
                "vectors",
                format!("block {} has a vector whose scale is not from 0 to 1", entry.id),
            ));
        }
        if entry.at.unsigned_abs() > TIME_DISTANCE_MAX_US {
            return Err(Error::invalid("at", format!("block {} is said at no time that a calendar has", entry.id)));
        }
        let block = self.push_fields(entry);
        let whole = Tokens::new(&entry.text);
        let mut flags = if entry.superseded { flag::SUPERSEDED } else { 0 };
        flags |= if entry.kind == "message" { flag::MESSAGE } else { 0 };
        flags |= if whole.is_question() { flag::QUESTION } else { 0 };
        let said_at = zone.local(entry.at);
        let days = mentions::mentioned(&whole, said_at);
        flags |= if !days.is_empty() || dates::speaks_of_time(&whole) { flag::TEMPORAL } else { 0 };
        flags |= if whole.asks() { flag::ASKS } else { 0 };
        flags |= if persons::speaks_of_oneself(&whole) { flag::PERSONAL } else { 0 };
        flags |= if changes::speaks_of_change(&whole) { flag::CHANGE } else { 0 };
        self.flags.push(flags);
        self.push_mentions(days.into_iter());
        let labels: Vec<Tokens> = entry.source.iter().chain(&entry.tags).map(|label| Tokens::new(label)).collect();
        let labels: Vec<&Tokens> = labels.iter().collect();
        let mut names = Vec::new();
        for (text, code) in texts.iter().zip(codes) {
            let tokens = Tokens::new(text);
            names::each(&tokens, table, |_, name| names.push(name));
            self.push_passage(&tokens, &labels, said_at, code, block, table);
        }
        self.push_names(names);
        self.passage_start.push(self.owner.len() as u32);
        fact::of(
            entry,
            |fact| self.facts.entry(fact).or_default().push(block),
            |field, value| self.numbers.entry(field).or_default().push((block, value)),
        );
        Ok(())
    }

    /// The days that the next block's text speaks of. What no calendar has is left out.
    pub(super) fn push_mentions(&mut self, days: impl Iterator<Item = Days>) {
        self.mentions.extend(days.filter_map(|days| Some([days.first.try_into().ok()?, days.last.try_into().ok()?])));
        self.mention_start.push(self.mentions.len() as u32);
    }

    /// The names in the next block's text, each once; of a very long one those at its beginning.
    pub(super) fn push_names(&mut self, mut names: Vec<Name>) {
        names.truncate(NAMES_READ_MAX);
        names.sort_unstable_by_key(|name| (name.term, !name.is_sure));
        names.dedup_by_key(|name| name.term);
        self.names.extend(names);
        self.name_start.push(self.names.len() as u32);
    }

    fn push_fields(&mut self, entry: &Entry) -> Local {
        self.ids.push(entry.id);
        self.at.push(entry.at);
        self.added_at.push(entry.added_at);
        self.valid_from.push(entry.valid_from.unwrap_or(NO_TIME));
        self.valid_to.push(entry.valid_to.unwrap_or(NO_TIME));
        self.expires_at.push(entry.expires_at.unwrap_or(NO_TIME));
        self.importance.push(entry.importance);
        self.sources.push(entry.source.clone().unwrap_or_default());
        self.namespaces.push(entry.namespace.clone());
        (self.ids.len() - 1) as Local
    }

    fn push_passage(
        &mut self,
        tokens: &Tokens,
        labels: &[&Tokens],
        at: TimeUs,
        code: CodeRef<'_>,
        block: Local,
        table: &Table,
    ) {
        let passage = self.owner.len() as u32;
        let analysis = analyse(tokens, labels, at, Some(table));
        let mut counts: HashMap<u64, u32> = HashMap::with_capacity(analysis.terms.len());
        for term in analysis.terms {
            *counts.entry(term).or_default() += 1;
        }
        for (term, count) in counts {
            self.postings.entry(term).or_default().push(passage << 8 | count.min(255));
        }
        self.tokens.extend(analysis.tokens);
        self.token_start.push(self.tokens.len() as u32);
        self.owner.push(block);
        self.lengths.push(analysis.length.try_into().unwrap_or(u16::MAX)); // a passage has a few thousand bytes
        self.scales.push(code.scale);
        self.codes.extend_from_slice(code.bytes);
    }

    /// The segment; with a graph over its vectors if there are enough of them to need one.
    pub fn freeze(mut self, with_graph: bool) -> Result<Segment> {
        let (graph, entry_codes, coarse) = self.graph(with_graph);
        let (source_names, source) = number_names(&self.sources, true);
        let (namespace_names, namespace) = number_names(&self.namespaces, false);
        let (order, namespace_start) = self.conversations(&namespace, namespace_names.len());
        let mut out = Writer::new(self.dimension);
        out.section(Section::Ids, &self.ids);
        out.section(Section::At, &self.at);
        out.section(Section::AddedAt, &self.added_at);
        out.section(Section::ValidFrom, &self.valid_from);
        out.section(Section::ValidTo, &self.valid_to);
        out.section(Section::ExpiresAt, &self.expires_at);
        out.section(Section::Importance, &self.importance);
        out.section(Section::Flags, &self.flags);
        out.section(Section::Source, &source);
        out.section(Section::Namespace, &namespace);
        out.section(Section::PassageStart, &self.passage_start);
        out.section(Section::MentionStart, &self.mention_start);
        out.section(Section::Mentions, &self.mentions);
        let (name_start, names) = self.numbered_names();
        out.section(Section::NameStart, &name_start);
        out.section(Section::Names, &names);
        write_names(&mut out, Section::SourceText, Section::SourceEnds, &source_names);
        write_names(&mut out, Section::NamespaceText, Section::NamespaceEnds, &namespace_names);
        out.section(Section::Order, &order);
        out.section(Section::NamespaceStart, &namespace_start);
        out.section(Section::Lengths, &self.lengths);
        out.section(Section::Owner, &self.owner);
        out.section(Section::Scales, &self.scales);
        out.section(Section::Codes, &self.codes);
        out.section(Section::Signs, &self.signs());
        out.section(Section::TokenStart, &self.token_start);
        out.section(Section::Tokens, &self.tokens);
        self.write_postings(&mut out);
        write_lists(&mut out, [Section::Facts, Section::FactStart, Section::FactBlocks], &self.facts);
        let blocks: BTreeMap<u64, Vec<Local>> =
            self.numbers.iter().map(|(&field, list)| (field, list.iter().map(|pair| pair.0).collect())).collect();
        write_lists(&mut out, [Section::NumberFields, Section::NumberStart, Section::NumberBlocks], &blocks);
        let values: Vec<f64> = self.numbers.values().flatten().map(|pair| pair.1).collect();
        out.section(Section::NumberValues, &values);
        out.section(Section::GraphLinks, &graph.links);
        out.section(Section::GraphEntries, &graph.entries);
        out.section(Section::EntryCodes, &entry_codes);
        out.section(Section::Coarse, &coarse);
        Segment::new(out.finish(), self.dimension)
    }

    /// The graph, the coarse codes of its entries, and those of all that it is walked by; what is left of an older one is completed.
    fn graph(&mut self, is_wanted: bool) -> (graph::Links, Vec<u8>, Vec<u8>) {
        let left = self.links.take();
        if !is_wanted {
            return <_>::default();
        }
        let coarse = linking::coarse(&self.codes, &self.scales, self.dimension);
        let (codes, scales, dimension) = (&self.codes, &self.scales, self.dimension);
        let vectors = Vectors { codes, scales, coarse: &coarse, dimension };
        let links = match left {
            Some(left) => linking::complete(left, vectors),
            None => linking::build(vectors),
        };
        let entry_codes = vectors.coarse_of(&links.entries);
        (links, entry_codes, coarse)
    }

    fn write_postings(&self, out: &mut Writer) {
        let hash_of = |passage: u32| mix(self.ids[self.owner[passage as usize] as usize]);
        let length_of = |passage: u32| self.lengths[passage as usize];
        let (mut units, mut starts) = (Vec::new(), vec![0_u32]);
        for list in self.postings.values() {
            postings::encode(list, length_of, hash_of, &mut units);
            starts.push(units.len() as u32);
        }
        out.section(Section::Terms, &self.postings.keys().copied().collect::<Vec<u64>>());
        out.section(Section::TermStart, &starts);
        out.section(Section::Postings, &units);
    }

    /// Where the names of each block start, and the names by the numbers of their terms. What is no term of any block comes from a file that somebody
    /// has tampered with, and is left out.
    fn numbered_names(&self) -> (Vec<u32>, Vec<u32>) {
        let numbers: HashMap<u64, u32> = self.postings.keys().copied().zip(0..).collect();
        let (mut starts, mut names) = (vec![0], Vec::with_capacity(self.names.len()));
        for block in self.name_start.windows(2) {
            let own = &self.names[block[0] as usize..block[1] as usize];
            names.extend(own.iter().filter_map(|name| Some(numbers.get(&name.term)? << 1 | u32::from(name.is_sure))));
            starts.push(names.len() as u32);
        }
        (starts, names)
    }

    fn signs(&self) -> Vec<u64> {
        let mut all = Vec::with_capacity(self.owner.len() * signs::words(self.dimension));
        self.codes.chunks(self.dimension.max(1)).for_each(|code| signs::push(code, &mut all));
        all
    }

    /// Blocks by (namespace, at, id), and where each namespace starts.
    fn conversations(&self, namespace: &[u32], count: usize) -> (Vec<Local>, Vec<u32>) {
        let mut order: Vec<Local> = (0..self.ids.len() as Local).collect();
        order.sort_unstable_by_key(|&block| {
            (namespace[block as usize], self.at[block as usize], self.ids[block as usize])
        });
        let mut starts = vec![0_u32; count + 1];
        namespace.iter().for_each(|&number| starts[number as usize + 1] += 1);
        (1..starts.len()).for_each(|i| starts[i] += starts[i - 1]);
        (order, starts)
    }
}

/// The distinct names, sorted, and each block's number among them. "" comes first if it must be there.
fn number_names(names: &[String], with_empty: bool) -> (Vec<&str>, Vec<u32>) {
    let mut distinct: Vec<&str> = names.iter().map(String::as_str).chain(with_empty.then_some("")).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let numbers: HashMap<&str, u32> = distinct.iter().enumerate().map(|(i, &name)| (name, i as u32)).collect();
    let of_blocks = names.iter().map(|name| numbers[name.as_str()]).collect();
    (distinct, of_blocks)
}

fn write_names(out: &mut Writer, text: Section, ends: Section, names: &[&str]) {
    let mut end = 0;
    let name_ends: Vec<u32> = names
        .iter()
        .map(|name| {
            end += name.len() as u32;
            end
        })
        .collect();
    out.section(text, names.concat().as_bytes());
    out.section(ends, &name_ends);
}

fn write_lists(out: &mut Writer, [keys, starts, values]: [Section; 3], lists: &BTreeMap<u64, Vec<u32>>) {
    let mut end = 0;
    let list_starts: Vec<u32> = [0]
        .into_iter()
        .chain(lists.values().map(|list| {
            end += list.len() as u32;
            end
        }))
        .collect();
    out.section(keys, &lists.keys().copied().collect::<Vec<u64>>());
    out.section(starts, &list_starts);
    out.section(values, &lists.values().flatten().copied().collect::<Vec<u32>>());
}
