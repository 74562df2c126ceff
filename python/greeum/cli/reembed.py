"""greeum reembed: another embedder for a memory that is in use."""

from __future__ import annotations

from greeum.cli.options import HERE, Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call


def run(call: Call) -> int:
    from greeum.cli.progress import bar
    from greeum.wiring import reembed

    with bar("Embedding", "blocks") as progress:
        done = reembed(call.path(), progress=progress)
    if call.screen.json:
        call.screen.document(done.to_dict())
    elif done.before == done.embedder:
        call.screen.line(f"the vectors are made by {done.embedder} already")
    else:
        call.screen.line(f"{done.blocks:,} blocks embedded by {done.embedder}, which takes the place of {done.before}")
    return 0


COMMAND = Command(
    "reembed",
    run,
    "Change the embedder of a memory while it is in use.",
    details="""The new one is that of GREEUM_EMBEDDER. Searches and adds go on with the old one until vectors of every
        block are made; then the new one takes over, and whoever has the memory open must open it anew with it. A call
        that was cut short goes on where it stopped when it is made again. With --json the document is {"embedder",
        "before", "blocks"}. See docs/guides/embedders.md.""",
    examples=["GREEUM_EMBEDDER=model2vec:/models/potion-multilingual-128M greeum reembed"],
    places=HERE,
)
