//! A turning of the space: inner products stay as they are, but no component says more than another, so that few bits of each say as much as they can.
//!
//! Signs flipped as if by lot, then a Walsh-Hadamard transform, some times over (Ailon and Chazelle 2009): as good as any rotation, for some thousand additions.

use super::signs::WORD;
use crate::id::mix;

/// Components of a turned vector: a whole number of words.
pub const fn width(dimension: usize) -> usize {
    dimension.next_multiple_of(WORD)
}

/// Turns `scale` × `bytes`. `out` is as long as [`width`] says.
pub fn turn(bytes: &[i8], scale: f32, out: &mut [f32]) {
    assert_eq!(out.len(), width(bytes.len()));
    out.fill(0.0);
    out.iter_mut().zip(bytes).for_each(|(out, &x)| *out = f32::from(x) * scale);
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the feature was detected just now.
        return unsafe { with_avx2(out) };
    }
    turns(out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2(out: &mut [f32]) {
    turns(out);
}

#[inline(always)]
fn turns(out: &mut [f32]) {
    // A transform takes as many components as a power of two: all of them, or the first and the last by turns until each has met each.
    let part = if out.is_empty() { 0 } else { 1 << out.len().ilog2() };
    let count = if part == out.len() { 2 } else { 4 };
    for number in 0..count {
        flip(out, number);
        let start = if number % 2 == 0 { 0 } else { out.len() - part };
        transform(&mut out[start..start + part]);
    }
}

#[inline(always)]
fn flip(out: &mut [f32], number: u64) {
    for (word, part) in (number << 32..).zip(out.as_chunks_mut::<WORD>().0) {
        let bits = mix(word);
        for (bits, part) in [bits as u32, (bits >> 32) as u32].into_iter().zip(part.chunks_exact_mut(WORD / 2)) {
            for (i, x) in (0_u32..).zip(part) {
                *x = f32::from_bits(x.to_bits() ^ (bits >> i & 1) << 31);
            }
        }
    }
}

/// The Walsh-Hadamard transform of as many numbers as a power of two, at least a word of them, at the length that they had.
#[inline(always)]
fn transform(values: &mut [f32]) {
    let mut half = values.len() / 2;
    while half >= SMALL {
        for pair in values.chunks_exact_mut(2 * half) {
            let (first, second) = pair.split_at_mut(half);
            for (a, b) in first.as_chunks_mut::<SMALL>().0.iter_mut().zip(second.as_chunks_mut::<SMALL>().0) {
                (*a, *b) = (std::array::from_fn(|at| a[at] + b[at]), std::array::from_fn(|at| a[at] - b[at]));
            }
        }
        half /= 2;
    }
    let shrink = 1.0 / (values.len() as f32).sqrt();
    for values in values.as_chunks_mut::<SMALL>().0 {
        *values = met::<1>(&met::<2>(&met::<4>(values)));
        values.iter_mut().for_each(|x| *x *= shrink);
    }
}

/// Numbers of a register: those within one meet by changing places.
const SMALL: usize = 8;

/// Each number and the one `HALF` places away: their sum, and their difference.
#[inline(always)]
fn met<const HALF: usize>(values: &[f32; SMALL]) -> [f32; SMALL] {
    let other: [f32; SMALL] = std::array::from_fn(|at| values[at ^ HALF]);
    let sign: [u32; SMALL] = std::array::from_fn(|at| if at & HALF == 0 { 0 } else { 1 << 31 });
    std::array::from_fn(|at| other[at] + f32::from_bits(values[at].to_bits() ^ sign[at]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn turned(bytes: &[i8]) -> Vec<f32> {
        let mut out = vec![0.0; width(bytes.len())];
        turn(bytes, 0.01, &mut out);
        out
    }

    proptest! {
        #[test]
        fn inner_products_stay(pairs in proptest::collection::vec(any::<(i8, i8)>(), 0..700)) {
            let (a, b): (Vec<i8>, Vec<i8>) = pairs.into_iter().unzip();
            let before: f32 = a.iter().zip(&b).map(|(&x, &y)| f32::from(x) * f32::from(y) * 1e-4).sum();
            let after: f32 = turned(&a).iter().zip(turned(&b)).map(|(x, y)| x * y).sum();
            prop_assert!((before - after).abs() < 1e-2, "{before} {after}");
        }
    }

    #[test]
    fn one_component_alone_is_spread_over_all() {
        for dimension in [64, 256, 384, 700] {
            let mut bytes = vec![0; dimension];
            bytes[dimension / 2] = 100;
            let peak = turned(&bytes).iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            assert!(peak < 5.0 / (dimension as f32).sqrt(), "{dimension}: {peak}");
        }
    }
}
