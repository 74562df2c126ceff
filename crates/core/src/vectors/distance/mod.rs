//! The inner product of two rows of signed bytes: the one inner loop of all vector search.
//!
//! [`scalar`] says what it means; the others say it faster. Which one this machine can run is found out once.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod lanes;
#[cfg(target_arch = "aarch64")]
mod neon;
mod scalar;

#[cfg(target_arch = "x86_64")]
pub(super) use avx512::added;
pub use lanes::{LANES, Lanes, QUAD, keep_greater};
use std::sync::LazyLock;

/// A row that many others are compared with.
#[derive(Clone, Copy, Debug)]
pub struct Probe<'a> {
    bytes: &'a [i8],
    /// The sum of its components in whole groups of 64.
    whole_sum: i32,
}

impl<'a> Probe<'a> {
    /// Of a row that is not empty.
    pub fn new(bytes: &'a [i8]) -> Self {
        assert!(!bytes.is_empty(), "a vector has components");
        let whole = &bytes[..bytes.len() / 64 * 64];
        Self { bytes, whole_sum: whole.iter().map(|&x| i32::from(x)).sum() }
    }

    /// The inner product with a row of the same length. Exact: no rounding, no overflow below 65,536 components.
    #[inline]
    pub fn dot(&self, row: &[i8]) -> i32 {
        assert_eq!(row.len(), self.bytes.len());
        (KERNEL.dot)(row, self)
    }

    /// The inner product with each of some rows of the same length, which lie anywhere.
    pub fn dot_some(&self, rows: &[&[i8]], out: &mut [i32]) {
        assert_eq!(rows.len(), out.len());
        assert!(rows.iter().all(|row| row.len() == self.bytes.len()));
        (KERNEL.some)(rows, self, out);
    }

    /// The inner product with each of some rows that lie one after another.
    pub fn dot_each(&self, rows: &[i8], out: &mut [i32]) {
        assert_eq!(rows.len(), self.bytes.len() * out.len());
        (KERNEL.each)(rows, self, out);
    }
}

/// The inner product of `a` and `b`, which have the same length.
#[inline]
pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    assert_eq!(a.len(), b.len());
    if a.is_empty() { 0 } else { Probe::new(b).dot(a) }
}

/// Asks for the line of memory in which something begins, before it is needed. Worth it where several are needed next that lie anywhere.
#[inline]
pub fn prefetch<T>(at: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing that the program can see, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(at).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// Asks for all lines of a row.
#[inline]
pub fn prefetch_all(row: &[i8]) {
    row.iter().step_by(LINE).for_each(prefetch);
}

/// Bytes of a line of memory.
pub const LINE: usize = 64;

struct Kernel {
    name: &'static str,
    dot: fn(&[i8], &Probe<'_>) -> i32,
    each: fn(&[i8], &Probe<'_>, &mut [i32]),
    some: fn(&[&[i8]], &Probe<'_>, &mut [i32]),
    similar: lanes::Kernel,
}

static KERNEL: LazyLock<Kernel> = LazyLock::new(|| kernels().pop().expect("there is always the scalar one"));

/// What runs on this machine: `avx512vnni`, `avx2`, `neon` or `scalar`.
pub fn kernel_name() -> &'static str {
    KERNEL.name
}

/// Every kernel that this machine can run, the plainest first, the fastest last.
fn kernels() -> Vec<Kernel> {
    #[allow(unused_mut, reason = "on a processor without any of these, scalar is all there is")]
    let mut list = vec![Kernel {
        name: "scalar",
        dot: scalar::probe,
        each: scalar::each,
        some: scalar::some,
        similar: lanes::one_by_one,
    }];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2") {
            list.push(Kernel {
                name: "avx2",
                dot: avx2::probe,
                each: avx2::each,
                some: avx2::some,
                similar: avx2::similar,
            });
        }
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni")
        {
            list.push(Kernel {
                name: "avx512vnni",
                dot: avx512::probe,
                each: avx512::each,
                some: avx512::some,
                similar: avx512::similar,
            });
        }
    }
    #[cfg(target_arch = "aarch64")]
    list.push(Kernel {
        name: "neon",
        dot: neon::probe,
        each: neon::each,
        some: neon::some,
        similar: lanes::one_by_one,
    });
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(kernel: &Kernel, a: &[i8], b: &[i8]) -> i32 {
        (kernel.dot)(a, &Probe::new(b))
    }

    #[test]
    fn extremes_do_not_overflow() {
        for kernel in kernels() {
            for length in [1, 31, 64, 65, 256, 384, 4_096] {
                let (low, high) = (vec![-128; length], vec![127; length]);
                assert_eq!(of(&kernel, &low, &low), 16_384 * length as i32, "{} {length}", kernel.name);
                assert_eq!(of(&kernel, &high, &low), -16_256 * length as i32, "{} {length}", kernel.name);
                assert_eq!(of(&kernel, &low, &high), -16_256 * length as i32, "{} {length}", kernel.name);
            }
        }
        assert_eq!(dot(&[], &[]), 0);
    }

    proptest! {
        #[test]
        fn every_kernel_says_what_the_scalar_one_says(pairs in proptest::collection::vec((any::<i8>(), any::<i8>()), 1..700)) {
            let (a, b): (Vec<i8>, Vec<i8>) = pairs.into_iter().unzip();
            for kernel in kernels() {
                prop_assert_eq!(of(&kernel, &a, &b), scalar::dot(&a, &b), "{}", kernel.name);
                let (mut each, mut some) = ([0; 11], [0; 11]);
                let rows: [&[i8]; 11] = std::array::from_fn(|at| if at % 3 == 0 { &a[..] } else { &b[..] });
                let expected = rows.map(|row| scalar::dot(row, &b));
                (kernel.each)(&rows.concat(), &Probe::new(&b), &mut each);
                (kernel.some)(&rows, &Probe::new(&b), &mut some);
                prop_assert_eq!((each, some), (expected, expected), "{}", kernel.name);
            }
        }
    }
}
