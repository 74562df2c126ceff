//! The states, and the phrases by which people speak of them.

use super::reading::Phase;
use crate::similar::korean;
use crate::similar::lexicon::known;
use crate::similar::statement::WORDS_MAX;
use crate::words::Tokens;
use crate::words::english::stem;
use crate::words::tokenizer::is_hangul;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What may be said to be so for a while.
pub struct State {
    /// What stands in the place of `*` in its phrases.
    pub takes: Takes,
    /// Whether there is one at a time: to begin another ends it.
    pub is_single: bool,
    /// Words by which those that speak of it are found.
    cues: &'static str,
    /// Phrases, a line of them for each phase.
    lines: &'static [(Phase, &'static str)],
}

/// What a state is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A place to live in: a name.
    Place,
    /// Something with a name.
    Name,
    /// A number, a day, a time; or anything, of what one has one of.
    Worth,
    /// How old somebody is.
    Age,
    /// What somebody works as: one of a list.
    Job,
    /// On which of its terms something is used: the free plan.
    Tier,
    /// One of a few things of which one does what the others do: a telephone of one maker or of another.
    Rival,
    /// What somebody is in a firm or an army: senior developer.
    Rank,
    /// Anything.
    Any,
    /// One of a few conditions, which the phrase itself says: `phrase = condition`.
    Condition,
    /// What one does, with its verb: smoke, drink coffee.
    Habit,
}

use Phase::{Begins, Ends, Holds, Turns};

/// Places in [`STATES`]: what something is, or costs; what it is called; what one does again and again; what one has; how old one is; how high
/// one stands; as what one works.
pub const WORTH: usize = 2;
pub const NAME: usize = 3;
pub const HABIT: usize = 6;
pub const OWN: usize = 7;
pub const AGE: usize = 11;
pub const RANK: usize = 12;
pub const JOB: usize = 13;

