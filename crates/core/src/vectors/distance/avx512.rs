//! AVX-512 with VNNI: sixty-four products an instruction.
//!
//! VNNI multiplies unsigned by signed, so the row is moved up by 128, and 128 × the sum of the probe is taken off again.

use super::{LANES, Lanes, Probe};
use std::arch::x86_64::*;

pub fn probe(row: &[i8], probe: &Probe<'_>) -> i32 {
    // SAFETY: this kernel is listed only where these features were detected.
    unsafe { kernel(row, probe) }
}

pub fn similar(row: &[i8], lanes: &Lanes, scale: f32) -> [u8; LANES] {
    // SAFETY: as above.
    unsafe { each_lane(row, lanes, scale) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn kernel(row: &[i8], probe: &Probe<'_>) -> i32 {
    let (rows, probes) = (row.chunks_exact(64), probe.bytes.chunks_exact(64));
    let rest = super::scalar::dot(rows.remainder(), probes.remainder());
    let flip = _mm512_set1_epi8(-128);
    let mut sum = _mm512_setzero_si512();
    for (x, y) in rows.zip(probes) {
        // SAFETY: both are 64 bytes long.
        let (x, y) = unsafe { (_mm512_loadu_si512(x.as_ptr().cast()), _mm512_loadu_si512(y.as_ptr().cast())) };
        sum = _mm512_dpbusd_epi32(sum, _mm512_xor_si512(x, flip), y);
    }
    _mm512_reduce_add_epi32(sum) - 128 * probe.whole_sum + rest
}

/// Four sums side by side, since each addition must wait for the one before.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn each_lane(row: &[i8], lanes: &Lanes, scale: f32) -> [u8; LANES] {
    let mut sums = [_mm512_setzero_si512(); 4];
    let (rows, steps) = (row.as_chunks::<16>(), lanes.steps.as_chunks::<4>());
    for (row, steps) in rows.0.iter().zip(steps.0) {
        let fours = row.as_chunks::<4>().0;
        sums[0] = add(sums[0], fours[0], &steps[0]);
        sums[1] = add(sums[1], fours[1], &steps[1]);
        sums[2] = add(sums[2], fours[2], &steps[2]);
        sums[3] = add(sums[3], fours[3], &steps[3]);
    }
    for (four, step) in rows.1.as_chunks::<4>().0.iter().zip(steps.1) {
        sums[0] = add(sums[0], *four, step);
    }
    let sum = _mm512_add_epi32(_mm512_add_epi32(sums[0], sums[1]), _mm512_add_epi32(sums[2], sums[3]));
    // SAFETY: the sums and the scales of the lanes are 64 bytes long.
    let (shift, scales) =
        unsafe { (_mm512_loadu_si512(lanes.sums.as_ptr().cast()), _mm512_loadu_ps(lanes.scales.as_ptr())) };
    let products = _mm512_sub_epi32(sum, _mm512_slli_epi32(shift, 7));
    let similar = _mm512_mul_ps(_mm512_cvtepi32_ps(products), _mm512_mul_ps(_mm512_set1_ps(scale), scales));
    let whole = _mm512_max_epi32(_mm512_cvtps_epi32(similar), _mm512_setzero_si512());
    let mut out = [0; LANES];
    // SAFETY: what comes out is 16 bytes long.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), _mm512_cvtusepi32_epi8(whole)) };
    out
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn add(sum: __m512i, four: [i8; 4], step: &[[i8; 4]; LANES]) -> __m512i {
    let row = _mm512_set1_epi32(i32::from_ne_bytes(four.map(i8::cast_unsigned)) ^ 0x8080_8080_u32.cast_signed());
    // SAFETY: a step is 64 bytes long.
    _mm512_dpbusd_epi32(sum, row, unsafe { _mm512_loadu_si512(step.as_ptr().cast()) })
}
