"""Rules: how the process ends, in the middle of something or not."""

from __future__ import annotations

from collections.abc import Callable

import apsw
from tests.machine.base import Base, shown
from tests.machine.carrying import copy_files
from tests.machine.known import Known, State
from tests.machine.operation import NUMBER, operation, whole

from greeum.errors import StoreError
from greeum.limits import TIME_MIN_US

WRITES_MAX = 12
"""A change of one block is some five to ten writes of the database: one in the middle is hit most of the time."""


class Ends(Base):
    """Closing, folding and crashing."""

    @operation()
    def reopen(self) -> None:
        with self.step("reopen"):
            self.memory.close()
            self.memory = self.open()

    @operation()
    def fold(self) -> None:
        with self.step("fold"):
            self.memory._follower._fold(wait=True)

    @operation()
    def crash(self) -> None:
        with self.step("crash"):
            self.go_on_from_the_files()

    @operation(number=NUMBER, nth=whole(1, WRITES_MAX))
    def crash_in_the_middle(self, number: int, nth: int) -> None:
        """Either all of the change is there afterwards, or none of it."""
        change, after = self.change(number)
        self.disk.fail(lambda act, written: apsw.SQLITE_IOERR if (act, written) == ("write", nth) else 0)
        with self.step("crash_in_the_middle"):
            try:
                change()
                is_done = True
            except StoreError:
                is_done = False
            self.disk.mend()
            self.go_on_from_the_files()
            there = {block.id: shown(block) for block in map(self.memory.get, self.memory._store.ids(0, 100_000))}
            if is_done or there != self.state.blocks:
                self.state = after(there)
            assert there == self.state.blocks

    def change(self, number: int) -> tuple[Callable[[], object], Callable[[dict[int, Known]], State]]:
        """Something to do, and what the memory is afterwards, given the blocks that are there then."""
        if number % 4 == 0 or not self.state.blocks:
            fields = self.fields(number)

            def with_it(there: dict[int, Known]) -> State:
                [new] = there.keys() - self.state.blocks.keys()
                assert there[new].text == fields["text"]
                state = self.state.copy()
                state.add(there[new])
                return state

            return lambda: self.memory.add(**fields), with_it
        block, state = self.pick(number).id, self.state.copy()
        if number % 4 == 1:
            state.roll_back("mail", TIME_MIN_US, "")
            return lambda: self.memory.roll_back(origin="mail"), lambda _: state
        if number % 4 == 2:
            state.hide([block], is_set=True)
            return lambda: self.memory.quarantine(block), lambda _: state
        state.forget([block])
        return lambda: self.memory.forget(block), lambda _: state

    def go_on_from_the_files(self) -> None:
        """Leave the process as it is, and open what another one would find."""
        directory = self.new_directory()
        copy_files(self.directory, directory)
        self.go_on_in(directory)
