"""How a command line is read. A table says what a command takes; help and the reference page are made from it too.

Not `argparse`: importing it takes longer than most commands do. Nothing is guessed or passed over: an option that a
command does not know, or that is given twice, is an error.
"""

from __future__ import annotations

from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from greeum.cli.call import Call

    Read = Callable[[str, str], Any]


def as_text(value: str, field: str) -> str:
    return value


def as_whole_number(value: str, field: str) -> int:
    if not value.removeprefix("-").isdecimal():
        raise InvalidInput(field, f"{value!r} is not a whole number")
    try:
        return int(value)
    except ValueError as error:
        raise InvalidInput(field, f"is a whole number of {len(value):,} digits: that is too long") from error


def as_number(value: str, field: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise InvalidInput(field, f"{value!r} is not a number") from error


SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
"""What a time span may end with."""


def as_seconds(value: str, field: str) -> float:
    """A time span: a number of seconds, or one with a unit after it, as in 90d."""
    unit = value[-1:]
    try:
        return (
            as_number(value.removesuffix(unit), field) * SECONDS[unit] if unit in SECONDS else as_number(value, field)
        )
    except InvalidInput as error:
        raise InvalidInput(field, f"{value!r} is no time span: write seconds, or as 30m, 12h, 90d, 2w") from error


def as_object(value: str, field: str) -> dict[str, Any]:
    """A JSON object. A name that occurs twice in it would hide the first, so it is refused."""
    from json import loads

    from greeum.unreadable import NotJson, json_fault

    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise NotJson("a name occurs twice in it")
        return found

    try:
        found = loads(value, object_pairs_hook=distinct)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(field, f"is not JSON ({json_fault(error)})") from error
    if not isinstance(found, dict):
        raise InvalidInput(field, 'must be a JSON object, as in {"source": "alice"}')
    return found


def as_near(value: str, field: str) -> str | int:
    """A block's id if it is a number, the name of an anchor otherwise."""
    return as_whole_number(value, field) if value.isdecimal() else value


def as_moment(value: str, field: str) -> str | int:
    """A seq if it is a number, a time otherwise."""
    return as_whole_number(value, field) if value.isdecimal() else value


class Option:
    """Something that may be said in any place: a flag if it has no `metavar`, else a flag and its value."""

    __slots__ = ("elsewhere", "field", "flags", "meaning", "metavar", "read", "repeats")

    def __init__(
        self,
        flags: str,
        metavar: str | None,
        meaning: str,
        *,
        read: Read = as_text,
        field: str | None = None,
        repeats: bool = False,
        elsewhere: str = "",
    ) -> None:
        self.flags = flags.split()
        self.elsewhere = elsewhere.split()
        """What it is called in other commands and programs: who says that is told its name here."""
        self.metavar = metavar
        self.meaning = meaning
        self.read = read
        self.field = field or self.flags[-1].lstrip("-").replace("-", "_")
        self.repeats = repeats


class Argument:
    """Something that is said by its place. `most` None is any number: the field is then a list."""

    __slots__ = ("field", "least", "meaning", "metavar", "most", "read")

    def __init__(
        self, metavar: str, meaning: str, *, field: str, read: Read = as_text, least: int = 1, most: int | None = 1
    ) -> None:
        self.metavar = metavar
        self.meaning = meaning
        self.field = field
        self.read = read
        self.least = least
        self.most = most

    @property
    def name(self) -> str:
        """What it is called in an error: `QUERY` of `QUERY…|-`."""
        return self.metavar.partition("|")[0].rstrip("…")


HELP = Option("-h --help", None, "Show this help.")
JSON = Option("--json", None, "Print one JSON document instead of text; an error is one on stderr.")
MEMORY = Option("--memory", "DIR", "The directory of the memory. Default: $GREEUM_HOME, else ~/.greeum")
URL = Option("--url", "URL", "A server's memory in its place, as http://127.0.0.1:8400")
KEY_FILE = Option("--key-file", "FILE", "A file with the key for that server. Default: $GREEUM_KEY")
INSECURE = Option("--insecure", None, "Send the key by plain http to another machine: others on the way can read it.")
VERSION = Option("--version", None, "Show the version.")

GLOBALS = (JSON, HELP)
"""What every command takes, before its name or after."""

OF_A_SERVER = (URL, KEY_FILE, INSECURE)

ANYWHERE = (MEMORY, *OF_A_SERVER)
"""What a command takes that works on a memory, wherever that is kept."""

SAID_BEFORE = (*ANYWHERE, *GLOBALS)
"""What may stand before the name of a command, which then has to take it."""

HERE = (MEMORY,)
"""What one takes that works on the directory of a memory."""

NOWHERE = ()
"""What one takes that works on none."""


class Command:
    """One command: what it is called, what it takes, what it does."""

    __slots__ = ("arguments", "details", "examples", "name", "options", "places", "run", "summary")

    def __init__(
        self,
        name: str,
        run: Callable[[Call], int],
        summary: str,
        *,
        arguments: Sequence[Argument] = (),
        options: Sequence[Option] = (),
        details: str = "",
        examples: Sequence[str] = (),
        places: Sequence[Option] = ANYWHERE,
    ) -> None:
        self.name = name
        self.run = run
        self.summary = summary
        self.arguments = arguments
        self.options = options
        self.details = details
        self.examples = examples
        self.places = places
        """How the memory is named that it works on."""

    @property
    def all_options(self) -> tuple[Option, ...]:
        return (*self.options, *self.places, *GLOBALS)


def is_option(word: str) -> bool:
    """Whether a word is an option and not text: a flag holds no space; text that begins with a dash often does."""
    flag = word.partition("=")[0]
    return (
        len(word) > 1 and word[0] == "-" and (word[1] == "-" or word[1].isalpha()) and not any(map(str.isspace, flag))
    )


def check_words(words: Sequence[str]) -> None:
    """Refuse what is not text, before anything else is done with it."""
    for place, word in enumerate(words, 1):
        try:
            word.encode()
        except UnicodeEncodeError as error:
            raise InvalidInput(f"argument {place}", "is not UTF-8: it cannot be read as text") from error
        if "\0" in word:
            raise InvalidInput(f"argument {place}", "holds a NUL character")


def first_name(words: Sequence[str], options: Sequence[Option]) -> int | None:
    """Where the name of a command stands: the first word that is neither an option nor the value of one."""
    with_value = {flag for option in options if option.metavar for flag in option.flags}
    value_follows = False
    for place, word in enumerate(words):
        if value_follows:
            value_follows = False
        elif word == "--":
            return None
        elif not is_option(word):
            return place
        else:
            value_follows = word in with_value
    return None


def read(
    words: Sequence[str], command: str, arguments: Sequence[Argument], options: Sequence[Option]
) -> dict[str, Any]:
    """The fields that were given, by name. With `--help` among them, arguments may be missing. Raises InvalidInput."""
    by_flag = {flag: option for option in options for flag in option.flags}
    given: dict[str, Any] = {}
    plain: list[str] = []
    rest = list(reversed(words))
    while rest:
        word = rest.pop()
        if word == "--":
            plain += reversed(rest)
            break
        if is_option(word):
            _take(word, rest, by_flag, given, command)
        else:
            plain.append(word)
    if "help" not in given:
        given |= _placed(plain, command, arguments)
    return given


def _take(word: str, rest: list[str], by_flag: dict[str, Option], given: dict[str, Any], command: str) -> None:
    """The option that a word is, with its value, which may be the next word."""
    flag, equals, value = word.partition("=")
    if not flag.startswith("--") and len(flag) > 2:
        flag, equals, value = word[:2], "=", word[2:]  # -k5
    option = by_flag.get(flag)
    if option is None:
        raise _unknown(flag, by_flag.values(), command)
    if option.field in given and not option.repeats:
        raise InvalidInput(flag, "is given twice")
    if option.metavar is None:
        if equals:
            raise InvalidInput(flag, "takes no value")
        given[option.field] = True
        return
    if not equals:
        if not rest or rest[-1].partition("=")[0] in by_flag:
            wanted = f"needs a value, {option.metavar} (write {flag}=… if the value begins with a dash)"
            raise InvalidInput(flag, wanted)
        value = rest.pop()
    said = option.read(value, flag)
    given[option.field] = [*given.get(option.field, ()), said] if option.repeats else said


def _unknown(flag: str, options: Iterable[Option], command: str) -> InvalidInput:
    if any(flag in other.flags for other in OF_A_SERVER):
        return InvalidInput(flag, f"is no option of `{command}`, which does nothing to the memory of a server")
    if flag == "--tenants":
        return InvalidInput(flag, f"is no option of `{command}`: name one tenant's memory, --memory DIR/tenants/NAME")
    hint = "put -- before text that begins with a dash"
    return InvalidInput(flag, f"is no option of `{command}`{_guess(flag, options)}; {hint}")


def _guess(flag: str, options: Iterable[Option]) -> str:
    from difflib import get_close_matches

    meant = {name: option.flags[-1] for option in options for name in (*option.elsewhere, *option.flags)}
    close = [meant[name] for name in get_close_matches(flag, meant, 1)]
    return f" (did you mean {close[0]}?)" if close else ""


def _placed(words: list[str], command: str, arguments: Sequence[Argument]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    rest = list(words)
    for argument in arguments:
        most = len(rest) if argument.most is None else argument.most
        mine, rest = rest[:most], rest[most:]
        if len(mine) < argument.least:
            raise InvalidInput(argument.name, f"is missing. {argument.meaning} See `{command} --help`")
        values = [argument.read(word, argument.field) for word in mine]
        if argument.most is None:
            given[argument.field] = values
        elif values:
            given[argument.field] = values[0]
    if rest:
        raise InvalidInput(f"{rest[0]!r}", f"is one argument too many for `{command}`")
    return given
