//! The seam between Greeum's Python and its Rust.
//!
//! One class for the Index, one for the token table, a few functions. Every long call goes through [`released`]; every error through
//! [`raised`]. What each does is written where it is done, in `greeum-core`; what Python sees is in `_core.pyi`.

mod explanation;
mod json;

use greeum_core::bytes::Shared;
use greeum_core::filter::Filter;
use greeum_core::links::Edge;
use greeum_core::query::{PARTS, Weights};
use greeum_core::similar;
use greeum_core::vectors::code::SCALE_BYTES;
use greeum_core::vectors::{Code, CodeRef, distance};
use greeum_core::words::passages;
use greeum_core::{Entry, Error, Query, time};
use pyo3::exceptions::{PyIndexError, PyOSError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Runs `work` without the interpreter's lock, so that other threads go on: the one gate for whatever takes longer than a lookup.
fn released<T: Send>(py: Python<'_>, work: impl FnOnce() -> greeum_core::Result<T> + Send) -> PyResult<T> {
    py.detach(work).map_err(|error| raised(py, error))
}

/// The Python exception of an error.
fn raised(py: Python<'_>, error: Error) -> PyErr {
    match error {
        Error::Invalid { field, reason } => {
            let exception = py
                .import("greeum.errors")
                .and_then(|errors| errors.getattr("InvalidInput"))
                .and_then(|class| class.call1((field, reason)));
            exception.map_or_else(|error| error, PyErr::from_value)
        }
        Error::Damaged(what) => PyRuntimeError::new_err(what),
        Error::Io(error) => match error.raw_os_error() {
            Some(code) => PyOSError::new_err((code, error.to_string())),
            None => PyOSError::new_err(error.to_string()),
        },
    }
}

/// A table of token vectors, mapped from a file.
#[pyclass(frozen)]
struct Table(Arc<greeum_core::Table>);

#[pymethods]
impl Table {
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        greeum_core::Table::open(&path).map(|table| Self(Arc::new(table))).map_err(|error| raised(py, error))
    }

    #[getter]
    fn dimension(&self) -> usize {
        self.0.dimension()
    }

    #[getter]
    fn fingerprint(&self) -> String {
        self.0.fingerprint()
    }

    fn verify(&self, py: Python<'_>) -> PyResult<()> {
        released(py, || self.0.verify())
    }

    fn write_codes(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        released(py, || self.0.write_codes(&path))
    }

    fn encode_blocks<'py>(&self, py: Python<'py>, texts: Vec<String>) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let codes = released(py, || Ok(texts.iter().map(|text| self.0.encode(text)).collect::<Vec<_>>()))?;
        Ok(codes.iter().map(|code| PyBytes::new(py, code)).collect())
    }
}

/// What the index of a write-ahead log of SQLite begins with, twice: the layout is part of its documentation (walformat.html).
const LOG_HEADER_WORDS: usize = 6;

/// The version of that layout.
const LOG_INDEX_VERSION: u32 = 3_007_000;

/// The header of the index of a write-ahead log: another one after each commit, of whatever process.
#[pyclass(frozen)]
struct LogHeader(Mutex<Option<Shared<{ 2 * LOG_HEADER_WORDS }>>>);

#[pymethods]
impl LogHeader {
    #[new]
    fn new(py: Python<'_>, descriptor: i32) -> PyResult<Self> {
        #[cfg(unix)]
        let shared = Shared::of(descriptor);
        #[cfg(not(unix))]
        let shared = Err(std::io::ErrorKind::Unsupported.into());
        shared.map(|shared| Self(Mutex::new(Some(shared)))).map_err(|error| raised(py, error.into()))
    }

