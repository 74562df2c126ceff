"""What every Memory must do when it forgets: by filter, all of it, with a count before and a certificate after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.conformance.memory import everything, facts, ids, texts

from greeum import Memory
from greeum.errors import Conflict, InvalidInput, NotFound
from greeum.testing import FrozenClock


def furnish(memory: Memory) -> None:
    """Three of alice's, one of them corrected and one expired, and two of others."""
    one = memory.add("alice: one", namespace="acme/alice", source="alice", tags=["a"])
    memory.add("alice: two", namespace="acme/alice/chat", source="alice", expires_at="2020-01-01")
    two = memory.add("alice: three", namespace="acme/alice", source="alice", near=one.id)
    memory.add("alice2", namespace="acme/alice2", source="bob")
    other = memory.add("bob", namespace="acme/bob", source="bob")
    memory.update(two.id, text="alice: three and a half", source="carol")
    memory.link(other.id, one.id)
    memory.anchors.set("A", one.id, namespace="acme/alice")


@contextmanager
def nothing_changes(memory: Memory) -> Iterator[None]:
    before = facts(memory)
    yield
    assert facts(memory) == before


class TestForgettingByFilter:
    def test_a_namespace_with_all_below_and_the_expired(self, memory: Memory) -> None:
        furnish(memory)
        done = memory.forget(namespace="acme/alice")
        assert (done.blocks, done.versions, done.links, done.anchors) == (3, 4, 2, 1)
        assert len(done) == 4
        assert sorted(texts(everything(memory, history=True))) == ["alice2", "bob"]
        stats = memory.stats()
        assert (stats["blocks"], stats["superseded"], stats["links"], stats["anchors"]) == (2, 0, 0, 0)

    def test_a_filter_reaches_older_versions_and_the_expired(self, memory: Memory) -> None:
        furnish(memory)
        done = memory.forget(where={"source": "alice"})
        assert (done.blocks, done.versions) == (3, 4)
        assert sorted(texts(everything(memory, history=True))) == ["alice2", "bob"]
        assert memory.search("three and a half", history=True, where={"source": "carol"}) == []

    def test_a_filter_within_a_namespace(self, memory: Memory) -> None:
        furnish(memory)
        done = memory.forget(namespace="acme/alice", where={"tags": {"contains": "a"}})
        assert (done.blocks, done.versions, done.links, done.anchors) == (1, 1, 2, 1)
        assert "alice: one" not in texts(everything(memory))

    def test_a_dry_run_counts_and_changes_nothing(self, memory: Memory) -> None:
        furnish(memory)
        with nothing_changes(memory):
            would = memory.forget(namespace="acme/alice", dry_run=True)
        assert (would.blocks, would.versions, would.links, would.anchors) == (3, 4, 2, 1)
        assert (would.dry_run, would.certificate) == (True, None)
        done = memory.forget(namespace="acme/alice")
        assert (list(done), done.dry_run) == (list(would), False)

    def test_a_dry_run_by_id(self, memory: Memory) -> None:
        block = memory.add("hello")
        assert memory.forget(block.id, dry_run=True) == [block.id]
        assert ids(memory.list()) == [block.id]
        with pytest.raises(NotFound):
            memory.forget([block.id, 999], dry_run=True)

    def test_what_fits_nothing_forgets_nothing(self, memory: Memory) -> None:
        furnish(memory)
        with nothing_changes(memory):
            done = memory.forget(where={"source": "nobody"})
        assert (list(done), done.blocks, done.certificate) == ([], 0, None)

    @pytest.mark.parametrize(
        ("what", "field"),
        [
            ({}, "block"),
            ({"namespace": ""}, "namespace"),
            ({"where": {}}, "where"),
            ({"namespace": [], "where": {}}, "where"),
            ({"block": 1, "namespace": "a"}, "block"),
            ({"block": [1], "where": {"kind": "note"}}, "block"),
            ({"block": "x"}, "block"),
            ({"namespace": "/"}, "namespace"),
            ({"where": "x"}, "where"),
            ({"where": {"colour": "red"}}, "where"),
            ({"where": {"kind": "note"}, "dry_run": 1}, "dry_run"),
        ],
    )
    def test_without_a_scope_or_with_a_bad_one_nothing_goes(
        self, memory: Memory, what: dict[str, Any], field: str
    ) -> None:
        memory.add("hello")
        with nothing_changes(memory), pytest.raises(InvalidInput) as caught:
            memory.forget(**what)
        assert caught.value.field.startswith(field)


