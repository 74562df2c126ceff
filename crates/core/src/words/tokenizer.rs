//! Cuts a text into words, by script. One tokenizer for texts and for queries, since the two must agree.

use super::abbreviations::{self, Whole};
use super::korean::{self, numerals};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// What kind of characters a word is made of; it decides how the word is indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Latin letters, perhaps with digits among them: `busan`, `mp3`.
    Latin,
    /// Digits, perhaps with separators inside: `3.14`, `2023-05-08`, `10:30`.
    Number,
    /// Hangul syllables.
    Hangul,
    /// Letters of any other script, and emoji.
    Other,
}

/// One word: where it stands in [`Tokens`], and its script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    start: u32,
    end: u32,
    /// The script of its characters.
    pub script: Script,
    /// What it is read as, if it is a clipped word.
    whole: Option<Whole>,
}

/// A text in normal form, and its words in order.
///
/// Normal form: compatibility forms folded (full-width, ligatures), Latin accents dropped, Hangul composed. Case is
/// kept here, since it tells a month from a verb; [`Tokens::lower`] folds it.
pub struct Tokens {
    text: String,
    /// The words, in order.
    pub list: Vec<Token>,
}

impl Tokens {
    /// The words of `text`.
    pub fn new(text: &str) -> Self {
        let text = normalise(text);
        let mut list = Vec::with_capacity(text.len() / 6 + 1);
        let mut chars = text.char_indices().peekable();
        while let Some((start, first)) = chars.next() {
            let Some(script) = script_of(first) else { continue };
            let mut script = script;
            let mut end = start + first.len_utf8();
            while let Some(&(at, c)) = chars.peek() {
                if is_pictograph(first) || is_pictograph(c) {
                    break; // each is a word: 😀😀😀 is found by 😀
                }
                let Some(joined) = joins(script, c, &text[at + c.len_utf8()..]) else { break };
                script = joined;
                end = at + c.len_utf8();
                chars.next();
            }
            let whole = abbreviations::english_word(without_possessive(script, &text[start..end]));
            list.push(Token { start: start as u32, end: end as u32, script, whole });
        }
        Self { text, list }
    }

    /// Which of the words one is.
    pub fn number_of(&self, token: Token) -> Option<usize> {
        self.list.binary_search_by_key(&token.start, |other| other.start).ok()
    }

    /// The word as it stands.
    pub fn cased(&self, token: Token) -> &str {
        &self.text[token.start as usize..token.end as usize]
    }

    /// The word in lower case; English possessives are dropped, and clipped words written out.
    pub fn lower(&self, token: Token) -> Cow<'_, str> {
        if let Some(whole) = token.whole {
            return Cow::Borrowed(whole.word());
        }
        let word = without_possessive(token.script, self.cased(token));
        if word.chars().any(char::is_uppercase) { Cow::Owned(word.to_lowercase()) } else { Cow::Borrowed(word) }
    }

    /// The text with some of its words, in their order, written otherwise.
    pub fn rewritten(&self, words: &[(Token, String)]) -> String {
        let (mut text, mut end) = (String::with_capacity(self.text.len()), 0);
        for (token, word) in words {
            text.push_str(&self.text[end..token.start as usize]);
            text.push_str(word);
            end = token.end as usize;
        }
        text.push_str(&self.text[end..]);
        text
    }

    /// Whether one word stands right behind another: PDF + 로.
    pub fn is_joined(&self, before: Token, after: Token) -> bool {
        before.end == after.start
    }

    /// A word in Hangul apart from what stands right before it. Nothing, if it only binds that to the rest, as 은 does in SQL은, and 도밖에 in 4.5도밖에;
    /// behind digits without their unit: of 1990년생이다 it is 생이다.
    pub fn apart(&self, token: Token) -> Option<&str> {
        let word = self.cased(token);
        let apart = match self.text[..token.start as usize].chars().next_back() {
            None => return Some(word),
            Some(c) if c.is_ascii_digit() => numerals::behind_unit(word),
            Some(c) if script_of(c).is_some() || self.is_behind_quotation(token) => word,
            Some(_) => return Some(word),
        };
        (!korean::is_bound(apart)).then_some(apart)
    }

    /// Whether a quotation ends right before a word: "…"라고.
    fn is_behind_quotation(&self, token: Token) -> bool {
        let mut before = self.text[..token.start as usize].chars();
        before.next_back().is_some_and(|c| QUOTATION_ENDS.contains(&c))
            && before.next_back().is_some_and(|c| !c.is_whitespace())
    }

    /// Whether there is nothing but a space between one word and another.
    pub fn is_next(&self, before: Token, after: Token) -> bool {
        &self.text[before.end as usize..after.start as usize] == " "
    }

    /// Whether there is nothing but a hyphen between one word and another, and no more of them before or behind: Hyun-woo, but not mother-in-law.
    pub fn is_hyphenated(&self, before: Token, after: Token) -> bool {
        let mut between = self.text[before.end as usize..after.start as usize].chars();
        between.next().is_some_and(|c| HYPHENS.contains(&c))
            && between.next().is_none()
            && !self.text[..before.start as usize].ends_with(HYPHENS)
            && !self.text[after.end as usize..].starts_with(HYPHENS)
    }

    /// What stands between one word and another.
    pub fn between(&self, before: Token, after: Token) -> &str {
        &self.text[before.end as usize..after.start as usize]
    }

    /// The text from the beginning of one word to the end of another.
    pub fn from_to(&self, first: Token, last: Token) -> &str {
        &self.text[first.start as usize..last.end as usize]
    }

    /// Whether a sentence begins with the word, as far as a look at what stands before it tells.
    pub fn begins_sentence(&self, token: Token) -> bool {
        let before =
            self.text[..token.start as usize].trim_end_matches(|c: char| !is_sentence_end(c) && !c.is_alphanumeric());
        before.is_empty() || before.ends_with(is_sentence_end)
    }

    /// Whether the text asks something, be it in passing.
    pub fn asks(&self) -> bool {
        self.text.contains('?')
    }

    /// Whether the text ends as a question does.
    pub fn is_question(&self) -> bool {
        self.text.trim_end_matches(|c: char| c.is_whitespace() || "\"')]}.!~".contains(c)).ends_with('?')
    }
}

