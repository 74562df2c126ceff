"""What every Store does alike with rows: pure functions on tuples, with no idea of where they are kept."""

from __future__ import annotations

from greeum.errors import Conflict, EmbedderMismatch, Forbidden, InvalidInput
from greeum.limits import TIME_MIN_US
from greeum.store.protocol import BLOCK_COLUMNS, REVISABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Final

    from greeum.store.protocol import BlockRow, Draft

# Where the columns are in a BlockRow. Literals, so that a type checker knows what is found there.
ID: Final = 0
UID: Final = 1
NAMESPACE: Final = 2
KEY: Final = 3
TEXT: Final = 4
KIND: Final = 5
SOURCE: Final = 6
TAGS: Final = 7
METADATA: Final = 9
AT: Final = 10
ADDED_AT: Final = 11
VALID_FROM: Final = 12
VALID_TO: Final = 13
EXPIRES_AT: Final = 14
REVISION: Final = 15
SUPERSEDES: Final = 16
SUPERSEDED_BY: Final = 17
SUPERSEDED_AT: Final = 18
ORIGIN: Final = 19
TRUST: Final = 20
FLAGS: Final = 21
USES: Final = 22

BEFORE_ALL_US = TIME_MIN_US - 1
"""As of then nothing has expired: what expires is hidden from searches, and there all the same."""

QUARANTINED = "quarantined"
"""The flag of a block that nobody is to find until it is released."""

NEAR_LINK_KIND = "near"
"""The kind of the link from a block added near something to what it was added near."""

NEAR_LINK_WEIGHT = 1.0
"""Its weight: the caller said that the two belong together, and nothing is surer than that."""

SIMILAR_LINK_KIND = "similar"
"""The kind of the link from a block to the one that says the same."""

SIMILAR_LINK_WEIGHT = 1.0
"""Its weight: they say the same, and nothing is nearer than that."""

SPEAKING_SHARES = {NEAR_LINK_KIND: 0.0, SIMILAR_LINK_KIND: 0.0}
"""By kind, how much of a link's weight says that what one end says speaks for the other: all of it, but for these.

What says the same is found by itself, and what was added one after another is as a rule a conversation.
"""

ANCHOR_HOPS = 2
"""Hops of an anchor that was set without saying: the middle one of A, B and C."""


def new_row(draft: Draft, block_id: int, key: str | None, supersedes: int | None = None) -> BlockRow:
    """The row of a block that is being added."""
    return (
        block_id,
        draft.uid,
        draft.namespace,
        key,
        draft.text,
        draft.kind,
        draft.source,
        draft.tags,
        draft.importance,
        draft.metadata,
        draft.at,
        draft.added_at,
        draft.valid_from,
        draft.valid_to,
        draft.expires_at,
        draft.revision,
        supersedes,
        None,
        None,
        draft.origin,
        draft.trust,
        draft.flags,
        draft.uses,
    )


def flagged(flags: str, name: str, *, is_set: bool = True) -> str:
    """Flags, as a row has them, with one more of them, or without it."""
    if (f'"{name}"' in flags) == is_set:
        return flags
    from json import dumps, loads

    return dumps(sorted({*loads(flags), name} if is_set else set(loads(flags)) - {name}))


def is_within(path: str, root: str) -> bool:
    """Whether a namespace, or an origin, is this one or lies below it, in whole segments; "" is all of them."""
    return not root or path == root or path.startswith(root + "/")


def superseded(row: BlockRow, by: int, at: int) -> BlockRow:
    """The row of a block that has a version after it."""
    return (*row[:SUPERSEDED_BY], by, at, *row[ORIGIN:])


def revised(row: BlockRow, fields: dict[str, object], revision: int | None, flags: Iterable[str] = ()) -> BlockRow:
    """The row after `Store.revise`: the same one if it says all of it already.

    Raises InvalidInput for a field that cannot be revised, and Conflict if `revision` is not the row's.
    """
    for field in fields:
        if field not in REVISABLE:
            raise InvalidInput(field, f"cannot be revised; these can: {', '.join(sorted(REVISABLE))}")
    if row[SUPERSEDED_BY] is not None:
        raise Conflict(f"block {row[ID]} has been superseded by {row[SUPERSEDED_BY]}: change the newest version")
    check_revision(row, revision)
    columns = dict(zip(BLOCK_COLUMNS, row, strict=True))
    noticed = row[FLAGS]
    for flag in flags:
        noticed = flagged(noticed, flag)
    now = {**columns, **fields, "flags": noticed}
    if now == columns:
        return row
    after: Any = tuple({**now, "revision": row[REVISION] + 1}.values())
    revised_row: BlockRow = after
    check_validity(revised_row[VALID_FROM], revised_row[VALID_TO], fields)
    return revised_row


def mismatch(bound: tuple[str, int], given: tuple[str, int]) -> EmbedderMismatch:
    """What is wrong where the embedder that is given is not the one that made a store's vectors; each with its
    dimension.
    """
    return EmbedderMismatch(
        f"this memory's vectors were made by {bound[0]} ({bound[1]} dimensions), not by {given[0]} ({given[1]}): open "
        "it with the embedder that made them (embedder=… in Python, or GREEUM_EMBEDDER), or change it to this one with "
        "greeum.reembed or `greeum reembed`"
    )


