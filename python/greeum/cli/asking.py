"""What whoever sits at the terminal is asked before something that cannot be undone."""

from __future__ import annotations

import sys

from greeum.errors import InvalidInput


def need_terminal(instead: str, because: str) -> None:
    """Raises InvalidInput, with the option to give instead, where nobody can be asked."""
    from greeum.cli.screen import is_terminal

    if not is_terminal(sys.stdin) or not is_terminal(sys.stderr):
        raise InvalidInput(instead, f"is needed where nobody can be asked{because}")


def asked(question: str) -> str:
    """The answer, a line."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def agreed(question: str) -> bool:
    """Whether it is answered with yes; nothing is no."""
    return asked(f"{question} [y/N] ").lower() in ("y", "yes")
