//! From an inflected form back to the stems that it may come from: 갔 → 가, 매워 → 맵, 몰라 → 모르.
//!
//! Each rule undoes one regular change of the language (National Institute of Korean Language, Standard Grammar, 3.2). Many of the stems
//! named exist in no dictionary: whoever asks looks them up.

use super::hangul::{H, SILENT, Syllable, coda, vowel};

/// What of an ending the form has taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Nothing: the ending begins after it.
    Nothing,
    /// The consonant with which the ending begins: ㄴ of 간, ㅂ of 갑니다.
    Consonant(u32),
    /// The vowel with which the ending begins: 어 of 마셔.
    Vowel,
    /// The whole of the past's 었.
    Past,
}

/// A stem that a form may be the end of: the form's first `kept` syllables, and then these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stem {
    /// How many syllables are as in the form.
    pub kept: usize,
    /// The next one.
    pub changed: char,
    /// One more, if there is one.
    pub added: Option<char>,
    /// What of an ending is in the form.
    pub taken: Taken,
}

/// Calls `found` with each stem that `form` may come from by a change of its last syllables. It may also be a stem itself.
pub fn changed(form: &[char], mut found: impl FnMut(Stem)) {
    let Some(last) = form.last().copied().and_then(Syllable::of) else { return };
    let before = &form[..form.len() - 1];
    let open = last.closed_by(coda::NONE);
    let mut name = |kept: &[char], syllable: Syllable, added: Option<char>, taken: Taken| {
        found(Stem { kept: kept.len(), changed: syllable.char(), added, taken });
    };
    match last.coda {
        coda::NONE => {
            // Before some endings a stem loses its ㄹ (만드는) or its ㅅ (지어); before a vowel ㅂ may have become 우 (매우니).
            name(before, last.closed_by(coda::R), None, Taken::Nothing);
            name(before, last.closed_by(coda::S), None, Taken::Nothing);
            contracted(before, open, |kept, syllable, added| name(kept, syllable, added, Taken::Vowel));
            softened(before, open, vowel::U, |kept, syllable| name(kept, syllable, None, Taken::Nothing));
        }
        coda::SS => contracted(before, open, |kept, syllable, added| name(kept, syllable, added, Taken::Past)),
        coda::R => {
            name(before, last.closed_by(coda::D), None, Taken::Nothing); // 걸어 → 걷
            with_consonant(before, open, coda::R, |kept, syllable, taken| name(kept, syllable, None, taken));
        }
        coda::N | coda::M | coda::B => {
            with_consonant(before, open, last.coda, |kept, syllable, taken| name(kept, syllable, None, taken));
        }
        // 만듦: the noun that ㅁ makes of a stem with ㄹ
        coda::RM => name(before, open.closed_by(coda::R), None, Taken::Consonant(coda::M)),
        _ => {}
    }
}

/// What of an ending a syllable has taken in that is the honorific 시 besides: 셔, 셨, 신, 실, 심, 십.
pub fn honorific(syllable: char) -> Option<Taken> {
    let heard = Some(syllable).filter(|heard| ('사'..='싷').contains(heard)).and_then(Syllable::of)?;
    match (heard.vowel, heard.coda) {
        (vowel::YEO, coda::NONE) => Some(Taken::Vowel),
        (vowel::YEO, coda::SS) => Some(Taken::Past),
        (vowel::I, coda::N | coda::R | coda::M | coda::B) => Some(Taken::Consonant(heard.coda)),
        _ => None,
    }
}

/// The ending's first consonant closes the stem (간), has pushed out its ㄹ (만든), or follows 우 that was ㅂ (매운).
fn with_consonant(before: &[char], open: Syllable, consonant: u32, mut name: impl FnMut(&[char], Syllable, Taken)) {
    name(before, open, Taken::Consonant(consonant));
    name(before, open.closed_by(coda::R), Taken::Consonant(consonant));
    softened(before, open, vowel::U, |kept, syllable| name(kept, syllable, Taken::Consonant(consonant)));
}