/// The states.
///
/// An English phrase is made of words in their base form, of which the first one bends: of the tense its phase needs. `*` is the value, `-` the
/// value that is over, `@` the thing that is spoken of, `+` by how much it changes. A Korean one is a verb, and the particles of the value (`*`), of what is over (`-`) and of
/// the thing (`@`). `?` before a phrase says that it as often says something else.
pub const STATES: [State; 16] = [
    State {
        takes: Takes::Place,
        is_single: true,
        cues: "live reside 살다 거주",
        lines: &[
            (Holds, "live in *, reside in *, dwell in *, be based in *, 살 *에, 살 *에서, 거주 *에"),
            (
                Begins,
                "move to *, move into *, relocate to *, settle in *, 이사 *로, 이사 *에, 이사가 *로, 이사오 *로, 이주 *로, 이민 *로, 이민가 *로",
            ),
            (Turns, "move from - to *, relocate from - to *, 이사 -에서 *로, 이사가 -에서 *로, 이사오 -에서 *로"),
            (Ends, "move away from *, move out of *"),
        ],
    },
    State {
        takes: Takes::Name,
        is_single: true,
        cues: "work job 다니다 일하다 근무",
        lines: &[
            (
                Holds,
                "work at *, work for *, employ at *, employ by *, have job at *, have new job at *, 일 *에서, 근무 *에서, 근무 *에, ?다니 *에, ?다니 *를",
            ),
            (
                Begins,
                "?join *, ?start at *, start work at *, start work for *, start job at *, start new job at *, get job at *, \
                 hire by *, 입사 *에, 취직 *에, 취업 *에",
            ),
            (Turns, "이직 *로, 이직 -에서 *로, 옮기 -에서 *로"),
            (
                Ends,
                "quit *, quit at *, ?leave *, resign from *, quit job at *, leave job at *, lay off from *, lay off by *, fire from *, \
                 fire by *, retire from *, quit job, leave job, lose job, lay off, get fire, be fire, resign, retire, \
                 그만두 *를, 관두 *를, 퇴사 *를, 퇴사 *에서, 퇴사, 퇴직 *에서, 퇴직, 사직, 은퇴, 잘리 *에서, 잘리",
            ),
        ],
    },
    State {
        takes: Takes::Worth,
        is_single: true,
        cues: "",
        lines: &[
            (
                Holds,
                "be *, be on *, be at *, cost *, weigh *, have *, have new @, leave at *, start at *, begin at *, start on *, begin on *, end at *",
            ),
            (
                Turns,
                "go up to *, go down to *, rise to *, increase to *, climb to *, grow to *, drop to *, fall to *, decrease to *, \
                 shrink to *, raise to *, lower to *, reduce to *, cut to *, change to *, move to *, postpone to *, \
                 postpone until *, extend to *, extend until *, push to *, push back to *, reschedule to *, reschedule for *, delay to *, \
                 delay until *, bring forward to *, change @ to *, raise @ to *, lower @ to *, cut @ to *, reduce @ to *, \
                 move @ to *, postpone @ to *, 오르 *로, 인상 *로, 인하 *로, 내리 *로, 떨어지 *로, 늘 *로, 줄 *로, 바뀌 *로, \
                 변경 *로, 변경 @를*로, 미루 *로, 연기 *로, 옮기 *로, 당기 *로, 바꾸 @를*로, 조정 *로, 개명 @를*로, \
                 change, change @, get new @, 바꾸 @를, 바뀌, 변경 @를, 변경",
            ),
            (
                Ends,
                "go up, go up by +, go down, go down by +, rise by +, fall by +, increase by +, decrease by +, drop by +, \
                 오르, 오르 +, 내리, 내리 +, 인상, 인상 +",
            ),
        ],
    },
    State {
        takes: Takes::Name,
        is_single: true,
        cues: "name called 이름",
        lines: &[(Holds, "call *, name *"), (Turns, "rename @ to *, rename @ *, rename to *, rename *, call * now")],
    },
    State {
        takes: Takes::Condition,
        is_single: true,
        cues: "vegetarian vegan meat 채식주의자 비건 고기",
        lines: &[
            (
                Holds,
                "be vegetarian = plants, be vegan = plants, eat meat = meat, 채식주의자 = plants, 비건 = plants, \
                 채식 = plants, 먹 @고기 = meat",
            ),
            (
                Begins,
                "become vegetarian = plants, become vegan = plants, turn vegetarian = plants, turn vegan = plants, go vegan = plants, \
                 go vegetarian = plants, start eat meat = meat, 채식주의자 = plants, 비건 = plants",
            ),
        ],
    },
    State {
        takes: Takes::Condition,
        is_single: true,
        cues: "married single divorced engaged husband wife 결혼 미혼 기혼 이혼",
        lines: &[
            (
                Holds,
                "be single = single, be unmarried = single, be married = married, be divorced = divorced, be engaged = engaged, \
                 be engaged to * = engaged, be married to * = married, 미혼 = single, 기혼 = married",
            ),
            (
                Begins,
                "get married = married, marry * = married, get divorced = divorced, get engaged = engaged, divorce * = divorced, \
                 결혼 = married, 이혼 = divorced",
            ),
        ],
    },
    State {
        takes: Takes::Habit,
        is_single: false,
        cues: "smoke drink play use 피우다 마시다",
        lines: &[
            (
                Holds,
                "smoke, smoke *, drink *, eat *, play *, practise *, practice *, do *, learn *, study *, go to *, 피우 *를, 마시 *를, 먹 *를, \
                 치 *를, 배우 *를, 하 *를, 다니 *에, 다니 *를",
            ),
            (Begins, "start *"),
            (Ends, "quit *, stop *, stop go to *, quit go to *, give up *, give up on *, 끊 *를, 그만두 *를, 관두 *를"),
        ],
    },
    State {
        takes: Takes::Any,
        is_single: false,
        cues: "own have car dog cat subscription girlfriend boyfriend 있다 키우다 가지다",
        lines: &[
            (
                Holds,
                "own *, have *, drive *, subscribe to *, be subscribe to *, have subscription to *, 키우 *를, 기르 *를, 구독 *를",
            ),
            (
                Ends,
                "sell @, cancel @, cancel subscription to *, unsubscribe from *, give away @, break up with @, split up with @, @ and i break up, \
                 @ and i split up, @ die, @ pass away, 팔 *를, 해지 *를, 죽 *가, ?헤어지 *랑, ?헤어지 *이랑, ?헤어지 *와, ?헤어지 *과, ?헤어지 *하고",
            ),
        ],
    },
    State {
        takes: Takes::Any,
        is_single: false,
        cues: "use study attend 쓰다 사용 다니다",
        lines: &[
            (Holds, "use *, study at *, attend *, 쓰 *를, 사용 *를, 이용 *를, 다니 *에, 다니 *를"),
            (
                Turns,
                "switch from - to *, migrate from - to *, move from - to *, change from - to *, replace - with *, 갈아타 -에서*로, \
                 바꾸 -에서*로, 옮기 -에서*로, 전환 -에서*로",
            ),
            (
                Ends,
                "stop use *, graduate from *, drop out of *, 졸업 *를, 졸업 *에서, 자퇴 *를, 자퇴 *에서, 중퇴 *를, 중퇴 *에서",
            ),
        ],
    },
    State {
        takes: Takes::Condition,
        is_single: false,
        cues: "pregnant 임신",
        lines: &[(Holds, "be pregnant = pregnant, 임신 = pregnant"), (Ends, "give birth, have baby, 출산")],
    },
    State {
        takes: Takes::Condition,
        is_single: false,
        cues: "student studies 학생 대학생",
        lines: &[(Holds, "be student = student, 학생 = student, 대학생 = student"), (Ends, "graduate, 졸업")],
    },
    State {
        takes: Takes::Age,
        is_single: true,
        cues: "old years age 살 나이",
        lines: &[(Holds, "be *"), (Turns, "turn *")],
    },
    State {
        takes: Takes::Rank,
        is_single: true,
        cues: "junior senior manager work 대리 과장 사원 직급",
        lines: &[
            (Holds, "be *, work as *"),
            (Turns, "promote to *, promote from - to *, 승진 *로, 승진 -에서 *로, 진급 *로"),
        ],
    },
    State {
        takes: Takes::Job,
        is_single: true,
        cues: "nurse teacher doctor engineer developer designer lawyer",
        lines: &[(Holds, "be *, work as *"), (Turns, "become *")],
    },
    State {
        takes: Takes::Tier,
        is_single: true,
        cues: "plan tier 요금제",
        lines: &[
            (Holds, "be on *, have *, use *, 쓰 *를, 사용 *를, 이용 *를"),
            (
                Turns,
                "upgrade to *, downgrade to *, switch to *, change to *, move to *, 바꾸 *로, 갈아타 *로, 변경 *로, 업그레이드 *로, \
                 올리 *로, 내리 *로",
            ),
        ],
    },
    State {
        takes: Takes::Rival,
        is_single: true,
        cues: "iphone android galaxy pixel 아이폰 갤럭시",
        lines: &[
            (Holds, "use *, have *, 쓰 *를, 사용 *를, 이용 *를"),
            (Turns, "?switch to *, ?change to *, ?바꾸 *로, ?갈아타 *로, ?옮기 *로, ?넘어가 *로"),
        ],
    },
];

