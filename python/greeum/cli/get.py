"""greeum get: one block in full."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call


def run(call: Call) -> int:
    from greeum.cli.zones import zone_of

    history = "history" in call.given
    with call.open() as memory:
        block = memory.get(**call.pick("block", "key", "namespace", "as_of"))
        versions = memory.history(block.id) if history else [block]
        zone = zone_of(call, memory)
    if call.screen.json:
        call.screen.document({"blocks": [version.to_dict() for version in versions]} if history else block.to_dict())
        return 0
    from greeum.cli.blocks import show_block

    for place, version in enumerate(versions):
        if place:
            call.screen.line("\n---\n")
        show_block(call.screen, version, zone)
    return 0


COMMAND = Command(
    "get",
    run,
    "Show one block in full.",
    arguments=[
        Argument("ID", "The block's id; leave it out if you name a key.", field="block", read=fields.BLOCK_ID, least=0)
    ],
    options=[
        fields.KEY,
        Option("--namespace", "PATH", "The namespace of the key: exactly this one."),
        Option("--history", None, "Show every version, oldest first."),
        fields.AS_OF,
        fields.READ_ONLY,
    ],
    details="""An id names one version; a key names the newest. Times are those of the memory's time zone. With --json
        the document is the block, with times in UTC, and with --history {"blocks": […]}.""",
    examples=["greeum get 17 --history", "greeum get --key home --namespace acme/alice"],
)
