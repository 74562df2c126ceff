//! Two statements side by side: whether they say the same, and if not, whether one cannot hold beside the other.

use super::lexicon::{Known, known};
use super::places::{self, Lie};
use super::statement::{Class, Statement, WORDS_MAX, Word};
use super::{adjuncts, korean, phones, roles, subject};
use crate::embed::Table;
use crate::vectors::Code;
use unicode_normalization::UnicodeNormalization;

/// What a word is worth that stands in the other statement by another word of the same meaning.
const SYNONYM: f32 = 0.97;

/// The cosine of two words' vectors from which they may stand for each other. Names, numbers and what excludes each other never do.
pub const ALIKE: f32 = 0.8;

/// The same of two Korean morphemes. Of some 200 pairs above it among the 9,000 most frequent, those that differ in meaning are in the lists of what
/// excludes each other; below it come 초등학교 and 중학교 (0.67), 아들 and 딸 (0.66).
pub const KOREAN_ALIKE: f32 = 0.7;

/// Stems of what one does at home.
const HOME: [&str; 7] = ["live", "liv", "reside", "resid", "dwell", "살", "거주"];

/// What begins by itself as well as by somebody's doing: 회의가 시작되다, 회의를 시작하다.
const BY_ITSELF: [&str; 6] = ["시작", "종료", "완료", "마감", "개시", "재개"];

/// The share of both statements' words that must be in both before a difference between them means anything.
const FRAME_SHARE: f32 = 0.5;

/// Words of a value: "New York City".
const VALUE_WORDS_MAX: usize = 3;

/// What kind of difference keeps two statements from holding together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Another number.
    Number,
    /// Another date.
    Date,
    /// One denies the other.
    Negation,
    /// Something else in the same place.
    Value,
}

impl Reason {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Date => "date",
            Self::Negation => "negation",
            Self::Value => "value",
        }
    }
}

/// A difference, and whether it is sure that what was said later holds instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Its kind.
    pub reason: Reason,
    /// What the statement says that was given first.
    pub new: String,
    /// What the other says.
    pub old: String,
    /// Whether the later of the two replaces the other.
    pub is_sure: bool,
}

/// What came of comparing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// How much of both statements is the same, from 0 to 1; 0 if anything in them tells them apart.
    pub same: f32,
    /// Why they cannot both hold.
    pub difference: Option<Difference>,
}

/// Compares two statements.
pub fn compare(new: &Statement, old: &Statement, table: &Table) -> Comparison {
    if new.words.is_empty() || old.words.is_empty() || new.length > WORDS_MAX || old.length > WORDS_MAX {
        return Comparison::default();
    }
    let (new, old) = (new.joined_as(old), old.joined_as(new));
    let pairing = Pairing::new(&new, &old, table);
    Comparison { same: pairing.sameness(), difference: pairing.difference() }
}

/// Which word of one statement stands for which of the other.
struct Pairing<'a> {
    new: &'a Statement,
    old: &'a Statement,
    /// Pairs of places, and how alike the two are.
    pairs: Vec<(usize, usize, f32)>,
    /// What is left of either.
    left: [Vec<&'a Word>; 2],
}

