"""What a memory in a directory can do and one on a server cannot: where it is done instead. One table."""

from __future__ import annotations

from greeum.errors import Forbidden

ON_THE_SERVER = {
    "backup": "run `greeum backup` on its machine, or have `greeum serve --backup DIR` do it while it serves",
    "drop_backups": "run `greeum backup DIR --drop` on its machine",
    "merge": "run `greeum merge` on its machine, or send an export of the other memory with `import_`",
    "logical_hash": "run `greeum logical-hash` on its machine",
    "through": "it knows by the key where a write is from: make one for each, with `greeum keys create --trust`",
    "search_json": "ask it with `search`, or at /v1/search yourself, which answers in JSON",
    "search_many_json": "ask it with `search_many`, or at /v1/search:batch yourself, which answers in JSON",
    "at_hand": "it answers when it can: call `search`",
}
"""Method of Memory → what to do in place of calling it."""


class NotHere(Forbidden, AttributeError):
    """A memory on a server does not have this; the message says where it is done. It is an AttributeError too, so that
    `hasattr` knows.
    """


def absent(face: object, name: str) -> AttributeError:
    """What to raise for an attribute that a memory on a server does not have."""
    if name in ON_THE_SERVER:
        return NotHere(f"`{name}` is not for a memory that a server keeps: {ON_THE_SERVER[name]}")
    return AttributeError(f"{type(face).__name__!r} object has no attribute {name!r}", name=name, obj=face)
