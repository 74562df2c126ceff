//! A table of token vectors, mapped as it lies on disk.
//!
//! A text's vector is the weighted mean of its tokens' vectors (smooth inverse frequency: Arora et al. 2017). The table is made
//! by `scripts/distil_table.py`, which also describes the file. The tokens are pieces of English words, and Korean morphemes if
//! `scripts/distil_korean.py` has added them; nothing is said about how near a word of the one language is to one of the other.

use super::{hashing, wordpiece};
use crate::bytes::Bytes;
use crate::error::{Error, Result};
use crate::vectors::code::is_scale;
use crate::vectors::{Code, CodeRef, coarse};
use crate::words::korean::Dictionary;
use crate::words::terms::is_content;
use crate::words::{Class, Script, Token, Tokens, abbreviations, korean, passages};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

const MAGIC: &[u8; 8] = b"GREEUMT1";

/// The version of everything that turns a text into a vector but is not in the table: tokenizer, passages, hashing.
const METHOD: u32 = 4;

/// Pooling weight of a word that is hashed: that of a rare word in the table, since most such words are.
const HASHED_WEIGHT: f32 = 1.0;

/// Tokens, their directions and their pooling weights.
pub struct Table {
    bytes: Bytes,
    size: usize,
    dimension: usize,
    rows: usize,
    scales: usize,
    weights: usize,
    offsets: usize,
    strings: usize,
    sorted: usize,
    /// The first Korean morpheme; as many as there are tokens if there is none.
    korean: usize,
    checksum: u32,
    looked_up: AtomicU32,
    slots: OnceLock<Vec<u16>>,
    dictionary: OnceLock<Dictionary>,
    /// The file of coarse codes beside it, if it is of this table.
    kept_codes: Option<Bytes>,
    made_codes: OnceLock<Vec<u8>>,
}

/// What a Korean word is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Morpheme<'a> {
    /// As dictionaries have it, or as it stands if none has it.
    pub form: &'a str,
    /// A noun, a stem, an ending or a particle.
    pub class: Class,
    /// The table's number for it.
    pub token: Option<u16>,
    /// Whether it says something of a subject.
    pub carries: bool,
}

/// The syllables of a word from one to before another.
fn syllables(word: &str, start: usize, end: usize) -> &str {
    let at = |count: usize| word.char_indices().nth(count).map_or(word.len(), |(at, _)| at);
    &word[at(start)..at(end)]
}

/// No token weighs more than this: that of a rare word is about 1.
const WEIGHT_MAX: f32 = 1_000.0;

const NO_TOKEN: u16 = u16::MAX;

/// Pieces looked up by bisection before the table is hashed: that takes a millisecond, which a single search need not pay.
const SLOTS_PAY_AT: u32 = 1_000;

/// What a file of coarse codes begins with, then the table's checksum and that of the codes, and zeros up to [`CODES_AT`].
const CODES_MAGIC: &[u8; 8] = b"GREEUMC1";

/// Where the codes begin.
const CODES_AT: usize = 64;

/// Where the coarse codes of a table lie.
fn codes_path(table: &Path) -> PathBuf {
    table.with_extension("codes")
}

fn first_slot(slots: &[u16], piece: &[u8]) -> usize {
    crate::id::hash(&[piece]) as usize % slots.len()
}

/// Whether something holds of every value. All of them are looked at, which is faster than to stop: a command pays for this when it starts.
fn every<T>(values: &[T], holds: impl Fn(&T) -> bool) -> bool {
    values.iter().fold(true, |all, value| all & holds(value))
}

/// The slots in which a piece can be, in the order in which they were filled.
fn probed<'a>(slots: &'a [u16], piece: &[u8]) -> impl Iterator<Item = &'a u16> {
    let (before, from) = slots.split_at(first_slot(slots, piece));
    from.iter().chain(before)
}

