//! What was typed in haste is read as it was meant, if what was typed stands nowhere in scope: as if it had been typed so.

mod common;

use common::{Dice, NOW_US, bits, cases, entry, ids, loaded, query, varied_entry};
use greeum_core::rank::{Kind, Subject};
use greeum_core::{BlockId, Entry, Index, Query};
use proptest::prelude::*;

/// Other words than those that are asked for, so that there is something to be found among.
const SAID: [(&str, &str); 10] = [
    ("Joanna", "I bought a necklace for my sister, with a pendant from the market."),
    ("Joanna", "My screenplay is finished, the notebooks are full."),
    ("Nate", "We played basketball until the tournament began."),
    ("Nate", "The audition is on Thursday, in the old theatre."),
    ("Nate", "A road trip would be nice."),
    ("Ben", "It costs ninety thousand won a month."),
    ("민지", "동네 가게는 아침 여섯 시에 문을 열어"),
    ("민지", "지난달에 교통편을 예약했고 숙소는 바닷가야"),
    ("수빈", "강아지 이름은 나비야, 나이는 세 살이고"),
    ("Hyunwoo", "친구들이랑 등산 모임을 만들었어"),
];

fn said() -> Vec<Entry> {
    let entries =
        SAID.iter().zip(1..).map(|(&(source, text), id)| Entry { source: Some(source.to_owned()), ..entry(id, text) });
    entries.collect()
}

/// Blocks and scores, but for rounding: a pair of syllables that stands nowhere is counted before it is found to be worth nothing.
fn found(index: &Index, text: &str) -> Vec<(BlockId, i32)> {
    let hits = index.search(&query(text)).unwrap();
    hits.iter().map(|hit| (hit.block, (hit.score * 1_000.0).round() as i32)).collect()
}

#[test]
fn a_slip_changes_nothing() {
    let index = loaded(&said(), &[]);
    for (typed, meant) in [
        ("who bought a neklace?", "who bought a necklace?"),
        ("who bought a neckllace?", "who bought a necklace?"),
        ("who bought a nceklace?", "who bought a necklace?"),
        ("who bought a necklaxe?", "who bought a necklace?"),
        ("what did Joana buy?", "what did Joanna buy?"),
        ("the screen play", "the screenplay"),
        ("basket ball games", "basketball games"),
        ("her note books", "her notebooks"),
        ("the roadtrip", "the road trip"),
        ("whats the audition", "the audition"),
        ("dont forget the audition", "forget the audition"),
        ("Minji의 가게", "민지의 가게"),
        ("Soobin은 어디 살지", "수빈은 어디 살지"),
        ("현우는 뭐 했지", "Hyunwoo는 뭐 했지"),
        ("교툥편은 어땠어", "교통편은 어땠어"),
        ("동네가게는언제열어", "동네 가게는 언제열어"),
        ("수빈의강아지나이는", "수빈의 강아지 나이는"),
        ("가게는 언 제 열어", "가게는 언제 열어"),
        ("교통 편은 어땠어", "교통편은 어땠어"),
    ] {
        assert_eq!(found(&index, typed), found(&index, meant), "{typed}");
    }
}

#[test]
fn the_name_of_a_day_is_no_slip() {
    let mut entries = said();
    entries.push(entry(11, "그날 나는 대전 출장인데 수영장에 갔어"));
    let index = loaded(&entries, &[]);
    for typed in ["발렌타인데이에 뭘 했어?", "화욜에 뭐 했어?", "수욜에 뭘 했어?", "빼빼로데이에 뭐 받았어?"]
    {
        let subject = Subject { block: 11, text: entries[10].text.clone(), labels: Vec::new(), clauses: Vec::new() };
        let account = index.explain(&query(typed), &subject).unwrap().account.unwrap();
        assert!(account.words.iter().all(|word| word.kind != Kind::Spelling), "{typed}: {:?}", account.words);
        assert!(!account.dates.asked.is_empty(), "{typed}");
    }
}

