//! A text as a statement: the words that it is made of, and what changes what it commits to.

use super::adjuncts::{Kind, Preposition};
use super::lexicon::{Known, known};
use super::{korean, lexicon, places, subject};
use crate::embed::{Morpheme, Table};
use crate::words::korean::numerals;
use crate::words::{self, Script, Tokens, english};
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
    /// Whether 로 stands behind it: what something becomes, or where it goes.
    pub is_goal: bool,
    /// Whether "and" stands just before it.
    pub after_and: bool,
    /// Whether what stands just before it says that it is somebody's, or one of several: my, a, Ann's, 내.
    pub is_owned: bool,
    /// Whether a verb (or what does as one) comes before it.
    pub after_verb: bool,
    /// The English preposition of the phrase that it is in, if that comes after the verb before it.
    pub preposition: Option<Preposition>,
    /// Whether something is done to what a Korean verb is about, rather than by it: 해고되 and not 해고하.
    pub is_passive: bool,
    /// Its place among all words.
    pub at: usize,
    /// Which Korean morpheme of the table it is.
    pub token: Option<u16>,
    /// What the lists know of it, before and after its endings went.
    pub known: [&'static Known; 2],
}

/// Looks into one of the lists.
pub type List = fn(&Known) -> &[u16];

impl Word {
    /// Whether a list has it, in one form or the other.
    pub fn is_in(&self, list: List) -> bool {
        self.known.iter().any(|known| !list(known).is_empty())
    }

    /// Whether both are of one group of a list.
    pub fn shares(&self, other: &Self, list: List) -> bool {
        let groups = |word: &Self| word.known.map(list).into_iter().flatten();
        groups(self).any(|group| groups(other).any(|of_other| of_other == group))
    }

    /// Whether it is a verb that says what is so, and not only that.
    pub fn is_state(&self) -> bool {
        !is_copula(&self.lower) && (self.is_in(Known::lasting) || self.is_in(Known::single))
    }

    /// 3:00 pm is 3 pm.
    fn drop_full_hour(&mut self) {
        if let (Some(hour), "am" | "pm") = (self.form.strip_suffix(":00"), &*self.with) {
            self.form = hour.to_owned();
        }
    }

