"""greeum policies: what is done with a text that says what is there already, or the opposite."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from greeum.cli.call import Call
    from greeum.memory import Memory

KINDS = ("*", "message", "note", "fact")
"""Shown if none is named: every kind of which nothing else is said, and those that Greeum knows."""


def run_show(call: Call) -> int:
    with call.open() as memory:
        policies = {kind: memory.policies.get(kind) for kind in call.given["kinds"] or KINDS}
    return show(call, policies)


def run_set(call: Call) -> int:
    kind = call.given["kind"]
    chosen = call.pick("on_duplicate", "on_conflict")
    if not chosen:
        from greeum.errors import InvalidInput

        raise InvalidInput("--on-duplicate", "is missing, and so is --on-conflict: say at least one of them")

    def set_policy(memory: Memory) -> dict[str, str]:
        memory.policies.set(kind, **chosen)
        return memory.policies.get(kind)

    return show(call, {kind: call.write(set_policy)})


def show(call: Call, policies: Mapping[str, Mapping[str, str]]) -> int:
    if call.screen.json:
        call.screen.document({"policies": policies})
        return 0
    from greeum.cli.cells import on_one_line

    rows = [[on_one_line(kind), said["on_duplicate"], said["on_conflict"]] for kind, said in policies.items()]
    call.screen.table(("KIND", "ON DUPLICATE", "ON CONFLICT"), rows)
    return 0


SHOW = Command(
    "policies show",
    run_show,
    "Show what is done with a text that says what is there already, or contradicts it.",
    arguments=[
        Argument(
            "KIND…",
            "Kinds of blocks; * is every kind of which nothing else is said. Default: *, message, note and fact",
            field="kinds",
            least=0,
            most=None,
        )
    ],
    options=[fields.READ_ONLY],
    details="""With --json the document is {"policies": {KIND: {"on_duplicate", "on_conflict"}}}.""",
    examples=["greeum policies show", "greeum policies show fact preference"],
)

SET = Command(
    "policies set",
    run_set,
    "Say what is done with it, for a kind of blocks.",
    arguments=[Argument("KIND", "A kind of blocks, or '*' for every kind of which nothing is said.", field="kind")],
    options=[fields.ON_DUPLICATE, fields.ON_CONFLICT],
    details="""It holds for every process that uses the memory, unless `greeum add` says otherwise of a block; what is
        left out stays as it is. The memory is made if it is not there. See docs/guides/duplicates.md.""",
    examples=["greeum policies set preference --on-conflict supersede", "greeum policies set '*' --on-duplicate link"],
)
