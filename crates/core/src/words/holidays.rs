//! Holidays that have a name: those of a fixed date, those that are on a weekday or go by Easter (where countries differ, as in the United States), and
//! those of the Korean lunar calendar that everybody knows.

use super::calendar::{Days, MONDAY, SUNDAY, THURSDAY, day_of_date, easter, nth_weekday};
use super::korean::is_bound;
use super::tokenizer::{Script, Tokens};

/// A holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holiday {
    /// A month and a day of every year.
    Fixed(i64, i64),
    /// A weekday of a month, so many days on: the nth, or the last.
    Weekday {
        /// 1 to 12.
        month: i64,
        /// The day of the week.
        weekday: i64,
        /// Which one of the month; None if the last.
        nth: Option<i64>,
        /// Days after it.
        after: i64,
    },
    /// So many days after Easter Sunday of the western churches.
    Easter(i64),
    /// 설날, the first day of the lunar year.
    Seollal,
    /// 부처님 오신 날, the eighth day of the fourth lunar month.
    BuddhasBirthday,
    /// 추석, the fifteenth day of the eighth lunar month.
    Chuseok,
}

impl Holiday {
    const THANKSGIVING: Self = Self::Weekday { month: 11, weekday: THURSDAY, nth: Some(4), after: 0 };
    const BLACK_FRIDAY: Self = Self::Weekday { month: 11, weekday: THURSDAY, nth: Some(4), after: 1 };
    const MOTHERS_DAY: Self = Self::Weekday { month: 5, weekday: SUNDAY, nth: Some(2), after: 0 };
    const FATHERS_DAY: Self = Self::Weekday { month: 6, weekday: SUNDAY, nth: Some(3), after: 0 };
    const MEMORIAL_DAY: Self = Self::Weekday { month: 5, weekday: MONDAY, nth: None, after: 0 };
    const LABOR_DAY: Self = Self::Weekday { month: 9, weekday: MONDAY, nth: Some(1), after: 0 };

    /// Month and day, if these are the same every year.
    pub fn date(self) -> Option<(i64, i64)> {
        match self {
            Self::Fixed(month, day) => Some((month, day)),
            Self::Weekday { .. } | Self::Easter(_) | Self::Seollal | Self::BuddhasBirthday | Self::Chuseok => None,
        }
    }

    /// The day of a year on which it is; None for lunar ones of years that the table does not have.
    pub fn day_in(self, year: i64) -> Option<i64> {
        let lunar = || LUNAR.get(usize::try_from(year - LUNAR_FROM).ok()?);
        let (month, day) = match self {
            Self::Fixed(month, day) => (month, day),
            Self::Weekday { month, weekday, nth, after } => {
                return nth_weekday(Days::month(year, month), weekday, nth).map(|day| day + after);
            }
            Self::Easter(after) => return Some(easter(year) + after),
            Self::Seollal => lunar()?[0],
            Self::BuddhasBirthday => lunar()?[1],
            Self::Chuseok => lunar()?[2],
        };
        Some(day_of_date(year, month, day))
    }
}

/// The holiday whose name begins with a word (in lower case), and how many words the name has.
pub fn named(tokens: &Tokens, i: usize, word: &str) -> Option<(Holiday, usize)> {
    match tokens.list[i].script {
        Script::Latin => english(tokens, i, word),
        Script::Hangul => korean(tokens, i, word),
        Script::Number => in_digits(tokens, i, word),
        Script::Other => None,
    }
}

/// 3.1절, which is 삼일절.
fn in_digits(tokens: &Tokens, i: usize, word: &str) -> Option<(Holiday, usize)> {
    let next = *tokens.list.get(i + 1).filter(|_| word == "3.1")?;
    let is_holiday = tokens.is_joined(tokens.list[i], next) && tokens.cased(next).starts_with('절');
    is_holiday.then_some((Holiday::Fixed(3, 1), 2))
}

