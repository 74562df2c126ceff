"""Sets to measure with: what was said, what is asked, and which blocks answer it; and one's own, as JSON Lines.

A line of one's own is a block, `{"id", "text", "source", "at", "session", "conversation", …}`, of which only the first
two must be there and others are what `add` takes (FURTHER), or a question, `{"question", "answers", "id", "kind",
"conversation", "near", "at"}`, with the ids of the blocks that answer it. Questions of a conversation are asked of that
conversation alone; without one, of everything.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from greeum import inputs, limits
from greeum.errors import InvalidInput
from greeum.unreadable import json_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    Answer = str | int

ALONE = "alone"
"""The session, and the conversation, of blocks that name none."""

FURTHER: dict[str, Callable[[Any], object]] = {
    "kind": lambda value: inputs.name(value, "kind"),
    "tags": inputs.tags,
    "importance": lambda value: inputs.share(value, "importance"),
    "metadata": inputs.metadata,
    "valid_from": lambda value: inputs.time(value, "valid_from"),
    "valid_to": lambda value: inputs.time(value, "valid_to"),
    "expires_at": lambda value: inputs.time(value, "expires_at"),
}
"""Arguments of `add` that a block is remembered with as they stand, and what checks them."""

BLOCK_FIELDS = frozenset(("id", "key", "text", "source", "at", "session", "conversation", *FURTHER))

QUESTION_FIELDS = frozenset(("question", "answers", "id", "kind", "conversation", "near", "at", "now"))


@dataclass(frozen=True)
class Turn:
    """A block of a set, named as evaluation scripts have it."""

    id: str
    text: str
    speaker: str = ""
    timestamp: datetime | str | None = None
    session: str = ALONE
    conversation: str = ALONE
    caption: str = ""
    further: Mapping[str, Any] = field(default_factory=dict)
    """More of what it is added with (see FURTHER)."""


@dataclass(frozen=True)
class Question:
    """What is asked, and what answers it: all of these blocks together."""

    text: str
    answers: tuple[Answer, ...]
    kind: str = ""
    conversation: str = ""
    """Only of this conversation, or of this namespace of a memory that is there; "" is everything."""
    id: str = ""
    near: Answer | None = None
    """The block to search near to."""
    at: str | None = None
    """When it is asked; now, if it does not say."""
    now: str | None = None
    """From when it is meant, of what is known when it is asked; from then, if it does not say."""


@dataclass(frozen=True)
class Labelled:
    """A set: its questions, and the blocks of which they are asked; without blocks, they are asked of a memory that is
    there.
    """

    name: str
    blocks: Sequence[Turn]
    questions: Sequence[Question]
    conversation_of: dict[Answer, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "conversation_of", {block.id: block.conversation for block in self.blocks})

    def group_of(self, question: Question) -> str:
        """The conversation that a question is about; "" if that is not known."""
        return question.conversation or self.conversation_of.get(question.answers[0], "")

    def stores(self) -> Iterator[tuple[Sequence[Turn], Sequence[Question]]]:
        """What is remembered together, with what is asked of it."""
        if everything := [question for question in self.questions if not question.conversation]:
            yield self.blocks, everything
        for name in dict.fromkeys(question.conversation for question in self.questions if question.conversation):
            said = [block for block in self.blocks if block.conversation == name]
            yield said, [question for question in self.questions if question.conversation == name]

    def pooled(self) -> Labelled:
        """The same, with every question asked of everything."""
        everything = [replace(question, conversation="") for question in self.questions]
        return Labelled(f"{self.name}, pooled", self.blocks, everything)


def read_lines(path: Path) -> Labelled:
    """A set of one's own: a file of JSON Lines, or a folder with several. Raises InvalidInput."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    blocks: list[Turn] = []
    questions: list[Question] = []
    for file in files:
        for place, row in rows(file):
            if "question" in row:
                questions.append(question_of(place, row, len(questions) + 1))
            else:
                blocks.append(turn_of(place, row))
    return checked(Labelled(path.stem if path.is_file() else path.resolve().name, blocks, questions))


def rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lines of a file, each with its place for who must look for it."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            place = f"{file}:{number}"
            try:
                row = json.loads(line.decode("utf-8-sig")) if line.strip() else None
            except UnicodeDecodeError as error:
                raise InvalidInput(place, f"is not UTF-8 (at byte {error.start} of the line)") from error
            except (ValueError, RecursionError) as error:
                raise InvalidInput(place, f"is not JSON ({json_fault(error)})") from error
            if row is None:
                continue
            if not isinstance(row, dict):
                raise InvalidInput(place, "must be a JSON object")
            yield place, row


