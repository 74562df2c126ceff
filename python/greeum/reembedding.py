"""A change of embedder, while the memory is in use: new vectors are gathered beside the old ones, with which searches
go on, and take their place when every block has some.
"""

from __future__ import annotations

from contextlib import ExitStack
from time import monotonic, sleep

from greeum.errors import InvalidInput, StoreBusy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from greeum.embed.protocol import Embedder
    from greeum.store.protocol import Store
    from greeum.store.replacement import Replacement

BLOCKS_PER_STEP = 256
"""Blocks whose vectors are made, and then kept, at once: what a crash loses, and seconds of work for a large model."""

LAST_BLOCKS_MAX = 64
"""Blocks whose vectors may be made while whoever writes has to wait: the last ones, since new ones may always come."""


WAIT_S = 0.05
"""Between two looks whether another process is done: 500 blocks of the built-in table, which is what one waits for."""

STANDSTILL_S = 60.0
"""Without a new vector for so long, the other process hangs: it makes 256 at a time, and the last ones in seconds."""


class Reembedded:
    """What a change of embedder came to."""

    __slots__ = ("before", "blocks", "embedder")

    def __init__(self, embedder: str, before: str, blocks: int) -> None:
        self.embedder = embedder
        """The fingerprint of the embedder that the memory is bound to now."""
        self.before = before
        """That of the one before; the same, if there was nothing to be done."""
        self.blocks = blocks
        """Blocks, in all their versions, whose vectors this call made; not those of one that was cut short before."""

    def to_dict(self) -> dict[str, object]:
        """As JSON has it."""
        return {"embedder": self.embedder, "before": self.before, "blocks": self.blocks}


def reembed(
    store: Store, replacement: Replacement, embedder: Embedder, progress: Callable[[int, int], None] | None = None
) -> Reembedded:
    """Bind a store to another embedder, with what gathers its vectors there; see `greeum.reembed`."""
    fingerprint = embedder.fingerprint
    bound = store.embedder()
    if bound is None or bound[0] == fingerprint:
        store.bind_embedder(fingerprint, embedder.dimension)
        replacement.give_up()
        return Reembedded(fingerprint, fingerprint, 0)
    if fingerprint.startswith("given/"):
        raise InvalidInput("embedder", "makes no vectors: export, and import with the vectors into a new memory")
    replacement.begin()
    made = 0
    while True:
        made += gather(replacement, embedder, progress)
        last = replacement.take_over(LAST_BLOCKS_MAX, embedder.encode_blocks)
        if last is not None:
            return Reembedded(fingerprint, bound[0], made + last)


def gather(replacement: Replacement, embedder: Embedder, progress: Callable[[int, int], None] | None) -> int:
    """Make the vectors of all blocks that are there now and have none; how many these were."""
    after, made = 0, 0
    while wanting := replacement.wanting(after, BLOCKS_PER_STEP):
        codes = embedder.encode_blocks([text for _, text in wanting])
        replacement.keep([(block, code) for (block, _), code in zip(wanting, codes, strict=True)])
        after, made = wanting[-1][0], made + len(wanting)
        if progress is not None:
            progress(*replacement.amounts())
    return made


def renew(
    store: Store,
    replacement: Replacement,
    turn: Callable[[], AbstractContextManager[None]],
    embedder: Embedder,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """The same for a new version of the embedder that a store has: by one of all processes that open it, for which
    `turn` is, while the others wait. Raises EmbedderFailed, Conflict if it is to have another embedder meanwhile, or
    StoreBusy if the one that is at it makes nothing for a minute.
    """
    with ExitStack() as held:
        before, moved_at_s = (0, 0), monotonic()
        while is_other(store, embedder):
            try:
                held.enter_context(turn())
            except StoreBusy:
                sleep(WAIT_S)
                amounts = replacement.amounts()
                if amounts != before:
                    before, moved_at_s = amounts, monotonic()
                elif monotonic() - moved_at_s > STANDSTILL_S:
                    raise StoreBusy(
                        f"another process makes its vectors anew, and has been at {amounts[0]} of {amounts[1]} blocks "
                        f"for {STANDSTILL_S:g} s: end that process, then try again"
                    ) from None
                if progress is not None:
                    progress(*amounts)
            else:
                break
        if is_other(store, embedder):
            note(store)
            reembed(store, replacement, embedder, progress)


def is_other(store: Store, embedder: Embedder) -> bool:
    bound = store.embedder()
    return bound is not None and bound[0] != embedder.fingerprint


def note(store: Store) -> None:
    """Say why this takes longer than to open a memory usually does."""
    from logging import getLogger

    counts = store.counts()
    blocks = counts["blocks"] + counts["superseded"]
    getLogger("greeum").warning("this version makes other vectors: those of %s blocks are made anew", f"{blocks:,}")
