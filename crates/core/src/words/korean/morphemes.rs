//! Cuts a word into morphemes: the likeliest way through all that a dictionary knows in it (Viterbi).
//!
//! A word is nouns and particles (동네 + 에서), stems and endings (먹 + 었 + 어요), and both in turn (이사 + 하 + 였다). What no
//! dictionary knows is taken for a noun, since most such words are names.

use super::dictionary::{Dictionary, Node};
use super::hangul::{self, Syllable, coda};
use super::inflection::{self, Taken};

/// What a morpheme is, for what may follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Stands by itself: nouns, adverbs, and everything else that does not change.
    Noun,
    /// A verb's or an adjective's stem: an ending must follow, though it may be heard in the stem itself.
    Stem,
    /// An ending of those.
    Ending,
    /// A particle or suffix of a noun.
    Particle,
}

/// All of them, in the order of their numbers.
pub const CLASSES: [Class; 4] = [Class::Noun, Class::Stem, Class::Ending, Class::Particle];

/// A morpheme that the dictionary knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// Its number there.
    pub token: u16,
    /// How rarely it is used: the negative logarithm of its probability.
    pub cost: f32,
}

/// Syllables up to which a word is cut: nobody writes longer ones without a space, but hostile texts may.
pub const SYLLABLES_MAX: usize = 20;

/// Syllables of the longest morpheme that is looked up.
pub const MORPHEME_MAX: usize = 8;

/// Syllables of the longest ending that is looked up.
const ENDING_MAX: usize = 5;

/// What a noun costs that no dictionary knows, and what each of its syllables does: more than any two known morphemes, so that names are
/// cut out only where nothing else fits.
const UNKNOWN: f32 = 14.0;
const UNKNOWN_SYLLABLE: f32 = 5.0;

/// What a syllable of an unknown noun costs where spaces may have been left out: more, since a word is short, and what follows it is no part of a name.
const UNKNOWN_SYLLABLE_RUN_TOGETHER: f32 = 8.0;

/// What a noun costs that is in no dictionary, and known to be one all the same: as much as a rare one that is.
const NAME: f32 = 12.0;

/// What a particle costs: there are few, and they are frequent.
const PARTICLE: f32 = 4.0;

/// The past's 었 where a stem has taken it in.
const PAST: f32 = 3.0;

/// The honorific 시 where it has taken in an ending, or the beginning of one: as much as where it stands by itself.
const HONORIFIC: f32 = 6.0;

/// An ending of one vowel where a stem has taken it in.
const BARE: f32 = 4.0;

/// What it costs that one follows the other without a space between, beyond what they cost themselves. `None`: it does not.
fn joint(before: Option<Class>, next: Class) -> Option<f32> {
    use Class::{Ending, Noun, Particle, Stem};
    match (before, next) {
        (None, Noun | Stem) | (Some(Noun), Particle) | (Some(Stem | Ending), Ending) => Some(0.0),
        (Some(Particle), Particle) | (Some(Ending), Stem) => Some(1.0), // 가 봤어 written as one
        (Some(Noun), Stem) | (Some(Ending), Particle) => Some(2.0),
        // Compounds; 친구예요; spaces left out.
        (Some(Noun), Noun | Ending) | (Some(Particle), Ending | Stem) | (Some(Ending | Particle), Noun) => Some(5.0),
        (None, Ending | Particle) | (Some(Stem), Noun | Stem | Particle) => None,
    }
}

/// The best way to one place, ending in one class.
#[derive(Clone, Copy)]
struct Step {
    cost: f32,
    /// After which syllable it begins, and in which class what came before it ends; none at the beginning of the word.
    from: (u8, Option<Class>),
    token: Option<u16>,
}

/// The best way to leave one place: what it has cost so far, and the class in which it ends.
type Way = Option<(f32, Option<Class>)>;

/// What nouns cost that no dictionary has.
#[derive(Clone, Copy)]
struct Names<'a> {
    /// Whether the syllables from one to before another are known to be one.
    are_known: &'a dyn Fn(usize, usize) -> bool,
    /// What a syllable of another costs.
    syllable: f32,
}

const NO_NAMES: Names<'static> = Names { are_known: &|_, _| false, syllable: UNKNOWN_SYLLABLE };

