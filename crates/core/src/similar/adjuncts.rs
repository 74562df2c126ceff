//! What is said beside what a thing is: when, where, for what, more than who. Of these a thing may have several.
//!
//! "The pill is taken at 8" and "The pill is taken at 20" both hold, as "closed on Mondays" and "closed on Sundays" do. "The meeting is at 3" and
//! "The meeting is at 4" do not: of a single appointment the time is all that is said.

use super::lexicon::Known;
use super::statement::{Class, Statement, Word};
use crate::words::WEEKDAYS;

/// The word that an English phrase begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preposition {
    /// Which it is.
    pub kind: Kind,
    /// Its place among all words.
    pub at: usize,
}

/// What a preposition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// When or where: at, on, in.
    At,
    /// For whom, to what end.
    For,
    /// Next to what, with what, a part of what: it may be so of many.
    Near,
    /// More than what.
    Than,
    /// Anything of which there is one: from, to, until.
    Other,
}

impl Kind {
    /// The one that an English word is, behind another: close to, north of.
    pub fn of(lower: &str, before: &str) -> Option<Self> {
        let is_relation = matches!(before, "close" | "next" | "closer" | "closed" | "open" | "opposite");
        Some(match lower {
            "to" if is_relation => Self::Near,
            "of" | "with" => Self::Near,
            "at" | "on" | "in" => Self::At,
            "for" => Self::For,
            "near" | "beside" | "behind" | "around" | "opposite" => Self::Near,
            "than" => Self::Than,
            "from" | "to" | "until" | "till" | "by" | "as" | "into" | "under" | "over" | "about" | "since" => {
                Self::Other
            }
            _ => return None,
        })
    }
}

/// Whether the words in which a statement differs from another may be so beside those of the other.
///
/// `is_now` says that the newer of the two says "now": who now works for somebody worked for somebody else.
pub fn are_beside(statement: &Statement, left: &[&Word], is_now: bool) -> bool {
    let is_one = |word: &Word| {
        if statement.words.iter().any(Word::is_korean) {
            is_beside_korean(statement, word)
        } else {
            is_beside(statement, word, is_now)
        }
    };
    !left.is_empty() && (statement.is_beside || left.iter().any(|word| is_one(word)))
}

fn is_beside(statement: &Statement, word: &Word, is_now: bool) -> bool {
    let is_time = is_time(statement, word);
    if is_time && (statement.is_of_habit() || is_repeated(word) || statement.words.iter().any(is_vehicle)) {
        return true;
    }
    let predicate = predicate(statement, word);
    let is_of_an_event = || predicate.iter().all(|other| is_event(statement, other, word));
    match word.preposition.map(|preposition| preposition.kind) {
        Some(Kind::Than) => true,
        Some(Kind::Near) => word.class != Class::Number,
        Some(Kind::For) if word.class == Class::Number => false,
        Some(Kind::For) if is_now && predicate.iter().any(|other| is_job(other)) => false,
        Some(Kind::For) => !is_time || predicate.is_empty() || !is_of_an_event(),
        Some(Kind::At) | None if is_time => !is_of_an_event(),
        // Closed on floor 3; but the office is on floor 3.
        Some(Kind::At) if word.class != Class::Number || predicate.iter().any(|other| is_open(other)) => {
            // Who lives alone in a town lives there.
            !predicate.is_empty() && !predicate.iter().any(|other| is_in_one_place(other, word))
        }
        // Who reports to somebody may report to another, too.
        Some(Kind::Other) if !is_now && predicate.iter().any(|other| other.form == "report") => true,
        Some(Kind::Other) if word.class == Class::Plain => predicate.iter().any(|other| other.form == "belong"),
        _ => false,
    }
}

/// What is said of the subject before the phrase in which a word stands, but that it is: is *taken* at 8.
fn predicate<'a>(statement: &'a Statement, word: &Word) -> Vec<&'a Word> {
    let is_said = |other: &&Word| {
        other.at < word.at
            && other.after_verb
            && other.preposition.is_none()
            && other.class != Class::Number
            && !is_time(statement, other)
    };
    let is_verb = |other: &&Word| other.at < word.at && other.is_state() && other.preposition.is_none();
    statement.words.iter().filter(|other| is_said(other) || is_verb(other)).collect()
}

/// Whether something is said to be done that is done once: the meeting starts at 3. A pump starts at 6, and again at 18.
fn is_event(statement: &Statement, verb: &Word, time: &Word) -> bool {
    const EVENTS: [&str; 18] = [
        "start", "begin", "end", "due", "schedul", "schedule", "plan", "set", "book", "hold", "held", "expir",
        "expire", "move", "mov", "postpon", "postpone", "happen",
    ];
    // A shop opens at one time of each day.
    let is_once_a_day = time.class == Class::Number && matches!(&*verb.lower, "opens" | "closes");
    let may_recur = matches!(&*verb.form, "start" | "begin" | "end") && is_clock(time) && !is_of_appointment(statement);
    EVENTS.contains(&&*verb.form) && !may_recur || is_once_a_day
}

/// Whether a number is a time of the day, and not a day.
fn is_clock(time: &Word) -> bool {
    let is_of_the_month = ["st", "nd", "rd", "th"].iter().any(|ending| time.shown.ends_with(ending));
    time.class == Class::Number && !is_of_the_month && !matches!(&*time.with, "month" | "월" | "일")
}

/// Whether it speaks of what is agreed on, which has one time.
fn is_of_appointment(statement: &Statement) -> bool {
    statement.words.iter().any(|word| word.is_in(Known::appointment))
}