fn english(tokens: &Tokens, i: usize, word: &str) -> Option<(Holiday, usize)> {
    let is = |on: usize, wanted: &str| {
        tokens.list.get(i + on).is_some_and(|&token| tokens.lower(token).trim_end_matches('s') == wanted)
    };
    // "Year's" and "Valentine's" have lost their 's, and whoever is in haste leaves out the apostrophe.
    match word {
        "christmas" | "xmas" if is(1, "eve") => Some((Holiday::Fixed(12, 24), 2)),
        "christmas" | "xmas" => Some((Holiday::Fixed(12, 25), 1)),
        "new" if is(1, "year") && is(2, "eve") => Some((Holiday::Fixed(12, 31), 3)),
        "new" if is(1, "year") && is(2, "day") => Some((Holiday::Fixed(1, 1), 3)),
        "april" if is(1, "fool") => Some((Holiday::Fixed(4, 1), if is(2, "day") { 3 } else { 2 })),
        "halloween" => Some((Holiday::Fixed(10, 31), 1)),
        "valentine" | "valentines" if is(1, "day") => Some((Holiday::Fixed(2, 14), 2)),
        "thanksgiving" => Some((Holiday::THANKSGIVING, if is(1, "day") { 2 } else { 1 })),
        "black" if is(1, "friday") && is_name(tokens, i) => Some((Holiday::BLACK_FRIDAY, 2)),
        "good" if is(1, "friday") && is_name(tokens, i) => Some((Holiday::Easter(-2), 2)),
        "easter" if is(1, "monday") => Some((Holiday::Easter(1), 2)),
        "easter" => Some((Holiday::Easter(0), if is(1, "sunday") { 2 } else { 1 })),
        "mother" | "mothers" if is(1, "day") => Some((Holiday::MOTHERS_DAY, 2)),
        "father" | "fathers" if is(1, "day") => Some((Holiday::FATHERS_DAY, 2)),
        "memorial" if is(1, "day") => Some((Holiday::MEMORIAL_DAY, 2)),
        "labor" if is(1, "day") => Some((Holiday::LABOR_DAY, 2)),
        "lunar" if is(1, "new") && is(2, "year") => Some((Holiday::Seollal, if is(3, "day") { 4 } else { 3 })),
        "seollal" => Some((Holiday::Seollal, 1)),
        "chuseok" => Some((Holiday::Chuseok, 1)),
        _ => None,
    }
}

/// Whether the word behind is written as that of a name: a good Friday is any.
fn is_name(tokens: &Tokens, i: usize) -> bool {
    [i, i + 1].iter().all(|&at| tokens.cased(tokens.list[at]).starts_with(char::is_uppercase))
}

fn korean(tokens: &Tokens, i: usize, word: &str) -> Option<(Holiday, usize)> {
    // Most words begin as none of them, which is told at once.
    if !word.starts_with(FIRST) {
        return None;
    }
    let has = |on: usize, wanted: &str| {
        let next = tokens.list.get(i + on).filter(|next| next.script == Script::Hangul);
        let rest = next.and_then(|&next| tokens.cased(next).strip_prefix(wanted));
        rest.is_some_and(|rest| rest.is_empty() || is_bound(rest))
    };
    let &(name, holiday) = match KOREAN_OF_SEVERAL.iter().find(|(first, ..)| *first == word) {
        Some(&(_, others, holiday)) if (1..).zip(others).all(|(on, other)| has(on, other)) => {
            return Some((holiday, 1 + others.len()));
        }
        _ => KOREAN.iter().find(|(name, _)| word.starts_with(name))?,
    };
    Some((holiday, 1)).filter(|_| name != "설" || is_new_year(tokens, i, word))
}

/// Whether 설 is the holiday, and not a theory, by what stands beside it: 지난 설에, 설 연휴.
fn is_new_year(tokens: &Tokens, i: usize, word: &str) -> bool {
    let beside = |at: Option<usize>| at.and_then(|at| tokens.list.get(at)).map_or("", |&token| tokens.cased(token));
    let is_before = || BEHIND_NEW_YEAR.iter().any(|behind| beside(Some(i + 1)).starts_with(behind));
    let is_behind = || BEFORE_NEW_YEAR.contains(&beside(i.checked_sub(1)));
    match word {
        "설" => is_before() || is_behind(),
        "설에" | "설에는" | "설에도" => is_behind(),
        word => word.starts_with("설연휴"),
    }
}

const BEHIND_NEW_YEAR: [&str; 3] = ["연휴", "명절", "차례"];
const BEFORE_NEW_YEAR: [&str; 10] =
    ["지난", "이번", "다음", "저번", "오는", "작년", "재작년", "올해", "내년", "지난해"];

