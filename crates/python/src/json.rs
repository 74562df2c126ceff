//! Blocks and hits as JSON, straight from their rows: what `Block.to_dict` and `Hit.to_dict` would give, without an object for each field.

use greeum_core::query::Hit;
use greeum_core::time;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};
use std::io::Write;

/// A hit as Python has it: its block's row, its score, the parts of that.
pub type HitParts<'py> = (Bound<'py, PyTuple>, f64, Bound<'py, PyList>);

/// Room for an array's item at first: a turn of a conversation with all of its fields.
const ITEM_BYTES: usize = 640;

/// How a field's value is written.
#[derive(Clone, Copy)]
enum Form {
    /// A whole number, or null.
    Whole,
    /// A number.
    Number,
    /// A string, or null.
    Text,
    /// It is JSON already.
    Json,
    /// A moment, or null.
    Moment,
}

/// The fields of a block as they begin in JSON, in the order of a `BlockRow`.
const FIELDS: [(&str, Form); 23] = [
    (r#"{"id":"#, Form::Whole),
    (r#","uid":"#, Form::Text),
    (r#","namespace":"#, Form::Text),
    (r#","key":"#, Form::Text),
    (r#","text":"#, Form::Text),
    (r#","kind":"#, Form::Text),
    (r#","source":"#, Form::Text),
    (r#","tags":"#, Form::Json),
    (r#","importance":"#, Form::Number),
    (r#","metadata":"#, Form::Json),
    (r#","at":"#, Form::Moment),
    (r#","added_at":"#, Form::Moment),
    (r#","valid_from":"#, Form::Moment),
    (r#","valid_to":"#, Form::Moment),
    (r#","expires_at":"#, Form::Moment),
    (r#","revision":"#, Form::Whole),
    (r#","supersedes":"#, Form::Whole),
    (r#","superseded_by":"#, Form::Whole),
    (r#","superseded_at":"#, Form::Moment),
    (r#","origin":"#, Form::Text),
    (r#","trust":"#, Form::Number),
    (r#","flags":"#, Form::Json),
    (r#","uses":"#, Form::Whole),
];

/// The parts of a score as they begin in JSON, in the order of `PARTS`.
const PART_NAMES: [&str; 6] =
    [r#","parts":{"words":"#, r#","vector":"#, r#","tokens":"#, r#","conversation":"#, r#","prior":"#, r#","graph":"#];

/// An array of so many items, each written by `item`.
pub fn array(length: usize, item: impl Fn(usize, &mut Vec<u8>) -> PyResult<()>) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(2 + length * ITEM_BYTES);
    out.push(b'[');
    for at in 0..length {
        if at > 0 {
            out.push(b',');
        }
        item(at, &mut out)?;
    }
    out.push(b']');
    Ok(out)
}

/// One block.
pub fn block(row: &Bound<'_, PyTuple>, out: &mut Vec<u8>) -> PyResult<()> {
    for (at, (begin, form)) in FIELDS.into_iter().enumerate() {
        out.extend_from_slice(begin.as_bytes());
        let value = row.get_borrowed_item(at)?;
        if value.is_none() {
            out.extend_from_slice(b"null");
            continue;
        }
        match form {
            Form::Whole => write!(out, "{}", value.extract::<i64>()?)?,
            Form::Number => number(value.extract()?, out)?,
            Form::Text => serde_json::to_writer(&mut *out, value.cast::<PyString>()?.to_str()?).map_err(unwritable)?,
            Form::Json => out.extend_from_slice(value.cast::<PyString>()?.to_str()?.as_bytes()),
            Form::Moment => write!(out, "\"{}\"", time::format(value.extract()?))?,
        }
    }
    out.push(b'}');
    Ok(())
}

/// One hit; its score and the parts of it to four digits.
pub fn hit((row, score, parts): &HitParts<'_>, out: &mut Vec<u8>) -> PyResult<()> {
    out.extend_from_slice(br#"{"score":"#);
    rounded(*score, out)?;
    for (at, name) in PART_NAMES.into_iter().enumerate() {
        out.extend_from_slice(name.as_bytes());
        rounded(parts.get_item(at)?.extract()?, out)?;
    }
    out.extend_from_slice(br#"},"block":"#);
    block(row, out)?;
    out.push(b'}');
    Ok(())
}

/// The hits of a query, each with its block's JSON out of `blocks`; those that are not there (forgotten a moment ago) are passed over.
pub fn found(hits: &[Hit], blocks: &Bound<'_, PyDict>) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(2 + hits.len() * ITEM_BYTES);
    out.push(b'[');
    for hit in hits {
        let Some(block) = blocks.get_item(hit.block)? else { continue };
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(br#"{"score":"#);
        rounded(hit.score.into(), &mut out)?;
        for (name, part) in PART_NAMES.into_iter().zip(hit.parts) {
            out.extend_from_slice(name.as_bytes());
            rounded(part.into(), &mut out)?;
        }
        out.extend_from_slice(br#"},"block":"#);
        out.extend_from_slice(block.cast::<PyBytes>()?.as_bytes());
        out.push(b'}');
    }
    out.push(b']');
    Ok(out)
}

/// The shortest digits that are this number and no other.
fn number(value: f64, out: &mut Vec<u8>) -> PyResult<()> {
    finite(value)?;
    Ok(write!(out, "{value:?}")?)
}

/// A number to four digits, of two equally near ones the even one, as Python's `round` has it.
fn rounded(value: f64, out: &mut Vec<u8>) -> PyResult<()> {
    finite(value)?;
    let scaled = value * 10_000.0;
    let is_halfway = ((scaled - scaled.floor()) - 0.5).abs() < 1e-6;
    if scaled.abs() < 1e9 && !is_halfway {
        four_digits(scaled.round() as i64, out);
        return Ok(());
    }
    write!(out, "{value:.4}")?;
    while out.ends_with(b"0") && !out.ends_with(b".0") {
        out.pop();
    }
    Ok(())
}

/// A number of ten-thousandths, with at least one digit after the point and no zeros at the end that say nothing.
fn four_digits(steps: i64, out: &mut Vec<u8>) {
    let (whole, mut rest) = (steps.unsigned_abs() / 10_000, steps.unsigned_abs() % 10_000);
    if steps < 0 {
        out.push(b'-');
    }
    let mut digits = [0_u8; 20];
    let mut first = digits.len();
    let mut left = whole;
    loop {
        first -= 1;
        digits[first] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
    out.push(b'.');
    let mut unit = 1_000;
    loop {
        out.push(b'0' + (rest / unit) as u8);
        rest %= unit;
        unit /= 10;
        if rest == 0 {
            break;
        }
    }
}

fn finite(value: f64) -> PyResult<()> {
    if value.is_finite() { Ok(()) } else { Err(PyValueError::new_err(format!("JSON cannot say {value}"))) }
}

fn unwritable(error: serde_json::Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}
