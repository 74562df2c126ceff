"""greeum demo: nine months of conversations remembered, corrected and searched, before your eyes."""

from __future__ import annotations

import os
import sys

from greeum.cli.call import Call
from greeum.cli.options import HERE, Command, Option, as_whole_number
from greeum.errors import Conflict, InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.demo.play import Asked, Played

DIRECTORY = "greeum-demo"
"""What the last lines suggest as a directory to keep."""


def run(call: Call) -> int:
    from tempfile import TemporaryDirectory, mkdtemp

    if "port" in call.given and "serve" not in call.given:
        raise InvalidInput("--port", "comes with --serve")
    path = call.path() if "memory" in call.given else None
    if path is not None and os.path.isdir(path) and os.listdir(path):
        raise Conflict(f"{path}: is not empty; name a directory that is, or that is not there yet")
    if path is None and "keep" not in call.given:
        with TemporaryDirectory(prefix="greeum-demo-") as folder:
            return show(call, folder, kept=None)
    kept = path or mkdtemp(prefix="greeum-demo-")
    return show(call, kept, kept=kept)


def show(call: Call, path: str, kept: str | None) -> int:
    """Play, and serve what was remembered, if that is wished."""
    code = play(call, path, kept)
    if "serve" not in call.given:
        return code
    from greeum.cli.serve import run_after_demo

    if not call.screen.json:
        call.screen.line()
    # Of what is asked while somebody looks on, no log: it would push what was shown off the screen.
    return run_after_demo(Call(call.given | {"memory": path, "log": "none"}, call.screen, call.settings))


def play(call: Call, path: str, kept: str | None) -> int:
    from greeum.cli import showcase
    from greeum.demo.play import Played, ask, remember

    screen = call.screen
    with call.at(path).open(create=True) as memory:
        played = Played(remember(memory), str(memory.stats()["embedder"]))
        if not screen.json:
            showcase.show_beginning(screen, played.remembered)
        for asked in ask(memory, played.remembered.ids):
            played.asked.append(asked)
            if not screen.json:
                showcase.show_search(screen, len(played.asked), asked)
    size_bytes, following = size_of(path), next_commands(kept)
    if screen.json:
        screen.document(document(played) | {"memory": kept, "bytes": size_bytes, "next": following})
    else:
        showcase.show_end(screen, played, size_bytes, kept)
        showcase.show_next(screen, following)
    return 0


def size_of(path: str) -> int:
    return sum(os.stat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(path) for name in names)


def document(played: Played) -> dict[str, object]:
    """All of it as data."""
    mean_s, p95_s, count = played.times()
    remembered = played.remembered
    return {
        "blocks": remembered.blocks,
        "corrections": remembered.corrections,
        "add_ms": in_ms(remembered.add_s),
        "embedder": played.embedder,
        "searches": [of_search(asked) for asked in played.asked],
        "search_ms": {"count": count, "mean": in_ms(mean_s), "p95": in_ms(p95_s)},
    }


def of_search(asked: Asked) -> dict[str, object]:
    from greeum.cli.showcase import command_of

    plain = {"took_ms": in_ms(asked.plain_s), "hits": [hit.to_dict() for hit in asked.plain]}
    return asked.search | {
        "command": command_of(asked.search),
        "took_ms": in_ms(asked.took_s),
        "expected_first": asked.expected_first,
        "hits": [hit.to_dict() for hit in asked.hits],
        "without_anchor": None if asked.anchor is None else plain,
    }


def in_ms(seconds: float) -> float:
    return round(seconds * 1e3, 3)


def next_commands(kept: str | None) -> list[str]:
    """Three commands that work one after the other, as they are printed."""
    from shlex import quote

    name, where = program(), f"--memory {DIRECTORY if kept is None else quote(kept)}"
    adds = f'{name} add "Alice\'s dog is afraid of the sea." --source Ben {where}'
    asks = f'{name} search "What is Alice\'s dog afraid of?" -k 3 {where}'
    return [f"{name} demo {where}", adds, asks] if kept is None else [adds, asks, f"{name} stats {where}"]


def program() -> str:
    """How this program was called, if its plain name would not find it."""
    from shutil import which

    called = sys.argv[0]
    if os.path.basename(called) == "__main__.py":
        return "python -m greeum"
    return called if os.path.basename(called) == "greeum" and which("greeum") is None else "greeum"


COMMAND = Command(
    "demo",
    run,
    "Remember nine months of conversations, and find things in them.",
    options=[
        Option("--keep", None, "Keep the directory. (One that is named with --memory is always kept.)"),
        Option("--serve", None, "Then serve it over HTTP, until Ctrl-C."),
        Option("--port", "PORT", "With --serve: where. Default: 8400, or any that is free", read=as_whole_number),
    ],
    details="""It uses a directory of its own, which is removed at the end, or the one that is named, which must be
        empty or not there. Your own memory is not touched. Shown are eight searches: what was typed, what
        came first, and of what parts its score is made. With --json all of it is one document.""",
    examples=["greeum demo", "greeum demo --memory ./greeum-demo"],
    places=HERE,
)
