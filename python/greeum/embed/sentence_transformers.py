"""Any model that sentence-transformers can load: the transformers proper, at milliseconds a text."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from greeum.embed import digest
from greeum.embed.extras import require
from greeum.embed.protocol import FloatEmbedder
from greeum.errors import EmbedderFailed, InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from greeum.embed.protocol import Vector

EXTRA = "sentence-transformers"

QUERY_PROMPTS = ("query",)
PASSAGE_PROMPTS = ("document", "passage", "corpus")
"""The names under which models keep the words to put before a text, in the library's own order."""

VECTOR_SUFFIXES = frozenset({".safetensors", ".bin", ".onnx", ".json", ".txt", ".model", ".py"})
"""Of the files in a model's folder on which its vectors depend: weights, tokenizer, configuration, code."""


class SentenceTransformersEmbedder(FloatEmbedder):
    """An Embedder over a SentenceTransformer. Needs the extra `sentence-transformers`, which brings torch.

    `model` is a folder, or a name in the model hub, which is then fetched unless it is in the local cache; name a
    `revision` too, and the same vectors come back next year. `prompts` overrides the model's own, as {"query": "…",
    "document": "…"}. Raises EmbedderFailed if the extra or the model cannot be loaded.
    """

    texts_per_call = 1_024

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        device: str | None = None,
        prompts: Mapping[str, str] | None = None,
        batch_size: int = 32,
    ) -> None:
        if batch_size < 1:
            raise InvalidInput("batch_size", f"is {batch_size}; at least 1 text has to go into a batch")
        folder = Path(model)
        is_folder = folder.is_dir()
        if is_folder and revision is not None:
            raise InvalidInput(
                "revision", f"is {revision!r}, and {model} is a folder: only models of a hub have revisions"
            )
        library = require("sentence_transformers", EXTRA)
        self.name = f"sentence-transformers {model}"
        self._batch_size = batch_size
        # Fast tokenizers refuse to be used by two threads at once ("Already borrowed").
        self._lock = Lock()
        try:
            self._model = library.SentenceTransformer(
                model, revision=revision, device=device, prompts=None if prompts is None else dict(prompts)
            )
            identity = folder_identity(folder) if is_folder else f"{model}@{revision or 'main'}"
        except (OSError, RuntimeError, ValueError) as error:
            raise EmbedderFailed(f"{self.name}: cannot be loaded: {error}") from error
        self._query_prompt = self._first_prompt(QUERY_PROMPTS)
        self._passage_prompt = self._first_prompt(PASSAGE_PROMPTS)
        # Asked of a vector, not of the model: the method that tells has another name in each major version.
        self.dimension = len(self.embed(["dimension"], query=False)[0])
        self.fingerprint = f"sentence-transformers/{identity}/{self.dimension}/{self._prompts_identity()}"

    def _first_prompt(self, names: Sequence[str]) -> str | None:
        return next((name for name in names if name in self._model.prompts), None)

    def _prompts_identity(self) -> str:
        prompts = self._model.prompts
        return digest.of_strings(prompts.get(self._query_prompt, ""), prompts.get(self._passage_prompt, ""))

    def embed(self, texts: Sequence[str], *, query: bool) -> Sequence[Vector]:
        """What the model says of each text, with the prompt it has for a question or a passage before it."""
        try:
            with self._lock:
                vectors = self._model.encode(
                    list(texts),
                    prompt_name=self._query_prompt if query else self._passage_prompt,
                    batch_size=self._batch_size,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
        except (OSError, RuntimeError, ValueError) as error:
            raise EmbedderFailed(f"{self.name}: {error}") from error
        as_lists: list[list[float]] = vectors.tolist()
        return as_lists


def folder_identity(folder: Path) -> str:
    """What a model's folder holds, wherever it lies. Raises OSError."""
    files = (path for path in folder.rglob("*") if path.suffix in VECTOR_SUFFIXES and path.is_file())
    return digest.of_files(sorted((path.relative_to(folder).as_posix(), path) for path in files))
