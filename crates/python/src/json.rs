//! Blocks and hits as JSON, straight from their rows: what `Block.to_dict` and `Hit.to_dict` would give, without an object for each field.

use greeum_core::query::PARTS;
use greeum_core::time;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
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
const FIELDS: [(&str, Form); 18] = [
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
];

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
    for (at, name) in PARTS.into_iter().enumerate() {
        write!(out, "{}\"{name}\":", if at == 0 { r#","parts":{"# } else { "," })?;
        rounded(parts.get_item(at)?.extract()?, out)?;
    }
    out.extend_from_slice(br#"},"block":"#);
    block(row, out)?;
    out.push(b'}');
    Ok(())
}

/// The shortest digits that are this number and no other.
fn number(value: f64, out: &mut Vec<u8>) -> PyResult<()> {
    finite(value)?;
    Ok(write!(out, "{value:?}")?)
}

/// A number to four digits, of two equally near ones the even one, as Python's `round` has it.
fn rounded(value: f64, out: &mut Vec<u8>) -> PyResult<()> {
    finite(value)?;
    write!(out, "{value:.4}")?;
    while out.ends_with(b"0") && !out.ends_with(b".0") {
        out.pop();
    }
    Ok(())
}

fn finite(value: f64) -> PyResult<()> {
    if value.is_finite() { Ok(()) } else { Err(PyValueError::new_err(format!("JSON cannot say {value}"))) }
}

fn unwritable(error: serde_json::Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}
