//! Two texts side by side: as one statement each, or sentence by sentence.

use super::compare::{Comparison, Difference, Reason, compare};
use super::sentences::{Sketch, sentences};
use super::statement::Statement;
use super::states::{self, Reading};
use crate::embed::Table;
use std::cell::OnceCell;

/// Sentences of one text that are compared. What comes after is an essay, or code.
pub const SENTENCES_MAX: usize = 24;

/// Words that two sentences must share, at least, for a difference between them to say that they are of the same thing, where neither is the
/// whole of its text: "I have 3." says little without what stands around it.
const SHARED_MIN: usize = 3;

/// What is in lines of code and of tables, which repeat each other but for a word and contradict nothing.
const OF_NO_SENTENCE: [char; 10] = ['{', '}', '(', ')', '=', ';', '`', '|', '<', '*'];

/// A text that others are compared with.
pub struct Text<'a> {
    table: &'a Table,
    sentences: Vec<Sentence<'a>>,
}

/// One of its sentences.
struct Sentence<'a> {
    text: &'a str,
    sketch: Sketch,
    statement: Statement,
    /// What it says of states, once that is asked.
    readings: OnceCell<Vec<Reading>>,
}

impl<'a> Text<'a> {
    /// Reads a text.
    pub fn new(text: &'a str, table: &'a Table) -> Self {
        let read = |text: &'a str| Sentence {
            text,
            sketch: Sketch::new(text),
            statement: Statement::new(text, table),
            readings: OnceCell::new(),
        };
        Self { table, sentences: sentences(text).take(SENTENCES_MAX).map(read).collect() }
    }

    /// What comes of comparing it with another that was there before.
    ///
    /// Texts of one sentence are the same as their sentences are, and longer ones if each sentence is the same as the one in its place. Of
    /// longer ones one sentence may contradict one of the other; but then it is not sure that the whole of the other is to go.
    pub fn compare(&self, other: &str) -> Comparison {
        let others: Vec<&str> = sentences(other).take(SENTENCES_MAX).collect();
        if let ([new], [old]) = (&self.sentences[..], &others[..]) {
            return self.compare_one(new, old);
        }
        let same = if others.len() == self.sentences.len() { self.sameness(&others) } else { 0.0 };
        let difference = if same > 0.0 { None } else { self.difference(&others).or_else(|| self.change(&others)) };
        Comparison { same, difference }
    }

    fn compare_one(&self, new: &Sentence<'_>, text: &str) -> Comparison {
        let old = Statement::new(text, self.table);
        let mut found = compare(&new.statement, &old, self.table);
        if found.same == 0.0 && found.difference.is_none() && (new.statement.is_told || old.is_told) {
            found.difference = self.change_of(new, text, &old);
        }
        found
    }

    fn change_of(&self, new: &Sentence<'_>, text: &str, old: &Statement) -> Option<Difference> {
        let readings = new.readings.get_or_init(|| states::readings(new.text, &new.statement, self.table));
        if readings.is_empty() {
            return None;
        }
        states::change(readings, &states::readings(text, old, self.table))
    }

    /// A sentence that ends what one of the other says, be it in other words.
    fn change(&self, others: &[&str]) -> Option<Difference> {
        let told: Vec<&Sentence<'_>> = self.sentences.iter().filter(|new| new.statement.is_told).collect();
        if told.is_empty() || self.sentences.iter().any(|sentence| is_in_jest(sentence.text)) {
            return None;
        }
        others.iter().find_map(|text| {
            let old = Statement::new(text, self.table);
            let found = told.iter().find_map(|new| self.change_of(new, text, &old))?;
            Some(Difference { is_sure: false, ..found })
        })
    }

    fn sameness(&self, others: &[&str]) -> f32 {
        let mut least = 1.0_f32;
        for (new, old) in self.sentences.iter().zip(others) {
            least = least.min(compare(&new.statement, &Statement::new(old, self.table), self.table).same);
            if least == 0.0 {
                break;
            }
        }
        least
    }

    /// Another number or date, or a denial. Another value is too often only another thing, in the same words.
    fn difference(&self, others: &[&str]) -> Option<Difference> {
        let is_sentence = |text: &&&str| !text.contains(OF_NO_SENTENCE);
        others.iter().filter(is_sentence).find_map(|old| {
            let sketch = Sketch::new(old);
            let mut near = self.sentences.iter().filter(|new| new.sketch.is_near(&sketch, SHARED_MIN)).peekable();
            near.peek()?;
            let old = Statement::new(old, self.table);
            let found = near.find_map(|new| {
                compare(&new.statement, &old, self.table)
                    .difference
                    .filter(|difference| difference.reason != Reason::Value)
            });
            found.map(|difference| Difference { is_sure: false, ..difference })
        })
    }
}

/// Whether a sentence says that what stands around it was none.
fn is_in_jest(sentence: &str) -> bool {
    const JESTS: [&str; 10] =
        ["kidding", "joking", "a joke", "jk", "april fool", "a dream", "i dreamed", "i dreamt", "농담", "꿈이었"];
    let lower = sentence.to_lowercase();
    JESTS.iter().any(|jest| lower.contains(jest))
}
