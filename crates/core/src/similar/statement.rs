//! A text as a statement: the words that it is made of, and what changes what it commits to.

use super::{korean, lexicon};
use crate::words::{Script, Tokens, english};
use std::borrow::Cow;

/// Words up to which a text is one statement; in a longer one a difference says little about the whole.
pub const WORDS_MAX: usize = 40;

/// What a word is, as far as comparing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A word of the language.
    Plain,
    /// Written with a capital: a name, which has no synonyms.
    Name,
    /// A number, with its unit if it has one.
    Number,
}

/// A word that carries something.
#[derive(Clone, Debug)]
pub struct Word {
    /// The form that is compared.
    pub form: String,
    /// As it stands in the text.
    pub shown: String,
    /// In lower case, before its endings went.
    pub lower: String,
    /// The unit of a number, or the particle of a Korean noun.
    pub with: String,
    /// What it is.
    pub class: Class,
    /// Whether it is a Korean verb.
    pub is_verb: bool,
    /// Whether it is marked as the subject.
    pub is_subject: bool,
    /// Whether "and" stands just before it.
    pub after_and: bool,
    /// Whether a verb (or what does as one) comes before it.
    pub after_verb: bool,
    /// Its place among all words.
    pub at: usize,
    /// The groups of [`lexicon::synonym`], [`lexicon::exclusive`] and [`lexicon::sort`] that it is of.
    pub groups: [Groups; 3],
}

impl Word {
    /// Whether a list has it, in one form or the other.
    pub fn is_in(&self, list: fn(&str) -> &'static [u16]) -> bool {
        in_either(list, &self.lower, &self.form)
    }
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    /// The words that carry something, in order.
    pub words: Vec<Word>,
    /// Whether it denies what it is about.
    pub is_negated: bool,
    /// Whether it says that something is over.
    pub has_ended: bool,
    /// Whether it asks.
    pub is_question: bool,
    /// Whether it speaks of what was.
    pub is_past: bool,
    /// Who is spoken of: a bit for each line of [`lexicon::person`].
    pub persons: u32,
    /// What limits it: a bit for each line of [`lexicon::qualifier`].
    pub qualifiers: u32,
    has_and: bool,
    /// Whether something is from somewhere, and to somewhere.
    pub ways: [bool; 2],
    /// Whether what it says lasts until it is said to be otherwise.
    pub is_lasting: bool,
    /// Words in all.
    pub length: usize,
}

/// Units that stand with their number as one word, or apart from it.
const UNITS: [&str; 24] = [
    "am", "pm", "gb", "mb", "tb", "kb", "kg", "km", "cm", "mm", "m", "g", "lb", "lbs", "usd", "eur", "krw", "ghz",
    "mhz", "percent", "px", "ms", "kcal", "won",
];

/// The numbers of some groups; 0 for none.
pub type Groups = [u16; 6];

fn groups(of_lower: &[u16], of_form: &[u16]) -> Groups {
    let mut groups = Groups::default();
    groups.iter_mut().zip(of_lower.iter().chain(of_form)).for_each(|(place, &group)| *place = group);
    groups
}

fn bits(groups: &[u16]) -> u32 {
    groups.iter().fold(0, |bits, &group| bits | 1 << u32::from(group).min(31))
}

impl Statement {
    /// Reads a text.
    pub fn new(text: &str) -> Self {
        let tokens = Tokens::new(text);
        let mut statement = Self { is_question: tokens.is_question(), length: tokens.list.len(), ..Self::default() };
        if statement.length > WORDS_MAX {
            return statement;
        }
        let last = tokens.list.len().saturating_sub(1);
        let mut has_verb = false;
        let mut before = String::new();
        for (at, &token) in tokens.list.iter().enumerate() {
            let (cased, lower) = (tokens.cased(token), tokens.lower(token));
            match token.script {
                Script::Latin if lower.starts_with(|c: char| c.is_ascii_digit()) => {
                    statement.push_measure(&lower, cased, at, has_verb)
                }
                Script::Latin => statement.push_latin(&lower, cased, &before, at, &mut has_verb),
                Script::Number => {
                    let is_said = has_verb || statement.words.iter().any(|word| word.is_subject);
                    statement.push_number(&lower, "", cased, at, is_said);
                }
                Script::Hangul => statement.push_korean(cased, at, at == last),
                Script::Other => statement.push(&lower, cased, &lower, Class::Plain, at, has_verb),
            }
            before = lower.into_owned();
        }
        statement
    }

