"""greeum explain: why a search finds a block, or does not."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call


def as_block(value: str, field: str) -> int:
    """An id. Whoever writes the query there has the order wrong."""
    try:
        return fields.BLOCK_ID(value, field)
    except InvalidInput as error:
        raise InvalidInput(field, f"{value!r} is no id: the block's id comes first, the query after it") from error


def run(call: Call) -> int:
    query = call.text(call.given["query"], "query")
    with call.open() as memory:
        explanation = memory.explain(query, call.given["block"], **call.pick(*fields.SEARCH))
    if call.screen.json:
        call.screen.document(explanation.to_dict())
    else:
        from greeum.cli.explanations import show_explanation

        show_explanation(call.screen, explanation)
    return 0


COMMAND = Command(
    "explain",
    run,
    "Show why a search finds a block, or does not.",
    arguments=[
        Argument("ID", "The block's id.", field="block", read=as_block),
        Argument("QUERY…|-", "What is searched for; - reads it from standard input.", field="query", most=None),
    ],
    options=[*fields.SEARCH_OPTIONS, fields.READ_ONLY],
    details="""With the options of greeum search. With --json the document is {"outcome", "excluded", "rank", "account",
        "search", "block", "query"}.""",
    examples=['greeum explain 17 "where does Alice live?" --namespace acme/alice'],
)
