//! Whether a sentence tells of what was, or of what is to be.

use super::reader::Reader;
use crate::words::tokenizer::Script;

/// Words of a sentence that are looked at for its tense.
const TENSE_WORDS_MAX: usize = 12;

/// Words that may stand before a verb in a sentence that begins with a time: "on Friday".
const HEAD_WORDS_MAX: usize = 3;

/// What a verb says of when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tense {
    Past,
    /// Beside a time that is not today, a plan: "the exam is on Friday", "she leaves on Monday".
    Present,
    /// What is plainly said to come: "we will move".
    Future,
}

impl Reader<'_> {
    /// The tense of an English sentence at a time that stands there: that of the nearest verb before it, or of the first behind a time with which the
    /// sentence begins.
    pub(super) fn tense(&self, i: usize) -> Option<Tense> {
        for at in (i.saturating_sub(TENSE_WORDS_MAX)..i).rev() {
            if let Some(tense) = self.tense_of(at) {
                return Some(tense);
            }
            if self.tokens.begins_sentence(self.tokens.list[at]) {
                return (i - at <= HEAD_WORDS_MAX).then(|| self.tense_behind(i)).flatten();
            }
        }
        None
    }

    /// The tense of the first verb of the sentence behind a word.
    fn tense_behind(&self, i: usize) -> Option<Tense> {
        let behind = i + 1..self.tokens.list.len().min(i + TENSE_WORDS_MAX);
        behind.take_while(|&at| !self.tokens.begins_sentence(self.tokens.list[at])).find_map(|at| self.tense_of(at))
    }

    /// Whether the sentence is about what is planned, or is to be.
    pub(super) fn is_ahead(&self, i: usize) -> bool {
        matches!(self.tense(i), Some(Tense::Present | Tense::Future))
    }

    /// Whether a time is plainly one that comes.
    pub(super) fn is_to_come(&self, i: usize) -> bool {
        self.tense(i) == Some(Tense::Future) || self.is_planned(i)
    }

    /// What a word says of the tense, if it is a verb that does.
    fn tense_of(&self, at: usize) -> Option<Tense> {
        let token = self.tokens.list[at];
        if token.script != Script::Latin {
            return None;
        }
        let word = self.tokens.cased(token).to_lowercase();
        let (before, next) =
            (self.lower(at.wrapping_sub(1)).unwrap_or_default(), self.lower(at + 1).unwrap_or_default());
        let is_after = |words: &[&str]| words.contains(&&*before);
        match &*word {
            "will" | "shall" | "gonna" | "won't" => (!OF_TELLING.contains(&&*next)).then_some(Tense::Future),
            "going" if next == "to" && !is_after(&["was", "were", "been"]) => Some(Tense::Future),
            "let's" => Some(Tense::Future),
            word if word.ends_with("'ll") => (!OF_TELLING.contains(&&*next)).then_some(Tense::Future),
            "due" => Some(Tense::Present),
            "am" | "is" | "are" | "isn't" | "aren't" | "i'm" | "we're" | "you're" | "they're" => {
                self.is_of_a_plan(at).then_some(Tense::Present)
            }
            word if word.ends_with("'s") && next.ends_with("ing") => Some(Tense::Present),
            "must" | "should" | "might" | "may" | "have" | "has" if next == "have" || is_past_form(&next) => {
                (!is_after(&["will", "to"])).then_some(Tense::Past)
            }
            "have" | "has" => {
                let has_object = next == "to" || DETERMINERS.contains(&&*next) || next.parse::<u32>().is_ok();
                (has_object && !is_after(&["will", "to"])).then_some(self.tense_of_bare(at))
            }
            "may" if self.tokens.cased(token) != "may" => None,
            "might" | "may" => Some(Tense::Present),
            "must" | "should" | "need" | "needs" | "want" | "wants" | "plan" | "plans" => {
                (!is_after(&DETERMINERS)).then_some(self.tense_of_bare(at))
            }
            word if is_past_form(word) => (!is_after(&DETERMINERS) && !is_after(&AUXILIARIES)).then_some(Tense::Past),
            word if SCHEDULED.contains(&word) => self.is_verb(at, &before).then(|| self.tense_of_bare(at)),
            word => {
                let is_third = word.strip_suffix('s').is_some_and(|verb| SCHEDULED.contains(&verb))
                    || matches!(word, "flies" | "goes" | "finishes");
                (is_third && !is_after(&DETERMINERS)).then_some(Tense::Present)
            }
        }
    }

    /// Whether what stands behind "is" is planned: "is flying", "is on Friday", "are free", "Is the exam".
    fn is_of_a_plan(&self, at: usize) -> bool {
        let is_adverb = self.is_at(at + 1, &["not", "still", "also", "only", "both", "all"]);
        let next = self.lower(if is_adverb { at + 2 } else { at + 1 }).unwrap_or_default();
        self.tokens.begins_sentence(self.tokens.list[at]) && self.is_at(at, &["Is", "Are"])
            || self.is_at(at.wrapping_sub(1), &["What", "what", "Who", "When", "Where"])
            || next.ends_with("ing")
            || BEHIND_IS.contains(&&*next)
            || is_past_form(&next) && next.ends_with("ed") && self.is_at(at, &["is", "are"])
    }

    /// Whether a word that may be a noun, too, stands as a verb does: "I leave", "the shops open", "Meet me".
    fn is_verb(&self, at: usize, before: &str) -> bool {
        self.tokens.begins_sentence(self.tokens.list[at])
            || matches!(before, "i" | "we" | "you" | "they" | "not" | "don't")
            || before.ends_with('s') && !DETERMINERS.contains(&before)
    }

    /// The tense of "leave" is that of the "did" before it.
    fn tense_of_bare(&self, at: usize) -> Tense {
        let did = (at.saturating_sub(HEAD_WORDS_MAX)..at).any(|at| self.is_at(at, &["did", "Did", "didn't", "Didn't"]));
        if did { Tense::Past } else { Tense::Present }
    }

    /// Whether what stands behind a Korean word is told in the past: 갔어, 했는데.
    pub(super) fn is_past(&self, i: usize) -> bool {
        let behind = (i + 1..self.tokens.list.len().min(i + TENSE_WORDS_MAX)).filter_map(|at| self.hangul(at));
        behind.flat_map(str::chars).any(|c| coda(c) == Some(PAST_CODA) && !matches!(c, '있' | '겠'))
    }

    /// Whether it is plainly told of what is to be: 갈 거야, 출발할 예정, 만나자, 가겠어, 할게.
    fn is_planned(&self, i: usize) -> bool {
        let behind = i + 1..self.tokens.list.len().min(i + TENSE_WORDS_MAX);
        let mut behind = behind.take_while(|&at| !self.tokens.begins_sentence(self.tokens.list[at]));
        let is_plan = |at: usize| {
            let (Some(word), next) = (self.hangul(at), self.hangul(at + 1).unwrap_or_default()) else { return false };
            let is_to_be = word.chars().next_back().and_then(coda) == Some(TO_BE_CODA);
            PLANS.iter().any(|plan| word.contains(plan))
                || PROPOSALS.iter().any(|end| word.ends_with(end))
                || is_to_be && next.starts_with(['거', '것', '건', '겁'])
                || ends_in_promise(word)
        };
        behind.any(is_plan) && !self.is_past(i)
    }
}

