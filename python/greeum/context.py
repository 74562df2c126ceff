"""What is known about a query, composed for a prompt: chosen by what each block adds, told by conversation and time.

The text has a heading for each conversation, and a line for each block that can be cited by its id:

    ## acme/alice/chat-1
    [12] 2025-05-03 alice: I moved to Busan in May.

Conversations stand in the order of the first block shown of each, and blocks in the order in which they were said: so
that what was true later is read later, and that a prompt which is built anew for the next question begins as the last
one did, which a cache of prompts can use.
"""

from __future__ import annotations

import re
from heapq import heapify, heappop, heapreplace
from itertools import islice, pairwise

from greeum import limits
from greeum.model import Block, Context
from greeum.zones import said_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from greeum._core import Zone
    from greeum.model import Hit

    Phrases = set[tuple[str, str]]

CANDIDATES_MIN = 50
"""Hits among which is chosen at least, so that there is something left when the best of them repeat each other."""

CANDIDATE_TOKENS = 20
"""One more candidate for so many tokens: a short line takes as many."""

REPEATED_SHARE = 0.5
"""What a block loses that only repeats what was said: of 0, 0.5, 0.75 and 1, this found most of what was asked for in a
memory that holds everything three times, and cost next to nothing in one that does not."""

WORDS_COMPARED_MAX = 500
"""Words of a text by which it is told whether it repeats another: a whole book would be compared for seconds."""

ANY_DAY = "2025-05-03"
"""All days take the same room."""

WORD = re.compile(r"\w+")

COMMON = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ "


def candidates(tokens_max: int) -> int:
    """How many hits to choose among for so many tokens."""
    return min(max(CANDIDATES_MIN, tokens_max // CANDIDATE_TOKENS), limits.K_MAX)


def compose(hits: Sequence[Hit], tokens_max: int, zone: Zone) -> Context:
    """A context out of these hits, of at most `tokens_max` tokens; days are those of `zone`."""
    blocks = sorted(chosen(hits, tokens_max), key=when_said)
    conversations: dict[str, list[Block]] = {}
    for block in blocks:
        conversations.setdefault(block.namespace, []).append(block)
    sections = [
        "\n".join([heading(name), *(line(block, day_of(block, zone)) for block in said)])
        for name, said in conversations.items()
    ]
    text = "\n\n".join(sections)
    return Context(text, [block for said in conversations.values() for block in said], tokens(text))


def when_said(block: Block) -> tuple[int, int]:
    return block._row[10], block.id


def chosen(hits: Sequence[Hit], tokens_max: int) -> Iterator[Block]:
    """The blocks that add most, one after the other, as long as there is room; one that does not fit is passed over,
    and so is one that says nothing new.

    They are taken by their scores, and not by score for each token: short blocks are many, and say little.
    """
    selection = Selection(tokens_max)
    worst = min((hit.score for hit in hits), default=0.0)
    # What a block adds only shrinks while others are taken: what was worked out before is a bound for what it is now.
    queue = [(worst - hit.score, place) for place, hit in enumerate(hits)]
    heapify(queue)
    while queue:
        place = queue[0][1]
        block = hits[place].block
        repeated = selection.share_said(block) if selection.has_room_for(block) else 1.0
        loss = (worst - hits[place].score) * (1 - REPEATED_SHARE * repeated)
        if repeated < 1 and len(queue) > 1 and (loss, place) > min(queue[1:3]):
            heapreplace(queue, (loss, place))
            continue
        heappop(queue)
        if repeated < 1:
            selection.take(block)
            yield block


class Selection:
    """What has been taken into a context: how much room is left, and what has been said."""

    def __init__(self, tokens_max: int) -> None:
        self._room = tokens_max
        self._headed: set[str] = set()
        self._said: Phrases = set()
        self._phrases: dict[int, Phrases] = {}

    def has_room_for(self, block: Block) -> bool:
        """Whether its line fits, and the heading if it needs one. If it does not fit now it never will."""
        return self._cost(block) <= self._room

    def share_said(self, block: Block) -> float:
        """How much of what it says has been said, from 0 to 1."""
        phrases = self._phrases_of(block)
        return len(phrases & self._said) / len(phrases)

    def take(self, block: Block) -> None:
        self._room -= self._cost(block)
        self._headed.add(block.namespace)
        self._said |= self._phrases_of(block)

    def _cost(self, block: Block) -> int:
        above = "" if block.namespace in self._headed else "\n\n" + heading(block.namespace)
        return tokens("\n" + line(block, ANY_DAY)) + tokens(above)

    def _phrases_of(self, block: Block) -> Phrases:
        if block.id not in self._phrases:
            self._phrases[block.id] = phrases_of(block.text)
        return self._phrases[block.id]


def phrases_of(text: str) -> Phrases:
    """Every two words that follow each other, and the last one alone; the text itself where there is no word."""
    words = [found[0].lower() for found in islice(WORD.finditer(text), WORDS_COMPARED_MAX)]
    return set(pairwise([*words, ""])) or {(text[:WORDS_COMPARED_MAX], "")}


def heading(namespace: str) -> str:
    """The line above a conversation; that of the root is `/`."""
    return f"## {' '.join(namespace.split()) or '/'}"


def day_of(block: Block, zone: Zone) -> str:
    """The day on which it was said there."""
    return said_at(block, zone)[: len(ANY_DAY)]


def line(block: Block, day: str) -> str:
    """A block with its id, the day on which it was said, and who said it. Lines of its text after the first are set
    in, so that none of them can pass for a heading or another block.
    """
    source = "" if block.source is None else f" {' '.join(block.source.split())}"
    text = "\n    ".join(block.text.strip().splitlines())
    return f"[{block.id}] {day}{source}: {text}"


def tokens(text: str) -> int:
    """About how many tokens a text takes: one for four letters or spaces of ASCII, two for three of its other
    characters, and one for two bytes of anything else, which makes three for two syllables of Hangul.

    What models count is this times 0.85 to 0.87 for English lines, and 0.73 to 0.99 for Korean ones: see
    docs/guides/context.md.
    """
    ascii_text = text.encode("ascii", "ignore")
    others = len(ascii_text.translate(None, COMMON))
    beyond = len(text.encode()) - len(ascii_text)
    return (3 * (len(ascii_text) - others) + 8 * others + 6 * beyond + 11) // 12
