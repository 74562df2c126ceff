"""English small talk out of a seed, as two people have it over months: what a memory holds besides what is looked for.

Its names are common given names, among them those of the conversations that are measured; dates and subjects are of
the same kind. Words and forms of sentences are in `data/small_talk.json`, written for it. The subjects are what
everybody talks about. Of what the measured conversations say in particular there is nothing: a block that says the same
of somebody of the same name would be one more right answer, which no label knows.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

VOCABULARY = Path(__file__).parent / "data" / "small_talk.json"

FIRST_DAY = datetime(2022, 1, 1, 9, tzinfo=UTC)
DAYS = 760
"""Days over which conversations are spread."""

DAY = 720
"""Minutes of a day in which people talk."""

TURNS = 24
"""Turns of a session."""

SESSIONS = 20
"""Sessions of a pair of people."""

CHANGE = 0.12
"""How often a turn goes over to another subject."""


class SmallTalk:
    """Blocks, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._words: dict[str, Any] = json.loads(VOCABULARY.read_text(encoding="utf-8"))
        self._subjects = list(self._words["subjects"])

    def blocks(self, count: int) -> Iterator[dict[str, Any]]:
        """What `Memory.add_many` takes, as many as are asked for."""
        pair: list[str] = []
        for number in range(count):
            session, turn = divmod(number, TURNS)
            if turn == 0:
                if session % SESSIONS == 0:
                    pair = self._random.sample(self._words["names"], 2)
                start = FIRST_DAY + timedelta(days=self._random.randrange(DAYS), minutes=self._random.randrange(DAY))
            if turn == 0 or self._random.random() < CHANGE:
                subject = self._random.choice(self._subjects)
            yield {
                "text": self._text(turn, subject, pair[1 - turn % 2]),
                "source": pair[turn % 2],
                "at": start + timedelta(minutes=turn),
                "namespace": ["talk", str(session // SESSIONS), str(session)],
            }

    def _text(self, turn: int, subject: str, other: str) -> str:
        """A question in every third turn, and a reply to it in the next."""
        kinds = (("statements", "questions"), ("replies", "statements"), ("statements",))[turn % 3]
        return " ".join(self._sentence(self._choice(kind), subject, other) for kind in kinds)

    def _sentence(self, form: str, subject: str, other: str) -> str:
        of = self._words["subjects"][subject]
        sentence = form.format(
            name=other,
            subject=subject,
            thing=self._random.choice(of["things"]),
            verb=self._random.choice(of["verbs"]),
            place=self._random.choice(of["places"]),
            time=self._choice("times"),
            who=self._choice("people"),
            feeling=self._choice("feelings"),
            reason=self._choice("reasons"),
            count=self._random.randrange(2, 12),
        )
        return sentence[0].upper() + sentence[1:]

    def _choice(self, kind: str) -> str:
        return str(self._random.choice(self._words[kind]))