/// A stem's last vowel and the ending's first have become one.
fn contracted(before: &[char], open: Syllable, mut name: impl FnMut(&[char], Syllable, Option<char>)) {
    let mut with = |vowel| name(before, open.with(vowel), None);
    match open.vowel {
        vowel::A | vowel::EO => {
            with(open.vowel); // 가, 서
            with(vowel::EU); // 아파 → 아프, 써 → 쓰
        }
        vowel::AE => {
            with(vowel::AE); // 보내
            if open.onset == H {
                with(vowel::A); // 해 → 하
            }
        }
        vowel::YEO => {
            with(vowel::YEO); // 펴
            with(vowel::I); // 마셔 → 마시
        }
        vowel::WA => with(vowel::O),   // 와 → 오
        vowel::WO => with(vowel::U),   // 줘 → 주
        vowel::WAE => with(vowel::OE), // 돼 → 되
        _ => {}
    }
    if matches!(open.vowel, vowel::WA | vowel::WO) {
        softened(before, open, open.vowel, |kept, syllable| name(kept, syllable, None)); // 도와 → 돕, 매워 → 맵
    }
    if let Some((&earlier, rest)) = before.split_last()
        && let Some(earlier) = Syllable::of(earlier)
        && earlier.coda == coda::R
        && matches!(open.vowel, vowel::A | vowel::EO)
        && open.onset == LIQUID
    {
        name(rest, earlier.closed_by(coda::NONE), Some('르')); // 몰라 → 모르
    }
}

/// The consonant ㄹ that opens a syllable.
const LIQUID: u32 = 5;

/// ㅂ before a vowel has become 우, or with the ending's vowel 워 or 와.
fn softened(before: &[char], open: Syllable, heard: u32, mut name: impl FnMut(&[char], Syllable)) {
    if open.onset == SILENT
        && open.vowel == heard
        && let Some((&earlier, rest)) = before.split_last()
        && let Some(earlier) = Syllable::of(earlier)
        && earlier.coda == coda::NONE
    {
        name(rest, earlier.closed_by(coda::B));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_leads_back_to_its_stem() {
        for (form, stem, taken) in [
            ("갔", "가", Taken::Past),
            ("했", "하", Taken::Past),
            ("해", "하", Taken::Vowel),
            ("돼", "되", Taken::Vowel),
            ("간", "가", Taken::Consonant(coda::N)),
            ("갑", "가", Taken::Consonant(coda::B)),
            ("와", "오", Taken::Vowel),
            ("줬", "주", Taken::Past),
            ("마셔", "마시", Taken::Vowel),
            ("보냈", "보내", Taken::Past),
            ("아파", "아프", Taken::Vowel),
            ("썼", "쓰", Taken::Past),
            ("매운", "맵", Taken::Consonant(coda::N)),
            ("매워", "맵", Taken::Vowel),
            ("매우", "맵", Taken::Nothing),
            ("도왔", "돕", Taken::Past),
            ("들", "듣", Taken::Nothing),
            ("만든", "만들", Taken::Consonant(coda::N)),
            ("만드", "만들", Taken::Nothing),
            ("몰라", "모르", Taken::Vowel),
            ("불렀", "부르", Taken::Past),
            ("지", "짓", Taken::Nothing),
            ("만듦", "만들", Taken::Consonant(coda::M)),
        ] {
            let (form, stem): (Vec<char>, Vec<char>) = (form.chars().collect(), stem.chars().collect());
            let mut is_named = false;
            changed(&form, |named| {
                let kept = form[..named.kept].iter().copied();
                is_named |=
                    kept.chain([named.changed]).chain(named.added).eq(stem.iter().copied()) && named.taken == taken;
            });
            assert!(is_named, "{form:?} → {stem:?} {taken:?}");
        }
    }

    #[test]
    fn respect_is_heard_in_a_syllable() {
        for (syllable, taken) in [
            ('셔', Some(Taken::Vowel)),
            ('셨', Some(Taken::Past)),
            ('심', Some(Taken::Consonant(coda::M))),
            ('시', None),
            ('김', None),
        ] {
            assert_eq!(honorific(syllable), taken, "{syllable}");
        }
    }

    #[test]
    fn anything_can_be_asked() {
        for form in ["", "ㅋㅋ", "a", "각"] {
            changed(&form.chars().collect::<Vec<_>>(), |_| ());
        }
    }
}
