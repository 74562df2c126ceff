"""The service: one Memory behind HTTP. `greeum serve` runs it; `greeum.api:app` is the same as an ASGI application."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.api.gate import ASGI

    app: ASGI


def __getattr__(name: str) -> object:
    """`app` is made when it is asked for: whoever imports a part of this package need not have a memory."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from greeum.api.service import application

    found = globals()[name] = application()
    return found