#[test]
fn a_name_is_found_behind_a_family_name() {
    let mut entries = said();
    entries.push(entry(11, "우리 팀장 이름은 김현우야"));
    entries.retain(|entry| entry.source.as_deref() != Some("Hyunwoo"));
    let index = loaded(&entries, &[]);
    assert_eq!(ids(&index.search(&query("Who is Hyunwoo?")).unwrap())[0], 11);
}

/// What a query finds is what it finds when `read`.
fn is_read_as(index: &Index, typed: &str, read: &str) -> bool {
    found(index, typed) == found(index, read)
}

#[test]
fn a_name_that_nobody_knows_is_no_other_word() {
    let mut entries = said();
    let more = [
        "The milk is in the fridge.",
        "I met Marta at the fair, and Paul was with Marta.",
        "Then John sang, and Melanie heard John.",
        "It rained all week in the hills",
    ];
    entries.extend(more.iter().zip(11..).map(|(text, id)| entry(id, text)));
    let index = loaded(&entries, &[]);
    let question = |name: &str| format!("what did {name} say?");
    for (unknown, known) in [
        ("Mila", "milk"),
        ("Marla", "Marta"),
        ("Marte", "Marta"),
        ("Paula", "Paul"),
        ("Heals", "hills"),
        ("Barbra", "bar bra"),
        ("Theodora", "theo dora"),
    ] {
        let known = question(known);
        assert!(!is_read_as(&index, &question(unknown), &known), "{unknown}: {known}");
    }
    for (slip, name) in
        [("Jhon", "John"), ("Johhn", "John"), ("Melaine", "Melanie"), ("Mrata", "Marta"), ("Joana", "Joanna")]
    {
        assert!(is_read_as(&index, &question(slip), &question(name)), "{slip}");
    }
}

#[test]
fn a_capital_at_the_beginning_of_a_sentence_is_that_of_any_word() {
    let index = loaded(&said(), &[]);
    for (typed, meant) in [
        ("Neklace from the market", "Necklace from the market"),
        ("Tell me. Neklace from the market?", "Tell me. Necklace from the market?"),
        ("Waht audition was it?", "What audition was it?"),
        ("NEKLACE FROM THE MARKET", "NECKLACE FROM THE MARKET"),
        ("the audition in Januray", "the audition in January"),
    ] {
        assert!(is_read_as(&index, typed, meant), "{typed}");
    }
    assert!(!is_read_as(&index, "whose Neklace was it?", "whose Necklace was it?"), "a name, as it stands");
}

#[test]
fn a_korean_name_is_found_however_it_is_written() {
    let ways = ["Hyun-woo", "Hyunwoo", "Hyun Woo", "현우"];
    for said in ways {
        let mut entries = self::said();
        entries.retain(|entry| entry.source.as_deref() != Some("Hyunwoo"));
        entries.push(entry(11, &format!("My brother {said} plays the cello")));
        let index = loaded(&entries, &[]);
        for asked in ways {
            assert_eq!(ids(&index.search(&query(&format!("Who is {asked}?"))).unwrap())[0], 11, "{asked} of {said}");
        }
    }
}

#[test]
fn a_korean_name_is_found_with_its_family_name() {
    let ways = ["Park Ji-sung", "Jisung Park", "Park Ji Sung", "박지성"];
    for said in ways {
        let mut entries = self::said();
        entries.push(entry(11, &format!("{said} scored twice")));
        let index = loaded(&entries, &[]);
        for asked in ways {
            assert_eq!(ids(&index.search(&query(asked)).unwrap())[0], 11, "{asked} of {said}");
        }
    }
}

#[test]
fn whose_it_is_is_known_without_an_apostrophe() {
    let index = loaded(&said(), &[]);
    let prior = |text: &str| {
        let hits = index.search(&query(text)).unwrap();
        hits.into_iter().find(|hit| hit.block == 2).map(|hit| hit.parts[4])
    };
    assert!(prior("Joanna's screenplay") > prior("the screenplay"));
    assert_eq!(prior("Joannas screenplay"), prior("Joanna's screenplay"));
}

