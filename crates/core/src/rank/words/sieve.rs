//! Which passages of a container can be among the best, by sums in steps of a byte: all lists at once, 64 passages an instruction.
//!
//! A passage of length l is worth norm(l) times the sum of what its terms are worth, so that it is among the best only if this sum reaches
//! the least of the best divided by norm(l). Steps are rounded up and what is needed is rounded down: nothing is missed, and what comes through
//! is scored exactly. Lists of bits are added where they lie; what is named is added to a byte a passage beforehand.

use crate::segment::{BREVITY_BITS, Brevity};
use crate::words::bm25::Bm25;
use crate::words::postings::{CONTAINER, WORD_UNITS};

/// By how much sums that are made in another order may differ, as a share.
pub const ROUNDING: f32 = 1e-5;

/// Lengths that are told apart: what a longer passage needs is not less than what one of the last does.
pub const CLASSES: usize = 128;

/// Passages whose steps stay in the nearest cache (32 KiB) while they are added up.
pub const STRETCH: usize = 16_384;

/// Passages that are added up at once: four registers.
const STRIDE: usize = 256;

/// 64 passages at a time, a bit each.
type Bits<'a> = &'a [[u16; WORD_UNITS]];

/// Does what [`sift`] says; none if this machine has no instructions for it, and other ways are quicker.
pub type Kernel = fn(&Sieve<'_>, usize, &mut [u8], &[u16], &mut Vec<(u16, u8)>);

/// The kernel that this machine can run.
pub fn kernel() -> Option<Kernel> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi")
    {
        return Some(avx512::sift);
    }
    None
}

/// What steps are, and how many a passage needs.
#[derive(Clone, Copy)]
pub struct Needs {
    /// What the best are known to reach.
    pub least: f32,
    unit: f32,
    /// Units of 1.
    units: f32,
    /// By length.
    needs: [u8; CLASSES],
    /// Lengths from which on all are taken for this one: a bound, since shorter passages are worth more.
    longest: usize,
    /// What a passage needs for each of its words more, in units.
    word: f32,
    /// By how often a term occurs, up to the last count that is told apart: how much more that is worth than a single time, as a share of what a
    /// single time is worth.
    again: [f32; COUNTS],
}

/// How often a term may occur in a passage that is told apart.
pub const COUNTS: usize = 8;

impl Needs {
    /// For passages that reach `least`, above 0; most of them have `average` words.
    pub fn new(least: f32, average: f32, brevity: &Brevity, bm25: &Bm25) -> Self {
        let sum = |length: f32| least * (1.0 - ROUNDING) / bm25.saturate(1.0, length);
        // What is needed up to twice the average length is told apart.
        let unit = sum(2.0 * average) / f32::from(u8::MAX);
        let longest = usize::from(brevity.longest).min(CLASSES - 1);
        let need = |length: usize| (sum(length.min(longest) as f32) / unit).clamp(1.0, f32::from(u8::MAX)) as u8;
        let word = (sum(CLASSES as f32) - sum(0.0)) / CLASSES as f32 / unit;
        let once = bm25.saturate(1.0, longest as f32);
        let count = |count: usize| if count < COUNTS - 1 { count as f32 } else { f32::from(u8::MAX) };
        let again = std::array::from_fn(|at| bm25.saturate(count(at), longest as f32) / once - 1.0);
        Self { least, unit, units: unit.recip(), needs: std::array::from_fn(need), longest, word, again }
    }

    /// The length that a passage is taken for.
    #[inline]
    pub fn class(&self, length: u16) -> usize {
        usize::from(length).min(self.longest)
    }

    /// By how often it occurs, the steps that are no less than what a term of so much worth is worth beyond occurring once.
    pub fn steps_again(&self, worth: f32) -> [u8; COUNTS] {
        self.again.map(|again| self.steps(worth * again))
    }

    /// What so many steps are worth at most.
    #[inline]
    pub fn worth(&self, steps: u8) -> f32 {
        if steps == u8::MAX { f32::INFINITY } else { f32::from(steps) * self.unit }
    }

    /// Steps that are no less than `worth`.
    #[inline]
    pub fn steps(&self, worth: f32) -> u8 {
        ((worth * self.units) as u8).saturating_add(1)
    }
}

