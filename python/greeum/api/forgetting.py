"""Forgetting over HTTP: blocks that are named, those for which a filter holds, everything; and what certifies it."""

from __future__ import annotations

from greeum import limits
from greeum.api import answers, encoding, wire
from greeum.api.blocks import id_of
from greeum.api.routes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Forgotten, Memory
    from greeum.api.http import Answer, Call


def forget(memory: Memory, call: Call) -> Answer:
    """Erase a block for good: every version of it, with vectors, links, anchors and index entries."""
    return forgotten(memory.forget(id_of(call), **call.query))


def forget_many(memory: Memory, call: Call) -> Answer:
    """Erase several blocks for good, all or none."""
    return forgotten(memory.forget(call.body["ids"], dry_run=call.body.get("dry_run", False)))


def forget_where(memory: Memory, call: Call) -> Answer:
    """Erase for good all blocks of a namespace, or for which a filter holds, or both. A block goes if any version of it
    fits, an older or an expired one too.
    """
    return forgotten(memory.forget(**call.body))


def wipe(memory: Memory, call: Call) -> Answer:
    """Erase everything for good. It is a conflict if there are more or fewer blocks than `confirm` says."""
    return forgotten(memory.wipe(**call.body))


def forgotten(done: Forgotten) -> Answer:
    """Where the server keeps its backups is nobody's business: of those that could not be told there is the number."""
    return encoding.plain({"forgotten": done, **done.to_dict(), "untold": len(done.untold)}, records=len(done))


def certificates(memory: Memory, call: Call) -> Answer:
    """What certifies each forgetting, oldest first; with a namespace or a filter, that of this very one."""
    return encoding.several("certificates", memory.certificates(**call.query))


OPERATIONS = (
    Operation(
        id="blocks.forget", method="DELETE", path="/v1/blocks/{id}", handle=forget, query=wire.DryRunOnly,
        answer=answers.Forgotten, problems=("not-found",),
    ),
    Operation(
        id="blocks.forget_many", method="POST", path="/v1/blocks:forget", handle=forget_many, body=wire.Forget,
        answer=answers.Forgotten, problems=("not-found",), bytes_max=limits.BATCH_BODY_BYTES_MAX,
    ),
    Operation(
        id="blocks.forget_where", method="POST", path="/v1/blocks:forget-where", handle=forget_where,
        body=wire.ForgetWhere, answer=answers.Forgotten, is_long=True,
    ),
    Operation(
        id="wipe", method="POST", path="/v1/wipe", handle=wipe, body=wire.Wipe, answer=answers.Forgotten,
        problems=("conflict",), is_long=True,
    ),
    Operation(
        id="certificates", method="GET", path="/v1/certificates", handle=certificates, query=wire.CertificatesOf,
        answer=answers.Certificates,
    ),
)  # fmt: skip
