"""Text that a block takes: not blank, no NUL, no half of a surrogate pair."""

from __future__ import annotations


def is_fit(text: str) -> bool:
    """Whether a block can hold this text as it is."""
    return bool(text.strip()) and fitted(text) == text


def fitted(text: str) -> str:
    """The text without what no block takes; it may be blank then."""
    return text.replace("\0", "").encode(errors="replace").decode()


def first_fit(*texts: str) -> str:
    """The first of several texts that is not blank, made fit."""
    return next(filter(str.strip, map(fitted, texts)))
