"""What a memory gives back: views that say what the rows say, compare by it, and cannot be changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import greeum
from greeum import Anchor, Block, Hit, Link
from greeum._core import PARTS
from greeum.memory import KEEP
from greeum.model import moment, optional_iso, optional_moment
from greeum.store.protocol import BLOCK_COLUMNS

if TYPE_CHECKING:
    from greeum.store.protocol import AnchorRow, BlockRow, LinkRow

AT_US = 1_741_078_800_000_000
AT = datetime(2025, 3, 4, 9, 0, tzinfo=UTC)
UID = "0123456789abcdef" * 2

ROW: BlockRow = (
    7, UID, "acme/alice", "home", "I moved to Busan in May.", "fact", "alice", '["a","b"]', 0.75, '{"km":[1]}', AT_US,
    AT_US + 1, AT_US + 2_000, AT_US + 3_000_000, AT_US + 60_000_000, 3, 5, 9,
)  # fmt: skip
BARE: BlockRow = (1, UID, "", None, "hi", "message", None, "[]", 0.5, "{}", 0, 0, None, None, None, 1, None, None)
LINK: LinkRow = (1, 2, "about", 0.5, AT_US)
ANCHOR: AnchorRow = ("acme", "A", 7, 1, True, AT_US)
SCORES = [float(number) for number in range(len(PARTS))]


def test_a_block_shows_every_column() -> None:
    block = Block(ROW)
    assert (block.id, block.uid, block.namespace, block.key) == (7, UID, "acme/alice", "home")
    assert (block.text, block.kind, block.source) == ("I moved to Busan in May.", "fact", "alice")
    assert (block.tags, block.importance, block.metadata) == (("a", "b"), 0.75, {"km": [1]})
    assert (block.at, block.at_iso) == (AT, "2025-03-04T09:00:00Z")
    assert block.added_at == AT.replace(microsecond=1)
    assert block.valid_from == AT.replace(microsecond=2_000)
    assert block.valid_to == AT.replace(second=3)
    assert block.expires_at == AT.replace(minute=1)
    assert (block.revision, block.supersedes, block.superseded_by) == (3, 5, 9)
    assert block.to_dict() == {
        "id": 7,
        "uid": UID,
        "namespace": "acme/alice",
        "key": "home",
        "text": "I moved to Busan in May.",
        "kind": "fact",
        "source": "alice",
        "tags": ["a", "b"],
        "importance": 0.75,
        "metadata": {"km": [1]},
        "at": "2025-03-04T09:00:00Z",
        "added_at": "2025-03-04T09:00:00.000001Z",
        "valid_from": "2025-03-04T09:00:00.002Z",
        "valid_to": "2025-03-04T09:00:03Z",
        "expires_at": "2025-03-04T09:01:00Z",
        "revision": 3,
        "supersedes": 5,
        "superseded_by": 9,
    }
    assert tuple(block.to_dict()) == BLOCK_COLUMNS


def test_a_bare_block_shows_that_there_is_nothing() -> None:
    block = Block(BARE)
    assert (block.key, block.source, block.tags, block.metadata) == (None, None, (), {})
    assert (block.valid_from, block.valid_to, block.expires_at) == (None, None, None)
    assert (block.supersedes, block.superseded_by) == (None, None)
    assert block.to_dict()["valid_to"] is None
    assert block.at == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_link_and_an_anchor_show_every_column() -> None:
    link, anchor = Link(LINK), Anchor(ANCHOR)
    assert (link.source, link.target, link.kind, link.weight, link.added_at) == (1, 2, "about", 0.5, AT)
    assert link.to_dict() == {
        "source": 1, "target": 2, "kind": "about", "weight": 0.5, "added_at": "2025-03-04T09:00:00Z",
    }  # fmt: skip
    assert (anchor.namespace, anchor.name, anchor.block_id, anchor.hops) == ("acme", "A", 7, 1)
    assert (anchor.pinned, anchor.moved_at) == (True, AT)
    assert anchor.to_dict() == {
        "namespace": "acme", "name": "A", "block_id": 7, "hops": 1, "pinned": True, "moved_at": "2025-03-04T09:00:00Z",
    }  # fmt: skip


def test_a_hit_shows_its_block_its_score_and_why() -> None:
    hit = Hit(ROW, 1.23456, SCORES)
    assert hit.block == Block(ROW)
    assert hit.score == 1.23456
    assert hit.parts == dict(zip(PARTS, SCORES, strict=True))
    assert set(hit.parts) == {"words", "vector", "tokens", "conversation", "prior", "graph"}
    assert hit.to_dict() == {"score": 1.2346, "parts": hit.parts, "block": hit.block.to_dict()}


VIEWS: list[Callable[[], Block | Link | Anchor | Hit]] = [
    lambda: Block(ROW),
    lambda: Link(LINK),
    lambda: Anchor(ANCHOR),
    lambda: Hit(ROW, 1.5, SCORES),
]


@pytest.mark.parametrize("make", VIEWS)
def test_what_is_given_to_json_is_json(make: Callable[[], Block | Link | Anchor | Hit]) -> None:
    shown = make().to_dict()
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown


@pytest.mark.parametrize("make", VIEWS)
def test_nothing_can_be_set(make: Callable[[], object]) -> None:
    view = make()
    names = [name for name in dir(view) if not name.startswith("_")]
    assert names
    for name in [*names, "anything", "__dict__"]:
        with pytest.raises(AttributeError):
            setattr(view, name, 5)
        with pytest.raises(AttributeError):
            delattr(view, name)


def test_what_is_taken_out_is_a_copy() -> None:
    block = Block(ROW)
    block.metadata["km"] = 5
    block.to_dict()["text"] = "other"
    assert block.metadata == {"km": [1]}
    assert block.text == "I moved to Busan in May."
    hit = Hit(ROW, 1.5, SCORES)
    hit.parts["words"] = 99.0
    assert hit.parts["words"] == SCORES[0]


def test_blocks_links_and_anchors_are_equal_if_they_say_the_same() -> None:
    other_row: BlockRow = (*BARE[:4], "other", *BARE[5:])
    other_link: LinkRow = (1, 2, "about", 0.75, AT_US)
    other_anchor: AnchorRow = ("acme", "A", 8, 1, True, AT_US)
    pairs: list[tuple[object, object, object]] = [
        (Block(BARE), Block(BARE), Block(other_row)),
        (Link(LINK), Link(LINK), Link(other_link)),
        (Anchor(ANCHOR), Anchor(ANCHOR), Anchor(other_anchor)),
    ]
    for one, same, other in pairs:
        assert one == same
        assert hash(one) == hash(same)
        assert one != other
        assert {one, same, other} == {one, other}
    assert Block(BARE) != BARE
    assert Link(LINK) != Anchor(ANCHOR)
    assert Anchor(ANCHOR) != Block(BARE)


def test_they_say_what_they_are() -> None:
    assert repr(Block(ROW)) == "Block(7, 'I moved to Busan in May.')"
    assert repr(Link(LINK)) == "Link(1 -about-> 2, 0.5)"
    assert repr(Anchor(ANCHOR)) == "Anchor(A in acme at 7, pinned)"
    assert repr(Anchor(("", "B", 7, 2, False, 0))) == "Anchor(B at 7)"
    assert repr(Hit(ROW, 1.2345, SCORES)) == "Hit(1.23, 'I moved to Busan in May.')"
    long: BlockRow = (*ROW[:4], "x" * 1_000, *ROW[5:])
    assert len(repr(Block(long))) < 100


def test_moments() -> None:
    assert moment(AT_US) == AT
    assert moment(-62_135_596_800_000_000) == datetime.min.replace(tzinfo=UTC)
    assert moment(253_402_300_799_999_999) == datetime.max.replace(tzinfo=UTC)
    assert (optional_moment(None), optional_iso(None)) == (None, None)
    assert (optional_moment(AT_US), optional_iso(AT_US)) == (AT, "2025-03-04T09:00:00Z")


def test_errors_keep_what_they_say_when_they_are_copied() -> None:
    import copy
    import pickle

    error = greeum.errors.InvalidInput("text", "is empty")
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (other.field, other.reason, str(other)) == ("text", "is empty", "text: is empty")
    assert isinstance(error, (greeum.GreeumError, ValueError))
    assert issubclass(greeum.errors.NotFound, LookupError)


def test_what_update_keeps_says_so() -> None:
    assert repr(KEEP) == "KEEP"


def test_the_package_offers_what_it_says() -> None:
    for name in greeum.__all__:
        assert greeum.__getattr__(name) is getattr(greeum, name)
    with pytest.raises(AttributeError, match="serach"):
        greeum.serach  # noqa: B018
