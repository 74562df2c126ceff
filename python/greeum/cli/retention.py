"""greeum retention: how long memories are kept, and how many."""

from __future__ import annotations

from greeum.cli.options import Command, Option, as_seconds, as_whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call

NAMESPACE = Option("--namespace", "PATH", "The namespace that it is for, with all below it. Default: the root")
KIND = Option("--kind", "KIND", "Only blocks of this kind. Default: of every kind")


def run_set(call: Call) -> int:
    with call.open() as memory:
        rule = memory.retention.set(**call.pick("namespace", "kind", "max_age", "max_blocks"))
    if call.screen.json:
        call.screen.document(rule.to_dict())
    else:
        call.screen.line(f"kept in {rule.namespace or '/'}, {rule.kind or 'every kind'}: {bounds(rule.to_dict())}")
    return 0


def run_list(call: Call) -> int:
    with call.open() as memory:
        rules = [rule.to_dict() for rule in memory.retention.list()]
    if call.screen.json:
        call.screen.document({"rules": rules})
        return 0
    rows = [[str(rule["namespace"]) or "/", str(rule["kind"] or ""), bounds(rule)] for rule in rules]
    call.screen.table(("NAMESPACE", "KIND", "KEPT"), rows, none="no rules")
    return 0


def run_clear(call: Call) -> int:
    with call.open() as memory:
        memory.retention.clear(**call.pick("namespace", "kind"))
    cleared = {name: call.given.get(name, otherwise) for name, otherwise in (("namespace", ""), ("kind", None))}
    if call.screen.json:
        call.screen.document({"cleared": cleared})
    else:
        call.screen.line(f"cleared: {cleared['namespace'] or '/'}, {cleared['kind'] or 'every kind'}")
    return 0


def bounds(rule: dict[str, object]) -> str:
    """What a rule keeps, in words."""
    age, blocks = rule["max_age"], rule["max_blocks"]
    told = [f"{age:,.0f} s"] if isinstance(age, float) else []
    return ", ".join([*told, *([f"{blocks:,} blocks"] if isinstance(blocks, int) else [])])


SET = Command(
    "retention set",
    run_set,
    "Say how long the blocks of a namespace are kept, or how many.",
    options=[
        NAMESPACE,
        KIND,
        Option("--max-age", "TIME", "For how long after they were added, as in 90d.", read=as_seconds),
        Option("--max-blocks", "N", "How many of them, the newest ones.", read=as_whole_number),
    ],
    details="""Nothing is erased before the next `greeum maintain`. For each block the rule of the closest namespace
        counts, and there, that of its kind before that of every kind. Times are seconds, or have s, m, h, d or w after
        the number.""",
    examples=[
        "greeum retention set --namespace acme --max-age 365d",
        "greeum retention set --namespace acme/alice --kind message --max-blocks 10000",
    ],
)
LIST = Command(
    "retention list",
    run_list,
    "Show every rule.",
    details="""With --json the document is {"rules": […]}, with ages in seconds.""",
    examples=["greeum retention list"],
)
CLEAR = Command(
    "retention clear",
    run_clear,
    "Remove a rule: what it was for is kept as the next rule above says, or for good.",
    options=[NAMESPACE, KIND],
    examples=["greeum retention clear --namespace acme"],
)
