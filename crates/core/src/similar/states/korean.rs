//! Korean statements of a state.

use super::phrases::{AGE, HABIT, JOB, OWN, PHRASES, Phrase, RANK, STATES, Takes, WORTH};
use super::reading::{Owner, Phase, Reading, Whose};
use super::value::{Sort, Value};
use crate::similar::compare::persons;
use crate::similar::korean::{is_copula, is_hearsay, says_what_was};
use crate::similar::lexicon::{Known, known};
use crate::similar::places;
use crate::similar::statement::{Class, Statement, Word};

/// Say that something is so since a moment ago.
const RECENTLY: [&str; 13] =
    ["다시", "이미", "벌써", "방금", "오늘", "어제", "지난주", "지난달", "올해", "이제", "최근", "얼마전", "드디어"];

/// What one is in a firm, from the lowest on.
const RANKS: [&str; 12] =
    ["인턴", "사원", "주임", "대리", "과장", "차장", "부장", "팀장", "실장", "상무", "전무", "대표"];

/// A word with its particle; a number with what belongs to it.
struct Group {
    form: String,
    at: usize,
    is_owned: bool,
    shown: String,
    with: String,
    is_verb: bool,
    is_subject: bool,
    is_goal: bool,
    sort: Option<Sort>,
}

/// See the module. `end` is the last word of all.
pub fn readings(statement: &Statement, end: &str) -> Vec<Reading> {
    let mut groups = groups(statement);
    groups.retain(|group| !RECENTLY.contains(&&*group.form));
    let mut found = Vec::new();
    let is_told_of_another = is_hearsay(end) || statement.has_other_subject || persons(statement) != 0;
    let Some(last) = groups.last().filter(|_| !is_told_of_another) else { return found };
    // 이사하려고 했어, 이사했다고 했어: only what the last word of all says has been done.
    let is_done = (says_what_was(end) || statement.is_noted) && last.at + 1 == statement.length;
    if last.is_verb && (is_done || !statement.is_past) {
        let (key, used) = match groups.len().checked_sub(2).map(|at| &groups[at]) {
            Some(before) if matches!(&*before.form, "이사" | "이민") && matches!(&*last.form, "가" | "오") => {
                (format!("{}{}", before.form, last.form), 2)
            }
            _ => (last.form.clone(), 1),
        };
        let arguments = &groups[..groups.len() - used];
        found.extend(PHRASES.get(&key).into_iter().flatten().filter_map(|phrase| read(arguments, phrase, statement)));
        found.extend(begun(&groups, statement));
    }
    found.extend(condition(&groups, statement));
    let becomes = ["됐", "되었"].iter().any(|verb| end.starts_with(verb));
    found.extend(is_so(&groups, becomes, statement));
    found.retain(fits);
    found
}

/// 커피 마시기 시작했어: what holds by the verb before begins.
fn begun(groups: &[Group], statement: &Statement) -> Vec<Reading> {
    let [arguments @ .., verb, last] = groups else { return Vec::new() };
    if last.form != "시작" || !verb.is_verb || !statement.is_past || statement.is_negated {
        return Vec::new();
    }
    let holds = |phrase: &&Phrase| {
        phrase.phase == Phase::Holds && (phrase.state == HABIT || STATES[phrase.state].takes == Takes::Condition)
    };
    let phrases = PHRASES.get(&verb.form).into_iter().flatten().filter(holds);
    phrases.filter_map(|phrase| read_as(arguments, phrase, Phase::Begins, statement)).collect()
}

/// Whether it says something of what its state is about.
fn fits(reading: &Reading) -> bool {
    let last = |value: &Value| value.words.last().is_some_and(|word| RANKS.contains(&&**word));
    match (STATES[reading.state].takes, &reading.value) {
        (Takes::Rank, Some(value)) => last(value),
        (Takes::Tier, Some(value)) => value.is_tier(),
        (Takes::Rival, Some(value)) => value.words.iter().any(|word| !known(word).rival().is_empty()),
        (Takes::Worth, None) if reading.phase == Phase::Turns => {
            reading.owner.words.last().is_some_and(|word| is_attribute(word))
        }
        _ => true,
    }
}

fn groups(statement: &Statement) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for word in &statement.words {
        let next = Group::of(word);
        match groups.last_mut() {
            Some(last) if last.goes_on(&next) => last.join(next),
            _ => groups.push(next),
        }
    }
    groups
}

impl Group {
    fn of(word: &Word) -> Self {
        let is_number = word.class == Class::Number;
        let sort = is_number.then(|| match &*word.with {
            "월" | "일" | "년" => Sort::Date,
            "시" | "분" => Sort::Clock,
            unit => Sort::Amount(unit.to_owned()),
        });
        Self {
            form: word.form.clone(),
            at: word.at,
            is_owned: word.is_owned,
            shown: word.shown.clone(),
            with: if is_number { String::new() } else { word.with.clone() },
            // 김서아로 is no form of 서다.
            is_verb: word.is_verb && !word.is_goal,
            is_subject: word.is_subject,
            is_goal: word.is_goal,
            sort,
        }
    }

