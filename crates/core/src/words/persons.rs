//! Who a text is about: whether its speaker speaks of themselves.

use super::korean;
use super::tokenizer::{Script, Tokens};

/// Whether the text speaks of its own speaker: "I", "our", "내가". What a memory is asked for are mostly such things: what somebody did, has
/// and wants, rather than what they say about the weather or to please the other.
pub fn speaks_of_oneself(tokens: &Tokens) -> bool {
    tokens.list.iter().any(|&token| match token.script {
        Script::Latin => ENGLISH.contains(&&*tokens.lower(token)),
        Script::Hangul => {
            let word = tokens.cased(token);
            KOREAN.contains(&word) || KOREAN.contains(&korean::stem(word))
        }
        Script::Number | Script::Other => false,
    })
}

const ENGLISH: [&str; 16] = [
    "i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "myself", "we", "we're", "we've", "we'll", "our", "ours",
    "us",
];
const KOREAN: [&str; 13] = ["나", "난", "날", "내", "내가", "저", "제", "제가", "우리", "저희", "나는", "저는", "나도"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_speak_of_themselves_are_told() {
        for text in ["I moved", "that's my dog", "We're off", "it is ours", "내가 갔어", "저는 좋아요", "우리 강아지"]
        {
            assert!(speaks_of_oneself(&Tokens::new(text)), "{text}");
        }
        for text in ["Good morning", "You should go", "비가 와", "내일 봐", ""] {
            assert!(!speaks_of_oneself(&Tokens::new(text)), "{text}");
        }
    }
}
