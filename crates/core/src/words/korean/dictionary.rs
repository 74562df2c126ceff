//! Morphemes by their forms, as a trie: whatever begins with the same syllables is looked up in one walk, which ends where no form goes
//! on. Most of what is asked for is in no dictionary.

use super::morphemes::{CLASSES, Class, Known, MORPHEME_MAX};
use super::{After, PARTICLES, RARER_PARTICLES};

/// Rank of a morpheme from which on its frequency falls by Zipf's law; the most frequent ones differ less (Mandelbrot).
const ZIPF_SHIFT: f32 = 10.0;

/// The logarithm of what 1 / (rank + 10) sums to over some ten thousand ranks, about 8.
const ZIPF_SUM_LN: f32 = 2.1;

/// A trie of the forms of morphemes and particles. That of 35,000 is made in some 2 ms, since nothing is sorted for it.
pub struct Dictionary {
    /// What the form of each node is; the first node's is empty.
    forms: Vec<Form>,
    /// The edges, by hash: [`edge`], and in the lowest bits where it leads; 0 is free. More than half of the slots are.
    edges: Vec<u64>,
    /// The token of the most frequent morpheme.
    first: u16,
}

/// A place in the trie: the characters read so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node(u32);

/// What the characters that lead to a node are.
#[derive(Clone, Copy)]
struct Form {
    /// The morpheme of each class.
    tokens: [u16; CLASSES.len()],
    /// What it must follow, if it is a particle.
    particle: Option<After>,
}

const NO_TOKEN: u16 = u16::MAX;

/// Bits in which a node is numbered: 65,535 morphemes of 8 syllables have fewer nodes.
const NODE_BITS: u32 = 20;

/// 2^64 over the golden ratio: the upper half of a multiple is a good hash, and quick to have (Knuth, volume 3, 6.4).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A node and the character read there, as one number.
fn edge(node: Node, character: char) -> u64 {
    (u64::from(node.0) << 21 | u64::from(character)) << NODE_BITS
}

impl Dictionary {
    /// The trie of some morphemes, whose tokens are numbered from `first` on, the most frequent first; and of the particles.
    pub fn new<'a>(first: u16, morphemes: impl Iterator<Item = (u16, Class, &'a str)>) -> Self {
        let slots = (2 * morphemes.size_hint().1.unwrap_or_default()).next_power_of_two();
        let mut trie = Self { forms: vec![Form::NONE], edges: vec![0; slots.max(2)], first };
        for (token, class, form) in morphemes {
            if let Some(form) = trie.form_mut(form) {
                form.tokens[class as usize] = token;
            }
        }
        for &(particle, after) in PARTICLES.iter().chain(RARER_PARTICLES) {
            if let Some(form) = trie.form_mut(particle) {
                form.particle = Some(after);
            }
        }
        trie
    }

    /// The form, with a way there; none if it is longer than what is looked up.
    fn form_mut(&mut self, form: &str) -> Option<&mut Form> {
        if form.chars().count() > MORPHEME_MAX {
            return None;
        }
        let node = form.chars().fold(self.root(), |node, character| self.child_or_new(node, character));
        Some(&mut self.forms[node.0 as usize])
    }

    fn child_or_new(&mut self, node: Node, character: char) -> Node {
        let edge = edge(node, character);
        let slot = self.slot(edge);
        if self.edges[slot] != 0 {
            return target(self.edges[slot]);
        }
        let new = Node(self.forms.len() as u32);
        self.edges[slot] = edge | u64::from(new.0);
        self.forms.push(Form::NONE);
        if 2 * self.forms.len() > self.edges.len() {
            self.grow();
        }
        new
    }

    fn grow(&mut self) {
        let more = vec![0; 2 * self.edges.len()];
        let edges = std::mem::replace(&mut self.edges, more);
        for edge in edges.into_iter().filter(|&edge| edge != 0) {
            let slot = self.slot(edge);
            self.edges[slot] = edge;
        }
    }

    /// Where the edge is, or the free slot in which it would be.
    fn slot(&self, edge: u64) -> usize {
        let last = self.edges.len() - 1; // as bits, all 1
        let mut slot = ((edge >> NODE_BITS).wrapping_mul(GOLDEN) >> 32) as usize & last;
        while self.edges[slot] != 0 && self.edges[slot] >> NODE_BITS != edge >> NODE_BITS {
            slot = (slot + 1) & last;
        }
        slot
    }

    /// Where nothing has been read.
    pub fn root(&self) -> Node {
        Node(0)
    }

    /// Where one more character leads.
    pub fn child(&self, node: Node, character: char) -> Option<Node> {
        let found = self.edges[self.slot(edge(node, character))];
        (found != 0).then_some(target(found))
    }

    /// The morpheme of this class that the characters which led here are.
    pub fn known(&self, node: Node, class: Class) -> Option<Known> {
        let token = self.forms[node.0 as usize].tokens[class as usize];
        let cost = || (f32::from(token.saturating_sub(self.first)) + ZIPF_SHIFT).ln() + ZIPF_SUM_LN;
        (token != NO_TOKEN).then(|| Known { token, cost: cost() })
    }

    /// Whether the characters that led here are a particle which may follow the syllable `before`.
    pub fn is_particle(&self, node: Node, before: char) -> bool {
        self.forms[node.0 as usize].particle.is_some_and(|after| after.allows(before))
    }
}

