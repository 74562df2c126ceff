"""`search` and `fetch`, in the shape in which ChatGPT and other research assistants expect them of any source."""

from __future__ import annotations

from greeum.errors import InvalidInput
from greeum.mcp.tools import schemas
from greeum.mcp.tools.tool import Result, Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.mcp.tools.tool import AnyMemory
    from greeum.model import Block

K = 10
"""Results of a search: each is a title alone, so they take less than 2 KB."""

TITLE_CHARACTERS_MAX = 80

BLOCK_URI = "memory://blocks/{id}"
"""A block's address, and its resource."""


def uri_of(block: Block) -> str:
    return BLOCK_URI.format(id=block.id)


def title_of(block: Block) -> str:
    """The first line of its text, or the beginning of it."""
    line = block.text.strip().splitlines()[0]
    return line if len(line) <= TITLE_CHARACTERS_MAX else line[: TITLE_CHARACTERS_MAX - 1] + "…"


def search(memory: AnyMemory, *, query: str) -> Result:
    found = [hit.block for hit in memory.search(query, k=K)]
    results = [{"id": str(block.id), "title": title_of(block), "url": uri_of(block)} for block in found]
    return as_json({"results": results})


def fetch(memory: AnyMemory, *, id: str) -> Result:  # noqa: A002 - the name that the shape prescribes
    if not isinstance(id, str) or not id.isdecimal() or len(id) > len(str(schemas.ID_MAX)):
        raise InvalidInput("id", "must be the id of one of the results of search, as a string")
    block = memory.get(int(id))
    rest = {name: value for name, value in block.to_dict().items() if name not in ("id", "text")}
    about = {"id": id, "title": title_of(block), "text": block.text, "url": uri_of(block)}
    return as_json({**about, "metadata": rest})


def as_json(document: dict[str, object]) -> Result:
    """Those who expect this shape read the text, and as JSON."""
    from json import dumps

    return Result(document, dumps(document, ensure_ascii=False))


RESULT = schemas.fields("id, title, url")

TOOLS = (
    Tool(
        "search",
        "Search for documents",
        "Find documents that answer a question: ids and titles, for fetch. memory_search tells more.",
        {"query": schemas.QUERY},
        ("query",),
        schemas.answer({"results": schemas.array(RESULT)}),
        search,
        reads=True,
        repeats=True,
    ),
    Tool(
        "fetch",
        "Fetch a document",
        "Read one document whole, by an id that search has given.",
        {"id": schemas.string("The id of a result of search.")},
        ("id",),
        schemas.answer(
            {
                "id": {"type": "string"},
                "title": {"type": "string"},
                "text": {"type": "string"},
                "url": {"type": "string"},
                "metadata": {"type": "object"},
            }
        ),
        fetch,
        reads=True,
        repeats=True,
    ),
)