/// 할게, 갈래요, 볼까: a syllable that ends in ㄹ before one of these.
fn ends_in_promise(word: &str) -> bool {
    let word = word.strip_suffix('요').unwrap_or(word);
    let verb = ["게", "래", "까", "거야", "거예", "겁니다"].iter().find_map(|end| word.strip_suffix(end));
    verb.and_then(|verb| verb.chars().next_back()).and_then(coda) == Some(TO_BE_CODA)
}

/// Whether an English word is a past tense or a participle.
fn is_past_form(word: &str) -> bool {
    let is_regular = word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed") && word != "hundred";
    is_regular || PAST_FORMS.contains(&word)
}

/// What a Hangul syllable ends in, by its number.
fn coda(c: char) -> Option<u32> {
    ('가'..='힣').contains(&c).then(|| (c as u32 - '가' as u32) % CODAS)
}

/// Forms of a syllable's end; that of the past is ㅆ, and that of what is to be ㄹ.
const CODAS: u32 = 28;
const PAST_CODA: u32 = 20;
const TO_BE_CODA: u32 = 8;

const PLANS: [&str; 3] = ["겠", "예정", "계획"];
/// Verbs that propose something; other words end in 자, too.
const PROPOSALS: [&str; 10] = ["만나자", "보자", "가자", "하자", "먹자", "떠나자", "놀자", "모이자", "마시자", "오자"];
/// Behind "will", what is done later than the time that is told of.
const OF_TELLING: [&str; 10] =
    ["never", "always", "tell", "remember", "forget", "show", "miss", "explain", "describe", "think"];
/// Before these a verb is a noun, or a participle an adjective.
const DETERMINERS: [&str; 14] =
    ["the", "a", "an", "my", "your", "his", "her", "our", "their", "its", "this", "that", "no", "some"];
/// Before a participle these tell the tense.
const AUXILIARIES: [&str; 8] = ["be", "is", "are", "am", "have", "has", "i'm", "we're"];
/// What is said of somebody, or something, for a day.
const BEHIND_IS: [&str; 14] =
    ["on", "in", "at", "due", "free", "busy", "off", "away", "out", "back", "here", "open", "available", "there"];
