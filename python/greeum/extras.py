"""How to get the packages of an optional part of Greeum. It is in no package index under this name, where what is
called greeum is another program: so what is named is a directory or a wheel.
"""

from __future__ import annotations


def how_to_install(extra: str) -> str:
    """What to do where the packages of an extra are missing, as it stands at the end of an error."""
    return (
        f'install Greeum with its extra `{extra}`: pip install ".[{extra}]" in its directory, '
        f"or the path of its wheel with [{extra}] behind it"
    )
