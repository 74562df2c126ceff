//! English: words that carry no subject, and a light stemmer.

/// Whether `word` (lower case) is so common that it says nothing about what a text is about.
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// Whether it is a word that carries no subject, typed without its apostrophe: dont, whats.
pub fn is_without_apostrophe(word: &str) -> bool {
    WITHOUT_APOSTROPHE.binary_search(&word).is_ok()
}

/// The stem of a word in lower case: plural, past and progressive endings go, and so does a final e.
///
/// Steps 1 and 5a of Porter (1980), "An algorithm for suffix stripping", without the derivational steps: these confuse
/// more memories than they join. The stem is an index key, not a word to show.
pub fn stem(word: &str) -> String {
    let mut stem = word.to_owned();
    if word.len() <= 3 || !word.is_ascii() {
        return stem;
    }
    strip_plural(&mut stem);
    if let Some(root) = ["ing", "ed"].iter().find_map(|&ending| stem.strip_suffix(ending)).filter(|root| is_root(root))
    {
        stem.truncate(root.len());
        undouble(&mut stem);
    }
    if stem.len() > 4 && stem.ends_with("ly") {
        stem.truncate(stem.len() - 2);
    }
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    if stem.len() > 3 && stem.ends_with('y') {
        stem.pop();
        stem.push('i');
    }
    stem
}

fn strip_plural(word: &mut String) {
    let bytes = word.as_bytes();
    let length = bytes.len();
    if bytes[length - 1] != b's' {
        return;
    }
    let before = bytes[length - 2];
    if word.ends_with("ies") && length > 4 {
        word.truncate(length - 3);
        word.push('y');
    } else if before == b'e' && length > 4 && b"sxzh".contains(&bytes[length - 3]) {
        word.truncate(length - 2);
    } else if !b"suai".contains(&before) || before == b'a' {
        word.truncate(length - 1);
    }
}

fn is_root(root: &str) -> bool {
    root.len() >= 3 && root.bytes().any(|c| b"aeiouy".contains(&c))
}

fn undouble(word: &mut String) {
    let bytes = word.as_bytes();
    let length = bytes.len();
    if length > 3 && bytes[length - 1] == bytes[length - 2] && !b"lsz".contains(&bytes[length - 1]) {
        word.pop();
    }
}

/// Sorted: searched by bisection. Question words are here too: what a question asks for is not what its answer says.
const STOP_WORDS: &[&str] = &[
    "a",
    "about",
    "after",
    "again",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "aren't",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "both",
    "but",
    "by",
    "can",
    "can't",
    "could",
    "couldn't",
    "did",
    "didn't",
    "do",
    "does",
    "doesn't",
    "doing",
    "don't",
    "during",
    "each",
    "for",
    "from",
    "get",
    "got",
    "had",
    "has",
    "hasn't",
    "have",
    "haven't",
    "having",
    "he",
    "he'd",
    "he'll",
    "her",
    "here",
    "hers",
    "herself",
    "him",
    "himself",
    "his",
    "how",
    "i",
    "i'd",
    "i'll",
    "i'm",
    "i've",
    "if",
    "in",
    "into",
    "is",
    "isn't",
    "it",
    "it'd",
    "it'll",
    "its",
    "itself",
    "just",
    "let",
    "like",
    "many",
    "may",
    "me",
    "might",
    "more",
    "most",
    "much",
    "must",
    "my",
    "myself",
    "no",
    "nor",
    "not",
    "of",
    "off",
    "on",
    "once",
    "one",
    "only",
    "or",
    "other",
    "our",
    "ours",
    "out",
    "over",
    "own",
    "really",
    "s",
    "same",
    "she",
    "she'd",
    "she'll",
    "should",
    "shouldn't",
    "so",
    "some",
    "such",
    "t",
    "than",
    "that",
    "the",
    "their",
    "theirs",
    "them",
    "themselves",
    "then",
    "there",
    "these",
    "they",
    "they'd",
    "they'll",
    "they're",
    "they've",
    "this",
    "those",
    "through",
    "to",
    "too",
    "under",
    "until",
    "up",
    "us",
    "very",
    "was",
    "wasn't",
    "we",
    "we'd",
    "we'll",
    "we're",
    "we've",
    "were",
    "weren't",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whom",
    "whose",
    "why",
    "will",
    "with",
    "won't",
    "would",
    "wouldn't",
    "yes",
    "you",
    "you'd",
    "you'll",
    "you're",
    "you've",
    "your",
    "yours",
    "yourself",
];

/// Sorted. Not those that are words as well: ill, its, shell, well, were.
const WITHOUT_APOSTROPHE: &[&str] = &[
    "arent", "cant", "couldnt", "didnt", "doesnt", "dont", "hadnt", "hasnt", "havent", "hes", "hows", "im", "isnt",
    "itd", "itll", "ive", "shes", "shouldnt", "thats", "theres", "theyd", "theyll", "theyre", "theyve", "wasnt",
    "werent", "weve", "whats", "wheres", "whos", "wont", "wouldnt", "youd", "youll", "youre", "youve",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_sorted() {
        assert!(STOP_WORDS.is_sorted() && WITHOUT_APOSTROPHE.is_sorted());
        assert!(is_stop_word("the") && is_stop_word("yourself") && !is_stop_word("busan"));
    }

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for family in [
            &["move", "moves", "moved", "moving"][..],
            &["city", "cities"],
            &["run", "runs", "running"],
            &["box", "boxes"],
            &["study", "studies", "studied", "studying"],
            &["quick", "quickly"],
            &["plan", "planned", "planning", "plans"],
        ] {
            let stems: std::collections::BTreeSet<String> = family.iter().map(|word| stem(word)).collect();
            assert_eq!(stems.len(), 1, "{stems:?}");
        }
    }

    #[test]
    fn short_and_foreign_words_stay() {
        for word in ["bus", "gas", "sing", "red", "is", "naïve", "thing"] {
            assert_eq!(stem(word), word);
        }
        assert_eq!(stem("glass"), "glass");
        assert_eq!(stem("campus"), "campus");
    }
}