struct Lattice<'a> {
    word: &'a [char],
    dictionary: &'a Dictionary,
    names: Names<'a>,
    /// Steps by the syllable after which they end and their class.
    steps: [[Option<Step>; CLASSES.len()]; SYLLABLES_MAX + 1],
}

/// A morpheme of a word, as it was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its syllables, from this one on,
    pub start: usize,
    /// up to this one. An ending that a stem has taken in is among the stem's.
    pub end: usize,
    /// Its class; with a stem that has taken in its ending, that of an ending.
    pub class: Class,
    /// Which known noun or stem it is, if it is one.
    pub token: Option<u16>,
}

/// The known nouns and stems of `word`, in order.
pub fn cut(word: &str, dictionary: &Dictionary, out: &mut Vec<u16>) {
    let before = out.len();
    backwards(word, dictionary, NO_NAMES, |part| out.extend(part.token));
    out[before..].reverse();
}

/// All that `word` is made of, in order; nothing if it is too long to be one.
pub fn parts(word: &str, dictionary: &Dictionary) -> Vec<Part> {
    named_parts(word, dictionary, NO_NAMES)
}

/// The same of several words of which the spaces were left out; `is_name` says whether the syllables from one to before another are a noun that no
/// dictionary has.
pub fn parts_run_together(word: &str, dictionary: &Dictionary, is_name: &dyn Fn(usize, usize) -> bool) -> Vec<Part> {
    named_parts(word, dictionary, Names { are_known: is_name, syllable: UNKNOWN_SYLLABLE_RUN_TOGETHER })
}

fn named_parts(word: &str, dictionary: &Dictionary, names: Names<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    backwards(word, dictionary, names, |part| parts.push(part));
    parts.reverse();
    parts
}

/// Names what `word` is made of, the last first.
fn backwards(word: &str, dictionary: &Dictionary, names: Names<'_>, name: impl FnMut(Part)) {
    let mut syllables = ['\0'; SYLLABLES_MAX];
    let mut length = 0;
    for syllable in word.chars() {
        let Some(place) = syllables.get_mut(length) else { return };
        *place = syllable;
        length += 1;
    }
    let steps = [[None; CLASSES.len()]; SYLLABLES_MAX + 1];
    let mut lattice = Lattice { word: &syllables[..length], dictionary, names, steps };
    (0..length).for_each(|at| lattice.leave(at));
    lattice.trace(name);
}

