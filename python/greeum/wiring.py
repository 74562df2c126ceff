"""Puts a memory together: the only place that names concrete classes."""

from __future__ import annotations

import os

from greeum import _core, inputs, zones
from greeum.embed.static import StaticEmbedder
from greeum.errors import EmbedderFailed, EmbedderMismatch, GreeumError, InvalidInput, StoreFailed, StoreVersion
from greeum.follower import Follower, zone_of
from greeum.limits import DIMENSION_MAX
from greeum.memory import Memory, clock_us
from greeum.settings import Settings
from greeum.store.sqlite import SQLiteStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from greeum.backups.restoring import Restored
    from greeum.embed.protocol import Embedder
    from greeum.inputs import Time
    from greeum.reembedding import Reembedded
    from greeum.store.protocol import Store
    from greeum.upkeep import Findings

INDEX_DIRECTORY = "index"
"""Where the Index keeps its files, below the memory's directory. Delete it, and it is built anew."""


def open(  # noqa: A001 - greeum.open(path), as in sqlite3, shelve and others
    path: str | os.PathLike[str] | None = None,
    *,
    embedder: Embedder | None = None,
    read_only: bool = False,
    create: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Memory:
    """Open the memory in the directory `path` (default: $GREEUM_HOME, else ~/.greeum), and make it if it is not there.

    `embedder` makes its vectors (default: $GREEUM_EMBEDDER, else the table of token vectors that is shipped); a memory
    stays with its embedder until `reembed` changes it. A new one goes by the days of $GREEUM_TIME_ZONE (default: UTC);
    `memory.time_zone` changes that. `progress` is called with (done, total) while the index is rebuilt.

    Where an earlier version of the shipped table has made the vectors, they are made anew first (10,000 blocks take
    about a second, their index included); whoever has the memory open goes on with the old ones until then. A call that
    was cut short is taken up by the next.

    Raises NotFound if there is none and it may not be made, EmbedderMismatch, StoreVersion if a newer Greeum wrote it,
    or another StoreError.
    """
    return opened(path, clock_us, embedder=embedder, read_only=read_only, create=create, progress=progress)


def opened(
    path: str | os.PathLike[str] | None,
    now_us: Callable[[], int],
    *,
    embedder: Embedder | None = None,
    read_only: bool = False,
    create: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Memory:
    """As `open`, by another clock: for questions that are asked as if it were another time."""
    settings = Settings()
    directory = os.path.abspath(inputs.path(settings.home if path is None else path))
    chosen = checked(embedder if embedder is not None else embedder_of(settings))
    zone = None if settings.time_zone is None else zone_named(settings.time_zone)
    store = SQLiteStore(directory, read_only=read_only, create=create)
    try:
        if zone is not None and store.embedder() is None and not read_only:
            store.set_time_zone(zone.name)
        renew_vectors(store, chosen, progress)
        return join(store, chosen, os.path.join(directory, INDEX_DIRECTORY), progress, now_us)
    except BaseException:
        store.close()
        raise


def open_without_vectors(
    path: str | os.PathLike[str],
    error: GreeumError,
    *,
    read_only: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Memory:
    """A memory that `open` has refused, since its embedder cannot be had or is not that of the memory: what needs no
    vectors can be done with it. Everything else raises `error`.

    Raises `error` itself if the memory is not bound to an embedder yet, or what `open` raises.
    """
    from greeum.embed.unavailable import UnavailableEmbedder

    directory = os.path.abspath(inputs.path(path))
    store = SQLiteStore(directory, read_only=read_only, create=False)
    try:
        bound = store.embedder()
        if bound is None:
            raise error
        absent = UnavailableEmbedder(*bound, error)
        return join(store, absent, os.path.join(directory, INDEX_DIRECTORY), progress)
    except BaseException:
        store.close()
        raise


def repair(path: str | os.PathLike[str], *, embedder: Embedder | None = None) -> Findings:
    """As `Memory.repair`, for a memory that may not open before its rows are in order. Raises as `open` does."""
    from greeum.repairs import can_be_read, repair_rest, repair_store

    settings = Settings()
    directory = os.path.abspath(inputs.path(path))
    chosen = checked(embedder if embedder is not None else embedder_of(settings))
    store = SQLiteStore(directory, create=False)
    try:
        renew_vectors(store, chosen)
        # Vectors of another embedder would be taken for damaged ones.
        store.bind_embedder(chosen.fingerprint, chosen.dimension)
        done = repair_store(store, chosen)
    finally:
        store.close()
    if not can_be_read(done):
        return done
    with open(directory, embedder=chosen, create=False) as memory:
        return [*done, *repair_rest(memory._store, memory._follower)]


def reembed(
    path: str | os.PathLike[str],
    *,
    embedder: Embedder | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Reembedded:
    """Change the embedder of the memory in the directory `path`, while others use it: `embedder` (default:
    $GREEUM_EMBEDDER) makes new vectors of every block, and takes over when all are made. Until then searches and adds
    go on with the old one. From then on whoever has the memory open still finds what he found, and is told
    EmbedderMismatch once something changes: he opens it anew, with the new embedder.

    `progress` is called with (done, total). A call that was cut short is taken up where it stopped, if it is made
    again with the same embedder; with the one that the memory has, what was begun is dropped.

    Raises NotFound, EmbedderFailed, Conflict if another change of embedder is begun meanwhile, or another StoreError.
    """
    from greeum.reembedding import reembed

    settings = Settings()
    directory = os.path.abspath(inputs.path(path))
    chosen = checked(embedder if embedder is not None else embedder_of(settings))
    store = SQLiteStore(directory, create=False)
    try:
        replacement = store.replacement(chosen.fingerprint, chosen.dimension)
        done = reembed(store, replacement, chosen, progress)
    finally:
        store.close()
    # Its index is made here, so that the next to open it need not wait.
    open(directory, embedder=chosen, create=False, progress=progress).close()
    return done


def renew_vectors(store: SQLiteStore, embedder: Embedder, progress: Callable[[int, int], None] | None = None) -> None:
    """Have vectors made anew that an earlier version of the built-in table has made. Raises EmbedderMismatch if the
    store may not be changed, StoreVersion if a later version has made them.
    """
    bound = store.embedder()
    if bound is None or not isinstance(embedder, StaticEmbedder):
        return
    if embedder.precedes(bound[0]):
        raise StoreVersion(
            f"its vectors were made by the built-in table of a newer Greeum ({bound[0]}; this one makes "
            f"{embedder.fingerprint}): use that, or have them made anew by this one with `greeum reembed`"
        )
    if not embedder.succeeds(bound[0]):
        return
    if store.read_only:
        raise EmbedderMismatch(
            f"its vectors were made by the built-in table of an older Greeum ({bound[0]}): open it once to "
            "write (any command without --read-only, such as `greeum search`), so that they are made anew"
        )
    replacement = store.replacement(embedder.fingerprint, embedder.dimension)
    awaited = replacement.awaited()
    # Who has begun to change to a model, and was cut short, is not to lose what that has made.
    if awaited is None or awaited == embedder.fingerprint or embedder.succeeds(awaited):
        from greeum.reembedding import renew

        renew(store, replacement, store.renewing, embedder, progress)


def checked(embedder: Embedder) -> Embedder:
    """The embedder, if it is one, and an Index can hold its vectors. Raises InvalidInput."""
    kind = type(embedder).__name__
    if isinstance(embedder, str):
        raise InvalidInput(
            "embedder", "must be an Embedder, not str: a name as 'model2vec:FOLDER' goes into $GREEUM_EMBEDDER"
        )
    if isinstance(embedder, type):
        raise InvalidInput("embedder", f"must be an Embedder, not the class: write {embedder.__name__}(…)")
    for name in ("encode_blocks", "encode_query"):
        if not callable(getattr(embedder, name, None)):
            raise InvalidInput("embedder", f"must be an Embedder; {kind} has no method `{name}`")
    if not isinstance(getattr(embedder, "fingerprint", None), str) or not embedder.fingerprint:
        raise InvalidInput("embedder", f"{kind} has no `fingerprint`, a string that names its model and version")
    if type(getattr(embedder, "dimension", None)) is not int:
        raise InvalidInput("embedder", f"{kind} has no `dimension`, the number of components of its vectors")
    if not 1 <= embedder.dimension <= DIMENSION_MAX:
        raise InvalidInput(
            "embedder", f"makes vectors of {embedder.dimension} components; at most {DIMENSION_MAX} may be"
        )
    return embedder


def join(
    store: Store,
    embedder: Embedder,
    index_directory: str | None,
    progress: Callable[[int, int], None] | None = None,
    now_us: Callable[[], int] | None = None,
) -> Memory:
    """A Memory over a store and an embedder; with its index in a directory, or only in memory."""
    checked(embedder)
    if store.embedder() is not None or not store.read_only:
        store.bind_embedder(embedder.fingerprint, embedder.dimension)
    static = embedder if isinstance(embedder, StaticEmbedder) else StaticEmbedder()
    embeds_queries = isinstance(embedder, StaticEmbedder)
    try:
        index = _core.Index(
            index_directory, static.table, embedder.fingerprint, embedder.dimension, embeds_queries, zone_of(store)
        )
    except OSError as error:
        raise StoreFailed(
            f"{index_directory}: cannot be read ({error}): remove it, it is made anew from the memory"
        ) from error
    follower = Follower(store, index, progress)
    return Memory(store, follower, embedder, now_us=now_us or clock_us, open_store=open_for_reading)


def open_for_reading(directory: str) -> Store:
    """The store of the memory in a directory, which is not changed. Raises NotFound, or another StoreError."""
    return SQLiteStore(os.path.abspath(directory), read_only=True, create=False)


def restore(
    directory: str | os.PathLike[str], target: str | os.PathLike[str], *, at: Time | int | None = None
) -> Restored:
    """Make the memory that was backed up into `directory` anew in `target`, as it was at its newest backup; with `at`,
    at the newest one up to a time (in UTC unless it has an offset) or a seq. What has been forgotten since does not
    come back.

    Raises NotFound (there is no such backup), Conflict (the target is there, and not empty), InvalidInput,
    StoreDamaged, StoreFull or another StoreError; the target is then as it was.
    """
    from greeum.backups.restoring import restore

    place, goal = os.path.abspath(inputs.path(directory, "directory")), os.path.abspath(inputs.path(target, "target"))
    return restore(place, goal, at, SQLiteStore, clock_us)


def verify(directory: str | os.PathLike[str], *, at: Time | int | None = None) -> list[tuple[str, bool, str]]:
    """Try out the backups in `directory`: every checksum, and the newest one (or the one of `at`) by restoring it
    into a place that is removed afterwards. What was looked at, whether it is well, and what was found.

    Raises NotFound, InvalidInput, or StoreDamaged if a backup is missing in the row.
    """
    from greeum.backups.restoring import verify

    return verify(os.path.abspath(inputs.path(directory, "directory")), at, SQLiteStore, clock_us)


def verify_table() -> str:
    """Read the shipped token table from end to end; its fingerprint. Raises EmbedderFailed if it is damaged."""
    embedder = StaticEmbedder()
    try:
        embedder.table.verify()
    except RuntimeError as error:
        raise EmbedderFailed(str(error)) from error
    return embedder.fingerprint


def zone_named(name: str) -> _core.Zone:
    """The time zone that the environment asks for."""
    try:
        return zones.chosen(name)
    except InvalidInput as error:
        raise InvalidInput("GREEUM_TIME_ZONE", error.reason) from error


def embedder_of(settings: Settings) -> Embedder:
    """The embedder that the environment asks for; never a silent second best."""
    provider, _, model = settings.embedder.partition(":")
    if provider == "static" and not model:
        return StaticEmbedder()
    if not model:
        raise InvalidInput(
            "GREEUM_EMBEDDER", f"is {settings.embedder!r}; write static, PROVIDER:MODEL or PROVIDER:FOLDER"
        )
    if provider == "model2vec":
        from greeum.embed.model2vec import Model2VecEmbedder

        return Model2VecEmbedder(model)
    if provider == "sentence-transformers":
        from greeum.embed.sentence_transformers import SentenceTransformersEmbedder

        return SentenceTransformersEmbedder(model)
    if provider == "onnx":
        from greeum.embed.onnx import OnnxEmbedder

        return OnnxEmbedder(model)
    if provider == "openai":
        from greeum.embed.openai_compatible import OpenAICompatibleEmbedder

        if settings.embedder_url is None:
            raise InvalidInput("GREEUM_EMBEDDER_URL", f"is not set; {settings.embedder} needs its server's address")
        return OpenAICompatibleEmbedder(settings.embedder_url, model, api_key=settings.embedder_key)
    providers = "static, model2vec, sentence-transformers, onnx and openai"
    raise InvalidInput("GREEUM_EMBEDDER", f"names no provider: {provider!r}; there are {providers}")
