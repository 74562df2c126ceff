"""A rule: what it looks for, and how it makes sure. The tables of rules are in `secrets` and `personal`."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Span = tuple[int, int]


class Rule:
    """One kind of thing to be found, and where its form is laid down (`source`)."""

    __slots__ = ("_compiled", "_pattern", "check", "hints", "marker", "name", "source")

    def __init__(
        self,
        name: str,
        marker: str,
        hints: Sequence[str],
        pattern: str,
        *,
        source: str,
        check: Callable[[str], bool] | None = None,
    ) -> None:
        self.name = name
        self.marker = marker
        """What stands in its place where it is redacted."""
        self.hints = tuple(hints)
        """Without one of these in a text it need not be looked at; a plain search for them is some hundred times as
        quick as the pattern."""
        self._pattern = pattern
        """The group `it`, if it has one, is what was looked for; otherwise the whole match is."""
        self._compiled: re.Pattern[str] | None = None
        """Made when it is first needed: all of them take longer than a command does."""
        self.check = check
        """Whether what fits the pattern is one: a checksum, say."""
        self.source = source

    def spans(self, text: str) -> Iterator[Span]:
        """Where it stands in a text."""
        pattern = self._compiled = self._compiled or re.compile(self._pattern)
        group = "it" if "it" in pattern.groupindex else 0
        for found in pattern.finditer(text):
            if self.check is None or self.check(found[group]):
                yield found.span(group)


def luhn(digits: str) -> bool:
    """The check digit of cards (ISO/IEC 7812-1)."""
    odd, even = digits[-1::-2], digits[-2::-2]
    total = sum(map(int, odd)) + sum(sum(divmod(2 * int(digit), 10)) for digit in even)
    return total % 10 == 0


def is_random(value: str) -> bool:
    """Whether its characters are as mixed as those of a key: a placeholder repeats a few, or says what it is."""
    distinct = len(set(value))
    return distinct >= min(len(value) // 3, 10) and not PLACEHOLDER.search(value)


PLACEHOLDER = re.compile(
    r"(?i)example|your[_-]?|placeholder|changeme|dummy|redacted|xxxx|\*\*\*|1234567890abcdef|abcdefghij"
)
"""What documentation writes where a key would stand."""
