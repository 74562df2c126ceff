//! Korean words brought to the form that says what they are about: nouns without particles, verbs without endings.
//!
//! By rule, as all of the tokenizer is; it need not be right about grammar, only alike for two forms of one word.

use crate::words::korean;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// A word, taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    /// The noun, or the verb up to its endings.
    pub root: String,
    /// What was taken off the noun.
    pub particle: String,
    /// Whether it is a verb, as far as can be told.
    pub is_verb: bool,
    /// Whether the verb speaks of the past.
    pub is_past: bool,
    /// Whether the verb speaks of what is to come.
    pub is_future: bool,
}

/// Endings by which a verb is known wherever it stands; a leading consonant is the end of the syllable before.
const SURE: &[&str] = &[
    "었습니다",
    "았습니다",
    "였습니다",
    "습니다",
    "습니까",
    "\u{11b8}니다",
    "\u{11b8}니까",
    "\u{11bb}다",
    "\u{11bb}어요",
    "\u{11bb}어",
    "\u{11bb}고",
    "\u{11bb}지만",
    "\u{11bb}는데",
    "\u{11bb}음",
    "\u{11bb}네요",
    "는다",
    "\u{11ab}다",
    "어요",
    "아요",
    "여요",
    "해요",
    "하는",
    "하고",
    "하며",
    "하면",
    "해서",
    "하지만",
    "하지",
    "하기",
    "하게",
    "했던",
    "한다",
    "하세요",
    "합시다",
    "네요",
    "세요",
    "군요",
    "거든요",
    "워요",
    "와요",
    "려요",
    "줘요",
];

/// Endings of the last word of a sentence, which is a verb.
const LAST: &[&str] =
    &["다", "해", "어", "아", "워", "줘", "와", "려", "지", "\u{1167}", "네", "음", "함", "\u{11b7}", "요", "까", "고"];

/// Endings of a verb, the longest first.
const ENDINGS: &[&str] = &[
    "습니다",
    "습니까",
    "\u{11b8}니다",
    "\u{11b8}니까",
    "거든요",
    "는데",
    "지만",
    "어요",
    "아요",
    "여요",
    "네요",
    "세요",
    "군요",
    "는다",
    "\u{11ab}다",
    "어서",
    "아서",
    "던",
    "는",
    "고",
    "며",
    "면",
    "서",
    "지",
    "기",
    "게",
    "음",
    "다",
    "요",
    "어",
    "아",
    "네",
    "까",
    "\u{11ab}",
    "\u{11b7}",
];

/// Letters of a verb from which on 시 and 셨 are taken for respect: those of two syllables.
const RESPECTED_MIN: usize = 4;

/// What stands between a verb and its ending: past, what is to come, respect.
const MIDDLE: &[(&str, bool, bool)] = &[
    ("셨", true, false),
    ("었", true, false),
    ("았", true, false),
    ("였", true, false),
    ("겠", false, true),
    ("으시", false, false),
    ("시", false, false),
    ("\u{11bb}", true, false),
];

/// Copulas, which are the end of a noun.
const COPULAS: &[&str] = &[
    "입니다",
    "이에요",
    "예요",
    "이야",
    "이다",
    "였다",
    "이었다",
    "였어",
    "이었어",
    "였습니다",
    "이었습니다",
    "이라고",
    "인",
    "임",
];

/// Whether the word is a copula by itself, as after a number: 010-1234-5678이야.
pub fn is_copula(word: &str) -> bool {
    matches!(word, "야" | "다" | "요") || COPULAS.contains(&word)
}

/// Whether a sentence that ends with this word asks, though no mark says so. (니까 gives a reason, but not behind ㅂ.)
pub fn asks(word: &str) -> bool {
    let is_reason = word.ends_with("니까") && !jamo(word).ends_with(&*jamo("\u{11b8}니까"));
    ["까", "까요"].iter().any(|ending| word.ends_with(ending)) && !is_reason
}

/// Endings of a verb that says plainly what was done.
const PLAIN: [&str; 14] =
    ["어", "어요", "다", "습니다", "음", "지", "지요", "죠", "네", "네요", "거든", "거든요", "는데", "는데요"];

/// Whether a word may be such a verb, by its last syllable.
pub fn may_say_what_was(word: &str) -> bool {
    PLAIN.iter().any(|ending| word.ends_with(ending)) || is_noted(word)
}

/// Whether a verb at the end of a sentence says plainly that something was done: not that it is to be, may have been, or that somebody says so.
pub fn says_what_was(word: &str) -> bool {
    let letters = jamo(word);
    let is_past = |ending: &str| letters.strip_suffix(&*jamo(ending)).is_some_and(|verb| verb.ends_with('\u{11bb}'));
    !word.contains('겠') && !says_what_had_been(word) && PLAIN.iter().any(|ending| is_past(ending))
}

