"""Any server with OpenAI's `/embeddings`: OpenAI itself, Ollama, vLLM, TEI, LM Studio, llama.cpp.

Useful when the model runs elsewhere, on another machine's accelerator or as somebody's service. What is added and what
is asked goes over the network, to the address that was named and to no other.
"""

from __future__ import annotations

from math import isfinite

from greeum.embed import digest
from greeum.embed.endpoint import Endpoint
from greeum.embed.protocol import FloatEmbedder
from greeum.errors import EmbedderFailed, InvalidInput
from greeum.limits import DIMENSION_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PATH = "/embeddings"

PROBE = "dimension"
"""Embedded once to see how long vectors are, where that is not said."""


class OpenAICompatibleEmbedder(FloatEmbedder):
    """An Embedder over HTTP. `base_url` ends where `/embeddings` begins, as in http://127.0.0.1:11434/v1, or with it.

    `dimension` is how many components the model's vectors have; without it, and without `dimensions`, one request finds
    out. `dimensions` asks the server to shorten them (OpenAI's field of that name; not every model can). `query_prefix`
    and `passage_prefix` go before each text, for models that were trained so ("query: ", "passage: "). `batch_size` is
    the texts of one request: 32 is what the strictest of these servers takes unless told otherwise.

    Raises InvalidInput for arguments that cannot be used, EmbedderFailed if the probe has no answer. The fingerprint
    holds the model's name and not the address: the same model may move to another server.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str | None = None,
        dimension: int | None = None,
        dimensions: int | None = None,
        query_prefix: str = "",
        passage_prefix: str = "",
        batch_size: int = 32,
        timeout_s: float = 30.0,
        retries: int = 3,
    ) -> None:
        if batch_size < 1:
            raise InvalidInput("batch_size", f"is {batch_size}; a request needs at least 1 text")
        if dimension is not None and dimensions is not None and dimension != dimensions:
            raise InvalidInput("dimension", f"is {dimension}, and dimensions asks for {dimensions}: name one of them")
        self.texts_per_call = batch_size
        self._model = model
        self._prefixes = {True: query_prefix, False: passage_prefix}
        self._shortened = {} if dimensions is None else {"dimensions": dimensions}
        self._endpoint = Endpoint(url_of(base_url), key=api_key, timeout_s=timeout_s, retries=retries)
        self.name = f"{model} at {self._endpoint.url}"
        given = dimension if dimensions is None else dimensions
        self.dimension = self._checked_dimension(self._probe() if given is None else given)
        prefixes = f"/{digest.of_strings(query_prefix, passage_prefix)}" if query_prefix or passage_prefix else ""
        self.fingerprint = f"openai-compatible/{model}/{self.dimension}{prefixes}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._endpoint.url!r}, {self._model!r}, dimension={self.dimension})"

    def embed(self, texts: Sequence[str], *, query: bool) -> Sequence[Sequence[float]]:
        """One request, tried again while that makes sense."""
        vectors = self._ask([self._prefixes[query] + text for text in texts])
        for vector in vectors:
            if len(vector) != self.dimension:
                raise EmbedderFailed(f"{self.name}: expected {self.dimension} components, got {len(vector)}")
        return vectors

    def _probe(self) -> int:
        return len(self._ask([PROBE])[0])

    def _checked_dimension(self, dimension: int) -> int:
        if not 1 <= dimension <= DIMENSION_MAX:
            raise InvalidInput("dimension", f"is {dimension}; {self._model} must make 1 to {DIMENSION_MAX} components")
        return dimension

    def _ask(self, inputs: list[str]) -> list[list[float]]:
        reply = self._endpoint.post({"model": self._model, "input": inputs, **self._shortened})
        try:
            return vectors_of(reply, len(inputs))
        except ValueError as error:
            raise EmbedderFailed(f"{self.name}: asked for {len(inputs)} vectors, got {error}") from error


def url_of(base_url: str) -> str:
    """Where texts are sent. Some servers' pages name the whole of it, and some what stands before."""
    return base_url.rstrip("/").removesuffix(PATH) + PATH


def vectors_of(reply: object, count: int) -> list[list[float]]:
    """The vectors of a reply, in the order of the texts. Raises ValueError with what was there instead."""
    entries = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("an answer without a list of objects in `data`")
    if len(entries) != count:
        raise ValueError(str(len(entries)))
    indices = [entry.get("index") for entry in entries]
    if not all(type(index) is float for index in indices) or set(indices) != set(range(count)):
        raise ValueError(f"{count} whose `index` is not each of 0 to {count - 1} once")
    by_index = {entry["index"]: entry.get("embedding") for entry in entries}
    return [numbers(by_index[index], index) for index in range(count)]


def numbers(embedding: object, index: int) -> list[float]:
    """The embedding, if that is a list of finite numbers. Raises ValueError."""
    if not isinstance(embedding, list) or not all(type(component) is float for component in embedding):
        raise ValueError(f"an embedding {index} that is no list of numbers")
    bad = next((at for at, component in enumerate(embedding) if not isfinite(component)), None)
    if bad is not None:
        raise ValueError(f"an embedding {index} whose component {bad} is {embedding[bad]}")
    return embedding
