-- What equal texts share, so that the same thing is found inside the transaction that would add it. It stands with the block and goes
-- with it. Blocks from before have none: the Index finds those that say the same among them.
ALTER TABLE blocks ADD COLUMN digest INTEGER;

-- Newest versions alone: what was corrected may be said again.
CREATE INDEX blocks_by_digest ON blocks (digest) WHERE superseded_by IS NULL AND digest IS NOT NULL;
