//! Whether one reading of a state leaves room for another.

use super::phrases::{STATES, Takes};
use super::reading::{Owner, Phase, Reading, Whose};
use super::value::{Sort, Value};
use crate::similar::compare::{Difference, Reason};
use crate::similar::lexicon::{Known, known};
use crate::similar::places::{self, Lie};
use crate::similar::subject;

/// The difference that two statements have by what they say of states, if they cannot both hold.
pub fn change(new: &[Reading], old: &[Reading]) -> Option<Difference> {
    let pairs = new.iter().flat_map(|one| old.iter().map(move |other| (one, other)));
    pairs.filter_map(|(one, other)| between(one, other)).max_by_key(|found| found.is_sure)
}

fn between(new: &Reading, old: &Reading) -> Option<Difference> {
    // Of a house in Bonn and a house in Berlin nobody knows that they are one.
    if new.state != old.state || !new.is_whole && !old.is_whole {
        return None;
    }
    let is_same_owner = same_owner(&new.owner, &old.owner)?;
    // Of two friends one may be a nurse and one a teacher.
    if STATES[new.state].takes == Takes::Job && !is_same_owner {
        return None;
    }
    let found = ended(new, old).or_else(|| begun_again(new, old)).or_else(|| replaced(new, old))?;
    let is_sure = found.is_sure && is_same_owner && new.is_whole && old.is_whole && !new.is_doubtful;
    Some(Difference { is_sure, ..found })
}

/// Whether both are of the same one, and whether that is sure; None if they are not.
fn same_owner(new: &Owner, old: &Owner) -> Option<bool> {
    use Whose::{Another, Company, Group, Known, Mine, Speaker};
    if new.words != old.words {
        // 이름을 바꿨어: whose, it does not say.
        let is_left_out = new.words.len() == 1 && new.whose == Known && old.words.len() > 1;
        return (is_left_out && is_hangul(&new.words[0]) && old.words.ends_with(&new.words)).then_some(false);
    }
    match (new.whose, old.whose) {
        (Company, Speaker) => Some(true),
        // Who moves alone leaves the others where they are.
        (Speaker | Group | Company, Company) | (Company, Group) => Some(false),
        (Another, Another) | (Speaker, Group) | (Group, Speaker) | (Mine, Known) | (Known, Mine) => Some(false),
        (one, other) => (one == other).then(|| is_one(new)),
    }
}

/// Whether it is the same one whenever it is spoken of: my mother, but not my friend.
fn is_one(owner: &Owner) -> bool {
    let is_any = owner.words.iter().any(|word| !known(word).several().is_empty());
    let is_own = owner.whose != Whose::Mine || owner.words.last().is_some_and(|word| subject::has_one(known(word)));
    is_own && !is_any && owner.whose != Whose::Another
}

fn is_hangul(word: &str) -> bool {
    word.starts_with(crate::words::tokenizer::is_hangul)
}

/// What was so is over.
fn ended(new: &Reading, old: &Reading) -> Option<Difference> {
    if old.phase == Phase::Ends || old.is_negated {
        return None;
    }
    let was = old.value.as_ref();
    if let (Phase::Turns, Some(gone), Some(was)) = (new.phase, &new.gone, was) {
        let value = new.value.as_ref()?;
        return (gone.words == was.words).then(|| difference(value, was, old.phase == Phase::Holds));
    }
    // Turned into what, it may not say: I changed my number.
    if new.phase != Phase::Ends && (new.phase, new.value.is_some()) != (Phase::Turns, false) {
        return None;
    }
    let takes = STATES[new.state].takes;
    let said = new.value.as_ref().filter(|value| takes != Takes::Name || !value.is_any_employer());
    let is_it = match (said, was) {
        (Some(value), Some(was)) => is_the_same(value, was, old),
        (None, Some(was)) => takes != Takes::Worth || new.phase == Phase::Turns || was.is_measured(),
        _ => false,
    };
    let is_named = said.is_some() || was.is_some_and(|was| takes == Takes::Name && was.is_any_employer());
    is_it.then(|| denial(is_named || takes == Takes::Condition))
}

