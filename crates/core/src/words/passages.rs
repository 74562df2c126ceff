//! Cuts a long text into passages, each short enough that its vector and its words mean one thing.

/// A passage aims at this many words: about a paragraph. Shorter ones lose their subject, longer ones mix several.
pub const PASSAGE_WORDS: usize = 96;

/// No passage is longer than this, whatever it is made of (text without spaces has few "words").
pub const PASSAGE_BYTES_MAX: usize = 4_096;

/// The passages of `text`, in order; together they are the whole text. There is at least one.
pub fn split(text: &str) -> Vec<&str> {
    let mut passages = Vec::new();
    let (mut start, mut words) = (0, 0);
    for sentence in (Sentences { text, at: 0 }) {
        let end = sentence.as_ptr() as usize - text.as_ptr() as usize;
        let more = sentence.split_whitespace().count();
        if words > 0 && (words + more > PASSAGE_WORDS || end + sentence.len() - start > PASSAGE_BYTES_MAX) {
            passages.push(&text[start..end]);
            (start, words) = (end, 0);
        }
        words += more.max(1);
    }
    passages.push(&text[start..]);
    passages
}

/// Pieces that end after a sentence or a line, or where a piece would grow too long.
struct Sentences<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Sentences<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let mut previous = ' ';
        let mut words = 0;
        for (i, c) in rest.char_indices() {
            words += usize::from(c.is_whitespace() && !previous.is_whitespace());
            let sentence_ends =
                c.is_whitespace() && matches!(previous, '.' | '!' | '?' | '。' | '！' | '？') || previous == '\n';
            if i > 0 && (sentence_ends || words >= PASSAGE_WORDS || i + c.len_utf8() > PASSAGE_BYTES_MAX) {
                self.at += i;
                return Some(&rest[..i]);
            }
            previous = c;
        }
        self.at = self.text.len();
        (!rest.is_empty()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_is_one_passage() {
        assert_eq!(split("I moved to Busan in May. It rains."), ["I moved to Busan in May. It rains."]);
        assert_eq!(split(""), [""]);
    }

    #[test]
    fn a_long_text_is_cut_after_sentences() {
        let sentence = "One two three four five six seven eight nine ten. ";
        let text = sentence.repeat(30);
        let passages = split(&text);
        assert_eq!(passages.len(), 4);
        assert!(passages[0].ends_with("ten."));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_long(text in "([a-z가-힣]{1,9}[ .!?\n]{0,2}){0,400}|.{0,200}|x{0,9000}") {
            let passages = split(&text);
            prop_assert_eq!(&passages.concat(), &text);
            prop_assert!(passages.iter().all(|p| p.len() <= 2 * PASSAGE_BYTES_MAX && p.split_whitespace().count() <= PASSAGE_WORDS + 1));
        }
    }
}
