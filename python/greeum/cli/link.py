"""greeum link, unlink, links: edges between blocks."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option, as_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call

ENDS = (
    Argument("SOURCE", "The id of the block that the link leaves.", field="source", read=fields.BLOCK_ID),
    Argument("TARGET", "The id of the block that it arrives at.", field="target", read=fields.BLOCK_ID),
)
KIND = Option("--kind", "KIND", "What the link says. Default: about")


def run_link(call: Call) -> int:
    with call.open() as memory:
        link = memory.link(call.given["source"], call.given["target"], **call.pick("kind", "weight"))
    if call.screen.json:
        call.screen.document(link.to_dict())
    else:
        call.screen.line(f"{link.source} -{link.kind}-> {link.target}, weight {link.weight:g}")
    return 0


def run_unlink(call: Call) -> int:
    source, target = call.given["source"], call.given["target"]
    with call.open() as memory:
        memory.unlink(source, target, **call.pick("kind"))
    if call.screen.json:
        call.screen.document(
            {"unlinked": {"source": source, "target": target, "kind": call.given.get("kind", "about")}}
        )
    else:
        call.screen.line(f"unlinked: {source}, {target}")
    return 0


def run_links(call: Call) -> int:
    with call.open() as memory:
        links = memory.links(call.given["block"])
    if call.screen.json:
        call.screen.document({"links": [link.to_dict() for link in links]})
        return 0
    from greeum.cli.cells import on_one_line

    rows = [[str(link.source), str(link.target), f"{link.weight:g}", on_one_line(link.kind)] for link in links]
    call.screen.table(
        ("SOURCE", "TARGET", "WEIGHT", "KIND"), rows, none="no links", numeric=("SOURCE", "TARGET", "WEIGHT")
    )
    return 0


LINK = Command(
    "link",
    run_link,
    "Link one block to another.",
    arguments=ENDS,
    options=[KIND, Option("--weight", "NUMBER", "From 0 to 1. Default: 1", read=as_number)],
    details="The same link again changes its weight.",
    examples=["greeum link 17 4 --kind about --weight 0.8"],
)

UNLINK = Command(
    "unlink", run_unlink, "Remove a link.", arguments=ENDS, options=[KIND], examples=["greeum unlink 17 4"]
)

LINKS = Command(
    "links",
    run_links,
    "Show the links that leave a block, and those that arrive at it.",
    arguments=[Argument("ID", "The block's id.", field="block", read=fields.BLOCK_ID)],
    options=[fields.READ_ONLY],
    details="""With --json the document is {"links": […]}.""",
    examples=["greeum links 17"],
)
