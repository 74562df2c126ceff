//! Notes that tell of whom a query names: nobody speaks in a note, so their company is whoever its text names.

use super::named::Named;
use super::view::Ground;
use super::words::{Found, lookup};
use crate::index::state::Place;
use crate::words::Tokens;
use crate::words::terms::{Term, has_content, is_content, of_word};
use std::cell::OnceCell;

/// Which notes name those that the query names. They are looked up for the first note: most memories of conversations have none.
pub struct Told<'a> {
    ground: &'a Ground<'a>,
    /// Of each name the terms of its words; none if one of them is nowhere in scope.
    names: OnceCell<Vec<Vec<Found<'a>>>>,
}

impl<'a> Told<'a> {
    /// Looks nothing up yet.
    pub fn new(ground: &'a Ground<'a>) -> Self {
        Self { ground, names: OnceCell::new() }
    }

    /// The share of those named who wrote a note, or whom it names.
    pub fn share(&self, named: &Named<'_>, note: Place) -> f32 {
        let source = self.ground.view(note).source_of(note.block);
        let names = self.names.get_or_init(|| named.names().map(|name| terms_of(self.ground, name)).collect());
        named.share_of(|name| named.is_source(name, note.part, source) || names_all(&names[name], self.ground, note))
    }
}

/// The terms that stand for the words of a name.
fn terms_of<'a>(ground: &Ground<'a>, name: &str) -> Vec<Found<'a>> {
    let tokens = Tokens::new(name);
    let mut terms: Vec<Term> = Vec::new();
    // A text is not found by words that hold sentences together: of Will Smith, Smith is left.
    let has_content = has_content(&tokens);
    for &token in tokens.list.iter().filter(|&&token| !has_content || is_content(&tokens, token)) {
        let first = terms.len();
        of_word(&tokens, token, &mut terms);
        terms.truncate(first + 1);
    }
    let found = lookup(ground, &terms);
    if found.len() == terms.len() { found } else { Vec::new() }
}

fn names_all(words: &[Found<'_>], ground: &Ground<'_>, note: Place) -> bool {
    !words.is_empty() && words.iter().all(|word| word.is_in_any(ground, &[note]))
}
