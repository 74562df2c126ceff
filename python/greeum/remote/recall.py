"""The part of a memory that a server keeps which reads, lists and counts."""

from __future__ import annotations

from greeum import inputs, limits
from greeum.counting import facet_fields
from greeum.errors import InvalidInput
from greeum.remote import bodies, rows
from greeum.remote.finding import RemoteFinding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from greeum.difference import Difference
    from greeum.inputs import Namespace, Time
    from greeum.listing import NamespacePage, Page
    from greeum.model import Anchor, Block
    from greeum.recall import Blocks, Changes, Facets, Links
    from greeum.remote.anchors import RemoteAnchors


class RemoteRecall(RemoteFinding):
    """What can be asked of a memory on a server."""

    if TYPE_CHECKING:
        anchors: RemoteAnchors

    def get(
        self,
        block: int | None = None,
        *,
        key: str | None = None,
        namespace: Namespace = "",
        as_of: Time | None = None,
    ) -> Block:
        """As `Memory.get`."""
        if (block is None) == (key is None):
            raise InvalidInput("block", "name either an id or a key")
        if key is not None:
            named = {"key": inputs.name(key, "key"), "namespace": inputs.namespace(namespace)}
            return self._client.read(
                "/v1/blocks:by-key", rows.block, **named, as_of=bodies.optional_time(as_of, "as_of")
            )
        if namespace != "":
            raise InvalidInput("namespace", "comes with a key; an id is the same in all of them")
        path = f"/v1/blocks/{inputs.block_id(block)}"
        return self._client.read(path, rows.block, as_of=bodies.optional_time(as_of, "as_of"))

    def list(
        self,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        history: bool = False,
        expired: bool = False,
        as_of: Time | None = None,
        limit: int = 100,
        cursor: str | None = None,
        newest_first: bool = False,
    ) -> Page:
        """As `Memory.list`."""
        query = {
            "namespace": inputs.namespace(namespace),
            "where": inputs.where(where),
            "limit": str(inputs.count(limit, "limit", limits.PAGE_MAX)),
            "history": bodies.truth(history, "history"),
            "as_of": bodies.optional_time(as_of, "as_of"),
            "newest_first": bodies.truth(newest_first, "newest_first"),
            "expired": bodies.flags(expired=expired).get("expired"),
            "cursor": bodies.cursor(cursor, "list"),
        }
        return self._client.read("/v1/blocks", rows.page, **query)

    def history(self, block: int) -> Blocks:
        """As `Memory.history`."""
        return self._client.read(f"/v1/blocks/{inputs.block_id(block)}/history", rows.listed("blocks", rows.block))

    def count(
        self,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        history: bool = False,
        expired: bool = False,
        as_of: Time | None = None,
        now: Time | None = None,
        query: str | None = None,
    ) -> int:
        """As `Memory.count`."""
        body = (
            bodies.scope(namespace, where) | bodies.flags(history=history, expired=expired) | bodies.moment(as_of, now)
        )
        body |= bodies.matched(query, expired=expired, now=now)
        return self._client.question("/v1/count", body, rows.count)

    def facets(
        self,
        fields: str | Iterable[str],
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        as_of: Time | None = None,
        now: Time | None = None,
        query: str | None = None,
        k: int | None = None,
        limit: int = 20,
    ) -> Facets:
        """As `Memory.facets`."""
        body = bodies.scope(namespace, where) | bodies.moment(as_of, now) | bodies.matched(query, k, now=now)
        body["fields"] = bodies.array(map(bodies.quoted, facet_fields(fields)))
        body["limit"] = str(inputs.count(limit, "limit", limits.PAGE_MAX))
        return self._client.question("/v1/facets", body, rows.facets)

    def diff(
        self,
        since: Time,
        until: Time | None = None,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        limit: int = 100,
    ) -> Difference:
        """As `Memory.diff`."""
        body = bodies.scope(namespace, where) | {"since": bodies.quoted_time(since, "since")}
        if until is not None:
            body["until"] = bodies.quoted_time(until, "until")
        body["limit"] = str(inputs.count(limit, "limit", limits.PAGE_MAX))
        return self._client.question("/v1/diff", body, rows.difference)

    def namespaces(self, *, namespace: Namespace = "", limit: int = 100, cursor: str | None = None) -> NamespacePage:
        """As `Memory.namespaces`."""
        return self._client.read(
            "/v1/namespaces",
            rows.namespace_page,
            namespace=inputs.namespace(namespace),
            limit=str(inputs.count(limit, "limit", limits.PAGE_MAX)),
            cursor=bodies.cursor(cursor, "namespaces"),
        )

    def links(self, block: int) -> Links:
        """As `Memory.links`."""
        return self._client.read(f"/v1/blocks/{inputs.block_id(block)}/links", rows.listed("links", rows.link))

    def anchor(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """As `Memory.anchor`."""
        return self.anchors.closest(name, namespace)

    @property
    def seq(self) -> int:
        """As `Memory.seq`."""
        return self._client.read("/v1/stats", lambda stats: rows.integer(stats["seq"]))

    def changes(self, after: int = 0, *, limit: int = 1_000) -> Changes:
        """As `Memory.changes`."""
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        return self._client.read(
            "/v1/changes", rows.listed("changes", rows.change), after=bodies.seq(after), limit=str(limit)
        )

    def stats(self) -> dict[str, object]:
        """As `Memory.stats`."""
        return self._client.read("/v1/stats", rows.mapping)
