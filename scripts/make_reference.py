"""Makes the pages of docs/reference that follow from the code: run it when a docstring, bound or weight has changed.

    python scripts/make_reference.py

memory.md comes from docstrings and signatures, weights.md from crates/core/src/query.rs, errors.md from greeum.errors,
environment.md from greeum.settings, openapi.json from the table of operations in greeum.api. (cli.md is made by
`python -m greeum.cli.reference`.)
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import greeum
from greeum import aio, errors, limits, model, settings, testing
from greeum.api import openapi
from greeum.recall import Recall
from greeum.screening import Screening

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
MADE = "<!-- Made by `python scripts/make_reference.py`; a test keeps it current. -->"
WIDTH = 110

ALIASES = {
    "Answers": "list[list[Hit]]",
    "AddedBlocks": "list[Added]",
    "Blocks": "list[Block]",
    "Changes": "list[Change]",
    "Facets": "dict[str, list[tuple[str, int]]]",
    "Findings": "list[tuple[str, bool, str]]",
    "Hits": "list[Hit]",
    "Ids": "list[int]",
    "Keep": "KEEP",
    "Links": "list[Link]",
    "Namespace": "str | Sequence[str]",
    "Near": "str | int | Anchor",
    "Rules": "list[Rule]",
    "Span": "float | timedelta",
    "Time": "str | datetime",
    "Written": "list[bytes]",
}
"""What short names in signatures stand for."""

VIEWS = (
    greeum.Block, greeum.Added, greeum.Contradiction, greeum.Hit, greeum.Link, greeum.Anchor, greeum.Context,
    greeum.Change, greeum.Page, greeum.NamespacePage, greeum.Rule, greeum.Weighing, greeum.Weight, greeum.Report,
    greeum.ImportReport, model.RolledBack, greeum.Forgotten, greeum.Certificate, greeum.Explanation, greeum.Backup,
    greeum.Reembedded,
)  # fmt: skip
"""What a memory gives back."""

FACES = {
    "anchors": greeum.Anchors,
    "retention": greeum.Retention,
    "policies": greeum.Policies,
    "screening": Screening,
    "time_zone": greeum.TimeZone,
    "weights": greeum.Weights,
}
"""What a memory has under a name of its own."""

NOT_FOR_CALLERS = {
    ("policies", "of"), ("screening", "screen"), ("screening", "read_only"), ("Forgotten", "seen_from_within"),
}  # fmt: skip
"""Methods that other modules call: by the name of what has them."""

TASKS = {
    "remember and correct": "add add_many update",
    "find": "search search_many stream context explain search_json search_many_json",
    "improve what is found": "feedback used",
    "read": "get list history links anchor",
    "count and compare": "count facets namespaces stats diff changes",
    "link": "link unlink",
    "forget": "forget wipe certificates",
    "tell apart who wrote what": "through quarantine release roll_back",
    "move": "export import_ import_from merge logical_hash",
    "look after it": "maintain check repair backup drop_backups close",
}
"""What one wants to do, and the methods for it."""

MEMORY_INTRODUCTION = """\
Everything that is meant to be used from Python.

