"""What a peer does, and what it is given: blocks by their numbers from 0 on, and questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

SEARCH, NAMESPACE, FILTER, ANCHOR, ADD = "search", "namespace", "filter", "anchor", "add"


@dataclass(frozen=True)
class Step:
    """One thing that is done: a question, or a block that is added."""

    kind: str
    text: str = ""
    namespace: str = ""
    """Only what lies at or below it, for NAMESPACE; the block's own, for ADD."""
    source: str = ""
    """Only what this one said, for FILTER."""
    near: int | None = None
    """The block to start from, for ANCHOR."""
    answer: int = -1
    """The block whose words are asked for; the block's own number, for ADD."""
    at: str = ""
    """When it was said, for ADD."""

    def block(self) -> dict[str, Any]:
        """What is added, for ADD."""
        return {"text": self.text, "namespace": self.namespace, "source": self.source, "at": self.at}


@dataclass(frozen=True)
class Batch:
    """Blocks that are added together."""

    first: int
    blocks: Sequence[dict[str, Any]]
    vectors: Vectors | None = None
    """Their vectors, for peers that have none of their own; made within the time that is measured."""


@dataclass
class Found:
    """What a question came to: which blocks, best first, and their texts, all of which have been read."""

    numbers: list[int]
    texts: list[str] = field(default_factory=list)


class Peer:
    """A product, holding blocks in a directory (or in memory, if it knows no other way)."""

    name: ClassVar[str]
    package: ClassVar[str]
    """The distribution whose version is shown."""
    wants_vectors: ClassVar[bool] = False
    """Whether it is given vectors; what making them takes counts as its own."""
    can: ClassVar[frozenset[str]] = frozenset((SEARCH,))
    """The kinds of steps that it has a way for."""
    blocks_max: ClassVar[int] = 1_000_000
    """It is not measured beyond, because it would take hours."""
    is_durable: ClassVar[bool] = False
    """Whether what was added survives a loss of power when the call returns."""
    about: ClassVar[str] = ""
    """How it is used."""

    def __init__(self, directory: str, dimension: int, blocks: int) -> None:
        self.directory, self.dimension, self.blocks = directory, dimension, blocks

    def add(self, batch: Batch) -> None:
        """Take in some blocks."""
        raise NotImplementedError

    def finish(self) -> None:
        """All blocks of the beginning are here: whatever has to be done before the first question."""

    def ask(self, step: Step, vector: Vectors | None, k: int) -> Found:
        """The `k` blocks that answer a question."""
        raise NotImplementedError

    def widen(self, width: int) -> bool:
        """Search so widely from now on; False if there is nothing to choose: it compares all, or no vectors."""
        return False

    def close(self) -> None:
        """Let go of everything."""
