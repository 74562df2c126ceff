"""Run by the Python of an environment that has an older Greeum: makes a store with all that its library offers.

Says on its last line, as JSON, what it has put there.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

TEXTS = (
    "지난주에 부산으로 이사했다.",
    "The cello lesson is on Thursday.",
    "Quarterly report: up by 4 %.",
    '\u2028 odd 🏠 "text"',
)


def write(folder: Path) -> dict[str, Any]:
    logging.disable(logging.CRITICAL)
    is_later = sys.argv[2].startswith("3")
    database = import_module("greeum.core.database_manager").DatabaseManager(
        connection_string=str(folder / "memory.db")
    )
    blocks = import_module("greeum.core.block_manager").BlockManager(database)
    process = import_module("greeum.text_utils").process_user_input
    for number, text in enumerate(TEXTS):
        told = process(text)
        more = {"slot": "ABC"[number % 3]} if is_later else {}
        blocks.add_block(
            context=text, keywords=told.get("keywords") or [], tags=[f"tag {number}"], embedding=told["embedding"],
            importance=number / 10, metadata={"n": number}, **more,
        )  # fmt: skip
    blocks.update_block_links(2, [{"id": "blk_1", "w": 0.5}, {"id": "blk_1", "w": 0.7}, {"id": "blk_99", "w": 0.9}])
    import_module("greeum.core.ltm_links_cache").LTMLinksCache(database).add_block_links(
        3, [{"id": "0", "weight": 0.4}]
    )
    evolution = import_module("greeum.memory_evolution").MemoryEvolutionManager(database)
    for text in ("The cello lesson is on Friday.", "The cello lesson is on Saturday."):
        evolution.create_memory_revision(1, text, "moved")
    stm = import_module("greeum.core.stm_manager").STMManager(database)
    stm.add_memory("remember the milk" if is_later else {"content": "remember the milk", "speaker": "user"})
    anchors = import_module("greeum.anchors").AnchorManager(folder / "anchors.json")
    anchors.move_anchor("A", "1")
    anchors.pin_anchor("B", "2")
    graph = import_module("greeum.graph.index").GraphIndex()
    graph.upsert_edges("0", [("3", 0.62), ("0", 0.9)])
    graph.save_snapshot(folder / "graph_snapshot.jsonl")
    database.close()
    return {"texts": TEXTS, "is_later": is_later}


if __name__ == "__main__":
    target = Path(sys.argv[1])
    os.chdir(target)
    print("\n" + json.dumps(write(target)))
