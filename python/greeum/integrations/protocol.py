"""What the adapters ask of a memory: `greeum.Memory` does it, and so do one that is confined to a namespace and one
that a server keeps.
"""

from __future__ import annotations

from typing import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from greeum import Block, Hit, Page
    from greeum.listing import NamespacePage

    Blocks = Sequence[Block]
    Hits = list[Hit]
    Ids = list[int]


class AnyMemory(Protocol):
    """The methods of `greeum.Memory` that are used here. Their arguments are those that they have there."""

    def add(self, *args: Any, **kwargs: Any) -> Block:
        """As `Memory.add`."""

    def add_many(self, *args: Any, **kwargs: Any) -> Blocks:
        """As `Memory.add_many`."""

    def search(self, *args: Any, **kwargs: Any) -> Hits:
        """As `Memory.search`."""

    def get(self, *args: Any, **kwargs: Any) -> Block:
        """As `Memory.get`."""

    def list(self, *args: Any, **kwargs: Any) -> Page:
        """As `Memory.list`."""

    def history(self, *args: Any, **kwargs: Any) -> Blocks:
        """As `Memory.history`."""

    def namespaces(self, *args: Any, **kwargs: Any) -> NamespacePage:
        """As `Memory.namespaces`."""

    def update(self, *args: Any, **kwargs: Any) -> Block:
        """As `Memory.update`."""

    def forget(self, *args: Any, **kwargs: Any) -> Ids:
        """As `Memory.forget`."""

    def close(self) -> None:
        """As `Memory.close`."""
