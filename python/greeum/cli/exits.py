"""What a command's exit code means, and how an error is told."""

from __future__ import annotations

import errno
import sys

from greeum import errors

DONE = 0
TROUBLE = 1
INVALID = 2
NOT_FOUND = 3
CONFLICT = 4
DISK = 5
BUSY = 6
READ_ONLY = 7
DAMAGED = 8
EMBEDDER = 9
INTERRUPTED = 130
PIPE_CLOSED = 141

MEANINGS = {
    DONE: "done",
    TROUBLE: "a server refused the key, or failed; a port is taken; `doctor` found trouble; or there is another reason",
    INVALID: "the command line, or a value in it, cannot be used",
    NOT_FOUND: "there is no such memory, block, link or anchor",
    CONFLICT: "it exists already, or has changed meanwhile, or is pinned",
    DISK: "the disk is full, or a write failed: nothing of it was stored",
    BUSY: "another process held the memory for too long: try again",
    READ_ONLY: "the memory may only be read",
    DAMAGED: "the memory is damaged, or was written by a newer Greeum",
    EMBEDDER: "the embedder failed, or is not the one that this memory was begun with",
    INTERRUPTED: "interrupted (Ctrl-C)",
    PIPE_CLOSED: "whoever read the output has stopped (as `head` does)",
}
"""Code → meaning; the help and the reference page are made from this."""

CODES: tuple[tuple[type[Exception], int], ...] = (
    (errors.InvalidInput, INVALID),
    (errors.NotFound, NOT_FOUND),
    (errors.Conflict, CONFLICT),
    (errors.StoreFull, DISK),
    (errors.StoreFailed, DISK),
    (errors.StoreBusy, BUSY),
    (errors.StoreReadOnly, READ_ONLY),
    (errors.StoreDamaged, DAMAGED),
    (errors.StoreVersion, DAMAGED),
    (errors.EmbedderFailed, EMBEDDER),
    (errors.EmbedderMismatch, EMBEDDER),
    # Of memories behind a server.
    (errors.LogCut, NOT_FOUND),
    (errors.Unauthenticated, TROUBLE),
    (errors.Forbidden, TROUBLE),
    (errors.ServerFailed, TROUBLE),
)


NO_KEY = "the server needs a valid key: put it into GREEUM_KEY, or name its file with --key-file"
"""What is told in place of the server's words, which are about headers."""


def code_of(error: Exception) -> int:
    for kind, code in CODES:
        if isinstance(error, kind):
            return code
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return DISK
    return TROUBLE


def tell(error: Exception, *, json: bool) -> int:
    """Say on standard error what went wrong; the exit code."""
    said = NO_KEY if isinstance(error, errors.Unauthenticated) else str(error)
    if json:
        from greeum.cli.screen import as_json

        told = {"type": type(error).__name__, "field": getattr(error, "field", None), "message": said}
        line = as_json({"error": told})
    else:
        from greeum.cli.cells import on_one_line

        line = f"greeum: {on_one_line(said)}"
    # Half a surrogate pair, as it comes in a file name, must not stop the message.
    sys.stderr.write(line.encode("utf-8", "backslashreplace").decode() + "\n")
    return code_of(error)
