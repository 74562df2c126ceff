//! What every target begins with: inputs that are as they should be, made by the code that writes them, so that they never grow old.

use crate::fixture::{self, EPOCH_US, TABLE, TEXTS};
use crate::{files, small_table};
use greeum_core::links::Csr;

/// Filters that use every field and operator.
const FILTERS: [&str; 9] = [
    r#"{"source": "Alice", "importance": {"gte": 0.3}}"#,
    r#"{"or": [{"tags": {"contains": "trip"}}, {"metadata.km": {"gt": 5}}], "not": {"kind": {"in": ["note", "fact"]}}}"#,
    r#"{"at": {"gte": "2024-01-01T02:00:00Z", "lt": "2024-02-01"}, "added_at": {"exists": true}}"#,
    r#"{"mentions": {"gte": "2023-05-01", "lt": "2023-06-01", "ne": "2023-05-07"}}"#,
    r#"{"valid_from": null, "valid_to": {"ne": null}, "expires_at": {"exists": false}, "superseded_at": {"lte": "2024-01-02"}}"#,
    r#"{"namespace": {"prefix": "c%2Fd"}, "key": {"nin": ["key-4", null]}}"#,
    r#"{"trust": {"lt": 1}, "uses": 2, "flags": {"contains": "quarantined"}, "origin": {"eq": "cli"}}"#,
    r#"{"metadata.trip.days": {"contains": 2.5}, "metadata.trip.to": "Busan", "metadata.trip": {"exists": true}}"#,
    r#"{"and": [{"namespace": "a/b"}, {"and": [{"namespace": {"in": ["a", "a/b"]}}]}]}"#,
];

const MOMENTS: [&str; 6] = [
    "2023-05-08T13:56:00Z",
    "2023-05-08 13:56",
    "2023-05-08",
    "2023-05-08T22:56:00.123456+09:00",
    "2024-02-29T23:59:59-0330",
    "9999-12-31T23:59:59,999999999",
];

const DATES: [&str; 10] = [
    "I was there from 3 May to the 5th, then again in June 2022 and on 2023-05-08.",
    "two weeks ago, yesterday, last Monday, next month, the weekend before last",
    "When in 2019? In the spring of '98, on Christmas, 12/25/2020 or 25.12.2020.",
    "three months and 2 days ago; in 10 years; 200 days ago; 1,000,000 years ago",
    "지난주 월요일에, 두 달 전에, 작년 3월에, 그저께, 이번 주말",
    "2024년 3월 5일 오후 세 시, 3월에, 5일 전, 십 년 뒤",
    "May may march in March. Sept 31st 0000-00-00 9999-99-99",
    "어제 오늘 내일 모레 글피 재작년 내후년 다음 달 말",
    "the day after tomorrow, this morning, tonight, a fortnight ago",
    "2023-02-29 2024-02-29 1-1-1 99999999999999999999-1-1",
];

/// The inputs of a target.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
    let after = |head: &[u8], texts: &[&str]| texts.iter().map(|text| [head, text.as_bytes()].concat()).collect();
    match target {
        "words" => [texts(&TEXTS), texts(&DATES), vec![TEXTS.join(" ").repeat(3).into_bytes()]].concat(),
        "korean" => vec![syllables("고양이가 병원에 갔어요"), syllables("먹었는데 비싸더라 이사했어"), vec![0x5a; 600]],
        "dates" => after(&EPOCH_US.to_le_bytes(), &DATES),
        "time" => texts(&MOMENTS),
        "filter" => texts(&FILTERS),
        "search" => [after(&[0, 0, 10, 0], &TEXTS), after(&[3, 0x33, 50, 64], &DATES)].concat(),
        "codes" => {
            vec![[&[0][..], &TABLE.encode(TEXTS[0])].concat(), [vec![4], [0, 0, 0, 60, 1, 2, 3, 4].repeat(2)].concat()]
        }
        "table" => vec![small_table::bytes()],
        "links" => vec![Csr::new(&fixture::links()).to_bytes()],
        "manifest" | "segment" => file(if target == "manifest" { ".json" } else { ".segment" }),
        _ => Vec::new(),
    }
}

/// The files of a folded Index whose names end so; the manifest without its checksum.
fn file(ending: &str) -> Vec<Vec<u8>> {
    let named = files::FILES.iter().filter(|(name, _)| name.ends_with(ending));
    let body = |bytes: &[u8]| match ending {
        ".json" => bytes.split(|&byte| byte == b'\n').next().unwrap_or_default().to_vec(),
        _ => bytes.to_vec(),
    };
    named.map(|(_, bytes)| body(bytes)).collect()
}

/// A text as the target `korean` has it.
fn syllables(text: &str) -> Vec<u8> {
    let pair = |c: char| if c == ' ' { 0 } else { (c as u32 - 0xac00) as u16 };
    text.chars().flat_map(|c| pair(c).to_le_bytes()).collect()
}
