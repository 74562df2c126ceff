"""What a Memory of one's own offers beside what every Memory does: JSON without objects, anchors to be near to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conformance.memory import remember_much
from tests.conformance.memory_recall import OPTIONS

from greeum import Anchor, Memory, recall, testing
from greeum.embed.given import GivenVectors
from greeum.errors import NotFound
from greeum.finding import slices


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        memory.add_many(
            [
                {"text": "The violin is old.", "source": "Alice", "namespace": "a", "tags": ["wood"]},
                {"text": "부산에는 비가 와요.\u2028", "namespace": "a/b", "metadata": {"x": [1, None]}},
                {"text": 'Rain "again" in Busan?', "key": "rain", "namespace": "b", "expires_at": "2100-01-01"},
            ]
        )
        yield memory


def written(memory: Memory, query: str, **options: Any) -> Any:
    return json.loads(memory.search_json(query, **options))


@pytest.mark.parametrize(
    "options", [{}, {"as_of": "2100-02-01"}, {"now": "2100-02-01"}, {"min_trust": 1.0}, *OPTIONS], ids=str
)
def test_hits_as_json_are_those_of_a_search(memory: Memory, options: dict[str, Any]) -> None:
    remember_much(memory, 300)
    memory.anchors.set("A", memory.search("stone chair")[-1].block.id)
    for query in ("old violin", "부산 비", "rain in Busan yesterday"):
        assert written(memory, query, **options) == [hit.to_dict() for hit in memory.search(query, **options)]
    queries = ["violin", "rain", "부산"]
    answers = [[hit.to_dict() for hit in hits] for hits in memory.search_many(queries, **options)]
    assert [json.loads(answer) for answer in memory.search_many_json(queries, **options)] == answers
    assert memory.search_many_json([]) == []


def test_hits_as_json_say_what_holds_now(memory: Memory) -> None:
    def check() -> None:
        for history in (False, True):
            hits = [hit.to_dict() for hit in memory.search("rain", history=history)]
            assert written(memory, "rain", history=history) == hits

    check()
    rain = memory.get(key="rain", namespace="b")
    memory.update(rain.id, importance=0.9)
    check()
    newer = memory.update(rain.id, text="Rain in Seoul.")
    check()
    memory.forget(newer.id)
    check()


def test_hits_as_json_take_a_vector_that_is_brought() -> None:
    with testing.memory(embedder=GivenVectors(2)) as memory:
        memory.add_many({"text": text, "vector": vector} for text, vector in (("east", [1, 0]), ("north", [0, 1])))
        [hit] = written(memory, "", vector=[0.1, 1], k=1)
        assert hit["block"]["text"] == "north"


def test_an_anchor_itself_is_a_place_to_be_near(memory: Memory) -> None:
    violin, _, rain = memory.list(limit=3)
    anchor = memory.anchors.set("A", violin.id, namespace="a", hops=3)
    memory.anchors.set("A", rain.id)
    graph = {hit.block.id: hit.parts["graph"] for hit in memory.search("rain violin", near=anchor)}
    assert graph[violin.id] > 0 == graph[rain.id]
    block = memory.add("It is for sale.", near=anchor)
    assert [link.target for link in memory.links(block.id)] == [violin.id]
    assert memory.anchors.get("A", namespace="a").block_id == block.id
    assert memory.anchors.get("A").block_id == rain.id
    for far in (Anchor(("nowhere", "A", violin.id, 1, False, 0)), Anchor(("a", "Z", violin.id, 1, False, 0))):
        with pytest.raises(NotFound):
            memory.add("x", near=far)
    newer = memory.update(violin.id, text="The violin is new.")
    assert memory.search("violin", near=anchor, k=1)[0].block == newer
    memory.forget(newer.id)
    with pytest.raises(NotFound):
        memory.search("x", near=anchor)


def test_a_search_waits_for_nothing_when_all_is_folded_in(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    assert memory.at_hand
    memory._store.link(1, 2, "about", 1.0, 0)
    assert memory.at_hand, "it was a moment ago"
    monkeypatch.setattr(recall, "AT_HAND_S", -1.0)
    assert not memory.at_hand
    memory.search("x")
    assert memory.at_hand
    with testing.memory(embedder=testing.TinyEmbedder()) as other:
        assert not other.at_hand, "who knows how long an embedder takes"


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(0, []), (1, [1]), (3, [1, 2]), (10, [1, 9]), (80, [1, 9, 64, 6]), (1_200, [1, 9, *[64] * 18, 38])],
)
def test_slices_grow(count: int, sizes: list[int]) -> None:
    found = [(block, 0.0, [0.0]) for block in range(count)]
    parts = list(slices(found))
    assert [len(part) for part in parts] == sizes
    assert [one for part in parts for one in part] == found


def test_what_is_trusted_less_is_left_out(memory: Memory) -> None:
    draft = memory._drafter.drafts([{"text": "The violin is a trumpet.", "namespace": "a"}], {}, "")[0]
    draft.trust, draft.origin, draft.flags = 0.25, "rest/gr_1", '["bidi"]'
    [row] = memory._store.add([draft])
    assert row[0] in [hit.block.id for hit in memory.search("violin trumpet")]
    assert row[0] in [hit.block.id for hit in memory.search("violin trumpet", min_trust=0.25)]
    for options in (
        {"min_trust": 0.26},
        {"where": {"trust": {"gt": 0.25}}},
        {"where": {"origin": {"ne": "rest/gr_1"}}},
    ):
        found = memory.search("violin trumpet", **options)
        assert row[0] not in [hit.block.id for hit in found]
        assert found
    assert json.loads(memory.search_json("violin trumpet", min_trust=0.26)) == [
        hit.to_dict() for hit in memory.search("violin trumpet", min_trust=0.26)
    ]
    for where in ({"trust": 0.25}, {"flags": {"contains": "bidi"}}, {"origin": "rest/gr_1"}, {"trust": {"lt": 1}}):
        assert [block.id for block in memory.list(where=where)] == [row[0]]
    scoped = memory.search("violin", where={"namespace": "b"}, min_trust=0.5)
    assert all(hit.block.namespace == "b" for hit in scoped)


def test_what_is_quarantined_is_found_with_history_alone(memory: Memory) -> None:
    draft = memory._drafter.drafts([{"text": "The violin burns.", "namespace": "a"}], {}, "")[0]
    draft.flags = '["quarantined"]'
    [row] = memory._store.add([draft])
    assert row[0] not in [hit.block.id for hit in memory.search("violin burns", exact=True)]
    assert row[0] not in [block.id for block in memory.list()]
    assert row[0] in [hit.block.id for hit in memory.search("violin burns", history=True)]
