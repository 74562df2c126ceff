//! A query, read: its words, the terms that stand for them, and how rare each is.

use crate::embed::Table;
use crate::id::TimeUs;
use crate::query::Query;
use crate::rank::reading;
use crate::rank::view::Ground;
use crate::vectors::Code;
use crate::words::calendar::{Days, date_of};
use crate::words::mentions::{self, Relative};
use crate::words::names::is_title;
use crate::words::terms::{
    Term, each_compound, each_name, each_person, has_content, is_content, of_morpheme, of_name, of_word,
};
use crate::words::{Script, Token, Tokens, dates, korean};
use std::collections::HashSet;

/// Words that say nothing but that something is asked about as it is.
const NOW: [&str; 5] = ["now", "nowadays", "currently", "지금", "현재"];

/// Words for whatever there was at a time.
const EVENT: [&str; 4] = ["happen", "happens", "happened", "happening"];

/// A date that the query names and the block was said at, or names too, against a word.
const DATE_WEIGHT: f32 = 1.0;

/// A query, read.
pub struct QueryWords {
    /// Its words.
    pub tokens: Tokens,
    /// Those that carry a subject, or all if none does and no time is named either.
    pub subjects: Vec<Token>,
    /// The same, and the term that stands for each: for a Korean word each of its morphemes.
    pub content: Vec<(Token, u64)>,
    /// Table tokens of the content words: which of these each belongs to.
    pub pieces: Vec<(usize, u16)>,
    /// The terms that are looked up, each once.
    pub terms: Vec<Term>,
    /// The times that are meant from the moment that is asked about, if anything in scope may be of them.
    pub relative: Vec<Relative>,
    /// Words that were not typed as they are read, each with what was typed.
    changes: Vec<(String, String)>,
}

impl QueryWords {
    /// Reads a query as it was likely meant, of what is in scope.
    pub fn read(query: &Query, ground: &Ground<'_>, table: &Table) -> Self {
        let now = ground.state.zone.local(query.asking());
        let as_typed = Self::as_typed(query, ground, table);
        let as_meant = reading::read(&as_typed.tokens, now, ground, table)
            .map(|reading| Self { changes: reading.changes, ..Self::new(&reading.text, now, ground, table) });
        // Whoever asks for nothing but "dont" means that word.
        as_meant.filter(Self::has_words).unwrap_or(as_typed)
    }

    /// Reads a query as it stands.
    pub fn as_typed(query: &Query, ground: &Ground<'_>, table: &Table) -> Self {
        Self::new(&query.text, ground.state.zone.local(query.asking()), ground, table)
    }

    /// What was typed in the place of one of its words, if that was something else.
    pub fn typed(&self, word: &str) -> Option<&str> {
        self.changes.iter().find(|change| change.0 == word).map(|change| &*change.1)
    }

    /// Reads these words.
    fn new(text: &str, now: TimeUs, ground: &Ground<'_>, table: &Table) -> Self {
        let tokens = Tokens::new(text);
        let (mut content, mut pieces, mut terms, mut buffer) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut relative = mentions::relative(&tokens, now);
        relative.retain(|relative| may_be_there(relative.days, ground));
        let mut dates = Vec::new();
        dates::named(&tokens, &mut dates);
        dates.extend(relative.iter().flat_map(|relative| dates::of_days(relative.days)));
        let subjects = subjects(&tokens, &relative, !dates.is_empty(), table);
        let has_content = has_content(&tokens);
        for &token in &subjects {
            let first = terms.len();
            of_word(&tokens, token, &mut terms);
            each_person(&tokens, token, table, |term| terms.push(term));
            buffer.clear();
            table.pieces(&tokens, token, &mut buffer);
            if token.script == Script::Hangul && !buffer.is_empty() {
                for &piece in &buffer {
                    let term = of_morpheme(table, piece);
                    pieces.push((content.len(), piece));
                    content.push((token, term.hash));
                    terms.push(term);
                }
            } else {
                pieces.extend(buffer.iter().map(|&piece| (content.len(), piece)));
                let term = if has_content { terms[first] } else { of_name(&tokens, &[token]) };
                content.push((token, term.hash));
            }
        }
        each_compound(&tokens, |_, _, term| terms.push(term));
        each_name(&tokens, |_, term| terms.push(term));
        terms.extend(dates.into_iter().map(|hash| Term { hash, weight: DATE_WEIGHT }));
        let mut seen = HashSet::new();
        terms.retain(|term| seen.insert(term.hash));
        Self { tokens, subjects, content, pieces, terms, relative, changes: Vec::new() }
    }

