//! Korean words by the table that is shipped: forms of respect have the stem of the plain ones, and names are told from nouns.

mod common;

use common::table;
use greeum_core::words::korean::names;
use std::collections::BTreeSet;

/// Nouns that are tried: those of every day.
const NOUNS: usize = 500;

/// Consonants, and none, that may close a syllable.
const CODAS: u32 = 28;

fn subjects(word: &str) -> BTreeSet<String> {
    let table = table();
    let morphemes = table.morphemes(word);
    morphemes.iter().filter(|morpheme| morpheme.carries).map(|morpheme| morpheme.form.to_owned()).collect()
}

fn names_in(word: &str) -> Vec<String> {
    let (table, mut found) = (table(), Vec::new());
    names::each(word, |noun| table.has_noun(noun), |name| found.push(name.to_owned()));
    found
}

#[test]
fn respect_leaves_the_stem_as_it_is() {
    for (polite, plain) in [
        ("이사하셔", "이사했어"),
        ("결혼하신대", "결혼했대"),
        ("나가셨대요", "나갔어"),
        ("고치심", "고쳤어"),
        ("만드셨어", "만들었어"),
        ("읽으셔서", "읽었어"),
        ("이사함", "이사했어"),
        ("만듦", "만들어"),
    ] {
        assert_eq!(subjects(polite), subjects(plain), "{polite}");
    }
    for noun in ["관심", "교실", "대신", "자신감", "식당"] {
        assert_eq!(
            subjects(noun).iter().map(|part| part.chars().count()).sum::<usize>(),
            noun.chars().count(),
            "{noun}"
        );
    }
}

#[test]
fn nouns_of_every_day_are_no_names() {
    let table = table();
    let noun = |token: usize| std::str::from_utf8(table.name(token as u16)).ok()?.strip_prefix('N');
    let all = (0..table.size())
        .filter_map(noun)
        .filter(|noun| noun.chars().nth(1).is_some() && noun.chars().all(|syllable| ('가'..='힣').contains(&syllable)));
    for noun in all.take(NOUNS) {
        let is_closed = noun.chars().next_back().is_some_and(|last| (u32::from(last) - u32::from('가')) % CODAS > 0);
        let own = if is_closed {
            ["은", "이", "이네", "이랑", "이는"]
        } else {
            ["는", "가", "네", "랑", "예요"]
        };
        for particle in own.into_iter().chain(["", "인데", "에서", "한테"]) {
            assert_eq!(names_in(&format!("{noun}{particle}")), [""; 0], "{noun}{particle}");
        }
    }
    assert_eq!(
        (names_in("다은이한테"), names_in("윤다은씨")),
        (vec!["다은".into()], vec!["윤다은".into(), "다은".into()])
    );
}
