"""From the JSON of answers to what a Memory gives: the same rows that a Store has, and the same views over them.

Every function raises ValueError, KeyError or TypeError for what is not of the shape that Greeum answers with.
"""

from __future__ import annotations

from json import dumps

from greeum._core import PARTS, parse_time
from greeum.difference import Difference
from greeum.forgetting import Certificate, Forgotten
from greeum.importers.report import ImportReport, Skipped
from greeum.listing import NamespacePage, Page
from greeum.maintenance import Report, Step
from greeum.model import Added, Anchor, Block, Change, Context, Contradiction, Hit, Link, RolledBack
from greeum.retention import Rule
from greeum.store.protocol import Erased
from greeum.store.rollback import Undone
from greeum.weights import Weighing, Weight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from greeum.store.protocol import AnchorRow, BlockRow, CertificateRow, LinkRow

    T = TypeVar("T")


def block_row(record: Any) -> BlockRow:
    return (
        integer(record["id"]),
        string(record["uid"]),
        string(record["namespace"]),
        optional(string, record["key"]),
        string(record["text"]),
        string(record["kind"]),
        optional(string, record["source"]),
        tags(record["tags"]),
        number(record["importance"]),
        metadata(record["metadata"]),
        moment(record["at"]),
        moment(record["added_at"]),
        optional(moment, record["valid_from"]),
        optional(moment, record["valid_to"]),
        optional(moment, record["expires_at"]),
        integer(record["revision"]),
        optional(integer, record["supersedes"]),
        optional(integer, record["superseded_by"]),
        optional(moment, record["superseded_at"]),
        string(record["origin"]),
        number(record["trust"]),
        tags(record["flags"]),
        integer(record["uses"]),
    )


def block(record: Any) -> Block:
    return Block(block_row(record))


def added(record: Any) -> Added:
    return Added(
        block_row(record),
        truth(record["is_new"]),
        optional(integer, record["duplicate_of"]),
        optional(integer, record["echo_of"]),
        tuple(several(contradiction, record["conflicts"])),
    )


def contradiction(record: Any) -> Contradiction:
    found = Contradiction(
        integer(record["block"]), string(record["reason"]), string(record["new"]), string(record["old"]),
        truth(record["is_sure"]), "",
    )  # fmt: skip
    # It quotes the other block, whose text does not come along.
    found.message = string(record["message"])
    return found


def hit(record: Any) -> Hit:
    parts = record["parts"]
    return Hit(block_row(record["block"]), number(record["score"]), [number(parts[name]) for name in PARTS])


def hits(record: Any) -> list[Hit]:
    return several(hit, record)


def link_row(record: Any) -> LinkRow:
    return (
        integer(record["source"]),
        integer(record["target"]),
        string(record["kind"]),
        number(record["weight"]),
        moment(record["added_at"]),
        string(record["origin"]),
    )


def link(record: Any) -> Link:
    return Link(link_row(record))


def anchor_row(record: Any) -> AnchorRow:
    return (
        string(record["namespace"]),
        string(record["name"]),
        integer(record["block_id"]),
        integer(record["hops"]),
        truth(record["pinned"]),
        moment(record["moved_at"]),
    )


def anchor(record: Any) -> Anchor:
    return Anchor(anchor_row(record))


def rolled_back(record: Any) -> RolledBack:
    erased = several(integer, record["forgotten"])
    written = sorted({*several(integer, record["quarantined"]), *erased})
    restored = several(integer, record["restored"])
    links, anchors = several(link_row, record["links"]), several(anchor_row, record["anchors"])
    return RolledBack(Undone(written, restored, links, anchors), erased)


def change(record: Any) -> Change:
    return Change(integer(record["seq"]), string(record["operation"]), integer(record["block_id"]))


def context(record: Any) -> Context:
    return Context(string(record["text"]), several(block, record["blocks"]), integer(record["tokens"]))


def difference(record: Any) -> Difference:
    return Difference(
        several(block, record["added"]), several(correction, record["changed"]), several(block, record["removed"]),
        counts(record["counts"]),
    )  # fmt: skip


def correction(record: Any) -> tuple[Block, Block]:
    return block(record["before"]), block(record["after"])


def forgotten(record: Any) -> Forgotten:
    blocks, links, anchors = (integer(record[name]) for name in ("blocks", "links", "anchors"))
    erased = Erased(several(integer, record["forgotten"]), blocks=blocks, links=links, anchors=anchors)
    erased.certificate = optional(certificate_row, record["certificate"])
    untold = [f"backups of the server, {number}" for number in range(1, integer(record["untold"]) + 1)]
    return Forgotten(erased, dry_run=truth(record["dry_run"]), untold=untold)


