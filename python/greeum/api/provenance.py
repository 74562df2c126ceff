"""Who wrote what, over HTTP: blocks are hidden and shown again, an origin's writes are undone; and what is done with a
text that holds what it should not.
"""

from __future__ import annotations

from greeum.api import answers, encoding, wire
from greeum.api.routes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from greeum import Memory
    from greeum.api.http import Answer, Call


def quarantine(memory: Memory, call: Call) -> Answer:
    """Hide blocks: nothing finds them unless it asks for history, until they are released."""
    hidden = memory.quarantine(**meant(call))
    return encoding.plain({"quarantined": hidden}, records=len(hidden))


def release(memory: Memory, call: Call) -> Answer:
    """Show blocks again that were hidden."""
    shown = memory.release(**meant(call))
    return encoding.plain({"released": shown}, records=len(shown))


def meant(call: Call) -> dict[str, Any]:
    """The arguments; there `ids` are called `block`."""
    said = dict(call.body)
    return said | {"block": said.pop("ids")} if "ids" in said else said


def roll_back(memory: Memory, call: Call) -> Answer:
    """Undo what an origin wrote, all of it or since some time. Its blocks are hidden or erased, what it corrected is
    the newest version again, the links that it added go.
    """
    return encoding.one(memory.roll_back(**call.body))


def screening(memory: Memory, _: Call) -> Answer:
    """What is done with each kind of finding in what is written."""
    return encoding.plain(memory.screening.policies())


def set_screening(memory: Memory, call: Call) -> Answer:
    """Say so for one kind, from the next write on."""
    memory.screening.set(**call.body)
    return encoding.plain(memory.screening.policies())


OPERATIONS = (
    Operation(
        id="blocks.quarantine", method="POST", path="/v1/blocks:quarantine", handle=quarantine, body=wire.Quarantine,
        answer=answers.Quarantined, problems=("not-found", "store-full"),
    ),
    Operation(
        id="blocks.release", method="POST", path="/v1/blocks:release", handle=release, body=wire.Quarantine,
        answer=answers.Released, problems=("not-found", "store-full"),
    ),
    Operation(
        id="roll_back", method="POST", path="/v1/roll-back", handle=roll_back, body=wire.RollBack,
        answer=answers.RolledBack, problems=("conflict", "store-full"), is_long=True,
    ),
    Operation(id="screening.get", method="GET", path="/v1/screening", handle=screening, answer=answers.Screening),
    Operation(
        id="screening.set", method="PUT", path="/v1/screening", handle=set_screening, body=wire.NewScreening,
        answer=answers.Screening, problems=("store-full",),
    ),
)  # fmt: skip
