"""What every Store does for those who look after it; as `store`, and to be imported beside it."""

from __future__ import annotations

import pytest
from tests.conformance.store import add, columns, draft, log

from greeum.errors import StoreBusy
from greeum.store.protocol import BLOCK, FORGOTTEN, Store
from greeum.store.upkeep import FLAWS, MENDABLE

DAY = 86_400_000_000


class TestExpiring:
    def test_what_has_expired_is_erased_the_longest_ago_first(self, store: Store) -> None:
        first, second, third, fourth = (
            store.add([draft(expires_at=ends)])[0][0] for ends in (30, 10, 20, None)
        )  # fmt: skip
        assert store.expired(9) == 0
        assert store.expired(20) == 2
        assert store.forget_expired(30, 2) == [second, third]
        assert store.forget_expired(30, 2) == [first]
        assert store.forget_expired(30, 2) == []
        assert [row[0] for row in store.blocks([first, second, third, fourth])] == [fourth]

    def test_a_block_lives_as_its_newest_version_does(self, store: Store) -> None:
        [old] = add(store, "old", expires_at=10)
        new = store.supersede(old, draft("new"))[0]
        assert store.expired(20) == 0
        assert store.forget_expired(20, 10) == []
        store.revise(new, {"expires_at": 15})
        assert store.forget_expired(20, 10) == [new]
        assert store.blocks([old, new]) == []
        assert log(store)[-2:] == [(FORGOTTEN, old), (FORGOTTEN, new)]


class TestRetention:
    def test_rules_are_kept_replaced_and_removed(self, store: Store) -> None:
        seq = store.seq()
        store.put_retention(("b", "", None, 5, 1))
        store.put_retention(("a", "note", DAY, None, 2))
        store.put_retention(("b", "", None, 6, 3))
        assert store.retention() == [("a", "note", DAY, None, 2), ("b", "", None, 6, 3)]
        assert store.remove_retention("b", "")
        assert not store.remove_retention("b", "")
        assert store.retention() == [("a", "note", DAY, None, 2)]
        assert store.seq() == seq

    def test_what_is_too_old_or_too_many(self, store: Store) -> None:
        ids = [store.add([draft(added_at=at)])[0][0] for at in (50, 10, 40, 20, 30)]
        rule = ("acme", "", 25, None, 0)
        assert store.outlived(rule, 50) == [(ids[1], 1), (ids[3], 1)]
        assert store.outlived(("acme", "", None, 3, 0), 50) == [(ids[1], 1), (ids[3], 1)]
        assert store.outlived(("acme", "", 15, 4, 0), 50) == [(ids[1], 1), (ids[3], 1), (ids[4], 1)]
        assert store.outlived(("acme", "", None, 0, 0), 50) == [(ids[i], 1) for i in (1, 3, 4, 2, 0)]
        assert store.outlived(("acm", "", None, 0, 0), 50) == []
        assert store.outlived(("", "note", None, 0, 0), 50) == []

    def test_the_closest_rule_has_the_say(self, store: Store) -> None:
        places = ("", "acme", "acme/alice", "acme/alice/chat", "acme/alice2", "zoo")
        where = {place: add(store, "a message", namespace=place)[0] for place in places}
        fact = add(store, "a fact", namespace="acme/alice", kind="fact")[0]
        rules = [("", "", None, 0, 0), ("acme", "", None, 0, 0), ("acme", "fact", None, 0, 0),
                 ("acme/alice", "fact", None, 0, 0)]  # fmt: skip
        for rule in rules:
            store.put_retention(rule)
        governed = [sorted(block for block, _ in store.outlived(rule, 0)) for rule in rules]
        below = [where[place] for place in ("acme", "acme/alice", "acme/alice/chat", "acme/alice2")]
        assert governed == [sorted([where[""], where["zoo"]]), sorted(below), [], [fact]]

    def test_older_versions_go_along_and_do_not_count(self, store: Store) -> None:
        [old] = add(store, "old")
        new = store.supersede(old, draft("new"))[0]
        [other] = add(store, "other")
        rule = ("acme", "", None, 1, 0)
        store.put_retention(rule)
        seen = store.outlived(rule, 0)
        assert seen == [(new, 1)]
        assert store.forget_seen(seen, [rule]) == [new]
        assert [row[0] for row in store.blocks([old, new, other])] == [other]

    def test_what_changed_since_it_was_looked_at_stays(self, store: Store) -> None:
        rule = ("acme", "", None, 0, 0)
        store.put_retention(rule)
        kept, corrected, gone, last = add(store, "kept", "corrected", "gone", "last")
        seen = store.outlived(rule, 0)
        store.revise(kept, {"kind": "fact"})
        store.supersede(corrected, draft("corrected again"))
        store.forget([gone])
        assert store.forget_seen(seen, [rule]) == [last]

    def test_with_other_rules_nothing_goes(self, store: Store) -> None:
        rule = ("acme", "", None, 0, 0)
        store.put_retention(rule)
        add(store, "a")
        seen = store.outlived(rule, 0)
        store.put_retention(("acme/alice", "", None, 5, 0))
        assert store.forget_seen(seen, [rule]) == []


