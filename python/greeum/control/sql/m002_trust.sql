-- How far what a key writes is trusted. What was written before there was this was trusted in full.
ALTER TABLE keys ADD COLUMN trust REAL NOT NULL DEFAULT 1.0;
