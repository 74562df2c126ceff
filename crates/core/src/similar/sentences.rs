//! The sentences of a text, and what two of them have in common at a glance.

use crate::words::tokenizer::is_hangul;

/// The sentences, in order: up to a mark that ends one and the space behind it, or to the end of a line.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (sentence, after) = rest.split_at(end(rest));
            rest = after;
            if sentence.chars().any(char::is_alphanumeric) {
                return Some(sentence.trim());
            }
        }
        None
    })
}

/// Where the first sentence ends.
fn end(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|next| next.1);
        let is_end = c == '\n' || matches!(c, '.' | '!' | '?' | '。' | '…') && next.is_some_and(char::is_whitespace);
        if is_end && !is_abbreviation(&text[..at]) {
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// Whether a text ends with what is written with a point, as Mr. is: a capital and two letters more at most.
fn is_abbreviation(text: &str) -> bool {
    let word = text.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    (1..=3).contains(&word.len()) && word.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Characters by which a word is told from others at a glance: the first two syllables of Korean, four letters of English, so that most forms of a
/// word are one.
const GLANCE: usize = 4;

/// The beginnings of a sentence's words.
pub struct Sketch(Vec<u32>);

impl Sketch {
    /// Of a sentence.
    pub fn new(sentence: &str) -> Self {
        let beginning = |word: &str| {
            let length = if word.starts_with(is_hangul) { 2 } else { GLANCE };
            word.chars()
                .take(length)
                .flat_map(char::to_lowercase)
                .fold(0_u32, |sum, c| sum.wrapping_mul(0x0100_0193) ^ c as u32)
        };
        let words = sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
        let mut beginnings: Vec<u32> = words.map(beginning).collect();
        beginnings.sort_unstable();
        beginnings.dedup();
        Self(beginnings)
    }

    /// Whether the two share half of the words of the shorter one, and so many at least.
    pub fn is_near(&self, other: &Self, least: usize) -> bool {
        let shared = self.0.iter().filter(|word| other.0.binary_search(word).is_ok()).count();
        shared >= least && 2 * shared >= self.0.len().min(other.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<&str> {
        sentences(text).collect()
    }

    #[test]
    fn a_text_is_cut_where_sentences_end() {
        assert_eq!(
            of("I moved. Mr. Lee is at 3.5 Elm\n\n- Busan!  Really? …"),
            ["I moved.", "Mr. Lee is at 3.5 Elm", "- Busan!", "Really?"]
        );
        assert_eq!(of("이사했어요. 부산에 살아요"), ["이사했어요.", "부산에 살아요"]);
        assert!(of(" ... \n").is_empty());
    }

    #[test]
    fn what_shares_its_words_is_near() {
        let near = |a: &str, b: &str| Sketch::new(a).is_near(&Sketch::new(b), 2);
        assert!(near("My deadline is April 1", "the deadline is now April 5"));
        assert!(near("회의는 월요일 10시", "회의가 월요일 11시입니다"));
        assert!(!near("My deadline is April 1", "I had lunch in April"));
    }
}
