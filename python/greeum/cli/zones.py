"""greeum time-zone: by whose days a memory goes."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command
from greeum.zones import Zone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call
    from greeum.memory import Memory


def zone_of(call: Call, memory: Memory) -> Zone:
    """In whose time the blocks of a memory are shown. What is read by programs is in UTC, so that it need not be asked
    for.
    """
    return Zone("UTC" if call.screen.json else memory.time_zone.get())


def run_show(call: Call) -> int:
    with call.open() as memory:
        return show(call, memory.time_zone.get())


def run_set(call: Call) -> int:
    name = call.given["name"]
    return show(call, call.write(lambda memory: memory.time_zone.set(name)))


def show(call: Call, name: str) -> int:
    if call.screen.json:
        call.screen.document({"time_zone": name})
    else:
        call.screen.line(name)
    return 0


SHOW = Command(
    "time-zone show",
    run_show,
    "Show by whose days the memory goes.",
    options=[fields.READ_ONLY],
    details="""With --json the document is {"time_zone": NAME}.""",
    examples=["greeum time-zone show"],
)

SET = Command(
    "time-zone set",
    run_set,
    "Say by whose days it goes.",
    arguments=[Argument("NAME", "A name of the IANA database, as Asia/Seoul.", field="name")],
    details="""What "yesterday" means in a text or a question follows from it, and so do times that are given without
        an offset, and those that are shown. It holds for every process that uses the memory. All texts are understood
        anew, which takes as long as making the index does. The memory is made if it is not there. See
        docs/guides/time.md.""",
    examples=["greeum time-zone set Asia/Seoul"],
)
