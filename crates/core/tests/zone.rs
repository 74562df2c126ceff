//! By whose days an Index goes: what texts and questions say of days, filters, and the files.

mod common;

use common::{Directory, EMBEDDER, entry, query, table};
use greeum_core::filter::Filter;
use greeum_core::rank::{Dates, Subject};
use greeum_core::words::calendar::{Days, day_of_date};
use greeum_core::{Entry, Index, Query, Zone, time};
use std::path::Path;

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn open(directory: Option<&Path>, zone: Zone) -> (Index, Option<String>) {
    Index::open(directory, table(), EMBEDDER, table().dimension(), true, zone).unwrap()
}

/// An Index in memory of one block, said at this time.
fn of_one(zone: Zone, text: &str, at: &str) -> (Entry, Index) {
    let entry = Entry { at: time::parse(at).unwrap(), ..entry(1, text) };
    let (index, _) = open(None, zone);
    index.apply(1, vec![entry.clone()], &[], Vec::new()).unwrap();
    (entry, index)
}

fn dates(index: &Index, entry: &Entry, query: &Query) -> Dates {
    let subject = Subject { block: 1, text: entry.text.clone(), labels: Vec::new(), clauses: Vec::new() };
    index.explain(query, &subject).unwrap().account.expect("it is in scope").dates
}

fn asked_at(text: &str, now: &str) -> Query {
    Query { now: time::parse(now).unwrap(), ..query(text) }
}

fn day(year: i64, month: i64, day: i64) -> Days {
    Days::one(day_of_date(year, month, day))
}

#[test]
fn texts_and_questions_mean_the_days_of_the_zone() {
    for (name, at, now, said) in [
        ("UTC", "2026-05-01T23:00:00Z", "2026-05-02T23:00:00Z", day(2026, 5, 1)),
        ("Asia/Seoul", "2026-05-01T23:00:00Z", "2026-05-02T23:00:00Z", day(2026, 5, 2)), // at eight in the morning
        ("America/New_York", "2026-03-08T04:30:00Z", "2026-03-09T04:30:00Z", day(2026, 3, 7)), // before summer time
        ("America/New_York", "2026-03-09T04:30:00Z", "2026-03-10T04:30:00Z", day(2026, 3, 9)), // after it has begun
    ] {
        let (entry, index) = of_one(zone(name), "어제 바이올린을 샀어", at);
        let found = dates(&index, &entry, &asked_at("어제 바이올린", now));
        let before = Days::one(said.first - 1);
        let days: Vec<Days> = found.days.iter().map(|day| day.0).collect();
        assert_eq!(days, [said, before], "{name}");
    }
}

#[test]
fn yesterday_is_found_across_a_change_of_clocks() {
    // Half an hour before midnight in New York, as summer time ends: yesterday is two days before in UTC.
    let (entry, index) = of_one(zone("America/New_York"), "the violin came", "2026-10-31T12:00:00Z");
    let matched = |now: &str| {
        let found = dates(&index, &entry, &asked_at("what came yesterday?", now));
        found.days.iter().any(|day| day.1)
    };
    assert!(matched("2026-11-01T04:00:00Z")); // the first moment of the day after
    assert!(matched("2026-11-02T04:59:59Z")); // and the last, an hour later on the clock
    assert!(!matched("2026-11-01T03:59:59Z"));
    assert!(!matched("2026-11-02T05:00:00Z"));
}

