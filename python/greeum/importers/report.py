"""What an import did, and what it did not and why."""

from __future__ import annotations

from typing import NamedTuple

REASONS_MAX = 1_000
"""Skipped rows of which the reason is kept; all are counted. Nobody reads more, and a store of garbage has millions."""

NOTES_MAX = 100
"""Notes that are kept, for the same reason."""

SHOWN_MAX = 1_000
"""Characters of a reason: what is wrong with a row may be the row."""

COUNTED = ("added", "corrected", "present", "forgotten", "skipped")
"""What a short account has the number of."""


class Skipped(NamedTuple):
    """A row that could not be taken: where it is, and why."""

    where: str
    reason: str


class ImportReport:
    """What came of an import, or would come of it (`dry_run`).

    Of blocks: `added`, of which `corrected` are the newer version of another, `present` (there already) and `forgotten`
    (once there, and not to come back). Then `links` that are new, `anchors`, and `weights` of namespaces. `skipped`
    counts rows that could not be taken, and `reasons` says of the first thousand where each is and why. `left_out`
    counts, by reason, what is not meant to be taken, as empty messages. `notes` say what else there was to see.
    """

    __slots__ = ("added", "anchors", "corrected", "dry_run", "forgotten", "format", "left_out", "links", "notes",
                 "present", "reasons", "skipped", "weights")  # fmt: skip

    def __init__(self, format: str, *, dry_run: bool = False) -> None:  # noqa: A002 - the word for it
        self.format = format
        self.dry_run = dry_run
        self.added = 0
        self.corrected = 0
        self.present = 0
        self.forgotten = 0
        self.links = 0
        self.anchors = 0
        self.weights = 0
        self.skipped = 0
        self.reasons: list[Skipped] = []
        self.left_out: dict[str, int] = {}
        self.notes: list[str] = []

    def skip(self, where: str, reason: str) -> None:
        """Count a row that cannot be taken."""
        self.skipped += 1
        if len(self.reasons) < REASONS_MAX:
            self.reasons.append(Skipped(shown(where), shown(reason)))

    def leave_out(self, reason: str, number: int = 1) -> None:
        """Count what is not meant to be taken."""
        self.left_out[reason] = self.left_out.get(reason, 0) + number

    def note(self, text: str) -> None:
        """Say something once."""
        if text not in self.notes and len(self.notes) < NOTES_MAX:
            self.notes.append(shown(text))

    def to_dict(self) -> dict[str, object]:
        """All of it, ready for JSON."""
        return {
            "format": self.format,
            "dry_run": self.dry_run,
            "added": self.added,
            "corrected": self.corrected,
            "present": self.present,
            "forgotten": self.forgotten,
            "links": self.links,
            "anchors": self.anchors,
            "weights": self.weights,
            "skipped": self.skipped,
            "reasons": [{"where": where, "reason": reason} for where, reason in self.reasons],
            "left_out": dict(self.left_out),
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        counts = ", ".join(f"{getattr(self, name)} {name}" for name in COUNTED)
        return f"ImportReport({self.format}: {counts})"


def shown(text: str) -> str:
    """A text that can be printed: a file's name may be none, and a row may hold half of a surrogate pair."""
    return text.encode(errors="replace").decode()[:SHOWN_MAX]
