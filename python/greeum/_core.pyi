"""The Index, in Rust. Checked against the built module by tests/unit/test_tree.py."""

from collections.abc import Sequence
from typing import final

from greeum.store.protocol import BlockRow

__all__ = [
    "PARTS",
    "Found",
    "Index",
    "LogHeader",
    "Table",
    "Zone",
    "blocks_json",
    "digest",
    "format_time",
    "hits_json",
    "normal",
    "parse_time",
    "quantize",
    "split",
    "weights",
]

PARTS: list[str]

@final
class Table:
    def __new__(cls, path: str) -> Table: ...
    @property
    def dimension(self) -> int: ...
    @property
    def fingerprint(self) -> str: ...
    def verify(self) -> None:
        """Raises RuntimeError if a checksum, of the file or of the coarse codes beside it, is wrong."""
    def write_codes(self, path: str) -> None:
        """Writes the coarse codes of its tokens beside the table at `path`: who opens that need not make them."""
    def encode_blocks(self, texts: Sequence[str]) -> list[bytes]: ...

@final
class Found:
    """The hits of one or several queries."""

    def __len__(self) -> int: ...
    def ids(self) -> list[int]:
        """Of all of them, ascending, each once."""
    def hits(self, query: int) -> list[tuple[int, float, list[float]]]:
        """Of one query, best first: block, score, parts."""
    def visit(self, query: int) -> tuple[int, int, int | None, str]:
        """Of one query: the blocks in scope, how many of them were looked at, from which block on, and how far."""
    def left_out(self, query: int) -> list[str]:
        """Of one query: the stages of which something was left out, since its time was over."""
    def json(self, query: int, blocks: dict[int, bytes]) -> bytes:
        """The same as JSON, with each block's JSON out of `blocks`; one that is not there is passed over."""

@final
class LogHeader:
    """The header of SQLite's index of a write-ahead log, in the memory that all processes share which have it open."""

    def __new__(cls, descriptor: int) -> LogHeader:
        """`descriptor` is SQLite's own, which is left to it. Raises OSError if it cannot be mapped."""
    def read(self) -> bytes | None:
        """As it is now: another one after each commit. None while somebody writes it, or it is not as we know it."""
    def close(self) -> None:
        """From now on there is None: for before SQLite closes it."""

@final
class Zone:
    """A time zone."""

    def __new__(cls, name: str) -> Zone:
        """By its name in the IANA database, in whatever case. Raises InvalidInput."""
    @property
    def name(self) -> str: ...
    def parse(self, text: str) -> int | None:
        """As `parse_time`, but without an offset it is what a clock there shows."""
    def format(self, at: int) -> str:
        """A moment in ISO 8601, as a clock there shows it."""

