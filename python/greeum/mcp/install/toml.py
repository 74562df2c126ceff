"""Putting an entry into TOML that people write by hand: all else stays as it is, comments and all."""

from __future__ import annotations

import re
import tomllib
from json import dumps
from typing import Any, NamedTuple

from greeum.mcp.install.document import Unreadable, inner_of, with_entry


class Statement(NamedTuple):
    """A table's head, or a key with its value: lines of the text."""

    start: int
    end: int
    content: dict[str, Any]
    is_head: bool


def read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def put(text: str, keys: tuple[str, str], entry: dict[str, object]) -> str:
    """The text with the entry as a table. Raises Unreadable."""
    document = read(text)
    wanted = with_entry(document, keys, entry)
    if wanted == document:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = re.findall("[^\n]*\n|[^\n]+$", text)  # not `splitlines`, which ends lines where TOML does not
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += newline
    table = statements_of(lines, keys)
    if table is not None:
        change(lines, table, inner_of(wanted, keys), entry, newline)
    elif keys[1] in document.get(keys[0], {}):
        raise Unreadable(f"{'.'.join(keys)} is there, and not as a table of its own")
    else:
        lines += [*([newline] if lines else []), f"[{'.'.join(keys)}]{newline}", *written(entry, newline)]
    edited = "".join(lines)
    if read(edited) != wanted:
        raise Unreadable("the entry cannot be added without changing something else")
    return edited


def change(
    lines: list[str], table: list[Statement], content: dict[str, Any], entry: dict[str, object], newline: str
) -> None:
    """Write what the entry says in place of what the table says, and what it did not say below its head."""
    there = {name: statement for statement in table[1:] for name in statement.content}
    missing = {name: value for name, value in entry.items() if name not in there}
    for name, statement in sorted(there.items(), key=lambda one: one[1].start, reverse=True):
        if name in entry and statement.content[name] != entry[name]:
            lines[statement.start : statement.end] = written({name: content[name]}, newline)
    lines[table[0].end : table[0].end] = written(missing, newline)


def written(entry: dict[str, object], newline: str) -> list[str]:
    """Strings and lists of them are written in TOML as in JSON."""
    return [f"{name} = {dumps(value, ensure_ascii=False)}{newline}" for name, value in entry.items()]


def statements_of(lines: list[str], keys: tuple[str, str]) -> list[Statement] | None:
    """The head of this table and what it says; None if there is no such head."""
    found: list[Statement] | None = None
    for statement in statements(lines):
        if statement.is_head:
            if found is not None:
                break
            if statement.content == {keys[0]: {keys[1]: {}}}:
                found = [statement]
        elif found is not None:
            found.append(statement)
    return found


def statements(lines: list[str]) -> list[Statement]:
    """The document's statements. One ends with the first line with which it can be read by itself."""
    found = []
    start = 0
    while start < len(lines):
        line = lines[start].strip()
        end = start + 1
        if line and not line.startswith("#"):
            while (content := readable("".join(lines[start:end]))) is None and end < len(lines):
                end += 1
            if content is None:
                raise Unreadable(f"line {start + 1} cannot be read by itself")
            found.append(Statement(start, end, content, line.startswith("[")))
        start = end
    return found


def readable(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
