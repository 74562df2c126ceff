//! The inner product of two rows of signed bytes: the one inner loop of all vector search.
//!
//! [`scalar`] says what it means; the others say it faster. Which one this machine can run is found out once.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod scalar;

use std::sync::LazyLock;

type Kernel = fn(&[i8], &[i8]) -> i32;

static KERNEL: LazyLock<(&'static str, Kernel)> =
    LazyLock::new(|| *kernels().last().expect("there is always the scalar one"));

/// The inner product of `a` and `b`, which have the same length. Exact: no rounding, no overflow below 131,072 components.
#[inline]
pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    assert_eq!(a.len(), b.len());
    KERNEL.1(a, b)
}

/// What `dot` runs on this machine: `avx512vnni`, `avx2`, `neon` or `scalar`.
pub fn kernel_name() -> &'static str {
    KERNEL.0
}

/// Every kernel that this machine can run, the plainest first, the fastest last.
fn kernels() -> Vec<(&'static str, Kernel)> {
    #[allow(unused_mut, reason = "on a processor without any of these, scalar is all there is")]
    let mut list: Vec<(&'static str, Kernel)> = vec![("scalar", scalar::dot)];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2") {
            list.push(("avx2", avx2::dot));
        }
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vnni")
        {
            list.push(("avx512vnni", avx512::dot));
        }
    }
    #[cfg(target_arch = "aarch64")]
    list.push(("neon", neon::dot));
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn extremes_do_not_overflow() {
        for (name, kernel) in kernels() {
            for length in [0, 1, 31, 64, 65, 256, 384, 4_096] {
                assert_eq!(kernel(&vec![-128; length], &vec![-128; length]), 16_384 * length as i32, "{name} {length}");
                assert_eq!(kernel(&vec![127; length], &vec![-128; length]), -16_256 * length as i32, "{name} {length}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_kernel_says_what_the_scalar_one_says(pairs in proptest::collection::vec((any::<i8>(), any::<i8>()), 0..700)) {
            let (a, b): (Vec<i8>, Vec<i8>) = pairs.into_iter().unzip();
            for (name, kernel) in kernels() {
                prop_assert_eq!(kernel(&a, &b), scalar::dot(&a, &b), "{}", name);
            }
        }
    }
}
