"""What a server says of itself when a conversation begins. Imports next to nothing: `greeum mcp` answers with it before
anything else is loaded.
"""

from __future__ import annotations

from typing import NamedTuple

from greeum import __version__

NAME = "greeum"
VERSION = __version__
TITLE = "Greeum: long-term memory"
DESCRIPTION = "Remembers what was said and done, and finds what matters now."


class Offer(NamedTuple):
    """One set of things that a server can offer."""

    instructions: str
    """For the model, at the beginning of a conversation."""
    has_prompts: bool
    """And with them completion of their arguments, and of resources."""


MEMORY = Offer(
    "Long-term memory that outlives this conversation. Before you answer anything that may depend on earlier "
    "conversations (people, preferences, decisions, plans, how something was done), look it up with memory_context "
    "or memory_search. When you learn something worth knowing later, keep it with memory_add: one thing at a time, "
    "in whole sentences that make sense on their own, with who said it (source) and when (at). Correct with "
    "memory_update what turns out otherwise; erase with memory_forget only what somebody wants erased. Use the same "
    "namespace for the same person or project.",
    has_prompts=True,
)
"""The tools of a memory."""

KNOWLEDGE_GRAPH = Offer(
    "A knowledge graph that outlives this conversation: entities with observations about them, and relations "
    "between entities. Look with search_nodes for what is known before you answer, and keep what you learn: "
    "create_entities for people, organisations, events; add_observations for single facts about them; "
    "create_relations, in active voice, for how they relate.",
    has_prompts=False,
)
"""The tools of the MCP project's own memory server, over the same memory."""

OFFERS = {"memory": MEMORY, "knowledge-graph": KNOWLEDGE_GRAPH}
"""Each by the name that `greeum mcp --tools` gives it."""


def offered(name: str, note: str = "") -> Offer:
    """The offer of this name, with a note for the model before its instructions."""
    offer = OFFERS[name]
    return offer._replace(instructions=f"{note} {offer.instructions}") if note else offer