impl Lattice<'_> {
    /// Takes every step that begins at the syllable `at`.
    fn leave(&mut self, at: usize) {
        let ways = CLASSES.map(|first| self.way(at, first));
        if ways.iter().all(Option::is_none) {
            return;
        }
        let mut nodes = [None; MORPHEME_MAX + 1]; // where each number of syllables from here leads
        nodes[0] = Some(self.dictionary.root());
        for end in at + 1..=self.word.len().min(at + MORPHEME_MAX) {
            let read = end - at;
            let node = nodes[read - 1].and_then(|node| self.dictionary.child(node, self.word[end - 1]));
            nodes[read] = node;
            self.unchanged(at, end, node, &ways);
            self.inflected(at, end, &nodes[..read], &ways);
        }
        self.varied_endings(at, &ways);
        self.honorific(at, ways[Class::Ending as usize]);
    }

    /// The best way to `at` that something of the class `first` may follow.
    fn way(&self, at: usize, first: Class) -> Way {
        let reached = |before: Option<Class>| match before {
            None => (at == 0).then_some(0.0),
            Some(class) => self.steps[at][class as usize].map(|step| step.cost),
        };
        let ways = [None].into_iter().chain(CLASSES.map(Some));
        ways.filter_map(|before| Some((reached(before)? + joint(before, first)?, before)))
            .min_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// What the syllables are as they stand; if no noun, then one that no dictionary knows.
    fn unchanged(&mut self, at: usize, end: usize, node: Option<Node>, ways: &[Way; CLASSES.len()]) {
        let dictionary = self.dictionary;
        let known = |class| node.and_then(|node| dictionary.known(node, class));
        let noun = known(Class::Noun);
        let is_name = (self.names.are_known)(at, end);
        let unknown = if is_name { NAME } else { UNKNOWN + self.names.syllable * (end - at) as f32 };
        let cost = noun.map_or(unknown, |noun| noun.cost);
        self.step(at, end, Class::Noun, ways[Class::Noun as usize], cost, noun.map(|noun| noun.token));
        for class in [Class::Stem, Class::Ending, Class::Particle] {
            let Some(known) = known(class) else { continue };
            let token = (class == Class::Stem).then_some(known.token);
            self.step(at, end, class, ways[class as usize], known.cost, token);
        }
        if at > 0 && node.is_some_and(|node| dictionary.is_particle(node, self.word[at - 1])) {
            self.step(at, end, Class::Particle, ways[Class::Particle as usize], PARTICLE, None);
        }
    }

    /// Stems whose last syllables have changed, with as much of the ending as they have taken in.
    fn inflected(&mut self, at: usize, end: usize, nodes: &[Option<Node>], ways: &[Way; CLASSES.len()]) {
        let (word, dictionary, way) = (self.word, self.dictionary, ways[Class::Stem as usize]);
        if way.is_none() || nodes[nodes.len().saturating_sub(2)..].iter().all(Option::is_none) {
            return;
        }
        inflection::changed(&word[at..end], |stem| {
            let known = nodes[stem.kept].and_then(|node| {
                let node = dictionary.child(node, stem.changed)?;
                let node = stem.added.map_or(Some(node), |added| dictionary.child(node, added))?;
                dictionary.known(node, Class::Stem)
            });
            let Some(known) = known else { return };
            let token = Some(known.token);
            match stem.taken {
                Taken::Nothing => self.step(at, end, Class::Stem, way, known.cost, token),
                Taken::Past => self.step(at, end, Class::Ending, way, known.cost + PAST, token),
                Taken::Vowel => {
                    self.step(at, end, Class::Ending, way, known.cost + BARE, token);
                    self.rest_of_ending(at, end, '어', way, known.cost, token);
                }
                Taken::Consonant(consonant) => {
                    self.rest_of_ending(at, end, hangul::letter(consonant), way, known.cost, token);
                }
            }
        });
    }

    /// The honorific 시 from `at` on that has taken in what follows: 하셔, 나가셨대, 받으심.
    fn honorific(&mut self, at: usize, way: Way) {
        if way.is_none() {
            return;
        }
        let heard = if self.word[at] == '으' { at + 1 } else { at };
        let Some(taken) = self.word.get(heard).and_then(|&syllable| inflection::honorific(syllable)) else { return };
        let end = heard + 1;
        match taken {
            Taken::Nothing => {}
            Taken::Past => self.step(at, end, Class::Ending, way, HONORIFIC + PAST, None),
            Taken::Vowel => {
                self.step(at, end, Class::Ending, way, HONORIFIC + BARE, None);
                self.rest_of_ending(at, end, '어', way, HONORIFIC, None);
            }
            Taken::Consonant(consonant) => {
                self.rest_of_ending(at, end, hangul::letter(consonant), way, HONORIFIC, None);
            }
        }
    }

    /// Endings that begin with what a morpheme from `at` to `end`, of that `cost`, has taken in, and go on after it.
    fn rest_of_ending(&mut self, at: usize, end: usize, first: char, way: Way, cost: f32, token: Option<u16>) {
        let mut node = self.dictionary.child(self.dictionary.root(), first);
        for until in end..=self.word.len().min(end + ENDING_MAX) {
            if until > end {
                node = node.and_then(|node| self.dictionary.child(node, self.word[until - 1]));
            }
            let Some(node) = node else { return };
            if let Some(known) = self.dictionary.known(node, Class::Ending) {
                self.step(at, until, Class::Ending, way, cost + known.cost, token);
            }
        }
    }

    /// Endings of which dictionaries have the other form: 아 is 어, 았 is 었.
    fn varied_endings(&mut self, at: usize, ways: &[Way; CLASSES.len()]) {
        let first = match self.word[at] {
            '아' | '여' => '어',
            '았' | '였' => '었',
            _ => return,
        };
        let mut node = self.dictionary.child(self.dictionary.root(), first);
        for end in at + 1..=self.word.len().min(at + ENDING_MAX) {
            if end > at + 1 {
                node = node.and_then(|node| self.dictionary.child(node, self.word[end - 1]));
            }
            let Some(node) = node else { return };
            if let Some(known) = self.dictionary.known(node, Class::Ending) {
                self.step(at, end, Class::Ending, ways[Class::Ending as usize], known.cost, None);
            }
        }
    }

    /// Takes a step to `end`, in the class `last`, if no better one is known.
    fn step(&mut self, at: usize, end: usize, last: Class, way: Way, cost: f32, token: Option<u16>) {
        let Some((before, class)) = way else { return };
        let (cost, known) = (before + cost, &mut self.steps[end][last as usize]);
        if known.is_none_or(|known| cost < known.cost) {
            *known = Some(Step { cost, from: (at as u8, class), token });
        }
    }

    /// What the best way to the end is made of, the last first.
    fn trace(&self, mut name: impl FnMut(Part)) {
        let mut at = self.word.len();
        let ends = CLASSES.into_iter().filter(|&class| class != Class::Stem || self.is_bare_stem());
        let cost = |class: &Class| self.steps[at][*class as usize].map_or(f32::INFINITY, |step| step.cost);
        let mut last = ends.min_by(|a, b| cost(a).total_cmp(&cost(b)));
        while let Some((class, step)) = last.and_then(|class| Some((class, self.steps[at][class as usize]?))) {
            let start = usize::from(step.from.0);
            name(Part { start, end: at, class, token: step.token });
            (at, last) = (start, step.from.1);
        }
    }

    /// Whether the word's last syllable can be a stem that is used without an ending: 가, 서, 보내.
    fn is_bare_stem(&self) -> bool {
        self.word.last().and_then(|&last| Syllable::of(last)).is_some_and(|last| last.coda == coda::NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DICTIONARY: &[(Class, &str)] = &[
        (Class::Stem, "하"),
        (Class::Stem, "가"),
        (Class::Stem, "먹"),
        (Class::Stem, "주"),
        (Class::Stem, "맵"),
        (Class::Stem, "보"),
        (Class::Stem, "모르"),
        (Class::Noun, "이사"),
        (Class::Noun, "두부"),
        (Class::Noun, "가게"),
        (Class::Noun, "부산"),
        (Class::Noun, "학교"),
        (Class::Ending, "었"),
        (Class::Ending, "어"),
        (Class::Ending, "어요"),
        (Class::Ending, "다"),
        (Class::Ending, "ᆫ"),
        (Class::Ending, "ᆫ데"),
        (Class::Ending, "ᆸ니다"),
        (Class::Ending, "ᆷ"),
        (Class::Ending, "ᆫ대"),
        (Class::Stem, "만들"),
        (Class::Ending, "어서"),
        (Class::Ending, "는"),
    ];

    fn read(word: &str) -> Vec<&'static str> {
        let entries = DICTIONARY.iter().enumerate().map(|(token, &(class, form))| (token as u16, class, form));
        let mut out = Vec::new();
        cut(word, &Dictionary::new(0, entries), &mut out);
        out.into_iter().map(|token| DICTIONARY[usize::from(token)].1).collect()
    }

    #[test]
    fn words_are_cut_into_what_they_are_made_of() {
        for (word, parts) in [
            ("갔어요", &["가"][..]),
            ("이사했어요", &["이사", "하"]),
            ("먹었다", &["먹"]),
            ("매운", &["맵"]),
            ("매운데", &["맵"]),
            ("매워서", &["맵"]),
            ("몰라요", &["모르"]),
            ("갑니다", &["가"]),
            ("줬어", &["주"]),
            ("가봤어", &["가", "보"]),
            ("두부가게에서", &["두부", "가게"]),
            ("부산으로", &["부산"]),
            ("학교까지는", &["학교"]),
            ("이사하셔", &["이사", "하"]),
            ("이사하신대", &["이사", "하"]),
            ("이사하셨다", &["이사", "하"]),
            ("만드심", &["만들"]),
            ("만듦", &["만들"]),
            ("먹으셔서", &["먹"]),
            ("아이게림이", &[]),
            ("ㅋㅋㅋ", &[]),
            ("", &[]),
        ] {
            assert_eq!(read(word), parts, "{word}");
        }
    }

    proptest! {
        #[test]
        fn any_word_is_cut_without_a_panic(word in "[가-힣ㄱ-ㅣ]{0,25}") {
            read(&word);
        }
    }
}