/// Names of several words: the first as it stands, and the others, of which the last may have a particle.
const KOREAN_OF_SEVERAL: [(&str, &[&str], Holiday); 11] = [
    ("크리스마스", &["이브"], Holiday::Fixed(12, 24)),
    ("새해", &["첫날"], Holiday::Fixed(1, 1)),
    ("발렌타인", &["데이"], Holiday::Fixed(2, 14)),
    ("밸런타인", &["데이"], Holiday::Fixed(2, 14)),
    ("화이트", &["데이"], Holiday::Fixed(3, 14)),
    ("어린이", &["날"], Holiday::Fixed(5, 5)),
    ("스승의", &["날"], Holiday::Fixed(5, 15)),
    ("빼빼로", &["데이"], Holiday::Fixed(11, 11)),
    ("부처님", &["오신", "날"], Holiday::BuddhasBirthday),
    ("부처님", &["오신날"], Holiday::BuddhasBirthday),
    ("석가", &["탄신일"], Holiday::BuddhasBirthday),
];

/// The syllables with which the names begin.
#[rustfmt::skip] // which would give each a line
const FIRST: [char; 23] = [
    '부', '블', '크', '성', '새', '발', '밸', '삼', '만', '화', '어', '현', '스', '석', '제', '광', '개', '한', '핼', '할', '빼', '설', '추',
];

/// The beginnings of words; of two that begin alike the longer one first.
const KOREAN: [(&str, Holiday); 30] = [
    ("크리스마스이브", Holiday::Fixed(12, 24)),
    ("크리스마스", Holiday::Fixed(12, 25)),
    ("성탄절", Holiday::Fixed(12, 25)),
    ("새해첫날", Holiday::Fixed(1, 1)),
    ("발렌타인데이", Holiday::Fixed(2, 14)),
    ("발랜타인데이", Holiday::Fixed(2, 14)),
    ("밸런타인데이", Holiday::Fixed(2, 14)),
    ("밸렌타인데이", Holiday::Fixed(2, 14)),
    ("삼일절", Holiday::Fixed(3, 1)),
    ("만우절", Holiday::Fixed(4, 1)),
    ("화이트데이", Holiday::Fixed(3, 14)),
    ("어린이날", Holiday::Fixed(5, 5)),
    ("어버이날", Holiday::Fixed(5, 8)),
    ("스승의날", Holiday::Fixed(5, 15)),
    ("부처님오신날", Holiday::BuddhasBirthday),
    ("석가탄신일", Holiday::BuddhasBirthday),
    ("현충일", Holiday::Fixed(6, 6)),
    ("제헌절", Holiday::Fixed(7, 17)),
    ("광복절", Holiday::Fixed(8, 15)),
    ("개천절", Holiday::Fixed(10, 3)),
    ("한글날", Holiday::Fixed(10, 9)),
    ("핼러윈", Holiday::Fixed(10, 31)),
    ("할로윈", Holiday::Fixed(10, 31)),
    ("빼빼로데이", Holiday::Fixed(11, 11)),
    ("설날", Holiday::Seollal),
    ("설", Holiday::Seollal),
    ("부활절", Holiday::Easter(0)),
    ("블랙프라이데이", Holiday::BLACK_FRIDAY),
    ("추석", Holiday::Chuseok),
    ("한가위", Holiday::Chuseok),
];

/// The first year of the table.
const LUNAR_FROM: i64 = 2015;