def certificate_row(record: Any) -> CertificateRow:
    return (
        integer(record["number"]),
        moment(record["at"]),
        string(record["origin"]),
        dumps(mapping(record["asked"]), separators=(",", ":")),
        integer(record["blocks"]),
        integer(record["versions"]),
        integer(record["links"]),
        integer(record["anchors"]),
        integer(record["seq"]),
        string(record["erased"]),
        string(record["previous"]),
        string(record["sha256"]),
    )


def certificate(record: Any) -> Certificate:
    return Certificate(certificate_row(record))


def rule(record: Any) -> Rule:
    return Rule(
        (
            string(record["namespace"]),
            optional(string, record["kind"]) or "",
            optional(span, record["max_age"]),
            optional(integer, record["max_blocks"]),
            moment(record["set_at"]),
        )
    )


def rule_that_counts(record: Any) -> Rule | None:
    return optional(rule, record["rule"])


def report(record: Any) -> Report:
    found = Report(truth(record["dry_run"]))
    found.steps = several(step, record["steps"])
    return found


def step(record: Any) -> Step:
    return Step(string(record["name"]), string(record["unit"]), integer(record["count"]), number(record["seconds"]))


def weight(record: Any) -> Weight:
    return Weight(
        string(record["name"]), number(record["value"]), number(record["default"]), string(record["origin"]),
        optional(string, record["namespace"]),
    )  # fmt: skip


def weighing(record: Any) -> Weighing:
    weights = {found.name: found for found in several(weight, record["weights"])}
    share = number(record["share"])
    return Weighing(string(record["namespace"]), weights, integer(record["judgements"]), share)


def words(record: Any) -> dict[str, str]:
    return {string(name): string(word) for name, word in mapping(record).items()}


def time_zone(record: Any) -> str:
    return string(mapping(record)["time_zone"])


def nothing(answer: Any) -> None:
    if answer is not None:
        raise TypeError("something")


def page(record: Any) -> Page:
    blocks = Page(several(block, record["blocks"]))
    blocks.cursor = optional(string, record["cursor"])
    return blocks


def finding(record: Any) -> tuple[str, bool, str]:
    return string(record["what"]), truth(record["well"]), string(record["advice"])


def value_count(record: Any) -> tuple[str, int]:
    return string(record["value"]), integer(record["count"])


def facets(record: Any) -> dict[str, list[tuple[str, int]]]:
    return {string(field): several(value_count, counts) for field, counts in mapping(record["facets"]).items()}


def namespace_count(record: Any) -> tuple[str, int]:
    return string(record["namespace"]), integer(record["blocks"])


def namespace_page(record: Any) -> NamespacePage:
    names = NamespacePage(several(namespace_count, record["namespaces"]))
    names.cursor = optional(string, record["cursor"])
    return names


def count(record: Any) -> int:
    return integer(record["count"])


def counts(record: Any) -> dict[str, int]:
    return {string(name): integer(count) for name, count in mapping(record).items()}


def import_report(record: Any) -> ImportReport:
    found = ImportReport(string(record["format"]), dry_run=truth(record["dry_run"]))
    for name in ("added", "corrected", "present", "forgotten", "links", "anchors", "weights", "skipped"):
        setattr(found, name, integer(record[name]))
    found.reasons = several(lambda one: Skipped(string(one["where"]), string(one["reason"])), record["reasons"])
    found.left_out = counts(record["left_out"])
    found.notes = several(string, record["notes"])
    return found


def listed(field: str, make: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    """Reads an answer that holds a list in this field."""
    return lambda record: several(make, record[field])


# What these are made of.


def several(make: Callable[[Any], T], values: Any) -> list[T]:
    if not isinstance(values, list):
        raise TypeError("no list")
    return [make(value) for value in values]


def optional(make: Callable[[Any], T], value: Any) -> T | None:
    return None if value is None else make(value)


def mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value


def string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no string")
    return value


def integer(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("no whole number")
    return value


def number(value: Any) -> float:
    if type(value) is not float and type(value) is not int:
        raise TypeError("no number")
    return float(value)


def truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def span(value: Any) -> int:
    """Microseconds, from seconds."""
    return round(number(value) * 1_000_000)


def moment(value: Any) -> int:
    at = parse_time(string(value))
    if at is None:
        raise ValueError("no time")
    return at


def tags(value: Any) -> str:
    """As a row has them: JSON, written as `inputs.tags` writes it, so that equal blocks have equal rows."""
    return dumps(several(string, value), ensure_ascii=False) if value else "[]"


def metadata(value: Any) -> str:
    """As a row has it: JSON, written as `inputs.metadata` writes it."""
    return dumps(mapping(value), ensure_ascii=False, separators=(",", ":")) if value else "{}"
