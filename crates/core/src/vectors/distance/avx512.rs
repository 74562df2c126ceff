//! AVX-512 with VNNI: sixty-four products an instruction.
//!
//! VNNI multiplies unsigned by signed, so the row is moved up by 128, and 128 × the sum of the probe is taken off again.

use super::lanes::{AHEAD, AHEAD_WHOLE, Group, PART};
use super::{LANES, LINE, Lanes, Matrix, Probe, prefetch, prefetch_all};
use std::arch::x86_64::*;

pub fn probe(row: &[i8], probe: &Probe<'_>) -> i32 {
    // SAFETY: this kernel is listed only where these features were detected.
    unsafe { kernel(row, probe) }
}

pub fn each(rows: &[i8], probe: &Probe<'_>, out: &mut [i32]) {
    // SAFETY: as above.
    unsafe { each_dot(rows, probe, out) }
}

pub fn similar(lanes: &Lanes<'_>, rows: &Matrix<'_>, keys: &[u16], out: &mut [u8]) {
    // SAFETY: as above.
    unsafe { each_row(lanes, rows, keys, out) }
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

/// The first components of each row, then all of those that are worth it: what is needed next is asked for early.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,avx512vl")]
fn each_row(lanes: &Lanes<'_>, rows: &Matrix<'_>, keys: &[u16], out: &mut [u8]) {
    let groups = lanes.groups();
    let (out, least) = (out.as_chunks_mut::<LANES>().0, _mm_set1_epi8(lanes.worth.cast_signed()));
    let (mut worth, mut count) = (vec![0; out.len()], 0);
    keys.iter().take(AHEAD).for_each(|&key| prefetch(rows.first(key)));
    for (at, &key) in keys.iter().enumerate() {
        if let Some(&ahead) = keys.get(at + AHEAD) {
            prefetch(rows.first(ahead));
        }
        let (first, scale) = (rows.first(key), rows.scales[usize::from(key)]);
        for (number, group) in groups.iter().enumerate() {
            let place = at * groups.len() + number;
            let similar = of_group(group, [first, &[]], &group.first_sums, scale);
            store(similar, &mut out[place]);
            worth[count] = place;
            count += usize::from(_mm_cmpge_epu8_mask(similar, least) != 0);
        }
    }
    let key = |place: usize| keys[place / groups.len()];
    // The first line of each was read a moment ago.
    let rest = |place: usize| &rows.row(key(place))[LINE..];
    worth[..count].iter().take(AHEAD_WHOLE).for_each(|&place| prefetch_all(rest(place)));
    for (at, &place) in worth[..count].iter().enumerate() {
        if let Some(&ahead) = worth[..count].get(at + AHEAD_WHOLE) {
            prefetch_all(rest(ahead));
        }
        let group = &groups[place % groups.len()];
        let scale = rows.scales[usize::from(key(place))];
        let whole = of_group(group, [rows.first(key(place)), rest(place)], &group.sums, scale);
        // SAFETY: the lanes are 16 bytes long.
        let first = unsafe { _mm_loadu_si128(out[place].as_ptr().cast()) };
        store(_mm_mask_blend_epi8(_mm_cmpge_epu8_mask(first, least), first, whole), &mut out[place]);
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,avx512vl")]
fn of_group(group: &Group, row: [&[i8]; 2], shift: &[i32; LANES], scale: f32) -> __m128i {
    match group.quads {
        1 => of_quads::<1>(group, row, shift, scale),
        2 => of_quads::<2>(group, row, shift, scale),
        _ => of_quads::<4>(group, row, shift, scale),
    }
}

/// The similarities of a row, its first line and the rest as far as it is given, with those of a group. A register holds a part of each of four probes, another four
/// copies of that part of the row.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,avx512vl")]
fn of_quads<const QUADS: usize>(group: &Group, row: [&[i8]; 2], shift: &[i32; LANES], scale: f32) -> __m128i {
    let mut sums = [_mm512_setzero_si512(); 4];
    let flip = _mm_set1_epi8(-128);
    let steps = group.steps.split_at(LINE / PART);
    for (row, steps) in [(row[0], steps.0), (row[1], steps.1)] {
        for (part, quads) in row.as_chunks::<PART>().0.iter().zip(steps) {
            // SAFETY: a part is 16 bytes long.
            let part = unsafe { _mm_loadu_si128(part.as_ptr().cast()) };
            let copies = _mm512_broadcast_i32x4(_mm_xor_si128(part, flip));
            for quad in 0..QUADS {
                // SAFETY: a quad is 64 bytes long.
                let probes = unsafe { _mm512_loadu_si512(quads[quad].0.as_ptr().cast()) };
                sums[quad] = _mm512_dpbusd_epi32(sums[quad], copies, probes);
            }
        }
    }
    let halves = |a, b| _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    let (low, high) = (halves(sums[0], sums[1]), halves(sums[2], sums[3]));
    let sum = _mm512_add_epi32(_mm512_unpacklo_epi64(low, high), _mm512_unpackhi_epi64(low, high));
    // SAFETY: the shifts and the scales of the lanes are 64 bytes long.
    let (shift, scales) =
        unsafe { (_mm512_loadu_si512(shift.as_ptr().cast()), _mm512_loadu_ps(group.scales.as_ptr())) };
    let products = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum, _mm512_slli_epi32(shift, 7)));
    let similar = _mm512_mul_ps(products, _mm512_mul_ps(_mm512_set1_ps(scale), scales));
    _mm512_cvtusepi32_epi8(_mm512_max_epi32(_mm512_cvtps_epi32(similar), _mm512_setzero_si512()))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(similar: __m128i, out: &mut [u8; LANES]) {
    // SAFETY: what comes out is 16 bytes long.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), similar) };
}
