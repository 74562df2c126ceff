"""Faults that are planted on purpose, to see that the machine finds them: each makes one promise untrue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from greeum import comparing, difference, drafts, inputs
from greeum.backups import restoring
from greeum.follower import Follower
from greeum.forgetting import Forgetting
from greeum.importers import exports, intake
from greeum.recall import Recall
from greeum.store import addition, changes, provenance, rows, sqlite_upkeep, statements
from greeum.store.protocol import BLOCK, FORGOTTEN
from greeum.store.rows import BEFORE_ALL_US
from greeum.store.sqlite import SQLiteStore

Fault = Callable[[], Any]


def statements_left_out(*names: str) -> Any:
    """Some statements are not run."""
    run = statements.rows_of

    def rows_of(connection: Any, statement: str, *bindings: Any) -> list[Any]:
        return [] if statement in names else run(connection, statement, *bindings)

    return patch.object(addition, "rows_of", rows_of)


def changes_not_told(operation: int) -> Any:
    """Those who follow the log do not hear of some changes, but of those that come last in each step."""
    ask = SQLiteStore.changes

    def told(self: SQLiteStore, after: int, limit: int) -> Any:
        found = ask(self, after, limit)
        return [(seq, 0 if op == operation else op, block) for seq, op, block in found]

    return patch.object(SQLiteStore, "changes", told)


def revisions_not_counted() -> Any:
    revised = rows.revised

    def keep(row: Any, fields: Any, revision: Any, flags: Any = ()) -> Any:
        after = revised(row, fields, revision, flags)
        return (*after[:15], row[15], *after[16:])

    return patch.object(changes, "revised", keep)


def replaced_a_minute_early() -> Any:
    run = statements.rows_of

    def rows_of(connection: Any, statement: str, *bindings: Any) -> list[Any]:
        if statement == "mark_superseded":
            bindings = (bindings[0], bindings[1] - 60_000_000, bindings[2])
        return run(connection, statement, *bindings)

    return patch.object(addition, "rows_of", rows_of)


def a_clock_that_stands_still() -> Any:
    begin = Recall.__init__

    def stopped(self: Any, *arguments: Any, now_us: Callable[[], int]) -> None:
        at = now_us()
        begin(self, *arguments, now_us=now_us)
        self._now_us = lambda: at

    return patch.object(Recall, "__init__", stopped)


@contextmanager
def nothing_replayed() -> Iterator[None]:
    """Who opens a memory takes the index's files for all that there is."""
    begin = Follower.__init__

    def trust(self: Follower, store: Any, index: Any, *more: Any) -> None:
        if index.seq:
            index.apply(store.seq(), [], [], [])
        begin(self, store, index, *more)

    with patch.object(Follower, "__init__", trust):
        yield


def corrections_taken_for_additions() -> Any:
    return patch.object(difference, "end_of", lambda *_: None)


def sources_lost_by_corrections() -> Any:
    successor = drafts.Drafter.successor

    def without(self: Any, *arguments: Any) -> Any:
        draft = successor(self, *arguments)
        draft.source = None
        return draft

    return patch.object(drafts.Drafter, "successor", without)


def as_of_the_minute_before() -> Any:
    optional_time = inputs.optional_time

    def early(value: Any, field: str, zone: Any = None) -> int | None:
        at = optional_time(value, field, zone)
        return at - 1 if at is not None and field == "as_of" else at

    return patch.object(inputs, "optional_time", early)


def restored_with_what_was_forgotten() -> Any:
    return patch.object(restoring, "known_forgotten", lambda *_: [])


def duplicates_are_not_known() -> Any:
    return patch.object(addition, "repeats", lambda *_: False)


@contextmanager
def quarantined_in_the_rows_alone() -> Iterator[None]:
    """The index is told of no flag, and goes on finding the block."""

    def entries(self: SQLiteStore, ids: Any) -> Any:
        return [((*row[:21], "[]", *row[22:]), vectors) for row, vectors in told(self, ids)]

    told = SQLiteStore.entries
    with patch.object(SQLiteStore, "entries", entries):
        yield


def contradictions_are_kept_whatever_is_asked() -> Any:
    return patch.object(comparing, "may_supersede", lambda *_: False)


def roll_backs_leave_links() -> Any:
    return patch.object(provenance, "links_by", lambda *_: [])


def a_filter_that_spares_older_versions() -> Any:
    def ids(self: Forgetting, namespace: str, where_json: str | None) -> Any:
        self._follower.catch_up()
        return self._follower.index.ids(namespace, where_json, False, BEFORE_ALL_US, None)

    return patch.object(Forgetting, "ids", ids)


def one_too_few_is_kept() -> Any:
    run = sqlite_upkeep.rows

    def rows_of(connection: Any, statement: str, *bindings: Any) -> Any:
        if statement == "outlived":
            bindings = (*bindings[:3], max(bindings[3] - 1, 0))
        return run(connection, statement, *bindings)

    return patch.object(sqlite_upkeep, "rows", rows_of)


def imports_lose_quarantine() -> Any:
    draft_of = exports.draft_of

    def shown(record: Any) -> Any:
        draft = draft_of(record)
        draft.flags = "[]"
        return draft

    return patch.object(exports, "draft_of", shown)


def merges_move_anchors() -> Any:
    return patch.object(intake.Intake, "_is_kept", lambda *_: False)


FAULTS: dict[str, Fault] = {
    "a correction leaves the anchors behind": lambda: statements_left_out("move_anchors"),
    "a correction leaves the links behind": lambda: statements_left_out("move_links_from", "move_links_to"),
    "forgetting is not told to the index": lambda: changes_not_told(FORGOTTEN),
    "what is added is not told to the index": lambda: changes_not_told(BLOCK),
    "revisions are not counted": revisions_not_counted,
    "what was corrected is said to be so a minute early": replaced_a_minute_early,
    "the clock stands still": a_clock_that_stands_still,
    "after a crash nothing is replayed": nothing_replayed,
    "corrections are taken for additions": corrections_taken_for_additions,
    "corrections lose who said it": sources_lost_by_corrections,
    "the past is a little earlier than asked": as_of_the_minute_before,
    "a restore brings back what was forgotten": restored_with_what_was_forgotten,
    "a duplicate is stored twice": duplicates_are_not_known,
    "quarantined blocks are found": quarantined_in_the_rows_alone,
    "what contradicts is kept though it should supersede": contradictions_are_kept_whatever_is_asked,
    "a roll-back leaves links": roll_backs_leave_links,
    "a filter spares older versions": a_filter_that_spares_older_versions,
    "retention keeps one too few": one_too_few_is_kept,
    "an import shows what was quarantined": imports_lose_quarantine,
    "a merge moves anchors that are there": merges_move_anchors,
}
