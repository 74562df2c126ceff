"""greeum add: remember a text."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.blocks import show_flags
from greeum.cli.options import Argument, Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call
    from greeum.model import Added

GIVEN = (
    "namespace", "key", "kind", "source", "tags", "importance", "metadata", "at", "valid_from", "valid_to",
    "expires_at", "ttl", "near", "on_duplicate", "on_conflict",
)  # fmt: skip


def run(call: Call) -> int:
    text = call.text(call.given["text"], "text")
    block = call.write(lambda memory: memory.add(text, **call.pick(*GIVEN)))
    if call.screen.json:
        call.screen.document(block.to_dict() | block.outcome())
        return 0
    call.screen.line(f"block {block.id}{outcome(block)}")
    for conflict in block.conflicts:
        call.screen.line(conflict.message)
    if block.is_new:
        show_flags(call.screen, block)
    return 0


def outcome(block: Added) -> str:
    """What came of it, behind its number."""
    if not block.is_new:
        return ", which says the same already"
    return "" if block.supersedes is None else f" supersedes {block.supersedes}"


COMMAND = Command(
    "add",
    run,
    "Remember a text.",
    arguments=[
        Argument(
            "TEXT…|-",
            "The text, in as many words as you like; - reads it from standard input.",
            field="text",
            most=None,
        )
    ],
    options=[
        fields.NAMESPACE,
        fields.KEY,
        *fields.BLOCK_FIELDS,
        fields.NEAR_WHEN_ADDING,
        fields.ON_DUPLICATE,
        fields.ON_CONFLICT,
    ],
    details="""One call adds one block, and it is on disk when the command ends. Of many, make a file for `greeum
        import`. Unless you say otherwise its kind is message, its importance 0.5, and it was said now. The
        same text under the same key is added once, and so is a fact or a note that says what one in its namespace says
        already. The memory is made if it is not there.""",
    examples=[
        'greeum add "I moved to Busan in May." --source alice --namespace acme/alice/chat-1',
        "git log -1 --format=%B | greeum add - --kind note --tag release",
    ],
)
