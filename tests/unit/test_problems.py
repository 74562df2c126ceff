"""Every error is a problem, and says no more than it should."""

from __future__ import annotations

import inspect
import json
import re

import pytest
from tests.docs.pages import ROOT

from greeum import errors
from greeum.api.problems import Problem, problem_of
from greeum.problems import KINDS
from greeum.remote.problems import error_of

ERRORS = [kind for kind in vars(errors).values() if inspect.isclass(kind) and kind.__module__ == errors.__name__]

EXPECTED = {
    "InvalidInput": 400, "Unauthenticated": 401, "Forbidden": 403, "StoreReadOnly": 403, "NotFound": 404,
    "Conflict": 409, "EmbedderMismatch": 409, "LogCut": 410, "EmbedderFailed": 502, "StoreBusy": 503,
    "StoreClosed": 503, "StoreFailed": 503, "StoreFull": 507,
}  # fmt: skip
"""Others are defects, or trouble of this machine that callers can do nothing about: 500."""


def made(kind: type[Exception]) -> Exception:
    return kind("text", "is empty") if kind is errors.InvalidInput else kind("what was wrong")


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_its_problem(kind: type[Exception]) -> None:
    problem = problem_of(made(kind))
    assert problem.status == EXPECTED.get(kind.__name__, 500)
    said = json.loads(problem.body("id-1"))
    assert said["type"] == f"urn:greeum:problem:{problem.name}"
    assert said["instance"] == "urn:greeum:request:id-1"
    assert (said["status"], said["title"]) == KINDS[problem.name][:2]
    of_the_machine = issubclass(kind, errors.StoreError | errors.EmbedderFailed | errors.EmbedderMismatch)
    is_told = problem.status != 500 and kind is not errors.InvalidInput and not of_the_machine
    assert ("what was wrong" in said["detail"]) == is_told
    assert said.get("field") == ("text" if kind is errors.InvalidInput else None)


ROOTS = (errors.GreeumError, errors.StoreError)
"""Nobody raises these themselves."""


@pytest.mark.parametrize("kind", [kind for kind in ERRORS if kind not in ROOTS], ids=lambda kind: kind.__name__)
def test_the_other_side_raises_the_same_error(kind: type[Exception]) -> None:
    raised = error_of("http://127.0.0.1", json.loads(problem_of(made(kind)).body("id-1")))
    assert type(raised) is kind
    if isinstance(raised, errors.InvalidInput):
        assert (raised.field, raised.reason) == ("text", "is empty")


def test_who_asks_for_a_memory_that_was_removed_is_told_so_and_not_where_it_was() -> None:
    problem = problem_of(errors.StoreFailed("/data/tenants/acme/memory.db: was moved", was_moved=True))
    assert (problem.name, problem.status) == ("store-failed", 503)
    assert "was moved, removed or replaced" in problem.detail
    assert "acme" not in problem.detail


def test_of_a_kind_that_is_not_known_the_kind_above_counts() -> None:
    class Busier(errors.StoreBusy):
        pass

    assert problem_of(Busier("again")).name == "store-busy"
    assert type(error_of("http://127.0.0.1", {"type": "urn:greeum:problem:of-tomorrow"})) is errors.ServerFailed


def test_what_nobody_raised_on_purpose_is_not_quoted() -> None:
    assert "secret" not in problem_of(ValueError("secret")).detail


def test_a_problem_stays_what_it_is() -> None:
    problem = Problem("too-large", "too long")
    assert problem_of(problem) is problem


def test_what_was_sent_may_be_no_text() -> None:
    said = problem_of(errors.InvalidInput("\ud800", "holds \udfff")).body("id")
    assert json.loads(said)["field"] == "?"


def test_who_is_to_wait_is_told_how_long() -> None:
    assert dict(problem_of(errors.StoreBusy("busy")).headers)[b"retry-after"] == b"1"
    assert b"www-authenticate" in dict(problem_of(errors.Unauthenticated("who?")).headers)


def test_the_guide_has_every_problem() -> None:
    page = (ROOT / "docs" / "guides" / "rest.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\d+)", page, re.MULTILINE))
    assert rows == {name: str(kind.status) for name, kind in KINDS.items()}
