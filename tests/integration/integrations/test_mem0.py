"""A memory that is called as mem0's is: the same methods, arguments and answers, and mem0's filters."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import greeum
from greeum import errors, testing
from greeum.errors import InvalidInput
from greeum.integrations.mem0 import AsyncMemory, Memory, MemoryNotFound
from greeum.limits import K_MAX

METHODS = ["add", "get", "get_all", "search", "update", "delete", "delete_all", "history", "reset"]

OTHERWISE = {("add", "infer"): False, ("search", "threshold"): None}
"""The defaults that are not mem0's, and what they are here: the page says why."""

OLDER = {"user_id", "agent_id", "run_id", "limit"}
"""What stands here where mem0 takes any further argument."""

DESCRIBE = """
import inspect, json, sys, mem0
from mem0.memory.main import _UNSET
shown = {}
for face in (mem0.Memory, mem0.AsyncMemory):
    for name in sys.argv[1:]:
        shown[f"{face.__name__}.{name}"] = [
            [one.name, one.kind.name, "unset" if one.default is _UNSET else repr(one.default)]
            for one in inspect.signature(getattr(face, name)).parameters.values()
        ]
print(json.dumps(shown))
"""


@pytest.fixture
def greeum_memory() -> Iterator[greeum.Memory]:
    with testing.memory() as memory:
        yield memory


@pytest.fixture
def memory(greeum_memory: greeum.Memory) -> Memory:
    return Memory(greeum_memory, namespace="acme")


@pytest.fixture
def filled(memory: Memory) -> Memory:
    memory.add(
        "I love hiking in the Alps", user_id="alice", metadata={"topic": "Hobby", "score": 5, "tags": ["x", "y"]}
    )
    memory.add("The dentist is on Monday", user_id="alice", run_id="r1", agent_id="bot", metadata={"score": 9})
    memory.add("I love sailing", user_id="ben", metadata={"topic": "sea", "score": 7})
    memory.add("Everybody likes cake", agent_id="bot", run_id="r2")
    return memory


def texts(answer: dict[str, Any]) -> set[str]:
    return {item["memory"].split()[-1] for item in answer["results"]}


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    """The signatures of the real package, imported where it can neither call home nor leave anything behind."""
    home = str(tmp_path_factory.mktemp("mem0"))
    environment = os.environ | {"MEM0_TELEMETRY": "False", "MEM0_DIR": home, "HOME": home}
    run = [sys.executable, "-W", "ignore", "-c", DESCRIBE, *METHODS]
    said = subprocess.run(
        run, env=environment, cwd=home, capture_output=True, text=True, check=True, timeout=120
    ).stdout
    shown: dict[str, list[list[str]]] = json.loads(said)
    return shown


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("face", [Memory, AsyncMemory])
def test_methods_take_what_those_of_mem0_take(theirs: dict[str, list[list[str]]], face: type, name: str) -> None:
    ours = {one.name: one for one in inspect.signature(getattr(face, name)).parameters.values()}
    for parameter, kind, default in theirs[f"{face.__name__}.{name}"]:
        if kind == "VAR_KEYWORD":
            assert set(ours) >= OLDER
            continue
        if (name, parameter) in OTHERWISE:
            assert ours[parameter].default == OTHERWISE[name, parameter]
        elif face is Memory and default != "unset" and parameter != "llm":
            assert repr(ours[parameter].default) == default, parameter
        if parameter != "llm":
            assert ours[parameter].kind.name == kind, parameter
    known = {parameter for parameter, _, _ in theirs[f"{face.__name__}.{name}"]}
    assert set(ours) - known <= OLDER