impl<'a> Pairing<'a> {
    fn new(new: &'a Statement, old: &'a Statement, table: &Table) -> Self {
        let mut pairs: Vec<(usize, usize, f32)> = Vec::new();
        let (mut is_new_paired, mut is_old_paired) = (vec![false; new.words.len()], vec![false; old.words.len()]);
        // The month of "3 March" is a 3 too, and must not be taken for the day of the other, which has no unit.
        for closeness in [identical, equal, synonymous] {
            for (i, a) in new.words.iter().enumerate() {
                let free = |&j: &usize| !is_old_paired[j] && closeness(a, &old.words[j]).is_some();
                if is_new_paired[i] {
                    continue;
                }
                if let Some(j) = (0..old.words.len()).find(free) {
                    pairs.push((i, j, closeness(a, &old.words[j]).unwrap_or_default()));
                    (is_new_paired[i], is_old_paired[j]) = (true, true);
                }
            }
        }
        let mut near: Vec<(usize, usize, f32)> = Vec::new();
        let is_free = |is_paired: &[bool], at: usize| !is_paired[at];
        let olds: Vec<(usize, Code)> = vectors(&old.words, |j| is_free(&is_old_paired, j), table);
        if !olds.is_empty() {
            for (i, a) in vectors(&new.words, |i| is_free(&is_new_paired, i), table) {
                for (j, b) in &olds {
                    let (word, other) = (&new.words[i], &old.words[*j]);
                    let least = if word.is_korean() { KOREAN_ALIKE } else { ALIKE };
                    let alike = a.as_ref().cosine(b.as_ref());
                    if may_be_alike(word, other) && alike >= least {
                        near.push((i, *j, alike));
                    }
                }
            }
        }
        near.sort_by(|a, b| b.2.total_cmp(&a.2));
        for (i, j, alike) in near {
            if !is_new_paired[i] && !is_old_paired[j] {
                pairs.push((i, j, alike));
                (is_new_paired[i], is_old_paired[j]) = (true, true);
            }
        }
        let rest = |words: &'a [Word], is_paired: &[bool]| {
            words.iter().zip(is_paired).filter(|pair| !pair.1).map(|pair| pair.0).collect()
        };
        let left = [rest(&new.words, &is_new_paired), rest(&old.words, &is_old_paired)];
        Self { new, old, pairs, left }
    }

    /// See [`Comparison::same`].
    fn sameness(&self) -> f32 {
        let (new, old) = (self.new, self.old);
        let differs = new.is_question != old.is_question
            || new.is_negated != old.is_negated
            || new.has_ended != old.has_ended
            || persons(new) != persons(old)
            || new.is_for_somebody != old.is_for_somebody
            || new.qualifiers != old.qualifiers
            || new.is_past != old.is_past
            || (new.ways[0] != old.ways[0] && (if new.ways[0] { old.ways[1] } else { new.ways[1] }))
            || self.left.iter().any(|left| !left.is_empty())
            || self.has_exclusive()
            || self.changes_voice()
            || !self.keeps_its_order();
        if differs {
            return 0.0;
        }
        let matched: f32 = self.pairs.iter().map(|pair| pair.2).sum();
        2.0 * matched / (new.words.len() + old.words.len()) as f32
    }

    /// 해고하다 is not 해고되다.
    fn changes_voice(&self) -> bool {
        self.pairs.iter().any(|&(i, j, _)| {
            let (a, b) = (&self.new.words[i], &self.old.words[j]);
            a.is_passive != b.is_passive && !BY_ITSELF.contains(&&*a.form)
        })
    }

    fn has_exclusive(&self) -> bool {
        self.left[0].iter().any(|a| self.left[1].iter().any(|b| exclude(a, b)))
    }

    /// "Ann likes Bob" is not "Bob likes Ann": two words that have changed places have changed their parts in it, unless "and" is between
    /// them. (What moves to the front, "in May", moves past all others.)
    fn keeps_its_order(&self) -> bool {
        if [self.new, self.old].iter().all(|statement| statement.words.iter().any(Word::is_korean)) {
            return roles::are_kept(self.new, self.old, &self.pairs);
        }
        let is_movable = |word: &Word| word.class == Class::Number && (word.with == "month" || word.form.len() < 3);
        let mut places: Vec<(usize, usize)> = self.pairs.iter().map(|&(i, j, _)| (i, j)).collect();
        places.retain(|&(i, _)| !is_movable(&self.new.words[i]));
        places.sort_unstable();
        let mut sorted: Vec<usize> = places.iter().map(|place| place.1).collect();
        sorted.sort_unstable();
        let moved: Vec<usize> = (0..places.len()).filter(|&at| places[at].1 != sorted[at]).collect();
        let has_subjects = |statement: &Statement| statement.words.iter().any(|word| word.is_subject && !word.is_verb);
        let swaps_subject = has_subjects(self.new)
            && has_subjects(self.old)
            && self.pairs.iter().any(|&(i, j, _)| {
                let (a, b) = (&self.new.words[i], &self.old.words[j]);
                a.is_subject != b.is_subject && !a.is_verb && !a.with.is_empty() && !b.with.is_empty()
            });
        let [first, second] = moved[..] else { return !swaps_subject };
        let between = |at: usize| &self.new.words[places[at].0];
        second == first + 1 && between(second).after_and && between(first).class != Class::Number
    }

    /// See [`Comparison::difference`].
    fn difference(&self) -> Option<Difference> {
        let (new, old) = (self.new, self.old);
        let total = (new.words.len() + old.words.len() - self.words_of_names()) as f32;
        let is_same_thing = !new.is_question
            && !old.is_question
            && persons(new) == persons(old)
            && 2.0 * self.pairs.len() as f32 / total >= FRAME_SHARE
            && !self.pairs.is_empty();
        if !is_same_thing {
            return None;
        }
        let found = self.unlike()?;
        // Of one's friends another may be meant, and then both hold.
        let is_one = !subject::is_one_of_several(new) && !subject::is_one_of_several(old);
        let are_beside = [(new, &self.left[0]), (old, &self.left[1])]
            .iter()
            .any(|(statement, left)| adjuncts::are_beside(statement, left, new.is_now));
        let is_sure = found.is_sure && is_one && !are_beside;
        Some(Difference { is_sure, ..found })
    }

    /// Words by which the names that differ are longer than one: of San Francisco, one.
    fn words_of_names(&self) -> usize {
        let is_name = |left: &&Vec<&Word>| left.iter().all(|word| word.class == Class::Name);
        self.left.iter().filter(is_name).map(|left| left.len().saturating_sub(1)).sum()
    }

    /// The difference, whoever it is about.
    fn unlike(&self) -> Option<Difference> {
        let (new, old) = (self.new, self.old);
        let [left_new, left_old] = &self.left;
        if left_new.is_empty() && left_old.is_empty() {
            return self.denial();
        }
        let is_one_value = |words: &[&Word]| {
            (1..=VALUE_WORDS_MAX).contains(&words.len()) && words.windows(2).all(|two| two[1].at - two[0].at <= 2)
        };
        let same_commitment = new.qualifiers == old.qualifiers && new.is_negated == old.is_negated;
        if !same_commitment || !is_one_value(left_new) || !is_one_value(left_old) || !self.is_in_the_same_place() {
            return None;
        }
        self.other_value(left_new, left_old)
    }

    fn denial(&self) -> Option<Difference> {
        let (new, old) = (self.new, self.old);
        if new.is_negated == old.is_negated && new.has_ended == old.has_ended {
            return None;
        }
        // Who did not go on Monday may go every Monday.
        if new.is_negated && new.is_past && !new.has_ended && !old.is_past {
            return None;
        }
        let says = |statement: &Statement| if statement.is_negated || statement.has_ended { "no" } else { "yes" };
        let lasts = new.is_lasting && old.is_lasting && !old.is_past;
        let is_sure = new.has_ended || (lasts && !new.is_past && new.qualifiers == old.qualifiers);
        Some(Difference { reason: Reason::Negation, new: says(new).into(), old: says(old).into(), is_sure })
    }

    /// Whether what differs is said of the subject, and is not the subject.
    fn is_in_the_same_place(&self) -> bool {
        let [left_new, left_old] = &self.left;
        let (a, b) = (left_new[0], left_old[0]);
        let said = |word: &Word, statement: &Statement| {
            let is_korean = statement.words.iter().any(Word::is_korean);
            let has_verb = statement.words.iter().any(|other| other.after_verb);
            let before = statement.words.iter().filter(|other| other.at < word.at).count();
            if is_korean {
                !word.is_subject && (word.after_verb || !has_verb)
            } else {
                word.after_verb || (!has_verb && (before >= 2 || before >= 1 && statement.persons != 0))
            }
        };
        let same_role = !a.is_korean()
            || last_role(left_new) == last_role(left_old)
            || a.class == Class::Number
            || a.is_verb && b.is_verb;
        said(a, self.new) && said(b, self.old) && same_role
    }

    fn other_value(&self, left_new: &[&Word], left_old: &[&Word]) -> Option<Difference> {
        let shown = |words: &[&Word]| words.iter().map(|word| word.shown.as_str()).collect::<Vec<_>>().join(" ");
        let found = |reason, is_sure| Some(Difference { reason, new: shown(left_new), old: shown(left_old), is_sure });
        let (new, old) = (self.new, self.old);
        let is_present = !new.is_past && !old.is_past;
        let (a, b) = (left_new[0], left_old[0]);
        let all = |class: Class| left_new.iter().chain(left_old).all(|word| word.class == class);
        // The CEO is Anna; but the CEO may be tall, and in Rome.
        let names_holder = all(Class::Name) && a.preposition.is_none();
        // In Korean the particle says what is described: 이름은 …, but not 위치를 ….
        let is_described = self.pairs.iter().any(|&(i, _, _)| {
            let word = &new.words[i];
            let is_office = || names_holder && !new.words.iter().any(Word::is_state);
            let is_somebody = !word.is_korean() && word.is_in(Known::office);
            let is_one = if is_somebody { is_office() } else { word.is_in(Known::attribute) };
            is_one && (!word.is_korean() || word.is_subject)
        });
        let is_said_by_verb = left_new.iter().chain(left_old).any(|word| word.is_verb);
        // "Keep up the good work" says nothing of where somebody works.
        let is_behind = |at: usize, word: &Word| word.is_korean() || at < word.at;
        let is_single = self.pairs.iter().any(|&(i, j, _)| {
            let (verb, other) = (&new.words[i], &old.words[j]);
            verb.is_in(Known::single) && is_behind(verb.at, a) && is_behind(other.at, b)
        });
        let lasts = new.is_lasting && old.is_lasting;
        if all(Class::Number) {
            if phones::are_one(&digits(new), &digits(old)) {
                return None;
            }
            let same_units =
                left_new.len() == left_old.len() && left_new.iter().zip(left_old).all(|(a, b)| a.with == b.with);
            let is_date = left_new.iter().any(|word| is_date_unit(&word.with))
                || self.pairs.iter().any(|&(i, _, _)| is_date_unit(&new.words[i].with));
            let reason = if is_date { Reason::Date } else { Reason::Number };
            // One may have two appointments, on two days.
            let is_at_a_time = is_date || left_new.iter().any(|word| is_hour_unit(&word.with));
            return same_units
                .then(|| found(reason, is_present && lasts && !(new.possesses && is_at_a_time)))
                .flatten();
        }
        if left_new.iter().chain(left_old).any(|word| word.class == Class::Number) {
            return None;
        }
        let excludes = left_new.len() == 1 && left_old.len() == 1 && exclude(a, b);
        let is_weekday =
            left_new.len() == 1 && left_old.len() == 1 && adjuncts::is_weekday(a) && adjuncts::is_weekday(b)
                || a.form.ends_with("요일") && b.form.ends_with("요일");
        if is_weekday {
            return found(Reason::Date, is_present && lasts && (is_described || is_single));
        }
        let lie = self.lie();
        let holds = left_new.iter().chain(left_old).filter(|word| word.is_in(Known::country)).count();
        let is_within = lie == Some(Lie::Within) || lie != Some(Lie::Apart) && holds == 1;
        // Who lives here lived elsewhere, or also lives elsewhere.
        let is_of_one_time = new.is_past == old.is_past && !new.is_beside;
        let is_in_one_place = is_of_one_time && !is_within && !is_said_by_verb;
        if (is_described || is_single) && a.class == b.class && is_in_one_place {
            let is_one_of_many = new.possesses
                || lie == Some(Lie::Unknown)
                || left_new.iter().chain(left_old).any(|word| word.is_in(Known::attended));
            return found(Reason::Value, is_present && lasts && !is_one_of_many);
        }
        if is_present && lasts && self.is_on_another_tier() {
            return found(Reason::Value, true);
        }
        if excludes { found(Reason::Value, is_present && lasts && !new.possesses) } else { None }
    }

    /// How the two places lie of which the statements say that somebody lives there, or of which one is listed.
    fn lie(&self) -> Option<Lie> {
        let [name, other] = [named(self.new, &self.left[0]), named(self.old, &self.left[1])];
        let is_home = self.pairs.iter().any(|&(i, _, _)| HOME.contains(&&*self.new.words[i].form));
        let is_listed = places::is_listed(&name) || places::is_listed(&other);
        (is_home || is_listed).then(|| places::lie(&name, &other))
    }

    /// "on the Monthly plan", "on the Business plan". In English these must be names: who is on the meal plan may be on the pension plan
    /// too. And it must be said that somebody is on it, or uses it: one may like both.
    fn is_on_another_tier(&self) -> bool {
        let is_tier_name = |word: &&Word| word.is_korean() || word.class == Class::Name || word.is_in(Known::grade);
        let is_named = |left: &[&Word]| left.iter().all(is_tier_name);
        let stands_before = |left: &[&Word], word: &Word| left.last().is_some_and(|last| last.at + 1 == word.at);
        let is_tier = self.pairs.iter().any(|&(i, j, _)| {
            let (a, b) = (&self.new.words[i], &self.old.words[j]);
            a.is_in(Known::tier) && stands_before(&self.left[0], a) && stands_before(&self.left[1], b)
        });
        let is_judged = self.pairs.iter().any(|&(i, _, _)| {
            let word = &self.new.words[i];
            word.is_in(Known::lasting) && !matches!(&*word.form, "use" | "us" | "쓰")
        });
        let is_used = |word: &Word| word.is_korean() || matches!(&*word.form, "use" | "us");
        let is_on_it = self.left[0].iter().any(|word| word.preposition.is_some()) || self.new.words.iter().any(is_used);
        is_on_it && is_tier && !is_judged && !self.new.possesses && self.left.iter().all(|left| is_named(left))
    }
}

