//! Korean: particles stripped by rule, words of no subject, and morphemes out of a dictionary where there is one. Names that no
//! dictionary has work as well as those that it has.

mod dictionary;
mod hangul;
mod inflection;
pub mod loans;
mod morphemes;
pub mod names;
pub mod numerals;
pub mod romanised;
pub mod slips;
mod spacing;

pub use dictionary::Dictionary;
use hangul::{Syllable, coda};
pub use morphemes::{Class, Part, cut, parts};
pub use spacing::spaced;

/// The word without its particle, if it has one: 부산에서 → 부산, 민지는 → 민지.
///
/// The longest particle that leaves at least one syllable goes; a particle that has two forms (은/는, 이/가, 을/를, 과/와,
/// 으로/로) goes only where the sound before it asks for that form.
pub fn stem(word: &str) -> &str {
    let end = word.as_bytes().last();
    if end.is_none_or(|end| PARTICLE_ENDS >> (end % 64) & 1 == 0) {
        return word;
    }
    let syllables = word.chars().count();
    for &(particle, after) in PARTICLES {
        if particle.as_bytes().last() != end {
            continue; // what most are told apart by
        }
        let Some(root) = word.strip_suffix(particle) else { continue };
        let left = syllables - particle.chars().count();
        let Some(last) = root.chars().last() else { continue };
        if left >= 1 && after.allows(last) {
            return root;
        }
    }
    word
}

/// The last bytes of particles, a bit each: about half of all words are told by it to have none.
const PARTICLE_ENDS: u64 = {
    let (mut ends, mut at) = (0, 0);
    while at < PARTICLES.len() {
        let particle = PARTICLES[at].0.as_bytes();
        ends |= 1 << (particle[particle.len() - 1] % 64);
        at += 1;
    }
    ends
};

/// Whether it is a particle by itself, as behind a word of another script.
pub fn is_particle(word: &str) -> bool {
    PARTICLES.iter().any(|&(particle, _)| particle == word)
}

/// Whether the word (whole, as written) says nothing about what a text is about.
pub fn is_stop_word(word: &str) -> bool {
    word.len() <= STOP_WORD_BYTES_MAX && STOP_WORDS.binary_search(&word).is_ok()
}

/// Bytes of the longest stop word.
const STOP_WORD_BYTES_MAX: usize = 12;

/// Whether the word stands for another, with or without a particle: it is looked for, but says nothing by itself.
pub fn is_pronoun(word: &str) -> bool {
    PRONOUNS.contains(&stem(word))
}

/// Whether the word only binds what stands right before it to the rest: particles, one after another, and forms of the copula.
pub fn is_bound(word: &str) -> bool {
    let particles = PARTICLES.iter().chain(RARER_PARTICLES).map(|particle| particle.0);
    let mut all = particles.chain(BOUND.iter().copied());
    word.is_empty() || all.any(|bound| word.strip_prefix(bound).is_some_and(is_bound))
}

/// The word without its particle, be it one of two syllables that [`stem`] leaves where they are.
pub fn bare(word: &str) -> &str {
    let stem = stem(word);
    if stem.len() < word.len() {
        return stem;
    }
    let root = |&(particle, after): &(&str, After)| {
        let root = word.strip_suffix(particle)?;
        after.allows(root.chars().next_back()?).then_some(root)
    };
    let longer = RARER_PARTICLES.iter().filter(|particle| particle.0.chars().nth(1).is_some());
    longer.filter_map(root).min_by_key(|root| root.len()).unwrap_or(word)
}

/// What the syllable before a particle must sound like.
#[derive(Clone, Copy, Debug)]
pub enum After {
    /// Anything.
    Any,
    /// A syllable with a final consonant.
    Consonant,
    /// A syllable without one.
    Vowel,
    /// A syllable without one, or with ㄹ.
    VowelOrRieul,
}

impl After {
    fn allows(self, syllable: char) -> bool {
        let Some(Syllable { coda, .. }) = Syllable::of(syllable) else { return true };
        match self {
            Self::Any => true,
            Self::Consonant => coda != coda::NONE,
            Self::Vowel => coda == coda::NONE,
            Self::VowelOrRieul => coda == coda::NONE || coda == coda::R,
        }
    }
}

/// Longest first, for [`stem`].
const PARTICLES: &[(&str, After)] = &[
    ("에서부터", After::Any),
    ("으로부터", After::Consonant),
    ("께서는", After::Any),
    ("에서는", After::Any),
    ("에서도", After::Any),
    ("에게서", After::Any),
    ("한테서", After::Any),
    ("으로는", After::Consonant),
    ("으로도", After::Consonant),
    ("이라는", After::Consonant),
    ("이라고", After::Consonant),
    ("이에요", After::Consonant),
    ("입니다", After::Any),
    ("까지는", After::Any),
    ("까지도", After::Any),
    ("부터는", After::Any),
    ("에서", After::Any),
    ("께서", After::Any),
    ("에게", After::Any),
    ("에는", After::Any),
    ("에도", After::Any),
    ("에만", After::Any),
    ("한테", After::Any),
    ("까지", After::Any),
    ("부터", After::Any),
    ("보다", After::Any),
    ("처럼", After::Any),
    ("만큼", After::Any),
    ("마다", After::Any),
    ("밖에", After::Any),
    ("조차", After::Any),
    ("마저", After::Any),
    ("대로", After::Any),
    ("라는", After::Vowel),
    ("라고", After::Vowel),
    ("예요", After::Vowel),
    ("이다", After::Consonant),
    ("이나", After::Consonant),
    ("이랑", After::Consonant),
    ("이란", After::Consonant),
    ("이며", After::Consonant),
    ("이고", After::Consonant),
    ("으로", After::Consonant),
    ("하고", After::Any),
    ("로는", After::VowelOrRieul),
    ("로도", After::VowelOrRieul),
    ("들은", After::Any),
    ("들이", After::Any),
    ("들을", After::Any),
    ("들의", After::Any),
    ("과의", After::Consonant),
    ("와의", After::Vowel),
    ("은", After::Consonant),
    ("는", After::Vowel),
    ("이", After::Consonant),
    ("가", After::Vowel),
    ("을", After::Consonant),
    ("를", After::Vowel),
    ("과", After::Consonant),
    ("와", After::Vowel),
    ("의", After::Any),
    ("에", After::Any),
    ("도", After::Any),
    ("만", After::Any),
    ("로", After::VowelOrRieul),
    ("랑", After::Vowel),
    ("께", After::Any),
    ("야", After::Vowel),
    ("아", After::Consonant),
    ("들", After::Any),
];

