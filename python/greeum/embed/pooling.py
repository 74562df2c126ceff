"""How one vector is made of those of a text's tokens, by the names that sentence-transformers gives the ways."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, TypeAlias

    import numpy

    Array: TypeAlias = numpy.ndarray[Any, Any]

POOLINGS = ("mean", "cls", "max", "lasttoken", "weightedmean")


def pooled(tokens: Array, mask: Array, pooling: str, np: ModuleType) -> Array:
    """Of each text one vector: `tokens` are (texts, tokens, components), and `mask` says which are the text's own: the
    first ones, at least one.
    """
    own = mask[:, :, None]
    if pooling == "cls":
        result = tokens[:, 0]
    elif pooling == "lasttoken":
        result = tokens[np.arange(len(tokens)), mask.sum(axis=1) - 1]
    elif pooling == "max":
        result = np.where(own, tokens, -np.inf).max(axis=1)
    else:
        # Later tokens of a decoder have read more of the text.
        weights = own * np.arange(1, mask.shape[1] + 1)[None, :, None] if pooling == "weightedmean" else own
        result = (tokens * weights).sum(axis=1) / weights.sum(axis=1)
    return result
