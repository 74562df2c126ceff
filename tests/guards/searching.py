"""Guards of what is found: the index, scores, namespaces, what was known then."""

from __future__ import annotations

from tests.guards.guard import (
    CORE,
    DAMAGE,
    LIFETIME,
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
    Guard("follower.py", "        elif index.reason is not None or index.seq == 0:\n            self.rebuild()\n", "",
          TWO + "test_a_damaged_index_is_built_anew_and_says_so"),
    Guard("follower.py", "            # Nothing is lost: the files are derived.",
          "            raise\n            # Nothing is lost: the files are derived.",
          TWO + "test_an_index_that_cannot_be_written_is_no_loss"),
    Guard(CORE + "index/fold.rs", "(snapshot, writer.stamp == Stamp::of(directory)?)", "(snapshot, true)",
          TWO + "test_index_files_that_vanish_while_it_is_open_are_written_again"),
    Guard(CORE + "segment/mod.rs", "if crc32fast::hash(&bytes[20..]) != word(16) {", "if false {",
          DAMAGE + "a_flipped_byte_is_noticed"),
    Guard(CORE + "segment/mod.rs", "if crc32fast::hash(&bytes[20..]) != word(16) {", "if false {",
          DAMAGE + "a_file_that_was_cut_short_is_noticed",
          ((CORE + "segment/mod.rs", "range.end > bytes.len() || ", ""),)),
    Guard(CORE + "segment/mod.rs", "        if !segment.is_sound() {", "        if false {",
          DAMAGE + "a_forged_segment_is_no_panic"),
    # A parameter that is accepted has an effect.
    Guard("finding.py", "        own = self._kept_weights.of(scope, weights, changes)\n", "        own = None\n",
          SEARCH + "TestWeights::test_each_has_an_effect"),
    Guard("store/changes.py", '    rows_of(connection, "revise_block", *(row[column] for column in _REVISED))\n', "",
          MEMORY + "TestUpdating::test_another_field_changes_in_place"),
    Guard(CORE + "rank/fading.rs", "(self.half_life_us * (1.0 + uses))", "self.half_life_us",
          LIFETIME + "TestFading::test_recency_halves_and_uses_slow_that_down"),
    # What a block scores.
    Guard(CORE + "rank/weighing.rs", "score: parts.iter().sum(), parts", "score: parts[..5].iter().sum(), parts",
          SEARCH + "TestSearching::test_a_score_is_the_sum_of_its_parts"),
    Guard(CORE + "rank/asked.rs", "self.query.exact || self.ground.scope.blocks <= candidates::ALL_MAX",
          "self.query.exact || self.ground.scope.blocks <= self.query.k as u64",
          SEARCH + "TestSearching::test_fewer_hits_are_the_first_of_more"),
    Guard(CORE + "rank/scope.rs", "        let wanted_count = wanted.as_ref().map_or(count, Bitmap::count);\n",
          "        let blocks = wanted.clone().unwrap_or(blocks);\n        let (count, few) = (blocks.count(), None);\n"
          "        let wanted_count = count;\n",
          SEARCH + "TestFiltering::test_a_filter_does_not_change_what_a_block_scores"),
    Guard(CORE + "rank/statistics.rs", "    sum: i64,\n    squares: i128,\n", "    sum: f64,\n    squares: f64,\n",
          CORE + "rank/statistics.rs::the_order_does_not_matter",
          ((CORE + "rank/statistics.rs",
            "        self.sum += steps;\n        self.squares += i128::from(steps) * i128::from(steps);\n",
            "        let steps = f64::from(value) * STEPS;\n"
            "        self.sum += steps;\n        self.squares += steps * steps;\n"),
           (CORE + "rank/statistics.rs",
            "        self.sum += (steps * count) as i64;\n        self.squares += (steps * steps * count) as i128;\n",
            "        self.sum += steps * count;\n        self.squares += steps * steps * count;\n"))),
    Guard("finding.py", "        if rerank is None:\n            return hits\n",
          "        self._store.count_uses({hit.block.id: 1 for hit in hits})\n"
          "        if rerank is None:\n            return hits\n",
          SEARCH + "TestSearching::test_a_search_changes_nothing"),
    # A namespace is a wall.
    Guard("rooted/memory.py", "        return done.seen_from_within(links, anchors)", "        return done",
          "tests/unit/test_rooted.py::test_others_make_no_difference"),
    Guard(CORE + "segment/mod.rs", 'format!("{prefix}0")', 'format!("{prefix}~")',
          SEARCH + "TestNamespaces::test_a_namespace_holds_what_is_at_it_and_below"),
    Guard(CORE + "rank/scope.rs", "            scope.passages += passages;\n            scope.words += words;\n",
          "            scope.passages += u64::from(part.segment.passages());\n"
          "            scope.words += part.words();\n",
          SEARCH + "TestNamespaces::test_statistics_are_those_of_the_namespace"),
    Guard(CORE + "rank/nearby.rs", ".filter(|&place| self.ground.scope.contains(place))", "",
          SEARCH + "TestSearchingNear::test_the_walk_does_not_leave_the_namespace"),
    # What was known then can be asked.
    Guard("recall.py", "        row = version_of(self._store.history(found.id), then)",
          "        row = self._store.history(found.id)[-1]",
          RECALL + "TestTimeTravel::test_a_corrected_block_is_found_as_of_before"),
    Guard("difference.py", "    ends = [(row, end_of(store, row, came)) for row in went]",
          "    ends = [(row, None) for row in went]",
          RECALL + "TestDifference::test_it_tells_what_came_what_changed_and_what_went"),
    Guard(CORE + "index/state.rs", "            remove(&facts.beginning, |at, moment| at > moment);\n", "",
          RECALL + "TestTimeTravel::test_what_holds_no_longer_or_not_yet_is_found_as_of_when_it_did"),
)  # fmt: skip