/// A list of bits, and the steps that each is worth.
pub struct Plane<'a> {
    bits: Bits<'a>,
    steps: u8,
}

/// See the module.
pub struct Sieve<'a> {
    /// What passages need.
    pub needs: Needs,
    planes: Vec<Plane<'a>>,
    /// What long passages need, and what is added for the others' brevity.
    least: u8,
    brevity: [Plane<'a>; BREVITY_BITS],
    /// A bit for each passage that may be a hit, if not all may.
    wanted: Option<&'a [u64]>,
}

impl<'a> Sieve<'a> {
    /// Without lists yet, over the passages of a container, which is the part's `number`th.
    pub fn new(needs: Needs, brevity: &'a Brevity, number: usize, wanted: Option<&'a [u64]>) -> Self {
        let least = needs.needs[needs.longest];
        let brevity = std::array::from_fn(|bit| {
            let steps = needs.word * f32::from(brevity.width << bit);
            let words = CONTAINER as usize / 64;
            let plane = &brevity.planes[bit];
            Plane { bits: &plane[plane.len().min(number * words)..], steps: (steps as u8).saturating_add(1) }
        });
        Self { needs, planes: Vec::new(), least, brevity, wanted }
    }

    /// Takes in a list of bits.
    pub fn add(&mut self, bits: Bits<'a>, worth: f32) {
        self.planes.push(Plane { bits, steps: self.needs.steps(worth) });
    }

    /// What 64 passages may be.
    fn wanted(&self, at: usize) -> u64 {
        self.wanted.map_or(u64::MAX, |wanted| wanted.get(at).copied().unwrap_or(0))
    }
}

impl Plane<'_> {
    /// The bits of four times 64 passages.
    #[inline]
    fn words(&self, stride: usize) -> [u64; STRIDE / 64] {
        let first = stride * (STRIDE / 64);
        match self.bits.get(first..first + STRIDE / 64) {
            Some(bits) => std::array::from_fn(|at| bytemuck::cast(bits[at])),
            None => std::array::from_fn(|at| self.bits.get(first + at).map_or(0, |&units| bytemuck::cast(units))),
        }
    }
}