def turn_of(place: str, row: dict[str, Any]) -> Turn:
    check_known(place, row, BLOCK_FIELDS)
    return Turn(
        id=name_of(place, row),
        text=text_in(place, row, "text"),
        speaker=text_in(place, row, "source", ""),
        timestamp=time_in(place, row, "at"),
        session=text_in(place, row, "session", ALONE),
        conversation=text_in(place, row, "conversation", ALONE),
        further=further_in(place, row),
    )


def name_of(place: str, row: dict[str, Any]) -> str:
    """What questions call a block: its id, which is its key when it is remembered, and may be called so."""
    if "key" not in row:
        return text_in(place, row, "id")
    key = text_in(place, row, "key")
    if row.get("id", key) != key:
        raise InvalidInput(f"{place}: key", "is another than the id: questions name a block by one of them; give one")
    return key


def further_in(place: str, row: dict[str, Any]) -> dict[str, Any]:
    """What else `add` is to be told, checked."""
    return {name: checked_in(place, row[name], check) for name, check in FURTHER.items() if name in row}


def checked_in(place: str, value: Any, check: Callable[[Any], object]) -> Any:
    """A value as it stands, if it can be used."""
    try:
        check(value)
    except InvalidInput as error:
        raise InvalidInput(f"{place}: {error.field}", error.reason) from error
    return value


def check_known(place: str, row: dict[str, Any], known: frozenset[str]) -> None:
    """Refuse a field that would be passed over: whoever wrote it means something by it."""
    for name in row:
        if name not in known:
            what = "question" if "question" in row else "block"
            raise InvalidInput(f"{place}: {name}", f"is no field of a {what}; there are {', '.join(sorted(known))}")


def question_of(place: str, row: dict[str, Any], number: int) -> Question:
    check_known(place, row, QUESTION_FIELDS)
    answers = row.get("answers")
    if not isinstance(answers, list) or not answers or not all(map(is_answer, answers)):
        raise InvalidInput(f"{place}: answers", "must be a list of the ids of the blocks that answer it")
    near = row.get("near")
    if near is not None and not is_answer(near):
        raise InvalidInput(f"{place}: near", "must be the id of a block")
    return Question(
        text=text_in(place, row, "question"),
        answers=tuple(dict.fromkeys(answers)),
        kind=text_in(place, row, "kind", ""),
        conversation=text_in(place, row, "conversation", ""),
        id=text_in(place, row, "id", str(number)),
        near=near,
        at=time_in(place, row, "at"),
        now=time_in(place, row, "now"),
    )


def time_in(place: str, row: dict[str, Any], name: str) -> str | None:
    value = text_in(place, row, name, "") or None
    return value if value is None else checked_in(place, value, lambda value: inputs.time(value, name))


def text_in(place: str, row: dict[str, Any], name: str, otherwise: str | None = None) -> str:
    value = row.get(name, otherwise)
    if name not in row and otherwise is None:
        raise InvalidInput(f"{place}: {name}", "is missing")
    return inputs.string(value, f"{place}: {name}", limits.TEXT_BYTES_MAX, empty=otherwise is not None)


def is_answer(value: object) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def checked(labelled: Labelled) -> Labelled:
    """The same set, if all that its questions name is in it."""
    if not labelled.questions:
        raise InvalidInput(labelled.name, "holds no questions")
    if not labelled.blocks:
        return labelled
    known = labelled.conversation_of
    if len(known) < len(labelled.blocks):
        [(twice, times)] = Counter(block.id for block in labelled.blocks).most_common(1)
        raise InvalidInput(labelled.name, f"has {times} blocks with the id {twice!r}: each needs one of its own")
    for question in labelled.questions:
        for named in named_by(question):
            if named not in known:
                raise InvalidInput(f"{labelled.name}: question {question.id}", f"there is no block {named!r}")
            if question.conversation not in ("", known[named]):
                raise InvalidInput(
                    f"{labelled.name}: question {question.id}", f"block {named!r} is of another conversation"
                )
    return labelled


def named_by(question: Question) -> Iterable[Answer]:
    return question.answers if question.near is None else (*question.answers, question.near)
