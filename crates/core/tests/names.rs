//! Names in texts, as the shipped table tells them from other words.

mod common;

use common::table;
use greeum_core::words::{Tokens, names};

/// The names in a text; a question mark behind those that only the beginning of a sentence may have made one.
fn named(text: &str) -> Vec<String> {
    let mut named = Vec::new();
    names::each(&Tokens::new(text), &table(), |form, name| {
        named.push(format!("{form}{}", if name.is_sure { "" } else { "?" }));
    });
    named
}

#[test]
fn names_have_a_capital_that_the_sentence_does_not_give_them() {
    assert_eq!(named("Yesterday we met Anna's aunt in Graz."), ["Yesterday?", "Anna", "Graz"]);
    assert_eq!(named("Zdzislawek came, and it was May on a Tuesday."), ["Zdzislawek"]);
    assert_eq!(named("THIS IS GREAT NEWS, says NASA to us"), ["NASA"]);
    assert_eq!(named("it is raining; the who, I think, was here"), [""; 0]);
}

#[test]
fn what_things_are_numbered_by_are_names() {
    assert_eq!(named("an RTX4090 with 24gb, the 3rd, for PR-112"), ["RTX4090", "PR", "112"]);
    assert_eq!(named("mother-in-law, 10-12 days, 40 euros"), [""; 0]);
}

#[test]
fn korean_names_are_in_no_dictionary_or_have_a_title() {
    assert_eq!(named("다은이한테 코발스키가 전화했다"), ["다은", "코발스키"]);
    assert_eq!(named("방태식 씨는 군산에 산다"), ["태식"]);
    assert_eq!(named("바다 씨가 바다에 갔다"), ["바다"]);
    assert_eq!(named("우리 서버에서 redis를 켰다"), ["redis"]);
    assert_eq!(named("오늘은 비가 와서 집에 있었다"), [""; 0]);
}
