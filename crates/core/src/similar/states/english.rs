//! English statements of a state.

use super::phrases::{NAME, OWN, PHRASES, Phrase, STATES, Takes, WORTH, is_place};
use super::reading::{Owner, Phase, Reading, Whose};
use super::value::{Sort, Value};
use crate::similar::lexicon::known;
use crate::similar::phones;
use crate::similar::statement::{Statement, denies};
use crate::words::{Tokens, WEEKDAYS, english};
use std::ops::Range;

/// Words of an owner, or of a value.
const NAME_WORDS_MAX: usize = 4;

/// Words of what stands between the words of a phrase: change *my phone number* to.
const THING_WORDS_MAX: usize = 4;

/// Words before the one that a phrase is looked for by.
const PHRASE_START_MAX: usize = 6;

const DETERMINERS: [&str; 15] =
    ["a", "an", "the", "my", "our", "his", "her", "their", "your", "its", "this", "that", "one", "some", "another"];
const HELPERS: [&str; 24] = [
    "do", "does", "don't", "doesn't", "not", "never", "no", "longer", "have", "has", "'ve", "is", "are", "am", "was",
    "were", "been", "be", "got", "gotten", "get", "gets", "being", "did",
];

/// Say that something is so now, or since a moment ago.
const RECENTLY: [&str; 17] = [
    "again",
    "now",
    "yesterday",
    "today",
    "recently",
    "just",
    "already",
    "finally",
    "too",
    "instead",
    "anymore",
    "back",
    "currently",
    "actually",
    "also",
    "officially",
    "lately",
];
const NOW: [&str; 4] = ["now", "again", "currently", "new"];
/// What "last" and "this" stand before, beside days of the week.
const SPANS: [&str; 7] = ["week", "month", "night", "morning", "weekend", "afternoon", "evening"];

/// End the words of a value.
const ENDERS: [&str; 31] = [
    "every", "in", "with", "because", "since", "so", "and", "after", "at", "near", "by", "as", "on", "but", "due",
    "for", "from", "to", "that", "who", "which", "where", "when", "while", "if", "or", "of", "until", "before",
    "though", "last",
];

/// Begin what may be said beside.
const BESIDE: [&str; 17] = [
    "every", "in", "with", "because", "since", "so", "and", "after", "at", "near", "by", "as", "on", "but", "due",
    "for", "last",
];

/// Say that it was long ago, or is not yet so.
const NOT_NOW: [&str; 41] = [
    "ago",
    "once",
    "when",
    "if",
    "until",
    "next",
    "tomorrow",
    "child",
    "kid",
    "young",
    "childhood",
    "soon",
    "while",
    "years",
    "would",
    "originally",
    "dream",
    "weeks",
    "months",
    "days",
    "weekend",
    "summer",
    "winter",
    "semester",
    "holidays",
    "temporarily",
    "dreams",
    "game",
    "movie",
    "film",
    "novel",
    "simulation",
    "head",
    "mind",
    "imagination",
    "joke",
    "kidding",
    "lol",
    "almost",
    "supposedly",
    "allegedly",
];

/// Stems of what a number may be of that is called the number for short.
const PHONES: [&str; 4] = ["phon", "mobil", "cell", "telephon"];

/// Stems of what one has a subscription by.
const CONTRACTS: [&str; 2] = ["subscription", "membership"];

/// Stems of words by which one is told how high somebody stands.
const RANKS: [&str; 18] = [
    "intern",
    "trainee",
    "junior",
    "senior",
    "lead",
    "staff",
    "principal",
    "manager",
    "director",
    "head",
    "chief",
    "vp",
    "president",
    "partner",
    "associat",
    "assistant",
    "professor",
    "supervisor",
];

/// Begin words that say of a job that it is not, or not alone, what somebody lives by.
const BESIDE_A_JOB: [&str; 8] = ["part", "volunt", "freelanc", "form", "retir", "aspir", "futur", "substitut"];

/// The oldest that somebody may be, in years.
const AGE_MAX: u32 = 120;

/// A word of the sentence.
struct Word<'a> {
    /// In lower case.
    lower: String,
    /// The stem of its base form.
    stem: String,
    cased: &'a str,
    /// Whether it is the past form of a verb, as far as its form says.
    is_past: bool,
}

