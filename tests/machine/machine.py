"""A memory on a disk against a plain model of it: whatever is done to both, and however the process ends, they agree.

Each rule is one step, and after every step a question is asked of both. A *crash* takes the files as they are, as the
end of the process would leave them, and goes on from there; one in the middle of a change has the disk fail at some
write.
"""

from __future__ import annotations

from tests.machine.carrying import Carrying
from tests.machine.ends import Ends
from tests.machine.leaving import Leaving
from tests.machine.repeating import Repeating
from tests.machine.trust import Trust
from tests.machine.writing import Writing


class Machine(Writing, Repeating, Trust, Leaving, Carrying, Ends):
    """All rules. A fault may be planted around the whole run."""
