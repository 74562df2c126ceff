"""greeum search: find what answers a question."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option, as_object, as_whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from greeum.cli.call import Call
    from greeum.cli.screen import Screen
    from greeum.model import Hit


def run(call: Call) -> int:
    query = call.text(call.given["query"], "query")
    with call.open() as memory:
        hits = memory.search(query, **call.pick("k", "namespace", "where", "near", "history", "exact", "as_of",
                                              "min_trust", "weights"))  # fmt: skip
    if call.screen.json:
        call.screen.document({"hits": [hit.to_dict() for hit in hits]})
    else:
        show(call.screen, hits, explain="explain" in call.given)
    return 0


def show(screen: Screen, hits: Sequence[Hit], *, explain: bool) -> None:
    from greeum.cli.blocks import show_hits

    show_hits(screen, hits)
    if not hits:
        screen.note("nothing found")
    if explain:
        from greeum.cli.charts import chart

        for hit in hits:
            screen.line()
            screen.line(f"block {hit.block.id}, score {hit.score:.2f}")
            for line in chart(hit.parts, screen.width):
                screen.line(line)


COMMAND = Command(
    "search",
    run,
    "Find the blocks that answer a question, best first.",
    arguments=[
        Argument(
            "QUERY…|-",
            "The question, in as many words as you like; - reads it from standard input.",
            field="query",
            most=None,
        )
    ],
    options=[
        Option("-k", "N", "How many hits at most. Default: 10", read=as_whole_number),
        fields.NAMESPACE,
        fields.WHERE,
        fields.NEAR_WHEN_SEARCHING,
        fields.HISTORY,
        fields.AS_OF,
        fields.MIN_TRUST,
        Option("--exact", None, "Score every block, whatever it takes."),
        Option("--weights", "JSON", "How much each kind of evidence counts, as in '{\"words\": 2}'.", read=as_object),
        Option("--explain", None, "Show of what parts each score is made. (--json always has them.)"),
        fields.READ_ONLY,
    ],
    details="""With --json the document is {"hits": [{"score", "parts", "block"}, …]}. Finding nothing is no error.""",
    examples=[
        'greeum search "where does Alice live?" --namespace acme/alice',
        "greeum search 앨리스는 어디에 살아? -k 3 --explain",
    ],
)
