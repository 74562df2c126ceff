"""Questions whose answers were missed, as people read them."""

from __future__ import annotations

from greeum.cli.cells import on_one_line
from greeum.cli.explanations import LABEL_CELLS, facts, outcome
from greeum.cli.screen import BOLD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from greeum.cli.screen import Screen
    from greeum.evaluate.misses import Miss
    from greeum.explanation import Explanation

PART_MIN = 0.005
"""What is shown as 0.00 says nothing."""


def show_misses(screen: Screen, name: str, misses: Sequence[Miss]) -> None:
    """Each question, its answers, and what stood above them: place, text, and score in parts."""
    screen.line()
    if not misses:
        screen.line(f"{name}: no answer was missed")
    for miss in misses:
        question = miss.question
        kind = f" ({question.kind})" if question.kind else ""
        screen.line(screen.styled(f"{name}, question {question.id}{kind}: {on_one_line(question.text)}", BOLD))
        for label, explained in (("answer", miss.answers), ("above", miss.above)):
            for block, explanation in explained.items():
                screen.line(f"  {label} {block}: {outcome(explanation)}")
                for line in account(explanation):
                    screen.line(f"    {line}")
        screen.line()


def account(explanation: Explanation) -> Iterator[str]:
    """The text, the parts of its score, and what these are made of."""
    yield f"{'text':<{LABEL_CELLS}} {on_one_line(explanation.block.text)}"
    parts = {part: value for part, value in explanation.parts.items() if abs(value) >= PART_MIN}
    yield f"{'parts':<{LABEL_CELLS}} {', '.join(f'{part} {value:+.2f}' for part, value in parts.items())}"
    if explanation.account is not None:
        for label, text in facts(explanation.account):
            yield f"{label:<{LABEL_CELLS}} {on_one_line(text)}"
