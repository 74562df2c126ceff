"""Conversations as ChatGPT and Claude give them out."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.exports import chatgpt, chatgpt_node, claude, claude_message, written

import greeum.testing
from greeum import Memory
from greeum.testing import TinyEmbedder


@pytest.fixture
def memory() -> Iterator[Memory]:
    with greeum.testing.memory(embedder=TinyEmbedder()) as memory:
        yield memory


def said(memory: Memory, namespace: str = "") -> list[tuple[str | None, str]]:
    return [(block.source, block.text) for block in memory.list(namespace=namespace)]


CHAT = chatgpt(
    "chat-1",
    chatgpt_node("root", None),
    chatgpt_node("system", "root", "be brief", role="system"),
    chatgpt_node("one", "system", "When is the cello lesson?", at=1_700_000_001),
    chatgpt_node("old", "one", "On Monday.", role="assistant", at=1_700_000_002),
    chatgpt_node("new", "one", "On Thursday.", role="assistant", at=1_700_000_003),
    chatgpt_node("blank", "new", " ", at=1_700_000_004),
    chatgpt_node("last", "blank", "Thanks.", at=None),
)


class TestChatGPT:
    def test_the_branch_that_was_seen_last_is_the_conversation(self, memory: Memory, tmp_path: Path) -> None:
        path = written(tmp_path / "conversations.json", [CHAT])
        report = memory.import_from(path, namespace="chatgpt")
        assert (report.format, report.added, report.skipped) == ("chatgpt", 3, 0)
        assert said(memory, "chatgpt/chat-1") == [
            ("user", "When is the cello lesson?"),
            ("assistant", "On Thursday."),
            ("user", "Thanks."),
        ]
        assert report.left_out == {
            "instructions of the system": 1,
            "messages of other branches": 1,
            "messages without text": 1,
        }
        first, _, last = memory.list()
        assert (first.at.timestamp(), last.at.timestamp()) == (1_700_000_001, 1_700_000_003)
        assert (first.metadata, first.origin) == ({"conversation": "Lessons", "model": "m"}, "import/chatgpt")

    def test_a_second_import_adds_nothing_and_another_namespace_is_another_place(
        self, memory: Memory, tmp_path: Path
    ) -> None:
        path = written(tmp_path / "conversations.json", [CHAT])
        memory.import_from(path)
        again = memory.import_from(path)
        assert (again.added, again.present) == (0, 3)
        assert memory.import_from(path, namespace="b").added == 3

    def test_a_zip_file_and_a_folder_hold_it_too(self, memory: Memory, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "export.zip", "w") as packed:
            packed.writestr("x/conversations-000.json", json.dumps([CHAT]))
            packed.writestr("x/conversations-001.json", json.dumps([CHAT | {"conversation_id": "chat-2"}]))
            packed.writestr("user.json", "{}")
        assert memory.import_from(tmp_path / "export.zip").added == 6
        folder = tmp_path / "folder"
        folder.mkdir()
        written(folder / "conversations.json", [CHAT])
        assert memory.import_from(folder).present == 3

    def test_what_is_wrong_is_said_and_the_rest_is_taken(self, memory: Memory, tmp_path: Path) -> None:
        circle = chatgpt("c", chatgpt_node("a", "b", "x"), chatgpt_node("b", "a", "y"))
        nan = chatgpt("n", chatgpt_node("a", None, "good"), chatgpt_node("b", "a", "bad", at=float("nan")))
        late = chatgpt("l", chatgpt_node("a", None, "bad", at=1e300), chatgpt_node("b", "a", "fine"))
        odd: list[Any] = [CHAT, circle, nan, late, {"mapping": {}}, 7, {"id": "x", "mapping": {"a": 5}}, {"id": "y"}]
        said: Any = chatgpt("p", chatgpt_node("a", None, "x"), chatgpt_node("b", "a", "y"))
        said["mapping"]["a"]["message"]["content"]["parts"] = "no list"
        said["mapping"]["b"]["message"]["content"] = "no object"
        odd.append(said)
        report = memory.import_from(written(tmp_path / "c.json", odd))
        assert report.added == 5
        assert [(where, reason.partition(":")[0]) for where, reason in report.reasons] == [
            ("[1]", "mapping"),
            ("[2].mapping['b']", "create_time"),
            ("[3].mapping['a']", "create_time"),
            ("[4]", "id"),
            ("[5]", "conversation"),
            ("[6].mapping['a']", "node"),
            ("[7]", "mapping"),
            ("[8].mapping['a']", "content.parts"),
            ("[8].mapping['b']", "content"),
        ]

    def test_texts_that_cannot_be_stored_are_mended(self, memory: Memory, tmp_path: Path) -> None:
        path = tmp_path / "c.json"
        text = json.dumps([chatgpt("c", chatgpt_node("a", None, "X"))]).replace('"X"', '"half \\ud83d NUL \\u0000 end"')
        path.write_text(text, encoding="utf-8")
        memory.import_from(path)
        assert said(memory) == [("user", "half \ufffd NUL \ufffd end")]

    def test_a_document_that_breaks_off_gives_what_is_whole(self, memory: Memory, tmp_path: Path) -> None:
        path = tmp_path / "c.json"
        path.write_text(json.dumps([CHAT, CHAT])[:-40], encoding="utf-8")
        report = memory.import_from(path)
        assert report.added == 3
        assert report.reasons[0] == ("[1]", "the document breaks off here")

    def test_pictures_tools_and_code_are_what_they_say(self, memory: Memory, tmp_path: Path) -> None:
        node = chatgpt_node("a", None, "", role="tool")
        node["message"]["author"]["name"] = "browser"
        node["message"]["content"] = {"content_type": "code", "text": "print(1)"}
        picture = chatgpt_node("b", "a", "")
        picture["message"]["content"]["parts"] = [
            {"content_type": "image_asset_pointer"},
            "this picture",
            {"text": "and this"},
        ]
        hidden = chatgpt_node("c", "b", "secret instructions")
        hidden["message"]["metadata"]["is_visually_hidden_from_conversation"] = True
        memory.import_from(written(tmp_path / "c.json", [chatgpt("c", node, picture, hidden)]))
        assert said(memory) == [("tool", "print(1)"), ("user", "this picture\n\nand this")]
        assert memory.list()[0].metadata["tool"] == "browser"

    def test_without_a_current_node_the_last_leaf_is_meant(self, memory: Memory, tmp_path: Path) -> None:
        chat = CHAT | {"current_node": None}
        assert memory.import_from(written(tmp_path / "c.json", [chat])).added == 3


class TestClaude:
    def test_messages_follow_one_another(self, memory: Memory, tmp_path: Path) -> None:
        attached = {"file_name": "plan.txt", "extracted_content": "bring the bow"}
        chat = claude(
            "c1",
            claude_message("m1", "When is the lesson?"),
            claude_message("m2", "On Thursday.", "assistant", created_at="2025-03-04T09:00:02.5Z"),
            claude_message("m3", "See the plan.", attachments=[attached], created_at=None),
            claude_message("m4", ""),
        )
        report = memory.import_from(written(tmp_path / "conversations.json", [chat]))
        assert (report.format, report.added, report.left_out) == ("claude", 3, {"messages without text": 1})
        assert said(memory, "c1") == [
            ("user", "When is the lesson?"),
            ("assistant", "On Thursday."),
            ("user", "See the plan.\n\nbring the bow"),
        ]
        assert memory.list()[2].metadata == {"conversation": "Lessons", "files": ["plan.txt"]}
        assert memory.import_from(tmp_path / "conversations.json").present == 3

    def test_only_the_branch_that_was_seen_last_is_taken(self, memory: Memory, tmp_path: Path) -> None:
        root = "00000000-0000-4000-8000-000000000000"
        messages = [
            claude_message("a", "question", parent_message_uuid=root),
            claude_message("b", "wrong", "assistant", parent_message_uuid="a"),
            claude_message("c", "right", "assistant", parent_message_uuid="a"),
        ]
        report = memory.import_from(written(tmp_path / "c.json", [claude("c1", *messages)]))
        assert said(memory) == [("user", "question"), ("assistant", "right")]
        assert report.left_out == {"messages of other branches": 1}
        current = claude("c2", *messages) | {"current_leaf_message_uuid": "b"}
        memory.import_from(written(tmp_path / "c.json", [current]))
        assert said(memory, "c2") == [("user", "question"), ("assistant", "wrong")]

    def test_what_is_wrong_is_said(self, memory: Memory, tmp_path: Path) -> None:
        circle = [claude_message(a, "x", parent_message_uuid=b) for a, b in (("a", "b"), ("b", "a"))]
        odd: list[Any] = [
            claude(
                "good",
                claude_message("a", "x"),
                {"uuid": "b"},
                {"sender": "human"},
                5,
                claude_message("c", "y", created_at="soon"),
                claude_message("d", "", content=[]) | {"text": 5},
                claude_message("e", "", content="no list"),
            ),
            claude("circle", *circle),
            {"chat_messages": []},
            {"uuid": "z", "chat_messages": {}},
        ]
        report = memory.import_from(written(tmp_path / "c.json", odd), format="claude")
        assert report.added == 1
        assert [reason.partition(":")[0] for _, reason in report.reasons] == [
            "sender",
            "uuid",
            "message",
            "created_at",
            "text",
            "content",
            "chat_messages",
            "uuid",
            "chat_messages",
        ]
