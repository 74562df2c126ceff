//! Codes of two bits a component against a few vectors at once: what late interaction spends its time on.
//!
//! A code (see [`coarse`]) is one line of memory where the vector itself takes four, and needs no factor beside it.

use super::Probe;
use crate::vectors::CodeRef;
use crate::vectors::coarse::{self, LEVELS, OWN, Quarter, REGISTER};
use crate::vectors::rotation;

/// Probes that are compared together: the sums of so many come out of their registers in as few steps as those of one.
pub const QUAD: usize = 4;

/// Codes that are on their way while one is compared: as many as a core can wait for.
pub const AHEAD: usize = 16;

/// What [`Lanes::similar`] does, in one of several ways.
pub type Kernel = fn(&Lanes, &[u8], &[u16], &mut [u8]);

/// Vectors side by side.
pub struct Lanes {
    quads: Vec<Quad>,
    /// Components of a vector that was turned.
    width: usize,
}

/// Up to four probes.
pub struct Quad {
    /// Those that there are.
    pub probes: usize,
    /// Their components, as registers of codes meet them: by register and probe.
    pub quarters: Vec<[Quarter; QUAD]>,
    /// What the levels of a code make too much, because they are counted from 0.
    pub shifts: [f32; QUAD],
    /// What a step of a product is worth.
    pub factors: [f32; QUAD],
}

impl Lanes {
    /// Of some vectors of one dimension; what is identical is similar by `steps`.
    pub fn new<'v>(vectors: impl Iterator<Item = CodeRef<'v>>, steps: f32) -> Self {
        let (mut lanes, mut room) = (Self { quads: Vec::new(), width: 0 }, Vec::new());
        for (number, vector) in vectors.enumerate() {
            lanes.width = rotation::width(vector.bytes.len());
            room.resize(lanes.width, 0.0);
            rotation::turn(vector.bytes, vector.scale, &mut room);
            if number % QUAD == 0 {
                lanes.quads.push(Quad::new(lanes.width));
            }
            if let Some(quad) = lanes.quads.last_mut() {
                quad.add(&room, steps);
            }
        }
        lanes
    }

    /// Bytes of the similarities of a code, of which one is for each vector.
    pub fn width(&self) -> usize {
        self.quads.len() * QUAD
    }

    /// The vectors.
    pub fn quads(&self) -> &[Quad] {
        &self.quads
    }

    /// The similarity of each of some codes, which lie one after another in `codes`, with each vector: in steps, rounded to whole numbers (to
    /// even ones from the middle), and brought into the range of a byte. Beyond the vectors there are zeros.
    pub fn similar(&self, codes: &[u8], keys: &[u16], out: &mut [u8]) {
        assert_eq!(out.len(), keys.len() * self.width());
        (super::KERNEL.similar)(self, codes, keys, out);
    }

    /// Bytes of a code.
    pub fn code_bytes(&self) -> usize {
        self.width / LEVELS
    }
}

impl Quad {
    fn new(width: usize) -> Self {
        let registers = (width / LEVELS).div_ceil(REGISTER);
        let quarters = vec![[[[0; REGISTER]; LEVELS]; QUAD]; registers];
        Self { probes: 0, quarters, shifts: [0.0; QUAD], factors: [0.0; QUAD] }
    }

    /// What a product with one of the probes means.
    #[inline]
    pub fn similarity(&self, probe: usize, product: i32) -> u8 {
        ((product as f32 - self.shifts[probe]) * self.factors[probe]).round_ties_even().clamp(0.0, 255.0) as u8
    }

    fn add(&mut self, turned: &[f32], steps: f32) {
        let probe = self.probes;
        self.probes += 1;
        let (by, mut sum) = (coarse::steps_of(turned), 0);
        coarse::each_quarter(turned, by, |register, level, at, component| {
            self.quarters[register][probe][level][at] = component;
            sum += i32::from(component);
        });
        self.shifts[probe] = coarse::MIDDLE * sum as f32;
        self.factors[probe] = steps / (by * OWN * (turned.len() as f32).sqrt());
    }
}

