"""A session of the OpenAI Agents SDK in a memory: order and items are kept exactly, and what was said is found."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from agents import Agent, ModelResponse, RunConfig, Runner, Usage
from agents.memory import Session, SessionSettings
from agents.models.interface import Model
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.responses import ResponseOutputMessage, ResponseOutputText

import greeum
from greeum import Memory, testing
from greeum.errors import InvalidInput
from greeum.integrations.openai_agents import GreeumSession
from greeum.limits import METADATA_BYTES_MAX, TEXT_BYTES_MAX
from greeum.testing import FrozenClock

CALL = {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city": "Busan"}'}

OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "Sunny, 21 degrees"}

PARTS = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "It is sunny.", "annotations": []}],
}

REASONING = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Ask for the weather."}]}

TURN: list[Any] = [{"role": "user", "content": "How is the weather in Busan?"}, REASONING, CALL, OUTPUT, PARTS]


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        yield memory


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def kept(memory: Memory, items: list[Any]) -> list[Any]:
    """What a session gives back of these items."""
    session = GreeumSession("s", memory)
    run(session.add_items(items))
    return cast("list[Any]", run(session.get_items()))


def test_it_is_a_session(memory: Memory) -> None:
    session = GreeumSession("s", memory)
    assert isinstance(session, Session)
    assert (session.session_id, session.session_settings) == ("s", SessionSettings())


class TestItems:
    def test_they_come_back_as_they_were(self, memory: Memory) -> None:
        assert kept(memory, copy.deepcopy(TURN)) == TURN

    @pytest.mark.parametrize(
        "item",
        [
            {"role": "user", "content": ""},
            {"role": "user", "content": " \n"},
            {"role": "user", "content": "with\0nul"},
            {"role": "user", "content": "half \ud800 a pair"},
            {"role": "user", "content": "said", "type": "message"},
            {"role": "narrator", "content": "said"},
            {"role": "tool", "content": "said"},
            {"role": "user", "content": [{"type": "input_image", "image_url": "data:" + "A" * METADATA_BYTES_MAX}]},
            {"role": "user", "content": '"' * (METADATA_BYTES_MAX // 3), "id": "x"},
            {"type": "computer_call_output", "output": {"type": "computer_screenshot"}, "call_id": "c"},
            {"type": "anything", "number": 2**70, "deep": [[[[{"": [[[[[[[[[[[[[[1]]]]]]]]]]]]]]}]]]], "float": 0.1},
            {},
        ],
    )
    def test_whatever_is_in_them(self, memory: Memory, item: dict[str, Any]) -> None:
        before = copy.deepcopy(item)
        assert kept(memory, [item]) == [before]
        assert item == before

    JSON = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    )

    @settings(max_examples=80, deadline=None)
    @given(
        st.lists(
            st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "system"]), "content": st.text()})
            | st.dictionaries(st.sampled_from(["type", "role", "content", "output", "summary", "name"]), JSON),
            max_size=5,
        )
    )
    def test_any_items(self, items: list[dict[str, Any]]) -> None:
        with testing.memory() as memory:
            assert kept(memory, copy.deepcopy(items)) == items

    @pytest.mark.parametrize("items", [[{"role": "user", "content": {1, 2}}], ["hello"], {"role": "user"}, None])
    def test_what_is_none_is_refused(self, memory: Memory, items: Any) -> None:
        with pytest.raises(InvalidInput, match="items"):
            kept(memory, items)
        assert memory.list() == []

    def test_one_that_no_block_holds_leaves_out_the_others(self, memory: Memory) -> None:
        too_long = {"role": "user", "content": "x" * (TEXT_BYTES_MAX + 1)}
        with pytest.raises(InvalidInput):
            kept(memory, [{"role": "user", "content": "hi"}, too_long])
        assert memory.list() == []

    def test_none_at_all(self, memory: Memory) -> None:
        assert kept(memory, []) == []


class TestOrder:
    def test_the_last_ones_in_their_order(self, memory: Memory) -> None:
        session = GreeumSession("s", memory)
        items = [{"role": "user", "content": f"message {number}"} for number in range(12)]
        for start in range(0, 12, 3):
            run(session.add_items(cast("list[Any]", items[start : start + 3])))
        for limit in (0, 1, 5, 12, 100):
            assert run(session.get_items(limit)) == (items[-limit:] if limit else [])
        assert run(session.get_items()) == items

    def test_more_than_a_page(self, memory: Memory) -> None:
        items = [{"role": "user", "content": f"message {number}"} for number in range(1_100)]
        assert kept(memory, items) == items

    def test_a_clock_that_goes_back_changes_nothing(self, memory: Memory) -> None:
        memory.add("from tomorrow", namespace="s", source="user", at="2999-01-01")
        session = GreeumSession("s", memory)
        for number in range(3):
            run(session.add_items([{"role": "user", "content": f"message {number}"}]))
        assert [item["content"] for item in run(session.get_items())] == [
            "from tomorrow", "message 0", "message 1", "message 2",
        ]  # fmt: skip

    def test_a_limit_that_is_none_is_refused(self, memory: Memory) -> None:
        with pytest.raises(InvalidInput, match="limit"):
            run(GreeumSession("s", memory).get_items(-1))

    @pytest.mark.parametrize("given", [SessionSettings(limit=2), {"limit": 2}])
    def test_the_settings_limit_holds_where_none_is_given(self, memory: Memory, given: Any) -> None:
        session = GreeumSession("s", memory, session_settings=given)
        run(session.add_items(copy.deepcopy(TURN)))
        assert run(session.get_items()) == TURN[-2:]
        assert run(session.get_items(1)) == TURN[-1:]


class TestTakingBack:
    def test_the_last_one(self, memory: Memory) -> None:
        session = GreeumSession("s", memory)
        run(session.add_items(copy.deepcopy(TURN)))
        assert run(session.pop_item()) == PARTS
        assert run(session.get_items()) == TURN[:-1]

    def test_of_an_empty_session(self, memory: Memory) -> None:
        assert run(GreeumSession("s", memory).pop_item()) is None

    def test_two_at_once_take_two(self, memory: Memory) -> None:
        session = GreeumSession("s", memory)
        run(session.add_items([{"role": "user", "content": str(number)} for number in range(6)]))

        async def take() -> list[Any]:
            return await asyncio.gather(*(session.pop_item() for _ in range(8)))

        taken = [item["content"] for item in run(take()) if item is not None]
        assert sorted(taken) == [str(number) for number in range(6)]

    def test_what_somebody_else_has_just_taken_is_not_given_twice(
        self, memory: Memory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = GreeumSession("s", memory)
        run(session.add_items(copy.deepcopy(TURN)))
        forget = memory.forget

        def overtaken(block: int) -> list[int]:
            monkeypatch.undo()
            forget(block)
            return forget(block)

        monkeypatch.setattr(memory, "forget", overtaken)
        assert run(session.pop_item()) == OUTPUT
        assert run(session.get_items()) == TURN[:-2]

    def test_everything(self, memory: Memory) -> None:
        session, other = GreeumSession("s", memory), GreeumSession("t", memory)
        for one in (session, other):
            run(one.add_items(copy.deepcopy(TURN)))
        run(session.clear_session())
        assert run(session.get_items()) == []
        assert run(other.get_items()) == TURN
        assert memory.search("weather in Busan", namespace="s") == []


class TestSessions:
    def test_each_has_its_own(self, memory: Memory) -> None:
        sessions = {name: GreeumSession(name, memory, namespace="app") for name in ("a", "a/b", "ab", "a%2Fb")}
        for name, session in sessions.items():
            run(session.add_items([{"role": "user", "content": name}]))
        for name, session in sessions.items():
            assert run(session.get_items()) == [{"role": "user", "content": name}]

    def test_at_the_same_time(self, tmp_path: Path) -> None:
        with greeum.open(tmp_path) as memory:
            sessions = [GreeumSession(f"s{number}", memory) for number in range(4)]

            async def talk(session: GreeumSession) -> None:
                for number in range(8):
                    await session.add_items([{"role": "user", "content": f"{session.session_id} {number}"}])

            async def all_at_once() -> None:
                await asyncio.gather(*map(talk, sessions))

            run(all_at_once())
            for session in sessions:
                said = [item["content"] for item in run(session.get_items())]
                assert said == [f"{session.session_id} {number}" for number in range(8)]

    def test_it_is_there_when_the_memory_is_opened_again(self, tmp_path: Path) -> None:
        for _ in range(2):
            with greeum.open(tmp_path) as memory:
                run(GreeumSession("s", memory).add_items(copy.deepcopy(TURN)))
        with greeum.open(tmp_path) as memory:
            assert run(GreeumSession("s", memory).get_items()) == TURN + TURN

    @pytest.mark.parametrize("name", ["", " ", "a\0b", "x" * 300])
    def test_an_id_that_cannot_be_is_refused(self, memory: Memory, name: str) -> None:
        with pytest.raises(InvalidInput, match="session_id"):
            GreeumSession(name, memory)


class TestBesideOtherDoors:
    def test_what_was_said_is_found(self, memory: Memory) -> None:
        for name in ("monday", "friday"):
            run(GreeumSession(name, memory, namespace="app").add_items(copy.deepcopy(TURN)))
        run(GreeumSession("friday", memory, namespace="app").add_items([{"role": "user", "content": "I like shrimp."}]))
        hit = memory.search("does the user like shrimp?", namespace="app", k=1)[0].block
        assert (hit.text, hit.source, hit.kind, hit.namespace) == ("I like shrimp.", "user", "message", "app/friday")
        texts = [block.text for block in memory.list(namespace="app/monday")]
        assert texts == [
            "How is the weather in Busan?", "Ask for the weather.", 'weather {"city": "Busan"}', "Sunny, 21 degrees",
            "It is sunny.",
        ]  # fmt: skip

    def test_messages_of_other_doors_are_items(self, memory: Memory) -> None:
        memory.add("Hello!", namespace="s", source="assistant")
        memory.add("I am Alice.", namespace="s", source="alice")
        memory.add("A note.", namespace="s", kind="note")
        memory.add("Somewhere below.", namespace="s/below")
        assert run(GreeumSession("s", memory).get_items()) == [
            {"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "I am Alice."},
        ]  # fmt: skip

    def test_a_message_that_is_corrected_elsewhere_says_so(self) -> None:
        with testing.memory(clock=FrozenClock("2999-01-01")) as memory:
            kept(memory, [{"role": "user", "content": "I live in Seoul."}, {"role": "user", "content": "Really."}])
            memory.update(memory.list()[0].id, text="I live in Busan.", at=memory.list()[0].at)
            assert "I live in Busan." in [item["content"] for item in run(GreeumSession("s", memory).get_items())]


class Parrot(Model):
    """A model that says how many items it was given."""

    async def get_response(self, system_instructions: Any, input: Any, *args: Any, **kwargs: Any) -> ModelResponse:  # noqa: A002
        text = ResponseOutputText(
            type="output_text", text=f"I was told {len(input)} things.", annotations=[], logprobs=[]
        )
        message = ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[text])
        return ModelResponse(output=[message], usage=Usage(), response_id=None)

    def stream_response(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError


def test_an_agent_goes_on_where_it_was(memory: Memory) -> None:
    async def ask(text: str) -> str:
        agent, session = Agent(name="parrot", model=Parrot()), GreeumSession("s", memory)
        result = await Runner.run(agent, text, session=session, run_config=RunConfig(tracing_disabled=True))
        return str(result.final_output)

    assert run(ask("one")) == "I was told 1 things."
    assert run(ask("two")) == "I was told 3 things."
    assert [block.text for block in memory.list(namespace="s")] == [
        "one", "I was told 1 things.", "two", "I was told 3 things.",
    ]  # fmt: skip
