//! Many rows of a matrix against a few probes at once, first at a glance: what late interaction spends its time on.
//!
//! The components of a row are ordered by how much they tell. Of the first of them, one line of memory, comes a similarity; only where it is worth it
//! are all components compared.

use super::{LINE, Probe};

/// Similarities of a row lie in so many bytes, or a multiple: those of a register.
pub const LANES: usize = 16;

/// Probes of a quad: a register holds a part of each.
const QUAD: usize = 4;

/// Components of a part.
pub const PART: usize = LINE / QUAD;

/// First lines that are on their way while one is compared: as many as a core can wait for.
pub const AHEAD: usize = 16;

/// The same of whole rows, of several lines each.
pub const AHEAD_WHOLE: usize = 4;

/// Rows of signed bytes, each with a scale; a multiple of 64 components each, of which the first ones tell most.
pub struct Matrix<'a> {
    /// The components, row by row.
    pub bytes: &'a [i8],
    /// Of each row the first line, close together, if they have been brought there.
    pub firsts: Option<&'a [[i8; LINE]]>,
    /// What a step of each row is worth.
    pub scales: &'a [f32],
    /// Components of a row.
    pub dimension: usize,
}

impl<'a> Matrix<'a> {
    /// A row.
    #[inline]
    pub fn row(&self, at: u16) -> &'a [i8] {
        &self.bytes[usize::from(at) * self.dimension..][..self.dimension]
    }

    /// The first line of a row.
    #[inline]
    pub fn first(&self, at: u16) -> &'a [i8; LINE] {
        match self.firsts {
            Some(firsts) => &firsts[usize::from(at)],
            None => &self.row(at).as_chunks().0[0],
        }
    }
}

/// What [`Lanes::similar`] does, in one of several ways.
pub type Kernel = fn(&Lanes<'_>, &Matrix<'_>, &[u16], &mut [u8]);

/// Probes side by side.
pub struct Lanes<'a> {
    probes: Vec<[Probe<'a>; 2]>,
    scales: Vec<f32>,
    groups: Vec<Group>,
    /// A similarity at first glance from which all components are compared.
    pub worth: u8,
}

/// Quads of a group.
const QUADS: usize = LANES / QUAD;

/// A part of each of four probes: what a register holds.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct Quad(pub [[i8; PART]; QUAD]);

/// Up to [`LANES`] probes.
pub struct Group {
    /// Quads in use.
    pub quads: usize,
    /// Components 16i to 16i + 15 of the four probes of each quad, by i.
    pub steps: Vec<[Quad; QUADS]>,
    /// By lane: the sum of the first components of each probe, of all, and what a step of it is worth.
    pub first_sums: [i32; LANES],
    /// See above.
    pub sums: [i32; LANES],
    /// See above.
    pub scales: [f32; LANES],
}

