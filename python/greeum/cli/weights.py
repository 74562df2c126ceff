"""greeum weights: how much each kind of evidence counts in searches of a namespace."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call
    from greeum.cli.screen import Screen
    from greeum.weights import Weighing

NAMESPACE = Option("--namespace", "PATH", "The namespace whose searches they are for, with all below it. Default: all")


def run_show(call: Call) -> int:
    with call.open() as memory:
        weighing = memory.weights.get(**call.pick("namespace"))
    show(call.screen, weighing)
    return 0


def run_set(call: Call) -> int:
    chosen = dict(map(pair, call.given["weights"]))
    weighing = call.write(lambda memory: memory.weights.set(chosen, **call.pick("namespace")))
    show(call.screen, weighing)
    return 0


def run_reset(call: Call) -> int:
    with call.open() as memory:
        weighing = memory.weights.reset(**call.pick("namespace", "learnt_only"))
    show(call.screen, weighing)
    return 0


def show(screen: Screen, weighing: Weighing) -> None:
    """Every weight, and where it comes from."""
    if screen.json:
        screen.document(weighing.to_dict())
        return
    rows = [
        [weight.name, f"{weight.value:g}", f"{weight.default:g}", told(weight.origin, weight.namespace)]
        for weight in weighing.weights.values()
    ]
    screen.table(("WEIGHT", "VALUE", "DEFAULT", "FROM"), rows)
    screen.note(f"{weighing.judgements:,} judgements here, {weighing.share:.0%} of what they have taught in use")


def told(origin: str, namespace: str | None) -> str:
    return origin if namespace is None else f"{origin} in {namespace or '/'}"


def pair(word: str) -> tuple[str, float | None]:
    """What `NAME=NUMBER` says; `NAME=default` takes back what was said. Raises InvalidInput."""
    name, _, value = word.partition("=")
    try:
        return name, None if value == "default" else float(value)
    except ValueError as error:
        raise InvalidInput("NAME=NUMBER", f"must be as in words=0.6, or words=default, not {word!r}") from error


SHOW = Command(
    "weights show",
    run_show,
    "Show how much each kind of evidence counts in searches, and why.",
    options=[NAMESPACE, fields.READ_ONLY],
    details="""A weight is the default, or was set, or was learnt from `greeum feedback`; the last column says for which
        namespace.""",
    examples=["greeum weights show --namespace acme/alice"],
)

SET = Command(
    "weights set",
    run_set,
    "Say how much some kinds of evidence count in searches of a namespace.",
    arguments=[
        Argument("NAME=NUMBER…", "A weight, or several; NAME=default takes one back.", field="weights", most=None)
    ],
    options=[NAMESPACE],
    details="""It holds for every process that uses the memory, from the next search on; what a search says itself goes
        over it. The memory is made if it is not there.""",
    examples=["greeum weights set recency=0.3 half_life=7 --namespace acme"],
)

RESET = Command(
    "weights reset",
    run_reset,
    "Forget what was set and what was learnt for a namespace.",
    options=[NAMESPACE, Option("--learnt-only", None, "Only what was learnt; what was set stays.")],
    examples=["greeum weights reset --namespace acme --learnt-only"],
)
