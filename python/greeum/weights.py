"""Weights of a memory's own: what counts how much in searches of a namespace, as it was set or learnt there."""

from __future__ import annotations

from greeum import inputs
from greeum._core import weights as every_weight
from greeum.errors import GreeumError, InvalidInput, StoreDamaged
from greeum.learning import LEARNABLE, Learnt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from greeum.inputs import Namespace
    from greeum.store.protocol import Store

    Pairs = list[tuple[str, float]]

WEIGHT_MAX = 1e6
"""No weight is larger, either way: what stands for "nothing else counts" is far below it."""

NAMESPACES_KEPT = 1_024
"""Namespaces whose weights are remembered from one search to the next: some 100 bytes each if they have none."""

DIGITS = 6
"""Decimal places of a weight: the Index reckons with seven digits."""


class Weight:
    """How much one kind of evidence counts in a namespace, and why: its `origin` is "default", "set" or "learnt", and
    if it is not the default, `namespace` is where that was said."""

    __slots__ = ("default", "name", "namespace", "origin", "value")

    def __init__(self, name: str, value: float, default: float, origin: str, namespace: str | None) -> None:
        self.name = name
        self.value = value
        self.default = default
        self.origin = origin
        self.namespace = namespace

    def to_dict(self) -> dict[str, object]:
        """All fields, ready for JSON."""
        return {name: getattr(self, name) for name in ("name", "value", "default", "origin", "namespace")}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Weight) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.name, self.value))

    def __repr__(self) -> str:
        return f"Weight({self.name} {self.value:g}, {self.origin})"


class Weighing:
    """The weights of a search in a namespace. `judgements` is how often `feedback` has taught this very namespace
    something, and `share` how much of what was learnt there is in use: from 0 to 1, and above 0 once it has proved to
    be better than what was there before."""

    __slots__ = ("judgements", "namespace", "share", "weights")

    def __init__(self, namespace: str, weights: Mapping[str, Weight], judgements: int, share: float) -> None:
        self.namespace = namespace
        self.weights = dict(weights)
        self.judgements = judgements
        self.share = share

    def __getitem__(self, name: str) -> Weight:
        return self.weights[name]

    def to_dict(self) -> dict[str, object]:
        """All fields, ready for JSON."""
        return {
            "namespace": self.namespace,
            "judgements": self.judgements,
            "share": self.share,
            "weights": [weight.to_dict() for weight in self.weights.values()],
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Weighing) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.namespace, self.judgements))

    def __repr__(self) -> str:
        own = [weight for weight in self.weights.values() if weight.origin != "default"]
        return f"Weighing({self.namespace or '/'}, {self.judgements} judgements: {own})"


class Own:
    """What is kept for one namespace: weights that were set, and what was learnt."""

    __slots__ = ("learnt", "set")

    def __init__(self, chosen: Mapping[str, float], learnt: Learnt | None) -> None:
        self.set = dict(chosen)
        self.learnt = learnt

    @classmethod
    def read(cls, kept: str | None) -> Own:
        """Out of what the Store has kept. Raises StoreDamaged."""
        if kept is None:
            return cls({}, None)
        from json import loads

        try:
            return cls.of(loads(kept))
        except (ValueError, TypeError, KeyError, GreeumError) as error:
            raise StoreDamaged("what is kept of a namespace's weights cannot be read: reset them") from error

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Own:
        """Out of what `to_dict` has given. Raises InvalidInput, ValueError, TypeError or KeyError for anything else."""
        learnt = record["learnt"]
        return cls(dict(weight_pairs(record["set"]) or []), None if learnt is None else Learnt.of(learnt))

    def to_dict(self) -> dict[str, Any]:
        """As it is kept."""
        return {"set": self.set, "learnt": None if self.learnt is None else self.learnt.to_dict()}

    def with_these(self, chosen: Mapping[str, float | None]) -> Own:
        """With these set beside the others; None takes back what was set."""
        values = {**self.set, **chosen}
        return Own({name: value for name, value in values.items() if value is not None}, self.learnt)

    def without_learnt(self) -> Own:
        return Own(self.set, None)

    def written(self) -> str | None:
        """For the Store; None if there is nothing to keep."""
        if not self.set and self.learnt is None:
            return None
        from json import dumps

        return dumps(self.to_dict())


