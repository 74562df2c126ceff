"""A canary: a block whose every trace is known, and a search for these in all that a memory's directory consists of.

Files that were removed while a process has them open are part of it, and so is what it has mapped of them.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from greeum import Memory, wiring
from greeum.embed.given import GivenVectors
from greeum.store.memory import MemoryStore

TEXT = "The quokka Xylthrandir keeps 4711 opals below the zyzzogeton tree, and nobody else is to know."
SOURCE, KEY, TAG = "canary-sibyl-83f1", "canary-key-7f1e", "canary-tag-22aa"
DIMENSION = 256

VECTOR = [((number * 37) % 101 - 50) / 313 for number in range(DIMENSION)]
"""Unlike any that a text has."""

HEADER_BYTES, SECTIONS = 64, ("Codes", "Signs", "Tokens")
PART_BYTES = 24
"""So much of a trace is looked for, at its beginning, in its middle and at its end: a copy of half of it counts too."""


def section_numbers() -> dict[str, int]:
    """Where the parts of a segment are in its directory, as the source says."""
    source = Path(__file__).parents[1] / "crates" / "core" / "src" / "segment" / "mod.rs"
    [body] = re.findall(r"^sections! \{(.*?)^\}", source.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    names = re.findall(r"\w+", re.sub(r"//.*", "", body))
    return {name: names.index(name) for name in SECTIONS}


def add_to(memory: Memory) -> int:
    """Add the canary; its id."""
    vector = VECTOR if str(memory.stats()["embedder"]).startswith("given/") else None
    return memory.add(TEXT, source=SOURCE, key=KEY, tags=[TAG], metadata={TAG: KEY}, vector=vector).id


def traces_of(embedder: object, scratch: Path) -> dict[str, bytes]:
    """What the canary leaves, by what it is: found out by adding it to a memory of its own and reading its segment."""
    is_given = isinstance(embedder, GivenVectors)
    with wiring.join(MemoryStore(), embedder, str(scratch)) as memory:  # type: ignore[arg-type]
        add_to(memory)
        assert memory._index.fold(True)
        [path] = scratch.glob("*.segment")
        segment = path.read_bytes()
    found = {"text": TEXT.encode(), "source": SOURCE.encode(), "key": KEY.encode(), "tag": TAG.encode()}
    if is_given:
        found["f32"] = struct.pack(f"<{DIMENSION}f", *VECTOR)
        found["f64"] = struct.pack(f"<{DIMENSION}d", *VECTOR)
    for name, number in section_numbers().items():
        start, size = struct.unpack_from("<QQ", segment, HEADER_BYTES + 16 * number)
        assert size >= PART_BYTES, name
        found[name.lower()] = segment[start : start + size]
    return found


def parts_of(traces: dict[str, bytes]) -> dict[str, list[str]]:
    """The parts of each trace that are looked for, in hex."""
    parts = {}
    for name, trace in traces.items():
        size = min(PART_BYTES, len(trace))
        starts = {0, (len(trace) - size) // 2, len(trace) - size}
        parts[name] = [trace[start : start + size].hex() for start in starts]
    return parts


SCAN = """
import json, mmap, os, sys
directory, owner, wanted = os.path.realpath(sys.argv[1]), sys.argv[2], json.load(sys.stdin)
parts = {name: [bytes.fromhex(part) for part in hexes] for name, hexes in wanted.items()}
paths = [os.path.join(folder, name) for folder, _, names in os.walk(directory) for name in names]
descriptors = f"/proc/{owner}/fd"
for number in os.listdir(descriptors):
    path = os.path.join(descriptors, number)
    try:
        target = os.readlink(path)
    except OSError:
        continue
    if target.startswith(directory) and target.endswith(" (deleted)"):
        paths.append(path)
found = []
for path in paths:
    if os.stat(path).st_size:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            found += [[path, name] for name, some in parts.items() if any(content.find(part) >= 0 for part in some)]
print(json.dumps(found))
"""
"""Run by another process: closing the database here would drop SQLite's locks on it."""


def copies(directory: Path, traces: dict[str, bytes]) -> list[tuple[str, str]]:
    """Where which trace is, in files and in what was removed but is still open or mapped by this process."""
    parts = parts_of(traces)
    command = [sys.executable, "-c", SCAN, str(directory), str(os.getpid())]
    done = subprocess.run(command, input=json.dumps(parts), capture_output=True, text=True, check=True)
    found = [(path, name) for path, name in json.loads(done.stdout)]
    return [*found, *mapped_copies(directory, parts)]


def mapped_copies(directory: Path, parts: dict[str, Sequence[str]] | dict[str, list[str]]) -> list[tuple[str, str]]:
    """What this process has mapped of files of the directory that were removed."""
    found = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, mode, _, _, _, *name = line.split(maxsplit=5)
        if name and name[0].startswith(str(directory.resolve())) and name[0].endswith(" (deleted)") and "r" in mode:
            start, end = (int(address, 16) for address in place.split("-"))
            content = ctypes.string_at(start, end - start)
            hits = [trace for trace, some in parts.items() if any(bytes.fromhex(part) in content for part in some)]
            found += [(name[0], trace) for trace in hits]
    return found
