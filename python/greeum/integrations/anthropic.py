"""Anthropic's memory tool (`memory_20250818`) over a memory: files are blocks. Replies are those of the SDK's own tool
on a file system.

| Memory tool | Greeum |
| --- | --- |
| file `/memories/notes/today.md` | a block of kind `file` with the key `notes/today.md`, whose text is the file's |
| directory | what the paths of files say; one that files have left is a block of kind `directory` |
| `create` | add |
| `str_replace`, `insert` | the block is corrected: `history` shows every version |
| `rename` | a block under the new key, and the old one forgotten |
| `delete`, `clear_all_memory` | forget |

What stands in the files is found by `Memory.search`. A text that no block takes as it is (an empty file, say) stands in
the metadata, and the path in its place.
"""

from __future__ import annotations

import asyncio
from functools import wraps
from posixpath import normpath
from typing import ParamSpec, TypeVar

from greeum.errors import Conflict, InvalidInput, NotFound
from greeum.integrations.extras import brought_by
from greeum.integrations.files import Files, is_within, parents, text_of

with brought_by("anthropic"):
    from anthropic.lib.tools import BetaAbstractMemoryTool, BetaAsyncAbstractMemoryTool, ToolError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from anthropic.types.beta import (
        BetaCacheControlEphemeralParam,
        BetaMemoryTool20250818CreateCommand,
        BetaMemoryTool20250818DeleteCommand,
        BetaMemoryTool20250818InsertCommand,
        BetaMemoryTool20250818RenameCommand,
        BetaMemoryTool20250818StrReplaceCommand,
        BetaMemoryTool20250818ViewCommand,
    )

    from greeum.inputs import Namespace
    from greeum.integrations.files import Tree
    from greeum.integrations.protocol import AnyMemory
    from greeum.model import Block

ROOT = "/memories"

LINES_MAX = 999_999
"""As many as line numbers of six digits can tell apart: the tool's own bound."""

NUMBER_WIDTH = len(str(LINES_MAX))

DEPTH_MAX = 2
"""Levels below a directory that a view shows."""

DIRECTORY_BYTES = 4_096
"""The size that is shown of a directory: what most file systems give one."""


P = ParamSpec("P")
R = TypeVar("R")


