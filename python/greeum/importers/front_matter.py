"""The front matter of a note, as far as people write it by hand: names with a value or a list of values.

It is YAML, of which this reads lines of `name: value`, lists in brackets or of lines with a dash, and quotes. Whatever
is more than that is kept as text: a parser of all of YAML can be made to fill the memory with a few lines.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RULE = "---"

BYTES_MAX = 65_536
"""What lies further down is no front matter."""


def parted(text: str) -> tuple[dict[str, Any], str]:
    """The front matter and the rest; nothing and all of it if there is none."""
    first, _, rest = text.partition("\n")
    if first.rstrip() != RULE:
        return {}, text
    lines: list[str] = []
    size = 0
    while rest and size < BYTES_MAX:
        line, _, rest = rest.partition("\n")
        if line.rstrip() in (RULE, "..."):
            return fields(lines), rest
        lines.append(line)
        size += len(line) + 1
    return {}, text


def fields(lines: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    name: str | None = None
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0] in " \t-" and name is not None:
            add(found, name, line.strip())
            continue
        before, colon, after = line.partition(":")
        name = before.strip().strip("\"'") if colon else None
        if name:
            found[name] = value_of(after.strip())
    return {name: value for name, value in found.items() if value != ""}


def add(found: dict[str, Any], name: str, line: str) -> None:
    """What a line that is indented, or begins with a dash, adds to the name above it."""
    if line.startswith("- ") or line == "-":
        before = found.get(name)
        items = before if isinstance(before, list) else [before] if before else []
        found[name] = [*items, value_of(line[1:].strip())]
    else:
        found[name] = f"{found.get(name) or ''}\n{line}".strip()


def value_of(text: str) -> Any:
    if text.startswith("[") and text.endswith("]"):
        return [plain(item) for item in text[1:-1].split(",") if item.strip()]
    return plain(text)


def plain(text: str) -> str:
    text = text.strip()
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if is_quoted else text
