"""What is noticed in a block before it is stored, and what the memory's policies make of it: it is noted in the block's
flags, replaced by a marker, or the block is refused.
"""

from __future__ import annotations

from greeum.errors import Forbidden, InvalidInput
from greeum.policies import one_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from greeum.detection.findings import Finding
    from greeum.store.protocol import Store

    Find = Callable[[str], list[Finding]]


NAMES = ("namespace", "key", "kind", "source")
"""Fields by which blocks are found. An address in one is how somebody is called, so that only secrets and hidden
characters count; and what was altered would no longer be found, so that it is refused where a text is redacted."""


EMPTY_CHARACTERS = 2
"""Of an empty list or object in JSON."""

NAME_CHARACTERS = 16
"""A name of fewer characters that can be printed is no secret: no key of any service is so short."""

LOOKED_AT = ("text", "tags", "metadata", *NAMES)
"""Fields in which something may be found."""

KEY_CHARACTERS = 16
"""No key of any service is shorter, and it has no space inside."""

SLASHED_KEY_CHARACTERS = 30
"""No key that may hold a slash is shorter: those of Stripe's webhooks are 30 characters long and more."""

NUMBER_DIGITS = 7
"""A passport's number has so many digits at least; telephones, cards and accounts have more."""

SECRET_WORDS = ("pass", "pwd", "secret", "token", "key", "pin", "비밀번호", "비번", "패스워드")
"""What is said of a secret that is told by what is said of it, and by a digit in it."""

HIDDEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Characters that cannot be seen and that Python calls printable all the same."""

POLICIES = ("note", "redact", "refuse")
"""What may be done with a finding; the first is the default."""

KINDS = ("bidi", "control", "personal", "secret", "zero-width")
"""What a finding may be: these are the flags that blocks carry."""


class Screening:
    """`memory.screening`: what is done with each kind of finding. It is kept in the store, so that every process that
    has the memory open does the same. All methods may be called from any thread.
    """

    __slots__ = ("_may_set", "_store")

    def __init__(self, store: Store, *, may_set: bool = True) -> None:
        self._store = store
        self._may_set = may_set

    def read_only(self) -> Screening:
        """The same, for those who may not set a policy."""
        return Screening(self._store, may_set=False)

    def policies(self) -> dict[str, str]:
        """What is done with each kind of finding: "note" (the block gets a flag, and nothing else happens), "redact" or
        "refuse".
        """
        said = self._store.policies()
        return {kind: said.get(f"on_finding/{kind}", POLICIES[0]) for kind in KINDS}

    def set(self, kind: str, policy: str) -> None:
        """Say what is done with a kind of finding, from the next write on; what is stored stays as it is.

        Raises InvalidInput, or Forbidden to those who are not trusted in full.
        """
        if not self._may_set:
            raise Forbidden("what is done with findings is said by those who are trusted in full")
        self._store.set_policies({f"on_finding/{one_of(kind, 'kind', KINDS)}": one_of(policy, "policy", POLICIES)})

    def screen(self, fields: dict[str, Any]) -> list[str]:
        """What is found in these fields, as flags. What is to be redacted is, in place. Raises InvalidInput for what is
        to be refused: it names the field and the kind of thing, never the thing.

        `tags` and `metadata` are JSON, as in a Draft.
        """
        if all(
            is_harmless(value if field != "namespace" else spelt_out(value))
            for field, value in fields.items()
            if field in LOOKED_AT and value is not None
        ):
            return []
        # Here, so that those who add what is harmless do not pay for the patterns.
        from greeum.detection.findings import find

        suspects = [field for field, value in fields.items() if is_suspect(field, value, find)]
        if not suspects:
            return []
        look = Look(self.policies(), find)
        for field in suspects:
            fields[field] = look.at(field, fields[field])
        return sorted(look.flags)


def is_harmless(value: str) -> bool:
    """Whether nothing can be found in a text, as is told at a glance of most: no pattern fits what has no long word,
    few digits and no word for a secret."""
    is_visible = value.isprintable() or value.replace("\n", " ").replace("\t", " ").isprintable()
    if not is_visible or "@" in value or "://" in value or "-----" in value or "\\" in value:
        return False
    if max(map(len, value.split()), default=0) >= KEY_CHARACTERS:
        return False
    if value.isascii():
        digits = sum(map(value.count, "0123456789"))
        if digits == 0:
            return True
    else:
        digits = sum(map(str.isdigit, value))
        if not HIDDEN.isdisjoint(value):
            return False
    lowered = value.lower()
    return digits < NUMBER_DIGITS and not any(word in lowered for word in SECRET_WORDS)


def spelt_out(namespace: str) -> str:
    """A short namespace as words: of the keys that services hand out, those with slashes are longer."""
    return namespace.replace("/", " ") if len(namespace) < SLASHED_KEY_CHARACTERS else namespace


def is_suspect(field: str, value: Any, find: Find) -> bool:
    """Whether there may be something in a field; mostly there is not, and that must be quick."""
    if field == "text":
        return bool(find(value))
    if field in ("tags", "metadata"):
        return len(value) > EMPTY_CHARACTERS and ("\\" in value or bool(find(value)))
    if field not in NAMES or value is None or is_plain(value):
        return False
    return bool(find(value))


def is_plain(name: str) -> bool:
    return len(name) < NAME_CHARACTERS and name.isascii() and name.isprintable()


class Look:
    """One look at a block, with the policies as they are."""

    def __init__(self, policies: dict[str, str], find: Find) -> None:
        self._policies = policies
        self._find = find
        self.flags: set[str] = set()

    def at(self, field: str, value: Any) -> Any:
        """The field as it is to be stored."""
        from json import dumps, loads

        match field:
            case "text":
                return self._text(value)
            case "tags":
                tags = [self._string(tag, f"tags[{i}]", self._find(tag)) for i, tag in enumerate(loads(value))]
                return dumps(list(dict.fromkeys(tags)), ensure_ascii=False)
            case "metadata":
                metadata = self._inside(loads(value), "metadata")
                return dumps(metadata, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            case _:
                self._name(field, [one for one in self._find(value) if one.kind != "personal"])
                return value

    def _text(self, text: str) -> str:
        kept = self._string(text, "text", self._find(text))
        if not kept.strip():
            raise InvalidInput("text", "holds nothing but characters that cannot be seen")
        return kept

    def _inside(self, value: Any, path: str, key: str = "") -> Any:
        """A part of metadata, whose name may say what it is."""
        match value:
            case dict():
                for name in value:
                    self._name(f"a key of {path}", self._find(name))
                return {name: self._inside(item, f"{path}.{name}", name) for name, item in value.items()}
            case list():
                return [self._inside(item, f"{path}[{i}]", key) for i, item in enumerate(value)]
            case str():
                return self._string(value, path, self._in_value(key, value))
            case bool() | None:
                return value
            case _:
                kept = self._string(str(value), path, self._in_value(key, str(value)))
                return value if kept == str(value) else kept

    def _in_value(self, key: str, value: str) -> list[Finding]:
        """What is found in a value of metadata when its name is read with it."""
        before = f"{key}: " if key else ""
        shift = len(before)
        found = self._find(before + value)
        return [one._replace(start=max(one.start - shift, 0), end=one.end - shift) for one in found if one.end > shift]

    def _string(self, text: str, field: str, findings: Iterable[Finding]) -> str:
        away = []
        for finding in findings:
            self.flags.add(finding.kind)
            policy = self._policies[finding.kind]
            if policy == "refuse":
                raise refusal(field, finding)
            if policy == "redact":
                away.append(finding)
        if not away:
            return text
        from greeum.detection.findings import redacted

        return redacted(text, away)

    def _name(self, field: str, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.flags.add(finding.kind)
            if self._policies[finding.kind] != "note":
                raise refusal(field, finding)


def refusal(field: str, finding: Finding) -> InvalidInput:
    return InvalidInput(
        field,
        f"holds what looks like {with_article(finding.name)}, which this memory's policy refuses ({finding.kind})",
    )


def with_article(name: str) -> str:
    return name if name.startswith("a ") else f"{'an' if name[0] in 'aeiouAEIO' else 'a'} {name}"
