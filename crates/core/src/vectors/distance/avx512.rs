//! AVX-512 with VNNI: sixty-four products an instruction.
//!
//! VNNI multiplies unsigned by signed, so the row is moved up by 128, and 128 × the sum of the probe is taken off again.

use super::lanes::{AHEAD, QUAD, Quad};
use super::{LINE, Lanes, Probe, prefetch};
use crate::vectors::coarse::Quarter;
use std::arch::x86_64::*;

pub fn probe(row: &[i8], probe: &Probe<'_>) -> i32 {
    // SAFETY: this kernel is listed only where these features were detected.
    unsafe { kernel(row, probe) }
}

pub fn each(rows: &[i8], probe: &Probe<'_>, out: &mut [i32]) {
    // SAFETY: as above.
    unsafe { each_dot(rows, probe, out) }
}

pub fn similar(lanes: &Lanes, codes: &[u8], keys: &[u16], out: &mut [u8]) {
    let (width, bytes) = (lanes.width(), lanes.code_bytes());
    for (number, quad) in lanes.quads().iter().enumerate() {
        let rows = out.chunks_exact_mut(width).map(|row| &mut row.as_chunks_mut::<QUAD>().0[number]);
        // SAFETY: as above.
        unsafe {
            match quad.probes {
                1 => each_code::<1>(quad, (codes, bytes), keys, rows),
                2 => each_code::<2>(quad, (codes, bytes), keys, rows),
                3 => each_code::<3>(quad, (codes, bytes), keys, rows),
                _ => each_code::<QUAD>(quad, (codes, bytes), keys, rows),
            }
        }
    }
}

#[inline]
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

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn each_dot(rows: &[i8], probe: &Probe<'_>, out: &mut [i32]) {
    rows.chunks_exact(probe.bytes.len()).zip(out).for_each(|(row, out)| *out = kernel(row, probe));
}

/// The similarities of codes with a quad. The probes stay in their registers.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,avx512vl")]
fn each_code<'o, const PROBES: usize>(
    quad: &Quad,
    (codes, bytes): (&[u8], usize),
    keys: &[u16],
    rows: impl Iterator<Item = &'o mut [u8; QUAD]>,
) {
    // SAFETY: the shifts and the factors are 16 bytes long.
    let (shifts, factors) = unsafe { (_mm_loadu_ps(quad.shifts.as_ptr()), _mm_loadu_ps(quad.factors.as_ptr())) };
    let code = |key: u16| &codes[usize::from(key) * bytes..][..bytes];
    keys.iter().take(AHEAD).for_each(|&key| prefetch(&code(key)[0]));
    for (at, (&key, row)) in keys.iter().zip(rows).enumerate() {
        if let Some(&ahead) = keys.get(at + AHEAD) {
            prefetch(&code(ahead)[0]);
        }
        let mut sums = [_mm512_setzero_si512(); QUAD];
        match <&[u8; LINE]>::try_from(code(key)) {
            Ok(code) => {
                // SAFETY: a line is 64 bytes long.
                let code = unsafe { _mm512_loadu_si512(code.as_ptr().cast()) };
                add_products::<PROBES>(code, &quad.quarters[0], &mut sums);
            }
            Err(_) => {
                for (part, quarters) in code(key).chunks(LINE).zip(&quad.quarters) {
                    let there = u64::MAX >> (LINE - part.len());
                    // SAFETY: no more is read than there is.
                    let code = unsafe { _mm512_maskz_loadu_epi8(there, part.as_ptr().cast()) };
                    add_products::<PROBES>(code, quarters, &mut sums);
                }
            }
        }
        let products = _mm_sub_ps(_mm_cvtepi32_ps(added(sums)), shifts);
        let similar = _mm_max_epi32(_mm_cvtps_epi32(_mm_mul_ps(products, factors)), _mm_setzero_si128());
        *row = _mm_cvtsi128_si32(_mm_cvtusepi32_epi8(similar)).to_ne_bytes();
    }
}

/// Adds the products of a register of a code with the components of the probes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn add_products<const PROBES: usize>(code: __m512i, quarters: &[Quarter; QUAD], sums: &mut [__m512i; QUAD]) {
    let low = _mm512_set1_epi8(3);
    let levels = [
        _mm512_and_si512(code, low),
        _mm512_and_si512(_mm512_srli_epi16::<2>(code), low),
        _mm512_and_si512(_mm512_srli_epi16::<4>(code), low),
        _mm512_and_si512(_mm512_srli_epi16::<6>(code), low),
    ];
    for (probe, sum) in sums.iter_mut().enumerate().take(PROBES) {
        for (levels, components) in levels.iter().zip(&quarters[probe]) {
            // SAFETY: components of a register are 64 bytes long.
            let components = unsafe { _mm512_loadu_si512(components.as_ptr().cast()) };
            *sum = _mm512_dpbusd_epi32(*sum, *levels, components);
        }
    }
}

/// The sum of each of four registers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn added(sums: [__m512i; QUAD]) -> __m128i {
    let halves = |a, b| _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    let (low, high) = (halves(sums[0], sums[1]), halves(sums[2], sums[3]));
    let four = _mm512_add_epi32(_mm512_unpacklo_epi64(low, high), _mm512_unpackhi_epi64(low, high));
    let two = _mm256_add_epi32(_mm512_castsi512_si256(four), _mm512_extracti64x4_epi64::<1>(four));
    _mm_add_epi32(_mm256_castsi256_si128(two), _mm256_extracti128_si256::<1>(two))
}