class TestUses:
    def test_they_are_added_up_and_logged(self, store: Store) -> None:
        first, second = add(store, "a", "b")
        seq = store.seq()
        assert store.count_uses({first: 2, 999: 1}) == 1
        assert store.count_uses({first: 1, second: 1}) == 2
        assert [columns(row)["uses"] for row in store.blocks([first, second])] == [3, 1]
        assert [columns(row)["revision"] for row in store.blocks([first, second])] == [1, 1]
        assert log(store, seq) == [(BLOCK, first), (BLOCK, first), (BLOCK, second)]


class TestCuttingTheLog:
    def test_the_newest_changes_stay(self, store: Store) -> None:
        add(store, *"abcdefgh")
        assert store.log_length() == 8
        assert store.cut_log(3, 4) == 4
        assert store.cut_log(3, 4) == 1
        assert store.cut_log(3, 4) == 0
        assert (store.log_length(), store.seq()) == (3, 8)
        assert [seq for seq, _, _ in store.changes(5, 10)] == [6, 7, 8]
        for after in (0, 4):
            with pytest.raises(LookupError):
                store.changes(after, 10)

    def test_the_newest_one_stays_in_any_case(self, store: Store) -> None:
        add(store, "a", "b")
        store.cut_log(0, 10)
        assert (store.log_length(), store.seq()) == (1, 2)
        add(store, "c")
        assert store.seq() == 3

    def test_of_nothing(self, store: Store) -> None:
        assert (store.log_length(), store.cut_log(1, 10)) == (0, 0)


class TestLookingAfterIt:
    def test_one_at_a_time(self, store: Store) -> None:
        with store.maintaining():
            with pytest.raises(StoreBusy), store.maintaining():
                pass
            store.note_maintained(7)
        assert store.maintained_at() == 7
        with store.maintaining():
            pass

    def test_it_was_never_maintained(self, store: Store) -> None:
        assert store.maintained_at() is None

    def test_a_sound_store_has_no_flaws(self, store: Store) -> None:
        first, second = add(store, "a", "b")
        store.link(first, second, "about", 1.0, 0)
        new = store.supersede(first, draft("c", near=first))[0]
        store.set_anchor("", "A", new, None, None, 0)
        store.forget([second])
        assert store.flaws() == {}
        assert {flaw: store.mend(flaw) for flaw in MENDABLE} == dict.fromkeys(MENDABLE, 0)
        store.reindex()
        with pytest.raises(KeyError):
            store.mend("chains")
        assert FLAWS.keys() > MENDABLE

    def test_vectors_of_another_size(self, store: Store) -> None:
        first, second = add(store, "a", "b", vectors=b"1234")
        assert store.odd_vectors(4) == []
        assert store.odd_vectors(3) == [first, second]
        store.put_vectors(first, b"123")
        store.put_vectors(999, b"123")
        assert store.odd_vectors(3) == [second]
        assert log(store)[-1] == (BLOCK, first)
        assert store.last_id() == second
        store.give_back(10)
        assert store.free_bytes() == 0
