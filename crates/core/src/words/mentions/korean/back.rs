//! From then until now, in Korean: 지난 두 달 동안, 최근 3일, 요 며칠.

use super::span::{count_of, span_of, unit_of};
use crate::words::calendar::Days;
use crate::words::mentions::around::Count;
use crate::words::mentions::reader::Reader;

impl Reader<'_> {
    /// The time until now that begins with 지난, 최근 or 요, and the word behind it.
    pub fn korean_back(&self, i: usize) -> Option<(Days, usize)> {
        let word = self.hangul(i).filter(|word| word.starts_with(['지', '최', '요']))?; // few do
        let (name, is_of_days) = BACK.iter().copied().find(|(name, _)| word.starts_with(name))?;
        let (count, unit, next) = match &word[name.len()..] {
            "" => self.amount(i + 1)?,
            rest => (span_of(rest)?.0, span_of(rest)?.1, i + 1),
        };
        // 지난 3일 is the last 3rd, but for what stands behind it.
        let is_told = self.before(next, 1).is_some_and(|last| DURING.iter().any(|end| last.ends_with(end)));
        (is_of_days || unit != "day" || is_told).then_some(())?;
        Some((self.until_now(unit, count)?, next))
    }

    /// So many units of time, with what says that it is all of them, and the word behind: 두 달 동안, 3개월간, 일주일.
    fn amount(&self, at: usize) -> Option<(Count, &'static str, usize)> {
        let own = self.hangul(at).and_then(|word| span_of(without_during(word)));
        let (count, unit, next) = match own {
            Some((count, unit)) => (count, unit, at + 1),
            None => {
                let number = self.before(at, 0)?;
                let count = number.parse().ok().map(Count::of).or_else(|| count_of(number))?;
                (count, unit_of(without_during(self.hangul(at + 1)?))?, at + 2)
            }
        };
        let is_told = self.hangul(next).is_some_and(|word| DURING.iter().any(|during| word.starts_with(during)));
        let is_ago = self.hangul(next).is_some_and(|word| word.starts_with(['전', '뒤', '후']));
        (!is_ago).then_some((count, unit, next + usize::from(is_told)))
    }
}

/// A unit without what stands behind it: 개월간, 일간은.
fn without_during(word: &str) -> &str {
    let word = PARTICLES.iter().find_map(|particle| word.strip_suffix(particle)).unwrap_or(word);
    word.strip_suffix('간').filter(|unit| unit_of(unit).is_some() || span_of(unit).is_some()).unwrap_or(word)
}

/// What such a time begins with, and whether so many days behind it are days.
const BACK: [(&str, bool); 4] = [("지난", false), ("최근", true), ("요즘", true), ("요", true)];
/// What says that it is all of a time.
const DURING: [&str; 4] = ["동안", "간", "사이", "내내"];
const PARTICLES: [&str; 3] = ["에", "은", "의"];

#[cfg(test)]
mod tests {
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::{day, days};

    /// All from Monday, 8 May 2023.
    #[test]
    fn what_was_lately_is_until_now() {
        for (text, first) in [
            ("지난 일주일 동안 뭐 했어?", day(2023, 5, 1)),
            ("최근 한 달 동안", day(2023, 4, 8)),
            ("지난 3개월간 몇 번 갔어?", day(2023, 2, 8)),
            ("지난 2주 동안", day(2023, 4, 24)),
            ("최근 3일 비가 왔어", day(2023, 5, 5)),
            ("지난 3일 동안", day(2023, 5, 5)),
            ("요 며칠 바빴어", day(2023, 5, 3)),
            ("지난 두 달", day(2023, 3, 8)),
        ] {
            assert_eq!(days(text), [Days { first: first.first, last: day(2023, 5, 8).last }], "{text}");
        }
        for (text, expected) in [
            ("지난 3일에 만났어", day(2023, 5, 3)),
            ("지난 두 달 전", Days::month(2023, 3)),
            ("지난 3월", Days::month(2023, 3)),
            ("지난달", Days::month(2023, 4)),
        ] {
            assert_eq!(days(text), [expected], "{text}");
        }
        for text in ["지난 일이야", "요구 사항", "최근 두 번 봤어", "3개월 동안 배웠어"] {
            assert!(days(text).is_empty(), "{text}: {:?}", days(text));
        }
    }
}
