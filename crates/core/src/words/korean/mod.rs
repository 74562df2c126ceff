//! Korean: particles stripped by rule, words of no subject, and morphemes out of a dictionary where there is one. Names that no
//! dictionary has work as well as those that it has.

mod hangul;
mod inflection;
mod morphemes;

use hangul::{Syllable, coda};
pub use morphemes::{Class, Known, cut};

/// The word without its particle, if it has one: 부산에서 → 부산, 민지는 → 민지.
///
/// The longest particle that leaves at least one syllable goes; a particle that has two forms (은/는, 이/가, 을/를, 과/와,
/// 으로/로) goes only where the sound before it asks for that form.
pub fn stem(word: &str) -> &str {
    let syllables = word.chars().count();
    for &(particle, after) in PARTICLES {
        let Some(root) = word.strip_suffix(particle) else { continue };
        let left = syllables - particle.chars().count();
        let Some(last) = root.chars().last() else { continue };
        if left >= 1 && after.allows(last) {
            return root;
        }
    }
    word
}

/// Whether the word (whole, as written) says nothing about what a text is about.
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(&word)
}

/// Whether `form` is a particle that may follow the syllable `before`.
fn particle_allowed(before: char, form: &[char]) -> bool {
    PARTICLES
        .iter()
        .chain(RARER_PARTICLES)
        .any(|&(particle, after)| particle.chars().eq(form.iter().copied()) && after.allows(before))
}

/// What the syllable before a particle must sound like.
#[derive(Clone, Copy)]
enum After {
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

const STOP_WORDS: &[&str] = &[
    "그리고",
    "그런데",
    "그래서",
    "하지만",
    "그러면",
    "그럼",
    "그냥",
    "정말",
    "진짜",
    "너무",
    "아주",
    "매우",
    "조금",
    "좀",
    "많이",
    "이",
    "그",
    "저",
    "것",
    "거",
    "게",
    "걸",
    "뭐",
    "뭘",
    "무엇",
    "무엇을",
    "무엇이",
    "무엇인가",
    "무슨",
    "무엇인지",
    "어디",
    "어디에",
    "어디에서",
    "어디서",
    "어디야",
    "언제",
    "언제야",
    "누가",
    "누구",
    "누구야",
    "왜",
    "어떤",
    "어떻게",
    "몇",
    "얼마나",
    "있는",
    "있어",
    "있다",
    "있었다",
    "없는",
    "없어",
    "하는",
    "했어",
    "했다",
    "한",
    "할",
    "하고",
    "해서",
    "때",
    "수",
    "및",
    "등",
    "더",
    "또",
    "또한",
    "나",
    "내",
    "너",
    "네",
    "우리",
    "저는",
    "나는",
    "나도",
    "내가",
    "너는",
    "응",
    "아니",
    "이건",
    "그건",
    "그게",
    "이게",
    "했지",
    "어때",
    "와",
    "오",
    "야",
    "헐",
    "넌",
    "난",
    "거지",
    "거야",
    "건데",
    "건",
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
    fn a_particle_must_fit_the_sound_before_it() {
        assert_eq!(stem("바다가"), "바다");
        assert_eq!(stem("국가"), "국가"); // 국 has a final consonant, so 가 is no particle here
        assert_eq!(stem("은"), "은");
        assert_eq!(stem("나"), "나");
    }
}
