"""The word leg alone, against tantivy: a million short texts, each query a few words of one of them.

    python -m benches.words make DIR [TEXTS]   writes texts.txt and queries.txt
    python -m benches.words tantivy DIR DEPTH  asks tantivy (needs the package), and prints what that took

`cargo bench -p greeum-core --bench words -- DIR DEPTH` asks the Index the same.
"""

from __future__ import annotations

import sys
from itertools import accumulate
from pathlib import Path
from random import Random
from time import thread_time_ns

VOCABULARY = 100_000
EXPONENT = 1.07
"""Words fall off in frequency as in English: the n-th by n to this power."""

WORDS = (20, 60)
COMMONEST = 30
"""Words that no query asks for: what an engine would call stop words."""

QUERIES = 1_000
QUERY_WORDS = (2, 6)
REPEATS = 3
"""The least of so many rounds counts: the machine is not ours alone."""


def word(rank: int) -> str:
    """A word that no stemmer shortens and no list of stop words has."""
    syllables = []
    while True:
        rank, letter = divmod(rank, 95)
        syllables.append("bcdfghjklmnpqrtvwxz"[letter % 19] + "aeiou"[letter // 19])
        if rank == 0:
            return "q" + "".join(syllables) + "x"


def make(directory: Path, texts: int) -> None:
    """Writes the texts, and the queries."""
    directory.mkdir(parents=True, exist_ok=True)
    random = Random(5)
    vocabulary = [word(rank) for rank in range(VOCABULARY)]
    weights = list(accumulate(1 / (rank + 1) ** EXPONENT for rank in range(VOCABULARY)))
    common = set(vocabulary[:COMMONEST])
    asked = set(random.sample(range(texts), min(texts, QUERIES)))
    queries = []
    with (directory / "texts.txt").open("w") as out:
        for number in range(texts):
            words = random.choices(vocabulary, cum_weights=weights, k=random.randint(*WORDS))
            out.write(" ".join(words) + "\n")
            rare = sorted(set(words) - common)
            if number in asked:
                queries.append(" ".join(random.sample(rare, min(len(rare), random.randint(*QUERY_WORDS)))))
    random.shuffle(queries)
    (directory / "queries.txt").write_text("\n".join(queries) + "\n")


def ask_tantivy(directory: Path, depth: int) -> None:
    """Builds an index in memory, of one segment, without positions, and asks."""
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_text_field("text", stored=False, index_option="freq")
    index = tantivy.Index(schema.build())
    writer = index.writer(heap_size=1_000_000_000, num_threads=1)
    with (directory / "texts.txt").open() as lines:
        for line in lines:
            writer.add_document(tantivy.Document(text=line))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    queries = [index.parse_query(line, ["text"]) for line in (directory / "queries.txt").read_text().splitlines()]
    print(f"tantivy: {searcher.num_docs} texts in {searcher.num_segments} segments")
    rounds = []
    for _ in range(REPEATS):
        times = []
        for query in queries:
            started = thread_time_ns()
            searcher.search(query, limit=depth, count=False)
            times.append((thread_time_ns() - started) / 1e3)
        rounds.append(times)
    times = sorted(min(of_query) for of_query in zip(*rounds, strict=True))
    mean = sum(times) / len(times)
    p50, p95, p99 = (times[len(times) * share // 100] for share in (50, 95, 99))
    print(f"depth {depth}: {1e6 / mean:.0f} queries per CPU second")
    print(f"mean {mean:.0f} us, p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f}")


if __name__ == "__main__":
    action, where, *rest = sys.argv[1:]
    if action == "make":
        make(Path(where), int(rest[0]) if rest else 1_000_000)
    else:
        ask_tantivy(Path(where), int(rest[0]) if rest else 48)
