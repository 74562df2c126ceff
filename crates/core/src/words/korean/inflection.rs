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

/// Calls `found` with each stem that `form` may be the end of, and what of an ending is in it.
pub fn stems(form: &[char], mut found: impl FnMut(&[char], Taken)) {
    found(form, Taken::Nothing);
    let Some((&last, before)) = form.split_last() else { return };
    let Some(last) = Syllable::of(last) else { return };
    let mut stem = Vec::with_capacity(form.len() + 1);
    let mut name = |before: &[char], tail: &[char], taken: Taken| {
        stem.clear();
        stem.extend_from_slice(before);
        stem.extend_from_slice(tail);
        found(&stem, taken);
    };
    let open = last.closed_by(coda::NONE);
    match last.coda {
        coda::NONE => {
            // Before some endings a stem loses its ㄹ (만드는) or its ㅅ (지어); before a vowel ㅂ may have become 우 (매우니).
            name(before, &[last.closed_by(coda::R).char()], Taken::Nothing);
            name(before, &[last.closed_by(coda::S).char()], Taken::Nothing);
            contracted(before, open, |before, tail| name(before, tail, Taken::Vowel));
            softened(before, open, vowel::U, |before, tail| name(before, tail, Taken::Nothing));
        }
        coda::SS => contracted(before, open, |before, tail| name(before, tail, Taken::Past)),
        coda::R => {
            name(before, &[last.closed_by(coda::D).char()], Taken::Nothing); // 걸어 → 걷
            with_consonant(before, open, coda::R, &mut name);
        }
        coda::N | coda::M | coda::B => with_consonant(before, open, last.coda, &mut name),
        _ => {}
    }
}

/// The ending's first consonant closes the stem (간), has pushed out its ㄹ (만든), or follows 우 that was ㅂ (매운).
fn with_consonant(before: &[char], open: Syllable, consonant: u32, name: &mut impl FnMut(&[char], &[char], Taken)) {
    name(before, &[open.char()], Taken::Consonant(consonant));
    name(before, &[open.closed_by(coda::R).char()], Taken::Consonant(consonant));
    softened(before, open, vowel::U, |before, tail| name(before, tail, Taken::Consonant(consonant)));
}

/// A stem's last vowel and the ending's first have become one.
fn contracted(before: &[char], open: Syllable, mut name: impl FnMut(&[char], &[char])) {
    let with = |vowel| [open.with(vowel).char()];
    match open.vowel {
        vowel::A => {
            name(before, &[open.char()]); // 가
            name(before, &with(vowel::EU)); // 아파 → 아프
        }
        vowel::EO => {
            name(before, &[open.char()]); // 서
            name(before, &with(vowel::EU)); // 써 → 쓰
        }
        vowel::AE => {
            name(before, &[open.char()]); // 보내
            if open.onset == H {
                name(before, &with(vowel::A)); // 해 → 하
            }
        }
        vowel::YEO => {
            name(before, &[open.char()]); // 펴
            name(before, &with(vowel::I)); // 마셔 → 마시
        }
        vowel::WA => name(before, &with(vowel::O)),   // 와 → 오
        vowel::WO => name(before, &with(vowel::U)),   // 줘 → 주
        vowel::WAE => name(before, &with(vowel::OE)), // 돼 → 되
        _ => {}
    }
    if matches!(open.vowel, vowel::WA | vowel::WO) {
        softened(before, open, open.vowel, &mut name); // 도와 → 돕, 매워 → 맵
    }
    if let Some((&earlier, rest)) = before.split_last()
        && let Some(earlier) = Syllable::of(earlier)
        && earlier.coda == coda::R
        && matches!(open.vowel, vowel::A | vowel::EO)
        && open.onset == LIQUID
    {
        name(rest, &[earlier.closed_by(coda::NONE).char(), '르']); // 몰라 → 모르
    }
}

/// The consonant ㄹ that opens a syllable.
const LIQUID: u32 = 5;

/// ㅂ before a vowel has become 우, or with the ending's vowel 워 or 와.
fn softened(before: &[char], open: Syllable, heard: u32, mut name: impl FnMut(&[char], &[char])) {
    if open.onset == SILENT
        && open.vowel == heard
        && let Some((&earlier, rest)) = before.split_last()
        && let Some(earlier) = Syllable::of(earlier)
        && earlier.coda == coda::NONE
    {
        name(rest, &[earlier.closed_by(coda::B).char()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_leads_back_to_its_stem() {
        for (form, stem, taken) in [
            ("먹", "먹", Taken::Nothing),
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
        ] {
            let (form, stem): (Vec<char>, Vec<char>) = (form.chars().collect(), stem.chars().collect());
            let mut is_named = false;
            stems(&form, |named, with| is_named |= named == stem && with == taken);
            assert!(is_named, "{form:?} → {stem:?} {taken:?}");
        }
    }

    #[test]
    fn anything_can_be_asked() {
        for form in ["", "ㅋㅋ", "a", "각"] {
            stems(&form.chars().collect::<Vec<_>>(), |_, _| ());
        }
    }
}
