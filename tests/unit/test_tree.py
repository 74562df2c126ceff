"""The picture in ARCHITECTURE.md, kept true by what the files say themselves: who imports whom, who reads the
environment, what is pinned, what is never written.
"""

from __future__ import annotations

import ast
import os
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import greeum
from greeum import _core

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "python" / "greeum"

ARROWS: dict[str, tuple[str, ...]] = {
    # Module → what it may import of ours, wherever in the file. The first pattern that fits a module counts.
    "greeum": (
        "anchors", "backups.pieces", "errors", "explanation", "forgetting", "hits", "importers.report", "listing",
        "maintenance", "memory", "model", "policies", "reembedding", "remote", "retention", "rooted", "weights",
        "wiring", "zones",
    ),
    "errors": (),
    "extras": (),
    "keywords": (),
    "limits": (),
    "settings": (),
    "model": ("_core", "store.protocol", "store.rollback"),
    "inputs": ("_core", "errors", "limits"),
    "store": (),
    "embed": (),
    "store.log_index": ("_core",),
    "store.*": ("errors", "limits", "store", "store.*"),
    "embed.*": ("_core", "errors", "extras", "limits", "embed", "embed.*"),
    "anchors": ("errors", "inputs", "limits", "model", "store.protocol"),
    "follower": ("_core", "errors", "kept", "store.protocol", "store.rows"),
    "kept": ("_core", "errors", "limits", "store.protocol", "store.rows"),
    "transfer": (
        "errors", "importers.admission", "importers.exports", "importers.intake", "importers.rehearsal",
        "importers.report", "model", "store.protocol", "store.rows", "weights",
    ),
    "importers": (),
    "importers.report": (),
    "importers.files": ("errors",),
    "importers.admission": ("_core", "drafts", "errors", "embed.protocol", "store.protocol"),
    "importers.intake": (
        "errors", "importers.admission", "importers.report", "store.arrivals", "store.protocol", "weights",
    ),
    "importers.rehearsal": (
        "errors", "importers.admission", "importers.intake", "importers.report", "store.arrivals", "store.protocol",
    ),
    "importers.exports": (
        "_core", "errors", "importers.admission", "importers.intake", "importers.rehearsal", "importers.report",
        "inputs", "learning", "limits", "store.arrivals", "store.protocol", "unreadable", "weights", "zones",
    ),
    "importers.importing": (
        "errors", "importers", "importers.*", "inputs", "store.protocol",
    ),
    "importers.reading": (
        "errors", "importers.intake", "importers.records", "importers.report", "inputs", "limits", "store.arrivals",
        "store.protocol", "store.rows",
    ),
    "importers.conversion": (
        "_core", "importers", "importers.exports", "importers.formats", "importers.intake", "importers.reading",
        "importers.report", "store.arrivals",
    ),
    "importers.*": ("errors", "importers", "importers.*", "inputs", "limits", "unreadable"),
    "checks": (
        "backups.ledger", "backups.places", "errors", "embed.protocol", "follower", "store.certificates",
        "store.protocol", "store.upkeep", "surroundings", "weights",
    ),
    "forgetting": (
        "backups.ledger", "backups.places", "errors", "follower", "inputs", "limits", "model", "store.certificates",
        "store.protocol", "store.rows",
    ),
    "backups": (),
    "backups.*": (
        "backups", "backups.*", "errors", "inputs", "model", "store.certificates", "store.files", "store.protocol",
    ),
    "repairs": (
        "checks", "errors", "embed.protocol", "follower", "store.protocol", "store.upkeep", "surroundings", "weights",
    ),
    "reembedding": ("errors", "embed.protocol", "store.protocol", "store.replacement"),
    "surroundings": ("store.files",),
    "uses": (),
    "retention": ("_core", "errors", "inputs", "store.protocol", "store.upkeep"),
    "maintenance": ("follower", "forgetting", "store.protocol", "uses"),
    "drafts": (
        "_core", "anchors", "errors", "inputs", "model", "policies", "screening", "embed.protocol", "store.protocol",
        "store.rows",
    ),
    "policies": ("errors", "inputs", "store.protocol"),
    "zones": ("_core", "errors", "follower", "inputs", "model", "store.protocol"),
    "learning": (),
    "weights": ("_core", "errors", "inputs", "learning", "store.protocol"),
    "feedback": ("_core", "errors", "inputs", "learning", "limits", "weights", "store.protocol", "store.rows"),
    "screening": ("detection.*", "errors", "policies", "store.protocol"),
    "detection": (),
    "detection.*": ("control.keys", "detection", "detection.*"),
    "echoes": ("_core", "store.protocol", "store.rows"),
    "comparing": ("_core", "echoes", "errors", "kept", "model", "store.protocol", "store.rows"),
    "listing": ("errors", "limits", "model", "store.protocol"),
    "difference": ("model", "store.protocol", "store.rows"),
    "counting": ("_core", "errors", "inputs", "limits", "store.protocol"),
    "context": ("_core", "limits", "model", "zones"),
    "explanation": ("_core", "model"),
    "hits": ("model",),
    "reranking": ("hits", "model"),
    "topics": ("_core", "anchors", "model"),
    "starts": ("anchors", "errors", "inputs", "limits", "model", "store.protocol", "store.rows"),
    "finding": (
        "_core", "anchors", "context", "drafts", "echoes", "errors", "follower", "hits", "inputs", "kept", "limits",
        "model", "policies", "reranking", "screening", "starts", "weights", "zones", "embed.protocol",
        "store.protocol",
    ),
    "explaining": (
        "errors", "explanation", "finding", "inputs", "model", "starts", "store.protocol", "store.rows",
    ),
    "recall": (
        "_core", "counting", "difference", "errors", "explaining", "follower", "inputs", "limits", "listing", "model",
        "starts", "embed.protocol", "store.protocol", "store.rows",
    ),
    "provenance": ("errors", "follower", "forgetting", "inputs", "limits", "model", "store.protocol", "store.rows"),
    "upkeep": (
        "backups.logical", "backups.pieces", "backups.places", "backups.taking", "checks", "errors", "follower",
        "importers.admission", "importers.importing", "importers.report", "inputs", "maintenance", "recall", "repairs",
        "retention", "transfer", "uses", "embed.protocol", "store.protocol",
    ),
    "memory": (
        "anchors", "comparing", "drafts", "errors", "feedback", "follower", "forgetting", "inputs", "keywords", "model",
        "provenance", "starts", "topics", "upkeep", "weights", "embed.protocol", "store.protocol", "store.rows",
    ),
    "rooted": ("rooted.memory",),
    "rooted.*": (
        "anchors", "errors", "explanation", "forgetting", "inputs", "keywords", "memory", "model", "policies", "recall",
        "rooted.*", "starts", "upkeep", "weights", "store.protocol", "store.rows",
    ),
    "wiring": (
        "_core", "backups.restoring", "errors", "follower", "inputs", "limits", "memory", "reembedding", "repairs",
        "settings", "upkeep", "zones", "embed.*", "store.*",
    ),
    "testing": ("_core", "inputs", "memory", "wiring", "embed.*", "store.*"),
    "control": (),
    "control.*": (
        "control.*", "errors", "inputs", "limits", "model", "store.connections", "store.files", "store.statements",
    ),
    "tenants": ("errors", "memory", "rooted", "settings", "wiring", "embed.protocol", "store.files"),
    "api": ("api.gate", "api.service"),
    "api.page": (),
    "api.health": (),
    "api.place": (),
    "api.hosts": ("errors",),
    "api.logs": (),
    "api.rate": (),
    "api.metrics": ("greeum",),
    "api.tracing": ("greeum", "errors", "extras"),
    "api.sockets": ("errors",),
    "api.refusals": ("problems",),
    "api.reader": ("api.refusals",),
    "api.gate": ("api.connection", "api.health", "api.logs", "api.metrics", "api.refusals", "api.upgraded"),
    "api.upgraded": (),
    "api.lifespan": ("api.gate",),
    "api.starting": ("api.health", "api.logs", "api.metrics", "problems"),
    "api.exchange": ("api.connection", "api.gate", "api.reader"),
    "api.connection": ("api.exchange", "api.gate", "api.reader", "api.refusals"),
    "api.acceptor": ("api.connection", "api.gate"),
    "api.server": ("api.acceptor", "api.gate", "api.lifespan"),
    "api.service": (
        "api", "api.*", "backups.schedule", "control.store", "errors", "greeum", "mcp.http", "settings", "store.files",
        "wiring",
    ),
    "api.process": ("api.gate", "api.health", "api.server", "api.service", "api.starting"),
    "api.workers": ("api.logs", "api.process", "api.server", "api.service", "errors"),
    "api.caretaker": ("errors", "memory"),
    "api.policy": ("api.authentication", "control.model", "errors"),
    "api.authentication": ("control.*", "errors", "memory", "rooted", "tenants"),
    "api.answers": ("problems",),
    "api.filters": (),
    "api.wire": ("limits",),
    "problems": ("errors",),
    "unreadable": ("errors",),
    "api.problems": ("errors", "problems"),
    "api.forgetting": ("greeum", "api", "api.*", "forgetting", "limits"),
    "api.transfer": ("greeum", "api", "api.*", "errors", "importers.files"),
    "api.*": (
        "greeum", "api.*", "errors", "hits", "keywords", "limits", "maintenance", "model", "policies", "problems",
        "rooted", "unreadable",
    ),
    "remote": ("errors", "inputs", "remote.*"),
    "remote.*": (
        "_core", "counting", "difference", "drafts", "errors", "explanation", "feedback", "finding", "forgetting",
        "hits", "inputs", "keywords", "limits", "listing", "maintenance", "memory", "model", "policies", "problems",
        "recall", "remote.*", "reranking", "retention", "screening", "starts", "upkeep", "weights", "importers.*",
        "store.protocol", "store.rollback",
    ),
    "aio": (
        "anchors", "hits", "inputs", "keywords", "memory", "model", "policies", "remote", "remote.absent",
        "retention", "rooted", "screening", "weights", "wiring", "zones",
    ),
    "integrations": (),
    "integrations.*": (
        "greeum", "errors", "extras", "inputs", "integrations.*", "limits", "listing", "model", "embed.protocol",
    ),
    "mcp": (),
    "mcp.offers": ("greeum",),
    "mcp.opening": ("mcp", "mcp.offers", "unreadable"),
    "mcp.messages": ("errors", "mcp.opening", "unreadable"),
    "mcp.wire": ("errors",),
    "mcp.traces": ("api.tracing",),
    "mcp.http": (
        "api", "api.authentication", "api.http", "api.policy", "limits", "mcp.callers", "mcp.catalogue",
        "mcp.messages", "mcp.opening", "mcp.tools.tool", "mcp.traces",
    ),
    "mcp.stdio": ("errors", "memory", "mcp.*"),
    "mcp.install": (),
    "mcp.install.*": ("errors", "mcp.install.*", "settings"),
    "mcp.tools": (),
    "mcp.tools.*": (
        "context", "errors", "inputs", "keywords", "limits", "mcp.tools", "mcp.tools.*", "memory", "model", "rooted",
        "zones",
    ),
    "mcp.server": ("greeum", "errors", "mcp", "mcp.*", "problems"),
    "mcp.*": ("greeum", "errors", "inputs", "mcp", "mcp.*", "memory", "model"),
    "evaluate": ("evaluate.*",),
    "evaluate.*": (
        "greeum", "errors", "evaluate.*", "explanation", "inputs", "limits", "memory", "unreadable", "wiring", "zones",
    ),
    "demo": ("demo.*",),
    "demo.*": ("greeum", "demo", "demo.*", "errors", "memory", "model"),
    "cli": ("greeum", "cli.*", "errors", "settings"),
    "cli.call": (
        "cli.*", "embed.protocol", "errors", "limits", "memory", "remote", "settings", "testing", "wiring", "greeum",
    ),
    "cli.rehearsal": ("embed.protocol",),
    "cli.mcp*": ("cli.*", "errors", "extras", "mcp.*", "memory", "wiring"),
    "cli.evaluation": ("cli.*", "errors", "evaluate.*", "inputs", "limits"),
    "cli.misses": ("cli.*", "evaluate.misses", "explanation"),
    "cli.keys": ("cli.*", "control.*", "errors"),
    "cli.transfer": ("cli", "cli.*", "errors", "importers.formats", "importers.report", "memory"),
    "cli.serve": ("api", "api.*", "cli.*", "errors", "extras", "limits"),
    "cli.*": (
        "greeum", "cli", "cli.*", "demo", "demo.*", "difference", "errors", "explanation", "forgetting", "hits",
        "limits", "maintenance", "memory", "model", "remote", "settings", "surroundings", "unreadable", "weights",
        "wiring", "zones",
    ),
    "__main__": ("cli",),
}  # fmt: skip