    /// Whether it is written in Hangul.
    pub fn is_korean(&self) -> bool {
        self.form.chars().next().is_some_and(words::tokenizer::is_hangul)
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
    preposition: Option<Preposition>,
    /// The place behind what says whose something is.
    owned_at: Option<usize>,
    /// Whether a Korean "I" is said to be the one who does it.
    pub has_own_subject: bool,
    /// Whether something is done for somebody: 사 주다 is not 사다.
    pub is_for_somebody: bool,
    /// Whether something is from somewhere, and to somewhere.
    pub ways: [bool; 2],
    /// Whether what it says lasts until it is said to be otherwise.
    pub is_lasting: bool,
    /// Whether it says what somebody has, or what there is: another of the sort may be there beside it.
    pub possesses: bool,
    /// Whether a word is in it by which a state is said to begin or to end.
    pub is_told: bool,
    /// Whether a word says that it is so now.
    pub is_now: bool,
    /// Whether a Korean word that is none of `words` is marked as the subject: 지민, which looks like 지 and 민.
    pub has_other_subject: bool,
    /// Whether it says that this is so beside something else: also, too.
    pub is_beside: bool,
    /// Whether a Korean word says that it is so again and again: 매주, 월요일마다.
    pub is_repeated: bool,
    /// Whether it ends as a note does, which says what was done and what is so alike: 이사함.
    pub is_noted: bool,
    /// Whether it says who has an office by its last word.
    names_office: bool,
    /// Whether 더 stands before.
    after_more: bool,
    /// Whether "is" stands before, with nothing but "now" and the like in between.
    after_copula: bool,
    /// Words in all.
    pub length: usize,
}

/// Syllables of a unit that is not one of a list.
const UNIT_SYLLABLES_MAX: usize = 2;

/// Two verbs of which 산다 is a form.
const LIVE: &str = "살";
const BUY: &str = "사";

/// Units that stand with their number as one word, or apart from it.
const UNITS: [&str; 24] = [
    "am", "pm", "gb", "mb", "tb", "kb", "kg", "km", "cm", "mm", "m", "g", "lb", "lbs", "usd", "eur", "krw", "ghz",
    "mhz", "percent", "px", "ms", "kcal", "won",
];

fn bits(groups: &[u16]) -> u32 {
    groups.iter().fold(0, |bits, &group| bits | 1 << u32::from(group).min(31))
}

impl Statement {
    /// Reads a text, Korean by the morphemes of the table.
    pub fn new(text: &str, table: &Table) -> Self {
        let tokens = Tokens::new(text);
        let mut statement = Self { is_question: tokens.is_question(), length: tokens.list.len(), ..Self::default() };
        if statement.length > WORDS_MAX {
            return statement;
        }
        let last = tokens.list.len().saturating_sub(1);
        statement.names_office =
            tokens.list.last().is_some_and(|&token| korean::says_who_has_an_office(tokens.cased(token)));
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
                Script::Hangul => {
                    let is_joined = at > 0 && tokens.is_joined(tokens.list[at - 1], token);
                    statement.push_korean(cased, at, at == last, is_joined, table);
                }
                Script::Other => statement.push(&lower, cased, &lower, Class::Plain, at, has_verb),
            }
            before = lower.into_owned();
        }
        if statement.names_office {
            statement.turn_office();
        }
        statement.is_question |= korean::asks(&before);
        statement.is_told |= statement.tells_an_age();
        statement
    }

    /// 이수진이 팀장이야 says what 팀장은 이수진이야 does.
    fn turn_office(&mut self) {
        let is_name = |word: &Word| matches!(&*word.with, "이" | "가") && korean::may_be_full_name(&word.form);
        let Some(at) = self.words.iter().position(is_name) else { return };
        let places: Vec<usize> = self.words.iter().map(|word| word.at).collect();
        self.words[at..].rotate_left(1);
        self.words.iter_mut().zip(places).for_each(|(word, place)| word.at = place);
        let [.., office, name] = &mut self.words[..] else { return };
        std::mem::swap(&mut office.with, &mut name.with);
        std::mem::swap(&mut office.is_subject, &mut name.is_subject);
        std::mem::swap(&mut office.after_verb, &mut name.after_verb);
    }

    /// Whether anything limits what it says, but who is there too.
    pub fn limits(&self) -> bool {
        self.qualifiers & !bits(known("with").qualifier()) != 0
    }

    /// Whether nothing limits it but how often it is so: every day.
    pub fn is_of_habit(&self) -> bool {
        self.limits() && self.qualifiers & !bits(known("with").qualifier()) & !bits(known("every").qualifier()) == 0
    }

    /// I'm 34; 34살.
    fn tells_an_age(&self) -> bool {
        let is_of_age = |word: &Word| word.class == Class::Number && matches!(&*word.with, "살" | "세");
        let is_bare = matches!(&self.words[..], [one] if one.class == Class::Number && one.with.is_empty());
        is_bare && self.persons != 0 || self.words.iter().any(is_of_age)
    }

    fn push(&mut self, form: &str, shown: &str, lower: &str, class: Class, at: usize, after_verb: bool) {
        let known = if class == Class::Number { [lexicon::nothing(); 2] } else { [lower, form].map(known) };
        self.is_told |= known.iter().any(|known| !known.told().is_empty());
        self.words.push(Word {
            form: form.to_owned(),
            shown: shown.to_owned(),
            lower: lower.to_owned(),
            with: String::new(),
            class,
            is_verb: false,
            is_subject: false,
            is_goal: false,
            after_and: self.has_and,
            is_owned: self.owned_at == Some(at),
            after_verb,
            preposition: self.preposition,
            is_passive: false,
            at,
            token: None,
            known,
        });
        self.has_and = false;
    }

    fn push_latin(&mut self, lower: &str, cased: &str, before: &str, at: usize, has_verb: &mut bool) {
        if self.take_unit(lower, at) {
            return;
        }
        let of_lower = known(lower);
        if before == "of" && subject::is_owned_by(lower) {
            self.words.last_mut().into_iter().for_each(|word| word.is_owned = true);
        }
        let is_month = of_lower.month.is_some() && at > 0 && cased.starts_with(char::is_uppercase);
        let is_idle = is_month || before == "at" && lower == "all";
        if !is_idle {
            self.note(lower, of_lower);
        }
        let (word, is_past) = base_of(lower, of_lower);
        // "is called", "are closed": what is so now.
        let is_past = is_past && !self.after_copula;
        let is_copula_of_now = matches!(lower, "is" | "are" | "am" | "i'm" | "be" | "been" | "he's" | "she's" | "it's");
        self.after_copula =
            is_copula_of_now || self.after_copula && matches!(lower, "now" | "currently" | "still" | "also");
        self.is_now |= lower == "now";
        self.is_beside |= matches!(lower, "also" | "too") || lower == "well" && before == "as";
        let is_negated = denies(lower);
        if is_negated {
            self.is_negated = !self.is_negated;
        }
        let is_left_undone = is_to_end(lower) && is_left_open(before);
        if is_left_undone && denies(before) {
            // Never quit: what is denied is the end.
            self.is_negated = !self.is_negated;
        }
        let has_ended = !is_left_undone && !of_lower.ended().is_empty();
        self.has_ended |= has_ended;
        // Stopped to smoke: what ends is something else.
        self.has_ended &= !(lower == "to" && is_to_end(before));
        self.is_past |= is_past;
        let stem = english::stem(&word);
        let of_word = [&*word, &stem].map(known);
        let is_in = |list: List| of_word.iter().any(|known| !list(known).is_empty());
        let is_verb = is_copula(lower) || is_in(Known::lasting) || is_in(Known::single);
        self.is_lasting |= is_verb;
        self.preposition = match Kind::of(lower, before) {
            Some(kind) => Some(Preposition { kind, at }),
            None => self.preposition.filter(|_| !is_verb),
        };
        self.is_told |= is_in(Known::told) || lower == "old" && matches!(before, "year" | "years");
        self.possesses |= matches!(&*word, "have" | "has" | "own");
        let is_marker = is_negated || has_ended || !of_lower.qualifier().is_empty();
        if let (Some(number), false) = (of_lower.number, is_marker) {
            self.push_number(number, "", cased, at, *has_verb);
        } else if let (Some(month), true) = (of_lower.month, cased.starts_with(char::is_uppercase)) {
            self.push_number(month, "month", cased, at, *has_verb);
        } else if !is_marker && of_lower.filler().is_empty() && of_lower.person().is_empty() {
            let begins_name = at > 0 && matches!(lower, "new" | "north" | "south" | "east" | "west");
            let is_name = cased.starts_with(char::is_uppercase) && (begins_name || of_lower.exclusive().is_empty());
            self.push(&stem, cased, &word, if is_name { Class::Name } else { Class::Plain }, at, *has_verb);
        }
        let is_whose = cased.ends_with("'s") || cased.ends_with("\u{2019}s");
        let is_owner = is_whose && of_lower.person().is_empty() && of_lower.filler().is_empty();
        let goes_on = self.owned_at == Some(at) && subject::is_emphasis(lower);
        if is_owner || goes_on || subject::is_owner(lower) {
            self.owned_at = Some(at + 1);
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
        number.drop_full_hour();
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
            word.drop_full_hour();
        }
    }

    fn push_korean(&mut self, cased: &str, at: usize, is_last: bool, is_joined: bool, table: &Table) {
        let of_cased = known(cased);
        let is_no_more = self.after_more && cased == "이상";
        self.after_more = cased == "더";
        if is_no_more {
            self.has_ended = true;
            return;
        }
        self.is_noted |= is_last && korean::is_noted(cased);
        self.is_now |= is_now(cased);
        self.is_repeated |= matches!(cased, "매일" | "매주" | "매달" | "매월") || cased.contains("마다");
        self.is_beside |= matches!(cased, "또" | "또한" | "역시");
        let is_unit = self.take_digit(cased, at)
            || self.words.last().is_some_and(|word| word.class == Class::Number && word.at + 1 == at);
        let is_power = is_unit && numerals::power(cased).0.is_some();
        if subject::is_owner(cased) {
            self.owned_at = Some(at + 1);
        }
        if !is_power {
            self.note(cased, of_cased);
        }
        if (is_unit || is_joined) && korean::is_copula(cased) {
            self.is_lasting = true;
            return;
        }
        if is_joined && words::korean::is_particle(cased) && !is_power {
            return self.mark(cased);
        }
        if let Some(verb) = korean::respectful(cased) {
            self.is_past |= cased.contains('셨');
            self.push(verb, verb, cased, Class::Plain, at, true);
            return self.words.last_mut().into_iter().for_each(|word| word.is_verb = true);
        }
        if let Some(is_past) = korean::is_use(cased) {
            self.is_past |= is_past;
            self.is_lasting |= is_last && !is_past;
            let after_subject = self.words.iter().any(|word| word.is_subject);
            self.push(korean::USE, korean::USE, cased, Class::Plain, at, after_subject);
            return self.words.last_mut().into_iter().for_each(|word| word.is_verb = true);
        }
        let form = korean::form(cased, is_last, is_unit);
        self.is_beside |= ["에도", "에서도", "로도"].iter().any(|particle| form.particle.ends_with(particle));
        self.qualifiers |= korean::limit(&form).map_or(0, |limit| bits(known(limit).qualifier()));
        let of_root = known(&form.root);
        let denies = korean::denies(cased) || !of_cased.negation().is_empty();
        if denies {
            self.is_negated = !self.is_negated;
        }
        self.has_ended |= !of_cased.ended().is_empty();
        self.is_past |= form.is_past;
        self.possesses |= form.is_verb && form.root == "있";
        let is_copula = !form.is_verb && !form.particle.is_empty() && is_last && !form.is_past;
        self.is_lasting |=
            is_last && !form.is_past && (is_copula || !of_root.lasting().is_empty() || !of_root.single().is_empty());
        if is_unit && self.take_korean_unit(&form, at, is_joined) {
            return;
        }
        if let Some((number, unit)) = numerals::read(&form.root).filter(|_| !form.is_verb) {
            let is_said = self.words.iter().any(|word| word.is_subject);
            self.push_number(&number.to_string(), "", &form.root, at, is_said);
            if !unit.is_empty() {
                self.set_unit(unit, &form.particle);
            }
            return;
        }
        let is_plain_filler = !of_cased.filler().is_empty() || !of_root.filler().is_empty();
        if is_plain_filler || !of_cased.qualifier().is_empty() || !of_cased.ended().is_empty() {
            return self.note_auxiliaries(&table.morphemes(cased), cased);
        }
        self.push_morphemes(cased, &form, at, denies, table);
        if form.is_verb {
            self.read_verb(&form, at, is_last);
        }
    }

    /// What a Korean verb says as a whole, which its morphemes do not: 일 + 하 is to work. And 산다 is to live, unless it says what is bought.
    fn read_verb(&mut self, form: &korean::Form, at: usize, is_last: bool) {
        let has_object = self.words.iter().any(|word| matches!(&*word.with, "을" | "를"));
        let Some(verb) = self.words.last_mut().filter(|word| word.at == at && word.is_verb) else { return };
        if verb.form == LIVE && form.root == BUY && has_object {
            (verb.form, verb.token, verb.known) = (BUY.to_owned(), None, [known(BUY); 2]);
        } else if verb.form != form.root && !known(&form.root).single().is_empty() {
            verb.known[0] = known(&form.root);
        }
        let lasts = verb.is_in(Known::lasting) || verb.is_in(Known::single);
        self.is_lasting |= is_last && !form.is_past && lasts;
    }

    /// With two words made one where the other statement has them as one: 여름 휴가, 여름휴가.
    pub fn joined_as(&self, other: &Self) -> Cow<'_, Self> {
        let is_one = |pair: &[Word]| {
            let [a, b] = pair else { return false };
            let whole = |word: &Word| {
                word.form.len() == a.form.len() + b.form.len()
                    && word.form.starts_with(&a.form)
                    && word.form.ends_with(&b.form)
            };
            a.is_korean() && a.class != Class::Number && b.class != Class::Number && other.words.iter().any(whole)
        };
        let Some(at) = self.words.windows(2).position(is_one) else { return Cow::Borrowed(self) };
        let mut joined = self.clone();
        let first = joined.words.remove(at);
        let whole = &mut joined.words[at];
        whole.form.insert_str(0, &first.form);
        whole.shown.insert_str(0, &first.shown);
        whole.lower.clone_from(&whole.form);
        (whole.token, whole.known) = (None, [known(&whole.form); 2]);
        Cow::Owned(joined.joined_as(other).into_owned())
    }

    /// Pushes what a Korean word is made of.
    fn push_morphemes(&mut self, cased: &str, form: &korean::Form, at: usize, denies: bool, table: &Table) {
        let after_subject = self.words.iter().any(|word| word.is_subject);
        let morphemes = table.morphemes(cased);
        self.note_auxiliaries(&morphemes, cased);
        let carries = |morpheme: &&Morpheme<'_>| morpheme.carries && !is_honorific(morpheme);
        let is_whole = morphemes.iter().any(|morpheme| morpheme.carries && morpheme.token.is_some());
        if self.is_name(form, &morphemes) {
            self.push(&form.root, &form.root, cased, Class::Plain, at, after_subject);
        } else if !is_whole {
            // A name, or what holds a sentence together.
            if !denies && (morphemes.is_empty() || morphemes.iter().any(|morpheme| morpheme.carries)) {
                let root = form.root.strip_suffix("하시").unwrap_or(&form.root);
                self.push(root, root, cased, Class::Plain, at, after_subject);
            } else {
                self.has_other_subject |= is_subject(&form.particle) && !is_now(&form.root);
            }
        } else {
            for morpheme in morphemes.iter().filter(carries) {
                self.push(morpheme.form, morpheme.form, morpheme.form, Class::Plain, at, after_subject);
                if let Some(word) = self.words.last_mut() {
                    word.token = morpheme.token;
                    word.is_verb = morpheme.class == words::Class::Stem;
                }
            }
        }
        let is_passive = morphemes.iter().any(|morpheme| !morpheme.carries && matches!(morpheme.form, "되" | "당하"));
        let of_this = self.words.iter_mut().rev().take_while(|word| word.at == at);
        for (number, word) in of_this.enumerate() {
            word.is_verb |= form.is_verb && number == 0;
            word.is_passive = is_passive;
            word.is_subject = is_subject(&form.particle);
            word.is_goal = is_goal(&form.particle);
            word.with.clone_from(&form.particle);
        }
    }

    /// Whether a noun is a name that the table has in pieces only: 속초, which looks like 속 and 초, or 팀장은 이수진이야.
    fn is_name(&self, form: &korean::Form, morphemes: &[Morpheme<'_>]) -> bool {
        // 고양이의 is no 고양 either.
        let is_one = morphemes.iter().any(|morpheme| morpheme.form.starts_with(&*form.root));
        let is_of_somebody = || self.words.iter().any(|word| word.is_subject && korean::names_somebody(&word.form));
        !form.is_verb
            && !is_one
            && (places::is_listed(&[&form.root])
                || korean::may_be_full_name(&form.root)
                    && (self.names_office && matches!(&*form.particle, "이" | "가")
                        || korean::is_copula(&form.particle) && is_of_somebody()))
    }

    /// What stands behind a verb and changes what it says.
    fn note_auxiliaries(&mut self, morphemes: &[Morpheme<'_>], cased: &str) {
        let has = |form: &str| morphemes.iter().any(|morpheme| !morpheme.carries && morpheme.form == form);
        self.is_for_somebody |= has("주") && !korean::requests(cased);
        if has("싶") {
            self.qualifiers |= bits(known("싶").qualifier());
        }
        if cased.ends_with("야") && morphemes.iter().any(|morpheme| morpheme.class == words::Class::Ending) {
            self.qualifiers |= bits(known("어야").qualifier());
        }
    }

    /// The particle of the word or number before, where that is not Korean: PDF + 로.
    fn mark(&mut self, particle: &str) {
        if let Some(word) = self.words.last_mut() {
            if word.class != Class::Number {
                particle.clone_into(&mut word.with);
            }
            word.is_subject = is_subject(particle);
            word.is_goal = is_goal(particle);
        }
    }

    /// Whether this is the unit of the number before, or what it counts in: 200 + 만 + 원.
    fn take_korean_unit(&mut self, form: &korean::Form, at: usize, is_joined: bool) -> bool {
        let Some(number) = self.words.last_mut() else { return false };
        let (power, rest) = numerals::power(&form.root);
        let shown = format!("{}{}{}", number.shown, if is_joined { "" } else { " " }, form.root);
        if let (Some(power), Ok(value)) = (power, number.form.parse::<u64>()) {
            number.form = value.saturating_mul(power).to_string();
            (number.shown, number.at) = (shown, at);
            if !rest.is_empty() {
                self.set_unit(rest, &form.particle);
            }
            return true;
        }
        let unit = numerals::unit(&form.root);
        if !number.with.is_empty() || unit == form.root && unit.chars().count() > UNIT_SYLLABLES_MAX {
            return false;
        }
        number.shown = shown;
        self.set_unit(&form.root, &form.particle);
        true
    }

    /// Whether the word before is one digit in Hangul and this is what it counts: 삼 년.
    fn take_digit(&mut self, unit: &str, at: usize) -> bool {
        let Some(word) = self.words.last_mut().filter(|word| word.at + 1 == at && word.with.is_empty()) else {
            return false;
        };
        let Some(digit) = numerals::digit(&word.form).filter(|_| numerals::is_measure(words::korean::stem(unit)))
        else {
            return false;
        };
        word.form = digit.to_string();
        (word.class, word.token) = (Class::Number, None);
        true
    }

    fn set_unit(&mut self, unit: &str, particle: &str) {
        let Some(number) = self.words.last_mut() else { return };
        numerals::unit(unit).clone_into(&mut number.with);
        number.is_subject = is_subject(particle);
        number.is_goal = is_goal(particle);
    }

    fn note(&mut self, word: &str, known: &Known) {
        self.persons |= bits(known.person());
        self.qualifiers |= bits(known.qualifier());
        self.has_own_subject |= matches!(word, "내가" | "제가" | "저가");
        self.has_and |= matches!(word, "and" | "와" | "과" | "및" | "랑");
        self.ways[0] |= word == "from";
        self.ways[1] |= word == "to";
    }
}

fn is_now(korean: &str) -> bool {
    matches!(korean, "이제" | "지금" | "현재" | "다시")
}

/// Whether it is a verb that says that something ends, rather than that it has ended.
fn is_to_end(lower: &str) -> bool {
    matches!(lower, "quit" | "stop" | "stopped")
}

/// Whether what follows the word has not been done by that: want to quit, can't quit, never quit.
fn is_left_open(word: &str) -> bool {
    word == "to" || denies(word) || !known(word).qualifier().is_empty()
}

/// Whether an English word says that something is not so.
pub fn denies(word: &str) -> bool {
    word.ends_with("n't") || word == "cannot" || !known(word).negation().is_empty()
}

fn is_subject(particle: &str) -> bool {
    matches!(particle, "은" | "는" | "이" | "가" | "께서" | "의" | "에서는" | "에는")
}

fn is_goal(particle: &str) -> bool {
    matches!(particle, "로" | "으로")
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

/// 시, which is respect for whom is spoken of.
fn is_honorific(morpheme: &Morpheme<'_>) -> bool {
    morpheme.class == words::Class::Stem && morpheme.form == "시"
}

/// A word without the mark of the past, and whether it had it.
fn base_of<'a>(lower: &'a str, known: &Known) -> (Cow<'a, str>, bool) {
    if let Some(base) = known.base {
        return (Cow::Borrowed(base), lower != base);
    }
    let is_past = lower.len() > 4 && lower.ends_with("ed") && !lower.ends_with("eed");
    (Cow::Borrowed(lower), is_past || matches!(lower, "did" | "didn't" | "wasn't" | "weren't"))
}