    /// Whether the next is of the same word, or of the same date.
    fn goes_on(&self, next: &Self) -> bool {
        let is_half_day = matches!(&*self.form, "오전" | "오후") && next.sort == Some(Sort::Clock);
        is_half_day
            || if self.sort.is_some() { self.sort == next.sort } else { next.sort.is_none() && self.at == next.at }
    }

    fn join(&mut self, next: Self) {
        let gap = if next.sort.is_some() { " " } else { "" };
        self.form = format!("{}{gap}{}", self.form, next.form);
        self.shown = format!("{}{gap}{}", self.shown, next.shown);
        self.is_verb |= next.is_verb;
        self.sort = next.sort;
        (self.at, self.with, self.is_subject, self.is_goal) = (next.at, next.with, next.is_subject, next.is_goal);
    }
}

/// What the verb says, if each word before it has its place in the phrase.
fn read(arguments: &[Group], phrase: &Phrase, statement: &Statement) -> Option<Reading> {
    read_as(arguments, phrase, phase(phrase.phase, statement)?, statement)
}

fn read_as(arguments: &[Group], phrase: &Phrase, phase: Phase, statement: &Statement) -> Option<Reading> {
    if phrase.condition.is_some() && !phrase.words.iter().any(|word| word.starts_with('@')) {
        return None;
    }
    let (mut value, mut gone, mut thing) = (None, None, None);
    let takes = STATES[phrase.state].takes;
    let takes_name = matches!(takes, Takes::Place | Takes::Name);
    // Who it is may go without a particle: 엄마 부산으로.
    let mut may_name_two = false;
    let mut rest = arguments;
    for place in phrase.words[1..].iter().rev() {
        let (sign, particle) = place.split_at(1);
        let (before, taken) = take(rest, particle, sign == "*")?;
        rest = before;
        match sign {
            "*" => {
                may_name_two = takes_name && taken.len() > 1;
                value = Some(value_of(taken));
            }
            "-" => gone = Some(value_of(taken)),
            "+" => {}
            _ => thing = Some(taken),
        }
    }
    let (owner, condition) = match (thing, phrase.condition) {
        (Some(thing), Some(condition)) => {
            (owner(rest)?, Some(Value::condition(condition, thing.last()?.shown.clone())))
        }
        (Some(thing), None) if rest.is_empty() => (owner_of(thing), None),
        (Some(_), None) => return None,
        (None, _) => (owner(rest)?, None),
    };
    if takes == Takes::Habit && phrase.phase == Phase::Holds {
        value.iter_mut().for_each(|value: &mut Value| value.words.insert(0, phrase.words[0].clone()));
    }
    let reading = reading(phrase.state, phase, owner, condition.or(value), gone, statement);
    Some(Reading { is_doubtful: phrase.is_doubtful || may_name_two, ..reading })
}

fn phase(phase: Phase, statement: &Statement) -> Option<Phase> {
    match phase {
        Phase::Holds if statement.is_past => None,
        Phase::Holds if statement.has_ended => Some(Phase::Ends),
        Phase::Holds => Some(Phase::Holds),
        _ if !(statement.is_past || statement.is_noted) || statement.is_negated => None,
        other => Some(other),
    }
}

fn reading(
    state: usize,
    phase: Phase,
    owner: Owner,
    value: Option<Value>,
    gone: Option<Value>,
    statement: &Statement,
) -> Reading {
    Reading {
        state,
        phase,
        owner,
        value,
        gone,
        is_whole: true,
        is_doubtful: false,
        is_negated: statement.is_negated && !statement.has_ended,
        is_now: statement.is_now,
    }
}

/// The words up to a particle or a noun, from the end, and what is left before them. A value may go without the particle of an object.
fn take<'a>(groups: &'a [Group], particle: &str, is_value: bool) -> Option<(&'a [Group], &'a [Group])> {
    let last = groups.last()?;
    let is_it = match particle {
        "로" => last.is_goal,
        "" => last.sort.is_some() && !last.is_goal && !last.is_subject,
        "를" => {
            let may_be_bare = last.with.is_empty() && last.sort.is_none();
            matches!(&*last.with, "을" | "를" | "도") || may_be_bare && (is_value || is_attribute(&last.form))
        }
        "가" => last.is_subject,
        // 서울 살아.
        "에" if last.with.is_empty() && is_value => last.sort.is_none() && places::is_listed(&[&*last.form]),
        "에" | "에서" | "랑" | "이랑" | "와" | "과" | "하고" => last.with == particle,
        noun => last.form == noun && !last.is_subject,
    };
    if !is_it || last.is_verb {
        return None;
    }
    // What stands bare before it is of it: 우리 개 이름을.
    let is_bare = |group: &&Group| group.with.is_empty() && !group.is_subject && !group.is_verb && group.sort.is_none();
    let before = &groups[..groups.len() - 1];
    // But of what is a number by itself it may be what has it: 월세 55만 원으로.
    let is_owner = |group: &Group| last.sort.is_some() && is_attribute(&group.form);
    let bare = before.iter().rev().take_while(|group| is_bare(group) && !is_owner(group)).count();
    Some(groups.split_at(before.len() - bare))
}

