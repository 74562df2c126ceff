//! What a state has for its value: a name, an amount, a day.

use crate::similar::lexicon::{Known, known};
use crate::similar::phones;

/// What sort of thing a value is: only those of one sort can take each other's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A name.
    Name,
    /// Other words.
    Plain,
    /// A number of such a unit.
    Amount(String),
    /// Years of somebody's life.
    Age,
    /// A time of the day.
    Clock,
    /// A day of the week.
    Day,
    /// A day of the year.
    Date,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its words, as they are compared.
    pub words: Vec<String>,
    /// As it stands in the text.
    pub shown: String,
    /// What it is.
    pub sort: Sort,
}

impl Value {
    /// A condition that a phrase says by itself.
    pub fn condition(name: &str, shown: String) -> Self {
        Self { words: vec![name.to_owned()], shown, sort: Sort::Plain }
    }

    /// Whether one can stand where the other does. A number may go without its unit.
    pub fn is_like(&self, other: &Self) -> bool {
        match (&self.sort, &other.sort) {
            (Sort::Amount(one), Sort::Amount(another)) => one == another || one.is_empty() || another.is_empty(),
            (Sort::Age, Sort::Amount(unit)) | (Sort::Amount(unit), Sort::Age) => unit.is_empty(),
            // 9:30; 10.
            (Sort::Clock, Sort::Amount(unit)) => unit.is_empty() && other.is_hour(),
            (Sort::Amount(unit), Sort::Clock) => unit.is_empty() && self.is_hour(),
            (one, another) => one == another,
        }
    }

    fn is_hour(&self) -> bool {
        self.words.first().and_then(|word| word.parse::<u32>().ok()).is_some_and(|hour| hour <= 24)
    }

    /// Whether both are one telephone number, written in two ways: +49 30 1234567, 030-1234567.
    pub fn is_same_number(&self, other: &Self) -> bool {
        let digits = |value: &Self| value.words.concat();
        phones::are_one(&digits(self), &digits(other))
    }

    /// Whether both are ages, and this is the lower one: nobody becomes younger.
    pub fn is_before(&self, other: &Self) -> bool {
        let years = |value: &Self| value.words.first().and_then(|word| word.parse::<u32>().ok());
        self.sort == Sort::Age && years(self) < years(other)
    }

    /// Whether it names no employer, but that there is one.
    pub fn is_any_employer(&self) -> bool {
        matches!(&self.words[..], [one] if matches!(&**one, "회사" | "직장" | "company" | "compani"))
    }

    /// Whether it names the terms on which something is used: the free plan, 프로 요금제.
    pub fn is_tier(&self) -> bool {
        let Some((last, [.., before])) = self.words.split_last() else { return false };
        !known(last).tier().is_empty() && !known(before).grade().is_empty()
    }

    /// Whether both are of one group of a list.
    pub fn shares(&self, other: &Self, list: fn(&Known) -> &[u16]) -> bool {
        let has = |value: &Self, group: &u16| value.words.iter().any(|word| list(known(word)).contains(group));
        self.words.iter().flat_map(|word| list(known(word))).any(|group| has(other, group))
    }

    /// Whether it is a number, or a time.
    pub fn is_measured(&self) -> bool {
        !matches!(self.sort, Sort::Name | Sort::Plain)
    }
}
