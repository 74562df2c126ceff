--- The statements of `replacement`, each under a line that gives its name and its reason.

-- clear: what an embedder had made that is not to take over any more
DELETE FROM next_vectors

-- name_next: whose vectors these are
INSERT INTO settings (name, value) VALUES ('next_embedder', ?1)
ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- unname_next: none is to take over
DELETE FROM settings WHERE name = 'next_embedder'

-- next_embedder: the one that is to take over
SELECT value FROM settings WHERE name = 'next_embedder'

-- amounts: how many blocks have vectors of the next embedder, and how many there are
SELECT (SELECT count(*) FROM next_vectors), (SELECT count(*) FROM blocks)

-- wanting: a page of blocks without vectors of the next embedder, by two walks along primary keys
SELECT id, text FROM blocks WHERE id > ? AND id NOT IN (SELECT block_id FROM next_vectors) ORDER BY id LIMIT ?

-- keep: unless the block was forgotten meanwhile
INSERT OR REPLACE INTO next_vectors (block_id, vectors) SELECT id, ?2 FROM blocks WHERE id = ?1

-- drop_old: what the embedder before had made
DROP TABLE vectors

-- promote: renamed rather than copied, so that whoever waits to write does not wait for long
ALTER TABLE next_vectors RENAME TO vectors

-- begin_anew: empty, for the next change of embedder
CREATE TABLE next_vectors (block_id INTEGER PRIMARY KEY REFERENCES blocks (id), vectors BLOB NOT NULL) STRICT
