"""Every operation over HTTP does what Memory does, with the same words; and the habits of HTTP are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from tests.asgi import Client, talking

from greeum import Memory, forgetting, limits, testing
from greeum.api.application import application
from greeum.embed.given import GivenVectors
from greeum.errors import Conflict, EmbedderFailed, StoreBusy, StoreDamaged, StoreFull
from greeum.testing import FrozenClock


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory(clock=FrozenClock("2025-03-04T09:00:00Z")) as memory:
        yield memory


@pytest.fixture
def rest(memory: Memory) -> Iterator[Client]:
    with talking(application(memory)) as client:
        yield client


def where(**fields: Any) -> str:
    return quote(json.dumps(fields))


# Blocks.


def test_a_block_is_added_with_every_field(rest: Client, memory: Memory) -> None:
    block = {
        "text": "안녕, 부산!", "namespace": ["acme", "a/b"], "key": "hello", "kind": "note", "source": "Ann",
        "tags": ["x", "y"], "importance": 0.25, "metadata": {"n": 1, "deep": {"er": [1, None]}},
        "at": "2025-01-02T03:04:05+09:00", "valid_from": "2025-01-01", "valid_to": "2026-01-01",
        "expires_at": "2027-01-01",
    }  # fmt: skip
    added = rest("POST", "/v1/blocks", block)
    assert added.status == 201
    outcome: dict[str, object] = {"is_new": True, "duplicate_of": None, "echo_of": None, "conflicts": []}
    assert added.json == memory.get(1).to_dict() | outcome
    assert added.json["at"] == "2025-01-01T18:04:05Z"
    assert added.json["namespace"] == "acme/a%2Fb"
    assert added.headers["location"] == "/v1/blocks/1"
    shown = rest("GET", added.headers["location"])
    assert shown.headers["etag"] == added.headers["etag"]
    assert shown.json | outcome == added.json


def test_what_is_left_out_has_the_defaults_of_the_library(rest: Client, memory: Memory) -> None:
    one = rest("POST", "/v1/blocks", {"text": "a"}).json
    two = memory.add("a")
    said = two.to_dict() | two.outcome() | {"origin": "http"}
    assert {k: v for k, v in one.items() if k not in ("id", "uid")} == {
        k: v for k, v in said.items() if k not in ("id", "uid")
    }


def test_a_block_added_near_an_anchor_is_linked(rest: Client, memory: Memory) -> None:
    first = memory.add("first")
    memory.anchors.set("A", first.id)
    second = rest("POST", "/v1/blocks", {"text": "second", "near": "A"}).json
    assert [link.target for link in memory.links(second["id"])] == [first.id]
    assert memory.anchors.get("A").block_id == second["id"]


def test_vectors_may_be_brought(clock: None = None) -> None:
    with testing.memory(embedder=GivenVectors(3, "test")) as memory, talking(application(memory)) as rest:
        assert rest("POST", "/v1/blocks", {"text": "a", "vector": [1, 0, 0.5]}).status == 201
        assert rest("POST", "/v1/search", {"query": "", "vector": [1, 0, 0.5]}).json["hits"][0]["block"]["text"] == "a"
        refused = rest("POST", "/v1/blocks", {"text": "a", "vector": [1, 0]})
        assert (refused.status, refused.json["field"]) == (400, "vector")


def test_several_blocks_are_added_all_or_none(rest: Client, memory: Memory) -> None:
    added = rest("POST", "/v1/blocks:batch", {"blocks": [{"text": "a"}, {"text": "b", "key": "k"}]})
    assert added.status == 201
    assert [block["text"] for block in added.json["blocks"]] == ["a", "b"]
    refused = rest("POST", "/v1/blocks:batch", {"blocks": [{"text": "c"}, {"text": " "}]})
    assert refused.json["field"] == "blocks[1].text"
    assert memory.count() == 2
    assert rest("POST", "/v1/blocks:batch", {"blocks": []}).json == {"blocks": []}


def test_a_text_alone_is_a_block_of_several(rest: Client) -> None:
    added = rest("POST", "/v1/blocks:batch", {"blocks": ["바다가 보인다", {"text": "b", "source": "Ann"}]})
    assert [(block["text"], block["source"]) for block in added.json["blocks"]] == [
        ("바다가 보인다", None),
        ("b", "Ann"),
    ]
    refused = rest("POST", "/v1/blocks:batch", {"blocks": ["a", 1]}).json
    assert (refused["field"], refused["detail"]) == (
        "blocks[1]",
        "blocks[1]: must be a string or an object, not a whole number",
    )
    misspelt = rest("POST", "/v1/blocks:batch", {"blocks": ["a", {"txt": "b"}]}).json
    assert misspelt["field"] == "blocks[1].txt"
    assert "there are at, expires_at" in misspelt["detail"]


AGAIN = {"is_new": False}
"""What a request that was made before is answered besides: it added nothing."""


def test_an_idempotency_key_makes_a_request_safe_to_repeat(rest: Client, memory: Memory) -> None:
    key = {"idempotency-key": "request-1"}
    one, two = (rest("POST", "/v1/blocks", {"text": "once"}, headers=key) for _ in range(2))
    assert (one.status, one.headers["location"]) == (201, "/v1/blocks/1")
    assert (two.status, two.json) == (200, one.json | AGAIN | {"duplicate_of": 1})
    assert "location" not in two.headers
    assert rest("POST", "/v1/blocks", {"text": "other"}, headers=key).problem == "conflict"
    many = [
        rest(
            "POST",
            "/v1/blocks:batch",
            {"blocks": [{"text": "x"}, {"text": "y"}]},
            headers=key | {"idempotency-key": "2"},
        )
        for _ in range(2)
    ]
    assert [answer.status for answer in many] == [201, 200]
    assert many[1].json["blocks"] == [block | AGAIN | {"duplicate_of": block["id"]} for block in many[0].json["blocks"]]
    changed = [rest("PATCH", "/v1/blocks/1", {"text": "twice"}, headers={"idempotency-key": "3"}) for _ in range(2)]
    assert changed[0].json == changed[1].json
    assert memory.count() == 3


@pytest.mark.parametrize("change", [{"text": "new"}, {"kind": "note"}])
def test_a_condition_that_held_holds_when_the_request_is_repeated(rest: Client, memory: Memory, change: Any) -> None:
    memory.add("old")
    headers = {"if-match": '"1-1"', "idempotency-key": "once"}
    one, two = (rest("PATCH", "/v1/blocks/1", change, headers=headers) for _ in range(2))
    assert (one.status, one.json) == (two.status, two.json)
    assert rest("PATCH", "/v1/blocks/1", {"text": "other"}, headers=headers).status in (409, 412)


def test_a_key_that_would_not_keep_a_request_from_counting_twice_is_refused(rest: Client, memory: Memory) -> None:
    memory.add("a")
    refused = rest("POST", "/v1/blocks:used", {"ids": [1]}, headers={"idempotency-key": "k"})
    assert (refused.status, refused.json["field"]) == (400, "idempotency-key")
    for path, body in (("/v1/search", {"query": "a"}), ("/v1/blocks:quarantine", {"ids": [1]})):
        assert rest("POST", path, body, headers={"idempotency-key": "k"}).status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "field", "detail"),
    [
        ("GET", "/v1/blocks/9007199254740993", None, "id", "must be a block's id, a whole number from 1 to"),
        ("GET", "/v1/blocks/9007199254740992/links", None, "id", "must be a block's id"),
        ("PATCH", "/v1/blocks/1", {}, "body", "needs a field to change"),
        ("GET", "/v1/blocks?where=[]", None, "where", "must be an object, not a list"),
        ("POST", "/v1/search", {"query": "a", "k": 1.0}, "k", "must be a whole number, written without a decimal"),
        ("POST", "/v1/search", {"query": "a", "weights": {"words": "1"}}, "weights.words", "must be "),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_json(
    rest: Client, memory: Memory, method: str, path: str, body: Any, field: str, detail: str
) -> None:
    memory.add("a")
    refused = rest(method, path, body) if body is not None else rest(method, path)
    assert (refused.status, refused.json["field"]) == (400, field)
    assert refused.json["detail"].startswith(f"{field}: {detail}")


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_an_idempotency_key_is_visible_ascii(rest: Client, memory: Memory, key: str) -> None:
    refused = rest("POST", "/v1/blocks", {"text": "a"}, headers={"idempotency-key": key})
    assert (refused.status, refused.json["field"]) == (400, "idempotency-key")
    assert memory.count() == 0


def test_a_block_is_found_by_its_key(rest: Client, memory: Memory) -> None:
    block = memory.add("a", key="my key/1", namespace="acme")
    found = rest("GET", f"/v1/blocks:by-key?key={quote('my key/1')}&namespace=acme")
    assert found.json == block.to_dict()
    assert rest("GET", "/v1/blocks:by-key?key=other").problem == "not-found"
    assert rest("GET", "/v1/blocks:by-key?namespace=acme").json["field"] == "key"


def test_a_list_goes_on_from_page_to_page(rest: Client, memory: Memory) -> None:
    memory.add_many([{"text": f"{n}", "source": "ann" if n % 2 else "ben"} for n in range(7)])
    texts, target = [], f"/v1/blocks?limit=2&newest_first=true&where={where(source='ben')}"
    cursor = ""
    while cursor is not None:
        page = rest("GET", target + (f"&cursor={cursor}" if cursor else "")).json
        texts += [block["text"] for block in page["blocks"]]
        cursor = page["cursor"]
    assert texts == ["6", "4", "2", "0"]
    other = rest("GET", f"/v1/blocks?limit=2&cursor={rest('GET', target).json['cursor']}")
    assert other.json["field"] == "cursor"


def test_a_correction_makes_a_new_version(rest: Client, memory: Memory) -> None:
    memory.add("It is in May", source="ann", metadata={"a": 1})
    new = rest("PATCH", "/v1/blocks/1", {"text": "It is in June"})
    assert new.status == 200
    assert (new.json["supersedes"], new.json["source"], new.json["metadata"]) == (1, "ann", {"a": 1})
    assert new.headers["etag"] == rest("GET", "/v1/blocks/2").headers["etag"]
    history = rest("GET", "/v1/blocks/1/history").json["blocks"]
    assert [block["text"] for block in history] == ["It is in May", "It is in June"]
    assert rest("PATCH", "/v1/blocks/1", {"importance": 0.1}).problem == "conflict"
    shown = rest("GET", "/v1/blocks?history=true").json["blocks"]
    assert [block["id"] for block in shown] == [1, 2]


def test_a_field_that_is_null_is_cleared_and_one_left_out_stays(rest: Client, memory: Memory) -> None:
    memory.add("a", source="ann", tags=["x"], valid_to="2030-01-01")
    changed = rest("PATCH", "/v1/blocks/1", {"source": None, "importance": 0.9}).json
    assert (changed["source"], changed["importance"], changed["tags"], changed["revision"]) == (None, 0.9, ["x"], 2)
    assert changed["valid_to"] == "2030-01-01T00:00:00Z"
    assert rest("PATCH", "/v1/blocks/1", {"kind": None}).json["field"] == "kind"
    assert rest("PATCH", "/v1/blocks/1", {}).json["field"] == "body"
    assert rest("PATCH", "/v1/blocks/1", {"revision": 2, "kind": "note"}).json["field"] == "revision"


def test_if_match_lets_through_only_what_is_known(rest: Client, memory: Memory) -> None:
    memory.add("a")
    assert rest("PATCH", "/v1/blocks/1", {"kind": "note"}, headers={"if-match": '"9-9", "1-1"'}).status == 200
    for stale in ('"1-1"', '"2-1"', 'W/"1-2"', '"x"'):
        refused = rest("PATCH", "/v1/blocks/1", {"kind": "fact"}, headers={"if-match": stale})
        assert refused.problem == "precondition-failed", stale
    weak = rest("PATCH", "/v1/blocks/1", {"kind": "fact"}, headers={"if-match": 'W/"1-2"'})
    assert weak.json["detail"].startswith("a weak tag holds for no change")
    assert rest("PATCH", "/v1/blocks/1", {"kind": "fact"}, headers={"if-match": "1-2"}).problem == "invalid-input"
    assert rest("PATCH", "/v1/blocks/1", {"kind": "fact"}, headers={"if-match": "*"}).json["revision"] == 3
    memory.used([1])
    seen = rest("GET", "/v1/blocks/1").headers["etag"]
    assert rest("PATCH", "/v1/blocks/1", {"text": "b"}, headers={"if-match": seen}).status == 200
    superseded = rest("PATCH", "/v1/blocks/1", {"text": "c"}, headers={"if-match": '"1-3"'})
    assert superseded.problem == "precondition-failed"
    assert "superseded by 2" in superseded.json["detail"]
    assert rest("PATCH", "/v1/blocks/9", {"text": "c"}, headers={"if-match": '"9-1"'}).problem == "not-found"


def test_a_conflict_of_another_kind_stays_one_despite_if_match(rest: Client, memory: Memory) -> None:
    memory.add("a")
    rest("PATCH", "/v1/blocks/1", {"text": "b"}, headers={"idempotency-key": "k"})
    memory.add("c")
    other = rest("PATCH", "/v1/blocks/3", {"text": "d"}, headers={"idempotency-key": "k", "if-match": '"3-1"'})
    assert other.problem == "conflict"


def test_if_none_match_spares_what_is_known(rest: Client, memory: Memory) -> None:
    memory.add("a")
    tag = rest("GET", "/v1/blocks/1").headers["etag"]
    for known in (tag, f"W/{tag}", f'"0", {tag}', "*"):
        same = rest("GET", "/v1/blocks/1", headers={"if-none-match": known})
        assert (same.status, same.body, same.headers["etag"]) == (304, b"", tag)
        assert "content-type" not in same.headers


CHANGES: dict[str, Callable[[Memory], object]] = {
    "corrected": lambda memory: memory.update(1, kind="note"),
    "superseded": lambda memory: memory.update(1, text="b"),
    "kept out of searches": lambda memory: memory.quarantine([1]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_has_changed_is_sent_again(rest: Client, memory: Memory, change: Callable[[Memory], object]) -> None:
    memory.add("a")
    known = rest("GET", "/v1/blocks/1")
    change(memory)
    again = rest("GET", "/v1/blocks/1", headers={"if-none-match": known.headers["etag"]})
    assert again.status == 200
    assert (again.json == known.json, again.headers["etag"] == known.headers["etag"]) == (False, False)


@pytest.mark.parametrize("header", ["if-match", "if-none-match", "if-unmodified-since"])
def test_a_condition_that_is_not_heeded_is_refused(rest: Client, memory: Memory, header: str) -> None:
    memory.add("a")
    refused = rest("DELETE", "/v1/blocks/1", headers={header: '"1-1"'})
    assert (refused.status, refused.json["field"]) == (400, header)
    assert memory.count() == 1


def done_to(ids: list[int], *, blocks: int) -> dict[str, object]:
    counts = {"blocks": blocks, "versions": len(ids), "links": 0, "anchors": 0, "untold": 0}
    return {"forgotten": ids, **counts, "dry_run": False, "certificate": None}


def without_certificate(answer: dict[str, object]) -> dict[str, object]:
    assert answer["certificate"] is not None
    return answer | {"certificate": None}


def test_what_a_filter_fits_is_forgotten(rest: Client, memory: Memory) -> None:
    memory.add_many([{"text": f"{n}", "source": ["alice", "bob"][n % 2], "namespace": "acme"} for n in range(4)])
    for nothing in ({}, {"namespace": "", "where": {}}, {"where": None}):
        assert rest("POST", "/v1/blocks:forget-where", nothing).json["field"] == "where"
    asked = {"namespace": "acme", "where": {"source": "bob"}}
    would = rest("POST", "/v1/blocks:forget-where", asked | {"dry_run": True}).json
    assert (would["forgotten"], would["certificate"]) == ([2, 4], None)
    done = rest("POST", "/v1/blocks:forget-where", asked).json
    assert done["forgotten"] == [2, 4]
    assert done["certificate"] == memory.certificates()[0].to_dict()
    assert done["certificate"]["origin"] == "http"
    listed = rest("GET", '/v1/certificates?namespace=acme&where={"source":"bob"}').json
    assert listed == {"certificates": [done["certificate"]]}
    assert rest("GET", "/v1/certificates?namespace=acme").json == {"certificates": []}
    assert rest("POST", "/v1/wipe", {"confirm": 3}).problem == "conflict"
    assert rest("POST", "/v1/wipe", {"confirm": 2}).json["blocks"] == 2
    assert memory.count() == 0
    assert len(rest("GET", "/v1/certificates").json["certificates"]) == 2


def test_where_backups_are_is_not_told(rest: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.add("a")
    monkeypatch.setattr(forgetting, "tell_backups", lambda _: ["/srv/backups"])
    reply = rest("DELETE", "/v1/blocks/1")
    assert reply.json["untold"] == 1
    assert b"/srv" not in reply.body


def test_what_is_kept_and_maintained(rest: Client, memory: Memory) -> None:
    assert rest("PUT", "/v1/retention", {}).json["field"] == "max_age"
    rule = rest("PUT", "/v1/retention", {"namespace": "acme", "kind": "message", "max_age": 0.5, "max_blocks": 1}).json
    assert rule == memory.retention.list()[0].to_dict()
    assert rest("GET", "/v1/retention").json == {"rules": [rule]}
    assert rest("GET", "/v1/retention:rule?namespace=acme/alice").json == {"rule": rule}
    assert rest("GET", "/v1/retention:rule?namespace=acme/alice&kind=note").json == {"rule": None}
    block = rest("POST", "/v1/blocks", {"text": "soon gone", "ttl": 60}).json
    assert block["expires_at"] == "2025-03-04T09:01:00Z"
    assert rest("PATCH", "/v1/blocks/1", {"ttl": None}).json["expires_at"] is None
    assert rest("PATCH", "/v1/blocks/1", {"ttl": 60, "expires_at": None}).json["field"] == "ttl"
    assert rest("POST", "/v1/blocks:used", {"ids": [1]}).status == 204
    assert rest("POST", "/v1/blocks:used", {"ids": [7]}).problem == "not-found"
    would, done = (rest("POST", "/v1/maintain", {"dry_run": is_dry, "grace": 0}).json for is_dry in (True, False))
    for report in (would, done):
        assert [step["count"] for step in report["steps"] if step["name"] == "uses"] == [1]
    assert memory.get(1).uses == 1
    assert rest("POST", "/v1/repair").json == {"findings": []}
    assert rest("DELETE", "/v1/retention?namespace=acme").problem == "not-found"
    assert rest("DELETE", "/v1/retention?namespace=acme&kind=message").status == 204
    assert rest("GET", "/v1/retention").json == {"rules": []}


def test_what_has_expired_is_listed_and_counted(rest: Client, memory: Memory) -> None:
    memory.add_many([{"text": "gone", "expires_at": "2025-03-01"}, {"text": "there"}])
    assert [block["id"] for block in rest("GET", "/v1/blocks?expired=true").json["blocks"]] == [1]
    assert rest("POST", "/v1/count", {"expired": True}).json == {"count": 1}
    assert rest("POST", "/v1/count", {"expired": True, "as_of": "2025-01-01"}).json["field"] == "expired"


def test_what_is_the_same_and_what_contradicts(rest: Client) -> None:
    old, again, new = (
        rest("POST", "/v1/blocks", {"text": text, "kind": "fact"}).json
        for text in ("I live in Seoul.", "i live in seoul", "I live in Busan.")
    )
    assert (again["is_new"], again["id"], again["duplicate_of"]) == (False, old["id"], old["id"])
    texts = [again["text"], "something else"]
    of_several = {"blocks": [{"text": text, "on_duplicate": "return"} for text in texts]}
    assert [rest("POST", "/v1/blocks:batch", of_several).status for _ in range(2)] == [201, 200]
    assert [(one["block"], one["old"], one["new"]) for one in new["conflicts"]] == [(old["id"], "Seoul", "Busan")]
    last = {"text": "I live in Daegu.", "kind": "fact"}
    assert rest("POST", "/v1/blocks", last | {"on_conflict": "reject"}).problem == "conflict"
    assert rest("POST", "/v1/blocks", last | {"on_conflict": "drop"}).json["field"] == "on_conflict"
    assert rest("PUT", "/v1/policies", {"kind": "fact", "on_conflict": "reject"}).json == {
        "on_duplicate": "return", "on_conflict": "reject",
    }  # fmt: skip
    assert rest("POST", "/v1/blocks", last).problem == "conflict"
    assert rest("GET", "/v1/policies").json == {"on_duplicate": "keep", "on_conflict": "keep"}
    assert rest("GET", "/v1/policies?kind=fact").json["on_conflict"] == "reject"


def test_weights_are_set_and_learnt(rest: Client, memory: Memory) -> None:
    good, bad = (memory.add(text).id for text in ("The violin is old.", "The violin was sold."))
    weighing = rest("PUT", "/v1/weights", {"weights": {"words": 0.8, "tokens": None}, "namespace": "acme"}).json
    assert weighing == rest("GET", "/v1/weights?namespace=acme").json == memory.weights.get("acme").to_dict()
    assert weighing["weights"][0] == {
        "name": "words", "value": 0.8, "default": 0.4, "origin": "set", "namespace": "acme",
    }  # fmt: skip
    assert rest("PUT", "/v1/weights", {"weights": {"colour": 1}}).json["field"] == "weights.colour"
    judged = {"query": "violin", "good": [good], "bad": [bad]}
    for _ in range(2):
        learnt = rest("POST", "/v1/feedback", judged, headers={"idempotency-key": "one"}).json
    assert (learnt["judgements"], learnt["share"]) == (1, 0)
    assert rest("POST", "/v1/feedback", {"query": "violin"}).json["field"] == "good"
    assert rest("POST", "/v1/feedback", judged | {"namespace": "acme"}).problem == "not-found"
    assert rest("POST", "/v1/weights:reset", {"learnt_only": True}).json["judgements"] == 0
    assert rest("POST", "/v1/weights:reset", {"namespace": "acme"}).json == memory.weights.get("acme").to_dict()
    assert memory.weights.get("acme")["words"].origin == "default"


def test_what_an_origin_wrote_is_hidden_and_taken_back(rest: Client, memory: Memory) -> None:
    crawler = memory.through("web/crawler", 0.3)
    first, second = (crawler.add(text).id for text in ("Alice is in Kyiv.", "Bob is in Jeju."))
    asked: dict[str, object] = {"origin": "web"}
    assert rest("POST", "/v1/blocks:quarantine", {}).json["field"] == "origin"
    assert rest("POST", "/v1/blocks:quarantine", {"ids": [1], "origin": "web"}).json["field"] == "block"
    assert rest("POST", "/v1/blocks:quarantine", asked | {"dry_run": True}).json == {"quarantined": [first, second]}
    assert memory.count() == 2
    assert rest("POST", "/v1/blocks:quarantine", {"ids": [first]}).json == {"quarantined": [first]}
    assert memory.count() == 1
    assert rest("POST", "/v1/blocks:release", asked).json == {"released": [first]}
    undone = rest("POST", "/v1/roll-back", asked | {"forget": True}).json
    assert undone == {
        "quarantined": [], "forgotten": [first, second], "restored": [], "links": [], "anchors": [],
    }  # fmt: skip
    assert memory.count(history=True) == 0


def test_what_is_done_with_findings(rest: Client) -> None:
    kinds = {"bidi", "control", "personal", "secret", "zero-width"}
    assert rest("GET", "/v1/screening").json == dict.fromkeys(kinds, "note")
    assert rest("PUT", "/v1/screening", {"kind": "personal", "policy": "redact"}).json["personal"] == "redact"
    assert rest("PUT", "/v1/screening", {"kind": "personal", "policy": "drop"}).json["field"] == "policy"
    added = rest("POST", "/v1/blocks", {"text": "Call Alice: 010-2345-6789"}).json
    assert (added["text"], added["flags"]) == ("Call Alice: [phone]", ["personal"])


def test_blocks_are_forgotten_one_by_one_and_together(rest: Client, memory: Memory) -> None:
    memory.add_many([{"text": f"{n}"} for n in range(4)])
    memory.update(1, text="new")
    would = rest("DELETE", "/v1/blocks/1?dry_run=true").json
    assert would == done_to([1, 5], blocks=1) | {"dry_run": True}
    assert without_certificate(rest("DELETE", "/v1/blocks/1").json) == done_to([1, 5], blocks=1)
    assert rest("POST", "/v1/blocks:forget", {"ids": [2, 1]}).problem == "not-found"
    assert without_certificate(rest("POST", "/v1/blocks:forget", {"ids": [2, 3]}).json) == done_to([2, 3], blocks=2)
    assert rest("DELETE", "/v1/blocks/1").problem == "not-found"
    assert [block.id for block in memory.list()] == [4]


# Searching.


def texts(reply: Any) -> list[str]:
    return [hit["block"]["text"] for hit in reply.json["hits"]]


def test_hits_are_those_of_the_library(rest: Client, memory: Memory) -> None:
    memory.add_many([{"text": f"The ferry to Jeju leaves at {n}", "source": "ann"} for n in range(9)])
    found = rest("POST", "/v1/search", {"query": "when does the ferry leave?", "k": 3})
    assert found.json["hits"] == [hit.to_dict() for hit in memory.search("when does the ferry leave?", k=3)]


def test_every_option_of_a_search_has_its_effect(rest: Client, memory: Memory) -> None:
    memory.add("Alice lives in Seoul", namespace="acme/alice", source="alice")
    memory.update(1, text="Alice lives in Busan")
    memory.add("Bob lives in Daegu", namespace="acme/bob", source="bob")
    memory.add("Bob is a cook", namespace="acme/bob")
    memory.anchors.set("A", 4, namespace="acme")
    ask = {"query": "who lives where?"}

    def search(**options: Any) -> list[str]:
        return texts(rest("POST", "/v1/search", ask | options))

    assert len(search()) == 3
    assert len(search(k=1)) == 1
    assert search(namespace="acme/alice") == ["Alice lives in Busan"]
    assert search(namespace=["acme", "alice"]) == ["Alice lives in Busan"]
    assert search(where={"source": "bob"}) == ["Bob lives in Daegu"]
    assert "Alice lives in Seoul" in search(history=True)
    near = rest("POST", "/v1/search", ask | {"near": "A", "namespace": "acme"}).json["hits"]
    assert any(hit["parts"]["graph"] for hit in near)
    assert any(hit["parts"]["graph"] for hit in rest("POST", "/v1/search", ask | {"near": 3}).json["hits"])
    plain = rest("POST", "/v1/search", ask | {"weights": {"tokens": 0}}).json["hits"]
    assert plain != rest("POST", "/v1/search", ask).json["hits"]
    assert search(exact=True) == [hit.block.text for hit in memory.search("who lives where?", exact=True)]
    assert rest("POST", "/v1/search", ask | {"near": "Z"}).problem == "not-found"


def test_several_queries_are_answered_in_order(rest: Client, memory: Memory) -> None:
    memory.add_many([{"text": "red apples"}, {"text": "blue whales"}])
    many = rest("POST", "/v1/search:batch", {"queries": ["whales", "apples"], "k": 1}).json["answers"]
    assert [[hit["block"]["text"] for hit in hits] for hits in many] == [["blue whales"], ["red apples"]]
    assert rest("POST", "/v1/search:batch", {"queries": []}).json == {"answers": []}
    too_many = rest("POST", "/v1/search:batch", {"queries": ["a"] * (limits.QUERIES_MAX + 1)})
    assert too_many.json["field"] == "queries"
    most = limits.BATCH_HITS_MAX // limits.K_MAX
    assert rest("POST", "/v1/search:batch", {"queries": ["a"] * most, "k": limits.K_MAX}).status == 200
    too_much = rest("POST", "/v1/search:batch", {"queries": ["a"] * (most + 1), "k": limits.K_MAX})
    assert (too_much.status, too_much.json["field"]) == (400, "queries")
    assert rest("POST", "/v1/search:batch", {"queries": ["a"], "k": limits.K_MAX + 1}).json["field"] == "k"


def test_an_explanation_is_what_the_memory_says(rest: Client, memory: Memory) -> None:
    block = memory.add("I moved to Busan in May.", source="alice", namespace="acme/alice")
    asked = {"query": "where does Alice live?", "block": block.id, "namespace": "acme", "where": {"kind": "message"}}
    assert rest("POST", "/v1/explain", asked).json == memory.explain(**asked).to_dict()  # type: ignore[arg-type]
    assert rest("POST", "/v1/explain", asked | {"block": 99}).status == 404
    assert rest("POST", "/v1/explain", asked | {"budget_ms": 1}).json["field"] == "budget_ms"


def test_a_search_with_a_budget_says_what_it_left_out(rest: Client, memory: Memory) -> None:
    memory.add("I moved to Busan in May.", source="alice")
    plain = rest("POST", "/v1/search", {"query": "Busan"}).json
    assert "left_out" not in plain
    assert rest("POST", "/v1/search", {"query": "Busan", "budget_ms": None}).json == plain
    assert rest("POST", "/v1/search", {"query": "Busan", "budget_ms": 60_000}).json == plain | {"left_out": []}
    late = rest("POST", "/v1/search", {"query": "Busan", "budget_ms": 1e-6}).json
    assert {"words", "vector", "tokens"} <= set(late["left_out"])
    many = rest("POST", "/v1/search:batch", {"queries": ["Busan", "Seoul"], "budget_ms": 60_000}).json
    assert many["left_out"] == [[], []]
    assert many["answers"][0] == plain["hits"]
    assert rest("POST", "/v1/search", {"query": "Busan", "budget_ms": 0}).json["field"] == "budget_ms"
    streamed = {"accept": "application/x-ndjson"}
    assert rest("POST", "/v1/search", {"query": "Busan", "budget_ms": 5}, headers=streamed).json["field"] == "budget_ms"


def test_a_context_is_a_text_for_a_prompt(rest: Client, memory: Memory) -> None:
    memory.add("I moved to Busan in May.", source="alice", namespace="acme/alice")
    asked = {"query": "where does Alice live?", "namespace": "acme/alice", "max_tokens": 200}
    assert rest("POST", "/v1/context", asked).json == memory.context(**asked).to_dict()  # type: ignore[arg-type]
    assert rest("POST", "/v1/context", asked | {"max_tokens": 1}).json["blocks"] == []
    assert rest("POST", "/v1/context", asked | {"max_tokens": 0}).json["field"] == "max_tokens"


# Looking.


def test_blocks_are_counted(rest: Client, memory: Memory) -> None:
    memory.add_many([{"text": f"{n}", "source": "ann", "tags": ["x"], "namespace": f"n/{n % 2}"} for n in range(3)])
    assert rest("POST", "/v1/count").json == {"count": 3}
    assert rest("POST", "/v1/count", {"namespace": "n/0", "where": {"source": "ann"}}).json == {"count": 2}
    facets = rest("POST", "/v1/facets", {"fields": ["source", "namespace"], "limit": 1}).json["facets"]
    assert facets == {"source": [{"value": "ann", "count": 3}], "namespace": [{"value": "n/0", "count": 2}]}
    assert rest("POST", "/v1/count", {"query": "2"}).json == {"count": 1}
    asked = {"fields": ["namespace"], "query": "ann or x"}
    found = [{"value": "n/0", "count": 2}, {"value": "n/1", "count": 1}]
    assert rest("POST", "/v1/facets", asked).json["facets"] == {"namespace": found}
    assert rest("POST", "/v1/facets", asked | {"k": 1}).json["facets"]["namespace"][0]["count"] == 1
    assert rest("POST", "/v1/facets", {"fields": ["kind"], "k": 1}).json["field"] == "k"
    one = rest("POST", "/v1/facets", {"fields": "source"}).json["facets"]
    assert one == rest("POST", "/v1/facets", {"fields": ["source"]}).json["facets"]
    for fields in ("colour", "", [], 5, None, ["colour"]):
        refused = rest("POST", "/v1/facets", {"fields": fields})
        assert (refused.status, refused.json["field"].partition("[")[0]) == (400, "fields")
    page = rest("GET", "/v1/namespaces?limit=1&namespace=n").json
    assert page["namespaces"] == [{"namespace": "n/0", "blocks": 2}]
    rest_of_it = rest("GET", f"/v1/namespaces?limit=1&namespace=n&cursor={quote(page['cursor'])}").json
    assert rest_of_it == {"namespaces": [{"namespace": "n/1", "blocks": 1}], "cursor": None}


def test_how_it_stands(rest: Client, memory: Memory) -> None:
    memory.add("a")
    assert rest("GET", "/v1/stats").json == memory.stats()
    findings = rest("POST", "/v1/check").json["findings"]
    assert [tuple(finding.values()) for finding in findings] == memory.check()


# Links and anchors.


def test_links_are_added_seen_and_removed(rest: Client, memory: Memory) -> None:
    memory.add_many([{"text": "a"}, {"text": "b"}])
    added = rest("POST", "/v1/links", {"source": 1, "target": 2, "kind": "because", "weight": 0.5})
    assert (added.status, added.json) == (201, memory.links(1)[0].to_dict())
    assert rest("GET", "/v1/blocks/2/links").json == {"links": [added.json]}
    assert rest("DELETE", "/v1/links?source=1&target=2").problem == "not-found"
    assert rest("DELETE", "/v1/links?source=1&target=2&kind=because").status == 204
    assert memory.links(1) == []
    assert rest("POST", "/v1/links", {"source": 1, "target": 1}).json["field"] == "target"


@pytest.mark.parametrize("name", ["A", "my anchor", "a/b", "a:pin", "ㄱ", "100%", "."])
def test_anchors_have_any_name(rest: Client, memory: Memory, name: str) -> None:
    memory.add_many([{"text": "a", "namespace": "n"}, {"text": "b", "namespace": "n"}])
    path = f"/v1/anchors/{quote(name, safe='')}"
    put = rest("PUT", path, {"block": 1, "namespace": "n", "hops": 3})
    assert put.json == memory.anchors.get(name, namespace="n").to_dict()
    assert rest("GET", f"{path}?namespace=n").json == put.json
    assert rest("GET", f"{path}?namespace=n/deeper").problem == "not-found"
    assert rest("GET", f"{path}?namespace=n/deeper&closest=true").json == put.json
    assert rest("POST", f"{path}:move", {"block": 2, "namespace": "n"}).json["block_id"] == 2
    assert rest("POST", f"{path}:pin", {"namespace": "n"}).json["pinned"] is True
    assert rest("POST", f"{path}:move", {"block": 1, "namespace": "n"}).problem == "conflict"
    assert rest("POST", f"{path}:unpin", {"namespace": "n"}).json["pinned"] is False
    assert rest("GET", "/v1/anchors?namespace=n").json["anchors"] == [memory.anchors.get(name, namespace="n").to_dict()]
    assert rest("DELETE", f"{path}?namespace=n").status == 204
    assert rest("POST", f"{path}:pin").problem == "not-found"


# HTTP.


def test_every_answer_has_an_id_and_stays_out_of_caches(rest: Client) -> None:
    for reply in (rest("GET", "/v1/stats"), rest("GET", "/v1/no"), rest("GET", "/livez"), rest("OPTIONS", "/v1/stats")):
        assert reply.headers["x-request-id"]
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_a_request_id_is_taken_over_if_it_may_be_one(rest: Client) -> None:
    assert rest("GET", "/v1/stats", headers={"x-request-id": "a-B.9_"}).headers["x-request-id"] == "a-B.9_"
    for bad in ("", "a b", "x" * 65, 'a"b', "é"):
        assert rest("GET", "/v1/stats", headers={"x-request-id": bad}).headers["x-request-id"] != bad
    ids = {rest("GET", "/v1/stats").headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


def test_a_head_is_a_get_without_its_body(rest: Client, memory: Memory) -> None:
    memory.add("a")
    for path in ("/v1/blocks/1", "/v1/stats", "/livez", "/v1/export"):
        get, head = rest("GET", path), rest("HEAD", path)
        assert head.body == b""
        assert (head.status, head.headers["content-type"]) == (get.status, get.headers["content-type"])
        assert head.headers.get("content-length") == get.headers.get("content-length")


def test_a_path_says_what_it_takes(rest: Client) -> None:
    options = rest("OPTIONS", "/v1/blocks/1")
    assert (options.status, options.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS, PATCH")
    wrong = rest("PUT", "/v1/blocks/1")
    assert (wrong.problem, wrong.headers["allow"]) == ("method-not-allowed", options.headers["allow"])
    assert rest("OPTIONS", "/v1/nothing").problem == "not-found"
    assert "access-control-allow-origin" not in options.headers


def test_a_body_may_come_in_pieces(rest: Client) -> None:
    exchange = rest.open("POST", "/v1/blocks", {"content-type": "application/json"}, body=None)
    for piece in (b'{"te', b"", b'xt":"', "a é".encode()[:3], "a é".encode()[3:], b'"}'):
        exchange.say(type="http.request", body=piece, more_body=True)
    exchange.say(type="http.request")
    assert exchange.hear()["status"] == 201
    assert json.loads(exchange.hear()["body"])["text"] == "a é"


def test_some_headers_may_stand_there_twice(rest: Client) -> None:
    exchange = rest.open("GET", "/v1/stats", [(b"x-forwarded-for", b"a"), (b"x-forwarded-for", b"b")])
    assert exchange.hear()["status"] == 200


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/stats/", "/v2/stats", "//v1/stats", "/v1/blocks/",
                                  "/v1/blocks/1/x", "/v1/blocks/1/history/", "/v1/anchors/a:fly/x", "/"])  # fmt: skip
def test_a_path_that_is_not_there(rest: Client, path: str) -> None:
    assert rest("GET", path).problem == "not-found"


@pytest.mark.parametrize("id", ["0", "-1", "+1", "01", "x", "1.0", "%31x", "9007199254740992", "9" * 40, "١"])
def test_an_id_is_a_number(rest: Client, id: str) -> None:  # noqa: A002 - as the field
    for method, path in (("GET", ""), ("GET", "/history"), ("GET", "/links"), ("DELETE", "")):
        refused = rest(method, f"/v1/blocks/{quote(id, safe='%')}{path}")
        assert refused.status == 400, (method, path)


def test_long_answers_are_compressed_for_those_who_ask(rest: Client, memory: Memory) -> None:
    memory.add("a" * 2_000)
    plain = rest("GET", "/v1/blocks/1")
    for accepted in ("gzip", "br, gzip;q=0.5", "gzip, deflate"):
        small = rest("GET", "/v1/blocks/1", headers={"accept-encoding": accepted})
        assert small.headers["content-encoding"] == "gzip"
        assert small.headers["vary"] == "accept-encoding"
        assert int(small.headers["content-length"]) == len(small.body) < len(plain.body) / 3
        assert small.json == plain.json
    for accepted in ("identity", "gzip;q=0", "br", ""):
        assert "content-encoding" not in rest("GET", "/v1/blocks/1", headers={"accept-encoding": accepted}).headers
    assert "content-encoding" not in rest("POST", "/v1/count", headers={"accept-encoding": "gzip"}).headers


@pytest.mark.parametrize(
    ("accept", "status"),
    [("*/*", 200), ("application/json", 200), ("text/html, application/*;q=0.1", 200), ("text/html", 406), ("", 200),
     ("application/json;q=0", 406), ("text/html, */*;q=0.1", 200), ("x" * 2_000, 406)],
)  # fmt: skip
def test_what_can_be_answered_is_what_is_accepted(rest: Client, accept: str, status: int) -> None:
    assert rest("GET", "/v1/stats", headers={"accept": accept}).status == status


@pytest.mark.parametrize(
    ("error", "problem"),
    [(StoreBusy("another process writes"), "store-busy"), (StoreFull("/srv: full"), "store-full"),
     (EmbedderFailed("no answer"), "embedder-failed"), (Conflict("key in use"), "conflict"),
     (StoreDamaged("page 7"), "store-damaged"), (RuntimeError("secret"), "internal")],
)  # fmt: skip
def test_what_goes_wrong_below_is_a_problem(
    rest: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch, error: Exception, problem: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Memory, "add", staticmethod(fail))
    reply = rest("POST", "/v1/blocks", {"text": "a"})
    assert reply.problem == problem
    assert (str(error) in reply.text) == (problem == "conflict")
    assert (reply.headers.get("retry-after") == "1") == (problem == "store-busy")


def test_an_answer_is_not_larger_than_one_may_be(rest: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.add_many({"text": f"turn {number}"} for number in range(20))
    one = len(rest("POST", "/v1/search", {"query": "turn", "k": 1}).body)
    monkeypatch.setattr(limits, "ANSWER_BYTES_MAX", 10 * one)
    assert len(rest("POST", "/v1/search", {"query": "turn", "k": 5}).json["hits"]) == 5
    assert len(rest("POST", "/v1/search:batch", {"queries": ["turn"] * 4, "k": 2}).json["answers"]) == 4
    for path, body in (("search", {"query": "turn"}), ("search:batch", {"queries": ["turn"] * 4})):
        reply = rest("POST", f"/v1/{path}", body | {"k": 20 if path == "search" else 5})
        assert (reply.status, reply.json["field"]) == (400, "k")
    lines = rest("POST", "/v1/search", {"query": "turn", "k": 20}, headers={"accept": "application/x-ndjson"})
    assert len(lines.text.splitlines()) == 20


def test_a_memory_that_was_closed_is_unavailable(rest: Client, memory: Memory, tmp_path: Any) -> None:
    import greeum

    with greeum.open(tmp_path) as disk:
        pass
    with talking(application(disk)) as client:
        assert client("POST", "/v1/search", {"query": "a"}).problem == "store-closed"
        assert client("POST", "/v1/blocks", {"text": "a"}).problem == "store-closed"


def test_a_memory_opened_for_reading_forbids_changes(tmp_path: Any) -> None:
    import greeum

    with greeum.open(tmp_path) as memory:
        memory.add("a")
    with greeum.open(tmp_path, read_only=True) as memory, talking(application(memory)) as client:
        assert client("GET", "/v1/blocks/1").status == 200
        assert client("POST", "/v1/blocks", {"text": "a"}).problem == "store-read-only"


def test_what_everybody_may_see(rest: Client) -> None:
    assert rest("GET", "/livez").json == {"status": "alive"}
    assert rest("GET", "/startupz").status == 503
    assert "greeum_build_info" in rest("GET", "/metrics").text
    openmetrics = rest("GET", "/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    assert rest("GET", "/openapi.json").json["openapi"] == "3.1.0"
