"""mem0: memories as its `get_all` and its exports give them in JSON, and the SQLite file of their history.

They come to lie where `greeum.integrations.mem0` looks for them: below the user and the run, with the agent, the actor
and the role in their metadata. A memory's id is its key, so that a later export corrects what has changed.
"""

from __future__ import annotations

from greeum.errors import InvalidInput
from greeum.importers.documents import check_kind, check_object
from greeum.importers.records import Bad, Left, Note, Record, digest, moment, short, tame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from greeum.importers.databases import Database
    from greeum.importers.documents import Part
    from greeum.importers.records import Findings

NAME = "mem0"

MEMBERS = (None, "results", "memories")
"""Where the memories are in a document: it is an array of them, or they are under one of these names."""

TEXTS = ("memory", "text", "data", "content")
"""What a memory's text is called, by version and by product."""

BESIDE = ("agent_id", "app_id", "actor_id", "role")
"""What stands beside a memory's metadata and belongs to it."""

HISTORY_COLUMNS = ("id", "memory_id", "old_memory", "new_memory", "event", "created_at", "updated_at")


def is_one(value: object) -> bool:
    """Whether a part of a document is a memory."""
    return isinstance(value, dict) and "id" in value and isinstance(value.get("memory"), str)


def findings(part: Part) -> Findings:
    """One memory."""
    if part.member not in MEMBERS:
        yield Left(f"{part.member} of the document")
        return
    memory = check_object(part.value, "memory")
    identity = memory.get("id")
    if isinstance(identity, bool) or not isinstance(identity, (str, int)) or not str(identity).strip():
        raise InvalidInput("id", "is missing: a memory must have one")
    text = next((memory[name] for name in TEXTS if isinstance(memory.get(name), str)), "")
    if not text.strip():
        for name in TEXTS:
            check_kind(memory.get(name), name, str)
        yield Left("memories without text")
        return
    created = moment(memory.get("created_at"), "created_at")
    updated = moment(memory.get("updated_at"), "updated_at")
    expires = memory.get("expiration_date")
    metadata = memory["metadata"] if isinstance(memory.get("metadata"), dict) else {}
    yield Record(
        where=part.where, id=version(str(identity), text), text=text, namespace=place(memory), key=short(str(identity)),
        kind="fact", source=source_of(memory), metadata=tame(metadata | {
            name: memory[name] for name in BESIDE if memory.get(name) is not None
        }), at=created if updated is None else updated, added_at=created,
        expires_at=None if expires is None else moment(expires, "expiration_date"), replaces=True,
    )  # fmt: skip


def version(identity: str, text: str) -> str:
    """The identity of a memory's version, whatever it was read from."""
    return digest(identity, text)


def place(memory: dict[str, Any]) -> tuple[str, ...]:
    """Below the user, and the run of that user."""
    user, run = memory.get("user_id"), memory.get("run_id")
    scope = (user,) if run is None else (user, run)
    return tuple(str(one) for one in scope) if user is not None else ()


def source_of(memory: dict[str, Any]) -> str | None:
    named = [memory.get(name) for name in ("actor_id", "role", "agent_id")]
    return next((short(name) for name in named if isinstance(name, str) and name.strip()), None)


def is_history(database: Database) -> bool:
    """Whether a database is that of mem0's history."""
    return set(HISTORY_COLUMNS) <= set(database.columns("history"))


def history(database: Database) -> Findings:
    """Memories with all their versions, in the order in which these were written."""
    columns = database.columns("history")
    wanted = [*HISTORY_COLUMNS, *(name for name in ("actor_id", "role") if name in columns)]
    newest: dict[str, str] = {}
    """By memory, the identity of its newest version."""
    deleted = {row["memory_id"] for row in database.rows("history", ("memory_id",), where="event = 'DELETE'")}
    yield Note("the history of mem0 does not say whose a memory is: all are in one namespace")
    for row in database.rows("history", wanted, order="rowid"):
        where = f"history {row.name}"
        if row.problem is not None:
            yield Bad(where, row.problem)
        elif row["memory_id"] in deleted:
            yield Left("versions of deleted memories")
        else:
            try:
                yield from event(row.values, where, newest)
            except InvalidInput as error:
                yield Bad(where, str(error))


def event(row: dict[str, Any], where: str, newest: dict[str, str]) -> Findings:
    identity, text = row["memory_id"], row["new_memory"]
    if not isinstance(identity, str) or not identity.strip():
        raise InvalidInput("memory_id", "is missing")
    if row["event"] not in ("ADD", "UPDATE"):
        yield Left("events that change nothing")
        return
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput("new_memory", "is empty")
    this = version(identity, text)
    if newest.get(identity) == this:
        yield Left("events that change nothing")
        return
    created, updated = moment(row["created_at"], "created_at"), moment(row["updated_at"], "updated_at")
    yield Record(
        where=where, id=this, text=text, key=short(identity), kind="fact", source=source_of(row),
        metadata=tame({name: row[name] for name in ("actor_id", "role") if row.get(name) is not None}),
        at=created if updated is None else updated, before=newest.get(identity), replaces=True,
    )  # fmt: skip
    newest[identity] = this
