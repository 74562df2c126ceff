//! What a question wants to have: one thing, or all that there is of a subject.

use super::tokenizer::{Script, Tokens};

/// Whether a summary is asked for: "summarize", "an overview", "요약해 줘".
pub fn asks_for_summary(tokens: &Tokens) -> bool {
    tokens.list.iter().any(|&token| match token.script {
        Script::Latin => ENGLISH.iter().any(|start| tokens.lower(token).starts_with(start)),
        Script::Hangul => KOREAN.iter().any(|start| tokens.cased(token).starts_with(start)),
        Script::Number | Script::Other => false,
    })
}

/// How the words begin that ask for one.
const ENGLISH: [&str; 4] = ["summar", "overview", "recap", "synops"];
const KOREAN: [&str; 5] = ["요약", "간추려", "간추린", "총정리", "정리해"];

#[cfg(test)]
mod tests {
    use super::*;

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
