"""Static token vectors in the folder format of model2vec: `tokenizer.json` and `model.safetensors`.

Useful for another language than the shipped table's, still without a neural network: a text's vector is the mean of its
tokens'. The folder's `config.json` is not read: all it could change here is whether vectors are brought to length 1,
and codes always are.
"""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

from greeum.embed import digest
from greeum.embed.extras import require
from greeum.embed.protocol import FloatEmbedder
from greeum.embed.safetensors import open_tensors
from greeum.errors import EmbedderFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    import numpy

    from greeum.embed.protocol import Vector

EXTRA = "model2vec"
TENSORS, TOKENIZER = "model.safetensors", "tokenizer.json"


class Model2VecEmbedder(FloatEmbedder):
    """An Embedder over a model2vec folder. Needs the extra `model2vec`: NumPy and tokenizers.

    Raises EmbedderFailed if the extra is not there or the folder is not of that format.
    """

    texts_per_call = 1_024

    def __init__(self, folder: str) -> None:
        self._np = require("numpy", EXTRA)
        tokenizers = require("tokenizers", EXTRA)
        self.name = f"model2vec {folder}"
        tensors_path, tokenizer_path = Path(folder, TENSORS), Path(folder, TOKENIZER)
        try:
            tensors = open_tensors(tensors_path, self._np)
            text = tokenizer_path.read_text(encoding="utf-8")
            description = json.loads(text)
            self._unknown, tokens = unknown_token(description), token_count(description)
            contents = digest.of_files([(TENSORS, tensors_path), (TOKENIZER, tokenizer_path)])
        except (OSError, ValueError) as error:
            raise EmbedderFailed(f"{self.name}: cannot be loaded: {error}") from error
        self._tokenizer = tokenizers.Tokenizer.from_str(text)
        # A tokenizer saved with padding or truncation would add [PAD] to the means, or drop words.
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._take(tensors, tokens)
        self.dimension = int(self._rows.shape[1])
        self.fingerprint = f"model2vec/{contents}/{self.dimension}"

    def _take(self, tensors: dict[str, numpy.ndarray[Any, Any]], tokens: int) -> None:
        """Keep the tensors that the format names: the rows; if present, each token's row and weight."""
        if "embeddings" not in tensors or tensors["embeddings"].ndim != 2:
            raise EmbedderFailed(f"{self.name}: {TENSORS} has no matrix `embeddings`, only {sorted(tensors)}")
        self._rows = tensors["embeddings"]
        self._mapping, self._weights = tensors.get("mapping"), tensors.get("weights")
        per_token = {"embeddings" if self._mapping is None else "mapping", "weights"} & tensors.keys()
        for name in sorted(per_token):
            if len(tensors[name]) < tokens:
                raise EmbedderFailed(f"{self.name}: {tokens} tokens, and {name} has only {len(tensors[name])} rows")
        if self._mapping is not None and not 0 <= self._mapping.min() <= self._mapping.max() < len(self._rows):
            raise EmbedderFailed(f"{self.name}: mapping names rows that embeddings does not have")

    def embed(self, texts: Sequence[str], *, query: bool) -> Sequence[Vector | None]:
        """The mean of each text's token vectors, question or not; None for a text without a known token."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [self._mean([token for token in encoding.ids if token != self._unknown]) for encoding in encodings]

    def _mean(self, tokens: list[int]) -> Vector | None:
        if not tokens:
            return None
        rows = self._rows[tokens if self._mapping is None else self._mapping[tokens]].astype(self._np.float32)
        if self._weights is not None:
            rows *= self._weights[tokens].reshape(-1, 1)
        mean = rows.mean(axis=0)
        vector: list[float] = mean.tolist()
        return vector if mean.any() else None


def unknown_token(tokenizer: Any) -> int | None:
    """The id of what stands for all that the vocabulary does not hold, if there is one. Raises ValueError."""
    try:
        model = tokenizer["model"]
        if model.get("unk_id") is not None:
            return int(model["unk_id"])
        token = model.get("unk_token")
        return None if token is None else int(model["vocab"][token])
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{TOKENIZER} does not describe a tokenizer") from error


def token_count(tokenizer: Any) -> int:
    """One more than the highest id that the tokenizer can give. Raises ValueError."""
    try:
        vocabulary = tokenizer["model"]["vocab"]
        ids = vocabulary.values() if isinstance(vocabulary, dict) else range(len(vocabulary))
        added = (token["id"] for token in tokenizer.get("added_tokens") or ())
        return 1 + max(chain(ids, added), default=-1)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{TOKENIZER} does not describe a tokenizer") from error
