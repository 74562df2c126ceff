//! What is asked of the Index, and what it answers.

use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::id::{BlockId, Score, TimeUs};
use crate::vectors::Code;
use std::time::Duration;

/// A search. By default it finds nothing, since it asks for no hits.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// What is looked for, in words.
    pub text: String,
    /// Its vector, unless the Index is to make it from the table.
    pub vector: Option<Code>,
    /// How many hits.
    pub k: usize,
    /// Only this namespace and what lies below it; "" is everything.
    pub namespace: String,
    /// Only blocks for which this holds.
    pub filter: Option<Filter>,
    /// Start from this block and reach so many hops; of several, from the one that fits what is asked.
    pub near: Vec<(BlockId, u32)>,
    /// Superseded versions too.
    pub history: bool,
    /// What time it is, for what expires and for what holds no longer, or not yet.
    pub now: TimeUs,
    /// As things stood then: what had been recorded by that time, and held.
    pub as_of: Option<TimeUs>,
    /// From when its relative dates are meant, and how old things are; the moment that is asked about, if it is not said.
    pub asked_at: Option<TimeUs>,
    /// Score every block rather than the likely ones.
    pub exact: bool,
    /// How much each kind of evidence counts.
    pub weights: Weights,
    /// For how long to look; then what has been found is the answer.
    pub budget: Option<Duration>,
}

impl Query {
    /// The moment that is asked about.
    pub fn moment(&self) -> TimeUs {
        self.as_of.unwrap_or(self.now)
    }

    /// The moment from which "yesterday" is counted.
    pub fn asking(&self) -> TimeUs {
        self.asked_at.unwrap_or_else(|| self.moment())
    }

    /// Whether both are asked of the same blocks.
    pub fn has_scope_of(&self, other: &Self) -> bool {
        let scope = |query: &Self| (query.history, query.now, query.as_of);
        scope(self) == scope(other) && self.namespace == other.namespace && self.filter == other.filter
    }
}

/// A block that answers, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The block.
    pub block: BlockId,
    /// The sum of `parts`.
    pub score: Score,
    /// What each kind of evidence adds, in the order of [`PARTS`].
    pub parts: [Score; PARTS.len()],
}

/// What a search found, and what it looked at for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The best, best first.
    pub hits: Vec<Hit>,
    /// Blocks in scope.
    pub blocks: u64,
    /// Blocks of these that any kind of evidence looked at, or might have: all, unless the search kept to an anchor's neighbourhood.
    pub visited: u64,
    /// The block that it started from.
    pub start: Option<BlockId>,
    /// How far it went.
    pub width: Width,
    /// Of what something was left out, since its time was over.
    pub left_out: Vec<Stage>,
}

/// What a search does one after the other, and may have to leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// To walk from the anchor.
    Graph,
    /// To look for the same words.
    Words,
    /// To look for vectors that are near.
    Vector,
    /// To compare words by what they mean.
    Tokens,
    /// To look closely at what words and vectors brought in.
    Candidates,
    /// To look at the turns around these.
    Turns,
    /// To ask the conversation that most hits are of once more by itself.
    Home,
}

impl Stage {
    /// All, in their order.
    pub const ALL: [Self; 7] =
        [Self::Graph, Self::Words, Self::Vector, Self::Tokens, Self::Candidates, Self::Turns, Self::Home];

    /// As it is called outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Words => "words",
            Self::Vector => "vector",
            Self::Tokens => "tokens",
            Self::Candidates => "candidates",
            Self::Turns => "turns",
            Self::Home => "home",
        }
    }
}

/// How far a search went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// What is nearest to the anchor.
    Neighbourhood,
    /// That, and what shares a rare word with the query.
    Words,
    /// Everything in scope.
    #[default]
    Everything,
}

impl Width {
    /// As it is called outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neighbourhood => "neighbourhood",
            Self::Words => "words",
            Self::Everything => "everything",
        }
    }
}

/// The kinds of evidence in a score.
pub const PARTS: [&str; 6] = ["words", "vector", "tokens", "conversation", "prior", "graph"];

/// Which of them is what the turns around add.
pub const CONVERSATION: usize = 3;

/// Which of them is what is known beforehand.
pub const PRIOR: usize = 4;