/// Whether a verb says that something had been done, and is no longer so: 갔었어, 했었지.
fn says_what_had_been(word: &str) -> bool {
    let syllables: Vec<char> = word.chars().collect();
    let is_past = |c: char| c != '있' && jamo(c.encode_utf8(&mut [0; 4])).ends_with('\u{11bb}');
    syllables.windows(2).any(|two| is_past(two[0]) && two[1] == '었')
}

/// Whether a verb at the end of a note says that something is done, or is to be: 이사함, 변경됨.
pub fn is_noted(word: &str) -> bool {
    word.chars().count() > 1 && word.ends_with(['함', '됨'])
}

/// Whether a verb at the end of a sentence repeats what somebody else has said, or guesses.
pub fn is_hearsay(word: &str) -> bool {
    const HEARSAY: [&str; 13] =
        ["대", "대요", "래", "래요", "다고", "라고", "다며", "다던데", "걸", "나", "나봐", "겠지", "듯"];
    HEARSAY.iter().any(|ending| word.ends_with(ending))
}

/// Whether the word denies what it belongs to. (Who says 지도 모르다 thinks that it may be.)
pub fn denies(word: &str) -> bool {
    const NO: [&str; 11] = ["않", "없", "못하", "못했", "못합", "아니", "아닙", "아닌", "몰라", "모르", "모릅"];
    NO.iter().any(|no| word.contains(no))
}

/// The qualifier that a noun's particle is: 만 is only, 이나 is or.
pub fn limit(form: &Form) -> Option<&'static str> {
    match &*form.particle {
        "이나" | "나" => Some("or"),
        particle if particle.ends_with('만') => Some("만"),
        _ => None,
    }
}

/// The verb of a word that is only said with respect, and whose forms are as well those of another.
pub fn respectful(word: &str) -> Option<&'static str> {
    let verbs = [("드세", "드시"), ("드셔", "드시"), ("드셨", "드시"), ("드십", "드시"), ("주무", "주무시")];
    verbs.iter().find(|(form, _)| word.starts_with(form)).map(|pair| pair.1)
}

/// The verb of 써 and 썼어, which are no forms of 썰다.
pub const USE: &str = "쓰";

/// Whether a word is a form of [`USE`] that has run together with its ending, and then whether that is one of the past.
pub fn is_use(word: &str) -> Option<bool> {
    let is_past = word.starts_with('썼');
    let rest = word.strip_prefix(['써', '썼'])?;
    let endings: &[&str] =
        if is_past { &["어", "어요", "다", "습니다", "지", "고", "는데"] } else { &["", "요", "서"] };
    endings.contains(&rest).then_some(is_past)
}

/// Whether a word says of somebody that this is who has an office: 이수진이 팀장이야.
pub fn says_who_has_an_office(word: &str) -> bool {
    ROLES.iter().any(|role| word.strip_prefix(role).is_some_and(is_copula))
}

/// Nouns that end as with a particle.
const WHOLE: [&str; 3] = ["프로", "유로", "제로"];

/// Of what one asks who it is.
const ROLES: [&str; 18] = [
    "이름",
    "팀장",
    "대표",
    "담당자",
    "상사",
    "사장",
    "부장",
    "과장",
    "매니저",
    "선생님",
    "남편",
    "아내",
    "남자친구",
    "여자친구",
    "감독",
    "교수",
    "회장",
    "집주인",
];

/// Whether a noun says which person is named: 팀장은 이수진이야.
pub fn names_somebody(noun: &str) -> bool {
    ROLES.contains(&noun)
}

/// Whether a noun has the form of a family name and a given name of two syllables.
pub fn may_be_full_name(noun: &str) -> bool {
    const FAMILIES: &str = "김이박최정강조윤장임한오서신권황안송류유홍전고문양손배백허남심노하곽성차주우구민나진지";
    let is_family = |first| FAMILIES.contains(first);
    noun.chars().count() == 3 && noun.chars().next().is_some_and(is_family) && !names_somebody(noun)
}

/// Whether the word asks somebody to do something: 보내 줘.
pub fn requests(word: &str) -> bool {
    ["주세요", "줘", "줘요", "주십시오", "주시기", "주길", "주라", "주실래요"]
        .iter()
        .any(|ending| word.ends_with(ending))
}

static SURE_JAMO: LazyLock<Vec<String>> = LazyLock::new(|| SURE.iter().map(|ending| jamo(ending)).collect());
static LAST_JAMO: LazyLock<Vec<String>> = LazyLock::new(|| LAST.iter().map(|ending| jamo(ending)).collect());
static ENDINGS_JAMO: LazyLock<Vec<String>> = LazyLock::new(|| ENDINGS.iter().map(|ending| jamo(ending)).collect());

