//! Whether what a statement is about may be another one of its kind than what the next statement is about.
//!
//! "My friend lives in Berlin" and "My friend lives in Madrid" both hold for who has two friends. A speaker, a name, "the" thing, and what one
//! has one of (a mother, a birthday) are the same whenever they are spoken of; whatever else is somebody's, or is "a" thing, may be another.

use super::lexicon::Known;
use super::statement::{Class, Statement, Word};

/// Words between a noun and a verb that still is about it: a sister who lives.
const RELATIVE_WORDS_MAX: usize = 1;

/// Whether the word before a noun says that it is somebody's, or one of several.
pub fn is_owner(word: &str) -> bool {
    const OWNERS: [&str; 26] = [
        "a",
        "an",
        "one",
        "some",
        "another",
        "my",
        "your",
        "his",
        "her",
        "its",
        "our",
        "their",
        "내",
        "제",
        "네",
        "우리",
        "저희",
        "나의",
        "저의",
        "너의",
        "우리의",
        "저희의",
        "한",
        "어떤",
        "그의",
        "그녀의",
    ];
    OWNERS.contains(&word)
}

/// Whether the word only makes more of what follows it: my very old friend.
pub fn is_emphasis(word: &str) -> bool {
    matches!(word, "very" | "really" | "quite" | "so")
}

/// Whether "of" and the word say that what stands before them is one of several: a friend of mine.
pub fn is_owned_by(word: &str) -> bool {
    matches!(word, "mine" | "yours" | "hers" | "his" | "ours" | "theirs")
}

/// See the module.
pub fn is_one_of_several(statement: &Statement) -> bool {
    let words = &statement.words;
    (0..words.len())
        .any(|at| if words[at].is_korean() { is_another_korean(words, at) } else { is_another(statement, at) })
}

/// Whether an English noun phrase begins here that something is said of, and that may be of another thing.
fn is_another(statement: &Statement, start: usize) -> bool {
    let words = &statement.words;
    if !words[start].is_owned {
        return false;
    }
    let goes_on = |at: &usize| words[*at].at == words[*at - 1].at + 1 && !words[*at].is_owned && !is_verb(&words[*at]);
    let end = (start + 1..words.len()).take_while(goes_on).last().unwrap_or(start);
    let is_verb_next = |next: &Word| is_verb(next) && next.at - words[end].at <= 1 + RELATIVE_WORDS_MAX;
    let is_spoken_of = !words[start].after_verb || statement.possesses || words.get(end + 1).is_some_and(is_verb_next);
    is_spoken_of && !is_the_same(&words[end])
}

/// Whether a Korean noun is what something is said of, or whose it is, and may be another.
fn is_another_korean(words: &[Word], at: usize) -> bool {
    let word = &words[at];
    let is_bare = |word: &Word| word.with.is_empty() && !word.is_verb;
    let mut rest = words[at..].iter();
    let is_of_subject = rest.find(|word| !is_bare(word)).is_some_and(|word| word.is_subject && !word.is_verb);
    let is_named =
        word.with.is_empty() && words.get(at + 1).is_some_and(|next| next.token.is_none() && next.is_subject);
    if !is_of_subject || is_named {
        return false;
    }
    let is_whose = word.is_owned || at > 0 && words[at - 1].with == "의";
    word.is_in(Known::several) || is_whose && word.is_subject && !is_the_same(word)
}

/// Whether it is the same one whenever it is spoken of.
fn is_the_same(word: &Word) -> bool {
    word.class != Class::Plain || word.known.iter().any(|known| has_one(known))
}

/// Whether one has one of what this word names.
pub fn has_one(known: &Known) -> bool {
    !known.attribute().is_empty() || !known.unique().is_empty()
}

fn is_verb(word: &Word) -> bool {
    word.is_in(Known::lasting) || word.is_in(Known::single)
}
