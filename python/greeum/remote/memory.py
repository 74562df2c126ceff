"""RemoteMemory: the same face as Memory, over HTTP."""

from __future__ import annotations

from greeum import inputs, keywords, limits
from greeum.errors import InvalidInput
from greeum.forgetting import check_scope
from greeum.memory import KEEP, NOTHING_TO_CHANGE, Keep
from greeum.remote import bodies, rows
from greeum.remote.absent import absent
from greeum.remote.anchors import RemoteAnchors
from greeum.remote.client import LONG_S, Client, header_name
from greeum.remote.feed import Feed
from greeum.remote.policies import RemotePolicies, RemoteScreening
from greeum.remote.retention import RemoteRetention
from greeum.remote.upkeep import RemoteUpkeep
from greeum.remote.weights import RemoteWeights, judgement
from greeum.remote.zones import RemoteTimeZone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, NoReturn

    from greeum.forgetting import Forgotten
    from greeum.inputs import Namespace, Span, Time
    from greeum.memory import AddedBlocks, Certificates, Ids
    from greeum.model import Added, Block, Link, RolledBack
    from greeum.remote.transport import Transport
    from greeum.starts import Near
    from greeum.weights import Weighing


@keywords.with_fixed_parts
@keywords.told
class RemoteMemory(RemoteUpkeep):
    """A memory that a server keeps. Get one from `greeum.connect`. All methods may be called from any thread.

    Methods, arguments, answers and errors are those of Memory. Values are checked before they are sent; what a method
    adds or changes is on the server's disk when it returns, and found by the next search, whoever asks. Besides the
    errors of Memory there are Unauthenticated and Forbidden, by the key, and ServerFailed, which says whether something
    may have been done all the same.

    Not here are `through` (the server says where a write is from, by the key), and `backup`, `drop_backups`,
    `logical_hash` and `merge`, which are of the machine that the memory is on: use the command line there. Who asks for
    one of them gets a Forbidden, which is an AttributeError too, and says what to do instead.
    """

    def __init__(self, transport: Transport, prefix: str) -> None:
        self._transport = transport
        self._client = Client(transport, prefix)
        self.anchors = RemoteAnchors(self._client)
        self.policies = RemotePolicies(self._client)
        self.retention = RemoteRetention(self._client)
        self.screening = RemoteScreening(self._client)
        self.time_zone = RemoteTimeZone(self._client)
        self.weights = RemoteWeights(self._client)

    if not TYPE_CHECKING:  # where it would say that there is every attribute

        def __getattr__(self, name: str) -> NoReturn:
            raise absent(self, name)

    @property
    def url(self) -> str:
        return self._transport.url

    def __repr__(self) -> str:
        return f"RemoteMemory({self.url!r})"

    def __enter__(self) -> RemoteMemory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections; the memory stays where it is. A second call does nothing."""
        self._transport.close()

    # Remembering.

    def add(
        self,
        text: str,
        *,
        namespace: Namespace = "",
        key: str | None = None,
        kind: str = "message",
        source: str | None = None,
        tags: Iterable[str] | None = None,
        importance: float | None = None,
        metadata: Mapping[str, object] | None = None,
        at: Time | None = None,
        valid_from: Time | None = None,
        valid_to: Time | None = None,
        expires_at: Time | None = None,
        ttl: Span | None = None,
        near: Near | None = None,
        vector: Sequence[float] | None = None,
        idempotency_key: str | None = None,
        on_duplicate: str | None = None,
        on_conflict: str | None = None,
    ) -> Added:
        """As `Memory.add`."""
        item = {
            "text": text, "namespace": namespace, "key": key, "kind": kind, "source": source, "tags": tags,
            "importance": importance, "metadata": metadata, "at": at, "valid_from": valid_from, "valid_to": valid_to,
            "expires_at": expires_at, "ttl": ttl, "near": near, "vector": vector, "on_duplicate": on_duplicate,
            "on_conflict": on_conflict,
        }  # fmt: skip
        body = bodies.block(item, "").encode()
        return self._client.named_change("POST", "/v1/blocks", body, rows.added, name=idempotency_key)

    def add_many(self, blocks: Iterable[str | Mapping[str, Any]], *, idempotency_key: str | None = None) -> AddedBlocks:
        """As `Memory.add_many`. They go in one request, so that they may be 16 MiB of JSON at most."""
        items = enumerate(inputs.batch(blocks))
        body = bodies.encoded({"blocks": bodies.array(bodies.block(item, f"blocks[{i}].") for i, item in items)})
        if len(body) > limits.BATCH_BODY_BYTES_MAX:
            most = f"at most {limits.BATCH_BODY_BYTES_MAX:,} bytes go into one request"
            raise InvalidInput("blocks", f"are {len(body):,} bytes of JSON; {most}")
        meaning = rows.listed("blocks", rows.added)
        return self._client.named_change("POST", "/v1/blocks:batch", body, meaning, name=idempotency_key)

    # Changing.

    def update(
        self,
        block: int,
        *,
        text: str | Keep = KEEP,
        kind: str | Keep = KEEP,
        source: str | Keep | None = KEEP,
        tags: Iterable[str] | Keep = KEEP,
        importance: float | Keep = KEEP,
        metadata: Mapping[str, object] | Keep = KEEP,
        at: Time | Keep = KEEP,
        valid_from: Time | Keep | None = KEEP,
        valid_to: Time | Keep | None = KEEP,
        expires_at: Time | Keep | None = KEEP,
        ttl: Span | Keep | None = KEEP,
        revision: int | None = None,
        vector: Sequence[float] | None = None,
        idempotency_key: str | None = None,
    ) -> Block:
        """As `Memory.update`."""
        path = f"/v1/blocks/{inputs.block_id(block)}"
        headers = {}
        if revision is not None:
            headers["If-Match"] = f'"{block}-{inputs.count(revision, "revision", 2**53)}"'
        body = bodies.change(
            {
                "kind": kind, "source": source, "tags": tags, "importance": importance, "metadata": metadata, "at": at,
                "valid_from": valid_from, "valid_to": valid_to, "expires_at": expires_at, "ttl": ttl, "text": text,
                "vector": KEEP if vector is None else vector,
            }
        )  # fmt: skip
        if not body:
            raise InvalidInput("update", NOTHING_TO_CHANGE)
        if "text" not in body and (idempotency_key is None or revision is None):
            # Somebody may have changed them again between the two, which the second would undo.
            if idempotency_key is not None:
                headers["Idempotency-Key"] = header_name(idempotency_key)
            return self._client.change("PATCH", path, body, rows.block, headers=headers)
        return self._client.named_change(
            "PATCH", path, bodies.encoded(body), rows.block, name=idempotency_key, headers=headers
        )

    def forget(
        self,
        block: int | Iterable[int] | None = None,
        *,
        namespace: Namespace | None = None,
        where: Mapping[str, object] | None = None,
        dry_run: bool = False,
    ) -> Forgotten:
        """As `Memory.forget`, of 10,000 blocks at most if they are named. By a filter it takes the key of an admin.
        `untold` says of how many backups of the server, and not where these are.
        """
        check_scope(block, namespace, where)
        if block is not None:
            return self._forget_named(block, dry_run)
        body = bodies.flags(dry_run=dry_run) | bodies.scope("" if namespace is None else namespace, where)
        return self._client.change("POST", "/v1/blocks:forget-where", body, rows.forgotten, timeout_s=LONG_S)

    def _forget_named(self, block: int | Iterable[int], dry_run: bool) -> Forgotten:
        body = bodies.flags(dry_run=dry_run)
        body["ids"] = bodies.named_ids(block)
        return self._client.change("POST", "/v1/blocks:forget", body, rows.forgotten)

    def wipe(self, *, confirm: int) -> Forgotten:
        """As `Memory.wipe`."""
        body = {"confirm": str(inputs.count(confirm, "confirm", 2**53, least=0))}
        return self._client.change("POST", "/v1/wipe", body, rows.forgotten, timeout_s=LONG_S)

    def certificates(
        self, *, namespace: Namespace | None = None, where: Mapping[str, object] | None = None
    ) -> Certificates:
        """As `Memory.certificates`."""
        query = {"namespace": None if namespace is None else inputs.namespace(namespace), "where": inputs.where(where)}
        return self._client.read("/v1/certificates", rows.listed("certificates", rows.certificate), **query)

    def feedback(
        self,
        query: str,
        *,
        good: Iterable[int] = (),
        bad: Iterable[int] = (),
        namespace: Namespace = "",
        vector: Sequence[float] | None = None,
        idempotency_key: str | None = None,
    ) -> Weighing:
        """As `Memory.feedback`."""
        body = bodies.encoded(judgement(query, good, bad, namespace, vector))
        return self._client.named_change("POST", "/v1/feedback", body, rows.weighing, name=idempotency_key)

    # Who wrote what.

    def quarantine(
        self,
        block: int | Iterable[int] | None = None,
        *,
        origin: str | None = None,
        source: str | None = None,
        where: Mapping[str, object] | None = None,
        namespace: Namespace = "",
        dry_run: bool = False,
    ) -> Ids:
        """As `Memory.quarantine`, of 10,000 blocks at most if they are named."""
        body = meant(block, origin, source, where, namespace, dry_run)
        return self._client.change(
            "POST", "/v1/blocks:quarantine", body, rows.listed("quarantined", rows.integer), timeout_s=LONG_S
        )

    def release(
        self,
        block: int | Iterable[int] | None = None,
        *,
        origin: str | None = None,
        source: str | None = None,
        where: Mapping[str, object] | None = None,
        namespace: Namespace = "",
        dry_run: bool = False,
    ) -> Ids:
        """As `Memory.release`, of 10,000 blocks at most if they are named."""
        body = meant(block, origin, source, where, namespace, dry_run)
        return self._client.change(
            "POST", "/v1/blocks:release", body, rows.listed("released", rows.integer), timeout_s=LONG_S
        )

    def roll_back(
        self,
        *,
        origin: str,
        since: Time | None = None,
        namespace: Namespace = "",
        forget: bool = False,
        dry_run: bool = False,
    ) -> RolledBack:
        """As `Memory.roll_back`."""
        body = {} if since is None else {"since": bodies.quoted_time(since, "since")}
        body |= bodies.scope(namespace, None) | bodies.flags(dry_run=dry_run, forget=forget)
        body["origin"] = bodies.quoted_name(origin, "origin")
        return self._client.change("POST", "/v1/roll-back", body, rows.rolled_back, timeout_s=LONG_S)

    # Links and anchors.

    def link(self, source: int, target: int, *, kind: str = "about", weight: float = 1.0) -> Link:
        """As `Memory.link`."""
        body = {
            "source": str(inputs.block_id(source, "source")),
            "target": str(inputs.block_id(target, "target")),
            "kind": bodies.quoted_name(kind, "kind"),
            "weight": repr(inputs.share(weight, "weight")),
        }
        return self._client.change("POST", "/v1/links", body, rows.link)

    def unlink(self, source: int, target: int, *, kind: str = "about") -> None:
        """As `Memory.unlink`."""
        ends = {"source": str(inputs.block_id(source, "source")), "target": str(inputs.block_id(target, "target"))}
        self._client.erase("/v1/links", **ends, kind=inputs.name(kind, "kind"))

    # Looking after it.

    def follow(self, after: int = 0) -> Feed:
        """The changes after a seq, and then each one as it happens: an iterator that waits for the next. Where the
        connection breaks it begins another and leaves nothing out. `close` ends it, from any thread.

        Raises LogCut if the log does not reach back so far, ServerFailed if the server cannot be reached any more.
        """
        bodies.seq(after)
        return Feed(self._transport, lambda seq: self._client.target("/v1/changes", {"after": bodies.seq(seq)}), after)


def meant(
    block: int | Iterable[int] | None,
    origin: str | None,
    source: str | None,
    where: Mapping[str, object] | None,
    namespace: Namespace,
    dry_run: bool,
) -> dict[str, str]:
    """Which blocks are to be hidden, or shown again."""
    body = bodies.flags(dry_run=dry_run)
    if block is None:
        body |= bodies.scope(namespace, where) | bodies.names(origin=origin, source=source)
        if not body.keys() - {"dry_run"}:
            raise InvalidInput("origin", "is missing: name an origin, a source, a filter, a namespace, or ids")
        return body
    if (origin, source, where, namespace) != (None, None, None, ""):
        raise InvalidInput("block", "comes alone: an id says which block is meant")
    return body | {"ids": bodies.named_ids(block)}
