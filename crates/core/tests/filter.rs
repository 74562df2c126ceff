//! The filter grammar against a plain evaluator, and what it refuses.

mod common;

use common::{Dice, Directory, EPOCH_US, MINUTE_US, cases, entry, listing, open};
use greeum_core::filter::Filter;
use greeum_core::{BlockId, Entry, Error, Index, Query, TimeUs, Zone, time};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The last moment that a calendar shows, which people write for "for ever".
const FOREVER_US: TimeUs = 253_402_300_799_999_999;

const IMPORTANCES: [f64; 7] = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0];

/// A text, and the stretches of days that it speaks of, the first and the last.
const SPEAKING: [(&str, &[[&str; 2]]); 9] = [
    ("some text", &[]),
    ("no time at all", &[]),
    ("due on 2024-01-02", &[["2024-01-02", "2024-01-02"]]),
    ("from 2024-01-01 to 2024-01-04", &[["2024-01-01", "2024-01-04"]]),
    ("due on 2024-01-01, and paid on 2024-01-04", &[["2024-01-01", "2024-01-01"], ["2024-01-04", "2024-01-04"]]),
    ("snow in January 2024", &[["2024-01-01", "2024-01-31"]]),
    ("moved in 2024", &[["2024-01-01", "2024-12-31"]]),
    ("2023, and 2024-01-03", &[["2023-01-01", "2023-12-31"], ["2024-01-03", "2024-01-03"]]),
    ("since March 2020", &[["2020-03-01", "2020-03-31"]]),
];

/// Days up to which a stretch is taken to mean each of them.
const VAGUE_DAYS: i64 = 31;

const DAY_US: TimeUs = 24 * 60 * MINUTE_US;

/// Blocks in a file, in memory, and one that is in both since it was revised.
static BLOCKS: LazyLock<(Vec<Entry>, Index)> = LazyLock::new(|| {
    let directory = Directory::new();
    let (index, _) = open(Some(directory.path()));
    let mut entries: Vec<Entry> = (1..=160).map(|id| any_entry(id, &mut Dice::new(id))).collect();
    index.apply(1, entries[..120].to_vec(), &[], Vec::new()).unwrap();
    index.fold(true).unwrap();
    let again = any_entry(7, &mut Dice::new(1_000));
    entries[6] = again.clone();
    index.apply(2, entries[120..].iter().cloned().chain([again]).collect(), &[], Vec::new()).unwrap();
    (entries, index)
});

fn any_entry(id: BlockId, dice: &mut Dice) -> Entry {
    let mut entry = entry(id, dice.choose(&SPEAKING).0);
    let names = |dice: &mut Dice, from: &[Option<&str>]| dice.choose(from).map(str::to_owned);
    entry.kind = names(dice, &[Some("message"), Some("note"), Some("fact"), Some("")]).unwrap();
    entry.source = names(dice, &[None, Some("alice"), Some("Alice"), Some("민지"), Some("")]);
    entry.key = names(dice, &[None, None, Some("k1"), Some("k2")]);
    entry.tags = (0..dice.below(4)).map(|_| (*dice.choose(&["trip", "home", "일", "alice"])).to_owned()).collect();
    entry.namespace = (*dice.choose(&["", "a", "a/b", "a/b/c", "a/b2", "a0", "a-b", "d"])).to_owned();
    entry.importance = *dice.choose(&IMPORTANCES) as f32;
    entry.at = *dice.choose(&moments());
    entry.added_at = *dice.choose(&moments());
    entry.valid_from = maybe_moment(dice);
    entry.valid_to = maybe_moment(dice);
    entry.expires_at = maybe_moment(dice);
    for name in ["a", "b", "c"] {
        if dice.below(3) > 0 {
            let value = any_metadata(dice, 0);
            entry.metadata.insert(name.to_owned(), value);
        }
    }
    entry
}

fn maybe_moment(dice: &mut Dice) -> Option<TimeUs> {
    (dice.below(3) > 0).then(|| *dice.choose(&moments()))
}

