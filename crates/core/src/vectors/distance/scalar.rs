//! The meaning of the inner product, and the choice where there is nothing faster.

use super::{LANES, Lanes, Probe};

pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum()
}

pub fn probe(row: &[i8], probe: &Probe<'_>) -> i32 {
    dot(row, probe.bytes)
}

pub fn similar(row: &[i8], lanes: &Lanes, scale: f32) -> [u8; LANES] {
    let mut sums = [0; LANES];
    for (four, step) in row.as_chunks::<4>().0.iter().zip(&lanes.steps) {
        sums.iter_mut().zip(step).for_each(|(sum, part)| *sum += dot(four, part));
    }
    std::array::from_fn(|lane| {
        let similar = sums[lane] as f32 * (scale * lanes.scales[lane]);
        similar.round_ties_even().clamp(0.0, 255.0) as u8
    })
}
