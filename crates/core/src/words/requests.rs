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

/// Words that end as plurals do.
const NO_PLURALS: [&str; 9] = ["is", "was", "does", "has", "its", "this", "his", "as", "news"];

/// "how many", "what are", "which kind of", "which old books".
fn asks_for_many(tokens: &Tokens, at: usize) -> bool {
    let word = |at: usize| tokens.list.get(at).map(|&token| tokens.lower(token));
    let (Some(first), Some(second)) = (word(at), word(at + 1)) else { return false };
    if first == "how" {
        return second == "many";
    }
    let third = word(at + 2);
    let is_verb = NO_PLURALS.contains(&&*second);
    ASKING.contains(&&*first)
        && (OF_SEVERAL.contains(&&*second)
            || is_plural(&second)
            || !is_verb && third.is_some_and(|third| is_plural(&third)))
}

/// Whether an English word looks like a plural, or says which kind is meant, of which there may be several.
fn is_plural(word: &str) -> bool {
    let is_kind = ["kind", "type", "sort"].contains(&word);
    is_kind || word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !NO_PLURALS.contains(&word)
}

/// 몇 군데, 몇 가지, 몇 명, 몇 번.
fn is_counted(tokens: &Tokens, at: usize) -> bool {
    let counted = |&next| COUNTED.iter().any(|unit| tokens.cased(next).starts_with(unit));
    tokens.cased(tokens.list[at]) == "몇" && tokens.list.get(at + 1).is_some_and(counted)
}

const COUNTED: [&str; 4] = ["군데", "가지", "명", "번"];

/// 책들은, 친구들이: with a particle, since many words end with 들.
fn is_plural_korean(word: &str, stem: &str) -> bool {
    let particle = &word[stem.len()..];
    particle.starts_with('들') || !particle.is_empty() && stem.strip_suffix('들').is_some_and(|one| !one.is_empty())
}

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
        ] {
            assert!(asks_for_several(&Tokens::new(text)), "{text}");
        }
        for text in [
            "What is the name of the dog?",
            "What does Ann do?",
            "Which dress did she wear?",
            "How much was it?",
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
