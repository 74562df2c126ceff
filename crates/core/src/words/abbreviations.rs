//! Short forms: a word that people clip is read as the word that it stands for, and what is named by its initials is found by its name, and the
//! other way round.

use super::{Script, Token, Tokens, english, korean};
use std::borrow::Cow;
use std::num::NonZeroU8;

/// Names of fewer words are left as they are: two letters mean too much else.
const INITIALS_MIN: usize = 3;

/// Nobody makes an abbreviation of more.
const INITIALS_MAX: usize = 6;

/// The word that a clipped one stands for, in the least space: every word of a text has room for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole(NonZeroU8);

impl Whole {
    /// The word itself.
    pub fn word(self) -> &'static str {
        ENGLISH[usize::from(self.0.get()) - 1].1
    }
}

/// What an English word is read as if it is a clipped one, in whatever case.
pub fn english_word(word: &str) -> Option<Whole> {
    let at = place(ENGLISH, &ENGLISH_ENDS, word)?;
    NonZeroU8::new(u8::try_from(at + 1).ok()?).map(Whole)
}

/// What a Korean word is read as if it is a clipped one, or one of respect, with or without a particle: some of the short forms end as if they had one.
pub fn korean_word(word: &str) -> Option<&'static str> {
    korean_word_of(word, korean::stem(word))
}

/// The same, for whoever has its stem.
pub fn korean_word_of(word: &str, stem: &str) -> Option<&'static str> {
    let whole = |word| place(KOREAN, &KOREAN_ENDS, word).map(|at| KOREAN[at].1);
    let plain = |word| place(POLITE, &POLITE_ENDS, word).map(|at| POLITE[at].1);
    whole(word).or_else(|| whole(stem)).or_else(|| plain(stem))
}

fn place(pairs: &[(&str, &str)], ends: &Ends, word: &str) -> Option<usize> {
    let mask = ends.get(word.len())?;
    if mask >> (word.bytes().last()?.to_ascii_lowercase() % 64) & 1 == 0 {
        return None;
    }
    pairs.binary_search_by_key(&word.to_ascii_lowercase().as_str(), |&(short, _)| short).ok()
}

/// Of the short forms of each length in bytes, the last bytes that there are, a bit each: nearly every word is told by it to be none of them, and it is
/// every word of every text that asks.
type Ends = [u64; 16];

const fn ends(pairs: &[(&str, &str)]) -> Ends {
    let mut masks = [0; 16];
    let mut at = 0;
    while at < pairs.len() {
        let short = pairs[at].0.as_bytes();
        masks[short.len()] |= 1 << (short[short.len() - 1] % 64);
        at += 1;
    }
    masks
}

static ENGLISH_ENDS: Ends = ends(ENGLISH);
static KOREAN_ENDS: Ends = ends(KOREAN);
static POLITE_ENDS: Ends = ends(POLITE);
static INITIALS_ENDS: Ends = ends(INITIALS);

/// What a text is found by as well: initials of the names in it, and the names that well-known initials in it stand for. None if there are none.
pub fn keys(tokens: &Tokens) -> Option<Tokens> {
    let name_of = |&token| place(INITIALS, &INITIALS_ENDS, tokens.cased(token)).map(|at| INITIALS[at].1);
    let mut keys: Vec<Cow<'_, str>> = tokens.list.iter().filter_map(name_of).map(Cow::Borrowed).collect();
    keys.extend(initials(tokens).into_iter().map(Cow::Owned));
    (!keys.is_empty()).then(|| Tokens::new(&keys.join(" ")))
}

/// The initials, in lower case, of what a text calls by its name: "nyc" for "New York City", "dmv" for "Department of Motor Vehicles".
///
/// A name is a run of words with a capital letter, small words of grammar between them left out; the first one does not count if it is such a word
/// itself ("The New York Times"). After Schwartz and Hearst (2003), "A simple algorithm for identifying abbreviation definitions in biomedical
/// text", whose rule for a short form is that it begins as its words do.
fn initials(tokens: &Tokens) -> Vec<String> {
    let (mut names, mut name) = (Vec::new(), String::new());
    let mut end = |name: &mut String| {
        if (INITIALS_MIN..=INITIALS_MAX).contains(&name.len()) {
            names.push(std::mem::take(name));
        }
        name.clear();
    };
    for (at, &token) in tokens.list.iter().enumerate() {
        if name.is_empty() && !tokens.cased(token).starts_with(|c: char| c.is_ascii_uppercase()) {
            continue; // most words neither are names nor stand in one
        }
        if at > 0 && !tokens.is_next(tokens.list[at - 1], token) {
            end(&mut name);
        }
        match kind(tokens, token) {
            Kind::Name(letter) => name.push(letter),
            Kind::Grammar => {}
            Kind::Other => end(&mut name),
        }
    }
    end(&mut name);
    names
}