class TestAdding:
    def test_a_text(self, memory: Memory, greeum_memory: greeum.Memory) -> None:
        answer = memory.add("I moved to Busan", user_id="alice", metadata={"mood": "glad"})
        (result,) = answer["results"]
        assert result | {"id": "1"} == {
            "id": "1", "memory": "I moved to Busan", "event": "ADD", "actor_id": None, "role": "user",
        }  # fmt: skip
        block = greeum_memory.get(int(result["id"]))
        assert (block.namespace, block.source, block.kind) == ("acme/alice", "user", "message")
        assert block.metadata == {"mood": "glad", "role": "user"}

    def test_messages(self, memory: Memory, greeum_memory: greeum.Memory) -> None:
        said = [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "I moved to Busan", "name": "Alice"},
            {"role": "assistant", "content": "How nice!"},
        ]
        results = memory.add(said, user_id="alice", agent_id="bot", run_id="r1")["results"]
        assert [(one["memory"], one["actor_id"], one["role"]) for one in results] == [
            ("I moved to Busan", "Alice", "user"), ("How nice!", None, "assistant"),
        ]  # fmt: skip
        assert [(block.source, block.namespace) for block in greeum_memory.list()] == [
            ("Alice", "acme/alice/r1"), ("assistant", "acme/alice/r1"),
        ]  # fmt: skip

    def test_one_message(self, memory: Memory) -> None:
        assert len(memory.add({"role": "user", "content": "hi"}, run_id="r")["results"]) == 1
        assert memory.add([], user_id="alice") == {"results": []}

    def test_ids_are_text_without_spaces(self, memory: Memory) -> None:
        memory.add("hi", user_id=42)  # type: ignore[arg-type]
        memory.add("hi", user_id=" 42 ")
        assert len(memory.get_all(filters={"user_id": 42})["results"]) == 2
        for wrong in ("", "  ", "a b"):
            with pytest.raises(ValueError, match="user_id"):
                memory.add("hi", user_id=wrong)
        with pytest.raises(ValueError, match="user_id: must be given, or else agent_id or run_id"):
            memory.add("hi")

    @pytest.mark.parametrize(
        "timestamp", [1_746_230_400, 1_746_230_400.0, "2025-05-03", datetime(2025, 5, 3, tzinfo=UTC)]
    )
    def test_when_it_was_said(self, memory: Memory, timestamp: Any) -> None:
        (result,) = memory.add("hi", user_id="a", timestamp=timestamp)["results"]
        item = memory.get(result["id"])
        assert item is not None and item["created_at"] == item["updated_at"] == "2025-05-03T00:00:00+00:00"

    @pytest.mark.parametrize("day", ["2999-12-31", date(2999, 12, 31), datetime(2999, 12, 31, 9, tzinfo=UTC)])
    def test_the_last_day(self, memory: Memory, greeum_memory: greeum.Memory, day: Any) -> None:
        (result,) = memory.add("hi", user_id="a", expiration_date=day)["results"]
        assert greeum_memory.get(int(result["id"])).expires_at == datetime(3000, 1, 1, tzinfo=UTC)
        item = memory.get(result["id"])
        assert item is not None and item["expiration_date"] == "2999-12-31"

    def test_a_day_that_has_passed(self, memory: Memory) -> None:
        (result,) = memory.add("cake", user_id="a", expiration_date="2020-01-01")["results"]
        assert memory.get_all(filters={"user_id": "a"}) == memory.search("cake", user_id="a") == {"results": []}
        assert memory.get(result["id"]) is not None

    @pytest.mark.parametrize(
        ("options", "field"),
        [
            ({"infer": True}, "infer"),
            ({"memory_type": "procedural_memory"}, "memory_type"),
            ({"prompt": "Summarise."}, "prompt"),
            ({"metadata": {"user_id": "ben"}}, "metadata.user_id"),
            ({"metadata": {"mem0": 1}}, "metadata.mem0"),
            ({"metadata": "x"}, "metadata"),
            ({"timestamp": 1e30}, "timestamp"),
            ({"timestamp": "yesterday"}, "blocks[0].at"),
            ({"expiration_date": "tomorrow"}, "expiration_date"),
            ({"expiration_date": "9999-12-31"}, "expiration_date"),
            ({"messages": 5}, "messages"),
            ({"messages": [{"role": "user"}]}, "messages[0].content"),
            ({"messages": [{"content": "x"}]}, "messages[0].role"),
            ({"messages": ["x"]}, "messages[0].role"),
            ({"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}, "messages[0].content"),
        ],
    )
    def test_what_cannot_be_done_is_refused(self, memory: Memory, options: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            memory.add(**({"messages": "x", "user_id": "a"} | options))
        assert caught.value.field == field
        assert memory.get_all(filters={"user_id": "a"}) == {"results": []}


class TestReading:
    def test_a_memory(self, filled: Memory) -> None:
        assert filled.get("2") == {
            "id": "2", "memory": "The dentist is on Monday", "hash": "a1e4ebf3d0c9bdd5ab0c7a0e9d3a3a4f", "score": None,
            "metadata": {"score": 9}, "created_at": "…", "updated_at": "…", "user_id": "alice", "agent_id": "bot",
            "run_id": "r1", "role": "user",
        } | {name: filled.get("2")[name] for name in ("hash", "created_at", "updated_at")}  # type: ignore[index]  # fmt: skip

    @pytest.mark.parametrize("memory_id", ["99", "", "x", "-1", "0", "1.5", "9" * 30, "²", None, 99])
    def test_one_that_is_not_there(self, filled: Memory, memory_id: Any) -> None:
        assert filled.get(memory_id) is None
        assert filled.history(memory_id) == []
        for change in (filled.delete, lambda one: filled.update(one, text="x")):
            with pytest.raises(MemoryNotFound) as caught:
                change(memory_id)
            assert isinstance(caught.value, ValueError) and isinstance(caught.value, errors.NotFound)

    def test_one_that_lies_outside(self, filled: Memory, greeum_memory: greeum.Memory) -> None:
        outside = greeum_memory.add("x", namespace="acme2/alice")
        assert filled.get(str(outside.id)) is None

    def test_all_of_them(self, filled: Memory) -> None:
        assert texts(filled.get_all(filters={"user_id": "alice"})) == {"Alps", "Monday"}
        assert [item["id"] for item in filled.get_all(filters={"user_id": "alice"}, top_k=1)["results"]] == ["2"]
        assert filled.get_all(filters={"user_id": "alice"}, top_k=0) == {"results": []}
        assert "score" not in filled.get_all(filters={"user_id": "alice"})["results"][0]

    def test_the_best_come_first(self, filled: Memory) -> None:
        found = filled.search("who loves hiking in the Alps?", filters={"user_id": "alice"})["results"]
        assert found[0]["memory"] == "I love hiking in the Alps"
        scores = [item["score"] for item in found]
        assert scores == sorted(scores, reverse=True)
        assert "score_details" not in found[0]

    def test_the_parts_of_a_score(self, filled: Memory) -> None:
        (found,) = filled.search("hiking", filters={"user_id": "alice"}, top_k=1, explain=True)["results"]
        assert sum(found["score_details"].values()) == pytest.approx(found["score"], abs=1e-3)

    def test_older_code_names_ids_and_a_limit(self, filled: Memory) -> None:
        assert texts(filled.get_all(user_id="alice")) == {"Alps", "Monday"}
        assert texts(filled.search("love", user_id="alice", agent_id="bot", limit=5)) == {"Monday"}
        assert len(filled.get_all(user_id="alice", limit=1)["results"]) == 1

    @pytest.mark.parametrize(
        ("options", "field"),
        [
            ({}, "user_id"),
            ({"filters": {"topic": "sea"}}, "user_id"),
            ({"filters": {"user_id": " "}}, "user_id"),
            ({"user_id": "a", "show_expired": True}, "show_expired"),
            ({"user_id": "a", "top_k": -1}, "top_k"),
            ({"user_id": "a", "limit": "5"}, "limit"),
        ],
    )
    def test_what_cannot_be_done_is_refused(self, filled: Memory, options: dict[str, Any], field: str) -> None:
        for ask in (filled.get_all, lambda **more: filled.search("x", **more)):
            with pytest.raises(InvalidInput) as caught:
                ask(**options)
            assert caught.value.field == field

    @pytest.mark.parametrize(
        ("options", "field"),
        [
            ({"threshold": 0.1}, "threshold"),
            ({"rerank": True}, "rerank"),
            ({"reference_date": "2025-05-03"}, "reference_date"),
            ({"query": " "}, "query"),
            ({"top_k": K_MAX + 1}, "top_k"),
        ],
    )
    def test_of_a_search(self, filled: Memory, options: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            filled.search(**({"query": "x", "user_id": "a"} | options))
        assert caught.value.field == field

    def test_other_arguments_are_refused(self, filled: Memory) -> None:
        with pytest.raises(TypeError):
            filled.get_all(user_id="alice", page=2)  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            filled.search("x", user_id="alice", page=2)  # type: ignore[call-arg]


class TestFilters:
    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ({"user_id": "alice", "run_id": "r1"}, {"Monday"}),
            ({"user_id": "alice", "run_id": "r2"}, set()),
            ({"run_id": "r2"}, {"cake"}),
            ({"run_id": {"in": ["r1", "r2"]}}, {"cake", "Monday"}),
            ({"agent_id": "bot"}, {"cake", "Monday"}),
            ({"agent_id": "bot", "user_id": "alice"}, {"Monday"}),
            ({"user_id": "*"}, {"Alps", "Monday", "sailing"}),
            ({"user_id": {"in": ["alice", "ben"]}}, {"Alps", "Monday", "sailing"}),
            ({"user_id": {"ne": "alice"}}, {"sailing", "cake"}),
            ({"user_id": {"nin": ["alice", "eve"]}}, {"sailing", "cake"}),
            ({"user_id": {"contains": "en"}}, {"sailing"}),
            ({"user_id": "alice", "score": 5}, {"Alps"}),
            ({"user_id": "*", "score": {"gte": 7}}, {"Monday", "sailing"}),
            ({"user_id": "*", "score": {"gt": 5, "lt": 9}}, {"sailing"}),
            ({"user_id": "*", "score": {"nin": [5, 7]}}, {"Monday"}),
            ({"user_id": "*", "score": {"eq": 5}}, {"Alps"}),
            ({"user_id": "*", "score": {"ne": 5}}, {"Monday", "sailing"}),
            ({"user_id": "*", "topic": "*"}, {"Alps", "sailing"}),
            ({"user_id": "*", "topic": {"contains": "obb"}}, {"Alps"}),
            ({"user_id": "*", "topic": {"contains": "HOBBY"}}, set()),
            ({"user_id": "*", "topic": {"icontains": "HOBBY"}}, {"Alps"}),
            ({"user_id": "*", "tags": {"contains": "x"}}, {"Alps"}),
            ({"user_id": "*", "tags": {"icontains": "X"}}, {"Alps"}),
            ({"user_id": "*", "OR": [{"score": 5}, {"topic": {"icontains": "SEA"}}]}, {"Alps", "sailing"}),
            ({"user_id": "alice", "AND": [{"score": {"gt": 1}}, {"score": {"lt": 6}}]}, {"Alps"}),
            ({"user_id": "*", "NOT": [{"score": 5}, {"score": 7}]}, {"Monday"}),
            ({"agent_id": "*", "OR": [{"user_id": "alice"}, {"run_id": "r2"}]}, {"Monday", "cake"}),
            ({"user_id": "alice", "role": "user"}, {"Alps", "Monday"}),
        ],
    )
    def test_what_they_let_through(self, filled: Memory, condition: dict[str, Any], expected: set[str]) -> None:
        assert texts(filled.get_all(filters=condition)) == expected
        assert texts(filled.search("Alps Monday sailing cake love", filters=condition)) == expected

    @pytest.mark.parametrize(
        "condition",
        [{"score": {"near": 5}}, {"OR": []}, {"AND": {"score": 5}}, {"NOT": [5]}, {"created_at": {"gt": "2025-01-01"}},
         {"memory": "x"}, {"score": {"gt": [1]}}, {"score": {"in": 5}}, {"topic": {"contains": 5}}, {5: 5}],
    )  # fmt: skip
    def test_what_is_not_known_is_refused(self, filled: Memory, condition: dict[str, Any]) -> None:
        for ask in (filled.get_all, lambda **more: filled.search("x", **more)):
            with pytest.raises(InvalidInput, match="filters"):
                ask(filters={"user_id": "alice"} | condition)

    def test_by_who_said_it(self, memory: Memory) -> None:
        memory.add([{"role": "user", "content": "hi", "name": "Al"}, {"role": "user", "content": "ho"}], run_id="r")
        assert texts(memory.get_all(filters={"run_id": "r", "actor_id": "Al"})) == {"hi"}


class TestChanging:
    def test_another_text(self, filled: Memory, greeum_memory: greeum.Memory) -> None:
        before = filled.get("1")
        assert filled.update("1", "I love skiing") == {"message": "Memory updated successfully!"}
        filled.update(memory_id="1", data="I love climbing")
        after = filled.get("1")
        assert before is not None and after is not None
        assert after["memory"] == "I love climbing" and after["hash"] != before["hash"]
        assert after["metadata"] == before["metadata"] and after["created_at"] == before["created_at"]
        assert after["updated_at"] > before["updated_at"]
        assert [one["id"] for one in filled.search("climbing", user_id="alice", limit=1)["results"]] == ["1"]
        assert len(greeum_memory.history(1)) == 3

    def test_further_metadata(self, filled: Memory) -> None:
        before = filled.get("1")
        filled.update("1", metadata={"score": 6, "user_id": "alice"})
        after = filled.get("1")
        assert before is not None and after is not None
        assert after["metadata"] == {"topic": "Hobby", "score": 6, "tags": ["x", "y"]}
        assert (after["user_id"], after["memory"]) == ("alice", before["memory"])
        assert after["updated_at"] > before["updated_at"]
        assert len(filled.history("1")) == 1

    def test_another_last_day(self, filled: Memory) -> None:
        filled.update("1", expiration_date="2999-12-31")
        assert filled.get("1")["expiration_date"] == "2999-12-31"  # type: ignore[index]
        filled.update("1", text="I love skiing")
        assert filled.get("1")["expiration_date"] == "2999-12-31"  # type: ignore[index]
        filled.update("1", expiration_date=None)
        assert "expiration_date" not in filled.get("1")  # type: ignore[operator]

    def test_two_changes_at_once_both_hold(
        self, filled: Memory, greeum_memory: greeum.Memory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        update = greeum_memory.update

        def overtaken(block: int, **fields: Any) -> Any:
            monkeypatch.undo()
            filled.update("1", metadata={"theirs": 1})
            return update(block, **fields)

        monkeypatch.setattr(greeum_memory, "update", overtaken)
        filled.update("1", metadata={"ours": 1})
        metadata = filled.get("1")["metadata"]  # type: ignore[index]
        assert metadata["ours"] == metadata["theirs"] == 1

    def test_whoever_is_overtaken_for_ever_is_told(
        self, filled: Memory, greeum_memory: greeum.Memory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: Any, **__: Any) -> None:
            raise errors.Conflict("somebody else was here")

        monkeypatch.setattr(greeum_memory, "update", refuse)
        with pytest.raises(errors.Conflict, match="try again"):
            filled.update("1", "x")

    def test_a_name_for_notes_that_others_use_does_no_harm(self, memory: Memory, greeum_memory: greeum.Memory) -> None:
        block = greeum_memory.add("x", namespace="acme/alice", metadata={"mem0": {"updated_at": 5}, "user_id": "ben"})
        item = memory.get(str(block.id))
        assert item is not None and item["updated_at"] == item["created_at"] and item["user_id"] == "alice"

    def test_the_same_text_makes_no_version(self, filled: Memory) -> None:
        filled.update("1", "I love hiking in the Alps")
        assert len(filled.history("1")) == 1

    def test_what_cannot_be_changed_is_refused(self, filled: Memory) -> None:
        with pytest.raises(InvalidInput, match="text"):
            filled.update("1")
        with pytest.raises(InvalidInput, match=r"metadata\.user_id"):
            filled.update("1", metadata={"user_id": "ben"})

    def test_its_history(self, filled: Memory) -> None:
        filled.update("1", "I love skiing")
        first, second = filled.history("1")
        assert (first["event"], first["old_memory"], first["new_memory"]) == ("ADD", None, "I love hiking in the Alps")
        assert (second["event"], second["old_memory"]) == ("UPDATE", "I love hiking in the Alps")
        assert second["new_memory"] == "I love skiing" and second["updated_at"] > first["updated_at"]
        assert {one["memory_id"] for one in (first, second)} == {"1"}
        assert set(first) == {
            "id", "memory_id", "old_memory", "new_memory", "event", "created_at", "updated_at", "is_deleted",
            "actor_id", "role",
        }  # fmt: skip

    def test_forgetting_one(self, filled: Memory, greeum_memory: greeum.Memory) -> None:
        filled.update("1", "I love skiing")
        assert filled.delete("1") == {"message": "Memory deleted successfully!"}
        assert filled.get("1") is None and filled.history("1") == []
        assert greeum_memory.count(history=True) == 3

    def test_forgetting_many(self, filled: Memory) -> None:
        assert filled.delete_all(user_id="alice", agent_id="bot") == {"message": "Memories deleted successfully!"}
        assert texts(filled.get_all(filters={"user_id": "alice"})) == {"Alps"}
        filled.delete_all(run_id="r2")
        assert texts(filled.get_all(filters={"agent_id": "bot"})) == set()
        filled.delete_all(user_id="alice")
        assert texts(filled.get_all(filters={"user_id": "*"})) == {"sailing"}
        filled.delete_all(user_id="nobody")
        with pytest.raises(ValueError, match="user_id"):
            filled.delete_all()

    def test_forgetting_everything(self, filled: Memory, greeum_memory: greeum.Memory) -> None:
        greeum_memory.add("x", namespace="other")
        filled.reset()
        assert [block.namespace for block in greeum_memory.list()] == ["other"]


class TestBesideOtherDoors:
    def test_what_others_have_added_for_a_user_is_there(self, memory: Memory, greeum_memory: greeum.Memory) -> None:
        block = greeum_memory.add("I moved to Busan", namespace="acme/alice/chat-1", source="alice", at="2025-05-03")
        (found,) = memory.search("where does she live? In Busan?", filters={"user_id": "alice"})["results"]
        assert (found["id"], found["user_id"], found["run_id"]) == (str(block.id), "alice", "chat-1")
        assert found["created_at"] == "2025-05-03T00:00:00+00:00" and found["metadata"] is None
        memory.update(found["id"], "I moved to Jeju")
        assert greeum_memory.get(block.id + 1).source == "alice"

    def test_at_the_root_of_a_memory(self, greeum_memory: greeum.Memory) -> None:
        memory = Memory(greeum_memory)
        memory.add("hi", user_id="alice")
        assert greeum_memory.list()[0].namespace == "alice"
        assert len(memory.get_all(filters={"user_id": "*"})["results"]) == 1
        memory.add("ho", agent_id="bot")
        assert len(memory.get_all(filters={"user_id": "*"})["results"]) == 1


class TestOpening:
    def test_without_a_memory_it_is_the_one_of_greeum(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GREEUM_HOME", str(tmp_path))
        with Memory() as memory:
            memory.add("hi", user_id="alice")
        with greeum.open(tmp_path) as opened:
            assert opened.list()[0].text == "hi"
        with pytest.raises(errors.StoreClosed):
            memory.get("1")

    def test_one_that_was_given_stays_open(self, greeum_memory: greeum.Memory) -> None:
        with Memory(greeum_memory):
            pass
        assert greeum_memory.list() == []


def test_the_asynchronous_memory_does_the_same(greeum_memory: greeum.Memory) -> None:
    async def use() -> None:
        async with AsyncMemory(greeum_memory, namespace="acme") as memory:
            (added,) = (await memory.add("I moved to Busan", user_id="alice"))["results"]
            await memory.update(added["id"], text="I moved to Jeju")
            assert texts(await memory.search("moved", filters={"user_id": "alice"})) == {"Jeju"}
            assert texts(await memory.get_all(filters={"user_id": "alice"})) == {"Jeju"}
            assert len(await memory.history(added["id"])) == 2
            await memory.delete(added["id"])
            assert await memory.get(added["id"]) is None
            await memory.add("hi", user_id="alice")
            await memory.delete_all(user_id="alice")
            await memory.reset()
            with pytest.raises(InvalidInput):
                await memory.add("hi", user_id="alice", infer=True)

    asyncio.run(use())
    assert greeum_memory.list() == []
