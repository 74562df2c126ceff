//! Linked blocks: what one says speaks for the other, as far as a search may see it.

mod common;

use common::*;
use greeum_core::filter::Filter;
use greeum_core::links::Edge;
use greeum_core::rank::{Subject, Way};
use greeum_core::{BlockId, Entry, Hit, Index, Query, Zone};

/// Who is in charge, and what should be known of it: the second has no word of the question.
const LEADS: BlockId = 401;
const LINKED: BlockId = 402;
const QUESTION: &str = "Who is in charge of the solar roof?";

/// Enough others that a search looks at some of them alone.
const OTHERS: BlockId = 400;

fn entries() -> Vec<Entry> {
    let others = (1..=OTHERS).map(|id| entry(id, &format!("The roof of house {id} is red.")));
    let two = [(LEADS, "Anna is in charge of the solar roof."), (LINKED, "Crates go to depot seven.")];
    let note = |entry: Entry| Entry { kind: "note".to_owned(), ..entry };
    others.chain(two.map(|(id, text)| entry(id, text))).map(note).collect()
}

fn memory(links: &[(BlockId, Vec<Edge>)]) -> Index {
    loaded(&entries(), links)
}

fn ask() -> Query {
    Query { k: 50, exact: false, ..query(QUESTION) }
}

fn blocks(hits: &[Hit]) -> Vec<BlockId> {
    hits.iter().map(|hit| hit.block).collect()
}

fn is_found(index: &Index, query: &Query) -> bool {
    blocks(&index.search(query).unwrap()).contains(&LINKED)
}

#[test]
fn what_is_linked_with_the_answer_stands_behind_it_whichever_way_the_link_leads() {
    assert!(!is_found(&memory(&[]), &ask()), "no word leads to it");
    for (source, target) in [(LEADS, LINKED), (LINKED, LEADS)] {
        let index = memory(&[(source, vec![Edge::new(target, 1.0)])]);
        for exact in [false, true] {
            let hits = index.search(&Query { exact, ..ask() }).unwrap();
            assert_eq!(hits[0].block, LEADS);
            let linked = hits.iter().find(|hit| hit.block == LINKED).unwrap();
            assert!(linked.parts[5] > 0.0, "it is the graph's part");
        }
    }
}

#[test]
fn a_weak_link_says_less_and_one_that_says_nothing_nothing() {
    let says = |edge: Edge| {
        let index = memory(&[(LEADS, vec![edge])]);
        let hits = index.search(&Query { k: 1_000, exact: true, ..ask() }).unwrap();
        hits.iter().find(|hit| hit.block == LINKED).map_or(0.0, |hit| hit.parts[5])
    };
    let (strong, weak) = (says(Edge::new(LINKED, 1.0)), says(Edge::new(LINKED, 0.25)));
    assert!((weak - strong / 4.0).abs() < 1e-4, "{weak} {strong}");
    assert_eq!(says(Edge { speaks: 0.0, ..Edge::new(LINKED, 1.0) }), 0.0);
}

#[test]
fn what_very_many_are_linked_with_says_little_of_each() {
    let links: Vec<_> = (1..=OTHERS).chain([LINKED]).map(|id| (id, vec![Edge::new(LEADS, 1.0)])).collect();
    let (few, many) = (memory(&links[OTHERS as usize..]), memory(&links));
    let says = |index: &Index| {
        let hits = index.search(&Query { k: 1_000, exact: true, ..ask() }).unwrap();
        hits.iter().find(|hit| hit.block == LINKED).unwrap().parts[5]
    };
    assert!(says(&many) * 7.0 < says(&few), "as of 64, the root of which is 8: {} {}", says(&many), says(&few));
}

#[test]
fn a_search_without_the_weight_is_one_without_links() {
    let linked = memory(&[(LEADS, vec![Edge::new(LINKED, 1.0)])]);
    let mut query = Query { k: 1_000, ..ask() };
    query.weights.linked = 0.0;
    assert_eq!(linked.search(&query).unwrap(), memory(&[]).search(&Query { k: 1_000, ..ask() }).unwrap());
}