@final
class Index:
    reason: str | None
    """Why it began empty, if the files that were there could not be used."""

    def __new__(
        cls, directory: str | None, table: Table, embedder: str, dimension: int, embeds_queries: bool, zone: Zone
    ) -> Index: ...
    @property
    def zone(self) -> Zone:
        """Whose days it goes by."""
    @property
    def seq(self) -> int: ...
    @property
    def witness(self) -> tuple[int, str] | None: ...
    def apply(
        self,
        seq: int,
        entries: Sequence[tuple[BlockRow, bytes]],
        removed: Sequence[int],
        links: Sequence[tuple[int, Sequence[tuple[int, float, float]]]],
    ) -> None: ...
    def reload(self, zone: Zone) -> None:
        """Begin to load everything anew, by the days of this zone. Until `loaded`, searches find what they found."""
    def load(
        self,
        seq: int,
        entries: Sequence[tuple[BlockRow, bytes]],
        links: Sequence[tuple[int, Sequence[tuple[int, float, float]]]],
    ) -> None: ...
    def leave_off(self) -> None:
        """Leave off loading: what there was before stays."""
    def loaded(self, seq: int) -> None:
        """All that there was at `seq` has been loaded: from now on searches find that."""
    def search(
        self,
        queries: Sequence[tuple[str, bytes | None]],
        k: int,
        namespace: str,
        filter_json: str | None,
        near: Sequence[tuple[int, int]],
        history: bool,
        now: int,
        exact: bool,
        weights: Sequence[tuple[str, float]] | None,
        as_of: int | None,
        asked_at: int | None,
        budget_us: int | None = None,
    ) -> Found:
        """`asked_at` is from when their relative dates are meant. `budget_us` is for each query by itself; then what
        has been found is its answer."""
    def explain(
        self,
        query: tuple[str, bytes | None],
        k: int,
        namespace: str,
        filter_json: str | None,
        near: Sequence[tuple[int, int]],
        history: bool,
        now: int,
        exact: bool,
        weights: Sequence[tuple[str, float]] | None,
        as_of: int | None,
        asked_at: int | None,
        subject: tuple[int, str, list[str], list[tuple[str, str]]],
    ) -> str:
        """Why a block (its id, text, source and tags, and named pieces of the filter) is a hit or not, as JSON."""
    def vary(
        self,
        text: str,
        vector: bytes | None,
        k: int,
        namespace: str,
        now: int,
        weightings: Sequence[Sequence[tuple[str, float]]],
    ) -> Found:
        """The answers to one query under each of several weightings, all from the same state."""
    def fits(
        self,
        text: str,
        vector: bytes | None,
        within: str,
        near: Sequence[tuple[int, int]],
        namespace: str,
        at: int,
        now: int,
    ) -> tuple[int, list[float], float | None]:
        """How many words say what a text is about; for each block (and hops) how well the text fits what is around it
        (from 0 on, more is better); and how well what was said last in the namespace before the text, unless that is
        one of these blocks or linked with one."""
    def nearest(self, items: Sequence[tuple[str, str, bytes]], now: int, count: int) -> list[list[int]]:
        """For each namespace, text and vector, the blocks of exactly that namespace that may say the same."""
    def compare(self, text: str, others: Sequence[str]) -> list[tuple[float, tuple[str, str, str, bool] | None]]:
        """For each of the others how much of the two is the same (0 to 1), and if they cannot both hold: the reason,
        what `text` says, what the other says, and whether it is sure that the later one holds."""
    def select(
        self,
        namespace: str,
        filter_json: str | None,
        history: bool,
        now: int,
        after: tuple[int, int] | None,
        limit: int,
        newest_first: bool,
        as_of: int | None,
    ) -> list[tuple[int, int]]: ...
    def count(
        self,
        namespace: str,
        filter_json: str | None,
        history: bool,
        now: int,
        as_of: int | None,
        text: str = ...,
        asked_at: int | None = None,
    ) -> int:
        """With a text those that have a word of it, here and in what follows."""
    def ids(
        self,
        namespace: str,
        filter_json: str | None,
        history: bool,
        now: int,
        as_of: int | None,
        text: str = ...,
        asked_at: int | None = None,
    ) -> list[int]:
        """Ascending."""
    def namespaces(
        self,
        namespace: str,
        filter_json: str | None,
        now: int,
        after: str | None,
        limit: int,
        as_of: int | None,
        text: str = ...,
        asked_at: int | None = None,
    ) -> list[tuple[str, int]]: ...
    @property
    def wants_fold(self) -> bool: ...
    @property
    def holds_forgotten(self) -> bool: ...
    def fold(self, wait: bool) -> bool: ...
    def scrub(self) -> bool:
        """See to it that no file holds what was forgotten. False if not now, since blocks are being loaded."""
    def refresh(self) -> bool: ...
    def verify(self) -> None:
        """Raises RuntimeError if a file is not what was written."""
    def differing(self, entries: Sequence[tuple[BlockRow, bytes]]) -> list[int]:
        """Those of these blocks that are not here as they are given."""
    def leftovers(self) -> list[str]:
        """Files that no manifest lists, unless somebody writes files now."""
    def stats(self) -> dict[str, object]: ...

def quantize(vectors: Sequence[Sequence[float]], dimension: int) -> bytes: ...
def split(text: str) -> list[str]: ...
def normal(text: str) -> str:
    """What two texts have in common that are the same."""

def digest(text: str, with_: Sequence[str]) -> int:
    """Of the normal form of a text, and of what goes with it; 64 bits, signed."""

def parse_time(text: str) -> int | None:
    """Without an offset it is UTC."""

def format_time(at: int) -> str: ...
def blocks_json(rows: Sequence[BlockRow]) -> bytes:
    """Raises ValueError if one holds a number that JSON cannot say."""

def hits_json(hits: Sequence[tuple[BlockRow, float, list[float]]]) -> bytes:
    """As `blocks_json`."""

def weights(said: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Every weight: what is said of it, else its default. Raises InvalidInput for what is no weight."""
