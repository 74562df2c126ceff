"""The pieces in a directory of backups: what each is, in order, and whether all that should be there is.

`000007.pages` has the pages, `000007.map` (of the newest piece alone) what the next one is compared with, and
`000007.json`, which is written last, describes it: with the checksums of both, and the SHA-256 of the description
before. `pruned.json` says how far pieces were removed on purpose.
"""

from __future__ import annotations

import os
import re
from hashlib import sha256
from json import dumps, loads

from greeum import inputs
from greeum.backups.disk import UNFINISHED, remove, sha256_of, typed_errors, written
from greeum.errors import InvalidInput, NotFound, StoreDamaged
from greeum.model import optional_iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

FORMAT = 1
"""Counts up when an older Greeum could no longer read what is written."""

DESCRIPTION = re.compile(r"(\d{6,})\.json")

PRUNED = "pruned.json"

SCRATCH = "scratch" + UNFINISHED
"""The folder in which a copy of the database is made, or put together."""


class Backup:
    """One backup: which memory, when, how far, how large."""

    def __init__(self, fields: dict[str, Any], sha256: str = "") -> None:
        self._fields = fields
        self.sha256 = sha256
        """Of its description, which the next one covers."""
        self.number: int = fields["number"]
        self.base: int = fields["base"]
        """The number of the piece that its chain begins with: its own, if it holds everything by itself."""
        self.at_us: int = fields["at_us"]
        self.seq: int = fields["seq"]
        """It holds all changes up to this one."""
        self.page_size: int = fields["page_size"]
        self.page_count: int = fields["page_count"]
        self.pages: int = fields["pages"]
        self.size_bytes: int = fields["bytes"]
        self.logical_hash: str = fields["logical_hash"]
        self.columns: list[str] = fields["columns"]
        self.hashes_weights: bool = fields.get("hashes_weights", False)
        """Whether its logical hash is over namespaces' weights too; that of older ones is not."""
        self.forgotten: int = fields["forgotten"]
        self.lineage: str = fields["lineage"]
        self.goes_on_from: int = fields.get("goes_on_from", self.number - 1)
        """The number of the piece that it is a later state of; 0 if none. Older ones are taken for one line."""
        self.lineages: list[str] | None = fields.get("lineages")
        """Its own and those that it comes of, the oldest first; older ones do not say."""
        self.newest_change: list[int] | None = fields.get("newest_change")
        """What its last change did, and to which block."""
        self.newest_uid: str = fields.get("newest_uid", "")
        self.apart: list[str] = fields.get("apart", [])
        """The lineages that had told the directory what they forgot, and that it has not gone on with."""

    @property
    def is_full(self) -> bool:
        """Whether it holds everything by itself."""
        return self.base == self.number

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    def to_dict(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "number": self.number,
            "at": optional_iso(self.at_us),
            "seq": self.seq,
            "full": self.is_full,
            "bytes": self.size_bytes,
            "pages": self.pages,
            "logical_hash": self.logical_hash,
        }

    def __repr__(self) -> str:
        return f"Backup({self.to_dict()})"


def read(place: str, name: str) -> tuple[dict[str, Any], str]:
    """A description, and its SHA-256. Raises StoreDamaged."""
    path = os.path.join(place, name)
    with typed_errors(path), open(path, "rb") as file:
        content = file.read()
    try:
        fields = loads(content)
        wrong = fields["format"] != FORMAT
    except (ValueError, TypeError, KeyError) as error:
        raise StoreDamaged(f"{path}: is damaged: take it from another copy of the backups") from error
    if wrong:
        raise StoreDamaged(f"{path}: was written by another Greeum (format {fields['format']}): upgrade")
    return fields, sha256(content).hexdigest()


def newest_in(place: str) -> Backup | None:
    """The newest one in a directory, if there is any: the others are not read. Raises StoreDamaged."""
    with typed_errors(place):
        numbers = [int(found[1]) for found in map(DESCRIPTION.fullmatch, os.listdir(place)) if found]
    return Backup(*read(place, f"{max(numbers):06d}.json")) if numbers else None


