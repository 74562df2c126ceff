//! The signs of a vector's components, one bit each: a first look that reads a thirtieth of what the vector itself takes.
//!
//! Vectors at a small angle agree in most signs (Charikar 2002), so those that agree most are worth comparing in full.

/// Signs of a word.
pub const WORD: usize = 64;

/// Words of 64 signs that a vector of this many components has.
pub const fn words(dimension: usize) -> usize {
    dimension.div_ceil(WORD)
}

/// Appends the signs of a vector.
pub fn push(bytes: &[i8], out: &mut Vec<u64>) {
    let bits = |chunk: &[i8]| chunk.iter().enumerate().fold(0, |bits, (i, &x)| bits | u64::from(x < 0) << i);
    out.extend(bytes.chunks(64).map(bits));
}

/// In how many signs each vector differs from `query`; `signs` lie one after another.
pub fn differences(signs: &[u64], query: &[u64], out: &mut [u16]) {
    assert_eq!(signs.len(), out.len() * query.len());
    #[cfg(target_arch = "x86_64")]
    if query.len() == 4
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vpopcntdq")
    {
        // SAFETY: the features were detected just now, and the query is four words long.
        return unsafe { with_vpopcnt(signs.as_chunks().0, query, out) };
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("popcnt") {
        // SAFETY: the feature was detected just now.
        return unsafe { with_popcnt(signs, query, out) };
    }
    count(signs, query, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt")]
fn with_popcnt(signs: &[u64], query: &[u64], out: &mut [u16]) {
    count(signs, query, out);
}

/// Eight vectors of 256 components at a time: two lie in a register. The query is four words long, as a row is.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt,avx512f,avx512vpopcntdq")]
fn with_vpopcnt(rows: &[[u64; 4]], query: &[u64], out: &mut [u16]) {
    use std::arch::x86_64::*;
    let (eights, rest) = rows.as_chunks::<8>();
    let (out, out_of_rest) = out.as_chunks_mut::<8>();
    assert_eq!(query.len(), 4);
    // SAFETY: the query is four words long.
    let query_twice = _mm512_broadcast_i64x4(unsafe { _mm256_loadu_si256(query.as_ptr().cast()) });
    for (eight, out) in eights.iter().zip(out) {
        let counts = |pair: usize| {
            // SAFETY: two rows from an even one on are 64 bytes long.
            let rows = unsafe { _mm512_loadu_si512(eight[2 * pair..2 * pair + 2].as_ptr().cast()) };
            _mm512_popcnt_epi64(_mm512_xor_si512(rows, query_twice))
        };
        // Each word of a register takes up a quarter of its place, so that all four are added up at once.
        let low = _mm512_or_si512(counts(0), _mm512_slli_epi64::<16>(counts(1)));
        let high = _mm512_or_si512(_mm512_slli_epi64::<32>(counts(2)), _mm512_slli_epi64::<48>(counts(3)));
        let words = _mm512_or_si512(low, high);
        let halves = _mm512_add_epi64(words, _mm512_permutex_epi64::<0b10_11_00_01>(words));
        let sums = _mm512_add_epi64(halves, _mm512_permutex_epi64::<0b01_00_11_10>(halves));
        let (even, odd) = (_mm512_castsi512_si128(sums), _mm512_extracti32x4_epi32::<2>(sums));
        // SAFETY: eight counts are 16 bytes long.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), _mm_unpacklo_epi16(even, odd)) };
    }
    count(rest.as_flattened(), query, out_of_rest);
}

/// Adds to `near` where `differences` are at most `most`, ascending.
pub fn at_most(differences: &[u16], most: u16, near: &mut Vec<u32>) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("popcnt")
    {
        // SAFETY: the features were detected just now.
        return unsafe { at_most_with_avx512(differences, most, near) };
    }
    add_at_most(differences, 0, most, near);
}

/// Which ones those are is not foreseeable, so that nothing branches on it: the numbers of those of a register are pushed together and written
/// down, and what stands behind them is written over.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,popcnt")]
fn at_most_with_avx512(differences: &[u16], most: u16, near: &mut Vec<u32>) {
    use std::arch::x86_64::*;
    let (registers, rest) = differences.as_chunks::<REGISTER>();
    let bound = _mm512_set1_epi16(most as i16);
    let mut numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let (half, whole) = (_mm512_set1_epi32(REGISTER as i32 / 2), _mm512_set1_epi32(REGISTER as i32));
    let mut end = near.len();
    for register in registers {
        // SAFETY: a register is 64 bytes long.
        let differences = unsafe { _mm512_loadu_si512(register.as_ptr().cast()) };
        let found = _mm512_cmple_epu16_mask(differences, bound);
        if found == 0 {
            numbers = _mm512_add_epi32(numbers, whole);
            continue; // as in most registers
        }
        if near.len() < end + REGISTER {
            near.resize(2 * (end + REGISTER), 0);
        }
        for found in [found as u16, (found >> 16) as u16] {
            let room: &mut [u32; REGISTER / 2] = near[end..].first_chunk_mut().expect("there is room");
            // SAFETY: the room is 64 bytes long.
            unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), _mm512_maskz_compress_epi32(found, numbers)) };
            end += found.count_ones() as usize;
            numbers = _mm512_add_epi32(numbers, half);
        }
    }
    near.truncate(end);
    add_at_most(rest, differences.len() - rest.len(), most, near);
}

/// Differences of a register.
#[cfg(target_arch = "x86_64")]
const REGISTER: usize = 32;

/// The same, one after another, of differences that begin with number `start`.
fn add_at_most(differences: &[u16], start: usize, most: u16, near: &mut Vec<u32>) {
    let numbered = (start as u32..).zip(differences);
    near.extend(numbered.filter(|&(_, &differs)| differs <= most).map(|(at, _)| at));
}

#[inline(always)]
fn count(signs: &[u64], query: &[u64], out: &mut [u16]) {
    if let ((rows, []), Ok(query)) = (signs.as_chunks::<4>(), <&[u64; 4]>::try_from(query)) {
        // 256 components, as the shipped table has: without an inner loop it takes half the time.
        for (row, out) in rows.iter().zip(out) {
            let differs = |i: usize| (row[i] ^ query[i]).count_ones();
            *out = (differs(0) + differs(1) + differs(2) + differs(3)) as u16;
        }
        return;
    }
    for (row, out) in signs.chunks_exact(query.len()).zip(out) {
        *out = row.iter().zip(query).map(|(x, y)| (x ^ y).count_ones()).sum::<u32>() as u16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn differing_signs_are_counted(rows in prop_oneof![1_usize..300, 200_usize..257].prop_flat_map(|d| proptest::collection::vec(proptest::collection::vec(any::<i8>(), d), 2..90)), most in 0_u16..150) {
            let (mut signs, mut query) = (Vec::new(), Vec::new());
            rows[1..].iter().for_each(|row| push(row, &mut signs));
            push(&rows[0], &mut query);
            prop_assert_eq!(query.len(), words(rows[0].len()));
            let mut out = vec![0; rows.len() - 1];
            differences(&signs, &query, &mut out);
            let (expected, mut near) = ((0..out.len()).filter(|&at| out[at] <= most), Vec::new());
            at_most(&out, most, &mut near);
            prop_assert_eq!(near, expected.map(|at| at as u32).collect::<Vec<_>>());
            for (row, found) in rows[1..].iter().zip(out) {
                let expected = row.iter().zip(&rows[0]).filter(|(x, y)| (**x < 0) != (**y < 0)).count();
                prop_assert_eq!(usize::from(found), expected);
            }
        }
    }
}
