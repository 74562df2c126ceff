//! How whoever said something may be called: by the whole name, or by a word of it that says who it is.

use crate::id::hash;
use crate::words::{Script, Token, Tokens, korean};
use std::collections::HashSet;

/// Words of the longest name that is called by one of them: longer ones are descriptions.
const WORDS_MAX: usize = 4;

/// Before a name, and no part of it.
const TITLES: [&str; 6] = ["dr", "mr", "mrs", "ms", "prof", "professor"];

/// The words of a query by which somebody may be called.
pub struct Called {
    /// All that are in it, with the names within Korean ones.
    all: HashSet<u64>,
    /// Those that are written as names are.
    names: HashSet<u64>,
}

impl Called {
    /// Reads a query.
    pub fn new(query: &Tokens) -> Self {
        let (mut all, mut called) = (HashSet::new(), HashSet::new());
        let has_capitals = query.list.iter().any(|token| is_capital(query, token) && !is_i(query.cased(*token)));
        for token in names(query) {
            let may_be_name = token.script == Script::Hangul || !has_capitals || is_capital(query, &token);
            each_form(query, token, |form| {
                all.insert(form);
                if may_be_name {
                    called.insert(form);
                }
            });
        }
        all.extend(query.list.iter().filter_map(|&token| owner(query, token)));
        Self { all, names: called }
    }

    /// The words.
    pub fn words(&self) -> impl Iterator<Item = &u64> {
        self.all.iter()
    }

    /// Whether a word may be all that somebody of a longer name is called by.
    pub fn is_name(&self, word: u64) -> bool {
        self.names.contains(&word)
    }

    /// Whether all words of a name are there.
    pub fn is_whole(&self, name: &str) -> bool {
        let name = Tokens::new(name);
        name.list.iter().all(|&token| self.all.contains(&word(&name, token)))
    }
}

/// Calls `take` with each word by which a source may be called, each once: the first of its name, and those that say who it is.
pub fn each_name(source: &str, take: &mut dyn FnMut(u64)) {
    let name = Tokens::new(source);
    let mut words: Vec<u64> = name.list.first().map(|&token| word(&name, token)).into_iter().collect();
    words.extend(short(&name));
    words.sort_unstable();
    words.dedup();
    words.into_iter().for_each(take);
}

/// Whether a word says who it is of all that are called otherwise.
pub fn is_enough(source: &str, word: u64) -> bool {
    short(&Tokens::new(source)).contains(&word)
}

/// The words of a name that say who it is without the others: the first and the last of Alice Smith, Brandt of Dr. Brandt, 민지 of 김민지.
fn short(name: &Tokens) -> Vec<u64> {
    let is_title = |token: &&Token| TITLES.contains(&&*name.lower(**token));
    let proper: Vec<Token> = name.list.iter().skip_while(is_title).copied().collect();
    let says_who = |token: &&Token| token.script == Script::Hangul || is_capital(name, token);
    if let [one] = name.list[..] {
        let given = (one.script == Script::Hangul).then(|| name.lower(one));
        return given.and_then(|one| korean::names::given(&one).map(of)).into_iter().collect();
    }
    if name.list.len() > WORDS_MAX {
        return Vec::new();
    }
    [proper.first(), proper.last()].into_iter().flatten().filter(says_who).map(|&token| word(name, token)).collect()
}

/// Calls `take` with the word, and with the names that it may be in Korean, whatever is said behind them: 민지, 김민지 and 민지 of 민지한테, 김민지 씨는.
fn each_form(query: &Tokens, token: Token, mut take: impl FnMut(u64)) {
    take(word(query, token));
    if token.script == Script::Hangul {
        korean::names::each_form(&query.lower(token), |name| take(of(name)));
    }
}

fn of(word: &str) -> u64 {
    hash(&[word.as_bytes()])
}

