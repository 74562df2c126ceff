"""greeum search: find what answers a question."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option, as_number
from greeum.cli.zones import zone_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from greeum.cli.call import Call
    from greeum.cli.screen import Screen
    from greeum.explanation import Explanation
    from greeum.hits import Hits
    from greeum.zones import Zone


def run(call: Call) -> int:
    query = call.text(call.given["query"], "query")
    options = call.pick(*fields.SEARCH)
    with call.open() as memory:
        hits = memory.search(query, **options, **call.pick("budget_ms"))
        zone = zone_of(call, memory)
        explained = [memory.explain(query, hit.block.id, **options) for hit in hits] if "explain" in call.given else []
    if call.screen.json:
        document: dict[str, object] = {"hits": [hit.to_dict() for hit in hits]}
        if "budget_ms" in call.given:
            document["left_out"] = list(hits.left_out)
        if "explain" in call.given:
            document["explanations"] = [explanation.to_dict() for explanation in explained]
        call.screen.document(document)
    else:
        show(call.screen, hits, explained, zone)
    return 0


def show(screen: Screen, hits: Hits, explained: Sequence[Explanation], zone: Zone) -> None:
    from greeum.cli.blocks import show_hits

    show_hits(screen, hits, zone)
    if hits.left_out:
        screen.note(f"there was no time for: {', '.join(hits.left_out)}")
    for explanation in explained:
        from greeum.cli.explanations import show_explanation

        screen.line()
        show_explanation(screen, explanation)


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
        *fields.SEARCH_OPTIONS,
        Option(
            "--budget-ms",
            "NUMBER",
            "How long it may take, in milliseconds; then what has been found is ranked.",
            read=as_number,
        ),
        Option(
            "--explain", None, "Show why each block was found: the parts of its score, words, dates, the way to it."
        ),
        fields.READ_ONLY,
    ],
    details="""With --json the document is {"hits": [{"score", "parts", "block"}, …]}; with --explain it has
        "explanations" beside, one for each hit, and with --budget-ms "left_out". Finding nothing is no error.""",
    examples=[
        'greeum search "where does Alice live?" --namespace acme/alice',
        "greeum search 앨리스는 어디에 살아? -k 3 --explain",
    ],
)
