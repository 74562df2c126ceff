"""Guards of the promises in docs/guarantees.md: what the product is without each, and the test that must fail then.

`scripts/guard_test.py` takes them away one by one.
"""

from __future__ import annotations

from typing import NamedTuple


class Guard(NamedTuple):
    """Lines of a file, what stands there without the guard, and a test by its file, class and name."""

    file: str
    lines: str
    instead: str
    test: str

    @property
    def name(self) -> str:
        return f"{self.file}: {self.lines.strip().splitlines()[0]}"


STORE = "tests/conformance/store.py::"
UPKEEP = "tests/conformance/store_upkeep.py::"
MEMORY = "tests/conformance/memory.py::"
DUPLICATES = "tests/conformance/memory_duplicates.py::"
FORGETTING = "tests/conformance/memory_forgetting.py::"
LIFETIME = "tests/conformance/memory_lifetime.py::"
REQUESTS = "tests/conformance/memory_requests.py::"
TRUST = "tests/conformance/memory_trust.py::"
TRANSFER = "tests/conformance/memory_transfer.py::"
SEARCH = "tests/conformance/memory_search.py::"
RECALL = "tests/conformance/memory_recall.py::"
TWO = "tests/integration/test_two_memories.py::"
ERASURE = "tests/integration/test_erasure.py::"
FILES = "tests/integration/test_store_files.py::"
BACKUPS = "tests/integration/test_backups.py::"
FAULTS = "tests/integration/test_disk_faults.py::"
MANY = "tests/integration/test_many_processes.py::"
MAINTENANCE = "tests/integration/test_maintenance.py::"
REPAIRS = "tests/integration/test_repairs.py::"
MERGING = "tests/unit/test_merging.py::"

