"""The page docs/reference/cli.md, made from the same tables as the help; `python -m greeum.cli.reference` prints it."""

from __future__ import annotations

import sys

from greeum.cli.commands import every_command
from greeum.cli.exits import MEANINGS
from greeum.cli.help import INTRODUCTION, described, usage
from greeum.cli.options import ANYWHERE, GLOBALS, HERE, NOWHERE, VERSION
from greeum.cli.screen import speak_utf8
from greeum.settings import VARIABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from greeum.cli.options import Command, Option

NOTES = """\
- **Names.** Verbs and fields have the names of the library: `--valid-from` means what `valid_from` means there.
- **JSON.** With `--json` a command prints one JSON document on standard output, always an object. An error is one on
  standard error: `{"error": {"type": "InvalidInput", "field": "importance", "message": "…"}}`. Blocks, hits, links and
  anchors are those of the library's `to_dict()`.
- **Output.** It is UTF-8, whatever the locale. Tables and texts have times as a clock shows them in the
  memory's time zone, and JSON has them in UTC. On a terminal, tables are clipped to its width, or to `COLUMNS` if that
  is set. Colours and progress bars appear only on a terminal.
- **Options.** A value follows its option, or is joined to it with `=`. After `--` nothing is an option: put it before
  text that begins with a dash. Options cannot be abbreviated, and not be repeated unless their description says so.
"""

PLACES = """\
Commands that work on a memory take these options. With `--url` a command does to the memory of a
[server](../operate/serve.md) what it does to one in a directory, as far as the key allows. Then there is no `--memory`
and no `--read-only`.

- Only on a directory: {here}.
- On no memory: {nowhere}."""


def reference() -> str:
    """The page."""
    parts = [
        "# The command line",
        "<!-- Made by `python -m greeum.cli.reference`; a test keeps it current. -->",
        INTRODUCTION,
        "## All commands",
        index(),
        "## What holds for every command",
        NOTES.rstrip(),
        "## Options of every command",
        table(("Option", "Meaning"), map(described, (*GLOBALS, VERSION))),
        "## Which memory",
        table(("Option", "Meaning"), map(described, ANYWHERE)),
        PLACES.format(here=named(HERE), nowhere=named(NOWHERE)),
        "## Exit codes",
        table(("Code", "Meaning"), ((str(code), meaning) for code, meaning in MEANINGS.items())),
        "## Environment",
        table(("Variable", "Meaning"), VARIABLES.items()),
        "## Commands",
        *map(section, every_command()),
    ]
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """Each command with what it does, leading to its section."""
    lines = ["| Command | Does |", "| --- | --- |"]
    for command in every_command():
        link = f"[`{command.name}`](#greeum-{command.name.replace(' ', '-')})"
        lines.append(f"| {link} | {escaped(command.summary)} |")
    return "\n".join(lines)


def named(places: Sequence[Option]) -> str:
    """The commands that take these options to name a memory."""
    return ", ".join(f"`{command.name}`" for command in every_command() if command.places == places)


def section(command: Command) -> str:
    """What there is to say about one command."""
    parts = [f"### greeum {command.name}", f"```\n{usage(command)}\n```", command.summary]
    if command.details:
        parts.append(" ".join(command.details.split()))
    described_all = [(one.metavar, one.meaning) for one in command.arguments] + [*map(described, command.options)]
    if described_all:
        parts.append(table(("", "Meaning"), described_all))
    parts.append("```sh\n" + "\n".join(command.examples) + "\n```")
    return "\n\n".join(parts)


def table(heads: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {heads[0]} | {heads[1]} |", "| --- | --- |"]
    lines += [f"| `{escaped(term)}` | {escaped(meaning)} |" for term, meaning in rows]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Text as it stands in a table of Markdown, where a bar would end the cell."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    speak_utf8()
    sys.stdout.write(reference())
