-- Who added a link, and by which door, as with blocks.
ALTER TABLE links ADD COLUMN origin TEXT NOT NULL DEFAULT '';

-- What one origin wrote is found without reading everything. What the library's own callers write has none.
CREATE INDEX blocks_by_origin ON blocks (origin, added_at) WHERE origin <> '';
CREATE INDEX links_by_origin ON links (origin, added_at) WHERE origin <> '';
