"""What every Memory must give out and take in without loss, and keep while it is closed. See `memory`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conformance.memory import QUERIES, OpenMemory, everything, facts, ids, remember_much, scores, tell, texts

from greeum import Memory
from greeum.errors import Conflict, InvalidInput
from greeum.limits import K_MAX
from greeum.testing import FrozenClock


def furnish(memory: Memory) -> None:
    """Something of everything that an export may hold."""
    tell(memory)
    one, two = memory.list(limit=2)
    new = memory.update(one.id, text="one and a half", source="carol")
    memory.update(new.id, text="one and three quarters")
    memory.update(two.id, importance=0.25)
    memory.add("부산 \u2028 🏠", near=two.id, key="집", namespace=["acme", "a/b"], metadata={"줄": "\n"})
    memory.link(two.id, new.id, kind="similar", weight=0.3)
    memory.anchors.set("A", two.id)
    memory.anchors.set("주제", one.id, namespace="acme/alice", hops=7, pinned=True)
    memory.weights.set({"words": 0.8, "recency": 0.3}, namespace="acme/집")


LEARNT = {"steps": {"words": 0.1}, "judgements": 1, "gain": 0.5, "spread": 0.25, "requests": []}

HEADER = '{"type": "greeum", "format": 1}'


def link(**fields: Any) -> str:
    """A line with a link."""
    return json.dumps({"type": "link", "kind": "k", "weight": 1, "added_at": "2020-01-01"} | fields)


def taken(**counts: int) -> dict[str, int]:
    """What an import says of records; of those that are not named there were none."""
    return dict.fromkeys(("added", "present", "forgotten", "links", "anchors", "weights"), 0) | counts


class TestTransfer:
    @pytest.fixture
    def lines(self, memory: Memory) -> list[str]:
        """An export of another memory: this one, emptied again."""
        furnish(memory)
        lines = list(memory.export())
        memory.forget([block.id for block in everything(memory)])
        return lines

    def test_what_comes_out_goes_in_and_comes_out_the_same(self, memory: Memory, lines: list[str]) -> None:
        done = memory.import_(lines, bring_back=True)
        assert done == taken(added=7, links=2, anchors=2, weights=1)
        assert list(memory.export()) == lines
        assert texts(memory.search("three quarters", k=1)) == ["one and three quarters"]
        assert len(memory.history(memory.get(key="third", namespace="acme/alice2").id)) == 1
        assert len(memory.history(memory.search("three quarters", k=1)[0].block.id)) == 3

    def test_of_a_namespace_comes_out_what_is_there_and_below(self, memory: Memory) -> None:
        furnish(memory)
        outside = memory.add("outside", namespace="acme/alice2")
        inside = memory.add("inside", namespace="acme/alice")
        memory.link(inside.id, outside.id)
        memory.anchors.set("out", outside.id, namespace="acme/alice2")
        memory.anchors.set("in", inside.id, namespace="acme/alice")
        memory.weights.set({"words": 0.7}, namespace="acme/alice/chat")
        everything_of_it = [block.id for block in memory.list(namespace="acme/alice", history=True)]
        whole, lines = list(memory.export()), list(memory.export(namespace="acme/alice"))
        records = [json.loads(line) for line in lines]
        assert [line for line in whole if line in lines] == lines
        assert {one["namespace"] for one in records if one["type"] == "block"} == {"acme/alice", "acme/alice/chat"}
        assert len(everything_of_it) == sum(one["type"] == "block" for one in records)
        assert [one["name"] for one in records if one["type"] == "anchor"] == ["in"]
        assert [one["namespace"] for one in records if one["type"] == "weights"] == ["acme/alice/chat"]
        uids = {one["uid"] for one in records if one["type"] == "block"}
        assert all({one["source"], one["target"]} <= uids for one in records if one["type"] == "link")
        memory.forget([block.id for block in everything(memory)])
        memory.import_(lines, bring_back=True)
        assert list(memory.export(namespace="acme/alice")) == lines

    def test_a_key_that_was_freed_goes_in_again(self, memory: Memory, clock: FrozenClock) -> None:
        """No version of the expired block keeps it: there would be two with one key."""
        old = memory.update(memory.add("Alice is at home.", key="alice", ttl=60).id, text="Alice is out.")
        clock.advance(61)
        new = memory.add("Alice has left.", key="alice")
        assert [block.key for block in memory.history(old.id)] == [None, None]
        lines = list(memory.export())
        memory.forget([old.id, new.id])
        memory.import_(lines, bring_back=True)
        assert list(memory.export()) == lines
        assert memory.get(key="alice").text == "Alice has left."

    def test_every_line_is_json_and_every_field_is_there(self, lines: list[str]) -> None:
        records = [json.loads(line) for line in lines]
        assert all("\n" not in line for line in lines)
        assert records[0] == {"type": "greeum", "format": 1, "time_zone": "UTC"}
        assert {record["type"] for record in records[1:]} == {"block", "link", "anchor", "weights"}
        block = next(record for record in records if record.get("key") == "third")
        assert set(block) == {
            "type", "uid", "namespace", "key", "text", "kind", "source", "tags", "importance", "metadata", "at",
            "added_at", "valid_from", "valid_to", "expires_at", "revision", "supersedes",
            "origin", "trust", "flags", "uses",
        }  # fmt: skip

    def test_a_second_import_adds_nothing(self, memory: Memory, lines: list[str]) -> None:
        memory.import_(lines, bring_back=True)
        before = list(memory.export())
        assert memory.import_(lines) == taken(present=7, anchors=2, weights=1)
        assert list(memory.export()) == before

    def test_weights_that_were_set_and_learnt_come_back(self, memory: Memory) -> None:
        blocks = memory.add_many({"text": text, "kind": "note"} for text in ("The violin is old.", "A violin. Rain."))
        memory.weights.set({"words": 0.8, "recency": 0.3}, namespace="acme")
        memory.weights.set({"tokens": 0.25})
        for _ in range(3):
            memory.feedback("violin", good=[blocks[1].id], bad=[blocks[0].id])
        before = [memory.weights.get(namespace) for namespace in ("", "acme")]
        lines = list(memory.export())
        for namespace in ("", "acme"):
            memory.weights.reset(namespace=namespace)
        memory.weights.set({"tokens": 0.75})
        assert memory.import_(lines) == taken(present=2, weights=2)
        assert [memory.weights.get(namespace) for namespace in ("", "acme")] == before
        assert before[0].judgements == 3
        assert list(memory.export()) == lines

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({}, "set"),
            ({"set": {"colour": 1.0}}, "weights.colour"),
            ({"set": {"words": "high"}}, "weights.words"),
            ({"set": {"words": None}}, "weights.words"),
            ({"set": [1]}, "weights"),
            ({"set": {"words": 1.0}, "learnt": {"steps": {}}}, "learnt"),
            ({"set": {"words": 1.0}, "learnt": 5}, "learnt"),
            ({"learnt": LEARNT | {"steps": {"near": 0.1}}}, "learnt.steps"),
            ({"learnt": LEARNT | {"gain": 2.0}}, "learnt"),
            ({"set": {"words": 1.0}, "namespace": 5}, "namespace"),
            ({"set": {"words": 1.0}, "colour": 5}, "colour"),
        ],
    )
    def test_weights_that_cannot_be_are_refused(self, memory: Memory, fields: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            memory.import_([HEADER, json.dumps({"type": "weights"} | fields)])
        assert refused.value.field == f"line 2: {field}"
        assert memory.weights.get()["words"].origin == "default"

    def test_what_comes_meanwhile_leaves_no_loose_ends(self, memory: Memory) -> None:
        blocks = memory.add_many({"text": f"turn {number}"} for number in range(1_100))
        memory.link(blocks[0].id, blocks[1].id)
        lines: list[str] = []
        for line in memory.export():
            lines.append(line)
            if '"link"' in line and len(lines) == 1_102:
                late = memory.add("late")
                memory.link(blocks[-1].id, late.id)
                memory.anchors.set("A", late.id)
        memory.forget([block.id for block in everything(memory, limit=1_000)])
        done = memory.import_(lines, bring_back=True)
        assert done == taken(added=1_100, links=1)

    def test_blank_lines_and_a_second_header_do_no_harm(self, memory: Memory, lines: list[str]) -> None:
        memory.import_(["", *lines[:5], " \n", HEADER, *lines[5:]], bring_back=True)
        assert list(memory.export()) == lines

    def test_uids_and_times_are_kept_and_ids_are_new(self, memory: Memory) -> None:
        block = memory.add("hello", at="2020-01-01")
        lines = list(memory.export())
        memory.forget(block.id)
        memory.import_(lines, bring_back=True)
        [back] = memory.list()
        assert back.uid == block.uid
        assert (back.at, back.added_at) == (block.at, block.added_at)
        assert back.id > block.id

    def test_what_was_forgotten_is_passed_over_and_counted(self, memory: Memory, lines: list[str]) -> None:
        assert memory.import_(lines) == taken(forgotten=7, weights=1)
        assert everything(memory, history=True) == []

    def test_what_names_the_forgotten_is_passed_over_too(self, memory: Memory) -> None:
        gone = memory.import_([HEADER, record(uid=1, text="gone"), record(uid=2, text="stays")])
        assert gone["added"] == 2
        [block] = [one for one in memory.list() if one.text == "gone"]
        memory.forget(block.id)
        link = {"type": "link", "kind": "k", "weight": 1, "added_at": "2020-01-01"}
        lines = [
            HEADER,
            record(uid=1, text="gone"),
            record(uid=2, text="stays"),
            record(uid=3, text="a correction of what is gone", supersedes=uid(1)),
            json.dumps(link | {"source": uid(1), "target": uid(2)}),
            json.dumps(link | {"source": uid(2), "target": uid(3)}),
            json.dumps(
                {"type": "anchor", "name": "A", "block": uid(1), "hops": 1, "pinned": False, "moved_at": "2020-01-01"}
            ),
        ]
        assert memory.import_(lines) == taken(present=1, forgotten=2)
        assert texts(everything(memory, history=True)) == ["stays"]

    def test_what_was_forgotten_comes_back_if_it_is_asked_for(self, memory: Memory, lines: list[str]) -> None:
        assert memory.import_(lines, bring_back=True)["added"] == 7
        assert memory.import_(lines)["present"] == 7
        assert list(memory.export()) == lines

    def test_progress_is_told(self, memory: Memory) -> None:
        told: list[int] = []
        lines = [record(uid=number, text=f"turn {number}") for number in range(1_100)]
        assert memory.import_([HEADER, *lines], progress=told.append)["added"] == 1_100
        assert told
        assert told == sorted(told)
        assert told[-1] <= 1_101

    def test_a_block_with_the_same_key_and_text_is_the_same_block(self, memory: Memory) -> None:
        mine = memory.add("I live in Busan.", key="home")
        other = record(uid=1, text="I live in Busan.", key="home")
        lines = [HEADER, other, record(uid=2, text="x"), link(source=uid(2), target=uid(1))]
        assert memory.import_(lines) == taken(added=1, present=1, links=1)
        assert [link.target for link in memory.links(mine.id)] == [mine.id]

    def test_what_was_one_block_stays_one_when_it_is_corrected(self, memory: Memory) -> None:
        """The first import finds the block by its key; the second one finds what has become of it."""
        mine = memory.add("I live in Busan.", key="home")
        theirs = record(uid=1, text="I live in Busan.", key="home")
        corrected = record(uid=2, text="I live in Seoul.", key="home", supersedes=uid(1))
        assert memory.import_([HEADER, theirs])["present"] == 1
        memory.update(mine.id, text="I live in Seoul.")
        for lines in ([theirs], [theirs, corrected], [theirs, corrected, record(uid=3, text="x")]):
            assert memory.import_([HEADER, *lines])["present"] == min(len(lines), 2)
        assert texts(memory.history(mine.id)) == ["I live in Busan.", "I live in Seoul."]
        fork = record(uid=4, text="I live in Daegu.", key="home", supersedes=uid(1))
        with pytest.raises(Conflict, match=r"^line 3: .* corrected here too"):
            memory.import_([HEADER, theirs, fork])

    def test_a_version_after_a_block_that_is_here_otherwise_is_added_after_it(self, memory: Memory) -> None:
        mine = memory.add("I live in Busan.", key="home")
        theirs = record(uid=1, text="I live in Busan.", key="home")
        corrected = record(uid=2, text="I live in Seoul.", key="home", supersedes=uid(1))
        assert memory.import_([HEADER, theirs, corrected]) == taken(added=1, present=1)
        assert texts(memory.history(mine.id)) == ["I live in Busan.", "I live in Seoul."]
        assert memory.get(key="home").uid == uid(2)

    def test_many_links_and_what_is_wrong_with_one(self, memory: Memory) -> None:
        blocks = [record(uid=number, text=f"turn {number}") for number in range(1, 703)]
        links = [link(source=uid(number), target=uid(number + 1)) for number in range(1, 702)]
        assert memory.import_([HEADER, *blocks, *links]) == taken(added=702, links=701)
        lines = [
            HEADER,
            *blocks,
            *(one.replace('"k"', '"z"') for one in links[:3]),
            link(source=uid(9), target=uid(999)),
        ]
        with pytest.raises(InvalidInput, match=r"^line 707: target: names block"):
            memory.import_(lines)
        assert [one.kind for one in memory.links(memory.list(limit=1)[0].id)] == ["k", "z"]

    def test_a_uid_that_comes_twice_is_added_once(self, memory: Memory) -> None:
        done = memory.import_([HEADER, record(uid=1, text="first"), record(uid=1, text="second")])
        assert (done["added"], done["present"]) == (1, 1)
        assert texts(memory.list()) == ["first"]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("{", "line 4: is not JSON"),
            ("[1]", "line 4: is not a JSON object"),
            ('{"type": "blok"}', "line 4: type: is 'blok'"),
            ("{}", "line 4: type: is None"),
            ('{"type": "greeum", "format": 2}', "line 4: format: is 2"),
            ('{"type": "block", "uid": "' + "0" * 32 + '", "text": "x"}', "line 4: at: "),
            ('{"type": "block", "colour": "red"}', "line 4: colour: is no field of a block"),
            ('{"type": "link", "source": "x"}', "line 4: source: must be 32 hex digits"),
            (link(source="0" * 32, target="1".zfill(32)), "line 4: source: names block"),
            ('{"type": "anchor", "name": "A", "block": null}', "line 4: block: must be 32 hex digits"),
            ('{"type": "anchor", "pin": 1}', "line 4: pin: is no field of a anchor"),
            (link(source="1".zfill(32), target="1".zfill(32)), "line 4: target: is the"),
        ],
    )
    def test_a_bad_line_is_named_and_what_came_before_it_stays(self, memory: Memory, line: str, message: str) -> None:
        good = [record(uid=1, text="first"), record(uid=2, text="second"), record(uid=3, text="third")]
        with pytest.raises(InvalidInput) as caught:
            memory.import_([HEADER, *good[:2], line, good[2]])
        assert str(caught.value).startswith(message)
        assert texts(memory.list()) == ["first", "second"]

    def test_a_bad_field_is_named(self, memory: Memory) -> None:
        bad: dict[str, Any] = {
            "uid": "0" * 31,
            "namespace": "a//b",
            "key": "",
            "text": " ",
            "kind": None,
            "source": 5,
            "tags": "trip",
            "importance": 1.5,
            "metadata": [],
            "at": "yesterday",
            "added_at": None,
            "valid_from": "x",
            "valid_to": 7,
            "expires_at": "10000-01-01",
            "revision": 0,
            "supersedes": "f" * 32,
        }
        for field, value in bad.items():
            broken = json.loads(record(uid=1, text="x")) | {field: value}
            with pytest.raises(InvalidInput) as caught:
                memory.import_([HEADER, json.dumps(broken)])
            assert caught.value.field == f"line 2: {field}"
        assert memory.stats()["seq"] == 0

    def test_a_conflict_is_named_and_what_came_before_it_stays(self, memory: Memory) -> None:
        memory.add("I live in Busan.", key="home")
        lines = [record(uid=n, text=f"turn {n}") for n in range(1, 4)]
        other = record(uid=9, text="I live in Seoul.", key="home")
        with pytest.raises(Conflict, match=r"^line 4: .*home"):
            memory.import_([HEADER, *lines[:2], other, lines[2]])
        assert texts(memory.list()) == ["turn 1", "turn 2", "I live in Busan."]

    def test_what_is_no_export_is_refused(self, memory: Memory) -> None:
        for lines in ([], [""], ['{"type": "block"}'], ['{"format": 1}'], ["text"]):
            with pytest.raises(InvalidInput):
                memory.import_(lines)
        assert memory.stats()["seq"] == 0


def uid(number: int) -> str:
    return f"{number:032x}"


def record(**fields: Any) -> str:
    """A line with a block."""
    return json.dumps({"type": "block", "at": "2020-01-01"} | fields | {"uid": uid(fields["uid"])})


class TestReopening:
    def test_everything_is_as_it_was(self, open_memory: OpenMemory) -> None:
        with open_memory() as memory:
            furnish(memory)
            remember_much(memory, 600)
            memory.forget(memory.add("soon gone").id)
            exported, listed, counted = list(memory.export()), everything(memory), facts(memory)
            found = [scores(memory.search(query, exact=True, near=2)) for query in QUERIES]
            status = memory.anchors.status()
        with open_memory() as memory:
            assert list(memory.export()) == exported
            assert everything(memory) == listed
            assert facts(memory) == counted
            assert [scores(memory.search(query, exact=True, near=2)) for query in QUERIES] == found
            assert memory.anchors.status() == status
            assert memory.stats()["index_trouble"] is None

    def test_ids_go_on_and_keys_are_known(self, open_memory: OpenMemory) -> None:
        with open_memory() as memory:
            first = memory.add("I live in Busan.", key="home")
            last = memory.add("soon gone")
            memory.forget(last.id)
        with open_memory() as memory:
            assert memory.add("I live in Busan.", key="home") == first
            assert memory.add("next").id > last.id

    def test_a_cursor_goes_on_after_reopening(self, open_memory: OpenMemory) -> None:
        with open_memory() as memory:
            blocks = memory.add_many({"text": f"turn {number}"} for number in range(6))
            page = memory.list(limit=4)
        with open_memory() as memory:
            assert memory.list(limit=4, cursor=page.cursor) == blocks[4:]

    def test_changes_after_reopening_are_found(self, open_memory: OpenMemory) -> None:
        with open_memory() as memory:
            remember_much(memory, 400)
            old = memory.add("The harpsichord is old.")
        with open_memory() as memory:
            new = memory.update(old.id, text="The harpsichord is new.")
            gone = memory.search("violin", k=1)[0].block.id
            memory.forget(gone)
        with open_memory() as memory:
            assert ids(memory.search("harpsichord", k=1)) == [new.id]
            assert gone not in ids(memory.search("violin", k=K_MAX))