    /// Whether there is anything to look for.
    pub fn has_words(&self) -> bool {
        !self.terms.is_empty()
    }

    /// The query's vector: the words that are rare here count more. (That the blocks' own vectors are not weighed so does no harm, and
    /// they need not change when the memory grows.) None if no word carries a subject, for those of
    /// blocks are made of such words, but where the table's tokens have nothing to say either.
    pub fn embed(&self, table: &Table, rarity: &Rarity) -> Option<Code> {
        if !self.pieces.is_empty() && !has_content(&self.tokens) {
            return None;
        }
        let weighed = |word: usize| rarity.of(self.content[word].1);
        let mut is_read = vec![false; self.content.len()];
        self.pieces.iter().for_each(|&(word, _)| is_read[word] = true);
        let unread = (0..self.content.len()).filter(|&word| !is_read[word]);
        Some(table.embed(
            &self.tokens,
            self.pieces.iter().map(|&(word, piece)| (piece, weighed(word))),
            unread.map(|word| (self.content[word].0, weighed(word))),
        ))
    }
}

/// The words of a query that carry a subject. A time that is known by its days is no subject: "yesterday" is near "went" in meaning, and whatever was
/// said to be so yesterday is of another day by now. Who asks for "The Who", or 그리고, means these words.
fn subjects(tokens: &Tokens, relative: &[Relative], names_a_time: bool, table: &Table) -> Vec<Token> {
    let is_time = |at: usize| relative.iter().any(|relative| relative.words.contains(&at));
    let is_event = |at: usize| names_a_time && EVENT.contains(&&*tokens.lower(tokens.list[at]));
    let is_part = |at: usize| is_title(tokens, at, table) || mentions::is_third(tokens, at);
    let says_nothing = |at: usize| is_time(at) || is_event(at) || is_part(at) || is_now(tokens, tokens.list[at]);
    let is_subject = |at: usize| is_content(tokens, tokens.list[at]) && !says_nothing(at);
    let subjects: Vec<Token> = (0..tokens.list.len()).filter(|&at| is_subject(at)).map(|at| tokens.list[at]).collect();
    if !subjects.is_empty() || names_a_time {
        subjects
    } else if has_content(tokens) {
        tokens.list.iter().copied().filter(|&token| is_content(tokens, token)).collect()
    } else {
        tokens.list.clone()
    }
}

/// Whether a word says nothing but that something is asked about as it is: what is said to be so "now" is said of all sorts of things.
fn is_now(tokens: &Tokens, token: Token) -> bool {
    match token.script {
        Script::Latin => NOW.contains(&&*tokens.lower(token)),
        Script::Hangul => NOW.contains(&korean::stem(tokens.cased(token))),
        Script::Number | Script::Other => false,
    }
}

/// Whether something in scope may be of some days: something is of the year and the month of the first of them, or of the last.
fn may_be_there(days: Days, ground: &Ground<'_>) -> bool {
    [days.first, days.last].into_iter().any(|day| {
        let (year, month, _) = date_of(day);
        let terms = [dates::term::year(year), dates::term::month(month)];
        let counts = super::counts(ground, if days.count() > dates::DAYS_OF_A_MONTH { &terms[..1] } else { &terms });
        counts.into_iter().all(|count| count > 0)
    })
}

/// How rare each term of the query is among the passages in scope.
pub struct Rarity {
    /// By the hash of the term, ascending.
    idf: Vec<(u64, f32)>,
    unseen: f32,
}

impl Rarity {
    /// Out of the idf of each term that occurs, and of one that does not.
    pub fn new(mut idf: Vec<(u64, f32)>, unseen: f32) -> Self {
        idf.sort_unstable_by_key(|idf| idf.0);
        Self { idf, unseen }
    }

    /// The idf of a term; of one that does not occur at all, the greatest.
    pub fn of(&self, term: u64) -> f32 {
        self.idf.binary_search_by_key(&term, |idf| idf.0).map_or(self.unseen, |at| self.idf[at].1)
    }
}
