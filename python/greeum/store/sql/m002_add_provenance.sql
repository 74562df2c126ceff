-- When a version was replaced, for questions about the past; what is known of those from before is when the next came.
ALTER TABLE blocks ADD COLUMN superseded_at INTEGER;

UPDATE blocks SET superseded_at = (SELECT next.added_at FROM blocks AS next WHERE next.id = blocks.superseded_by)
WHERE superseded_by IS NOT NULL;

-- By which door a block came, how far that is trusted, and what the door noticed.
ALTER TABLE blocks ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE blocks ADD COLUMN trust REAL NOT NULL DEFAULT 1.0;
ALTER TABLE blocks ADD COLUMN flags TEXT NOT NULL DEFAULT '[]';

-- How often a block was used: counted aside, and written down in batches.
ALTER TABLE blocks ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;
