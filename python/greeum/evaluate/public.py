"""Public sets, as their files are published: LoCoMo, BEAM, KorQuAD. Who measures with them has them; none is here."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from random import Random

from greeum.errors import InvalidInput, NotFound
from greeum.evaluate.sets import Labelled, Question, Turn, checked, read_lines
from greeum.unreadable import json_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

KINDS = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"}
"""LoCoMo's categories."""

NEVER_SAID = datetime(2024, 1, 1)
"""The time of what has none."""

SENTENCE_QUESTIONS = 1_500
"""Questions about KorQuAD's sentences: a sample of all, always the same."""

SENTENCE_END = re.compile(r"(?<=[가-힣]\.)\s+")

EVIDENCE = re.compile(r"D:?(\d+):(\d+)")
"""A turn, as LoCoMo's labels have it: zeros before numbers, and a colon too many, are theirs."""


def locomo(path: Path) -> Labelled:
    """LoCoMo: long conversations of two people; a block is a turn. Questions without evidence are left out."""
    blocks: list[Turn] = []
    questions: list[Question] = []
    for sample in json.loads(path.read_bytes()):
        name = sample["sample_id"]
        said = list(turns_of(name, sample["conversation"]))
        known = {block.id for block in said}
        blocks += said
        for number, asked in enumerate(sample["qa"], 1):
            found = [f"{name}/D{int(a)}:{int(b)}" for e in asked.get("evidence", []) for a, b in EVIDENCE.findall(e)]
            if evidence := tuple(dict.fromkeys(turn for turn in found if turn in known)):
                kind = KINDS[asked["category"]]
                questions.append(Question(asked["question"], evidence, kind, name, f"{name}/{number}"))
    return checked(Labelled("LoCoMo", blocks, questions))


def turns_of(name: str, conversation: dict[str, Any]) -> Iterator[Turn]:
    """The turns of a LoCoMo conversation, session by session."""
    numbers = sorted(int(key[8:]) for key in conversation if re.fullmatch(r"session_\d+", key))
    for session in (f"session_{number}" for number in numbers):
        at = datetime.strptime(conversation[f"{session}_date_time"].strip(), "%I:%M %p on %d %B, %Y")
        for turn in conversation[session]:
            caption = turn.get("blip_caption") or ""
            yield Turn(f"{name}/{turn['dia_id']}", turn["text"], turn["speaker"], at, session, name, caption)


def beam(path: Path) -> Labelled:
    """BEAM: chats of a user and an assistant; a block is a message. Questions without sources are left out."""
    blocks: list[Turn] = []
    questions: list[Question] = []
    for chat in sorted(path.glob("*/chat.json"), key=lambda chat: chat.parent.name.zfill(8)):
        name = chat.parent.name
        said = list(messages_of(name, json.loads(chat.read_bytes())))
        known = {block.id for block in said}
        blocks += said
        probing = json.loads((chat.parent / "probing_questions" / "probing_questions.json").read_bytes())
        for kind, items in probing.items():
            for number, asked in enumerate(items, 1):
                named = [f"{name}/{source}" for source in sorted(numbers_in(asked.get("source_chat_ids")))]
                if sources := tuple(source for source in named if source in known):
                    questions.append(Question(asked["question"], sources, kind, name, f"{name}/{kind}/{number}"))
    return checked(Labelled("BEAM", blocks, questions))


def messages_of(name: str, batches: list[dict[str, Any]]) -> Iterator[Turn]:
    """The messages of a BEAM chat; each is of the day that was named last."""
    at = NEVER_SAID
    for batch in batches:
        for number, turn in enumerate(batch["turns"]):
            for message in turn:
                at = day_of(message.get("time_anchor")) or at
                text = message["content"].split(" ->->")[0]
                session = f"{batch['batch_number']}.{number}"
                yield Turn(f"{name}/{message['id']}", text, message["role"], at, session, name)


