"""greeum serve: the memory, or those of many tenants, over HTTP."""

from __future__ import annotations

import os
import sys

from greeum.cli.options import HERE, Command, Option, as_number, as_seconds, as_whole_number
from greeum.cli.screen import BOLD
from greeum.errors import GreeumError, InvalidInput, NotFound
from greeum.limits import DURATION_S_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence
    from typing import Any, TypeVar

    from greeum.api.service import Options
    from greeum.cli.call import Call

    Number = TypeVar("Number", int, float)

HOST, PORT = "127.0.0.1", 8400

BACKUP_EVERY_S = 3_600.0
BACKUP_EVERY_S_MIN = 1.0

DRAIN_S_MAX = 300
MAINTAIN_S_MAX = 31_536_000
WAITING_LIMIT = 1_000_000

WORKER = (sys.executable, "-m", "greeum.cli.serve")
"""How the processes of `--workers` are started."""

AS_JSON, AS_TEXT = "json", "text"
"""How they are to tell an error."""

TO_OPEN = (("in a browser", "/"), ("REST", "/v1"), ("what REST takes", "/openapi.json"), ("MCP", "/mcp"))
"""What there is, and its path."""

LABEL_CELLS = 17

DRAIN_S = 0.5
"""How long a server on loopback accepts requests after it was told to stop: for clients that are in the middle of
several, each of which is told to connect anew elsewhere."""

DRAIN_BEHIND_PROXY_S = 5.0
"""The same for others: a load balancer asks for the readiness every few seconds."""


def run(call: Call) -> int:
    return serve_at(call, call.given.get("host", HOST), call.given.get("port", PORT))


def run_after_demo(call: Call) -> int:
    """Serve the memory of this call to this machine, on the usual port or, if that is taken, on one that is free."""
    if "port" in call.given:
        return serve_at(call, HOST, call.given["port"])
    need_packages()
    from greeum.api.sockets import PortUnavailable

    try:
        return serve_at(call, HOST, PORT)
    except PortUnavailable:
        return serve_at(call, HOST, 0)


def serve_at(call: Call, host: str, port: int) -> int:
    need_packages()
    from greeum.api import sockets

    places = sockets.addresses(host, port)
    options = options_of(call, on_loopback=sockets.are_loopback(places))
    bound = sockets.listen(places, port)
    try:
        return serve(call, options, bound)
    finally:
        for one in bound:
            one.close()


def serve(call: Call, options: Options, bound: Sequence[socket.socket]) -> int:
    """Serve on these sockets until it is interrupted; the exit code."""
    is_new = options.memory is not None and call.is_missing()

    def ready() -> None:
        if is_new:
            call.note_new()
        tell(call, options, bound)

    if options.workers == 1:
        from greeum.api import process

        return process.serve(options, bound, ready)
    from greeum.api.workers import supervise

    return supervise(options, bound, ready, (*WORKER, AS_JSON if call.screen.json else AS_TEXT))


def need_packages() -> None:
    try:
        import httptools  # noqa: F401
        import msgspec  # noqa: F401
    except ImportError as error:
        from greeum.extras import how_to_install

        raise InvalidInput("serve", f"needs more packages: {how_to_install('server')}") from error


def check_places(log: str, backup: str | None, tenants: str | None) -> None:
    """Raises InvalidInput or NotFound for what would only be noticed, or made, by a server that runs."""
    from greeum.api.service import NOWHERE, STDERR, descriptor_of

    if log == "":
        raise InvalidInput("--log", "is empty: name a file, stderr or none")
    if log not in (STDERR, NOWHERE):
        try:
            os.close(descriptor_of(log))
        except OSError as error:
            raise InvalidInput("--log", f"{log} cannot be written ({error.strerror}): name another file") from error
    if backup is not None and os.path.exists(backup) and not os.path.isdir(backup):
        raise InvalidInput("--backup", f"{backup} is a file: name a directory, which need not be there")
    if tenants is not None and not os.path.isdir(tenants):
        raise NotFound(
            f"{tenants}: there is no such directory of tenants: name another, or make it with the first key "
            f"(`greeum keys create --tenants {tenants} --tenant NAME --role writer`)"
        )


def tenants_of(call: Call) -> str | None:
    """The directory of tenants, or None if one memory is served. Raises InvalidInput if both are named."""
    if "memory" not in call.given:
        directory: str | None = call.given.get("tenants", call.settings.tenants)
        return directory
    if "tenants" in call.given:
        raise InvalidInput("--memory", "and --tenants: serve either one memory or those of tenants")
    return None


def check_scope(given: dict[str, Any], tenants: str | None, *, on_loopback: bool) -> None:
    """Raises InvalidInput for what is only for one memory, or only for tenants."""
    if tenants is None and not on_loopback:
        raise InvalidInput(
            "--host",
            "is within reach of other machines, and one memory is served without keys. Serve tenants instead: make a "
            "key with `greeum keys create --tenants DIR --tenant NAME --role writer`, then `serve --tenants DIR`",
        )
    if tenants is not None and "backup" in given:
        raise InvalidInput(
            "--backup",
            "is for one memory: back up each tenant, at any time, with "
            f"`greeum backup DIR --memory {tenants}/tenants/NAME`",
        )
    if "backup" not in given and ("backup_every" in given or "backup_keep" in given):
        raise InvalidInput("--backup", "is missing: name the directory for the backups")


