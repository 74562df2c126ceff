"""One call of a command: what it was given, where it prints, how it opens the memory."""

from __future__ import annotations

import sys

from greeum.errors import EmbedderFailed, EmbedderMismatch, InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from greeum.cli.screen import Screen
    from greeum.embed.protocol import Embedder
    from greeum.memory import Memory
    from greeum.settings import Settings

    T = TypeVar("T")

KEY_CHARACTERS_MAX = 4_096
"""Read of a file with a key, which is shorter: what is longer is none."""

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

    def open(self, *, create: bool = False, embedder: Embedder | None = None) -> Memory:
        """The memory that was named, or the default one. Only a command that adds makes one where there is none."""
        if "url" in self.given:
            return self.connect()
        for option in ("key_file", "insecure"):
            if option in self.given:
                raise InvalidInput(f"--{option.replace('_', '-')}", "is for a server: name it with --url")
        import warnings

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            memory = self.open_quietly(create=create, embedder=embedder)
        for warning in caught:
            self.screen.note(f"greeum: warning: {warning.message}")
        return memory

    def open_quietly(
        self, *, create: bool = False, read_only: bool = False, embedder: Embedder | None = None
    ) -> Memory:
        """The same, with warnings left to the caller."""
        from greeum.cli.progress import bar
        from greeum.wiring import open as open_memory

        path = self.path()
        with bar("Preparing the memory", "blocks") as progress:
            changes_nothing = read_only or "read_only" in self.given
            try:
                memory = open_memory(
                    path, embedder=embedder, read_only=changes_nothing, create=create, progress=progress
                )
            except (EmbedderFailed, EmbedderMismatch, InvalidInput) as error:
                # Who wants no vectors gets on without; who does is told the same.
                if self.is_missing() or not is_about_embedder(error):
                    raise
                from greeum.wiring import open_without_vectors

                memory = open_without_vectors(path, error, read_only=changes_nothing, progress=progress)
        return memory.through(ORIGIN)

    def connect(self) -> Memory:
        """The memory that a server keeps."""
        for option in ("memory", "read_only"):
            if option in self.given:
                flag = f"--{option.replace('_', '-')}"
                raise InvalidInput(flag, "is about a directory, and --url names a server: leave one of them out")
        from greeum.remote import connect

        # It is no subclass of Memory, and stands in its place: whoever opens one uses no more than both have.
        return connect(self.given["url"], self.key(), insecure="insecure" in self.given)  # type: ignore[return-value]

    def key(self) -> str | None:
        """The key for the server. It is not said on the command line, which others on this machine can read."""
        file = self.given.get("key_file")
        if file is None:
            return self.settings.key
        try:
            with open(file, encoding="utf-8") as stream:
                key = stream.read(KEY_CHARACTERS_MAX).strip()
        except OSError as error:
            raise InvalidInput("--key-file", f"{file} cannot be read: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise InvalidInput("--key-file", f"{file} is no file with a key: {error}") from error
        if not key:
            raise InvalidInput("--key-file", f"{file} is empty")
        return key

    def write(self, act: Callable[[Memory], T]) -> T:
        """What `act` gives, done in the memory that was named. That is made if it is not there, but not for what fails:
        this is tried before in an empty one, which is nowhere but in RAM.
        """
        if not self.is_missing():
            with self.open(create=True) as memory:
                return act(memory)
        from greeum.cli.rehearsal import Rehearsed
        from greeum.testing import memory as in_ram
        from greeum.wiring import embedder_of

        embedder = embedder_of(self.settings)
        if self.settings.embedder != "static":  # which costs next to nothing, and the Index embeds queries with it
            embedder = Rehearsed(embedder)
        with in_ram(embedder=embedder) as memory:
            act(memory)
        with self.begin(embedder) as memory:
            return act(memory)

    def begin(self, embedder: Embedder | None = None) -> Memory:
        """The memory that was named. One that was not there is made, and said to be new: the name may be a mistake."""
        is_new = self.is_missing()
        memory = self.open(create=True, embedder=embedder)
        if is_new:
            self.note_new()
        return memory

    def note_new(self) -> None:
        """Say that the memory that was named was not there, and is now."""
        if not self.screen.json:
            from os.path import abspath

            self.screen.note(f"greeum: a new memory in {abspath(self.path())}")

    def is_missing(self) -> bool:
        """Whether there is no memory yet where one was named."""
        if "url" in self.given:
            return False
        from os import listdir
        from os.path import isdir

        return not isdir(self.path()) or not listdir(self.path())

    def place(self) -> str:
        """Where the memory is, as a person reads it."""
        url: str | None = self.given.get("url")
        return url or self.path()

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


def is_about_embedder(error: EmbedderFailed | EmbedderMismatch | InvalidInput) -> bool:
    """Whether it is the embedder that keeps a memory from being opened, and no other setting."""
    return not isinstance(error, InvalidInput) or error.field in EMBEDDER_FIELDS


EMBEDDER_FIELDS = frozenset({"GREEUM_EMBEDDER", "GREEUM_EMBEDDER_URL", "base_url", "api_key", "embedder"})
"""Of errors that say that an embedder is chosen wrongly: by its name, server or key, or the size of its vectors."""


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