/// Those that end too many other words (나라, 수면) to be taken off without a dictionary.
const RARER_PARTICLES: &[(&str, After)] = &[
    ("엔", After::Any),
    ("에선", After::Any),
    ("한텐", After::Any),
    ("쯤", After::Any),
    ("이면", After::Consonant),
    ("면", After::Vowel),
    ("이라", After::Consonant),
    ("라", After::Vowel),
    ("이야", After::Consonant),
    ("이래", After::Consonant),
    ("래", After::Vowel),
    ("이네", After::Consonant),
    ("네", After::Vowel),
    ("인데", After::Any),
    ("였", After::Vowel),
    ("이었", After::Consonant),
    ("이지", After::Consonant),
    ("이니", After::Consonant),
];

/// What else is bound to whatever stands before it: suffixes, and forms of the copula.
const BOUND: [&str; 36] = [
    "씩",
    "이서",
    "째",
    "짜리",
    "임",
    "인",
    "일",
    "이요",
    "요",
    "죠",
    "이죠",
    "이라서",
    "라서",
    "이라도",
    "라도",
    "이든",
    "든",
    "인가",
    "인지",
    "일까",
    "입니까",
    "이라는데",
    "라는데",
    "이래서",
    "니까",
    "이니까",
    "이었다",
    "였다",
    "이었어",
    "였어",
    "이었던",
    "였던",
    "이었는데",
    "였는데",
    "거든",
    "이거든",
];

/// This, that and yonder; here, there and over there.
const PRONOUNS: [&str; 9] = ["이것", "그것", "저것", "이거", "그거", "저거", "여기", "거기", "저기"];

/// In ascending order.
const STOP_WORDS: &[&str] = &[
    "거",
    "거야",
    "거지",
    "건",
    "건데",
    "걸",
    "것",
    "게",
    "그",
    "그건",
    "그게",
    "그냥",
    "그래서",
    "그러면",
    "그런데",
    "그럼",
    "그리고",
    "꺼",
    "나",
    "나는",
    "나도",
    "난",
    "내",
    "내가",
    "너",
    "너는",
    "너무",
    "넌",
    "네",
    "누가",
    "누구",
    "누구야",
    "더",
    "등",
    "때",
    "또",
    "또한",
    "많이",
    "매우",
    "몇",
    "무슨",
    "무엇",
    "무엇을",
    "무엇이",
    "무엇인가",
    "무엇인지",
    "뭐",
    "뭐가",
    "뭐라고",
    "뭐야",
    "뭐지",
    "뭘",
    "및",
    "수",
    "아니",
    "아주",
    "야",
    "어디",
    "어디서",
    "어디야",
    "어디에",
    "어디에서",
    "어때",
    "어떤",
    "어떻게",
    "언제",
    "언제야",
    "얼마나",
    "없는",
    "없어",
    "오",
    "와",
    "왜",
    "우리",
    "응",
    "이",
    "이건",
    "이게",
    "있는",
    "있다",
    "있어",
    "있었다",
    "저",
    "저는",
    "정말",
    "조금",
    "좀",
    "진짜",
    "하고",
    "하는",
    "하지만",
    "한",
    "할",
    "해",
    "해서",
    "했다",
    "했어",
    "했지",
    "헐",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particles_go_and_the_noun_stays() {
        for (word, noun) in [
            ("부산에서", "부산"),
            ("부산으로", "부산"),
            ("민지는", "민지"),
            ("민지가", "민지"),
            ("책을", "책"),
            ("학교에서는", "학교"),
            ("서울로", "서울"),
            ("친구들이", "친구"),
            ("병원까지", "병원"),
        ] {
            assert_eq!(stem(word), noun, "{word}");
        }
    }

    #[test]
    fn stop_words_are_in_order() {
        assert!(STOP_WORDS.is_sorted());
        assert!(STOP_WORDS.iter().all(|word| is_stop_word(word)), "all are found, the longest too");
        assert!(!is_stop_word("부산"));
    }

    #[test]
    fn a_particle_must_fit_the_sound_before_it() {
        assert_eq!(stem("바다가"), "바다");
        assert_eq!(stem("국가"), "국가"); // 국 has a final consonant, so 가 is no particle here
        assert_eq!(stem("은"), "은");
        assert_eq!(stem("나"), "나");
    }
}
