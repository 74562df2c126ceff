"""Every bound that a caller can meet, in one place, each with its reason.

Imports nothing: the command line pays for this module on every call.
"""

TEXT_BYTES_MAX = 1_048_576
"""A block's text in UTF-8. A memory is a message or a note; a book is many blocks."""

QUERY_BYTES_MAX = 65_536
"""A query in UTF-8: a whole prompt fits, a document does not."""

K_MAX = 1_000
"""Hits one search may ask for: the Index ranks this deep, and no prompt has room for more."""

BATCH_MAX = 10_000
"""Blocks one `add_many` transaction may hold: past this a single commit blocks other writers for seconds."""

PAGE_MAX = 1_000
"""Blocks, namespaces, values or changes that one call may list; those after them follow by cursor or seq."""

PAGE_BYTES_MAX = 16_777_216
"""Text and metadata on one page of blocks: one that would have more ends early, and its cursor leads on."""

ANSWER_BYTES_MAX = 33_554_432
"""JSON that one search, or all of a batch, may come to: it is made as a whole, and copied twice on its way."""

CONTEXT_TOKENS_MAX = 100_000
"""Tokens that one context may take: models read more, but what matters is lost among what does not."""

NAMESPACE_SEGMENTS_MAX = 16
"""Segments of a namespace: org/agent/user/session and room to spare."""

SEGMENT_BYTES_MAX = 256
"""One namespace segment in UTF-8, before percent-encoding."""

NAME_BYTES_MAX = 256
"""A kind, source, tag, key, anchor name or link kind in UTF-8: these are names, and are indexed whole."""

TAGS_MAX = 64
"""Tags of one block."""

METADATA_BYTES_MAX = 65_536
"""A block's metadata as JSON in UTF-8: it is read with every hit."""

METADATA_DEPTH_MAX = 16
"""Levels of nesting in metadata: deeper ones cannot be named in a filter by a person."""

DIMENSION_MAX = 4_096
"""Components of a vector: the largest that a published embedder returns today."""

PATH_BYTES_MAX = 4_096
"""A directory's name in UTF-8: what Linux takes."""

HOPS_MAX = 8
"""Hops a walk from an anchor may take: past this a conversation graph is everything."""

HOPS_OF_BLOCK = 2
"""Hops around a block that is named by its id, where there is no anchor to say."""

TIME_MIN_US = -62_135_596_800_000_000
"""0001-01-01T00:00:00Z in microseconds since 1970: the first moment `datetime` can show."""

TIME_MAX_US = 253_402_300_799_999_999
"""9999-12-31T23:59:59.999999Z: the last one."""

DURATION_S_MAX = 3_155_760_000
"""A duration in seconds: a hundred years."""

BODY_BYTES_MAX = 8_388_608
"""A request's body: one block, whose text JSON may write with six bytes for each of its own, and its metadata."""

BATCH_BODY_BYTES_MAX = 16_777_216
"""The body of a request about several blocks, and one line of an import."""

QUERIES_MAX = 256
"""Queries of one batch over HTTP: enough for their common cost to be next to nothing for each."""

BATCH_HITS_MAX = 25_600
"""Hits that the queries of one batch over HTTP may ask for together, so 100 for each of `QUERIES_MAX`: its answer is
made as a whole, and takes three times its size in memory meanwhile."""

RERANKED_MIN = 50
"""Hits that are given to a caller's own function at least: a search for as many costs no more than one for ten."""

RERANK_BUDGET_MS = 1_000.0
"""Milliseconds that such a function has, unless its caller says otherwise: what people wait for without a thought."""

RERANK_BUDGET_MS_MAX = 600_000
"""Ten minutes: nobody waits longer for an answer."""

SEARCH_BUDGET_MS_MAX = 600_000
"""The same for a search: one that takes as long needs no budget."""

JUDGED_MAX = 100
"""Blocks of which one call of `feedback` says something, on either side: more than anybody looks at."""
