"""A transformer that was exported to ONNX, as Optimum and sentence-transformers leave it in a folder: `model.onnx` and
`tokenizer.json`. Run by onnxruntime, in a tenth of the space of torch.

What a model's vectors are made of (pooling, prompts, how much of a text it reads) is read from the folder too:
`model_folder`.
"""

from __future__ import annotations

from itertools import chain, repeat

from greeum.embed import digest
from greeum.embed.extras import require
from greeum.embed.model_folder import PROMPTS, TOKENIZER, ModelFolder
from greeum.embed.pooling import POOLINGS, pooled
from greeum.embed.protocol import FloatEmbedder
from greeum.errors import EmbedderFailed, InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any, TypeAlias

    import numpy

    from greeum.embed.protocol import Vector

    Array: TypeAlias = numpy.ndarray[Any, Any]

EXTRA = "onnx"

WHOLE = "sentence_embedding"
"""The output that is a text's vector already, in exports that hold the pooling too."""

EACH_TOKEN = ("token_embeddings", "last_hidden_state")
"""The outputs that have a vector for each token, by the names that exporters give them."""

INPUTS = ("input_ids", "attention_mask", "token_type_ids", "position_ids")
"""What models of text are given, as far as it can be told from a text's tokens."""

INTEGERS = {"tensor(int64)": "int64", "tensor(int32)": "int32"}
"""The types of token ids, as onnxruntime and NumPy call them."""

PROMPT_NAMES = tuple(chain.from_iterable(PROMPTS.values()))

QUIET = 3
"""What onnxruntime writes to stderr by itself: errors, and not that a model might be smaller."""

UNTYPED = Exception
"""What tokenizers raises: it has no class of its own."""

PROBE = "dimension"
"""Embedded once to see how long vectors are."""


