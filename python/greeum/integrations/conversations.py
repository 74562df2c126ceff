"""A conversation as other products keep it: items in the order in which they were added, each of which comes back as it
was.

An item that is no more than somebody's words is a block with this text and source, like a message that was added with
`Memory.add`, and such messages come back as items. Whatever else an item has stands beside its words as JSON, in the
block's metadata under the product's name; where that is too long for metadata, the JSON is the text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from json import dumps, loads

from greeum import inputs
from greeum.errors import InvalidInput, NotFound
from greeum.integrations.blocks import forget_all, listed
from greeum.integrations.texts import first_fit, is_fit
from greeum.limits import METADATA_BYTES_MAX, PAGE_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from greeum.integrations.protocol import AnyMemory
    from greeum.model import Block

    Item = dict[str, Any]
    Said = tuple[Item, str | None, str]

MESSAGE = "message"
"""The kind of blocks in which somebody speaks."""

EVENT = "event"
"""The kind of the others: calls of tools, their results, what a model has thought."""

WHOLE = True
"""What stands under the product's name where the text is all of the item, as JSON."""


class Conversation:
    """The items in one namespace. `form` is the product's name, `plain` makes an item of a source and what it said."""

    def __init__(
        self, memory: AnyMemory, namespace: tuple[str, ...], form: str, plain: Callable[[str | None, str], Item]
    ) -> None:
        self._memory = memory
        self._scope: dict[str, Any] = {"namespace": namespace}
        self._where = {"namespace": inputs.namespace(namespace), "kind": {"in": [MESSAGE, EVENT]}}
        self._form = form
        self._plain = plain

    def add(self, said: Sequence[Said]) -> None:
        """Add items, all or none, each with who said it and what of it is text. Raises InvalidInput."""
        if not said:
            return
        last = self._newest(1)
        # A clock may be behind the one that wrote last, and the order is that of `at`.
        at = max([datetime.now(UTC), *(block.at for block in last)])
        self._memory.add_many([self._block(i, *one) | self._scope | {"at": at} for i, one in enumerate(said)])

    def newest(self, limit: int | None = None) -> list[Item]:
        """The last items, or all, in the order in which they were added."""
        return [self._item(block) for block in reversed(self._newest(limit))]

    def pop(self) -> Item | None:
        """Forget the last item; what it was."""
        while blocks := self._newest(1):
            try:
                self._memory.forget(blocks[0].id)
            except NotFound:
                # Somebody else took it: the one before it is the last now.
                continue
            return self._item(blocks[0])
        return None

    def clear(self) -> None:
        """Forget all items."""
        forget_all(self._memory, self._newest(None))

    def _newest(self, limit: int | None) -> list[Block]:
        page = PAGE_MAX if limit is None else limit
        blocks = listed(self._memory, page=page, **self._scope, where=self._where, newest_first=True)
        return list(islice(blocks, limit))

    def _block(self, number: int, item: Item, source: str | None, text: str) -> dict[str, Any]:
        block: dict[str, Any] = {"kind": EVENT if source is None else MESSAGE, "source": source}
        if is_fit(text) and item == self._plain(source, text):
            return block | {"text": text}
        try:
            whole = dumps(item)
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"items[{number}]", f"is not what JSON can say: {error}") from error
        metadata: dict[str, object] = {self._form: whole}
        if len(dumps(metadata)) > METADATA_BYTES_MAX:
            return block | {"text": whole, "metadata": {self._form: WHOLE}}
        return block | {"text": first_fit(text, str(item.get("type") or ""), source or "", EVENT), "metadata": metadata}

    def _item(self, block: Block) -> Item:
        whole = block.metadata.get(self._form)
        if whole is None:
            return self._plain(block.source, block.text)
        item: Item = loads(block.text if whole is WHOLE else str(whole))
        return item