/// The whole name of which the words are those that differ: of New York and New Orleans both have "New".
fn named<'a>(statement: &'a Statement, left: &[&Word]) -> Vec<&'a str> {
    let is_left = |word: &Word| left.iter().any(|other| other.at == word.at);
    // "New" is no name by itself.
    let is_name = |word: &Word| word.shown.starts_with(char::is_uppercase);
    let goes_on = |one: &Word, next: &Word| {
        if one.is_korean() { one.at == next.at } else { one.at + 1 == next.at && is_name(one) && is_name(next) }
    };
    let whole = statement.words.chunk_by(goes_on).filter(|words| words.iter().any(is_left));
    whole.flatten().filter(|word| !word.is_verb).map(|word| &*word.form).collect()
}

/// All digits that a statement has, one after another.
fn digits(statement: &Statement) -> String {
    let numbers = statement.words.iter().filter(|word| word.class == Class::Number);
    numbers.flat_map(|word| word.form.chars()).collect()
}

/// The particle, or that it is a copula, which is another one behind a vowel: 민수야, 지영이야.
fn last_role<'a>(words: &[&'a Word]) -> &'a str {
    let with = words.last().map_or("", |word| &word.with);
    if korean::is_copula(with) { "이다" } else { with }
}

/// Of a day.
fn is_hour_unit(unit: &str) -> bool {
    matches!(unit, "시" | "am" | "pm")
}

