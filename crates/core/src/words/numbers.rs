//! Numbers that are written in more ways than one: 37만 원 is 370000, forty is 40, "two hundred" is 200.

use super::korean::{self, numerals};
use super::{Script, Token, Tokens, clock};

/// The least number that an English word by itself is read as: "one" is mostly a pronoun, and two are a couple.
const WORD_MIN: u64 = 3;

/// The same of a Korean one in Hangul: of one syllable there are many that mean something else.
const HANGUL_MIN: u64 = 10;

/// From here on a Korean number is counted anew.
const TEN_THOUSAND: u64 = 10_000;

/// Thousands behind these are counted in ten thousands: 3억 5천 is 350 million.
const HUNDRED_MILLION: f64 = 1e8;

/// Numbers up to which sums are exact.
const EXACT_MAX: f64 = 1e15;

/// The digits of the number that an English word in lower case is, if it is not too small to say something.
pub fn of_word(word: &str) -> Option<&'static str> {
    let (_, value, digits) = WORDS[place(word)?];
    (WORD_MIN..HUNDRED).contains(&value).then_some(digits)
}

/// Where a word in lower case stands in [`WORDS`].
fn place(word: &str) -> Option<usize> {
    may_be(word).then(|| WORDS.binary_search_by_key(&word, |number| number.0).ok())?
}

/// Whether a word has the first letter of a number of its length, and the last of one: nearly every word is told by it to be none.
fn may_be(word: &str) -> bool {
    let (Some(&first), Some(&last), Some(&(firsts, lasts))) =
        (word.as_bytes().first(), word.as_bytes().last(), LETTERS.get(word.len()))
    else {
        return false;
    };
    firsts >> (first % 32) & lasts >> (last % 32) & 1 == 1
}

/// The first and the last letters of the words of each length, a bit each, in either case.
static LETTERS: [(u32, u32); LETTERS_MAX + 1] = {
    let mut letters = [(0, 0); LETTERS_MAX + 1];
    let mut at = 0;
    while at < WORDS.len() {
        let word = WORDS[at].0.as_bytes();
        letters[word.len()].0 |= 1 << (word[0] % 32);
        letters[word.len()].1 |= 1 << (word[word.len() - 1] % 32);
        at += 1;
    }
    letters
};

/// Calls `take` with each number of several words, and each time of the day: the first and the last of the words, and what it is in digits.
pub fn each(tokens: &Tokens, mut take: impl FnMut(Token, Token, &str)) {
    let mut end = 0;
    for (at, &token) in tokens.list.iter().enumerate() {
        if let Some((last, digits)) = clock::read(tokens, at) {
            take(token, tokens.list[last], &digits);
        }
        let number = || match token.script {
            Script::Number => amount(tokens, at),
            Script::Latin => in_words(tokens, at),
            Script::Hangul => in_hangul(tokens, at),
            Script::Other => None,
        };
        if let Some((last, value)) = number().filter(|_| at >= end) {
            take(token, tokens.list[last], &value.to_string());
            end = last + 1;
        }
    }
}

/// The word after another, if there is at most a space between them.
pub fn following(tokens: &Tokens, at: usize) -> Option<Token> {
    let (before, token) = (tokens.list.get(at)?, *tokens.list.get(at + 1)?);
    (tokens.is_joined(*before, token) || tokens.is_next(*before, token)).then_some(token)
}

fn digits(tokens: &Tokens, token: Token) -> Option<f64> {
    let plain: String = tokens.cased(token).chars().filter(|&c| c != ',').collect();
    plain.parse().ok().filter(|_| token.script == Script::Number)
}

