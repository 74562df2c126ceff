"""Which operation a method and a path mean."""

from __future__ import annotations

import pytest

from greeum.api.operations import OPERATIONS
from greeum.api.problems import Problem
from greeum.api.routes import Router
from greeum.errors import InvalidInput

ROUTER = Router(OPERATIONS)


def found(method: str, raw_path: str) -> tuple[str, str]:
    from urllib.parse import unquote

    operation, parameter = ROUTER.find(method, unquote(raw_path, errors="replace"), raw_path.encode())
    return operation.id, parameter


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_operation_is_found(operation: object) -> None:
    from greeum.api.routes import Operation

    assert isinstance(operation, Operation)
    path = operation.path.replace("{id}", "7").replace("{name}", "a%2Fb%3Apin")
    parameter = {"id": "7", "name": "a/b:pin", None: ""}[operation.parameter]
    assert found(operation.method, path) == (operation.id, parameter)
    if operation.method == "GET":
        assert found("HEAD", path) == (operation.id, parameter)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v1/blocks%3Abatch", ("blocks.add_many", "")),
        ("GET", "/v1/blocks:by-key", ("blocks.get_by_key", "")),
        ("GET", "/v1/anchors/a:b", ("anchors.get", "a:b")),
        ("POST", "/v1/anchors/a:b:move", ("anchors.move", "a:b")),
        ("GET", "/v1/anchors/%ED%95%9C", ("anchors.get", "한")),
        ("GET", "/v1/anchors/%25", ("anchors.get", "%")),
        ("GET", "/v1/anchors/+", ("anchors.get", "+")),
        ("GET", "/v1/anchors/:pin", ("anchors.get", ":pin")),
    ],
)
def test_what_stands_in_the_place_of_a_parameter(method: str, path: str, expected: tuple[str, str]) -> None:
    assert found(method, path) == expected


@pytest.mark.parametrize(
    "path", ["", "/", "v1/blocks", "/v1", "/v1/blocks/", "/v1/blocks//history", "/v1/blocks/1/history/x",
    "/v1/x/1", "/V1/blocks",
             "/v1/blocks/1:move", "/v1/anchors/a/b"],
)  # fmt: skip
def test_a_path_that_is_not_there(path: str) -> None:
    if path == "/v1/blocks/1:move":
        assert found("GET", path) == ("blocks.get", "1:move")
        return
    with pytest.raises(Problem) as caught:
        found("GET", path)
    assert caught.value.name == "not-found"


@pytest.mark.parametrize("name", ["%", "%2", "%zz", "a%", "%ff", "%c0%af", "%ed%a0%80"])
def test_a_name_that_is_not_percent_encoded_utf8(name: str) -> None:
    with pytest.raises(InvalidInput):
        found("GET", f"/v1/anchors/{name}")


def test_a_method_that_is_not_taken() -> None:
    with pytest.raises(Problem) as caught:
        found("GET", "/v1/anchors/a:move")
    assert (caught.value.status, caught.value.headers) == (405, [(b"allow", b"OPTIONS, POST")])


def test_two_operations_are_not_the_same() -> None:
    assert len({operation.id for operation in OPERATIONS}) == len(OPERATIONS)
    with pytest.raises(AssertionError):
        Router([OPERATIONS[0], OPERATIONS[0]])
