"""How a key is written: `gk_`, ten characters that may be shown, 43 that may not, six that tell a typo.

The 43 hold 256 random bits, so what is stored is one SHA-256 of the whole: there is nothing to guess that a slow hash
would protect, and it is computed for every request.
"""

from __future__ import annotations

from hashlib import sha256
from zlib import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

PREFIX: Final = "gk_"
"""So that those who look for leaked keys find them."""

DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""Letters and digits alone: a double click takes the whole key, and nothing in it needs quoting anywhere."""

ID_CHARACTERS: Final = 10
"""59 bits, so that no two keys are ever given the same."""

SECRET_CHARACTERS: Final = 43
"""As many as 256 bits need."""

SECRET_BITS: Final = 256

CHECKSUM_CHARACTERS: Final = 6
"""As many as a CRC-32 needs."""

LENGTH: Final = len(PREFIX) + ID_CHARACTERS + 1 + SECRET_CHARACTERS + 1 + CHECKSUM_CHARACTERS
"""Characters of a key, all of them ASCII."""

_ID_END = len(PREFIX) + ID_CHARACTERS
_SECRET_END = _ID_END + 1 + SECRET_CHARACTERS


class NewKey:
    """A key that has just been made. Its `text` is to be shown once; nothing else knows it."""

    __slots__ = ("id", "text")

    def __init__(self) -> None:
        from secrets import choice, randbits

        self.id = "".join(choice(DIGITS) for _ in range(ID_CHARACTERS))
        signed = f"{PREFIX}{self.id}_{in_base_62(randbits(SECRET_BITS), SECRET_CHARACTERS)}"
        self.text = f"{signed}_{checksum(signed)}"

    def __repr__(self) -> str:
        return f"NewKey({self.id!r})"


def in_base_62(number: int, characters: int) -> str:
    digits = []
    for _ in range(characters):
        number, digit = divmod(number, len(DIGITS))
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))


def checksum(signed: str) -> str:
    """The last part of a key, from what is before it and the line."""
    return in_base_62(crc32(signed.encode()), CHECKSUM_CHARACTERS)


def id_in(text: str) -> str | None:
    """The public part of a key; None if this is no key, as after a typo."""
    if len(text) != LENGTH or not text.isascii() or not text.startswith(PREFIX):
        return None
    if text[_ID_END] != "_" or text[_SECRET_END] != "_" or checksum(text[:_SECRET_END]) != text[_SECRET_END + 1 :]:
        return None
    return text[len(PREFIX) : _ID_END]


def digest(text: str) -> bytes:
    """What is stored of a key, and compared."""
    return sha256(text.encode()).digest()
