"""The weights of a confined memory."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from greeum.inputs import Namespace
    from greeum.memory import Memory
    from greeum.rooted.root import Root
    from greeum.weights import Weighing


class RootedWeights:
    """`Rooted.weights`: those of the root and what lies below it. What holds above it holds here too, unless something
    else is said here."""

    __slots__ = ("_root", "_weights")

    def __init__(self, memory: Memory, root: Root) -> None:
        self._weights = memory.weights
        self._root = root

    def get(self, namespace: Namespace = "") -> Weighing:
        """As `Weights.get`."""
        return self._weights.get(self._root.within(namespace))

    def set(self, weights: Mapping[str, float | None], *, namespace: Namespace = "") -> Weighing:
        """As `Weights.set`."""
        return self._weights.set(weights, namespace=self._root.within(namespace))

    def reset(self, *, namespace: Namespace = "", learnt_only: bool = False) -> Weighing:
        """As `Weights.reset`."""
        return self._weights.reset(namespace=self._root.within(namespace), learnt_only=learnt_only)
