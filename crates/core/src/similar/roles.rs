//! What part a Korean word has in what is said, by its particle: order says little there.

use super::korean;
use super::lexicon::Known;
use super::statement::{Class, Statement, Word};

/// The part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Any, as far as can be told: no particle, or one of the topic.
    Open,
    Subject,
    Object,
    /// Where to, at what.
    At,
    /// To whom.
    Dative,
    /// From where, or where something is done.
    From,
    With,
    Than,
    /// It says what the subject is.
    Predicate,
}

/// Whether each word has the same part in both, as the pairs say which is which.
pub fn are_kept(new: &Statement, old: &Statement, pairs: &[(usize, usize, f32)]) -> bool {
    if (is_enumeration(new) || is_enumeration(old)) && !are_in_order(pairs) {
        return false;
    }
    let partner = |i: usize| pairs.iter().find(|pair| pair.0 == i).map(|pair| pair.1);
    let is_kept = |&(i, j, _): &(usize, usize, f32)| {
        let (a, b) = (&new.words[i], &old.words[j]);
        if is_anywhere(a) || is_anywhere(b) || a.is_verb || b.is_verb {
            return true;
        }
        let are_bare = a.with.is_empty() && b.with.is_empty();
        let is_compound = |next: &Word| !next.is_in(Known::floating) && !next.is_verb;
        let stays = match (new.words.get(i + 1), old.words.get(j + 1)) {
            (Some(next), Some(other)) if is_compound(next) || is_compound(other) => partner(i + 1) == Some(j + 1),
            _ => true,
        };
        agree(role(new, i), role(old, j)) && (!are_bare || stays)
    };
    let numbers: Vec<(usize, usize, f32)> =
        pairs.iter().copied().filter(|&(i, _, _)| new.words[i].class == Class::Number).collect();
    pairs.iter().all(is_kept) && are_in_order(&numbers) && are_of_the_same_verbs(new, old, pairs)
}

/// Whether a statement says the like of several things, so that order tells which is said of which: two numbers of one unit, or a word twice.
fn is_enumeration(statement: &Statement) -> bool {
    let words = &statement.words;
    let is_alike = |a: &Word, b: &Word| match (a.class, b.class) {
        (Class::Number, Class::Number) => a.with == b.with,
        _ => a.form == b.form,
    };
    words.iter().enumerate().any(|(at, word)| words[..at].iter().any(|before| is_alike(before, word)))
}

fn are_in_order(pairs: &[(usize, usize, f32)]) -> bool {
    let mut places: Vec<(usize, usize)> = pairs.iter().map(|pair| (pair.0, pair.1)).collect();
    places.sort_unstable();
    places.is_sorted_by_key(|place| place.1)
}

/// Whether the verbs come in the same order, and each word before the same one.
fn are_of_the_same_verbs(new: &Statement, old: &Statement, pairs: &[(usize, usize, f32)]) -> bool {
    let verbs = |statement: &Statement| statement.words.iter().filter(|word| word.is_verb).count();
    if verbs(new) < 2 || verbs(old) < 2 {
        return true;
    }
    let next_verb =
        |statement: &Statement, from: usize| (from..statement.words.len()).find(|&at| statement.words[at].is_verb);
    pairs.iter().all(|&(i, j, _)| match (next_verb(new, i), next_verb(old, j)) {
        (Some(verb), Some(other)) => pairs.iter().any(|pair| (pair.0, pair.1) == (verb, other)),
        (None, None) => true,
        _ => false,
    })
}

/// Numbers with what they count, and what says when or how, may stand anywhere.
fn is_anywhere(word: &Word) -> bool {
    word.class == Class::Number || word.is_in(Known::floating)
}

fn agree(a: Role, b: Role) -> bool {
    let is_open = |role: Role| role == Role::Open;
    a == b
        || is_open(a) && !matches!(b, Role::From | Role::Than)
        || is_open(b) && !matches!(a, Role::From | Role::Than)
        || matches!((a, b), (Role::Subject, Role::Predicate) | (Role::Predicate, Role::Subject))
        || matches!((a, b), (Role::At, Role::Dative) | (Role::Dative, Role::At))
}

fn role(statement: &Statement, at: usize) -> Role {
    let word = &statement.words[at];
    match of_particle(&word.with) {
        // 우유랑 계란을: both are the object.
        Role::With => match statement.words.get(at + 1).filter(|next| !next.is_verb && !is_anywhere(next)) {
            Some(next) if of_particle(&next.with) != Role::With => role(statement, at + 1),
            Some(next) if next.at != word.at => role(statement, at + 1),
            _ => Role::With,
        },
        Role::Open if matches!(&*word.with, "은" | "는") && needs_subject(statement) => Role::Subject,
        role => role,
    }
}

/// Whether a statement says to what or to whom something is done, and not otherwise who does it: then its topic does.
fn needs_subject(statement: &Statement) -> bool {
    let has = |role: Role| statement.words.iter().any(|word| !is_anywhere(word) && of_particle(&word.with) == role);
    !has(Role::Subject) && !statement.has_own_subject && (has(Role::Object) || has(Role::Dative))
}

fn of_particle(particle: &str) -> Role {
    let plain = particle.trim_end_matches(['는', '은', '도', '만']);
    match if plain.is_empty() { particle } else { plain } {
        "이" | "가" | "께서" => Role::Subject,
        "을" | "를" => Role::Object,
        "에" | "로" | "으로" | "까지" => Role::At,
        "에게" | "한테" | "께" => Role::Dative,
        "에서" | "부터" | "에서부터" | "으로부터" | "로부터" | "에게서" | "한테서" => Role::From,
        "와" | "과" | "랑" | "이랑" | "하고" => Role::With,
        "보다" => Role::Than,
        copula if korean::is_copula(copula) => Role::Predicate,
        _ => Role::Open,
    }
}
