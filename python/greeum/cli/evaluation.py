"""greeum eval: how often what answers a question is among what is found."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option, as_whole_number
from greeum.errors import Conflict, InvalidInput, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from greeum.cli.call import Call
    from greeum.evaluate.ablations import Ablation
    from greeum.evaluate.measures import Outcome
    from greeum.evaluate.misses import Miss
    from greeum.evaluate.runs import Runs
    from greeum.evaluate.sets import Labelled

    Depths = Sequence[int]
    """How many hits count, once or several times, ascending."""

DEPTHS = (10,)

MISSES_MAX = 1_000
"""Each is explained block by block; who wants all of them reads --questions."""

WITHOUT_KIND = "no kind"
"""The line of the questions that name no kind, beside those that do."""


class Evaluated:
    """What came of a set."""

    def __init__(self, labelled: Labelled, runs: Runs, misses: Sequence[Miss] | None) -> None:
        self.labelled = labelled
        self.runs = runs
        self.misses = misses
        """None if nobody asked for them."""


def run(call: Call) -> int:
    from greeum.evaluate.ablations import ablations
    from greeum.evaluate.public import form_and_path, read
    from greeum.inputs import count
    from greeum.limits import K_MAX

    depths = sorted({count(k, "-k", K_MAX) for k in call.given.get("k", DEPTHS)})
    misses = count(call.given["misses"], "--misses", MISSES_MAX) if "misses" in call.given else None
    file = call.given.get("questions")
    if file is not None:
        check_file(file, [form_and_path(named)[1] for named in call.given["sets"]])
    sets = [read(path) for path in call.given["sets"]]
    check_asked(call, sets)
    wanted = ablations(call.given.get("without", []))
    evaluated = [outcomes_of(call, labelled, wanted, depths[-1], misses) for labelled in sets]
    if file is not None:
        with open(file, "w", encoding="utf-8") as lines:
            lines.writelines(question_lines(evaluated, depths))
    if call.screen.json:
        k = depths if len(depths) > 1 else depths[0]
        call.screen.document({"k": k, "sets": [document(one, depths) for one in evaluated]})
    else:
        show(call, evaluated, depths)
    return 0


def check_file(file: str, sets: Sequence[Path]) -> None:
    """Refuse to write where there is no folder, before all that is measured; and where a set is read from, since an
    older file is replaced, and questions took work. Raises InvalidInput, NotFound or Conflict.
    """
    from pathlib import Path

    goal = Path(file).resolve()
    if goal.is_dir():
        raise InvalidInput("--questions", f"{file} is a directory: name a file in it")
    if not goal.parent.is_dir():
        raise NotFound(f"{goal.parent}: there is no such folder to write {goal.name} into")
    for path in sets:
        if path.resolve() in (goal, goal.parent if path.is_dir() else goal):
            raise Conflict(f"{file}: is, or would be, part of the set {path}; name another file for what was found")


def check_asked(call: Call, sets: Sequence[Labelled]) -> None:
    """Raises InvalidInput if a memory is named that no question is asked of."""
    for name in ("memory", "url"):
        if name in call.given and all(labelled.blocks for labelled in sets):
            raise InvalidInput(
                f"--{name}", "is not asked: what is searched are the blocks of the set, in a memory of their own"
            )


def outcomes_of(call: Call, labelled: Labelled, wanted: Sequence[Ablation], k: int, misses: int | None) -> Evaluated:
    """The outcomes of a set; a memory is opened only where the set has no blocks of its own."""
    from greeum.cli.progress import bar
    from greeum.evaluate.misses import Misses
    from greeum.evaluate.runs import evaluate

    look = None if misses is None else Misses(k, misses)
    with bar(f"Asking {labelled.name}", "questions") as progress:
        if labelled.blocks:
            runs = evaluate(labelled, wanted, k=k, progress=progress, look=look)
        else:
            with call.open() as memory:
                runs = evaluate(labelled, wanted, k=k, memory=memory, progress=progress, look=look)
    return Evaluated(labelled, runs, None if look is None else look.found)


def kinds(outcomes: Sequence[Outcome]) -> dict[str, list[int]]:
    """Places of outcomes by the kind of their questions; none, if there is only one."""
    found: dict[str, list[int]] = {}
    for place, outcome in enumerate(outcomes):
        found.setdefault(outcome.question.kind or WITHOUT_KIND, []).append(place)
    return found if len(found) > 1 else {}


def parts_of(outcomes: Sequence[Outcome]) -> dict[str, list[int]]:
    """All outcomes under "", then those of each kind."""
    return {"": list(range(len(outcomes)))} | kinds(outcomes)


def rows(labelled: Labelled, runs: Runs, depths: Depths, *, by_kind: bool) -> Iterator[list[str]]:
    """The lines of the table."""
    from greeum.evaluate.measures import difference, summary

    whole = runs[()]
    for ablation, outcomes in runs.items():
        for kind, places in (parts_of(outcomes) if by_kind else {"": range(len(outcomes))}).items():
            chosen = [outcomes[place] for place in places]
            found = [summary(chosen, k) for k in depths]
            change = ""
            if ablation:
                mean, bounds = difference([whole[place] for place in places], chosen, depths[-1])
                change = f"{mean * 100:+.1f} {points(bounds)}"
            yield [
                f"  {kind}" if kind else labelled.name,
                "-" if not ablation else ", ".join(ablation),
                f"{len(chosen):,}",
                *(percent(at.recall) for at in found),
                points(found[-1].interval),
                change,
                *(percent(at.hit) for at in found),
                *(percent(at.ndcg) for at in found),
                percent(found[-1].mrr),
                percent(found[-1].recall_deep),
                f"{found[-1].mean_ms:.2f}",
            ]


def percent(share: float) -> str:
    return f"{share * 100:.1f}"


def points(bounds: tuple[float, float]) -> str:
    return f"[{bounds[0] * 100:.1f}, {bounds[1] * 100:.1f}]"


CHANGE = "Change"


def show(call: Call, evaluated: Sequence[Evaluated], depths: Depths) -> None:
    from greeum.evaluate.measures import DEPTH

    recalls, others = [f"R@{k}" for k in depths], [f"{name}@{k}" for name in ("Hit", "NDCG") for k in depths]
    others += ["MRR", f"R@{DEPTH}"]
    heads = ["Set", "Without", "Questions", *recalls, "95 %", CHANGE, *others, "ms"]
    by_kind = "by_kind" in call.given
    lines = [line for one in evaluated for line in rows(one.labelled, one.runs, depths, by_kind=by_kind)]
    change = heads.index(CHANGE)
    if not any(line[change] for line in lines):
        heads, *lines = [line[:change] + line[change + 1 :] for line in [heads, *lines]]
    call.screen.table(heads, lines, numeric=["Questions", *recalls, *others])
    for one in evaluated:
        if one.misses is not None:
            from greeum.cli.misses import show_misses

            show_misses(call.screen, one.labelled.name, one.misses)


def document(evaluated: Evaluated, depths: Depths) -> dict[str, Any]:
    """All that the table has, and each kind of question."""
    from greeum.evaluate.measures import difference

    whole, runs = evaluated.runs[()], []
    for ablation, outcomes in evaluated.runs.items():
        one: dict[str, Any] = {"without": list(ablation), **figures(outcomes, depths)}
        if ablation:
            one["change"], one["change_interval"] = difference(whole, outcomes, depths[-1])
        one["kinds"] = {
            kind: figures([outcomes[place] for place in places], depths) for kind, places in kinds(outcomes).items()
        }
        runs.append(one)
    found = {"set": evaluated.labelled.name, "blocks": len(evaluated.labelled.blocks), "runs": runs}
    return found if evaluated.misses is None else found | {"misses": [miss.to_dict() for miss in evaluated.misses]}


def figures(outcomes: Sequence[Outcome], depths: Depths) -> dict[str, Any]:
    """What is measured at each depth, and what is not of any; `interval` is that of the greatest."""
    from dataclasses import asdict

    from greeum.evaluate.measures import DEPTH, summary

    found: dict[str, Any] = {}
    for k in depths:
        names = {name: f"{name}@{k}" for name in ("recall", "hit", "ndcg")} | {"recall_deep": f"recall@{DEPTH}"}
        found |= {names.get(name, name): value for name, value in asdict(summary(outcomes, k)).items()}
    return found


def question_lines(evaluated: Sequence[Evaluated], depths: Depths) -> Iterator[str]:
    """A line for every question and ablation."""
    from greeum.cli.screen import as_json

    for one in evaluated:
        for ablation, outcomes in one.runs.items():
            for outcome in outcomes:
                about = {"set": one.labelled.name, "without": list(ablation)}
                yield as_json(about | told(outcome, depths)) + "\n"


def told(outcome: Outcome, depths: Depths) -> dict[str, Any]:
    question = outcome.question
    return {
        "id": question.id,
        "kind": question.kind,
        "question": question.text,
        "at": question.at,
        "answers": list(question.answers),
        "found": list(outcome.found[: depths[-1]]),
        "ranks": outcome.ranks,
        **{f"recall@{k}": outcome.recall(k) for k in depths},
        **{f"hit@{k}": outcome.is_hit(k) for k in depths},
        **{f"ndcg@{k}": outcome.ndcg(k) for k in depths},
        "reciprocal_rank": outcome.reciprocal_rank,
        "ms": round(outcome.seconds * 1e3, 3),
    }


def as_depths(value: str, field: str) -> list[int]:
    """Whole numbers with commas between them."""
    return [as_whole_number(part.strip(), field) for part in value.split(",")]


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
        Option("-k", "N[,N…]", "How many hits count; several, to measure at each. Default: 10", read=as_depths),
        Option(
            "--without",
            "PART",
            "Measure without this part of a score too: words, vector, tokens, conversation, prior, graph, or a weight; "
            "several with commas between them; each for every part by itself. Repeat it for more.",
            repeats=True,
        ),
        Option("--by-kind", None, "A line for each kind of question, too. (--json always has them.)"),
        Option(
            "--misses",
            "N",
            "Show the first N questions of which an answer is not among the hits that count, and why.",
            read=as_whole_number,
        ),
        Option(
            "--questions",
            "FILE",
            "Write a line of JSON for each question here: what was found, and where. A file that is there is replaced.",
        ),
        fields.READ_ONLY,
    ],
    details="""A set of your own is a file of JSON Lines, or a folder of them: blocks, {"id", "text"} and, if you like,
        "source", "at", "session", "conversation", "kind", "tags", "importance", "metadata", "valid_from", "valid_to",
        "expires_at"; and questions, {"question", "answers": [ids]} and, if you like, "kind", "id", "near", the
        "conversation" that it is asked of alone, "at", when it is asked: from there it is that "yesterday" is meant;
        and "now", if it is meant from another day. Blocks are remembered in a memory of their own, which is removed at
        the end; "key" is another word for "id". Without blocks, the questions are asked of your memory: answers are ids
        or keys there, the conversation is the namespace, and "at" and "now" are as --as-of and --now of greeum search.
        Of public sets, the files as they are published: forms are jsonl, locomo, beam, jsonl-pooled, locomo-pooled,
        beam-pooled (all conversations in one memory), korquad, korquad-sentences; without one, it is guessed. R@10 is
        the share of what answers a question that is among the first 10; in brackets, where the mean lies in 95 of 100
        samples of such conversations (at the greatest -k, as the change is). Hit@10 is the share of questions of which
        any answer is there. With --json the document is {"k", "sets": [{"set", "blocks", "runs": [{"without",
        "questions", "recall@10", …}, …]}, …]}.""",
    examples=[
        "greeum eval questions.jsonl --memory ./memory",
        "greeum eval questions.jsonl -k 1,5,10 --misses 20",
        "greeum eval questions.jsonl locomo=locomo10.json --without each --by-kind",
        "greeum eval beam-100k --without opening,personal --questions found.jsonl",
    ],
)
