//! Filters: which blocks a caller wants to see at all. One grammar for search and list, at every interface.
//!
//! `{"source": "alice", "importance": {"gte": 0.5}, "or": [{"tags": {"contains": "trip"}}, {"metadata.km": {"gt": 10}}]}`:
//! a field with a value or with operators, all of which must hold; `and`, `or`, `not` combine. What is not known is refused.

pub mod fact;

use crate::bitmap::Bitmap;
use crate::error::{Error, Result};
use crate::id::{NO_TIME, TimeUs};
use crate::segment::{Section, Segment};
use crate::words::calendar::Days;
use crate::words::mentions::When;
use crate::zone::Zone;
use serde_json::{Map, Value};

/// Levels of `and`, `or`, `not` that are followed.
const DEPTH_MAX: usize = 16;

/// The first moment that is one.
const TIME_FIRST: TimeUs = NO_TIME + 1;

/// Whole numbers beyond this are not told apart as doubles, which is what numbers in metadata are.
const WHOLE_MAX: u128 = 1 << 53;

/// All days that an index entry can hold.
const ALL_DAYS: Days = Days { first: i32::MIN as i64, last: i32::MAX as i64 };

/// Values of one `in` or `nin`.
const VALUES_MAX: usize = 1_000;

/// A filter, checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Every one of these holds.
    All(Vec<Filter>),
    /// At least one of these holds.
    Any(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// One of these facts holds.
    Fact(Vec<u64>),
    /// Its importance lies between two bounds.
    Importance(Bounds),
    /// It has such a time, and that lies between two others, ends included.
    Time(Section, TimeUs, TimeUs),
    /// Its text speaks of one of these days: one stretch of them is meant by who asks for these.
    Mentions(Days),
    /// A number in its metadata lies between two bounds.
    Number(u64, Bounds),
    /// A number that every block has lies between two bounds; it is listed only where it is not the usual one.
    Counted(u64, f64, Bounds),
    /// Its namespace is one of these.
    Namespace(Vec<String>),
    /// Its namespace is this or lies below it.
    Under(String),
}

/// From and to, each perhaps without the end itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    low: f64,
    high: f64,
    low_open: bool,
    high_open: bool,
}

impl Bounds {
    fn new(operator: &str, number: f64) -> Self {
        let all = Self {
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
            low_open: operator == "gt",
            high_open: operator == "lt",
        };
        match operator {
            "gt" | "gte" => Self { low: number, ..all },
            "lt" | "lte" => Self { high: number, ..all },
            _ => Self { low: number, high: number, ..all },
        }
    }

    fn contain(&self, value: f64) -> bool {
        (if self.low_open { value > self.low } else { value >= self.low })
            && (if self.high_open { value < self.high } else { value <= self.high })
    }
}

/// What values a field takes.
enum Kind {
    Name,
    List,
    Importance,
    Counted(f64),
    Time(Section),
    Mentions,
    SupersededAt,
    Namespace,
    Metadata,
}

fn kind_of(field: &str) -> Option<Kind> {
    Some(match field {
        "kind" | "source" | "key" | "origin" => Kind::Name,
        "tags" | "flags" => Kind::List,
        "trust" => Kind::Counted(fact::TRUST_USUAL),
        "uses" => Kind::Counted(fact::USES_USUAL),
        "superseded_at" => Kind::SupersededAt,
        "importance" => Kind::Importance,
        "mentions" => Kind::Mentions,
        "at" => Kind::Time(Section::At),
        "added_at" => Kind::Time(Section::AddedAt),
        "valid_from" => Kind::Time(Section::ValidFrom),
        "valid_to" => Kind::Time(Section::ValidTo),
        "expires_at" => Kind::Time(Section::ExpiresAt),
        "namespace" => Kind::Namespace,
        _ if field.strip_prefix("metadata.").is_some_and(|path| !path.is_empty()) => Kind::Metadata,
        _ => return None,
    })
}

impl Filter {
    /// The filter that `text` (JSON) describes; times in it that have no offset are those of `zone`.
    pub fn parse(text: &str, zone: &Zone) -> Result<Self> {
        let value: Value = serde_json::from_str(text).map_err(|error| Error::invalid("where", error.to_string()))?;
        let Value::Object(fields) = value else { return Err(Error::invalid("where", "must be an object of fields")) };
        parse_all(&fields, zone, 0)
    }

