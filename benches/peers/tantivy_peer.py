"""tantivy, a search engine library in Rust, through its Python package. Words alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tantivy

from benches.peers.protocol import ADD, FILTER, SEARCH, Batch, Found, Peer, Step

if TYPE_CHECKING:
    from benches.peers.protocol import Vectors

HEAP_BYTES = 128 << 20
"""For the writer; its default."""


class Tantivy(Peer):
    name = "tantivy"
    package = "tantivy"
    can = frozenset((SEARCH, FILTER, ADD))
    is_durable = True
    about = "default tokenizer; one writer thread; a commit for each batch"

    def __init__(self, directory: str, dimension: int, blocks: int) -> None:
        super().__init__(directory, dimension, blocks)
        schema = tantivy.SchemaBuilder()
        schema.add_integer_field("number", stored=True)
        schema.add_text_field("text", stored=True)
        schema.add_text_field("source", tokenizer_name="raw")
        self._schema = schema.build()
        self._index = tantivy.Index(self._schema, path=directory)
        self._writer = self._index.writer(heap_size=HEAP_BYTES, num_threads=1)
        self._searcher = self._index.searcher()

    def add(self, batch: Batch) -> None:
        for number, block in enumerate(batch.blocks, batch.first):
            self._writer.add_document(tantivy.Document(number=number, text=block["text"], source=block["source"]))
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def ask(self, step: Step, vector: Vectors | None, k: int) -> Found:
        words = tantivy.Query.boolean_query(self._terms(step.text))
        query = words
        if step.kind == FILTER:
            only = tantivy.Query.const_score_query(tantivy.Query.term_query(self._schema, "source", step.source), 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, words), (tantivy.Occur.Must, only)])
        hits = self._searcher.search(query, k, count=False).hits
        documents = [self._searcher.doc(address) for _, address in hits]
        return Found([int(one["number"][0]) for one in documents], [str(one["text"][0]) for one in documents])

    def _terms(self, text: str) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        query, _ = self._index.parse_query_lenient(text, ["text"])
        return [(tantivy.Occur.Should, query)]


PEER = Tantivy