class Pieces:
    """All pieces in a directory. Raises NotFound if there is no such directory, StoreDamaged if a description cannot be
    read or one is missing.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        with typed_errors(place):
            if not os.path.isdir(place):
                raise NotFound(f"{place}: there are no backups here")
            names = os.listdir(place)
        self.pruned: dict[str, Any] = {"number": 0, "sha256": ""}
        if PRUNED in names:
            self.pruned = read(place, PRUNED)[0]
        numbers = sorted(int(found[1]) for found in map(DESCRIPTION.fullmatch, names) if found)
        kept = [number for number in numbers if number > self.pruned["number"]]
        self.all = [Backup(*read(place, f"{number:06d}.json")) for number in kept]
        self._check_chain()

    def _check_chain(self) -> None:
        number, digest = self.pruned["number"], self.pruned["sha256"]
        for piece in self.all:
            if piece.number != number + 1 or piece["previous"] != digest:
                raise StoreDamaged(
                    f"{self.place}: backup {number + 1} is missing, or was changed: take it from another copy"
                )
            number, digest = piece.number, piece.sha256

    @property
    def newest(self) -> Backup | None:
        return self.all[-1] if self.all else None

    def path(self, number: int, suffix: str) -> str:
        return os.path.join(self.place, f"{number:06d}.{suffix}")

    def chain(self, last: Backup) -> list[Backup]:
        """The pieces that make up what there was at one of them."""
        return [piece for piece in self.all if last.base <= piece.number <= last.number]

    def line(self, last: Backup) -> list[Backup]:
        """Those of which one of them is a later state, and it: what other lineages did meanwhile is not among them."""
        found = [last]
        for piece in reversed(self.all):
            if piece.number == found[-1].goes_on_from:
                found.append(piece)
        return found[::-1]

    def lineages(self, last: Backup) -> list[str]:
        """Those that a piece comes of, and its own."""
        if last.lineages is not None:
            return last.lineages
        return list(dict.fromkeys(piece.lineage for piece in self.all if piece.number <= last.number))

    def chosen(self, at: object = None) -> Backup:
        """The newest one, or the newest up to a time, or up to a seq on the way to the newest: each lineage has a seq
        of its own. Raises NotFound or InvalidInput.
        """
        fits = self.all
        if isinstance(at, int) and not isinstance(at, bool):
            seq = inputs.count(at, "at", 2**53, least=0)
            fits = [piece for piece in self.line(self.all[-1]) if piece.seq <= seq] if self.all else []
        elif at is not None:
            if isinstance(at, bool):
                raise InvalidInput("at", "must be a time or a seq")
            at_us = inputs.time(at, "at")  # type: ignore[arg-type]
            fits = [piece for piece in fits if piece.at_us <= at_us]
        if not fits:
            raise NotFound(f"{self.place}: there is no backup" + ("" if at is None else f" as old as {at}"))
        return fits[-1]

    def digests(self, piece: Backup) -> bytes | None:
        """The map of a piece's pages, or None if it cannot be used: then the next piece is a full one."""
        path = self.path(piece.number, "map")
        try:
            if sha256_of(path) != piece["map_sha256"]:
                return None
            with open(path, "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def describe(self, fields: dict[str, Any]) -> Backup:
        """Make a piece whose files are there one of these, by writing its description."""
        number = fields["number"]
        before = self.newest
        fields |= {"format": FORMAT, "previous": before.sha256 if before else self.pruned["sha256"]}
        content = dumps(fields, indent=1).encode()
        with written(self.path(number, "json")) as file:
            file.write(content)
        self.all.append(Backup(fields, sha256(content).hexdigest()))
        return self.all[-1]

    @property
    def next_number(self) -> int:
        return self.all[-1].number + 1 if self.all else self.pruned["number"] + 1

    def sweep(self) -> None:
        """Remove what a crash has left: what is unfinished, has no description, or was to be removed."""
        known = {f"{piece.number:06d}" for piece in self.all}
        newest = f"{self.all[-1].number:06d}" if self.all else ""
        with typed_errors(self.place):
            for name in os.listdir(self.place):
                number, _, suffix = name.partition(".")
                stray = suffix in ("pages", "json") and number.isdigit() and number not in known
                if name.endswith(UNFINISHED) or stray or (suffix == "map" and number != newest):
                    remove(os.path.join(self.place, name))

    def prune(self, before_us: int) -> None:
        """Remove every chain after which another one begins that is as old as this."""
        bases = [piece for piece in self.all if piece.is_full and piece.at_us <= before_us]
        gone: Sequence[Backup] = [piece for piece in self.all if bases and piece.number < bases[-1].number]
        if not gone:
            return
        self.pruned = {"format": FORMAT, "number": gone[-1].number, "sha256": gone[-1].sha256}
        with written(os.path.join(self.place, PRUNED)) as file:
            file.write(dumps(self.pruned).encode())
        self.all = self.all[len(gone) :]
        self.sweep()