#[test]
fn what_is_known_is_read_as_it_stands() {
    let mut entries = said();
    let more = [
        "a necklate of gold",
        "Joana sings",
        "강이지라는 말",
        "neklace",
        "cant is what thieves speak",
        "Dont is a river",
    ];
    entries.extend(more.iter().zip(11..).map(|(text, id)| entry(id, text)));
    let index = loaded(&entries, &[]);
    for (typed, id) in
        [("necklate", 11), ("Joana", 12), ("강이지", 13), ("neklace", 14), ("cant", 15), ("Dont river", 16)]
    {
        assert_eq!(ids(&index.search(&query(typed)).unwrap())[0], id, "{typed}");
    }
}

#[test]
fn what_stands_in_other_namespaces_says_nothing_of_what_is_meant() {
    let mut entries = said();
    entries.iter_mut().for_each(|entry| entry.namespace = "mine".to_owned());
    let alone = loaded(&entries, &[]);
    let theirs = ["the neklace", "the necklade and the neclace", "Minji", "강이지 동네가게는언제열어"];
    entries
        .extend(theirs.iter().zip(11..).map(|(text, id)| Entry { namespace: "theirs".to_owned(), ..entry(id, text) }));
    let among = loaded(&entries, &[]);
    for text in ["who bought a neklace?", "Minji의 가게", "강이지 이름은", "동네가게는언제열어"] {
        let ask = Query { namespace: "mine".to_owned(), ..query(text) };
        assert_eq!(bits(&alone.search(&ask).unwrap()), bits(&among.search(&ask).unwrap()), "{text}");
    }
}

#[test]
fn an_explanation_has_what_was_typed_and_what_was_found() {
    let entries = said();
    let index = loaded(&entries, &[]);
    for (text, id, typed, has) in [
        ("a neklace", 1, "neklace", "necklace"),
        ("basket ball", 3, "basket ball", "basketball"),
        ("수빈의강아지나이는", 9, "수빈의강아지나이는", "강아지"),
    ] {
        let subject =
            Subject { block: id, text: SAID[id as usize - 1].1.to_owned(), labels: Vec::new(), clauses: Vec::new() };
        let account = index.explain(&query(text), &subject).unwrap().account.unwrap();
        let is_it = |word: &str, found: &[String]| word == typed && found.iter().any(|found| found == has);
        assert!(
            account.words.iter().any(|word| word.kind == Kind::Spelling && is_it(&word.word, &word.found)),
            "{text}"
        );
        assert!(account.pairs.iter().any(|pair| is_it(&pair.word, std::slice::from_ref(&pair.found))), "{text}");
    }
}

#[test]
fn among_many_words_that_nobody_knows_no_more_are_looked_into() {
    let entries = said();
    let index = loaded(&entries, &[]);
    let subject = Subject { block: 1, text: SAID[0].1.to_owned(), labels: Vec::new(), clauses: Vec::new() };
    let is_read = |unknown: u8| {
        let others: String = (0..unknown).map(|n| format!("xq{0}vz{0}kwj ", char::from(b'a' + n % 26))).collect();
        let account = index.explain(&query(&format!("{others}neklace")), &subject).unwrap().account.unwrap();
        account.words.iter().any(|word| word.kind == Kind::Spelling && word.word == "neklace")
    };
    assert!(is_read(8) && !is_read(200));
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn any_text_can_be_asked_and_is_read_the_same_in_pieces(text in "([a-zA-Z]{1,9}|[가-힣]{1,24}|[0-9]{1,3}|Minji의|neklace)( ([a-z']{1,12}|[가-힣]{1,9})){0,6}", seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let entries: Vec<Entry> = (1..=60).map(|id| varied_entry(id, &mut dice)).collect();
        let once = loaded(&entries, &[]);
        let (pieces, _) = common::open(None);
        for (seq, entry) in (1..).zip(&entries) {
            pieces.apply(seq, vec![entry.clone()], &[], Vec::new()).unwrap();
        }
        let ask = Query { now: NOW_US, ..query(&text) };
        prop_assert_eq!(bits(&once.search(&ask).unwrap()), bits(&pieces.search(&ask).unwrap()));
    }
}
