//! Measures in the one way in which they are indexed: 12 km, 12 kilometres and 12킬로미터 are 12km, which is a word itself.

use super::numbers::following;
use super::{Script, Token, Tokens, korean};

/// Calls `take` with each number and the unit behind it, and with the one word that they are; and where they are one word, with either.
pub fn each(tokens: &Tokens, mut take: impl FnMut(Token, Token, &str)) {
    for (at, &token) in tokens.list.iter().enumerate() {
        match token.script {
            Script::Number => {
                let behind = following(tokens, at).or_else(|| hyphenated(tokens, at));
                if let Some((unit, symbol)) = behind.and_then(|unit| Some((unit, symbol(tokens, unit)?))) {
                    take(token, unit, &(tokens.cased(token).replace(',', "") + symbol));
                }
            }
            Script::Latin => {
                if let Some((number, symbol)) = parts(tokens.cased(token)) {
                    take(token, token, number);
                    take(token, token, symbol);
                }
            }
            Script::Hangul | Script::Other => {}
        }
    }
}

/// The number and the unit of a word like 12km.
fn parts(word: &str) -> Option<(&str, &'static str)> {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (number, unit) = word.split_at(word.find(|c: char| c.is_ascii_alphabetic())?);
    number.ends_with(|c: char| c.is_ascii_digit()).then_some((number, known(LATIN, &unit.to_ascii_lowercase())?))
}

/// The word behind a hyphen: 12-km.
fn hyphenated(tokens: &Tokens, at: usize) -> Option<Token> {
    let (number, unit) = (tokens.list[at], *tokens.list.get(at + 1)?);
    tokens.is_hyphenated(number, unit).then_some(unit)
}

/// What a unit is written as right behind a number.
fn symbol(tokens: &Tokens, unit: Token) -> Option<&'static str> {
    match unit.script {
        Script::Latin => known(LATIN, &tokens.lower(unit)),
        Script::Hangul => {
            let word = tokens.cased(unit);
            let ends = word.char_indices().map(|(at, _)| at).skip(1).chain([word.len()]);
            let mut parts = ends.map(|end| word.split_at(end)).filter(|(_, rest)| korean::is_bound(rest));
            parts.find_map(|(word, _)| known(HANGUL, word))
        }
        Script::Number | Script::Other => None,
    }
}

fn known(table: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    table.binary_search_by_key(&word, |unit| unit.0).ok().map(|at| table[at].1)
}

/// Units in Latin letters. Not those that are words, or letters that stand for much else, too: in, m, s.
const LATIN: &[(&str, &str)] = &[
    ("centimeter", "cm"),
    ("centimeters", "cm"),
    ("centimetre", "cm"),
    ("centimetres", "cm"),
    ("cm", "cm"),
    ("dpi", "dpi"),
    ("fps", "fps"),
    ("g", "g"),
    ("gb", "gb"),
    ("ghz", "ghz"),
    ("gig", "gb"),
    ("gigabyte", "gb"),
    ("gigabytes", "gb"),
    ("gigs", "gb"),
    ("gram", "g"),
    ("grams", "g"),
    ("h", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("hz", "hz"),
    ("kb", "kb"),
    ("kcal", "kcal"),
    ("kg", "kg"),
    ("kgs", "kg"),
    ("khz", "khz"),
    ("kilo", "kg"),
    ("kilobyte", "kb"),
    ("kilobytes", "kb"),
    ("kilogram", "kg"),
    ("kilograms", "kg"),
    ("kilometer", "km"),
    ("kilometers", "km"),
    ("kilometre", "km"),
    ("kilometres", "km"),
    ("kilos", "kg"),
    ("km", "km"),
    ("kms", "km"),
    ("kwh", "kwh"),
    ("l", "l"),
    ("liter", "l"),
    ("liters", "l"),
    ("litre", "l"),
    ("litres", "l"),
    ("mb", "mb"),
    ("megabyte", "mb"),
    ("megabytes", "mb"),
    ("mg", "mg"),
    ("mhz", "mhz"),
    ("milligram", "mg"),
    ("milligrams", "mg"),
    ("milliliter", "ml"),
    ("milliliters", "ml"),
    ("millilitre", "ml"),
    ("millilitres", "ml"),
    ("millimeter", "mm"),
    ("millimeters", "mm"),
    ("millimetre", "mm"),
    ("millimetres", "mm"),
    ("millisecond", "ms"),
    ("milliseconds", "ms"),
    ("min", "min"),
    ("mins", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("ml", "ml"),
    ("mm", "mm"),
    ("ms", "ms"),
    ("px", "px"),
    ("rpm", "rpm"),
    ("tb", "tb"),
    ("terabyte", "tb"),
    ("terabytes", "tb"),
];

/// Units in Hangul.
const HANGUL: &[(&str, &str)] = &[
    ("그램", "g"),
    ("기가", "gb"),
    ("기가바이트", "gb"),
    ("리터", "l"),
    ("메가", "mb"),
    ("메가바이트", "mb"),
    ("밀리그램", "mg"),
    ("밀리리터", "ml"),
    ("밀리미터", "mm"),
    ("밀리초", "ms"),
    ("센티", "cm"),
    ("센티미터", "cm"),
    ("킬로그램", "kg"),
    ("킬로미터", "km"),
    ("테라", "tb"),
    ("테라바이트", "tb"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn measures(text: &str) -> Vec<String> {
        let mut measures = Vec::new();
        each(&Tokens::new(text), |_, _, measure| measures.push(measure.to_owned()));
        measures
    }

    #[test]
    fn tables_are_sorted() {
        for table in [LATIN, HANGUL] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0));
        }
    }

    #[test]
    fn a_number_and_its_unit_are_one_word() {
        for (text, measure) in [
            ("a route of 12 km", "12km"),
            ("a 12-kilometre walk", "12km"),
            ("1,250 ms", "1250ms"),
            ("0.5 mg a day", "0.5mg"),
            ("12킬로미터를 걸었다", "12km"),
            ("램 64 기가", "64gb"),
        ] {
            assert_eq!(measures(text), [measure], "{text}");
        }
        assert_eq!(measures("up to 32GB, or 0.5mg"), ["32", "gb", "0.5", "mg"]);
        for text in ["12 people", "3D", "2nd", "mp3", "12. Km by km", "3 in the room", "12 기가지니"] {
            assert!(measures(text).is_empty(), "{text}");
        }
    }
}