impl Form {
    const NONE: Self = Self { tokens: [NO_TOKEN; CLASSES.len()], particle: None };
}

/// Where an edge leads.
fn target(edge: u64) -> Node {
    Node((edge & ((1 << NODE_BITS) - 1)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn node(dictionary: &Dictionary, form: &str) -> Option<Node> {
        form.chars().try_fold(dictionary.root(), |node, character| dictionary.child(node, character))
    }

    fn found(dictionary: &Dictionary, class: Class, form: &str) -> Option<u16> {
        dictionary.known(node(dictionary, form)?, class).map(|known| known.token)
    }

    #[test]
    fn particles_are_in_every_dictionary_and_each_once() {
        let dictionary = Dictionary::new(0, std::iter::empty());
        let all: Vec<&str> = PARTICLES.iter().chain(RARER_PARTICLES).map(|entry| entry.0).collect();
        for &particle in &all {
            let node = node(&dictionary, particle).expect("it was put there");
            assert!(dictionary.is_particle(node, '산') || dictionary.is_particle(node, '지'), "{particle}");
            assert_eq!(all.iter().filter(|&&other| other == particle).count(), 1, "{particle}");
        }
        assert!(!dictionary.is_particle(dictionary.root(), '산'));
    }

    #[test]
    fn what_is_more_frequent_costs_less() {
        let dictionary = Dictionary::new(7, [(7, Class::Noun, "집"), (8, Class::Noun, "길")].into_iter());
        let cost = |form| dictionary.known(node(&dictionary, form)?, Class::Noun).map(|known| known.cost);
        assert!(cost("집") < cost("길"));
    }

    proptest! {
        #[test]
        fn what_went_in_is_found_and_nothing_else(
            nouns in proptest::collection::btree_set("[가-깋]{0,9}", 0..200),
            stems in proptest::collection::btree_set("[가나다ab]{0,4}", 0..40),
            asked in "[가나다ab]{0,5}",
        ) {
            let all = nouns.iter().map(|form| (Class::Noun, form)).chain(stems.iter().map(|form| (Class::Stem, form)));
            let all = all.enumerate().map(|(token, (class, form))| (token as u16, class, form.as_str()));
            let dictionary = Dictionary::new(0, all);
            let is_short = |form: &String| form.chars().count() <= MORPHEME_MAX;
            for form in nouns.iter().chain(&stems).chain([&asked]) {
                let noun = nouns.iter().position(|noun| noun == form && is_short(noun)).map(|at| at as u16);
                let stem = stems.iter().position(|stem| stem == form).map(|at| (nouns.len() + at) as u16);
                prop_assert_eq!(found(&dictionary, Class::Noun, form), noun);
                prop_assert_eq!(found(&dictionary, Class::Stem, form), stem);
                prop_assert_eq!(found(&dictionary, Class::Ending, form), None);
            }
        }
    }
}