    fn read<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        let words = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.read();
        let (first, second) = words.split_at(LOG_HEADER_WORDS);
        let (version, is_made) = (words[0] as u32, words[1].to_ne_bytes()[4]);
        let is_whole = first == second && version == LOG_INDEX_VERSION && is_made == 1;
        is_whole.then(|| PyBytes::new(py, bytemuck::cast_slice(first)))
    }

    fn close(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// A time zone.
#[pyclass(frozen)]
struct Zone(Arc<greeum_core::Zone>);

#[pymethods]
impl Zone {
    #[new]
    fn new(py: Python<'_>, name: &str) -> PyResult<Self> {
        greeum_core::Zone::named(name).map(|zone| Self(Arc::new(zone))).map_err(|error| raised(py, error))
    }

    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    fn parse(&self, text: &str) -> Option<i64> {
        self.0.parse(text)
    }

    fn format(&self, at: i64) -> String {
        self.0.format(at)
    }
}

/// A block as the Store holds it (a `BlockRow`), and its vectors.
struct Row(Entry);

impl<'py> FromPyObject<'_, 'py> for Row {
    type Error = PyErr;

    fn extract(pair: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let (row, vectors): (Bound<'py, PyTuple>, Vec<u8>) = pair.extract()?;
        let json = |at: usize| row.get_item(at)?.extract::<String>();
        let invalid = |error: serde_json::Error| {
            PyRuntimeError::new_err(format!("the store holds JSON that cannot be read: {error}"))
        };
        Ok(Self(Entry {
            id: row.get_item(0)?.extract()?,
            uid: row.get_item(1)?.extract()?,
            namespace: row.get_item(2)?.extract()?,
            key: row.get_item(3)?.extract()?,
            text: row.get_item(4)?.extract()?,
            kind: row.get_item(5)?.extract()?,
            source: row.get_item(6)?.extract()?,
            tags: serde_json::from_str(&json(7)?).map_err(invalid)?,
            importance: row.get_item(8)?.extract()?,
            metadata: serde_json::from_str(&json(9)?).map_err(invalid)?,
            at: row.get_item(10)?.extract()?,
            added_at: row.get_item(11)?.extract()?,
            valid_from: row.get_item(12)?.extract()?,
            valid_to: row.get_item(13)?.extract()?,
            expires_at: row.get_item(14)?.extract()?,
            superseded: !row.get_item(17)?.is_none(),
            superseded_at: row.get_item(18)?.extract()?,
            origin: row.get_item(19)?.extract()?,
            trust: row.get_item(20)?.extract()?,
            flags: serde_json::from_str(&json(21)?).map_err(invalid)?,
            uses: row.get_item(22)?.extract()?,
            vectors,
        }))
    }
}

/// How much of two texts is the same, and why both cannot hold: the reason, what either says, and whether the later one is sure to hold.
type Compared = (f32, Option<(&'static str, String, String, bool)>);

type LinkRows = Vec<(u64, Vec<(u64, f32, f32)>)>;

fn edges(rows: LinkRows) -> Vec<(u64, Vec<Edge>)> {
    rows.into_iter()
        .map(|(source, row)| {
            (source, row.into_iter().map(|(target, weight, speaks)| Edge { target, weight, speaks }).collect())
        })
        .collect()
}

fn filter(py: Python<'_>, text: Option<&str>, zone: &greeum_core::Zone) -> PyResult<Option<Filter>> {
    text.map(|text| Filter::parse(text, zone)).transpose().map_err(|error| raised(py, error))
}

/// The default weights with what is said of some of them.
fn weighed(py: Python<'_>, said: Vec<(String, f32)>) -> PyResult<Weights> {
    let mut weights = Weights::default();
    for (name, value) in said {
        weights.set(&name, value).map_err(|error| raised(py, error))?;
    }
    Ok(weights)
}

/// Every weight by its name: what is said of it, else its default.
#[pyfunction]
fn weights(py: Python<'_>, said: Vec<(String, f32)>) -> PyResult<Vec<(&'static str, f32)>> {
    Ok(weighed(py, said)?.list())
}

/// The one code in `bytes`.
fn code(bytes: &[u8]) -> greeum_core::Result<Code> {
    let dimension = bytes.len().saturating_sub(SCALE_BYTES);
    let code = CodeRef::all(bytes, dimension)?.next();
    code.map(CodeRef::to_owned).ok_or_else(|| Error::invalid("vector", "is empty"))
}

/// The hits of one or several queries.
#[pyclass(frozen)]
struct Found(Vec<greeum_core::Answer>);

#[pymethods]
impl Found {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn ids(&self) -> Vec<u64> {
        let mut ids: Vec<u64> = self.0.iter().flat_map(|answer| &answer.hits).map(|hit| hit.block).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn hits<'py>(&self, py: Python<'py>, query: usize) -> PyResult<Bound<'py, PyList>> {
        let hits = &self.answer(query)?.hits;
        PyList::new(py, hits.iter().map(|hit| (hit.block, hit.score, hit.parts)))
    }

    fn visit(&self, query: usize) -> PyResult<(u64, u64, Option<u64>, &'static str)> {
        let answer = self.answer(query)?;
        Ok((answer.blocks, answer.visited, answer.start, answer.width.name()))
    }

    fn left_out(&self, query: usize) -> PyResult<Vec<&'static str>> {
        Ok(self.answer(query)?.left_out.iter().map(|stage| stage.name()).collect())
    }

    fn json<'py>(&self, py: Python<'py>, query: usize, blocks: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyBytes>> {
        let hits = &self.answer(query)?.hits;
        Ok(PyBytes::new(py, &json::found(hits, blocks)?))
    }
}

impl Found {
    fn answer(&self, query: usize) -> PyResult<&greeum_core::Answer> {
        self.0.get(query).ok_or_else(|| PyIndexError::new_err(query))
    }
}

/// The Index of one memory.
#[pyclass(frozen)]
struct Index {
    index: greeum_core::Index,
    #[pyo3(get)]
    reason: Option<String>,
}

#[pymethods]
impl Index {
    #[new]
    #[pyo3(signature = (directory, table, embedder, dimension, embeds_queries, zone))]
    fn new(
        py: Python<'_>,
        directory: Option<PathBuf>,
        table: &Table,
        embedder: String,
        dimension: usize,
        embeds_queries: bool,
        zone: &Zone,
    ) -> PyResult<Self> {
        let (table, zone) = (Arc::clone(&table.0), greeum_core::Zone::clone(&zone.0));
        let (index, reason) = released(py, || {
            greeum_core::Index::open(directory.as_deref(), table, &embedder, dimension, embeds_queries, zone)
        })?;
        Ok(Self { index, reason })
    }

    #[getter]
    fn zone(&self) -> Zone {
        Zone(Arc::clone(&self.index.state().zone))
    }

    #[getter]
    fn seq(&self) -> u64 {
        self.index.seq()
    }

    #[getter]
    fn witness(&self) -> Option<(u64, String)> {
        self.index.witness()
    }

    fn apply(&self, py: Python<'_>, seq: u64, entries: Vec<Row>, removed: Vec<u64>, links: LinkRows) -> PyResult<()> {
        released(py, || self.index.apply(seq, entries.into_iter().map(|row| row.0).collect(), &removed, edges(links)))
    }

    fn load(&self, py: Python<'_>, seq: u64, entries: Vec<Row>, links: LinkRows) -> PyResult<()> {
        released(py, || self.index.load(seq, entries.into_iter().map(|row| row.0).collect(), edges(links)))
    }

    fn reload(&self, zone: &Zone) {
        self.index.reload(greeum_core::Zone::clone(&zone.0));
    }

    fn leave_off(&self) {
        self.index.leave_off();
    }

    fn loaded(&self, seq: u64) {
        self.index.loaded(seq);
    }

    #[pyo3(signature = (queries, k, namespace, filter_json, near, history, now, exact, weights, as_of, asked_at, budget_us=None))]
    #[allow(clippy::too_many_arguments, reason = "one crossing for one search; Query names them on both sides")]
    fn search(
        &self,
        py: Python<'_>,
        queries: Vec<(String, Option<Vec<u8>>)>,
        k: usize,
        namespace: String,
        filter_json: Option<&str>,
        near: Vec<(u64, u32)>,
        history: bool,
        now: i64,
        exact: bool,
        weights: Option<Vec<(String, f32)>>,
        as_of: Option<i64>,
        asked_at: Option<i64>,
        budget_us: Option<u64>,
    ) -> PyResult<Found> {
        let filter = self.filter(py, filter_json)?;
        let budget = budget_us.map(Duration::from_micros);
        let weights = weighed(py, weights.unwrap_or_default())?;
        let plain = Query {
            k,
            namespace,
            filter,
            near,
            history,
            now,
            exact,
            as_of,
            asked_at,
            weights,
            budget,
            ..Query::default()
        };
        let query = |(text, vector): (String, Option<Vec<u8>>)| {
            let vector = vector.map(|bytes| code(&bytes)).transpose()?;
            Ok(Query { text, vector, ..plain.clone() })
        };
        let queries: greeum_core::Result<Vec<Query>> = queries.into_iter().map(query).collect();
        let queries = queries.map_err(|error| raised(py, error))?;
        Ok(Found(released(py, || self.index.search_many(&queries))?))
    }

    #[pyo3(signature = (query, k, namespace, filter_json, near, history, now, exact, weights, as_of, asked_at, subject))]
    #[allow(clippy::too_many_arguments, reason = "as for search")]
    fn explain(
        &self,
        py: Python<'_>,
        query: (String, Option<Vec<u8>>),
        k: usize,
        namespace: String,
        filter_json: Option<&str>,
        near: Vec<(u64, u32)>,
        history: bool,
        now: i64,
        exact: bool,
        weights: Option<Vec<(String, f32)>>,
        as_of: Option<i64>,
        asked_at: Option<i64>,
        subject: explanation::SubjectParts,
    ) -> PyResult<String> {
        let (filter, subject) =
            (self.filter(py, filter_json)?, explanation::subject(py, subject, &self.index.state().zone)?);
        let vector = query.1.map(|bytes| code(&bytes)).transpose().map_err(|error| raised(py, error))?;
        let text = query.0;
        let weights = weighed(py, weights.unwrap_or_default())?;
        let query = Query {
            text,
            vector,
            k,
            namespace,
            filter,
            near,
            history,
            now,
            exact,
            as_of,
            asked_at,
            weights,
            budget: None,
        };
        let found = released(py, || self.index.explain(&query, &subject))?;
        Ok(explanation::json(&found, k).to_string())
    }

    /// One query under several weightings, all from the same state.
    #[allow(clippy::too_many_arguments, reason = "as for search")]
    fn vary(
        &self,
        py: Python<'_>,
        text: String,
        vector: Option<Vec<u8>>,
        k: usize,
        namespace: String,
        now: i64,
        weightings: Vec<Vec<(String, f32)>>,
    ) -> PyResult<Found> {
        let vector = vector.map(|bytes| code(&bytes)).transpose().map_err(|error| raised(py, error))?;
        let plain = Query { text, vector, k, namespace, now, ..Query::default() };
        let queries: PyResult<Vec<Query>> =
            weightings.into_iter().map(|said| Ok(Query { weights: weighed(py, said)?, ..plain.clone() })).collect();
        let queries = queries?;
        Ok(Found(released(py, || self.index.search_many(&queries))?))
    }

    #[pyo3(signature = (text, vector, within, near, namespace, at, now))]
    #[allow(clippy::too_many_arguments, reason = "as for search")]
    fn fits(
        &self,
        py: Python<'_>,
        text: String,
        vector: Option<Vec<u8>>,
        within: String,
        near: Vec<(u64, u32)>,
        namespace: String,
        at: i64,
        now: i64,
    ) -> PyResult<(usize, Vec<f32>, Option<f32>)> {
        let vector = vector.map(|bytes| code(&bytes)).transpose().map_err(|error| raised(py, error))?;
        let query = Query { text, vector, namespace: within, near, asked_at: Some(at), now, ..Query::default() };
        let fitting = released(py, || self.index.fits(&query, &namespace))?;
        Ok((fitting.words, fitting.anchors, fitting.aside))
    }

    fn nearest(
        &self,
        py: Python<'_>,
        items: Vec<(String, String, Vec<u8>)>,
        now: i64,
        count: usize,
    ) -> PyResult<Vec<Vec<u64>>> {
        released(py, || {
            let of = |(namespace, text, bytes): &(String, String, Vec<u8>)| {
                let code = code(bytes).ok();
                self.index.nearest(namespace, text, code.as_ref().map(Code::as_ref), now, count)
            };
            Ok(items.iter().map(of).collect())
        })
    }

    fn compare(&self, py: Python<'_>, text: &str, others: Vec<String>) -> PyResult<Vec<Compared>> {
        let found = released(py, || Ok(self.index.compare(text, &others)))?;
        let difference = |difference: similar::Difference| {
            (difference.reason.name(), difference.new, difference.old, difference.is_sure)
        };
        Ok(found.into_iter().map(|comparison| (comparison.same, comparison.difference.map(difference))).collect())
    }

    #[pyo3(signature = (namespace, filter_json, history, now, after, limit, newest_first, as_of))]
    #[allow(clippy::too_many_arguments, reason = "as for search")]
    fn select(
        &self,
        py: Python<'_>,
        namespace: String,
        filter_json: Option<&str>,
        history: bool,
        now: i64,
        after: Option<(i64, u64)>,
        limit: usize,
        newest_first: bool,
        as_of: Option<i64>,
    ) -> PyResult<Vec<(i64, u64)>> {
        let filter = self.filter(py, filter_json)?;
        let query = Query { namespace, filter, history, now, as_of, k: limit, ..Query::default() };
        released(py, || Ok(self.index.select(&query, after, newest_first)))
    }

    #[pyo3(signature = (namespace, filter_json, history, now, as_of, text = String::new(), asked_at = None))]
    #[allow(clippy::too_many_arguments, reason = "as for search")]
    fn count(
        &self,
        py: Python<'_>,
        namespace: String,
        filter_json: Option<&str>,
        history: bool,
        now: i64,
        as_of: Option<i64>,
        text: String,
        asked_at: Option<i64>,
    ) -> PyResult<u64> {
        let filter = self.filter(py, filter_json)?;
        let query = Query { text, namespace, filter, history, now, as_of, asked_at, ..Query::default() };
        released(py, || Ok(self.index.count(&query)))
    }

    #[pyo3(signature = (namespace, filter_json, history, now, as_of, text = String::new(), asked_at = None))]
    #[allow(clippy::too_many_arguments, reason = "as for search")]
    fn ids(
        &self,
        py: Python<'_>,
        namespace: String,
        filter_json: Option<&str>,
        history: bool,
        now: i64,
        as_of: Option<i64>,
        text: String,
        asked_at: Option<i64>,
    ) -> PyResult<Vec<u64>> {
        let filter = self.filter(py, filter_json)?;
        let query = Query { text, namespace, filter, history, now, as_of, asked_at, ..Query::default() };
        released(py, || Ok(self.index.ids(&query)))
    }

    #[pyo3(signature = (namespace, filter_json, now, after, limit, as_of, text = String::new(), asked_at = None))]
    #[allow(clippy::too_many_arguments, reason = "as for search")]
    fn namespaces(
        &self,
        py: Python<'_>,
        namespace: String,
        filter_json: Option<&str>,
        now: i64,
        after: Option<&str>,
        limit: usize,
        as_of: Option<i64>,
        text: String,
        asked_at: Option<i64>,
    ) -> PyResult<Vec<(String, u64)>> {
        let filter = self.filter(py, filter_json)?;
        let query = Query { text, namespace, filter, now, as_of, asked_at, k: limit, ..Query::default() };
        released(py, || Ok(self.index.namespaces(&query, after)))
    }

    #[getter]
    fn wants_fold(&self) -> bool {
        self.index.wants_fold()
    }

    #[getter]
    fn holds_forgotten(&self) -> bool {
        self.index.holds_forgotten()
    }

    fn fold(&self, py: Python<'_>, wait: bool) -> PyResult<bool> {
        released(py, || self.index.fold(wait))
    }

    fn scrub(&self, py: Python<'_>) -> PyResult<bool> {
        released(py, || self.index.scrub())
    }

    fn refresh(&self, py: Python<'_>) -> PyResult<bool> {
        released(py, || self.index.refresh())
    }

    fn verify(&self, py: Python<'_>) -> PyResult<()> {
        released(py, || self.index.verify())
    }

    fn differing(&self, py: Python<'_>, entries: Vec<Row>) -> PyResult<Vec<u64>> {
        let entries: Vec<Entry> = entries.into_iter().map(|row| row.0).collect();
        released(py, || self.index.differing(&entries))
    }

    fn leftovers(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        released(py, || self.index.leftovers())
    }

    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = self.index.stats();
        let dict = PyDict::new(py);
        dict.set_item("seq", stats.seq)?;
        dict.set_item("blocks", stats.blocks)?;
        dict.set_item("tail_blocks", stats.tail)?;
        dict.set_item("passages", stats.passages)?;
        dict.set_item("links", stats.links)?;
        dict.set_item("files", stats.segments[0])?;
        dict.set_item("memory_segments", stats.segments[1])?;
        dict.set_item("bytes", stats.bytes)?;
        dict.set_item("kernel", distance::kernel_name())?;
        Ok(dict)
    }
}