impl Table {
    /// Maps the table at `path`. Its header is checked, and that every part points inside; its checksum is not (see [`Table::verify`]): that
    /// would read it all.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = Bytes::map(path)?;
        let damaged = |what: &str| Error::Damaged(format!("{}: {what}", path.display()));
        if bytes.len() < 64 || &bytes[..8] != MAGIC {
            return Err(damaged("is not a token table"));
        }
        let field = |i: usize| {
            u32::from_le_bytes([bytes[8 + 4 * i], bytes[9 + 4 * i], bytes[10 + 4 * i], bytes[11 + 4 * i]]) as usize
        };
        let [size, dimension, rows, scales, weights, offsets, strings, sorted, total] = std::array::from_fn(field);
        let ends = [
            (rows, size * dimension),
            (scales, 4 * size),
            (weights, 4 * size),
            (offsets, 4 * (size + 1)),
            (sorted, 4 * size),
        ];
        if total != bytes.len()
            || strings > total
            || ends.iter().any(|&(start, length)| start % 64 != 0 || start + length > total)
        {
            return Err(damaged("is cut short"));
        }
        let korean = if field(10) == 0 { size } else { field(10) };
        if korean > size {
            return Err(damaged("has fewer tokens than it says that Korean begins after"));
        }
        if size > usize::from(u16::MAX) || dimension == 0 || dimension % 64 != 0 {
            return Err(damaged("has more than 65,535 tokens, or a dimension that is no multiple of 64"));
        }
        let checksum = field(9) as u32;
        let table = Self {
            bytes,
            size,
            dimension,
            rows,
            scales,
            weights,
            offsets,
            strings,
            sorted,
            korean,
            checksum,
            looked_up: AtomicU32::new(0),
            slots: OnceLock::new(),
            dictionary: OnceLock::new(),
            kept_codes: None,
            made_codes: OnceLock::new(),
        };
        if !table.is_sound() {
            return Err(damaged("has parts that do not fit together"));
        }
        let kept_codes = Bytes::map(&codes_path(path)).ok().filter(|kept| table.are_its_codes(kept));
        Ok(Self { kept_codes, ..table })
    }

    /// Whether a file is of coarse codes, and of this table's.
    fn are_its_codes(&self, kept: &[u8]) -> bool {
        kept.len() == CODES_AT + self.size * coarse::bytes(self.dimension)
            && kept.starts_with(CODES_MAGIC)
            && kept[CODES_MAGIC.len()..].starts_with(&self.checksum.to_le_bytes())
    }

    /// Whether every token's text lies inside, and its numbers are such as a vector can be made of.
    fn is_sound(&self) -> bool {
        let ends: &[u32] = self.section(self.offsets, self.size + 1);
        let rise = ends.iter().zip(ends.get(1..).unwrap_or_default()).fold(true, |all, (at, next)| all & (at <= next));
        rise && ends.last().is_some_and(|&last| self.strings + last as usize <= self.bytes.len())
            && every(self.section(self.sorted, self.size), |&token: &u32| (token as usize) < self.size)
            && every(self.section(self.scales, self.size), |&scale| is_scale(scale))
            && every(self.section(self.weights, self.size), |weight| (0.0..=WEIGHT_MAX).contains(weight))
    }

    /// Reads the whole table, and the coarse codes beside it, and compares their checksums.
    pub fn verify(&self) -> Result<()> {
        if crc32fast::hash(&self.bytes[64..]) != self.checksum {
            return Err(Error::Damaged("the token table's checksum is wrong".into()));
        }
        let is_right =
            |kept: &Bytes| kept[CODES_MAGIC.len() + 4..].starts_with(&crc32fast::hash(&kept[CODES_AT..]).to_le_bytes());
        if self.kept_codes.as_ref().is_none_or(is_right) {
            Ok(())
        } else {
            Err(Error::Damaged("the checksum of the token table's coarse codes is wrong".into()))
        }
    }

    /// Components of a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Tokens in the table.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Two tables with equal fingerprints make equal vectors.
    pub fn fingerprint(&self) -> String {
        format!("static/{:08x}/{}/{METHOD}", self.checksum, self.dimension)
    }

    /// The tokens of one word, in order; none for a script that the table cannot read.
    pub fn pieces(&self, tokens: &Tokens, token: Token, out: &mut Vec<u16>) {
        match token.script {
            Script::Latin | Script::Number => wordpiece::cut(&tokens.lower(token), |piece| self.find(piece), out),
            Script::Hangul if self.korean < self.size => {
                let first = out.len();
                let word = tokens.apart(token).unwrap_or_default();
                korean::cut(abbreviations::korean_word(word).unwrap_or(word), self.dictionary(), out);
                let weights: &[f32] = self.section(self.weights, self.size);
                out.extract_if(first.., |&mut piece| weights[usize::from(piece)] == 0.0).for_each(drop);
            }
            Script::Hangul | Script::Other => {}
        }
    }

    /// How rare an English word (in lower case) is, if the table has it as a whole: from 0 to about 1.
    pub fn rarity(&self, word: &str) -> Option<f32> {
        let weights: &[f32] = self.section(self.weights, self.size);
        self.find(word.as_bytes()).map(|token| weights[usize::from(token)])
    }

    /// Whether a Korean word has a part that is in no dictionary, so that it may be mistyped.
    pub fn has_unknown(&self, word: &str) -> bool {
        korean::parts(word, self.dictionary()).iter().any(|part| part.token.is_none() && part.class == Class::Noun)
    }

    /// Whether a token is a Korean morpheme.
    pub fn is_morpheme(&self, token: u16) -> bool {
        usize::from(token) >= self.korean
    }

    /// Whether there is such a Korean noun.
    pub fn has_noun(&self, noun: &str) -> bool {
        let dictionary = self.dictionary();
        let node = noun.chars().try_fold(dictionary.root(), |node, syllable| dictionary.child(node, syllable));
        node.is_some_and(|node| dictionary.known(node, Class::Noun).is_some())
    }

    /// Several Korean words written as one, with spaces between them: see [`korean::spaced`].
    pub fn spaced(&self, word: &str, is_name: &dyn Fn(usize, usize) -> bool) -> Option<String> {
        korean::spaced(word, self.dictionary(), is_name)
    }

    /// What a Korean word is made of, if the table has morphemes: each with its form, and whether it says something of a subject. What no
    /// dictionary knows does, for it is a name.
    pub fn morphemes<'a>(&'a self, word: &'a str) -> Vec<Morpheme<'a>> {
        if self.korean == self.size {
            return Vec::new();
        }
        let weights: &[f32] = self.section(self.weights, self.size);
        let known = |part: korean::Part| {
            let form = part.token.and_then(|token| self.morpheme(token).map(|(_, form)| form));
            let class = part.token.and_then(|token| self.morpheme(token)).map_or(part.class, |(class, _)| class);
            let carries = part.token.map_or(class == Class::Noun, |token| weights[usize::from(token)] > 0.0);
            Morpheme {
                form: form.unwrap_or_else(|| syllables(word, part.start, part.end)),
                class,
                token: part.token,
                carries,
            }
        };
        korean::parts(word, self.dictionary()).into_iter().map(known).collect()
    }

    /// What a token reads: a piece of a word, or a morpheme with its class before it.
    pub fn name(&self, token: u16) -> &[u8] {
        self.string(usize::from(token))
    }

    /// The Korean morphemes, made ready when the first word is read.
    fn dictionary(&self) -> &Dictionary {
        let tokens = self.korean as u16..self.size as u16;
        let morpheme = |token| self.morpheme(token).map(|(class, form)| (token, class, form));
        self.dictionary.get_or_init(|| Dictionary::new(self.korean as u16, tokens.filter_map(morpheme)))
    }

    /// A Korean token's class and form.
    fn morpheme(&self, token: u16) -> Option<(Class, &str)> {
        let (&class, form) = self.name(token).split_first()?;
        let class = match class {
            b'N' => Class::Noun,
            b'V' => Class::Stem,
            b'E' => Class::Ending,
            b'J' => Class::Particle,
            _ => return None,
        };
        Some((class, std::str::from_utf8(form).ok()?))
    }

    /// The direction of a token.
    pub fn direction(&self, token: u16) -> CodeRef<'_> {
        let start = self.rows + usize::from(token) * self.dimension;
        let scale: &[f32] = self.section(self.scales, self.size);
        CodeRef {
            scale: scale[usize::from(token)],
            bytes: bytemuck::cast_slice(&self.bytes[start..start + self.dimension]),
        }
    }

    /// The coarse codes of all tokens' directions, one after another: those beside the table, or made (a microsecond a token) for the first who
    /// asks.
    pub fn codes(&self) -> &[u8] {
        match &self.kept_codes {
            Some(kept) => &kept[CODES_AT..],
            None => self.made_codes.get_or_init(|| self.make_codes()),
        }
    }

    fn make_codes(&self) -> Vec<u8> {
        let mut codes = Vec::with_capacity(self.size * coarse::bytes(self.dimension));
        let mut room = Vec::new();
        (0..self.size as u16).for_each(|token| coarse::push(self.direction(token), &mut room, &mut codes));
        codes
    }

    /// Makes the coarse codes anew and writes them beside the table at `path`, for all who open it from then on.
    pub fn write_codes(&self, path: &Path) -> Result<()> {
        let codes = self.make_codes();
        let mut bytes = vec![0; CODES_AT];
        let numbers = [self.checksum, crc32fast::hash(&codes)];
        bytes[..8].copy_from_slice(CODES_MAGIC);
        bytes[8..16].copy_from_slice(bytemuck::cast_slice(&numbers.map(u32::to_le_bytes)));
        bytes.extend(codes);
        let (path, aside) = (codes_path(path), path.with_extension("codes.new"));
        std::fs::write(&aside, bytes)?;
        Ok(std::fs::rename(aside, path)?)
    }

    /// Codes of each text's passages, one after another, for the Store.
    pub fn encode(&self, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for passage in passages::split(text) {
            self.embed_words(&Tokens::new(passage)).to_bytes(&mut out);
        }
        out
    }

    /// The direction of one word of a language that the table reads: the mean of its pieces.
    pub fn encode_word(&self, word: &str) -> Code {
        let mut pieces = Vec::new();
        wordpiece::cut(word, |piece| self.find(piece), &mut pieces);
        if let [piece] = pieces[..] {
            return self.direction(piece).to_owned();
        }
        let mut sum = vec![0.0_f32; self.dimension];
        for piece in pieces {
            let direction = self.direction(piece);
            sum.iter_mut().zip(direction.bytes).for_each(|(x, &c)| *x += direction.scale * f32::from(c));
        }
        Code::new(&sum)
    }

    fn embed_words(&self, tokens: &Tokens) -> Code {
        let (mut pieces, mut unread) = (Vec::new(), Vec::new());
        for &token in tokens.list.iter().filter(|&&token| is_content(tokens, token)) {
            let first = pieces.len();
            self.pieces(tokens, token, &mut pieces);
            if pieces.len() == first {
                unread.push((token, 1.0));
            }
        }
        self.embed(tokens, pieces.into_iter().map(|piece| (piece, 1.0)), unread.into_iter())
    }

    /// The code of some tokens of the table and some words that it cannot read, each with a weight beside that of the table.
    pub fn embed(
        &self,
        tokens: &Tokens,
        pieces: impl Iterator<Item = (u16, f32)>,
        unread: impl Iterator<Item = (Token, f32)>,
    ) -> Code {
        let mut sum = vec![0.0_f32; self.dimension];
        let weights: &[f32] = self.section(self.weights, self.size);
        for (piece, weight) in pieces {
            let direction = self.direction(piece);
            let step = weights[usize::from(piece)] * weight * direction.scale;
            sum.iter_mut().zip(direction.bytes).for_each(|(x, &c)| *x += step * f32::from(c));
        }
        for (token, weight) in unread {
            if matches!(token.script, Script::Hangul | Script::Other) {
                let word = tokens.lower(token);
                let stem = if token.script == Script::Hangul {
                    korean::stem(tokens.apart(token).unwrap_or_default())
                } else {
                    &word
                };
                hashing::add(stem, HASHED_WEIGHT * weight, &mut sum);
            }
        }
        Code::new(&sum)
    }

    fn find(&self, piece: &[u8]) -> Option<u16> {
        if let Some(slots) = self.slots.get() {
            let found = |&&slot: &&u16| slot == NO_TOKEN || self.string(usize::from(slot)) == piece;
            return probed(slots, piece).find(found).copied().filter(|&slot| slot != NO_TOKEN);
        }
        if self.looked_up.fetch_add(1, Ordering::Relaxed) == SLOTS_PAY_AT {
            self.slots.get_or_init(|| self.hashed());
        }
        let sorted: &[u32] = self.section(self.sorted, self.size);
        let at = sorted.binary_search_by(|&id| self.string(id as usize).cmp(piece)).ok()?;
        Some(sorted[at] as u16)
    }

    /// English tokens by the hash of what they read, each in the first free slot from there on.
    fn hashed(&self) -> Vec<u16> {
        let mut slots = vec![NO_TOKEN; (2 * self.korean).next_power_of_two()];
        for token in 0..self.korean as u16 {
            let start = first_slot(&slots, self.string(usize::from(token)));
            let free = (0..slots.len()).map(|step| (start + step) % slots.len()).find(|&at| slots[at] == NO_TOKEN);
            if let Some(free) = free {
                slots[free] = token;
            }
        }
        slots
    }

    fn string(&self, id: usize) -> &[u8] {
        let offsets: &[u32] = self.section(self.offsets, self.size + 1);
        &self.bytes[self.strings + offsets[id] as usize..self.strings + offsets[id + 1] as usize]
    }

    fn section<T: bytemuck::Pod>(&self, start: usize, length: usize) -> &[T] {
        bytemuck::cast_slice(&self.bytes[start..start + length * size_of::<T>()])
    }
}
