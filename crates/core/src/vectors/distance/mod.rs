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
}

/// The inner product of `a` and `b`, which have the same length.
#[inline]
pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    assert_eq!(a.len(), b.len());
    if a.is_empty() { 0 } else { Probe::new(b).dot(a) }
}

/// Probes side by side in one register: the similarities of a row with up to this many at a time.
pub const LANES: usize = 16;

/// Up to [`LANES`] probes, laid out so that four components of each lie next to the same four of the next.
#[derive(Clone, Debug)]
pub struct Lanes {
    /// Components 4i to 4i + 3 of each probe, by i.
    steps: Vec<[[i8; 4]; LANES]>,
    sums: [i32; LANES],
    scales: [f32; LANES],
}

impl Lanes {
    /// Of rows of one length, a multiple of 4, with what a step of each is worth; what is not given is all zeros.
    pub fn new<'a>(rows: impl Iterator<Item = (&'a [i8], f32)>, length: usize) -> Self {
        let mut lanes = Self { steps: vec![[[0; 4]; LANES]; length / 4], sums: [0; LANES], scales: [0.0; LANES] };
        for (lane, (row, scale)) in rows.enumerate() {
            assert_eq!((row.len(), length % 4), (length, 0));
            lanes.steps.iter_mut().zip(row.as_chunks().0).for_each(|(step, four)| step[lane] = *four);
            lanes.sums[lane] = row.iter().map(|&x| i32::from(x)).sum();
            lanes.scales[lane] = scale;
        }
        lanes
    }

    /// The inner product of each with a row of that length, times its own scale and `scale`: rounded to whole numbers (to even ones from the
    /// middle), and brought into the range of a byte.
    #[inline]
    pub fn similar(&self, row: &[i8], scale: f32) -> [u8; LANES] {
        assert_eq!(row.len(), 4 * self.steps.len());
        (KERNEL.similar)(row, self, scale)
    }
}

/// Asks for the line of memory in which a row begins, before it is needed. Worth it where several rows are needed next that lie anywhere.
#[inline]
pub fn prefetch(row: &[i8]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing that the program can see, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(row.as_ptr()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = row;
}

struct Kernel {
    name: &'static str,
    similar: fn(&[i8], &Lanes, f32) -> [u8; LANES],
    dot: fn(&[i8], &Probe<'_>) -> i32,
}

static KERNEL: LazyLock<Kernel> = LazyLock::new(|| kernels().pop().expect("there is always the scalar one"));

/// What runs on this machine: `avx512vnni`, `avx2`, `neon` or `scalar`.
pub fn kernel_name() -> &'static str {
    KERNEL.name
}

/// Every kernel that this machine can run, the plainest first, the fastest last.
fn kernels() -> Vec<Kernel> {
    #[allow(unused_mut, reason = "on a processor without any of these, scalar is all there is")]
    let mut list = vec![Kernel { name: "scalar", similar: scalar::similar, dot: scalar::probe }];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2") {
            list.push(Kernel { name: "avx2", similar: scalar::similar, dot: avx2::probe });
        }
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vnni")
        {
            list.push(Kernel { name: "avx512vnni", similar: avx512::similar, dot: avx512::probe });
        }
    }
    #[cfg(target_arch = "aarch64")]
    list.push(Kernel { name: "neon", similar: scalar::similar, dot: neon::probe });
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(kernel: &Kernel, a: &[i8], b: &[i8]) -> i32 {
        let (whole, scale) = (a.len() / 4 * 4, 1.0 / 16_384.0 / a.len() as f32);
        let lanes = Lanes::new([b, a].iter().map(|row| (&row[..whole], 255.0)), whole);
        let similar = (kernel.similar)(&a[..whole], &lanes, scale);
        assert_eq!(similar, scalar::similar(&a[..whole], &lanes, scale), "{}", kernel.name);
        let first = scalar::dot(&a[..whole], &b[..whole]) as f32 * scale * 255.0;
        assert!((f32::from(similar[0]) - first.clamp(0.0, 255.0)).abs() < 0.51, "{}", kernel.name);
        assert_eq!(similar[2..], [0; LANES - 2], "{}", kernel.name);
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
            }
        }
    }
}