- Namespaces are paths (`"acme/alice"`) or sequences of segments (`["acme", "alice"]`).
- Times are ISO 8601 or `datetime`; without an offset they are of the memory's [time zone](../guides/time.md).
- Parameters with a default may be left out. `KEEP` leaves a field as it is, where None would clear it.
- Errors are those of [errors.md](errors.md), filters those of [filters.md](filters.md)."""

ASYNC = """\
`async with await greeum.aio.open(path) as memory:` gives the same memory for asyncio: each call runs in a worker
thread. An `AsyncMemory` has every method of Memory with the same arguments, to be awaited, except {left_out}; so do
its `anchors`, `policies`, `retention`, `screening`, `time_zone` and `weights`. `await memory.export()` gives all lines
at once, `memory.stream(…)` is for `async for`, `seq` is awaited as `memory.seq()`, and `memory.memory` is the Memory
behind it.
`greeum.aio.connect` takes what `greeum.connect` takes; what it gives is an `AsyncRemoteMemory`, with the methods of
RemoteMemory, and its `follow` is for `async for`. Editors and type checkers know all of it."""

WEIGHTS_INTRODUCTION = """\
How much each kind of evidence counts in a score, and its default. Change weights for one search with
`memory.search(…, weights={"tokens": 0})`, or for a namespace with `memory.weights.set`
([Weights and feedback](../guides/tuning.md)). [How search works](../concepts/search.md) explains each kind of
evidence."""

ENVIRONMENT_INTRODUCTION = """\
Every variable that Greeum reads. An argument for the same thing takes precedence."""

ERRORS_INTRODUCTION = """\
The errors that Greeum raises on purpose, from `greeum.errors`. Their messages say what was wrong and what to do. On the
command line each has an [exit code](cli.md#exit-codes)."""


def pages() -> dict[Path, str]:
    """Each page that is made, by its path."""
    makers = {"memory.md": memory, "weights.md": weights, "errors.md": error_tree, "environment.md": environment}
    made = {REFERENCE / name: "\n\n".join(maker()) + "\n" for name, maker in makers.items()}
    return made | {REFERENCE / "openapi.json": openapi.pretty()}


def memory() -> Iterator[str]:
    """Parts of the page on the library."""
    yield from ("# The library", MADE, MEMORY_INTRODUCTION, overview())
    for name in ("open", "connect", "restore", "verify", "reembed"):
        yield from section(f"greeum.{name}", getattr(greeum, name))
    yield from ("## Memory", prose(greeum.Memory))
    for name, method in public(greeum.Memory):
        yield from section(f"memory.{name}", method, level=3)
    yield from properties(Recall, with_methods=False)
    for name, face in FACES.items():
        yield from (f"## memory.{name}", prose(face), *methods_of(name, face))
    for kind in VIEWS:
        yield from (f"## {kind.__name__}", prose(kind), *properties(kind))
    for function in (model.hits_json, model.blocks_json):
        yield from section(f"greeum.model.{function.__name__}", function, level=3)
    yield from ("## Rooted", prose(greeum.Rooted))
    yield from ("## RemoteMemory", prose(greeum.RemoteMemory))
    yield from section("memory.follow", greeum.RemoteMemory.follow, level=3)
    yield "## asyncio"
    left_out = frozenset(dict(public(greeum.Memory))) - frozenset(dir(aio.AsyncMemory))
    yield filled(ASYNC.format(left_out=code_list(left_out)))
    yield from ("## For tests of your own", "From `greeum.testing`:")
    for name in testing.__all__:
        if name != "MemoryStore":
            yield from section(f"testing.{name}", getattr(testing, name), level=3)
    yield from ("## Bounds", "From `greeum.limits`. What lies outside is refused with InvalidInput.", bounds())


def overview() -> str:
    """The methods by what they are for, each leading to its section. Raises LookupError if one is missing."""
    missing = {name for name, _ in public(greeum.Memory)} ^ set(" ".join(TASKS.values()).split())
    if missing:
        raise LookupError(f"TASKS and the methods of Memory differ: {', '.join(sorted(missing))}")
    rows = [(task, ", ".join(f"[`{name}`](#memory{name})" for name in names.split())) for task, names in TASKS.items()]
    faces = ", ".join(f"[`{name}`](#memory{name})" for name in FACES)
    return table(("To", "Methods of a memory"), [*rows, ("set what holds for all calls", faces)])


def methods_of(name: str, face: type) -> Iterator[str]:
    """A section for each method of what a memory has under a name."""
    for method_name, method in public(face):
        if (name, method_name) not in NOT_FOR_CALLERS:
            yield from section(f"memory.{name}.{method_name}", method, level=3)


def public(owner: type) -> Iterator[tuple[str, Callable[..., object]]]:
    """Its methods, and after them those that it takes over: from the lowest layer up."""
    for kind in (owner, *reversed(owner.__mro__[1:-1])):
        for name, method in vars(kind).items():
            if not name.startswith("_") and inspect.isfunction(method):
                yield name, method


def section(name: str, documented: Callable[..., object], level: int = 2) -> Iterator[str]:
    """Heading, signature and docstring."""
    yield f"{'#' * level} {name}"
    yield f"```text\n{signature(name, documented)}\n```"
    yield prose(documented)


def signature(name: str, documented: Callable[..., object]) -> str:
    """How it is called, in as many lines as it takes."""
    found = inspect.signature(documented)
    pieces: list[str] = []
    for parameter in found.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in pieces:
            pieces.append("*")
        if parameter.name != "self":
            pieces.append(spelled(parameter))
    returned = "" if found.return_annotation in (found.empty, "None") else f" -> {plain(found.return_annotation)}"
    lines = [f"{name}("]
    for place, piece in enumerate(pieces):
        end = ")" + returned if place == len(pieces) - 1 else ", "
        if len(lines[-1] + piece + end) > WIDTH:
            lines.append("    ")
        lines[-1] += piece + end
    return "\n".join(line.rstrip() for line in lines) + ("" if pieces else f"){returned}")


def spelled(parameter: inspect.Parameter) -> str:
    stars = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
    default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}".replace("'", '"')
    return f"{stars}{parameter.name}: {plain(parameter.annotation)}{default}"