fn moments() -> Vec<TimeUs> {
    let near = (0..4).flat_map(|day| [EPOCH_US + day * DAY_US, EPOCH_US + day * DAY_US + 1]);
    near.chain([-62_135_596_800_000_000, -1, 0, FOREVER_US - 1, FOREVER_US]).collect()
}

fn any_metadata(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth < 2 { 10 } else { 7 }) {
        0 => Value::Null,
        1 => json!(dice.below(2) == 0),
        2 => json!(dice.below(4)),
        3 => json!(dice.below(4) as f64 / 2.0 - 1.0),
        4..7 => json!(*dice.choose(&["1", "x", "true", "", "일"])),
        7 => Value::Object(["a", "b"].iter().map(|name| ((*name).to_owned(), any_metadata(dice, depth + 1))).collect()),
        _ => Value::Array((0..dice.below(4)).map(|_| any_metadata(dice, depth + 1)).collect()),
    }
}

/// What the grammar means, said as plainly as possible.
fn holds(condition: &Value, entry: &Entry) -> bool {
    condition.as_object().unwrap().iter().all(|(field, value)| match field.as_str() {
        "and" => value.as_array().unwrap().iter().all(|part| holds(part, entry)),
        "or" => value.as_array().unwrap().iter().any(|part| holds(part, entry)),
        "not" => !holds(value, entry),
        "mentions" => match value {
            Value::Object(operators) => speaks(operators, entry),
            _ => speaks(&Map::from_iter([("eq".to_owned(), value.clone())]), entry),
        },
        _ => match value {
            Value::Object(operators) => {
                operators.iter().all(|(operator, value)| field_holds(field, operator, value, entry))
            }
            _ => field_holds(field, "eq", value, entry),
        },
    })
}

/// Whether a text speaks of days as asked: one stretch of them meets the range that all bounds make, and is not too long to mean it.
fn speaks(operators: &Map<String, Value>, entry: &Entry) -> bool {
    let day = |text: &str| time::parse(text).unwrap().div_euclid(DAY_US);
    let spans = SPEAKING.iter().find(|(text, _)| *text == entry.text).unwrap().1;
    let meets = |low: i64, high: i64| {
        spans.iter().map(|[first, last]| (day(first), day(last))).any(|(first, last)| {
            let common = (first..=last).any(|day| (low..=high).contains(&day));
            common && (last - first < VAGUE_DAYS || last - first <= high - low)
        })
    };
    let is = |asked: &Value| match asked.as_str() {
        Some(text) => meets(day(text), day(text)),
        None => spans.is_empty(),
    };
    let is_one = |asked: &Value| asked.as_array().unwrap().iter().any(is);
    let ever = 4_000_000;
    let (mut low, mut high) = (-ever, ever);
    for (operator, asked) in operators {
        match operator.as_str() {
            "gt" => low = low.max(day(asked.as_str().unwrap()) + 1),
            "gte" => low = low.max(day(asked.as_str().unwrap())),
            "lt" => high = high.min(day(asked.as_str().unwrap()) - 1),
            "lte" => high = high.min(day(asked.as_str().unwrap())),
            _ => {}
        }
    }
    let is_bounded = operators.keys().any(|operator| ["gt", "gte", "lt", "lte"].contains(&operator.as_str()));
    (!is_bounded || meets(low, high))
        && operators.iter().all(|(operator, asked)| match operator.as_str() {
            "eq" => is(asked),
            "ne" => !is(asked),
            "in" => is_one(asked),
            "nin" => !is_one(asked),
            "exists" => spans.is_empty() != asked.as_bool().unwrap(),
            _ => true,
        })
}

