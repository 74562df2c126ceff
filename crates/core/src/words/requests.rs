//! What a question wants to have: one thing, or all that there is of a subject.

use super::korean;
use super::tokenizer::{Script, Tokens};

/// Whether a summary is asked for: "summarize", "an overview", "요약해 줘".
pub fn asks_for_summary(tokens: &Tokens) -> bool {
    tokens.list.iter().any(|&token| match token.script {
        Script::Latin => ENGLISH.iter().any(|start| tokens.lower(token).starts_with(start)),
        Script::Hangul => KOREAN.iter().any(|start| tokens.cased(token).starts_with(start)),
        Script::Number | Script::Other => false,
    })
}

/// Whether several things are asked for, and not one: "which books", "how many", "all", 몇 군데, 모두.
pub fn asks_for_several(tokens: &Tokens) -> bool {
    tokens.list.iter().enumerate().any(|(at, &token)| match token.script {
        Script::Latin => SEVERAL.contains(&&*tokens.lower(token)) || asks_for_many(tokens, at),
        Script::Hangul => {
            let stem = korean::stem(tokens.cased(token));
            SEVERAL_KOREAN.contains(&stem) || is_counted(tokens, at) || is_plural_korean(tokens.cased(token), stem)
        }
        Script::Number | Script::Other => false,
    })
}

/// Words that speak of several things wherever they stand.
const SEVERAL: [&str; 6] = ["all", "list", "different", "various", "each", "every"];
const SEVERAL_KOREAN: [&str; 4] = ["모두", "전부", "각각", "여러"];

/// What asks for something, and what behind it says that it is several things.
const ASKING: [&str; 3] = ["what", "which", "who"];
const OF_SEVERAL: [&str; 4] = ["are", "were", "have", "else"];

/// Verbs that help others: behind a plural that is asked for, one of them stands.
const AUXILIARIES: [&str; 18] = [
    "are", "can", "could", "did", "do", "does", "had", "has", "have", "is", "may", "must", "shall", "should", "was",
    "were", "will", "would",
];

/// Words that end as plurals do.
const NO_PLURALS: [&str; 3] = ["this", "news", "always"];

/// "how many", "what are", "which kind of", "which old books".
fn asks_for_many(tokens: &Tokens, at: usize) -> bool {
    let word = |at: usize| tokens.list.get(at).map(|&token| tokens.lower(token));
    let (Some(first), Some(second)) = (word(at), word(at + 1)) else { return false };
    if first == "how" {
        return second == "many";
    }
    if !ASKING.contains(&&*first) {
        return false;
    }
    let is_auxiliary = |at: usize| word(at).is_some_and(|word| AUXILIARIES.contains(&&*word));
    let asks_for_plural = |at: usize| word(at).is_some_and(|word| is_plural(&word)) && is_auxiliary(at + 1);
    let is_noun = first != "who" && !is_auxiliary(at + 1); // "Who lives", "What did James say"
    OF_SEVERAL.contains(&&*second)
        || is_noun && (is_kind(&second) || asks_for_plural(at + 1) || asks_for_plural(at + 2))
}

/// Whether a word asks which kind is meant, of which there may be several.
fn is_kind(word: &str) -> bool {
    ["kind", "kinds", "type", "types", "sort", "sorts"].contains(&word)
}

/// Whether an English word looks like a plural.
fn is_plural(word: &str) -> bool {
    word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !NO_PLURALS.contains(&word)
}

/// 몇 군데, 몇 가지, 몇 명, 몇 번.
fn is_counted(tokens: &Tokens, at: usize) -> bool {
    let counted = |&next| COUNTED.iter().any(|unit| tokens.cased(next).starts_with(unit));
    tokens.cased(tokens.list[at]) == "몇" && tokens.list.get(at + 1).is_some_and(counted)
}

const COUNTED: [&str; 4] = ["군데", "가지", "명", "번"];

/// 책들은, 친구들이: with a particle, since many words end with 들. Of those of one syllable it is a part (아들은), but for a few.
fn is_plural_korean(word: &str, stem: &str) -> bool {
    let (one, behind) = stem.strip_suffix('들').map_or((stem, &word[stem.len()..]), |one| (one, &word[one.len()..]));
    let has_particle = behind.strip_prefix('들').is_some_and(|particle| !particle.is_empty());
    has_particle && (one.chars().count() > 1 || ONE_OF_SEVERAL.contains(&one))
}

/// Words of one syllable that have a plural, and make no other word with it.
const ONE_OF_SEVERAL: [&str; 4] = ["책", "애", "그", "얘"];

/// How the words begin that ask for one.
const ENGLISH: [&str; 4] = ["summar", "overview", "recap", "synops"];
const KOREAN: [&str; 5] = ["요약", "간추려", "간추린", "총정리", "정리해"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_ask_for_several_things_are_told() {
        for text in [
            "Which books did Ann read?",
            "What kind of music does she like?",
            "How many coats are in the hall?",
            "What old records has he bought?",
            "Who else was there?",
            "List the towns on the way",
            "내가 가 본 섬은 모두 어디야?",
            "카페를 몇 군데 갔지?",
            "친구들이 뭐라고 했어?",
            "애들한테 뭘 줬지?",
        ] {
            assert!(asks_for_several(&Tokens::new(text)), "{text}");
        }
        for text in [
            "What is the name of the dog?",
            "What does Ann do?",
            "Which dress did she wear?",
            "How much was it?",
            "Who lives in Graz?",
            "Who owns the dog?",
            "What happens then?",
            "What did James say?",
            "What will Chris do?",
            "아들은 어디 갔어?",
            "아들이 뭐래?",
            "몇 시에 만나?",
            "산들바람이 불었어?",
            "",
        ] {
            assert!(!asks_for_several(&Tokens::new(text)), "{text}");
        }
    }

    #[test]
    fn those_who_ask_for_a_summary_are_told() {
        for text in [
            "Summarize how my garden came along",
            "Give me an overview",
            "a RECAP, please",
            "여행 계획을 요약해 줘",
            "정리해 줄래?",
        ] {
            assert!(asks_for_summary(&Tokens::new(text)), "{text}");
        }
        for text in ["When was the summer fair?", "What did I plant?", "정원에 뭘 심었지?", ""] {
            assert!(!asks_for_summary(&Tokens::new(text)), "{text}");
        }
    }
}
