"""`memory.anchors` of a memory elsewhere."""

from __future__ import annotations

from urllib.parse import quote

from greeum import inputs, limits
from greeum.remote import bodies, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.inputs import Namespace
    from greeum.model import Anchor
    from greeum.remote.client import Client


class RemoteAnchors:
    """As `Anchors`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    def set(
        self, name: str, block: int, *, namespace: Namespace = "", hops: int | None = None, pinned: bool | None = None
    ) -> Anchor:
        """As `Anchors.set`."""
        path = path_of(name)
        body = {"namespace": bodies.quoted_namespace(namespace), "block": str(inputs.block_id(block))}
        if hops is not None:
            body["hops"] = str(inputs.count(hops, "hops", limits.HOPS_MAX))
        if pinned is not None:
            body["pinned"] = bodies.truth(pinned, "pinned")
        return self._client.change("PUT", path, body, rows.anchor)

    def move(self, name: str, block: int, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.move`."""
        return self._act(name, "move", namespace, block=str(inputs.block_id(block)))

    def pin(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.pin`."""
        return self._act(name, "pin", namespace)

    def unpin(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.unpin`."""
        return self._act(name, "unpin", namespace)

    def clear(self, name: str, *, namespace: Namespace = "") -> None:
        """As `Anchors.clear`."""
        self._client.erase(path_of(name), namespace=inputs.namespace(namespace))

    def get(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.get`."""
        return self._client.read(path_of(name), rows.anchor, namespace=inputs.namespace(namespace))

    def closest(self, name: str, namespace: Namespace) -> Anchor:
        """As `Anchors.closest`."""
        return self._client.read(path_of(name), rows.anchor, namespace=inputs.namespace(namespace), closest="true")

    def status(self, *, namespace: Namespace = "") -> list[Anchor]:
        """As `Anchors.status`."""
        return self._client.read(
            "/v1/anchors", rows.listed("anchors", rows.anchor), namespace=inputs.namespace(namespace)
        )

    def _act(self, name: str, verb: str, namespace: Namespace, **body: str) -> Anchor:
        body["namespace"] = bodies.quoted_namespace(namespace)
        return self._client.change("POST", f"{path_of(name)}:{verb}", body, rows.anchor)


def path_of(name: str) -> str:
    return f"/v1/anchors/{quote(inputs.name(name, 'name'), safe='')}"
