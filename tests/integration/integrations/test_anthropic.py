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
def paths(draw: st.DrawFn) -> str:
    parts = draw(st.lists(NAMES, max_size=3))
    path = "/memories" + "".join(draw(BETWEEN) + part for part in parts)
    return path + draw(st.sampled_from(["", "", "", "/", "/.."]))


TEXTS = st.text(st.sampled_from("ab \n\r\t\0한'`"), max_size=12)

LINES = st.integers(-3, 6)

COMMANDS = st.one_of(
    st.builds(lambda path: {"command": "view", "path": path}, paths()),
    st.builds(lambda path, r: {"command": "view", "path": path, "view_range": r}, paths(), st.lists(LINES, max_size=3)),
    st.builds(lambda path, text: {"command": "create", "path": path, "file_text": text}, paths(), TEXTS),
    st.builds(
        lambda path, old, new: {"command": "str_replace", "path": path, "old_str": old, "new_str": new},
        paths(), st.text(st.sampled_from("ab\n"), max_size=2), TEXTS,
    ),
    st.builds(
        lambda path, line, text: {"command": "insert", "path": path, "insert_line": line, "insert_text": text},
        paths(), LINES, TEXTS,
    ),
    st.builds(lambda path: {"command": "delete", "path": path}, paths()),
    st.builds(lambda old, new: {"command": "rename", "old_path": old, "new_path": new}, paths(), paths()),
)  # fmt: skip

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


@settings(max_examples=150, deadline=None)
@given(st.lists(COMMANDS, min_size=1, max_size=14))
def test_it_answers_as_the_sdk_over_a_file_system(commands: list[Command]) -> None:
    with TemporaryDirectory() as folder, testing.memory() as memory:
        theirs, ours = BetaLocalFilesystemMemoryTool(folder), GreeumMemoryTool(memory)
        for command in [*commands, *WHOLE]:
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
        with pytest.raises(ToolError, match="would escape|must start with"):
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


def test_the_tool_is_announced_as_the_api_knows_it(memory: Memory) -> None:
    cached = GreeumMemoryTool(memory, cache_control={"type": "ephemeral"})
    assert cached.to_dict() == {
        "type": "memory_20250818", "name": "memory", "cache_control": {"type": "ephemeral"},
    }  # fmt: skip
    assert GreeumAsyncMemoryTool(memory).to_dict() == {"type": "memory_20250818", "name": "memory"}


def test_the_asynchronous_tool_does_the_same(memory: Memory) -> None:
    commands = [
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
        for command in commands:
            try:
                said.append(str(await tool.call(command)))
            except ToolError as error:
                said.append(str(error))
        return [*said, str(await tool.clear_all_memory())]

    sync = GreeumMemoryTool(memory, namespace="sync")
    expected = [answer(sync, command)[1] for command in commands] + ["All memory cleared"]
    assert asyncio.run(said_by(GreeumAsyncMemoryTool(memory))) == expected
