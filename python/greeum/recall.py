"""Recall, the half of Memory that asks: it finds, reads, lists and counts, and changes nothing."""

from __future__ import annotations

from time import monotonic

from greeum import inputs, limits
from greeum._core import format_time
from greeum.errors import InvalidInput, LogCut, NotFound
from greeum.explaining import Explaining
from greeum.listing import (
    NamespacePage,
    Page,
    checksum,
    page_rows,
    read_cursor,
    read_namespace_cursor,
    write_cursor,
    write_namespace_cursor,
)
from greeum.model import OPERATIONS, Anchor, Block, Change, Link
from greeum.starts import version_of
from greeum.store.rows import BEFORE_ALL_US, is_quarantined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from greeum.difference import Difference
    from greeum.embed.protocol import Embedder
    from greeum.follower import Follower
    from greeum.inputs import Namespace, Time
    from greeum.store.protocol import Store

    # `Recall.list` hides the builtin from annotations within the class.
    Blocks = list[Block]
    Changes = list[Change]
    Facets = dict[str, list[tuple[str, int]]]
    Ids = list[int]
    Links = list[Link]

AT_HAND_S = 0.05
"""For how long it counts that every change was folded in: what another process writes meanwhile is folded in within as
long."""


class Recall(Explaining):
    """What can be asked of a memory."""

    def __init__(self, store: Store, follower: Follower, embedder: Embedder, *, now_us: Callable[[], int]) -> None:
        super().__init__(store, follower, embedder, now_us=now_us)
        self._embeds_at_once = embedder.fingerprint.startswith(("static/", "given/"))
        self._caught_up_at_s = float("-inf")

    def get(
        self,
        block: int | None = None,
        *,
        key: str | None = None,
        namespace: Namespace = "",
        as_of: Time | None = None,
    ) -> Block:
        """The block with this id, in exactly that version; or the newest version of the block with this key, unless it
        is quarantined. With `as_of`, the version that was the newest at that time. Raises NotFound, also if it was not
        recorded by then.
        """
        found = self._get(block, key, namespace)
        then = inputs.optional_time(as_of, "as_of", self._follower.zone)
        if then is None:
            return found
        row = version_of(self._store.history(found.id), then)
        if row is None:
            raise NotFound(f"block {found.id} had not been recorded by {format_time(then)}")
        return Block(row)

    def _get(self, block: int | None, key: str | None, namespace: Namespace) -> Block:
        if (block is None) == (key is None):
            raise InvalidInput("block", "name either an id or a key")
        if key is not None:
            where = inputs.namespace(namespace)
            row = self._store.block_by_key(where, inputs.name(key, "key"))
            if row is None:
                raise NotFound(f"there is no block with key {key!r} in namespace {where!r}")
            if is_quarantined(row):
                raise NotFound(f"the block with key {key!r} in namespace {where!r} is quarantined: its id is {row[0]}")
            return Block(row)
        if namespace != "":
            raise InvalidInput("namespace", "comes with a key; an id is the same in all of them")
        return Block(self._row(inputs.block_id(block)))

    def list(
        self,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        history: bool = False,
        expired: bool = False,
        as_of: Time | None = None,
        limit: int = 100,
        cursor: str | None = None,
        newest_first: bool = False,
    ) -> Page:
        """Blocks in the order in which they were said, page by page: pass the page's `cursor` for the next one. A page
        ends early when its texts reach 16 MiB.

        Filters, `history` and `as_of` are those of `search`. `expired` lists only what has expired and is not erased
        yet. Raises InvalidInput, also for a cursor of another listing.
        """
        scope, where_json = inputs.namespace(namespace), inputs.where(where)
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        inputs.truth(history, "history")
        inputs.truth(newest_first, "newest_first")
        then = inputs.optional_time(as_of, "as_of", self._follower.zone)
        listing = self._listing(scope, where_json, history, newest_first, then, inputs.truth(expired, "expired"))
        after = None if cursor is None else read_cursor(cursor, listing)
        where_json, history, now_us = self._seen(where_json, history, then, expired)
        self._follower.catch_up()
        found = self._index.select(scope, where_json, history, now_us, after, limit + 1, newest_first, then)
        rows, done = page_rows(self._store.blocks, [block for _, block in found[:limit]])
        page = Page(map(Block, rows))
        if len(found) > done:
            page.cursor = write_cursor(found[done - 1], listing)
        return page

    def _listing(self, *filters: object) -> int:
        """Which listing a cursor is of: of this memory, with these filters."""
        return checksum(self._store.setting("memory_id"), *filters)

    def _seen(
        self, where_json: str | None, history: bool, then: int | None, expired: bool
    ) -> tuple[str | None, bool, int]:
        """The filter, whether to look at history, and the time, with which the Index gives what is alive, or what is no
        more.
        """
        now_us = self._now_us()
        if not expired:
            return where_json, history, now_us
        if then is not None:
            raise InvalidInput("expired", "is about now, and as_of about another time: give one of them")
        # What had expired is seen from before all time, and what does not hold then, as history.
        return expired_by(now_us, where_json, history), True, BEFORE_ALL_US

    def history(self, block: int) -> Blocks:
        """Every version of a block, oldest first: each says when it was recorded (`added_at`) and when the next one was
        (`superseded_at`). Raises NotFound.
        """
        rows = self._store.history(inputs.block_id(block))
        if not rows:
            raise NotFound(f"there is no block {block}")
        return [Block(row) for row in rows]

    def count(
        self,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        history: bool = False,
        expired: bool = False,
        as_of: Time | None = None,
        now: Time | None = None,
        query: str | None = None,
    ) -> int:
        """How many blocks `list` would give in all, without reading one; with a `query`, how many of them it matches,
        as in `facets`; `now` is then that of `search`. Raises InvalidInput.
        """
        asked = inputs.matched(query, expired=inputs.truth(expired, "expired"), now=now)
        scope, where_json = inputs.namespace(namespace), inputs.where(where)
        inputs.truth(history, "history")
        then = inputs.optional_time(as_of, "as_of", self._follower.zone)
        asked_at = inputs.optional_time(now, "now", self._follower.zone)
        where_json, history, now_us = self._seen(where_json, history, then, expired)
        self._follower.catch_up()
        return self._index.count(scope, where_json, history, now_us, then, asked, asked_at)

    def facets(
        self,
        fields: str | Iterable[str],
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        as_of: Time | None = None,
        now: Time | None = None,
        query: str | None = None,
        k: int | None = None,
        limit: int = 20,
    ) -> Facets:
        """The values of some fields, each with the number of blocks that have it: for every field the `limit` most
        frequent ones.

        Fields are `kind`, `source`, `tags` (each tag counts by itself) and `namespace`. A block is not counted for a
        field that it lacks. It takes about a microsecond per block and field.

        With a `query` only blocks are counted that it matches: all those that have one of its words, in any form that a
        search knows it by. With `k` too, instead, the `k` blocks that `search` would give for it. `now` is then that
        of `search`. Raises InvalidInput, or EmbedderFailed if there is a `k`.
        """
        from greeum.counting import Tally, facet_fields, most_frequent

        named = facet_fields(fields)
        asked = inputs.matched(query, k=k, now=now)
        scope, where_json = inputs.namespace(namespace), inputs.where(where)
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        then = inputs.optional_time(as_of, "as_of", self._follower.zone)
        asked_at = inputs.optional_time(now, "now", self._follower.zone)
        self._follower.catch_up()
        best = None if k is None else self._best(asked, k, scope, where, as_of, now)
        tally = Tally(self._store, self._index, scope, where_json, self._now_us(), then, asked, best, asked_at)
        return {field: most_frequent(tally.of(field), limit) for field in named}

    def _best(
        self,
        query: str,
        k: int,
        namespace: str,
        where: Mapping[str, object] | None,
        as_of: Time | None,
        now: Time | None,
    ) -> Ids:
        """The blocks that a search would give, ascending."""
        asked, options = self._options([query], k, namespace, where, None, False, False, None, as_of, now, 0.0, None)
        return self._index.search(asked, *options).ids()

    def namespaces(self, *, namespace: Namespace = "", limit: int = 100, cursor: str | None = None) -> NamespacePage:
        """The namespaces at or below one that hold blocks, in order, each with the number of blocks directly in it (not
        below it); page by page, as in `list`. Raises InvalidInput.
        """
        scope = inputs.namespace(namespace)
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        listing = self._listing("namespaces", scope)
        after = None if cursor is None else read_namespace_cursor(cursor, listing)
        self._follower.catch_up()
        found = self._index.namespaces(scope, None, self._now_us(), after, limit + 1, None)
        page = NamespacePage(found[:limit])
        if len(found) > limit:
            page.cursor = write_namespace_cursor(page[-1][0], listing)
        return page

    def diff(
        self,
        since: Time,
        until: Time | None = None,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        limit: int = 100,
    ) -> Difference:
        """What changed between two moments: what `search` finds as of `until` (default: now) and not as of `since`, and
        the other way round. That is what was added or became valid, what was corrected, and what expired or is no
        longer valid.

        Filters are those of `search`. At most `limit` of each sort are shown, oldest first; all are counted. What was
        forgotten is on neither side. It takes about a microsecond per block. Raises InvalidInput.
        """
        from greeum.difference import difference

        scope, where_json = inputs.namespace(namespace), inputs.where(where)
        zone = self._follower.zone
        before, after = inputs.time(since, "since", zone), inputs.optional_time(until, "until", zone)
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        self._follower.catch_up()
        now = self._now_us()
        if after is not None and after < before:
            raise InvalidInput("until", "lies before `since`")
        then = now if after is None else after
        first = self._index.ids(scope, where_json, False, now, before)
        return difference(self._store, first, self._index.ids(scope, where_json, False, now, then), limit)

    def links(self, block: int) -> Links:
        """The links that leave a block, then those that arrive at it. Raises NotFound."""
        block = inputs.block_id(block)
        self._row(block)
        return [Link(row) for row in [*self._store.links([block]), *self._store.backlinks([block])]]

    def anchor(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """The anchor that a search or an add in this namespace would use. Raises NotFound."""
        return self.anchors.closest(inputs.name(name, "name"), inputs.namespace(namespace))

    # Looking after it.

    @property
    def at_hand(self) -> bool:
        """Whether a search has little to wait for: no model is asked for a vector, and every change that it is to see
        was folded in just now or a moment ago. (To read changes each time would cost as much as a part of the search.)
        After a change of the time zone all is loaded anew.
        """
        if self._follower.has_settings_to_read():
            return False
        now_s = monotonic()
        if now_s - self._caught_up_at_s > AT_HAND_S:
            if self._follower.is_late(self._store.seq()):
                return False
            self._caught_up_at_s = now_s
        return self._embeds_at_once

    @property
    def seq(self) -> int:
        """The number of the newest change."""
        return self._store.seq()

    def changes(self, after: int = 0, *, limit: int = 1_000) -> Changes:
        """The changes with a `seq` above `after`, in order, whoever made them; none if there is nothing new.

        Raises InvalidInput, or LogCut if the log does not reach back to `after`, or not yet that far.
        """
        after = inputs.count(after, "after", 2**53 - 1, least=0)
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        try:
            found = self._store.changes(after, limit)
        except LookupError as error:
            raise LogCut(str(error)) from error
        return [Change(seq, OPERATIONS[operation], block) for seq, operation, block in found]

    def stats(self) -> dict[str, object]:
        """How much is in it, what made its vectors, and how its index stands."""
        self._follower.catch_up()
        store = self._store
        facts: dict[str, object] = dict(store.counts())
        facts["seq"] = store.seq()
        facts["embedder"] = self._embedder.fingerprint
        facts["dimension"] = self._embedder.dimension
        facts["time_zone"] = self._follower.zone().name
        facts["index"] = self._index.stats()
        facts["index_trouble"] = self._follower.trouble
        return facts

    def _amounts(self, namespace: str) -> dict[str, object]:
        """What `stats` counts, of a namespace and all below it."""
        from greeum.counting import amounts

        self._follower.catch_up()
        return amounts(self._store, self._index, namespace)


def expired_by(now_us: int, where_json: str | None, history: bool) -> str:
    """The filter that holds for what has expired, of that for which another one holds."""
    ends = [f'{{"expires_at": {{"lte": "{format_time(now_us)}"}}}}']
    newest = [] if history else ['{"superseded_at": {"exists": false}}']
    return f'{{"and": [{", ".join([*ends, *newest, *([] if where_json is None else [where_json])])}]}}'
