"""Characters that cannot be seen, or that make a text look like another one."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff]")
"""Control characters but tab and line ends (ISO/IEC 6429, among them the escape that begins what a terminal obeys),
interlinear annotation, and what Unicode says is no character."""

BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates, by which a text is read in another order than it is shown in ("Trojan Source",
Boucher and Anderson 2021, CVE-2021-42574)."""

MARKS = re.compile("[\u200e\u200f\u061c]")
"""Marks of direction. They belong into texts that are written from right to left, and there alone."""

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0]"
    "|[\U000e0000-\U000e007f]+|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"
)
"""What takes no room (Unicode: Default_Ignorable_Code_Point): spaces without width, fillers, tags (by which a whole
sentence can be hidden), selectors of variants more than one at a time."""

JOINERS = re.compile("[\u200c\u200d]+")
"""They join and part letters of Arabic, Persian and the scripts of India, and the parts of an emoji."""

NEEDS_JOINERS = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\u1800-\u18af\u2190-\u2bff\ufb50-\ufdff\ufe0f\ufe70-\ufefc"
    "\U0001f000-\U0001faff]"
)

FLAG_OF_REGION = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{3,6}\U000e007f")
"""A flag as that of Scotland: the one use that tags have (UTS #51)."""

SUSPECT = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e01ef]"
)
"""Any that the others are about: a text without one need not be looked at further."""

Found = dict[str, list[tuple[int, int]]]


def find(text: str) -> Found:
    """Where there are such characters, by the flag that tells of them: "control", "bidi", "zero-width"."""
    found: Found = {}
    if CONTROL.search(text):
        found["control"] = [match.span() for match in CONTROL.finditer(text)]
    if text.isascii() or not SUSPECT.search(text):
        return found
    bidi = [match.span() for match in BIDI.finditer(text)]
    hidden = list(invisible(text))
    if not RIGHT_TO_LEFT.search(text):
        hidden += [match.span() for match in MARKS.finditer(text)]
    if bidi:
        found["bidi"] = bidi
    if hidden:
        found["zero-width"] = sorted(hidden)
    return found


def invisible(text: str) -> Iterator[tuple[int, int]]:
    flags = [match.span() for match in FLAG_OF_REGION.finditer(text)]
    for match in INVISIBLE.finditer(text):
        start, end = match.span()
        if not any(first < start and end <= last for first, last in flags) and not is_old_hangul(text, start):
            yield start, end
    for match in JOINERS.finditer(text):
        start, end = match.span()
        beside = text[max(start - 1, 0) : start] + text[end : end + 1]
        if end - start > 1 or not NEEDS_JOINERS.search(beside):
            yield start, end


def is_old_hangul(text: str, at: int) -> bool:
    """Whether a filler stands in for a letter of a syllable that is written as its letters, as of old."""
    if text[at] not in "\u115f\u1160":
        return False
    beside = text[max(at - 1, 0) : at] + text[at + 1 : at + 2]
    return any("\u1100" <= letter <= "\u11ff" for letter in beside)