/// What closes a quotation, or a remark in brackets.
const QUOTATION_ENDS: [char; 10] = ['"', '\'', '\u{201d}', '」', '』', '>', '》', '〉', ')', ']'];

/// The hyphen of a keyboard, and that of typesetters.
const HYPHENS: [char; 2] = ['-', '\u{2010}'];

fn is_sentence_end(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | ':' | '\n')
}

fn without_possessive(script: Script, word: &str) -> &str {
    if script == Script::Latin { word.strip_suffix("'s").unwrap_or(word) } else { word }
}

fn normalise(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let accent = |c: &char| !('\u{300}'..='\u{36f}').contains(c);
    let is_seen = |c: &char| !is_format(*c);
    let plain = |c| if c == '\u{2019}' { '\'' } else { c };
    text.nfkd().filter(accent).filter(is_seen).flat_map(spelled_out).nfc().map(plain).collect()
}

/// A letter as it is written where there is none such: Straße is Strasse, and Łódź is Lodz. Unicode takes apart only those with an accent.
fn spelled_out(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' => ('s', Some('s')),
        'ẞ' => ('S', Some('S')),
        'æ' => ('a', Some('e')),
        'Æ' => ('A', Some('e')),
        'œ' => ('o', Some('e')),
        'Œ' => ('O', Some('e')),
        'ø' => ('o', None),
        'Ø' => ('O', None),
        'ł' => ('l', None),
        'Ł' => ('L', None),
        'đ' => ('d', None),
        'Đ' => ('D', None),
        'ı' => ('i', None),
        c => (c, None),
    };
    std::iter::once(first).chain(second)
}

/// Characters that nobody sees: soft hyphens, marks of where a line may break, of direction, and of byte order. Texts from web pages and word processors have
/// them within words. And those that say how the emoji before them looks, be it of what colour its skin is.
fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Hangul syllables, and the jamo that are typed alone ("ㅋㅋ").
pub fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}')
}

/// Emoji and other pictures: in a chat they are words.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{231a}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b05}'..='\u{2b55}' | '\u{1f000}'..='\u{1faff}')
}

fn script_of(c: char) -> Option<Script> {
    match c {
        'a'..='z' | 'A'..='Z' => Some(Script::Latin),
        '0'..='9' => Some(Script::Number),
        _ if c.is_ascii() => None,
        _ if is_hangul(c) => Some(Script::Hangul),
        '\u{c0}'..='\u{24f}' if c.is_alphabetic() => Some(Script::Latin),
        _ if c.is_alphanumeric() || is_pictograph(c) => Some(Script::Other),
        _ => None,
    }
}