    fn push(&mut self, form: &str, shown: &str, lower: &str, class: Class, at: usize, after_verb: bool) {
        self.words.push(Word {
            form: form.to_owned(),
            shown: shown.to_owned(),
            lower: lower.to_owned(),
            with: String::new(),
            class,
            is_verb: false,
            is_subject: false,
            after_and: self.has_and,
            after_verb,
            at,
            groups: [lexicon::synonym, lexicon::exclusive, lexicon::sort].map(|list| groups(list(lower), list(form))),
        });
        self.has_and = false;
    }

    fn push_latin(&mut self, lower: &str, cased: &str, before: &str, at: usize, has_verb: &mut bool) {
        if self.take_unit(lower, at) {
            return;
        }
        if !(before == "at" && lower == "all") {
            self.note(lower);
        }
        let (word, is_past) = base_of(lower);
        // "is called", "are closed": what is so now.
        let is_past =
            is_past && !matches!(before, "is" | "are" | "am" | "i'm" | "be" | "been" | "he's" | "she's" | "it's");
        let is_negated = lower.ends_with("n't") || lower == "cannot" || !lexicon::negation(lower).is_empty();
        if is_negated {
            self.is_negated = !self.is_negated;
        }
        self.has_ended |= !lexicon::ended(lower).is_empty();
        self.is_past |= is_past;
        let stem = english::stem(&word);
        let is_verb =
            is_copula(lower) || in_either(lexicon::lasting, &word, &stem) || in_either(lexicon::single, &word, &stem);
        self.is_lasting |= is_verb
            && (is_copula(lower)
                || in_either(lexicon::lasting, &word, &stem)
                || in_either(lexicon::single, &word, &stem));
        let is_marker = is_negated || !lexicon::ended(lower).is_empty() || !lexicon::qualifier(lower).is_empty();
        if let (Some(number), false) = (lexicon::number(lower), is_marker) {
            self.push_number(number, "", cased, at, *has_verb);
        } else if let (Some(month), true) = (lexicon::month(lower), cased.starts_with(char::is_uppercase)) {
            self.push_number(month, "month", cased, at, *has_verb);
        } else if !is_marker && lexicon::filler(lower).is_empty() && lexicon::person(lower).is_empty() {
            let is_name = cased.starts_with(char::is_uppercase) && lexicon::exclusive(lower).is_empty();
            self.push(&stem, cased, &word, if is_name { Class::Name } else { Class::Plain }, at, *has_verb);
        }
        *has_verb |= is_verb;
    }

    /// Whether this is the unit of the number before, which then stands with it.
    fn take_unit(&mut self, lower: &str, at: usize) -> bool {
        let number = self
            .words
            .last_mut()
            .filter(|word| word.class == Class::Number && word.at + 1 == at && word.with.is_empty());
        let Some(number) = number.filter(|_| UNITS.contains(&lower)) else { return false };
        number.with = lower.to_owned();
        number.shown = format!("{} {lower}", number.shown);
        true
    }

    fn push_measure(&mut self, lower: &str, cased: &str, at: usize, after_verb: bool) {
        let digits = lower.find(|c: char| !c.is_ascii_digit() && !".,:".contains(c)).unwrap_or(lower.len());
        let unit = lower[digits..]
            .trim_start_matches("st")
            .trim_start_matches("nd")
            .trim_start_matches("rd")
            .trim_start_matches("th");
        self.push_number(&lower[..digits], unit, cased, at, after_verb);
    }

