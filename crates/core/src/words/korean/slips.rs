//! What a Korean word may have been meant to be that was typed in haste: all that is another vowel, or a consonant of much the same sound, away.

use super::hangul::{Syllable, coda};

/// Syllables of the words that are looked into: a single one may be anything, and a long word is several.
const SYLLABLES_MIN: usize = 2;
const SYLLABLES_MAX: usize = 6;

/// Vowels, by their numbers in Unicode's order: each is taken for others, ㅐ for ㅔ by ear, ㅏ for ㅓ by the finger.
const VOWELS: u32 = 21;

/// Consonants that open a syllable: plain, tense and aspirated ones of one kind.
const ONSETS: [&[u32]; 5] = [&[0, 1, 15], &[3, 4, 16], &[7, 8, 17], &[9, 10], &[12, 13, 14]];

/// Consonants that close one, and sound alike there.
const CODAS: [&[u32]; 6] =
    [&[1, 2, 3, 9, 24], &[4, 5, 6], &[7, 19, 20, 22, 23, 25, 27], &[8, 11, 12, 13, 15], &[10, 16], &[14, 17, 18, 26]];

/// Those that are left out by mistake: ㄱ ㄴ ㄹ ㅁ ㅂ ㅅ ㅆ ㅇ.
const CODAS_MISSED: &[u32] = &[1, 4, 8, 16, 17, 19, 20, 21];

/// Calls `take` with each word that is one slip away from `word`, if slips can be looked for in it.
pub fn each(word: &str, mut take: impl FnMut(String)) {
    if !(SYLLABLES_MIN..=SYLLABLES_MAX).contains(&word.chars().count()) {
        return;
    }
    for (start, c) in word.char_indices() {
        let Some(syllable) = Syllable::of(c) else { continue };
        let (before, after) = (&word[..start], &word[start + c.len_utf8()..]);
        each_syllable(syllable, |other| take(format!("{before}{}{after}", other.char())));
    }
}

fn each_syllable(syllable: Syllable, mut take: impl FnMut(Syllable)) {
    (0..VOWELS).filter(|&vowel| vowel != syllable.vowel).for_each(|vowel| take(syllable.with(vowel)));
    alike(&ONSETS, syllable.onset).for_each(|onset| take(Syllable { onset, ..syllable }));
    alike(&CODAS, syllable.coda).for_each(|coda| take(syllable.closed_by(coda)));
    let missed = if syllable.coda == coda::NONE { CODAS_MISSED } else { &[coda::NONE] };
    missed.iter().for_each(|&coda| take(syllable.closed_by(coda)));
}

fn alike(groups: &[&'static [u32]], letter: u32) -> impl Iterator<Item = u32> {
    let group = groups.iter().find(|group| group.contains(&letter)).copied().unwrap_or_default();
    group.iter().copied().filter(move |&other| other != letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_one_slip_away() {
        for (typed, meant) in
            [("동내", "동네"), ("겨통편", "교통편"), ("찌개", "찌게"), ("낙씨", "낚씨"), ("치구", "친구")]
        {
            let mut is_named = false;
            each(typed, |other| is_named |= other == meant);
            assert!(is_named, "{typed}");
        }
    }

    #[test]
    fn what_is_no_word_of_some_syllables_has_no_slips() {
        for word in ["", "물", "ㅋㅋ", "busan", "아름다운강산이"] {
            each(word, |other| panic!("{word}: {other}"));
        }
    }
}