fn value_of(groups: &[Group]) -> Value {
    let shown: Vec<&str> = groups.iter().map(|group| &*group.shown).collect();
    let sort = groups.last().and_then(|last| last.sort.clone());
    let is_day = groups.last().is_some_and(|last| last.form.ends_with("요일"));
    let sort = sort.unwrap_or(if is_day { Sort::Day } else { Sort::Name });
    Value { words: groups.iter().map(|group| group.form.clone()).collect(), shown: shown.join(" "), sort }
}

/// Of whom the rest of the words speak: the speaker, if there are none.
fn owner(groups: &[Group]) -> Option<Owner> {
    let Some((last, before)) = groups.split_last() else {
        return Some(Owner { words: Vec::new(), whose: Whose::Speaker });
    };
    let is_owner = last.is_subject || last.with.is_empty() && is_attribute(&last.form);
    let is_one = is_owner && before.iter().all(|group| matches!(&*group.with, "" | "의") && group.sort.is_none());
    is_one.then(|| owner_of(groups))
}

/// What these words name. 전화번호 is 번호, 회의 시간 is when 회의 is, and 새 only says that it is another one.
fn owner_of(groups: &[Group]) -> Owner {
    let plain = |group: &Group| if group.form == "전화번호" { "번호".to_owned() } else { group.form.clone() };
    let mut words: Vec<String> = groups.iter().filter(|group| group.form != "새").map(plain).collect();
    let is_measure = match &words[..] {
        [.., of, last] => matches!((&**of, &**last), (_, "시간" | "날짜" | "요일") | ("이메일" | "메일", "주소")),
        _ => false,
    };
    if is_measure {
        words.pop();
    }
    Owner { words, whose: if groups.iter().any(|group| group.is_owned) { Whose::Mine } else { Whose::Known } }
}

/// 나는 채식주의자야, 결혼했어.
fn condition(groups: &[Group], statement: &Statement) -> Option<Reading> {
    let (last, before) = groups.split_last()?;
    let wanted = if statement.is_past { Phase::Begins } else { Phase::Holds };
    let phrases = PHRASES.get(&last.form).into_iter().flatten();
    let phrase = phrases.filter(|phrase| phrase.condition.is_some() && phrase.words.len() == 1);
    let phrase = phrase.into_iter().find(|phrase| phrase.phase == wanted)?;
    let value = Value::condition(phrase.condition?, last.shown.clone());
    let is_over = statement.is_negated || statement.has_ended;
    let phase = if is_over && statement.is_now && wanted == Phase::Holds { Phase::Ends } else { wanted };
    let mut reading = reading(phrase.state, phase, owner(before)?, Some(value), None, statement);
    reading.is_negated &= phase != Phase::Ends;
    Some(reading)
}

/// 월세는 90만 원이야; 나는 차가 있어; 나는 서른 살 됐어.
fn is_so(groups: &[Group], becomes: bool, statement: &Statement) -> Option<Reading> {
    let (last, before) = groups.split_last()?;
    if statement.is_past && !(becomes && last.sort.is_some()) || last.is_verb || statement.is_negated {
        return None;
    }
    if statement.possesses && last.is_subject {
        return Some(reading(
            OWN,
            Phase::Holds,
            owner(before)?,
            Some(value_of(&groups[before.len()..])),
            None,
            statement,
        ));
    }
    let is_said = last.sort.is_some() || is_copula(&last.with) || last.with.is_empty();
    let owner = owner(before).filter(|_| is_said)?;
    let mut value = value_of(&groups[before.len()..]);
    let phase = if becomes { Phase::Turns } else { Phase::Holds };
    if last.sort.as_ref().is_some_and(is_of_age) {
        value.sort = Sort::Age;
        return Some(reading(AGE, phase, owner, Some(value), None, statement));
    }
    if RANKS.contains(&&*last.form) {
        return Some(reading(RANK, phase, owner, Some(value), None, statement));
    }
    if !known(&last.form).profession().is_empty() {
        return Some(reading(JOB, phase, owner, Some(value), None, statement));
    }
    if owner.words.is_empty() {
        return None;
    }
    let has_one = owner.words.last().is_some_and(|word| is_attribute(word));
    let is_new = before.iter().any(|group| group.form == "새");
    let phase = if is_new { Phase::Turns } else { phase };
    (has_one || value.is_measured()).then(|| reading(WORTH, phase, owner, Some(value), None, statement))
}

fn is_of_age(sort: &Sort) -> bool {
    matches!(sort, Sort::Amount(unit) if matches!(&**unit, "살" | "세"))
}

fn is_attribute(word: &str) -> bool {
    let list: fn(&Known) -> &[u16] = Known::attribute;
    !list(known(word)).is_empty() || !known(word.trim_end_matches('님')).attribute().is_empty()
}