/// Those of a stretch that come through, with their steps: of the lists of bits, and those that have been added to `cells`, which are 0 then. What the
/// kernels mean. `first` is the stretch's first passage in the container.
#[cfg(test)]
fn sift(sieve: &Sieve<'_>, first: usize, cells: &mut [u8], lengths: &[u16], out: &mut Vec<(u16, u8)>) {
    for (at, (cell, &length)) in cells.iter_mut().zip(lengths).enumerate() {
        let doc = first + at;
        let has = |plane: &&Plane<'_>| plane.words(doc / STRIDE)[doc % STRIDE / 64] >> (doc % 64) & 1 == 1;
        let steps = sieve.planes.iter().filter(has).fold(*cell, |sum, plane| sum.saturating_add(plane.steps));
        if steps >= sieve.needs.needs[usize::from(length).min(CLASSES - 1)]
            && sieve.wanted(doc / 64) >> (doc % 64) & 1 == 1
        {
            out.push((doc as u16, steps));
        }
        *cell = 0;
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use super::{CLASSES, Plane, STRIDE, Sieve};
    use crate::vectors::distance::{LINE, prefetch};
    use std::arch::x86_64::*;

    /// 64 passages of which some may come through: their place in the container, these, what all have, and their lengths.
    type Waits<'a> = (usize, u64, __m512i, &'a [u16]);

    /// So many wait for their lengths at once, which lie anywhere.
    const WAITING: usize = 16;

    /// Lines of each list that are on their way while one is added up: lists are too many for the processor to see that they are read in order.
    const AHEAD: usize = 8;

    pub fn sift(sieve: &Sieve<'_>, first: usize, cells: &mut [u8], lengths: &[u16], out: &mut Vec<(u16, u8)>) {
        // SAFETY: this kernel is given only where these features were detected.
        unsafe { each_stride(sieve, first / STRIDE, cells, lengths, out) }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn each_stride(sieve: &Sieve<'_>, first: usize, cells: &mut [u8], lengths: &[u16], out: &mut Vec<(u16, u8)>) {
        let least = _mm512_set1_epi8(sieve.least.cast_signed());
        let most = sieve.brevity.iter().fold(0_u8, |most, plane| most.saturating_add(plane.steps));
        let shortest = _mm512_set1_epi8(sieve.least.saturating_sub(most).cast_signed());
        let strides = cells.as_chunks_mut::<STRIDE>().0.iter_mut().zip(lengths.chunks(STRIDE));
        let (mut waiting, mut count): ([Waits<'_>; WAITING], usize) = ([(0, 0, least, &[]); WAITING], 0);
        for (stride, (cells, lengths)) in (first..).zip(strides) {
            if stride % (LINE * 8 / STRIDE) == 0 {
                sieve.planes.iter().for_each(|plane| fetch(plane, stride));
            }
            let mut sums = take(cells);
            for plane in &sieve.planes {
                add(&mut sums, plane, stride);
            }
            // Most passages have too little, however short they are.
            if sums.iter().all(|&sum| _mm512_cmpge_epu8_mask(sum, shortest) == 0) {
                continue;
            }
            let mut with_brevity = sums;
            for plane in &sieve.brevity {
                add(&mut with_brevity, plane, stride);
            }
            let masks = with_brevity.map(|sum| _mm512_cmpge_epu8_mask(sum, least));
            if masks[0] | masks[1] | masks[2] | masks[3] == 0 {
                continue;
            }
            let words = (stride * (STRIDE / 64)..).zip(lengths.chunks(64));
            for ((at, lengths), (mask, sum)) in words.zip(masks.into_iter().zip(sums)) {
                if mask != 0 {
                    lengths.first().into_iter().chain(lengths.last()).for_each(prefetch);
                    waiting[count] = (at, mask, sum, lengths);
                    count += 1;
                }
            }
            if count > WAITING - STRIDE / 64 {
                waiting[..count].iter().for_each(|waits| decide(sieve, waits, out));
                count = 0;
            }
        }
        waiting[..count].iter().for_each(|waits| decide(sieve, waits, out));
    }

    /// Takes in those that have what they need.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn decide(sieve: &Sieve<'_>, &(at, mask, sum, lengths): &Waits<'_>, out: &mut Vec<(u16, u8)>) {
        let needs = needs(lengths, &sieve.needs.needs);
        let kept = _mm512_mask_cmpge_epu8_mask(mask, sum, needs) & sieve.wanted(at);
        push(64 * at, kept, sum, out);
    }

    /// Asks for what comes some lines after a stride.
    #[inline]
    fn fetch(plane: &Plane<'_>, stride: usize) {
        if let Some(ahead) = plane.bits.get(stride * (STRIDE / 64) + AHEAD * LINE / size_of::<u64>()) {
            prefetch(ahead);
        }
    }

    /// Adds the steps of a list of bits.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn add(sums: &mut [__m512i; STRIDE / 64], plane: &Plane<'_>, stride: usize) {
        let steps = _mm512_set1_epi8(plane.steps.cast_signed());
        for (sum, word) in sums.iter_mut().zip(plane.words(stride)) {
            *sum = _mm512_mask_adds_epu8(*sum, word, *sum, steps);
        }
    }

    /// Takes the passages that are kept, of 64 from `first` on.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn push(first: usize, mut kept: u64, sums: __m512i, out: &mut Vec<(u16, u8)>) {
        if kept == 0 {
            return;
        }
        let mut steps = [0_u8; 64];
        // SAFETY: these are 64 bytes.
        unsafe { _mm512_storeu_si512(steps.as_mut_ptr().cast(), sums) };
        while kept != 0 {
            let at = kept.trailing_zeros() as usize;
            out.push(((first + at) as u16, steps[at]));
            kept &= kept - 1;
        }
    }

    /// The cells, which are then 0.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn take(cells: &mut [u8; STRIDE]) -> [__m512i; STRIDE / 64] {
        let mut sums = [_mm512_setzero_si512(); STRIDE / 64];
        for (sum, cells) in sums.iter_mut().zip(cells.as_chunks_mut::<64>().0) {
            // SAFETY: these are 64 bytes.
            unsafe {
                *sum = _mm512_loadu_si512(cells.as_ptr().cast());
                _mm512_storeu_si512(cells.as_mut_ptr().cast(), _mm512_setzero_si512());
            }
        }
        sums
    }

    /// What each of up to 64 passages needs.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn needs(lengths: &[u16], needs: &[u8; CLASSES]) -> __m512i {
        let mut padded = [0_u16; 64];
        let lengths = lengths.first_chunk().unwrap_or_else(|| {
            padded[..lengths.len()].copy_from_slice(lengths);
            &padded
        });
        // SAFETY: 64 lengths are two registers of 64 bytes, and so are the needs.
        let [first, second, low, high] = unsafe {
            [
                _mm512_loadu_si512(lengths.as_ptr().cast()),
                _mm512_loadu_si512(lengths[32..].as_ptr().cast()),
                _mm512_loadu_si512(needs.as_ptr().cast()),
                _mm512_loadu_si512(needs[64..].as_ptr().cast()),
            ]
        };
        let bytes = [first, second].map(|lengths| _mm512_cvtusepi16_epi8(lengths));
        let classes = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(bytes[0]), bytes[1]);
        _mm512_permutex2var_epi8(low, _mm512_min_epu8(classes, _mm512_set1_epi8((CLASSES - 1) as i8)), high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::mix;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_comes_through_is_what_needs_no_more(
            seed in any::<u64>(),
            passages in 1_usize..3_000,
            lists in proptest::collection::vec((1_usize..60, 0.01_f32..3.0), 0..9),
            least in 0.1_f32..6.0,
            is_filtered in any::<bool>(),
        ) {
            let Some(kernel) = kernel() else { return Ok(()) };
            let dice = |salt: usize, at: usize| mix(seed ^ mix((salt << 32 | at) as u64));
            let bits: Vec<(Vec<[u16; WORD_UNITS]>, f32)> = lists.iter().enumerate().map(|(list, &(words, worth))| {
                ((0..words).map(|at| bytemuck::cast(dice(list, at))).collect(), worth)
            }).collect();
            let lengths: Vec<u16> = (0..passages).map(|at| (dice(99, at) % 200) as u16).collect();
            let wanted: Vec<u64> = (0..passages.div_ceil(64)).map(|at| dice(98, at)).collect();
            let brevity = Brevity::new(&lengths);
            let needs = Needs::new(least, 40.0, &brevity, &Bm25::new(10, 400));
            let mut sieve = Sieve::new(needs, &brevity, 0, is_filtered.then_some(&wanted[..]));
            // No list reaches beyond the last passage.
            bits.iter().for_each(|(bits, worth)| sieve.add(&bits[..bits.len().min(passages / 64)], *worth));
            let (mut expected, mut found) = (Vec::new(), Vec::new());
            for first in (0..passages).step_by(STRIDE * 4) {
                let mut cells = vec![0; STRIDE * 4];
                (first..passages.min(first + STRIDE * 4)).for_each(|at| cells[at - first] = (dice(97, at) % 500).saturating_sub(250) as u8);
                sift(&sieve, first, &mut cells.clone(), &lengths[first..], &mut expected);
                kernel(&sieve, first, &mut cells, &lengths[first..], &mut found);
                prop_assert!(cells.iter().all(|&cell| cell == 0));
            }
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn steps_are_bounds() {
        let bm25 = Bm25::new(10, 400);
        for least in [0.01, 1.0, 30.0] {
            let needs = Needs::new(least, 40.0, &Brevity::new(&[20, 60, 500]), &bm25);
            for length in (0..1_000).step_by(7) {
                // What is worth just enough takes no fewer steps than are needed.
                let worth = least / bm25.saturate(1.0, length as f32) * 1.000_01;
                assert!(needs.steps(worth) >= needs.needs[length.min(CLASSES - 1)], "{least} {length}");
                let half = needs.steps(worth / 2.0);
                assert!(half.saturating_add(half) >= needs.needs[length.min(CLASSES - 1)], "{least} {length}");
            }
        }
    }
}
