"""What Memory can do, the command line can do: each method has its command, or a reason to have none."""

from __future__ import annotations

import inspect

import greeum
from greeum import Memory
from greeum.cli.commands import HOMES
from greeum.screening import Screening

COMMANDS = {
    "add": "add",
    "add_many": "import",  # of many blocks a person has a file
    "backup": "backup",
    "certificates": "certificates",
    "changes": "changes",
    "check": "doctor",
    "context": "context",
    "count": "count",
    "diff": "diff",
    "drop_backups": "backup",
    "explain": "explain",
    "export": "export",
    "facets": "facets",
    "feedback": "feedback",
    "forget": "forget",
    "get": "get",
    "history": "get",
    "import_": "import",
    "import_from": "import",
    "link": "link",
    "links": "links",
    "list": "list",
    "logical_hash": "logical-hash",
    "maintain": "maintain",
    "merge": "merge",
    "namespaces": "namespaces",
    "quarantine": "quarantine",
    "release": "release",
    "repair": "doctor",
    "roll_back": "roll-back",
    "search": "search",
    "stats": "stats",
    "unlink": "unlink",
    "update": "update",
    "used": "used",
    "wipe": "wipe",
    "anchors.clear": "anchors clear",
    "anchors.get": "anchors status",
    "anchors.move": "anchors move",
    "anchors.pin": "anchors pin",
    "anchors.set": "anchors set",
    "anchors.status": "anchors status",
    "anchors.unpin": "anchors unpin",
    "policies.get": "policies show",
    "policies.set": "policies set",
    "retention.clear": "retention clear",
    "retention.list": "retention list",
    "retention.rule": "retention list",
    "retention.set": "retention set",
    "screening.policies": "screening show",
    "screening.set": "screening set",
    "time_zone.get": "time-zone show",
    "time_zone.set": "time-zone set",
    "weights.get": "weights show",
    "weights.reset": "weights reset",
    "weights.set": "weights set",
}

WITHOUT = {
    "anchor": "which anchor a search would use is seen in `anchors status`, and used by `search --near`",
    "close": "a command closes what it has opened",
    "search_json": "for doors that pass hits on",
    "search_many": "for programs; `eval` asks a file of questions",
    "search_many_json": "for doors that pass hits on",
    "stream": "a table is printed when it is whole; for the first hits soon there is -k",
    "through": "a command says that it is `cli`; who else writes has a key, and --url",
}
"""What no command does, and why."""

OF_THE_INSIDE = {"anchors.closest", "policies.of", "screening.read_only", "screening.screen"}


def offered(face: type, prefix: str = "") -> set[str]:
    return {prefix + name for name, _ in inspect.getmembers(face, inspect.isfunction) if not name.startswith("_")}


def test_each_method_has_a_command_or_a_reason_to_have_none() -> None:
    there = offered(Memory) | offered(greeum.Anchors, "anchors.") | offered(greeum.Policies, "policies.")
    there |= offered(greeum.Retention, "retention.") | offered(Screening, "screening.")
    there |= offered(greeum.TimeZone, "time_zone.") | offered(greeum.Weights, "weights.")
    assert there - OF_THE_INSIDE == COMMANDS.keys() | WITHOUT.keys()
    assert set(COMMANDS.values()) <= HOMES.keys()
