"""A memory as LangChain's `VectorStore` and `BaseRetriever`, and LangChain's `Embeddings` as a memory's embedder.

| LangChain | Greeum |
| --- | --- |
| document | a block of kind `document` |
| `id` | key; a block that has none is called `#17` |
| `page_content`, `metadata` | text, metadata |
| adding under an id that is there | the block is corrected: `history` shows what it said before |
| `delete` | forget |
| `filter` | a `where` over metadata; `where` itself may be given beside it |
| score | the hit's score: higher is better, and it says nothing across queries |

What else stands in the namespace is found as well: messages, notes, items of other products.
"""

from __future__ import annotations

from math import hypot
from typing import Any
from uuid import uuid4

import greeum
from greeum import inputs
from greeum.embed.protocol import FloatEmbedder
from greeum.errors import InvalidInput
from greeum.integrations.blocks import find_below, forget_all, hits_for, is_over, listed, name_of, put_many, root_of
from greeum.integrations.extras import brought_by
from greeum.integrations.filters import Filter, Grammar
from greeum.limits import K_MAX

with brought_by("langchain"):
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables.config import run_in_executor
    from langchain_core.vectorstores import VectorStore
    from pydantic import Field, SkipValidation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun

    from greeum.inputs import Namespace
    from greeum.integrations.blocks import Entry, Fields
    from greeum.integrations.protocol import AnyMemory
    from greeum.model import Block, Hit

DOCUMENT = "document"
"""The kind of blocks that are added here."""

GRAMMAR = Grammar(
    {f"${name}": name for name in ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "exists")},
    {"$and": "and", "$or": "or", "$not": "not"},
)

BY_VECTOR = "a search goes by words as well as by vectors: search by the query's text"


class LangChainEmbedder(FloatEmbedder):
    """An embedder for `greeum.open` that asks a LangChain `Embeddings` object.

    `model` names the model behind it, so that vectors of two models do not meet in one memory; where the object has a
    `model` or `model_name`, that is taken. It is asked for one vector at once, to learn how many components there are.
    """

    name = "LangChain"

    def __init__(self, embeddings: Embeddings, model: str | None = None) -> None:
        """Raises InvalidInput if the model's name is nowhere to be found."""
        named = model or getattr(embeddings, "model", None) or getattr(embeddings, "model_name", None)
        if not isinstance(named, str):
            raise InvalidInput("model", f"must be given: {type(embeddings).__name__} does not say which model it asks")
        self.embeddings = embeddings
        self.dimension = len(self.embed(["dimension"], query=False)[0])
        self.fingerprint = f"langchain/{inputs.name(named, 'model')}/{self.dimension}"

    def embed(self, texts: Sequence[str], *, query: bool) -> list[list[float]]:
        """One vector for each text. What the provider raises comes through as it is."""
        if query:
            return [self.embeddings.embed_query(text) for text in texts]
        return self.embeddings.embed_documents(list(texts))