CONCRETE = ("store.sqlite", "store.memory", "embed.static", "embed.given", "embed.model2vec",
            "embed.onnx", "embed.openai_compatible", "embed.sentence_transformers")  # fmt: skip

NOT_OURS = {".git", ".venv", ".make", "target", "dist", "coverage", "__pycache__", "node_modules"}
"""Folders of the repository that nobody writes by hand, besides those of tools that begin with a dot."""

FUNCTION_LINES_MAX = 70


def modules() -> dict[str, ast.Module]:
    """Every module of the package by its name within it; the package itself is "greeum"."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "greeum"
        found[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return found


MODULES = modules()


def imported(tree: ast.Module) -> Iterator[str]:
    """The names of our modules that are imported, in functions too, and by type checkers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (own_name(alias.name) for alias in node.names if is_own(alias.name))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where an arrow leads"
            assert node.module is not None
            if is_own(node.module):
                for alias in node.names:
                    inner = own_name(f"{node.module}.{alias.name}")
                    is_module = inner in MODULES or inner == "_core"
                    yield inner if is_module else own_name(node.module)


def is_own(name: str) -> bool:
    return name.partition(".")[0] == "greeum"


def own_name(name: str) -> str:
    return name.removeprefix("greeum.")


def allowed(module: str) -> tuple[str, ...]:
    return next(arrows for pattern, arrows in ARROWS.items() if fnmatchcase(module, pattern))


