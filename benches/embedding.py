"""Vectors for peers that have none: those of the table that Greeum ships, so that all of them compare the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benches.texts import TABLE
from greeum import _core

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

_table = _core.Table(str(TABLE))

DIMENSION: int = _table.dimension

SCALE_BYTES = 4
"""Before the components of a code stands what a step of them is worth."""


def vectors(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """A vector of length 1 for each text: that of its first passage, which is all of it here."""
    size = SCALE_BYTES + DIMENSION
    raw = np.frombuffer(b"".join(code[:size] for code in _table.encode_blocks(list(texts))), np.uint8).reshape(-1, size)
    scales = np.ascontiguousarray(raw[:, :SCALE_BYTES]).view("<f4")
    found: npt.NDArray[np.float32] = raw[:, SCALE_BYTES:].view(np.int8).astype(np.float32) * scales
    return found
