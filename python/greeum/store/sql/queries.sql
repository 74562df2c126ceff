--- Every statement that asks or changes something, each under a line that gives its name and its reason.
--- $block stands for the columns of a BlockRow, in order.

-- newest_seq: asked before every search; the end of one B-tree
SELECT max(seq) FROM log

-- change_log: what a follower reads to catch up
SELECT seq, operation, block_id FROM log WHERE seq > ? ORDER BY seq LIMIT ?

-- block: one row by id
SELECT $block FROM blocks WHERE id = ?

-- blocks: rows by id, in the order of a JSON array of ids; as of one moment, since it is one statement
SELECT $block FROM (SELECT value AS wanted FROM json_each(?)) CROSS JOIN blocks ON id = wanted

-- entries: what the Index folds, the text and the vectors in one go
SELECT $block, vectors
FROM (SELECT value AS wanted FROM json_each(?)) CROSS JOIN blocks ON id = wanted CROSS JOIN vectors ON block_id = id

-- block_exists: an end of a link, or the goal of an anchor
SELECT 1 FROM blocks WHERE id = ?

-- block_by_key: the head of the chain, straight from the partial index
SELECT $block FROM blocks WHERE namespace = ? AND key = ? AND superseded_by IS NULL

-- free_key: of each version of a block that has expired, so that another may have it
UPDATE blocks SET key = NULL WHERE id = ?

-- blocks_by_digest: those that may say the same, newest first; a digest is no proof, so that the text is compared too
SELECT $block FROM blocks WHERE digest = ? AND superseded_by IS NULL ORDER BY id DESC LIMIT 8

-- policies: a handful of settings
SELECT substr(name, 8), value FROM settings WHERE name >= 'policy/' AND name < 'policy0'

-- newest: asked before every search and add; the end of one B-tree and a row by its key, in one turn, which costs more than both
SELECT max(seq), (SELECT value FROM settings WHERE name = 'weights') FROM log