fn field_holds(field: &str, operator: &str, asked: &Value, entry: &Entry) -> bool {
    let (is, all) = (value_of(field, entry), |value: &Value| value.as_array().unwrap().clone());
    let equals = |asked: &Value| is_equal(field, &is, asked);
    match operator {
        "eq" => equals(asked),
        "ne" => !equals(asked),
        "in" => all(asked).iter().any(equals),
        "nin" => !all(asked).iter().any(equals),
        "exists" => is.is_null() != asked.as_bool().unwrap(),
        "contains" => is.as_array().is_some_and(|list| {
            list.iter().any(|element| !element.is_array() && !element.is_object() && is_same(element, asked))
        }),
        "prefix" => {
            let (is, asked) = (is.as_str().unwrap(), asked.as_str().unwrap());
            asked.is_empty() || is == asked || is.starts_with(&format!("{asked}/"))
        }
        _ => order(field, &is, asked).is_some_and(|order| match operator {
            "gt" => order.is_gt(),
            "gte" => order.is_ge(),
            "lt" => order.is_lt(),
            _ => order.is_le(),
        }),
    }
}

/// A block's value as a caller would write it; times as microseconds; null where there is none.
fn value_of(field: &str, entry: &Entry) -> Value {
    match field {
        "kind" => json!(entry.kind),
        "source" => json!(entry.source),
        "key" => json!(entry.key),
        "tags" if entry.tags.is_empty() => Value::Null,
        "tags" => json!(entry.tags),
        "importance" => json!(IMPORTANCES.iter().find(|&&value| value as f32 == entry.importance)),
        "at" => json!(entry.at),
        "added_at" => json!(entry.added_at),
        "valid_from" => json!(entry.valid_from),
        "valid_to" => json!(entry.valid_to),
        "expires_at" => json!(entry.expires_at),
        "namespace" => json!(entry.namespace),
        _ => {
            let mut path = field.split('.').skip(1);
            let first = entry.metadata.get(path.next().unwrap()).cloned().unwrap_or_default();
            path.fold(first, |value, name| value.get(name).cloned().unwrap_or_default())
        }
    }
}

fn is_time(field: &str) -> bool {
    ["at", "added_at", "valid_from", "valid_to", "expires_at"].contains(&field)
}

fn is_equal(field: &str, is: &Value, asked: &Value) -> bool {
    if is_time(field) && !asked.is_null() {
        order(field, is, asked).is_some_and(|order| order.is_eq())
    } else {
        is_same(is, asked)
    }
}

/// 1 and 1.0 are the same number.
fn is_same(a: &Value, b: &Value) -> bool {
    if a.is_number() && b.is_number() { a.as_f64() == b.as_f64() } else { a == b }
}

fn order(field: &str, is: &Value, asked: &Value) -> Option<std::cmp::Ordering> {
    if is_time(field) {
        is.as_i64().map(|at| at.cmp(&time::parse(asked.as_str().unwrap()).unwrap()))
    } else {
        is.as_f64()?.partial_cmp(&asked.as_f64()?)
    }
}

fn one_of<T: Clone + std::fmt::Debug + 'static>(values: &[T]) -> impl Strategy<Value = T> + use<T> {
    proptest::sample::select(values.to_vec())
}

fn a_time() -> BoxedStrategy<Value> {
    let moment = one_of(&moments()).prop_map(|at| json!(time::format(at)));
    let written = one_of(&[
        "2024-01-01",
        "2024-01-02T09:00:00+09:00",
        "2024-01-01T24:00",
        "2024-01-03 00:00",
        "1969-12-31T23:59:59.999999Z",
    ]);
    prop_oneof![4 => moment, 1 => written.prop_filter_map("a time", |text| time::parse(text).map(|_| json!(text)))]
        .boxed()
}

fn a_day() -> BoxedStrategy<Value> {
    let near = (-2..6_i64).prop_map(|day| json!(&time::format(EPOCH_US + day * DAY_US)[..10]));
    let far =
        one_of(&["2020-03-31", "2023-01-01", "2023-12-31T23:59:59Z", "2024-02-01", "2024-12-31T08:00", "2025-01-01"]);
    prop_oneof![3 => near, 2 => far.prop_map(|text| json!(text))].boxed()
}