/// One probe after another, by whatever inner product this machine has.
pub fn one_by_one(lanes: &Lanes, codes: &[u8], keys: &[u16], out: &mut [u8]) {
    let bytes = lanes.code_bytes();
    let mut levels = vec![0_i8; lanes.width.next_multiple_of(LEVELS * REGISTER)];
    out.fill(0);
    for (&key, out) in keys.iter().zip(out.chunks_exact_mut(lanes.width())) {
        coarse::unpack(&codes[usize::from(key) * bytes..][..bytes], &mut levels);
        for (quad, out) in lanes.quads.iter().zip(out.as_chunks_mut::<QUAD>().0) {
            for probe in 0..quad.probes {
                let of = |(quarters, levels): (&[Quarter; QUAD], &[i8])| {
                    Probe::new(quarters[probe].as_flattened()).dot(levels)
                };
                let registers = quad.quarters.iter().zip(levels.chunks_exact(LEVELS * REGISTER));
                out[probe] = quad.similarity(probe, registers.map(of).sum());
            }
        }
    }
}

/// Similarities that are compared at once.
pub const LANES: usize = 16;

/// Keeps the greater of each two. (Compilers make of the plain way one comparison after another.)
#[inline(always)]
pub fn keep_greater(kept: &mut [u8; LANES], others: &[u8; LANES]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_mm_loadu_si128, _mm_max_epu8, _mm_storeu_si128};
        // SAFETY: both are 16 bytes long, and every x86-64 has SSE2.
        unsafe {
            let greater = _mm_max_epu8(_mm_loadu_si128(kept.as_ptr().cast()), _mm_loadu_si128(others.as_ptr().cast()));
            _mm_storeu_si128(kept.as_mut_ptr().cast(), greater);
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    kept.iter_mut().zip(others).for_each(|(kept, other)| *kept = (*kept).max(*other));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::distance::kernels;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_greater_is_kept(a in any::<[u8; LANES]>(), b in any::<[u8; LANES]>()) {
            let mut kept = a;
            keep_greater(&mut kept, &b);
            prop_assert_eq!(kept, std::array::from_fn::<u8, LANES, _>(|lane| a[lane].max(b[lane])));
        }

        #[test]
        fn every_kernel_says_what_one_probe_after_another_says(
            words in 1_usize..7, bytes in proptest::collection::vec(any::<u8>(), 96 * 60),
            components in proptest::collection::vec(any::<i8>(), 384 * 14), probes in 1_usize..14, scale in 1e-4_f32..2e-3,
        ) {
            let dimension = 64 * words;
            let vectors = components.chunks_exact(dimension).take(probes).map(|bytes| CodeRef { scale, bytes });
            let lanes = Lanes::new(vectors, 255.0);
            prop_assert_eq!(lanes.width(), probes.next_multiple_of(QUAD));
            let keys: Vec<u16> = (0..60).rev().step_by(2).collect();
            let mut expected = vec![1; keys.len() * lanes.width()];
            one_by_one(&lanes, &bytes, &keys, &mut expected);
            for kernel in kernels() {
                let mut found = vec![2; keys.len() * lanes.width()];
                (kernel.similar)(&lanes, &bytes, &keys, &mut found);
                prop_assert_eq!(&found, &expected, "{}", kernel.name);
            }
        }
    }

    #[test]
    fn similarities_are_those_of_the_vectors_give_or_take_little() {
        let component = |at: u64| (crate::id::mix(at) >> 40) as f32 / (1 << 23) as f32 - 1.0;
        let vector = |seed: u64| {
            let components = (0..256).map(|at| component(at) + component(seed << 20 | at));
            crate::vectors::Code::new(&components.collect::<Vec<f32>>())
        };
        let vectors: Vec<_> = (1..60).map(vector).collect();
        let (mut codes, mut room) = (Vec::new(), Vec::new());
        vectors.iter().for_each(|vector| coarse::push(vector.as_ref(), &mut room, &mut codes));
        let lanes = Lanes::new(vectors.iter().take(10).map(|vector| vector.as_ref()), 255.0);
        let (keys, mut found) = ((0..59).collect::<Vec<u16>>(), vec![0; 59 * lanes.width()]);
        lanes.similar(&codes, &keys, &mut found);
        for (at, row) in found.chunks_exact(lanes.width()).enumerate() {
            for (probe, &similar) in row.iter().take(10).enumerate() {
                let cosine = vectors[at].as_ref().cosine(vectors[probe].as_ref());
                assert!((f32::from(similar) / 255.0 - cosine).abs() < 0.12, "{at} {probe}: {similar} {cosine}");
            }
        }
        assert!((0..10).all(|at| found[at * lanes.width() + at] >= 253), "each is itself");
    }
}