class TestWiping:
    def test_everything_goes(self, memory: Memory) -> None:
        furnish(memory)
        done = memory.wipe(confirm=5)
        assert (done.blocks, done.versions, done.links, done.anchors) == (5, 6, 2, 1)
        assert everything(memory, history=True) == []
        stats = memory.stats()
        assert (stats["blocks"], stats["superseded"], stats["links"], stats["anchors"]) == (0, 0, 0, 0)

    @pytest.mark.parametrize("confirm", [0, 4, 6])
    def test_with_another_number_nothing_goes(self, memory: Memory, confirm: int) -> None:
        furnish(memory)
        with nothing_changes(memory), pytest.raises(Conflict, match="there are 5 blocks"):
            memory.wipe(confirm=confirm)

    @pytest.mark.parametrize("confirm", [True, None, "5", -1, 5.0])
    def test_it_takes_a_number(self, memory: Memory, confirm: Any) -> None:
        with pytest.raises(InvalidInput) as caught:
            memory.wipe(confirm=confirm)
        assert caught.value.field == "confirm"

    def test_an_empty_memory_stays_empty(self, memory: Memory) -> None:
        assert memory.wipe(confirm=0) == []


class TestCertificates:
    def test_what_is_no_filter_is_refused(self, memory: Memory) -> None:
        with pytest.raises(InvalidInput, match="sauce"):
            memory.certificates(where={"sauce": 1})

    def test_it_says_what_certifies_it(self, memory: Memory, clock: FrozenClock) -> None:
        furnish(memory)
        done = memory.forget(namespace="acme/alice")
        assert done.certificate is not None
        said = done.certificate.to_dict()
        assert [said[name] for name in ("blocks", "versions", "links", "anchors")] == [3, 4, 2, 1]
        assert (said["number"], said["at"]) == (done.certificate.number, "2025-03-04T09:00:00Z")
        assert done.to_dict()["certificate"] == said
        assert "alice" not in str(said)
        again = memory.forget(memory.add("x").id).certificate
        assert again is not None
        assert again.to_dict()["previous"] == done.certificate.sha256
        assert (again.number, again == done.certificate) == (done.certificate.number + 1, False)
        assert repr(again).startswith("Certificate({'number'")

    def test_they_are_listed_in_order(self, memory: Memory) -> None:
        furnish(memory)
        assert memory.certificates() == []
        done = [memory.forget(where={"source": source}).certificate for source in ("alice", "bob", "nobody")]
        assert memory.certificates() == done[:2]
        assert len(set(done)) == 3

    def test_that_of_a_filter_is_found_by_the_filter(self, memory: Memory) -> None:
        furnish(memory)
        by_source = memory.forget(where={"source": "carol"}).certificate
        by_namespace = memory.forget(namespace="acme/alice").certificate
        by_both = memory.forget(namespace="acme", where={"source": "bob"}).certificate
        assert memory.certificates(where={"source": "carol"}) == [by_source]
        assert memory.certificates(namespace=["acme", "alice"]) == [by_namespace]
        assert memory.certificates(namespace="acme", where={"source": "bob"}) == [by_both]
        assert memory.certificates(namespace="acme") == []
        with pytest.raises(InvalidInput):
            memory.certificates(namespace="/")