macro_rules! weights {
    ($($(#[$doc:meta])* $name:ident = $value:expr),* $(,)?) => {
        /// How much each kind of evidence counts, in standard deviations of that evidence over the blocks in scope.
        ///
        /// How each was chosen: `docs/decisions/0006-ranking-weights.md`.
        #[derive(Clone, Copy, Debug)]
        pub struct Weights { $($(#[$doc])* pub $name: f32),* }

        impl Default for Weights {
            fn default() -> Self { Self { $($name: $value),* } }
        }

        impl Weights {
            /// Every weight with its name.
            pub fn list(&self) -> Vec<(&'static str, f32)> {
                vec![$((stringify!($name), self.$name)),*]
            }

            /// Sets one by its name.
            pub fn set(&mut self, name: &str, value: f32) -> Result<()> {
                if !value.is_finite() {
                    return Err(Error::invalid(format!("weights.{name}"), "must be a finite number"));
                }
                if name == "half_life" && value <= 0.0 {
                    return Err(Error::invalid("weights.half_life", "must be more than 0 days"));
                }
                match name {
                    $(stringify!($name) => self.$name = value,)*
                    _ => return Err(Error::invalid(format!("weights.{name}"), concat!("is no weight; there are", $(" ", stringify!($name)),*))),
                }
                Ok(())
            }
        }
    };
}

weights! {
    /// The same words: BM25.
    words = 0.4,
    /// The same meaning as a whole: cosine of the vectors.
    vector = 0.2,
    /// The same meaning word by word: late interaction of token vectors.
    tokens = 0.5,
    /// The turn before.
    previous = 0.1,
    /// The turn before, beside that, if someone else asks something in it: an answer is found by its question.
    asked = 0.6,
    /// The turn after.
    next = 0.2,
    /// The turn before the one before: what its speaker said last.
    previous2 = 0.3,
    /// The turn after the one after.
    next2 = 0.1,
    /// The best turns around it: a conversation stays with its subject for a while.
    session = 1.0,
    /// The query names who said it (and nobody else).
    source = 1.2,
    /// The query names someone who speaks in it, or in the turn before or after it (of several, their share): it is from a conversation of theirs.
    /// A note is about whom it names.
    company = 4.0,
    /// Rare words of the query occur in its family (the namespaces with the same one above them), for each factor of e by which fewer families have
    /// the word.
    family = 0.8,
    /// It is itself a question: what is looked for is seldom asked.
    question = -0.6,
    /// It is itself a question, its speaker says about as much as the others, and it is short (in full, if it has hardly a word): of two people who talk,
    /// one asks and the other tells. Whoever asks an assistant tells what they want by it.
    brief_question = -3.0,
    /// It answers a question of someone else.
    answer = 0.5,
    /// It opens a conversation: people begin with what is new, and with what they want.
    opening = 2.0,
    /// Its speaker says little where others say much (a user among answers of pages), for each factor of e.
    brevity = 0.8,
    /// Its speaker speaks of themselves.
    personal = 1.2,
    /// The query asks for a summary: by this share the six above count less (from `question` to `personal`), since to a summary belongs what was
    /// answered, at whatever length.
    summary = 1.0,
    /// The query asks for a time and the block speaks of one.
    time = 3.0,
    /// It was said, or speaks of what was, at a time that the query names: a share of this, if it speaks of a longer one.
    date = 5.0,
    /// The query asks how something is, and this says that it has changed since what an earlier hit of the same source says: by this share it
    /// makes up for what it lacks to that one.
    update = 1.1,
    /// Most of the first ten hits are of its family, one of very many: by this share it comes to where it would stand if that family alone were
    /// searched, beside the others of it.
    home = 1.0,
    /// Better hits are of its session (its namespace): for each of these it counts so much less.
    diversity = 0.0,
    /// The query asks for several things ("which books", "how many", 모두): by so much more for each.
    several = 0.5,
    /// It is important (from -1/2 to 1/2 of this).
    importance = 0.4,
    /// It was used (half of this after four uses, in full after very many).
    uses = 0.2,
    /// It was said lately (in full just now, half of this when it is as old as `half_life`).
    recency = 0.0,
    /// Days in which `recency` halves for what was never used; one use makes it twice as many, two three times.
    half_life = 30.0,
    /// It is near the anchor (in full at the anchor itself).
    near = 4.0,
    /// A block that it is linked with has the words of the query (in full, what these stand for, if it has all of them and no other link).
    linked = 1.0,
    /// A good hit shares a rare name with it that the query does not have (in full, what that hit's words stand for, if it has half of those of the query and
    /// this the other half, and no third block has the name).
    about = 1.5,
}
