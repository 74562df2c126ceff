"""From what a caller says to what a Store takes: every field checked and encoded, every text embedded."""

from __future__ import annotations

import os

from greeum import _core, inputs
from greeum.anchors import AUTO, Choice
from greeum.errors import InvalidInput
from greeum.model import Anchor
from greeum.policies import conflict_policy, duplicate_policy, policy_of
from greeum.store.protocol import BLOCK_COLUMNS, Draft
from greeum.store.rows import (
    EXPIRES_AT,
    KEY,
    NAMESPACE,
    QUARANTINED,
    TRUST,
    VALID_FROM,
    VALID_TO,
    check_validity,
    is_quarantined,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from greeum.anchors import Anchors
    from greeum.embed.protocol import Embedder
    from greeum.inputs import ZoneOf
    from greeum.screening import Screening
    from greeum.store.protocol import BlockRow

    Near = str | int | Anchor

FIELDS = frozenset(
    ("text", "namespace", "key", "kind", "source", "tags", "importance", "metadata", "at", "valid_from", "valid_to",
     "expires_at", "ttl", "near", "vector", "on_duplicate", "on_conflict")
)  # fmt: skip
"""What a block is added with."""

SCREENED = ("text", "namespace", "kind", "key", "source", "tags", "metadata")
"""What is looked at before it is stored."""

ABOUT_THE_THING = ("tags", "importance", "metadata")
"""Fields that stay when something else comes to hold, unless its caller says them. Who said it and when, and how long
it holds, belongs to each statement."""

IMPORTANCE = 0.5
"""Of a block of which nobody says how much it matters: there is as much room above as below."""

DRAFTS_AT_ONCE = 16
"""Drafts that are made before others may have Python's lock: half a millisecond."""

UID_BYTES = 16
"""Random bytes in a uid: no two of all memories there are will be the same."""

CHECKS: dict[str, Callable[[Any], Any]] = {
    "kind": lambda value: inputs.name(value, "kind"),
    "source": lambda value: inputs.optional_name(value, "source"),
    "tags": inputs.tags,
    "importance": lambda value: inputs.share(value, "importance"),
    "metadata": inputs.metadata,
}
"""How each field that `update` may change is checked and encoded; times are in TIMES."""

TIMES: dict[str, Callable[[Any, str, ZoneOf], int | None]] = {
    "at": inputs.time,
    "valid_from": inputs.optional_time,
    "valid_to": inputs.optional_time,
    "expires_at": inputs.optional_time,
}
"""The same of times, which are of the memory's zone if they say nothing else."""


class Drafter:
    """Makes drafts for one memory: with its embedder, its anchors and its clock.

    What it makes carries an `origin`, and is trusted no further than `trust`.
    """

    def __init__(
        self,
        embedder: Embedder,
        anchors: Anchors,
        now_us: Callable[[], int],
        screening: Screening,
        give_way: Callable[[], None],
        zone: ZoneOf,
        origin: str = "",
        trust: float = 1.0,
    ) -> None:
        self._embedder = embedder
        self._anchors = anchors
        self._now_us = now_us
        self.screening = screening
        self._give_way = give_way
        self._zone = zone
        self.origin = origin
        self.trust = trust

    def through(self, origin: str, trust: float) -> Drafter:
        """One whose drafts come by another door within this one: none can be trusted more, or shed where it is from."""
        inside = f"{self.origin}/{origin}" if self.origin else origin
        inputs.name(inside, "origin")
        trust = min(self.trust, trust)
        screening = self.screening if trust == 1 else self.screening.read_only()
        return Drafter(
            self._embedder, self._anchors, self._now_us, screening, self._give_way, self._zone, inside, trust
        )

    def field(self, name: str, value: Any) -> Any:
        """A field that `update` may change, checked and encoded. Raises InvalidInput."""
        return TIMES[name](value, name, self._zone) if name in TIMES else CHECKS[name](value)

    def drafts(
        self,
        items: Sequence[Mapping[str, Any]],
        said: Mapping[str, str],
        prefix: str,
        idempotency_key: str | None = None,
        is_single: bool = False,
    ) -> list[Draft]:
        """The drafts of several blocks, of which the store's policies say what is `said`; `prefix` says in errors which
        one is meant, with its number for {}.
        """
        key = inputs.optional_name(idempotency_key, "idempotency_key")
        now = self._now_us()
        uids = new_uids(len(items))
        drafts = []
        for i, item in enumerate(items):
            drafts.append(self._draft(item, said, now, uids[i], prefix.format(i)))
            if len(drafts) % DRAFTS_AT_ONCE == 0:
                self._give_way()
        if key is not None:
            for number, draft in enumerate(drafts):
                draft.uid, draft.is_repeatable = request_uid(draft.namespace, key, number), True
        for draft in drafts:
            # One turn that is added by itself is one that was just said, however often that is.
            draft.is_turn = draft.is_turn and not is_single
        self._embed(drafts)
        return drafts

    def admit(self, draft: Draft) -> None:
        """Have a draft that was made elsewhere come by this door: it is looked at, trusted no further than what is
        written here, and of this origin unless that is trusted in full. Raises InvalidInput.
        """
        said = {name: getattr(draft, name) for name in SCREENED}
        flags = self.screening.screen(said)
        for name, value in said.items():
            setattr(draft, name, value)
        if flags:
            add_flags(draft, flags)
        if self.trust < 1:
            draft.origin, draft.trust = self.origin, min(self.trust, draft.trust)

    def successor(self, old: BlockRow, text: str, fields: dict[str, Any], vector: Sequence[float] | None) -> Draft:
        """The version after `old`: with a new text, and all that `fields` does not change."""
        now = self._now_us()
        kept: dict[str, Any] = dict(zip(("kind", "source", "tags", "importance", "metadata"), old[5:10], strict=True))
        kept |= (
            {"at": now, "valid_from": old[VALID_FROM], "valid_to": old[VALID_TO], "expires_at": old[EXPIRES_AT]}
            | fields
            | {"text": text}
        )
        flags = self.screening.screen(kept)
        if is_quarantined(old):
            flags.append(QUARANTINED)  # or it would be enough to correct what is hidden
        draft = Draft(
            uid=new_uids(1)[0],
            namespace=old[NAMESPACE],
            key=old[KEY],
            added_at=now,
            vectors=self._brought(vector, kept["text"]),
            origin=self.origin,
            trust=min(self.trust, old[TRUST]),
            flags=flags_json(flags),
            **kept,
        )
        check_validity(draft.valid_from, draft.valid_to, fields)
        mark(draft, is_turn=draft.kind == "message")
        self._embed([draft])
        return draft

    def take_over(self, draft: Draft, old: BlockRow) -> None:
        """Have a draft that comes after `old` keep what its caller said nothing of.

        Raises InvalidInput if a policy that is newer than `old` refuses what it has there.
        """
        row = dict(zip(BLOCK_COLUMNS, old, strict=True))
        kept = {name: row[name] for name in draft.unsaid}
        flags = self.screening.screen(kept)
        for name, value in kept.items():
            setattr(draft, name, value)
        if flags:
            add_flags(draft, flags)

    def said_at(self, value: Any, now: int) -> int:
        """When a text was said of which `at` is this, in microseconds."""
        return now if value is None else inputs.time(value, "at", self._zone)

    def _draft(self, item: Mapping[str, Any], said: Mapping[str, str], now: int, uid: str, prefix: str) -> Draft:
        check_fields(item, prefix)
        try:
            namespace = inputs.namespace(item.get("namespace", ""))
            at = item.get("at")
            unsaid = tuple(name for name in ABOUT_THE_THING if item.get(name) is None)
            screened: dict[str, Any] = {
                "text": inputs.text(item.get("text")),
                "namespace": namespace,
                "kind": inputs.name(item.get("kind", "message"), "kind"),
                "key": inputs.optional_name(item.get("key"), "key"),
                "source": inputs.optional_name(item.get("source"), "source"),
                "tags": "[]" if "tags" in unsaid else inputs.tags(item["tags"]),
                "metadata": "{}" if "metadata" in unsaid else inputs.metadata(item["metadata"]),
            }
            flags = self.screening.screen(screened)
            draft = Draft(
                uid=uid,
                at=self.said_at(at, now),
                added_at=now,
                vectors=self._brought(item.get("vector"), screened["text"]),
                importance=IMPORTANCE if "importance" in unsaid else inputs.share(item["importance"], "importance"),
                valid_from=inputs.optional_time(item.get("valid_from"), "valid_from", self._zone),
                valid_to=inputs.optional_time(item.get("valid_to"), "valid_to", self._zone),
                expires_at=inputs.expiry(item.get("ttl"), item.get("expires_at"), now, self._zone),
                near=self._near_of_draft(item.get("near"), namespace),
                origin=self.origin,
                trust=self.trust,
                flags=flags_json(flags),
                **screened,
            )
            draft.unsaid = unsaid
            check_validity(draft.valid_from, draft.valid_to)
            say_policy(draft, item, said, is_dated=at is not None)
            return draft
        except InvalidInput as error:
            raise InvalidInput(prefix + error.field, error.reason) from error

    def _near_of_draft(self, near: Near | None, namespace: str) -> tuple[str, str] | int | None:
        if near is None:
            return None
        if near == AUTO or isinstance(near, Choice):
            raise InvalidInput("near", f"{AUTO!r} is for a block that is added by itself: it depends on the one before")
        if isinstance(near, str):
            near = self._anchors.closest(inputs.name(near, "near"), namespace)
        if isinstance(near, Anchor):
            return near.namespace, near.name
        return inputs.block_id(near, "near")

    def _brought(self, vector: object, text: str) -> bytes:
        """The codes of a text's passages out of the one vector that came with it; nothing if none did."""
        return b"" if vector is None else self.given(vector) * len(_core.split(text))

    def _embed(self, drafts: Sequence[Draft]) -> None:
        bare = [draft for draft in drafts if not draft.vectors]
        codes = self._embedder.encode_blocks([draft.text for draft in bare]) if bare else []
        for draft, code in zip(bare, codes, strict=True):
            draft.vectors = code

    def given(self, vector: Any) -> bytes:
        """The code of a vector that the caller brought. Raises InvalidInput where the memory makes its own."""
        if not self._embedder.fingerprint.startswith("given/"):
            raise InvalidInput(
                "vector", f"cannot be brought: this memory's vectors are made by {self._embedder.fingerprint}"
            )
        return _core.quantize([inputs.vector(vector)], self._embedder.dimension)


def new_uids(count: int) -> list[str]:
    """Random uids, drawn at once: each draw lets go of Python's lock for a moment, too short for a search that waits
    for it, whose wait then begins anew.
    """
    drawn = os.urandom(UID_BYTES * count).hex()
    return [drawn[at : at + 2 * UID_BYTES] for at in range(0, len(drawn), 2 * UID_BYTES)]


def check_fields(item: Any, prefix: str) -> None:
    """Raises InvalidInput for what is no block to add, or has a field that blocks do not have. `prefix` says which one
    it is.
    """
    if not (hasattr(item, "keys") and hasattr(item, "get")):
        reason = f"must be a text, or a mapping of the arguments of `add`, not {type(item).__name__}"
        raise InvalidInput(prefix.rstrip("."), reason)
    unknown = item.keys() - FIELDS
    if unknown:
        raise InvalidInput(
            f"{prefix}{sorted(map(str, unknown))[0]}", f"is no field; there are {', '.join(sorted(FIELDS))}"
        )


def say_policy(draft: Draft, item: Mapping[str, Any], said: Mapping[str, str], is_dated: bool) -> None:
    """What is to be done if it is there already, or contradicts what is."""
    on_duplicate = duplicate_policy(item.get("on_duplicate"))
    policy = policy_of(said, draft.kind, on_duplicate, conflict_policy(item.get("on_conflict")))
    draft.on_duplicate, draft.on_conflict = policy.on_duplicate, policy.on_conflict
    draft.is_policy_said = policy.is_said
    mark(draft, is_turn=draft.kind == "message" and draft.on_duplicate == "keep")
    # A key is a name for a thing of its own; and who says nothing of when it was said, says it now.
    draft.is_turn = draft.is_turn and is_dated and on_duplicate is None and draft.key is None
    if draft.key is not None:
        draft.on_duplicate = "keep"


def flags_json(flags: list[str]) -> str:
    """Flags as a row has them."""
    if not flags:
        return "[]"
    from json import dumps

    return dumps(sorted(flags))


def add_flags(draft: Draft, flags: list[str]) -> None:
    from json import loads

    draft.flags = flags_json(list({*flags, *loads(draft.flags)}))


def mark(draft: Draft, is_turn: bool) -> None:
    """Give a draft what it is known again by.

    For a turn of a conversation that is who said it, when, and the words; for anything else the words, what kind of
    thing it is, who or what says so ("I live in Seoul" is another fact when another says it) and the time for which
    it holds."""
    draft.is_turn = is_turn
    of = (draft.at,) if is_turn else (draft.valid_from, draft.valid_to)
    source = "" if draft.source is None else f"={draft.source}"
    draft.digest = _core.digest(draft.text, [draft.namespace, draft.kind, source, *map(str, of)])
    normal: list[str] = []

    def says(text: str) -> bool:
        if not normal:
            normal.append(_core.normal(draft.text))
        return text == draft.text or _core.normal(text) == normal[0]

    draft.says = says


def request_uid(namespace: str, idempotency_key: str, number: int) -> str:
    """The uid of the block in this place of the request of this name, so that a second one finds it taken."""
    from hashlib import blake2b

    # What a namespace or a key may hold, NUL is not part of.
    return blake2b(f"{namespace}\0{idempotency_key}\0{number}".encode(), digest_size=16).hexdigest()
