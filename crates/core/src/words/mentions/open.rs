//! Times that are open at one side, in questions: "before May 5", "since Monday", 3월 이후.

use super::reader::Reader;
use super::{Named, When};
use crate::words::calendar::Days;
use crate::words::tokenizer::Script;

/// Words between a time and the preposition before it ("before the 5th of May"), or the postposition behind it (5월 5일 이전).
const APART_WORDS_MAX: usize = 5;

/// To which side of a time a question looks.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
    /// From it until now.
    Since,
}

impl Reader<'_> {
    /// What a question asks for that names a time: the time, or all that was before or after it.
    pub(super) fn opened(&self, named: Named) -> When {
        let days = named.when.said_on(self.today);
        let side = match self.tokens.list[named.at].script {
            Script::Latin | Script::Number => self.side_before(named.at).or_else(|| self.side_behind(named.at)),
            Script::Hangul | Script::Other => self.side_behind(named.at),
        };
        let opened = match side {
            Some(Side::Before) => Days { first: Days::ALL.first, last: days.first - 1 },
            Some(Side::After) => Days { first: days.last + 1, last: Days::ALL.last },
            Some(Side::Since) if days.first <= self.today => Days { first: days.first, last: self.today },
            Some(Side::Since) | None => return named.when,
        };
        When::Days(opened)
    }

    /// "Before May 5", "after the 3rd of June", "since last Monday".
    fn side_before(&self, i: usize) -> Option<Side> {
        let is_within = |at: usize| self.is_at(at, &WITHIN) || self.day(at).is_some() || self.is_month(at);
        let at = (i.saturating_sub(APART_WORDS_MAX)..i).rev().find(|&at| !is_within(at))?;
        let is_day = || self.is_at(at.checked_sub(1)?, &["day", "week", "night", "month", "year"]).then_some(());
        match &*self.lower(at)? {
            "before" if is_day().is_none() => Some(Side::Before),
            "after" if is_day().is_none() => Some(Side::After),
            "since" => Some(Side::Since),
            _ => None,
        }
    }

    /// 5월 5일 이전에, 작년 이후로, 월요일부터.
    fn side_behind(&self, i: usize) -> Option<Side> {
        for at in i..self.tokens.list.len().min(i + APART_WORDS_MAX) {
            let is_number = self.tokens.list[at].script == Script::Number;
            let word = self.hangul(at).filter(|_| !is_number).unwrap_or_default();
            match word {
                word if word.starts_with("이전") || at > i && matches!(word, "전" | "전에" | "전까지") => {
                    return Some(Side::Before);
                }
                word if word.starts_with("이후") => return Some(Side::After),
                word if word.ends_with("부터") => return (!self.has_end(at)).then_some(Side::Since),
                word if at == i || is_number || word.starts_with(UNITS) => {}
                _ => return None,
            }
        }
        None
    }

    /// Whether it is said until when: 작년 초부터 작년 말까지.
    fn has_end(&self, from: usize) -> bool {
        let mut behind = from + 1..self.tokens.list.len().min(from + APART_WORDS_MAX);
        behind.any(|at| self.hangul(at).is_some_and(|word| word.ends_with("까지")))
    }
}

const WITHIN: [&str; 6] = ["the", "of", "last", "this", "next", "on"];
const UNITS: [char; 5] = ['년', '월', '일', '주', '달'];

#[cfg(test)]
mod tests {
    use crate::words::Tokens;
    use crate::words::calendar::Days;
    use crate::words::mentions::tests::{AT, day};
    use crate::words::mentions::{When, asked};

    /// All from Monday, 8 May 2023.
    #[test]
    fn a_question_may_ask_for_what_was_before_or_after() {
        let today = day(2023, 5, 8).first;
        let ask = |text: &str| asked(&Tokens::new(text), AT);
        for (text, first, last) in [
            ("What did we buy before May 5?", Days::ALL.first, day(2023, 5, 4).first),
            ("What happened after the 3rd of April?", day(2023, 4, 4).first, Days::ALL.last),
            ("Where did she live before 2020?", Days::ALL.first, day(2019, 12, 31).first),
            ("What have I done since Thursday?", day(2023, 5, 4).first, today),
            ("since last March", day(2023, 3, 1).first, today),
            ("5월 5일 이전에 뭐 샀어?", Days::ALL.first, day(2023, 5, 4).first),
            ("4월 3일 이후에 뭐 했어?", day(2023, 4, 4).first, Days::ALL.last),
            ("작년 추석 전에 뭐 했어?", Days::ALL.first, day(2022, 9, 9).first),
            ("목요일부터 뭐 했어?", day(2023, 5, 4).first, today),
        ] {
            assert_eq!(ask(text), [When::Days(Days { first, last })], "{text}");
        }
        for (text, expected) in [
            ("the day before yesterday", day(2023, 5, 6)),
            ("the day after tomorrow", day(2023, 5, 10)),
            ("사흘 전에 뭐 했어?", day(2023, 5, 5)),
            ("작년 5월부터 여름까지 뭐 했어?", Days::month(2022, 5)),
            ("How was it the day after Easter 2022?", day(2022, 4, 17)),
        ] {
            assert_eq!(ask(text), [When::Days(expected)], "{text}");
        }
        assert_eq!(ask("2019년부터 2021년까지").len(), 3);
        let before = ask("What did we buy before 5 May 2023?")[0];
        assert!(before.means(day(2021, 1, 1)) && !before.means(day(2023, 5, 5)));
    }
}
