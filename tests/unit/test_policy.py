"""The table of who may do what."""

from __future__ import annotations

import pytest

from greeum.api.authentication import Visitor
from greeum.api.policy import LEAST_ROLE, allow, require
from greeum.control.model import Role
from greeum.errors import Forbidden
from greeum.testing import memory


def of_role(role: Role) -> Visitor:
    return Visitor(memory(), role)


@pytest.mark.parametrize(("operation_id", "least"), LEAST_ROLE.items())
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_takes_it_or_less(operation_id: str, least: Role, role: Role) -> None:
    visitor = of_role(role)
    if role >= least:
        allow(visitor, operation_id)
    else:
        with pytest.raises(Forbidden, match=f"{operation_id} takes the role {least}; this key is that of a {role}"):
            allow(visitor, operation_id)


def test_readers_change_nothing() -> None:
    changing = (
        "add",
        "update",
        "used",
        "forget",
        "forget_where",
        "wipe",
        "maintain",
        "repair",
        "quarantine",
        "release",
        "roll_back",
        "remove",
        "set",
        "move",
        "pin",
        "unpin",
        "clear",
        "import",
        "anchor",
    )
    for operation_id, least in LEAST_ROLE.items():
        last = operation_id.rpartition(".")[2].removeprefix("memory_").removesuffix("_many")
        assert (last in changing) <= (least > Role.READER), operation_id


def test_what_shows_everything_is_for_admins() -> None:
    admins = {operation_id for operation_id, least in LEAST_ROLE.items() if least is Role.ADMIN}
    assert admins == {
        "blocks.forget_where", "blocks.quarantine", "blocks.release", "certificates", "changes", "check", "export",
        "import", "maintain", "policies.set", "repair", "retention.clear", "retention.list", "retention.rule",
        "retention.set", "roll_back", "screening.set", "time_zone.set", "weights.reset", "weights.set", "wipe",
    }  # fmt: skip


def test_what_is_not_in_it_may_not_be_done() -> None:
    with pytest.raises(KeyError):
        allow(of_role(Role.ADMIN), "blocks.burn")


def test_a_door_with_an_operation_that_is_not_in_it_does_not_open() -> None:
    require(LEAST_ROLE)
    require(["search", "mcp.search"])
    with pytest.raises(LookupError, match=r"blocks\.burn, blocks\.freeze"):
        require(["search", "blocks.freeze", "blocks.burn"])