def test_every_module_has_its_arrows() -> None:
    for module in MODULES:
        assert any(fnmatchcase(module, pattern) for pattern in ARROWS), module
    for pattern in ARROWS:
        assert any(fnmatchcase(module, pattern) for module in MODULES), pattern


@pytest.mark.parametrize("module", MODULES)
def test_arrows_run_one_way(module: str) -> None:
    for other in set(imported(MODULES[module])):
        assert any(fnmatchcase(other, pattern) for pattern in allowed(module)), f"{module} imports {other}"


def test_concrete_stores_and_embedders_are_named_in_two_places() -> None:
    for module, tree in MODULES.items():
        named = set(imported(tree)) & set(CONCRETE)
        assert not named or module in ("wiring", "testing"), (module, named)


def test_the_environment_is_read_in_one_place() -> None:
    for module, tree in MODULES.items():
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        reads = names & {"environ", "environb", "getenv", "getenvb", "putenv", "expandvars"}
        assert not reads or module == "settings", module


def sources() -> list[Path]:
    return [path for folder in ("python", "tests", "scripts", "benches") for path in (ROOT / folder).rglob("*.py")]


def test_no_function_is_too_long() -> None:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                lines = node.end_lineno - node.lineno + 1
                assert lines <= FUNCTION_LINES_MAX, f"{path}: {node.name} has {lines} lines"


