"""A server that counts what its searches take, apart from everything around them.

    python -m scripts.load.metered --memory DIR --log FILE

It is `greeum serve` in one process, with a clock around `Memory.search_json`. When it ends, it prints what it has
counted, from the first search to the last, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from greeum import cli
from greeum.memory import Memory


class Counted(NamedTuple):
    """From the first search to one of the last."""

    searches: int
    all_s: float
    """Of the process."""
    search_s: float


class Meter:
    """Processor time of one thread in one function."""

    def __init__(self) -> None:
        self.calls = 0
        self.spent_s = 0.0
        self.began_s = 0.0
        """Of the process, at the beginning of the first call."""
        self.counted = Counted(0, 0.0, 0.0)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, with the clock."""

        def metered(*arguments: Any, **options: Any) -> Any:
            if not self.calls:
                self.began_s = time.process_time()
            self.calls += 1
            began_s = time.thread_time()
            try:
                return function(*arguments, **options)
            finally:
                self.spent_s += time.thread_time() - began_s
                # The process's clock costs more than the thread's: it is read now and then.
                if self.calls % 64 == 0:
                    self.counted = Counted(self.calls, time.process_time() - self.began_s, self.spent_s)

        return metered


def main() -> int:
    meter = Meter()
    Memory.search_json = meter.around(Memory.search_json)  # type: ignore[method-assign]
    code = cli.main(["serve", "--port", "0", "--json", *sys.argv[1:]])
    print(json.dumps(meter.counted._asdict()))
    return code


if __name__ == "__main__":
    sys.exit(main())
