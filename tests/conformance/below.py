"""A Memory's suites, run within a namespace: `Below` puts what they name below a root, and takes the root off what
comes back. Round about the root are blocks, links and anchors that nobody in there may notice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Any, cast

from greeum import (
    Added,
    Anchor,
    Block,
    Context,
    Explanation,
    Forgotten,
    Hit,
    Hits,
    Memory,
    NamespacePage,
    Page,
    Rooted,
    Weighing,
    Weight,
    inputs,
)
from greeum.context import tokens
from greeum.difference import Difference
from greeum.errors import InvalidInput

ROOT = "acme/al%2Fice"
OUTSIDE = ("", "acme", "acme/al", "acme/al%2Fice2", "acme/bob", "zoo")
NOISE = "Outside: alice and bob moved the old violin from Busan to Seoul by train, in the rain. 부산 바다 기차"


def inward(namespace: Any) -> Any:
    """The namespace below the root; one that is none stays as it is, to be refused."""
    try:
        path = inputs.namespace(namespace)
    except InvalidInput:
        return namespace
    return f"{ROOT}/{path}" if path else ""


def inward_filter(where: Any) -> Any:
    """A filter with the namespaces in it put below the root."""
    if isinstance(where, list):
        return [inward_filter(part) for part in where]
    if not isinstance(where, dict):
        return where
    return {field: named(value) if field == "namespace" else inward_filter(value) for field, value in where.items()}


def named(value: Any) -> Any:
    """What stands for `namespace` in a filter."""
    if isinstance(value, dict):
        return {operator: named(one) for operator, one in value.items()}
    if isinstance(value, list):
        return [named(one) for one in value]
    return ROOT if value == "" else inward(value) if isinstance(value, str) else value


def outward(answer: Any) -> Any:  # noqa: PLR0911 - a case for each kind of answer
    """An answer without the root."""
    if isinstance(answer, Added):
        outcome = answer.is_new, answer.duplicate_of, answer.echo_of, answer.conflicts
        return Added(outward(Block(answer._row))._row, *outcome)
    if isinstance(answer, Block):
        return Block((*answer._row[:2], bare(answer._row[2]), *answer._row[3:]))
    if isinstance(answer, Hit):
        return Hit(outward(answer.block)._row, answer._score, answer._parts)
    if isinstance(answer, Anchor):
        return Anchor((bare(answer._row[0]), *answer._row[1:]))
    if isinstance(answer, Explanation):
        return replace(answer, block=outward(answer.block))
    if isinstance(answer, Hits):
        return Hits(map(outward, answer), answer.left_out)
    if isinstance(answer, Context | Difference):
        return outward_parts(answer)
    if isinstance(answer, Weighing):
        return outward_weights(answer)
    if isinstance(answer, dict) and "namespace" in answer:
        return answer | {"namespace": [(bare(name), count) for name, count in answer["namespace"]]}
    return outward_list(answer) if isinstance(answer, list) and not isinstance(answer, Forgotten) else answer


def outward_parts(answer: Context | Difference) -> Context | Difference:
    if isinstance(answer, Difference):
        changed = [(outward(old), outward(new)) for old, new in answer.changed]
        return Difference(outward(answer.added), changed, outward(answer.removed), answer.counts)
    text = answer.text.replace(f"## {ROOT}/", "## ").replace(f"## {ROOT}\n", "## /\n")
    return Context(text, outward(answer.blocks), tokens(text))


def outward_weights(answer: Weighing) -> Weighing:
    weights = {
        name: Weight(
            name, each.value, each.default, each.origin, None if each.namespace is None else bare(each.namespace)
        )
        for name, each in answer.weights.items()
    }
    return Weighing(bare(answer.namespace), weights, answer.judgements, answer.share)


def outward_list(answer: list[Any]) -> list[Any]:
    if isinstance(answer, NamespacePage):
        names = NamespacePage((bare(name), count) for name, count in answer)
        names.cursor = answer.cursor
        return names
    if isinstance(answer, Page):
        page = Page(map(outward, answer))
        page.cursor = answer.cursor
        return page
    return [outward(one) for one in answer]


def bare(namespace: str) -> str:
    assert namespace == ROOT or namespace.startswith(f"{ROOT}/"), namespace
    return namespace.removeprefix(ROOT).removeprefix("/")


class Delegate:
    """Hands every call on, with its arguments put below the root."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *arguments, **options: outward(getattr(self._target, name)(*arguments, **self._inward(options)))

    def _inward(self, options: dict[str, Any]) -> dict[str, Any]:
        if "namespace" in options:
            options = options | {"namespace": inward(options["namespace"])}
        if "where" in options:
            options = options | {"where": inward_filter(options["where"])}
        return options


class OfWeights(Delegate):
    """`get` takes its namespace by its place, too."""

    def get(self, namespace: Any = "") -> Any:
        return outward(self._target.get(inward(namespace)))


class Below(Delegate):
    """See the module. What lies outside is added right after the first block is."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(Rooted(memory, ROOT))
        self._whole = memory
        self._noise_seq = 0
        self._is_alone = Lock()
        self._first: Below = self
        self.anchors = Delegate(self._target.anchors)
        self.weights = OfWeights(self._target.weights)

    def through(self, origin: str, trust: float = 1.0) -> Memory:
        view = Below(self._whole)
        view._target = self._target.through(origin, trust)
        view._first = self._first
        return cast("Memory", view)

    def __enter__(self) -> Memory:
        return cast("Memory", self)

    def __exit__(self, *_: object) -> None:
        self._target.close()

    def add(self, *arguments: Any, **options: Any) -> Any:
        block = self.__getattr__("add")(*arguments, **options)
        self._surround()
        return block

    def add_many(self, blocks: Any, **options: Any) -> Any:
        items = blocks if isinstance(blocks, (str, bytes, dict)) or not hasattr(blocks, "__iter__") else list(blocks)
        if isinstance(items, list):
            items = [self._inward(item) if isinstance(item, dict) else item for item in items]
        added = outward(self._target.add_many(items, **options))
        if added:
            self._surround()
        return added

    def _surround(self) -> None:
        if self._first is not self:
            self._first._surround()
            return
        with self._is_alone:
            if self._noise_seq == 0:
                before = self._whole.seq
                surround(self._whole)
                self._noise_seq = self._whole.seq - before

    def stream(self, *arguments: Any, **options: Any) -> Any:
        return map(outward, self._target.stream(*arguments, **self._inward(options)))

    def stats(self) -> dict[str, object]:
        return {**self._target.stats(), "seq": self._whole.seq - self._noise_seq}

    def export(self) -> list[str]:
        return [line for line in self._whole.export() if NOISE not in line]

    def check(self) -> list[tuple[str, bool, str]]:
        return self._whole.check()


def surround(memory: Memory) -> None:
    """Blocks all round the root, linked with one within, and anchors of every name that point to them."""
    given = str(memory.stats()["embedder"]).startswith("given/")
    vector = [0.5, 0.5, 0.5] if given else None
    blocks = memory.add_many({"text": NOISE, "namespace": place, "key": "k", "vector": vector} for place in OUTSIDE)
    within = memory.list(namespace=ROOT, history=True, limit=1)
    for block in blocks:
        for inner in within:
            memory.link(inner.id, block.id)
            memory.link(block.id, inner.id)
    for name in ("A", "B"):
        for place in ("", "acme", ROOT, f"{ROOT}/acme", f"{ROOT}/a"):
            memory.anchors.set(name, blocks[0].id, namespace=place, hops=7, pinned=True)
