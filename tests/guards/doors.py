"""Guards of what comes in and who may do it: bad input, servers, keys, trust, the network."""

from __future__ import annotations

from tests.guards.guard import (
    FILES,
    MANY,
    MEMORY,
    REQUESTS,
    TRUST,
    Guard,
)

GUARDS = (
    # Bad input is an error with a name.
    Guard("drafts.py", "        unknown = item.keys() - FIELDS\n", "        unknown: set[str] = set()\n",
          MEMORY + "TestAddingMany::test_an_unknown_field_is_refused_with_what_there_is"),
    Guard("drafts.py", 'inputs.share(item.get("importance", 0.5), "importance")', 'item.get("importance", 0.5)',
          "tests/acceptance/test_bad_input.py::test_to_add"),
    Guard("cli/exits.py", "        if isinstance(error, kind):\n            return code\n", "        pass\n",
          "tests/acceptance/test_cli.py::TestSayingWhatIsWrong::test_an_exit_code_and_one_line"),
    Guard("recall.py", 'inputs.truth(exact, "exact"),', "bool(exact),", "tests/acceptance/test_bad_input.py::test_to_search"),
    # A request that is made again is done once.
    Guard("drafts.py", "        if key is not None:\n            for number",
          "        if False:\n            for number",
          REQUESTS + "TestRepeatedRequests::test_the_same_again_adds_nothing"),
    Guard("store/rows.py", "    if not is_same or (versions and", "    if False and (versions and",
          REQUESTS + "TestRepeatedRequests::test_another_text_is_a_conflict"),
    Guard("drafts.py", "        if key is not None:\n            for number",
          "        if False:\n            for number",
          MANY + "test_what_every_process_asks_for_is_done_once"),
    Guard("memory.py", "            if idempotency_key is not None:\n                draft.uid",
          "            if False:\n                draft.uid",
          REQUESTS + "TestRepeatedCorrections::test_the_same_again_is_the_correction_that_is_there"),
    Guard("store/changes.py", "self.repeated(draft, draft.key) if draft.is_repeatable else None", "None",
          REQUESTS + "TestRepeatedRequests::test_threads_that_ask_for_the_same_at_once"),
    # A key opens what it says, and nothing else.
    Guard("api/policy.py", "    if visitor.role < least:", "    if False:",
          "tests/integration/test_who_may_what.py::TestRoles::test_one_that_is_too_low_is_refused_and_nothing_happens"),
    Guard("control/store.py", "    return key if key.revoked_at_us is None else None", "    return key",
          "tests/integration/test_who_may_what.py::test_revoked_means_revoked_within_a_second"),
    Guard("control/store.py", "key.trust, keys.digest(new.text))", "key.trust, new.text.encode())",
          "tests/unit/test_control.py::TestFile::test_it_holds_nothing_that_opens_the_door"),
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
    Guard("drafts.py", "                origin=self.origin,\n                trust=self.trust,\n", "",
          TRUST + "TestOrigins::test_what_is_written_through_a_door_carries_where_it_is_from"),
    Guard("drafts.py", '"near", "vector", "on_duplicate", "on_conflict")', '"near", "vector", "on_duplicate", "on_conflict", "origin")',
          TRUST + "TestOrigins::test_no_caller_says_it_himself"),
    Guard("screening.py", "                raise refusal(field, finding)\n            if policy",
          '                raise InvalidInput(field, f"holds a secret: {text}")\n            if policy',
          TRUST + "TestScreening::test_what_is_refused_is_named_and_not_repeated"),
    Guard("store/provenance.py", '    many(SQL["put_anchor"], planned.undone.anchors)\n', "",
          "tests/unit/test_rollback.py::test_both_stores_undo_the_same_and_leave_what_must_be"),
    # No network, no telemetry.
    Guard("store/files.py", "os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600", "os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644",
          FILES + "test_everything_is_for_its_owner_alone"),
)  # fmt: skip