    fn push_number(&mut self, value: &str, unit: &str, cased: &str, at: usize, after_verb: bool) {
        let plain: String = value.chars().filter(|&c| c != ',').collect();
        let plain = plain.trim_start_matches('0');
        let plain = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.') } else { plain };
        self.push(if plain.is_empty() { "0" } else { plain }, cased, cased, Class::Number, at, after_verb);
        if let Some(word) = self.words.last_mut() {
            word.with = english::stem(unit.trim_end_matches('.'));
        }
    }

    fn push_korean(&mut self, cased: &str, at: usize, is_last: bool) {
        self.note(cased);
        let is_unit = self.words.last().is_some_and(|word| word.class == Class::Number && word.at + 1 == at);
        if is_unit && korean::is_copula(cased) {
            self.is_lasting = true;
            return;
        }
        let form = korean::form(cased, is_last, is_unit);
        let denies = ["않", "없", "못하", "못했", "못합", "아니", "아닙", "아닌"].iter().any(|no| cased.contains(no))
            || !lexicon::negation(cased).is_empty();
        if denies {
            self.is_negated = !self.is_negated;
        }
        self.has_ended |= !lexicon::ended(cased).is_empty();
        self.is_past |= form.is_past;
        let is_copula = !form.is_verb && !form.particle.is_empty() && is_last && !form.is_past;
        self.is_lasting |= is_last
            && !form.is_past
            && (is_copula || !lexicon::lasting(&form.root).is_empty() || !lexicon::single(&form.root).is_empty());
        if let Some(number) = lexicon::number(cased) {
            let is_said = self.words.iter().any(|word| word.is_subject);
            self.push_number(number, "", cased, at, is_said);
            return;
        }
        let is_plain_filler = !lexicon::filler(cased).is_empty() || !lexicon::filler(&form.root).is_empty();
        if denies || is_plain_filler || !lexicon::qualifier(cased).is_empty() || !lexicon::ended(cased).is_empty() {
            return;
        }
        if is_unit && form.root.chars().count() <= 2 {
            // The unit of the number before: it stands with it already.
            if let Some(number) = self.words.last_mut() {
                number.with.clone_from(&form.root);
                number.is_subject = is_subject(&form.particle);
                number.shown = format!("{}{}", number.shown, form.root);
            }
            return;
        }
        let after_subject = self.words.iter().any(|word| word.is_subject);
        self.push(&form.root, &form.root, cased, Class::Plain, at, after_subject);
        if let Some(word) = self.words.last_mut() {
            word.is_subject = is_subject(&form.particle);
            word.is_verb = form.is_verb;
            word.with = form.particle;
        }
    }

    fn note(&mut self, word: &str) {
        self.persons |= bits(lexicon::person(word));
        self.qualifiers |= bits(lexicon::qualifier(word));
        self.has_and |= matches!(word, "and" | "와" | "과" | "및" | "랑");
        self.ways[0] |= word == "from";
        self.ways[1] |= word == "to";
    }
}

fn is_subject(particle: &str) -> bool {
    matches!(particle, "은" | "는" | "이" | "가" | "께서" | "의" | "에서는" | "에는")
}

fn is_copula(word: &str) -> bool {
    matches!(
        word,
        "is" | "are"
            | "am"
            | "was"
            | "were"
            | "i'm"
            | "it's"
            | "he's"
            | "she's"
            | "we're"
            | "they're"
            | "you're"
            | "has"
            | "have"
            | "had"
            | "'s"
    ) || ["isn't", "aren't", "wasn't", "weren't"].contains(&word)
}

fn in_either(list: fn(&str) -> &'static [u16], word: &str, stem: &str) -> bool {
    !list(word).is_empty() || !list(stem).is_empty()
}

/// A word without the mark of the past, and whether it had it.
fn base_of(lower: &str) -> (Cow<'_, str>, bool) {
    if let Some(base) = lexicon::base(lower) {
        return (Cow::Borrowed(base), lower != base);
    }
    let is_past = lower.len() > 4 && lower.ends_with("ed") && !lower.ends_with("eed");
    (Cow::Borrowed(lower), is_past || matches!(lower, "did" | "didn't" | "wasn't" | "weren't"))
}
