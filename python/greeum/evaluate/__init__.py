"""Retrieval evaluation of a memory through its public face: what `make(blocks)` is given is remembered, `retrieve`
searches it.

The contract is that of common evaluation scripts: a block has `id`, `text`, `speaker`, `timestamp`, `session` and
`conversation`; `retrieve(query, k)` returns ids, best first. `greeum eval` is the command around it: sets of questions
whose answers are known, what was found, and how much each kind of evidence adds.
"""

from __future__ import annotations

from greeum.evaluate.remembered import make, text_of

__all__ = ["make", "text_of"]
