"""Who wrote what, over HTTP: blocks are hidden and shown again, an origin's writes are undone; and what is done with a
text that holds what it should not.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, field

from greeum import limits
from greeum.api import answers, encoding, wire
from greeum.api.routes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Answer, Call


class Quarantine(wire.Request):
    """Which blocks to hide or to show again: these ids, or all for which everything holds that is said."""

    ids: Annotated[list[wire.Id], Meta(max_length=limits.BATCH_MAX)] | UnsetType = UNSET
    origin: Annotated[
        wire.Name | None,
        Meta(description="Who wrote it, or one below: `web` is `web/crawler` too."),
    ] = None
    source: wire.Name | None = None
    where: wire.Where = None
    namespace: wire.Namespace = ""
    dry_run: wire.DryRun = False


class RollBack(wire.Request):
    """Whose writes are undone."""

    origin: Annotated[wire.Name, Meta(description="And of those below it: `web` is `web/crawler` too.")]
    since: Annotated[wire.Time | None, Meta(description="What was written from then on; all of it if left out.")] = None
    namespace: wire.Namespace = ""
    forget: Annotated[bool, Meta(description="Whether to erase its blocks, in place of hiding them.")] = False
    dry_run: wire.DryRun = False


FINDINGS = ("bidi", "control", "personal", "secret", "zero-width")
"""What may be found in a text: hidden characters, personal data, secrets."""


class NewScreening(wire.Request):
    """What to do with a kind of finding from now on."""

    kind: Annotated[str, Meta(extra_json_schema={"enum": list(FINDINGS)})]
    policy: Annotated[str, Meta(extra_json_schema={"enum": ["note", "redact", "refuse"]})]


class Quarantined(answers.Answered):
    """Those that were hidden by this, or, after a dry run, would be."""

    quarantined: list[int]


class Released(answers.Answered):
    """Those that can be found again, or, after a dry run, could be."""

    released: list[int]


class RolledBack(answers.Answered):
    """What was undone, or, after a dry run, would be."""

    quarantined: Annotated[list[int], Meta(description="Blocks that it wrote, and that nobody finds any more.")]
    forgotten: Annotated[list[int], Meta(description="Blocks that were erased, since that was asked for.")]
    restored: Annotated[list[int], Meta(description="Blocks that are the newest version again.")]
    links: Annotated[list[answers.Link], Meta(description="Links that are gone.")]
    anchors: Annotated[
        list[answers.Anchor], Meta(description="Anchors that pointed to what it wrote, as they are now.")
    ]


ScreeningPolicy = Literal["note", "redact", "refuse"]


class Screening(answers.Answered):
    """What is done with each kind of finding: a flag and nothing else, a marker in its place, or a refusal."""

    bidi: ScreeningPolicy
    control: ScreeningPolicy
    personal: ScreeningPolicy
    secret: ScreeningPolicy
    zero_width: Annotated[ScreeningPolicy, Meta()] = field(name="zero-width")


def quarantine(memory: Memory, call: Call) -> Answer:
    """Hide blocks: nothing finds them unless it asks for history, until they are released."""
    hidden = memory.quarantine(**meant(call))
    return encoding.plain({"quarantined": hidden}, records=len(hidden))


def release(memory: Memory, call: Call) -> Answer:
    """Show blocks again that were hidden."""
    shown = memory.release(**meant(call))
    return encoding.plain({"released": shown}, records=len(shown))


def meant(call: Call) -> dict[str, Any]:
    """The arguments; there `ids` are called `block`."""
    said = dict(call.body)
    return said | {"block": said.pop("ids")} if "ids" in said else said


def roll_back(memory: Memory, call: Call) -> Answer:
    """Undo what an origin wrote, all of it or since some time. Its blocks are hidden or erased, what it corrected is
    the newest version again, the links that it added go.
    """
    return encoding.one(memory.roll_back(**call.body))


def screening(memory: Memory, _: Call) -> Answer:
    """What is done with each kind of finding in what is written."""
    return encoding.plain(memory.screening.policies())


def set_screening(memory: Memory, call: Call) -> Answer:
    """Say so for one kind, from the next write on."""
    memory.screening.set(**call.body)
    return encoding.plain(memory.screening.policies())


OPERATIONS = (
    Operation(
        id="blocks.quarantine", method="POST", path="/v1/blocks:quarantine", handle=quarantine, body=Quarantine,
        answer=Quarantined, problems=("not-found", "store-full"),
    ),
    Operation(
        id="blocks.release", method="POST", path="/v1/blocks:release", handle=release, body=Quarantine,
        answer=Released, problems=("not-found", "store-full"),
    ),
    Operation(
        id="roll_back", method="POST", path="/v1/roll-back", handle=roll_back, body=RollBack,
        answer=RolledBack, problems=("conflict", "store-full"), is_long=True,
    ),
    Operation(id="screening.get", method="GET", path="/v1/screening", handle=screening, answer=Screening),
    Operation(
        id="screening.set", method="PUT", path="/v1/screening", handle=set_screening, body=NewScreening,
        answer=Screening, problems=("store-full",),
    ),
)  # fmt: skip
