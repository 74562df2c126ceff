--- The statements that erase, each under a line that gives its name and its reason. What is to be erased is first listed
--- in a table of this connection alone, so that no statement is run once for each block.

-- make_doomed: kept in memory, and dropped in the end
CREATE TEMP TABLE doomed (id INTEGER PRIMARY KEY)

-- drop_doomed: a million ids take some ten megabytes
DROP TABLE temp.doomed

-- doom: these blocks (a JSON array of ids) with every version before and after each
WITH RECURSIVE versions (id) AS (
    SELECT id FROM blocks WHERE id IN (SELECT value FROM json_each(?))
    UNION
    SELECT blocks.supersedes FROM versions CROSS JOIN blocks USING (id) WHERE blocks.supersedes IS NOT NULL
    UNION
    SELECT blocks.superseded_by FROM versions CROSS JOIN blocks USING (id) WHERE blocks.superseded_by IS NOT NULL
)
INSERT INTO temp.doomed SELECT id FROM versions

-- doom_forgotten: what the ledger names, and has come back with a backup, and what corrects it
WITH RECURSIVE versions (id) AS (
    SELECT blocks.id FROM blocks CROSS JOIN forgotten ON forgotten.uid_digest = uid_digest(blocks.uid)
    WHERE blocks.id <= forgotten.block_id
    UNION
    SELECT blocks.superseded_by FROM versions CROSS JOIN blocks USING (id) WHERE blocks.superseded_by IS NOT NULL
)
INSERT INTO temp.doomed SELECT id FROM versions

-- doomed_ids: ascending
SELECT id FROM temp.doomed ORDER BY id

-- doomed_amounts: blocks, links and anchors; a link between two of them counts once
SELECT
    (SELECT count(*) FROM temp.doomed CROSS JOIN blocks USING (id) WHERE superseded_by IS NULL),
    (SELECT count(*) FROM temp.doomed CROSS JOIN links ON links.source = doomed.id)
    + (
        SELECT count(*) FROM temp.doomed CROSS JOIN links ON links.target = doomed.id
        WHERE links.source NOT IN (SELECT id FROM temp.doomed)
    ),
    (SELECT count(*) FROM temp.doomed CROSS JOIN anchors ON anchors.block_id = doomed.id)

-- erase_anchors: and which they were, for the log
DELETE FROM anchors WHERE block_id IN (SELECT id FROM temp.doomed) RETURNING namespace, name, block_id

-- erase_links_to: and who has lost one, because a follower must read their links again
DELETE FROM links WHERE target IN (SELECT id FROM temp.doomed) RETURNING source

-- tables_of_blocks: every table that refers to a block, whoever made it, with the column; erased before the blocks are
SELECT tables.name, keys."from" FROM sqlite_schema AS tables, pragma_foreign_key_list(tables.name) AS keys
WHERE tables.type = 'table' AND keys."table" = 'blocks'

-- enter_ledger: a digest of each uid, so that what has it is known again
INSERT INTO forgotten (uid_digest, block_id, certificate)
SELECT uid_digest(blocks.uid), blocks.id, ? FROM temp.doomed CROSS JOIN blocks USING (id) WHERE true
ON CONFLICT (uid_digest) DO UPDATE SET
    block_id = max(block_id, excluded.block_id), certificate = excluded.certificate

-- erase_blocks: after everything that refers to them
DELETE FROM blocks WHERE id IN (SELECT id FROM temp.doomed)

-- log_forgotten: 2 is protocol.FORGOTTEN
INSERT INTO log (operation, block_id) SELECT 2, id FROM temp.doomed ORDER BY id

-- entered: what one certificate has put into the ledger
SELECT uid_digest FROM forgotten WHERE certificate = ? ORDER BY uid_digest

-- newest_certificate: its number and what the next one covers
SELECT number, sha256 FROM certificates ORDER BY number DESC LIMIT 1

-- add_certificate: never changed afterwards
INSERT INTO certificates
    (number, at, origin, asked, blocks, versions, links, anchors, seq, erased, previous, sha256)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- certificates: all of them, in order
SELECT number, at, origin, asked, blocks, versions, links, anchors, seq, erased, previous, sha256
FROM certificates ORDER BY number

-- ledger: what was forgotten after a certificate, for a copy of the ledger elsewhere
SELECT uid_digest, block_id, certificate FROM forgotten WHERE certificate > ? ORDER BY certificate, uid_digest

-- in_ledger: whether this was forgotten once
SELECT 1 FROM forgotten WHERE uid_digest = ?

-- take_ledger: as another copy of the ledger has it
INSERT INTO forgotten (uid_digest, block_id, certificate) VALUES (?, ?, 0)
ON CONFLICT (uid_digest) DO UPDATE SET block_id = max(block_id, excluded.block_id)

-- begin_ids: SQLite makes this row with the first block
INSERT INTO sqlite_sequence (name, seq)
SELECT 'blocks', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'blocks')

-- begin_lineage: what was restored goes its own way from here
UPDATE settings SET value = lower(hex(randomblob(16))) WHERE name = 'lineage'

-- skip_ids: an id that was given once is not given again
UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT max(block_id) FROM forgotten), 0)) WHERE name = 'blocks'
