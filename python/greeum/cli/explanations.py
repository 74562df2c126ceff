"""Explanations as people read them."""

from __future__ import annotations

from greeum.cli.cells import on_one_line
from greeum.cli.charts import chart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from greeum.cli.screen import Screen
    from greeum.explanation import Account, Explanation, Step, Visit, Weighed

LABEL_CELLS = 12
"""As the names of the parts."""

EXCLUDED = {
    "namespace": "it lies outside of the namespace",
    "expired": "it has expired",
    "superseded": "a newer version has taken its place",
    "quarantined": "it is quarantined",
    "not_yet_valid": "it does not hold yet",
    "no_longer_valid": "it holds no longer",
    "not_yet_recorded": "it had not been recorded then",
    "min_trust": "it was written through an origin that is trusted less",
    "not_indexed": "the index does not have it",
}
"""What keeps a block out, in words; a field of `where` is named as it is."""


def show_explanation(screen: Screen, explanation: Explanation) -> None:
    """What became of a block, its score in parts, and what these are made of."""
    screen.line(f"block {explanation.block.id}: {outcome(explanation)}")
    account = explanation.account
    if account is not None:
        for line in chart(account.parts, screen.width):
            screen.line(line)
        for label, text in facts(account):
            screen.line(f"{label:<{LABEL_CELLS}} {on_one_line(text)}")
    screen.line(f"{'search':<{LABEL_CELLS}} {visited(explanation.search)}")


def outcome(explanation: Explanation) -> str:
    score, least = explanation.score, explanation.search.least
    needed = "" if least is None else f"; the last hit has {least:.2f}"
    match explanation.outcome:
        case "hit":
            return f"hit {explanation.rank}, score {score:.2f}"
        case "outranked":
            return f"outranked, at place {explanation.rank} with {score:.2f}{needed}"
        case "unmatched":
            return "looked at, but it has nothing to do with the query"
        case "not_looked_at" if score is None:
            return "not looked at, since the query has no word to look for"
        case "not_looked_at":
            return f"not looked at, since nothing led to it; it would have {score:.2f}{needed}"
        case _:
            return "left out: " + "; ".join(
                EXCLUDED.get(reason, f"{reason} does not hold") for reason in explanation.excluded
            )


def facts(account: Account) -> Iterator[tuple[str, str]]:
    """Labels, and what there is to say of each."""
    if account.weights:
        yield "weights", ", ".join(map(weighed, sorted(account.weights, key=lambda weight: -abs(weight.adds))))
    if account.words:
        yield (
            "words",
            ", ".join(
                f"{match.word} = {' / '.join(match.found)} ({match.by}) {match.adds:+.2f}" for match in account.words
            ),
        )
    if account.tokens:
        yield (
            "tokens",
            ", ".join(
                f"{pair.word} ~ {pair.found} {pair.similarity:.2f} ({pair.adds:+.2f})" for pair in account.tokens
            ),
        )
    dates = account.dates
    if dates.asked or dates.asks_when:
        asked = ", ".join(dates.asked) or "when"
        speaks = f"; it speaks of {', '.join(dates.mentions)}" if dates.mentions else ""
        yield "dates", f"asks for {asked}; said on {dates.said}{speaks}; fits: {', '.join(dates.matched) or 'none'}"
    if account.source is not None:
        yield "source", f"the query names {account.source}"
    if account.about is not None:
        yield "about", f"a good hit has the name {account.about} too"
    if account.path:
        way = " → ".join(map(step, account.path))
        yield "path", f"{way} (proximity {account.proximity:.2f})" if account.proximity else way


def weighed(weight: Weighed) -> str:
    turns = f" (block {', '.join(map(str, weight.turns))})" if weight.turns else ""
    return f"{weight.name} {weight.adds:+.2f}{turns}"


def step(taken: Step) -> str:
    way = f"{taken.by}, backwards: " if taken.backwards else "" if taken.by == "start" else f"{taken.by}: "
    return f"{way}{taken.block}"


def visited(visit: Visit) -> str:
    near = "" if visit.start is None else f", from block {visit.start} on, as far as: {visit.width}"
    return f"{visit.blocks:,} blocks in scope, {visit.looked_at:,} looked at{near}"
