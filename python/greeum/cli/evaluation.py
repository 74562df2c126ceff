"""greeum eval: how often what answers a question is among what is found."""

from __future__ import annotations

import os

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option, as_whole_number
from greeum.errors import Conflict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from greeum.cli.call import Call
    from greeum.evaluate.ablations import Ablation
    from greeum.evaluate.measures import Outcome
    from greeum.evaluate.runs import Runs
    from greeum.evaluate.sets import Labelled

K = 10

WITHOUT_KIND = "no kind"
"""The line of the questions that name no kind, beside those that do."""


def run(call: Call) -> int:
    from greeum.evaluate.ablations import ablations
    from greeum.evaluate.public import read
    from greeum.inputs import count
    from greeum.limits import K_MAX

    k = count(call.given.get("k", K), "-k", K_MAX)
    file = call.given.get("questions")
    if file is not None and os.path.lexists(file):
        raise Conflict(f"{file}: is there already; name another file")
    sets = [read(path) for path in call.given["sets"]]
    wanted = ablations(call.given.get("without", []), sets)
    evaluated = [(labelled, runs_of(call, labelled, wanted, k)) for labelled in sets]
    if file is not None:
        with open(file, "x", encoding="utf-8") as lines:
            lines.writelines(question_lines(evaluated, k))
    if call.screen.json:
        call.screen.document({"k": k, "sets": [document(labelled, runs, k) for labelled, runs in evaluated]})
    else:
        show(call, evaluated, k)
    return 0


def runs_of(call: Call, labelled: Labelled, wanted: Sequence[Ablation], k: int) -> Runs:
    """The outcomes of a set; a memory is opened only where the set has no blocks of its own."""
    from greeum.cli.progress import bar
    from greeum.evaluate.runs import evaluate

    with bar(f"Asking {labelled.name}", "questions") as progress:
        if labelled.blocks:
            return evaluate(labelled, wanted, k=k, progress=progress)
        with call.open() as memory:
            return evaluate(labelled, wanted, k=k, memory=memory, progress=progress)


def kinds(outcomes: Sequence[Outcome]) -> dict[str, list[int]]:
    """Places of outcomes by the kind of their questions; none, if there is only one."""
    found: dict[str, list[int]] = {}
    for place, outcome in enumerate(outcomes):
        found.setdefault(outcome.question.kind or WITHOUT_KIND, []).append(place)
    return found if len(found) > 1 else {}


def parts_of(outcomes: Sequence[Outcome]) -> dict[str, list[int]]:
    """All outcomes under "", then those of each kind."""
    return {"": list(range(len(outcomes)))} | kinds(outcomes)


def rows(labelled: Labelled, runs: Runs, k: int, *, by_kind: bool) -> Iterator[list[str]]:
    """The lines of the table."""
    from greeum.evaluate.measures import difference, summary

    whole = runs[()]
    for ablation, outcomes in runs.items():
        for kind, places in (parts_of(outcomes) if by_kind else {"": range(len(outcomes))}).items():
            chosen = [outcomes[place] for place in places]
            found = summary(chosen, k)
            change = ""
            if ablation:
                mean, bounds = difference([whole[place] for place in places], chosen, k)
                change = f"{mean * 100:+.1f} {points(bounds)}"
            yield [
                f"  {kind}" if kind else labelled.name,
                "-" if not ablation else ", ".join(ablation),
                f"{found.questions:,}",
                percent(found.recall),
                points(found.interval),
                change,
                percent(found.ndcg),
                percent(found.mrr),
                percent(found.recall_deep),
                f"{found.mean_ms:.2f}",
            ]


def percent(share: float) -> str:
    return f"{share * 100:.1f}"


def points(bounds: tuple[float, float]) -> str:
    return f"[{bounds[0] * 100:.1f}, {bounds[1] * 100:.1f}]"


def show(call: Call, evaluated: Sequence[tuple[Labelled, Runs]], k: int) -> None:
    from greeum.evaluate.measures import DEPTH

    heads = ["Set", "Without", "Questions", f"R@{k}", "95 %", "Change", f"NDCG@{k}", "MRR", f"R@{DEPTH}", "ms"]
    by_kind = "by_kind" in call.given
    lines = [line for labelled, runs in evaluated for line in rows(labelled, runs, k, by_kind=by_kind)]
    if not any(line[5] for line in lines):
        heads, lines = without_change(heads), [without_change(line) for line in lines]
    call.screen.table(heads, lines, numeric=["Questions", f"R@{k}", f"NDCG@{k}", "MRR", f"R@{DEPTH}"])