/// What was no longer so is so again.
fn begun_again(new: &Reading, old: &Reading) -> Option<Difference> {
    let (Some(value), Some(was)) = (&new.value, &old.value) else { return None };
    if new.is_negated || new.phase == Phase::Ends || !is_the_same(value, was, old) && !is_the_same(was, value, new) {
        return None;
    }
    let was_over = old.phase == Phase::Ends;
    let was_denied = old.is_negated && old.phase == Phase::Holds && new.phase != Phase::Holds;
    (was_over || was_denied).then(|| Difference { new: "yes".into(), old: "no".into(), ..denial(was_denied) })
}

fn denial(is_sure: bool) -> Difference {
    Difference { reason: Reason::Negation, new: "no".into(), old: "yes".into(), is_sure }
}

/// Whether the two are one, or the one what is done in the other: coffee, drink coffee.
fn is_the_same(value: &Value, was: &Value, old: &Reading) -> bool {
    let is_object = STATES[old.state].takes == Takes::Habit
        && was.words.len() > 1
        && !matches!(&*was.words[0], "하" | "do" | "us")
        && was.words[1..] == value.words;
    value.words == was.words || is_object
}

/// Something else is so.
fn replaced(new: &Reading, old: &Reading) -> Option<Difference> {
    let state = &STATES[new.state];
    let is_over = new.phase == Phase::Ends || old.phase == Phase::Ends;
    if !state.is_single || is_over || new.is_negated || old.is_negated || new.gone.is_some() {
        return None;
    }
    let (value, was) = (new.value.as_ref()?, old.value.as_ref()?);
    let is_condition = state.takes == Takes::Condition;
    // Both are there in the same words, or are of another time.
    let is_of_an_age = [value, was].iter().any(|value| value.sort == Sort::Age);
    if state.takes == Takes::Age && !is_of_an_age {
        return None;
    }
    let is_of_one_kind = match state.takes {
        Takes::Job => !value.shares(was, Known::profession),
        Takes::Rival => value.shares(was, Known::rival),
        _ => true,
    };
    if !is_of_one_kind {
        return None;
    }
    let is_at_a_time = is_condition || matches!(state.takes, Takes::Age | Takes::Job | Takes::Tier) || new.is_now;
    if !is_at_a_time && new.phase == Phase::Holds && old.phase == Phase::Holds {
        return None;
    }
    // iPhone and Pixel: what is of one list is alike, with a capital or without.
    let is_like = matches!(state.takes, Takes::Job | Takes::Tier | Takes::Rival) || value.is_like(was);
    if value.words == was.words || value.is_same_number(was) || !is_like || is_elsewhere(value, was) {
        return None;
    }
    let lie = if state.takes == Takes::Place { places::lie(&value.words, &was.words) } else { Lie::Apart };
    if lie == Lie::Within || lie == Lie::Unknown && holds_other(value, was) {
        return None;
    }
    let is_sure = match (new.phase, old.phase) {
        _ if is_condition => true,
        (Phase::Turns, Phase::Holds | Phase::Turns) => true,
        (Phase::Begins, Phase::Holds) => !old.is_doubtful,
        (Phase::Holds, _) => new.is_now || state.takes == Takes::Age,
        _ => false,
    };
    Some(difference(value, was, is_sure && lie == Lie::Apart && !value.is_before(was)))
}

fn difference(value: &Value, was: &Value, is_sure: bool) -> Difference {
    let reason = match value.sort {
        Sort::Amount(_) | Sort::Age => Reason::Number,
        Sort::Clock | Sort::Day | Sort::Date => Reason::Date,
        Sort::Name | Sort::Plain => Reason::Value,
    };
    Difference { reason, new: value.shown.clone(), old: was.shown.clone(), is_sure }
}

/// Whether one is a country, or a house, that the other may be in.
fn holds_other(value: &Value, was: &Value) -> bool {
    let holds = |value: &Value| has(value, Known::country);
    holds(value) != holds(was)
}

/// Whether one is where one goes for something else: who joins a firm may still go to the gym.
fn is_elsewhere(value: &Value, was: &Value) -> bool {
    let is_school =
        |value: &Value| value.words.iter().any(|word| word.ends_with(['대', '고']) && word.chars().count() > 2);
    [value, was].into_iter().any(|value| has(value, Known::attended) || is_school(value))
}

fn has(value: &Value, list: fn(&Known) -> &[u16]) -> bool {
    value.words.iter().any(|word| !list(known(word)).is_empty())
}
