"""What every Store must do, whatever it keeps its rows in.

A backend's own test gives a fixture `open_store`, a function that returns a new, empty Store, and imports everything
here. `store_model` goes on from there: it compares a backend with the one in memory over random histories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from greeum.errors import Conflict, EmbedderMismatch, InvalidInput, NotFound, StoreClosed
from greeum.store.arrivals import Arrival
from greeum.store.certificates import faults, uid_digest
from greeum.store.protocol import (
    ANCHOR,
    BLOCK,
    BLOCK_COLUMNS,
    FORGOTTEN,
    LINKS,
    REVISABLE,
    Draft,
    Erased,
    ErasureRequest,
    Store,
)

if TYPE_CHECKING:
    from greeum.store.protocol import BlockRow

OpenStore = Callable[[], Store]

_numbers = count(1)


def draft(text: str = "I moved to Busan in May.", **fields: Any) -> Draft:
    """A draft with a uid and a time of its own."""
    number = next(_numbers)
    return Draft(
        **{
            "uid": f"{number:032x}",
            "namespace": "acme/alice",
            "text": text,
            "kind": "message",
            "at": number,
            "added_at": number + 1_000_000,
            "vectors": b"\x01\x02",
            **fields,
        }
    )


def columns(row: BlockRow) -> dict[str, object]:
    """A row by the names of its columns."""
    return dict(zip(BLOCK_COLUMNS, row, strict=True))


def add(store: Store, *texts: str, **fields: Any) -> list[int]:
    """Add texts; their ids."""
    return [row[0] for row in store.add([draft(text, **fields) for text in texts])]


def log(store: Store, after: int = 0) -> list[tuple[int, int]]:
    """The operations and block ids after a seq."""
    return [change[1:] for change in store.changes(after, 1_000)]


@pytest.fixture
def store(open_store: OpenStore) -> Iterator[Store]:
    store = open_store()
    yield store
    store.close()


class TestAdding:
    def test_every_field_comes_back_as_it_was_given(self, store: Store) -> None:
        given: dict[str, Any] = {
            "uid": "0123456789abcdef0123456789abcdef",
            "namespace": "acme/alice/chat%2F1",
            "key": "home",
            "text": "부산으로 이사했다 🏠\0 \r\n",
            "kind": "note",
            "source": "alice",
            "tags": '["a","b"]',
            "importance": 0.25,
            "metadata": '{"x":[1,2]}',
            "at": -62_135_596_800_000_000,
            "added_at": 253_402_300_799_999_999,
            "valid_from": -1,
            "valid_to": 0,
            "expires_at": 1,
            "origin": "rest/gr_1",
            "trust": 0.25,
            "flags": '["bidi"]',
            "uses": 3,
        }
        [row] = store.add([draft(**given, vectors=b"\x00\xff\x00")])
        nothing = dict.fromkeys(("supersedes", "superseded_by", "superseded_at"))
        assert columns(row) == {**given, "id": row[0], "revision": 1, **nothing}
        assert store.blocks([row[0]]) == [row]
        assert store.entries([row[0]]) == [(row, b"\x00\xff\x00")]

    def test_what_is_left_out_is_none(self, store: Store) -> None:
        [row] = store.add([draft()])
        left_out = ("key", "source", "valid_from", "valid_to", "expires_at", "supersedes", "superseded_by",
                    "superseded_at")  # fmt: skip
        assert {columns(row)[name] for name in left_out} == {None}

    def test_the_longest_text_fits(self, store: Store) -> None:
        text = "가" * (1_048_576 // 3)
        [block_id] = add(store, text)
        assert columns(store.blocks([block_id])[0])["text"] == text

    def test_ids_are_positive_and_ascend_in_the_order_of_the_drafts(self, store: Store) -> None:
        first, *others = add(store, "a", "b", "c") + add(store, "d")
        assert first > 0
        assert [first, *others] == sorted({first, *others})

    def test_nothing_is_no_change(self, store: Store) -> None:
        assert store.add([]) == []
        assert store.seq() == 0

    @pytest.mark.parametrize(
        ("bad", "error"),
        [
            ({"uid": "f" * 32}, Conflict),
            ({"key": "home", "text": "other"}, Conflict),
            ({"near": ("acme/alice", "Z")}, NotFound),
            ({"near": 999}, NotFound),
        ],
    )
    def test_all_or_none(self, store: Store, bad: dict[str, Any], error: type[Exception]) -> None:
        [before] = add(store, "before", uid="f" * 32, key="home")
        store.set_anchor("acme/alice", "A", before, None, None, 1)
        seq = store.seq()
        with pytest.raises(error):
            store.add([draft(key="new"), draft(near=("acme/alice", "A")), draft(**bad), draft()])
        assert store.seq() == seq
        assert store.ids(0, 10) == [before]
        assert store.block_by_key("acme/alice", "new") is None
        assert store.backlinks([before]) == []
        assert store.anchor("acme/alice", "A") == ("acme/alice", "A", before, 2, False, 1)
        assert add(store, "after") > [before]

    def test_the_same_text_under_the_same_key_is_added_once(self, store: Store) -> None:
        first, again = store.add([draft("x", key="k"), draft("x", key="k", kind="other")])
        assert again == first
        seq = store.seq()
        assert store.add([draft("x", key="k", near=999)]) == [first]
        assert store.seq() == seq

    def test_another_text_under_the_same_key_is_a_conflict(self, store: Store) -> None:
        store.add([draft("x", key="k")])
        with pytest.raises(Conflict, match="'k'"):
            store.add([draft("y", key="k")])
        with pytest.raises(Conflict):
            store.add([draft("x", key="new"), draft("y", key="new")])

    def test_a_key_belongs_to_its_namespace(self, store: Store) -> None:
        here, there = store.add([draft("x", key="k"), draft("y", key="k", namespace="acme")])
        assert store.block_by_key("acme/alice", "k") == here
        assert store.block_by_key("acme", "k") == there
        assert store.block_by_key("acme/bob", "k") is None

    def test_a_uid_is_taken_once(self, store: Store) -> None:
        with pytest.raises(Conflict, match="a" * 32):
            store.add([draft(uid="a" * 32), draft(uid="a" * 32)])

    def test_an_id_is_never_used_twice(self, store: Store) -> None:
        *_, last = add(store, "a", "b")
        store.forget([last])
        assert add(store, "c") > [last]


class TestNumbering:
    def test_a_draft_is_told_the_seq_of_its_new_row(self, store: Store) -> None:
        before, drafts = store.seq(), [draft("one"), draft("two"), draft("three")]
        rows = store.add(drafts)
        assert [one.seq for one in drafts] == [before + 1, before + 2, before + 3]
        assert store.changes(before, 10) == [(one.seq, BLOCK, row[0]) for one, row in zip(drafts, rows, strict=True)]

    def test_nothing_is_told_where_more_or_less_came_of_it(self, store: Store) -> None:
        first = store.add([draft(key="city", expires_at=5)])[0]
        drafts = [draft(near=first[0])], [draft(key="city"), draft()], [draft(key="city"), draft("two")]
        for together in drafts:  # a link; a key that was freed; one that was there
            store.add(together)
            assert [one.seq for one in together] == [None] * len(together)


class TestNear:
    def test_a_block_near_a_block_is_linked_to_it(self, store: Store) -> None:
        [goal] = add(store, "goal")
        [row] = store.add([draft(near=goal)])
        assert store.links([row[0]]) == [(row[0], goal, "near", 1.0, columns(row)["added_at"], "")]
        assert log(store) == [(BLOCK, goal), (BLOCK, row[0]), (LINKS, row[0])]

    def test_an_anchor_moves_on(self, store: Store) -> None:
        [goal] = add(store, "goal")
        store.set_anchor("acme/alice", "A", goal, 3, None, 1)
        seq = store.seq()
        first, second = store.add([draft(near=("acme/alice", "A")), draft(near=("acme/alice", "A"))])
        assert [link[:3] for link in store.links([first[0], second[0]])] == [
            (first[0], goal, "near"),
            (second[0], first[0], "near"),
        ]
        moved_at = columns(second)["added_at"]
        assert store.anchor("acme/alice", "A") == ("acme/alice", "A", second[0], 3, False, moved_at)
        each = [(BLOCK, first[0]), (LINKS, first[0]), (ANCHOR, first[0])]
        assert log(store, seq) == [*each, *((operation, second[0]) for operation, _ in each)]

    def test_a_pinned_anchor_stays(self, store: Store) -> None:
        [goal] = add(store, "goal")
        anchor = store.set_anchor("acme/alice", "A", goal, None, True, 1)
        added = add(store, "a", "b", near=("acme/alice", "A"))
        assert store.anchor("acme/alice", "A") == anchor
        assert [link[0] for link in store.backlinks([goal])] == added

    def test_an_anchor_may_come_to_point_to_it_without_a_link(self, store: Store) -> None:
        first, second = draft(), draft()
        first.anchor = second.anchor = ("acme", "A", 3)
        [row] = store.add([first])
        assert store.anchor("acme", "A") == ("acme", "A", row[0], 3, False, columns(row)["added_at"])
        store.set_anchor("acme", "A", row[0], 5, None, 1)
        seq = store.seq()
        [new] = store.add([second])
        assert store.anchor("acme", "A") == ("acme", "A", new[0], 5, False, columns(new)["added_at"])
        assert store.links([row[0], new[0]]) == []
        assert log(store, seq) == [(BLOCK, new[0]), (ANCHOR, new[0])]
        store.pin_anchor("acme", "A", True)
        third = draft()
        third.anchor = ("acme", "A", 3)
        store.add([third])
        assert store.anchor("acme", "A") == ("acme", "A", new[0], 5, True, columns(new)["added_at"])

    def test_an_anchor_is_found_in_exactly_the_namespace_named(self, store: Store) -> None:
        [goal] = add(store, "goal")
        store.set_anchor("acme", "A", goal, None, None, 1)
        with pytest.raises(NotFound, match="'A'"):
            store.add([draft(near=("acme/alice", "A"))])


class TestVersions:
    def test_a_correction_follows_the_block(self, store: Store) -> None:
        [old] = store.add([draft("May", key="home")])
        new = store.supersede(old[0], draft("June"))
        assert (columns(new)["supersedes"], columns(new)["superseded_by"]) == (old[0], None)
        assert columns(new)["key"] == "home"
        assert store.blocks([old[0]]) == [(*old[:17], new[0], new[11], *old[19:])]
        assert store.block_by_key("acme/alice", "home") == new
        assert log(store, 1) == [(BLOCK, old[0]), (BLOCK, new[0])]

    def test_history_is_the_same_from_every_version(self, store: Store) -> None:
        [first] = add(store, "1")
        second = store.supersede(first, draft("2"))[0]
        add(store, "another")
        third = store.supersede(second, draft("3"))[0]
        chain = store.blocks([first, second, third])
        assert [store.history(version) for version in (first, second, third)] == [chain] * 3
        assert store.history(999) == []

    def test_anchors_move_to_the_new_version_pinned_or_not(self, store: Store) -> None:
        old, other = add(store, "old", "other")
        store.set_anchor("a", "A", old, 1, True, 1)
        store.set_anchor("a", "B", old, 3, False, 1)
        elsewhere = store.set_anchor("a", "C", other, 3, False, 1)
        seq = store.seq()
        new = store.supersede(old, draft("new", added_at=7))[0]
        assert store.anchors("a") == [("a", "A", new, 1, True, 7), ("a", "B", new, 3, False, 7), elsewhere]
        assert log(store, seq) == [(BLOCK, old), (BLOCK, new), (ANCHOR, new), (ANCHOR, new)]

    def test_a_correction_may_be_near_what_it_corrects(self, store: Store) -> None:
        [old] = add(store, "old")
        store.set_anchor("acme/alice", "A", old, None, None, 1)
        new = store.supersede(old, draft("new", near=("acme/alice", "A")))[0]
        assert [link[:3] for link in store.links([new])] == [(new, old, "near")]
        assert [anchor[2] for anchor in store.anchors("")] == [new]

    def test_only_the_newest_version_can_be_corrected(self, store: Store) -> None:
        [old] = add(store, "old")
        new = store.supersede(old, draft("new"))[0]
        with pytest.raises(Conflict, match=f"superseded by {new}"):
            store.supersede(old, draft("late"))
        with pytest.raises(NotFound):
            store.supersede(999, draft("late"))
        assert store.ids(0, 10) == [old, new]

    def test_a_version_stays_in_its_namespace_and_keeps_its_key(self, store: Store) -> None:
        [old] = add(store, "old", key="home")
        with pytest.raises(Conflict, match="namespace"):
            store.supersede(old, draft("new", namespace="acme/bob"))
        with pytest.raises(Conflict, match="'home'"):
            store.supersede(old, draft("new", key="work"))
        assert columns(store.supersede(old, draft("new", key="home")))["key"] == "home"

    def test_a_version_may_give_a_key_to_a_block_that_has_none(self, store: Store) -> None:
        [old], [holder] = add(store, "old"), add(store, "x", key="taken")
        with pytest.raises(Conflict, match="'taken'"):
            store.supersede(old, draft("x", key="taken"))
        new = store.supersede(old, draft("new", key="home"))
        assert store.block_by_key("acme/alice", "home") == new
        assert store.block_by_key("acme/alice", "taken") == store.blocks([holder])[0]

    def test_a_failed_correction_leaves_the_block_as_it_was(self, store: Store) -> None:
        [row] = store.add([draft("old", key="home")])
        for bad in ({"near": 999}, {"uid": row[1]}):
            with pytest.raises((NotFound, Conflict)):
                store.supersede(row[0], draft("new", **bad))
        assert store.block_by_key("acme/alice", "home") == row
        assert store.seq() == 1


class TestRepeating:
    """A draft that says that its uid names a request: made again, the request adds nothing."""

    def test_the_same_again_is_what_was_stored(self, store: Store) -> None:
        first = store.add([draft("one", uid="r1", is_repeatable=True), draft("two", uid="r2", is_repeatable=True)])
        seq = store.seq()
        again = [draft("one", uid="r1", is_repeatable=True, kind="other", near=999), draft("two", uid="r2")]
        again[1].is_repeatable = True
        assert store.add(again) == first
        assert store.seq() == seq

    @pytest.mark.parametrize(
        "other", [{"text": "two"}, {"namespace": "acme"}, {"key": "k"}, {"text": "two", "key": "k"}]
    )
    def test_something_else_under_the_same_uid_is_a_conflict(self, store: Store, other: dict[str, Any]) -> None:
        store.add([draft("one", uid="r1", is_repeatable=True)])
        before = store.seq()
        with pytest.raises(Conflict, match="idempotency key"):
            store.add([draft("new"), draft(**{"text": "one", "uid": "r1", "is_repeatable": True, **other})])
        assert store.seq() == before

    def test_one_that_may_not_be_repeated_is_a_conflict(self, store: Store) -> None:
        store.add([draft("one", uid="r1", is_repeatable=True)])
        with pytest.raises(Conflict, match="the uid r1"):
            store.add([draft("one", uid="r1")])

    def test_what_is_missing_of_a_batch_is_added(self, store: Store) -> None:
        first, second = store.add([draft(text, uid=text, is_repeatable=True) for text in ("one", "two")])
        store.forget([first[0]])
        rows = store.add([draft(text, uid=text, is_repeatable=True) for text in ("one", "two", "three")])
        assert [row[4] for row in rows] == ["one", "two", "three"]
        assert rows[1] == second
        assert rows[0][0] > second[0]
        assert store.ids(0, 10) == sorted(row[0] for row in rows)

    def test_a_uid_twice_in_one_batch_is_one_block(self, store: Store) -> None:
        first, again = store.add([draft("one", uid="r1", is_repeatable=True) for _ in range(2)])
        assert first == again
        with pytest.raises(Conflict):
            store.add([draft(text, uid="r2", is_repeatable=True) for text in ("one", "two")])

    def test_what_was_corrected_since_comes_in_its_newest_version(self, store: Store) -> None:
        [old] = store.add([draft("May", uid="r1", key="home", is_repeatable=True)])
        newer = store.supersede(old[0], draft("June"))
        newest = store.supersede(newer[0], draft("July"))
        assert store.add([draft("May", uid="r1", key="home", is_repeatable=True)]) == [newest]
        revised = store.revise(newest[0], {"importance": 1.0})
        assert store.add([draft("May", uid="r1", key="home", is_repeatable=True)]) == [revised]

    def test_a_correction_is_made_once(self, store: Store) -> None:
        [old] = store.add([draft("May", key="home")])
        new = store.supersede(old[0], draft("June", uid="r1", is_repeatable=True), 1)
        seq = store.seq()
        assert store.supersede(old[0], draft("June", uid="r1", is_repeatable=True), 1) == new
        newest = store.supersede(new[0], draft("July"))
        assert store.supersede(old[0], draft("June", uid="r1", key="home", is_repeatable=True)) == newest
        assert store.seq() == seq + 2
        for version in (old, new, newest):
            assert store.supersede(version[0], draft("June", uid="r1", is_repeatable=True)) == newest
        with pytest.raises(Conflict, match="idempotency key"):
            store.supersede(old[0], draft("August", uid="r1", is_repeatable=True))

    def test_a_correction_of_one_block_is_not_that_of_another(self, store: Store) -> None:
        old, other = add(store, "May", "Monday")
        store.supersede(old, draft("June", uid="r1", is_repeatable=True))
        before = store.seq()
        for act in (
            lambda: store.supersede(other, draft("June", uid="r1", is_repeatable=True)),
            lambda: store.add([draft("June", uid="r1", is_repeatable=True)]),
        ):
            with pytest.raises(Conflict, match="idempotency key"):
                act()
        assert store.seq() == before

    def test_after_forgetting_it_adds_anew(self, store: Store) -> None:
        [first] = store.add([draft("one", uid="r1", is_repeatable=True)])
        store.forget([first[0]])
        [again] = store.add([draft("one", uid="r1", is_repeatable=True)])
        assert again[0] > first[0]

    def test_threads_that_make_the_same_request_at_once(self, store: Store) -> None:
        kept: list[list[BlockRow]] = []

        def write() -> None:
            kept.append(store.add([draft(text, uid=text, is_repeatable=True, at=1, added_at=1) for text in "abc"]))

        running = [Thread(target=write) for _ in range(16)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        assert len(kept) == 16
        assert all(rows == kept[0] for rows in kept)
        assert store.seq() == 3


class TestTakingIn:
    """Blocks that have an identity already."""

    def take(
        self, store: Store, *arrivals: Arrival, stop: bool = False, bring_back: bool = False
    ) -> list[tuple[str, int] | str]:
        """What became of each; of an error, its kind."""
        outcomes = store.take_in(arrivals, stop=stop, bring_back=bring_back)
        return [type(one).__name__ if isinstance(one, Exception) else one for one in outcomes]

    def test_in_order_and_each_once(self, store: Store) -> None:
        one, two = draft("one"), draft("two", key="k")
        assert self.take(store, Arrival(one), Arrival(two), Arrival(one)) == [
            ("added", 1),
            ("added", 2),
            ("present", 1),
        ]
        assert self.take(store, Arrival(two), Arrival(draft("three"))) == [("present", 2), ("added", 3)]
        assert [columns(row)["text"] for row in store.blocks([1, 2, 3])] == ["one", "two", "three"]
        assert log(store) == [(BLOCK, 1), (BLOCK, 2), (BLOCK, 3)]

    def test_versions_come_after_one_another(self, store: Store) -> None:
        one, two, three = draft("one", key="k"), draft("two", key="k"), draft("three", key="k")
        chain = [Arrival(one), Arrival(two, one.uid), Arrival(three, two.uid)]
        assert self.take(store, *chain) == [("added", 1), ("corrected", 2), ("corrected", 3)]
        assert self.take(store, *chain) == [("present", 1), ("present", 2), ("present", 3)]
        assert [columns(row)["text"] for row in store.history(2)] == ["one", "two", "three"]
        assert store.block_by_key("acme/alice", "k") == store.blocks([3])[0]

    def test_the_same_text_under_a_key_is_the_same_block_in_whatever_version(self, store: Store) -> None:
        add(store, "one", key="k")
        store.supersede(1, draft("two"))
        assert self.take(store, Arrival(draft("one", key="k")), Arrival(draft("two", key="k"))) == [
            ("present", 1),
            ("present", 2),
        ]
        theirs = draft("one", key="k")
        assert self.take(store, Arrival(theirs), Arrival(draft("two"), theirs.uid)) == [("present", 1), ("present", 2)]

    def test_what_was_forgotten_is_passed_over_with_what_corrects_it(self, store: Store) -> None:
        one, two, three, other = draft("one", key="k"), draft("two"), draft("three"), draft("other")
        chain = [Arrival(one), Arrival(two, one.uid), Arrival(three, two.uid)]
        self.take(store, Arrival(one))
        store.forget([1])
        seq = store.seq()
        gone = [("forgotten", 0)] * 3
        assert self.take(store, *chain) == gone
        assert store.seq() == seq
        assert self.take(store, chain[1], Arrival(other), chain[0]) == [gone[0], ("added", 2), gone[0]]
        assert self.take(store, *chain, bring_back=True) == [("added", 3), ("corrected", 4), ("corrected", 5)]
        assert self.take(store, *chain) == [("present", 3), ("present", 4), ("present", 5)]

    def test_what_came_back_is_here_and_may_be_corrected(self, store: Store) -> None:
        one, two = draft("one"), draft("two")
        self.take(store, Arrival(one))
        store.forget([1])
        assert self.take(store, Arrival(one), bring_back=True) == [("added", 2)]
        assert self.take(store, Arrival(two, one.uid)) == [("corrected", 3)]

    def test_what_is_trusted_more_is_not_corrected(self, store: Store) -> None:
        one = draft("one", key="k")
        after = Arrival(draft("two", trust=0.5), one.uid)
        instead = Arrival(draft("three", key="k", trust=0.5), replaces=True)
        assert self.take(store, Arrival(one), after, instead) == [("added", 1), "Forbidden", "Forbidden"]
        assert store.seq() == 1

    def test_what_cannot_be_taken_is_said_and_the_rest_is(self, store: Store) -> None:
        add(store, "mine", key="k")
        old = draft("old")
        self.take(store, Arrival(old))
        store.supersede(2, draft("corrected here"))
        arrivals = [
            Arrival(draft("first")),
            Arrival(draft("theirs", key="k")),
            Arrival(draft("corrected there"), old.uid),
            Arrival(draft("after what is not there"), "f" * 32),
            Arrival(draft("last")),
        ]
        expected = [("added", 4), "Conflict", "Conflict", "NotFound", ("added", 5)]
        assert self.take(store, *arrivals) == expected
        stopped = [Arrival(draft("again")), Arrival(draft("theirs", key="k")), Arrival(draft("never"))]
        assert self.take(store, *stopped, stop=True) == [("added", 6), "Conflict"]
        assert len(store.ids(0, 100)) == 6

    def test_one_that_replaces_is_the_newer_version(self, store: Store) -> None:
        add(store, "one", key="k")
        assert self.take(store, Arrival(draft("two", key="k"), replaces=True)) == [("corrected", 2)]
        assert [columns(row)["text"] for row in store.history(1)] == ["one", "two"]

    def test_two_of_one_key_in_one_go(self, store: Store) -> None:
        arrivals = [Arrival(draft(text, key="k"), replaces=True) for text in ("one", "one", "two")]
        assert self.take(store, *arrivals) == [("added", 1), ("present", 1), ("corrected", 2)]


class TestTallying:
    def test_blocks_are_counted_by_what_they_are(self, store: Store) -> None:
        rows = store.add(
            [
                draft("1", kind="note", source="alice", tags='["a","b"]'),
                draft("2", kind="note", source="bob", tags='["b"]'),
                draft("3", kind="fact", tags='["줄\\n","b"]'),
                draft("4", kind="fact", source="alice"),
            ]
        )
        ids = [row[0] for row in rows]
        assert store.tally("kind", ids) == {"note": 2, "fact": 2}
        assert store.tally("source", ids) == {"alice": 2, "bob": 1}
        assert store.tally("tags", ids) == {"a": 1, "b": 3, "줄\n": 1}

    def test_only_those_that_are_named_and_there(self, store: Store) -> None:
        a, b, _ = add(store, "a", "b", "c", source="alice", tags='["t"]')
        store.forget([b])
        assert store.tally("source", [a, b, 99]) == {"alice": 1}
        assert store.tally("tags", [99, b]) == store.tally("kind", []) == {}


class TestRevising:
    def test_nothing_ends_before_it_begins(self, store: Store) -> None:
        [block_id] = add(store, "x", valid_from=5, valid_to=9)
        bad: list[tuple[dict[str, object], str]] = [
            ({"valid_to": 4}, "valid_to"),
            ({"valid_from": 10}, "valid_from"),
            ({"valid_from": 3, "valid_to": 2}, "valid_to"),
        ]
        for fields, named in bad:
            with pytest.raises(InvalidInput) as caught:
                store.revise(block_id, fields)
            assert caught.value.field == named
        assert store.seq() == 1
        store.revise(block_id, {"valid_to": 5})
        store.revise(block_id, {"valid_from": 20, "valid_to": None})

    def test_what_was_stored_so_may_be_changed_otherwise(self, store: Store) -> None:
        [block_id] = add(store, "x", valid_from=9, valid_to=5)
        assert columns(store.revise(block_id, {"importance": 1.0}))["importance"] == 1.0

    @pytest.mark.parametrize("name", sorted(REVISABLE))
    def test_a_field_is_changed_and_nothing_else(self, store: Store, name: str) -> None:
        values = {"kind": "note", "source": "bob", "tags": '["t"]', "importance": 1.0, "metadata": '{"a":1}'}
        [row] = store.add([draft(key="k")])
        value = values.get(name, 5)
        after = store.revise(row[0], {name: value})
        assert columns(after) == {**columns(row), name: value, "revision": 2}
        assert store.blocks([row[0]]) == [after]
        assert log(store) == [(BLOCK, row[0]), (BLOCK, row[0])]

    def test_what_says_so_already_takes_no_revision_and_no_seq(self, store: Store) -> None:
        [block_id] = add(store, "x", source="alice", importance=0.9)
        [before] = store.blocks([block_id])
        said: dict[str, object] = {"source": "alice", "importance": 0.9, "valid_to": None}
        assert store.revise(block_id, said) == store.revise(block_id, {}) == before
        assert (store.blocks([block_id]), store.seq()) == ([before], 1)
        with pytest.raises(Conflict, match="revision 1"):
            store.revise(block_id, said, revision=2)
        assert columns(store.revise(block_id, said, flags=["secret"]))["revision"] == 2

    def test_a_field_can_be_emptied(self, store: Store) -> None:
        [block_id] = add(store, "x", source="alice", expires_at=5)
        after = columns(store.revise(block_id, {"source": None, "expires_at": None}))
        assert (after["source"], after["expires_at"]) == (None, None)

    @pytest.mark.parametrize("name", sorted(set(BLOCK_COLUMNS) - REVISABLE))
    def test_identity_and_text_cannot_be_changed(self, store: Store, name: str) -> None:
        [block_id] = add(store, "x")
        with pytest.raises(InvalidInput) as caught:
            store.revise(block_id, {name: "y"})
        assert caught.value.field == name
        assert store.seq() == 1

    def test_the_revision_that_was_read_must_be_the_current_one(self, store: Store) -> None:
        [block_id] = add(store, "x")
        assert columns(store.revise(block_id, {"importance": 0.1}, revision=1))["revision"] == 2
        with pytest.raises(Conflict, match="revision 2"):
            store.revise(block_id, {"importance": 0.9}, revision=1)
        assert columns(store.blocks([block_id])[0])["importance"] == 0.1

    def test_there_must_be_a_block(self, store: Store) -> None:
        with pytest.raises(NotFound, match="7"):
            store.revise(7, {"importance": 0.1})


class TestForgetting:
    def test_every_version_goes_whichever_was_named(self, store: Store) -> None:
        [first], [other] = add(store, "1", key="k"), add(store, "other")
        second = store.supersede(first, draft("2"))[0]
        third = store.supersede(second, draft("3"))[0]
        assert store.forget([second, 999, third]) == [first, second, third]
        assert store.ids(0, 10) == [other]
        assert store.blocks([first, second, third]) == []
        assert store.entries([first, second, third]) == []
        assert store.history(second) == []
        assert store.block_by_key("acme/alice", "k") is None

    def test_links_go_both_ways_and_anchors_with_them(self, store: Store) -> None:
        a, b, c = add(store, "a", "b", "c")
        store.link(a, b, "about", 0.5, 1)
        store.link(b, c, "about", 0.5, 1)
        stays = store.link(a, c, "about", 0.5, 1)
        store.set_anchor("n", "B", b, None, None, 1)
        anchor = store.set_anchor("n", "C", c, None, None, 1)
        seq = store.seq()
        assert store.forget([b]) == [b]
        assert store.links([a, b, c]) == store.backlinks([a, b, c]) == [stays]
        assert store.anchors("") == [anchor]
        assert log(store, seq) == [(FORGOTTEN, b), (LINKS, a), (ANCHOR, b)]

    def test_the_log_has_blocks_then_links_then_anchors(self, store: Store) -> None:
        a, b, c, d = add(store, "a", "b", "c", "d")
        for source in (d, a):
            store.link(source, b, "about", 0.5, 1)
            store.link(source, c, "about", 0.5, 1)
        store.link(b, c, "about", 0.5, 1)
        store.link(c, b, "about", 0.5, 1)
        store.set_anchor("n", "B", b, None, None, 1)
        store.set_anchor("n", "A", c, None, None, 1)
        seq = store.seq()
        assert store.forget([c, b]) == [b, c]
        assert log(store, seq) == [
            *((FORGOTTEN, block_id) for block_id in (b, c)),
            *((LINKS, block_id) for block_id in (a, d)),
            *((ANCHOR, block_id) for block_id in (c, b)),  # by name, A before B
        ]

    def test_the_key_and_the_uid_are_free_again(self, store: Store) -> None:
        [old] = add(store, "x", key="k", uid="a" * 32)
        store.forget([old])
        [new] = add(store, "y", key="k", uid="a" * 32)
        assert new > old

    def test_what_is_not_there_is_passed_over(self, store: Store) -> None:
        add(store, "x")
        assert store.forget([5, 6]) == []
        assert store.forget(iter([])) == []
        assert store.seq() == 1


def forget(store: Store, *ids: int, at: int = 7) -> Erased:
    return store.forget(ids, ErasureRequest(asked='{"by":"ids","ids":1}', origin="cli", at=at))


class TestCertificates:
    def test_it_says_when_by_whom_and_how_many(self, store: Store) -> None:
        a, b = add(store, "a", "b")
        second = store.supersede(a, draft("a, corrected"))[0]
        store.link(second, b, "about", 0.5, 1)
        store.link(b, second, "about", 0.5, 1)
        store.link(a, second, "about", 0.5, 1)
        store.set_anchor("n", "A", second, None, None, 1)
        erased = forget(store, a)
        assert (list(erased), erased.blocks, erased.links, erased.anchors) == ([a, second], 1, 3, 1)
        [row] = store.certificates()
        assert row == erased.certificate
        assert row[:9] == (1, 7, "cli", '{"by":"ids","ids":1}', 1, 2, 3, 1, store.seq())

    def test_each_covers_the_one_before(self, store: Store) -> None:
        for block_id in add(store, "a", "b", "c"):
            forget(store, block_id)
        rows = store.certificates()
        assert [row[0] for row in rows] == [1, 2, 3]
        assert [row[10] for row in rows] == ["", rows[0][11], rows[1][11]]
        assert faults(rows) == []

    def test_where_nothing_was_there_is_none(self, store: Store) -> None:
        erased = forget(store, 99)
        assert (erased.certificate, erased.blocks, store.certificates()) == (None, 0, [])

    def test_it_holds_nothing_of_the_block(self, store: Store) -> None:
        [block_id] = add(store, "xylophone", key="xylo-key", namespace="xylo/space", source="xylo-source")
        forget(store, block_id)
        assert "xylo" not in str(store.certificates())

    def test_what_would_be_forgotten_is_counted_and_stays(self, store: Store) -> None:
        a, b = add(store, "a", "b")
        store.link(a, b, "about", 0.5, 1)
        store.set_anchor("n", "A", a, None, None, 1)
        seq = store.seq()
        would = store.would_forget([a, 99])
        assert (list(would), would.blocks, would.links, would.anchors, would.certificate) == ([a], 1, 1, 1, None)
        assert (store.seq(), store.ids(0, 10), store.certificates()) == (seq, [a, b], [])


class TestLedger:
    def test_the_uids_of_what_was_forgotten_are_known_again(self, store: Store) -> None:
        gone, stays = "a" * 32, "b" * 32
        [old] = add(store, "x", uid=gone)
        second = store.supersede(old, draft("y", uid="c" * 32))[0]
        add(store, "z", uid=stays)
        forget(store, second)
        assert store.forgotten([gone, stays, "c" * 32, "d" * 32]) == {gone, "c" * 32}

    def test_it_holds_digests_and_no_uids(self, store: Store) -> None:
        [block_id] = add(store, "x", uid="a" * 32)
        forget(store, block_id)
        assert store.ledger(-1) == [(uid_digest("a" * 32), block_id, 1)]
        assert store.ledger(1) == []

    def test_a_uid_that_is_forgotten_twice_is_known_by_its_last_id(self, store: Store) -> None:
        [first] = add(store, "x", uid="a" * 32)
        forget(store, first)
        [second] = add(store, "x", uid="a" * 32)
        forget(store, second)
        assert store.ledger(-1) == [(uid_digest("a" * 32), second, 2)]

    def test_what_comes_back_with_a_backup_goes_again(self, store: Store) -> None:
        [old], [other] = add(store, "x", uid="a" * 32, key="k"), add(store, "other", uid="b" * 32)
        new = store.supersede(old, draft("y", uid="c" * 32))[0]
        store.link(other, new, "about", 0.5, 1)
        lineage = store.setting("lineage")
        erased = store.reconcile([(uid_digest("a" * 32), old, 5)], ErasureRequest(asked='{"by":"restore"}', at=9))
        assert list(erased) == [old, new]
        assert store.ids(0, 10) == [other]
        assert store.links([other]) == []
        assert [row[3] for row in store.certificates()] == ['{"by":"restore"}']
        assert store.forgotten(["a" * 32, "c" * 32]) == {"a" * 32, "c" * 32}
        assert store.setting("lineage") != lineage

    def test_what_it_corrected_stays_when_it_was_a_roll_back(self, store: Store) -> None:
        [old], [other] = add(store, "x", uid="a" * 32, key="k"), add(store, "other", uid="b" * 32)
        new = store.supersede(old, draft("y", uid="c" * 32))[0]
        store.link(other, new, "about", 0.5, 1)
        store.set_anchor("", "A", new, None, None, 1)
        erased = store.reconcile([(uid_digest("c" * 32), new, 5)], ErasureRequest(asked='{"by":"restore"}', at=9))
        assert list(erased) == [new]
        [row] = store.blocks([old])
        assert row[16:19] == (None, None, None)
        assert store.block_by_key(row[2], "k") == row
        assert [link[:2] for link in store.links([other])] == [(other, old)]
        assert [anchor[2] for anchor in store.anchors("")] == [old]

    def test_what_was_added_anew_after_it_was_forgotten_stays(self, store: Store) -> None:
        add(store, "before")
        [new] = add(store, "x", uid="a" * 32)
        assert store.reconcile([(uid_digest("a" * 32), new - 1, 1)]) == []
        assert new in store.ids(0, 10)

    def test_no_id_of_it_is_given_again(self, store: Store) -> None:
        store.reconcile([(uid_digest("a" * 32), 41, 1)])
        assert add(store, "x") == [42]


class TestSettings:
    def test_every_store_is_known_by_its_own(self, store: Store, open_store: OpenStore) -> None:
        other = open_store()
        for name in ("memory_id", "lineage", "certificate_key"):
            assert bytes.fromhex(store.setting(name) or "")
            assert store.setting(name) != other.setting(name)
        other.close()

    def test_what_is_put_is_there(self, store: Store) -> None:
        assert store.setting("x") is None
        for value in ("1", "[둘]"):
            store.put_setting("x", value)
            assert store.setting("x") == value
        assert store.seq() == 0


class TestLinks:
    def test_a_link_is_directed_typed_and_weighted(self, store: Store) -> None:
        a, b = add(store, "a", "b")
        first = store.link(a, b, "about", 0.8, 5)
        assert first == (a, b, "about", 0.8, 5, "")
        second = store.link(a, b, "similar", 0.1, 6)
        assert store.links([a]) == store.backlinks([b]) == [first, second]
        assert store.links([b]) == store.backlinks([a]) == []
        assert log(store, 2) == [(LINKS, a), (LINKS, a)]

    def test_the_weight_changes_and_the_time_and_the_origin_stay(self, store: Store) -> None:
        a, b = add(store, "a", "b")
        store.link(a, b, "about", 0.8, 5, "web")
        assert store.link(a, b, "about", 0.2, 9, "cli") == (a, b, "about", 0.2, 5, "web")
        assert store.links([a]) == [(a, b, "about", 0.2, 5, "web")]

    def test_both_ends_must_exist(self, store: Store) -> None:
        [a] = add(store, "a")
        for source, target in ((a, 99), (99, a)):
            with pytest.raises(NotFound, match="99"):
                store.link(source, target, "about", 0.5, 1)
        assert store.links([a]) == []

    def test_unlinking_says_whether_there_was_one(self, store: Store) -> None:
        a, b = add(store, "a", "b")
        store.link(a, b, "about", 0.5, 1)
        assert not store.unlink(a, b, "similar")
        assert not store.unlink(b, a, "about")
        assert store.unlink(a, b, "about")
        assert not store.unlink(a, b, "about")
        assert store.links([a]) == []
        assert log(store, 2) == [(LINKS, a), (LINKS, a)]

    def test_many_blocks_are_asked_for_at_once_and_answered_in_order(self, store: Store) -> None:
        a, b, c = add(store, "a", "b", "c")
        rows = [
            store.link(source, target, kind, 0.5, 1)
            for source, target in ((c, a), (a, c), (a, b), (b, c))
            for kind in ("y", "x")
        ]
        assert store.links([c, a, a, 99]) == sorted(row for row in rows if row[0] in (a, c))
        assert store.backlinks([c, a, a, 99]) == sorted(row for row in rows if row[1] in (a, c))


class TestManyAtOnce:
    def test_links(self, store: Store) -> None:
        one, two = add(store, "one", "two")
        store.link(one, two, "k", 0.5, 1)
        seq = store.seq()
        new = [(one, two, "other", 0.1, 3, "web"), (two, one, "k", 1.0, 5, "cli")]
        given = [(one, two, "k", 0.9, 2, "web"), new[0], (one, 99, "k", 1.0, 4, ""), new[1], new[1]]
        assert store.link_many(given) == len(new)
        assert store.links([one, two]) == [(one, two, "k", 0.9, 1, ""), *new]
        assert log(store, seq) == [(LINKS, one), (LINKS, two)]
        assert store.link_many(given) == store.link_many([]) == 0

    def test_whether_there_is_a_link(self, store: Store) -> None:
        one, two = add(store, "one", "two")
        store.link(one, two, "k", 0.5, 1)
        assert store.has_link(one, two, "k")
        assert not (store.has_link(two, one, "k") or store.has_link(one, two, "other") or store.has_link(one, 99, "k"))

    def test_links_are_of_an_origin(self, store: Store) -> None:
        one, two = add(store, "one", "two")
        store.link(one, two, "mine", 0.5, 1)
        theirs = (one, two, "theirs", 0.1, 3, "import/mem0")
        store.link_many([(one, two, "mine", 0.9, 2, "import/mem0"), theirs])
        assert store.roll_back("import", 0, "", 9, False).links == [theirs]
        assert store.links([one]) == [(one, two, "mine", 0.9, 1, "")]

    def test_links_are_rolled_back_where_both_ends_are_there(self, store: Store) -> None:
        inside, within, outside = (add(store, "hello", namespace=name)[0] for name in ("a", "a/b", "ab"))
        links = [(inside, within, "k", 1.0, 1, "bot"), (inside, outside, "k", 1.0, 1, "bot")]
        links.append((outside, within, "k", 1.0, 1, "bot"))
        store.link_many(links)
        assert store.roll_back("bot", 0, "a", 9, False).links == links[:1]
        assert store.links([inside, outside]) == links[1:]

    def test_anchors(self, store: Store) -> None:
        one, two = add(store, "one", "two")
        store.set_anchor("acme", "A", one, 1, True, 1)
        seq = store.seq()
        given = [("acme", "A", two, 3, False, 2), ("acme", "B", one, 1, True, 3), ("acme", "C", 99, 1, True, 4)]
        assert store.set_anchors(given) == given[:2]
        assert store.anchors("") == given[:2]
        assert log(store, seq) == [(ANCHOR, two), (ANCHOR, one)]


class TestAnchors:
    def test_a_new_anchor_has_two_hops_and_is_not_pinned(self, store: Store) -> None:
        [a] = add(store, "a")
        assert store.set_anchor("n", "A", a, None, None, 5) == ("n", "A", a, 2, False, 5)
        assert store.anchor("n", "A") == ("n", "A", a, 2, False, 5)
        assert store.anchor("n", "B") is store.anchor("m", "A") is None
        assert log(store, 1) == [(ANCHOR, a)]

    def test_moving_keeps_what_is_not_given(self, store: Store) -> None:
        a, b = add(store, "a", "b")
        store.set_anchor("n", "A", a, 3, True, 5)
        assert store.set_anchor("n", "A", b, None, None, 6) == ("n", "A", b, 3, True, 6)
        assert store.set_anchor("n", "A", b, 1, None, 7) == ("n", "A", b, 1, True, 7)
        assert store.set_anchor("n", "A", a, None, False, 8) == ("n", "A", a, 1, False, 8)
        assert store.anchors("") == [("n", "A", a, 1, False, 8)]

    def test_an_anchor_needs_a_block(self, store: Store) -> None:
        with pytest.raises(NotFound, match="3"):
            store.set_anchor("n", "A", 3, None, None, 5)
        assert store.anchors("") == []

    def test_pinning_changes_nothing_else(self, store: Store) -> None:
        [a] = add(store, "a")
        store.set_anchor("n", "A", a, 3, None, 5)
        assert store.pin_anchor("n", "A", True) == ("n", "A", a, 3, True, 5) == store.anchor("n", "A")
        assert store.pin_anchor("n", "A", False) == ("n", "A", a, 3, False, 5) == store.anchor("n", "A")
        with pytest.raises(NotFound, match="'B'"):
            store.pin_anchor("n", "B", True)
        assert log(store, 2) == [(ANCHOR, a)] * 2

    def test_clearing_says_whether_there_was_one(self, store: Store) -> None:
        [a] = add(store, "a")
        store.set_anchor("n", "A", a, None, None, 5)
        assert not store.clear_anchor("n", "B")
        assert store.clear_anchor("n", "A")
        assert not store.clear_anchor("n", "A")
        assert store.anchor("n", "A") is None
        assert log(store, 2) == [(ANCHOR, a)]

    def test_a_namespace_holds_whole_segments(self, store: Store) -> None:
        [a] = add(store, "a")
        namespaces = ("", "acme", "acme/alice", "acme/alice/1", "acme/alice2", "acme0", "acme%2F", "acme/가")
        for namespace in namespaces:
            for name in ("B", "A"):
                store.set_anchor(namespace, name, a, None, None, 5)

        def found(namespace: str) -> list[tuple[str, str]]:
            return [anchor[:2] for anchor in store.anchors(namespace)]

        def expected(*namespaces: str) -> list[tuple[str, str]]:
            return sorted((namespace, name) for namespace in namespaces for name in ("A", "B"))

        assert found("") == expected(*namespaces)
        assert found("acme") == expected("acme", "acme/alice", "acme/alice/1", "acme/alice2", "acme/가")
        assert found("acme/alice") == expected("acme/alice", "acme/alice/1")
        assert found("other") == []


class TestLog:
    def test_seq_counts_the_changes_without_gaps(self, store: Store) -> None:
        assert store.seq() == 0
        add(store, "a", "b")
        assert store.seq() == 2
        with pytest.raises(NotFound):
            store.revise(99, {"importance": 0.1})
        store.revise(1, {"importance": 0.1})
        assert store.changes(0, 10) == [(1, BLOCK, 1), (2, BLOCK, 2), (3, BLOCK, 1)]

    def test_a_page_of_changes(self, store: Store) -> None:
        add(store, *"abcde")
        assert [seq for seq, _, _ in store.changes(1, 2)] == [2, 3]
        assert [seq for seq, _, _ in store.changes(3, 100)] == [4, 5]
        assert store.changes(5, 100) == []

    def test_a_follower_that_is_ahead_must_start_again(self, store: Store) -> None:
        add(store, "a")
        with pytest.raises(LookupError):
            store.changes(2, 10)

    def test_a_page_of_ids(self, store: Store) -> None:
        a, b, c = add(store, "a", "b", "c")
        d = store.supersede(a, draft("d"))[0]
        assert store.ids(0, 2) == [a, b]
        assert store.ids(b, 100) == [c, d]
        assert store.ids(d, 100) == []


class TestReading:
    def test_blocks_come_in_the_order_asked_for(self, store: Store) -> None:
        a, b, c = add(store, "a", "b", "c")
        assert [row[0] for row in store.blocks([c, 99, a, c])] == [c, a, c]
        assert store.blocks([]) == []
        assert [row[0] for row in store.blocks([b])] == [b]

    def test_entries_come_in_ascending_order(self, store: Store) -> None:
        a, b, c = (add(store, text, vectors=text.encode())[0] for text in "abc")
        assert [(row[0], vectors) for row, vectors in store.entries([c, 99, a, c])] == [(a, b"a"), (c, b"c")]
        assert [row[0] for row, _ in store.entries([b])] == [b]

    def test_counts(self, store: Store) -> None:
        a, b = add(store, "a", "b")
        store.supersede(a, draft("c"))
        store.link(a, b, "about", 0.5, 1)
        store.set_anchor("n", "A", b, None, None, 1)
        counts = store.counts()
        assert counts.pop("bytes") >= 0
        assert counts == {"blocks": 2, "superseded": 1, "links": 1, "anchors": 1}


class TestEmbedder:
    def test_a_store_is_bound_once(self, store: Store) -> None:
        assert store.embedder() is None
        store.bind_embedder("potion:1", 256)
        store.bind_embedder("potion:1", 256)
        assert store.embedder() == ("potion:1", 256)

    @pytest.mark.parametrize(("fingerprint", "dimension"), [("potion:2", 256), ("potion:1", 128)])
    def test_another_embedder_is_refused(self, store: Store, fingerprint: str, dimension: int) -> None:
        store.bind_embedder("potion:1", 256)
        with pytest.raises(EmbedderMismatch, match="potion:1"):
            store.bind_embedder(fingerprint, dimension)
        assert store.embedder() == ("potion:1", 256)


class TestClosing:
    def test_a_closed_store_answers_nothing_and_closes_again(self, store: Store) -> None:
        add(store, "a")
        store.close()
        store.close()
        questions: list[Callable[[], object]] = [
            store.seq,
            store.counts,
            lambda: store.blocks([1]),
            lambda: store.changes(0, 1),
            lambda: store.add([draft()]),
            lambda: store.forget([1]),
        ]
        for question in questions:
            with pytest.raises(StoreClosed):
                question()


class TestThreads:
    def test_many_threads_write_and_each_gets_its_own(self, store: Store) -> None:
        threads, each = 8, 20
        kept: dict[int, list[BlockRow]] = {}

        def write(thread: int) -> None:
            kept[thread] = [store.add([draft(f"{thread}/{number}")])[0] for number in range(each)]

        running = [Thread(target=write, args=(thread,)) for thread in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        assert [[columns(row)["text"] for row in kept[thread]] for thread in range(threads)] == [
            [f"{thread}/{number}" for number in range(each)] for thread in range(threads)
        ]
        logged = store.changes(0, 1_000)
        assert [seq for seq, _, _ in logged] == list(range(1, threads * each + 1))
        assert [block_id for _, _, block_id in logged] == store.ids(0, 1_000)

    def test_one_that_fails_does_not_disturb_the_others(self, store: Store) -> None:
        add(store, "x", key="taken")
        outcomes: list[object] = []

        def write(number: int) -> None:
            try:
                outcomes.append(store.add([draft(f"{number}", key="taken" if number % 2 else None)])[0][4])
            except Conflict:
                outcomes.append(Conflict)

        running = [Thread(target=write, args=(number,)) for number in range(16)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        assert outcomes.count(Conflict) == 8
        assert sorted(text for text in outcomes if isinstance(text, str)) == sorted(str(n) for n in range(0, 16, 2))
        assert store.seq() == 9


class TestWeights:
    def test_they_are_kept_by_namespace_and_removed(self, store: Store) -> None:
        assert store.weights("acme") is None
        assert store.swap_weights("acme", None, "one")
        assert store.swap_weights("acme", "one", "two")
        assert store.weights("acme") == "two"
        assert store.swap_weights("acme", "two", None)
        assert store.weights("acme") is None

    def test_what_another_has_changed_meanwhile_is_not_replaced(self, store: Store) -> None:
        store.swap_weights("acme", None, "theirs")
        assert not store.swap_weights("acme", None, "mine")
        assert not store.swap_weights("acme", "older", "mine")
        assert store.weights("acme") == "theirs"

    def test_below_is_below_in_whole_segments(self, store: Store) -> None:
        for namespace in ("", "acme", "acme/al", "acme/alice", "acme2"):
            store.swap_weights(namespace, None, namespace)
        assert set(store.weights_below("acme")) == {"acme", "acme/al", "acme/alice"}
        assert set(store.weights_below("acme/al")) == {"acme/al"}
        assert store.weights_below("") == {name: name for name in ("", "acme", "acme/al", "acme/alice", "acme2")}

    def test_each_change_is_counted_and_takes_no_seq(self, store: Store) -> None:
        seq, changes = store.newest()
        store.swap_weights("acme", None, "one")
        store.swap_weights("acme", None, "not done")
        store.swap_weights("acme", "one", None)
        store.set_policies({"on_duplicate/fact": "link", "on_conflict/fact": "reject"})
        store.set_time_zone("Asia/Seoul")
        assert store.newest() == (seq, changes + 4)

    def test_the_time_zone_that_was_set_last_is_kept(self, store: Store) -> None:
        assert store.time_zone() == "UTC"
        store.set_time_zone("Asia/Seoul")
        store.set_time_zone("Europe/Berlin")
        assert store.time_zone() == "Europe/Berlin"

    def test_the_newest_seq_is_that_of_the_log(self, store: Store) -> None:
        store.add([draft()])
        assert store.newest()[0] == store.seq() > 0
