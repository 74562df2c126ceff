"""greeum update: correct a block."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.blocks import show_flags
from greeum.cli.options import Argument, Command, Option, as_whole_number
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from greeum.cli.call import Call

EMPTY: dict[str, object] = {
    "source": None, "tags": (), "metadata": {}, "valid_from": None, "valid_to": None, "expires_at": None,
}  # fmt: skip
"""The fields that may be emptied, and what that makes of them."""

GIVEN = (
    "kind", "source", "tags", "importance", "metadata", "at", "valid_from", "valid_to", "expires_at", "ttl", "revision",
)  # fmt: skip


def run(call: Call) -> int:
    changes: dict[str, Any] = call.pick(*GIVEN) | emptied(call)
    if "text" in call.given:
        changes["text"] = call.text([call.given["text"]], "text")
    with call.open() as memory:
        block = memory.update(call.given["block"], **changes)
    if call.screen.json:
        call.screen.document(block.to_dict())
        return 0
    if "text" in changes:
        call.screen.line(f"block {block.id} supersedes {block.supersedes}")
    else:
        call.screen.line(f"block {block.id}, revision {block.revision}")
    show_flags(call.screen, block)
    return 0


def emptied(call: Call) -> dict[str, object]:
    changes: dict[str, object] = {}
    for name in call.given.get("clear", ()):
        field = name.replace("-", "_")
        if field not in EMPTY:
            raise InvalidInput("clear", f"{name!r} is no field that can be empty; there are {', '.join(EMPTY)}")
        if field in call.given:
            raise InvalidInput("clear", f"{name!r} is given a value as well")
        changes[field] = EMPTY[field]
    return changes


COMMAND = Command(
    "update",
    run,
    "Correct a block.",
    arguments=[Argument("ID", "The block's id.", field="block", read=fields.BLOCK_ID)],
    options=[
        Option(
            "--text",
            "TEXT|-",
            "The corrected text: a new block that supersedes this one. - reads it from standard input.",
        ),
        *fields.BLOCK_FIELDS,
        Option(
            "--clear",
            "FIELD",
            "Empty a field: source, tags, metadata, valid-from, valid-to, expires-at. Repeat it for more.",
            repeats=True,
        ),
        Option("--revision", "N", "Only if this is its current revision.", read=as_whole_number),
    ],
    details="""What is not named stays as it is. With a new text, searches find the new block and `greeum get ID
        --history` shows both; without one the block's fields change in place.""",
    examples=[
        'greeum update 17 --text "I moved to Busan in June."',
        "greeum update 17 --tag home --tag move --clear source",
    ],
)
