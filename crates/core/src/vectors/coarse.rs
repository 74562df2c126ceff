//! A vector in two bits a component: enough to tell which way a walk should go, in one line of memory where the vector itself takes four.
//!
//! The vector is turned first (see [`rotation`]), so that its components are spread alike. Each becomes one of four levels. The step between levels is
//! chosen for each vector so that the inner product of the vector with its own code is the same for all: then that of a query with a code estimates the
//! cosine without bias (RaBitQ: Gao and Long 2024; Gao et al. 2025), and no factor has to be kept beside the code.

use super::code::CodeRef;
use super::distance::{LINE, prefetch};
#[cfg(target_arch = "x86_64")]
use super::distance::{QUAD, added};
use super::rotation;
use super::signs::WORD;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Levels of a component, and components of a byte.
pub const LEVELS: usize = 4;

/// Bytes of 64 components: byte `i` holds components `i`, `i + 16`, `i + 32` and `i + 48`, the first in its lowest bits.
const BLOCK_BYTES: usize = WORD / LEVELS;

/// What all levels are counted from: the middle of 0 to 3.
pub const MIDDLE: f32 = 1.5;

/// Bytes of a register.
pub const REGISTER: usize = 64;

/// Bytes of a code of so many components.
pub const fn bytes(dimension: usize) -> usize {
    rotation::width(dimension) / LEVELS
}

/// Appends the code of a vector; `room` is for its components.
pub fn push(vector: CodeRef<'_>, room: &mut Vec<f32>, out: &mut Vec<u8>) {
    room.resize(rotation::width(vector.bytes.len()), 0.0);
    rotation::turn(vector.bytes, vector.scale, room);
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the feature was detected just now.
        return unsafe { push_with_avx2(room, out) };
    }
    push_plainly(room, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn push_with_avx2(turned: &[f32], out: &mut Vec<u8>) {
    push_plainly(turned, out);
}

#[inline(always)]
#[allow(clippy::manual_clamp, reason = "a clamp asks whether there is no number, one component after another")]
fn push_plainly(turned: &[f32], out: &mut Vec<u8>) {
    let steps = steps(turned);
    for block in turned.as_chunks::<WORD>().0 {
        let mut bytes = [0; BLOCK_BYTES];
        for (i, part) in block.as_chunks::<BLOCK_BYTES>().0.iter().enumerate() {
            for (byte, &x) in bytes.iter_mut().zip(part) {
                // From -2 on up, so that a cast, which rounds towards zero, finds the level.
                *byte |= ((x * steps + 2.0).max(0.0).min(3.0) as i32) << (2 * i);
            }
        }
        let bytes: [u8; BLOCK_BYTES] = std::array::from_fn(|at| bytes[at] as u8);
        out.extend_from_slice(&bytes);
    }
}

/// The inner product of a vector of length 1 with its own code, over the root of the number of components: that of numbers that are spread
/// normally with levels -1.5, -0.5, 0.5 and 1.5 at the step that loses least, which is 0.996 of a deviation (Max 1960).
pub const OWN: f32 = 0.886;

/// How often the range of steps is halved to find the right one: to within a thousandth, where a component that changes its level makes as much.
const HALVINGS: usize = 11;

/// How many steps between levels make 1, for a vector that was turned.
#[inline(always)]
fn steps(turned: &[f32]) -> f32 {
    let root = (turned.len() as f32).sqrt();
    let (mut low, mut high) = (0.5 * root, 2.0 * root);
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if own(turned, middle) < OWN * root { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The inner product of a vector that was turned with its own code, at so many steps.
#[inline(always)]
fn own(turned: &[f32], steps: f32) -> f32 {
    let mut sums = [0.0_f32; BLOCK_BYTES];
    for part in turned.as_chunks::<BLOCK_BYTES>().0 {
        for (sum, x) in sums.iter_mut().zip(part) {
            let size = x.abs();
            *sum += if size * steps >= 1.0 { 1.5 * size } else { 0.5 * size };
        }
    }
    sums.iter().sum()
}

/// Components of four blocks as registers of codes meet them: by the place in a byte.
pub type Quarter = [[i8; REGISTER]; LEVELS];

/// How many steps of a component of a query make 1: those of a byte go to the greatest.
pub fn steps_of(turned: &[f32]) -> f32 {
    127.0 / turned.iter().fold(f32::MIN_POSITIVE, |peak, x| peak.max(x.abs()))
}

/// Calls `put` with each component of a query, in `by` steps to 1: its register, its place in a byte, which byte of the register that is, and itself.
#[inline]
pub fn each_quarter(turned: &[f32], by: f32, mut put: impl FnMut(usize, usize, usize, i8)) {
    // Rounded by a cast, which cuts off what is above a whole number that is not negative.
    let component = |x: f32| ((x * by + 128.5) as i32 - 128) as i8;
    for (number, part) in turned.as_chunks::<BLOCK_BYTES>().0.iter().enumerate() {
        let (block, level) = (number / LEVELS, number % LEVELS);
        let (register, start) = (block / (REGISTER / BLOCK_BYTES), block % (REGISTER / BLOCK_BYTES) * BLOCK_BYTES);
        part.iter().enumerate().for_each(|(at, &x)| put(register, level, start + at, component(x)));
    }
}

/// The first half of each part twice over.
fn twice(quarter: &Quarter) -> Quarter {
    quarter.map(|components| std::array::from_fn(|at| components[at % (REGISTER / 2)]))
}

/// The levels of a code, from 0 to 3, by register and place in a byte; zeros beyond.
pub fn unpack(code: &[u8], levels: &mut [i8]) {
    levels.fill(0);
    for (bytes, levels) in code.chunks(REGISTER).zip(levels.chunks_exact_mut(LEVELS * REGISTER)) {
        for (level, levels) in levels.chunks_exact_mut(REGISTER).enumerate() {
            levels.iter_mut().zip(bytes).for_each(|(out, byte)| *out = (byte >> (2 * level) & 3) as i8);
        }
    }
}

/// A query that codes are compared with.
pub struct Asked {
    quarters: Vec<Quarter>,
    /// The last quarter twice over, if it is half a register: so much of two codes fits into one.
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "registers elsewhere are smaller"))]
    twice: Option<Quarter>,
    /// Bytes of a code.
    bytes: usize,
}