class OnnxEmbedder(FloatEmbedder):
    """An Embedder over a folder with an ONNX model. Needs the extra `onnx`: onnxruntime, tokenizers and NumPy.

    `file` names the model within the folder (default: `model.onnx`, else `onnx/model.onnx`), as in
    "onnx/model_quantized.onnx". What the folder does not say, or says otherwise than you want, arguments say: `pooling`
    ("mean", "cls", "max", "lasttoken" or "weightedmean"), `max_tokens` of a text that are read, and `prompts` before a
    text, as {"query": "query: ", "document": "passage: "}. `batch_size` texts go through the model together, on
    `threads` (default: one for each core). `providers` are onnxruntime's, in the order of preference, as in
    ["CUDAExecutionProvider", "CPUExecutionProvider"].

    Raises InvalidInput for arguments that cannot be used, EmbedderFailed if the extra is not there, something is
    missing in the folder, or it holds what cannot be run here.
    """

    texts_per_call = 1_024

    def __init__(
        self,
        folder: str,
        *,
        file: str | None = None,
        pooling: str | None = None,
        max_tokens: int | None = None,
        prompts: Mapping[str, str] | None = None,
        batch_size: int = 32,
        threads: int | None = None,
        providers: Sequence[str] = ("CPUExecutionProvider",),
    ) -> None:
        for field, number in (("batch_size", batch_size), ("max_tokens", max_tokens), ("threads", threads)):
            if number is not None and number < 1:
                raise InvalidInput(field, f"is {number}; it has to be 1 or more")
        if pooling is not None and pooling not in POOLINGS:
            raise InvalidInput("pooling", f"is {pooling!r}; there are {', '.join(POOLINGS)}")
        if strange := (prompts or {}).keys() - PROMPT_NAMES:
            raise InvalidInput("prompts", f"has {', '.join(sorted(strange))}; there are {', '.join(PROMPT_NAMES)}")
        self._np = require("numpy", EXTRA)
        self._runtime = require("onnxruntime", EXTRA)
        self._failures = failures_of(require("onnxruntime.capi.onnxruntime_pybind11_state", EXTRA))
        self._tokenizers = require("tokenizers", EXTRA)
        self.name = f"onnx {folder}"
        self._batch_size = batch_size
        try:
            described = ModelFolder(folder, file)
            self._session = self._open(described.model, threads, providers)
            self._inputs, self._output = self._inputs_in(), self._output_in(pooling is not None)
            self._pooling = WHOLE if self._output in self._wholes() else pooling or described.pooling()
            self._prompts = described.prompts(prompts)
            self._is_lower, self._padding_id = described.is_lower, described.padding_id
            most = max_tokens or described.max_tokens
            self._tokenizer = self._tokenizer_in(described.tokenizer, most)
            contents = digest.of_files(described.files)
        except (OSError, ValueError) as error:
            raise EmbedderFailed(f"{self.name}: cannot be loaded: {error}") from error
        self.dimension = self._components()
        settings = digest.of_strings(
            contents, self._output, self._pooling, str(most), str(self._is_lower), *self._prompts.values()
        )
        self.fingerprint = f"onnx/{settings}/{self.dimension}"

    def embed(self, texts: Sequence[str], *, query: bool) -> Sequence[Vector | None]:
        """What the model says of each text, with the prompt it has for a question or a passage before it; None for a
        text of which the tokenizer knows nothing.
        """
        return self._vectors(texts, self._prompts["query" if query else "document"])

    def _components(self) -> int:
        (probed,) = self._vectors([PROBE], "")
        if probed is None:
            raise EmbedderFailed(f"{self.name}: {TOKENIZER} knows no letter of {PROBE!r}")
        return len(probed)

    def _vectors(self, texts: Sequence[str], prompt: str) -> list[Vector | None]:
        """In batches of texts of like length, so that little is computed for what only fills up the shorter ones."""
        written = [prompt + (text.lower() if self._is_lower else text) for text in texts]
        tokens = self._tokenizer.encode_batch(written)
        known = (number for number, encoding in enumerate(tokens) if encoding.ids)
        order = sorted(known, key=lambda number: len(tokens[number].ids))
        vectors: list[Vector | None] = [None] * len(tokens)
        for start in range(0, len(order), self._batch_size):
            batch = order[start : start + self._batch_size]
            found = self._run([tokens[number] for number in batch])
            for number, vector in zip(batch, found.tolist(), strict=True):
                vectors[number] = vector
        return vectors

    def _run(self, tokens: Sequence[Any]) -> Array:
        """A vector for each text, of its tokens."""
        mask = self._filled([encoding.attention_mask for encoding in tokens], 0)
        values = {
            "input_ids": self._filled([encoding.ids for encoding in tokens], self._padding_id),
            "attention_mask": mask,
            "token_type_ids": self._filled([encoding.type_ids for encoding in tokens], 0),
            "position_ids": mask.cumsum(axis=1) - 1,
        }
        given = {name: values[name].astype(kind) for name, kind in self._inputs.items()}
        try:
            (found,) = self._session.run([self._output], given)
        except self._failures as error:
            raise EmbedderFailed(f"{self.name}: {error}") from error
        found = found.astype(self._np.float32)
        return found if found.ndim == 2 else pooled(found, mask, self._pooling, self._np)

    def _filled(self, rows: Sequence[Sequence[int]], filler: int) -> Array:
        """Rows of numbers as a matrix, the shorter ones filled up at their end."""
        longest = max(map(len, rows))
        flat = chain.from_iterable(chain(row, repeat(filler, longest - len(row))) for row in rows)
        matrix: Array = self._np.fromiter(flat, self._np.int64, longest * len(rows)).reshape(len(rows), longest)
        return matrix

    def _open(self, model: Path, threads: int | None, providers: Sequence[str]) -> Any:
        """The model, ready to be run. Raises ValueError if this onnxruntime cannot run it."""
        available = self._runtime.get_available_providers()
        if missing := [provider for provider in providers if provider not in available]:
            raise ValueError(f"this onnxruntime has no {', '.join(missing)}, only {', '.join(available)}")
        options = self._runtime.SessionOptions()
        options.log_severity_level = QUIET
        if threads is not None:
            options.intra_op_num_threads = threads
        try:
            return self._runtime.InferenceSession(str(model), options, providers=list(providers))
        except self._failures as error:
            raise ValueError(
                f"{model.name} is no model that this onnxruntime can run ({error}): export it anew"
            ) from error

    def _inputs_in(self) -> dict[str, str]:
        """What the model is to be given, each with its type. Raises ValueError if it is no encoder of text."""
        inputs = {node.name: node.type for node in self._session.get_inputs()}
        strange = [f"{name} ({kind})" for name, kind in inputs.items() if name not in INPUTS or kind not in INTEGERS]
        if strange or "input_ids" not in inputs:
            raise ValueError(
                f"{', '.join(strange or inputs)} is asked for, as no encoder of text does: those take some of "
                f"{', '.join(INPUTS)}, input_ids among them, as whole numbers"
            )
        return {name: INTEGERS[kind] for name, kind in inputs.items()}

    def _wholes(self) -> list[str]:
        """The outputs with one vector for each text."""
        ranks = self._ranks()
        return [name for name, rank in ranks.items() if rank == 2 and (name == WHOLE or len(ranks) == 1)]

    def _ranks(self) -> dict[str, int]:
        return {node.name: len(node.shape) for node in self._session.get_outputs()}

    def _output_in(self, is_pooled_here: bool) -> str:
        """The output that vectors are made of: one for each text if there is one, else one for each token. Raises
        ValueError if there is neither.
        """
        ranks, wholes = self._ranks(), self._wholes()
        if wholes and not is_pooled_here:
            return wholes[0]
        each_token = [name for name in (*EACH_TOKEN, *ranks) if ranks.get(name) == 3]
        if not each_token:
            raise ValueError(f"it gives {', '.join(ranks)}, and none of these is a vector for each token to be pooled")
        return each_token[0]

    def _tokenizer_in(self, described: str, most: int) -> Any:
        """What cuts texts into at most so many tokens. Raises ValueError."""
        try:
            tokenizer = self._tokenizers.Tokenizer.from_str(described)
        except UNTYPED as error:
            raise ValueError(f"{TOKENIZER} does not describe a tokenizer: {error}") from error
        # Batches are filled up here, only as far as they need.
        tokenizer.no_padding()
        tokenizer.enable_truncation(most)
        return tokenizer


def failures_of(state: object) -> tuple[type[Exception], ...]:
    """All that onnxruntime raises: it has no class that they have in common."""
    own = (kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception))
    return (*own, RuntimeError, ValueError, OSError)
