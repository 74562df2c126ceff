"""What the folder of an exported transformer says about it, in the files of sentence-transformers and transformers.

Useful where the model is run by other means than those libraries, and its vectors are to be the same.
"""

from __future__ import annotations

import json
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

MODELS = ("model.onnx", "onnx/model.onnx")
"""Where exporters put the model: Optimum, then sentence-transformers."""

TOKENIZER = "tokenizer.json"

MAX_TOKENS = 512
"""What is read of a text where the folder does not say: as much as BERT and most of its kind can."""

UNBOUNDED_TOKENS = 1_000_000
"""From here on a tokenizer's bound says that it has none: transformers writes 10^30."""

POOLING_MODES = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_lasttoken": "lasttoken",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_mean_sqrt_len_tokens": "mean",  # which has the same direction, and all are brought to length 1
}

MODULES = ("Transformer", "Pooling", "Normalize")
"""The modules of sentence-transformers whose work is done here: what others add (Dense) is in no file of ours."""

PROMPTS = {"query": ("query",), "document": ("document", "passage", "corpus")}
"""What is embedded, and under which names models keep the words to put before it."""


class ModelFolder:
    """A folder with a model in ONNX. Raises OSError or ValueError with what is missing or cannot be read."""

    def __init__(self, folder: str, file: str | None = None) -> None:
        self._folder = Path(folder)
        self.model = self._model(file)
        """The file with the model."""
        self.tokenizer = self._tokenizer()
        """What `tokenizer.json` says."""
        self._of_tokenizer, self._of_model = self._json("tokenizer_config.json"), self._json("config.json")
        self._sentences = self._json("sentence_bert_config.json")

    def _model(self, file: str | None) -> Path:
        names = MODELS if file is None else (file,)
        found = next((self._folder / name for name in names if (self._folder / name).is_file()), None)
        if found is not None:
            return found
        if not self._folder.is_dir():
            raise ValueError(f"there is no folder {self._folder}")
        others = sorted(path.relative_to(self._folder).as_posix() for path in self._folder.rglob("*.onnx"))
        there = f"there is {', '.join(others)}: name one of them as `file`" if others else "export the model to ONNX"
        raise ValueError(f"it holds no {' or '.join(names)}; {there}")

    def _tokenizer(self) -> str:
        path = self._folder / TOKENIZER
        if not path.is_file():
            raise ValueError(f"it holds no {TOKENIZER}; save the model's fast tokenizer there")
        return path.read_text(encoding="utf-8")

    def _json(self, name: str) -> dict[str, Any]:
        """A file with a JSON object; empty if there is none."""
        path = self._folder / name
        if not path.is_file():
            return {}
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError(f"{name} holds no JSON object")
        return found

    @property
    def files(self) -> list[tuple[str, Path]]:
        """Those on which vectors depend, each with its name: weights too large for the model's file lie beside it, and
        begin with its name.
        """
        beside = sorted(path for path in self.model.parent.iterdir() if path.name.startswith(self.model.name))
        weights = [(path.name, path) for path in beside if path.is_file()]
        return [*weights, (TOKENIZER, self._folder / TOKENIZER)]

    @property
    def padding_id(self) -> int:
        """The token that fills up shorter texts; which one it is makes no difference, since no model looks at it."""
        return whole_number(self._of_model.get("pad_token_id"), "pad_token_id") or 0

    @property
    def is_lower(self) -> bool:
        """Whether texts are to be brought to lower case first."""
        return bool(self._sentences.get("do_lower_case"))

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text the model reads."""
        for said, field in ((self._sentences, "max_seq_length"), (self._of_tokenizer, "model_max_length")):
            number = whole_number(said.get(field), field)
            if number is not None and 0 < number < UNBOUNDED_TOKENS:
                return number
        return MAX_TOKENS

    def pooling(self) -> str:
        """How one vector is made of those of a text's tokens: their mean, unless the folder says otherwise."""
        path = self._folder / "modules.json"
        if not path.is_file():
            return "mean"
        modules = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(modules, list) or not all(isinstance(module, dict) for module in modules):
            raise ValueError("modules.json holds no list of modules")
        paths = {str(module.get("type")).rpartition(".")[2]: str(module.get("path")) for module in modules}
        strange = [name for name in paths if name not in MODULES]
        if strange:
            raise ValueError(
                f"its vectors pass through {', '.join(strange)}, which is not in {self.model.name}: export the model "
                f"with all of its modules (optimum-cli export onnx --library sentence_transformers)"
            )
        return pooling_in(self._json(f"{paths['Pooling']}/config.json")) if "Pooling" in paths else "mean"

    def prompts(self, own: Mapping[str, str] | None) -> dict[str, str]:
        """What goes before a question ("query") and what is to be found ("document"): as the caller or the folder says,
        else nothing.
        """
        kept = self._json("config_sentence_transformers.json").get("prompts", {})
        if not isinstance(kept, dict):
            raise ValueError("the prompts in config_sentence_transformers.json are no JSON object")
        said = {**kept, **(own or {})}
        return {
            part: next((str(said[name]) for name in names if said.get(name)), "") for part, names in PROMPTS.items()
        }


def pooling_in(config: Mapping[str, Any]) -> str:
    """The way that the configuration of a Pooling module names. Raises ValueError if it is none that can be done."""
    named = config.get("pooling_mode")
    modes = [named] if isinstance(named, str) else [mode for field, mode in POOLING_MODES.items() if config.get(field)]
    if config.get("include_prompt") is False:
        raise ValueError("its pooling leaves prompts out, which is not done here; to take them in, name `pooling`")
    if len(modes) != 1 or modes[0] not in POOLING_MODES.values():
        raise ValueError(f"its pooling is {' and '.join(map(str, modes)) or 'not said'}; name one as `pooling`")
    return str(modes[0])


def whole_number(value: object, field: str) -> int | None:
    """A number that a file gives, if it gives one. Raises ValueError for anything else."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ValueError(f"{field} is {value!r}, which is no whole number")
    return int(value)
