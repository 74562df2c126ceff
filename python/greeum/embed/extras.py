"""Optional dependencies: imported when an embedder is made that needs them, with an error that says how to get them."""

from __future__ import annotations

from importlib import import_module

from greeum.errors import EmbedderFailed
from greeum.extras import how_to_install

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def require(module: str, extra: str) -> ModuleType:
    """The module, or EmbedderFailed with the name of the extra that brings it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise EmbedderFailed(f"{module} cannot be imported ({error}): {how_to_install(extra)}") from error