def check_validity(
    valid_from: int | None, valid_to: int | None, given: Iterable[str] = ("valid_from", "valid_to")
) -> None:
    """Raises InvalidInput if it ends before it begins, and one of the two was `given`."""
    changed = [field for field in ("valid_to", "valid_from") if field in given]
    if changed and valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise InvalidInput(changed[0], "would let it end before it begins: valid_to lies before valid_from")


def check_repeated(stored: BlockRow, draft: Draft, key: str | None, versions: Sequence[BlockRow] = ()) -> None:
    """Raises Conflict unless the row with the uid of a repeatable draft was stored by this very request: with this
    key, and as a correction if there are `versions`, of the block that has these.
    """
    said = (draft.namespace, key, draft.text, bool(versions))
    is_same = (stored[NAMESPACE], stored[KEY], stored[TEXT], stored[SUPERSEDES] is not None) == said
    if not is_same or (versions and stored[ID] not in (version[ID] for version in versions)):
        raise Conflict(
            "the idempotency key was used before, and for something else: use a new one for each new request"
        )


def taken(uid: str, block_id: int) -> Conflict:
    """That a draft has the uid of another block."""
    return Conflict(f"the uid {uid} is taken by block {block_id}: was this imported before?")


def is_quarantined(row: BlockRow) -> bool:
    return f'"{QUARANTINED}"' in row[FLAGS]


def has_expired(row: BlockRow, now: int) -> bool:
    """Whether a block is over: its key is free then for another."""
    return row[EXPIRES_AT] is not None and row[EXPIRES_AT] <= now


def without_key(row: BlockRow) -> BlockRow:
    """The row of a block that has lost its key."""
    return (*row[:3], None, *row[4:])


def added_before(head: BlockRow, draft: Draft, planned_at: int | None) -> BlockRow:
    """The head of the draft's key, if it says the same. Raises Conflict if it says something else. `planned_at` is the
    draft's place in its list, if the head is of this same list and will not be there when all of it is refused.
    """
    if is_quarantined(head):
        raise Conflict(
            f"the key {draft.key!r} is taken by block {head[ID]}, which is quarantined: release or forget it first"
        )
    if head[TEXT] != draft.text and planned_at is not None:
        raise Conflict(
            f"blocks[{planned_at}].key: {draft.key!r} is used twice in this list, with different texts: "
            "leave one of the two out, or give each a key of its own"
        )
    if head[TEXT] != draft.text:
        raise Conflict(
            f"the key {draft.key!r} is taken by block {head[ID]}, which has another text: "
            f"to change what the key names, update block {head[ID]} with the new text; or choose another key"
        )
    return head


def repeats(draft: Draft, row: BlockRow, now: int) -> bool:
    """Whether a newest version can be given back instead of a draft with the same digest, or that says the same in
    other words: it is the same kind of thing from the same source, holds for the same time, is here for as long, and
    is trusted as far."""
    is_here = row[SUPERSEDED_BY] is None and row[NAMESPACE] == draft.namespace and not is_quarantined(row)
    if not is_here or row[TRUST] < draft.trust or not outlives(row, draft, now):
        return False
    if row[ID] == draft.alike:
        return True
    if not draft.says(row[TEXT]):
        return False
    held = (row[KIND], row[SOURCE], row[VALID_FROM], row[VALID_TO])
    # A turn of which something was corrected since is the same turn.
    return draft.is_turn or held == (draft.kind, draft.source, draft.valid_from, draft.valid_to)


def outlives(row: BlockRow, draft: Draft, now: int) -> bool:
    ends = row[EXPIRES_AT]
    return ends is None or (ends > now and draft.expires_at is not None and ends >= draft.expires_at)


def check_revision(row: BlockRow, revision: int | None) -> None:
    """Raises Conflict if `revision` is given and is not the row's."""
    if revision is not None and revision != row[REVISION]:
        raise Conflict(f"block {row[ID]} is at revision {row[REVISION]}, not {revision}: read it again, then decide")


def inherited_key(old: BlockRow, draft: Draft) -> str | None:
    """The key of the version after `old`. Raises Conflict if `draft` cannot be that version."""
    if old[SUPERSEDED_BY] is not None:
        raise Conflict(f"block {old[ID]} has been superseded by {old[SUPERSEDED_BY]}: correct the newest version")
    if draft.trust < old[TRUST]:
        raise trusted_more(old, draft.trust)
    if draft.namespace != old[NAMESPACE]:
        raise Conflict(
            f"block {old[ID]} is in the namespace {old[NAMESPACE]!r}, and so are all its versions: "
            f"add a new block to put something into {draft.namespace!r}"
        )
    if draft.key is not None and old[KEY] is not None and draft.key != old[KEY]:
        raise Conflict(f"block {old[ID]} has the key {old[KEY]!r}, which every version keeps: leave the key out")
    return old[KEY] if old[KEY] is not None else draft.key


def trusted_more(row: BlockRow, trust: float) -> Forbidden:
    """That a writer may not change what is trusted more than they are."""
    return Forbidden(
        f"block {row[ID]} is trusted more ({row[TRUST]:g}) than what you write ({trust:g}): add a block of your own, "
        "and link it with that one"
    )