def without_change(line: list[str]) -> list[str]:
    return [*line[:5], *line[6:]]


def document(labelled: Labelled, runs: Runs, k: int) -> dict[str, Any]:
    """All that the table has, and each kind of question."""
    from greeum.evaluate.measures import difference

    whole, found = runs[()], []
    for ablation, outcomes in runs.items():
        one: dict[str, Any] = {"without": list(ablation), **figures(outcomes, k)}
        if ablation:
            one["change"], one["change_interval"] = difference(whole, outcomes, k)
        one["kinds"] = {kind: figures([outcomes[p] for p in places], k) for kind, places in kinds(outcomes).items()}
        found.append(one)
    return {"set": labelled.name, "blocks": len(labelled.blocks), "runs": found}


def figures(outcomes: Sequence[Outcome], k: int) -> dict[str, Any]:
    from dataclasses import asdict

    from greeum.evaluate.measures import DEPTH, summary

    names = {"recall": f"recall@{k}", "ndcg": f"ndcg@{k}", "recall_deep": f"recall@{DEPTH}"}
    return {names.get(name, name): value for name, value in asdict(summary(outcomes, k)).items()}


def question_lines(evaluated: Sequence[tuple[Labelled, Runs]], k: int) -> Iterator[str]:
    """A line for every question and ablation."""
    from greeum.cli.screen import as_json

    for labelled, runs in evaluated:
        for ablation, outcomes in runs.items():
            for outcome in outcomes:
                yield as_json({"set": labelled.name, "without": list(ablation), **told(outcome, k)}) + "\n"


def told(outcome: Outcome, k: int) -> dict[str, Any]:
    question = outcome.question
    return {
        "id": question.id,
        "kind": question.kind,
        "question": question.text,
        "answers": list(question.answers),
        "found": list(outcome.found[:k]),
        "ranks": outcome.ranks,
        f"recall@{k}": outcome.recall(k),
        f"ndcg@{k}": outcome.ndcg(k),
        "reciprocal_rank": outcome.reciprocal_rank,
        "ms": round(outcome.seconds * 1e3, 3),
    }


COMMAND = Command(
    "eval",
    run,
    "Measure how often what answers a question is among what is found.",
    arguments=[
        Argument(
            "SET…",
            "A file of questions and what answers them, or FORM=FILE; several make one table.",
            field="sets",
            most=None,
        )
    ],
    options=[
        Option("-k", "N", "How many hits count. Default: 10", read=as_whole_number),
        Option(
            "--without",
            "PART",
            "Measure without this part of a score too: words, vector, tokens, conversation, prior, graph, or a weight; "
            "several with commas between them; each for every part by itself. Repeat it for more.",
            repeats=True,
        ),
        Option("--by-kind", None, "A line for each kind of question, too. (--json always has them.)"),
        Option("--questions", "FILE", "Write a line of JSON for each question here: what was found, and where."),
        fields.READ_ONLY,
    ],
    details="""A set of your own is a file of JSON Lines, or a folder of them: blocks, {"id", "text"} and, if you like,
        "source", "at", "session", "conversation"; and questions, {"question", "answers": [ids]} and, if you like,
        "kind", "id", "near" and the "conversation" that it is asked of alone. Blocks are remembered in a memory
        of their own, which is removed at the end. Without blocks, the questions are asked of your memory, and
        answers are ids there. Of public sets, the files as they are published: forms are jsonl, locomo, beam,
        jsonl-pooled, locomo-pooled, beam-pooled (all conversations in one memory), korquad, korquad-sentences;
        without one, it is guessed. R@10 is the share of what answers a question that is among
        the first 10; in brackets, where the mean lies in 95 of 100 samples of such conversations. With --json the
        document is {"k", "sets": [{"set", "blocks", "runs": [{"without", "questions", "recall@10", …}, …]}, …]}.""",
    examples=[
        "greeum eval questions.jsonl --memory ./memory",
        "greeum eval questions.jsonl locomo=locomo10.json --without each --by-kind",
        "greeum eval beam-100k --without opening,personal --questions found.jsonl",
    ],
)
