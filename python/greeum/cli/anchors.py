"""greeum anchors: named places that searches start from and new blocks attach to."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option, as_whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call
    from greeum.model import Anchor

NAME = Argument("NAME", "The anchor's name, as A.", field="name")
BLOCK = Argument("ID", "The block that it points to.", field="block", read=fields.BLOCK_ID)
NAMESPACE = Option("--namespace", "PATH", "The namespace that it belongs to. Default: the root")


def run_set(call: Call) -> int:
    options = call.pick("namespace", "hops") | {"pinned": True if "pinned" in call.given else None}
    with call.open() as memory:
        return show(call, memory.anchors.set(call.given["name"], call.given["block"], **options))


def run_move(call: Call) -> int:
    with call.open() as memory:
        return show(call, memory.anchors.move(call.given["name"], call.given["block"], **call.pick("namespace")))


def run_pin(call: Call) -> int:
    with call.open() as memory:
        return show(call, memory.anchors.pin(call.given["name"], **call.pick("namespace")))


def run_unpin(call: Call) -> int:
    with call.open() as memory:
        return show(call, memory.anchors.unpin(call.given["name"], **call.pick("namespace")))


def run_clear(call: Call) -> int:
    name = call.given["name"]
    with call.open() as memory:
        memory.anchors.clear(name, **call.pick("namespace"))
    if call.screen.json:
        call.screen.document({"cleared": {"name": name, "namespace": call.given.get("namespace", "")}})
    else:
        call.screen.line(f"cleared: {name}")
    return 0


def run_status(call: Call) -> int:
    with call.open() as memory:
        anchors = memory.anchors.status(**call.pick("namespace"))
        if call.screen.json:
            call.screen.document({"anchors": [anchor.to_dict() for anchor in anchors]})
            return 0
        from greeum.cli.cells import on_one_line

        rows = [[*row(anchor), on_one_line(memory.get(anchor.block_id).text)] for anchor in anchors]
    call.screen.table(
        ("NAME", "NAMESPACE", "BLOCK", "HOPS", "PINNED", "TEXT"), rows, none="no anchors", numeric=("BLOCK", "HOPS")
    )
    return 0


def row(anchor: Anchor) -> list[str]:
    pinned = "pinned" if anchor.pinned else ""
    return [anchor.name, anchor.namespace, str(anchor.block_id), str(anchor.hops), pinned]


def show(call: Call, anchor: Anchor) -> int:
    if call.screen.json:
        call.screen.document(anchor.to_dict())
    else:
        where = f" in {anchor.namespace}" if anchor.namespace else ""
        pinned = ", pinned" if anchor.pinned else ""
        call.screen.line(f"anchor {anchor.name}{where}: block {anchor.block_id}, hops {anchor.hops}{pinned}")
    return 0


SET = Command(
    "anchors set",
    run_set,
    "Point an anchor to a block, and make it if it is new.",
    arguments=[NAME, BLOCK],
    options=[
        NAMESPACE,
        Option("--hops", "N", "How far searches near it reach. Default: A 1, B 2, C 3, others 2", read=as_whole_number),
        Option("--pinned", None, "Keep it where it is when blocks are added near it."),
    ],
    examples=[
        "greeum anchors set A 17 --namespace acme/alice",
        'greeum search "and then?" --namespace acme/alice --near A',
    ],
)
MOVE = Command(
    "anchors move",
    run_move,
    "Point an anchor that is there to another block, unless it is pinned.",
    arguments=[NAME, BLOCK],
    options=[NAMESPACE],
    examples=["greeum anchors move A 18 --namespace acme/alice"],
)
PIN = Command(
    "anchors pin",
    run_pin,
    "Keep an anchor where it is.",
    arguments=[NAME],
    options=[NAMESPACE],
    examples=["greeum anchors pin A"],
)
UNPIN = Command(
    "anchors unpin",
    run_unpin,
    "Let an anchor move on with what is added near it.",
    arguments=[NAME],
    options=[NAMESPACE],
    examples=["greeum anchors unpin A"],
)
CLEAR = Command(
    "anchors clear",
    run_clear,
    "Remove an anchor; its block stays.",
    arguments=[NAME],
    options=[NAMESPACE],
    examples=["greeum anchors clear A"],
)
STATUS = Command(
    "anchors status",
    run_status,
    "Show the anchors of a namespace and of all below it.",
    options=[NAMESPACE, fields.READ_ONLY],
    details="""With --json the document is {"anchors": […]}.""",
    examples=["greeum anchors status"],
)
