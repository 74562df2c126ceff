//! The meaning of the inner product, and the choice where there is nothing faster.

use super::Probe;

pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum()
}

pub fn probe(row: &[i8], probe: &Probe<'_>) -> i32 {
    dot(row, probe.bytes)
}

pub fn each(rows: &[i8], probe: &Probe<'_>, out: &mut [i32]) {
    rows.chunks_exact(probe.bytes.len()).zip(out).for_each(|(row, out)| *out = dot(row, probe.bytes));
}

pub fn some(rows: &[&[i8]], probe: &Probe<'_>, out: &mut [i32]) {
    rows.iter().zip(out).for_each(|(row, out)| *out = dot(row, probe.bytes));
}
