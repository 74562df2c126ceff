"""greeum forget, wipe, certificates: erase blocks for good, and what certifies it."""

from __future__ import annotations

from greeum.cli import asking, fields
from greeum.cli.options import Argument, Command, Option, as_whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call
    from greeum.forgetting import Forgotten
    from greeum.memory import Memory

SHOWN_MAX = 20
"""Blocks that are shown before the question: of more, nobody reads them."""

TEXT_CELLS = 60
"""Of each of them: enough to know it again."""

IDS_SHOWN_MAX = 100
"""Ids that are listed in the end."""

FOR_GOOD = ": forgetting cannot be undone"


def run(call: Call) -> int:
    what = {**call.pick("namespace", "where")}
    if call.given["blocks"]:
        what["block"] = call.given["blocks"]
    with call.open() as memory:
        would = memory.forget(**what, dry_run=True)
        if "dry_run" in call.given:
            tell(call, would)
        elif would and "yes" not in call.given and not agreed(call, memory, would):
            call.screen.note("nothing was forgotten")
        else:
            tell(call, memory.forget(**what))
    return 0


def tell(call: Call, done: Forgotten) -> None:
    if call.screen.json:
        call.screen.document({"forgotten": list(done), **done.to_dict()})
        return
    word = "would be forgotten" if done.dry_run else "forgotten"
    ids = ", ".join(map(str, done[:IDS_SHOWN_MAX])) + (", …" if len(done) > IDS_SHOWN_MAX else "")
    call.screen.line(f"{word}: {ids or 'nothing'}")
    if done and (done.dry_run or not call.given.get("blocks")):
        call.screen.line(amounts(done))
    if done.certificate is not None and not call.given.get("blocks"):
        call.screen.line(f"certificate {done.certificate.number}, {done.certificate.sha256}")
    for place in done.untold:
        call.screen.note(
            f"greeum: warning: {place} could not be told; the next backup there, or `forget`, tells it, unless "
            "it has gone on with another copy of this memory"
        )


def amounts(done: Forgotten) -> str:
    counts = ((done.blocks, "block"), (done.versions, "version"), (done.links, "link"), (done.anchors, "anchor"))
    return ", ".join(f"{number:,} {name}{'' if number == 1 else 's'}" for number, name in counts)


def agreed(call: Call, memory: Memory, would: Forgotten) -> bool:
    """Whether the person at the terminal wants it, having seen what it is."""
    from greeum.cli.cells import clip, on_one_line

    asking.need_terminal("--yes", FOR_GOOD)
    shown = call.given["blocks"] or would[:SHOWN_MAX]
    for block in dict.fromkeys(shown):
        call.screen.note(f"{block}  {clip(on_one_line(memory.get(block).text), TEXT_CELLS)}")
    call.screen.note(amounts(would))
    return asking.agreed("Forget this for good, with every version of it?")


COMMAND = Command(
    "forget",
    run,
    "Erase blocks for good, with every version, link and index entry.",
    arguments=[Argument("ID…", "The blocks' ids.", field="blocks", read=fields.BLOCK_ID, least=0, most=None)],
    options=[
        Option("--namespace", "PATH", "Instead of ids: all that is at this namespace and below it."),
        Option("--where", "JSON", "Instead of ids: all of which a version fits a filter.", read=fields.WHERE.read),
        Option("--dry-run", None, "Say what would be forgotten, and forget nothing."),
        Option("-y --yes", None, "Do not ask."),
    ],
    details="""On a terminal it shows the blocks and asks; anywhere else it needs --yes. If one of the ids is not
        there, nothing is forgotten. With --json the document is {"forgotten": [ids], "blocks", "versions", "links",
        "anchors", "dry_run", "certificate", "untold"}, older versions among the ids.""",
    examples=[
        "greeum forget 17 18",
        "greeum forget --namespace acme/alice --dry-run",
        """greeum forget --where '{"source": "alice"}' --yes""",
    ],
)


def run_wipe(call: Call) -> int:
    with call.open() as memory:
        confirm = call.given.get("confirm")
        if confirm is None:
            asking.need_terminal("--confirm", FOR_GOOD)
            there = memory.stats()["blocks"]
            call.screen.note(f"{call.place()} holds {there:,} blocks.")
            answer = asking.asked("Forget all of them for good? Type how many they are: ")
            confirm = as_whole_number(answer.replace(",", ""), "confirm") if answer else None
        if confirm is None:
            call.screen.note("nothing was forgotten")
        else:
            tell(call, memory.wipe(confirm=confirm))
    return 0


WIPE = Command(
    "wipe",
    run_wipe,
    "Forget everything.",
    options=[Option("--confirm", "N", "How many blocks there are, as `greeum stats` says.", read=as_whole_number)],
    details="""On a terminal it asks for their number; anywhere else it needs --confirm. With another number nothing
        is forgotten. What it prints is as for `forget`.""",
    examples=["greeum wipe --memory ./scratch --confirm 12"],
)


def run_certificates(call: Call) -> int:
    with call.open() as memory:
        found = memory.certificates(**call.pick("namespace", "where"))
    if call.screen.json:
        call.screen.document({"certificates": [one.to_dict() for one in found]})
        return 0
    rows = []
    for one in found:
        said = one.to_dict()
        by = said["asked"]["by"]  # type: ignore[index]
        rows.append([str(said[name]) for name in ("number", "at", "origin")] + [by, str(said["versions"]), one.sha256])
    call.screen.table(
        ("NO", "WHEN (UTC)", "ORIGIN", "ASKED BY", "VERSIONS", "SHA-256"),
        rows,
        none="no certificates",
        numeric=("NO", "VERSIONS"),
    )
    return 0


CERTIFICATES = Command(
    "certificates",
    run_certificates,
    "List what was forgotten: when, how much, and never what.",
    options=[
        Option("--namespace", "PATH", "Only those of a request for exactly this namespace."),
        Option("--where", "JSON", "Only those of a request with exactly this filter.", read=fields.WHERE.read),
        fields.READ_ONLY,
    ],
    details="""Each covers the one before it with its SHA-256; `greeum doctor` checks that. With --json the document
        is {"certificates": [{…}, …]}.""",
    examples=["greeum certificates", "greeum certificates --namespace acme/alice"],
)
