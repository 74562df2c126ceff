"""greeum count, facets, namespaces: how many blocks there are, of what, and where."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option, as_whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call


def run_count(call: Call) -> int:
    with call.open() as memory:
        count = memory.count(**call.pick("namespace", "where", "history", "expired", "as_of", "now", "query"))
    if call.screen.json:
        call.screen.document({"count": count})
    else:
        call.screen.line(f"{count:,}")
    return 0


def run_facets(call: Call) -> int:
    with call.open() as memory:
        facets = memory.facets(
            call.given["fields"], **call.pick("namespace", "where", "as_of", "now", "query", "k", "limit")
        )
    if call.screen.json:
        listed = {
            field: [{"value": value, "count": count} for value, count in counts] for field, counts in facets.items()
        }
        call.screen.document({"facets": listed})
        return 0
    from greeum.cli.cells import on_one_line

    rows = [[field, f"{count:,}", on_one_line(value)] for field, counts in facets.items() for value, count in counts]
    call.screen.table(("FIELD", "BLOCKS", "VALUE"), rows, none="no values", numeric=("BLOCKS",))
    return 0


def run_namespaces(call: Call) -> int:
    with call.open() as memory:
        page = memory.namespaces(**call.pick("namespace", "limit", "cursor"))
    if call.screen.json:
        listed = [{"namespace": namespace, "blocks": blocks} for namespace, blocks in page]
        call.screen.document({"namespaces": listed, "cursor": page.cursor})
        return 0
    from greeum.cli.cells import on_one_line

    rows = [[f"{blocks:,}", on_one_line(namespace)] for namespace, blocks in page]
    call.screen.table(("BLOCKS", "NAMESPACE"), rows, none="no namespaces", numeric=("BLOCKS",))
    if page.cursor is not None:
        call.screen.note(f"there are more: run the same command with --cursor {page.cursor}")
    return 0


QUERY = Option("--query", "TEXT", "Only blocks that have one of its words, in any form that a search knows it by.")

COUNT = Command(
    "count",
    run_count,
    "Count blocks: all that `greeum list` would show, or those of them that a query matches.",
    options=[
        fields.NAMESPACE,
        fields.WHERE,
        fields.HISTORY,
        fields.EXPIRED,
        fields.AS_OF,
        QUERY,
        fields.NOW,
        fields.READ_ONLY,
    ],
    details="""With --json the document is {"count": N}.""",
    examples=[
        "greeum count",
        """greeum count --namespace acme/alice --where '{"kind": "fact"}'""",
        'greeum count --query "pottery class"',
    ],
)

FACETS = Command(
    "facets",
    run_facets,
    "Show the most frequent values of fields, and how many blocks have each.",
    arguments=[Argument("FIELD…", "kind, source, tags, namespace, or several of them.", field="fields", most=None)],
    options=[
        fields.NAMESPACE,
        fields.WHERE,
        fields.AS_OF,
        QUERY,
        fields.NOW,
        Option("-k", "N", "Only the N best hits of a search for the query, instead.", read=as_whole_number),
        Option("--limit", "N", "How many values of each field at most. Default: 20", read=as_whole_number),
        fields.READ_ONLY,
    ],
    details="""With --json the document is {"facets": {FIELD: [{"value", "count"}, …]}}.""",
    examples=[
        "greeum facets kind source --namespace acme",
        "greeum facets tags --limit 50",
        'greeum facets source --query "pottery class"',
    ],
)

NAMESPACES = Command(
    "namespaces",
    run_namespaces,
    "List the namespaces that hold blocks, and how many each holds itself.",
    options=[
        Option("--namespace", "PATH", "Only this one, and those below it."),
        Option("--limit", "N", "How many at most. Default: 100", read=as_whole_number),
        Option("--cursor", "CURSOR", "Go on where a list below the same namespace has ended."),
        fields.READ_ONLY,
    ],
    details="""With --json the document is {"namespaces": [{"namespace", "blocks"}, …], "cursor": …}; the cursor is null
        after the last one.""",
    examples=["greeum namespaces", "greeum namespaces --namespace acme --limit 20"],
)