    /// The blocks of `segment` for which it holds.
    pub fn evaluate(&self, segment: &Segment) -> Bitmap {
        let mut set = Bitmap::new(segment.blocks());
        match self {
            Self::All(parts) => {
                set.not();
                parts.iter().for_each(|part| set.and(&part.evaluate(segment)));
            }
            Self::Any(parts) => parts.iter().for_each(|part| set.or(&part.evaluate(segment))),
            Self::Not(part) => {
                set = part.evaluate(segment);
                set.not();
            }
            Self::Fact(facts) => facts.iter().flat_map(|&fact| segment.fact(fact)).for_each(|&block| set.insert(block)),
            Self::Importance(bounds) => {
                let values = segment.column::<f32>(Section::Importance).iter().zip(0..);
                values.filter(|&(&value, _)| bounds.contain(f64::from(value))).for_each(|(_, block)| set.insert(block));
            }
            Self::Time(section, low, high) => {
                let times = segment.column::<TimeUs>(*section).iter().zip(0..);
                times.filter(|&(at, _)| (low..=high).contains(&at)).for_each(|(_, block)| set.insert(block));
            }
            Self::Mentions(asked) if asked.first > asked.last => {}
            Self::Mentions(asked) => {
                segment.speaking_of(|days| When::Days(*asked).means(days)).for_each(|block| set.insert(block))
            }
            Self::Number(field, bounds) => {
                let (blocks, values) = segment.numbers(*field);
                blocks
                    .iter()
                    .zip(values)
                    .filter(|&(_, &v)| bounds.contain(v))
                    .for_each(|(&block, _)| set.insert(block));
            }
            Self::Counted(field, usual, bounds) => {
                let (blocks, values) = segment.numbers(*field);
                if bounds.contain(*usual) {
                    set.not();
                }
                for (&block, &value) in blocks.iter().zip(values) {
                    if bounds.contain(value) { set.insert(block) } else { set.remove(block) }
                }
            }
            Self::Namespace(names) => names
                .iter()
                .filter_map(|name| segment.find_namespace(name))
                .flat_map(|number| segment.conversation(number))
                .for_each(|&block| set.insert(block)),
            Self::Under(prefix) => segment
                .namespaces_under(prefix)
                .into_iter()
                .flatten()
                .flat_map(|number| segment.conversation(number))
                .for_each(|&block| set.insert(block)),
        }
        set
    }
}

fn parse_all(fields: &Map<String, Value>, zone: &Zone, depth: usize) -> Result<Filter> {
    if depth > DEPTH_MAX {
        return Err(Error::invalid("where", format!("is nested more than {DEPTH_MAX} levels deep")));
    }
    fields
        .iter()
        .map(|(field, value)| parse_field(field, value, zone, depth))
        .collect::<Result<Vec<_>>>()
        .map(Filter::All)
}

fn parse_field(field: &str, value: &Value, zone: &Zone, depth: usize) -> Result<Filter> {
    match field {
        "and" => parse_list(field, value, zone, depth).map(Filter::All),
        "or" => parse_list(field, value, zone, depth).map(Filter::Any),
        "not" => match value {
            Value::Object(fields) => Ok(Filter::Not(Box::new(parse_all(fields, zone, depth + 1)?))),
            _ => Err(bad(field, "must be an object of fields")),
        },
        _ => {
            let Some(kind) = kind_of(field) else {
                return Err(bad(
                    field,
                    "is no field; there are kind, source, key, tags, importance, mentions, at, added_at, valid_from, valid_to, expires_at, superseded_at, origin, trust, flags, uses, namespace and metadata.NAME",
                ));
            };
            match value {
                Value::Object(operators) if operators.is_empty() => Err(bad(field, "has no operator")),
                Value::Object(operators) => operators
                    .iter()
                    .map(|(operator, value)| parse_operator(field, &kind, operator, value, zone))
                    .collect::<Result<Vec<_>>>()
                    .map(|parts| Filter::All(in_one_stretch(parts))),
                _ => parse_operator(field, &kind, "eq", value, zone),
            }
        }
    }
}

/// The same conditions; those on the days that a text speaks of as one, which one stretch of days must meet: what speaks of March and of July
/// does not speak of May.
fn in_one_stretch(parts: Vec<Filter>) -> Vec<Filter> {
    let (mut asked, mut others) = (None::<Days>, Vec::with_capacity(parts.len()));
    for part in parts {
        match part {
            Filter::Mentions(days) => {
                let both = |one: Days| Days { first: one.first.max(days.first), last: one.last.min(days.last) };
                asked = Some(asked.map_or(days, both));
            }
            other => others.push(other),
        }
    }
    others.extend(asked.map(Filter::Mentions));
    others
}