fn a_scalar() -> BoxedStrategy<Value> {
    one_of(&[
        Value::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(-0.0),
        json!(1),
        json!(1.0),
        json!(0.5),
        json!(3),
        json!("1"),
        json!("x"),
        json!("true"),
        json!(""),
    ])
    .boxed()
}

/// An operator with a value that it takes.
fn operators(value: BoxedStrategy<Value>, ordered: bool) -> BoxedStrategy<(String, Value)> {
    let list = proptest::collection::vec(value.clone(), 0..4).prop_map(Value::Array);
    let named = |names: &[&'static str], value: BoxedStrategy<Value>| {
        (one_of(names), value).prop_map(|(name, value)| (name.to_owned(), value)).boxed()
    };
    let mut all = vec![
        named(&["eq", "ne"], value),
        named(&["in", "nin"], list.boxed()),
        named(&["exists"], any::<bool>().prop_map(|is| json!(is)).boxed()),
    ];
    if ordered {
        let ends = prop_oneof![one_of(&IMPORTANCES).prop_map(|x| json!(x)), (-2..4).prop_map(|x| json!(x))];
        all.push(named(&["gt", "gte", "lt", "lte"], ends.boxed()));
    }
    proptest::strategy::Union::new(all).boxed()
}

fn a_field() -> BoxedStrategy<(String, Value)> {
    let or_null = |values: &[&str]| {
        one_of(&values.iter().map(|value| json!(value)).chain([Value::Null]).collect::<Vec<_>>()).boxed()
    };
    let names = or_null(&["alice", "Alice", "민지", "", "k1", "message", "note", "nobody"]);
    let importance =
        prop_oneof![one_of(&IMPORTANCES).prop_map(|x| json!(x)), Just(Value::Null), Just(json!(0))].boxed();
    let time_order = (one_of(&["gt", "gte", "lt", "lte"]), a_time()).prop_map(|(name, value)| (name.to_owned(), value));
    let time_value = prop_oneof![6 => a_time(), 1 => Just(Value::Null)].boxed();
    let tag = one_of(&["trip", "home", "일", "alice", "nothing"]).prop_map(|tag| json!(tag));
    let contains = |value: BoxedStrategy<Value>| value.prop_map(|value| ("contains".to_owned(), value));
    let exists = any::<bool>().prop_map(|is| ("exists".to_owned(), json!(is)));
    let prefix = one_of(&["", "a", "a/b", "a/b/c", "d", "zz"]).prop_map(|name| ("prefix".to_owned(), json!(name)));
    let of = |fields: &[&'static str], operator: BoxedStrategy<(String, Value)>| {
        (one_of(fields), proptest::collection::vec(operator, 1..3)).boxed()
    };
    let day_order = (one_of(&["gt", "gte", "lt", "lte"]), a_day()).prop_map(|(name, value)| (name.to_owned(), value));
    let day_value = prop_oneof![6 => a_day(), 1 => Just(Value::Null)].boxed();
    let days = prop_oneof![1 => operators(day_value, false), 2 => day_order].boxed();
    prop_oneof![
        (Just("mentions"), proptest::collection::vec(days, 1..4)),
        of(&["kind", "source", "key"], operators(names, false)),
        of(&["tags"], prop_oneof![contains(tag.boxed()), exists].boxed()),
        of(&["importance"], operators(importance, true)),
        of(
            &["at", "added_at", "valid_from", "valid_to", "expires_at"],
            prop_oneof![operators(time_value, false), time_order].boxed()
        ),
        of(&["namespace"], prop_oneof![operators(or_null(&["", "a", "a/b", "a/b2", "nobody"]), false), prefix].boxed()),
        of(
            &["metadata.a", "metadata.b", "metadata.c.a", "metadata.c", "metadata.b.a.b", "metadata.zz"],
            prop_oneof![3 => operators(a_scalar(), true), 1 => contains(a_scalar())].boxed()
        ),
    ]
    .prop_map(|(field, operators)| (field.to_owned(), Value::Object(operators.into_iter().collect())))
    .boxed()
}

