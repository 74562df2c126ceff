"""What a search still finds of questions that are typed in haste: `python -m benches.slips SET …`.

SET is a file of LoCoMo, BEAM or KorQuAD (`locomo=PATH`) or of one's own (see `greeum eval`). Every question is asked as
it stands, and then with a slip of each kind that it has room for: a letter too many, spaces left out, a name in the
other script. A line for each kind: how many questions were asked so, R@10 of these as they stand and with the slip,
and what was lost.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from greeum.evaluate.measures import mean
from greeum.evaluate.public import read
from greeum.evaluate.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from greeum.evaluate.sets import Labelled, Question

    Slip = Callable[["Typist", str], str | None]

SEED = 20_251_126
ROUNDS = 3
"""Slips of each kind in each question: which word and which letter is chance."""

K = 10

WORD_LETTERS_MIN = 5
"""Nobody mistypes `the` so that it matters."""

WORDS = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

TABLES = json.loads((Path(__file__).parent / "data" / "slips.json").read_text(encoding="utf-8"))
"""What is taken for what: spellings, names and loan words in both scripts, sounds."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", metavar="SET", help="what is asked, and of what")
    parser.add_argument("--only", nargs="+", choices=SLIPS, default=list(SLIPS), help="these kinds of slips alone")
    parser.add_argument("--show", type=int, default=0, help="so many questions of each kind that lost something")
    options = parser.parse_args()
    for name in options.sets:
        report(read(name), options.only, options.show)


def report(labelled: Labelled, kinds: Sequence[str], show: int) -> None:
    """Asks all questions of a set, and prints a table."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    lost: dict[str, list[str]] = defaultdict(list)
    for blocks, questions in labelled.stores():
        store = Remembered(blocks)
        typist = Typist(
            {block.speaker for block in blocks}, {word for block in blocks for word in words_of(block.text)}
        )
        for question in questions:
            clean = recall(store, question, question.text)
            for kind, text in slips(typist, question, kinds):
                found[kind].append((clean, recall(store, question, text)))
                if found[kind][-1][1] < clean:
                    lost[kind].append(text)
        store.close()
    print(f"{labelled.name}: {len(labelled.questions):,} questions")
    for kind in kinds:
        if found[kind]:
            clean, slipped = (100 * mean(values) for values in zip(*found[kind], strict=True))
            print(
                f"{kind:18} {len(found[kind]):6,}  {clean:5.1f}  {slipped:5.1f}  lost {clean - slipped:5.1f}",
                flush=True,
            )
            for text in random.Random(SEED).sample(lost[kind], min(show, len(lost[kind]))):
                print("    ", text)


def slips(typist: Typist, question: Question, kinds: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The question with each kind of slip that it has room for, some times over where chance decides."""
    for kind in kinds:
        texts: set[str] = set()
        for number in range(ROUNDS):
            typist.chance = random.Random(f"{SEED}/{kind}/{question.id}/{number}")
            texts.add(SLIPS[kind](typist, question.text) or question.text)
        yield from ((kind, text) for text in sorted(texts - {question.text}))


def recall(store: Remembered, question: Question, text: str) -> float:
    found = store.retrieve(text, K)
    return sum(answer in found for answer in question.answers) / len(question.answers)


def words_of(text: str) -> list[str]:
    return [word.lower() for word in WORDS.findall(text)]


class Typist:
    """Somebody who knows who speaks and what words there are, and has no time."""

    def __init__(self, speakers: Collection[str], words: Collection[str]) -> None:
        self.speakers = speakers
        self.words = words
        self.chance = random.Random()

    def swap_one(self, text: str, is_one: Callable[[re.Match[str]], bool], change: Callable[[str], str]) -> str | None:
        """The text with one of its words changed, if there is such a word."""
        places = [match for match in WORDS.finditer(text) if is_one(match)]
        if not places:
            return None
        place = self.chance.choice(places)
        return text[: place.start()] + change(place[0]) + text[place.end() :]


def is_plain(match: re.Match[str]) -> bool:
    word = match[0]
    return len(word) >= WORD_LETTERS_MIN and word.isascii() and word.islower() and word not in TABLES["not_about"]


def is_name(match: re.Match[str]) -> bool:
    word = match[0]
    return match.start() > 0 and len(word) >= 3 and word.isascii() and word.istitle()


def typo(change: Callable[[random.Random, str, int], str], is_one: Callable[[re.Match[str]], bool] = is_plain) -> Slip:
    def slip(typist: Typist, text: str) -> str | None:
        return typist.swap_one(text, is_one, lambda word: change(typist.chance, word, letter(typist.chance, word)))

    return slip


def letter(chance: random.Random, word: str) -> int:
    """Any letter but the first, which people seldom miss."""
    return chance.randrange(1, len(word.removesuffix("'s")))