/// A phrase of a state.
pub struct Phrase {
    /// Of which of [`STATES`].
    pub state: usize,
    /// What it says of it.
    pub phase: Phase,
    /// Its words: of English ones the stems, with the places between them; of Korean ones the verb, and its places with their particles.
    pub words: Vec<String>,
    /// The condition that it says.
    pub condition: Option<&'static str>,
    /// Whether it as often says something else.
    pub is_doubtful: bool,
}

impl Phrase {
    /// Whether what stands before its verb is the thing, and not who has it: my dog died.
    pub fn is_of_its_subject(&self) -> bool {
        self.words[0] == "@"
    }
}

/// What people work as; of one line may be one and the same, or both.
pub const JOBS: [&str; 40] = [
    "teacher tutor professor lecturer",
    "nurse",
    "doctor surgeon physician",
    "engineer developer programmer",
    "designer",
    "architect",
    "lawyer attorney",
    "chef cook baker",
    "pilot",
    "accountant",
    "dentist",
    "pharmacist",
    "journalist editor",
    "electrician",
    "plumber",
    "carpenter",
    "mechanic",
    "firefighter",
    "librarian",
    "translator interpreter",
    "barista bartender waiter waitress",
    "farmer",
    "veterinarian",
    "psychologist therapist",
    "receptionist secretary",
    "교사 강사 교수",
    "간호사",
    "의사",
    "개발자 엔지니어 프로그래머",
    "디자이너",
    "건축가",
    "변호사",
    "요리사 셰프",
    "회계사",
    "약사",
    "공무원",
    "소방관",
    "경찰관",
    "번역가 통역사",
    "바리스타",
];

