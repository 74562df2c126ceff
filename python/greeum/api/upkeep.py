"""Looking after a memory over HTTP: what is kept and for how long, maintenance, checks and repairs."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from greeum.api import answers, encoding, wire
from greeum.api.http import Answer
from greeum.api.routes import Operation
from greeum.maintenance import GRACE_S

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Call


class NewRule(wire.Request):
    """What is to be kept; at least one bound must be given."""

    namespace: wire.Namespace = ""
    kind: Annotated[wire.Name | None, Meta(description="Null: of every kind.")] = None
    max_age: Annotated[
        float | None,
        Meta(
            description="Seconds since it was added; null is without bound.", extra_json_schema={"exclusiveMinimum": 0}
        ),
    ] = None
    max_blocks: Annotated[
        int | None,
        Meta(
            description="How many, the newest ones; null is without bound.",
            extra_json_schema={"minimum": 0, "maximum": 2**53 - 1},
        ),
    ] = None


class Maintain(wire.Request):
    """How to go about it."""

    dry_run: wire.DryRun = False
    grace: Annotated[
        float,
        Meta(
            description="For how many seconds what has expired is still kept.",
            extra_json_schema={"minimum": 0},
        ),
    ] = float(GRACE_S)


class RuleName(wire.Request):
    namespace: wire.PathNamespace = ""
    kind: Annotated[wire.Name | None, Meta(description="Left out: the rule for every kind.")] = None


class RuleFor(wire.Request):
    namespace: wire.PathNamespace = ""
    kind: wire.Name = "message"


class Rule(answers.Answered):
    """What is kept of a namespace and all below it."""

    namespace: str
    kind: Annotated[str | None, Meta(description="Null: of every kind.")]
    max_age: Annotated[float | None, Meta(description="Seconds since it was added.")]
    max_blocks: int | None
    set_at: answers.Moment


class Rules(answers.Answered):
    """Every rule, ordered by namespace and kind."""

    rules: list[Rule]


class RuleThatCounts(answers.Answered):
    """The one rule for blocks of a kind in a namespace; null if they are kept for good."""

    rule: Rule | None


class Step(answers.Answered):
    """What one step did, or would do."""

    name: str
    count: int
    unit: Literal["blocks", "links", "changes", "bytes"]
    seconds: float


class Report(answers.Answered):
    """Step by step."""

    dry_run: bool
    steps: list[Step]


class Finding(answers.Answered):
    """What was looked at, whether it is well, and what was found and is to be done."""

    what: str
    well: bool
    advice: str


class Findings(answers.Answered):
    """How the memory stands."""

    findings: list[Finding]


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
    Operation(id="retention.list", method="GET", path="/v1/retention", handle=rules, answer=Rules),
    Operation(
        id="retention.rule", method="GET", path="/v1/retention:rule", handle=rule, query=RuleFor,
        answer=RuleThatCounts,
    ),
    Operation(
        id="retention.set", method="PUT", path="/v1/retention", handle=set_rule, body=NewRule,
        answer=Rule, problems=("store-full",),
    ),
    Operation(
        id="retention.clear", method="DELETE", path="/v1/retention", handle=clear_rule, query=RuleName,
        status=204, problems=("not-found", "store-full"),
    ),
    Operation(
        id="maintain", method="POST", path="/v1/maintain", handle=maintain, body=Maintain, answer=Report,
        problems=("store-full",), is_long=True,
    ),
    Operation(
        id="check", method="POST", path="/v1/check", handle=check, answer=Findings, is_long=True
    ),
    Operation(
        id="repair", method="POST", path="/v1/repair", handle=repair, answer=Findings,
        problems=("embedder-failed", "store-full"), is_long=True,
    ),
)  # fmt: skip