def told(method: Callable[P, R]) -> Callable[P, R]:
    """The same method, whose errors the model is to read are ToolErrors."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except InvalidInput as error:
            raise ToolError(str(error)) from error
        except (Conflict, NotFound) as error:
            raise ToolError(f"Somebody else has changed it in the meantime, view it again: {error}") from error

    return call


class GreeumMemoryTool(BetaAbstractMemoryTool):
    """The memory tool over the files at exactly `namespace`; at `memories`, if none is named."""

    def __init__(
        self,
        memory: AnyMemory,
        *,
        namespace: Namespace | None = None,
        cache_control: BetaCacheControlEphemeralParam | None = None,
    ) -> None:
        super().__init__(cache_control=cache_control)
        self._files = Files(memory, namespace)

    @told
    def view(self, command: BetaMemoryTool20250818ViewCommand) -> str:
        """The lines of a file with their numbers, or what is in a directory."""
        path = located(command.path)
        block = self._files.find(path)
        if block is None:
            return self._view_directory(path, command.path)
        text = text_of(block)
        count = text.count("\n") + 1
        if count > LINES_MAX:
            raise ToolError(f"File {command.path} exceeds maximum line limit of {LINES_MAX:,} lines.")
        first, last = 0, count
        if command.view_range and len(command.view_range) == 2:
            first = max(1, command.view_range[0]) - 1
            last = count if command.view_range[1] == -1 else command.view_range[1]
        return f"Here's the content of {command.path} with line numbers:\n{numbered(text, first, last)}"

    def _view_directory(self, path: str, shown: str) -> str:
        tree = self._files.tree()
        if path not in tree.directories:
            raise ToolError(f"The path {shown} does not exist. Please provide a valid path.")
        head = f"Here're the files and directories up to {DEPTH_MAX} levels deep in {shown}, excluding hidden items:"
        lines = [f"{size_shown(size)}\t{shown}/{below}" for size, below in items(tree, path)]
        return "\n".join([head, f"{size_shown(DIRECTORY_BYTES)}\t{shown}", *lines])

    @told
    def create(self, command: BetaMemoryTool20250818CreateCommand) -> str:
        """Add a file that is not there yet."""
        path, tree = located(command.path), self._files.tree()
        if path in tree:
            raise ToolError(f"File {command.path} already exists")
        refuse_below_file(path, command.path, tree)
        self._files.add(path, command.file_text)
        return f"File created successfully at: {command.path}"

    @told
    def str_replace(self, command: BetaMemoryTool20250818StrReplaceCommand) -> str:
        """Replace what stands in a file exactly once."""
        block = self._existing_file(command.path)
        text, old = text_of(block), command.old_str
        found = places(text, old)
        if not found:
            raise ToolError(f"No replacement was performed, old_str `{old}` did not appear verbatim in {command.path}.")
        if text.count(old) > 1:
            lines = ", ".join(str(text.count("\n", 0, place) + 1) for place in found)
            raise ToolError(
                f"No replacement was performed. Multiple occurrences of old_str `{old}` in lines: {lines}. "
                "Please ensure it is unique"
            )
        changed = text.replace(old, command.new_str)
        self._files.correct(block, changed)
        first = max(0, text.count("\n", 0, found[0]) - 2)
        last = text.count("\n", 0, found[0]) + 3
        head = "The memory file has been edited. Here is the snippet showing the change (with line numbers):"
        return f"{head}\n{numbered(changed, first, last)}"

    @told
    def insert(self, command: BetaMemoryTool20250818InsertCommand) -> str:
        """Insert lines after a line of a file, 0 for its beginning."""
        block = self._existing_file(command.path)
        lines = text_of(block).split("\n")
        if lines[-1] == "":
            lines.pop()
        if not 0 <= command.insert_line <= len(lines):
            raise ToolError(
                f"Invalid `insert_line` parameter: {command.insert_line}. "
                f"It should be within the range [0, {len(lines)}]."
            )
        lines.insert(command.insert_line, command.insert_text.rstrip("\n"))
        text = "\n".join(lines)
        self._files.correct(block, text if text.endswith("\n") else f"{text}\n")
        return f"The file {command.path} has been edited."

    @told
    def delete(self, command: BetaMemoryTool20250818DeleteCommand) -> str:
        """Forget a file, or a directory with all that is in it."""
        path, tree = located(command.path), self._files.tree()
        if path == "":
            raise ToolError(f"Cannot delete the {ROOT} directory itself")
        if path not in tree:
            raise ToolError(f"The path {command.path} does not exist")
        self._files.remove(path, tree)
        return f"Successfully deleted {command.path}"

    @told
    def rename(self, command: BetaMemoryTool20250818RenameCommand) -> str:
        """Give a file or a directory another path. The directories on the way to it are made, even if it fails then."""
        old, new, tree = located(command.old_path), located(command.new_path), self._files.tree()
        if old == "":
            raise ToolError(f"Cannot rename the {ROOT} directory itself")
        if new in tree:
            raise ToolError(f"The destination {command.new_path} already exists")
        if tree.file_above(new) is None and (old not in tree or is_within(new, old)):
            self._files.make(parents(new), (*tree.files, *tree.directories))
        if old not in tree:
            raise ToolError(f"The path {command.old_path} does not exist")
        refuse_below_file(new, command.new_path, tree)
        if is_within(new, old):
            raise ToolError(f"The path {command.old_path} cannot be moved into itself, to {command.new_path}")
        self._files.move(old, new, tree)
        return f"Successfully renamed {command.old_path} to {command.new_path}"

    @told
    def clear_all_memory(self) -> str:
        """Forget all files and directories."""
        self._files.clear()
        return "All memory cleared"

    def _existing_file(self, shown: str) -> Block:
        path = located(shown)
        block = self._files.find(path)
        if block is not None:
            return block
        if path in self._files.tree().directories:
            raise ToolError(f"The path {shown} is not a file.")
        raise ToolError(f"The path {shown} does not exist. Please provide a valid path.")


class GreeumAsyncMemoryTool(BetaAsyncAbstractMemoryTool):
    """The same for the asynchronous client: every command runs in a worker thread."""

    def __init__(
        self,
        memory: AnyMemory,
        *,
        namespace: Namespace | None = None,
        cache_control: BetaCacheControlEphemeralParam | None = None,
    ) -> None:
        super().__init__(cache_control=cache_control)
        self._tool = GreeumMemoryTool(memory, namespace=namespace)

    async def view(self, command: BetaMemoryTool20250818ViewCommand) -> str:
        """As `GreeumMemoryTool.view`."""
        return await asyncio.to_thread(self._tool.view, command)

    async def create(self, command: BetaMemoryTool20250818CreateCommand) -> str:
        """As `GreeumMemoryTool.create`."""
        return await asyncio.to_thread(self._tool.create, command)

    async def str_replace(self, command: BetaMemoryTool20250818StrReplaceCommand) -> str:
        """As `GreeumMemoryTool.str_replace`."""
        return await asyncio.to_thread(self._tool.str_replace, command)

    async def insert(self, command: BetaMemoryTool20250818InsertCommand) -> str:
        """As `GreeumMemoryTool.insert`."""
        return await asyncio.to_thread(self._tool.insert, command)

    async def delete(self, command: BetaMemoryTool20250818DeleteCommand) -> str:
        """As `GreeumMemoryTool.delete`."""
        return await asyncio.to_thread(self._tool.delete, command)

    async def rename(self, command: BetaMemoryTool20250818RenameCommand) -> str:
        """As `GreeumMemoryTool.rename`."""
        return await asyncio.to_thread(self._tool.rename, command)

    async def clear_all_memory(self) -> str:
        """As `GreeumMemoryTool.clear_all_memory`."""
        return await asyncio.to_thread(self._tool.clear_all_memory)


def located(path: str) -> str:
    """A path as it is below `/memories`, in its shortest form. Raises ToolError if it leads out."""
    if not path.startswith(ROOT):
        raise ToolError(f"Path must start with {ROOT}, got: {path}")
    if "\0" in path:
        raise ToolError(f"Path {path!r} holds a NUL character")
    # Under a directory that no path can name, so that one that leads out does not lead in again.
    root = f"/\0{ROOT}"
    full = normpath(f"{root}/{path[len(ROOT) :].lstrip('/')}")
    if full != root and not full.startswith(f"{root}/"):
        raise ToolError(f"Path {path} would escape {ROOT} directory")
    return full[len(root) + 1 :]


def refuse_below_file(path: str, shown: str, tree: Tree) -> None:
    """Raises ToolError if what should be a directory on the way to a path is a file."""
    above = tree.file_above(path)
    if above is not None:
        raise ToolError(f"The path {shown} cannot be used: {ROOT}/{above} is a file")


def items(tree: Tree, directory: str, depth: int = 1) -> Iterator[tuple[int, str]]:
    """Size and path, seen from a directory, of what a view of it shows."""
    for path in tree.children(directory):
        name = path.rpartition("/")[2]
        if name.startswith("."):
            continue
        if path in tree.files:
            yield len(text_of(tree.files[path]).encode()), name
            continue
        yield DIRECTORY_BYTES, f"{name}/"
        if depth < DEPTH_MAX:
            yield from ((size, f"{name}/{below}") for size, below in items(tree, path, depth + 1))


def numbered(text: str, first: int, last: int) -> str:
    """Some lines of a text with their numbers."""
    lines = text.split("\n")[first:last]
    return "\n".join(f"{str(number).rjust(NUMBER_WIDTH)}\t{line}" for number, line in enumerate(lines, first + 1))


def places(text: str, part: str) -> list[int]:
    """Where a part begins, also within itself."""
    found, start = [], text.find(part)
    while start != -1:
        found.append(start)
        start = text.find(part, start + 1)
    return found


def size_shown(size: int) -> str:
    """A number of bytes for people: 512B, 1.5K, 4K."""
    unit = min(max(size.bit_length() - 1, 0) // 10, 3)
    number = size / 1024**unit
    return f"{int(number) if number == int(number) else f'{number:.1f}'}{'BKMG'[unit]}"
