//! Names for numbers.

/// A block, as the Store numbers it: positive, increasing, never used twice, below 2^53.
pub type BlockId = u64;

/// A change of the Store: 1, 2, 3, … without gaps.
pub type Seq = u64;

/// A moment in microseconds since 1970-01-01T00:00:00Z.
pub type TimeUs = i64;

/// How well a block answers a query; only comparable within one query.
pub type Score = f32;

/// No moment: the column's value where a block has no such time.
pub const NO_TIME: TimeUs = TimeUs::MIN;

/// No block is said further from 1970 than this (some 146,000 years), so that two times can be subtracted.
pub const TIME_DISTANCE_MAX_US: u64 = 1 << 62;

/// A block within one segment.
pub type Local = u32;

/// A 64-bit hash of `parts`, each kept apart from the next; stable for ever, since segments hold it.
///
/// FNV-1a with the finaliser of MurmurHash3. Among a million distinct terms the chance of one collision is 3e-8.
pub fn hash(parts: &[&[u8]]) -> u64 {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for &byte in *part {
            state = (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        state = (state ^ 0xff).wrapping_mul(0x100_0000_01b3);
    }
    mix(state)
}

/// Spreads every bit of `x` over all bits of the result.
pub fn mix(mut x: u64) -> u64 {
    x ^= x >> 33;
    x = x.wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^= x >> 33;
    x = x.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    x ^ (x >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_kept_apart() {
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
        assert_ne!(hash(&[b"ab"]), hash(&[b"ab", b""]));
    }

    #[test]
    fn segments_on_disk_depend_on_these_values() {
        assert_eq!(hash(&[b"w", b"busan"]), 0x6333_8a5f_f96a_e014);
    }
}