def left_out(_: random.Random, word: str, at: int) -> str:
    return word[:at] + word[at + 1 :]


def doubled(_: random.Random, word: str, at: int) -> str:
    return word[:at] + word[at] + word[at:]


def swapped(_: random.Random, word: str, at: int) -> str:
    at = max(at, 2)
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


def beside(chance: random.Random, word: str, at: int) -> str:
    row = next((row for row in KEYS if word[at] in row), "")
    place = row.find(word[at])
    near = [key for key in (row[place - 1 : place], row[place + 1 : place + 2]) if key]
    return word[:at] + chance.choice(near or ["e"]) + word[at + 1 :]


def any_other(chance: random.Random, word: str, at: int) -> str:
    return word[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :]


def any_typo(chance: random.Random, word: str, at: int) -> str:
    return chance.choice([left_out, doubled, swapped, beside])(chance, word, at)


def other_spelling(typist: Typist, text: str) -> str | None:
    def change(word: str) -> str:
        for american, british in sorted(TABLES["spellings"], key=lambda pair: -len(pair[0])):
            if american in word:
                before, _, after = word.rpartition(american)
                return f"{before}{british}{after}"
        return word

    changed = WORDS.sub(lambda match: change(match[0]) if match[0] in TABLES["spelt"] else match[0], text)
    return changed if changed != text else None


def two_as_one(typist: Typist, text: str, between: str = "") -> str | None:
    def may_be_one(pair: re.Match[str]) -> bool:
        return pair[1] + pair[2] in typist.words or (is_about(pair[1]) and is_about(pair[2]))

    pairs = [pair for pair in re.finditer(r"\b([a-z]{3,}) ([a-z]{3,})\b", text) if may_be_one(pair)]
    if not pairs:
        return None
    pair = typist.chance.choice(pairs)
    return text[: pair.start()] + pair[1] + between + pair[2] + text[pair.end() :]


def is_about(word: str) -> bool:
    return len(word) >= 4 and word not in TABLES["not_about"]


def one_as_two(typist: Typist, text: str) -> str | None:
    def halves(word: str) -> int:
        ends = range(4, len(word) - 3)
        return next((end for end in ends if word[:end] in typist.words and word[end:] in typist.words), 0)

    def is_one(match: re.Match[str]) -> bool:
        return is_plain(match) and halves(match[0]) > 0

    return typist.swap_one(text, is_one, lambda word: f"{word[: halves(word)]} {word[halves(word) :]}")


def other_number(_: Typist, text: str) -> str | None:
    numbers = TABLES["numbers"]
    words = re.sub(r"\b(1[0-2]|[1-9])\b(?![:,.\d/-])", lambda match: str(numbers[int(match[1]) - 1]), text)
    names = "|".join(numbers[1:])
    figures = re.sub(rf"\b({names})\b", lambda match: str(numbers.index(match[1]) + 1), text)
    return words if words != text else figures


def other_plural(typist: Typist, text: str) -> str | None:
    def change(word: str) -> str:
        return word[:-1] if word.endswith("s") and not word.endswith("ss") else f"{word}s"

    return typist.swap_one(text, is_plain, change)


def in_hangul(typist: Typist, text: str) -> str | None:
    changed = WORDS.sub(lambda match: TABLES["names"].get(match[0].removesuffix("'s"), match[0]), text)
    return changed if changed != text else None


def in_latin(typist: Typist, text: str) -> str | None:
    names = [name for name in typist.speakers if re.fullmatch("[가-힣]{2,3}", name) and name in text]
    for name in names:
        text = text.replace(name, romanised(name))
    return text if names else None


def loan_in_latin(_: Typist, text: str) -> str | None:
    for loan, latin in TABLES["loans"].items():
        if re.search(rf"(?<![가-힣]){loan}", text):
            return re.sub(rf"(?<![가-힣]){loan}", latin, text)
    return None


def loan_in_hangul(_: Typist, text: str) -> str | None:
    for loan, latin in TABLES["loans"].items():
        if re.search(rf"\b{latin}\b", text):
            return re.sub(rf"\b{latin}\b", loan, text)
    return None