impl<'a> Lanes<'a> {
    /// Of rows of one length with what a step of each is worth; at a first similarity of `worth` all components are compared.
    pub fn new(rows: &[(&'a [i8], f32)], worth: u8) -> Self {
        assert!(rows.iter().all(|row| row.0.len() == rows[0].0.len() && row.0.len().is_multiple_of(LINE)));
        Self {
            probes: rows.iter().map(|row| [Probe::new(&row.0[..LINE]), Probe::new(row.0)]).collect(),
            scales: rows.iter().map(|row| row.1).collect(),
            groups: rows.chunks(LANES).map(Group::new).collect(),
            worth,
        }
    }

    /// Where the similarity with a probe stands among those of a row.
    pub fn place(probe: usize) -> usize {
        let (group, at) = (probe / LANES, probe % LANES);
        group * LANES + at % QUAD * QUAD + at / QUAD
    }

    /// Bytes of the similarities of a row.
    pub fn width(&self) -> usize {
        self.groups.len() * LANES
    }

    /// The groups.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The similarity of each of some rows with each probe, at the probe's place: the inner product times both scales, rounded to whole
    /// numbers (to even ones from the middle), and brought into the range of a byte. Elsewhere there are zeros.
    pub fn similar(&self, rows: &Matrix<'_>, keys: &[u16], out: &mut [u8]) {
        assert_eq!(out.len(), keys.len() * self.width());
        assert!(self.probes.iter().all(|probe| probe[1].bytes.len() == rows.dimension));
        (super::KERNEL.similar)(self, rows, keys, out);
    }
}

impl Group {
    fn new(rows: &[(&[i8], f32)]) -> Self {
        let part = |probe: usize, step: usize| rows.get(probe).map_or([0; PART], |row| row.0.as_chunks().0[step]);
        let quad = |quad: usize, step| Quad(std::array::from_fn(|at| part(quad * QUAD + at, step)));
        let step = |step| std::array::from_fn(|number| quad(number, step));
        let mut group = Self {
            quads: rows.len().div_ceil(QUAD),
            steps: (0..rows[0].0.len() / PART).map(step).collect(),
            first_sums: [0; LANES],
            sums: [0; LANES],
            scales: [0.0; LANES],
        };
        let sum = |row: &[i8]| row.iter().map(|&x| i32::from(x)).sum();
        for (probe, (row, scale)) in rows.iter().enumerate() {
            let lane = Lanes::place(probe);
            (group.first_sums[lane], group.sums[lane]) = (sum(&row[..LINE]), sum(row));
            group.scales[lane] = *scale;
        }
        group
    }
}

/// One probe after another, by whatever inner product this machine has.
pub fn one_by_one(lanes: &Lanes<'_>, rows: &Matrix<'_>, keys: &[u16], out: &mut [u8]) {
    out.fill(0);
    for (&key, out) in keys.iter().zip(out.chunks_exact_mut(lanes.width())) {
        let (row, scale) = (rows.row(key), rows.scales[usize::from(key)]);
        for (number, ([first, whole], by)) in lanes.probes.iter().zip(&lanes.scales).enumerate() {
            let similar = |product: i32| (product as f32 * (scale * by)).round_ties_even().clamp(0.0, 255.0) as u8;
            let at_first = similar(first.dot(rows.first(key)));
            out[Lanes::place(number)] = if at_first < lanes.worth { at_first } else { similar(whole.dot(row)) };
        }
    }
}

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

    #[test]
    fn every_probe_has_a_place_of_its_own() {
        let mut places: Vec<usize> = (0..40).map(Lanes::place).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!((places.len(), Lanes::place(3), Lanes::place(4), Lanes::place(16)), (40, 12, 1, 16));
    }

    proptest! {
        #[test]
        fn the_greater_is_kept(a in any::<[u8; LANES]>(), b in any::<[u8; LANES]>()) {
            let mut kept = a;
            keep_greater(&mut kept, &b);
            prop_assert_eq!(kept, std::array::from_fn::<u8, LANES, _>(|lane| a[lane].max(b[lane])));
        }

        #[test]
        fn every_kernel_says_what_one_probe_after_another_says(
            bytes in proptest::collection::vec(any::<i8>(), 128 * 60), probes in 1_usize..40, scale in 0.0_f32..2e-3,
        ) {
            let matrix = Matrix { bytes: &bytes, firsts: None, scales: &[scale; 60], dimension: 128 };
            let rows: Vec<(&[i8], f32)> = (0..probes as u16).map(|at| (matrix.row(at), 0.3)).collect();
            let lanes = Lanes::new(&rows, 30);
            let keys: Vec<u16> = (0..60).rev().step_by(2).collect();
            let mut expected = vec![1; keys.len() * lanes.width()];
            one_by_one(&lanes, &matrix, &keys, &mut expected);
            for kernel in kernels() {
                let mut found = vec![2; keys.len() * lanes.width()];
                (kernel.similar)(&lanes, &matrix, &keys, &mut found);
                prop_assert_eq!(&found, &expected, "{}", kernel.name);
            }
        }
    }
}