/// Verbs of which the present is often a plan.
const SCHEDULED: [&str; 22] = [
    "leave", "fly", "start", "begin", "end", "open", "close", "arrive", "depart", "return", "land", "expire", "finish",
    "meet", "move", "go", "come", "see", "visit", "travel", "play", "sing",
];
/// Past tenses and participles that do not end in -ed, but for those that are other words more often.
#[rustfmt::skip] // which would give each a line
const PAST_FORMS: [&str; 70] = [
    "was", "were", "been", "did", "didn't", "wasn't", "weren't", "had", "hadn't", "went", "gone", "left", "saw", "seen",
    "met", "came", "flew", "took", "taken", "bought", "got", "gotten", "gave", "given", "told", "said", "ran", "ate", "eaten",
    "slept", "felt", "found", "made", "done", "began", "begun", "drove", "driven", "wrote", "written", "heard", "lost", "paid",
    "sent", "spent", "won", "held", "kept", "brought", "thought", "taught", "built", "broke", "fell", "rode", "sang", "sat",
    "stood", "woke", "wore", "knew", "grew", "drew", "drank", "swam", "became", "forgot", "chose", "caught", "died",
];

#[cfg(test)]
mod tests {
    use crate::words::calendar::{DAY_US, Days};
    use crate::words::mentions::tests::{AT, day, days};
    use crate::words::{Tokens, mentions::mentioned};

    /// All from Monday, 8 May 2023.
    #[test]
    fn what_is_so_long_ahead_is_told_of_plans() {
        let two_weeks = Days { first: day(2023, 5, 19).first, last: day(2023, 5, 25).last };
        for text in [
            "In two weeks: the dentist",
            "In two weeks the course begins",
            "The train to Porto leaves in two weeks",
            "We travel to Oslo in two weeks",
            "I'm visiting my aunt in two weeks",
            "The concert is in two weeks.",
        ] {
            assert_eq!(days(text), [two_weeks], "{text}");
        }
        for text in ["She wrote it in two weeks", "In two weeks we painted the fence", "I read it in two weeks"] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }

    #[test]
    fn weekdays_of_plans_are_the_next() {
        for text in [
            "Let's eat out on Thursday",
            "The boat leaves on Thursday",
            "My interview is on Thursday",
            "I'm moving on Thursday",
            "The essay is due on Thursday",
            "We have a rehearsal on Thursday",
            "On Thursday I fly to Rome",
            "Meet me on Thursday",
            "Is the rehearsal on Thursday?",
            "They are not free on Thursday",
            "The pool is closed on Thursday",
        ] {
            assert_eq!(days(text), [day(2023, 5, 11)], "{text}");
        }
        for text in [
            "She left on Thursday",
            "I was flying on Thursday",
            "We had a rehearsal on Thursday",
            "Did you see them on Thursday?",
            "I wanted to leave on Thursday",
            "On Thursday I flew to Rome",
            "I'm glad that we met on Thursday",
            "dinner with Tom on Thursday",
            "I'm so tired of the long walk on Thursday",
            "It must have rained on Thursday",
            "They have repaired it on Thursday",
        ] {
            assert_eq!(days(text), [day(2023, 5, 4)], "{text}");
        }
    }

    #[test]
    fn what_is_plainly_to_come_is_the_next() {
        for (text, first, last) in [
            ("We will marry in March", day(2024, 3, 1), day(2024, 3, 31)),
            ("I'll pay on the 3rd", day(2023, 6, 3), day(2023, 6, 3)),
            ("We'll come at Halloween", day(2023, 10, 31), day(2023, 10, 31)),
            ("2일에 떠날 예정이야", day(2023, 6, 2), day(2023, 6, 2)),
            ("크리스마스에 보자", day(2023, 12, 25), day(2023, 12, 25)),
            ("연말에 그만둘 거야", day(2023, 12, 1), day(2023, 12, 31)),
            ("설날에 찾아갈게", day(2024, 2, 10), day(2024, 2, 10)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: last.last }], "{text}");
        }
        for (text, expected) in [
            ("I will never forget our trip in March", Days::month(2023, 3)),
            ("크리스마스에 보자고 했어", day(2022, 12, 25)),
            ("2일에 떠났어", day(2023, 5, 2)),
        ] {
            assert_eq!(days(text), [expected], "{text}");
        }
    }

    #[test]
    fn the_weekend_goes_by_the_tense() {
        let on = |text: &str, after: i64| mentioned(&Tokens::new(text), AT + after * DAY_US);
        let (past, coming) = (Days::weekend(day(2023, 5, 8).first, -1), Days::weekend(day(2023, 5, 8).first, 0));
        for text in ["We sailed on the weekend", "주말에 등산했다", "What did we do on the weekend?"] {
            assert_eq!(on(text, 3), [past], "{text}, on a Thursday");
        }
        for text in ["We will sail on the weekend", "주말에 등산하자"] {
            assert_eq!(on(text, 0), [coming], "{text}, on a Monday");
        }
    }
}
