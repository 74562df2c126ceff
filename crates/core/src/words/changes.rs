//! What is not as it was: texts that say so, and questions that ask how it is now.

use super::tokenizer::{Script, Tokens};

/// Words of a text that are looked at: what it is about is said at its beginning, and pages of code or of an answer after it speak of
/// much that is "new" or "updated".
const BEGINNING: usize = 100;

/// Whether the text says that something has changed: "now", "moved to", "no longer", "이제", "바뀌었어".
pub fn speaks_of_change(tokens: &Tokens) -> bool {
    tokens.list.iter().take(BEGINNING).enumerate().any(|(at, &token)| match token.script {
        Script::Latin => is_english(tokens, at, &tokens.lower(token)),
        Script::Hangul => KOREAN.iter().any(|start| tokens.cased(token).starts_with(start)) || begins(tokens, at),
        Script::Number | Script::Other => false,
    })
}

fn is_english(tokens: &Tokens, at: usize, word: &str) -> bool {
    let before = || at.checked_sub(1).map(|before| tokens.lower(tokens.list[before])).unwrap_or_default();
    match word {
        "longer" | "more" => matches!(&*before(), "no" | "any"),
        "new" => OF_SOMETHING.contains(&&*before()) || has_another(tokens, at),
        "up" | "down" => {
            ENDED.contains(&&*before()) && word == "up" || WENT.contains(&&*before()) && is_measured(tokens, at)
        }
        "days" => before() == "these",
        _ => ENGLISH.contains(&word),
    }
}

/// Whether somebody has something "new" instead of what they had: "I have a new phone", "she's got a new boss".
fn has_another(tokens: &Tokens, at: usize) -> bool {
    let back = |by: usize| at.checked_sub(by).map(|before| tokens.lower(tokens.list[before])).unwrap_or_default();
    matches!(&*back(1), "a" | "an") && HAS.contains(&&*back(2))
}

/// Whether a number stands behind a word, or behind the one after it: "up 40", "up to 1,240".
fn is_measured(tokens: &Tokens, at: usize) -> bool {
    tokens.list[at + 1..].iter().take(2).any(|token| token.script == Script::Number)
}

/// Whether a Korean word says from when on something is so: 다음 달부터, 오늘부터. With 까지 behind it, it is when something is.
fn begins(tokens: &Tokens, at: usize) -> bool {
    let Some(time) = ["부터", "부터는"].iter().find_map(|from| tokens.cased(tokens.list[at]).strip_suffix(from))
    else {
        return false;
    };
    let is_time = time.ends_with(['달', '주', '월', '해', '년', '늘']) || time.ends_with("요일");
    let mut behind = tokens.list[at + 1..].iter().take(UNTIL_MAX).filter(|token| token.script == Script::Hangul);
    is_time && !behind.any(|&token| tokens.cased(token).contains("까지"))
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

/// Words before "a new" by which somebody has it.
const HAS: [&str; 8] = ["have", "has", "had", "got", "get", "bought", "found", "i've"];
/// Words before "up" that say that something has ended.
const ENDED: [&str; 6] = ["gave", "given", "giving", "broke", "broken", "split"];
/// Words before "up" and "down", and a number, that say that there is more or less of something.
const WENT: [&str; 5] = ["went", "gone", "goes", "go", "going"];
/// Words between the beginning of a stretch of time and its end: 3월부터 5월 말까지.
const UNTIL_MAX: usize = 2;

/// Words that say that something is not as it was.
const ENGLISH: [&str; 34] = [
    "now",
    "nowadays",
    "quit",
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
const KOREAN: [&str; 38] = [
    "이제",
    "이젠",
    "지금은",
    "요즘",
    "요새",
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
    "그만뒀",
    "끊었",
    "헤어졌",
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
            "The rent went up to 900",
            "I have a new phone number",
            "She's got a new boss",
            "I gave up sugar",
            "They broke up in May",
            "I only drink tea these days",
            "다음 달부터 판교에서 일해",
            "오늘부터 채식이야",
            "요즘 수영을 다녀",
            "담배를 끊었어",
        ] {
            assert!(speaks_of_change(&Tokens::new(text)), "{text}");
        }
        for text in [
            "The call is on Tuesday",
            "A new day",
            "one more coffee",
            "We went up the hill",
            "He had an old phone, and a new day began",
            "three days",
            "3월부터 5월까지 여행이야",
            "아침부터 비가 와",
            "처음부터 그랬어",
            "회의는 네 시야",
            "",
        ] {
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
