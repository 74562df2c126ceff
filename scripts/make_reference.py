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
    model.RolledBack,
)  # fmt: skip
"""What a memory gives back."""

FACES = {
    "anchors": greeum.Anchors,
    "retention": greeum.Retention,
    "policies": greeum.Policies,
    "weights": greeum.Weights,
}
"""What a memory has under a name of its own."""

NOT_FOR_CALLERS = {("policies", "of")}

MEMORY_INTRODUCTION = """\
Everything that is meant to be used from Python. Namespaces are paths (`"acme/alice"`) or sequences of segments
(`["acme", "alice"]`); times are ISO 8601 or `datetime`, without an offset in UTC; what has a default may be left out.
`KEEP` leaves a field as it is, where None would clear it. Errors are those of [errors.md](errors.md), filters those of
[filters.md](filters.md)."""

ASYNC = """\
`async with await greeum.aio.open(path) as memory:` gives the same memory for asyncio: each call runs in a worker
thread. An `AsyncMemory` has every method of Memory with the same arguments, to be awaited, except {left_out}; so do
its `anchors`, `policies`, `retention`, `screening` and `weights`. `await memory.export()` gives all lines at once,
`memory.stream(…)` is for `async for`, `seq` is awaited as `memory.seq()`, and `memory.memory` is the Memory behind it.
`greeum.aio.connect` takes what `greeum.connect` takes; what it gives is an `AsyncRemoteMemory`, with the methods of
RemoteMemory, and its `follow` is for `async for`. Editors and type checkers know all of it."""

WEIGHTS_INTRODUCTION = """\
How much each kind of evidence counts in a score, and its default. `memory.search(…, weights={"tokens": 0})` changes
some for one search, and `memory.weights.set` for all of a namespace ([Tuning](../guides/tuning.md)). What the kinds
are is in [How search works](../concepts/search.md)."""

ENVIRONMENT_INTRODUCTION = """\
Every variable that Greeum reads. An argument that names the same thing comes before it."""

ERRORS_INTRODUCTION = """\
Every error that Greeum raises on purpose, from `greeum.errors`. The message says what was wrong and what to do. On the
command line each has an [exit code](cli.md#exit-codes)."""


def pages() -> dict[Path, str]:
    """Each page that is made, by its path."""
    makers = {"memory.md": memory, "weights.md": weights, "errors.md": error_tree, "environment.md": environment}
    made = {REFERENCE / name: "\n\n".join(maker()) + "\n" for name, maker in makers.items()}
    return made | {REFERENCE / "openapi.json": openapi.pretty()}


def memory() -> Iterator[str]:
    """Parts of the page on the library."""
    yield from ("# The library", MADE, MEMORY_INTRODUCTION)
    yield from section("greeum.open", greeum.open)
    yield from section("greeum.connect", greeum.connect)
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
    return textwrap.fill(" ".join(paragraph.split()), WIDTH, break_on_hyphens=False)


def properties(kind: type, *, with_methods: bool = True) -> Iterator[str]:
    """A table of the properties of a class, and of its methods."""
    rows = []
    for name, member in vars(kind).items():
        if isinstance(member, property) and member.fget is not None:
            returned = str(inspect.signature(member.fget).return_annotation)
            rows.append((f"`{name}`", f"`{returned}`", " ".join((member.__doc__ or "").split())))
        elif with_methods and inspect.isfunction(member) and not name.startswith("_"):
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