class KeptWeights:
    """What the Store has of every namespace's weights, and what holds in each: the closest that was set, else the
    default, moved by what the closest namespace that has learnt something has learnt."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: tuple[int, dict[str, Pairs]] = (0, {})

    def of(self, namespace: str, chosen: Mapping[str, float] | None, changes: int) -> Pairs | None:
        """For a search in a canonical namespace that says this itself: the weights that are not the default. `changes`
        is how often weights have changed by now, as the Store says."""
        own = self._own(namespace, changes)
        asked = weight_pairs(chosen)
        return asked if not own else own + (asked or [])

    def change(self, namespace: str, changed: Callable[[Own], Own]) -> None:
        """Change what is kept for a namespace, whoever else does so at the same time."""
        while True:
            before = self._store.weights(namespace)
            after = changed(Own.read(before)).written()
            if after == before or self._store.swap_weights(namespace, before, after):
                return

    def put(self, namespace: str, own: Own) -> None:
        """Keep this for a namespace, in the place of what is kept, which need not be readable."""
        written = own.written()
        while (kept := self._store.weights(namespace)) != written:
            if self._store.swap_weights(namespace, kept, written):
                return

    def remove(self, namespace: str) -> None:
        """Keep nothing more for a namespace: this mends what cannot be read, too."""
        self.put(namespace, Own({}, None))

    def forget_learnt(self, namespace: str) -> None:
        """Forget what was learnt in a canonical namespace and all below it; what cannot be read may be that."""
        for where, kept in self._store.weights_below(namespace).items():
            if is_readable(kept):
                self.change(where, Own.without_learnt)
            else:
                self.remove(where)

    def learnt(self, namespace: str) -> Learnt:
        """What was learnt in exactly this namespace. Raises StoreDamaged."""
        return Own.read(self._store.weights(namespace)).learnt or Learnt({})

    def fixed(self, namespace: str) -> dict[str, float]:
        """The weights that were set for a canonical namespace, there or above."""
        found: dict[str, float] = {}
        for _, own in reversed(self._at_and_above(namespace)):
            found |= own.set
        return {name: found[name] for name in defaults() if name in found}  # a later Greeum may know more of them

    def weighing(self, namespace: str) -> Weighing:
        """What holds in a canonical namespace."""
        owns = self._at_and_above(namespace)
        weights = {name: Weight(name, value, value, "default", None) for name, value in defaults().items()}
        for where, own in owns:
            if own.learnt is not None and own.learnt.share > 0:
                moved(weights, own.learnt, where)
                break
        for where, own in reversed(owns):
            for name in own.set.keys() & weights.keys():
                weights[name] = Weight(name, own.set[name], weights[name].default, "set", where)
        learnt = owns[0][1].learnt or Learnt({})
        return Weighing(namespace, weights, learnt.judgements, round(learnt.share, DIGITS))

    def _at_and_above(self, namespace: str) -> list[tuple[str, Own]]:
        return [(where, readable(self._store.weights(where))) for where in at_and_above(namespace)]

    def _own(self, namespace: str, changes: int) -> Pairs:
        """Out of what is known still, if nobody has changed any weights since."""
        if changes == 0:
            return []
        seen, known = self._known
        if seen != changes or len(known) >= NAMESPACES_KEPT:
            self._known = (changes, known := {})
        found = known.get(namespace)
        if found is None:
            weights = self.weighing(namespace).weights.values()
            found = known[namespace] = [(each.name, each.value) for each in weights if each.origin != "default"]
        return found


class Weights:
    """`memory.weights`: how much each kind of evidence counts if a search says nothing itself.

    What is set holds for a namespace and all below it, until one below says otherwise: of each weight, what was set
    closest. A weight of which nothing was set is the default, moved by what `feedback` has taught the closest namespace
    that has learnt something. Every process sees a change at its next search; `search(weights=…)` goes over all of it.
    """

    __slots__ = ("_kept",)

    def __init__(self, kept: KeptWeights) -> None:
        self._kept = kept

    def get(self, namespace: Namespace = "") -> Weighing:
        """The weights of a search in this namespace, and where each comes from. Raises InvalidInput."""
        return self._kept.weighing(inputs.namespace(namespace))

    def set(self, weights: Mapping[str, float | None], *, namespace: Namespace = "") -> Weighing:
        """Say how much some kinds of evidence count in a namespace and all below it; None takes back what was said.
        Those that are left out stay as they are. Raises InvalidInput.
        """
        where = inputs.namespace(namespace)
        chosen = said(weights)
        self._kept.change(where, lambda own: own.with_these(chosen))
        return self._kept.weighing(where)

    def reset(self, *, namespace: Namespace = "", learnt_only: bool = False) -> Weighing:
        """Forget what was set and what was learnt for exactly this namespace, or only what was learnt. Raises
        InvalidInput.
        """
        where = inputs.namespace(namespace)
        if inputs.truth(learnt_only, "learnt_only"):
            self._kept.change(where, Own.without_learnt)
        else:
            self._kept.remove(where)
        return self._kept.weighing(where)


def readable(kept: str | None) -> Own:
    """What is kept for a namespace, or nothing if that is damaged: no search is to fail for it, and `check` says so."""
    try:
        return Own.read(kept)
    except StoreDamaged:
        from logging import getLogger

        getLogger(__name__).warning(
            "what is kept of a namespace's weights cannot be read, and is passed over: `greeum doctor` says which"
        )
        return Own({}, None)


def is_readable(kept: str) -> bool:
    try:
        Own.read(kept)
    except StoreDamaged:
        return False
    return True


def moved(weights: dict[str, Weight], learnt: Learnt, namespace: str) -> None:
    """Put what was learnt in place of defaults."""
    for name in LEARNABLE:
        default = weights[name].default
        value = round(default * learnt.factor(name, learnt.share), DIGITS)
        if value != default:
            weights[name] = Weight(name, value, default, "learnt", namespace)


def defaults() -> dict[str, float]:
    """Every weight, as it is if nobody says anything."""
    return {name: round(value, DIGITS) for name, value in every_weight([])}


def at_and_above(namespace: str) -> Iterator[str]:
    """A canonical namespace, then each that holds it, the closest first."""
    while namespace:
        yield namespace
        namespace = namespace.rpartition("/")[0]
    yield ""


def said(weights: object) -> dict[str, float | None]:
    """What is said of some weights, each one looked at."""
    if not isinstance(weights, dict) or not weights:
        raise InvalidInput("weights", "must be a dictionary of at least one weight")
    taken_back = {inputs.name(name, "weights"): None for name, value in weights.items() if value is None}
    checked = weight_pairs({name: value for name, value in weights.items() if value is not None}) or []
    every_weight([*checked, *((name, 1.0) for name in taken_back)])
    return {**taken_back, **dict(checked)}


def weight_pairs(weights: Mapping[str, float] | None) -> Pairs | None:
    """Weights by name; which names there are is known to the Index."""
    if weights is None:
        return None
    if not isinstance(weights, dict):
        raise InvalidInput("weights", f"must be a dictionary, not {type(weights).__name__}")
    for name, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not -WEIGHT_MAX < weight < WEIGHT_MAX:
            raise InvalidInput(f"weights.{name}", f"must be a number between -{WEIGHT_MAX:,.0f} and {WEIGHT_MAX:,.0f}")
    return [(inputs.name(name, "weights"), float(weight)) for name, weight in weights.items()]