/// The script of the word if `c` goes on with it; `rest` is the text after `c`.
fn joins(script: Script, c: char, rest: &str) -> Option<Script> {
    let next = || rest.chars().next().and_then(script_of);
    match (script, script_of(c)) {
        (Script::Latin, Some(Script::Latin | Script::Number)) | (Script::Number, Some(Script::Latin)) => {
            Some(Script::Latin)
        }
        (_, Some(same)) if same == script => Some(script),
        (Script::Latin, None) if c == '\'' && next() == Some(Script::Latin) => Some(script),
        (Script::Number, None) if ".,:/-".contains(c) && next() == Some(Script::Number) => Some(script),
        // Combining vowels and tone marks of Thai, Devanagari and others.
        (Script::Other, None) if !c.is_ascii() && unicode_normalization::char::is_combining_mark(c) => Some(script),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        let tokens = Tokens::new(text);
        tokens.list.iter().map(|&token| tokens.lower(token).into_owned()).collect()
    }

    #[test]
    fn words_numbers_and_scripts_are_told_apart() {
        assert_eq!(words("Alice's MP3 player, don't!"), ["alice", "mp3", "player", "don't"]);
        assert_eq!(
            words("on 2023-05-08 at 10:30, 3.14 or 1,000."),
            ["on", "2023-05-08", "at", "10:30", "3.14", "or", "1,000"]
        );
        assert_eq!(words("부산으로 5월에 SQL을"), ["부산으로", "5", "월에", "sql", "을"]);
        assert_eq!(words("Привет 東京タワー ภาษาไทย"), ["привет", "東京タワー", "ภาษาไทย"]);
        assert_eq!(words("well done🎉"), ["well", "done", "🎉"]);
        assert_eq!(words("🎂😀😀東京👍🏽 ❤️"), ["🎂", "😀", "😀", "東京", "👍", "❤"]);
        assert!(words("?!… \" --").is_empty());
    }

    #[test]
    fn words_in_hangul_are_read_apart_from_what_they_are_glued_to() {
        let apart = |text: &str| {
            let tokens = Tokens::new(text);
            let hangul = tokens.list.iter().filter(|token| token.script == Script::Hangul);
            hangul.map(|&token| tokens.apart(token).unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        for (text, words) in [
            ("SQL은", [""]),
            ("SQL문은", ["문은"]),
            ("\"늦어요\"라고", ["늦어요"]),
            ("'Max'라고", [""]),
            ("'라고'", ["라고"]),
            ("12일부터", [""]),
            ("12일전부터", ["전부터"]),
            ("4.5도밖에", [""]),
            ("은", ["은"]),
            ("3 만", ["만"]),
        ] {
            assert_eq!(apart(text)[0], words[0], "{text}");
        }
        assert_eq!(apart("\"늦어요\"라고"), ["늦어요", ""]);
        assert_eq!(apart("2만3천원짜리"), ["", ""]);
    }

    #[test]
    fn forms_of_the_same_text_give_the_same_words() {
        let hangul: String = "안녕 카페".nfd().collect();
        assert_eq!(words(&hangul), words("안녕 카페"));
        assert_eq!(words("ＣＡＦＥ Café café"), ["cafe", "cafe", "cafe"]);
        assert_eq!(words("it’s"), words("it's"));
        assert_eq!(words("Straße STRASSE Łódź Ærø"), ["strasse", "strasse", "lodz", "aero"]);
        assert_eq!(words("car\u{ad}pen\u{ad}ter wind\u{200d}mill"), ["carpenter", "windmill"]);
        assert_eq!(words("연남\u{200b}동에 \u{feff}Marsei\u{200e}lle"), ["연남동에", "marseille"]);
    }

    #[test]
    fn sentences_begin_behind_the_end_of_another() {
        let beginning = |text: &str| {
            let tokens = Tokens::new(text);
            let words = tokens.list.iter().filter(|&&token| tokens.begins_sentence(token));
            words.map(|&token| tokens.cased(token).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(beginning("Tell me, Anna. \"Who is Mila?\" (Or Ben)"), ["Tell", "Who", "Or"]);
        assert_eq!(beginning("- a list\n- of two"), ["a", "of"]);
    }

    #[test]
    fn questions_end_with_a_mark() {
        for text in ["really?", "안녕?", "so? ", "\"what?\"", "정말？"] {
            assert!(Tokens::new(text).is_question(), "{text}");
        }
        assert!(!Tokens::new("what? no").is_question());
        assert!(!Tokens::new("").is_question());
    }

    proptest! {
        #[test]
        fn any_text_is_cut_without_a_panic(text in ".*") {
            let tokens = Tokens::new(&text);
            for &token in &tokens.list {
                prop_assert!(!tokens.cased(token).is_empty());
            }
        }

        #[test]
        fn normal_forms_agree(text in "[가-힣a-zA-Zé ]{0,40}") {
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(words(&decomposed), words(&text));
        }
    }
}
