//! Numbers that are written in Hangul: 스물다섯 살, 세시, 삼분, 이십오도.

/// Sino-Korean digits.
const DIGITS: [char; 9] = ['일', '이', '삼', '사', '오', '육', '칠', '팔', '구'];

/// Sino-Korean powers of ten below ten thousand, and those above.
const SMALL_POWERS: [(char, u64); 3] = [('십', 10), ('백', 100), ('천', 1_000)];
const LARGE_POWERS: [(char, u64); 3] = [('만', 10_000), ('억', 100_000_000), ('조', 1_000_000_000_000)];

/// Korean tens, and ones as they stand alone or before what is counted; the longer of two that begin alike first.
const TENS: [(&str, u64); 9] = [
    ("열", 10),
    ("스물", 20),
    ("스무", 20),
    ("서른", 30),
    ("마흔", 40),
    ("쉰", 50),
    ("예순", 60),
    ("일흔", 70),
    ("여든", 80),
];
const ONES: [(&str, u64); 14] = [
    ("하나", 1),
    ("다섯", 5),
    ("여섯", 6),
    ("일곱", 7),
    ("여덟", 8),
    ("아홉", 9),
    ("한", 1),
    ("두", 2),
    ("둘", 2),
    ("세", 3),
    ("셋", 3),
    ("네", 4),
    ("넷", 4),
    ("석", 3),
];

/// What is counted with Korean numbers.
const COUNTED: [&str; 22] = [
    "시", "시간", "달", "개", "개월", "명", "살", "마리", "번", "번째", "권", "잔", "병", "장", "곳", "가지", "사람",
    "주", "쌍", "켤레", "그루", "채",
];

/// What is counted with one Sino-Korean digit and makes no other word with it, as 사원 (employee) or 이번 (this time) does.
const NUMBERED: [&str; 9] = ["월", "층", "학년", "개월", "년", "주년", "분", "호선", "킬로"];

/// What is counted with Sino-Korean numbers of several syllables.
const MEASURED: [&str; 24] = [
    "월",
    "층",
    "학년",
    "개월",
    "년",
    "주년",
    "분",
    "호선",
    "일",
    "초",
    "원",
    "도",
    "번",
    "호",
    "명",
    "인",
    "세",
    "퍼센트",
    "프로",
    "킬로",
    "킬로미터",
    "미터",
    "센티",
    "년도",
];

/// Units that say nothing by themselves behind a number: those of dates, times, money, degrees and order. What is counted (3명, 2마리) does say something.
/// Whatever stands behind one of these is a word of its own: 3일전에, 2만원짜리.
const SILENT: [&str; 12] = ["년", "년대", "년도", "월", "월달", "일", "일간", "원", "시간", "개월", "주일", "달러"];

/// Others of that kind. The syllables are more often one word with what stands behind them: 3시리즈, 2도어.
const OFTEN_SILENT: [&str; 12] = ["분", "초", "시", "시반", "도", "주", "주년", "번", "호", "회", "퍼센트", "프로"];

/// What only begins like a unit or a power of ten.
const NO_UNITS: [&str; 4] = ["조각", "조항", "분야", "분기"];

/// The units that are written in more ways than one.
const UNITS: [(&str, &str); 12] = [
    ("킬로미터", "km"),
    ("센티미터", "cm"),
    ("밀리미터", "mm"),
    ("미터", "m"),
    ("킬로그램", "kg"),
    ("그램", "g"),
    ("퍼센트", "percent"),
    ("프로", "percent"),
    ("기가", "gb"),
    ("기가바이트", "gb"),
    ("달러", "usd"),
    ("번", ""),
];

/// A unit as it is compared.
pub fn unit(unit: &str) -> &str {
    UNITS.iter().find(|pair| pair.0 == unit).map_or(unit, |pair| pair.1)
}

/// The digit that a syllable is.
pub fn digit(syllable: &str) -> Option<usize> {
    let mut all = syllable.chars();
    let first = all.next().filter(|_| all.next().is_none())?;
    DIGITS.iter().position(|&digit| digit == first).map(|at| at + 1)
}

/// Whether Sino-Korean numbers count in it.
pub fn is_measure(word: &str) -> bool {
    MEASURED.contains(&word)
}

/// Whether something is counted in it, with Sino-Korean or Korean numbers.
pub fn is_unit(word: &str) -> bool {
    MEASURED.contains(&word) || COUNTED.contains(&word)
}

/// Whether a word begins as a number of several syllables may: nearly every word is told by it to be none.
pub fn may_be(word: &str) -> bool {
    let mut syllables = word.chars();
    let (Some(first), Some(_)) = (syllables.next(), syllables.next()) else { return false };
    let is_power = || SMALL_POWERS.iter().chain(&LARGE_POWERS).any(|power| power.0 == first);
    DIGITS.contains(&first) || is_power() || TENS.iter().any(|tens| tens.0.starts_with(first))
}

