"""Every operation over HTTP, tried without a key, with too low a role, and with somebody else's key.

The operations come from the application's own table: one that is added is tried too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.callers import (
    KEYED,
    MARKER,
    OPEN,
    Answer,
    Request,
    Service,
    Thing,
    each_role,
    names,
    refers,
    request_for,
    two_tenants,
)

from greeum.api import authentication, live, policy
from greeum.api.application import application
from greeum.api.policy import LEAST_ROLE
from greeum.api.routes import Operation
from greeum.control.keys import NewKey
from greeum.control.model import ROLES, Role
from greeum.testing import memory

every_operation = pytest.mark.parametrize("operation", KEYED, ids=lambda operation: operation.id)

every_role = pytest.mark.parametrize("role", ROLES.values(), ids=str)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with two_tenants(tmp_path_factory.mktemp("tenants")) as found:
        yield found


@pytest.fixture(scope="module")
def keys(service: Service) -> dict[Role, str]:
    """One of each role, of acme."""
    return each_role(service)


@pytest.fixture(scope="module")
def strangers(service: Service) -> dict[str, str]:
    """Who may know nothing of what acme says in the marked namespaces."""
    return {
        "another tenant's admin": service.key("globex", "admin"),
        "another tenant's writer": service.key("globex", "writer"),
        "a writer of another namespace": service.key("acme", "writer", root="plain/alice"),
        "an admin of another namespace": service.key("acme", "admin", root="plain/alice"),
        "one whose namespace begins alike": service.key("acme", "admin", root=MARKER[:-1]),
    }


every_stranger = pytest.mark.parametrize(
    "stranger",
    [
        "another tenant's admin", "another tenant's writer", "a writer of another namespace",
        "an admin of another namespace", "one whose namespace begins alike",
    ],
)  # fmt: skip


def problem(answer: Answer) -> str:
    members = json.loads(answer.body)
    assert answer.header("content-type") == "application/problem+json"
    assert members["status"] == answer.status
    name: str = members["type"].removeprefix("urn:greeum:problem:")
    return name


def bad_credentials(service: Service) -> dict[str, str | None]:
    """By what is wrong with each."""
    key, revoked = service.control.create_key("acme", "admin")
    service.control.revoke(key.id)
    valid = service.key("acme", "admin")
    return {
        "none": None,
        "empty": "",
        "malformed": "gk_secret",
        "mistyped": valid[:-1] + ("0" if valid[-1] != "0" else "1"),
        "cut": valid[:-1],
        "unknown": NewKey().text,
        "revoked": revoked.text,
        "of another id": valid[:3] + NewKey().id + valid[13:],
    }


class TestWithoutAKey:
    @every_operation
    def test_every_answer_is_the_same_and_nothing_happens(self, service: Service, operation: Operation) -> None:
        request = request_for(operation, service.thing("acme", MARKER))
        seq = service.seq("acme")
        answers = {name: service.ask(request, bad) for name, bad in bad_credentials(service).items()}
        assert set(answers.values()) == {answers["none"]}, answers
        assert (answers["none"].status, problem(answers["none"])) == (401, "unauthenticated")
        assert str(answers["none"].header("www-authenticate")).startswith("Bearer")
        assert service.seq("acme") == seq

    @every_operation
    def test_it_is_asked_for_before_anything_else_is_said(self, service: Service, operation: Operation) -> None:
        """Not even what is wrong with a request, or whether a thing is there."""
        known = service.ask(request_for(operation, service.thing("acme")), None)
        unknown = service.ask(request_for(operation, Thing(10**9, 10**9, "", "x", "x")), None)
        broken = service.ask(request_for(operation, service.thing("acme"))._replace(query="x=%00", body=b"{"), None)
        assert known == unknown == broken

    @pytest.mark.parametrize("scheme", ["Basic ", "bearer", "Token ", ""])
    def test_another_scheme_is_no_key(self, service: Service, scheme: str) -> None:
        answer = service.ask(Request("GET", "/v1/stats"), "x" + service.key("acme", "reader"), scheme=scheme)
        assert answer.status == 401

    @pytest.mark.parametrize("operation", OPEN, ids=lambda operation: operation.id)
    def test_what_is_open_to_all_says_nothing_of_anybody(self, service: Service, operation: Operation) -> None:
        key, new = service.control.create_key("initech", "reader")
        service.ask(Request("GET", "/v1/stats"), new.text)
        answer = service.ask(request_for(operation, service.thing("initech", MARKER)), None)
        assert answer.status in (200, 503)
        for secret in (MARKER, "initech", key.id):
            assert secret.encode() not in answer.body


class TestRoles:
    @every_operation
    @every_role
    def test_one_that_is_too_low_is_refused_and_nothing_happens(
        self, service: Service, keys: dict[Role, str], operation: Operation, role: Role
    ) -> None:
        request = request_for(operation, service.thing("acme"))
        seq = service.seq("acme")
        answer = service.ask(request, keys[role])
        if role >= LEAST_ROLE[operation.id]:
            assert answer.status == operation.status, answer.body
        else:
            assert (answer.status, problem(answer)) == (403, "forbidden")
            assert service.seq("acme") == seq

    @every_operation
    def test_who_may_only_read_changes_nothing(self, service: Service, operation: Operation) -> None:
        """What the table lets readers do is reading."""
        if LEAST_ROLE[operation.id] is Role.READER:
            request = request_for(operation, service.thing("acme"))
            seq = service.seq("acme")
            service.ask(request, service.key("acme", "reader"))
            assert service.seq("acme") == seq

    def test_an_operation_without_a_least_role_is_not_served(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(policy, "LEAST_ROLE", {name: LEAST_ROLE[name] for name in LEAST_ROLE if name != "search"})
        with memory() as opened, pytest.raises(LookupError, match="search"):
            application(opened)

    def test_every_operation_of_the_table_is_served(self) -> None:
        rest = {name for name in LEAST_ROLE if name != "mcp" and not name.startswith("mcp.")}
        assert rest == {operation.id for operation in KEYED} | {live.OPERATION}


def requests_about(operation: Operation, thing: Thing) -> list[Request]:
    """Those that name the thing, in every way in which the operation can."""
    at = {"namespace": thing.namespace} if thing.namespace else {}
    found = []
    if refers(operation) or (at and "namespace" in names(operation) and LEAST_ROLE[operation.id] is Role.READER):
        found.append(request_for(operation, thing, **at))
    if "near" in names(operation):
        found += [request_for(operation, thing, near=near, **at) for near in (thing.block, thing.anchor)]
    return found


every_place = pytest.mark.parametrize("namespace", ["", f"{MARKER}/0"], ids=["at the root", "below it"])


class TestStrangers:
    @every_operation
    @every_place
    def test_its_owner_is_answered(
        self, service: Service, keys: dict[Role, str], operation: Operation, namespace: str
    ) -> None:
        """Else it would be no wonder that strangers are not."""
        for place in range(len(requests_about(operation, Thing(1, 2, namespace, "", "")))):
            request = requests_about(operation, service.thing("acme", MARKER, namespace))[place]
            assert service.ask(request, keys[Role.ADMIN]).status == operation.status, request

    @every_stranger
    @every_operation
    @every_place
    def test_what_is_there_looks_like_what_never_was(
        self, service: Service, strangers: dict[str, str], stranger: str, operation: Operation, namespace: str
    ) -> None:
        """The same requests before the thing is made and after: every byte of the answers is the same."""
        thing = service.next_thing("acme", namespace)
        requests = requests_about(operation, thing)
        if not requests:
            return
        before = [service.ask(request, strangers[stranger]) for request in requests]
        service.make("acme", thing, MARKER)
        with service.inside("acme") as memory:
            held = memory.get(thing.block).to_dict(), [link.to_dict() for link in memory.links(thing.block)]
        after = [service.ask(request, strangers[stranger]) for request in requests]
        assert after == before
        with service.inside("acme") as memory:
            assert held == (memory.get(thing.block).to_dict(), [link.to_dict() for link in memory.links(thing.block)])
            assert memory.anchors.get(thing.anchor, namespace=thing.namespace).block_id == thing.block

    @every_stranger
    @every_operation
    def test_nothing_of_it_is_in_any_answer(
        self, service: Service, strangers: dict[str, str], stranger: str, operation: Operation
    ) -> None:
        thing = service.thing("acme", MARKER, f"{MARKER}/0")
        requests = [request_for(operation, thing), request_for(operation, thing, where={"tags": {"exists": True}})]
        for request in requests:
            answer = service.ask(request, strangers[stranger])
            said = answer.body.replace(request.path.encode(), b"")
            assert MARKER.encode() not in said

    @pytest.mark.parametrize(
        "operation",
        [
            "export", "import", "check", "changes", "certificates", "maintain", "repair", "policies.set",
            "retention.clear", "retention.list", "retention.rule", "retention.set", "screening.get", "screening.set",
            "time_zone.set",
        ],
    )  # fmt: skip
    def test_one_with_a_namespace_does_nothing_with_the_whole(
        self, service: Service, strangers: dict[str, str], operation: str
    ) -> None:
        found = next(one for one in KEYED if one.id == operation)
        answer = service.ask(request_for(found, service.thing("acme")), strangers["an admin of another namespace"])
        assert (answer.status, problem(answer)) == (403, "forbidden")


SEARCH: dict[str, Any] = {"id": 1, "query": "otter"}


class TestLive:
    """The WebSocket."""

    def test_a_bad_key_is_not_let_in(self, service: Service) -> None:
        for name, bad in bad_credentials(service).items():
            said = service.talk(bad, SEARCH)
            assert not any("hits" in message.get("text", "") for message in said), name
            if bad is not None:
                assert said[0]["type"] != "websocket.accept", name

    def test_every_role_may_search(self, service: Service, keys: dict[Role, str]) -> None:
        for key in keys.values():
            said = [json.loads(message["text"]) for message in service.talk(key, SEARCH) if "text" in message]
            assert [message["id"] for message in said] == [1]
            assert said[0]["hits"]

    @every_stranger
    def test_strangers_find_nothing(self, service: Service, strangers: dict[str, str], stranger: str) -> None:
        thing = service.next_thing("acme", f"{MARKER}/0")
        messages = [SEARCH | {"near": near} for near in (thing.block, thing.anchor)]
        before = service.talk(strangers[stranger], *messages)
        service.make("acme", thing, MARKER)
        after = service.talk(strangers[stranger], *messages)
        assert after == before
        assert MARKER not in str(after)

    def test_a_key_that_is_revoked_ends_it(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        key, new = service.control.create_key("acme", "reader")
        enter, entered = service.door.enter_at_once, 0

        def revoked_the_second_time(credential: str | None) -> authentication.Visitor | None:
            nonlocal entered
            entered += 1
            if entered > 1:
                service.control.revoke(key.id)
                monkeypatch.setattr(authentication, "LOOK_PERIOD_S", 0.0)
            return enter(credential)

        monkeypatch.setattr(service.door, "enter_at_once", revoked_the_second_time)
        said = service.talk(new.text, SEARCH)
        assert said[-1]["type"] == "websocket.close"
        assert not any("hits" in message.get("text", "") for message in said)


def test_revoked_means_revoked_within_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 1_000.0
    monkeypatch.setattr(authentication, "monotonic", lambda: now_s)
    service = Service(tmp_path)
    key, new = service.control.create_key("acme", "reader")
    assert service.ask(Request("GET", "/v1/stats"), new.text).status == 200
    service.control.revoke(key.id)
    now_s += 0.999
    assert service.ask(Request("GET", "/v1/stats"), new.text).status == 401
    service.close()