#[test]
fn a_date_in_a_filter_begins_at_midnight_there() {
    let (_, index) = of_one(zone("Asia/Seoul"), "one", "2026-05-01T15:00:00Z");
    let count = |text: &str| {
        let filter = Some(Filter::parse(text, &index.state().zone).unwrap());
        index.count(&Query { filter, now: time::parse("2026-06-01").unwrap(), ..query("") })
    };
    assert_eq!(count(r#"{"at": {"gte": "2026-05-02"}}"#), 1);
    assert_eq!(count(r#"{"at": "2026-05-02T00:00"}"#), 1);
    assert_eq!(count(r#"{"at": {"gte": "2026-05-02T00:00Z"}}"#), 0);
}

#[test]
fn days_of_which_a_text_speaks_are_filtered_by_as_those_there() {
    // Eight in the morning of 2 May in Seoul, still 1 May in UTC.
    for (name, yesterday, today) in [("Asia/Seoul", "2026-05-01", "2026-05-02"), ("UTC", "2026-04-30", "2026-05-01")] {
        let (_, index) = of_one(zone(name), "어제 바이올린을 샀어", "2026-05-01T23:00:00Z");
        let count = |text: &str| {
            let filter = Some(Filter::parse(text, &index.state().zone).unwrap());
            index.count(&Query { filter, now: time::parse("2026-06-01").unwrap(), ..query("") })
        };
        assert_eq!(count(&format!(r#"{{"mentions": "{yesterday}"}}"#)), 1, "{name}");
        assert_eq!(count(&format!(r#"{{"mentions": "{yesterday}T23:59"}}"#)), 1, "{name}: the day of a moment there");
        assert_eq!(
            count(&format!(r#"{{"mentions": {{"gte": "{today}"}}}}"#)),
            0,
            "{name}: when it was said is no mention"
        );
    }
}

#[test]
fn another_zone_begins_anew_and_its_files_are_its_own() {
    let directory = Directory::new();
    let (index, _) = open(Some(directory.path()), Zone::default());
    index.apply(1, vec![entry(1, "one")], &[], Vec::new()).unwrap();
    index.fold(true).unwrap();

    index.reload(zone("Asia/Seoul"));
    assert_eq!((index.seq(), index.stats().blocks, index.state().zone.name()), (1, 1, "UTC"), "until it is done");
    let (other, reason) = open(Some(directory.path()), zone("Asia/Seoul"));
    assert_eq!((other.seq(), reason.is_some_and(|reason| reason.contains("UTC"))), (0, true));

    index.load(1, vec![entry(1, "one")], Vec::new()).unwrap();
    assert!(!index.fold(true).unwrap(), "not all is here yet");
    index.loaded(1);
    assert_eq!((index.seq(), index.stats().blocks, index.state().zone.name()), (1, 1, "Asia/Seoul"));
    index.fold(true).unwrap();
    let (again, reason) = open(Some(directory.path()), zone("asia/seoul"));
    assert_eq!((again.seq(), again.stats().blocks, reason), (1, 1, None));
}

#[test]
fn what_is_forgotten_is_in_no_file_of_another_zone_either() {
    let blocks = || vec![entry(1, "one"), Entry { source: Some("quokka".into()), ..entry(2, "two") }];
    for had_it_open in [true, false] {
        let directory = Directory::new();
        let (mut index, _) = open(Some(directory.path()), Zone::default());
        index.apply(2, blocks(), &[], Vec::new()).unwrap();
        index.fold(true).unwrap();
        assert!(holds(&directory, b"quokka"));

        if had_it_open {
            index.reload(zone("Asia/Seoul"));
        } else {
            index = open(Some(directory.path()), zone("Asia/Seoul")).0;
            index.reload(zone("Asia/Seoul"));
        }
        index.load(2, blocks(), Vec::new()).unwrap();
        index.loaded(2);
        index.apply(3, Vec::new(), &[2], Vec::new()).unwrap();
        assert!(index.scrub().unwrap());
        assert!(!holds(&directory, b"quokka"), "{had_it_open}");
    }
}

#[test]
fn what_is_loaded_is_left_off_as_if_it_had_not_been_begun() {
    let directory = Directory::new();
    let (index, _) = open(Some(directory.path()), Zone::default());
    index
        .apply(2, vec![entry(1, "one"), Entry { source: Some("quokka".into()), ..entry(2, "two") }], &[], Vec::new())
        .unwrap();
    index.fold(true).unwrap();
    assert!(index.load(2, vec![entry(1, "one")], Vec::new()).is_err(), "nothing is being loaded");
    index.reload(zone("Asia/Seoul"));
    index.load(2, vec![entry(1, "one")], Vec::new()).unwrap();
    index.apply(3, Vec::new(), &[2], Vec::new()).unwrap();
    assert!(!index.scrub().unwrap());
    index.leave_off();
    assert_eq!((index.seq(), index.stats().blocks, index.state().zone.name()), (3, 1, "UTC"));
    assert!(index.scrub().unwrap());
    assert!(!holds(&directory, b"quokka"));
}

/// Whether some file in the directory has these bytes.
fn holds(directory: &Directory, bytes: &[u8]) -> bool {
    directory.files().iter().any(|name| {
        let content = std::fs::read(directory.path().join(name)).unwrap();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}
