--- Statements about who wrote what, each under a line that gives its name and its reason.
--- $block stands for the columns of a BlockRow, in order. '0' is the character after '/'.

-- written_by: the blocks of an origin, and of those below it; the plain range is for the partial index, which no OR is looked up in
SELECT id, namespace FROM blocks
WHERE origin <> '' AND origin >= ?1 AND origin < ?1 || '0' AND (origin = ?1 OR origin > ?1 || '/') AND added_at >= ?2
ORDER BY id

-- links_by: the links of an origin, with the namespaces of the blocks at their ends
SELECT links.source, target, links.kind, weight, links.added_at, links.origin, ends.namespace, begins.namespace
FROM links CROSS JOIN blocks AS begins ON begins.id = links.source CROSS JOIN blocks AS ends ON ends.id = links.target
WHERE links.origin <> '' AND links.origin >= ?1 AND links.origin < ?1 || '0'
    AND (links.origin = ?1 OR links.origin > ?1 || '/') AND links.added_at >= ?2
ORDER BY links.source, target, links.kind

-- put_flags: what is noticed, or decided, about a block
UPDATE blocks SET flags = ? WHERE id = ?

-- repair_block: its place among its versions
UPDATE blocks SET key = ?, supersedes = ?, superseded_by = ?, superseded_at = ?, flags = ? WHERE id = ?

-- anchors_to: those that point to a block
SELECT namespace, name, block_id, hops, pinned, moved_at FROM anchors WHERE block_id = ?

-- give_links_from: one that is there already stays as it is
UPDATE OR IGNORE links SET source = ?1 WHERE source = ?2 AND target <> ?1

-- give_links_to: and who is, because a follower must read their links again
UPDATE OR IGNORE links SET target = ?1 WHERE target = ?2 AND source <> ?1 RETURNING source

-- drop_links_from: what was not given away
DELETE FROM links WHERE source = ?

-- drop_links_to: and who has lost one
DELETE FROM links WHERE target = ? RETURNING source