fn parse_list(field: &str, value: &Value, zone: &Zone, depth: usize) -> Result<Vec<Filter>> {
    let Value::Array(items) = value else { return Err(bad(field, "must be a list of objects")) };
    items
        .iter()
        .map(|item| match item {
            Value::Object(fields) => parse_all(fields, zone, depth + 1),
            _ => Err(bad(field, "must be a list of objects")),
        })
        .collect()
}

fn parse_operator(field: &str, kind: &Kind, operator: &str, value: &Value, zone: &Zone) -> Result<Filter> {
    match operator {
        "eq" => equal(field, kind, std::slice::from_ref(value), zone),
        "in" => equal(field, kind, list(field, value)?, zone),
        "ne" => Ok(Filter::Not(Box::new(equal(field, kind, std::slice::from_ref(value), zone)?))),
        "nin" => Ok(Filter::Not(Box::new(equal(field, kind, list(field, value)?, zone)?))),
        "gt" | "gte" | "lt" | "lte" => compare(field, kind, operator, value, zone),
        "contains" => match kind {
            Kind::List | Kind::Metadata => Ok(Filter::Fact(vec![fact::element(field, scalar(field, value)?)])),
            _ => Err(bad(field, "is not a list: contains works on tags, flags and lists in metadata")),
        },
        "exists" => match value {
            Value::Bool(true) => Ok(exists(field, kind)),
            Value::Bool(false) => Ok(Filter::Not(Box::new(exists(field, kind)))),
            _ => Err(bad(field, "exists takes true or false")),
        },
        "prefix" if matches!(kind, Kind::Namespace) => Ok(Filter::Under(canonical(field, name(field, value)?)?)),
        _ => Err(bad(
            field,
            &format!(
                "{operator} is no operator here; there are eq, ne, gt, gte, lt, lte, in, nin, contains, exists (and prefix for namespace)"
            ),
        )),
    }
}

/// That the field is one of these values; null stands for "has none".
fn equal(field: &str, kind: &Kind, values: &[Value], zone: &Zone) -> Result<Filter> {
    let mut any = Vec::new();
    let mut facts = Vec::new();
    for value in values {
        match (kind, value) {
            (Kind::List, _) => return Err(bad(field, "is a list: use contains")),
            (_, Value::Null) => any.push(Filter::Not(Box::new(exists(field, kind)))),
            (Kind::Name, _) => facts.push(fact::string(field, name(field, value)?)),
            (Kind::Metadata, _) => facts.push(fact::scalar(field, scalar(field, value)?)),
            (Kind::Namespace, _) => any.push(Filter::Namespace(vec![canonical(field, name(field, value)?)?])),
            (Kind::Importance | Kind::Counted(_) | Kind::Time(_) | Kind::Mentions | Kind::SupersededAt, _) => {
                any.push(compare(field, kind, "eq", value, zone)?)
            }
        }
    }
    if !facts.is_empty() {
        any.push(Filter::Fact(facts));
    }
    Ok(Filter::Any(any))
}

fn compare(field: &str, kind: &Kind, operator: &str, value: &Value, zone: &Zone) -> Result<Filter> {
    Ok(match kind {
        Kind::Time(section) => {
            let at = time(field, value, zone)?;
            let (low, high) = match operator {
                "gt" => (at + 1, TimeUs::MAX),
                "gte" => (at, TimeUs::MAX),
                "lt" => (TIME_FIRST, at - 1),
                "lte" => (TIME_FIRST, at),
                _ => (at, at),
            };
            Filter::Time(*section, low, high)
        }
        Kind::Mentions => Filter::Mentions(days(operator, day(field, value, zone)?)),
        Kind::SupersededAt => {
            Filter::Number(fact::field(field), Bounds::new(operator, time(field, value, zone)? as f64))
        }
        Kind::Counted(usual) => {
            Filter::Counted(fact::field(field), *usual, Bounds::new(operator, number(field, kind, value)?))
        }
        // A block keeps its importance in single precision: 0.3 must equal 0.3.
        Kind::Importance => Filter::Importance(Bounds::new(operator, f64::from(number(field, kind, value)? as f32))),
        _ => Filter::Number(fact::field(field), Bounds::new(operator, number(field, kind, value)?)),
    })
}

fn day(field: &str, value: &Value, zone: &Zone) -> Result<i64> {
    let at = value.as_str().and_then(|text| zone.parse(text));
    let advice = "takes a day, such as \"2025-03-04\"; for a month or a week, two of them with gte and lt";
    at.map(|at| zone.day_of(at)).ok_or_else(|| bad(field, advice))
}

