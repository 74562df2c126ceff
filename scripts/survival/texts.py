"""Texts that can be told apart: each has a word that no other has, among words that many have."""

from __future__ import annotations

import hashlib
from random import Random

SYLLABLES = tuple(consonant + vowel for consonant in "kmnprtvz" for vowel in "aou")
RARE_WORD_SYLLABLES = 8
"""24^8, some 10^11 words: room for a number that names round, writer and text."""

SCATTER = 6_700_417
"""A prime that does not divide the number of words: multiplication by it turns each number into another."""

COMMON_WORDS = (
    *("garden", "train", "coffee", "Busan", "birthday", "doctor", "winter", "report", "piano", "kitchen"),
    *("부산", "여행", "회의", "생일", "커피", "병원", "겨울", "기차", "정원", "보고서"),
)
"""Few, so that a search for two of them has many answers of nearly one score: an order that is easily upset."""

COMMON_WORDS_PER_TEXT = 6
LONG_TEXT_WORDS = 400
LONG_TEXT_SHARE = 0.03
"""Long enough for several passages, which must arrive together."""


def rare_word(number: int) -> str:
    """The word that stands for this number. No stemmer takes off its ending, and that of the next looks different."""
    syllables = []
    number = number * SCATTER % len(SYLLABLES) ** RARE_WORD_SYLLABLES
    for _ in range(RARE_WORD_SYLLABLES):
        number, syllable = divmod(number, len(SYLLABLES))
        syllables.append(SYLLABLES[syllable])
    return "".join(syllables)


def make(number: int, random: Random) -> str:
    """A text whose first word is the rare one."""
    count = LONG_TEXT_WORDS if random.random() < LONG_TEXT_SHARE else COMMON_WORDS_PER_TEXT
    return " ".join([rare_word(number), *random.choices(COMMON_WORDS, k=count)])


def word_of(text: str) -> str:
    """The rare word of a text made here."""
    return text.partition(" ")[0]


def digest(text: str) -> str:
    """What a ledger keeps of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def questions(random: Random, count: int) -> list[str]:
    """Searches with many answers."""
    return [" ".join(random.sample(COMMON_WORDS, 2)) for _ in range(count)]
