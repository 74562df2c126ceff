-- Blocks. AUTOINCREMENT, so that an id is never used twice. The long columns come last: SQLite reads a row from the
-- front, and most questions do not want the text.
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    superseded_by INTEGER,
    supersedes INTEGER,
    revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    valid_from INTEGER,
    valid_to INTEGER,
    expires_at INTEGER,
    importance REAL NOT NULL,
    uid TEXT NOT NULL UNIQUE,
    namespace TEXT NOT NULL,
    key TEXT,
    kind TEXT NOT NULL,
    source TEXT,
    tags TEXT NOT NULL,
    metadata TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

-- A key names the newest version alone, so the older ones may keep theirs.
CREATE UNIQUE INDEX blocks_by_key ON blocks (namespace, key) WHERE superseded_by IS NULL AND key IS NOT NULL;

-- Counts the superseded without reading the blocks.
CREATE INDEX blocks_superseded ON blocks (superseded_by) WHERE superseded_by IS NOT NULL;

-- Apart from the blocks, so that reading a text does not drag its vectors along.
CREATE TABLE vectors (
    block_id INTEGER PRIMARY KEY REFERENCES blocks (id),
    vectors BLOB NOT NULL
) STRICT;

CREATE TABLE links (
    source INTEGER NOT NULL REFERENCES blocks (id),
    target INTEGER NOT NULL REFERENCES blocks (id),
    kind TEXT NOT NULL,
    weight REAL NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (source, target, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX links_by_target ON links (target);

CREATE TABLE anchors (
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    block_id INTEGER NOT NULL REFERENCES blocks (id),
    hops INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    moved_at INTEGER NOT NULL,
    PRIMARY KEY (namespace, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX anchors_by_block ON anchors (block_id);

-- Not AUTOINCREMENT: a seq that was rolled back must be given again, or there would be a gap.
CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    operation INTEGER NOT NULL,
    block_id INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO settings (name, value) VALUES
    ('created_at', CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
    ('created_with_sqlite', sqlite_version());
