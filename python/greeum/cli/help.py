"""The help, made from the tables of the commands."""

from __future__ import annotations

from greeum.cli.cells import wrap
from greeum.cli.commands import every_command
from greeum.cli.exits import MEANINGS
from greeum.cli.options import SAID_BEFORE, VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from greeum.cli.options import Argument, Command, Option

CELLS = 100
"""The width of the help where there is no terminal, and its greatest width: longer lines are hard to read."""

FIRST_STEPS = ('greeum add "I moved to Busan in May."', 'greeum search "where do I live?"')
"""What to try first."""

INTRODUCTION = "Long-term memory for LLM agents: remember, find, correct and forget, in one directory on this disk."


def brief(width: int | None) -> str:
    """How to go on, for whoever names no command."""
    parts = [
        "greeum COMMAND …\n",
        *wrap(INTRODUCTION, min(width or CELLS, CELLS)),
        "\nBegin with:",
        *(f"  {example}" for example in FIRST_STEPS),
        "\n`greeum --help` lists all commands.",
    ]
    return "\n".join(parts)


def overall(width: int | None) -> str:
    """The help of `greeum` itself."""
    cells = min(width or CELLS, CELLS)
    parts = [
        "greeum COMMAND …\n",
        *wrap(INTRODUCTION, cells),
        "\nCommands (`greeum help COMMAND` or `greeum COMMAND --help` tells more):",
        *summaries(every_command(), cells),
        "\nOptions, before the command or after:",
        *definitions(map(described, (*SAID_BEFORE, VERSION)), cells),
        "\nExit codes:",
        *definitions(((str(code), meaning) for code, meaning in MEANINGS.items()), cells),
    ]
    return "\n".join(parts)


def of_group(name: str, width: int | None) -> str:
    """The help of a group of commands, as `anchors`."""
    cells = min(width or CELLS, CELLS)
    group = [command for command in every_command() if command.name.startswith(name + " ")]
    return "\n".join([f"greeum {name} COMMAND …\n", *summaries(group, cells)])


def of_command(command: Command, width: int | None) -> str:
    """The help of one command."""
    cells = min(width or CELLS, CELLS)
    parts = [usage(command), "", *wrap(command.summary, cells), *wrap(command.details, cells)]
    if command.arguments:
        parts += ["\nArguments:", *definitions(((one.metavar, one.meaning) for one in command.arguments), cells)]
    parts += ["\nOptions:", *definitions(map(described, command.all_options), cells)]
    return "\n".join([*parts, "\nExamples:", *(f"  {example}" for example in command.examples)])


def usage(command: Command) -> str:
    places = "".join(f"{placeholder(argument)} " for argument in command.arguments)
    return f"greeum {command.name} {places}[OPTION…]"


def placeholder(argument: Argument) -> str:
    return f"[{argument.metavar}]" if argument.least == 0 else argument.metavar


def described(option: Option) -> tuple[str, str]:
    """An option as it is written, and what it means."""
    flags = ", ".join(option.flags)
    return (flags if option.metavar is None else f"{flags} {option.metavar}"), option.meaning


def summaries(commands: Iterable[Command], cells: int) -> Iterator[str]:
    return definitions(((command.name, command.summary) for command in commands), cells)


def definitions(pairs: Iterable[tuple[str, str]], cells: int) -> Iterator[str]:
    """Terms, and beside them what they mean."""
    items = list(pairs)
    indent = max(len(term) for term, _ in items) + 4
    for term, meaning in items:
        first, *others = wrap(meaning, max(20, cells - indent))
        yield f"  {term:<{indent - 2}}{first}"
        yield from (" " * indent + line for line in others)
