-- Vectors of the embedder that is to take over, until there are those of every block. Empty at all other times.
CREATE TABLE next_vectors (
    block_id INTEGER PRIMARY KEY REFERENCES blocks (id),
    vectors BLOB NOT NULL
) STRICT;
