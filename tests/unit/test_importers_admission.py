"""What comes from elsewhere is looked at, and trusted as the door by which it comes; what was forgotten stays so."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.exports import chatgpt, chatgpt_node, claude, claude_message, mem0_history, written

import greeum
import greeum.testing
from greeum import Memory
from greeum._core import split
from greeum.embed.given import GivenVectors
from greeum.errors import Forbidden, InvalidInput, NotFound
from greeum.testing import TinyEmbedder

PASSWORD = "The wifi password is gr33nhouse!7"
CALL = "Call Alice: 010-2345-6789"
HEADER = '{"type": "greeum", "format": 1}'

Import = Callable[[Memory], object]


@pytest.fixture
def memory() -> Iterator[Memory]:
    with greeum.testing.memory(embedder=TinyEmbedder()) as memory:
        yield memory


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    said = [claude_message("1", "My lesson is on Thursday."), claude_message("2", PASSWORD), claude_message("3", CALL)]
    return written(tmp_path / "c.json", [claude("c", *said)])


def block(number: int, text: str, **fields: Any) -> str:
    return json.dumps({"type": "block", "uid": f"{number:032x}", "text": text, "at": "2020-01-01"} | fields)


def link(source: int, target: int) -> str:
    ends = {"source": f"{source:032x}", "target": f"{target:032x}"}
    return json.dumps({"type": "link", "kind": "k", "weight": 1.0, "added_at": "2020-01-01"} | ends)


def anchor(name: str, target: int) -> str:
    where = {"name": name, "block": f"{target:032x}"}
    return json.dumps({"type": "anchor", "hops": 1, "pinned": False, "moved_at": "2020-01-01"} | where)


def export(path: Path, *lines: str) -> Path:
    path.write_text("\n".join((HEADER, *lines)), encoding="utf-8")
    return path


def texts(memory: Memory) -> list[str]:
    return sorted(one.text for one in memory.list(limit=100, history=True))


class TestScreening:
    def test_what_is_noticed_is_flagged_and_says_where_it_is_from(self, memory: Memory, chats: Path) -> None:
        assert memory.import_from(chats).added == 3
        flags = {one.text: one.flags for one in memory.list()}
        assert flags == {"My lesson is on Thursday.": (), PASSWORD: ("secret",), CALL: ("personal",)}
        assert {one.origin for one in memory.list()} == {"import/claude"}

    def test_what_is_refused_is_skipped_and_the_rest_is_taken(self, memory: Memory, chats: Path) -> None:
        memory.screening.set("secret", "refuse")
        dry = memory.import_from(chats, dry_run=True)
        report = memory.import_from(chats)
        assert (report.added, report.skipped) == (2, 1)
        assert "a password" in report.reasons[0].reason and "gr33nhouse" not in report.reasons[0].reason
        assert dry.to_dict() | {"dry_run": False} == report.to_dict()
        assert texts(memory) == [CALL, "My lesson is on Thursday."]

    def test_what_is_redacted_is_embedded_so(self, memory: Memory, chats: Path) -> None:
        memory.screening.set("personal", "redact")
        seen: list[str] = []
        encode = TinyEmbedder.encode_blocks

        class Watched(TinyEmbedder):
            def encode_blocks(self, texts: Any) -> Any:
                seen.extend(texts)
                return encode(self, texts)

        with greeum.testing.memory(embedder=Watched()) as watched:
            watched.screening.set("personal", "redact")
            watched.import_from(chats)
            assert "Call Alice: [phone]" in seen and CALL not in seen
            [call] = watched.list(where={"flags": {"contains": "personal"}})
            assert call.text == "Call Alice: [phone]"
            assert watched.import_from(chats).present == 3

    def test_a_line_that_is_refused_ends_an_import_and_what_came_before_stays(self, memory: Memory) -> None:
        memory.screening.set("secret", "refuse")
        with pytest.raises(InvalidInput, match=r"^line 3: text: holds what looks like a password"):
            memory.import_([HEADER, block(1, "first"), block(2, PASSWORD), block(3, "last")])
        assert texts(memory) == ["first"]

    def test_vectors_of_a_text_that_was_changed_are_made_again(self, memory: Memory, tmp_path: Path) -> None:
        with greeum.open(tmp_path / "theirs", embedder=TinyEmbedder()) as theirs:
            theirs.add(CALL)
        memory.screening.set("personal", "redact")
        assert memory.merge(tmp_path / "theirs").added == 1
        with greeum.testing.memory(embedder=TinyEmbedder()) as same:
            same.add("Call Alice: [phone]")
            mine, theirs_now = (one.search("alice phone", k=1, exact=True)[0] for one in (memory, same))
        assert mine.block.text == theirs_now.block.text
        assert mine.score == pytest.approx(theirs_now.score, rel=1e-3)

    def test_vectors_that_cannot_be_made_again_must_fit_what_is_left(self) -> None:
        with greeum.testing.memory(embedder=GivenVectors(8, "m")) as source:
            source.add(CALL, vector=[1.0] * 8)
            lines = list(source.export())
        calls = "Card 4111 1111 1111 1111.\n" * 100
        with greeum.testing.memory(embedder=GivenVectors(8, "m")) as memory:
            memory.screening.set("personal", "redact")
            assert memory.import_(lines)["added"] == 1
            assert memory.search("", vector=[1.0] * 8)[0].block.text == "Call Alice: [phone]"
            passages = len(split(calls))
            assert passages > len(split(calls.replace("4111 1111 1111 1111", "[card]")))
            codes = b64encode(b64decode(json.loads(lines[1])["vectors"]) * passages).decode()
            with pytest.raises(InvalidInput, match="are of more passages"):
                memory.import_([HEADER, block(7, calls, vectors=codes)])


class TestTrust:
    def test_nobody_brings_in_more_trust_than_he_has(self, memory: Memory, tmp_path: Path) -> None:
        path = export(tmp_path / "e.jsonl", block(1, "one", origin="cli", trust=0.9), block(2, "two"), link(1, 2))
        door = memory.through("upload", 0.3)
        assert (door.import_from(path).added, door.import_from(path).present) == (2, 2)
        assert {(one.origin, one.trust) for one in memory.list()} == {("upload", 0.3)}
        assert len(memory.roll_back(origin="upload").links) == 1

    def test_who_is_trusted_in_full_keeps_what_was_said(self, memory: Memory, tmp_path: Path) -> None:
        path = export(tmp_path / "e.jsonl", block(1, "one", origin="web", trust=0.4, flags=["echo"]))
        memory.through("cli").import_from(path)
        [one] = memory.list(where={"flags": {"contains": "echo"}})
        assert (one.origin, one.trust, one.flags) == ("web", 0.4, ("echo",))

    def test_what_is_trusted_more_is_not_corrected(self, memory: Memory, tmp_path: Path) -> None:
        lines = [block(1, "I live in Busan.", key="home")]
        correction = block(2, "I live in Seoul.", supersedes=f"{1:032x}")
        memory.import_([HEADER, *lines])
        door = memory.through("upload", 0.3)
        report = door.import_from(export(tmp_path / "e.jsonl", *lines, correction, block(3, "last")))
        assert (report.added, report.present, report.skipped) == (1, 1, 1)
        assert "trusted" in report.reasons[0].reason
        with pytest.raises(Forbidden, match=r"^line 3: "):
            door.import_([HEADER, *lines, correction])
        assert memory.get(key="home").text == "I live in Busan."

    def test_an_import_of_another_program_is_taken_back_with_its_links(self, memory: Memory, tmp_path: Path) -> None:
        (tmp_path / "notes").mkdir()
        (tmp_path / "notes" / "a.md").write_text("# A\n\nsee [[b]]\n", encoding="utf-8")
        (tmp_path / "notes" / "b.md").write_text("# B\n\nthe other\n", encoding="utf-8")
        report = memory.import_from(tmp_path / "notes", format="markdown")
        assert report.links > 0
        undone = memory.roll_back(origin="import/markdown")
        assert (len(undone.links), len(memory.list())) == (report.links, 0)


class TestForgotten:
    """One ledger for every way in."""

    def both(self, memory: Memory, path: Path, **options: Any) -> dict[str, object]:
        """What a dry run says, which must be what is done."""
        dry = memory.import_from(path, dry_run=True, **options)
        report = memory.import_from(path, **options)
        assert dry.to_dict() | {"dry_run": False} == report.to_dict()
        return {name: value for name, value in report.to_dict().items() if value and name not in ("format", "notes")}

    def test_a_chat_is_not_brought_back_unless_it_is_asked_for(self, memory: Memory, chats: Path) -> None:
        memory.import_from(chats)
        memory.forget([one.id for one in memory.list() if one.text == PASSWORD])
        assert self.both(memory, chats) == {"present": 2, "forgotten": 1}
        assert PASSWORD not in texts(memory)
        assert self.both(memory, chats, bring_back=True) == {"added": 1, "present": 2}
        assert self.both(memory, chats) == {"present": 3}

    def test_what_was_forgotten_is_not_looked_at(self, memory: Memory, chats: Path) -> None:
        """Who forgets a secret, and then refuses such, has an import that goes through."""
        memory.import_from(chats)
        memory.forget([one.id for one in memory.list() if one.text == PASSWORD])
        memory.screening.set("secret", "refuse")
        assert self.both(memory, chats) == {"present": 2, "forgotten": 1}

    def test_a_chain_is_passed_over_to_its_end(self, memory: Memory, tmp_path: Path) -> None:
        first = mem0_history(tmp_path / "a.db", ("m", None, "Likes tea", "ADD", "2025-01-01T00:00:00+00:00"))
        memory.import_from(first)
        memory.forget(memory.list()[0].id)
        later = mem0_history(
            tmp_path / "b.db",
            ("m", None, "Likes tea", "ADD", "2025-01-01T00:00:00+00:00"),
            ("m", "Likes tea", "Likes coffee", "UPDATE", "2025-01-02T00:00:00+00:00"),
            ("m", "Likes coffee", "Likes cocoa", "UPDATE", "2025-01-03T00:00:00+00:00"),
        )
        assert self.both(memory, later) == {"forgotten": 3}
        assert self.both(memory, later, bring_back=True) == {"added": 3, "corrected": 2}

    def test_links_and_anchors_that_name_it_are_passed_over(self, memory: Memory, tmp_path: Path) -> None:
        memory.import_([HEADER, block(1, "gone"), block(2, "stays")])
        memory.forget([one.id for one in memory.list() if one.text == "gone"])
        naming = [link(1, 2), link(2, 1), link(2, 2 + 1), anchor("A", 1), anchor("B", 2)]
        path = export(tmp_path / "e.jsonl", block(1, "gone"), block(2, "stays"), block(3, "new"), *naming)
        assert self.both(memory, path) == {"added": 1, "present": 1, "forgotten": 1, "links": 1, "anchors": 1}
        # An export need not hold the block to name it.
        assert self.both(memory, export(tmp_path / "f.jsonl", block(2, "stays"), *naming)) == {
            "present": 1, "anchors": 1,
        }  # fmt: skip

    def test_what_came_back_may_be_corrected(self, memory: Memory, tmp_path: Path) -> None:
        memory.import_([HEADER, block(1, "tea")])
        memory.forget(memory.list()[0].id)
        memory.import_([HEADER, block(1, "tea")], bring_back=True)
        correction = export(tmp_path / "e.jsonl", block(1, "tea"), block(2, "coffee", supersedes=f"{1:032x}"))
        assert self.both(memory, correction) == {"added": 1, "corrected": 1, "present": 1}

    def test_a_merge_heeds_it_too(self, memory: Memory, tmp_path: Path) -> None:
        with greeum.open(tmp_path / "theirs", embedder=TinyEmbedder()) as theirs:
            old = theirs.add("lesson on Thursday", key="lesson")
            new = theirs.update(old.id, text="lesson on Friday")
            theirs.anchors.set("A", new.id)
            theirs.link(theirs.add("The teacher is Mia.").id, new.id)
        memory.merge(tmp_path / "theirs")
        memory.forget(memory.get(key="lesson").id)
        dry = memory.merge(tmp_path / "theirs", dry_run=True)
        report = memory.merge(tmp_path / "theirs")
        assert dry.to_dict() | {"dry_run": False} == report.to_dict()
        assert (report.forgotten, report.present, report.links, report.anchors, report.skipped) == (2, 1, 0, 0, 0)
        assert texts(memory) == ["The teacher is Mia."]
        back = memory.merge(tmp_path / "theirs", bring_back=True)
        assert (back.added, back.present, back.links, back.anchors) == (2, 1, 1, 1)
        assert memory.get(key="lesson").text == "lesson on Friday"

    def test_what_was_forgotten_in_the_other_stays_here(self, memory: Memory, tmp_path: Path) -> None:
        with greeum.open(tmp_path / "theirs", embedder=TinyEmbedder()) as theirs:
            theirs.import_([HEADER, block(1, "mine still")])
            theirs.forget(theirs.list()[0].id)
        memory.import_([HEADER, block(1, "mine still")])
        assert memory.merge(tmp_path / "theirs").to_dict()["forgotten"] == 0
        assert texts(memory) == ["mine still"]

    def test_what_is_forgotten_while_it_is_on_its_way_is_passed_over(self, chats: Path) -> None:
        """The ledger is asked again where it is written, in the same transaction."""

        class Slow(TinyEmbedder):
            def encode_blocks(self, texts: Any) -> Any:
                if meanwhile:
                    meanwhile.pop()()
                return TinyEmbedder().encode_blocks(texts)

        meanwhile: list[Callable[[], object]] = []
        with greeum.testing.memory(embedder=Slow()) as memory:

            def comes_and_goes() -> None:
                memory.import_from(chats)
                memory.wipe(confirm=memory.count())

            meanwhile.append(comes_and_goes)
            report = memory.import_from(chats)
            assert (report.added, report.forgotten, memory.count()) == (0, 3, 0)


def test_chats_of_another_format_are_no_exception(memory: Memory, tmp_path: Path) -> None:
    path = written(tmp_path / "c.json", [chatgpt("c", chatgpt_node("1", None, CALL))])
    memory.through("cli").import_from(path)
    [one] = memory.list()
    assert (one.origin, one.trust, one.flags) == ("import/chatgpt", 1.0, ("personal",))


class TestRehearsal:
    """A dry run decides as the real one does, whatever is in the way."""

    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            ([block(1, "tea", key="k"), block(2, "tea", key="k")], {"added": 1, "present": 1}),
            ([block(1, "tea", key="k"), block(2, "cocoa", key="k")], {"added": 1, "skipped": 1}),
            ([block(1, "tea"), block(2, "cocoa", supersedes="f" * 32)], {"added": 1, "skipped": 1}),
            ([block(1, "here", key="home")], {"present": 1}),
            ([block(1, "here", key="home"), block(2, "there", supersedes=f"{1:032x}")], {"present": 2}),
            ([block(1, "here", key="home"), block(2, "fork", supersedes=f"{1:032x}")], {"present": 1, "skipped": 1}),
            ([block(1, "tea"), link(1, 9), anchor("A", 9), link(1, 1)], {"added": 1, "skipped": 3}),
            ([block(1, "tea"), "{", anchor("A", 1)], {"added": 1, "skipped": 1, "anchors": 1}),
            ([block(1, "here", key="home"), block(2, "tea"), link(2, 1)], {"added": 1, "present": 1, "links": 1}),
            (
                [block(1, "tea", key="k"), block(2, "tea", key="k"), block(3, "tin"), link(2, 3)],
                {"added": 2, "present": 1, "links": 1},
            ),
            ([block(1, "tea"), block(2, "tin"), link(1, 2), link(2, 1), link(1, 2)], {"added": 2, "links": 2}),
        ],
    )
    def test_it_decides_as_the_import_does(
        self, memory: Memory, tmp_path: Path, lines: list[str], expected: dict[str, int]
    ) -> None:
        memory.update(memory.add("here", key="home").id, text="there")
        path = export(tmp_path / "e.jsonl", *lines)
        dry, report = memory.import_from(path, dry_run=True), memory.import_from(path)
        counted = ("added", "present", "forgotten", "skipped", "links", "anchors")
        for one in (dry, report):
            assert {name: getattr(one, name) for name in counted if getattr(one, name)} == expected

    def test_a_merge_of_what_is_here_under_another_uid_keeps_the_anchor(self, memory: Memory, tmp_path: Path) -> None:
        memory.anchors.set("A", memory.add("I live in Busan.", key="home").id)
        with greeum.open(tmp_path / "theirs", embedder=TinyEmbedder()) as theirs:
            theirs.anchors.set("A", theirs.add("I live in Busan.", key="home").id)
        for is_dry in (True, False):
            report = memory.merge(tmp_path / "theirs", dry_run=is_dry)
            assert (report.present, report.anchors, report.skipped) == (1, 0, 0)


class TestBatches:
    """More than one transaction holds."""

    def test_a_correction_of_what_is_here_under_another_uid(self, memory: Memory, tmp_path: Path) -> None:
        memory.add("I live in Busan.", key="home")
        turns = [block(number, f"turn {number}") for number in range(10, 520)]
        correction = block(2, "I live in Seoul.", supersedes=f"{1:032x}")
        path = export(tmp_path / "e.jsonl", block(1, "I live in Busan.", key="home"), *turns, correction)
        report = memory.import_from(path)
        assert (report.added, report.corrected, report.present) == (511, 1, 1)
        assert memory.get(key="home").text == "I live in Seoul."

    def test_many_anchors_and_what_is_wrong_with_one(self, memory: Memory) -> None:
        anchors = [anchor(f"a{number}", 1) for number in range(501)]
        assert memory.import_([HEADER, block(1, "tea"), *anchors])["anchors"] == 501
        with pytest.raises(InvalidInput, match=r"^line 3: block: names block"):
            memory.import_([HEADER, anchor("first", 1), anchor("second", 9), anchor("third", 1)])
        assert memory.anchor("first") is not None
        with pytest.raises(NotFound):
            memory.anchor("third")

    def test_links_between_what_is_one_block_here(self, memory: Memory, tmp_path: Path) -> None:
        memory.add("I live in Busan.", key="home")
        same = [block(number, "I live in Busan.", key="home") for number in (1, 2)]
        report = memory.import_from(export(tmp_path / "e.jsonl", *same, link(1, 2)))
        assert (report.present, report.links) == (2, 0)
        assert report.reasons[0].reason == "target: is the block itself"

    def test_a_chain_is_passed_over_in_later_transactions_too(self, memory: Memory, tmp_path: Path) -> None:
        memory.import_([HEADER, block(1, "gone")])
        memory.forget(memory.list()[0].id)
        turns = [block(number, f"turn {number}") for number in range(10, 520)]
        chain = [block(2, "two", supersedes=f"{1:032x}"), block(3, "three", supersedes=f"{2:032x}")]
        report = memory.import_from(export(tmp_path / "e.jsonl", chain[0], *turns, chain[1], link(3, 10)))
        assert (report.added, report.forgotten, report.links, report.skipped) == (510, 2, 0, 0)

    def test_links_that_are_here_are_not_counted(self, memory: Memory, tmp_path: Path) -> None:
        tea, tin, cup = block(1, "tea", key="t"), block(2, "tin"), block(3, "cup")
        memory.import_([HEADER, tea, tin, cup, link(1, 2)])
        again = export(tmp_path / "e.jsonl", tea, tin, cup, link(1, 2), link(1, 3))
        dry, report = memory.import_from(again, dry_run=True), memory.import_from(again)
        assert dry.links == report.links == 1
        assert memory.import_from(again, dry_run=True).links == memory.import_from(again).links == 0

    def test_a_correction_has_the_links_of_what_it_corrects(self, memory: Memory, tmp_path: Path) -> None:
        memory.import_([HEADER, block(1, "tea", key="t"), block(2, "tin"), link(1, 2)])
        corrected = [block(1, "tea", key="t"), block(3, "green tea", key="t", supersedes=f"{1:032x}"), block(4, "cup")]
        path = export(tmp_path / "e.jsonl", *corrected, block(2, "tin"), link(3, 2), link(3, 4))
        dry, report = memory.import_from(path, dry_run=True), memory.import_from(path)
        assert dry.links == report.links == 1