fn a_filter() -> impl Strategy<Value = Value> {
    let fields =
        proptest::collection::vec(a_field(), 0..3).prop_map(|fields| Value::Object(fields.into_iter().collect()));
    fields.prop_recursive(4, 24, 4, |inner| {
        let many = proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array);
        let combined = prop_oneof![(Just("and"), many.clone()), (Just("or"), many), (Just("not"), inner)];
        (combined, proptest::option::of(a_field())).prop_map(|((name, value), beside)| {
            let fields: Map<String, Value> = [(name.to_owned(), value)].into_iter().chain(beside).collect();
            Value::Object(fields)
        })
    })
}

/// The blocks that a filter lets through, by the Index.
fn selected(filter: Filter) -> Vec<BlockId> {
    let mut ids: Vec<BlockId> = BLOCKS
        .1
        .select(&Query { now: TimeUs::MIN, ..listing("", Some(filter), true, usize::MAX) }, None, false)
        .into_iter()
        .map(|found| found.1)
        .collect();
    ids.sort_unstable();
    ids
}

fn expected(condition: &Value) -> Vec<BlockId> {
    BLOCKS.0.iter().filter(|entry| holds(condition, entry)).map(|entry| entry.id).collect()
}

fn parsed(condition: &Value) -> Filter {
    Filter::parse(&condition.to_string(), &Zone::default()).unwrap_or_else(|error| panic!("{condition}: {error}"))
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn the_grammar_means_what_the_plain_evaluator_says(condition in a_filter()) {
        prop_assert_eq!(selected(parsed(&condition)), expected(&condition), "{}", condition);
    }

    #[test]
    fn a_bare_value_is_eq((field, value) in a_field()) {
        if let Some(asked) = value.get("eq") {
            prop_assert_eq!(selected(parsed(&json!({&field: asked}))), selected(parsed(&json!({&field: {"eq": asked}}))));
        }
    }

    #[test]
    fn no_json_is_a_panic(condition in any_json()) {
        check_without_a_panic(&condition.to_string());
    }

    #[test]
    fn no_text_is_a_panic(text in "[\\[\\]{}:,\"a-z0-9. \\\\é-]{0,60}") {
        check_without_a_panic(&text);
    }
}

/// Nothing but a filter or an error that names the place in it.
fn check_without_a_panic(text: &str) {
    match Filter::parse(text, &Zone::default()) {
        Ok(filter) => drop(selected(filter)),
        Err(error) => assert_is_invalid(error, text),
    }
}

fn assert_is_invalid(error: Error, what: &str) {
    match error {
        Error::Invalid { field, reason } => {
            assert!(field == "where" || field.starts_with("where."), "{what}: {field}");
            assert!(!reason.is_empty(), "{what}");
        }
        other => panic!("{what}: {other}"),
    }
}