/// Words that are in too many statements to look for a phrase by them.
const LIGHT: [&str; 6] = ["be", "have", "get", "go", "and", "i"];

/// All phrases by the word that they are looked for by.
pub static PHRASES: LazyLock<HashMap<String, Vec<Phrase>>> = LazyLock::new(|| {
    let mut phrases: HashMap<String, Vec<Phrase>> = HashMap::new();
    for (state, of) in STATES.iter().enumerate() {
        for (phase, line) in of.lines {
            for written in line.split(',') {
                let (key, phrase) = read(state, *phase, written.trim());
                phrases.entry(key).or_default().push(phrase);
            }
        }
    }
    phrases
});

fn read(state: usize, phase: Phase, written: &'static str) -> (String, Phrase) {
    let (said, condition) = written.split_once('=').map_or((written, None), |pair| (pair.0, Some(pair.1.trim())));
    let is_doubtful = said.starts_with('?');
    let said = said.trim_start_matches('?');
    let words = if said.contains(is_hangul) { korean_words(said) } else { said.split_whitespace().map(stem).collect() };
    let key = words.iter().find(|word| !is_place(word) && !LIGHT.contains(&&***word)).or(words.first());
    (key.cloned().unwrap_or_default(), Phrase { state, phase, words, condition, is_doubtful })
}

fn korean_words(said: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in said.chars().filter(|c| !c.is_whitespace()) {
        if is_place(c.encode_utf8(&mut [0; 4])) {
            words.push(String::new());
        }
        words.last_mut().into_iter().for_each(|word| word.push(c));
    }
    words
}

/// Whether a word of an English phrase is a place for others.
pub fn is_place(word: &str) -> bool {
    matches!(word, "*" | "-" | "@" | "+")
}

/// Words of which a phrase that begins, changes or ends a state can be told at a glance, with the number of that state.
pub static TOLD: LazyLock<Vec<(String, u16)>> = LazyLock::new(|| {
    let mut told: Vec<(String, u16)> = PHRASES
        .iter()
        .flat_map(|(key, phrases)| phrases.iter().map(move |phrase| (key, phrase)))
        .filter(|(_, phrase)| phrase.phase != Phase::Holds || phrase.condition.is_some())
        .map(|(key, phrase)| (key.clone(), phrase.state as u16))
        .collect();
    told.extend(["new", "새"].map(|word| (word.to_owned(), WORTH as u16)));
    told.push(("시작".to_owned(), HABIT as u16));
    told.extend(JOBS.iter().flat_map(|of| of.split(' ')).map(|job| (stem(job), JOB as u16)));
    told.sort_unstable();
    told.dedup();
    told
});

/// If a text says by a word that something is over, the words by which that is found; they may be none.
/// A long text says much else, and is not looked through for it.
pub fn cues(tokens: &Tokens) -> Option<Vec<&'static str>> {
    if tokens.list.len() > WORDS_MAX {
        return None;
    }
    let last = tokens.list.len().wrapping_sub(1);
    let told = |(at, &token)| told(&tokens.lower(token), at == last);
    let mut states: Vec<u16> = tokens.list.iter().enumerate().flat_map(told).copied().collect();
    states.sort_unstable();
    states.dedup();
    let cues = || states.iter().flat_map(|&state| STATES[usize::from(state)].cues.split_whitespace());
    (!states.is_empty()).then(|| cues().collect())
}

/// The states of which a word says that one begins or ends. In Korean that is the last word.
fn told(lower: &str, is_last: bool) -> &'static [u16] {
    if lower.is_ascii() {
        return known(&stem(known(lower).base.unwrap_or(lower))).told();
    }
    if !is_last || !korean::may_say_what_was(lower) {
        return &[];
    }
    let root = korean::form(lower, true, false).root;
    known(root.strip_suffix('하').unwrap_or(&root)).told()
}
