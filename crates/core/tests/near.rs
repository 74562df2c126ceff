//! What a search near an anchor looks at, and what it finds.

mod common;

use common::{Dice, entry, filter, ids, loaded, query};
use greeum_core::query::Width;
use greeum_core::{Answer, BlockId, Entry, Index, Query};

const CONVERSATIONS: u64 = 30;
const TURNS: u64 = 25;

/// Turns of small talk in conversations of their own, and in each one that is about something.
fn entries() -> Vec<Entry> {
    let mut dice = Dice::new(7);
    let subjects = ["a violin from Cremona", "the otters of Vancouver", "her sourdough starter", "an eclipse in Texas"];
    (0..CONVERSATIONS * TURNS)
        .map(|number| {
            let (conversation, turn) = (number / TURNS, number % TURNS);
            let said = match (turn, subjects.get(conversation as usize)) {
                (12, Some(subject)) => format!("We talked about {subject} all day."),
                _ => dice.text(6),
            };
            Entry { namespace: format!("c{conversation}"), ..entry(number + 1, &said) }
        })
        .collect()
}

fn block(conversation: u64, turn: u64) -> BlockId {
    conversation * TURNS + turn + 1
}

fn memory() -> Index {
    loaded(&entries(), &[])
}

fn ask(index: &Index, query: &Query) -> Answer {
    index.search_many(std::slice::from_ref(query)).unwrap().remove(0)
}

fn near(text: &str, starts: &[BlockId]) -> Query {
    Query { near: starts.iter().map(|&start| (start, 2)).collect(), exact: false, ..query(text) }
}

#[test]
fn what_is_around_the_anchor_is_enough_if_the_question_belongs_there() {
    let index = memory();
    let answer = ask(&index, &near("What about the otters of Vancouver?", &[block(1, 8)]));
    assert_eq!(answer.hits[0].block, block(1, 12));
    assert_eq!((answer.width, answer.start), (Width::Neighbourhood, Some(block(1, 8))));
    assert_eq!(answer.blocks, CONVERSATIONS * TURNS);
    assert!(answer.visited <= answer.blocks / 20, "{}", answer.visited);
    let hits = ids(&answer.hits);
    assert!(hits.iter().all(|&hit| (block(1, 0)..=block(1, TURNS - 1)).contains(&hit)), "{hits:?}");
}

#[test]
fn where_the_anchor_stands_wrong_a_rare_word_leads_to_the_answer() {
    let index = memory();
    let answer = ask(&index, &near("What about the otters of Vancouver?", &[block(20, 8)]));
    assert_eq!((answer.hits[0].block, answer.width), (block(1, 12), Width::Words));
    assert!(answer.visited <= answer.blocks / 5, "{}", answer.visited);
}

#[test]
fn where_no_word_leads_anywhere_everything_is_looked_at() {
    let index = memory();
    let question = near("zither marmalade", &[block(20, 8)]);
    let answer = ask(&index, &question);
    assert_eq!((answer.width, answer.visited), (Width::Everything, answer.blocks));
}

#[test]
fn an_exact_search_looks_at_everything_whatever_it_is_near_to() {
    let index = memory();
    let question = Query { exact: true, ..near("What about the otters of Vancouver?", &[block(1, 8)]) };
    let answer = ask(&index, &question);
    assert_eq!((answer.width, answer.visited), (Width::Everything, answer.blocks));
}

#[test]
fn of_several_anchors_the_one_is_taken_that_fits() {
    let index = memory();
    let starts = [block(20, 8), block(2, 10), block(1, 10), block(0, 10)];
    for (text, conversation) in [("the otters of Vancouver", 1), ("sourdough starter", 2), ("violin, Cremona", 0)] {
        let answer = ask(&index, &near(text, &starts));
        assert_eq!(answer.start, Some(block(conversation, 10)), "{text}");
        assert_eq!(answer.hits[0].block, block(conversation, 12), "{text}");
        assert!(answer.visited <= answer.blocks / 10, "what was looked at to choose counts: {}", answer.visited);
    }
}

#[test]
fn what_nobody_has_said_before_counts_against_a_fit() {
    let index = memory();
    let starts = [block(20, 8), block(2, 10), block(1, 10), block(0, 10)];
    let fitting = |text: &str| index.fits(&near(text, &starts), "elsewhere").unwrap();
    let own = fitting("the otters of Vancouver");
    assert_eq!((own.words, own.aside), (2, None));
    assert!(own.anchors[2] > 0.4 && [0, 1, 3].iter().all(|&other| own.anchors[other] < 0.2), "{own:?}");
    let new = fitting("otters threaten quarterly freelance accountants with zithers and marmalade");
    assert!(new.anchors[2] < own.anchors[2] / 3.0, "{new:?}");
}