def plain(annotation: str) -> str:
    """An annotation without the short names that only the code knows."""
    return re.sub(r"\b(" + "|".join(ALIASES) + r")\b", lambda found: ALIASES[found[1]], annotation)


def prose(documented: object) -> str:
    """The docstring, each of its paragraphs on one line, wrapped anew."""
    paragraphs = (inspect.getdoc(documented) or "").split("\n\n")
    return "\n\n".join(filled(paragraph) for paragraph in paragraphs)


def filled(paragraph: str) -> str:
    """A paragraph, or a list of items that begin with a dash."""
    items = re.split(r"\n(?=- )", paragraph)
    indent = "  " if paragraph.startswith("- ") else ""
    return "\n".join(
        textwrap.fill(" ".join(item.split()), WIDTH, subsequent_indent=indent, break_on_hyphens=False) for item in items
    )


def is_for_callers(kind: type, name: str) -> bool:
    return not name.startswith("_") and (kind.__name__, name) not in NOT_FOR_CALLERS


def properties(kind: type, *, with_methods: bool = True) -> Iterator[str]:
    """A table of the properties of a class, and of its methods."""
    rows = []
    for name, member in vars(kind).items():
        if isinstance(member, property) and member.fget is not None:
            returned = str(inspect.signature(member.fget).return_annotation)
            rows.append((f"`{name}`", f"`{returned}`", " ".join((member.__doc__ or "").split())))
        elif with_methods and inspect.isfunction(member) and is_for_callers(kind, name):
            rows.append((f"`{name}()`", "", " ".join((member.__doc__ or "").split())))
    if rows:
        yield table(("Name", "Type", "Meaning"), rows)


def bounds() -> str:
    """Every constant of `greeum.limits`, with the string that follows it."""
    body = ast.parse(inspect.getsource(limits)).body
    rows = []
    for constant, reason in pairwise(body):
        if isinstance(constant, ast.Assign) and isinstance(constant.targets[0], ast.Name):
            name = constant.targets[0].id
            assert isinstance(reason, ast.Expr) and isinstance(reason.value, ast.Constant)
            rows.append((f"`{name}`", f"{getattr(limits, name):,}", " ".join(str(reason.value.value).split())))
    return table(("Bound", "Value", "Of what, and why"), rows)


def weights() -> Iterator[str]:
    """Parts of the page on weights, out of the `weights!` of the Index."""
    source = (ROOT / "crates" / "core" / "src" / "query.rs").read_text(encoding="utf-8")
    listed = source.partition("\nweights! {")[2]
    rows = [
        (f"`{name}`", value, " ".join(re.sub(r"^ *///", "", meaning, flags=re.MULTILINE).split()))
        for meaning, name, value in re.findall(r"((?: *///[^\n]*\n)+) *(\w+) = (-?[\d.]+),", listed)
    ]
    yield from ("# Weights", MADE, WEIGHTS_INTRODUCTION, table(("Weight", "Default", "What it weighs"), rows))


def error_tree() -> Iterator[str]:
    """Parts of the page on errors."""
    tree = (errors.__doc__ or "").split("\n\n")[1]
    yield from ("# Errors", MADE, ERRORS_INTRODUCTION, f"```text\n{tree.rstrip()}\n```")
    for kind in vars(errors).values():
        if inspect.isclass(kind) and kind.__module__ == errors.__name__:
            also = [base.__name__ for base in kind.__bases__ if base.__module__ == "builtins" and base is not Exception]
            yield f"## {kind.__name__}"
            yield prose(kind) + (f" It is a `{also[0]}` too." if also else "")


def environment() -> Iterator[str]:
    """Parts of the page on environment variables."""
    rows = [(f"`{name}`", meaning) for name, meaning in settings.VARIABLES.items()]
    yield from ("# Environment", MADE, ENVIRONMENT_INTRODUCTION, table(("Variable", "Meaning"), rows))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |".replace("  ", " ") for line in lines)


def code_list(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