def day_of(anchor: str | None) -> datetime | None:
    try:
        return datetime.strptime(anchor, "%B-%d-%Y") if anchor else None
    except ValueError:  # a span of days, or no date at all: then the day before it goes on
        return None


def numbers_in(value: Any) -> set[int]:
    """Whole numbers, however deep in lists and objects."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return set().union(*map(numbers_in, value))
    return {value} if isinstance(value, int) and not isinstance(value, bool) else set()


def korquad(path: Path) -> Labelled:
    """KorQuAD: Korean paragraphs; a block is a paragraph, and its source the article's title."""
    blocks: list[Turn] = []
    questions: list[Question] = []
    for title, paragraph in paragraphs(path):
        name = str(len(blocks))
        blocks.append(Turn(name, paragraph["context"], title, NEVER_SAID, name, title))
        questions += [Question(asked["question"], (name,), id=asked["id"]) for asked in paragraph["qas"]]
    return checked(Labelled("KorQuAD", blocks, questions))


def korquad_sentences(path: Path) -> Labelled:
    """The same paragraphs cut into sentences: the one is asked for in which the answer begins."""
    blocks: list[Turn] = []
    questions: list[Question] = []
    for title, paragraph in paragraphs(path):
        text, first = paragraph["context"], len(blocks)
        starts = [0, *(end.end() for end in SENTENCE_END.finditer(text))]
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True), first):
            blocks.append(Turn(str(number), text[start:end].strip(), "", NEVER_SAID, str(first), title))
        for asked in paragraph["qas"]:
            at = asked["answers"][0]["answer_start"]
            number = first + sum(start <= at for start in starts) - 1
            questions.append(Question(asked["question"], (str(number),), id=asked["id"]))
    Random(0).shuffle(questions)
    return checked(Labelled("KorQuAD, sentences", blocks, questions[:SENTENCE_QUESTIONS]))


def paragraphs(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for article in json.loads(path.read_bytes())["data"]:
        for paragraph in article["paragraphs"]:
            yield article["title"], paragraph


READERS = {
    "jsonl": read_lines,
    "jsonl-pooled": lambda path: read_lines(path).pooled(),
    "locomo": locomo,
    "locomo-pooled": lambda path: locomo(path).pooled(),
    "beam": beam,
    "beam-pooled": lambda path: beam(path).pooled(),
    "korquad": korquad,
    "korquad-sentences": korquad_sentences,
}
"""Form of a set → what reads it."""


def read(named: str) -> Labelled:
    """The set at a path, or at FORM=PATH. Raises InvalidInput or NotFound."""
    form, path = form_and_path(named)
    if not path.exists():
        unknown, equals, rest = named.partition("=")
        if not form and equals and Path(rest).exists():
            raise InvalidInput("SET", f"{unknown!r} is no form of a set; there are {', '.join(READERS)}")
        raise NotFound(f"{path}: there is no such file or folder")
    form = form or form_of(path)
    try:
        return READERS[form](path)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, InvalidInput):
            raise
        what = f"is not UTF-8 (at byte {error.start})" if isinstance(error, UnicodeDecodeError) else repr(error)
        raise InvalidInput(str(path), f"is not what a file of the form {form} is ({what})") from error


def form_and_path(named: str) -> tuple[str, Path]:
    """What FORM=PATH says; the form is "" where none is named."""
    form, equals, rest = named.partition("=")
    return (form, Path(rest)) if equals and form in READERS else ("", Path(named))


def form_of(path: Path) -> str:
    """What a file or a folder looks like. Raises InvalidInput."""
    if path.is_dir():
        return "beam" if any(path.glob("*/chat.json")) else "jsonl"
    if path.suffix != ".json":
        return "jsonl"
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise InvalidInput(str(path), f"is not JSON ({json_fault(error)})") from error
    if isinstance(content, dict) and "data" in content:
        return "korquad"
    if isinstance(content, list) and content and isinstance(content[0], dict) and "qa" in content[0]:
        return "locomo"
    raise InvalidInput(str(path), f"is of no form that is known; name one, as in locomo={path}: {', '.join(READERS)}")