def options_of(call: Call, *, on_loopback: bool) -> Options:
    """What is to be served, of the command line and the environment. Raises InvalidInput if it may not be."""
    from greeum.api.gate import WAITING_MAX
    from greeum.api.service import MAINTAIN_PERIOD_S, STDERR, Options
    from greeum.api.workers import WORKERS_MAX

    given, settings = call.given, call.settings
    backup_every_s = float(given.get("backup_every", BACKUP_EVERY_S))
    tenants = tenants_of(call)
    check_scope(given, tenants, on_loopback=on_loopback)
    check_places(given.get("log", STDERR), given.get("backup"), tenants)
    return Options(
        memory=call.path() if tenants is None else None,
        tenants=tenants,
        allowed_hosts=names_of(call, on_loopback=on_loopback),
        log=given.get("log", STDERR),
        workers=bounded(given.get("workers", 1), "--workers", 1, WORKERS_MAX),
        drain_s=bounded(
            given.get("drain", DRAIN_S if on_loopback else DRAIN_BEHIND_PROXY_S), "--drain", 0, DRAIN_S_MAX
        ),
        waiting_max=bounded(given.get("waiting_max", WAITING_MAX), "--waiting-max", 1, WAITING_LIMIT),
        maintain_s=bounded(given.get("maintain", MAINTAIN_PERIOD_S), "--maintain", 0, MAINTAIN_S_MAX),
        traces=settings.traces,
        trace_content=settings.trace_content,
        backup=os.path.abspath(given["backup"]) if "backup" in given else None,
        backup_every_s=bounded(backup_every_s, "--backup-every", BACKUP_EVERY_S_MIN, DURATION_S_MAX),
        backup_keep_s=given.get("backup_keep"),
    )


def names_of(call: Call, *, on_loopback: bool) -> tuple[str, ...] | None:
    """The names that it answers to; None for any. Raises InvalidInput for what can be none."""
    from greeum.api.hosts import LOOPBACK, name_of

    given = tuple(call.given.get("allowed_hosts", call.settings.allowed_hosts))
    try:
        names = tuple(map(name_of, given))
    except InvalidInput as error:
        raise InvalidInput("--allowed-host", error.reason) from error
    if names or not on_loopback:
        return names or None
    host: str = call.given.get("host", HOST)
    return (*LOOPBACK, f"[{host}]" if ":" in host else host)


def bounded(value: Number, field: str, least: float, most: float) -> Number:
    if not least <= value <= most:
        raise InvalidInput(field, f"is {value:,}; it goes from {least:,} to {most:,}")
    return value


def tell(call: Call, options: Options, bound: Sequence[socket.socket]) -> None:
    """Say where it listens, and what to open there."""
    from greeum.api.sockets import url

    urls = [url(one) for one in bound]
    if call.screen.json:
        call.screen.document(
            {"url": urls[0], "urls": urls, "memory": options.memory, "tenants": options.tenants, "pid": os.getpid()}
        )
    else:
        what = f"the memory in {options.memory}" if options.tenants is None else f"the tenants in {options.tenants}"
        call.screen.line(call.screen.styled(f"Greeum serves {what} at {' and '.join(urls)}", BOLD))
        for name, path in TO_OPEN:
            call.screen.line(f"   {name:<{LABEL_CELLS}}{urls[0]}{path}")
        call.screen.line("Stop it with Ctrl-C.")
    sys.stdout.flush()


COMMAND = Command(
    "serve",
    run,
    "Serve the memory, or those of many tenants, over HTTP: REST, MCP, metrics.",
    options=[
        Option("--tenants", "DIR", "Serve the tenants of this directory, behind keys. Default: $GREEUM_TENANTS"),
        Option("--host", "HOST", f"The address to listen on. Default: {HOST}, which only this machine can reach."),
        Option(
            "--port", "PORT", f"The port to listen on; 0 takes one that is free. Default: {PORT}", read=as_whole_number
        ),
        Option("--workers", "N", "Processes that serve. Default: 1", read=as_whole_number),
        Option("--log", "FILE", "Where to write the log: a file, stderr (the default) or none."),
        Option(
            "--allowed-host",
            "NAME",
            "A name that it answers to; repeat it for more. Default: $GREEUM_ALLOWED_HOSTS",
            field="allowed_hosts",
            repeats=True,
        ),
        Option(
            "--drain",
            "SECONDS",
            f"How long to accept requests after the signal to stop. Default: {DRAIN_S:g}, beyond loopback "
            f"{DRAIN_BEHIND_PROXY_S:g}",
            read=as_number,
        ),
        Option(
            "--backup", "DIR", "Back the memory up into this directory, as `greeum backup` does, while it is served."
        ),
        Option("--backup-every", "TIME", "How often, as in 15m or 1d. Default: 1h", read=as_seconds),
        Option(
            "--backup-keep", "TIME", "For how long one is to be able to go back. Default: for good", read=as_seconds
        ),
        Option(
            "--maintain",
            "TIME",
            "How often to run what `greeum maintain` does, in the background; 0 is never. Default: 1h",
            read=as_seconds,
        ),
        Option(
            "--waiting-max",
            "N",
            "Requests that may wait for their answer in one process; more get 503. Default: 1024",
            read=as_whole_number,
        ),
    ],
    details="""One memory is served without keys, and only to this machine: who can reach it may do everything.
        Tenants are served behind keys, which `greeum keys create` makes. It prints where it listens when it is ready;
        with --json as one line of JSON. SIGTERM or Ctrl-C ends it once every request has been answered, a second one
        at once. See docs/operate/serve.md.""",
    examples=[
        "greeum serve",
        "greeum serve --memory ./memory --port 8401 --log none",
        "greeum serve --tenants ./tenants --host 0.0.0.0 --workers 2",
    ],
    places=HERE,
)


def main(words: Sequence[str]) -> int:
    """Be one of the workers of a server; the exit code."""
    from greeum.api.workers import work
    from greeum.cli.exits import tell as tell_error

    form, *rest = words
    try:
        return work(rest)
    except (GreeumError, OSError) as error:
        return tell_error(error, json=form == AS_JSON)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
