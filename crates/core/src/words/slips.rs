//! What a word may have been meant to be that was typed in haste: all that is one slip of the finger away.
//!
//! Damerau (1964), "A technique for computer detection and correction of spelling errors": four of five misspelt words have one letter too many, one too
//! few, a wrong one, or two the wrong way round. Useful where somebody can tell which of these words there are; most are none.

/// Letters of the shortest word that is looked into: among shorter ones, every other is a word too.
const LETTERS_MIN: usize = 4;

/// Letters of the longest one.
const LETTERS_MAX: usize = 20;

/// Whether a word is such as slips are looked for in: of Latin letters alone, and neither short nor endless.
pub fn is_readable(word: &str) -> bool {
    (LETTERS_MIN..=LETTERS_MAX).contains(&word.len()) && word.bytes().all(|letter| letter.is_ascii_lowercase())
}

/// How likely a slip is of which the finger makes few: a letter left out, or doubled, or two the wrong way round.
const USUAL: f32 = 1.0;

/// How likely it is that a letter is taken for this one of its few neighbours, on the keyboard or by ear, against that.
const NEAR: f32 = 0.25;

/// How likely it is for each of the many other letters.
const FAR: f32 = 0.05;

/// Slips that are this likely, or more, are those of fingers and ears; another letter makes another name of a name (Marla, Marta).
pub const OF_NAMES: f32 = NEAR;

/// The letters of a keyboard.
const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];

/// Letters that are taken for each other by ear.
const VOWELS: &[u8] = b"aeiouy";

/// Calls `take` with each word that is one slip away from `word`, which is [readable](is_readable), and with how likely the slip is beside others. The first
/// letter stays: it is hardly ever wrong (Pollock and Zamora 1984: in one of thirteen misspelt words), and most other words begin with another.
pub fn each(word: &str, mut take: impl FnMut(&str, f32)) {
    let letters = word.as_bytes();
    let mut other = Vec::with_capacity(letters.len() + 1);
    let mut name = |pieces: [&[u8]; 3], likelihood: f32| {
        other.clear();
        pieces.iter().for_each(|piece| other.extend_from_slice(piece));
        if let Ok(other) = std::str::from_utf8(&other) {
            take(other, likelihood);
        }
    };
    for at in 1..letters.len() {
        let (before, after) = letters.split_at(at);
        let is_doubled = before.last() == after.first();
        name([before, &after[1..], b""], if is_doubled { USUAL } else { NEAR });
        if after.len() > 1 && after[0] != after[1] {
            name([before, &[after[1], after[0]], &after[2..]], USUAL);
        }
        for letter in (b'a'..=b'z').filter(|&letter| letter != after[0]) {
            name([before, &[letter], &after[1..]], if are_near(letter, after[0]) { NEAR } else { FAR });
            name([before, &[letter], after], USUAL);
        }
    }
    (b'a'..=b'z').for_each(|missed| name([letters, &[missed], b""], USUAL));
}

/// Whether two words differ in nothing but a vowel at their end: Maria and Marie, Paul and Paula.
pub fn end_otherwise(word: &str, other: &str) -> bool {
    root(word) == root(other)
}

fn root(word: &str) -> &str {
    word.strip_suffix(|letter: char| VOWELS.contains(&(letter as u8))).unwrap_or(word)
}

/// Whether two letters are taken for each other.
fn are_near(a: u8, b: u8) -> bool {
    let place = |letter: u8| ROWS.iter().find_map(|row| Some((row, row.iter().position(|&key| key == letter)?)));
    let are_neighbours =
        matches!((place(a), place(b)), (Some((row, a)), Some((other, b))) if row == other && a.abs_diff(b) == 1);
    are_neighbours || VOWELS.contains(&a) && VOWELS.contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(from: &str, to: &str) -> bool {
        let mut is_named = false;
        each(from, |other, _| is_named |= other == to);
        is_named
    }

    #[test]
    fn what_was_meant_is_one_slip_away() {
        for typed in ["necklae", "neccklace", "neckalce", "necklacw", "necklaca", "nnecklace", "ncklace"] {
            assert!(is_readable(typed) && leads(typed, "necklace"), "{typed}");
        }
        assert!(!leads("mecklace", "necklace"), "the first letter stays");
        assert!(!leads("nekclaec", "necklace"), "two slips");
    }

    #[test]
    fn keys_and_vowels_have_neighbours() {
        assert!(are_near(b'n', b'm') && are_near(b'e', b'r') && are_near(b'a', b'e'));
        assert!(!are_near(b'q', b'p') && !are_near(b'p', b'a') && !are_near(b'l', b'z'));
    }

    #[test]
    fn another_vowel_at_the_end_is_told_from_other_slips() {
        for (name, other) in [("paul", "paula"), ("maria", "marie"), ("gino", "gina"), ("carole", "carol")] {
            assert!(end_otherwise(name, other) && end_otherwise(other, name), "{name} {other}");
        }
        for (name, slip) in [("maria", "mariaa"), ("melanie", "melani"), ("john", "jhon"), ("joanna", "joana")] {
            assert!(!end_otherwise(name, slip), "{name} {slip}");
        }
    }

    #[test]
    fn what_is_no_plain_word_is_left_alone() {
        for word in ["the", "mp3s", "don't", "부산에서", "naïve", "aaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert!(!is_readable(word), "{word}");
        }
    }
}