impl Index {
    fn filter(&self, py: Python<'_>, text: Option<&str>) -> PyResult<Option<Filter>> {
        filter(py, text, &self.index.state().zone)
    }
}

/// Codes of vectors, one after another.
#[pyfunction]
fn quantize<'py>(py: Python<'py>, vectors: Vec<Vec<f32>>, dimension: usize) -> PyResult<Bound<'py, PyBytes>> {
    let codes = released(py, || {
        let mut codes = Vec::with_capacity(vectors.len() * (dimension + 4));
        for vector in &vectors {
            Code::checked(vector, dimension, "vector")?.to_bytes(&mut codes);
        }
        Ok(codes)
    })?;
    Ok(PyBytes::new(py, &codes))
}

/// The passages of a text.
#[pyfunction]
fn split(text: &str) -> Vec<&str> {
    passages::split(text)
}

/// The normal form of a text: two texts with the same one are the same.
#[pyfunction]
fn normal(text: &str) -> String {
    similar::normal(text)
}

/// A number for a text's normal form and what goes with it.
#[pyfunction]
fn digest(text: &str, with_: Vec<String>) -> i64 {
    let with: Vec<&str> = with_.iter().map(String::as_str).collect();
    similar::digest(text, &with)
}

/// Microseconds since 1970 of a moment in ISO 8601; None if it is not one.
#[pyfunction]
fn parse_time(text: &str) -> Option<i64> {
    time::parse(text)
}

