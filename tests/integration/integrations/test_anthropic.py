"""The memory tool over a memory answers as the SDK's own does over a file system."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from anthropic.lib.tools import ToolError
from anthropic.lib.tools._beta_builtin_memory_tool import BetaLocalFilesystemMemoryTool
from hypothesis import given, settings
from hypothesis import strategies as st

from greeum import Memory, testing
from greeum.errors import InvalidInput
from greeum.integrations.anthropic import GreeumAsyncMemoryTool, GreeumMemoryTool
from greeum.limits import NAME_BYTES_MAX, TEXT_BYTES_MAX

Command = dict[str, Any]

NAMES = st.sampled_from(["a", "b", "c.txt", ".h"])

BETWEEN = st.sampled_from(["/", "/", "/", "//", "/./", "/../", "/x/../"])


@st.composite
def crooked(draw: st.DrawFn) -> str:
    """A path with all that may be in one."""
    parts = draw(st.lists(NAMES, max_size=3))
    path = "/memories" + "".join(draw(BETWEEN) + part for part in parts)
    return path + draw(st.sampled_from(["", "", "", "/", "/.."]))


FEW = st.sampled_from(["/memories/a", "/memories/b/c.txt", "/memories/b", "/memories/a/b", "/memories/b/a/a/.h"])
"""So few that what is done meets what was done before."""

PATHS = st.one_of(FEW, FEW, FEW, crooked())

LETTERS = st.sampled_from(["a", "b", "a b", "aa", "\n", "\n", "한", " ", "\r", "\0", "`'", "\t"])

TEXTS = st.lists(LETTERS, min_size=2, max_size=9).map("".join) | st.sampled_from(["", "\n", "a"])

LINES = st.integers(-3, 6)


def commands(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    return st.fixed_dictionaries({"command": st.just(name)} | arguments)


CREATE = commands("create", path=PATHS, file_text=TEXTS)

COMMANDS = st.one_of(
    CREATE,
    commands("view", path=PATHS),
    commands("view", path=PATHS, view_range=st.lists(LINES, min_size=2, max_size=2) | st.lists(LINES, max_size=3)),
    commands("str_replace", path=PATHS, old_str=st.sampled_from(["a", "b", "aa", "\n", "", "한"]), new_str=TEXTS),
    commands("insert", path=PATHS, insert_line=LINES, insert_text=TEXTS),
    commands("delete", path=PATHS),
    commands("rename", old_path=PATHS, new_path=PATHS),
)

SEQUENCES = st.tuples(st.lists(CREATE, min_size=2, max_size=4), st.lists(COMMANDS, min_size=5, max_size=15)).map(
    lambda parts: [*parts[0], *parts[1]]
)

WHOLE = [{"command": "view", "path": path} for path in ("/memories", "/memories/a", "/memories/b", "/memories/a/b")]
"""What shows, after every sequence, that both hold the same."""


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        yield memory


@pytest.fixture
def tool(memory: Memory) -> GreeumMemoryTool:
    return GreeumMemoryTool(memory)


def answer(tool: Any, command: Command) -> tuple[str, str]:
    """What a tool says, and how: a reply, a ToolError with words, or a refusal with none that are meant for a model."""
    try:
        return "reply", str(tool.call(command))
    except ToolError as error:
        return "error", str(error)
    except (OSError, ValueError):
        return "refusal", ""


def alike(command: Command, said: str) -> str:
    """A reply without the sizes of directories, which each file system has its own."""
    if command["command"] != "view" or not said.startswith("Here're"):
        return said
    head, root, *rest = said.split("\n")
    return "\n".join([head, root.split("\t")[1], *(re.sub(r"^\S+(?=\t.*/$)", "", line) for line in rest)])


@settings(max_examples=120, deadline=None)
@given(SEQUENCES)
def test_it_answers_as_the_sdk_over_a_file_system(sequence: list[Command]) -> None:
    with TemporaryDirectory() as folder, testing.memory() as memory:
        theirs, ours = BetaLocalFilesystemMemoryTool(folder), GreeumMemoryTool(memory)
        for command in [*sequence, *WHOLE]:
            (their_way, they), (our_way, we) = answer(theirs, command), answer(ours, command)
            if their_way == "refusal":
                assert our_way == "error", command
            else:
                assert (our_way, alike(command, we)) == (their_way, alike(command, they)), command


def test_what_stands_in_files_is_found(memory: Memory, tool: GreeumMemoryTool) -> None:
    tool.call({"command": "create", "path": "/memories/trips.md", "file_text": "Alice flies to Busan in May."})
    tool.call({"command": "create", "path": "/memories/food.md", "file_text": "Alice does not eat shrimp."})
    hit = memory.search("when does she fly?", k=1)[0].block
    assert (hit.key, hit.kind, hit.namespace) == ("trips.md", "file", "memories")


def test_a_correction_keeps_what_the_file_said(memory: Memory, tool: GreeumMemoryTool) -> None:
    tool.call({"command": "create", "path": "/memories/a.md", "file_text": "She lives in Seoul."})
    before = memory.get(key="a.md", namespace="memories")
    tool.call({"command": "str_replace", "path": "/memories/a.md", "old_str": "Seoul", "new_str": "Busan"})
    now = memory.get(key="a.md", namespace="memories")
    assert [version.text for version in memory.history(now.id)] == ["She lives in Seoul.", "She lives in Busan."]
    assert now.supersedes == before.id


def test_a_replacement_by_the_same_makes_no_version(memory: Memory, tool: GreeumMemoryTool) -> None:
    tool.call({"command": "create", "path": "/memories/a.md", "file_text": "one"})
    tool.call({"command": "str_replace", "path": "/memories/a.md", "old_str": "one", "new_str": "one"})
    assert len(memory.history(memory.get(key="a.md", namespace="memories").id)) == 1


def test_a_file_keeps_its_fields_at_another_path(memory: Memory, tool: GreeumMemoryTool) -> None:
    memory.add(
        "Ferry at nine.", namespace="memories", key="a/b.md", kind="file", source="alice", tags=["trip"],
        importance=0.9, metadata={"km": 12}, at="2025-05-03T09:00:00Z",
    )  # fmt: skip
    tool.call({"command": "rename", "old_path": "/memories/a", "new_path": "/memories/c"})
    block = memory.get(key="c/b.md", namespace="memories")
    assert (block.text, block.source, block.tags, block.importance) == ("Ferry at nine.", "alice", ("trip",), 0.9)
    assert (block.metadata, block.at_iso) == ({"km": 12}, "2025-05-03T09:00:00Z")
    assert [one.key for one in memory.list(namespace="memories")] == ["c/b.md"]


def test_files_of_two_namespaces_are_apart(memory: Memory) -> None:
    alice, ben = (GreeumMemoryTool(memory, namespace=f"team/{name}") for name in ("alice", "ben"))
    alice.call({"command": "create", "path": "/memories/a.md", "file_text": "hers"})
    assert "a.md" not in str(ben.call({"command": "view", "path": "/memories"}))
    ben.clear_all_memory()
    assert "hers" in str(alice.call({"command": "view", "path": "/memories/a.md"}))
    assert alice.clear_all_memory() == "All memory cleared"
    assert memory.list() == []


def test_what_is_no_file_is_not_shown(memory: Memory, tool: GreeumMemoryTool) -> None:
    memory.add("A message.", namespace="memories", key="note.md")
    for key in ("../out.md", "a//b.md", "/c.md"):
        memory.add("A stray one.", namespace="memories", key=key, kind="file")
    said = str(tool.call({"command": "view", "path": "/memories"}))
    assert said.splitlines()[1:] == ["4K\t/memories"]
    with pytest.raises(ToolError, match="which is no file"):
        tool.call({"command": "create", "path": "/memories/note.md", "file_text": "x"})


def test_it_wants_a_place_of_its_own(memory: Memory) -> None:
    with pytest.raises(InvalidInput, match="namespace"):
        GreeumMemoryTool(memory, namespace="")


@pytest.mark.parametrize(
    "path", ["/memories/../secret", "/memories/a/../../b", "/memories/../../memories/a", "/etc/passwd", "memories/a"]
)
def test_a_path_that_leads_out_is_refused(memory: Memory, tool: GreeumMemoryTool, path: str) -> None:
    for command in (
        {"command": "view", "path": path},
        {"command": "create", "path": path, "file_text": "x"},
        {"command": "rename", "old_path": "/memories/a", "new_path": path},
    ):
        with pytest.raises(ToolError, match=r"would escape|must start with"):
            tool.call(command)
    assert memory.list() == []


def test_what_no_block_takes_is_told_to_the_model(tool: GreeumMemoryTool) -> None:
    for command in (
        {"command": "create", "path": "/memories/" + "a" * (NAME_BYTES_MAX + 1), "file_text": "x"},
        {"command": "create", "path": "/memories/a", "file_text": "x" * (TEXT_BYTES_MAX + 1)},
        {"command": "view", "path": "/memories/a\0b"},
    ):
        with pytest.raises(ToolError):
            tool.call(command)


def test_a_file_with_more_lines_than_numbers_is_not_shown(tool: GreeumMemoryTool) -> None:
    tool.call({"command": "create", "path": "/memories/a", "file_text": "\n" * 9_999 + "x"})
    assert str(tool.call({"command": "view", "path": "/memories/a"})).endswith(" 10000\tx")
    tool.call({"command": "create", "path": "/memories/b", "file_text": "x" + "\n" * 999_999})
    with pytest.raises(ToolError, match=re.escape("exceeds maximum line limit of 999,999 lines.")):
        tool.call({"command": "view", "path": "/memories/b"})


def test_a_file_that_was_changed_meanwhile_is_left_alone(
    memory: Memory, tool: GreeumMemoryTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool.call({"command": "create", "path": "/memories/a", "file_text": "one"})
    update = memory.update

    def after_another(block: int, **fields: Any) -> Any:
        update(block, tags=["read"])
        return update(block, **fields)

    monkeypatch.setattr(memory, "update", after_another)
    with pytest.raises(ToolError, match="meantime"):
        tool.call({"command": "insert", "path": "/memories/a", "insert_line": 0, "insert_text": "zero"})
    assert memory.get(key="a", namespace="memories").text == "one"


def test_a_file_that_somebody_else_has_just_added_is_left_alone(
    memory: Memory, tool: GreeumMemoryTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tool._files.tree()
    tool.call({"command": "create", "path": "/memories/a", "file_text": "theirs"})
    monkeypatch.setattr(tool._files, "tree", lambda: before)
    with pytest.raises(ToolError, match="meantime"):
        tool.call({"command": "create", "path": "/memories/a", "file_text": "ours"})
    assert memory.get(key="a", namespace="memories").text == "theirs"


def test_the_tool_is_announced_as_the_api_knows_it(memory: Memory) -> None:
    cached = GreeumMemoryTool(memory, cache_control={"type": "ephemeral"})
    assert cached.to_dict() == {
        "type": "memory_20250818", "name": "memory", "cache_control": {"type": "ephemeral"},
    }  # fmt: skip
    assert GreeumAsyncMemoryTool(memory).to_dict() == {"type": "memory_20250818", "name": "memory"}


def test_the_asynchronous_tool_does_the_same(memory: Memory) -> None:
    sequence: list[Command] = [
        {"command": "create", "path": "/memories/a", "file_text": "one\n"},
        {"command": "str_replace", "path": "/memories/a", "old_str": "one", "new_str": "two"},
        {"command": "insert", "path": "/memories/a", "insert_line": 1, "insert_text": "three"},
        {"command": "rename", "old_path": "/memories/a", "new_path": "/memories/b/c"},
        {"command": "view", "path": "/memories"},
        {"command": "view", "path": "/memories/b/c"},
        {"command": "delete", "path": "/memories/b"},
        {"command": "view", "path": "/memories/b"},
    ]

    async def said_by(tool: GreeumAsyncMemoryTool) -> list[str]:
        said = []
        for command in sequence:
            try:
                said.append(str(await tool.call(command)))
            except ToolError as error:
                said.append(str(error))
        return [*said, str(await tool.clear_all_memory())]

    sync = GreeumMemoryTool(memory, namespace="sync")
    expected = [answer(sync, command)[1] for command in sequence] + ["All memory cleared"]
    assert asyncio.run(said_by(GreeumAsyncMemoryTool(memory))) == expected