/// Its own end looks like the mark of the past. (A verb in 이 has 였 there.)
static THERE_IS: LazyLock<String> = LazyLock::new(|| jamo("있"));

fn jamo(word: &str) -> String {
    word.nfd().collect()
}

/// Takes a word apart.
///
/// `is_unit` says that a number stands before it: "3일이야" is 3일, of one syllable as it is.
pub fn form(word: &str, is_last: bool, is_unit: bool) -> Form {
    if WHOLE.contains(&word) {
        return Form { root: word.to_owned(), ..Form::default() };
    }
    for copula in COPULAS {
        if let Some(noun) = word.strip_suffix(copula).filter(|noun| noun.chars().count() >= 2 - usize::from(is_unit)) {
            let is_past = copula.contains('였') || copula.contains('었');
            return Form { root: noun.to_owned(), particle: (*copula).to_owned(), is_past, ..Form::default() };
        }
    }
    let letters = jamo(word);
    let ends = |endings: &[String]| {
        let found = endings.iter().find(|ending| letters.ends_with(&***ending));
        found.map(|ending| letters.len() - ending.len()).filter(|&left| left > 0)
    };
    let noun = korean::stem(word);
    let sure = ends(&SURE_JAMO);
    let last = sure.or_else(|| if is_last && noun.len() == word.len() { ends(&LAST_JAMO) } else { None });
    match last {
        Some(_) => verb(&letters),
        None => Form { root: noun.to_owned(), particle: word[noun.len()..].to_owned(), ..Form::default() },
    }
}

fn verb(letters: &str) -> Form {
    let mut form = Form { is_verb: true, ..Form::default() };
    let mut rest = letters;
    if let Some(left) =
        ENDINGS_JAMO.iter().find_map(|ending| rest.strip_suffix(&**ending).filter(|left| !left.is_empty()))
    {
        rest = left;
    }
    while let Some((left, past, future)) = MIDDLE.iter().find_map(|&(middle, past, future)| {
        // After one syllable it is as often the verb's own: 마시다 is no 마다 with respect.
        let least = if middle.starts_with(['시', '셨']) { RESPECTED_MIN } else { 2 };
        rest.strip_suffix(&*jamo(middle)).filter(|left| left.chars().count() >= least).map(|left| (left, past, future))
    }) {
        if rest.ends_with(&*THERE_IS) {
            break;
        }
        rest = left;
        form.is_past |= past;
        form.is_future |= future;
    }
    form.root = contracted(rest).nfc().collect();
    form
}

/// Vowels that an ending has run together with the verb's own: 해 is 하, 와 is 오, 마셔 is 마시.
fn contracted(letters: &str) -> String {
    let Some(last) = letters.chars().last() else { return String::new() };
    let before = &letters[..letters.len() - last.len_utf8()];
    let vowel = match last {
        '\u{1162}' if before.ends_with('\u{1112}') => '\u{1161}', // 해 → 하
        '\u{116a}' => '\u{1169}',                                 // ㅘ → ㅗ
        '\u{116f}' => '\u{116e}',                                 // ㅝ → ㅜ
        '\u{1167}' => '\u{1175}',                                 // ㅕ → ㅣ
        '\u{116b}' => '\u{116c}',                                 // ㅙ → ㅚ
        other => other,
    };
    format!("{before}{vowel}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_verb_have_one_root() {
        for family in [
            &["좋아해요", "좋아합니다", "좋아한다", "좋아해", "좋아하는", "좋아했다"][..],
            &["먹어요", "먹습니다", "먹는다", "먹었다", "먹었어요"],
            &["왔다", "왔어요", "옵니다"],
            &["마셔요", "마십니다", "마셨다"],
        ] {
            let roots: std::collections::BTreeSet<String> =
                family.iter().map(|word| form(word, true, false).root).collect();
            assert_eq!(roots.len(), 1, "{family:?}: {roots:?}");
        }
        assert!(form("먹었다", true, false).is_past && !form("먹는다", true, false).is_past);
        for (word, root, is_past) in
            [("있다", "있", false), ("있습니다", "있", false), ("있었어요", "있", true), ("맛있어요", "맛있", false)]
        {
            let form = form(word, true, false);
            assert_eq!((&*form.root, form.is_past), (root, is_past), "{word}");
        }
    }

    #[test]
    fn nouns_lose_their_particles_only() {
        for (word, root) in
            [("생일은", "생일"), ("부산에", "부산"), ("강아지가", "강아지"), ("라면을", "라면"), ("의사입니다", "의사")]
        {
            assert_eq!(form(word, false, false).root, root);
        }
        assert_eq!(form("바다", false, false).root, "바다");
    }
}
