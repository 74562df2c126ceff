//! WordPiece: cuts a word into the longest pieces that a vocabulary holds (Wu et al. 2016, greedy as in BERT).

/// Letters of the longest word that is cut at all; BERT's limit.
const WORD_CHARS_MAX: usize = 100;

/// The pieces of `word` (lower case) as `find` numbers them; nothing if some part of it cannot be read.
///
/// `find` is asked for a piece at the start of the word, and for pieces inside it with `##` before them.
pub fn cut(word: &str, find: impl Fn(&[u8]) -> Option<u16>, out: &mut Vec<u16>) {
    let (before, mut start) = (out.len(), 0);
    if word.chars().count() > WORD_CHARS_MAX {
        return;
    }
    let mut piece = Vec::with_capacity(word.len() + 2);
    while start < word.len() {
        let ends = word[start..].char_indices().map(|(at, c)| start + at + c.len_utf8()).rev();
        let longest = ends.into_iter().find_map(|end| {
            piece.clear();
            piece.extend_from_slice(if start > 0 { b"##" } else { b"" });
            piece.extend_from_slice(&word.as_bytes()[start..end]);
            find(&piece).map(|id| (id, end))
        });
        let Some((id, end)) = longest else {
            out.truncate(before);
            return;
        };
        out.push(id);
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_piece_wins_and_what_cannot_be_read_is_left_out() {
        let vocabulary = ["un", "##aff", "##able", "##a", "a"];
        let find = |piece: &[u8]| vocabulary.iter().position(|entry| entry.as_bytes() == piece).map(|id| id as u16);
        let cut_up = |word: &str| {
            let mut out = vec![9];
            cut(word, find, &mut out);
            out[1..].to_vec()
        };
        assert_eq!(cut_up("unaffable"), [0, 1, 2]);
        assert_eq!(cut_up("a"), [4]);
        assert_eq!(cut_up("unknown"), [0_u16; 0]);
        assert_eq!(cut_up(""), [0_u16; 0]);
        assert_eq!(cut_up(&"a".repeat(101)), [0_u16; 0]);
    }
}