class GreeumVectorStore(VectorStore):
    """A vector store in a memory: documents are added at `namespace`, and searched for there and below.

    Vectors are made by the memory's own embedder; to have them made by a LangChain `Embeddings`, open the memory with
    `LangChainEmbedder`. `embedding` is what `max_marginal_relevance_search` compares documents by, and nothing else.
    All methods have their asynchronous twin, which runs in a worker thread.
    """

    def __init__(self, memory: AnyMemory, *, namespace: Namespace = "", embedding: Embeddings | None = None) -> None:
        self.memory = memory
        self._namespace = root_of(memory, namespace)
        self._embeddings = embedding

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings | None = None,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        memory: AnyMemory | None = None,
        path: str | None = None,
        model: str | None = None,
        namespace: Namespace = "",
        **kwargs: Any,
    ) -> GreeumVectorStore:
        """A store with these texts: in a memory that is open, or in the one at `path`, which is made if need be.

        `embedding` makes the vectors of the memory at `path` (`model`: see `LangChainEmbedder`); None leaves that to
        Greeum. A memory that is open has its embedder already, so `embedding` cannot come with it. `kwargs` are those
        of `add_texts`. Close `store.memory` when it was opened here.
        """
        if (memory is None) == (path is None):
            raise InvalidInput("path", "or memory must say where the texts go: give one of them")
        if memory is not None and embedding is not None:
            raise InvalidInput("embedding", "cannot come with a memory: open that with LangChainEmbedder(embedding)")
        if embedding is None and model is not None:
            raise InvalidInput("model", "comes with an embedding")
        embedder = None if embedding is None else LangChainEmbedder(embedding, model)
        opened = greeum.open(path, embedder=embedder) if memory is None else memory
        store = cls(opened, namespace=namespace, embedding=embedding)
        try:
            store.add_texts(texts, metadatas, ids=ids, **kwargs)
        except BaseException:
            if memory is None:
                store.memory.close()
            raise
        return store

    @property
    def embeddings(self) -> Embeddings | None:
        """What compares documents, and in a memory that `from_texts` has opened makes its vectors."""
        return self._embeddings

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: Sequence[str | None] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add texts; their ids. What is there under an id is corrected; a text without one gets one.

        `kwargs` are further fields of a block, the same for all: `source`, `tags`, `importance`, `at`, …
        """
        contents = list(texts)
        names = [name or str(uuid4()) for name in one_each(ids, contents, "ids", lambda: None)]
        entries: dict[str, Entry] = {}
        for name, text, metadata in zip(names, contents, one_each(metadatas, contents, "metadatas", dict), strict=True):
            fields = {"kind": DOCUMENT} | kwargs | {"text": text, "metadata": metadata}
            entries[name] = (self._namespace, name, always(fields))
        put_many(self.memory, list(entries.values()), find_below)
        return names

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Forget the documents with these ids, as far as they are there; without ids all that is at the namespace and
        below, whatever has put it there.
        """
        none_left(kwargs)
        if ids is None:
            forget_all(self.memory, listed(self.memory, namespace=self._namespace))
        else:
            forget_all(self.memory, self._blocks(ids))
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """The documents with these ids, in their order; those that are not there are left out."""
        return [self._document(block) for block in self._blocks(ids) if not is_over(block)]

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """The `k` documents that answer best.

        `filter` is a filter over metadata with `$eq`, `$ne`, `$gt`, `$gte`, `$lt`, `$lte`, `$in`, `$nin`, `$contains`,
        `$exists`, `$and`, `$or`, `$not`; the other options are those of `Memory.search`.
        """
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def similarity_search_with_score(self, query: str, k: int = 4, **kwargs: Any) -> list[tuple[Document, float]]:
        """The same with scores, the highest first."""
        hits = self._hits(query, k, **kwargs)
        return [(self._document(hit.block), hit.score) for hit in hits]

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """The `k` of the best `fetch_k` documents (of the best `k`, if that is more) that answer and differ.

        `lambda_mult` says what counts: at 1 how near a document is to the query, at 0 how far from those that were
        chosen before it. The store's `embedding` tells: it is asked for vectors of the query and of these documents.
        Raises InvalidInput if it has none.
        """
        count, fetched = inputs.count(k, "k", K_MAX), inputs.count(fetch_k, "fetch_k", K_MAX)
        nearness = inputs.share(lambda_mult, "lambda_mult")
        if self._embeddings is None:
            raise InvalidInput("embedding", "must be given to the store, so that it can tell how alike documents are")
        blocks = [hit.block for hit in self._hits(query, max(count, fetched), **kwargs)]
        vectors = self._embeddings.embed_documents([block.text for block in blocks]) if blocks else []
        chosen = varied(self._embeddings.embed_query(query), vectors, count, nearness)
        return [self._document(blocks[place]) for place in chosen]

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        """Not offered: raises NotImplementedError."""
        raise NotImplementedError(BY_VECTOR)

    def max_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Not offered: raises NotImplementedError."""
        raise NotImplementedError(BY_VECTOR)

    def _hits(self, query: str, k: int, *, filter: Any = None, where: Any = None, **options: Any) -> list[Hit]:  # noqa: A002
        filter_ = Filter(filter, GRAMMAR)
        if where is not None:
            filter_.restrict(where)
        return hits_for(self.memory, query, k, filter_, namespace=self._namespace, **options)

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        raise NotImplementedError("scores order the hits of one query: there is no relevance from 0 to 1 in them")

    def _blocks(self, ids: Sequence[str]) -> list[Block]:
        found = (find_below(self.memory, self._namespace, name) for name in dict.fromkeys(ids))
        return [block for block in found if block is not None]

    def _document(self, block: Block) -> Document:
        return Document(id=name_of(self.memory, block), page_content=block.text, metadata=block.metadata)


class GreeumRetriever(BaseRetriever):
    """A retriever over a memory: what is at `namespace` and below, whoever has put it there.

    The options are those of `Memory.search`, and may be given to `invoke` as well. A document's metadata is the
    block's, and its `source`, `at` and `score`, unless the block's own has these names.
    """

    memory: SkipValidation[Any] = Field(repr=False)
    """A local memory, one confined to a namespace, or one elsewhere."""

    namespace: str | tuple[str, ...] = ""
    k: int = 4
    where: dict[str, Any] | None = None
    near: str | int | None = None
    weights: dict[str, float] | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **options: Any
    ) -> list[Document]:
        return self._documents(query, options)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, **options: Any
    ) -> list[Document]:
        return await run_in_executor(None, self._documents, query, options)

    def _documents(self, query: str, options: dict[str, Any]) -> list[Document]:
        standing = {name: getattr(self, name) for name in ("namespace", "k", "where", "near", "weights")}
        return [document(self.memory, hit) for hit in self.memory.search(query, **(standing | options))]


def document(memory: AnyMemory, hit: Hit) -> Document:
    """A hit as a document that says where it is from."""
    block = hit.block
    told = {"source": block.source, "at": block.at_iso, "score": hit.score}
    return Document(id=name_of(memory, block), page_content=block.text, metadata=told | block.metadata)


def always(fields: Fields) -> Callable[[Block | None], Fields]:
    return lambda _: fields


def one_each(values: Sequence[Any] | None, texts: list[str], name: str, default: Callable[[], Any]) -> list[Any]:
    """The values, one for each text. Raises InvalidInput if there are more or fewer."""
    if values is None:
        return [default() for _ in texts]
    if len(values) != len(texts):
        raise InvalidInput(name, f"are {len(values)} for {len(texts)} texts")
    return list(values)


def varied(query: Sequence[float], vectors: Sequence[Sequence[float]], count: int, nearness: float) -> list[int]:
    """The places of the `count` vectors that maximal marginal relevance chooses, one after the other."""
    asked = unit(query)
    units = [unit(vector) for vector in vectors]
    near = [cosine(asked, one) for one in units]
    like = [0.0] * len(units)
    left, chosen = list(range(len(units))), list[int]()
    while left and len(chosen) < count:
        best = max(left, key=lambda place: nearness * near[place] - (1 - nearness) * like[place])
        for place in left:
            again = cosine(units[best], units[place])
            like[place] = max(like[place], again) if chosen else again
        left.remove(best)
        chosen.append(best)
    return chosen


def unit(vector: Sequence[float]) -> list[float]:
    """The vector at length 1; one of zeros, which is near nothing, as it is."""
    length = hypot(*vector)
    return [component / length for component in vector] if length else list(vector)


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def none_left(kwargs: dict[str, Any]) -> None:
    if kwargs:
        raise InvalidInput(next(iter(kwargs)), "is not known here")