/// The power of ten that a word begins with, which multiplies the number before it, and the rest: 만 원 behind 200.
pub fn power(word: &str) -> (Option<u64>, &str) {
    let mut rest = word.chars();
    let first = rest.next();
    let found = SMALL_POWERS.iter().chain(&LARGE_POWERS).find(|power| Some(power.0) == first);
    found.map_or((None, word), |power| (Some(power.1), rest.as_str()))
}

/// What a word right behind digits says beside what is counted: 년생이다 is 생이다, 만원에 is 에. All of it, if it does not begin with a unit.
pub fn behind_unit(word: &str) -> &str {
    if NO_UNITS.iter().any(|other| word.starts_with(other)) {
        return word;
    }
    let mut rest = word;
    while let (Some(_), after) = power(rest) {
        rest = after;
    }
    let longest =
        |units: &[&str]| units.iter().filter_map(|unit| rest.strip_prefix(unit)).min_by_key(|rest| rest.len());
    let behind = longest(&OFTEN_SILENT).filter(|behind| super::is_bound(behind));
    behind.or_else(|| longest(&SILENT)).unwrap_or(rest)
}

/// The number that a word is or begins with, and the unit behind it. None where the syllables may as well be another word.
pub fn read(word: &str) -> Option<(u64, &str)> {
    korean(word).or_else(|| chinese(word))
}

fn korean(word: &str) -> Option<(u64, &str)> {
    let prefix = |list: &[(&str, u64)], word: &'_ str| {
        list.iter().find(|(form, _)| word.starts_with(form)).map(|&(form, value)| (value, form.len()))
    };
    let (tens, after_tens) = prefix(&TENS, word).unwrap_or_default();
    let (ones, length) = prefix(&ONES, &word[after_tens..]).unwrap_or_default();
    let unit = &word[after_tens + length..];
    let is_number = tens + ones > 0 && (unit.is_empty() || COUNTED.contains(&unit));
    // 열 is heat, and 석 and 네 are much else; alone they are numbers only together with another.
    (is_number && !matches!(word, "열" | "석" | "네")).then_some((tens + ones, unit))
}

fn chinese(word: &str) -> Option<(u64, &str)> {
    let (value, length, has_power) = chinese_prefix(word);
    let unit = &word[length..];
    let is_number = if has_power {
        length > 3 && (unit.is_empty() || MEASURED.contains(&unit))
    } else {
        length == 3 && NUMBERED.contains(&unit)
    };
    is_number.then_some((value, unit))
}

/// The number that all syllables of a word make: 이십오, 백, 삼. Nothing else is known to be counted, so that it is left to whoever asks.
pub fn chinese_number(word: &str) -> Option<u64> {
    let (value, length, _) = chinese_prefix(word);
    (length > 0 && length == word.len()).then_some(value)
}

/// The Sino-Korean number that a word begins with, of how many bytes it is, and whether it has a power of ten.
fn chinese_prefix(word: &str) -> (u64, usize, bool) {
    let (mut total, mut below, mut digit, mut length, mut has_power) = (0_u64, 0_u64, 0_u64, 0, false);
    for syllable in word.chars() {
        if let Some(at) = DIGITS.iter().position(|&of| of == syllable).filter(|_| digit == 0) {
            digit = at as u64 + 1;
        } else if let Some(power) = SMALL_POWERS.iter().find(|power| power.0 == syllable) {
            below += digit.max(1) * power.1;
            (digit, has_power) = (0, true);
        } else if let Some(power) = LARGE_POWERS.iter().find(|power| power.0 == syllable) {
            total += (below + digit).max(1).saturating_mul(power.1);
            (below, digit, has_power) = (0, 0, true);
        } else {
            break;
        }
        length += syllable.len_utf8();
    }
    (total + below + digit, length, has_power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_other_words_are_not() {
        for (word, value, unit) in [
            ("스물다섯", 25, ""),
            ("열두시", 12, "시"),
            ("세시", 3, "시"),
            ("두마리", 2, "마리"),
            ("삼분", 3, "분"),
            ("이십오도", 25, "도"),
            ("오월", 5, "월"),
            ("이십만", 200_000, ""),
            ("천오백원", 1_500, "원"),
        ] {
            assert_eq!(read(word), Some((value, unit)), "{word}");
        }
        for word in ["사원", "이번", "세대", "두부", "한국", "네", "열", "만", "이사", "일", "구월동", ""]
        {
            assert_eq!(read(word), None, "{word}");
        }
        assert_eq!(power("만원"), (Some(10_000), "원"));
        assert_eq!((unit("킬로미터"), unit("원")), ("km", "원"));
    }

    #[test]
    fn units_behind_digits_go() {
        for (word, behind) in [
            ("년생이다", "생이다"),
            ("일부터", "부터"),
            ("만원에", "에"),
            ("천만원", ""),
            ("도밖에", "밖에"),
            ("시간째", "째"),
            ("년대에", "에"),
            ("시리즈", "시리즈"),
            ("인조", "인조"),
            ("단계", "단계"),
            ("조각", "조각"),
            ("명이", "명이"),
            ("시반에", "에"),
            ("시간에", "에"),
            ("", ""),
        ] {
            assert_eq!(behind_unit(word), behind, "{word}");
        }
    }
}
