--- What maintenance and repairs ask and do, in the manner of queries.sql.

-- expired: the newest versions of what has expired, the longest ago first
SELECT id FROM blocks WHERE expires_at <= ? AND superseded_by IS NULL ORDER BY expires_at, id LIMIT ?

-- count_expired: the same, counted
SELECT count(*) FROM blocks WHERE expires_at <= ? AND superseded_by IS NULL

-- retention: every rule
SELECT namespace, kind, max_age_us, max_blocks, set_at FROM retention ORDER BY namespace, kind

-- put_retention: set it, whether or not it was there
INSERT INTO retention (namespace, kind, max_age_us, max_blocks, set_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (namespace, kind) DO UPDATE SET
    max_age_us = excluded.max_age_us, max_blocks = excluded.max_blocks, set_at = excluded.set_at

-- remove_retention: and whether it was there
DELETE FROM retention WHERE namespace = ? AND kind = ? RETURNING namespace

-- outlived: what the rule for namespace ?1 and kind ?2 has the say over, and is older than ?3 or not among the newest ?4
SELECT id, revision FROM (
    SELECT id, revision, added_at, row_number() OVER (ORDER BY added_at DESC, id DESC) AS place FROM blocks
    WHERE superseded_by IS NULL
        AND (?1 = '' OR namespace = ?1 OR (namespace > ?1 || '/' AND namespace < ?1 || '0'))
        AND (?2 = '' OR kind = ?2)
        AND NOT EXISTS (
            SELECT 1 FROM retention AS closer
            WHERE (length(closer.namespace) > length(?1) OR (closer.namespace = ?1 AND ?2 = '' AND closer.kind <> ''))
                AND (closer.kind = '' OR closer.kind = blocks.kind)
                AND (
                    closer.namespace = '' OR closer.namespace = blocks.namespace
                    OR substr(blocks.namespace, 1, length(closer.namespace) + 1) = closer.namespace || '/'
                )
        )
)
WHERE added_at < ?3 OR place > ?4 ORDER BY added_at, id

-- unchanged: whether a block is the newest version still, and as it was when it was looked at
SELECT id FROM blocks WHERE id = ? AND revision = ? AND superseded_by IS NULL

-- count_use: and whether it is there
UPDATE blocks SET uses = uses + ? WHERE id = ? RETURNING id

-- cut_log: what lies before the newest so many changes, some at a time
DELETE FROM log WHERE seq < min((SELECT max(seq) FROM log) - ?1 + 1, (SELECT min(seq) FROM log) + ?2)

-- cut_log_before: what lies before a gap can be followed by nobody
DELETE FROM log WHERE seq < ? RETURNING seq

-- log_length: how many changes it holds, told by its two ends
SELECT coalesce((SELECT max(seq) FROM log) - (SELECT min(seq) FROM log) + 1, 0)

-- free_pages: pages that hold nothing, the others, how large one is, and whether they can be given back (2)
SELECT freelist_count, page_count - freelist_count, page_size, auto_vacuum
FROM pragma_freelist_count, pragma_page_count, pragma_page_size, pragma_auto_vacuum

-- newest_block: the highest id there is
SELECT coalesce(max(id), 0) FROM blocks

-- reindex: every index of the database anew, out of the tables
REINDEX

-- flaw_links: links of which an end is not there, or that lead to where they begin
SELECT source, target, kind FROM links
WHERE source = target OR source NOT IN (SELECT id FROM blocks) OR target NOT IN (SELECT id FROM blocks)

-- flaw_vectors: vectors of no block
SELECT block_id FROM vectors WHERE block_id NOT IN (SELECT id FROM blocks)

-- flaw_anchors: anchors that point to no block
SELECT block_id, namespace, name FROM anchors WHERE block_id NOT IN (SELECT id FROM blocks)

-- flaw_successors: blocks whose newer version is not there, and whose key nobody else has
SELECT id FROM blocks AS old
WHERE superseded_by IS NOT NULL AND superseded_by NOT IN (SELECT id FROM blocks) AND NOT EXISTS (
    SELECT 1 FROM blocks AS head
    WHERE head.namespace = old.namespace AND head.key = old.key AND (head.superseded_by IS NULL OR (
        head.id <> old.id AND head.superseded_by NOT IN (SELECT id FROM blocks)
    ))
) AND NOT EXISTS (SELECT 1 FROM blocks AS newer WHERE newer.supersedes = old.id)

-- flaw_predecessors: blocks whose older version is not there
SELECT id FROM blocks WHERE supersedes IS NOT NULL AND supersedes NOT IN (SELECT id FROM blocks)

-- flaw_heads: blocks that do not say that they are superseded, by the one that says it supersedes them
SELECT old.id, min(newer.id) FROM blocks AS newer JOIN blocks AS old ON old.id = newer.supersedes
WHERE old.superseded_by IS NULL GROUP BY old.id HAVING count(*) = 1 AND min(newer.id) > old.id

-- flaw_chains: blocks whose versions contradict each other, whatever may be the right ones
SELECT old.id FROM blocks AS old LEFT JOIN blocks AS newer ON newer.id = old.superseded_by
WHERE old.superseded_by IS NOT NULL AND (newer.id IS NULL OR newer.id <= old.id OR newer.supersedes IS NOT old.id)
UNION
SELECT newer.id FROM blocks AS newer JOIN blocks AS old ON old.id = newer.supersedes
WHERE old.superseded_by IS NOT newer.id

-- flaw_bare: blocks without vectors
SELECT id FROM blocks WHERE id NOT IN (SELECT block_id FROM vectors)

-- odd_vectors: blocks whose vectors are not of this size each, or none
SELECT block_id FROM vectors WHERE length(vectors) = 0 OR length(vectors) % ? <> 0

-- flaw_log: where the newest stretch of changes without a gap begins, if it is not where the log begins
SELECT begins FROM (
    SELECT max(seq) AS begins FROM log AS change WHERE NOT EXISTS (SELECT 1 FROM log WHERE seq = change.seq - 1)
) WHERE begins > (SELECT min(seq) FROM log)

-- flaw_counter: the highest id that was used, if the counter of ids has not reached it
SELECT used FROM (
    SELECT max(coalesce((SELECT max(id) FROM blocks), 0), coalesce((SELECT max(block_id) FROM log), 0)) AS used
) WHERE used > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'blocks'), 0)

-- mend_link: one
DELETE FROM links WHERE source = ? AND target = ? AND kind = ?

-- mend_anchor: one
DELETE FROM anchors WHERE block_id = ? AND namespace = ? AND name = ?

-- mend_successor: it is the newest version that there is
UPDATE blocks SET superseded_by = NULL, superseded_at = NULL WHERE id = ?

-- mend_predecessor: it is the oldest version that there is
UPDATE blocks SET supersedes = NULL WHERE id = ?

-- mend_head: it is superseded, as the newer one says
UPDATE blocks SET superseded_by = ?1, superseded_at = (SELECT added_at FROM blocks WHERE id = ?1) WHERE id = ?2

-- mend_vectors: made anew
INSERT INTO vectors (block_id, vectors) VALUES (?, ?) ON CONFLICT (block_id) DO UPDATE SET vectors = excluded.vectors

-- forget_counter: or there would be two
DELETE FROM sqlite_sequence WHERE name = 'blocks'

-- mend_counter: so that no id is used again
INSERT INTO sqlite_sequence (name, seq) VALUES ('blocks', ?)

-- erase_vectors: those of a block that is not there
DELETE FROM vectors WHERE block_id = ?
