//! Explanations as JSON: what `greeum.explanation` reads.

use crate::filter;
use greeum_core::Zone;
use greeum_core::query::PARTS;
use greeum_core::rank::{Account, Clause, Dates, Explanation, Subject};
use greeum_core::words::calendar::{Days, date_of};
use greeum_core::words::dates::DAYS_OF_A_MONTH;
use greeum_core::words::mentions::When;
use pyo3::prelude::*;
use serde_json::{Map, Value, json};

/// A block, its text, its source and tags, and what the caller asks of blocks: what it is called, and a filter.
pub type SubjectParts = (u64, String, Vec<String>, Vec<(String, String)>);

/// What is to be explained.
pub fn subject(py: Python<'_>, (block, text, labels, clauses): SubjectParts, zone: &Zone) -> PyResult<Subject> {
    let clause =
        |(name, text): (String, String)| Ok(filter(py, Some(&text), zone)?.map(|filter| Clause { name, filter }));
    let clauses: PyResult<Vec<Option<Clause>>> = clauses.into_iter().map(clause).collect();
    Ok(Subject { block, text, labels, clauses: clauses?.into_iter().flatten().collect() })
}

/// All of an explanation that needs no Store.
pub fn json(explanation: &Explanation, k: usize) -> Value {
    let answer = &explanation.answer;
    let mut fields = Map::new();
    fields.insert("outcome".into(), explanation.outcome(k).name().into());
    fields.insert("excluded".into(), json!(explanation.excluded));
    fields.insert("rank".into(), json!(explanation.rank));
    let search = json!({
        "blocks": answer.blocks, "looked_at": answer.visited, "start": answer.start, "width": answer.width.name(),
        "least": explanation.least(k),
    });
    fields.insert("search".into(), search);
    fields.insert("account".into(), explanation.account.as_ref().map_or(Value::Null, account));
    Value::Object(fields)
}

fn account(account: &Account) -> Value {
    let parts: Map<String, Value> =
        PARTS.iter().zip(account.hit.parts).map(|(&name, part)| (name.to_owned(), json!(part))).collect();
    let weights = account.weights.iter().map(|weighed| {
        json!({
            "part": weighed.part, "name": weighed.name, "weight": weighed.weight, "measure": weighed.measure,
            "adds": weighed.weight * weighed.measure, "turns": weighed.turns,
        })
    });
    let measures = PARTS.iter().zip(&account.measures).map(|(&name, measure)| {
        json!({
            "part": name, "value": measure.value, "mean": measure.mean, "deviation": measure.deviation,
            "luck": measure.luck,
        })
    });
    let words = account
        .words
        .iter()
        .map(|found| json!({ "word": found.word, "found": found.found, "by": found.kind.name(), "adds": found.adds }));
    let tokens = account.pairs.iter().map(
        |pair| json!({ "word": pair.word, "found": pair.found, "similarity": pair.similarity, "adds": pair.adds }),
    );
    let path =
        account.path.iter().map(|step| json!({ "block": step.block, "by": step.way.name(), "weight": step.weight }));
    json!({
        "score": account.hit.score, "parts": parts, "weights": weights.collect::<Vec<_>>(),
        "measures": measures.collect::<Vec<_>>(), "words": words.collect::<Vec<_>>(),
        "tokens": tokens.collect::<Vec<_>>(), "dates": dates(&account.dates), "source": account.named,
        "about": account.about,
        "path": path.collect::<Vec<_>>(), "proximity": account.proximity,
    })
}

fn dates(dates: &Dates) -> Value {
    let days: Vec<String> = dates.days.iter().map(|day| span(day.0)).collect();
    let (said, mentions) = days.split_first().map_or((None, &[][..]), |(said, mentions)| (Some(said), mentions));
    let matched = dates.days.iter().zip(&days).filter(|(day, _)| day.1).map(|(_, span)| span);
    json!({
        "asks_when": dates.asks_when, "asked": dates.asked.iter().map(|&when| asked(when)).collect::<Vec<_>>(),
        "said": said, "mentions": mentions, "matched": matched.collect::<Vec<_>>(),
    })
}

/// Days as ISO 8601 has them: one of them, or the first and the last, of which one may be open.
fn span(days: Days) -> String {
    let iso = |day: i64| {
        let (year, month, day) = date_of(day);
        format!("{year:04}-{month:02}-{day:02}")
    };
    match days {
        Days { first, last } if first == last => iso(first),
        Days { first, last } if first == Days::ALL.first => format!("../{}", iso(last)),
        Days { first, last } if last == Days::ALL.last => format!("{}/..", iso(first)),
        Days { first, last } => format!("{}/{}", iso(first), iso(last)),
    }
}

/// A time that a query names; of whatever year as in `--05-08` or `--05-11/--05-20`.
fn asked(when: When) -> String {
    match when {
        When::Days(days) => span(days),
        When::Yearly { month, first, last } if first == last => format!("--{month:02}-{first:02}"),
        When::Yearly { month, first: 1, last: DAYS_OF_A_MONTH } => format!("--{month:02}"),
        When::Yearly { month, first, last } => format!("--{month:02}-{first:02}/--{month:02}-{last:02}"),
    }
}
