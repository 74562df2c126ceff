"""One call of a command: what it was given, where it prints, how it opens the memory."""

from __future__ import annotations

import sys

from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from greeum.cli.screen import Screen
    from greeum.memory import Memory
    from greeum.settings import Settings

ORIGIN = "cli"
"""What is written by a command says so."""


class Call:
    """What a command's `run` is given."""

    __slots__ = ("given", "screen", "settings")

    def __init__(self, given: dict[str, Any], screen: Screen, settings: Settings) -> None:
        self.given = given
        """The fields that were given, by name. What was not given is not there: the library has the defaults."""
        self.screen = screen
        self.settings = settings

    def pick(self, *fields: str) -> dict[str, Any]:
        """Those of these fields that were given, as keyword arguments."""
        return {field: self.given[field] for field in fields if field in self.given}

    def at(self, path: str) -> Call:
        """The same call, on the memory in another directory."""
        return Call(self.given | {"memory": path}, self.screen, self.settings)

    def open(self, *, create: bool = False) -> Memory:
        """The memory that was named, or the default one. Only a command that adds makes one where there is none."""
        import warnings

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            memory = self.open_quietly(create=create)
        for warning in caught:
            self.screen.note(f"greeum: warning: {warning.message}")
        return memory

    def open_quietly(self, *, create: bool = False, read_only: bool = False) -> Memory:
        """The same, with warnings left to the caller."""
        from greeum.cli.progress import bar
        from greeum.wiring import open as open_memory

        path = self.path()
        with bar("Building the index", "blocks") as progress:
            memory = open_memory(
                path, read_only=read_only or "read_only" in self.given, create=create, progress=progress
            )
        return memory.through(ORIGIN)

    def path(self) -> str:
        """The directory of the memory that was named, or of the default one."""
        from os.path import expanduser

        path: str = expanduser(self.given.get("memory", self.settings.home))
        if not path:
            raise InvalidInput("--memory", "is empty: name a directory")
        try:
            path.encode()
        except UnicodeEncodeError as error:
            raise InvalidInput("GREEUM_HOME", "is not UTF-8: SQLite could not open what is there") from error
        return path

    def text(self, words: list[str], field: str) -> str:
        """Words as one text; a single `-` is what comes from standard input."""
        return read_stdin(field) if words == ["-"] else " ".join(words)


def read_stdin(field: str) -> str:
    """Standard input as text, without its last line end. What is too long is cut, and refused for its length later."""
    from greeum.limits import TEXT_BYTES_MAX

    if sys.stdin is None:
        raise InvalidInput(field, "is to come from standard input, which is closed")
    content = sys.stdin.buffer.read(TEXT_BYTES_MAX + 3)
    if len(content) > TEXT_BYTES_MAX + 2:
        raise InvalidInput(field, f"is longer than {TEXT_BYTES_MAX:,} bytes on standard input")
    try:
        return content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise InvalidInput(field, f"is not UTF-8 on standard input ({error.reason} at byte {error.start})") from error