/// What a word is to a name.
enum Kind {
    /// A part of it, which begins with this letter.
    Name(char),
    /// "of", "the": stands between its parts, and counts for none.
    Grammar,
    /// No part of it.
    Other,
}

fn kind(tokens: &Tokens, token: Token) -> Kind {
    let word = tokens.cased(token);
    let mut letters = word.chars();
    match (token.script, letters.next()) {
        (Script::Latin, Some(_)) if english::is_stop_word(&tokens.lower(token)) => Kind::Grammar,
        (Script::Latin, Some(first)) if first.is_ascii_uppercase() && letters.any(char::is_lowercase) => {
            Kind::Name(first.to_ascii_lowercase())
        }
        _ => Kind::Other,
    }
}

/// Clipped words of letters and chats that are nothing else. Sorted by their bytes, for bisection, as the others are.
const ENGLISH: &[(&str, &str)] = &[
    ("acct", "account"),
    ("accts", "accounts"),
    ("addr", "address"),
    ("admin", "administrator"),
    ("approx", "approximately"),
    ("appt", "appointment"),
    ("appts", "appointments"),
    ("apt", "apartment"),
    ("ave", "avenue"),
    ("b'day", "birthday"),
    ("bball", "basketball"),
    ("bbq", "barbecue"),
    ("bday", "birthday"),
    ("bf", "boyfriend"),
    ("biz", "business"),
    ("blvd", "boulevard"),
    ("convo", "conversation"),
    ("convos", "conversations"),
    ("dept", "department"),
    ("depts", "departments"),
    ("esp", "especially"),
    ("fav", "favorite"),
    ("fave", "favorite"),
    ("faves", "favorites"),
    ("favourite", "favorite"),
    ("favourites", "favorites"),
    ("fri", "friday"),
    ("gf", "girlfriend"),
    ("govt", "government"),
    ("hrs", "hours"),
    ("hubby", "husband"),
    ("info", "information"),
    ("intl", "international"),
    ("js", "javascript"),
    ("k8s", "kubernetes"),
    ("lb", "pound"),
    ("lbs", "pounds"),
    ("maths", "math"),
    ("mgmt", "management"),
    ("mgr", "manager"),
    ("mins", "minutes"),
    ("msg", "message"),
    ("msgs", "messages"),
    ("pic", "picture"),
    ("pics", "pictures"),
    ("pkg", "package"),
    ("pls", "please"),
    ("plz", "please"),
    ("postgres", "postgresql"),
    ("ppl", "people"),
    ("prof", "professor"),
    ("pwd", "password"),
    ("qty", "quantity"),
    ("repo", "repository"),
    ("repos", "repositories"),
    ("sched", "schedule"),
    ("secs", "seconds"),
    ("thu", "thursday"),
    ("thur", "thursday"),
    ("thurs", "thursday"),
    ("thx", "thanks"),
    ("tmr", "tomorrow"),
    ("tmrw", "tomorrow"),
    ("tonite", "tonight"),
    ("tue", "tuesday"),
    ("tues", "tuesday"),
    ("tv", "television"),
    ("tvs", "televisions"),
    ("uni", "university"),
    ("univ", "university"),
    ("veggie", "vegetable"),
    ("veggies", "vegetables"),
    ("vid", "video"),
    ("vids", "videos"),
    ("wk", "week"),
    ("wks", "weeks"),
    ("xmas", "christmas"),
    ("yday", "yesterday"),
    ("yr", "year"),
    ("yrs", "years"),
];

/// Clipped words of Korean chats that are nothing else.
const KOREAN: &[(&str, &str)] = &[
    ("강쥐", "강아지"),
    ("고딩", "고등학생"),
    ("금욜", "금요일"),
    ("남친", "남자친구"),
    ("냥이", "고양이"),
    ("놋북", "노트북"),
    ("단톡", "단체카카오톡"),
    ("담달", "다음달"),
    ("담주", "다음주"),
    ("대딩", "대학생"),
    ("댕댕이", "강아지"),
    ("맥날", "맥도날드"),
    ("목욜", "목요일"),
    ("배민", "배달의민족"),
    ("비번", "비밀번호"),
    ("생파", "생일파티"),
    ("셤", "시험"),
    ("수욜", "수요일"),
    ("스벅", "스타벅스"),
    ("쌤", "선생님"),
    ("알바", "아르바이트"),
    ("엘베", "엘리베이터"),
    ("여친", "여자친구"),
    ("월욜", "월요일"),
    ("유툽", "유튜브"),
    ("인스타", "인스타그램"),
    ("일욜", "일요일"),
    ("자소서", "자기소개서"),
    ("중딩", "중학생"),
    ("직딩", "직장인"),
    ("초딩", "초등학생"),
    ("카톡", "카카오톡"),
    ("토욜", "토요일"),
    ("페북", "페이스북"),
    ("프사", "프로필사진"),
    ("화욜", "화요일"),
];

