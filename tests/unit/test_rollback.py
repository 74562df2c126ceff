"""A roll-back, against what would be there if that origin had written nothing; and both stores against each other."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from greeum import testing
from greeum.errors import Conflict, StoreBusy, StoreFailed
from greeum.forgetting import Forgetting
from greeum.store.memory import MemoryStore
from greeum.store.protocol import Draft
from greeum.store.rows import FLAGS, KEY, ORIGIN, SUPERSEDED_AT, SUPERSEDED_BY, SUPERSEDES
from greeum.store.sqlite import SQLiteStore

ORIGINS = ("", "alice", "bot", "bot/page", "bots")


def draft(number: int, origin: str, key: str | None = None, near: Any = None) -> Draft:
    return Draft(
        uid=f"{number:032x}", namespace="a" if number % 3 else "b", text=f"text {number}", kind="message", at=number,
        added_at=number, vectors=b"\0" * 8, key=key, near=near, origin=origin,
    )  # fmt: skip


def step(random: Random, store: Any, number: int, heads: list[int]) -> None:
    """One random change; the same for stores that are in the same state."""
    origin = random.choice(ORIGINS)
    deed = random.random()
    target = random.choice(heads) if heads else 0
    if deed < 0.4 or not target:
        key = f"k{number}" if random.random() < 0.5 else None
        near: Any = random.choice([None, target or None, ("a", "A") if store.anchor("a", "A") else None])
        store.add([draft(number, origin, key, near)])
    elif deed < 0.75:
        old = store.blocks([target])[0]
        following = draft(number, origin)
        following.namespace = old[2]
        store.supersede(target, following)
    elif deed < 0.9:
        other = random.choice(heads)
        if other != target:
            store.link(target, other, random.choice(("about", "names")), 0.5, number, origin)
    else:
        store.set_anchor("a", random.choice(("A", "B")), target, None, None, number)


def heads_of(store: Any) -> list[int]:
    return [row[0] for row in store.blocks(store.ids(0, 10_000)) if row[SUPERSEDED_BY] is None]


def everything(store: Any) -> list[Any]:
    ids = store.ids(0, 10_000)
    return [store.blocks(ids), store.links(ids), store.anchors(""), [store.history(block) for block in ids]]


def check(store: Any, origin: str) -> None:
    """What must hold of every state, and of one in which an origin was rolled back."""
    rows = {row[0]: row for row in store.blocks(store.ids(0, 10_000))}
    for row in rows.values():
        before, after = row[SUPERSEDES], row[SUPERSEDED_BY]
        is_theirs = row[ORIGIN] == origin or row[ORIGIN].startswith(origin + "/")
        assert before is None or rows[before][SUPERSEDED_BY] == row[0]
        assert after is None or rows[after][SUPERSEDES] == row[0]
        assert (after is None) == (row[SUPERSEDED_AT] is None)
        assert ('"quarantined"' in row[FLAGS]) == is_theirs
        if is_theirs:
            assert row[KEY] is None
            assert after is None or rows[after][ORIGIN].startswith(origin)
        if row[KEY] is not None and after is None:
            assert store.block_by_key(row[2], row[KEY]) == row
        chain = store.history(row[0])
        assert [one[0] for one in chain] == sorted(one[0] for one in chain)
        assert all(one[2] == row[2] for one in chain)
    assert all(source != target for source, target, *_ in store.links(list(rows)))


@pytest.mark.parametrize("seed", range(25))
def test_both_stores_undo_the_same_and_leave_what_must_be(seed: int, tmp_path: Path) -> None:
    disk, ram = SQLiteStore(str(tmp_path)), MemoryStore()
    try:
        for number in range(1, 60):
            for store in (disk, ram):
                step(Random(f"{seed}/{number}"), store, number, heads_of(store))
        assert everything(disk) == everything(ram)
        dry = [store.roll_back("bot", 0, "", 99, True) for store in (disk, ram)]
        done = [store.roll_back("bot", 0, "", 99, False) for store in (disk, ram)]
        assert dry[0] == dry[1] == done[0] == done[1]
        assert everything(disk) == everything(ram)
        assert disk.changes(0, 10_000) == ram.changes(0, 10_000)
        check(disk, "bot")
    finally:
        disk.close()
        ram.close()


@pytest.mark.parametrize("seed", range(25))
def test_what_others_wrote_is_as_if_nobody_else_had_written(seed: int) -> None:
    """Where all only ever correct, the chains without what was rolled back are those of the others alone."""
    with_bot, without = MemoryStore(), MemoryStore()
    random = Random(seed)
    heads: dict[int, list[int]] = {}
    for number in range(1, 40):
        origin, chain = random.choice(("alice", "bot", "carol")), number % 4
        for place, store in enumerate((with_bot, without)):
            if place and origin == "bot":
                continue
            made = draft(number * 3 + 1, origin)
            ends = heads.setdefault(chain, [0, 0])
            row = store.supersede(ends[place], made) if ends[place] else store.add([made])[0]
            ends[place] = row[0]
    with_bot.roll_back("bot", 0, "", 99, False)
    kept = [row for row in with_bot.blocks(with_bot.ids(0, 999)) if row[ORIGIN] != "bot"]
    uid = {row[0]: row[1] for row in kept}
    here = [
        (row[1], uid.get(row[SUPERSEDES] or 0), uid.get(row[SUPERSEDED_BY] or 0), row[SUPERSEDED_AT]) for row in kept
    ]
    uid = {row[0]: row[1] for row in without.blocks(without.ids(0, 999))}
    there = [
        (row[1], uid.get(row[SUPERSEDES] or 0), uid.get(row[SUPERSEDED_BY] or 0), row[SUPERSEDED_AT])
        for row in without.blocks(without.ids(0, 999))
    ]
    assert here == there


def test_a_key_that_somebody_else_has_meanwhile_is_a_conflict_of_nobody() -> None:
    """The version before had the key all along: nobody could take it."""
    store = MemoryStore()
    old = store.add([draft(1, "alice", "home")])[0]
    store.supersede(old[0], draft(4, "bot"))
    with pytest.raises(Conflict):
        store.add([draft(7, "alice", "home")])
    store.roll_back("bot", 0, "", 9, False)
    assert store.block_by_key(old[2], "home") == old


def test_what_is_done_by_half_is_not_said_to_be_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> Any:
        raise StoreBusy("somebody else writes")

    with testing.memory() as memory:
        block = memory.through("bot").add("Alice lives in Moscow.").id
        monkeypatch.setattr(Forgetting, "named", busy)
        with pytest.raises(StoreFailed, match="rolled back"):
            memory.roll_back(origin="bot", forget=True)
        assert memory.get(block).flags == ("quarantined",)