/// Digits with powers of ten in Korean, by the number of the last word: 37만, 2만7천, 3억 5천.
fn amount(tokens: &Tokens, first: usize) -> Option<(usize, u64)> {
    let (mut total, mut section, mut last) = (0.0, 0.0, None);
    let mut next = Some((first, tokens.list[first]));
    while let Some((at, token)) = next {
        let Some(mut number) = digits(tokens, token) else { break };
        let unit = following(tokens, at).filter(|unit| unit.script == Script::Hangul);
        let (mut rest, is_power) = unit.map_or(("", false), |unit| {
            let word = tokens.cased(unit);
            (word, numerals::power(word).0.is_some())
        });
        if !is_power {
            break;
        }
        while let (Some(power), after) = numerals::power(rest) {
            if power < TEN_THOUSAND {
                number *= power as f64;
            } else {
                total += (section + number) * power as f64;
                (section, number) = (0.0, 0.0);
            }
            rest = after;
        }
        section += number;
        last = Some(at + 1);
        next = following(tokens, at + 1).filter(|_| rest.is_empty()).map(|token| (at + 2, token));
    }
    let is_short = total >= HUNDRED_MILLION && (1e3..1e4).contains(&section);
    let value = total + if is_short { 1e4 * section } else { section };
    last.filter(|_| value <= EXACT_MAX).map(|last| (last, value.round() as u64))
}

/// A Korean number in Hangul with what it counts, if it is not too small to say something: 십팔만 원, 스물다섯 살, 삼십층.
fn in_hangul(tokens: &Tokens, at: usize) -> Option<(usize, u64)> {
    let word = tokens.apart(tokens.list[at])?;
    if !numerals::may_be(word) {
        return None;
    }
    let value = match numerals::read(word) {
        Some((value, "")) => following(tokens, at).filter(|&next| is_counted(tokens, next)).map(|_| value),
        Some((value, _)) => Some(value),
        // Between a number and what it counts there is no particle: 사천에 살아.
        None => numerals::read(korean::stem(word)).filter(|(_, unit)| !unit.is_empty()).map(|(value, _)| value),
    };
    value.filter(|&value| value >= HANGUL_MIN).map(|value| (at, value))
}

fn is_counted(tokens: &Tokens, token: Token) -> bool {
    let word = tokens.lower(token);
    token.script == Script::Hangul && (numerals::is_unit(&word) || numerals::is_unit(korean::stem(&word)))
}

/// The English number that ends with a word, and its first word: "twenty-five", "one hundred and ten", forty.
pub fn ending_at(tokens: &Tokens, last: usize) -> Option<(usize, u64)> {
    let alone = number_word(tokens, *tokens.list.get(last)?)?;
    let of_several =
        |first: usize| in_words(tokens, first).filter(|&(end, _)| end == last).map(|(_, value)| (first, value));
    let several = (last.saturating_sub(NUMBER_WORDS_MAX - 1)..last).find_map(of_several);
    several.or_else(|| (alone < HUNDRED).then_some((last, alone)))
}

/// Words of the longest number that is looked for from behind: "one hundred and twenty five".
const NUMBER_WORDS_MAX: usize = 5;

/// An English number of several words, by the number of the last of them: forty-two, three hundred and ten.
fn in_words(tokens: &Tokens, first: usize) -> Option<(usize, u64)> {
    let mut before = number_word(tokens, tokens.list[first]).filter(|&value| value < HUNDRED)?;
    let (mut total, mut section, mut last) = (0, before, first);
    while let Some((at, value)) = next_number(tokens, last) {
        match value {
            1..10 if before >= 20 => section += value, // behind twenty, a hundred or a thousand
            10..100 if before >= HUNDRED => section += value,
            HUNDRED if section < HUNDRED => section *= HUNDRED,
            1_000.. if section > 0 => (total, section) = (total + section * value, 0),
            _ => break,
        }
        (last, before) = (at, value);
    }
    (last > first).then_some((last, total + section))
}

