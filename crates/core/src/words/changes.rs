//! What is not as it was: texts that say so, and questions that ask how it is now.

use super::tokenizer::{Script, Tokens};

/// Words of a text that are looked at: what it is about is said at its beginning, and pages of code or of an answer after it speak of
/// much that is "new" or "updated".
const BEGINNING: usize = 100;

/// Whether the text says that something has changed: "now", "moved to", "no longer", "이제", "바뀌었어".
pub fn speaks_of_change(tokens: &Tokens) -> bool {
    tokens.list.iter().take(BEGINNING).enumerate().any(|(at, &token)| match token.script {
        Script::Latin => is_english(tokens, at, &tokens.lower(token)),
        Script::Hangul => KOREAN.iter().any(|start| tokens.cased(token).starts_with(start)),
        Script::Number | Script::Other => false,
    })
}

fn is_english(tokens: &Tokens, at: usize, word: &str) -> bool {
    let before = || at.checked_sub(1).map(|before| tokens.lower(tokens.list[before])).unwrap_or_default();
    match word {
        "longer" | "more" => matches!(&*before(), "no" | "any"),
        "new" => OF_SOMETHING.contains(&&*before()),
        _ => ENGLISH.contains(&word),
    }
}

/// Whether a question asks how something is, rather than how it was: "What is my target?", "회의가 몇 시야?"
pub fn asks_how_it_is(tokens: &Tokens) -> bool {
    let words = || tokens.list.iter().filter(|token| token.script == Script::Latin).map(|&token| tokens.lower(token));
    let is_english = tokens.list.first().is_some_and(|&first| {
        ASKING.contains(&&*tokens.lower(first))
            && (tokens.cased(first).ends_with("'s") || words().any(|word| PRESENT.contains(&&*word)))
            && !words().any(|word| NOT_NOW.contains(&&*word))
    });
    is_english || is_korean_present(tokens)
}

fn is_korean_present(tokens: &Tokens) -> bool {
    let mut korean =
        tokens.list.iter().filter(|token| token.script == Script::Hangul).map(|&token| tokens.cased(token));
    let asks = korean.clone().any(|word| KOREAN_ASKING.iter().any(|start| word.starts_with(start)));
    asks && korean.next_back().is_some_and(|last| !last.chars().any(is_past))
}

/// Whether a syllable closes as those of the past do: 했, 왔, 었; "있" (to be) and "겠" (to come) do too, and are none.
fn is_past(syllable: char) -> bool {
    const FIRST: u32 = '가' as u32;
    const CODAS: u32 = 28;
    const SS: u32 = 20;
    let number = u32::from(syllable).wrapping_sub(FIRST);
    super::tokenizer::is_hangul(syllable) && number % CODAS == SS && !matches!(syllable, '있' | '겠')
}

/// Words that say that something is not as it was.
const ENGLISH: [&str; 32] = [
    "now",
    "recently",
    "anymore",
    "updated",
    "changed",
    "adjusted",
    "increased",
    "decreased",
    "extended",
    "rescheduled",
    "moved",
    "moving",
    "switched",
    "switching",
    "raised",
    "grew",
    "grown",
    "reached",
    "improved",
    "dropped",
    "lowered",
    "reduced",
    "postponed",
    "delayed",
    "revised",
    "expanded",
    "upgraded",
    "replaced",
    "shifted",
    "renamed",
    "cancelled",
    "canceled",
];

/// Words after which "new" says that there was an old one.
const OF_SOMETHING: [&str; 7] = ["the", "this", "my", "our", "its", "his", "her"];

/// How the words begin that say so in Korean.
const KOREAN: [&str; 34] = [
    "이제",
    "이젠",
    "지금은",
    "요즘은",
    "최근",
    "새로",
    "더는",
    "바뀌",
    "바뀐",
    "바꿨",
    "바꾸",
    "바꿔",
    "변경",
    "옮겼",
    "옮긴",
    "옮겨",
    "늘었",
    "늘어",
    "늘렸",
    "줄었",
    "줄어",
    "줄였",
    "연기",
    "미뤄",
    "미뤘",
    "앞당",
    "조정",
    "수정",
    "갱신",
    "취소",
    "교체",
    "올랐",
    "내렸",
    "이사",
];

const ASKING: [&str; 13] =
    ["what", "how", "when", "which", "where", "who", "whose", "what's", "when's", "where's", "who's", "how's", "whom"];
const PRESENT: [&str; 9] = ["is", "are", "am", "do", "does", "have", "has", "should", "can"];
/// Words of questions about what was, or about the time between two things, of which neither is what it is now.
const NOT_NOW: [&str; 5] = ["did", "was", "were", "had", "between"];
const KOREAN_ASKING: [&str; 14] =
    ["뭐", "뭘", "무엇", "무슨", "몇", "언제", "어디", "누구", "누가", "얼마", "어느", "어떤", "어떻게", "며칠"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_as_it_was_is_told() {
        for text in [
            "The call moved to Tuesday",
            "My new target is 1,350 words",
            "I no longer eat meat",
            "We don't live there any more",
            "it has now reached 165",
            "회의가 네 시로 바뀌었어",
            "이제 부산에 살아",
        ] {
            assert!(speaks_of_change(&Tokens::new(text)), "{text}");
        }
        for text in ["The call is on Tuesday", "A new day", "one more coffee", "회의는 네 시야", ""] {
            assert!(!speaks_of_change(&Tokens::new(text)), "{text}");
        }
    }

    #[test]
    fn only_the_beginning_says_what_a_text_is_about() {
        let code = |before: usize| format!("{} updated", "print ".repeat(before));
        assert!(speaks_of_change(&Tokens::new(&code(BEGINNING - 1))));
        assert!(!speaks_of_change(&Tokens::new(&code(BEGINNING))));
    }

    #[test]
    fn those_who_ask_how_it_is_are_told() {
        for text in [
            "What is my weekly target?",
            "When's the call?",
            "How many words do I write a week?",
            "회의가 몇 시야?",
            "내 차는 어디 있어?",
        ] {
            assert!(asks_how_it_is(&Tokens::new(text)), "{text}");
        }
        for text in [
            "What was my weekly target?",
            "When did we call?",
            "How many days are there between the call and the deadline?",
            "Is there a call?",
            "회의가 몇 시였지?",
            "어디에 갔어?",
            "회의가 있어",
            "",
        ] {
            assert!(!asks_how_it_is(&Tokens::new(text)), "{text}");
        }
    }
}