impl Word<'_> {
    fn is_one_of(&self, words: &[&str]) -> bool {
        words.contains(&&*self.lower)
    }

    fn is_name(&self) -> bool {
        self.cased.starts_with(char::is_uppercase) && !self.cased.starts_with("I'")
    }

    fn is_number(&self) -> bool {
        self.lower.starts_with(|c: char| c.is_ascii_digit()) || known(&self.lower).number.is_some()
    }

    fn is_span(&self) -> bool {
        self.is_one_of(&SPANS) || self.is_day()
    }

    fn is_month(&self) -> bool {
        known(&self.lower).month.is_some() && self.is_name()
    }

    fn is_day(&self) -> bool {
        WEEKDAYS.contains(&&*self.lower)
    }
}

/// See the module.
pub fn readings(tokens: &Tokens, statement: &Statement) -> Vec<Reading> {
    let words = words_of(tokens);
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        for phrase in PHRASES.get(&word.stem).into_iter().flatten() {
            let starts = at.saturating_sub(PHRASE_START_MAX)..=at;
            found.extend(starts.rev().find_map(|start| read(&words, start, at, phrase, statement)));
        }
    }
    found
}

fn words_of(tokens: &Tokens) -> Vec<Word<'_>> {
    let mut words = Vec::with_capacity(tokens.list.len() + 1);
    let mut push = |lower: &str, cased| {
        let (base, is_past) = base_of(lower);
        words.push(Word { lower: lower.to_owned(), stem: english::stem(base), cased, is_past });
    };
    for &token in &tokens.list {
        let (cased, lower) = (tokens.cased(token), tokens.lower(token));
        match lower.split_once('\'') {
            Some((pronoun, "m" | "re")) => [pronoun, "are"].into_iter().for_each(|word| push(word, cased)),
            Some((pronoun, "ve")) => [pronoun, "have"].into_iter().for_each(|word| push(word, cased)),
            Some((pronoun, "d" | "ll")) => [pronoun, "would"].into_iter().for_each(|word| push(word, cased)),
            _ => push(&lower, cased),
        }
    }
    words
}

/// The base form of a verb, and whether this is a form of the past. What is written alike in both is taken for the past.
fn base_of(lower: &str) -> (&str, bool) {
    match lower {
        "is" | "are" | "am" => ("be", false),
        "was" | "were" => ("be", true),
        "has" => ("have", false),
        "goes" => ("go", false),
        "going" => ("go", false),
        "gone" => ("go", true),
        "risen" => ("rise", true),
        "fallen" => ("fall", true),
        "grown" => ("grow", true),
        "shrunk" => ("shrink", true),
        "given" => ("give", true),
        "quit" | "cut" | "split" => (lower, true),
        "died" => ("die", true),
        "dying" => ("die", false),
        "using" => ("use", false),
        _ => {
            let base = known(lower).base;
            let is_regular = lower.len() > 3 && lower.ends_with("ed") && !lower.ends_with("eed");
            (base.unwrap_or(lower), base.is_some_and(|base| base != lower) || is_regular)
        }
    }
}

/// Where the parts of a phrase stand.
#[derive(Default)]
struct Places {
    value: Option<Range<usize>>,
    gone: Option<Range<usize>>,
    thing: Option<Range<usize>>,
    end: usize,
}

