//! Facts: what can be asked about a block by equality, as hashes, so that one kind of list serves every field.

use crate::id::hash;
use crate::segment::Entry;
use serde_json::Value;

/// The trust of a block that the owner wrote.
pub const TRUST_USUAL: f64 = 1.0;

/// The uses of a block that nobody has used.
pub const USES_USUAL: f64 = 0.0;

/// That `field` is this string.
pub fn string(field: &str, value: &str) -> u64 {
    hash(&[b"=", field.as_bytes(), b"s", value.as_bytes()])
}

/// That `field` is this value, which is no list and no object.
pub fn scalar(field: &str, value: &Value) -> u64 {
    with(b"=", field, value)
}

/// That the list in `field` holds this value.
pub fn element(field: &str, value: &Value) -> u64 {
    with(b"@", field, value)
}

/// That there is something in `field`.
pub fn exists(field: &str) -> u64 {
    hash(&[b"?", field.as_bytes()])
}

/// The key under which the numbers of `field` are kept.
pub fn field(field: &str) -> u64 {
    hash(&[b"#", field.as_bytes()])
}

/// Every fact of a block, and every number in its metadata.
pub fn of(entry: &Entry, mut fact: impl FnMut(u64), mut number: impl FnMut(u64, f64)) {
    let names = [("kind", Some(&entry.kind)), ("source", entry.source.as_ref()), ("key", entry.key.as_ref())];
    for (field, value) in names.into_iter().filter_map(|(field, value)| Some((field, value?))) {
        fact(string(field, value));
        fact(exists(field));
    }
    if !entry.origin.is_empty() {
        fact(string("origin", &entry.origin));
        fact(exists("origin"));
    }
    elements("tags", &entry.tags, &mut fact);
    elements("flags", &entry.flags, &mut fact);
    for (name, value, usual) in counted(entry) {
        if value != usual {
            number(field(name), value);
        }
    }
    for (name, value) in &entry.metadata {
        walk(&format!("metadata.{name}"), value, &mut fact, &mut number);
    }
}

/// What is a number beside the metadata, each with the value that most blocks have: that one is not listed.
fn counted(entry: &Entry) -> [(&'static str, f64, f64); 3] {
    let superseded_at = entry.superseded_at.map_or(f64::NEG_INFINITY, |at| at as f64);
    [
        ("superseded_at", superseded_at, f64::NEG_INFINITY),
        ("trust", entry.trust, TRUST_USUAL),
        ("uses", entry.uses as f64, USES_USUAL),
    ]
}

fn elements(field: &str, values: &[String], fact: &mut impl FnMut(u64)) {
    let mut values: Vec<&String> = values.iter().collect();
    values.sort_unstable();
    values.dedup();
    if !values.is_empty() {
        fact(exists(field));
    }
    values.iter().for_each(|value| fact(element(field, &Value::String((*value).clone()))));
}

fn walk(path: &str, value: &Value, fact: &mut impl FnMut(u64), number: &mut impl FnMut(u64, f64)) {
    if !value.is_null() {
        fact(exists(path));
    }
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| walk(&format!("{path}.{name}"), value, fact, number))
        }
        Value::Array(values) => {
            let mut facts: Vec<u64> = values
                .iter()
                .filter(|value| !value.is_array() && !value.is_object())
                .map(|value| element(path, value))
                .collect();
            facts.sort_unstable();
            facts.dedup();
            facts.into_iter().for_each(fact);
        }
        _ => {
            fact(scalar(path, value));
            if let Some(value) = value.as_f64() {
                number(field(path), value);
            }
        }
    }
}

fn with(sort: &[u8], field: &str, value: &Value) -> u64 {
    let field = field.as_bytes();
    match value {
        Value::String(text) => hash(&[sort, field, b"s", text.as_bytes()]),
        // 3 and 3.0 are the same number, and so are 0.0 and -0.0.
        Value::Number(number) => {
            hash(&[sort, field, b"n", &(number.as_f64().unwrap_or(f64::NAN) + 0.0).to_bits().to_le_bytes()])
        }
        Value::Bool(truth) => hash(&[sort, field, b"b", &[u8::from(*truth)]]),
        _ => hash(&[sort, field, b"0"]),
    }
}