/// Whether it is done at one place for long: to live, to be based. Of jobs, that is said of those with a name.
fn is_in_one_place(verb: &Word, place: &Word) -> bool {
    const PLACED: [&str; 23] = [
        "live", "liv", "reside", "resid", "dwell", "stay", "base", "bas", "locat", "locate", "born", "bear", "lie",
        "hold", "held", "schedul", "schedule", "plan", "park", "store", "stor", "sit", "land",
    ];
    PLACED.contains(&&*verb.form) || is_job(verb) && place.class == Class::Name
}

fn is_open(word: &Word) -> bool {
    matches!(&*word.form, "open" | "close" | "clos" | "closed")
}

fn is_job(verb: &Word) -> bool {
    matches!(&*verb.form, "work" | "employ" | "study" | "studi" | "start")
}

/// What goes more than once a day, and to more than one place.
fn is_vehicle(word: &Word) -> bool {
    const VEHICLES: [&str; 13] =
        ["bus", "train", "tram", "ferry", "ferri", "flight", "boat", "버스", "기차", "열차", "배", "비행기", "지하철"];
    !word.after_verb && VEHICLES.contains(&&*word.form)
}

fn is_beside_korean(statement: &Statement, word: &Word) -> bool {
    let words = &statement.words;
    let next = words.iter().find(|other| other.at > word.at);
    let is_before = |forms: &[&str]| next.is_some_and(|next| forms.contains(&&*next.form));
    let is_near = is_before(&["근처", "부근", "인근", "주변", "옆", "쪽"]);
    let is_for = matches!(&*word.with, "을" | "를") && is_before(&["위한", "위하", "위해"]);
    let is_time = is_time(statement, word);
    if is_near || is_for || word.with.starts_with("보다") || is_time && statement.is_repeated {
        return true;
    }
    let is_of_vehicle = statement.words.iter().any(is_vehicle) && (is_time || word.with == "에서");
    let Some(verb) = words.iter().rev().find(|other| other.is_verb) else { return is_of_vehicle };
    is_of_vehicle
        || if is_time { !is_korean_event(statement, verb, word) } else { is_workplace(word) && is_korean_job(verb) }
}

fn is_korean_event(statement: &Statement, verb: &Word, time: &Word) -> bool {
    let is_once_a_day = time.class == Class::Number && matches!(&*verb.form, "열" | "열리" | "닫" | "닫히");
    let may_recur =
        matches!(&*verb.form, "시작" | "시작하" | "끝" | "끝나") && is_clock(time) && !is_of_appointment(statement);
    matches!(&*verb.form, "시작" | "시작하" | "끝" | "끝나" | "마감" | "마감하" | "예정" | "종료") && !may_recur
        || is_once_a_day
}

fn is_korean_job(verb: &Word) -> bool {
    matches!(&*verb.lower, "일" | "일하" | "근무" | "근무하")
}

/// Whether it names a sort of house in which somebody works, rather than a firm.
fn is_workplace(word: &Word) -> bool {
    const HOUSES: [&str; 12] =
        ["카페", "식당", "은행", "호텔", "빵집", "편의점", "공장", "서점", "마트", "가게", "미용실", "약국"];
    HOUSES.contains(&&*word.form)
}

/// Whether a word says when: a time of the day, a part of it, a day.
fn is_time(statement: &Statement, word: &Word) -> bool {
    if word.class != Class::Number {
        return is_day(word);
    }
    let is_next_to_month = || {
        let is_month = |other: &Word| matches!(&*other.with, "month" | "월") && other.at.abs_diff(word.at) <= 1;
        statement.words.iter().any(is_month)
    };
    let is_hour_of = |kind: Kind| {
        let is_just_behind = |preposition: Preposition| preposition.kind == kind && preposition.at + 1 == word.at;
        word.preposition.is_some_and(is_just_behind) && word.form.parse::<u32>().is_ok_and(|hour| hour <= 24)
    };
    let is_of_the_month = || ["st", "nd", "rd", "th"].iter().any(|ending| word.shown.ends_with(ending));
    let is_minute = word.with == "분" && statement.words.iter().any(|other| other.with == "시");
    is_minute
        || matches!(&*word.with, "am" | "pm" | "시" | "일" | "월" | "month")
        || word.form.contains(':')
        || word.with.is_empty() && is_hour_of(Kind::At)
        || is_of_the_month()
        || is_next_to_month()
}

/// Parts of a week and of a day.
const PARTS: [&str; 7] = ["weekend", "weekday", "morning", "noon", "afternoon", "evening", "night"];

/// Parts of a day, a week and a year in Korean.
const KOREAN_DAYS: [&str; 14] =
    ["봄", "여름", "가을", "겨울", "아침", "점심", "저녁", "새벽", "밤", "낮", "오전", "오후", "주말", "평일"];

fn is_day(word: &Word) -> bool {
    is_weekday(word)
        || PARTS.contains(&word.lower.trim_end_matches('s'))
        || KOREAN_DAYS.contains(&&*word.form)
        || word.form.ends_with("요일")
        || matches!(&*word.lower, "today" | "tonight")
}

/// Whether more than one is meant: Mondays.
fn is_repeated(word: &Word) -> bool {
    word.lower.ends_with('s') && is_day(word)
}

/// Whether a word is a day of the week, of one week or of all.
pub fn is_weekday(word: &Word) -> bool {
    WEEKDAYS.contains(&word.lower.trim_end_matches('s'))
}
