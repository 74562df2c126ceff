"""What a process of the server asks of the system before it serves."""

from __future__ import annotations

import json
import platform
import sys
from subprocess import run

import pytest

TUNED = """
import gc, json, sys
from greeum.api.process import tune_python

def state():
    return {"threshold": gc.get_threshold()[0], "kept": gc.get_freeze_count(), "interval": sys.getswitchinterval()}

before = state()
tune_python()
print(json.dumps([before, state()]))
"""

FREED = """
import json, sys
from ctypes import CDLL, Structure, c_size_t, c_void_p
from greeum.api.process import MAPPED_BYTES_MIN, keep_heap_together

NAMES = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")

class Info(Structure):
    _fields_ = [(name, c_size_t) for name in NAMES]

library = CDLL(None)
library.mallinfo2.restype = Info
library.malloc.restype, library.malloc.argtypes, library.free.argtypes = c_void_p, [c_size_t], [c_void_p]
if sys.argv[1:] == ["kept"]:
    keep_heap_together()
library.free(library.malloc(128 * MAPPED_BYTES_MIN))  # glibc takes this for a size that comes again
before = library.mallinfo2().hblkhd
library.malloc(64 * MAPPED_BYTES_MIN)
print(json.dumps({"mapped": library.mallinfo2().hblkhd - before >= 64 * MAPPED_BYTES_MIN}))
"""


def is_mapped(*arguments: str) -> bool:
    """Whether a large piece of memory is mapped by itself though a larger one was freed before."""
    done = run([sys.executable, "-c", FREED, *arguments], capture_output=True, text=True, check=True)
    found: bool = json.loads(done.stdout)["mapped"]
    return found


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that keeps what was freed")
def test_large_pieces_of_memory_go_back_as_they_are_freed() -> None:
    assert is_mapped("kept")
    assert not is_mapped(), "glibc does so by itself: the call is needed no more"


def test_garbage_is_looked_for_less_often_and_threads_take_turns_sooner() -> None:
    done = run([sys.executable, "-c", TUNED], capture_output=True, text=True, check=True)
    before, after = json.loads(done.stdout)
    assert after["threshold"] > before["threshold"]
    assert after["kept"] > 1_000 > before["kept"], "what was loaded is gone through no more"
    assert after["interval"] < before["interval"]
