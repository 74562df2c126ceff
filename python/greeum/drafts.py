"""From what a caller says to what a Store takes: every field checked and encoded, every text embedded."""

from __future__ import annotations

import os

from greeum import _core, inputs
from greeum.errors import InvalidInput
from greeum.model import Anchor
from greeum.policies import conflict_policy, duplicate_policy
from greeum.store.protocol import Draft
from greeum.store.rows import check_validity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from greeum.anchors import Anchors
    from greeum.embed.protocol import Embedder
    from greeum.policies import Policies
    from greeum.store.protocol import BlockRow

    Near = str | int | Anchor

FIELDS = frozenset(
    ("text", "namespace", "key", "kind", "source", "tags", "importance", "metadata", "at", "valid_from", "valid_to",
     "expires_at", "ttl", "near", "vector", "on_duplicate", "on_conflict")
)  # fmt: skip
"""What a block is added with."""

CHECKS: dict[str, Callable[[Any], Any]] = {
    "kind": lambda value: inputs.name(value, "kind"),
    "source": lambda value: inputs.optional_name(value, "source"),
    "tags": inputs.tags,
    "importance": lambda value: inputs.share(value, "importance"),
    "metadata": inputs.metadata,
    "at": lambda value: inputs.time(value, "at"),
    "valid_from": lambda value: inputs.optional_time(value, "valid_from"),
    "valid_to": lambda value: inputs.optional_time(value, "valid_to"),
    "expires_at": lambda value: inputs.optional_time(value, "expires_at"),
}
"""How each field that `update` may change is checked and encoded."""


class Drafter:
    """Makes drafts for one memory: with its embedder, its anchors and its clock."""

    def __init__(self, embedder: Embedder, anchors: Anchors, policies: Policies, now_us: Callable[[], int]) -> None:
        self._embedder = embedder
        self._anchors = anchors
        self._policies = policies
        self._now_us = now_us

    def drafts(
        self,
        items: Sequence[Mapping[str, Any]],
        prefix: str,
        idempotency_key: str | None = None,
        is_single: bool = False,
    ) -> list[Draft]:
        """The drafts of several blocks; `prefix` says in errors which one is meant, with its number for {}."""
        key = inputs.optional_name(idempotency_key, "idempotency_key")
        now = self._now_us()
        drafts = [self._draft(item, now, prefix.format(i)) for i, item in enumerate(items)]
        if key is not None:
            for number, draft in enumerate(drafts):
                draft.uid, draft.is_repeatable = request_uid(draft.namespace, key, number), True
        for draft in drafts:
            # One turn that is added by itself is one that was just said, however often that is.
            draft.is_turn = draft.is_turn and not is_single
        self._embed(drafts)
        return drafts

    def successor(self, old: BlockRow, text: str, fields: dict[str, Any], vector: Sequence[float] | None) -> Draft:
        """The version after `old`: with a new text, and all that `fields` does not change."""
        now = self._now_us()
        kept = dict(zip(("kind", "source", "tags", "importance", "metadata"), old[5:10], strict=True))
        kept |= {"at": now, "valid_from": old[12], "valid_to": old[13], "expires_at": old[14]}
        draft = Draft(
            uid=os.urandom(16).hex(),
            namespace=old[2],
            key=old[3],
            text=text,
            added_at=now,
            vectors=self._brought(vector, text),
            **(kept | fields),
        )
        check_validity(draft.valid_from, draft.valid_to, fields)
        mark(draft, is_turn=draft.kind == "message")
        self._embed([draft])
        return draft

    def _draft(self, item: Mapping[str, Any], now: int, prefix: str) -> Draft:
        if not (hasattr(item, "keys") and hasattr(item, "get")):
            reason = f"must be a mapping of the arguments of `add`, not {type(item).__name__}"
            raise InvalidInput(prefix.rstrip("."), reason)
        unknown = item.keys() - FIELDS
        if unknown:
            raise InvalidInput(
                f"{prefix}{sorted(map(str, unknown))[0]}", f"is no field; there are {', '.join(sorted(FIELDS))}"
            )
        try:
            namespace = inputs.namespace(item.get("namespace", ""))
            at = item.get("at")
            metadata = item.get("metadata")
            text = inputs.text(item.get("text"))
            draft = Draft(
                uid=os.urandom(16).hex(),
                namespace=namespace,
                text=text,
                kind=inputs.name(item.get("kind", "message"), "kind"),
                at=now if at is None else inputs.time(at, "at"),
                added_at=now,
                vectors=self._brought(item.get("vector"), text),
                key=inputs.optional_name(item.get("key"), "key"),
                source=inputs.optional_name(item.get("source"), "source"),
                tags=inputs.tags(item.get("tags", ())),
                importance=inputs.share(item.get("importance", 0.5), "importance"),
                metadata="{}" if metadata is None else inputs.metadata(metadata),
                valid_from=inputs.optional_time(item.get("valid_from"), "valid_from"),
                valid_to=inputs.optional_time(item.get("valid_to"), "valid_to"),
                expires_at=inputs.expiry(item.get("ttl"), item.get("expires_at"), now),
                near=self._near_of_draft(item.get("near"), namespace),
            )
            check_validity(draft.valid_from, draft.valid_to)
            self._say_policy(draft, item, is_dated=at is not None)
            return draft
        except InvalidInput as error:
            raise InvalidInput(prefix + error.field, error.reason) from error

    def _say_policy(self, draft: Draft, item: Mapping[str, Any], is_dated: bool) -> None:
        """What is to be done if it is there already, or contradicts what is."""
        on_duplicate = duplicate_policy(item.get("on_duplicate"))
        policy = self._policies.of(draft.kind, on_duplicate, conflict_policy(item.get("on_conflict")))
        draft.on_duplicate, draft.on_conflict = policy.on_duplicate, policy.on_conflict
        draft.is_policy_said = policy.is_said
        mark(draft, is_turn=draft.kind == "message" and draft.on_duplicate == "keep")
        # A key is a name for a thing of its own; and who says nothing of when it was said, says it now.
        draft.is_turn = draft.is_turn and is_dated and on_duplicate is None and draft.key is None
        if draft.key is not None:
            draft.on_duplicate = "keep"

    def _near_of_draft(self, near: Near | None, namespace: str) -> tuple[str, str] | int | None:
        if near is None:
            return None
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