/// A moment in ISO 8601, in UTC.
#[pyfunction]
fn format_time(at: i64) -> String {
    time::format(at)
}

/// A JSON array of blocks, from their rows (`BlockRow`): what `Block.to_dict` gives for each.
#[pyfunction]
fn blocks_json<'py>(py: Python<'py>, rows: Vec<Bound<'py, PyTuple>>) -> PyResult<Bound<'py, PyBytes>> {
    json::array(rows.len(), |at, out| json::block(&rows[at], out)).map(|bytes| PyBytes::new(py, &bytes))
}

/// A JSON array of hits, from row, score and parts of each: what `Hit.to_dict` gives for each.
#[pyfunction]
fn hits_json<'py>(py: Python<'py>, hits: Vec<json::HitParts<'py>>) -> PyResult<Bound<'py, PyBytes>> {
    json::array(hits.len(), |at, out| json::hit(&hits[at], out)).map(|bytes| PyBytes::new(py, &bytes))
}

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Table>()?;
    module.add_class::<LogHeader>()?;
    module.add_class::<Zone>()?;
    module.add_class::<Found>()?;
    module.add_class::<Index>()?;
    module.add_function(wrap_pyfunction!(quantize, module)?)?;
    module.add_function(wrap_pyfunction!(split, module)?)?;
    module.add_function(wrap_pyfunction!(normal, module)?)?;
    module.add_function(wrap_pyfunction!(digest, module)?)?;
    module.add_function(wrap_pyfunction!(parse_time, module)?)?;
    module.add_function(wrap_pyfunction!(format_time, module)?)?;
    module.add_function(wrap_pyfunction!(blocks_json, module)?)?;
    module.add_function(wrap_pyfunction!(hits_json, module)?)?;
    module.add_function(wrap_pyfunction!(weights, module)?)?;
    module.add("PARTS", PARTS.to_vec())?;
    Ok(())
}