GUARDS = (
    # What is acknowledged is durable.
    Guard("store/connections.py", "synchronous = FULL", "synchronous = OFF",
          FAULTS + "test_what_is_there_is_what_was_acknowledged"),
    Guard("store/writer.py", 'connection.execute("ROLLBACK TO request")',
          "pass", STORE + "TestAdding::test_all_or_none"),
    # You read what was written.
    Guard("follower.py", "if self._store.seq() != self.index.seq:", "if False:",
          MEMORY + "TestAdding::test_what_is_added_is_found_at_once"),
    Guard("follower.py", "if self._store.seq() != self.index.seq:", "if False:",
          TWO + "test_processes_see_each_other_at_once"),
    # The same fact is kept once.
    Guard("store/changes.py", 'found += rows_of(self._connection, "blocks_by_digest", draft.digest)', "pass",
          "tests/integration/test_duplicates.py::test_of_processes_that_add_the_same_facts_at_once_one_adds_each"),
    Guard("drafts.py", "draft.is_turn = draft.is_turn and is_dated and", "draft.is_turn = False and is_dated and",
          DUPLICATES + "TestAddingTheSameList::test_a_conversation_is_added_once"),
    Guard("comparing.py", "sure[0] if len(sure) == len(conflicts) == 1 else None",
          "min(conflict.block for conflict in conflicts)",
          DUPLICATES + "TestContradictions::test_what_is_not_sure_supersedes_nothing"),
    Guard("comparing.py", "            self._look_for_echo(draft)\n", "            pass\n",
          DUPLICATES + "TestEchoes::test_what_a_search_gave_back_is_not_added_again"),
    Guard("echoes.py", "(self._texts(search).get((namespace, normal)) for search in",
          "(next((b for (_, n), b in self._texts(search).items() if n == normal), None) for search in",
          DUPLICATES + "TestEchoes::test_in_another_namespace_nothing_is_known_of_it"),
    # Several processes may use one directory.
    Guard("store/files.py", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB",
          MANY + "test_all_adds_of_all_processes_arrive_in_turn"),
    Guard("follower.py", "        for _ in range(2):\n            self.catch_up()\n", "        for _ in range(1):\n",
          TWO + "test_who_closes_later_does_not_write_what_another_one_has_forgotten"),
    # Forgotten means gone.
    Guard("store/erasure.py", "        _erase_what_refers(connection)\n", "",
          ERASURE + "test_every_table_that_refers_to_a_block_is_erased"),
    Guard("store/connections.py", '    _pragma(connection, "secure_delete = ON")\n', "",
          ERASURE + "test_no_copy_of_a_canary_is_left_within_five_seconds"),
    Guard("store/erasure.py", '        connection.execute(SQL["put_setting"], (SCRUB_DUE, 1))\n', "",
          ERASURE + "test_no_copy_of_a_canary_is_left_within_five_seconds"),
    Guard("forgetting.py", "        self._follower.scrub()\n", "",
          TWO + "test_what_is_forgotten_is_in_no_file_though_it_was_folded"),
    Guard("store/sqlite.py", 'if readers.ask(lambda connection: row_of(connection, "setting", SCRUB_DUE)):',
          "if False:",
          FILES + "TestForgetting::test_the_next_to_open_it_finishes_what_a_crash_left"),
    Guard("store/sql/queries.sql", "SELECT seq FROM sqlite_sequence WHERE name = 'blocks'",
          "SELECT max(id) FROM blocks",
          MEMORY + "TestForgetting::test_an_id_is_never_used_again"),
    Guard("forgetting.py", "index.ids(namespace, where_json, True, BEFORE_ALL_US, None)",
          "index.ids(namespace, where_json, False, BEFORE_ALL_US, None)",
          FORGETTING + "TestForgettingByFilter::test_a_filter_reaches_older_versions_and_the_expired"),
    Guard("memory.py", "        check_scope(block, namespace, where)\n", "",
          FORGETTING + "TestForgettingByFilter::test_without_a_scope_or_with_a_bad_one_nothing_goes"),
    Guard("forgetting.py", "        if confirm != there:", "        if False:",
          FORGETTING + "TestWiping::test_with_another_number_nothing_goes"),
    Guard("store/certificates.py", "        if row[-2] != previous:", "        if False:",
          "tests/unit/test_certificates.py::test_one_that_was_changed_and_sealed_anew_no_longer_fits_the_next"),
    Guard("store/certificates.py", "        if row[-1] != seal(row[:-1]):", "        if False:",
          "tests/unit/test_certificates.py::test_every_change_is_found"),
    Guard("forgetting.py", "        untold = tell_backups(self._store) if erased else []\n",
          "        untold: list[str] = []\n",
          BACKUPS + "TestForgotten::test_it_does_not_come_back_though_the_memory_is_gone"),
    Guard("store/erasure.py", '    run(connection, "doom_forgotten")\n', "",
          BACKUPS + "TestForgotten::test_no_copy_of_it_is_in_what_was_restored"),
    Guard("store/erasure.py", "    provenance.take_apart(connection, [block_id for (block_id,)",
          "    provenance.take_apart(connection, [block_id for (block_id, _)",
          BACKUPS + "TestForgotten::test_what_was_rolled_back_takes_nothing_with_it"),
    Guard("store/arrivals.py", "        if self._bring_back:\n", "        if True:\n",
          TRANSFER + "TestTransfer::test_what_was_forgotten_is_passed_over_and_counted"),
    # A backup can be restored.
    Guard("backups/logical.py", '                yield ["link",', '                ["link",',
          BACKUPS + "TestLogicalHash::test_every_difference_shows"),
    Guard("backups/pages.py", "            if before[place : place + DIGEST_BYTES] != digest:",
          "            if not before[place : place + DIGEST_BYTES]:",
          BACKUPS + "TestBackingUp::test_any_backup_can_be_gone_back_to"),
    Guard("backups/pages.py", "            target.write(record[NUMBER.size :])",
          "            target.write(bytes(page_size))",
          BACKUPS + "TestBackingUp::test_what_is_restored_is_equal"),
    Guard("backups/pieces.py", "        return fits[-1]\n", "        return self.all[-1]\n",
          BACKUPS + "TestBackingUp::test_any_backup_can_be_gone_back_to"),
    Guard("backups/disk.py", "            os.replace(unfinished, path)",
          "            os.link(unfinished, path)",
          BACKUPS + "TestCrashes::test_in_a_backup_leaves_the_old_ones_and_the_next_cleans_up"),
    Guard("backups/disk.py", "        raise files.typed(error) from error", "        raise",
          BACKUPS + "TestDisks::test_a_full_disk_is_a_typed_error_wherever_it_strikes"),
    Guard("backups/pages.py", "    if seen.hexdigest() != digest:", "    if False:",
          BACKUPS + "TestDamage::test_pages_that_are_whole_but_others"),
    Guard("backups/restoring.py", 'return None if sha256_of(path) == piece["sha256"] else path', "return None",
          BACKUPS + "TestDamage::test_a_flipped_byte_of_pages"),
    Guard("backups/pieces.py", "        self._check_chain()\n", "",
          BACKUPS + "TestDamage::test_a_description_that_was_changed"),
    Guard("backups/restoring.py", "    if len(known) < expected:", "    if False:",
          BACKUPS + "TestDamage::test_a_ledger_that_is_gone"),
    # What expires is found no more, and nothing else is taken away.
    Guard("maintenance.py", "        self._expired_before_us = now_us - grace_us",
          "        self._expired_before_us = now_us",
          LIFETIME + "TestMaintaining::test_what_has_expired_is_erased_after_a_time_of_grace"),
    Guard("store/connections.py", '    _pragma(connection, "secure_delete = ON")\n', "",
          MAINTENANCE + "test_what_it_erases_is_in_no_file"),
    Guard("store/sql/upkeep.sql", "length(closer.namespace) > length(?1)", "length(closer.namespace) < length(?1)",
          UPKEEP + "TestRetention::test_the_closest_rule_has_the_say"),
    Guard("store/sql/upkeep.sql", "WHERE id = ? AND revision = ? AND superseded_by",
          "WHERE id = ? AND revision >= ? AND superseded_by",
          UPKEEP + "TestRetention::test_what_changed_since_it_was_looked_at_stays"),
    Guard("memory.py", 'return run.look() if inputs.truth(dry_run, "dry_run") else run.run()', "return run.run()",
          LIFETIME + "TestMaintaining::test_a_dry_run_changes_nothing"),
    Guard("maintenance.py", "        with self._store.maintaining():\n", "        if True:\n",
          MAINTENANCE + "test_beside_others_who_write_and_search"),
    Guard("store/sqlite.py", "        if found and found[0][0] != after + 1:", "        if False:",
          MAINTENANCE + "test_who_lies_behind_the_log_begins_anew"),
    # A repair does no harm.
    Guard("repairs.py", "    if not check_rows(store)[1]:\n", "    if False:\n",
          REPAIRS + "TestRows::test_what_contradicts_itself_is_mended"),
    Guard("repairs.py", "    if not check_vectors(store, embedder)[1]:\n", "    if False:\n",
          REPAIRS + "TestVectors::test_they_are_made_anew"),
    Guard("repairs.py", "            store.reindex()\n", "            pass\n",
          REPAIRS + "TestDatabase::test_its_indexes_are_made_anew"),
    Guard("repairs.py", "        follower.renew()\n",
          "        pass\n", REPAIRS + "TestIndex::test_blocks_that_it_lacks"),
    # Bad input is an error with a name.
    Guard("drafts.py", "        unknown = item.keys() - FIELDS\n", "        unknown: set[str] = set()\n",
          MEMORY + "TestAddingMany::test_an_unknown_field_is_refused_with_what_there_is"),
    Guard("drafts.py", 'inputs.share(item.get("importance", 0.5), "importance")', 'item.get("importance", 0.5)',
          "tests/acceptance/test_bad_input.py::test_to_add"),
    Guard("cli/exits.py", "        if isinstance(error, kind):\n            return code\n", "        pass\n",
          "tests/acceptance/test_cli.py::TestSayingWhatIsWrong::test_an_exit_code_and_one_line"),
    # The index decides nothing.
    Guard("follower.py", "if index.seq > store.seq() or not self._is_of_this_store():", "if False:",
          TWO + "test_the_store_of_another_memory_is_noticed"),
    Guard("follower.py", "if index.seq > store.seq() or not self._is_of_this_store():", "if False:",
          TWO + "test_an_older_copy_of_the_store_is_noticed"),
    # A namespace is a wall.
    Guard("rooted.py", "        return done.seen_from_within(links, anchors)", "        return done",
          "tests/unit/test_rooted.py::test_others_make_no_difference"),
    # A request that is made again is done once.
    Guard("drafts.py", "        if key is not None:\n            for number",
          "        if False:\n            for number",
          REQUESTS + "TestRepeatedRequests::test_the_same_again_adds_nothing"),
    Guard("store/rows.py", "    if not is_same or (versions and", "    if False and (versions and",
          REQUESTS + "TestRepeatedRequests::test_another_text_is_a_conflict"),
    Guard("drafts.py", "        if key is not None:\n            for number",
          "        if False:\n            for number",
          MANY + "test_what_every_process_asks_for_is_done_once"),
    # A key opens what it says, and nothing else.
    Guard("api/policy.py", "    if visitor.role < least:", "    if False:",
          "tests/integration/test_who_may_what.py::TestRoles::test_one_that_is_too_low_is_refused_and_nothing_happens"),
    Guard("control/store.py", "    return key if key.revoked_at_us is None else None", "    return key",
          "tests/integration/test_who_may_what.py::test_revoked_means_revoked_within_a_second"),
    # Who wrote it is told, and can be taken back.
    Guard("drafts.py", '        inside = f"{self.origin}/{origin}" if self.origin else origin',
          "        inside = origin",
          TRUST + "TestOrigins::test_a_door_within_a_door_cannot_shed_it"),
    Guard("drafts.py", "            trust=min(self.trust, old[20]),", "            trust=self.trust,",
          TRUST + "TestTrust::test_a_correction_is_trusted_no_more_than_what_it_corrects"),
    Guard("drafts.py", "            draft.origin, draft.trust = self.origin, min(self.trust, draft.trust)",
          "            pass",
          TRUST + "TestImporting::test_who_is_trusted_less_brings_nothing_that_is_trusted_more"),
    Guard("store/rows.py", "    if draft.trust < old[TRUST]:", "    if False:",
          TRUST + "TestTrust::test_who_is_trusted_less_does_not_correct"),
    Guard("forgetting.py", "        self._check_trust(ids)\n", "", TRUST + "TestTrust::test_nor_change_nor_forget"),
    Guard("drafts.py", "            flags.append(QUARANTINED)", "            pass",
          TRUST + "TestQuarantine::test_to_correct_it_does_not_bring_it_back"),
    Guard("store/rollback.py", "            kept_rows += linked(kept)\n", "            kept_rows += kept\n",
          "tests/unit/test_rollback.py::test_what_others_wrote_is_as_if_nobody_else_had_written"),
    Guard("screening.py", '            if policy == "redact":', '            if policy == "never":',
          TRUST + "TestScreening::test_what_is_redacted_is_nowhere"),
    # No network, no telemetry.
    Guard("store/files.py", "os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600", "os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644",
          FILES + "test_everything_is_for_its_owner_alone"),
    # What was known then can be asked.
    Guard("recall.py", "        row = version_of(self._store.history(found.id), then)",
          "        row = self._store.history(found.id)[-1]",
          RECALL + "TestTimeTravel::test_a_corrected_block_is_found_as_of_before"),
    Guard("difference.py", "    ends = [(row, end_of(store, row, came)) for row in went]",
          "    ends = [(row, None) for row in went]",
          RECALL + "TestDifference::test_it_tells_what_came_what_changed_and_what_went"),
    # What comes out goes in.
    Guard("transfer.py", '    record["supersedes"] = uids.get(row[16])', '    record["supersedes"] = None',
          TRANSFER + "TestTransfer::test_what_comes_out_goes_in_and_comes_out_the_same"),
    Guard("importers/intake.py", "if self._keeps_anchors else None", "if False else None",
          MERGING + "TestMerge::test_contradictions_are_said_and_what_is_here_stays"),
    Guard("importers/files.py", "        if self._done > max(PACKED_FREE_BYTES, packed * PACKED_RATIO_MAX):",
          "        if False:",
          "tests/unit/test_importers_files.py::TestBombs::test_of_gzip"),
    # Known limits.
    Guard("store/files.py", "    if kind not in NETWORK_FILESYSTEMS:", "    if True:",
          FILES + "TestNetworkFileSystems::test_it_warns_and_says_what_to_do"),
    Guard("store/sqlite.py", "        if os.getpid() != self._process:\n            raise",
          "        if False:\n            raise",
          MANY + "test_a_forked_child_must_open_the_store_again"),
)  # fmt: skip
