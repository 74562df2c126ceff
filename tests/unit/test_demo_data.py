"""The conversations of `greeum demo` can be added as they are, and every showcase search has its answer in them."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

DEMO = Path(__file__).parents[2] / "python" / "greeum" / "demo"

Json = dict[str, Any]

BLOCK_FIELDS = ["namespace", "key", "text", "kind", "source", "tags", "importance", "metadata", "at"]
SEARCH_FIELDS = ["title", "query", "namespace", "where", "near", "expect", "language", "note"]
CORRECTION_FIELDS = ["namespace", "old_text", "new_text", "at"]
HANGUL = re.compile("[가-힣]")


def load(name: str) -> list[Json]:
    rows: list[Json] = json.loads((DEMO / name).read_text(encoding="utf-8"))
    return rows


LINES = (DEMO / "conversations.jsonl").read_text(encoding="utf-8").splitlines()
BLOCKS: list[Json] = [json.loads(line) for line in LINES]
SEARCHES = load("searches.json")
CORRECTIONS = load("corrections.json")

each_search = pytest.mark.parametrize("search", SEARCHES, ids=lambda search: search["title"])
each_correction = pytest.mark.parametrize("correction", CORRECTIONS, ids=lambda correction: correction["new_text"])


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def within(namespace: str, root: str) -> bool:
    return f"{namespace}/".startswith(f"{root}/")


def found(text: str, namespace: str) -> list[Json]:
    """The blocks of this namespace and below with exactly this text, as they are before any correction."""
    return [block for block in BLOCKS if block["text"] == text and within(block["namespace"], namespace)]


def answers(search: Json) -> list[Json]:
    """The blocks that a search expects, as they are once the corrections were applied."""
    expected: str = search["expect"]
    corrected = {correction["new_text"]: correction["old_text"] for correction in CORRECTIONS}
    return found(corrected.get(expected, expected), search["namespace"])


def satisfies(block: Json, where: Json) -> bool:
    """Whether the block passes, for the operators that the showcase uses: equality and `contains`."""
    for field, condition in where.items():
        value = block["metadata"][field.removeprefix("metadata.")] if field.startswith("metadata.") else block[field]
        if not (condition["contains"] in value if isinstance(condition, dict) else condition == value):
            return False
    return True


def test_a_block_has_every_field_and_each_has_its_type() -> None:
    for block in BLOCKS:
        assert list(block) == BLOCK_FIELDS
        assert block["key"] is None or block["key"], block
        assert block["kind"] in {"message", "note", "fact"}, block
        assert block["source"], block
        assert all(isinstance(tag, str) and tag for tag in block["tags"]), block
        assert len(set(block["tags"])) == len(block["tags"]), block
        assert 0 <= block["importance"] <= 1, block
        assert isinstance(block["metadata"], dict), block
        assert datetime(2025, 3, 1) <= moment(block["at"]) < datetime(2025, 12, 1), block


def test_a_text_is_as_long_as_something_said() -> None:
    for block in BLOCKS:
        assert block["text"] == block["text"].strip(), block
        assert 3 <= len(block["text"].split()) <= 60, block


def test_there_is_enough_to_search() -> None:
    assert 420 <= len(BLOCKS) <= 520
    sessions = {block["namespace"] for block in BLOCKS}
    for root, least in (("acme/alice", 11), ("acme/minji", 11), ("acme/devteam", 6)):
        assert sum(within(session, root) for session in sessions) >= least


def test_about_half_is_korean() -> None:
    korean = sum(bool(HANGUL.search(block["text"])) for block in BLOCKS)
    assert 0.45 <= korean / len(BLOCKS) <= 0.55


def test_no_text_occurs_twice() -> None:
    assert [text for text, count in Counter(block["text"] for block in BLOCKS).items() if count > 1] == []


def test_times_ascend_within_a_namespace() -> None:
    times: dict[str, list[datetime]] = defaultdict(list)
    for block in BLOCKS:
        times[block["namespace"]].append(moment(block["at"]))
    for namespace, of_one in times.items():
        assert of_one == sorted(set(of_one)), namespace


def test_keys_are_unique_within_a_namespace() -> None:
    keys = Counter((block["namespace"], block["key"]) for block in BLOCKS if block["key"] is not None)
    assert keys
    assert [key for key, count in keys.items() if count > 1] == []


@each_correction
def test_a_correction_names_one_block_and_comes_after_it(correction: Json) -> None:
    assert list(correction) == CORRECTION_FIELDS
    (old,) = [block for block in BLOCKS if block["text"] == correction["old_text"]]
    assert old["namespace"] == correction["namespace"]
    assert moment(old["at"]) < moment(correction["at"])
    assert not found(correction["new_text"], "acme")


def test_the_showcase_has_both_languages_and_each_kind_of_search() -> None:
    assert len(SEARCHES) == 8
    assert {search["language"] for search in SEARCHES} == {"en", "ko"}
    assert any(search["where"] for search in SEARCHES)
    assert any(search["near"] for search in SEARCHES)
    assert {search["expect"] for search in SEARCHES} & {correction["new_text"] for correction in CORRECTIONS}


@each_search
def test_a_search_has_one_answer_and_its_filter_lets_it_through(search: Json) -> None:
    assert list(search) == SEARCH_FIELDS
    assert bool(HANGUL.search(search["query"])) == (search["language"] == "ko")
    (answer,) = answers(search)
    assert satisfies(answer, search["where"] or {})


@each_search
def test_no_search_expects_what_was_corrected(search: Json) -> None:
    assert search["expect"] not in {correction["old_text"] for correction in CORRECTIONS}


def test_an_anchor_stands_beside_the_answer() -> None:
    (search,) = [search for search in SEARCHES if search["near"]]
    (anchored,) = found(search["near"]["at_text"], search["namespace"])
    (answer,) = answers(search)
    conversation = [block for block in BLOCKS if block["namespace"] == answer["namespace"]]
    assert abs(conversation.index(anchored) - conversation.index(answer)) == 1


def test_the_words_of_the_anchored_search_occur_in_two_conversations() -> None:
    (search,) = [search for search in SEARCHES if search["near"]]
    words = set(re.findall(r"\w+", search["query"].lower())) - {"how", "much"}
    rivals = {block["namespace"] for block in BLOCKS if words <= set(re.findall(r"\w+", block["text"].lower()))}
    assert len(rivals) == 2