#[test]
fn only_what_is_in_scope_and_wanted_is_brought_in() {
    let mut all = entries();
    let link = vec![(LEADS, vec![Edge::new(LINKED, 1.0)])];
    let place = |entry: &mut Entry, namespace: &str| entry.namespace = namespace.to_owned();
    all.iter_mut().for_each(|entry| place(entry, "acme/alice"));
    all.iter_mut().filter(|entry| entry.id == LINKED).for_each(|entry| place(entry, "acme/bob"));
    let index = loaded(&all, &link);
    let within = |namespace: &str| Query { namespace: namespace.to_owned(), ..ask() };
    assert!(is_found(&index, &within("acme")) && !is_found(&index, &within("acme/alice")));
    let alone: Vec<Entry> = all.iter().filter(|entry| entry.id != LINKED).cloned().collect();
    let usual = loaded(&alone, &[]).search(&within("acme/alice")).unwrap();
    assert_eq!(index.search(&within("acme/alice")).unwrap(), usual, "a link that leads out says nothing");
    let where_ = |namespace: &str| {
        let filter = Filter::parse(&format!(r#"{{"namespace": "{namespace}"}}"#), &Zone::default()).unwrap();
        Query { filter: Some(filter), ..within("acme") }
    };
    assert!(!is_found(&index, &where_("acme/alice")));
    let [found, hidden] = [within("acme"), where_("acme/bob")].map(|query| {
        let hits = index.search(&Query { exact: true, ..query }).unwrap();
        *hits.iter().find(|hit| hit.block == LINKED).unwrap()
    });
    assert_eq!(found, hidden, "what the filter leaves out speaks all the same");
}

#[test]
fn links_out_of_the_scope_change_nothing_in_it() {
    let mut all = entries();
    all.iter_mut().for_each(|entry| entry.namespace = "alice".to_owned());
    let outside =
        (LINKED + 1..=LINKED + 300).map(|id| Entry { namespace: "bob".to_owned(), ..entry(id, "Rain in town.") });
    let outside = outside.map(|entry| {
        if entry.id % 2 == 0 { entry } else { Entry { namespace: "alice".to_owned(), expires_at: Some(1), ..entry } }
    });
    let outside: Vec<Entry> = outside.collect();
    let inner = Edge::new(LINKED, 0.5);
    let outer = outside.iter().map(|entry| Edge::new(entry.id, 1.0));
    let links = [(LEADS, outer.chain([inner]).collect())];
    all.extend(outside);
    let (alone, crowded) = (loaded(&all, &[(LEADS, vec![inner])]), loaded(&all, &links));
    let alice = Query { namespace: "alice".to_owned(), ..ask() };
    assert!(is_found(&alone, &alice));
    assert_eq!(crowded.search(&alice).unwrap(), alone.search(&alice).unwrap());
}

#[test]
fn it_is_explained_by_the_block_that_speaks_for_it() {
    for (source, target, way) in [(LEADS, LINKED, Way::Link), (LINKED, LEADS, Way::BackLink)] {
        let index = memory(&[(source, vec![Edge::new(target, 0.5)])]);
        let subject = Subject { block: LINKED, text: String::new(), labels: Vec::new(), clauses: Vec::new() };
        let account = index.explain(&ask(), &subject).unwrap().account.unwrap();
        let weighed = account.weights.iter().find(|weighed| weighed.name == "linked").unwrap();
        assert_eq!(weighed.turns, [LEADS]);
        assert!((weighed.weight * weighed.measure - account.hit.parts[5]).abs() < 1e-4);
        let path: Vec<_> = account.path.iter().map(|step| (step.block, step.way, step.weight)).collect();
        assert_eq!(path, [(LEADS, Way::Start, 1.0), (LINKED, way, 0.5)]);
    }
}
