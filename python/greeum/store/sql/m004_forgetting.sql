-- Which memory this is, for its backups; and in which of its lives, since a restored one goes on from an earlier state.
INSERT INTO settings (name, value) VALUES
    ('memory_id', lower(hex(randomblob(16)))),
    ('lineage', lower(hex(randomblob(16)))),
    -- What filters are told by in certificates: a digest with it cannot be guessed by whoever has the certificate alone.
    ('certificate_key', lower(hex(randomblob(32))));

-- What was forgotten, by whom and when, and never what it said. Each row's sha256 covers the one before.
CREATE TABLE certificates (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    origin TEXT NOT NULL,
    asked TEXT NOT NULL,
    blocks INTEGER NOT NULL,
    versions INTEGER NOT NULL,
    links INTEGER NOT NULL,
    anchors INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    erased TEXT NOT NULL,
    previous TEXT NOT NULL,
    sha256 TEXT NOT NULL
) STRICT;

-- The ledger: whose uid has this digest, and has an id up to this one, was forgotten and stays so. The ids of blocks
-- are kept here on purpose, as in the log; there is no reference, since there is no block.
CREATE TABLE forgotten (
    uid_digest BLOB PRIMARY KEY,
    block_id INTEGER NOT NULL,
    certificate INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX forgotten_by_certificate ON forgotten (certificate);
