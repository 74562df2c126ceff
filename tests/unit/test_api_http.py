"""What headers say."""

from __future__ import annotations

import pytest

from greeum.api.http import JSON, NDJSON, check_type, chosen_type, credential_of, takes_gzip
from greeum.api.problems import Problem
from greeum.errors import InvalidInput

OFFERS = (JSON, NDJSON, b"text/event-stream")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        (b"", JSON),
        (b"*/*", JSON),
        (b"application/*", JSON),
        (b"application/x-ndjson", NDJSON),
        (b"application/x-ndjson, application/json", JSON),
        (b"application/x-ndjson, application/json;q=0.9", NDJSON),
        (b"text/*", b"text/event-stream"),
        (b"text/event-stream;charset=utf-8", b"text/event-stream"),
        (b"*/*;q=0.1, Application/X-NDJSON;q=0.2", NDJSON),
        (b"application/json;q=0, */*", NDJSON),
        (b"application/json;q=2, text/*;q=0.5", b"text/event-stream"),
    ],
)
def test_the_type_that_is_liked_best(accept: bytes | None, chosen: bytes) -> None:
    assert chosen_type({} if accept is None else {b"accept": accept}, OFFERS) == chosen


@pytest.mark.parametrize("accept", [b"image/png", b"application/json;q=0", b",;=", b"*/*;q=0.0", b"json", b"*"])
def test_a_type_that_is_not_there(accept: bytes) -> None:
    with pytest.raises(Problem) as caught:
        chosen_type({b"accept": accept}, OFFERS)
    assert caught.value.name == "not-acceptable"


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [(None, False), (b"", False), (b"gzip", True), (b"br;q=1.0, GZIP;q=0.8", True), (b"gzip;q=0", False),
     (b"x-gzip", False), (b"gzip;q=0.001", True), (b"*", False)],
)  # fmt: skip
def test_who_takes_gzip(accepted: bytes | None, takes: bool) -> None:
    headers = {} if accepted is None else {b"accept-encoding": accepted}
    assert takes_gzip(headers) is takes


def test_who_says_to_be_who() -> None:
    assert credential_of({}) is None
    assert credential_of({b"authorization": b"Bearer gk_x"}) == "gk_x"
    assert credential_of({b"authorization": b"bearer   gk_x "}) == "gk_x"
    assert credential_of({b"x-api-key": b"gk_x"}) == "gk_x"
    assert credential_of({b"authorization": b"Basic dXNlcg=="}) == "Basic dXNlcg=="
    assert credential_of({b"authorization": b""}) == ""
    with pytest.raises(InvalidInput):
        credential_of({b"authorization": b"Bearer a", b"x-api-key": b"a"})


@pytest.mark.parametrize("given", [b"application/json", b'APPLICATION/JSON; charset="UTF-8"', b"application/json ;"])
def test_json_under_its_name(given: bytes) -> None:
    check_type({b"content-type": given}, JSON)
    with pytest.raises(Problem):
        check_type({b"content-type": given}, NDJSON)
