"""A memory confined to one namespace, for those who may know of nothing else: an end user of an application, say.

What lies outside is as if it did not exist: a block's id from there is one that is not here, whatever is done with it.

memory.py    Rooted
methods.py   how the methods of Memory become those of Rooted
root.py      what lies within
anchors.py   parts of it, as policies.py and weights.py
"""

from __future__ import annotations

from greeum.rooted.memory import Rooted

__all__ = ["Rooted"]
