"""Forgetting over HTTP: blocks that are named, those for which a filter holds, everything; and what certifies it."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from greeum import limits
from greeum.api import answers, encoding, wire
from greeum.api.blocks import BlockIds, id_of
from greeum.api.routes import Operation
from greeum.forgetting import check_scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    import greeum
    from greeum import Memory
    from greeum.api.http import Answer, Call


class Forget(BlockIds, kw_only=True):
    """Several blocks, to be erased."""

    dry_run: wire.DryRun = False


class ForgetWhere(wire.Request):
    """What the blocks have in common that are to be erased: a namespace, a filter or both."""

    namespace: wire.Namespace = ""
    where: wire.Where = None
    dry_run: wire.DryRun = False


class Wipe(wire.Request):
    """That really everything is meant."""

    confirm: Annotated[int, Meta(description="How many blocks there are, as stats say.", ge=0, le=2**53)]


class DryRunOnly(wire.Request):
    dry_run: wire.DryRun = False


class CertificatesOf(wire.Request):
    namespace: Annotated[
        wire.PathNamespace | None, Meta(description="With it, or with a filter: those of a forgetting of just this.")
    ] = None
    where: wire.Where = None


class Certificate(answers.Answered):
    """That something was forgotten, and nothing of what it said. The SHA-256 covers the certificate before."""

    number: Annotated[int, Meta(ge=1)]
    at: answers.Moment
    origin: Annotated[
        str, Meta(description="Who had it forgotten: where that was asked from; empty if that was not said.")
    ]
    asked: Annotated[dict[str, Any], Meta(description="What was asked for; of a filter a keyed digest.")]
    blocks: int
    versions: int
    links: int
    anchors: int
    seq: int
    erased: Annotated[str, Meta(description="SHA-256 of the digests of the uids.")]
    previous: Annotated[str, Meta(description="The SHA-256 of the certificate before; empty for the first.")]
    sha256: str


class Forgotten(answers.Answered):
    """What was erased, or, after a dry run, what would be."""

    forgotten: Annotated[list[int], Meta(description="The ids of every version, ascending.")]
    blocks: Annotated[int, Meta(description="How many: a block and its older versions are one.")]
    versions: int
    links: int
    anchors: int
    dry_run: bool
    certificate: Annotated[
        Certificate | None,
        Meta(description="Null after a dry run, if there was nothing to forget, and for keys with a root."),
    ]
    untold: Annotated[
        int, Meta(description="How many backups could not be told: the next forgetting or backup tells them.")
    ]


class Certificates(answers.Answered):
    """Oldest first."""

    certificates: list[Certificate]


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
    check_scope(None, call.body.get("namespace"), call.body.get("where") or {})
    return forgotten(memory.forget(**call.body))


def wipe(memory: Memory, call: Call) -> Answer:
    """Erase everything for good. It is a conflict if there are more or fewer blocks than `confirm` says."""
    return forgotten(memory.wipe(**call.body))


def forgotten(done: greeum.Forgotten) -> Answer:
    """Where the server keeps its backups is nobody's business: of those that could not be told there is the number."""
    return encoding.plain({"forgotten": done, **done.to_dict(), "untold": len(done.untold)}, records=len(done))


def certificates(memory: Memory, call: Call) -> Answer:
    """What certifies each forgetting, oldest first; with a namespace or a filter, that of this very one."""
    return encoding.several("certificates", memory.certificates(**call.query))


OPERATIONS = (
    Operation(
        id="blocks.forget", method="DELETE", path="/v1/blocks/{id}", handle=forget, query=DryRunOnly,
        answer=Forgotten, problems=("not-found",),
    ),
    Operation(
        id="blocks.forget_many", method="POST", path="/v1/blocks:forget", handle=forget_many, body=Forget,
        answer=Forgotten, problems=("not-found",), bytes_max=limits.BATCH_BODY_BYTES_MAX,
    ),
    Operation(
        id="blocks.forget_where", method="POST", path="/v1/blocks:forget-where", handle=forget_where,
        body=ForgetWhere, answer=Forgotten, is_long=True,
    ),
    Operation(
        id="wipe", method="POST", path="/v1/wipe", handle=wipe, body=Wipe, answer=Forgotten,
        problems=("conflict",), is_long=True,
    ),
    Operation(
        id="certificates", method="GET", path="/v1/certificates", handle=certificates, query=CertificatesOf,
        answer=Certificates,
    ),
)  # fmt: skip
