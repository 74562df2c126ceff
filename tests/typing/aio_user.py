"""What a type checker makes of a program that awaits a memory. It is not run: `make types` reads it, and says so where
one of the mistakes below is no longer seen, for then its comment has nothing to ignore.
"""

from __future__ import annotations

from collections.abc import Sequence

import greeum
import greeum.aio
from greeum.aio import AsyncMemory, AsyncRemoteMemory


async def at_home() -> None:
    async with await greeum.aio.open("./memory", create=True) as memory:
        added: greeum.Added = await memory.add("The violin is old.", importance=0.3)
        hits: greeum.Hits = await memory.search("violin", k=3)
        text: str = hits[0].block.text
        page: Sequence[greeum.Block] = await memory.list(namespace="acme")
        anchor: greeum.Anchor = await memory.anchors.set("A", added.id)
        policy: dict[str, str] = await memory.policies.get("note")
        lines: list[str] = await memory.export()
        async for hit in memory.stream("violin", k=50):
            text = hit.block.text
        print(text, page, anchor, policy, lines)


async def elsewhere() -> None:
    async with await greeum.aio.connect("http://127.0.0.1:8400", key="gk_") as memory:
        await either(memory)
        async for change in memory.follow(after=3):
            seq: int = change.seq
            print(seq)


async def either(memory: AsyncMemory | AsyncRemoteMemory) -> int:
    return await memory.count(where={"kind": "note"})


async def mistakes(memory: AsyncMemory, there: AsyncRemoteMemory) -> None:
    await memory.add("The violin is old.", importanc=0.3)  # type: ignore[call-arg]
    await memory.add(17)  # type: ignore[arg-type]
    await memory.serach("violin")  # type: ignore[attr-defined]
    await memory.anchors.closest("A", "")  # type: ignore[attr-defined]
    memory.search("violin")[0]  # type: ignore[index]
    await there.backup("./backups")  # type: ignore[attr-defined]
    await greeum.aio.open("./memory", creat=False)  # type: ignore[call-arg]