impl Asked {
    /// Of a query's vector.
    pub fn new(query: CodeRef<'_>) -> Self {
        let mut turned = vec![0.0; rotation::width(query.bytes.len())];
        rotation::turn(query.bytes, query.scale, &mut turned);
        let mut quarters = vec![[[0; REGISTER]; LEVELS]; turned.len().div_ceil(LEVELS * REGISTER)];
        each_quarter(&turned, steps_of(&turned), |register, level, at, component| {
            quarters[register][level][at] = component;
        });
        let bytes = turned.len() / LEVELS;
        let twice = (bytes % REGISTER == REGISTER / 2).then(|| twice(&quarters[quarters.len() - 1]));
        Self { quarters, twice, bytes }
    }

    /// How near the vectors of some numbers are, by their codes, which lie one after another: the higher, the nearer. The codes of those `ahead` are
    /// asked for meanwhile, a few at a time, since a processor can wait for a few only.
    #[inline]
    pub fn near(&self, codes: &[u8], numbers: &[u32], ahead: &[u32], out: &mut [i32]) {
        assert_eq!(numbers.len(), out.len());
        #[cfg(target_arch = "x86_64")]
        if *HAS_VNNI {
            // SAFETY: the features were detected.
            return unsafe { self.with_vnni(codes, numbers, ahead, out) };
        }
        ahead.iter().for_each(|&at| self.fetch(codes, at));
        numbers.iter().zip(out).for_each(|(&at, out)| *out = self.plainly(self.code(codes, at)));
    }

    /// Asks for a code before it is needed.
    #[inline]
    pub fn fetch(&self, codes: &[u8], at: u32) {
        self.code(codes, at).iter().step_by(LINE).for_each(prefetch);
    }

