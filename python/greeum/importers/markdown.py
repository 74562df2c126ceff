"""A folder of Markdown: notes with front matter, headings and links between them.

Each file is a namespace, each section under a heading a block; a section's place (its file and headings) is its key, so
that what was changed in the folder corrects what was imported before. Links in double brackets become links between
blocks.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from greeum import limits
from greeum.errors import InvalidInput
from greeum.importers.files import below, content
from greeum.importers.front_matter import parted
from greeum.importers.records import Bad, Edge, Left, Note, Record, digest, moment, short, tame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo
    from typing import Any

    from greeum.importers.records import Findings

NAME = "markdown"

SUFFIXES = (".md", ".markdown")

FILE_BYTES_MAX = 16_777_216
"""A note: what is larger was not written by hand."""

EDGES_MAX = 1_000_000
"""Links between notes that are kept until all notes are read."""

HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
FENCE = re.compile(r" {0,3}(```+|~~~+)")
WIKI_LINK = re.compile(r"!?\[\[([^\[\]|#^\n]{0,300})(?:#([^\[\]|\n]{0,300}))?(?:\|[^\[\]\n]{0,300})?\]\]")
TAG = re.compile(r"(?:^|(?<=\s))#([^\W\d_][\w/-]{0,100})")

DATES = ("date", "created", "created_at")
"""What the front matter may call the time of a note, in the order in which it is asked."""


class Section(NamedTuple):
    """A heading with what stands under it: the headings above and its own, and the text with its heading."""

    path: tuple[str, ...]
    text: str


def findings(folder: str, zone: tzinfo | None) -> Findings:
    """The sections of all notes, then the links between them."""
    notes = Notes(folder, zone)
    for found in below(folder, SUFFIXES):
        if found.problem is not None:
            yield Bad(found.path, found.problem)
            continue
        try:
            yield from notes.note(found.path)
        except InvalidInput as error:
            yield Bad(found.path, str(error))
    yield from notes.links()


class Notes:
    """The notes of a folder as they are read, and what they link to."""

    def __init__(self, folder: str, zone: tzinfo | None) -> None:
        self._folder = folder
        self._zone = zone
        self._places: dict[str, str] = {}
        """The first section of a note, by the names that a link may call it; of a section, with "#" and its heading."""
        self._links: list[tuple[str, str, str]] = []

    def note(self, path: str) -> Findings:
        raw = content(os.path.join(self._folder, path), FILE_BYTES_MAX)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidInput("file", f"is not UTF-8 (byte {error.start})") from error
        matter, body = parted(text)
        at, notes = self._told(path, matter)
        seen: dict[tuple[str, ...], int] = {}
        first = True
        for section in sections(body.replace("\r\n", "\n")):
            if not section.text.strip():
                continue
            number = seen[section.path] = seen.get(section.path, 0) + 1
            yield self._record(path, section, number, at, notes, first)
            first = False
        if first:
            yield Left("notes without text")

    def _told(self, path: str, matter: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """When a note was written, and what its front matter says: as file systems do, if it says nothing of that."""
        for name in DATES:
            if matter.get(name):
                try:
                    at = moment(str(matter[name]), name, self._zone)
                except InvalidInput:
                    continue
                if at is not None:
                    return at, matter
        return int(os.stat(os.path.join(self._folder, path)).st_mtime_ns // 1_000), matter

    def _record(self, path: str, section: Section, number: int, at: int, matter: dict[str, Any], first: bool) -> Record:
        place = f"{path}#{'#'.join(section.path)}" if section.path else path
        place = place if number == 1 else f"{place}#{number}"
        record = Record(
            where=place[:300], id=digest(place, section.text), text=section.text, namespace=namespace_of(path),
            key=short(place), kind="note", tags=tags_of(matter, section.text), at=at,
            metadata=tame({"file": path, "headings": list(section.path), "front_matter": matter}), replaces=True,
        )  # fmt: skip
        if first:
            for name in (path, os.path.splitext(path)[0], os.path.splitext(os.path.basename(path))[0]):
                self._places.setdefault(name.lower(), record.id)
            for name in matter.get("aliases", ()) if isinstance(matter.get("aliases"), list) else ():
                self._places.setdefault(str(name).lower(), record.id)
        if section.path:
            stem = os.path.splitext(os.path.basename(path))[0]
            self._places.setdefault(f"{stem}#{section.path[-1]}".lower(), record.id)
        self._note_links(record, path)
        return record

    def _note_links(self, record: Record, path: str) -> None:
        for found in WIKI_LINK.finditer(record.text):
            name, heading = found[1].strip(), (found[2] or "").strip()
            name = name or os.path.splitext(os.path.basename(path))[0]
            if len(self._links) < EDGES_MAX:
                self._links.append((record.where, record.id, f"{name}#{heading}" if heading else name))

    def links(self) -> Findings:
        unknown = 0
        seen: set[tuple[str, str]] = set()
        for where, source, name in self._links:
            target = self._target(name.lower())
            if target is None:
                unknown += 1
            elif target != source and (source, target) not in seen:
                seen.add((source, target))
                yield Edge(where, source, target, "mentions")
        if unknown:
            yield Note(f"{unknown:,} links name notes that are not there, and were left out")

    def _target(self, name: str) -> str | None:
        """What a link means: the note and section, else the note, by its path or by its name alone."""
        note, _, heading = name.partition("#")
        stem = os.path.splitext(note)[0] if note.endswith(SUFFIXES) else note
        names = [f"{stem.rpartition('/')[2]}#{heading}"] if heading else []
        return next((self._places[one] for one in (*names, note, stem) if one in self._places), None)


def sections(body: str) -> Iterator[Section]:
    """The sections of a note. What looks like a heading within a fence is none."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    fence: str | None = None
    for line in body.split("\n"):
        mark = FENCE.match(line)
        if mark is not None and (fence is None or mark[1].startswith(fence)):
            fence = mark[1] if fence is None else None
        heading = HEADING.match(line) if fence is None else None
        if heading is None:
            lines.append(line)
            continue
        yield section_of(path, lines)
        level = len(heading[1])
        path = [*((depth, name) for depth, name in path if depth < level), (level, heading[2].strip())]
        lines = [line]
    yield section_of(path, lines)


def section_of(path: list[tuple[int, str]], lines: list[str]) -> Section:
    """Of a heading with nothing under it, no text: it says what its sections are about, and these say it too."""
    own = lines[1:] if path and lines and HEADING.match(lines[0]) else lines
    is_empty = not any(line.strip() for line in own)
    return Section(tuple(name for _, name in path), "" if is_empty else "\n".join(lines).strip())


def namespace_of(path: str) -> tuple[str, ...]:
    """The folders and the file without its ending. What is too deep is one segment."""
    segments = os.path.splitext(path)[0].split("/")
    most = limits.NAMESPACE_SEGMENTS_MAX // 2
    if len(segments) > most:
        segments = [*segments[: most - 1], "/".join(segments[most - 1 :])]
    return tuple(map(short, segments))


def tags_of(matter: dict[str, Any], text: str) -> list[str]:
    """Those of the front matter, and those in the text."""
    named = matter.get("tags", matter.get("tag", []))
    several = named if isinstance(named, list) else str(named).replace(",", " ").split()
    found = [str(tag).lstrip("#") for tag in several] + TAG.findall(text)
    return list(dict.fromkeys(short(tag) for tag in found if tag.strip()))[: limits.TAGS_MAX]
