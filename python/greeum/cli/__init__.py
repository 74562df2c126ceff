"""The command line: the verbs and field names of the library, one command a call.

Starting is paid by every call, so this imports little, and each command brings its own.
"""

from __future__ import annotations

import os
import sys

from greeum.cli.screen import Screen, speak_utf8
from greeum.errors import GreeumError, InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "greeum"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, given without the program's name (default: the process's own); its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    speak_utf8()
    try:
        code = run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        return reader_is_gone()
    except KeyboardInterrupt:
        return interrupted()
    except (GreeumError, OSError) as error:
        return failed(error, words)
    return code


def run(words: Sequence[str]) -> int:
    """Find the command and run it. Raises what the command raises."""
    from greeum.cli import options
    from greeum.cli.commands import HOMES, command
    from greeum.settings import Settings

    options.check_words(words)
    name, rest = named(asked_for_help(words))
    if name not in HOMES:
        return without_command(name, options.read(rest, PROGRAM, (), (*options.SAID_BEFORE, options.VERSION)))
    from greeum.cli.call import Call

    chosen = command(name)
    given = options.read(rest, f"{PROGRAM} {name}", chosen.arguments, chosen.all_options)
    settings = Settings()
    screen = Screen(settings, json="json" in given)
    if "help" in given:
        from greeum.cli.help import of_command

        screen.line(of_command(chosen, screen.width))
        return 0
    return chosen.run(Call(given, screen, settings))


def asked_for_help(words: Sequence[str]) -> list[str]:
    """The same words, with `help COMMAND` as `--help COMMAND`."""
    from greeum.cli.fields import READ_ONLY
    from greeum.cli.options import SAID_BEFORE, first_name

    place = first_name(words, (*SAID_BEFORE, READ_ONLY))
    asked = list(words)
    if place is not None and asked[place] == "help":
        asked[place] = "--help"
    return asked


def named(words: Sequence[str]) -> tuple[str, list[str]]:
    """The name of the command, or of a group of commands, or "" if there is none; and the other words."""
    from greeum.cli.commands import GROUPS, HOMES
    from greeum.cli.fields import READ_ONLY
    from greeum.cli.options import SAID_BEFORE, first_name

    rest = list(words)
    name = ""
    while name not in HOMES or name in GROUPS:
        place = first_name(rest, (*SAID_BEFORE, READ_ONLY))
        if place is None or (name in HOMES and f"{name} {rest[place]}" not in HOMES):
            break
        name = f"{name} {rest.pop(place)}".lstrip()
        if name not in HOMES and name not in GROUPS:
            raise InvalidInput(f"{name!r}", f"is no command{guess(name)}; see `{PROGRAM} --help`")
    return name, rest


def guess(name: str) -> str:
    from difflib import get_close_matches

    from greeum.cli.commands import ELSEWHERE, HOMES

    close = [ELSEWHERE[name]] if name in ELSEWHERE else get_close_matches(name, HOMES, 1)
    return f" (did you mean {close[0]}?)" if close else ""


def without_command(group: str, given: dict[str, object]) -> int:
    """`--version` and `--help`. To name no command is a mistake, and is told how to go on."""
    if "version" in given:
        from greeum import __version__

        sys.stdout.write(f'{{"version": "{__version__}"}}\n' if "json" in given else f"{PROGRAM} {__version__}\n")
        return 0
    from greeum.cli.exits import INVALID
    from greeum.cli.help import brief, of_group, overall
    from greeum.cli.screen import terminal_width

    of_all = overall if "help" in given else brief
    text = of_group(group, terminal_width()) if group else of_all(terminal_width())
    (sys.stdout if "help" in given else sys.stderr).write(text + "\n")
    return 0 if "help" in given else INVALID


def reader_is_gone() -> int:
    from greeum.cli.exits import PIPE_CLOSED

    discard_output()
    return PIPE_CLOSED


def interrupted() -> int:
    from greeum.cli.exits import INTERRUPTED

    sys.stderr.write(f"\n{PROGRAM}: interrupted\n")
    return INTERRUPTED


def failed(error: Exception, words: Sequence[str]) -> int:
    from greeum.cli.exits import tell

    try:
        sys.stdout.flush()
    except OSError:
        discard_output()
    return tell(error, json="--json" in words)


def discard_output() -> None:
    """Send what cannot be written nowhere, or Python would try again at its end and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
