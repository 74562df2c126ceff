//! Korean names in Latin letters: what Minji or Hyunwoo is in Hangul, and how 민지 may be written.
//!
//! The Revised Romanization (Ministry of Culture, 2000) and the spellings that people have in their passports besides: 현우 is Hyeonu by the rule, and
//! Hyunwoo by usage. Each way has several readings, of which whoever asks looks up what there is.

use super::hangul::Syllable;

/// Syllables of a name: one is too short to be told from other words, and no given name has more.
const SYLLABLES_MIN: usize = 2;
const SYLLABLES_MAX: usize = 3;

/// Readings of a word that are named. Most names have fewer than ten.
const READINGS_MAX: usize = 96;

/// Letters of the longest name: Kyeongseung.
const LETTERS_MAX: usize = 12;

/// Letters of the longest syllable: kyeong.
const SYLLABLE_LETTERS_MAX: usize = 6;

/// Those that most Koreans have, as most of them write themselves, which is seldom by the rule.
const FAMILY_NAMES: [(&str, &str); 24] = [
    ("김", "kim"),
    ("이", "lee"),
    ("박", "park"),
    ("최", "choi"),
    ("정", "jung"),
    ("강", "kang"),
    ("조", "cho"),
    ("윤", "yoon"),
    ("장", "jang"),
    ("임", "lim"),
    ("한", "han"),
    ("오", "oh"),
    ("서", "seo"),
    ("신", "shin"),
    ("권", "kwon"),
    ("황", "hwang"),
    ("안", "ahn"),
    ("송", "song"),
    ("전", "jeon"),
    ("홍", "hong"),
    ("유", "yoo"),
    ("고", "ko"),
    ("문", "moon"),
    ("손", "son"),
];

/// How consonants that open a syllable are written, by their number in Unicode's order; the rule's way first.
const ONSETS: [&[&str]; 19] = [
    &["g", "k"],
    &["kk"],
    &["n"],
    &["d", "t"],
    &["tt"],
    &["r", "l"],
    &["m"],
    &["b", "p"],
    &["pp"],
    &["s", "sh"],
    &["ss"],
    &[""],
    &["j"],
    &["jj"],
    &["ch"],
    &["k"],
    &["t"],
    &["p"],
    &["h"],
];

/// How vowels are.
const VOWELS: [&[&str]; 21] = [
    &["a"],
    &["ae"],
    &["ya"],
    &["yae"],
    &["eo", "u", "o"],
    &["e"],
    &["yeo", "you", "yu"],
    &["ye"],
    &["o"],
    &["wa"],
    &["wae"],
    &["oe"],
    &["yo"],
    &["u", "oo", "woo"],
    &["wo"],
    &["we"],
    &["wi"],
    &["yu", "yoo"],
    &["eu"],
    &["ui", "ee", "hee"],
    &["i", "ee"],
];

/// How consonants that close a syllable are; those that names do not end with are not read.
const CODAS: [&[&str]; 28] = [
    &[""],
    &["k", "g"],
    &[],
    &[],
    &["n"],
    &[],
    &[],
    &[],
    &["l"],
    &[],
    &[],
    &[],
    &[],
    &[],
    &[],
    &[],
    &["m"],
    &["p", "b"],
    &[],
    &[],
    &[],
    &["ng"],
    &[],
    &[],
    &[],
    &[],
    &[],
    &[],
];

/// Calls `take` with what a word in lower case may be in Hangul, if it reads like a name.
pub fn each_hangul(word: &str, mut take: impl FnMut(&str)) {
    if word.len() > LETTERS_MAX || !word.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return;
    }
    let mut readings = Vec::new();
    read(word, &mut Vec::new(), &mut readings);
    readings.iter().for_each(|reading| take(reading));
}

fn read(rest: &str, syllables: &mut Vec<Syllable>, readings: &mut Vec<String>) {
    if rest.is_empty() && syllables.len() >= SYLLABLES_MIN && readings.len() < READINGS_MAX {
        readings.push(syllables.iter().map(|syllable| syllable.char()).collect());
    }
    if rest.is_empty() || syllables.len() == SYLLABLES_MAX {
        return;
    }
    each_written(&ONSETS, rest, |onset, rest| {
        each_written(&VOWELS, rest, |vowel, rest| {
            each_written(&CODAS, rest, |coda, rest| {
                syllables.push(Syllable { onset, vowel, coda });
                read(rest, syllables, readings);
                syllables.pop();
            });
        });
    });
}

/// Whether a word in lower case may be one syllable of a name.
pub fn is_syllable(word: &str) -> bool {
    let mut is_one = false;
    if word.len() <= SYLLABLE_LETTERS_MAX {
        each_written(&ONSETS, word, |_, rest| {
            each_written(&VOWELS, rest, |_, rest| each_written(&CODAS, rest, |_, rest| is_one |= rest.is_empty()));
        });
    }
    is_one
}

/// How a family name is usually written, in lower case.
pub fn family_name(syllable: &str) -> Option<&'static str> {
    FAMILY_NAMES.iter().find(|name| name.0 == syllable).map(|name| name.1)
}

/// Calls `take` with each letter that `rest` may begin with, and what is left after it.
fn each_written<'a>(letters: &[&[&str]], rest: &'a str, mut take: impl FnMut(u32, &'a str)) {
    for (number, ways) in (0..).zip(letters) {
        for left in ways.iter().filter_map(|way| rest.strip_prefix(way)) {
            take(number, left);
        }
    }
}

/// Calls `take` with each way to write a name in lower case.
pub fn each_latin(name: &str, mut take: impl FnMut(&str)) {
    let syllables: Option<Vec<Syllable>> = name.chars().map(Syllable::of).collect();
    let Some(syllables) = syllables.filter(|all| (SYLLABLES_MIN..=SYLLABLES_MAX).contains(&all.len())) else { return };
    let mut written = vec![String::new()];
    for Syllable { onset, vowel, coda } in syllables {
        for letters in [ONSETS[onset as usize], VOWELS[vowel as usize], CODAS[coda as usize]] {
            written = written.iter().flat_map(|begun| letters.iter().map(move |way| format!("{begun}{way}"))).collect();
            written.truncate(READINGS_MAX);
        }
    }
    written.iter().for_each(|written| take(written));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_either_script() {
        for (latin, hangul) in [
            ("minji", "민지"),
            ("jieun", "지은"),
            ("hyunwoo", "현우"),
            ("hyeonu", "현우"),
            ("daeun", "다은"),
            ("subin", "수빈"),
            ("soobin", "수빈"),
            ("jihoon", "지훈"),
            ("younghee", "영희"),
            ("seoyeon", "서연"),
            ("junho", "준호"),
            ("sungmin", "성민"),
        ] {
            let (mut is_read, mut is_written) = (false, false);
            each_hangul(latin, |reading| is_read |= reading == hangul);
            each_latin(hangul, |way| is_written |= way == latin);
            assert!(is_read && is_written, "{latin} {hangul}");
        }
    }

    #[test]
    fn syllables_are_known() {
        assert!(["hyun", "woo", "ji", "sung", "so", "yeon"].into_iter().all(is_syllable));
        assert!(!["", "york", "minji", "street", "x"].into_iter().any(is_syllable));
    }

    #[test]
    fn what_is_no_name_has_no_reading() {
        for word in ["", "screenplay", "basketball", "x", "부산", "a", "min-ji"] {
            each_hangul(word, |reading| panic!("{word} is read as {reading}"));
        }
        for word in ["", "minji", "물", "대한민국"] {
            each_latin(word, |way| panic!("{word} is written as {way}"));
        }
    }
}
