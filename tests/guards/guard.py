"""What a guard is, and the names of the tests that miss it."""

from __future__ import annotations

from typing import NamedTuple


class Edit(NamedTuple):
    """Lines of a file, by its path in the repository, and what stands there without the guard."""

    path: str
    lines: str
    instead: str


class Guard(NamedTuple):
    """What keeps a promise, and a test by its file, class and name. Where two things keep it, `also` is the other.

    A promise that something does not happen is kept by nothing: its guard is taken away by a line that breaks it.
    """

    file: str
    """Below python/greeum, or crates/…"""
    lines: str
    instead: str
    test: str
    also: tuple[tuple[str, str, str], ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        return tuple(Edit(path_of(file), *rest) for file, *rest in ((self.file, self.lines, self.instead), *self.also))

    @property
    def name(self) -> str:
        return f"{self.file}: {self.lines.strip().splitlines()[0]}"


def path_of(file: str) -> str:
    return file if file.startswith("crates/") else f"python/greeum/{file}"


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
LINEAGES = "tests/integration/test_lineages.py::"
FAULTS = "tests/integration/test_disk_faults.py::"
MANY = "tests/integration/test_many_processes.py::"
MAINTENANCE = "tests/integration/test_maintenance.py::"
REPAIRS = "tests/integration/test_repairs.py::"
MERGING = "tests/unit/test_merging.py::"
POWER = "tests/acceptance/test_power_loss.py::"
SERVE = "tests/integration/test_serve.py::"
HOSTILE = "tests/integration/test_rest_hostile.py::"
WHO = "tests/integration/test_who_may_what.py::"
NETWORK = "tests/acceptance/test_no_network.py::"
CORE = "crates/core/src/"
INDEX = "crates/core/tests/index.rs::"
DAMAGE = "crates/core/tests/damage.rs::"
FEEDBACK = "tests/unit/test_feedback.py::"
