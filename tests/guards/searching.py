"""Guards of what is found: the index, scores, namespaces, what was known then."""

from __future__ import annotations

from tests.guards.guard import (
    MEMORY,
    RECALL,
    SEARCH,
    TWO,
    Guard,
)

GUARDS = (
    # The index decides nothing.
    Guard("follower.py", "if index.seq > store.seq() or not self._is_of_this_store():", "if False:",
          TWO + "test_the_store_of_another_memory_is_noticed"),
    Guard("follower.py", "if index.seq > store.seq() or not self._is_of_this_store():", "if False:",
          TWO + "test_an_older_copy_of_the_store_is_noticed"),
    # A namespace is a wall.
    Guard("rooted.py", "        return done.seen_from_within(links, anchors)", "        return done",
          "tests/unit/test_rooted.py::test_others_make_no_difference"),
    Guard("recall.py", "            weight_pairs(weights),\n", "            None,\n",
          SEARCH + "TestWeights::test_each_has_an_effect"),
    Guard("store/changes.py", '    rows_of(connection, "revise_block", *(row[column] for column in _REVISED))\n', "",
          MEMORY + "TestUpdating::test_another_field_changes_in_place"),
    Guard("recall.py", "        hits = self._hits(found.hits(0))\n        if rerank is None:",
          "        hits = self._hits(found.hits(0))\n"
          "        self._store.count_uses({hit.block.id: 1 for hit in hits})\n        if rerank is None:",
          SEARCH + "TestSearching::test_a_search_changes_nothing"),
    # What was known then can be asked.
    Guard("recall.py", "        row = version_of(self._store.history(found.id), then)",
          "        row = self._store.history(found.id)[-1]",
          RECALL + "TestTimeTravel::test_a_corrected_block_is_found_as_of_before"),
    Guard("difference.py", "    ends = [(row, end_of(store, row, came)) for row in went]",
          "    ends = [(row, None) for row in went]",
          RECALL + "TestDifference::test_it_tells_what_came_what_changed_and_what_went"),
)  # fmt: skip
