//! Hangul syllables and the letters that they are made of.

/// The consonants that may close a syllable and matter to inflection, by their number in Unicode's order.
pub mod coda {
    pub const NONE: u32 = 0;
    pub const N: u32 = 4;
    pub const D: u32 = 7;
    pub const R: u32 = 8;
    pub const RM: u32 = 10;
    pub const M: u32 = 16;
    pub const B: u32 = 17;
    pub const S: u32 = 19;
    pub const SS: u32 = 20;
}

/// The vowels of a syllable that matter to inflection.
pub mod vowel {
    pub const A: u32 = 0;
    pub const AE: u32 = 1;
    pub const EO: u32 = 4;
    pub const YEO: u32 = 6;
    pub const O: u32 = 8;
    pub const WA: u32 = 9;
    pub const WAE: u32 = 10;
    pub const OE: u32 = 11;
    pub const U: u32 = 13;
    pub const WO: u32 = 14;
    pub const EU: u32 = 18;
    pub const I: u32 = 20;
}

/// The consonant that opens a syllable of which only the vowel is heard: ㅇ.
pub const SILENT: u32 = 11;
/// The consonant ㅎ, as in 하.
pub const H: u32 = 18;

const FIRST: u32 = 0xac00;
const LAST: u32 = 0xd7a3;
const VOWELS: u32 = 21;
const CODAS: u32 = 28;
/// The first of the letters that stand for a closing consonant by itself, one before which would be none.
const CODA_LETTERS: u32 = 0x11a7;

/// A syllable, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syllable {
    /// The consonant that opens it.
    pub onset: u32,
    /// Its vowel.
    pub vowel: u32,
    /// The consonant that closes it, or [`coda::NONE`].
    pub coda: u32,
}

impl Syllable {
    /// The parts of a character, if it is a whole syllable.
    pub fn of(c: char) -> Option<Self> {
        let code = u32::from(c);
        let number = code.checked_sub(FIRST).filter(|_| code <= LAST)?;
        Some(Self { onset: number / (VOWELS * CODAS), vowel: number / CODAS % VOWELS, coda: number % CODAS })
    }

    /// The character.
    pub fn char(self) -> char {
        let number = (self.onset * VOWELS + self.vowel) * CODAS + self.coda;
        char::from_u32(FIRST + number).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// The same with another closing consonant.
    pub fn closed_by(self, coda: u32) -> Self {
        Self { coda, ..self }
    }

    /// The same with another vowel.
    pub fn with(self, vowel: u32) -> Self {
        Self { vowel, ..self }
    }
}

/// The closing consonant as a letter of its own, as dictionaries write endings such as ㄴ데 and ㅂ니다.
pub fn letter(coda: u32) -> char {
    char::from_u32(CODA_LETTERS + coda).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_taken_apart_and_put_together() {
        for c in '가'..='힣' {
            assert_eq!(Syllable::of(c).map(Syllable::char), Some(c));
        }
        assert_eq!(Syllable::of('갔'), Some(Syllable { onset: 0, vowel: vowel::A, coda: coda::SS }));
        assert_eq!(Syllable::of('ㅋ'), None);
        assert_eq!(letter(coda::N), 'ᆫ');
        assert_eq!(letter(coda::B), 'ᆸ');
    }
}
