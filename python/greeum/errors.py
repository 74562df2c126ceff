"""What can go wrong, and what to do about it.

GreeumError
├── InvalidInput          the caller's argument; `field` names it
├── NotFound              no such block, link or anchor here
│   └── LogCut            the log of changes no longer reaches back so far
├── Unauthenticated       who calls is not known
├── Forbidden             this caller may not do that
├── Conflict              it exists already, or has changed meanwhile
├── EmbedderMismatch      this store's vectors were made by another embedder
├── EmbedderFailed        the embedder did not answer, or answered nonsense
├── ServerFailed          the server did not answer, or not as Greeum does
└── StoreError            the disk, or the directory
    ├── StoreBusy         another process held the write lock too long
    ├── StoreClosed       this Memory has been closed
    ├── StoreDamaged      the file is not what was written
    ├── StoreFailed       a write or sync failed: nothing of it was acknowledged
    ├── StoreFull         no room on the disk: nothing was written
    ├── StoreReadOnly     opened for reading
    └── StoreVersion      made by a newer Greeum
"""

from __future__ import annotations


class GreeumError(Exception):
    """The root of every error that Greeum raises on purpose."""


class InvalidInput(GreeumError, ValueError):
    """An argument cannot be used: `field` names it, the message says what is wrong and what would do.

    Nothing was stored.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, str]]:
        return InvalidInput, (self.field, self.reason)


class NotFound(GreeumError, LookupError):
    """There is no such block, link or anchor in this memory (it may have been forgotten)."""


class LogCut(NotFound):
    """The log of changes no longer reaches back so far, or not yet so far: read everything anew, then follow."""


class Unauthenticated(GreeumError):
    """The service does not know who calls: there is no key, or one that is not, or no longer, valid."""


class Forbidden(GreeumError):
    """This caller may not do that: it lies outside what its key allows."""


class Conflict(GreeumError):
    """The change contradicts what is stored: a key in use, a block corrected meanwhile, a pinned anchor."""


class EmbedderMismatch(GreeumError):
    """This memory's vectors are made by another embedder, from the start or since it was opened; open it with that
    one, or change to yours with `greeum.reembed`.
    """


class EmbedderFailed(GreeumError):
    """The embedder could not be loaded, did not answer in time, or returned vectors that cannot be used."""


class ServerFailed(GreeumError):
    """The server cannot be reached, failed, did not answer in time, or is no Greeum. The message says whether what was
    to be changed may have been changed all the same.
    """


class StoreError(GreeumError):
    """The store could not do it; the message says whether the disk, the file or another process is in the way."""


class StoreBusy(StoreError):
    """Another process has held the write lock for too long; try again. Nothing was stored."""


class StoreClosed(StoreError):
    """This Memory has been closed; open it again."""


class StoreDamaged(StoreError):
    """The database is damaged: keep a copy of the directory, then restore a backup or export what can be read."""


class StoreFailed(StoreError):
    """A write or a sync failed, so nothing of it was acknowledged; check the disk, then try again.

    `was_moved` says that the directory was moved, removed or replaced while the memory was open.
    """

    def __init__(self, *said: object, was_moved: bool = False) -> None:
        super().__init__(*said)
        self.was_moved = was_moved


class StoreFull(StoreError):
    """There is no room on the disk: nothing was stored, reads go on, and writes resume when there is room."""


class StoreReadOnly(StoreError):
    """This memory was opened read-only; open it without `read_only` to change it."""


class StoreVersion(StoreError):
    """This directory was written by a newer Greeum; upgrade, or open a copy made by this version."""
