"""All that is found in a text, in some microseconds where there is nothing, as there mostly is."""

from __future__ import annotations

import re
from typing import NamedTuple

from greeum.detection import characters, personal, secrets
from greeum.detection.rules import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DIGITS = re.compile(r"[0-9][0-9 .()\-]{7,}")
"""Without so many digits in a row there is no number of a telephone, a card or an account."""


def gate_of(hint: str) -> str:
    return next((character for character in "_-" if character in hint), "")


HINTS = tuple(
    (gate, tuple((hint, rule) for rule in secrets.RULES for hint in rule.hints if gate_of(hint) == gate))
    for gate in ("_", "-", "")
)
"""The hints that hold a character, by that character: a text without it need not be asked for any of them."""


class Finding(NamedTuple):
    """Something in a text that may not be meant to be there."""

    start: int
    end: int
    kind: str
    name: str
    """What it is, in words: for a message. The thing itself is in none."""
    marker: str


def find(text: str) -> list[Finding]:
    """What is found, in the order of the text."""
    found = [
        Finding(*span, kind, f"a {kind} character", "")
        for kind, spans in characters.find(text).items()
        for span in spans
    ]
    found += [Finding(*span, "secret", rule.name, rule.marker) for rule in keys(text) for span in rule.spans(text)]
    if DIGITS.search(text):
        found += spans_of(personal.NUMBERS, text)
    if "@" in text:
        found += spans_of((personal.MAIL,), text)
    if any(hint in text for hint in personal.PASSPORT.hints):
        found += spans_of((personal.PASSPORT,), text)
    return sorted(found) if len(found) > 1 else found


def spans_of(rules: Sequence[Rule], text: str) -> Iterator[Finding]:
    """Personal data. What two rules know is what the first says it is."""
    taken: set[int] = set()
    for rule in rules:
        for start, end in rule.spans(text):
            if start not in taken:
                taken.update(range(start, end))
                yield Finding(start, end, "personal", rule.name, rule.marker)


def keys(text: str) -> Iterator[Rule]:
    """The rules for secrets by which a text should be looked at."""
    for gate, hints in HINTS:
        if not gate or gate in text:
            for hint, rule in hints:
                if hint in text:
                    yield rule
    if ":" in text or "=" in text or " is" in text:
        lowered = text.lower()
        if any(word in lowered for word in secrets.WORDS):
            yield secrets.NAMED
    if not text.isascii() and any(word in text for word in secrets.KOREAN_WORDS):
        yield secrets.SPOKEN


def redacted(text: str, findings: Sequence[Finding]) -> str:
    """The text with a marker in the place of each of these; those that overlap share one."""
    parts: list[str] = []
    done = 0
    for start, end, _, _, marker in sorted(findings):
        if start >= done:
            parts += (text[done:start], marker)
        done = max(done, end)
    return "".join((*parts, text[done:]))
