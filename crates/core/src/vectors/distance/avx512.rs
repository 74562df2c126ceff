//! AVX-512 with VNNI: sixty-four products an instruction.
//!
//! VNNI multiplies unsigned by signed, so `a` is moved up by 128 and 128 × the sum of `b` is taken off again.

use std::arch::x86_64::*;

pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    // SAFETY: this kernel is listed only where these features were detected, and both slices have the same length.
    unsafe { kernel(a, b) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn kernel(a: &[i8], b: &[i8]) -> i32 {
    let whole = a.len() / 64 * 64;
    let flip = _mm512_set1_epi8(-128);
    let mut sum = _mm512_setzero_si512();
    let mut shift = _mm512_setzero_si512();
    for at in (0..whole).step_by(64) {
        // SAFETY: at + 64 <= whole <= the length of both.
        let (x, y) =
            unsafe { (_mm512_loadu_si512(a.as_ptr().add(at).cast()), _mm512_loadu_si512(b.as_ptr().add(at).cast())) };
        sum = _mm512_dpbusd_epi32(sum, _mm512_xor_si512(x, flip), y);
        shift = _mm512_dpbusd_epi32(shift, flip, y);
    }
    _mm512_reduce_add_epi32(_mm512_sub_epi32(sum, shift)) + super::scalar::dot(&a[whole..], &b[whole..])
}