fn is_date_unit(unit: &str) -> bool {
    matches!(unit, "month" | "월" | "일" | "년" | "march" | "may") || known(unit).month.is_some()
}

/// Who is spoken of. "I" is said in Korean only where it must be.
pub fn persons(statement: &Statement) -> u32 {
    let own = known("나").person().iter().fold(0, |bits, &line| bits | 1 << line);
    statement.persons & !own
}

fn exclude(a: &Word, b: &Word) -> bool {
    a.form != b.form && a.shares(b, Known::exclusive)
}

/// The same number with the same unit.
fn identical(a: &Word, b: &Word) -> Option<f32> {
    let same = a.class == Class::Number && b.class == Class::Number && a.form == b.form && a.with == b.with;
    same.then_some(1.0)
}

/// The same word; a number with the same unit, or where one has none.
fn equal(a: &Word, b: &Word) -> Option<f32> {
    let same_unit = || a.with == b.with || a.with.is_empty() || b.with.is_empty();
    let same = a.form == b.form
        && (a.class == Class::Number) == (b.class == Class::Number)
        && (a.class != Class::Number || same_unit());
    same.then_some(1.0)
}

fn synonymous(a: &Word, b: &Word) -> Option<f32> {
    let plain = a.class != Class::Number && b.class != Class::Number && !is_nickname(a, b) && !is_nickname(b, a);
    (plain && (a.shares(b, Known::synonym) || is_same_verb(a, b))).then_some(SYNONYM)
}