-- count_settings_change: of weights, policies and the time zone, so that every process sees it; its name is that of the first it was for
INSERT INTO settings (name, value) VALUES ('weights', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1

-- weights: what is kept for every namespace; '0' is the character after '/'
SELECT substr(name, 9), value FROM settings WHERE name >= 'weights/' AND name < 'weights0'

-- weights_below: for a namespace and those below it, in whole segments
SELECT substr(name, 9), value FROM settings
WHERE name = 'weights/' || ?1 OR (name > 'weights/' || ?1 || '/' AND name < 'weights/' || ?1 || '0')

-- block_by_uid: whose uid it is that was taken
SELECT id FROM blocks WHERE uid = ?

-- block_ids: a page of ids, for a follower that starts from the rows
SELECT id FROM blocks WHERE id > ? ORDER BY id LIMIT ?

-- history: a whole chain from any of its versions; a version always has a higher id than the one before
WITH RECURSIVE
    older (id, before) AS (
        SELECT id, supersedes FROM blocks WHERE id = ?1
        UNION ALL
        SELECT blocks.id, blocks.supersedes FROM older JOIN blocks ON blocks.id = older.before
    ),
    newer (id, after) AS (
        SELECT id, superseded_by FROM blocks WHERE id = ?1
        UNION ALL
        SELECT blocks.id, blocks.superseded_by FROM newer JOIN blocks ON blocks.id = newer.after
    )
SELECT $block FROM blocks WHERE id IN (SELECT id FROM older UNION SELECT id FROM newer) ORDER BY id

-- links_from: the primary key begins with the source
SELECT source, target, kind, weight, added_at, origin FROM links WHERE source = ? ORDER BY target, kind

-- link_exists: a new one is counted, one that is there is not
SELECT 1 FROM links WHERE source = ? AND target = ? AND kind = ?

-- links_to: the other direction, by the index on the target
SELECT source, target, kind, weight, added_at, origin FROM links WHERE target = ? ORDER BY source, kind

-- anchor: one by name
SELECT namespace, name, block_id, hops, pinned, moved_at FROM anchors WHERE namespace = ? AND name = ?

-- anchors: all of them, for the root
SELECT namespace, name, block_id, hops, pinned, moved_at FROM anchors ORDER BY namespace, name

-- anchors_below: whole segments only; '0' is the character after '/', so acme/a does not match acme/ab
SELECT namespace, name, block_id, hops, pinned, moved_at FROM anchors
WHERE namespace = ?1 OR (namespace > ?1 || '/' AND namespace < ?1 || '0') ORDER BY namespace, name

-- tally_kind: how many of these blocks (a JSON array of ids) are of each kind
SELECT kind, count(*) FROM blocks WHERE id IN (SELECT value FROM json_each(?)) GROUP BY kind

-- tally_namespace: in exactly that one, as far as these blocks go
SELECT namespace, count(*) FROM blocks WHERE id IN (SELECT value FROM json_each(?)) GROUP BY namespace

-- tally_source: those that have none are not counted
SELECT source, count(*) FROM blocks
WHERE id IN (SELECT value FROM json_each(?)) AND source IS NOT NULL GROUP BY source

-- tally_tags: a block has each of its tags once
SELECT tag.value, count(*) FROM blocks, json_each(blocks.tags) AS tag
WHERE blocks.id IN (SELECT value FROM json_each(?)) GROUP BY tag.value

-- counts: each from the smallest B-tree that has the answer
SELECT
    (SELECT count(*) FROM blocks),
    (SELECT count(*) FROM blocks WHERE superseded_by IS NOT NULL),
    (SELECT count(*) FROM links),
    (SELECT count(*) FROM anchors)

-- setting: a fact about the store itself
SELECT value FROM settings WHERE name = ?

-- put_setting: set it, whether or not it was there
INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- remove_setting: it no longer holds
DELETE FROM settings WHERE name = ?

-- last_block_id: the highest id ever given, even if that block was forgotten
SELECT seq FROM sqlite_sequence WHERE name = 'blocks'

-- log_change: takes the next seq
INSERT INTO log (operation, block_id) VALUES (?, ?)

-- add_block: a row as it was planned, with its id
INSERT INTO blocks ($block, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- add_vectors: the codes of its passages
INSERT INTO vectors (block_id, vectors) VALUES (?, ?)

-- mark_superseded: before the new head is added, or two heads would hold the key
UPDATE blocks SET superseded_by = ?, superseded_at = ? WHERE id = ?

-- revise_block: every column that can be revised, whether or not it was, so that there is one statement for all
UPDATE blocks SET
    kind = ?, source = ?, tags = ?, importance = ?, metadata = ?, at = ?, valid_from = ?, valid_to = ?, expires_at = ?,
    revision = ?, flags = ?
WHERE id = ?

-- put_link: a link that is there keeps the time at which it was added, and its origin
INSERT INTO links (source, target, kind, weight, added_at, origin) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (source, target, kind) DO UPDATE SET weight = excluded.weight
RETURNING source, target, kind, weight, added_at, origin

-- remove_link: and whether there was one
DELETE FROM links WHERE source = ? AND target = ? AND kind = ? RETURNING source

-- put_anchor: set it, whether or not it was there
INSERT INTO anchors (namespace, name, block_id, hops, pinned, moved_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (namespace, name) DO UPDATE SET
    block_id = excluded.block_id, hops = excluded.hops, pinned = excluded.pinned, moved_at = excluded.moved_at

-- move_anchors: from a superseded block to its successor, pinned ones too, for it is the same thing
UPDATE anchors SET block_id = ?, moved_at = ? WHERE block_id = ? RETURNING block_id

-- move_links_from: what a block is linked with, its correction is linked with; a link of its own to the same gives way
UPDATE OR REPLACE links SET source = ? WHERE source = ? RETURNING target

-- move_links_to: and who is, because a follower must read their links again; the correction itself may be near what it corrects
UPDATE OR REPLACE links SET target = ?1 WHERE target = ?2 AND source <> ?1 RETURNING source

-- pin_anchor: and the block it points to, for the log
UPDATE anchors SET pinned = ? WHERE namespace = ? AND name = ? RETURNING namespace, name, block_id, hops, pinned, moved_at

-- remove_anchor: and the block it pointed to, for the log
DELETE FROM anchors WHERE namespace = ? AND name = ? RETURNING block_id

-- integrity_check: for the doctor; reads the whole file
PRAGMA integrity_check(20)
