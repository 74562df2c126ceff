//! AVX2: sixteen products at a time, widened to 16 bits so that none can saturate.

use super::lanes::QUAD;
use super::{LINE, Lanes, Probe};
use crate::vectors::coarse::Quarter;
use std::arch::x86_64::*;

pub fn probe(row: &[i8], probe: &Probe<'_>) -> i32 {
    // SAFETY: this kernel is listed only where AVX2 was detected.
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

#[target_feature(enable = "avx2")]
fn some_dot(rows: &[&[i8]], probe: &Probe<'_>, out: &mut [i32]) {
    rows.iter().zip(out).for_each(|(row, out)| *out = kernel(row, probe.bytes));
}

#[target_feature(enable = "avx2")]
fn each_dot(rows: &[i8], probe: &Probe<'_>, out: &mut [i32]) {
    rows.chunks_exact(probe.bytes.len()).zip(out).for_each(|(row, out)| *out = kernel(row, probe.bytes));
}

#[inline]
#[target_feature(enable = "avx2")]
fn kernel(a: &[i8], b: &[i8]) -> i32 {
    let (rows, probes) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest = super::scalar::dot(rows.remainder(), probes.remainder());
    let mut sum = _mm256_setzero_si256();
    for (x, y) in rows.zip(probes) {
        // SAFETY: both are 16 bytes long.
        let (x, y) = unsafe { (_mm_loadu_si128(x.as_ptr().cast()), _mm_loadu_si128(y.as_ptr().cast())) };
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_cvtepi8_epi16(x), _mm256_cvtepi8_epi16(y)));
    }
    added(sum) + rest
}

/// The sum of a register.
#[inline]
#[target_feature(enable = "avx2")]
fn added(sum: __m256i) -> i32 {
    let half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    let quarter = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0b_00_00_11_10));
    let one = _mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 0b_00_00_00_01));
    _mm_cvtsi128_si32(one)
}

pub fn similar(lanes: &Lanes, codes: &[u8], keys: &[u16], out: &mut [u8]) {
    // SAFETY: as above.
    unsafe { each_code(lanes, codes, keys, out) }
}

#[target_feature(enable = "avx2")]
fn each_code(lanes: &Lanes, codes: &[u8], keys: &[u16], out: &mut [u8]) {
    let bytes = lanes.code_bytes();
    out.fill(0);
    for (&key, out) in keys.iter().zip(out.chunks_exact_mut(lanes.width())) {
        let code = &codes[usize::from(key) * bytes..][..bytes];
        for (quad, out) in lanes.quads().iter().zip(out.as_chunks_mut::<QUAD>().0) {
            for (probe, out) in out.iter_mut().enumerate().take(quad.probes) {
                *out = quad.similarity(probe, product(code, &quad.quarters, probe));
            }
        }
    }
}

/// The product of a code with one of four probes. Those of four levels with two components fit into 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn product(code: &[u8], quarters: &[[Quarter; QUAD]], probe: usize) -> i32 {
    let (low, ones) = (_mm256_set1_epi8(3), _mm256_set1_epi16(1));
    let mut sum = _mm256_setzero_si256();
    for (part, quarters) in code.chunks(LINE).zip(quarters) {
        let mut line = [0; LINE];
        line[..part.len()].copy_from_slice(part);
        for (half, bytes) in line.as_chunks::<{ LINE / 2 }>().0.iter().enumerate() {
            // SAFETY: half a line is 32 bytes long.
            let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
            let shifted =
                [bytes, _mm256_srli_epi16(bytes, 2), _mm256_srli_epi16(bytes, 4), _mm256_srli_epi16(bytes, 6)];
            let mut products = _mm256_setzero_si256();
            for (levels, components) in shifted.into_iter().zip(&quarters[probe]) {
                let components = &components.as_chunks::<{ LINE / 2 }>().0[half];
                // SAFETY: as above.
                let components = unsafe { _mm256_loadu_si256(components.as_ptr().cast()) };
                let of_level = _mm256_maddubs_epi16(_mm256_and_si256(levels, low), components);
                products = _mm256_add_epi16(products, of_level);
            }
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(products, ones));
        }
    }
    added(sum)
}