def test_nothing_is_caught_that_is_not_understood() -> None:
    """A broad `except` raises again, if only something of ours that names it as the cause, or has its reason beside
    it.
    """
    for path in sources():
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ExceptHandler) and is_broad(node.type):
                last = node.body[-1]
                raises = isinstance(last, ast.Raise) and (last.exc is None or last.cause is not None)
                reason = re.search(r"# noqa: BLE001 - \w+", lines[node.lineno - 1])
                assert raises or reason, f"{path}:{node.lineno}"


def is_broad(caught: ast.expr | None) -> bool:
    several = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(one is None or ast.unparse(one) in ("Exception", "BaseException") for one in several)


def test_requirements_and_version_are_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "requirements" / "run.in").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    assert [line.replace("==", ">=") for line in pinned] == project["dependencies"]
    assert all("==" in line for line in pinned)
    assert project["dynamic"] == ["version"]
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    assert greeum.__version__ == cargo["workspace"]["package"]["version"]


def test_the_extra_for_the_server_is_what_the_server_is_tried_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "requirements" / "server.in").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split(";")[0].strip().split("==") for line in lines if "==" in line)
    extra = project["optional-dependencies"]["server"]
    assert pinned == dict(re.findall(r"([\w-]+)>=([\d.]+)", " ".join(extra)))


def offered(body: list[ast.stmt]) -> dict[str, set[str]]:
    """The public names of a stub, and those of each class in it."""
    found: dict[str, set[str]] = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = set(offered(node.body))
        elif isinstance(node, ast.FunctionDef):
            found[node.name] = set()
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = set()
    return {name: names for name, names in found.items() if not name.startswith("_")}


def test_the_stub_offers_what_the_built_module_offers() -> None:
    """Their names; that the signatures agree is asked by `make types`."""
    stub = offered(ast.parse((PACKAGE / "_core.pyi").read_text(encoding="utf-8")).body)
    assert set(stub) == {name for name in dir(_core) if not name.startswith("_")}
    for name, names in stub.items():
        thing = getattr(_core, name)
        if isinstance(thing, type):
            assert names == {attribute for attribute in vars(thing) if not attribute.startswith("_")}, name


def repository() -> Iterator[Path]:
    """Every file that somebody wrote."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and (name == ".ci" or not name.startswith("."))]
        for name in files:
            path = Path(folder, name)
            if path.suffix not in (".so", ".pyd", ".pyc", ".table", ".codes") and not name.startswith(".coverage"):
                yield path


# Written so that neither finds itself.
BUILD_MACHINE = re.compile(r"(?<![\w.\-~])/(?:root|work|Users|home/\w+|mnt|workspace|tmp/\w+)/[\w.]")
REGISTRIES = re.compile(r"pypi[.]org|python[h]osted|crates[.]io(?!-index)|npm[j]s[.]|huggingface[.]co")


def test_nothing_speaks_of_a_machine_or_a_registry() -> None:
    for path in repository():
        text = path.read_text(encoding="utf-8", errors="replace")
        for found in (BUILD_MACHINE.search(text), REGISTRIES.search(text)):
            assert found is None, f"{path.relative_to(ROOT)}: {found and text[found.start() : found.end() + 40]!r}"
