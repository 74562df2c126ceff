"""The options that several commands share, under the library's names."""

from __future__ import annotations

from greeum.cli.options import Option, as_near, as_number, as_object, as_seconds, as_whole_number

NAMESPACE = Option(
    "--namespace", "PATH", "Whose it is, as in acme/alice/chat-1. Finding looks at this and all below it."
)
KEY = Option("--key", "KEY", "Your own name for the thing, unique in its namespace.")
KIND = Option("--kind", "KIND", "message (a turn of a conversation), note, fact, or your own.")
SOURCE = Option("--source", "NAME", "Who or what said it.")
TAG = Option("--tag", "TAG", "A tag; repeat it for more.", field="tags", repeats=True)
IMPORTANCE = Option("--importance", "NUMBER", "How much it matters, from 0 to 1.", read=as_number)
METADATA = Option("--metadata", "JSON", "More about it, as a JSON object.", read=as_object)
AT = Option("--at", "TIME", "When it was said or true, in ISO 8601; without an offset it is of the memory's time zone.")
VALID_FROM = Option("--valid-from", "TIME", "Since when it holds.")
VALID_TO = Option("--valid-to", "TIME", "Until when it holds.")
EXPIRES_AT = Option("--expires-at", "TIME", "When it is to be gone from searches.")
TTL = Option("--ttl", "TIME", "The same, counted from now: in seconds, or as in 30m, 12h, 90d, 2w.", read=as_seconds)
NEAR_WHEN_ADDING = Option(
    "--near", "NAME|ID", "Link it with an anchor's block, or with the block of this id.", read=as_near
)
ON_DUPLICATE = Option(
    "--on-duplicate",
    "POLICY",
    "If its namespace holds one that says the same: return that one, link the two, or keep both.",
)
ON_CONFLICT = Option(
    "--on-conflict", "POLICY", "If it contradicts one: keep both, supersede that one if that is sure, or reject it."
)

BLOCK_FIELDS = (KIND, SOURCE, TAG, IMPORTANCE, METADATA, AT, VALID_FROM, VALID_TO, EXPIRES_AT, TTL)
"""What can be said about a block when it is added, and changed later."""

WHERE = Option(
    "--where",
    "JSON",
    'Only blocks for which a filter holds, as in \'{"source": "alice", "importance": {"gte": 0.5}}\'.',
    read=as_object,
)
NEAR_WHEN_SEARCHING = Option(
    "--near", "NAME|ID", "Prefer what is within reach of an anchor, or of the block of this id.", read=as_near
)
HISTORY = Option("--history", None, "Include versions that were superseded, and what holds no longer or not yet.")
EXPIRED = Option("--expired", None, "What has expired and is not erased yet, and nothing else.")
AS_OF = Option("--as-of", "TIME", "As things stood then: what had been recorded by that time, and held.")
NOW = Option(
    "--now", "TIME", 'From when the query is meant: its "yesterday" is the day before. Default: --as-of, else now'
)
MIN_TRUST = Option(
    "--min-trust",
    "NUMBER",
    "Leave out what was written through an origin that is trusted less: 0 to 1.",
    read=as_number,
)
READ_ONLY = Option("--read-only", None, "Change nothing in the directory, not even the files of the index.")

BLOCK_ID = as_whole_number

SEARCH_OPTIONS = (
    Option("-k", "N", "How many hits at most. Default: 10", read=as_whole_number, elsewhere="--limit --top-k -n"),
    NAMESPACE,
    WHERE,
    NEAR_WHEN_SEARCHING,
    HISTORY,
    AS_OF,
    NOW,
    MIN_TRUST,
    Option("--exact", None, "Score every block, whatever it takes."),
    Option("--weights", "JSON", "How much each kind of evidence counts, as in '{\"words\": 2}'.", read=as_object),
)
"""What can be said of a search, be it made or explained."""

SEARCH = tuple(option.field for option in SEARCH_OPTIONS)
