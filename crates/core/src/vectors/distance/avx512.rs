//! AVX-512 with VNNI: sixty-four products an instruction.
//!
//! VNNI multiplies unsigned by signed, so the row is moved up by 128, and 128 × the sum of the probe is taken off again.

use super::lanes::{AHEAD, QUAD, Quad};
use super::{LINE, Lanes, Probe, prefetch, prefetch_all};
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

pub fn some(rows: &[&[i8]], probe: &Probe<'_>, out: &mut [i32]) {
    // SAFETY: as above.
    unsafe { some_dot(rows, probe, out) }
}

pub fn similar(lanes: &Lanes, codes: &[u8], keys: &[u16], out: &mut [u8]) {
    let (width, bytes) = (lanes.width(), lanes.code_bytes());
    let together = if bytes == LINE { keys.len() / CODES * CODES } else { 0 };
    let ((keys_together, keys), (out_together, out)) = (keys.split_at(together), out.split_at_mut(together * width));
    // SAFETY: this kernel is listed only where these features were detected.
    unsafe { many_codes(lanes, codes.as_chunks().0, keys_together.as_chunks().0, out_together) };
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
    _mm512_reduce_add_epi32(whole(row, probe)) - 128 * probe.whole_sum + rest(row, probe)
}

/// The product of what is beyond whole groups of 64.
#[inline]
fn rest(row: &[i8], probe: &Probe<'_>) -> i32 {
    let whole = row.len() / LINE * LINE;
    super::scalar::dot(&row[whole..], &probe.bytes[whole..])
}

/// The product of whole groups of 64, of which each was moved up, in sixteen sums.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn whole(row: &[i8], probe: &Probe<'_>) -> __m512i {
    let (rows, probes) = (row.as_chunks::<LINE>().0, probe.bytes.as_chunks::<LINE>().0);
    let flip = _mm512_set1_epi8(-128);
    let mut sum = _mm512_setzero_si512();
    for (x, y) in rows.iter().zip(probes) {
        // SAFETY: both are 64 bytes long.
        let (x, y) = unsafe { (_mm512_loadu_si512(x.as_ptr().cast()), _mm512_loadu_si512(y.as_ptr().cast())) };
        sum = _mm512_dpbusd_epi32(sum, _mm512_xor_si512(x, flip), y);
    }
    sum
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn some_dot(rows: &[&[i8]], probe: &Probe<'_>, out: &mut [i32]) {
    let ((fours, others), (out, out_of_others)) = (rows.as_chunks::<QUAD>(), out.as_chunks_mut::<QUAD>());
    for (number, (four, out)) in fours.iter().zip(out).enumerate() {
        if let Some(ahead) = fours.get(number + FOURS_AHEAD) {
            for row in ahead {
                prefetch_all(row);
            }
        }
        dot_four(*four, probe, out);
    }
    for (row, out) in others.iter().zip(out_of_others) {
        *out = kernel(row, probe);
    }
}

/// Fours of rows that are on their way while one is compared.
const FOURS_AHEAD: usize = 3;

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn each_dot(rows: &[i8], probe: &Probe<'_>, out: &mut [i32]) {
    let length = probe.bytes.len();
    let (fours, out_of_fours) = (rows.chunks_exact(QUAD * length), out.as_chunks_mut::<QUAD>());
    let others = fours.remainder();
    for (four, out) in fours.zip(out_of_fours.0) {
        let (first, second) = four.split_at(2 * length);
        let ((a, b), (c, d)) = (first.split_at(length), second.split_at(length));
        dot_four([a, b, c, d], probe, out);
    }
    for (row, out) in others.chunks_exact(length).zip(out_of_fours.1) {
        *out = kernel(row, probe);
    }
}

/// The products of four rows: the sums of so many come out of their registers in as few steps as those of one.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn dot_four(rows: [&[i8]; QUAD], probe: &Probe<'_>, out: &mut [i32; QUAD]) {
    let sums = [whole(rows[0], probe), whole(rows[1], probe), whole(rows[2], probe), whole(rows[3], probe)];
    let products = _mm_sub_epi32(added(sums), _mm_set1_epi32(128 * probe.whole_sum));
    // SAFETY: four products are 16 bytes long.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), products) };
    if !probe.bytes.len().is_multiple_of(LINE) {
        for (row, out) in rows.iter().zip(out) {
            *out += rest(row, probe);
        }
    }
}

