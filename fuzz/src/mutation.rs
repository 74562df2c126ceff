//! Small changes of an input, the same every time: for a toolchain that has no fuzzer.

use greeum_core::id::mix;

/// Bytes that tend to hurt.
const HURTING: [u8; 6] = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/// Changes in one mutation.
const CHANGES_MAX: u64 = 6;

/// The input with some bytes changed, taken out, doubled or moved; which is decided by `seed`.
pub fn mutate(input: &[u8], seed: u64) -> Vec<u8> {
    let mut state = mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15));
    let mut below = |end: usize| {
        state = mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15));
        (state % end.max(1) as u64) as usize
    };
    let mut out = input.to_vec();
    for _ in 0..=below(CHANGES_MAX as usize) {
        let at = below(out.len());
        let length = 1 + below(8.min(out.len().saturating_sub(at)));
        let span = at..(at + length).min(out.len());
        match below(6) {
            _ if out.is_empty() => out.push(below(256) as u8),
            0 => out[at] = HURTING[below(HURTING.len())],
            1 => out[at] ^= 1 << below(8),
            2 => drop(out.drain(span)),
            3 => out.splice(at..at, input[..].iter().copied().skip(at).take(length).collect::<Vec<_>>()).for_each(drop),
            4 => out[span].reverse(),
            _ => out[span].iter_mut().for_each(|byte| *byte = below(256) as u8),
        }
    }
    out
}