fn read(words: &[Word<'_>], start: usize, key: usize, phrase: &Phrase, statement: &Statement) -> Option<Reading> {
    let places = places(words, start, key, phrase)?;
    let verb = if phrase.is_of_its_subject() { key } else { start };
    let phase = phase(words, verb, phrase, statement)?;
    let (owner, is_new) = owner_in(words, start, phrase, &places)?;
    let is_new = is_new || places.thing.is_some() && phrase.words.iter().any(|word| word == "new");
    let (value, end) = value_in(words, verb, phrase, &places)?;
    // Left the job at another firm: that is read by a phrase of its own.
    let is_at_another = STATES[phrase.state].takes == Takes::Name
        && value.is_none()
        && matches!(&words[end..], [at, firm, ..] if at.is_one_of(&["at", "with", "by"]) && firm.is_name());
    if is_at_another {
        return None;
    }
    let gone = match places.gone {
        Some(range) => Some(value_of(words, range, STATES[phrase.state].takes)?.0),
        None => None,
    };
    let reading = Reading {
        state: phrase.state,
        phase: if is_new && phase == Phase::Holds { Phase::Turns } else { phase },
        owner,
        value,
        gone,
        is_whole: rest(&words[end..])?,
        is_doubtful: phrase.is_doubtful,
        is_negated: statement.is_negated && !statement.has_ended,
        is_now: (0..words.len()).any(|at| is_now(words, at)),
    };
    Some(aged(named(reading))).filter(fits)
}

/// Whether a word says that it is so now. That of New York does not.
fn is_now(words: &[Word<'_>], at: usize) -> bool {
    let is_in_name = words[at].is_name() && words.get(at + 1).is_some_and(Word::is_name);
    words[at].is_one_of(&NOW) && !is_in_name
}

/// What the name of something is, as what it is called.
fn named(mut reading: Reading) -> Reading {
    let words = &mut reading.owner.words;
    if reading.state == WORTH && words.len() > 1 && words.last().is_some_and(|word| word == "nam") {
        words.pop();
        if let Some(last) = words.last_mut() {
            let plain = last.trim_end_matches("'s").trim_end_matches("\u{2019}s").len();
            last.truncate(plain);
        }
        reading.state = NAME;
    }
    reading
}

/// A bare number as the age that it is: I'm 34, Nora turned 34.
fn aged(mut reading: Reading) -> Reading {
    let is_age = STATES[reading.state].takes == Takes::Age
        && (reading.owner.whose == Whose::Speaker || reading.phase == Phase::Turns);
    if let (true, Some(value)) = (is_age, &mut reading.value) {
        value.sort = Sort::Age;
    }
    reading
}

/// Whose state it is, and whether that is said to be a new one: my new number.
fn owner_in(words: &[Word<'_>], start: usize, phrase: &Phrase, places: &Places) -> Option<(Owner, bool)> {
    let is_own = STATES[phrase.state].takes == Takes::Any;
    match &places.thing {
        Some(thing) if is_own && phrase.is_of_its_subject() => {
            owner_of_thing(words, thing.clone()).map(|owner| (Owner { words: Vec::new(), ..owner }, false))
        }
        Some(thing) if !is_own => {
            let subject = subject_of(words, 0..start);
            // What "they" have is theirs, unless it is said whose.
            let is_whose = words[thing.start].is_one_of(&["my", "our", "the"]);
            let tellers: &[&str] = if is_whose { &["i", "we", "they"] } else { &["i", "we"] };
            let is_told = subject.is_empty() || words[subject.end - 1].is_one_of(tellers);
            owner(words, thing.clone()).filter(|_| is_told && subject.len() <= 1)
        }
        _ => owner(words, subject_of(words, 0..start)),
    }
}

/// What is so, and where the words of the phrase end with it. None if something else stands there.
fn value_in(words: &[Word<'_>], verb: usize, phrase: &Phrase, places: &Places) -> Option<(Option<Value>, usize)> {
    let takes = STATES[phrase.state].takes;
    if let Some(condition) = phrase.condition {
        let whom = match &places.value {
            Some(range) => Some(value_of(words, range.clone(), takes).filter(|(whom, _)| whom.sort == Sort::Name)?),
            None => None,
        };
        let end = whom.map_or(places.end, |(_, end)| end);
        return Some((Some(Value::condition(condition, shown(&words[verb..end]))), end));
    }
    if let (Takes::Any, Some(thing)) = (takes, &places.thing) {
        let of = owner_of_thing(words, thing.clone())?;
        let words_of = without_contract(of.words);
        let value = Value { words: words_of, shown: shown(&words[thing.clone()]), sort: Sort::Plain };
        return Some((Some(value), places.end));
    }
    let does = takes == Takes::Habit && phrase.phase == Phase::Holds;
    let found = match &places.value {
        Some(range) => Some(value_of(words, range.clone(), takes)?),
        None if does => Some((Value { words: Vec::new(), shown: String::new(), sort: Sort::Plain }, places.end)),
        None => None,
    };
    let Some((mut value, end)) = found else { return Some((None, places.end)) };
    if phrase.state == OWN {
        value.words = without_contract(value.words);
    }
    if does {
        value.words.insert(0, words[verb].stem.clone());
    }
    Some((Some(value), end))
}

/// Whether the value is one that the state takes.
fn fits(reading: &Reading) -> bool {
    let Some(value) = &reading.value else {
        return STATES[reading.state].takes != Takes::Worth
            || reading.phase == Phase::Ends
            || reading.phase == Phase::Turns && is_of_attribute(&reading.owner);
    };
    match STATES[reading.state].takes {
        Takes::Place => value.sort == Sort::Name,
        Takes::Name => value.sort == Sort::Name || value.is_any_employer(),
        Takes::Worth => value.is_measured() || is_of_attribute(&reading.owner),
        Takes::Age => value.sort == Sort::Age || value.sort == Sort::Amount(String::new()),
        Takes::Job => {
            let is_beside = |word: &String| BESIDE_A_JOB.iter().any(|beside| word.starts_with(beside));
            value.words.last().is_some_and(|word| !known(word).profession().is_empty())
                && !value.words.iter().any(is_beside)
        }
        Takes::Tier => value.is_tier(),
        Takes::Rival => value.words.iter().any(|word| !known(word).rival().is_empty()),
        Takes::Rank => value.words.iter().any(|word| RANKS.contains(&&**word)),
        Takes::Any | Takes::Condition | Takes::Habit => true,
    }
}

/// Whether it is something of which one has one.
fn is_of_attribute(owner: &Owner) -> bool {
    owner.words.last().is_some_and(|word| !known(word).attribute().is_empty())
}

/// A subscription to something, as that.
fn without_contract(mut words: Vec<String>) -> Vec<String> {
    if words.len() > 1 && words.last().is_some_and(|word| CONTRACTS.contains(&&**word)) {
        words.pop();
    }
    words
}

/// What becomes of the state, by the tense of the verb.
fn phase(words: &[Word<'_>], verb: usize, phrase: &Phrase, statement: &Statement) -> Option<Phase> {
    let before = &words[..verb];
    // Never stopped, didn't move: what the phrase says is denied. Only what holds can be read so, too.
    if phrase.phase != Phase::Holds && before.iter().any(|word| denies(&word.lower)) {
        return None;
    }
    let helper = before.iter().rev().find(|word| !word.is_one_of(&RECENTLY));
    let is_present_helper = helper.is_some_and(|word| word.is_one_of(&["is", "are", "am", "be"]));
    let is_perfect = before.iter().any(|word| word.is_one_of(&["have", "has"]));
    if before.iter().any(|word| word.is_one_of(&["had", "would", "used"])) {
        return None;
    }
    let is_past = (words[verb].is_past && !is_present_helper) || is_perfect;
    let is_negated = statement.is_negated || statement.has_ended;
    match phrase.phase {
        Phase::Holds if is_past => None,
        Phase::Holds => Some(if statement.has_ended { Phase::Ends } else { Phase::Holds }),
        _ if !is_past || (is_negated && !is_ended_itself(phrase, statement)) => None,
        other => Some(other),
    }
}

/// Whether what ends is said by the very phrase: "quit" and "stopped" mark the end of what follows elsewhere.
fn is_ended_itself(phrase: &Phrase, statement: &Statement) -> bool {
    phrase.phase == Phase::Ends && statement.has_ended && !statement.is_negated
}

/// Finds the words of a phrase from a place on, of which one stands at `key`.
fn places(words: &[Word<'_>], start: usize, key: usize, phrase: &Phrase) -> Option<Places> {
    let mut places = Places::default();
    let mut at = start;
    let mut has_key = false;
    for (number, part) in phrase.words.iter().enumerate() {
        if is_place(part) {
            let next = phrase.words.get(number + 1);
            let end = match next {
                Some(next) if is_place(next) => (at..words.len()).find(|&end| words[end].is_name())?,
                Some(next) => {
                    (at + 1..words.len().min(at + 1 + THING_WORDS_MAX)).find(|&end| words[end].stem == *next)?
                }
                None => words.len(),
            };
            if end == at {
                return None;
            }
            match part.as_str() {
                "*" => places.value = Some(at..end),
                "-" => places.gone = Some(at..end),
                "+" => return words[at].is_number().then(|| Places { end: end_of_value(words, at), ..places }),
                _ => places.thing = Some(at..if next.is_none() { end_of_value(words, at) } else { end }),
            }
            at = if part == "@" && next.is_none() { end_of_value(words, at) } else { end };
        } else {
            let skips = |word: &Word<'_>| {
                number > 0 && word.stem != *part && (word.is_one_of(&RECENTLY) || word.is_one_of(&DETERMINERS))
            };
            at += words[at..].iter().take_while(|word| skips(word)).count();
            if words.get(at)?.stem != *part {
                return None;
            }
            has_key |= at == key;
            at += 1;
        }
    }
    places.end = at;
    has_key.then_some(places)
}

/// The words that say who it is, without what stands around them.
fn subject_of(words: &[Word<'_>], range: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = range;
    let is_aside =
        |word: &Word<'_>| word.is_one_of(&RECENTLY) || word.is_one_of(&["well", "so", "oh", "hey", "ok", "yes"]);
    while start < end && is_aside(&words[start]) {
        start += 1;
    }
    if start + 2 < end && words[start].is_one_of(&["last", "this"]) && words[start + 1].is_span() {
        start += 2;
    }
    while start < end && (words[end - 1].is_one_of(&RECENTLY) || words[end - 1].is_one_of(&HELPERS)) {
        end -= 1;
    }
    // Of "my husband and I" one speaks.
    if end - start > 1 && words[end - 1].lower == "i" && words[end - 2].lower == "and" {
        start = end - 1;
    }
    start..end
}

/// Who or what these words are, and whether they say that it is a new one.
fn owner(words: &[Word<'_>], range: Range<usize>) -> Option<(Owner, bool)> {
    let said = &words[range.clone()];
    match said {
        [] => return None,
        [one] if one.lower == "i" => {
            let is_with = range.start.checked_sub(1).is_some_and(|before| words[before].lower == "and");
            let whose = if is_with { Whose::Company } else { Whose::Speaker };
            return Some((Owner { words: Vec::new(), whose }, false));
        }
        [one] if one.lower == "we" => return Some((Owner { words: Vec::new(), whose: Whose::Group }, false)),
        _ => {}
    }
    let is_determined = said[0].is_one_of(&DETERMINERS);
    let whose = match &*said[0].lower {
        "my" | "our" => Whose::Mine,
        "the" => Whose::Known,
        _ if is_determined => Whose::Another,
        _ => Whose::Known,
    };
    let rest = &said[usize::from(is_determined)..];
    // "My new car's colour" is that of another car.
    let new = rest.iter().position(|word| word.lower == "new");
    let is_new = new.is_some_and(|at| !rest[at..].iter().any(|word| word.cased.ends_with("'s")));
    let is_kept = |word: &&Word<'_>| !is_new || word.lower != "new";
    let plain: Vec<String> = rest.iter().filter(is_kept).map(|word| word.stem.clone()).collect();
    let plain = without_alias(plain);
    let plain = without_measure(plain);
    let is_plain = |word: &Word<'_>| !word.is_one_of(&ENDERS[..21]) && known(&word.lower).person().is_empty();
    let fits = (1..=NAME_WORDS_MAX).contains(&plain.len()) && rest.iter().all(is_plain);
    fits.then_some((Owner { words: plain, whose }, is_new))
}

/// A phone number is the number that people speak of.
fn without_alias(mut words: Vec<String>) -> Vec<String> {
    if words.last().is_some_and(|word| word == "number") {
        words.retain(|word| !PHONES.contains(&&**word));
    }
    words
}

/// The time of a meeting is when the meeting is, and the address of somebody's mail the mail.
fn without_measure(mut words: Vec<String>) -> Vec<String> {
    let is_measure = |words: &[String]| match words {
        [.., of, last] => matches!((&**of, &**last), (_, "tim" | "dat") | ("email" | "mail", "address")),
        _ => false,
    };
    if is_measure(&words) {
        words.pop();
    }
    words
}

/// What is the speaker's own, by its words, as that of the speaker.
fn owner_of_thing(words: &[Word<'_>], thing: Range<usize>) -> Option<Owner> {
    let said = &words[subject_of(words, thing)];
    let (first, rest) = said.split_first()?;
    let is_own = first.is_one_of(&["my", "our"]) && (1..=NAME_WORDS_MAX).contains(&rest.len());
    is_own.then(|| Owner { words: rest.iter().map(|word| word.stem.clone()).collect(), whose: Whose::Speaker })
}

fn shown(words: &[Word<'_>]) -> String {
    words.iter().map(|word| word.cased).collect::<Vec<_>>().join(" ")
}

/// Where the words of a value end that begin here.
fn end_of_value(words: &[Word<'_>], start: usize) -> usize {
    let goes_on =
        |word: &&Word<'_>| !word.is_one_of(&ENDERS) && !word.is_one_of(&RECENTLY) && !word.is_one_of(&["this"]);
    start + words[start..].iter().take_while(goes_on).count()
}

/// The value, and where it ends.
fn value_of(words: &[Word<'_>], range: Range<usize>, takes: Takes) -> Option<(Value, usize)> {
    let mut start = range.start;
    while start < range.end && (words[start].is_one_of(&DETERMINERS[..5]) || words[start].is_one_of(&RECENTLY)) {
        start += 1;
    }
    let is_next_day =
        words[start..range.end].get(1).is_some_and(Word::is_day) && words[start].is_one_of(&["next", "this"]);
    start += usize::from(is_next_day);
    let first = words.get(start)?;
    let end = end_of_value(words, start).min(range.end);
    let said = &words[start..end];
    if let Some(number) = telephone(said) {
        return Some((Value { words: vec![number], shown: shown(said), sort: Sort::Amount(String::new()) }, end));
    }
    if takes == Takes::Age {
        return age(said).map(|value| (value, end));
    }
    if said.is_empty() || said.len() > NAME_WORDS_MAX {
        return None;
    }
    let stems = || said.iter().map(|word| word.stem.clone()).collect::<Vec<_>>();
    let (value, sort) = if takes != Takes::Worth && takes != Takes::Any && !first.is_number() {
        let is_named = takes != Takes::Rank && said.iter().all(Word::is_name);
        (stems(), if is_named { Sort::Name } else { Sort::Plain })
    } else if first.is_day() && said.len() == 1 {
        (stems(), Sort::Day)
    } else if said.len() == 2 && said.iter().any(Word::is_month) && said.iter().any(Word::is_number) {
        let (month, day) = if first.is_month() { (first, &said[1]) } else { (&said[1], first) };
        (vec![known(&month.lower).month?.to_owned(), digits(&day.lower).0], Sort::Date)
    } else if first.is_number() {
        let (number, unit) = digits(&first.lower);
        let unit = if unit.is_empty() { said.get(1).map_or(String::new(), |word| word.stem.clone()) } else { unit };
        let is_clock = first.lower.contains(':') || matches!(&*unit, "am" | "pm");
        let is_whole = said.len() <= 2 || is_clock;
        let sort = if is_clock { Sort::Clock } else { Sort::Amount(unit.clone()) };
        return is_whole.then(|| {
            let words = if is_clock { vec![number, unit] } else { vec![number] };
            (Value { words, shown: shown(said), sort }, end)
        });
    } else {
        (stems(), if said.iter().all(Word::is_name) { Sort::Name } else { Sort::Plain })
    };
    Some((Value { words: value, shown: shown(said), sort }, end))
}

/// A telephone number in pieces: 030 123 4567.
fn telephone(said: &[Word<'_>]) -> Option<String> {
    let is_digits = |word: &Word<'_>| word.lower.bytes().all(|c| c.is_ascii_digit() || c == b'-');
    let is_whole = said.len() > 1 && said.iter().all(is_digits);
    let digits = said.iter().map(|word| &*word.lower).collect::<String>();
    (is_whole && phones::may_be(&digits)).then_some(digits)
}

/// 34, 34 years old; how old without "years" it is only where it can be nothing else.
fn age(said: &[Word<'_>]) -> Option<Value> {
    let (first, unit) = said.split_first()?;
    let years: u32 = known(&first.lower).number.unwrap_or(&first.lower).parse().ok()?;
    let sort = match unit {
        [] => Sort::Amount(String::new()),
        [unit] if unit.is_one_of(&["yo", "years"]) => Sort::Age,
        [unit, old] if unit.is_one_of(&["year", "years"]) && old.lower == "old" => Sort::Age,
        _ => return None,
    };
    (1..=AGE_MAX).contains(&years).then(|| Value { words: vec![years.to_string()], shown: shown(said), sort })
}

/// The number that a word is or begins with, without commas, and the unit that ends it.
fn digits(lower: &str) -> (String, String) {
    if let Some(number) = known(lower).number {
        return (number.to_owned(), String::new());
    }
    let end = lower.find(|c: char| !c.is_ascii_digit() && !".,:-".contains(c)).unwrap_or(lower.len());
    let unit = lower[end..].trim_start_matches("st").trim_start_matches("nd").trim_start_matches("rd");
    (lower[..end].replace(',', ""), english::stem(unit.trim_start_matches("th")))
}

/// Whether nothing is said beside; None if that changes what is said.
fn rest(words: &[Word<'_>]) -> Option<bool> {
    let mut rest = words;
    loop {
        rest = match rest {
            [] => return Some(true),
            [one, after @ ..] if one.is_one_of(&RECENTLY) => after,
            [one, span, after @ ..] if one.is_one_of(&["last", "this"]) && span.is_span() => after,
            [one, ..] => {
                let is_for_a_while = one.lower == "for" && rest.iter().any(|word| word.is_one_of(&SPANS[..2]));
                let changes = is_for_a_while || rest.iter().any(|word| word.is_number() || word.is_one_of(&NOT_NOW));
                return (one.is_one_of(&BESIDE) && !changes).then_some(false);
            }
        };
    }
}
