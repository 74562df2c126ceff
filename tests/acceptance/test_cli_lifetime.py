"""What the command line has for memories that end: --ttl, --expired, retention, maintain, doctor --repair."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest
from tests.acceptance.test_cli import Run, home, run  # noqa: F401 - fixtures

import greeum


def ended(home: Path) -> None:  # noqa: F811
    """Let everything have expired long ago."""
    with greeum.open(home) as memory:
        for block in memory.list():
            memory.update(block.id, expires_at="2020-01-01")


class TestLasting:
    @pytest.mark.parametrize(
        ("ttl", "seconds"), [("90", 90), ("1.5m", 90), ("2h", 7_200), ("30d", 2_592_000), ("1w", 604_800)]
    )
    def test_a_time_to_live(self, run: Run, ttl: str, seconds: int) -> None:  # noqa: F811
        block = run("add", "hello", "--ttl", ttl, "--json").json()
        with greeum.open() as memory:
            found = memory.get(block["id"])
            assert found.expires_at is not None
            assert (found.expires_at - found.added_at).total_seconds() == seconds

    @pytest.mark.parametrize("bad", ["", "soon", "5y", "-1", "0", "h"])
    def test_what_is_no_time_is_refused(self, run: Run, bad: str) -> None:  # noqa: F811
        result = run("add", "hello", "--ttl", bad)
        assert result.code == 2
        assert "ttl" in result.err

    def test_an_update_and_a_list_of_what_has_expired(self, run: Run, home: Path) -> None:  # noqa: F811
        run("add", "The door code is 4711.")
        ended(home)
        assert run("list", "--json").json()["blocks"] == []
        assert [block["id"] for block in run("list", "--expired", "--json").json()["blocks"]] == [1]
        run("update", "1", "--ttl", "1h")
        assert len(run("list", "--json").json()["blocks"]) == 1


class TestRetention:
    def test_rules_are_set_listed_and_cleared(self, run: Run) -> None:  # noqa: F811
        run("add", "hello")
        assert "31,536,000 s" in run("retention", "set", "--namespace", "acme", "--max-age", "365d").out
        rule = run("retention", "set", "--namespace", "acme", "--kind", "fact", "--max-blocks", "7", "--json").json()
        assert (rule["kind"], rule["max_blocks"], rule["max_age"]) == ("fact", 7, None)
        assert [one["max_age"] for one in run("retention", "list", "--json").json()["rules"]] == [31_536_000, None]
        assert "7 blocks" in run("retention", "list").out
        assert run("retention", "clear", "--namespace", "acme", "--kind", "fact", "--json").json() == {
            "cleared": {"namespace": "acme", "kind": "fact"}
        }
        assert "every kind" in run("retention", "clear", "--namespace", "acme").out
        assert run("retention", "clear", "--namespace", "acme").code == 3
        assert run("retention", "set", "--namespace", "acme").code == 2


class TestMaintaining:
    def test_it_says_what_it_would_do_and_then_does_it(self, run: Run, home: Path) -> None:  # noqa: F811
        run("add", "hello")
        ended(home)
        report = run("maintain", "--dry-run", "--json").json()
        assert report["dry_run"]
        assert {step["name"]: step["count"] for step in report["steps"]}["expired"] == 1
        assert run("get", "1").code == 0
        told = run("maintain", "--grace", "0")
        assert "expired" in told.out
        assert "1 blocks" in told.out
        assert run("get", "1").code == 3
        assert "nothing was changed" in run("maintain", "--dry-run").out

    def test_beside_one_that_is_at_it(self, run: Run, home: Path) -> None:  # noqa: F811
        run("add", "hello")
        with greeum.open(home) as memory, memory._store.maintaining():
            assert run("maintain").code == 6


class TestRepairing:
    def test_it_says_what_it_did(self, run: Run, home: Path) -> None:  # noqa: F811
        run("add", "hello")
        connection = apsw.Connection(str(home / "memory.db"))
        connection.execute("PRAGMA foreign_keys = OFF; INSERT INTO links VALUES (1, 999, 'about', 1.0, 0, '')")
        connection.close()
        assert run("doctor").code == 1
        document = run("doctor", "--repair", "--json").json()
        assert document["ok"]
        assert [(repair["name"], repair["ok"]) for repair in document["repairs"]] == [("rows", True)]
        assert run("doctor", "--repair").out.startswith("nothing to repair\nok ")

    def test_what_it_leaves_it_says_too(self, run: Run, home: Path) -> None:  # noqa: F811
        run("add", "hello")
        (home / "memory.db").write_bytes(b"no database, but long enough to be taken for one" * 200)
        result = run("doctor", "--repair")
        assert result.code == 1
        assert result.out.startswith("left ")

    def test_where_there_is_none(self, run: Run) -> None:  # noqa: F811
        assert run("doctor", "--repair").code == 3