/// JSON with the grammar's own words in it, so that some of it comes near to a filter.
fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "and",
        "or",
        "not",
        "eq",
        "in",
        "nin",
        "gt",
        "lte",
        "contains",
        "exists",
        "prefix",
        "at",
        "tags",
        "namespace",
        "importance",
        "mentions",
        "metadata.a",
        "metadata.",
        "metadata",
        "kind",
        "where",
        "",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(|is| json!(is)),
        any::<i64>().prop_map(|x| json!(x)),
        any::<u64>().prop_map(|x| json!(x)),
        any::<f64>().prop_map(|x| json!(x)),
        "[0-9TZ:+.é-]{0,30}".prop_map(|text| json!(text)),
        ".{0,8}".prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(6, 40, 5, move |inner| {
        let name = prop_oneof![6 => one_of(&words).prop_map(str::to_owned), 1 => ".{0,6}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            proptest::collection::hash_map(name, inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let refused = [
        ("", "where"),
        ("[]", "where"),
        ("null", "where"),
        ("{", "where"),
        (r#"{"kind": "a"} x"#, "where"),
        (r#"{"kind": 1e999}"#, "where"),
        (r#"{"colour": "red"}"#, "where.colour"),
        (r#"{"metadata": {"a": 1}}"#, "where.metadata"),
        (r#"{"metadata.": 1}"#, "where.metadata."),
        (r#"{"text": "a"}"#, "where.text"),
        (r#"{"kind": 1}"#, "where.kind"),
        (r#"{"kind": true}"#, "where.kind"),
        (r#"{"kind": ["a"]}"#, "where.kind"),
        (r#"{"kind": {}}"#, "where.kind"),
        (r#"{"kind": {"like": "a"}}"#, "where.kind"),
        (r#"{"kind": {"gt": "a"}}"#, "where.kind"),
        (r#"{"kind": {"gt": 1}}"#, "where.kind"),
        (r#"{"kind": {"in": "a"}}"#, "where.kind"),
        (r#"{"kind": {"in": [1]}}"#, "where.kind"),
        (r#"{"kind": {"contains": "a"}}"#, "where.kind"),
        (r#"{"kind": {"prefix": "a"}}"#, "where.kind"),
        (r#"{"kind": {"exists": 1}}"#, "where.kind"),
        (r#"{"kind": {"exists": null}}"#, "where.kind"),
        (r#"{"tags": "trip"}"#, "where.tags"),
        (r#"{"tags": {"in": ["trip"]}}"#, "where.tags"),
        (r#"{"tags": {"contains": ["trip"]}}"#, "where.tags"),
        (r#"{"tags": {"gt": 1}}"#, "where.tags"),
        (r#"{"importance": "high"}"#, "where.importance"),
        (r#"{"importance": {"gt": "0.5"}}"#, "where.importance"),
        (r#"{"importance": {"gt": null}}"#, "where.importance"),
        (r#"{"importance": {"contains": 0.5}}"#, "where.importance"),
        (r#"{"at": 1700000000}"#, "where.at"),
        (r#"{"at": "yesterday"}"#, "where.at"),
        (r#"{"at": {"gte": "2024-02-30"}}"#, "where.at"),
        (r#"{"at": {"gte": 5}}"#, "where.at"),
        (r#"{"at": {"gte": null}}"#, "where.at"),
        (r#"{"at": {"in": ["2024-01-01", 5]}}"#, "where.at"),
        (r#"{"at": "2024-01-01T00:00:00.1ééé"}"#, "where.at"),
        (r#"{"mentions": "May 2023"}"#, "where.mentions"),
        (r#"{"mentions": {}}"#, "where.mentions"),
        (r#"{"mentions": {"contains": "2024-01-01"}}"#, "where.mentions"),
        (r#"{"mentions": {"within": "2024-01-01"}}"#, "where.mentions"),
        (r#"{"mentions": {"gte": null}}"#, "where.mentions"),
        (r#"{"mentions": {"gte": "2024-02-30"}}"#, "where.mentions"),
        (r#"{"mentions": {"in": "2024-01-01"}}"#, "where.mentions"),
        (r#"{"namespace": 5}"#, "where.namespace"),
        (r#"{"namespace": {"prefix": 5}}"#, "where.namespace"),
        (r#"{"namespace": {"gt": "a"}}"#, "where.namespace"),
        (r#"{"namespace": "a/"}"#, "where.namespace"),
        (r#"{"namespace": {"prefix": "/a"}}"#, "where.namespace"),
        (r#"{"namespace": {"in": ["a", "a//b"]}}"#, "where.namespace"),
        (r#"{"namespace": "a%2"}"#, "where.namespace"),
        (r#"{"namespace": "a%ff"}"#, "where.namespace"),
        (r#"{"metadata.a": 9007199254740993}"#, "where.metadata.a"),
        (r#"{"metadata.a": {"gt": "1"}}"#, "where.metadata.a"),
        (r#"{"metadata.a": [1]}"#, "where.metadata.a"),
        (r#"{"metadata.a": {"eq": {"b": 1}}}"#, "where.metadata.a"),
        (r#"{"metadata.a": {"in": [[1]]}}"#, "where.metadata.a"),
        (r#"{"metadata.a": {"prefix": "x"}}"#, "where.metadata.a"),
        (r#"{"and": {}}"#, "where.and"),
        (r#"{"and": [1]}"#, "where.and"),
        (r#"{"or": null}"#, "where.or"),
        (r#"{"or": ["kind"]}"#, "where.or"),
        (r#"{"not": [{}]}"#, "where.not"),
        (r#"{"not": {"colour": 1}}"#, "where.colour"),
    ];
    for (text, field) in refused {
        match Filter::parse(text, &Zone::default()) {
            Err(Error::Invalid { field: named, .. }) => assert_eq!(named, field, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn nesting_and_lists_have_an_end() {
    let nested = |depth: usize| format!("{}{}{}", r#"{"not": "#.repeat(depth), "{}", "}".repeat(depth));
    assert_eq!(selected(Filter::parse(&nested(16), &Zone::default()).unwrap()).len(), BLOCKS.0.len());
    for depth in [17, 100, 10_000, 200_000] {
        assert_is_invalid(Filter::parse(&nested(depth), &Zone::default()).unwrap_err(), "deep");
    }
    let lists = |depth: usize| format!("{}{}{}", r#"{"or": ["#.repeat(depth), "{}", "]}".repeat(depth));
    assert_is_invalid(Filter::parse(&lists(17), &Zone::default()).unwrap_err(), "deep");
    let values = |count: usize| json!({"source": {"in": (0..count).map(|i| i.to_string()).collect::<Vec<_>>()}});
    assert_eq!(selected(parsed(&values(1_000))), Vec::<BlockId>::new());
    assert_is_invalid(Filter::parse(&values(1_001).to_string(), &Zone::default()).unwrap_err(), "long");
    let many_times = json!({"at": {"nin": (0..1_000).map(time::format).collect::<Vec<_>>()}});
    assert_eq!(selected(parsed(&many_times)), expected(&many_times));
}

#[test]
fn what_a_person_would_write() {
    let count = |text: &str| selected(Filter::parse(text, &Zone::default()).unwrap()).len();
    assert_eq!(count("{}"), BLOCKS.0.len());
    assert_eq!(count(r#"{"or": []}"#), 0);
    assert_eq!(count(r#"{"and": []}"#), BLOCKS.0.len());
    for importance in IMPORTANCES {
        let of = |operator: &str| count(&json!({"importance": {operator: importance}}).to_string());
        assert!(of("eq") > 0, "{importance}: blocks of this very importance");
        assert_eq!(of("gte"), of("gt") + of("eq"));
        assert_eq!(of("lte"), of("lt") + of("eq"));
    }
    assert_eq!(count(r#"{"namespace": "%61/b"}"#), count(r#"{"namespace": "a/b"}"#));
    let forever = count(r#"{"valid_to": "9999-12-31T23:59:59.999999Z"}"#);
    assert!(forever > 0 && forever == count(r#"{"valid_to": {"gt": "9999-12-31T23:59:59.999998Z"}}"#));
    assert!(
        count(r#"{"namespace": {"prefix": "a"}}"#) < count(r#"{"namespace": {"ne": ""}}"#),
        "a0 and a-b do not lie below a"
    );
}

#[test]
fn a_name_with_a_dot_and_a_nested_one_are_asked_for_alike() {
    let with =
        |id: BlockId, metadata: Value| Entry { metadata: metadata.as_object().unwrap().clone(), ..entry(id, "text") };
    let index = common::loaded(
        &[with(1, json!({"a.b": 1})), with(2, json!({"a": {"b": 1}})), with(3, json!({"a.b": 1, "a": {"b": 2}}))],
        &[],
    );
    let ids = |text: &str| {
        index
            .select(&Query { now: 0, ..listing("", common::filter(text), true, 9) }, None, false)
            .into_iter()
            .map(|found| found.1)
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(r#"{"metadata.a.b": 1}"#), [1, 2, 3]);
    assert_eq!(ids(r#"{"metadata.a.b": {"gt": 1}}"#), [3]);
}
