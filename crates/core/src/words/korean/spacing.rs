//! Spaces that were left out, as they often are on a phone: 수빈이고용형태를 is 수빈이 고용 형태를.

use super::dictionary::Dictionary;
use super::morphemes::{Class, Part, SYLLABLES_MAX, parts_run_together};

/// Syllables of the shortest word that is looked into.
const SYLLABLES_MIN: usize = 4;

/// Syllables of the longest compound. In a shorter word two nouns are taken apart only if something else in it says that spaces are missing.
const COMPOUND_MAX: usize = 8;

/// The words that a word is made of, with spaces between them; nothing if it is one. `is_name` says whether the syllables from one to before another are a
/// noun that no dictionary has.
pub fn spaced(word: &str, dictionary: &Dictionary, is_name: &dyn Fn(usize, usize) -> bool) -> Option<String> {
    let syllables: Vec<char> = word.chars().collect();
    if syllables.len() < SYLLABLES_MIN {
        return None;
    }
    let (mut text, mut start) = (String::new(), 0);
    while start < syllables.len() {
        let end = syllables.len().min(start + SYLLABLES_MAX);
        let window: String = syllables[start..end].iter().collect();
        let parts = parts_run_together(&window, dictionary, &|from, to| is_name(start + from, start + to));
        let mut ends = ends_of_words(&parts, syllables.len() > COMPOUND_MAX);
        if end < syllables.len() && ends.len() > 1 {
            ends.pop(); // it may go on behind the window
        }
        let mut from = start;
        for to in ends.into_iter().map(|to| start + to) {
            text.push_str(if text.is_empty() { "" } else { " " });
            text.extend(&syllables[from..to]);
            from = to;
        }
        if from == start {
            return None;
        }
        start = from;
    }
    text.contains(' ').then_some(text)
}

/// After which syllables there is an end of a word.
fn ends_of_words(parts: &[Part], is_long: bool) -> Vec<usize> {
    use Class::{Ending, Noun, Particle, Stem};
    let pairs = || parts.windows(2).map(|pair| (pair[0], pair[1]));
    // A stem that has taken in its ending is of the class of that.
    let begins = |part: Part| matches!(part.class, Noun | Stem) || part.token.is_some();
    let is_end = |(part, next): (Part, Part)| matches!(part.class, Particle | Ending) && begins(next);
    let cuts_nouns = is_long || pairs().any(is_end);
    let is_between = |(part, next): (Part, Part)| cuts_nouns && part.class == Noun && next.class == Noun;
    let ends = pairs().filter(|&pair| is_end(pair) || is_between(pair)).map(|(part, _)| part.end);
    ends.chain(parts.last().map(|part| part.end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dictionary() -> Dictionary {
        let entries = [
            (Class::Noun, "동네"),
            (Class::Noun, "가게"),
            (Class::Noun, "언제"),
            (Class::Noun, "고용"),
            (Class::Noun, "형태"),
            (Class::Stem, "열"),
            (Class::Stem, "하"),
            (Class::Ending, "어"),
            (Class::Ending, "는"),
        ];
        Dictionary::new(0, (0..).zip(entries).map(|(token, (class, form))| (token, class, form)))
    }

    fn read(word: &str) -> Option<String> {
        spaced(word, &dictionary(), &|from, to| word.chars().skip(from).take(to - from).eq("수빈".chars()))
    }

    #[test]
    fn words_are_told_apart() {
        for (typed, words) in [
            ("동네가게는언제열어", "동네 가게는 언제열어"),
            ("수빈의가게", "수빈의 가게"),
            ("수빈이고용형태를", "수빈이 고용 형태를"),
            (
                "동네가게는언제열어동네가게는언제열어동네가게는언제열어",
                "동네 가게는 언제열어 동네 가게는 언제열어 동네 가게는 언제열어",
            ),
        ] {
            assert_eq!(read(typed).as_deref(), Some(words));
        }
    }

    #[test]
    fn one_word_stays_one() {
        for word in ["동네가게는", "고용형태", "언제", "아이게림이라는", ""] {
            assert_eq!(read(word), None, "{word}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_added_but_spaces(word in "[가-힣동네게는열어]{0,70}") {
            if let Some(text) = read(&word) {
                prop_assert_eq!(text.replace(' ', ""), word);
            }
        }
    }
}
