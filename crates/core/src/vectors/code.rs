//! A vector as it is stored: one signed byte a component and a common scale.
//!
//! On disk and across the border to Python a code is `scale: f32` (little-endian) and then `dimension` signed bytes. The vector is
//! scale × bytes and has length 1, or is all zeros (a text with nothing to embed).

use crate::error::{Error, Result};

/// The bytes of a scale before the components.
pub const SCALE_BYTES: usize = 4;

/// Whether this can be the scale of a vector of length 1, or of all zeros.
pub fn is_scale(scale: f32) -> bool {
    (0.0..=1.0).contains(&scale)
}

/// A code of one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// What one step of a component is worth.
    pub scale: f32,
    /// The components.
    pub bytes: Vec<i8>,
}

/// A code where it lies.
#[derive(Clone, Copy, Debug)]
pub struct CodeRef<'a> {
    /// What one step of a component is worth.
    pub scale: f32,
    /// The components.
    pub bytes: &'a [i8],
}

impl Code {
    /// The code of a vector, which is first brought to length 1. All zeros stay all zeros.
    pub fn new(vector: &[f32]) -> Self {
        let norm = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
        let peak = vector.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        if norm <= 0.0 || peak <= 0.0 {
            return Self { scale: 0.0, bytes: vec![0; vector.len()] };
        }
        let bytes: Vec<i8> = vector.iter().map(|x| (x / peak * 127.0).round() as i8).collect();
        Self { scale: (f64::from(peak) / 127.0 / norm) as f32, bytes }
    }

    /// The code of what a caller brought, after a look at it.
    pub fn checked(vector: &[f32], dimension: usize, field: &str) -> Result<Self> {
        if vector.len() != dimension {
            return Err(Error::invalid(
                field,
                format!("has {} components; this memory's embedder makes {dimension}", vector.len()),
            ));
        }
        if let Some(at) = vector.iter().position(|x| !x.is_finite()) {
            return Err(Error::invalid(field, format!("component {at} is not a finite number")));
        }
        let code = Self::new(vector);
        if code.scale == 0.0 || !code.scale.is_finite() {
            return Err(Error::invalid(field, "has no direction: all components are zero, or too large to square"));
        }
        Ok(code)
    }

    /// As it crosses borders.
    pub fn to_bytes(&self, out: &mut Vec<u8>) {
        out.extend(self.scale.to_le_bytes());
        out.extend_from_slice(bytemuck::cast_slice(&self.bytes));
    }

    /// Where it lies.
    pub fn as_ref(&self) -> CodeRef<'_> {
        CodeRef { scale: self.scale, bytes: &self.bytes }
    }
}

impl<'a> CodeRef<'a> {
    /// The codes that lie one after another in `bytes`.
    pub fn all(bytes: &'a [u8], dimension: usize) -> Result<impl Iterator<Item = CodeRef<'a>>> {
        let size = SCALE_BYTES + dimension;
        if !bytes.len().is_multiple_of(size) {
            return Err(Error::invalid(
                "vectors",
                format!("{} bytes are no whole number of codes of {size}", bytes.len()),
            ));
        }
        Ok(bytes.chunks_exact(size).map(|code| {
            let (scale, bytes) = code.split_at(SCALE_BYTES);
            CodeRef {
                scale: f32::from_le_bytes([scale[0], scale[1], scale[2], scale[3]]),
                bytes: bytemuck::cast_slice(bytes),
            }
        }))
    }

    /// A code of one's own, equal to this one.
    pub fn to_owned(self) -> Code {
        Code { scale: self.scale, bytes: self.bytes.to_vec() }
    }

    /// The cosine of the angle to a vector that many are compared with, and that has this scale.
    #[inline]
    pub fn near(&self, probe: &super::Probe<'_>, scale: f32) -> f32 {
        probe.dot(self.bytes) as f32 * self.scale * scale
    }

    /// The cosine of the angle between two vectors.
    pub fn cosine(&self, other: CodeRef<'_>) -> f32 {
        super::dot(self.bytes, other.bytes) as f32 * self.scale * other.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_has_no_direction_is_refused() {
        for bad in
            [vec![0.0, 0.0], vec![f32::NAN, 1.0], vec![1.0, f32::INFINITY], vec![1.0], vec![f32::MAX, f32::MAX, 0.0]]
        {
            assert!(Code::checked(&bad, 2, "vector").is_err(), "{bad:?}");
        }
        assert!(Code::checked(&[1e-30, 0.0], 2, "vector").is_ok());
        assert!(CodeRef::all(&[0; 7], 4).is_err());
    }

    proptest! {
        #[test]
        fn a_code_keeps_the_direction(vector in proptest::collection::vec(-1.0_f32..1.0, 64)) {
            prop_assume!(vector.iter().any(|x| x.abs() > 0.1));
            let code = Code::checked(&vector, 64, "vector").unwrap();
            let norm: f32 = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            let cosine: f32 = vector.iter().zip(&code.bytes).map(|(x, &c)| x / norm * f32::from(c) * code.scale).sum();
            prop_assert!((cosine - 1.0).abs() < 0.01, "{cosine}");
            let mut bytes = Vec::new();
            code.to_bytes(&mut bytes);
            let back = CodeRef::all(&bytes, 64).unwrap().next().unwrap();
            prop_assert_eq!(back.bytes, &code.bytes[..]);
            prop_assert!((back.cosine(code.as_ref()) - 1.0).abs() < 0.02);
        }
    }
}
