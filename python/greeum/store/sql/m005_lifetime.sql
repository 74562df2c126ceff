-- How long what is kept: a rule for a namespace and all below it, and for one kind ('' is every kind). What is NULL is
-- without bound.
CREATE TABLE retention (
    namespace TEXT NOT NULL,
    kind TEXT NOT NULL,
    max_age_us INTEGER,
    max_blocks INTEGER,
    set_at INTEGER NOT NULL,
    PRIMARY KEY (namespace, kind)
) STRICT, WITHOUT ROWID;

-- What expires is found without reading what does not.
CREATE INDEX blocks_expiring ON blocks (expires_at) WHERE expires_at IS NOT NULL AND superseded_by IS NULL;
