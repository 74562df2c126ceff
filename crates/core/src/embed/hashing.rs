//! Vectors for words of scripts that the table cannot read, made from the characters themselves.
//!
//! Each pair of neighbouring characters gets a direction from its hash; words that share pairs are near each other. This is
//! feature hashing (Weinberger et al. 2009) of character bigrams, as signs.

use crate::id::{hash, mix};

/// Adds the direction of `word` to `sum`, with length `weight`. The dimension must be a multiple of 64.
pub fn add(word: &str, weight: f32, sum: &mut [f32]) {
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    let pairs = ends.len().saturating_sub(2).max(1);
    let step = weight / (pairs as f32 * sum.len() as f32).sqrt();
    for i in 0..pairs {
        let pair = &word[ends[i]..ends[(i + 2).min(ends.len() - 1)]];
        let mut state = hash(&[b"h", pair.as_bytes()]);
        for signs in sum.chunks_mut(64) {
            state = mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15));
            for (bit, x) in signs.iter_mut().enumerate() {
                *x += if state >> bit & 1 == 1 { step } else { -step };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(word: &str) -> Vec<f32> {
        let mut sum = vec![0.0; 256];
        add(word, 1.0, &mut sum);
        sum
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    #[test]
    fn words_that_share_characters_are_near() {
        let (a, b, c) = (vector("간호사"), vector("간호사님"), vector("고양이"));
        assert!(cosine(&a, &b) > 0.6 && cosine(&a, &c).abs() < 0.3);
        assert!((cosine(&a, &a) - 1.0).abs() < 1e-5);
        assert!(vector("물").iter().any(|x| *x != 0.0));
    }
}
