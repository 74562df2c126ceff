"""How `greeum demo` looks on a screen."""

from __future__ import annotations

from greeum.cli.cells import clip, on_one_line, pad, width, wrap
from greeum.cli.charts import CELLS_OTHERWISE, chart
from greeum.cli.screen import BOLD, DIM, GREEN, RED
from greeum.zones import Zone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from greeum.cli.screen import Screen
    from greeum.demo.play import Asked, Played, Remembered
    from greeum.model import Hit

INDENT = "   "

WHO_CELLS = 9
"""The longest name in the conversations, `assistant`."""

TIMES = Zone("UTC")
"""In whose time the conversations are told."""

CONTINUED = " \\"
"""What ends a line of a command that goes on in the next."""


def show_beginning(screen: Screen, remembered: Remembered) -> None:
    title = "Nine months in the memory of three agents, in English and Korean"
    size = f"{remembered.blocks:,} blocks in {remembered.namespaces} conversations and notebooks"
    show_facts(screen, [title], BOLD)
    show_facts(screen, [f"{size}: on disk in {ms(remembered.add_s)}. Later, {remembered.corrections} were corrected."])


def show_facts(screen: Screen, facts: Sequence[str], style: str = "") -> None:
    """Sentences, each from the start of a line."""
    for fact in facts:
        for line in wrap(fact, screen.width or CELLS_OTHERWISE):
            screen.line(screen.styled(line, style) if style else line)


def show_search(screen: Screen, number: int, asked: Asked) -> None:
    search, cells = asked.search, (screen.width or CELLS_OTHERWISE) - len(INDENT)
    screen.line()
    screen.line(f"{number:<{len(INDENT)}}{screen.styled(search['title'], BOLD)}")
    if asked.anchor is not None:
        anchor = asked.anchor
        show_command(
            screen, f"greeum anchors set {anchor.name} {anchor.block_id} --namespace {anchor.namespace}", "", cells
        )
    show_command(screen, command_of(search), ms(asked.took_s), cells)
    show_hits(screen, asked.hits, cells, expected=asked.expected_first)
    if asked.hits:
        for line in chart(asked.hits[0].parts, cells - 2):
            screen.line(f"{INDENT}  {line}")
    if asked.anchor is not None:
        show_command(screen, command_of(search | {"near": None}), ms(asked.plain_s), cells)
        show_hits(screen, asked.plain, cells)
    for line in wrap(search["note"], cells):
        screen.line(INDENT + screen.styled(line, DIM))


def show_command(screen: Screen, command: str, took: str, cells: int) -> None:
    """The command, and flush right how long it took."""
    room = cells - len(took) - 2
    if width(command) > room:
        command, option, rest = command.partition(" --where ")
        if option:
            screen.line(INDENT + clip(command, room) + CONTINUED)
            command = f"    {option.strip()} {rest}"
    command = clip(command, room)
    screen.line(f"{INDENT}{pad(command, cells - len(took))}{screen.styled(took, DIM)}".rstrip())


def show_hits(screen: Screen, hits: Sequence[Hit], cells: int, *, expected: bool | None = None) -> None:
    """Hits a line each; the first is marked by whether it is what was `expected`, unless that is not known."""
    from greeum.cli.blocks import when

    marks = {None: " ", True: screen.styled("✓", GREEN), False: screen.styled("✗", RED)}
    for place, hit in enumerate(hits):
        block, is_answer = hit.block, place == 0 and expected is not None
        head = f"{when(block, TIMES)}  {pad(clip(block.source or '', WHO_CELLS), WHO_CELLS)}  "
        text = clip(on_one_line(block.text), cells - 2 - width(head))
        mark = marks[expected if place == 0 else None]
        screen.line(f"{INDENT}{mark} {head}{screen.styled(text, BOLD) if is_answer else text}")


def show_end(screen: Screen, played: Played, size_bytes: int, kept: str | None) -> None:
    mean_s, p95_s, count = played.times()
    right = sum(asked.expected_first for asked in played.asked)
    made = (
        "No model was asked, and no network."
        if played.embedder.startswith("static/")
        else f"Vectors by {played.embedder}."
    )
    screen.line()
    show_facts(
        screen,
        [
            f"{right} of {len(played.asked)} answers came first.",
            f"{count} searches, with their texts read: {ms(mean_s)} in the mean, 95 % within {ms(p95_s)}.",
            f"{size_bytes / 1e6:.1f} MB on disk{'' if kept is None else f' in {kept}'}. {made}",
        ],
    )


def show_next(screen: Screen, commands: Sequence[str]) -> None:
    screen.line()
    screen.line(screen.styled("Try next:", BOLD))
    for command in commands:
        screen.line(INDENT + command)


def ms(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms" if seconds < 0.01 else f"{seconds * 1e3:.0f} ms"


def command_of(search: dict[str, Any]) -> str:
    """The command that one would type for a search."""
    words = ["greeum search", quoted(search["query"]), "--namespace", search["namespace"], "-k 3"]
    if search["near"] is not None:
        words += ["--near", search["near"]["anchor"]]
    if search["where"] is not None:
        from greeum.cli.screen import as_json

        words += ["--where", f"'{as_json(search['where'])}'"]
    return " ".join(words)


def quoted(text: str) -> str:
    """Text as it is typed in a shell."""
    from shlex import quote

    return quote(text) if any(sign in text for sign in '"$`\\!') else f'"{text}"'
