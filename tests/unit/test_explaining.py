"""What `Memory.explain` says where a memory is at hand: of trust, filters, and the kinds of links."""

from __future__ import annotations

import json

from tests.conformance.memory import remember_much

import greeum
from greeum import testing
from greeum.explaining import clauses, kind_between


def test_what_is_trusted_less_is_named() -> None:
    with testing.memory() as memory:
        block = memory.through("bot", trust=0.25).add("a violin", source="alice")
        for least, excluded in ((0.25, ()), (0.26, ("min_trust",))):
            explanation = memory.explain("violin", block.id, min_trust=least)
            assert explanation.excluded == excluded
            assert bool(memory.search("violin", min_trust=least)) == (not excluded)
        both = memory.explain("violin", block.id, min_trust=0.5, where={"source": "bob"})
        assert both.excluded == ("where.source", "min_trust")


def test_each_field_of_a_filter_is_a_clause() -> None:
    assert clauses({"source": "alice", "kind": ["note", "fact"]}, 0.5) == [
        ("where.source", '{"source": "alice"}'),
        ("where.kind", '{"kind": ["note", "fact"]}'),
        ("min_trust", '{"trust": {"gte": 0.5}}'),
    ]
    assert clauses(None, 0.0) == []


def test_the_strongest_link_between_two_blocks_gives_the_kind() -> None:
    with testing.memory() as memory:
        first, second = memory.add("a violin", namespace="a"), memory.add("a piano", namespace="b")
        memory.link(first.id, second.id, kind="about", weight=0.2)
        memory.link(first.id, second.id, kind="plays", weight=0.9)
        assert kind_between(memory._store, first.id, second.id, is_spoken_for=False) == "plays"
        assert kind_between(memory._store, second.id, first.id, is_spoken_for=False) == "link"
        account = memory.explain("violin", second.id, near=first.id).account
        assert account is not None
        assert [step.by for step in account.path] == ["start", "plays"]


def test_it_is_ready_for_json() -> None:
    with testing.memory() as memory:
        remember_much(memory, 50)
        hit = memory.search("violin piano")[0]
        explanation = memory.explain("violin piano", hit.block.id)
        told = json.loads(json.dumps(explanation.to_dict()))
        assert told == explanation.to_dict()
        assert told["account"]["parts"] == hit.to_dict()["parts"]
        assert told["block"] == hit.block.to_dict()
        assert list(told["account"]["parts"]) == list(hit.parts)


def test_a_search_that_is_reranked_says_what_it_left_out() -> None:
    with testing.memory() as memory:
        remember_much(memory, 50)
        found = memory.search("violin", rerank=lambda _, hits: [0.0 for _ in hits], budget_ms=1e-6)
        assert "words" in found.left_out
        assert isinstance(found, greeum.Hits)
