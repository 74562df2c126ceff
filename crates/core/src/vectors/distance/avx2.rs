//! AVX2: sixteen products at a time, widened to 16 bits so that none can saturate.

use super::Probe;
use std::arch::x86_64::*;

pub fn probe(row: &[i8], probe: &Probe<'_>) -> i32 {
    // SAFETY: this kernel is listed only where AVX2 was detected.
    unsafe { kernel(row, probe.bytes) }
}

pub fn each(rows: &[i8], probe: &Probe<'_>, out: &mut [i32]) {
    // SAFETY: as above.
    unsafe { each_dot(rows, probe, out) }
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
    let half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    let quarter = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0b_00_00_11_10));
    let one = _mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 0b_00_00_00_01));
    _mm_cvtsi128_si32(one) + rest
}
