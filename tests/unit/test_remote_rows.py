"""Nothing is lost between what a memory gives, JSON, and what a remote memory gives."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from greeum import Anchor, Block, Hit, Link, testing
from greeum._core import PARTS
from greeum.inputs import metadata as metadata_of
from greeum.inputs import tags as tags_of
from greeum.limits import TIME_MAX_US, TIME_MIN_US
from greeum.model import Change, Context
from greeum.remote import rows

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
NAMES = TEXTS.filter(lambda text: text.strip() != "")
TIMES = st.integers(TIME_MIN_US, TIME_MAX_US)
IDS = st.integers(1, 2**53 - 1)
SHARES = st.floats(0, 1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
BLOCKS = st.builds(
    lambda *row: Block(row),
    IDS,
    st.text("0123456789abcdef", min_size=32, max_size=32),
    TEXTS,
    st.none() | NAMES,
    NAMES,
    NAMES,
    st.none() | NAMES,
    st.lists(NAMES, max_size=3).map(tags_of),
    SHARES,
    st.dictionaries(NAMES, JSON, max_size=3).map(metadata_of),
    TIMES,
    TIMES,
    st.none() | TIMES,
    st.none() | TIMES,
    st.none() | TIMES,
    IDS,
    st.none() | IDS,
    st.none() | IDS,
    st.none() | TIMES,
    TEXTS,
    SHARES,
    st.lists(NAMES, max_size=3).map(tags_of),
    IDS,
)


def carried(value: object) -> object:
    """What arrives of what is sent."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode())


@given(BLOCKS)
def test_a_block(block: Block) -> None:
    assert rows.block(carried(block.to_dict())) == block


@given(BLOCKS, st.floats(-9, 9), st.lists(st.floats(-9, 9), min_size=len(PARTS), max_size=len(PARTS)))
def test_a_hit_but_for_what_is_rounded(block: Block, score: float, parts: list[float]) -> None:
    hit = Hit(block._row, score, parts)
    back = rows.hit(carried(hit.to_dict()))
    assert back.block == block
    assert back.to_dict() == hit.to_dict()


@given(IDS, IDS, NAMES, SHARES, TIMES, TEXTS)
def test_a_link(source: int, target: int, kind: str, weight: float, added_at: int, origin: str) -> None:
    link = Link((source, target, kind, weight, added_at, origin))
    assert rows.link(carried(link.to_dict())) == link


@given(TEXTS, NAMES, IDS, st.integers(1, 8), st.booleans(), TIMES)
def test_an_anchor(namespace: str, name: str, block: int, hops: int, pinned: bool, moved_at: int) -> None:
    anchor = Anchor((namespace, name, block, hops, pinned, moved_at))
    assert rows.anchor(carried(anchor.to_dict())) == anchor


@given(IDS, st.sampled_from(["block", "forgotten", "links", "anchor"]), IDS)
def test_a_change(seq: int, operation: str, block: int) -> None:
    change = Change(seq, operation, block)
    assert rows.change(carried(change.to_dict())) == change


@given(TEXTS, st.lists(BLOCKS, max_size=2), st.integers(0, 1_000))
def test_a_context(text: str, blocks: list[Block], tokens: int) -> None:
    context = Context(text, blocks, tokens)
    back = rows.context(carried(context.to_dict()))
    assert back == context
    assert back.tokens == tokens


def test_a_real_one() -> None:
    with testing.memory() as memory:
        block = memory.add("hello", metadata={"큰 수": 2**53, "작은": -1e-300, "deep": [[{"x": ["\n"]}]]})
        [hit] = memory.search("hello")
        assert rows.hit(carried(hit.to_dict())).block == hit.block == rows.block(carried(block.to_dict()))