/// The words of a query that may be names: not the "will" of "When will Ann arrive?", nor the first word of "Will Ann come?".
fn names(query: &Tokens) -> impl Iterator<Item = Token> {
    let is_capital = |token: &Token| is_capital(query, token);
    let is_i = |token: &Token| is_i(query.cased(*token));
    // Whoever writes "I" has not shown yet that he writes names with a capital: many keyboards do it for him.
    let has_capitals = query.list.iter().skip(1).any(|token| is_capital(token) && !is_i(token));
    let is_verb = move |at: usize, token: &Token| {
        let next = query.list.get(at + 1);
        let asks = at == 0 && next.is_some_and(is_capital);
        let is_plain = !is_capital(token) && (has_capitals || next.is_some_and(is_i));
        (asks || is_plain) && ALSO_VERBS.contains(&&*query.lower(*token))
    };
    query.list.iter().enumerate().filter(move |&(at, token)| !is_verb(at, token)).map(|(_, &token)| token)
}

fn is_capital(tokens: &Tokens, token: &Token) -> bool {
    tokens.cased(*token).starts_with(char::is_uppercase)
}

/// Whether a word is "I", or begins with it: I'm, I'll, I've, I'd.
fn is_i(cased: &str) -> bool {
    cased.strip_prefix('I').is_some_and(|rest| rest.is_empty() || rest.starts_with(['\'', '’']))
}

/// Names that are verbs where they have no capital.
const ALSO_VERBS: [&str; 5] = ["will", "may", "can", "mark", "sue"];

/// A name in the possessive of which the apostrophe was left out: Annas.
fn owner(tokens: &Tokens, token: Token) -> Option<u64> {
    let is_name = token.script == Script::Latin && tokens.cased(token).starts_with(char::is_uppercase);
    let lower = tokens.lower(token);
    lower.strip_suffix('s').filter(|_| is_name).map(of)
}

/// A word of a name, whatever particle follows it.
fn word(tokens: &Tokens, token: Token) -> u64 {
    of(korean::stem(&tokens.lower(token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_longer_name_may_be_enough() {
        for (source, word, enough) in [
            ("Alice Smith", "alice", true),
            ("Alice Smith", "smith", true),
            ("Dr. Brandt", "brandt", true),
            ("Dr. Brandt", "dr", false),
            ("김민지", "민지", true),
            ("김 팀장", "팀장", true),
            ("weather bot", "weather", false),
            ("The Head of Customer Support", "support", false),
        ] {
            assert_eq!(is_enough(source, of(word)), enough, "{source}: {word}");
        }
    }

    #[test]
    fn korean_names_are_read_whatever_is_said_behind_them() {
        for query in
            ["민지는 어디?", "민지한테 뭐랬지?", "지민이가 왔어?", "김민지 씨는?", "민지님은?", "민지씨가 갔나?"]
        {
            let called = Called::new(&Tokens::new(query));
            assert!(called.is_whole("민지") || called.is_whole("지민"), "{query}");
        }
        assert!(!Called::new(&Tokens::new("민주는 어디?")).is_whole("민지"));
    }

    #[test]
    fn who_writes_with_capitals_writes_names_with_them() {
        let is_name = |query: &str| Called::new(&Tokens::new(query)).is_name(of("rose"));
        assert!(is_name("What does Rose like?"));
        assert!(is_name("what does rose like"));
        assert!(!is_name("Which rose does she like?"));
    }

    #[test]
    fn a_verb_is_no_name() {
        let named = |query: &str, name: &str| {
            let query = Tokens::new(query);
            names(&query).any(|token| query.lower(token) == name)
        };
        for (query, name) in [
            ("What did Will say?", "will"),
            ("Will said what?", "will"),
            ("what did will say", "will"),
            ("Where does May live?", "may"),
            ("When will Ann arrive?", "ann"),
            ("what did will say when I left", "will"),
            ("what did will say, I'm curious", "will"),
            ("what did will say, I’ve forgotten", "will"),
            ("what did will say that I'd like", "will"),
        ] {
            assert!(named(query, name), "{query}");
        }
        for (query, name) in [
            ("When will Ann arrive?", "will"),
            ("Will Ann come?", "will"),
            ("Which day did Tom mark?", "mark"),
            ("Will I see the dentist?", "will"),
            ("what will I need", "will"),
        ] {
            assert!(!named(query, name), "{query}");
        }
    }
}
