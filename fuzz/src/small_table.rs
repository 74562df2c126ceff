//! A token table of a few tokens, laid out as `scripts/distil_table.py` does it: small enough that a fuzzer meets every part of it.

/// English tokens, then Korean morphemes.
pub const WORDS: [&str; 12] =
    ["busan", "cat", "coffee", "house", "un", "##read", "##s", "moved", "N고양이", "J가", "V가", "E았어요"];

/// How many of them are English.
const KOREAN_FROM: usize = 8;

const DIMENSION: usize = 64;
const ALIGNMENT: usize = 64;

/// The file.
pub fn bytes() -> Vec<u8> {
    let count = WORDS.len();
    let rows: Vec<u8> = (0..count * DIMENSION).map(|at| (at * 37 % 251) as u8).collect();
    let numbers = |value: f32| value.to_le_bytes().repeat(count);
    let ends = WORDS.iter().scan(0, |end, word| {
        *end += word.len() as u32;
        Some(*end)
    });
    let offsets: Vec<u8> = std::iter::once(0).chain(ends).flat_map(u32::to_le_bytes).collect();
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.sort_by_key(|&at| WORDS[at as usize].as_bytes());
    let sorted: Vec<u8> = order.into_iter().flat_map(u32::to_le_bytes).collect();
    let sections = [rows, numbers(0.001), numbers(1.0), offsets, WORDS.concat().into_bytes(), sorted];
    let (mut body, mut starts) = (Vec::new(), Vec::new());
    for section in sections {
        body.resize(usize::next_multiple_of(body.len(), ALIGNMENT), 0);
        starts.push((ALIGNMENT + body.len()) as u32);
        body.extend(section);
    }
    let fields = [count as u32, DIMENSION as u32].into_iter().chain(starts);
    let fields = fields.chain([(ALIGNMENT + body.len()) as u32, crc32fast::hash(&body), KOREAN_FROM as u32]);
    let mut head = b"GREEUMT1".to_vec();
    head.extend(fields.flat_map(u32::to_le_bytes));
    head.resize(ALIGNMENT, 0);
    [head, body].concat()
}
