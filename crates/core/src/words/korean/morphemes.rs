//! Cuts a word into morphemes: the likeliest way through all that a dictionary knows in it (Viterbi).
//!
//! A word is nouns and particles (동네 + 에서), stems and endings (먹 + 었 + 어요), and both in turn (이사 + 하 + 였다). What no
//! dictionary knows is taken for a noun, since most such words are names.

use super::hangul::{self, Syllable, coda};
use super::inflection::{Taken, stems};
use super::particle_allowed;

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

const CLASSES: [Class; 4] = [Class::Noun, Class::Stem, Class::Ending, Class::Particle];

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
const MORPHEME_MAX: usize = 8;

/// Syllables of the longest ending that is looked up.
const ENDING_MAX: usize = 5;

/// What a noun costs that no dictionary knows, and what each of its syllables does: more than any two known morphemes, so that names are
/// cut out only where nothing else fits.
const UNKNOWN: f32 = 14.0;
const UNKNOWN_SYLLABLE: f32 = 5.0;

/// What a particle costs: there are few, and they are frequent.
const PARTICLE: f32 = 4.0;

/// The past's 었 where a stem has taken it in.
const PAST: f32 = 3.0;

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
    from: (usize, Option<Class>),
    token: Option<u16>,
}

/// Steps by the syllable after which they end and their class.
type Steps = Vec<[Option<Step>; CLASSES.len()]>;

struct Lattice<'a, F> {
    word: &'a [char],
    find: F,
    steps: Steps,
}

/// The known nouns and stems of `word`, in order. `find` looks a morpheme up by its class and form.
pub fn cut(word: &str, find: impl Fn(Class, &[char]) -> Option<Known>, out: &mut Vec<u16>) {
    let word: Vec<char> = word.chars().collect();
    if word.is_empty() || word.len() > SYLLABLES_MAX {
        return;
    }
    let mut lattice = Lattice { word: &word, find, steps: vec![[None; CLASSES.len()]; word.len() + 1] };
    for at in 0..word.len() {
        lattice.leave(at);
    }
    lattice.trace(out);
}

impl<F: Fn(Class, &[char]) -> Option<Known>> Lattice<'_, F> {
    /// Takes every step that begins at the syllable `at`.
    fn leave(&mut self, at: usize) {
        let is_reached = at == 0 || self.steps[at].iter().any(Option::is_some);
        if !is_reached {
            return;
        }
        for end in at + 1..=self.word.len().min(at + MORPHEME_MAX) {
            self.unchanging(at, end);
            self.inflected(at, end);
            if at > 0 && end - at <= ENDING_MAX {
                self.ending(at, end);
                self.particle(at, end);
            }
        }
    }

    fn unchanging(&mut self, at: usize, end: usize) {
        let word = self.word;
        let unknown = UNKNOWN + UNKNOWN_SYLLABLE * (end - at) as f32;
        match (self.find)(Class::Noun, &word[at..end]) {
            Some(known) => self.step(at, end, [Class::Noun; 2], known.cost, Some(known.token)),
            None => self.step(at, end, [Class::Noun; 2], unknown, None),
        }
    }

    /// Stems, with as much of the ending as they have taken in.
    fn inflected(&mut self, at: usize, end: usize) {
        let word = self.word;
        stems(&word[at..end], |stem, taken| {
            let Some(known) = (self.find)(Class::Stem, stem) else { return };
            let token = Some(known.token);
            match taken {
                Taken::Nothing => self.step(at, end, [Class::Stem; 2], known.cost, token),
                Taken::Past => self.step(at, end, [Class::Stem, Class::Ending], known.cost + PAST, token),
                Taken::Vowel => {
                    self.step(at, end, [Class::Stem, Class::Ending], known.cost + BARE, token);
                    self.rest_of_ending(at, end, '어', known);
                }
                Taken::Consonant(consonant) => self.rest_of_ending(at, end, hangul::letter(consonant), known),
            }
        });
    }

    /// Endings that begin with what the stem from `at` to `end` has taken in, and go on after it.
    fn rest_of_ending(&mut self, at: usize, end: usize, first: char, stem: Known) {
        let mut form = vec![first];
        for until in end..=self.word.len().min(end + ENDING_MAX) {
            form.truncate(1);
            form.extend_from_slice(&self.word[end..until]);
            if let Some(known) = (self.find)(Class::Ending, &form) {
                self.step(at, until, [Class::Stem, Class::Ending], stem.cost + known.cost, Some(stem.token));
            }
        }
    }

    fn ending(&mut self, at: usize, end: usize) {
        let mut form = self.word[at..end].to_vec();
        // Dictionaries have endings in one of their two forms: 아 and 어, 았 and 었.
        form[0] = match form[0] {
            '아' | '여' => '어',
            '았' | '였' => '었',
            other => other,
        };
        if let Some(known) = (self.find)(Class::Ending, &form) {
            self.step(at, end, [Class::Ending; 2], known.cost, None);
        }
    }

    fn particle(&mut self, at: usize, end: usize) {
        let word = self.word;
        if particle_allowed(word[at - 1], &word[at..end]) {
            self.step(at, end, [Class::Particle; 2], PARTICLE, None);
        } else if let Some(known) = (self.find)(Class::Particle, &word[at..end]) {
            self.step(at, end, [Class::Particle; 2], known.cost, None);
        }
    }

    /// Takes a step from the best of the ways that lead to `at`, if no better one is known: it begins in the class `first` and ends in `last`.
    fn step(&mut self, at: usize, end: usize, [first, last]: [Class; 2], cost: f32, token: Option<u16>) {
        let reached = |before: Option<Class>| match before {
            None => (at == 0).then_some(0.0),
            Some(class) => self.steps[at][class as usize].map(|step| step.cost),
        };
        let ways = [None].into_iter().chain(CLASSES.map(Some)).filter_map(|before| {
            let cost = reached(before)? + joint(before, first)? + cost;
            Some(Step { cost, from: (at, before), token })
        });
        let Some(best) = ways.min_by(|a, b| a.cost.total_cmp(&b.cost)) else { return };
        let known = &mut self.steps[end][last as usize];
        if known.is_none_or(|known| best.cost < known.cost) {
            *known = Some(best);
        }
    }

    /// The tokens of the best way to the end, in order.
    fn trace(&self, out: &mut Vec<u16>) {
        let before = out.len();
        let mut at = self.word.len();
        let ends = CLASSES.into_iter().filter(|&class| class != Class::Stem || self.is_bare_stem());
        let cost = |class: &Class| self.steps[at][*class as usize].map_or(f32::INFINITY, |step| step.cost);
        let mut class = ends.min_by(|a, b| cost(a).total_cmp(&cost(b)));
        while let Some(step) = class.and_then(|class| self.steps[at][class as usize]) {
            out.extend(step.token);
            (at, class) = step.from;
        }
        out[before..].reverse();
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
        (Class::Ending, "어서"),
        (Class::Ending, "는"),
    ];

    fn find(class: Class, form: &[char]) -> Option<Known> {
        let form: String = form.iter().collect();
        let token = DICTIONARY.iter().position(|&entry| entry == (class, form.as_str()))?;
        Some(Known { token: token as u16, cost: 5.0 })
    }

    fn read(word: &str) -> Vec<&'static str> {
        let mut out = Vec::new();
        cut(word, find, &mut out);
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
