"""What a memory gives back: views that say what the rows say, compare by it, and cannot be changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import greeum
from greeum import Anchor, Block, Change, Context, Hit, Link, testing
from greeum._core import PARTS
from greeum.inputs import metadata, tags
from greeum.limits import TIME_MAX_US, TIME_MIN_US
from greeum.memory import KEEP
from greeum.model import OPERATIONS, blocks_json, hits_json, moment, optional_iso, optional_moment
from greeum.store.protocol import BLOCK_COLUMNS

if TYPE_CHECKING:
    from greeum.store.protocol import AnchorRow, BlockRow, LinkRow

AT_US = 1_741_078_800_000_000
AT = datetime(2025, 3, 4, 9, 0, tzinfo=UTC)
UID = "0123456789abcdef" * 2

ROW: BlockRow = (
    7, UID, "acme/alice", "home", "I moved to Busan in May.", "fact", "alice", '["a","b"]', 0.75, '{"km":[1]}', AT_US,
    AT_US + 1, AT_US + 2_000, AT_US + 3_000_000, AT_US + 60_000_000, 3, 5, 9,
    AT_US + 120_000_000, "rest/gr_1", 0.5, '["bidi"]', 4,
)  # fmt: skip
BARE: BlockRow = (1, UID, "", None, "hi", "message", None, "[]", 0.5, "{}", 0, 0, None, None, None, 1, None, None,
                  None, "", 1.0, "[]", 0)  # fmt: skip
LINK: LinkRow = (1, 2, "about", 0.5, AT_US, "cli")
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
    assert block.superseded_at == AT.replace(minute=2)
    assert (block.origin, block.trust, block.flags, block.uses) == ("rest/gr_1", 0.5, ("bidi",), 4)
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
        "superseded_at": "2025-03-04T09:02:00Z",
        "origin": "rest/gr_1",
        "trust": 0.5,
        "flags": ["bidi"],
        "uses": 4,
    }
    assert tuple(block.to_dict()) == BLOCK_COLUMNS


def test_a_bare_block_shows_that_there_is_nothing() -> None:
    block = Block(BARE)
    assert (block.key, block.source, block.tags, block.metadata) == (None, None, (), {})
    assert (block.valid_from, block.valid_to, block.expires_at) == (None, None, None)
    assert (block.supersedes, block.superseded_by, block.superseded_at) == (None, None, None)
    assert (block.origin, block.trust, block.flags, block.uses) == ("", 1.0, (), 0)
    assert block.to_dict()["valid_to"] is None
    assert block.at == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_link_and_an_anchor_show_every_column() -> None:
    link, anchor = Link(LINK), Anchor(ANCHOR)
    assert (link.source, link.target, link.kind, link.weight, link.added_at) == (1, 2, "about", 0.5, AT)
    assert link.origin == "cli"
    assert link.to_dict() == {
        "source": 1, "target": 2, "kind": "about", "weight": 0.5, "added_at": "2025-03-04T09:00:00Z",
        "origin": "cli",
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


def test_a_context_shows_its_text_and_what_it_is_made_of() -> None:
    context = Context("## /\n[1] …", [Block(BARE), Block(ROW)], 9)
    assert (context.text, context.blocks, context.tokens, len(context)) == (
        "## /\n[1] …",
        [Block(BARE), Block(ROW)],
        9,
        2,
    )
    assert context.to_dict() == {
        "text": "## /\n[1] …", "tokens": 9, "blocks": [Block(BARE).to_dict(), Block(ROW).to_dict()],
    }  # fmt: skip
    context.blocks.clear()
    assert len(context.blocks) == 2


def test_a_change_shows_what_was_done() -> None:
    change = Change(5, "links", 7)
    assert (change.seq, change.operation, change.block_id) == (5, "links", 7)
    assert change.to_dict() == {"seq": 5, "operation": "links", "block_id": 7}
    assert set(OPERATIONS.values()) == {"block", "forgotten", "links", "anchor"}


VIEWS: list[Callable[[], Block | Link | Anchor | Hit | Context | Change]] = [
    lambda: Block(ROW),
    lambda: Link(LINK),
    lambda: Anchor(ANCHOR),
    lambda: Hit(ROW, 1.5, SCORES),
    lambda: Context("text", [Block(ROW)], 5),
    lambda: Change(5, "block", 7),
]


@pytest.mark.parametrize("make", VIEWS)
def test_what_is_given_to_json_is_json(make: Callable[[], Block | Link | Anchor | Hit | Context | Change]) -> None:
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
    other_link: LinkRow = (1, 2, "about", 0.75, AT_US, "cli")
    other_anchor: AnchorRow = ("acme", "A", 8, 1, True, AT_US)
    pairs: list[tuple[object, object, object]] = [
        (Block(BARE), Block(BARE), Block(other_row)),
        (Link(LINK), Link(LINK), Link(other_link)),
        (Anchor(ANCHOR), Anchor(ANCHOR), Anchor(other_anchor)),
        (Context("a", [Block(BARE)], 1), Context("a", [Block(BARE)], 1), Context("a", [], 1)),
        (Change(1, "block", 2), Change(1, "block", 2), Change(1, "block", 3)),
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
    assert repr(Context("text", [Block(ROW)], 5)) == "Context(1 blocks, 5 tokens)"
    assert f"Known: {Context('text', [Block(ROW)], 5)}" == "Known: text"
    assert repr(Change(5, "block", 7)) == "Change(5, block, block 7)"
    long: BlockRow = (*ROW[:4], "x" * 1_000, *ROW[5:])
    assert len(repr(Block(long))) < 100


# What the core writes as JSON is what `to_dict` says.

HOSTILE = st.text() | st.sampled_from(
    (
        "",
        '"',
        "\\",
        "\0\x01\x1f\x7f",
        "\u2028\u2029",
        "😀" * 3,
        "</script>",
        "\ud7ff\ue000",
        "부산\r\n\t\b\f",
        "\\u0041",
    )
)
TIMES = st.integers(TIME_MIN_US, TIME_MAX_US)
NUMBERS = st.integers(1, 2**53 - 1)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
NAMES = HOSTILE.filter(lambda text: bool(text.strip()) and "\0" not in text and len(text) < 60)
VALUES = st.recursive(
    SCALARS | NAMES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)
ROWS = st.tuples(
    NUMBERS, st.just(UID), HOSTILE, st.none() | HOSTILE, HOSTILE, HOSTILE, st.none() | HOSTILE,
    st.lists(NAMES, max_size=3).map(tags), st.floats(0, 1), st.dictionaries(NAMES, VALUES, max_size=3).map(metadata),
    TIMES, TIMES, st.none() | TIMES, st.none() | TIMES, st.none() | TIMES, NUMBERS, st.none() | NUMBERS,
    st.none() | NUMBERS, st.none() | TIMES, HOSTILE, st.floats(0, 1), st.lists(NAMES, max_size=3).map(tags), NUMBERS,
)  # fmt: skip
ROUGH = st.floats(-1e9, 1e9) | st.integers(-(10**6), 10**6).map(lambda number: number / 2**7) | st.floats(width=32)
FINITE = ROUGH.filter(lambda number: abs(number) < 1e18)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(ROWS, FINITE, st.lists(FINITE, min_size=len(PARTS), max_size=len(PARTS))), max_size=3))
def test_json_from_the_core_says_what_to_dict_says(found: list[Any]) -> None:
    hits = [Hit(*one) for one in found]
    written = hits_json(hits)
    assert json.loads(written) == [hit.to_dict() for hit in hits]
    assert json.loads(blocks_json(hit.block for hit in hits)) == [hit.block.to_dict() for hit in hits]


def test_json_from_the_core_is_short_and_in_order() -> None:
    hit = Hit(ROW, 1.5, [0.03125, 0.5, -2.0, 0.0, 12345.67891, 1.00005])
    assert hits_json([hit]).decode() == json.dumps([hit.to_dict()], ensure_ascii=False, separators=(",", ":"))
    assert hits_json([]) == blocks_json([]) == b"[]"
    assert "부산".encode() in blocks_json([Block((*BARE[:4], "부산", *BARE[5:]))])


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_json_has_no_number_that_is_none(bad: float) -> None:
    for hit in (Hit(ROW, bad, SCORES), Hit(ROW, 1.0, [bad, *SCORES[1:]])):
        with pytest.raises(ValueError, match="JSON cannot say"):
            hits_json([hit])
    with pytest.raises(ValueError, match="JSON cannot say"):
        blocks_json([Block((*BARE[:8], bad, *BARE[9:]))])


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


def test_a_memory_says_which_it_is(tmp_path: Path) -> None:
    with greeum.open(tmp_path / "m") as memory:
        assert repr(memory) == f"Memory({str(tmp_path / 'm')!r})"
        assert repr(greeum.Rooted(memory, "acme/alice")) == f"Rooted({memory!r}, 'acme/alice')"
    with testing.memory() as memory:
        assert repr(memory) == "Memory(in RAM)"


def test_what_update_keeps_says_so() -> None:
    assert repr(KEEP) == "KEEP"


def test_what_the_package_offers_can_be_listed() -> None:
    assert dir(greeum) == sorted([*greeum.__all__, "__version__"])


def test_the_package_offers_what_it_says() -> None:
    for name in greeum.__all__:
        assert greeum.__getattr__(name) is getattr(greeum, name)
    with pytest.raises(AttributeError, match="serach"):
        greeum.serach  # noqa: B018
