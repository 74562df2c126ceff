"""A product's own package: imported where its adapter is, with an error that says how to get it."""

from __future__ import annotations

from contextlib import contextmanager

from greeum.extras import how_to_install

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def brought_by(extra: str) -> Iterator[None]:
    """Around the imports of what an extra brings: what cannot be imported says which extra that is.

    Raises ModuleNotFoundError or ImportError, as the import has, with that as the cause.
    """
    try:
        yield
    except ImportError as error:
        kind = ModuleNotFoundError if isinstance(error, ModuleNotFoundError) else ImportError
        raise kind(f"{error}: {how_to_install(extra)}", name=error.name, path=error.path) from error
