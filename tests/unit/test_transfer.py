"""Export and import where the suite for every memory does not reach: vectors of the caller's."""

from __future__ import annotations

import pytest

import greeum.testing
from greeum.embed.given import GivenVectors
from greeum.errors import InvalidInput


def test_vectors_that_were_brought_along_go_along() -> None:
    with greeum.testing.memory(embedder=GivenVectors(3, "m")) as memory:
        memory.add("east", vector=[1.0, 0.0, 0.0])
        memory.add("north", vector=[0.0, 1.0, 0.0])
        lines = list(memory.export())
    with greeum.testing.memory(embedder=GivenVectors(3, "m")) as copy:
        assert copy.import_(lines)["added"] == 2
        assert list(copy.export()) == lines
        assert copy.search("", vector=[0.0, 1.0, 0.0])[0].block.text == "north"
        bad = [lines[0], lines[1].replace('"vectors": "', '"vectors": "!')]
        with pytest.raises(InvalidInput, match="line 2"):
            copy.import_(bad)
    with greeum.testing.memory() as other, pytest.raises(InvalidInput, match="cannot be taken"):
        other.import_(lines)