def romanised(name: str) -> str:
    """A Korean name, as the Revised Romanization has it, letter by letter; surnames as people write them."""
    out = []
    for number, syllable in enumerate(name):
        if number == 0 and len(name) == 3 and syllable in TABLES["surnames"]:
            out.append(TABLES["surnames"][syllable] + " ")
            continue
        code = ord(syllable) - 0xAC00
        parts = TABLES["onsets"][code // 588], TABLES["nuclei"][code // 28 % 21], TABLES["codas"][code % 28]
        out.append("".join(part for part in parts if part != "_"))
    return " ".join(word.capitalize() for word in "".join(out).split())


def no_spaces(_: Typist, text: str) -> str | None:
    return text.replace(" ", "") if is_korean(text) else None


def one_space_less(typist: Typist, text: str) -> str | None:
    spaces = [at for at, c in enumerate(text) if c == " "]
    if not spaces or not is_korean(text):
        return None
    at = typist.chance.choice(spaces)
    return text[:at] + text[at + 1 :]


def one_space_more(typist: Typist, text: str) -> str | None:
    places = [match.end() for match in re.finditer("[가-힣](?=[가-힣])", text)]
    if not places:
        return None
    at = typist.chance.choice(places)
    return f"{text[:at]} {text[at:]}"


def is_korean(text: str) -> bool:
    return re.search("[가-힣]", text) is not None


def wrong_vowel(typist: Typist, text: str) -> str | None:
    words = list(re.finditer("[가-힣]{2,}", text))
    if not words:
        return None
    word = typist.chance.choice(words)
    at = typist.chance.randrange(word.start(), word.end())
    onset, vowel, *coda = list(unicodedata.normalize("NFD", text[at]))
    heard = TABLES["vowels"].get(chr(0x314F + ord(vowel) - 0x1161))
    if heard is None:
        return None
    return text[:at] + syllable(onset, heard, coda) + text[at + 1 :]


def any_vowel(typist: Typist, text: str) -> str | None:
    words = list(re.finditer("[가-힣]{2,}", text))
    if not words:
        return None
    word = typist.chance.choice(words)
    at = typist.chance.randrange(word.start(), word.end())
    onset, _, *coda = list(unicodedata.normalize("NFD", text[at]))
    return text[:at] + syllable(onset, typist.chance.choice(list(TABLES["vowels"])), coda) + text[at + 1 :]


def syllable(onset: str, vowel: str, coda: Sequence[str]) -> str:
    return unicodedata.normalize("NFC", onset + chr(0x1161 + ord(vowel) - 0x314F) + "".join(coda))


def wrong_consonant(typist: Typist, text: str) -> str | None:
    places = [match.start() for match in re.finditer("[가-힣]", text)]
    if not places:
        return None
    at = typist.chance.choice(places)
    code = ord(text[at]) - 0xAC00
    onset, rest, coda = code // 588, code % 588, code % 28
    others = [(other, coda) for other in alike(TABLES["heard_first"], onset)] + [
        (onset, other) for other in alike(TABLES["heard_last"], coda)
    ]
    if not others:
        return None
    onset, other = typist.chance.choice(others)
    return text[:at] + chr(0xAC00 + 588 * onset + rest - coda + other) + text[at + 1 :]


def alike(groups: Sequence[Sequence[int]], consonant: int) -> list[int]:
    return [other for group in groups if consonant in group for other in group if other != consonant]


def casual(_: Typist, text: str) -> str | None:
    for formal, short in TABLES["casual"]:
        if formal in text:
            return text.replace(formal, short)
    return None


def other_ending(_: Typist, text: str) -> str | None:
    for ending, other in TABLES["endings"]:
        if text.endswith(ending):
            return f"{text.removesuffix(ending)}{other}"
    return None


SLIPS: dict[str, Slip] = {
    "letter left out": typo(left_out),
    "letter doubled": typo(doubled),
    "letters swapped": typo(swapped),
    "key beside": typo(beside),
    "any other letter": typo(any_other),
    "typo in a name": typo(any_typo, is_name),
    "lower case": lambda _, text: text.lower() if text.isascii() else None,
    "upper case": lambda _, text: text.upper() if text.isascii() else None,
    "no punctuation": lambda _, text: re.sub(r"[^\w\s]", "", text),
    "no apostrophe": lambda _, text: text.replace("'", "").replace("\u2019", ""),
    "other spelling": other_spelling,
    "two words as one": two_as_one,
    "two with a hyphen": lambda typist, text: two_as_one(typist, text, "-"),
    "one word as two": one_as_two,
    "no hyphen": lambda _, text: re.sub(r"(?<=[a-z])-(?=[a-z])", "", text),
    "other number": other_number,
    "other plural": other_plural,
    "names in Hangul": in_hangul,
    "names in Latin": in_latin,
    "loans in Latin": loan_in_latin,
    "loans in Hangul": loan_in_hangul,
    "no spaces": no_spaces,
    "one space less": one_space_less,
    "one space more": one_space_more,
    "wrong vowel": wrong_vowel,
    "any other vowel": any_vowel,
    "wrong consonant": wrong_consonant,
    "casual": casual,
    "other ending": other_ending,
}
"""Kinds of slips, and what makes them."""


if __name__ == "__main__":
    main()
