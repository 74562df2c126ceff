"""Looking after a memory over HTTP: what is kept and for how long, maintenance, checks and repairs."""

from __future__ import annotations

from greeum.api import answers, encoding, wire
from greeum.api.http import Answer
from greeum.api.routes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Call


def rules(memory: Memory, _: Call) -> Answer:
    """Every rule of retention, ordered by namespace and kind."""
    return encoding.several("rules", memory.retention.list())


def rule(memory: Memory, call: Call) -> Answer:
    """The one rule that counts for blocks of a kind in a namespace."""
    found = memory.retention.rule(**call.query)
    return encoding.plain({"rule": None if found is None else found.to_dict()})


def set_rule(memory: Memory, call: Call) -> Answer:
    """Say what is kept of a namespace and all below it, in place of what was said before; maintenance erases the rest
    of it.
    """
    return encoding.one(memory.retention.set(**call.body))


def clear_rule(memory: Memory, call: Call) -> Answer:
    """Remove a rule."""
    memory.retention.clear(**call.query)
    return Answer(status=204)


def maintain(memory: Memory, call: Call) -> Answer:
    """Erase what has outlived its time, count uses, put away what piles up. A server does it by itself now and then."""
    return encoding.one(memory.maintain(**call.body))


def check(memory: Memory, _: Call) -> Answer:
    """Read everything and look for trouble. It takes about a second for each GB."""
    return found(memory.check())


def repair(memory: Memory, _: Call) -> Answer:
    """Put in order what a check finds, where it is sure what is right; nothing is answered where nothing was to do."""
    return found(memory.repair())


def found(findings: list[tuple[str, bool, str]]) -> Answer:
    listed = [{"what": what, "well": well, "advice": advice} for what, well, advice in findings]
    return encoding.plain({"findings": listed})


OPERATIONS = (
    Operation(id="retention.list", method="GET", path="/v1/retention", handle=rules, answer=answers.Rules),
    Operation(
        id="retention.rule", method="GET", path="/v1/retention:rule", handle=rule, query=wire.RuleFor,
        answer=answers.RuleThatCounts,
    ),
    Operation(
        id="retention.set", method="PUT", path="/v1/retention", handle=set_rule, body=wire.NewRule,
        answer=answers.Rule, problems=("store-full",),
    ),
    Operation(
        id="retention.clear", method="DELETE", path="/v1/retention", handle=clear_rule, query=wire.RuleName,
        status=204, problems=("not-found", "store-full"),
    ),
    Operation(
        id="maintain", method="POST", path="/v1/maintain", handle=maintain, body=wire.Maintain, answer=answers.Report,
        problems=("store-full",), is_long=True,
    ),
    Operation(
        id="check", method="POST", path="/v1/check", handle=check, answer=answers.Findings, is_long=True
    ),
    Operation(
        id="repair", method="POST", path="/v1/repair", handle=repair, answer=answers.Findings,
        problems=("embedder-failed", "store-full"), is_long=True,
    ),
)  # fmt: skip