/// What one is called by friends is beside one's name: call me Annie. (What "is called" something has that name.)
fn is_nickname(a: &Word, b: &Word) -> bool {
    matches!(&*a.lower, "call" | "calls") && b.lower == "name"
}

/// Two forms of a Korean verb that the rules have not brought together, but whose sounds begin alike.
fn is_same_verb(a: &Word, b: &Word) -> bool {
    if !a.is_korean() || !b.is_korean() || !(a.is_verb || b.is_verb) || a.token.is_some() && b.token.is_some() {
        return false;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.form.nfd().collect(), b.form.nfd().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    same >= 4 && a.len().max(b.len()) - same <= 3
}

/// The directions of those words that may be like another: no names, no numbers, and of Korean what the table has.
fn vectors(words: &[Word], is_free: impl Fn(usize) -> bool, table: &Table) -> Vec<(usize, Code)> {
    let vector = |word: &Word| match word.token {
        Some(token) => Some(table.direction(token).to_owned()),
        None if word.is_korean() || word.lower.bytes().any(|c| c.is_ascii_digit()) => None,
        None => Some(table.encode_word(&word.lower)),
    };
    let plain = words.iter().enumerate().filter(|&(at, word)| word.class == Class::Plain && is_free(at));
    plain.filter_map(|(at, word)| Some((at, vector(word)?))).collect()
}

fn may_be_alike(a: &Word, b: &Word) -> bool {
    a.is_korean() == b.is_korean() && !exclude(a, b) && !a.shares(b, Known::sort)
}