#[test]
fn when_something_is_says_nothing_of_what_it_is_about() {
    let index = memory();
    let fitting = |text: &str| index.fits(&near(text, &[block(1, 10), block(0, 10)]), "elsewhere").unwrap();
    let plain = fitting("the otters of Vancouver");
    for when in ["yesterday", "on Friday", "8 May 2023", "내일", "5월 3일에"] {
        assert_eq!(fitting(&format!("{when}: the otters of Vancouver")), plain, "{when}");
        assert_eq!(fitting(when).words, 0, "{when}");
    }
}

#[test]
fn korean_words_count_by_what_they_say() {
    let index = memory();
    let words = |text: &str| index.fits(&near(text, &[block(1, 10)]), "elsewhere").unwrap().words;
    assert_eq!(words("제주 해안을 텐트로 걸을래."), 4);
    assert!(words("응, 그건 그래.") < 4);
}

#[test]
fn what_was_said_last_is_told_from_what_the_anchors_stand_for() {
    let link = greeum_core::links::Edge::new(block(1, 12), 1.0);
    let index = loaded(&entries(), &[(block(2, TURNS - 1), vec![link])]);
    let aside = |start: BlockId, namespace: &str| {
        let text = Query { asked_at: Some(i64::MAX), ..near("the otters of Vancouver", &[start]) };
        index.fits(&text, namespace).unwrap().aside
    };
    assert!(aside(block(1, 12), "c1").is_some());
    assert_eq!(aside(block(1, TURNS - 1), "c1"), None, "the anchor is there");
    assert_eq!(aside(block(1, 12), "c2"), None, "it is linked with the anchor");
    assert_eq!(aside(block(1, 12), "c99"), None, "nothing was said there");
}

#[test]
fn a_subject_ends_where_another_anchor_stands() {
    let index = memory();
    let fit =
        |starts: &[BlockId]| index.fits(&near("the otters of Vancouver", starts), "elsewhere").unwrap().anchors[0];
    assert!(fit(&[block(1, 14)]) > 0.2);
    assert!(fit(&[block(1, 14), block(1, 13)]) < 0.1);
}

#[test]
fn links_do_not_take_the_place_of_turns() {
    let starts = block(20, 20);
    let away: Vec<_> = (0..20).map(|turn| greeum_core::links::Edge::new(block(21, turn), 1.0)).collect();
    let (plain, linked) = (memory(), loaded(&entries(), &[(starts, away)]));
    let found = |index: &Index| ids(&ask(index, &Query { k: 750, ..near("", &[starts]) }).hits);
    let turns = found(&plain);
    assert!(!turns.is_empty() && turns.iter().all(|turn| found(&linked).contains(turn)));
}

#[test]
fn what_the_filter_leaves_out_is_passed_through_and_is_too_little() {
    let index = memory();
    let others = filter(r#"{"not": {"namespace": "c1"}}"#);
    let question = Query { filter: others, ..near("eclipse in Texas? violin, sourdough?", &[block(1, 8)]) };
    let answer = ask(&index, &question);
    assert_eq!((answer.hits[0].block, answer.width), (block(3, 12), Width::Words));
    assert!(ids(&answer.hits).iter().all(|&hit| !(block(1, 0)..=block(1, TURNS - 1)).contains(&hit)));
}

#[test]
fn where_few_of_what_is_reached_are_wanted_everything_is_looked_at() {
    let index = memory();
    let question =
        Query { filter: filter(r#"{"namespace": "c20"}"#), ..near("the otters of Vancouver", &[block(1, 8)]) };
    let answer = ask(&index, &question);
    assert_eq!((answer.hits.len(), answer.width), (10, Width::Everything));
}

#[test]
fn links_lead_out_of_the_conversation() {
    let edge = |target| greeum_core::links::Edge::new(target, 1.0);
    let index = loaded(&entries(), &[(block(20, 8), vec![edge(block(1, 12))])]);
    let answer = ask(&index, &near("What about the otters of Vancouver?", &[block(20, 8)]));
    assert_eq!((answer.hits[0].block, answer.width), (block(1, 12), Width::Neighbourhood));
}

#[test]
fn a_block_that_is_not_there_is_said_so() {
    let index = memory();
    let error = index.search(&near("otters", &[block(1, 8), 1_000_000])).unwrap_err();
    assert!(error.to_string().contains("1000000"), "{error}");
}
