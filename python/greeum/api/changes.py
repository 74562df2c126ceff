"""The log of changes over HTTP: a page of it, or all that is new, as it comes."""

from __future__ import annotations

import re
from time import monotonic
from typing import Annotated, Literal

from msgspec import Meta

from greeum.api import answers, encoding, wire
from greeum.api.http import EVENTS, JSON, Answer
from greeum.api.routes import Operation
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from greeum import Memory
    from greeum.api.http import Call

CHANGES_LIMIT = 1_000
"""Changes of a page, if nothing else is asked for: as many as `Memory.changes` gives."""


class Since(wire.Request):
    after: Annotated[int, Meta(description="The seq of the last change that is known.", ge=0, le=2**53 - 1)] = 0
    limit: wire.PageLimit = CHANGES_LIMIT


class Change(answers.Answered):
    """One entry of the log: never content."""

    seq: int
    operation: Literal["block", "forgotten", "links", "anchor"]
    block_id: int


class Changes(answers.Answered):
    """The changes after a seq, in order, and the newest seq that there is."""

    changes: list[Change]
    seq: int


def changes(memory: Memory, call: Call) -> Answer:
    """The changes after a seq: which blocks, links and anchors, and no content. As events it goes on with each change
    as it is made, and begins where `Last-Event-ID` says.
    """
    after = after_of(call)
    if call.accepted == EVENTS:
        if "limit" in call.query:
            raise InvalidInput("limit", "is for a page; the stream of events has no end")
        memory.changes(after, limit=1)  # if this is refused, it is now
        return Answer(media_type=EVENTS, pieces=events(call, after))
    found = memory.changes(after, limit=call.query.get("limit", CHANGES_LIMIT))
    return encoding.plain({"changes": [change.to_dict() for change in found], "seq": memory.seq})


def after_of(call: Call) -> int:
    """The seq after which to begin. Raises InvalidInput."""
    last = call.headers.get(b"last-event-id")
    if last is None:
        after: int = call.query.get("after", 0)
        return after
    if call.accepted == JSON:
        raise InvalidInput("last-event-id", "is for the stream of events; of a page say `after`")
    if not re.fullmatch(rb"[0-9]{1,15}", last):
        raise InvalidInput("last-event-id", "must be the id of an event of this stream")
    return int(last)


async def events(call: Call, after: int) -> AsyncGenerator[bytes, None]:
    """Every change after a seq, until the client leaves or the server ends."""
    assert call.left is not None and call.visitor is not None
    watch = call.worker.watch_of(call.visitor)
    with watch.following(call.visitor) as follower:
        call.left.add_done_callback(follower.wake)
        yield b": changes after %d\n\n" % after
        while not call.left.done() and not call.worker.health.stopping.is_set():
            if follower.error is not None:
                raise follower.error
            found, after = await watch.events_after(after)
            if found or follower.is_due:
                follower.heard_at_s = monotonic()
                yield found or b":\n\n"
            elif after >= watch.seq:
                await follower.sleep()


OPERATIONS = (
    Operation(
        id="changes", method="GET", path="/v1/changes", handle=changes, query=Since, answer=Changes,
        offers=(JSON, EVENTS), problems=("log-cut",), headers=("Last-Event-ID",),
        streams=((EVENTS, "Events `change`, each a Change, whose id is its seq; `problem` before it ends early."),),
    ),
)  # fmt: skip
