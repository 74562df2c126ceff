//! NEON: eight products at a time, added in pairs.

use std::arch::aarch64::*;

pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    // SAFETY: NEON is part of every aarch64 processor, and both slices have the same length (asserted in `dot`).
    unsafe { kernel(a, b) }
}

#[target_feature(enable = "neon")]
unsafe fn kernel(a: &[i8], b: &[i8]) -> i32 {
    let whole = a.len() / 16 * 16;
    let mut sum = vdupq_n_s32(0);
    for at in (0..whole).step_by(16) {
        // SAFETY: at + 16 <= whole <= the length of both.
        let (x, y) = unsafe { (vld1q_s8(a.as_ptr().add(at)), vld1q_s8(b.as_ptr().add(at))) };
        sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(x), vget_low_s8(y)));
        sum = vpadalq_s16(sum, vmull_high_s8(x, y));
    }
    vaddvq_s32(sum) + super::scalar::dot(&a[whole..], &b[whole..])
}
