"""Looking at a memory over HTTP: what is known for a prompt, how much there is of what, what has changed."""

from __future__ import annotations

from greeum.api import answers, encoding, wire
from greeum.api.routes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Answer, Call


def context(memory: Memory, call: Call) -> Answer:
    """What is known about a query, as a text that is ready for a prompt, within so many tokens."""
    return encoding.one(memory.context(**call.body))


def count(memory: Memory, call: Call) -> Answer:
    """How many blocks there are for which a filter holds."""
    return encoding.plain({"count": memory.count(**call.body)})


def diff(memory: Memory, call: Call) -> Answer:
    """What was added, corrected, or is gone, between two moments."""
    return encoding.plain(memory.diff(**call.body).to_dict())


def facets(memory: Memory, call: Call) -> Answer:
    """The most frequent values of some fields, each with the number of blocks that have it."""
    options = dict(call.body)
    found = memory.facets(options.pop("fields"), **options)
    listed = {field: [{"value": value, "count": blocks} for value, blocks in values] for field, values in found.items()}
    return encoding.plain({"facets": listed})


def namespaces(memory: Memory, call: Call) -> Answer:
    """The namespaces at or below one, in order, each with the number of blocks in itself; a page at a time."""
    page = memory.namespaces(**call.query)
    listed = [{"namespace": namespace, "blocks": blocks} for namespace, blocks in page]
    return encoding.plain({"namespaces": listed, "cursor": page.cursor})


def stats(memory: Memory, _: Call) -> Answer:
    """How much is in it, what made its vectors, and how its index stands."""
    return encoding.plain(memory.stats())


OPERATIONS = (
    Operation(
        id="context", method="POST", path="/v1/context", handle=context, body=wire.ContextRequest,
        answer=answers.Context, problems=("not-found", "embedder-failed"),
    ),
    Operation(id="count", method="POST", path="/v1/count", handle=count, body=wire.CountRequest, answer=answers.Count),
    Operation(id="diff", method="POST", path="/v1/diff", handle=diff, body=wire.DiffRequest, answer=answers.Difference),
    Operation(
        id="facets", method="POST", path="/v1/facets", handle=facets, body=wire.FacetsRequest, answer=answers.Facets
    ),
    Operation(
        id="namespaces", method="GET", path="/v1/namespaces", handle=namespaces, query=wire.NamespacesPage,
        answer=answers.NamespacePage,
    ),
    Operation(id="stats", method="GET", path="/v1/stats", handle=stats, answer=answers.Stats),
)  # fmt: skip