    #[inline]
    fn code<'a>(&self, codes: &'a [u8], at: u32) -> &'a [u8] {
        &codes[at as usize * self.bytes..][..self.bytes]
    }

    fn plainly(&self, code: &[u8]) -> i32 {
        let of = |bytes: &[u8], level: usize, components: &[i8; REGISTER]| {
            let products =
                bytes.iter().zip(components).map(|(&byte, &x)| i32::from(byte >> (2 * level) & 3) * i32::from(x));
            products.sum::<i32>()
        };
        let quarters = code.chunks(REGISTER).zip(&self.quarters);
        quarters.flat_map(|(bytes, quarter)| (0..LEVELS).map(move |level| of(bytes, level, &quarter[level]))).sum()
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn with_vnni(&self, codes: &[u8], numbers: &[u32], ahead: &[u32], out: &mut [i32]) {
        let mut ahead = ahead.chunks(QUAD);
        let ((fours, others), (out, out_of_others)) = (numbers.as_chunks::<QUAD>(), out.as_chunks_mut::<QUAD>());
        for (&[a, b, c, d], out) in fours.iter().zip(out) {
            ahead.next().unwrap_or_default().iter().for_each(|&at| self.fetch(codes, at));
            let code = |at: u32| self.code(codes, at);
            let sums = added(self.sums([code(a), code(b), code(c), code(d)]));
            // SAFETY: four sums are 16 bytes long.
            unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), sums) };
        }
        for (&at, out) in others.iter().zip(out_of_others) {
            *out = _mm512_reduce_add_epi32(self.sums([self.code(codes, at)])[0]);
        }
        ahead.flatten().for_each(|&at| self.fetch(codes, at));
    }

    /// The products with some codes, each in sixteen sums.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn sums<const CODES: usize>(&self, codes: [&[u8]; CODES]) -> [__m512i; CODES] {
        let mut sums = [_mm512_setzero_si512(); CODES];
        let whole = self.bytes / REGISTER;
        for (register, quarter) in self.quarters[..whole].iter().enumerate() {
            for (sum, code) in sums.iter_mut().zip(codes) {
                *sum = product(load(&code.as_chunks().0[register]), quarter, *sum);
            }
        }
        let rest = self.bytes % REGISTER;
        if rest == 0 {
            return sums;
        }
        if let (Some(twice), true) = (&self.twice, CODES.is_multiple_of(2)) {
            for (sums, codes) in sums.as_chunks_mut::<2>().0.iter_mut().zip(codes.as_chunks::<2>().0) {
                let halves = [&codes[0][whole * REGISTER..], &codes[1][whole * REGISTER..]];
                let both = load_two(&halves[0].as_chunks().0[0], &halves[1].as_chunks().0[0]);
                let both = product(both, twice, _mm512_setzero_si512());
                sums[0] = _mm512_mask_add_epi32(sums[0], 0x00ff, sums[0], both);
                sums[1] = _mm512_mask_add_epi32(sums[1], 0xff00, sums[1], both);
            }
            return sums;
        }
        for (sum, code) in sums.iter_mut().zip(codes) {
            let rest = &code[whole * REGISTER..];
            // SAFETY: no more is read than there is.
            let bytes = unsafe { _mm512_maskz_loadu_epi8((1 << rest.len()) - 1, rest.as_ptr().cast()) };
            *sum = product(bytes, &self.quarters[whole], *sum);
        }
        sums
    }
}

/// A register of codes.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8; REGISTER]) -> __m512i {
    // SAFETY: they are 64 bytes long.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// The same of two halves.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f")]
fn load_two(first: &[u8; REGISTER / 2], second: &[u8; REGISTER / 2]) -> __m512i {
    // SAFETY: each is 32 bytes long.
    let (first, second) =
        unsafe { (_mm256_loadu_si256(first.as_ptr().cast()), _mm256_loadu_si256(second.as_ptr().cast())) };
    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(first), second)
}

