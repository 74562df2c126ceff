//! The signs of a vector's components, one bit each: a first look that reads a thirtieth of what the vector itself takes.
//!
//! Vectors at a small angle agree in most signs (Charikar 2002), so those that agree most are worth comparing in full.

/// Words of 64 signs that a vector of this many components has.
pub const fn words(dimension: usize) -> usize {
    dimension.div_ceil(64)
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
        fn differing_signs_are_counted(rows in (1_usize..300).prop_flat_map(|d| proptest::collection::vec(proptest::collection::vec(any::<i8>(), d), 2..6))) {
            let (mut signs, mut query) = (Vec::new(), Vec::new());
            rows[1..].iter().for_each(|row| push(row, &mut signs));
            push(&rows[0], &mut query);
            prop_assert_eq!(query.len(), words(rows[0].len()));
            let mut out = vec![0; rows.len() - 1];
            differences(&signs, &query, &mut out);
            for (row, found) in rows[1..].iter().zip(out) {
                let expected = row.iter().zip(&rows[0]).filter(|(x, y)| (**x < 0) != (**y < 0)).count();
                prop_assert_eq!(usize::from(found), expected);
            }
        }
    }
}
