"""greeum keys: who may come in to a server of several tenants, and what they may do there."""

from __future__ import annotations

from greeum.cli.options import NOWHERE, Argument, Command, Option, as_number
from greeum.errors import InvalidInput, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call
    from greeum.control.model import Key
    from greeum.control.store import ControlStore

TENANTS = Option("--tenants", "DIR", "The directory of the server's tenants. Default: $GREEUM_TENANTS")
TENANT = Option("--tenant", "NAME", "Whose it is: small letters, digits and dashes, as acme.")


def run_create(call: Call) -> int:
    for field in ("tenant", "role"):
        if field not in call.given:
            raise InvalidInput(f"--{field}", "is missing; see `greeum keys create --help`")
    options = call.pick("rate", "label", "trust") | {"root": call.given.get("namespace", "")}
    from greeum.control.store import requested

    requested(call.given["tenant"], call.given["role"], **options)  # before anything is made for it
    with control(call, create=True) as store:
        is_new = call.given["tenant"] not in store.tenants()
        key, new = store.create_key(call.given["tenant"], call.given["role"], **options)
    if call.screen.json:
        call.screen.document({"key": new.text} | key.to_dict())
        return 0
    # Alone on standard output, so that a script can take it.
    call.screen.line(new.text)
    if is_new:
        from os.path import abspath

        call.screen.note(f"greeum: a new tenant, {key.tenant}, in {abspath(directory_of(call))}")
    call.screen.note(f"greeum: key {key.id} of {key.tenant}, {key.role}; keep it, it cannot be shown again")
    return 0


def run_list(call: Call) -> int:
    with control(call) as store:
        found = store.keys(call.given.get("tenant"))
    if call.screen.json:
        call.screen.document({"keys": [key.to_dict() for key in found]})
    else:
        call.screen.table(HEADS, [row(key) for key in found], none="no keys", numeric=("TRUST", "RATE"))
    return 0


HEADS = ("ID", "TENANT", "ROLE", "TRUST", "NAMESPACE", "RATE", "CREATED (UTC)", "REVOKED (UTC)", "LABEL")


def row(key: Key) -> list[str]:
    from greeum.cli.cells import on_one_line

    facts = key.to_dict()
    rate = "" if key.rate is None else f"{key.rate:g}"
    times = (minutes(facts["created_at"]), minutes(facts["revoked_at"]))
    given = [key.id, key.tenant, str(key.role), f"{key.trust:g}", on_one_line(key.namespace), rate]
    return [*given, *times, on_one_line(key.label)]


def minutes(time: object) -> str:
    """A time in ISO 8601 as a table shows it; nothing for None."""
    return "" if time is None else str(time)[:16].replace("T", " ")


def run_revoke(call: Call) -> int:
    with control(call) as store:
        key = store.revoke(id_of(call.given["key"]))
    if call.screen.json:
        call.screen.document(key.to_dict())
    else:
        call.screen.line(f"revoked: {key.id}")
    return 0


def id_of(named: str) -> str:
    """The public part, from itself or from a whole key, as somebody finds one where it should not be."""
    from greeum.control.keys import ID_CHARACTERS, PREFIX, id_in

    if named.startswith(PREFIX):
        found = id_in(named)
        if found is None:
            raise InvalidInput("ID", "begins like a key, but something in it is missing or mistyped")
        return found
    if len(named) != ID_CHARACTERS:
        raise NotFound(f"there is no key {named[:80]}; `greeum keys list` shows their ids")
    return named


def control(call: Call, *, create: bool = False) -> ControlStore:
    from greeum.control.store import ControlStore

    return ControlStore(directory_of(call), create=create)


def directory_of(call: Call) -> str:
    """The directory of the tenants. Raises InvalidInput if none is named."""
    directory: str | None = call.given.get("tenants", call.settings.tenants)
    if not directory:
        raise InvalidInput("--tenants", "is missing: name the directory of the tenants, or set GREEUM_TENANTS")
    return directory


CREATE = Command(
    "keys create",
    run_create,
    "Make a key for a tenant, and the tenant if it is new.",
    options=[
        TENANTS,
        TENANT,
        Option("--role", "ROLE", "reader (finds), writer (remembers, corrects and forgets too) or admin (all)."),
        Option("--namespace", "PATH", "Confine it to this namespace and all below. Default: all that the tenant has"),
        Option("--rate", "NUMBER", "Requests that it may make a second. Default: without bound", read=as_number),
        Option("--trust", "NUMBER", "How far to trust what it writes, from 0 to 1. Default: 1", read=as_number),
        Option("--label", "TEXT", "What it is for, as a note to yourself."),
    ],
    details="The key is printed this once: only its hash is kept.",
    examples=[
        "greeum keys create --tenants ./tenants --tenant acme --role writer",
        "greeum keys create --tenants ./tenants --tenant acme --role reader --namespace acme/alice --rate 50",
        "greeum keys create --tenants ./tenants --tenant acme --role writer --trust 0.3 --label crawler",
    ],
    places=NOWHERE,
)

LIST = Command(
    "keys list",
    run_list,
    "Show the keys that there are and what they allow, those that were revoked too.",
    options=[TENANTS, TENANT],
    details="""With --json the document is {"keys": […]}.""",
    examples=["greeum keys list --tenants ./tenants", "greeum keys list --tenants ./tenants --tenant acme"],
    places=NOWHERE,
)

REVOKE = Command(
    "keys revoke",
    run_revoke,
    "Let nobody in with a key any more; servers that run know of it within a second.",
    arguments=[Argument("ID", "The key's id, or the whole key.", field="key")],
    options=[TENANTS],
    examples=["greeum keys revoke 4fRt09ZqLm --tenants ./tenants"],
    places=NOWHERE,
)
