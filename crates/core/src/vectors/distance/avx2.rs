//! AVX2: sixteen products at a time, widened to 16 bits so that none can saturate.

use std::arch::x86_64::*;

pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    // SAFETY: this kernel is listed only where AVX2 was detected, and both slices have the same length (asserted in `dot`).
    unsafe { kernel(a, b) }
}

#[target_feature(enable = "avx2")]
unsafe fn kernel(a: &[i8], b: &[i8]) -> i32 {
    let whole = a.len() / 16 * 16;
    let mut sum = _mm256_setzero_si256();
    for at in (0..whole).step_by(16) {
        // SAFETY: at + 16 <= whole <= the length of both.
        let (x, y) =
            unsafe { (_mm_loadu_si128(a.as_ptr().add(at).cast()), _mm_loadu_si128(b.as_ptr().add(at).cast())) };
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_cvtepi8_epi16(x), _mm256_cvtepi8_epi16(y)));
    }
    let half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    let quarter = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0b_00_00_11_10));
    let one = _mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 0b_00_00_00_01));
    _mm_cvtsi128_si32(one) + super::scalar::dot(&a[whole..], &b[whole..])
}