/// The days that compare so with one of them.
fn days(operator: &str, day: i64) -> Days {
    match operator {
        "gt" => Days { first: day + 1, ..ALL_DAYS },
        "gte" => Days { first: day, ..ALL_DAYS },
        "lt" => Days { last: day - 1, ..ALL_DAYS },
        "lte" => Days { last: day, ..ALL_DAYS },
        _ => Days::one(day),
    }
}

fn exists(field: &str, kind: &Kind) -> Filter {
    match kind {
        Kind::Time(section) => Filter::Time(*section, TIME_FIRST, TimeUs::MAX),
        Kind::Mentions => Filter::Mentions(ALL_DAYS),
        Kind::SupersededAt => Filter::Number(fact::field(field), Bounds::new("gte", f64::NEG_INFINITY)),
        Kind::Importance | Kind::Counted(_) | Kind::Namespace => Filter::All(Vec::new()),
        Kind::Name | Kind::List | Kind::Metadata => Filter::Fact(vec![fact::exists(field)]),
    }
}

fn time(field: &str, value: &Value, zone: &Zone) -> Result<TimeUs> {
    let text = value.as_str().ok_or_else(|| bad(field, "takes a time, such as \"2025-03-04T09:12:00Z\""))?;
    zone.parse(text).ok_or_else(|| bad(field, "is not a time; write 2025-03-04 or 2025-03-04T09:12:00Z"))
}

fn number(field: &str, kind: &Kind, value: &Value) -> Result<f64> {
    match (kind, value) {
        (Kind::Importance | Kind::Counted(_) | Kind::Metadata, Value::Number(number)) => {
            number.as_f64().ok_or_else(|| bad(field, "is too large a number"))
        }
        _ => Err(bad(field, "takes a number here: only numbers and times can be compared")),
    }
}

fn scalar<'a>(field: &str, value: &'a Value) -> Result<&'a Value> {
    match value {
        Value::Number(number) if number.as_i128().is_some_and(|whole| whole.unsigned_abs() > WHOLE_MAX) => {
            Err(bad(field, "takes no whole number beyond 2**53: those are not told apart"))
        }
        Value::Array(_) | Value::Object(_) => Err(bad(field, "takes a string, a number, true, false or null")),
        _ => Ok(value),
    }
}

/// A namespace as the Store writes it: "/", "%" and control characters in a segment percent-encoded, and nothing else.
fn canonical(field: &str, path: &str) -> Result<String> {
    if !path.is_empty() && path.split('/').any(str::is_empty) {
        return Err(bad(field, "has an empty segment: write a/b, without a slash at either end"));
    }
    let segments = path.split('/').map(|segment| {
        let mut bytes = Vec::with_capacity(segment.len());
        let mut rest = segment.as_bytes();
        while let Some((&first, after)) = rest.split_first() {
            let escaped = after.first_chunk::<2>().filter(|_| first == b'%').map(hex);
            match escaped {
                Some(Some(byte)) => bytes.push(byte),
                None if first != b'%' => bytes.push(first),
                _ => return Err(bad(field, "has a percent sign that two hex digits do not follow (write %25)")),
            }
            rest = if escaped.is_some() { &after[2..] } else { after };
        }
        let text = String::from_utf8(bytes).map_err(|_| bad(field, "has percent-encoded bytes that are no UTF-8"))?;
        Ok(text
            .chars()
            .map(
                |c| {
                    if "/%".contains(c) || c < ' ' || c == '\x7f' {
                        format!("%{:02X}", c as u32)
                    } else {
                        c.to_string()
                    }
                },
            )
            .collect::<String>())
    });
    Ok(segments.collect::<Result<Vec<String>>>()?.join("/"))
}

fn hex(digits: &[u8; 2]) -> Option<u8> {
    let value = |digit: u8| (digit as char).to_digit(16);
    Some((value(digits[0])? * 16 + value(digits[1])?) as u8)
}

fn name<'a>(field: &str, value: &'a Value) -> Result<&'a str> {
    value.as_str().ok_or_else(|| bad(field, "takes a string"))
}

fn list<'a>(field: &str, value: &'a Value) -> Result<&'a [Value]> {
    match value {
        Value::Array(values) if values.len() <= VALUES_MAX => Ok(values),
        _ => Err(bad(field, &format!("takes a list of at most {VALUES_MAX} values"))),
    }
}

fn bad(field: &str, reason: &str) -> Error {
    Error::invalid(format!("where.{field}"), reason)
}
