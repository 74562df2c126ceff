//! The normal form of a text: what two texts have in common that anybody would call the same.

use crate::id::hash;
use unicode_normalization::UnicodeNormalization;

/// Marks at the end of a statement that change nothing in it. A question mark does: it is a question then.
const ENDS: [char; 10] = ['.', '!', '~', '…', '。', '！', ',', ';', '"', '\''];

/// The normal form.
///
/// Compatibility forms are folded (NFKC), since a keyboard in full width, or a system that takes Hangul apart, says nothing else; so is case, since
/// speech has none; so are typographic quotes and characters of no width; white space is one space, since lines are broken by whoever shows
/// them; and marks at the end go, since "yes." is "yes". A text of nothing but marks stays as it is.
pub fn normal(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut is_gap = false;
    let mut push = |c: char| {
        if c.is_whitespace() {
            is_gap = !plain.is_empty();
        } else {
            if std::mem::take(&mut is_gap) {
                plain.push(' ');
            }
            plain.push(c);
        }
    };
    if text.is_ascii() {
        text.chars().for_each(|c| push(c.to_ascii_lowercase()));
    } else {
        let folded = text.nfkc().filter(|c| !matches!(c, '\u{200b}' | '\u{feff}' | '\u{ad}' | '\u{2060}'));
        folded.map(quote).flat_map(char::to_lowercase).for_each(&mut push);
    }
    let end = plain.trim_end_matches(|c: char| ENDS.contains(&c) || c == ' ').len();
    if end > 0 {
        plain.truncate(end);
    }
    plain
}

fn quote(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        other => other,
    }
}

/// What stands for a text and what goes with it (whose it is, what kind, …): equal for equal texts, and a signed number, as a database keeps it.
pub fn digest(text: &str, with: &[&str]) -> i64 {
    let normal = normal(text);
    let parts: Vec<&[u8]> = std::iter::once(normal.as_bytes()).chain(with.iter().map(|part| part.as_bytes())).collect();
    hash(&parts) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_anybody_calls_the_same_is_the_same() {
        for same in ["I live in Seoul.", "i live  in\nseoul", " Ｉ live in Seoul!! ", "I live\u{200b} in Seoul…"] {
            assert_eq!(normal(same), "i live in seoul", "{same}");
        }
        assert_eq!(normal("그건 ’내’ 거야"), normal(&"그건 '내' 거야".nfd().collect::<String>()));
    }

    #[test]
    fn what_may_mean_something_stays() {
        for (a, b) in [
            ("He left.", "He left?"),
            ("3.5", "35"),
            ("C++", "C"),
            ("-5", "5"),
            ("a b", "ab"),
            ("...", "!!!"),
            ("10%", "10"),
        ] {
            assert_ne!(normal(a), normal(b), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn a_normal_form_is_its_own(text in "\\PC{0,60}") {
            let once = normal(&text);
            prop_assert_eq!(normal(&once), once);
        }
    }
}