/// Codes that are compared together: as many as sums that a register holds, so that each of these is of one code and none has to be taken apart.
const CODES: usize = 16;

/// Probes that are compared together: their sums stay in registers.
const PROBES_AT_ONCE: usize = 2 * QUAD;

/// The similarities of codes that take up a line each with all probes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn many_codes(lanes: &Lanes, codes: &[[u8; LINE]], keys: &[[u16; CODES]], out: &mut [u8]) {
    let width = lanes.width();
    for (number, (some, out)) in keys.iter().zip(out.chunks_exact_mut(CODES * width)).enumerate() {
        if let Some(ahead) = keys.get(number + 1) {
            for &key in ahead {
                prefetch(&codes[usize::from(key)]);
            }
        }
        // By a loop, since what takes closures is not compiled for these features.
        let mut rows = [_mm512_setzero_si512(); CODES];
        for (row, &key) in rows.iter_mut().zip(some) {
            *row = load(&codes[usize::from(key)]);
        }
        let words = transposed(rows);
        for (at, quads) in lanes.quads().chunks(PROBES_AT_ONCE / QUAD).enumerate() {
            let start = at * PROBES_AT_ONCE;
            match (quads.len() - 1) * QUAD + quads[quads.len() - 1].probes {
                1 => compare::<1, 4>(&words, quads, (out, start, width)),
                2 => compare::<2, 4>(&words, quads, (out, start, width)),
                3 => compare::<3, 2>(&words, quads, (out, start, width)),
                4 => compare::<4, 2>(&words, quads, (out, start, width)),
                5 => compare::<5, 2>(&words, quads, (out, start, width)),
                6 => compare::<6, 2>(&words, quads, (out, start, width)),
                7 => compare::<7, 2>(&words, quads, (out, start, width)),
                _ => compare::<PROBES_AT_ONCE, 2>(&words, quads, (out, start, width)),
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(code: &[u8; LINE]) -> __m512i {
    // SAFETY: a line is 64 bytes long.
    unsafe { _mm512_loadu_si512(code.as_ptr().cast()) }
}

/// The similarities of sixteen codes, of which each register holds one word of each, with up to two quads. Each probe has several sums, the more the
/// fewer probes there are: one would have to wait for itself.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn compare<const PROBES: usize, const SUMS: usize>(
    words: &[__m512i; CODES],
    quads: &[Quad],
    (out, start, width): (&mut [u8], usize, usize),
) {
    let low = _mm512_set1_epi8(3);
    let mut sums = [[_mm512_setzero_si512(); SUMS]; PROBES];
    for (at, &word) in words.iter().enumerate() {
        let levels = [
            _mm512_and_si512(word, low),
            _mm512_and_si512(_mm512_srli_epi16::<2>(word), low),
            _mm512_and_si512(_mm512_srli_epi16::<4>(word), low),
            _mm512_and_si512(_mm512_srli_epi16::<6>(word), low),
        ];
        for (probe, sums) in sums.iter_mut().enumerate() {
            let quarter = &quads[probe / QUAD].quarters[0][probe % QUAD];
            for (level, &levels) in levels.iter().enumerate() {
                let components = i32::from_ne_bytes(bytemuck::cast(quarter[level].as_chunks::<4>().0[at]));
                sums[level % SUMS] = _mm512_dpbusd_epi32(sums[level % SUMS], levels, _mm512_set1_epi32(components));
            }
        }
    }
    let mut similar = [[0_u8; CODES]; PROBES_AT_ONCE];
    for (probe, sums) in sums.iter().enumerate() {
        let quad = &quads[probe / QUAD];
        let (shift, factor) = (quad.shifts[probe % QUAD], quad.factors[probe % QUAD]);
        let mut sum = sums[0];
        for &other in &sums[1..] {
            sum = _mm512_add_epi32(sum, other);
        }
        let products = _mm512_cvtepi32_ps(sum);
        let steps = _mm512_mul_ps(_mm512_sub_ps(products, _mm512_set1_ps(shift)), _mm512_set1_ps(factor));
        let steps = _mm512_max_epi32(_mm512_cvtps_epi32(steps), _mm512_setzero_si512());
        // SAFETY: sixteen similarities are 16 bytes long.
        unsafe { _mm_storeu_si128(similar[probe].as_mut_ptr().cast(), _mm512_cvtusepi32_epi8(steps)) };
    }
    for (number, quad) in similar.as_chunks::<QUAD>().0.iter().enumerate().take(quads.len()) {
        let rows = out[start + number * QUAD..].chunks_mut(width);
        for (row, one) in rows.zip(by_code(quad)) {
            row[..QUAD].copy_from_slice(&one);
        }
    }
}

/// The similarities of each of sixteen codes with four probes, out of those of each probe with the codes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn by_code(probes: &[[u8; CODES]; QUAD]) -> [[u8; QUAD]; CODES] {
    // SAFETY: each is 16 bytes long.
    let [a, b, c, d] = unsafe {
        let load = |probe: &[u8; CODES]| _mm_loadu_si128(probe.as_ptr().cast());
        [load(&probes[0]), load(&probes[1]), load(&probes[2]), load(&probes[3])]
    };
    let (low, high) =
        ([_mm_unpacklo_epi8(a, b), _mm_unpacklo_epi8(c, d)], [_mm_unpackhi_epi8(a, b), _mm_unpackhi_epi8(c, d)]);
    let all = [
        _mm_unpacklo_epi16(low[0], low[1]),
        _mm_unpackhi_epi16(low[0], low[1]),
        _mm_unpacklo_epi16(high[0], high[1]),
        _mm_unpackhi_epi16(high[0], high[1]),
    ];
    // SAFETY: both are 64 bytes long, and any bytes are similarities.
    unsafe { std::mem::transmute(all) }
}

/// Of sixteen registers of sixteen words each: the first words of all, the second ones, and so on.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(rows: [__m512i; CODES]) -> [__m512i; CODES] {
    // Within quarters of registers, of four rows each: then a register holds four words of each, one after another.
    let mut fours = [_mm512_setzero_si512(); CODES];
    for four in 0..4 {
        let [a, b, c, d] = [rows[4 * four], rows[4 * four + 1], rows[4 * four + 2], rows[4 * four + 3]];
        let (low, high) = (
            [_mm512_unpacklo_epi32(a, b), _mm512_unpacklo_epi32(c, d)],
            [_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d)],
        );
        fours[four] = _mm512_unpacklo_epi64(low[0], low[1]);
        fours[4 + four] = _mm512_unpackhi_epi64(low[0], low[1]);
        fours[8 + four] = _mm512_unpacklo_epi64(high[0], high[1]);
        fours[12 + four] = _mm512_unpackhi_epi64(high[0], high[1]);
    }
    // Then whole quarters: those of word `w` of a quarter are in `fours[4 * w..][..4]`.
    let mut words = [_mm512_setzero_si512(); CODES];
    for word in 0..4 {
        let [a, b, c, d] = [fours[4 * word], fours[4 * word + 1], fours[4 * word + 2], fours[4 * word + 3]];
        let (first, second) =
            (_mm512_shuffle_i32x4::<0b10_00_10_00>(a, b), _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b));
        let (third, fourth) =
            (_mm512_shuffle_i32x4::<0b10_00_10_00>(c, d), _mm512_shuffle_i32x4::<0b11_01_11_01>(c, d));
        words[word] = _mm512_shuffle_i32x4::<0b10_00_10_00>(first, third);
        words[4 + word] = _mm512_shuffle_i32x4::<0b10_00_10_00>(second, fourth);
        words[8 + word] = _mm512_shuffle_i32x4::<0b11_01_11_01>(first, third);
        words[12 + word] = _mm512_shuffle_i32x4::<0b11_01_11_01>(second, fourth);
    }
    words
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
pub(in crate::vectors) fn added(sums: [__m512i; QUAD]) -> __m128i {
    let halves = |a, b| _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    let (low, high) = (halves(sums[0], sums[1]), halves(sums[2], sums[3]));
    let four = _mm512_add_epi32(_mm512_unpacklo_epi64(low, high), _mm512_unpackhi_epi64(low, high));
    let two = _mm256_add_epi32(_mm512_castsi512_si256(four), _mm512_extracti64x4_epi64::<1>(four));
    _mm_add_epi32(_mm256_castsi256_si128(two), _mm256_extracti128_si256::<1>(two))
}
