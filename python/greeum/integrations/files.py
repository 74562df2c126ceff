"""Files in a memory: a block for each, whose key is its path. Directories are what paths say; one that files have left
is a block of its own.
"""

from __future__ import annotations

from json import dumps, loads
from posixpath import normpath

from greeum import inputs
from greeum.errors import Conflict, InvalidInput
from greeum.integrations.blocks import find, forget_all, is_over, listed, put, root_of
from greeum.integrations.texts import first_fit, is_fit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from greeum.inputs import Namespace
    from greeum.integrations.blocks import Fields
    from greeum.integrations.protocol import AnyMemory
    from greeum.model import Block

FILE = "file"
DIRECTORY = "directory"
"""The kinds of blocks that are files and directories."""

RAW = "file_text"
"""Under this name metadata hold, as JSON, a text that no block takes as it is."""

TAKEN_ALONG = ("text", "kind", "source", "tags", "importance", "metadata", "at", "valid_from", "valid_to", "expires_at")
"""The fields that a block keeps under another path."""


class Tree:
    """What was there when it was read: files, directories that were made, and those on the way to either."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        named = [(block.key, block) for block in blocks if block.key is not None]
        self.files = {key: block for key, block in named if block.kind == FILE and is_path(key)}
        self.made = {key[:-1]: block for key, block in named if block.kind == DIRECTORY and is_path(key[:-1])}
        self.directories = {"", *self.made, *(above for path in (*self.files, *self.made) for above in parents(path))}

    def __contains__(self, path: str) -> bool:
        return path in self.files or path in self.directories

    def children(self, directory: str) -> list[str]:
        """The paths right below a directory, by name."""
        return sorted(one for one in {*self.files, *self.directories} if one and one.rpartition("/")[0] == directory)

    def file_above(self, path: str) -> str | None:
        """The file that stands where a path wants a directory, if one does."""
        return next((above for above in parents(path) if above in self.files), None)

    def within(self, path: str) -> list[Block]:
        """The blocks of what is at a path and below it."""
        return [block for one, block in (*self.files.items(), *self.made.items()) if is_within(one, path)]


class Files:
    """The files at exactly one namespace: `memories`, if none is named."""

    def __init__(self, memory: AnyMemory, namespace: Namespace | None) -> None:
        self._memory = memory
        self._namespace = (*root_of(memory, ""), "memories") if namespace is None else root_of(memory, namespace)
        if not self._namespace:
            raise InvalidInput("namespace", "must name a place for the files: they are kept apart from everything else")

    def tree(self) -> Tree:
        """All files and directories."""
        where = {"namespace": inputs.namespace(self._namespace), "kind": {"in": [FILE, DIRECTORY]}}
        return Tree(listed(self._memory, namespace=self._namespace, where=where))

    def find(self, path: str) -> Block | None:
        """The file at a path."""
        block = find(self._memory, self._namespace, path) if path else None
        return block if block is not None and block.kind == FILE and not is_over(block) else None

    def add(self, path: str, text: str) -> None:
        """Add a file. Raises Conflict if there is one, InvalidInput if the path or the text cannot be."""

        def fields_over(block: Block | None) -> Fields:
            if block is not None and block.kind == FILE:
                raise Conflict(f"{path} is there already")
            if block is not None:
                raise InvalidInput("path", f"{path!r} is the key of block {block.id}, which is no file")
            return {"kind": FILE} | fields_of(text, path, {})

        put(self._memory, self._namespace, path, fields_over)

    def correct(self, block: Block, text: str) -> None:
        """Let a file say something else. Raises Conflict if it has been changed since it was read."""
        if text != text_of(block):
            fields = fields_of(text, block.key or "", block.metadata)
            self._memory.update(block.id, revision=block.revision, **fields)

    def make(self, directories: Iterable[str], left: Iterable[str]) -> None:
        """Make those directories that would not be there, if of all paths only those in `left` were."""
        there = {"", *left}
        there |= {above for path in there for above in parents(path)}
        blocks = []
        for path in sorted(directories, key=len, reverse=True):
            if path not in there:
                there |= {path, *parents(path)}
                blocks.append({"text": path, "key": f"{path}/", "kind": DIRECTORY, "namespace": self._namespace})
        self._memory.add_many(blocks)

    def move(self, old: str, new: str, tree: Tree) -> None:
        """Give what is at a path, and below it, another one. It is a new block there: a key cannot be changed."""
        moved = []
        for block in tree.within(old):
            said, key = block.to_dict(), f"{new}{str(block.key)[len(old) :]}"
            moved.append({name: said[name] for name in TAKEN_ALONG} | {"namespace": self._namespace, "key": key})
        self._memory.add_many(moved)
        self.remove(old, tree)

    def remove(self, path: str, tree: Tree) -> None:
        """Forget what is at a path and below it; directories above stay, though they may be empty then."""
        left = [one for one in (*tree.files, *tree.made) if not is_within(one, path)]
        self.make([one for one in tree.directories if not is_within(one, path)], left)
        forget_all(self._memory, tree.within(path))

    def clear(self) -> None:
        """Forget all files and directories."""
        tree = self.tree()
        forget_all(self._memory, [*tree.files.values(), *tree.made.values()])


def is_path(key: str) -> bool:
    """Whether a key is a path in its shortest form, which leads nowhere else."""
    return key not in ("", ".", "..") and not key.startswith(("/", "../")) and normpath(key) == key


def parents(path: str) -> list[str]:
    """The directories above a path, from the top."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]


def is_within(path: str, directory: str) -> bool:
    """Whether a path is that one, or below it."""
    return path == directory or path.startswith(f"{directory}/")


def text_of(block: Block) -> str:
    """What stands in a file."""
    raw = block.metadata.get(RAW)
    return block.text if raw is None else str(loads(str(raw)))


def fields_of(text: str, path: str, metadata: dict[str, Any]) -> Fields:
    """The fields of a block that holds this text."""
    others = {name: value for name, value in metadata.items() if name != RAW}
    if is_fit(text):
        return {"text": text, "metadata": others}
    return {"text": first_fit(text, path), "metadata": others | {RAW: dumps(text)}}
