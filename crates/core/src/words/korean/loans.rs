//! Words of other languages in Hangul: what 카프카 may be in Latin letters, and docker in Hangul.
//!
//! The rules for loan words (Ministry of Culture, 2017) go from sounds to Hangul, and English is not written as it sounds. So each sound has several
//! spellings, some of them likelier than others; whoever asks looks up which of the words that come of it there are.

use super::hangul::{SILENT, Syllable, coda, vowel};
use std::sync::LazyLock;

/// Syllables of a loan word: what is shorter sounds like too many others.
const SYLLABLES_MIN: usize = 2;
const SYLLABLES_MAX: usize = 8;

/// Letters that are read by their names, at least.
const INITIALS_MIN: usize = 3;

/// Letters of the shortest and of the longest word in Latin letters.
const LETTERS_MIN: usize = 4;
const LETTERS_MAX: usize = 14;

/// Spellings of a word that are named, the likeliest: to look each up takes a tenth of a microsecond.
const SPELLINGS_MAX: usize = 800;

/// How unlikely a reading may be: as many steps to spellings that are less likely than the first ones.
const STEPS_MAX: u32 = 2;

/// Calls of [`Reader::read`] for a word, each of which takes a tenth of a microsecond.
const READS_MAX: usize = 6_000;

/// How a sound is spelt in lower case: each spelling with how unlikely it is.
type Ways = Vec<(&'static str, u32)>;

/// Spellings as they are noted here: less likely ones behind a bar, and nothing at all as a dash.
fn ways(noted: &'static str) -> Ways {
    let tiers = (0..).zip(noted.split('|'));
    tiers.flat_map(|(cost, tier)| tier.split_whitespace().map(move |way| (way.trim_matches('-'), cost))).collect()
}

/// Consonants that open a syllable, by their number in Unicode's order.
const ONSETS: [&str; 19] = [
    "g|gg gh",
    "g|k",
    "n|nn kn",
    "d|dd",
    "t d",
    "r l|rr ll wr",
    "m|mm",
    "b v|bb",
    "p b",
    "s c|th sh ss|sc",
    "s th|ss c",
    "-",
    "j g z|dg s",
    "z",
    "ch|tch t",
    "k c|ch ck q|cc kk",
    "t|th tt",
    "p f|ph pp ff",
    "h|wh",
];

/// Vowels.
const VOWELS: [&str; 21] = [
    "a|o u ar|ah",
    "a|ae ai e",
    "ya|ia a",
    "ya",
    "er o u|or a e|ar ur ir re eo",
    "e|a ea|ai ae ay ei",
    "yo|yu io yeo",
    "ye|ie",
    "o|or ou oa ow|au aw al ore",
    "wa|ua oi",
    "wa|we",
    "oe oi",
    "yo|io o",
    "u oo ou|w o|ue ew",
    "wo|wa wor war",
    "we|wa whe",
    "wi|ui whi",
    "u|ew you yu ue",
    "-|e o u",
    "ui",
    "i|y e ee ea ey|ie",
];

/// Consonants that close a syllable: loan words have seven of them.
const CODAS: [&str; 28] = [
    "-",
    "k c ck g|ch",
    "",
    "",
    "n|nn",
    "",
    "",
    "",
    "l|ll",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "m|mm",
    "p b|pp",
    "",
    "t|tt d th|s",
    "",
    "ng|n",
    "",
    "",
    "",
    "",
    "",
    "",
];

/// Vowels that follow one another and are one in English, by their numbers.
const PAIRS: [(u32, u32, &str); 13] = [
    (5, 20, "a|ai ay ei|ae"),
    (0, 20, "i|y igh ie ai ei"),
    (0, 13, "ou ow|au"),
    (8, 13, "o ow|oa"),
    (8, 20, "oi oy"),
    (20, 4, "ear|eer ier ia ere ea"),
    (5, 4, "air are|ear aire aer"),
    (13, 4, "oor our|ure"),
    (17, 4, "ure"),
    (9, 20, "wi|y i wy"),
    (15, 20, "wa way|wei"),
    (20, 0, "ia|ea"),
    (0, 14, "our ower"),
];

/// ㄱ before ㅅ, as in 박스; ㄹ before ㄹ, of which there is one in 클라 (cla); and 셔, as in 노션 (notion).
const SHARED: [&str; 3] = ["x|ks cks cs|cc ct", "l|ll", "tio ssio sio cio"];

const K: u32 = 1;
const L: u32 = 5;
const S: u32 = 9;
const J: u32 = 12;
const NG: u32 = 21;

/// How letters of the alphabet are called, the longest names first.
const NAMES: [(&str, char); 27] = [
    ("더블유", 'w'),
    ("에이치", 'h'),
    ("에이", 'a'),
    ("에프", 'f'),
    ("아이", 'i'),
    ("제이", 'j'),
    ("케이", 'k'),
    ("에스", 's'),
    ("브이", 'v'),
    ("엑스", 'x'),
    ("와이", 'y'),
    ("제트", 'z'),
    ("지", 'g'),
    ("비", 'b'),
    ("씨", 'c'),
    ("시", 'c'),
    ("디", 'd'),
    ("이", 'e'),
    ("엘", 'l'),
    ("엠", 'm'),
    ("엔", 'n'),
    ("오", 'o'),
    ("피", 'p'),
    ("큐", 'q'),
    ("알", 'r'),
    ("티", 't'),
    ("유", 'u'),
];

static SOUNDS: LazyLock<Sounds> = LazyLock::new(Sounds::new);

/// All spellings, as they are used.
struct Sounds {
    onsets: Vec<Ways>,
    vowels: Vec<Ways>,
    codas: Vec<Ways>,
    pairs: Vec<(u32, u32, Ways)>,
    shared: [Ways; 3],
    /// The same for reading.
    onsets_by_letter: ByLetter,
    vowels_by_letter: ByLetter,
    codas_by_letter: ByLetter,
}

impl Sounds {
    fn new() -> Self {
        let all = |noted: &[&'static str]| noted.iter().map(|noted| ways(noted)).collect::<Vec<Ways>>();
        let (onsets, vowels, codas) = (all(&ONSETS), all(&VOWELS), all(&CODAS));
        Self {
            onsets_by_letter: by_letter(&onsets),
            vowels_by_letter: by_letter(&vowels),
            codas_by_letter: by_letter(&codas),
            pairs: PAIRS.iter().map(|&(first, second, noted)| (first, second, ways(noted))).collect(),
            shared: SHARED.map(ways),
            onsets,
            vowels,
            codas,
        }
    }

    fn pair(&self, first: u32, second: u32) -> Option<&Ways> {
        self.pairs.iter().find(|pair| (pair.0, pair.1) == (first, second)).map(|pair| &pair.2)
    }
}

/// Calls `take` with the ways in which a word in Hangul may be spelt in lower case, if it may be a loan word.
pub fn each_latin(word: &str, mut take: impl FnMut(&str)) {
    let syllables: Option<Vec<Syllable>> = word.chars().map(Syllable::of).collect();
    let Some(syllables) = syllables.filter(|all| (SYLLABLES_MIN..=SYLLABLES_MAX).contains(&all.len())) else { return };
    let mut written = vec![Spelling::default()];
    for ways in sounds_of(&syllables) {
        written = written.iter().flat_map(|begun| ways.iter().filter_map(|way| begun.longer(way))).collect();
        keep_likeliest(&mut written);
    }
    let is_closed = syllables.last().is_some_and(|last| last.coda != coda::NONE || last.vowel == vowel::EU);
    for spelling in written {
        take(spelling.letters());
        if let Some(longer) = spelling.longer(&("e", 0)).filter(|_| is_closed && !spelling.letters().ends_with('e')) {
            take(longer.letters());
        }
    }
}

/// A spelling as far as it goes: some thousands are made for a word.
#[derive(Clone, Copy, Default)]
struct Spelling {
    letters: [u8; LETTERS_MAX],
    length: u8,
    /// How unlikely it is.
    cost: u8,
}

impl Spelling {
    /// With some more letters, if there is room for them.
    fn longer(&self, &(way, cost): &(&str, u32)) -> Option<Self> {
        let (mut longer, start) = (*self, usize::from(self.length));
        longer.letters.get_mut(start..start + way.len())?.copy_from_slice(way.as_bytes());
        longer.length += way.len() as u8;
        longer.cost += cost as u8;
        Some(longer)
    }

    fn letters(&self) -> &str {
        std::str::from_utf8(&self.letters[..usize::from(self.length)]).unwrap_or_default()
    }
}

/// Leaves the likeliest of some spellings, the likeliest first.
fn keep_likeliest(written: &mut Vec<Spelling>) {
    if written.len() > SPELLINGS_MAX {
        written.select_nth_unstable_by_key(SPELLINGS_MAX - 1, |spelling| spelling.cost);
        written.truncate(SPELLINGS_MAX);
    }
    written.sort_by_key(|spelling| spelling.cost);
}

/// The letters of which a word is the names: 제이피에이. Two of them are too often a word of their own, like 이유.
pub fn initials(word: &str) -> Option<String> {
    let (mut rest, mut letters) = (word, String::new());
    while !rest.is_empty() {
        let (left, letter) = NAMES.iter().find_map(|&(name, letter)| Some((rest.strip_prefix(name)?, letter)))?;
        rest = left;
        letters.push(letter);
    }
    (letters.len() >= INITIALS_MIN).then_some(letters)
}

/// How the sounds of a word are spelt, one after the other.
fn sounds_of(syllables: &[Syllable]) -> Vec<&'static Ways> {
    let sounds = &*SOUNDS;
    let (mut found, mut closing) = (Vec::new(), coda::NONE);
    let mut rest = syllables.iter().peekable();
    while let Some(&Syllable { onset, vowel, coda }) = rest.next() {
        match (closing, onset) {
            (K, S) => found.push(&sounds.shared[0]),
            (coda::R, L) => found.push(&sounds.shared[1]),
            _ if (onset, vowel) == (S, vowel::YEO) => {
                found.extend([&sounds.codas[closing as usize], &sounds.shared[2]])
            }
            _ => found.extend([&sounds.codas[closing as usize], &sounds.onsets[onset as usize]]),
        }
        closing = coda;
        let next = rest.peek().filter(|next| coda == coda::NONE && next.onset == SILENT);
        if let Some((pair, next)) = next.and_then(|next| Some((sounds.pair(vowel, next.vowel)?, *next))) {
            found.push(pair);
            closing = next.coda;
            rest.next();
        } else if (onset, vowel) != (S, vowel::YEO) {
            found.push(&sounds.vowels[vowel as usize]);
        }
    }
    found.push(&sounds.codas[closing as usize]);
    found
}

/// Calls `take` with what a word in lower case may be in Hangul.
pub fn each_hangul(word: &str, mut take: impl FnMut(&str)) {
    let is_read = (LETTERS_MIN..=LETTERS_MAX).contains(&word.len()) && word.bytes().all(|c| c.is_ascii_lowercase());
    if !is_read {
        return;
    }
    let mut reader = Reader { cost: 0, syllables: Vec::new(), readings: Vec::new(), reads: 0 };
    for cost in 0..=STEPS_MAX {
        reader.cost = cost;
        reader.read(word, 0, None);
    }
    reader.readings.iter().take(SPELLINGS_MAX).for_each(|reading| take(reading));
}

/// Spellings by their first letter, and behind these the empty ones: each with the number of its sound, and how unlikely it is.
type ByLetter = [Vec<(u32, &'static str, u32)>; 27];

/// The place of the empty ones.
const EMPTY: usize = 26;

fn by_letter(sounds: &[Ways]) -> ByLetter {
    let mut spellings = ByLetter::default();
    for (number, ways) in (0..).zip(sounds) {
        for &(way, cost) in ways {
            let place = way.bytes().next().map_or(EMPTY, |letter| usize::from(letter - b'a'));
            spellings[place].push((number, way, cost));
        }
    }
    spellings
}

/// Letters of vowels.
const VOWEL_LETTERS: [char; 6] = ['a', 'e', 'i', 'o', 'u', 'y'];

/// Whether the c or g that was read with this sound sounds otherwise where it stands: before e, i and y they are soft, and nowhere else.
fn is_hard(onset: u32, rest: &str, left: &str) -> bool {
    let letter = &rest[..rest.len() - left.len()];
    matches!((onset, letter), (S, "c") | (J, "g")) && !left.starts_with(['e', 'i', 'y'])
}

/// Whether a vowel may follow a syllable: one that closes with a consonant, or has no vowel of its own, would open the next with that consonant.
fn may_be_hiatus(before: &Syllable) -> bool {
    matches!(before.coda, coda::NONE | NG) && !(before.vowel == vowel::EU && before.coda == coda::NONE)
}

/// Calls `take` with each sound that the letters of `rest` may begin with, what is left after it, and how unlikely that is.
fn each_sound<'a>(spellings: &ByLetter, rest: &'a str, mut take: impl FnMut(u32, &'a str, u32)) {
    let first = rest.bytes().next().map_or(&[][..], |letter| &spellings[usize::from(letter - b'a')]);
    for &(number, way, cost) in first.iter().chain(&spellings[EMPTY]) {
        if let Some(left) = rest.strip_prefix(way) {
            take(number, left, cost);
        }
    }
}

/// What is left of `rest` after each of some spellings that it begins with, and how unlikely that is.
fn after<'a>(ways: &Ways, rest: &'a str) -> impl Iterator<Item = (&'a str, u32)> {
    ways.iter().filter_map(move |&(way, cost)| Some((rest.strip_prefix(way)?, cost)))
}

/// What a word is read as, letter by letter.
struct Reader {
    /// How unlikely the readings are that are looked for.
    cost: u32,
    syllables: Vec<Syllable>,
    readings: Vec<String>,
    reads: usize,
}

impl Reader {
    /// Reads on, after so many steps; `heard` is the consonant that opens the next syllable, if it has been read with the one before.
    fn read(&mut self, rest: &str, cost: u32, heard: Option<u32>) {
        self.reads += 1;
        let is_whole = heard.is_none() && (rest.is_empty() || rest == "e");
        if is_whole && self.syllables.len() >= SYLLABLES_MIN && cost == self.cost {
            self.readings.push(self.syllables.iter().map(|syllable| syllable.char()).collect());
        }
        let is_at_end = rest.is_empty() && heard.is_none();
        if is_at_end || self.syllables.len() == SYLLABLES_MAX || cost > self.cost || self.reads > READS_MAX {
            return;
        }
        if let Some(onset) = heard {
            return self.read_vowel(onset, rest, cost);
        }
        let is_open = self.syllables.last().is_none_or(may_be_hiatus);
        each_sound(&SOUNDS.onsets_by_letter, rest, |onset, left, more| {
            if (onset != SILENT || is_open) && !is_hard(onset, rest, left) {
                self.read_vowel(onset, left, cost + more);
            }
        });
        after(&SOUNDS.shared[2], rest).for_each(|(left, more)| self.read_coda((S, vowel::YEO), left, cost + more));
    }

    fn read_vowel(&mut self, onset: u32, rest: &str, cost: u32) {
        for &(first, second, ref ways) in &SOUNDS.pairs {
            for (left, more) in after(ways, rest) {
                self.syllables.push(Syllable { onset, vowel: first, coda: coda::NONE });
                self.read_coda((SILENT, second), left, cost + more);
                self.syllables.pop();
            }
        }
        each_sound(&SOUNDS.vowels_by_letter, rest, |vowel, left, more| {
            let is_nothing = onset == SILENT && left.len() == rest.len();
            if !is_nothing {
                self.read_coda((onset, vowel), left, cost + more);
            }
        });
    }

    fn read_coda(&mut self, (onset, vowel): (u32, u32), rest: &str, cost: u32) {
        each_sound(&SOUNDS.codas_by_letter, rest, |coda, left, more| {
            // What is written "ng" is one sound, unless a vowel follows.
            if coda == coda::N && left.starts_with('g') && !left[1..].starts_with(VOWEL_LETTERS) {
                return;
            }
            self.read_after(Syllable { onset, vowel, coda }, left, cost + more, None);
        });
        for (ways, coda, next) in [(&SOUNDS.shared[0], K, S), (&SOUNDS.shared[1], coda::R, L)] {
            for (left, more) in after(ways, rest) {
                self.read_after(Syllable { onset, vowel, coda }, left, cost + more, Some(next));
            }
        }
    }

    fn read_after(&mut self, syllable: Syllable, rest: &str, cost: u32, heard: Option<u32>) {
        self.syllables.push(syllable);
        self.read(rest, cost, heard);
        self.syllables.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOANS: [(&str, &str); 29] = [
        ("도커", "docker"),
        ("카프카", "kafka"),
        ("레디스", "redis"),
        ("그라파나", "grafana"),
        ("쿠버네티스", "kubernetes"),
        ("넷플릭스", "netflix"),
        ("파이썬", "python"),
        ("슬랙", "slack"),
        ("구글", "google"),
        ("호텔", "hotel"),
        ("커피", "coffee"),
        ("카메라", "camera"),
        ("바이러스", "virus"),
        ("테슬라", "tesla"),
        ("아마존", "amazon"),
        ("닌텐도", "nintendo"),
        ("마라톤", "marathon"),
        ("피아노", "piano"),
        ("게임", "game"),
        ("스프링", "spring"),
        ("클라우드", "cloud"),
        ("드롭박스", "dropbox"),
        ("노션", "notion"),
        ("제이슨", "jason"),
        ("쿠팡", "coupang"),
        ("오키나와", "okinawa"),
        ("인스타그램", "instagram"),
        ("디즈니", "disney"),
        ("그루폰", "groupon"),
    ];

    #[test]
    fn loans_are_read_in_either_script() {
        let (mut unspelt, mut unread) = (Vec::new(), Vec::new());
        for (hangul, latin) in LOANS {
            let (mut is_read, mut is_spelt) = (false, false);
            each_latin(hangul, |way| is_spelt |= way == latin);
            each_hangul(latin, |reading| is_read |= reading == hangul);
            if !is_spelt {
                unspelt.push(hangul)
            }
            if !is_read {
                unread.push(latin)
            }
        }
        assert!(unspelt.is_empty() && unread.is_empty(), "{unspelt:?} {unread:?}");
    }

    #[test]
    fn letters_are_read_by_their_names() {
        for (names, letters) in [("제이피에이", "jpa"), ("에이치티엠엘", "html"), ("씨아이씨디", "cicd")]
        {
            assert_eq!(initials(names).as_deref(), Some(letters));
        }
        assert_eq!((initials("카프카"), initials("이유")), (None, None));
    }

    #[test]
    fn what_is_no_loan_has_no_spelling() {
        for word in ["", "물", "값을", "docker"] {
            each_latin(word, |way| panic!("{word} is spelt {way}"));
        }
        for word in ["", "a", "x", "부산", "min-ji"] {
            each_hangul(word, |reading| panic!("{word} is read as {reading}"));
        }
    }
}
