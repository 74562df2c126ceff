"""Which formats there are, how each is recognised, and what reads it."""

from __future__ import annotations

import os
import re
import stat

from greeum.errors import InvalidInput
from greeum.importers import chatgpt, claude, knowledge_graph, legacy, letta, markdown, mem0
from greeum.importers.databases import Database
from greeum.importers.documents import parsed, parts
from greeum.importers.files import (
    SQLITE_MAGIC,
    ZIP_MAGIC,
    archive,
    below,
    first_line,
    magic,
    member,
    opened,
    unpacked,
)
from greeum.importers.records import Bad

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import ExitStack
    from datetime import tzinfo
    from typing import BinaryIO

    from greeum.importers.documents import Part
    from greeum.importers.files import Prompt, Stream
    from greeum.importers.records import Findings

OURS = "greeum"
"""What `export` wrote."""

NAMES = (OURS, legacy.NAME, mem0.NAME, knowledge_graph.NAME, letta.NAME, chatgpt.NAME, claude.NAME, markdown.NAME)

BY_PART: dict[str, Callable[[Part], Findings]] = {
    chatgpt.NAME: chatgpt.findings,
    claude.NAME: claude.findings,
    mem0.NAME: mem0.findings,
}
"""Formats of JSON documents of which each part stands for itself."""

CONVERSATIONS = re.compile(r"(?:.*/)?conversations[^/]*\.json$")
"""What holds conversations, in a folder or a zip file."""

PARTS_LOOKED_AT = 50
"""Of a document, to recognise it: the first part may be one that holds nothing."""


def recognised(path: str) -> str:
    """The format of what is there. Raises InvalidInput if it is none of these."""
    if os.path.isdir(path):
        return of_folder(path)
    if not is_file(path):
        return OURS  # a pipe is read once
    start = magic(path)
    if start == SQLITE_MAGIC:
        return of_database(path)
    if start.startswith(ZIP_MAGIC):
        with archive(path) as packed:
            names = [name for name in packed.namelist() if CONVERSATIONS.fullmatch(name)]
            return unrecognised(path) if not names else of_document(path, lambda: member(packed, names[0]))
    with opened(path) as file:
        return of_document(path, lambda: rewound(file, path))


def is_file(path: str) -> bool:
    return stat.S_ISREG(os.stat(path).st_mode)


def rewound(file: BinaryIO, path: str) -> Prompt:
    file.seek(0)
    return unpacked(file, path)


def unrecognised(path: str) -> str:
    raise InvalidInput("path", f"{path} is in no format that is recognised; there are {', '.join(NAMES)}")


def of_folder(path: str) -> str:
    database = legacy.path_of(path)
    if database is not None:
        return of_database(database)
    names = sorted(name for name in os.listdir(path) if CONVERSATIONS.fullmatch(name))
    if names:
        return recognised(os.path.join(path, names[0]))
    if next(below(path, markdown.SUFFIXES), None) is not None:
        return markdown.NAME
    return unrecognised(path)


def of_database(path: str) -> str:
    with Database(path) as database:
        if "uid" in database.columns("blocks"):
            raise InvalidInput(
                "path", f"{path} is the database of a Greeum memory: join its directory by `greeum merge`"
            )
        if legacy.is_one(database):
            return legacy.NAME
        return mem0.NAME if mem0.is_history(database) else unrecognised(path)


def of_document(path: str, open_stream: Callable[[], Stream]) -> str:
    """By its first line, if that is a document of its own, or by its first parts."""
    line = first_line(open_stream())
    first = None if line is None else parsed(line)[0]
    if isinstance(first, dict) and first.get("type") == OURS:
        return OURS
    if knowledge_graph.is_one(first):
        return knowledge_graph.NAME
    for number, part in enumerate(parts(open_stream())):
        for is_one, name in ((chatgpt.is_one, chatgpt.NAME), (claude.is_one, claude.NAME), (mem0.is_one, mem0.NAME)):
            if is_one(part.value):
                return name
        if part.member in letta.MEMBERS:
            return letta.NAME
        if number >= PARTS_LOOKED_AT:
            break
    # Neither can be anything else: an export that is damaged in its first line is told of there.
    return OURS if path.endswith((".jsonl", ".jsonl.gz")) else unrecognised(path)


def findings(format: str, path: str, zone: tzinfo | None, now_us: int, closing: ExitStack) -> Findings:  # noqa: A002
    """What is found in a format, but ours. What is opened is closed by `closing`. Raises InvalidInput."""
    if format == markdown.NAME:
        if not os.path.isdir(path):
            raise InvalidInput("path", f"{path} is no folder")
        return markdown.findings(path, zone)
    if format == legacy.NAME:
        place = legacy.path_of(path)
        if place is None:
            raise InvalidInput("path", f"{path} holds no memory.db of an older Greeum")
        return of_legacy(closing.enter_context(Database(place)), zone, now_us)
    if format == mem0.NAME and is_file(path) and magic(path) == SQLITE_MAGIC:
        return mem0.history(closing.enter_context(Database(path)))
    streams = documents(path, closing)
    if format == knowledge_graph.NAME:
        file = closing.enter_context(opened(path))
        return knowledge_graph.findings(lambda: rewound(file, path))
    if format == letta.NAME:
        return (finding for _, stream in streams for finding in letta.findings(parts(stream)))
    return by_part(streams, BY_PART[format])


def of_legacy(database: Database, zone: tzinfo | None, now_us: int) -> Findings:
    if not legacy.is_one(database):
        raise InvalidInput("path", f"{database.path} is no memory.db of an older Greeum")
    from datetime import datetime

    # Its times are those of the clock on the wall, so that nothing in it says which they are.
    return legacy.findings(database, zone or datetime.now().astimezone().tzinfo, now_us)


def documents(path: str, closing: ExitStack) -> Iterator[tuple[str, Stream]]:
    """The documents of a file, a zip file or a folder, and what each is called among several."""
    if os.path.isdir(path):
        names = sorted(name for name in os.listdir(path) if CONVERSATIONS.fullmatch(name))
        for name in names:
            yield name, unpacked(closing.enter_context(opened(os.path.join(path, name))), name)
    elif is_file(path) and magic(path).startswith(ZIP_MAGIC):
        packed = closing.enter_context(archive(path))
        for name in filter(CONVERSATIONS.fullmatch, sorted(packed.namelist())):
            yield name, member(packed, name)
    else:
        yield "", unpacked(closing.enter_context(opened(path)), path)


def by_part(streams: Iterator[tuple[str, Stream]], read: Callable[[Part], Findings]) -> Findings:
    for name, stream in streams:
        for part in parts(stream):
            where = f"{name}: {part.where}" if name else part.where
            if part.problem is not None:
                yield Bad(where, part.problem)
                continue
            try:
                yield from read(part)
            except InvalidInput as error:
                yield Bad(where, str(error))