/// Words of respect, and what one calls one's family, with the plain words: of whom and of what one speaks is the same.
const POLITE: &[(&str, &str)] = &[
    ("누님", "누나"),
    ("댁", "집"),
    ("따님", "딸"),
    ("모친", "어머니"),
    ("부친", "아버지"),
    ("생신", "생일"),
    ("성함", "이름"),
    ("아드님", "아들"),
    ("아버님", "아버지"),
    ("아빠", "아버지"),
    ("약주", "술"),
    ("어머님", "어머니"),
    ("엄마", "어머니"),
    ("연세", "나이"),
    ("와이프", "아내"),
    ("집사람", "아내"),
    ("할머님", "할머니"),
    ("할아버님", "할아버지"),
    ("형님", "형"),
];

/// Initials that stand for the same wherever they are met.
const INITIALS: &[(&str, &str)] = &[
    ("adhd", "attention deficit hyperactivity disorder"),
    ("api", "application programming interface"),
    ("atm", "automated teller machine"),
    ("ceo", "chief executive officer"),
    ("cfo", "chief financial officer"),
    ("cli", "command line interface"),
    ("cpr", "cardiopulmonary resuscitation"),
    ("cto", "chief technology officer"),
    ("dmv", "department of motor vehicles"),
    ("eta", "estimated time of arrival"),
    ("eu", "european union"),
    ("faq", "frequently asked questions"),
    ("gdpr", "general data protection regulation"),
    ("gpa", "grade point average"),
    ("gps", "global positioning system"),
    ("hiit", "high intensity interval training"),
    ("irs", "internal revenue service"),
    ("kpi", "key performance indicator"),
    ("llm", "large language model"),
    ("mlb", "major league baseball"),
    ("mri", "magnetic resonance imaging"),
    ("mvp", "minimum viable product"),
    ("nba", "national basketball association"),
    ("nfl", "national football league"),
    ("ngo", "nongovernmental organization"),
    ("nlp", "natural language processing"),
    ("nyc", "new york city"),
    ("okr", "objectives and key results"),
    ("phd", "doctor of philosophy"),
    ("pto", "paid time off"),
    ("ptsd", "post traumatic stress disorder"),
    ("roi", "return on investment"),
    ("rpg", "role playing game"),
    ("sf", "san francisco"),
    ("sla", "service level agreement"),
    ("suv", "sport utility vehicle"),
    ("uk", "united kingdom"),
    ("usa", "united states of america"),
    ("vpn", "virtual private network"),
    ("wfh", "working from home"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_lead_to_no_other_short_form() {
        for table in [ENGLISH, KOREAN, POLITE, INITIALS] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0));
            for (short, whole) in table {
                assert!(
                    table.iter().all(|(other, _)| other != whole),
                    "{short} is read as {whole}, which is short too"
                );
            }
        }
        assert!(ENGLISH.len() < usize::from(u8::MAX));
        let is_clipped = |short: &str| ENGLISH.iter().any(|&(clipped, _)| clipped == short);
        assert!(!INITIALS.iter().any(|&(short, _)| is_clipped(short)), "one of the two would not be read");
    }

    #[test]
    fn names_have_initials() {
        let of = |text: &str| initials(&Tokens::new(text));
        assert_eq!(of("we flew to New York City yesterday"), ["nyc"]);
        assert_eq!(of("At the Department of Motor Vehicles, again"), ["dmv"]);
        assert_eq!(of("The Natural History Museum"), ["nhm"]);
        assert_eq!(of("Ann, Ben, Carl and Dora"), [""; 0], "each name is one");
        assert_eq!(of("I met Ann Lee. She is well"), [""; 0], "two words have no initials");
        assert_eq!(of("READ THIS AT ONCE PLEASE"), [""; 0], "who shouts names nothing");
        assert_eq!(of("Alpha Bravo Charlie Delta Echo Foxtrot Golf"), [""; 0], "a list");
    }
}
