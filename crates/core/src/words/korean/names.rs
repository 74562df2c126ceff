//! Names of persons within words: 다은이한테, 소연씨 and 한재호님인데 name 다은, 소연 and 재호.
//!
//! Given names are in no dictionary, and many look like something else: 다은 like a form of 달다. So they are known by what stands around them, and by
//! their syllables, which are those of Chinese characters that people name their children with, and a few Korean words.

use super::hangul::{Syllable, coda};
use super::{bare, stem};

/// What follows the name of a person, and is no part of it.
const TITLES: [&str; 2] = ["씨", "님"];

/// Family names of one syllable: those of 97 of 100 Koreans (census of 2015).
static FAMILIES: Syllables = Syllables::new(
    "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국",
);

/// Syllables that given names begin with.
static FIRST: Syllables = Syllables::new(
    "가강건경광규근금기나다대도동두라란래로루리마명무문미민범별병보복봉빈사상새서석선설성세소솔송수숙순슬승시신아안애양여연영예오옥용우욱웅원유윤율은을응의이인일임자재정제조종주준중지진찬창채천철초춘치태하한해향혁현형혜호홍화환효훈휘희",
);

/// Syllables that they end with.
static SECOND: Syllables = Syllables::new(
    "건결겸경곤관광교구권규균근금기길나남늘담대덕도동라란람래련령례로록리린림만명모목무문미민배백범별병복봉비빈빛산삼상샘서석선설섭성세솔송수숙순슬승식신실아안애양언연열영예옥온완용우욱운웅원월유윤율은음을의이익인일임자재정제조종주준중지진찬창채천철춘치태택평표필하한해향혁현협형혜호홍화환회효후훈휘희",
);

/// Calls `take` with the names in a word that it has apart from its particle: the whole one behind which a title stands, and the given one behind a family
/// name. `is_noun` says what is no name.
pub fn each(word: &str, is_noun: impl Fn(&str) -> bool, mut take: impl FnMut(&str)) {
    if !begins_with_name(word) {
        return;
    }
    let base = bare(word);
    let name = untitled(base);
    let Some(given) = given(name) else { return };
    // 우리나라는 ends as if it had 라는, and 우리나라 is known.
    let mut longer = word.char_indices().map(|(at, _)| &word[..at]).filter(|longer| longer.len() > base.len());
    if [base, name, given].into_iter().any(&is_noun) || longer.any(&is_noun) || name == base && is_form(name, &is_noun)
    {
        return;
    }
    if name.len() < stem(word).len() {
        take(name);
    }
    if given.len() < name.len() {
        take(given);
    }
}

/// Calls `take` with whatever of a word may be a name, for somebody who knows which names there are.
pub fn each_form(word: &str, mut take: impl FnMut(&str)) {
    let base = bare(word);
    let name = untitled(base);
    for form in [Some(base), Some(name), given(name)].into_iter().flatten() {
        take(form);
    }
}

/// The name without what is said behind it: 다은이네, 재호님, 소연씨.
fn untitled(base: &str) -> &str {
    let house = base
        .strip_suffix('네')
        .filter(|whose| familiar(whose) != *whose || TITLES.iter().any(|title| whose.ends_with(title)));
    let whose = house.unwrap_or(base);
    TITLES.iter().find_map(|title| whose.strip_suffix(title)).unwrap_or_else(|| familiar(whose))
}

/// The name without the 이 with which one speaks of a friend: only behind a consonant.
fn familiar(name: &str) -> &str {
    let closed =
        |root: &&str| root.chars().next_back().and_then(Syllable::of).is_some_and(|last| last.coda != coda::NONE);
    name.strip_suffix('이').filter(closed).unwrap_or(name)
}

/// Whether what nothing marks as a name is more likely a form of a word: 유명한, 여기서.
fn is_form(name: &str, is_noun: impl Fn(&str) -> bool) -> bool {
    let other = |last: char| name.strip_suffix(last);
    ['하', '한', '해'].into_iter().any(|last| other(last).is_some()) || other('서').is_some_and(is_noun)
}

/// Whether the first syllables of a word are such as names have, and there are more than of a given one: few words have such, and all are asked.
fn begins_with_name(word: &str) -> bool {
    let mut syllables = word.chars();
    let (Some(first), Some(second), Some(third)) = (syllables.next(), syllables.next(), syllables.next()) else {
        return false;
    };
    is_given(first, second) || FAMILIES.has(first) && is_given(second, third)
}

fn is_given(first: char, second: char) -> bool {
    FIRST.has(first) && SECOND.has(second)
}

/// The given name of a whole one, or of one that is it already.
pub fn given(name: &str) -> Option<&str> {
    let mut syllables = name.chars();
    let (first, second, third) = (syllables.next()?, syllables.next()?, syllables.next());
    match third {
        None if is_given(first, second) => Some(name),
        Some(third) if syllables.next().is_none() && FAMILIES.has(first) && is_given(second, third) => {
            Some(&name[first.len_utf8()..])
        }
        _ => None,
    }
}

/// Some syllables, a bit for each that there is.
struct Syllables([u64; BLOCK.div_ceil(64)]);

/// The first whole syllable of Unicode, and how many there are.
const GA: u32 = 0xac00;
const BLOCK: usize = 11_172;

impl Syllables {
    const fn new(all: &str) -> Self {
        let (bytes, mut bits, mut at) = (all.as_bytes(), [0; BLOCK.div_ceil(64)], 0);
        while at < bytes.len() {
            let [high, middle, low] =
                [bytes[at] as usize & 0xf, bytes[at + 1] as usize & 0x3f, bytes[at + 2] as usize & 0x3f];
            let number = (high << 12 | middle << 6 | low) - GA as usize;
            bits[number / 64] |= 1 << (number % 64);
            at += 3; // bytes of a syllable
        }
        Self(bits)
    }

    fn has(&self, syllable: char) -> bool {
        let number = u32::from(syllable).wrapping_sub(GA) as usize;
        self.0.get(number / 64).is_some_and(|bits| bits >> (number % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(word: &str) -> Vec<String> {
        let mut names = Vec::new();
        each(
            word,
            |noun| ["선생", "선생님", "고양", "고양이", "이미지", "강아지", "여기"].contains(&noun),
            |name| names.push(name.to_owned()),
        );
        names
    }

    #[test]
    fn names_are_found_by_what_stands_around_them() {
        for (word, found) in [
            ("다은이한테", &["다은"][..]),
            ("다은이네", &["다은"]),
            ("다은이는", &["다은"]),
            ("소연씨가", &["소연"]),
            ("재호님", &["재호"]),
            ("한재호님이", &["한재호", "재호"]),
            ("한재호님인데", &["한재호", "재호"]),
            ("윤다은이고", &["다은"]),
            ("다은", &[]),
            ("다은이", &[]), // its stem is the name
        ] {
            assert_eq!(names(word), found, "{word}");
        }
    }

    #[test]
    fn syllables_are_those_that_are_written() {
        let few = Syllables::new("가힣문");
        assert_eq!(
            ['가', '힣', '문', '각', 'a', 'ㅋ'].map(|one| few.has(one)),
            [true, true, true, false, false, false]
        );
    }

    #[test]
    fn other_words_name_nobody() {
        for word in [
            "선생님이",
            "고양이는",
            "이미지는",
            "유명한",
            "여기서",
            "의하면",
            "괜찮네",
            "고쳤어",
            "강아지",
            "부산에서",
            "맛있네",
            "ㅋㅋㅋ",
            "",
        ] {
            assert_eq!(names(word), [""; 0], "{word}");
        }
    }
}
