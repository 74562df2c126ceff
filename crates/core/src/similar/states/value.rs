//! What a state has for its value: a name, an amount, a day.

/// What sort of thing a value is: only those of one sort can take each other's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A name.
    Name,
    /// Other words.
    Plain,
    /// A number of such a unit.
    Amount(String),
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
            (one, another) => one == another,
        }
    }

    /// Whether it is a number, or a time.
    pub fn is_measured(&self) -> bool {
        !matches!(self.sort, Sort::Name | Sort::Plain)
    }
}
