"""Two processes say the same at once, or one after the other: one of them adds it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import greeum
from greeum.testing import TinyEmbedder

FACTS = 60

TELLER = """
import json, sys
import greeum
from greeum.testing import TinyEmbedder

with greeum.open(sys.argv[1], embedder=TinyEmbedder()) as memory:
    print("ready", flush=True)
    sys.stdin.readline()
    told = []
    for number in range(int(sys.argv[2])):
        block = memory.add(f"{sys.argv[3]}Fact {number} is that {number} follows {number - 1}.", kind="fact")
        told.append([block.id, block.is_new])
print(json.dumps(told), flush=True)
"""


def test_of_processes_that_add_the_same_facts_at_once_one_adds_each(tmp_path: Path) -> None:
    directory = str(tmp_path / "memory")
    greeum.open(directory, embedder=TinyEmbedder()).close()
    tellers = [
        subprocess.Popen(
            [sys.executable, "-c", TELLER, directory, str(FACTS), start],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for start in ("", " ", "  ")
    ]
    for teller in tellers:
        assert teller.stdout is not None
        assert teller.stdout.readline() == "ready\n"
    for teller in tellers:
        assert teller.stdin is not None
        teller.stdin.write("go\n")
        teller.stdin.flush()
    outputs = [json.loads(teller.communicate(timeout=60)[0]) for teller in tellers]
    for told in zip(*outputs, strict=True):
        assert len({block for block, _ in told}) == 1
        assert sum(is_new for _, is_new in told) == 1
    with greeum.open(directory, embedder=TinyEmbedder()) as memory:
        assert memory.count() == FACTS
