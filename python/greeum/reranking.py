"""A second opinion on what a search found: a caller's own function gives each candidate a score, within a time.

The function runs in a thread of its own, and cannot be stopped: what is late is left to finish, and the first order
stands. So does it where the function fails, or gives no score for each; `Reranked.outcome` says which it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from concurrent.futures import Future
from concurrent.futures import TimeoutError as OutOfTime
from math import isfinite
from threading import BoundedSemaphore, Thread
from time import monotonic

from greeum.hits import Hits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from greeum.model import Hit

    Rerank = Callable[[str, Sequence[Hit]], Sequence[float]]

AT_ONCE = 4
"""Functions that run at the same time in this process. Where as many are late, the next ones wait for them, and are
late themselves: so that a function that hangs takes a few threads and no more."""

UNORDERED = (str, bytes, Set, Mapping)
"""What has a length too, and no score for each hit in their order: of a dictionary one would get its keys."""

PLACES = BoundedSemaphore(AT_ONCE)


class Reranked(Hits):
    """Hits in the order of a caller's function, if all went well; each has the score of the search, as always.

    `outcome` is "reranked", "late" or "failed", and `reason` says what failed.
    """

    outcome: str
    reason: str | None

    def __init__(
        self, hits: Sequence[Hit], outcome: str, reason: str | None = None, *, left_out: Sequence[str] = ()
    ) -> None:
        super().__init__(hits, left_out)
        self.outcome = outcome
        self.reason = reason


def reranked(query: str, hits: Hits, k: int, rerank: Rerank, budget_s: float) -> Reranked:
    """The `k` best of some hits by a function's scores, or the first `k` if it gives none in time."""
    if not hits:
        return Reranked(hits, "reranked", left_out=hits.left_out)
    run = started(rerank, query, hits, monotonic() + budget_s)
    if run is None:
        return Reranked(hits[:k], "late", left_out=hits.left_out)
    error = run.exception()
    reason = f"{type(error).__name__}: {error}" if error is not None else wrong_with(run.result(), len(hits))
    if reason is not None:
        return Reranked(hits[:k], "failed", reason, left_out=hits.left_out)
    scores = [float(score) for score in run.result()]
    order = sorted(range(len(hits)), key=lambda place: -scores[place])
    return Reranked([hits[place] for place in order[:k]], "reranked", left_out=hits.left_out)


def wrong_with(scores: object, count: int) -> str | None:
    """What is wrong with what a function gave back, if anything is."""
    if not hasattr(scores, "__len__") or not hasattr(scores, "__iter__") or isinstance(scores, UNORDERED):
        return f"gave {type(scores).__name__}, not a list of scores"
    if len(scores) != count:
        return f"gave {len(scores)} scores for {count} hits"
    return None if all(map(is_finite, scores)) else "gave a score that is no finite number"


def is_finite(score: object) -> bool:
    try:
        return not isinstance(score, (str, bytes)) and isfinite(float(score))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False


def started(rerank: Rerank, query: str, hits: Sequence[Hit], end_s: float) -> Future[Sequence[float]] | None:
    """The function's call when it has come to its end; None if it has not by then."""
    if not PLACES.acquire(timeout=max(0.0, end_s - monotonic())):
        return None
    run: Future[Sequence[float]] = Future()
    # Nobody waits for it at the end of the process: it may never be done, which a pool would not allow.
    thread = Thread(target=carry_out, args=(run, rerank, query, list(hits)), name="greeum-rerank", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:  # no more threads may be started
        PLACES.release()
        run.set_exception(error)
    try:
        run.exception(timeout=max(0.0, end_s - monotonic()))
    except OutOfTime:
        return None
    return run


def carry_out(run: Future[Sequence[float]], rerank: Rerank, query: str, hits: list[Hit]) -> None:
    try:
        scores = rerank(query, hits)
    except BaseException as error:  # noqa: BLE001 - whoever waits is told
        run.set_exception(error)
    else:
        run.set_result(scores)
    finally:
        PLACES.release()
