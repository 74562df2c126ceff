"""What a memory on a server cannot do says where it is done."""

from __future__ import annotations

import asyncio

import pytest

import greeum
from greeum import Memory, RemoteMemory, aio
from greeum.cli.commands import HOMES
from greeum.errors import Forbidden
from greeum.remote.absent import ON_THE_SERVER


def public(face: type) -> set[str]:
    return {name for name in dir(face) if not name.startswith("_")}


def test_the_table_has_all_that_a_memory_on_a_server_lacks() -> None:
    assert set(ON_THE_SERVER) == public(Memory) - public(RemoteMemory)


@pytest.mark.parametrize("name", sorted(ON_THE_SERVER))
def test_it_says_what_to_do_instead(name: str) -> None:
    memory = greeum.connect("http://127.0.0.1:8400")

    async def awaited() -> object:
        return getattr(await aio.connect("http://127.0.0.1:8400"), name)

    for ask in (lambda: getattr(memory, name), lambda: asyncio.run(awaited())):
        with pytest.raises(Forbidden, match=f"`{name}` is not for a memory that a server keeps: ") as caught:
            ask()
        assert isinstance(caught.value, AttributeError)
    assert not hasattr(memory, name)


def test_the_commands_that_it_names_are_there() -> None:
    for name in ("backup", "merge", "logical_hash", "drop_backups"):
        words = ON_THE_SERVER[name].split("`")[1].split()
        assert words[0] == "greeum"
        assert words[1] in HOMES


def test_what_no_memory_has_is_an_attribute_error_as_ever() -> None:
    memory = greeum.connect("http://127.0.0.1:8400")
    with pytest.raises(AttributeError, match="'RemoteMemory' object has no attribute 'serch'") as caught:
        memory.serch("plums")  # type: ignore[attr-defined]
    assert not isinstance(caught.value, Forbidden)
