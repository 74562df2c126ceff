"""Tells an ASGI application that it begins and that it ends."""

from __future__ import annotations

import asyncio
from typing import Any

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.api.gate import ASGI


class Lifespan:
    """The lifespan protocol of ASGI, seen from the server. An application that fails in it raises here."""

    def __init__(self, application: ASGI) -> None:
        self._application = application
        self._told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def startup(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}}
        self._task = asyncio.get_running_loop().create_task(
            self._application(scope, self._told.get, self._answers.put)  # type: ignore[arg-type]
        )
        await self._ask("startup")

    async def shutdown(self) -> None:
        await self._ask("shutdown")

    async def _ask(self, stage: str) -> None:
        assert self._task is not None, "it begins before it ends"
        await self._told.put({"type": f"lifespan.{stage}"})
        answer = asyncio.ensure_future(self._answers.get())
        await asyncio.wait((answer, self._task), return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            self._task.result()
            raise RuntimeError(f"the application ended at its {stage}")
        if answer.result()["type"] != f"lifespan.{stage}.complete":
            raise RuntimeError(str(answer.result().get("message", f"the application's {stage} failed")))