/// Month and day of 설날, of 부처님 오신 날 and of 추석, year by year, as the Korea Astronomy and Space Science Institute has them (read out of
/// `korean_lunar_calendar` 0.4.0). They are days of Korea: elsewhere the lunar year now and then begins a day earlier.
const LUNAR: [[(i64, i64); 3]; 21] = [
    [(2, 19), (5, 25), (9, 27)],
    [(2, 8), (5, 14), (9, 15)],
    [(1, 28), (5, 3), (10, 4)],
    [(2, 16), (5, 22), (9, 24)],
    [(2, 5), (5, 12), (9, 13)],
    [(1, 25), (4, 30), (10, 1)],
    [(2, 12), (5, 19), (9, 21)],
    [(2, 1), (5, 8), (9, 10)],
    [(1, 22), (5, 27), (9, 29)],
    [(2, 10), (5, 15), (9, 17)],
    [(1, 29), (5, 5), (10, 6)],
    [(2, 17), (5, 24), (9, 25)],
    [(2, 7), (5, 13), (9, 15)],
    [(1, 27), (5, 2), (10, 3)],
    [(2, 13), (5, 20), (9, 22)],
    [(2, 3), (5, 9), (9, 12)],
    [(1, 23), (5, 28), (10, 1)],
    [(2, 11), (5, 16), (9, 19)],
    [(1, 31), (5, 6), (9, 8)],
    [(2, 19), (5, 25), (9, 27)],
    [(2, 8), (5, 15), (9, 16)],
];

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Option<(Holiday, usize)> {
        let tokens = Tokens::new(text);
        (0..tokens.list.len()).find_map(|i| named(&tokens, i, &tokens.lower(tokens.list[i])))
    }

    #[test]
    fn every_name_begins_as_it_is_told() {
        let names = || KOREAN.iter().map(|name| name.0).chain(KOREAN_OF_SEVERAL.iter().map(|name| name.0));
        assert!(names().all(|name| name.starts_with(FIRST)));
        assert!(FIRST.iter().all(|&first| names().any(|name| name.starts_with(first))));
    }

    #[test]
    fn holidays_go_by_their_names() {
        for (text, month, day, words) in [
            ("at Christmas", 12, 25, 1),
            ("on Xmas Eve", 12, 24, 2),
            ("a New Year's Eve party", 12, 31, 3),
            ("new years day", 1, 1, 3),
            ("Halloween costumes", 10, 31, 1),
            ("for Valentine’s Day", 2, 14, 2),
            ("크리스마스에는", 12, 25, 1),
            ("크리스마스 이브에", 12, 24, 2),
            ("크리스마스이브", 12, 24, 1),
            ("새해 첫날", 1, 1, 2),
            ("어린이날에", 5, 5, 1),
            ("삼일절", 3, 1, 1),
            ("빼빼로데이 선물", 11, 11, 1),
            ("발렌타인 데이에", 2, 14, 2),
            ("밸렌타인데이", 2, 14, 1),
            ("스승의 날에", 5, 15, 2),
            ("만우절 장난", 4, 1, 1),
            ("3.1절에", 3, 1, 2),
            ("April Fools' Day", 4, 1, 3),
        ] {
            assert_eq!(first(text), Some((Holiday::Fixed(month, day), words)), "{text}");
        }
        assert_eq!(first("추석 연휴"), Some((Holiday::Chuseok, 1)));
        for text in ["설날에", "지난 설에", "설 연휴", "설연휴에"] {
            assert_eq!(first(text), Some((Holiday::Seollal, 1)), "{text}");
        }
        assert_eq!(first("부처님 오신 날"), Some((Holiday::BuddhasBirthday, 3)));
        for text in [
            "a new day",
            "in the new year",
            "새해 복 많이 받아",
            "어린이집",
            "Valentine called",
            "그런 설에 따르면",
            "설거지",
            "설 연구",
            "버전 3.1",
            "부처님 말씀",
        ] {
            assert_eq!(first(text), None, "{text}");
        }
    }

    #[test]
    fn lunar_holidays_are_known_for_some_years() {
        assert_eq!(Holiday::Seollal.day_in(2024), Some(day_of_date(2024, 2, 10)));
        assert_eq!(Holiday::Chuseok.day_in(2035), Some(day_of_date(2035, 9, 16)));
        assert_eq!(Holiday::Chuseok.day_in(2014), None);
        assert_eq!(Holiday::Chuseok.day_in(2036), None);
        assert_eq!(Holiday::BuddhasBirthday.day_in(2025), Some(day_of_date(2025, 5, 5)));
        for year in LUNAR_FROM..LUNAR_FROM + LUNAR.len() as i64 {
            let (new_year, harvest) = (Holiday::Seollal.day_in(year).unwrap(), Holiday::Chuseok.day_in(year).unwrap());
            let months = (harvest - new_year) as f64 / 29.530_59;
            assert!((months - 7.5).abs() < 0.1 || (months - 8.5).abs() < 0.1, "{year}: {months} lunar months");
        }
    }
}
