//! Compressed sparse rows: sources in order, and each one's edges in one stretch; the same turned round for the way back.

use super::Edge;
use crate::error::{Error, Result};
use crate::id::BlockId;

const MAGIC: &[u8; 8] = b"GREEUML2";

/// Source, target, weight and how far it speaks.
const EDGE_BYTES: usize = 24;

/// See the module.
#[derive(Default)]
pub struct Csr {
    forward: Rows,
    backward: Rows,
}

#[derive(Default)]
struct Rows {
    sources: Vec<BlockId>,
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

impl Rows {
    fn new(mut pairs: Vec<(BlockId, Edge)>) -> Self {
        pairs.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.order(&b.1)));
        let mut rows = Self { starts: vec![0], ..Self::default() };
        for (source, edge) in pairs {
            if rows.sources.last() != Some(&source) {
                rows.sources.push(source);
                rows.starts.push(rows.edges.len() as u32);
            }
            rows.edges.push(edge);
            *rows.starts.last_mut().expect("starts with one") = rows.edges.len() as u32;
        }
        rows
    }

    fn of(&self, source: BlockId) -> &[Edge] {
        match self.sources.binary_search(&source) {
            Ok(at) => &self.edges[self.starts[at] as usize..self.starts[at + 1] as usize],
            Err(_) => &[],
        }
    }
}

impl Csr {
    /// Rows in ascending order of source.
    pub fn new(rows: &[(BlockId, Vec<Edge>)]) -> Self {
        let pairs = || rows.iter().flat_map(|(source, edges)| edges.iter().map(move |edge| (*source, *edge)));
        let turned = pairs().map(|(source, edge)| (edge.target, Edge { target: source, ..edge })).collect();
        Self { forward: Rows::new(pairs().collect()), backward: Rows::new(turned) }
    }

    /// The links that leave a block; what speaks most first.
    pub fn row(&self, source: BlockId) -> &[Edge] {
        self.forward.of(source)
    }

    /// The same, one by one.
    pub fn leaving(&self, source: BlockId) -> impl Iterator<Item = Edge> + '_ {
        self.row(source).iter().copied()
    }

    /// The links that arrive at a block, in the same order; `target` names where each comes from.
    pub fn arriving_row(&self, target: BlockId) -> &[Edge] {
        self.backward.of(target)
    }

    /// The same, one by one.
    pub fn arriving(&self, target: BlockId) -> impl Iterator<Item = Edge> + '_ {
        self.arriving_row(target).iter().copied()
    }

    /// How many blocks have links that leave them.
    pub fn sources(&self) -> usize {
        self.forward.sources.len()
    }

    /// Every source with its links.
    pub fn rows(&self) -> impl Iterator<Item = (BlockId, impl Iterator<Item = Edge> + '_)> + '_ {
        self.forward.sources.iter().map(|&source| (source, self.leaving(source)))
    }

    /// As a file holds it: magic, checksum, and an edge after another.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.forward.edges.len() * EDGE_BYTES);
        for (source, edges) in self.rows() {
            for edge in edges {
                body.extend(source.to_le_bytes());
                body.extend(edge.target.to_le_bytes());
                body.extend(edge.weight.to_le_bytes());
                body.extend(edge.speaks.to_le_bytes());
            }
        }
        [&MAGIC[..], &crc32fast::hash(&body).to_le_bytes(), &body].concat()
    }

    /// The checksum that a file's bytes hold.
    pub fn checksum(bytes: &[u8]) -> Result<u32> {
        let field = bytes.get(8..12).and_then(|field| field.try_into().ok());
        field.map(u32::from_le_bytes).ok_or_else(|| Error::Damaged("the file of links is cut short".into()))
    }

    /// From a file's bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let damaged = || Error::Damaged("the file of links is not what was written".into());
        let (head, body) = bytes.split_at_checked(12).ok_or_else(damaged)?;
        if &head[..8] != MAGIC || head[8..] != crc32fast::hash(body).to_le_bytes() || body.len() % EDGE_BYTES != 0 {
            return Err(damaged());
        }
        let long = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        let mut rows: Vec<(BlockId, Vec<Edge>)> = Vec::new();
        let share = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("four bytes"));
        for edge in body.chunks_exact(EDGE_BYTES) {
            let (source, target) = (long(&edge[..8]), long(&edge[8..16]));
            let (weight, speaks) = (share(&edge[16..20]), share(&edge[20..]));
            if rows.last().is_none_or(|row| row.0 != source) {
                rows.push((source, Vec::new()));
            }
            rows.last_mut().expect("just pushed").1.push(Edge { target, weight, speaks });
        }
        Ok(Self::new(&rows))
    }
}