/// The products of a register of codes with what it is compared with, in sixteen sums, added to others.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn product(codes: __m512i, quarter: &Quarter, sums: __m512i) -> __m512i {
    let low = _mm512_set1_epi8(3);
    // SAFETY: each is 64 bytes long.
    let components = |level: usize| unsafe { _mm512_loadu_si512(quarter[level].as_ptr().cast()) };
    let levels = |shifted: __m512i| _mm512_and_si512(shifted, low);
    let sums = _mm512_dpbusd_epi32(sums, levels(codes), components(0));
    let sums = _mm512_dpbusd_epi32(sums, levels(_mm512_srli_epi16::<2>(codes)), components(1));
    let sums = _mm512_dpbusd_epi32(sums, levels(_mm512_srli_epi16::<4>(codes)), components(2));
    _mm512_dpbusd_epi32(sums, levels(_mm512_srli_epi16::<6>(codes)), components(3))
}

#[cfg(target_arch = "x86_64")]
static HAS_VNNI: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::mix;
    use crate::vectors::Code;
    use proptest::prelude::*;

    fn random(seed: u64, dimension: usize) -> Code {
        let component = |at: u64| (mix(seed << 20 | at) >> 40) as f32 / (1 << 23) as f32 - 1.0;
        // The first components are larger, as those of the shipped table are.
        Code::new(&(0..dimension as u64).map(|at| component(at) / (1 + at) as f32).collect::<Vec<f32>>())
    }

    fn codes_of(vectors: &[Code]) -> Vec<u8> {
        let (mut codes, mut room) = (Vec::new(), Vec::new());
        vectors.iter().for_each(|vector| push(vector.as_ref(), &mut room, &mut codes));
        codes
    }

    proptest! {
        #[test]
        fn the_fast_way_says_what_the_plain_one_says(vectors in (1_usize..600).prop_flat_map(|d| proptest::collection::vec(proptest::collection::vec(any::<i8>(), d), 2..9))) {
            let vectors: Vec<Code> = vectors.into_iter().map(|bytes| Code { scale: 1e-3, bytes }).collect();
            let (codes, asked) = (codes_of(&vectors), Asked::new(vectors[0].as_ref()));
            prop_assert_eq!(codes.len(), vectors.len() * bytes(vectors[0].bytes.len()));
            let numbers: Vec<u32> = (0..vectors.len() as u32).rev().collect();
            let mut near = vec![0; numbers.len()];
            asked.near(&codes, &numbers, &numbers, &mut near);
            let plain: Vec<i32> = numbers.iter().map(|&at| asked.plainly(asked.code(&codes, at))).collect();
            prop_assert_eq!(near, plain);
        }
    }

    #[test]
    fn codes_tell_how_near_vectors_are() {
        for dimension in [256, 384] {
            let vectors: Vec<Code> = (0..400).map(|seed| random(seed, dimension)).collect();
            let codes = codes_of(&vectors);
            let (mut error, mut count) = (0.0, 0.0);
            for query in 0..20_u64 {
                let query = random(query + 1_000, dimension);
                let asked = Asked::new(query.as_ref());
                let mut near = vec![0; vectors.len()];
                asked.near(&codes, &(0..vectors.len() as u32).collect::<Vec<u32>>(), &[], &mut near);
                // An unbiased estimate is a line through all: judged by the two moments of both.
                let cosines: Vec<f64> = vectors.iter().map(|v| f64::from(v.as_ref().cosine(query.as_ref()))).collect();
                let near: Vec<f64> = near.into_iter().map(f64::from).collect();
                let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
                let (x, y) = (mean(&near), mean(&cosines));
                let common: f64 = near.iter().zip(&cosines).map(|(a, b)| (a - x) * (b - y)).sum();
                let slope = common / near.iter().map(|a| (a - x) * (a - x)).sum::<f64>();
                error += near.iter().zip(&cosines).map(|(a, b)| (y + slope * (a - x) - b).powi(2)).sum::<f64>();
                count += vectors.len() as f64;
            }
            let error = (error / count).sqrt();
            assert!(error < 0.4 / (dimension as f64).sqrt(), "{dimension}: {error}");
        }
    }
}
