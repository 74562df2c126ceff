"""Each promise of docs/guarantees.md names tests that are there, and every parameter has one that shows its effect."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from functools import cache

import pytest
from tests.docs.pages import ROOT

from greeum import Anchors, Memory, Retention, Weights, restore, verify
from greeum import open as open_memory

TEST = re.compile(r"`((?:tests|crates)/[\w./]+::[\w:]+)`")

SUITE = "tests/conformance/memory.py::"
FINDING = "tests/conformance/memory_search.py::"
FORGETTING = "tests/conformance/memory_forgetting.py::"
BACKUPS = "tests/integration/test_backups.py::"
CARRYING = "tests/conformance/memory_transfer.py::"
LASTING = "tests/conformance/memory_lifetime.py::"
TWO = "tests/integration/test_two_memories.py::"

NAMED = SUITE + "TestAdding::test_every_field_comes_back"
WRITTEN = SUITE + "TestUpdating::test_another_field_changes_in_place"
ANCHORED = SUITE + "TestAnchors::test_an_anchor_belongs_to_its_namespace"
VECTORS = SUITE + "TestGivenVectors::"

TWICE = "tests/conformance/memory_duplicates.py::"
AGAIN = "tests/conformance/memory_requests.py::"
WEIGHING = "tests/conformance/memory_weights.py::"
TELLING = "tests/conformance/memory_recall.py::"
JSON = "tests/unit/test_recall.py::"
ADMISSION = "tests/unit/test_importers_admission.py::"
CHATS = "tests/unit/test_importers_chats.py::"
FILES = "tests/unit/test_importers_files.py::"
LEGACY = "tests/unit/test_importers_legacy.py::"
MERGING = "tests/unit/test_merging.py::"
TRUST = "tests/conformance/memory_trust.py::"
NAMED_FOR_QUARANTINE = TRUST + "TestQuarantine::test_blocks_are_named_in_many_ways"
RERANKING = "tests/unit/test_reranking.py::"
OPTIONS = ("k", "namespace", "where", "near", "history", "exact", "weights")
MOMENT = ("as_of", "min_trust")
THEN = TELLING + "TestTimeTravel::"
MEANT = THEN + "test_a_question_is_meant_from_the_day_that_is_said"
WHY = "tests/conformance/memory_explaining.py::TestExplaining::"
IN_TIME = "tests/conformance/memory_explaining.py::TestBudget::test_one_without_time_says_what_it_left_out"

EFFECTS = {
    "add": dict.fromkeys(("text", "kind", "source", "tags", "at", "valid_from", "valid_to"), NAMED)
    | {
        "namespace": FINDING + "TestNamespaces::test_a_namespace_holds_what_is_at_it_and_below",
        "key": SUITE + "TestKeys::test_the_same_text_under_the_same_key_is_added_once",
        "importance": SUITE + "TestAdding::test_importance_weighs",
        "metadata": SUITE + "TestAdding::test_metadata_comes_back_equal",
        "expires_at": SUITE + "TestExpiring::test_an_expired_block_is_gone_from_searches_and_lists",
        "ttl": LASTING + "TestTimeToLive::test_seconds_or_a_timedelta_from_now",
        "near": SUITE + "TestAddingNear::test_near_a_block_is_a_link_to_it",
        "vector": VECTORS + "test_the_nearest_vector_answers_first",
        "idempotency_key": AGAIN + "TestRepeatedRequests::test_the_same_again_adds_nothing",
        "on_duplicate": TWICE + "TestTheSamePolicy::test_a_call_may_say_what_to_do",
        "on_conflict": TWICE + "TestContradictions::test_it_is_rejected_by_name",
    },
    "add_many": {
        "blocks": SUITE + "TestAddingMany::test_blocks_come_back_in_order_each_with_its_fields",
        "idempotency_key": AGAIN + "TestRepeatedRequests::test_a_batch_is_repeated_as_a_whole_or_in_part",
    },
    "search": {
        "query": FINDING + "TestSearching::test_the_best_come_first_and_no_more_than_asked_for",
        "k": FINDING + "TestSearching::test_the_best_come_first_and_no_more_than_asked_for",
        "namespace": FINDING + "TestNamespaces::test_a_namespace_holds_what_is_at_it_and_below",
        "where": FINDING + "TestFiltering::test_search_and_list_give_what_the_filter_says",
        "near": FINDING + "TestSearchingNear::test_an_anchor_reaches_as_far_as_its_hops",
        "history": FINDING + "TestSearching::test_history_includes_superseded_versions",
        "exact": FINDING + "TestSearching::test_exact_looks_at_every_block",
        "weights": FINDING + "TestWeights::test_each_has_an_effect",
        "vector": VECTORS + "test_the_vector_counts_beside_the_words",
        "as_of": THEN + "test_a_corrected_block_is_found_as_of_before",
        "now": MEANT,
        "min_trust": "tests/unit/test_recall.py::test_what_is_trusted_less_is_left_out",
        "rerank": RERANKING + "test_the_function_gets_the_query_and_fifty_hits_and_orders_them",
        "rerank_budget_ms": RERANKING + "test_what_is_late_leaves_the_first_order_and_says_so",
        "budget_ms": IN_TIME,
    },
    "explain": dict.fromkeys((*OPTIONS, "as_of"), WHY + "test_each_option_makes_a_difference")
    | {
        "now": MEANT,
        "query": WHY + "test_words_are_shown_as_the_text_has_them",
        "block": WHY + "test_what_keeps_a_block_out_is_named",
        "min_trust": "tests/unit/test_explaining.py::test_what_is_trusted_less_is_named",
        "vector": VECTORS + "test_an_explanation_takes_a_vector",
    },
    "search_many": {
        "queries": FINDING + "TestSearching::test_several_queries_at_once",
        "now": MEANT,
        "budget_ms": IN_TIME,
    }
    | dict.fromkeys(MOMENT, THEN + "test_every_way_of_searching_takes_a_moment_and_a_trust")
    | dict.fromkeys(OPTIONS, TELLING + "TestOptions::test_every_way_of_searching_takes_each"),
    "stream": {"query": TELLING + "TestStreaming::test_a_stream_gives_what_a_search_gives", "now": MEANT}
    | dict.fromkeys(MOMENT, THEN + "test_every_way_of_searching_takes_a_moment_and_a_trust")
    | dict.fromkeys(OPTIONS, TELLING + "TestOptions::test_every_way_of_searching_takes_each")
    | {"vector": VECTORS + "test_a_stream_takes_a_vector"},
    "search_json": dict.fromkeys(("query", *OPTIONS, *MOMENT, "now"), JSON + "test_hits_as_json_are_those_of_a_search")
    | {"vector": JSON + "test_hits_as_json_take_a_vector_that_is_brought"},
    "search_many_json": dict.fromkeys(
        ("queries", *OPTIONS, *MOMENT, "now"), JSON + "test_hits_as_json_are_those_of_a_search"
    ),
    "context": {
        "query": TELLING + "TestContext::test_the_best_answers_are_in_it",
        "max_tokens": TELLING + "TestContext::test_it_never_takes_more_than_it_may",
        "namespace": TELLING + "TestContext::test_it_has_what_is_known_by_conversation_and_time",
        "now": MEANT,
    }
    | dict.fromkeys(("as_of", "min_trust"), THEN + "test_every_way_of_searching_takes_a_moment_and_a_trust")
    | dict.fromkeys(("where", "near", "weights"), TELLING + "TestContext::test_it_searches_as_search_does"),
    "count": {
        "where": TELLING + "TestCounting::test_it_counts_what_a_list_has",
        "namespace": TELLING + "TestCounting::test_namespace_history_and_expiry_count_as_in_a_list",
        "history": TELLING + "TestCounting::test_namespace_history_and_expiry_count_as_in_a_list",
        "expired": LASTING + "TestExpired::test_what_has_expired_can_be_listed_and_counted",
        "as_of": THEN + "test_what_holds_no_longer_or_not_yet_is_found_as_of_when_it_did",
        "query": TELLING + "TestWhatAQueryMatches::test_blocks_with_one_of_its_words_are_counted",
        "now": MEANT,
    },
    "used": {"block": LASTING + "TestCountingUses::test_they_are_counted_together"},
    "feedback": dict.fromkeys(
        ("query", "good", "bad"), WEIGHING + "TestFeedback::test_some_dozens_of_judgements_find_better_answers"
    )
    | {
        "bad": WEIGHING + "TestFeedback::test_bad_ones_alone_teach_too",
        "namespace": WEIGHING + "TestFeedback::test_it_counts_where_it_was_said_and_below",
        "vector": "tests/unit/test_feedback.py::test_a_vector_that_is_brought_is_the_query",
        "idempotency_key": WEIGHING + "TestFeedback::test_under_one_key_it_is_learnt_once",
    },
    "weights.get": {"namespace": WEIGHING + "TestOwnWeights::test_what_is_set_counts_in_searches_there_and_below"},
    "weights.set": dict.fromkeys(
        ("weights", "namespace"), WEIGHING + "TestOwnWeights::test_what_is_set_counts_in_searches_there_and_below"
    ),
    "weights.reset": {
        "namespace": WEIGHING + "TestOwnWeights::test_they_are_reset_for_one_namespace",
        "learnt_only": WEIGHING + "TestFeedback::test_it_is_taken_back",
    },
    "maintain": {
        "dry_run": LASTING + "TestMaintaining::test_a_dry_run_changes_nothing",
        "grace": LASTING + "TestMaintaining::test_the_grace_may_be_none",
        "progress": LASTING + "TestMaintaining::test_a_second_run_finds_nothing_to_do",
    },
    "retention.set": {
        "namespace": LASTING + "TestRetention::test_the_newest_so_many_are_kept",
        "kind": LASTING + "TestRetention::test_a_closer_rule_may_keep_longer",
        "max_age": LASTING + "TestRetention::test_only_maintenance_applies_them",
        "max_blocks": LASTING + "TestRetention::test_the_newest_so_many_are_kept",
    },
    "retention.rule": dict.fromkeys(
        ("namespace", "kind"), LASTING + "TestRetention::test_rules_are_set_listed_and_cleared"
    ),
    "retention.clear": dict.fromkeys(
        ("namespace", "kind"), LASTING + "TestRetention::test_rules_are_set_listed_and_cleared"
    ),
    "export": {"namespace": CARRYING + "TestTransfer::test_of_a_namespace_comes_out_what_is_there_and_below"},
    "facets": {
        "fields": TELLING + "TestFacets::test_every_field_is_counted",
        "namespace": TELLING + "TestFacets::test_they_agree_with_the_blocks",
        "where": TELLING + "TestFacets::test_filters_are_those_of_a_list",
        "limit": TELLING + "TestFacets::test_many_values",
        "as_of": THEN + "test_what_has_expired_since_is_found_as_of_before",
        "query": TELLING + "TestWhatAQueryMatches::test_blocks_with_one_of_its_words_are_counted",
        "now": MEANT,
        "k": TELLING + "TestWhatAQueryMatches::test_of_the_best_hits_only",
    },
    "namespaces": {
        "namespace": TELLING + "TestNamespaceListing::test_each_has_its_own_blocks",
        "limit": TELLING + "TestNamespaceListing::test_pages_follow_each_other",
        "cursor": TELLING + "TestNamespaceListing::test_pages_follow_each_other",
    },
    "changes": dict.fromkeys(("after", "limit"), TELLING + "TestChanges::test_they_are_read_on_from_any_seq"),
    "get": {
        "block": SUITE + "TestGetting::test_an_id_names_one_version",
        "key": SUITE + "TestKeys::test_a_key_names_the_newest_version",
        "namespace": SUITE + "TestKeys::test_a_key_belongs_to_its_namespace",
        "as_of": THEN + "test_a_corrected_block_is_found_as_of_before",
    },
    "diff": dict.fromkeys(
        ("since", "until", "namespace", "where", "limit"),
        TELLING + "TestDifference::test_it_tells_what_came_what_changed_and_what_went",
    ),
    "list": {
        "namespace": FINDING + "TestNamespaces::test_a_namespace_holds_what_is_at_it_and_below",
        "where": FINDING + "TestFiltering::test_search_and_list_give_what_the_filter_says",
        "history": FINDING + "TestListing::test_history_lists_superseded_versions_too",
        "expired": LASTING + "TestExpired::test_what_has_expired_can_be_listed_and_counted",
        "limit": FINDING + "TestListing::test_pages_follow_each_other_without_gaps_or_repeats",
        "cursor": FINDING + "TestListing::test_pages_follow_each_other_without_gaps_or_repeats",
        "as_of": THEN + "test_a_listing_of_then_has_pages",
        "newest_first": FINDING + "TestListing::test_in_the_order_in_which_things_were_said",
    },
    "history": {"block": SUITE + "TestGetting::test_history_is_every_version_oldest_first"},
    "update": dict.fromkeys(
        ("kind", "source", "tags", "importance", "metadata", "at", "valid_from", "valid_to", "expires_at"), WRITTEN
    )
    | {
        "ttl": LASTING + "TestTimeToLive::test_an_update_counts_from_now_too",
        "block": SUITE + "TestUpdating::test_a_new_text_makes_a_new_version",
        "text": SUITE + "TestUpdating::test_a_new_text_makes_a_new_version",
        "revision": SUITE + "TestUpdating::test_a_revision_that_is_not_the_current_one_is_a_conflict",
        "vector": VECTORS + "test_batches_and_corrections_take_vectors_too",
        "idempotency_key": AGAIN + "TestRepeatedCorrections::test_the_same_again_is_the_correction_that_is_there",
    },
    "forget": {
        "block": SUITE + "TestForgetting::test_several_at_once_each_named_once_or_more",
        "namespace": FORGETTING + "TestForgettingByFilter::test_a_namespace_with_all_below_and_the_expired",
        "where": FORGETTING + "TestForgettingByFilter::test_a_filter_reaches_older_versions_and_the_expired",
        "dry_run": FORGETTING + "TestForgettingByFilter::test_a_dry_run_counts_and_changes_nothing",
    },
    "wipe": {"confirm": FORGETTING + "TestWiping::test_with_another_number_nothing_goes"},
    "certificates": dict.fromkeys(
        ("namespace", "where"), FORGETTING + "TestCertificates::test_that_of_a_filter_is_found_by_the_filter"
    ),
    "backup": {
        "directory": BACKUPS + "TestBackingUp::test_what_is_restored_is_equal",
        "full": BACKUPS + "TestBackingUp::test_a_full_one_stands_by_itself",
        "keep": BACKUPS + "TestRetention::test_one_can_go_back_for_as_long_as_was_said",
    },
    "drop_backups": {"directory": BACKUPS + "TestForgotten::test_a_place_that_is_gone_for_good_is_dropped"},
    "link": {
        "source": SUITE + "TestLinking::test_links_that_leave_come_before_those_that_arrive",
        "target": SUITE + "TestLinking::test_links_that_leave_come_before_those_that_arrive",
        "kind": SUITE + "TestLinking::test_links_of_other_kinds_stand_beside_it",
        "weight": FINDING + "TestSearchingNear::test_a_stronger_link_is_nearer",
    },
    "unlink": dict.fromkeys(
        ("source", "target", "kind"), SUITE + "TestLinking::test_links_of_other_kinds_stand_beside_it"
    ),
    "through": dict.fromkeys(
        ("origin", "trust"), TRUST + "TestOrigins::test_what_is_written_through_a_door_carries_where_it_is_from"
    ),
    "quarantine": {"block": TRUST + "TestQuarantine::test_what_is_hidden_is_found_nowhere"}
    | dict.fromkeys(("origin", "source", "where", "namespace", "dry_run"), NAMED_FOR_QUARANTINE),
    "release": {"block": TRUST + "TestQuarantine::test_a_key_that_is_hidden_is_no_answer_and_not_free"}
    | dict.fromkeys(("origin", "source", "where", "namespace", "dry_run"), NAMED_FOR_QUARANTINE),
    "roll_back": {
        "origin": TRUST + "TestRollingBack::test_those_below_it_too_and_no_others",
        "since": TRUST + "TestRollingBack::test_only_since_then",
        "namespace": TRUST + "TestRollingBack::test_only_there",
        "forget": TRUST + "TestRollingBack::test_it_may_be_forgotten_instead",
        "dry_run": TRUST + "TestRollingBack::test_looking_at_it_changes_nothing",
    },
    "links": {"block": SUITE + "TestLinking::test_links_that_leave_come_before_those_that_arrive"},
    "anchor": dict.fromkeys(("name", "namespace"), ANCHORED),
    "import_from": {
        "path": FILES + "TestExports::test_an_export_is_read_packed_or_not",
        "format": FILES + "TestExports::test_what_is_no_export_is_refused",
        "namespace": CHATS + "TestChatGPT::test_a_second_import_adds_nothing_and_another_namespace_is_another_place",
        "dry_run": MERGING + "TestDryRun::test_it_says_what_would_be_done_and_writes_nothing",
        "time_zone": LEGACY + "TestBlocks::test_each_is_a_note_with_all_that_was_known_of_it",
        "bring_back": ADMISSION + "TestForgotten::test_a_chat_is_not_brought_back_unless_it_is_asked_for",
        "progress": MERGING + "TestDryRun::test_it_says_what_would_be_done_and_writes_nothing",
    },
    "merge": {
        "other": MERGING + "TestMerge::test_everything_comes_over_without_loss",
        "dry_run": MERGING + "TestMerge::test_a_dry_run_says_the_same_and_writes_nothing",
        "bring_back": ADMISSION + "TestForgotten::test_a_merge_heeds_it_too",
        "progress": MERGING + "TestMerge::test_everything_comes_over_without_loss",
    },
    "import_": {
        "lines": CARRYING + "TestTransfer::test_what_comes_out_goes_in_and_comes_out_the_same",
        "progress": CARRYING + "TestTransfer::test_progress_is_told",
        "bring_back": CARRYING + "TestTransfer::test_what_was_forgotten_comes_back_if_it_is_asked_for",
    },
    "anchors.set": {
        "name": SUITE + "TestAnchors::test_each_has_its_hops_unless_said_otherwise",
        "block": SUITE + "TestAnchors::test_each_has_its_hops_unless_said_otherwise",
        "namespace": ANCHORED,
        "hops": FINDING + "TestSearchingNear::test_an_anchor_reaches_as_far_as_its_hops",
        "pinned": SUITE + "TestAddingNear::test_a_pinned_anchor_stays",
    },
    "anchors.move": dict.fromkeys(
        ("name", "block", "namespace"), SUITE + "TestAnchors::test_moving_keeps_its_hops_and_says_when"
    ),
    "anchors.pin": dict.fromkeys(("name", "namespace"), SUITE + "TestAnchors::test_pinning"),
    "anchors.unpin": dict.fromkeys(("name", "namespace"), SUITE + "TestAnchors::test_pinning"),
    "anchors.clear": dict.fromkeys(("name", "namespace"), SUITE + "TestAnchors::test_clearing"),
    "anchors.get": dict.fromkeys(("name", "namespace"), ANCHORED),
    "anchors.closest": dict.fromkeys(
        ("name", "namespace"), FINDING + "TestSearchingNear::test_the_anchor_of_the_closest_namespace_is_meant"
    ),
    "anchors.status": {"namespace": SUITE + "TestAnchors::test_status_shows_a_namespace_and_all_below"},
    "open": {
        "path": TWO + "test_the_store_of_another_memory_is_noticed",
        "embedder": TWO + "test_another_embedder_is_refused",
        "read_only": TWO + "test_a_reader_sees_what_a_writer_does_and_changes_nothing",
        "create": TWO + "test_there_must_be_something_to_read",
        "progress": TWO + "test_a_damaged_index_is_built_anew_and_says_so",
    },
    "restore": {
        "directory": BACKUPS + "TestBackingUp::test_what_is_restored_is_equal",
        "target": BACKUPS + "TestRestoring::test_a_target_that_holds_something_is_left_alone",
        "at": BACKUPS + "TestBackingUp::test_any_backup_can_be_gone_back_to",
    },
    "verify": {
        "directory": BACKUPS + "TestDamage::test_a_flipped_byte_of_pages",
        "at": BACKUPS + "TestBackingUp::test_any_backup_can_be_gone_back_to",
    },
}
"""Method → parameter → the test that shows what it changes."""


def promised() -> list[str]:
    page = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
    return TEST.findall(page)


@cache
def names_in(path: str) -> frozenset[str]:
    """The tests of a file: `Class::test` or `test` in Python, the names of functions in Rust."""
    text = (ROOT / path).read_text(encoding="utf-8")
    if path.endswith(".rs"):
        return frozenset(re.findall(r"^\s*fn (\w+)\(", text, re.MULTILINE))
    found = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return frozenset(found)


@pytest.mark.parametrize("test", promised())
def test_every_test_that_is_named_is_there(test: str) -> None:
    path, _, name = test.partition("::")
    assert name in names_in(path)


def test_every_promise_names_a_test() -> None:
    page = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
    promises = page.partition("\n## Known limits")[0].split("\n## ")[1:]
    assert [promise.partition("\n")[0] for promise in promises if not TEST.search(promise)] == []


def parameters() -> dict[str, set[str]]:
    """The parameters of every public method, by its name."""
    methods: dict[str, Callable[..., object]] = dict(inspect.getmembers(Memory, inspect.isfunction))
    methods |= {f"anchors.{name}": method for name, method in vars(Anchors).items() if inspect.isfunction(method)}
    methods |= {f"retention.{name}": method for name, method in vars(Retention).items() if inspect.isfunction(method)}
    methods |= {f"weights.{name}": method for name, method in vars(Weights).items() if inspect.isfunction(method)}
    methods |= {"open": open_memory, "restore": restore, "verify": verify}
    public = {name: method for name, method in methods.items() if not name.split(".")[-1].startswith("_")}
    found = {name: set(inspect.signature(method).parameters) - {"self"} for name, method in public.items()}
    return {name: names for name, names in found.items() if names}


def test_every_parameter_has_a_test_that_shows_its_effect() -> None:
    assert {name: set(effects) for name, effects in EFFECTS.items()} == parameters()
    shown = {test for effects in EFFECTS.values() for test in effects.values()}
    assert {test for test in shown if test.partition("::")[2] not in names_in(test.partition("::")[0])} == set()
