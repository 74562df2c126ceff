//! NEON: eight products at a time, added in pairs.

use super::Probe;
use std::arch::aarch64::*;

pub fn probe(row: &[i8], probe: &Probe<'_>) -> i32 {
    // SAFETY: NEON is part of every aarch64 processor.
    unsafe { kernel(row, probe.bytes) }
}

pub fn each(rows: &[i8], probe: &Probe<'_>, out: &mut [i32]) {
    // SAFETY: as above.
    unsafe { each_dot(rows, probe, out) }
}

pub fn some(rows: &[&[i8]], probe: &Probe<'_>, out: &mut [i32]) {
    // SAFETY: as above.
    unsafe { some_dot(rows, probe, out) }
}

#[target_feature(enable = "neon")]
fn some_dot(rows: &[&[i8]], probe: &Probe<'_>, out: &mut [i32]) {
    rows.iter().zip(out).for_each(|(row, out)| *out = kernel(row, probe.bytes));
}

#[target_feature(enable = "neon")]
fn each_dot(rows: &[i8], probe: &Probe<'_>, out: &mut [i32]) {
    rows.chunks_exact(probe.bytes.len()).zip(out).for_each(|(row, out)| *out = kernel(row, probe.bytes));
}

#[inline]
#[target_feature(enable = "neon")]
fn kernel(a: &[i8], b: &[i8]) -> i32 {
    let (rows, probes) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest = super::scalar::dot(rows.remainder(), probes.remainder());
    let mut sum = vdupq_n_s32(0);
    for (x, y) in rows.zip(probes) {
        // SAFETY: both are 16 bytes long.
        let (x, y) = unsafe { (vld1q_s8(x.as_ptr()), vld1q_s8(y.as_ptr())) };
        sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(x), vget_low_s8(y)));
        sum = vpadalq_s16(sum, vmull_high_s8(x, y));
    }
    vaddvq_s32(sum) + rest
}
