"""What goes wrong, by the names that it has over HTTP: the server says them, and its clients raise the errors that they
stand for. One table, read from both sides. And what is told, over HTTP and MCP, of errors that are about the machine.
"""

from __future__ import annotations

from typing import NamedTuple

from greeum import errors

TYPE_PREFIX = "urn:greeum:problem:"
"""What the type of a problem begins with (RFC 9457); its name follows."""

REQUEST_PREFIX = "urn:greeum:request:"
"""The same of its instance; the request's id follows."""


RETRY_AFTER_S = 1
"""When to try again after a 503: a writer in the way, a worker that ends, or a full queue is gone by then as a rule."""

PRIVATE = "Something failed that should not have; the server's log has this request's id"
"""What is told of a defect in place of its message: that speaks of the machine, and is in the log."""


class Kind(NamedTuple):
    """A sort of problem: its status, and its title, which is the same every time."""

    status: int
    title: str
    error: type[errors.GreeumError] = errors.ServerFailed
    """What a client raises for it. By default it can know no more than that the server failed."""


KINDS = {
    "invalid-input": Kind(400, "The request cannot be used", errors.InvalidInput),
    "unauthenticated": Kind(401, "A valid key is needed", errors.Unauthenticated),
    "forbidden": Kind(403, "The caller may not do that", errors.Forbidden),
    "store-read-only": Kind(403, "The memory is open for reading alone", errors.StoreReadOnly),
    "not-found": Kind(404, "There is no such thing here", errors.NotFound),
    "method-not-allowed": Kind(405, "The path does not take this method"),
    "not-acceptable": Kind(406, "There is no answer of the accepted types"),
    "timeout": Kind(408, "The request did not arrive in time"),
    "conflict": Kind(409, "The change contradicts what is stored", errors.Conflict),
    "embedder-mismatch": Kind(409, "The memory's vectors are another embedder's", errors.EmbedderMismatch),
    "log-cut": Kind(410, "The log does not reach back so far", errors.LogCut),
    "precondition-failed": Kind(412, "The block is another by now", errors.Conflict),
    "too-large": Kind(413, "The request is too large", errors.InvalidInput),
    "unsupported-media-type": Kind(415, "The body is of a type that is not taken"),
    "misdirected": Kind(421, "The server does not answer to this name"),
    "upgrade-required": Kind(426, "There is a WebSocket at this path"),
    "rate-limited": Kind(429, "Too many requests with this key"),
    "internal": Kind(500, "The server failed"),
    "store-damaged": Kind(500, "The memory on the server is damaged", errors.StoreDamaged),
    "store-version": Kind(500, "The memory on the server is a newer version's", errors.StoreVersion),
    "embedder-failed": Kind(502, "The embedder failed", errors.EmbedderFailed),
    "unavailable": Kind(503, "Not at the moment"),
    "store-busy": Kind(503, "Somebody else holds the memory", errors.StoreBusy),
    "store-closed": Kind(503, "The memory was closed", errors.StoreClosed),
    "store-failed": Kind(503, "The server's disk failed", errors.StoreFailed),
    "store-full": Kind(507, "There is no room on the disk", errors.StoreFull),
}
"""Each by the name with which its type ends; of those with one status the most general first."""

NOT_BEGUN = frozenset(("rate-limited", "unavailable", "store-busy"))
"""Those that say that nothing was done: to try again does no harm, whatever was asked."""

OTHER = "internal"
"""What every error is that has no name of its own: a defect."""

NAMES = {kind.error: name for name, kind in reversed(KINDS.items()) if kind.error is not errors.ServerFailed}
"""Error → problem: the first of those that stand for it."""


OF_THE_MACHINE: dict[type[Exception], str] = {
    errors.StoreBusy: "The memory is in use or being opened, or too many are open; nothing was stored; try again",
    errors.StoreClosed: "The memory was closed, as it is when a server ends; try again",
    errors.StoreDamaged: "The memory on the server is damaged; its operator restores a backup",
    errors.StoreFull: "There is no room on the server's disk; nothing was stored; what is there can be read",
    errors.StoreReadOnly: "The server may read this memory, but not change it",
    errors.StoreVersion: "The memory on the server was written by a newer version than the one that runs there",
    errors.EmbedderFailed: "The embedder of this memory did not answer, or not as it should; try again",
    errors.EmbedderMismatch: "The memory's vectors are not of the server's embedder; its operator sets GREEUM_EMBEDDER",
    errors.StoreFailed: "The server's disk failed, so that this is not done, or not to its end; try again",
}
"""What is told of errors whose own message names directories of the server, or its embedder; that is in its log."""

MOVED = (
    "What the server keeps for this was moved, removed or replaced; its operator puts it back, or restarts the server"
)
"""What is told of a StoreFailed that says so: to try again helps once somebody has done something."""


TYPES = {
    "str": "a string", "int": "a whole number", "float": "a number with a decimal point", "bool": "true or false",
    "NoneType": "null", "list": "a list", "dict": "an object",
}  # fmt: skip
"""What comes as JSON is of these types in Python."""

WANTED = {"a dictionary": "an object", "True or False": "true or false", "a sequence of strings": "a list of strings"}


def in_words_of_json(text: str) -> str:
    """What is said of an argument of the wrong type, for somebody who wrote JSON, and no Python."""
    said, wrong, kind = text.rpartition(", not ")
    if not wrong or kind not in TYPES:
        return text
    for wanted, word in WANTED.items():
        said = said.replace(f"must be {wanted}", f"must be {word}")
    return f"{said}{wrong}{TYPES[kind]}"


def name_of(error: Exception) -> str:
    """The problem that an error is, or the one that the error above it is."""
    return next((NAMES[kind] for kind in type(error).__mro__ if kind in NAMES), OTHER)


def error_class(name: str) -> type[errors.GreeumError]:
    """The error that a problem stands for; ServerFailed for one that is not known here."""
    return KINDS[name].error if name in KINDS else errors.ServerFailed


def of_the_machine(error: Exception) -> str | None:
    """What to tell in place of the message, if that is about the machine and not about the request."""
    if isinstance(error, errors.StoreFailed) and error.was_moved:
        return MOVED
    return next((OF_THE_MACHINE[kind] for kind in type(error).__mro__ if kind in OF_THE_MACHINE), None)