/// The next part of a number: behind a space or a hyphen, or behind "and".
fn next_number(tokens: &Tokens, at: usize) -> Option<(usize, u64)> {
    let (before, mut token) = (tokens.list[at], *tokens.list.get(at + 1)?);
    let mut place = at + 1;
    if tokens.cased(token) == "and" && tokens.is_next(before, token) {
        (place, token) = (at + 2, following(tokens, at + 1)?);
    }
    let before = tokens.list[place - 1];
    let belongs = tokens.is_next(before, token) || tokens.is_hyphenated(before, token);
    number_word(tokens, token).filter(|_| belongs).map(|value| (place, value))
}

fn number_word(tokens: &Tokens, token: Token) -> Option<u64> {
    if token.script != Script::Latin || !may_be(tokens.cased(token)) {
        return None;
    }
    place(&tokens.lower(token)).map(|at| WORDS[at].1)
}

const HUNDRED: u64 = 100;

/// Letters of the longest word: seventeen.
const LETTERS_MAX: usize = 9;

/// English words for numbers, with their digits. Sorted, for bisection.
const WORDS: [(&str, u64, &str); 30] = [
    ("eight", 8, "8"),
    ("eighteen", 18, "18"),
    ("eighty", 80, "80"),
    ("eleven", 11, "11"),
    ("fifteen", 15, "15"),
    ("fifty", 50, "50"),
    ("five", 5, "5"),
    ("forty", 40, "40"),
    ("four", 4, "4"),
    ("fourteen", 14, "14"),
    ("hundred", HUNDRED, "100"),
    ("million", 1_000_000, "1000000"),
    ("nine", 9, "9"),
    ("nineteen", 19, "19"),
    ("ninety", 90, "90"),
    ("one", 1, "1"),
    ("seven", 7, "7"),
    ("seventeen", 17, "17"),
    ("seventy", 70, "70"),
    ("six", 6, "6"),
    ("sixteen", 16, "16"),
    ("sixty", 60, "60"),
    ("ten", 10, "10"),
    ("thirteen", 13, "13"),
    ("thirty", 30, "30"),
    ("thousand", 1_000, "1000"),
    ("three", 3, "3"),
    ("twelve", 12, "12"),
    ("twenty", 20, "20"),
    ("two", 2, "2"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        each(&Tokens::new(text), |_, _, digits| all.push(digits.to_owned()));
        all
    }

    #[test]
    fn numbers_of_several_words_are_read() {
        for (text, digits) in [
            ("총 37만원", "370000"),
            ("37만 원", "370000"),
            ("2만7천원으로", "27000"),
            ("보증금 3억 5천", "350000000"),
            ("3억 5천만원", "350000000"),
            ("3억2천5백만", "325000000"),
            ("1.5만", "15000"),
            ("forty-two chairs", "42"),
            ("Forty two chairs", "42"),
            ("three hundred and ten", "310"),
            ("two thousand five hundred", "2500"),
            ("twelve thousand", "12000"),
            ("십팔만 원", "180000"),
            ("천이백만원을", "12000000"),
            ("스물다섯 살에", "25"),
            ("삼십층", "30"),
        ] {
            assert_eq!(read(text), [digits], "{text}");
        }
        for text in [
            "37",
            "the two of us",
            "one by one",
            "five, ten",
            "3명",
            "hundred",
            "two ten",
            "twenty",
            "",
            "이사 갔어",
            "오이만 샀어",
            "사천에 살아",
            "이번 주",
            "천만에요",
            "열이 나",
            "두 개",
        ] {
            assert_eq!(read(text), [""; 0], "{text}");
        }
        assert_eq!(read("5천원에서 7천원으로"), ["5000", "7000"]);
    }

    #[test]
    fn small_words_are_no_numbers() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0) && WORDS.iter().all(|word| word.2 == word.1.to_string()));
        assert!(WORDS.iter().all(|word| may_be(word.0) && may_be(&word.0.to_uppercase())));
        assert_eq!((of_word("twelve"), of_word("two"), of_word("hundred")), (Some("12"), None, None));
    }
}
