"""What embedders promise: codes for each passage, fingerprints that tell models apart, errors that say what to do."""

from __future__ import annotations

import json
import math
import struct
import sys
import threading
from collections.abc import Mapping, Sequence
from operator import mul
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

import greeum
from greeum import _core, testing
from greeum.embed import digest
from greeum.embed.model2vec import Model2VecEmbedder, token_count, unknown_token
from greeum.embed.protocol import SCALE_BYTES, FloatEmbedder
from greeum.embed.sentence_transformers import SentenceTransformersEmbedder
from greeum.embed.static import StaticEmbedder
from greeum.errors import EmbedderFailed, InvalidInput

if TYPE_CHECKING:
    from greeum.embed.protocol import Vector

LONG_TEXT = "A sentence of some seven words is here. " * 60


def vectors(codes: bytes, dimension: int) -> list[list[float]]:
    """What codes stand for."""
    size = SCALE_BYTES + dimension
    assert len(codes) % size == 0
    decoded = []
    for start in range(0, len(codes), size):
        scale, *steps = struct.unpack_from(f"<f{dimension}b", codes, start)
        decoded.append([scale * step for step in steps])
    return decoded


def unit(vector: Sequence[float]) -> list[float]:
    norm = math.sqrt(sum(component**2 for component in vector))
    return [component / norm for component in vector]


# FloatEmbedder


class Counting(FloatEmbedder):
    """Says of a text how many a's, b's and letters it has."""

    name = "counting"
    fingerprint = "counting/3"
    dimension = 3
    texts_per_call = 4

    def __init__(self) -> None:
        self.calls: list[tuple[list[str], bool]] = []

    def embed(self, texts: Sequence[str], *, query: bool) -> Sequence[Vector | None]:
        self.calls.append((list(texts), query))
        return [[text.count("a"), text.count("b"), len(text)] for text in texts]


class Scalar:
    """As an array of no dimension: it has a length, and cannot tell it."""

    def __len__(self) -> int:
        raise TypeError("len() of unsized object")

    def __repr__(self) -> str:
        return "a scalar"


class Answering(FloatEmbedder):
    """Always answers the same."""

    name = "the stubborn model"
    fingerprint = "answering/2"
    dimension = 2

    def __init__(self, answer: list[Any]) -> None:
        self.answer = answer

    def embed(self, texts: Sequence[str], *, query: bool) -> Sequence[Vector | None]:
        return self.answer


class Failing(FloatEmbedder):
    """Raises whatever it is told to. It has no name, as those have that nobody wrote with care."""

    fingerprint = "failing/2"
    dimension = 2

    def embed(self, texts: Sequence[str], *, query: bool) -> Sequence[Vector | None]:
        raise RuntimeError("the model is on fire")


@pytest.mark.parametrize(
    ("embedder", "words"),
    [
        (Failing(), "Failing: RuntimeError: the model is on fire"),
        (Answering(None), "the stubborn model: returned NoneType, not a list of vectors"),  # type: ignore[arg-type]
        (Answering({(1.0, 0.0)}), "the stubborn model: returned set, not a list of vectors"),  # type: ignore[arg-type]
        (Answering(Scalar()), "the stubborn model: returned a scalar, not a list of vectors"),  # type: ignore[arg-type]
        (Answering("a"), "the stubborn model: returned str, not a list of vectors"),  # type: ignore[arg-type]
        (Answering(["ab"]), "the stubborn model: returned str, where a vector of numbers belongs"),
        (Answering([[1, 0], [0, 1]]), "the stubborn model: asked for 1 vectors, got 2"),
        (Answering([7]), "the stubborn model: returned a vector that cannot be used"),
    ],
    ids=["raises", "none", "a set", "an array of no dimension", "a string", "strings", "too many", "a number"],
)
def test_whatever_goes_wrong_in_an_embedder_is_its_failure(embedder: FloatEmbedder, words: str) -> None:
    with testing.memory(embedder=embedder) as memory:
        with pytest.raises(EmbedderFailed, match=words):
            memory.add("The violin is old.")
        with pytest.raises(EmbedderFailed, match=words):
            memory.search("violin")
        assert memory.count() == 0


class Nameless(Counting):
    fingerprint = ""


class Boundless(Counting):
    dimension = None  # type: ignore[assignment]


class Half:
    fingerprint = "half/2"
    dimension = 2

    def encode_blocks(self, texts: Sequence[str]) -> list[bytes]:
        return []


@pytest.mark.parametrize(
    ("embedder", "words"),
    [
        ("static", r"must be an Embedder, not str: .* \$GREEUM_EMBEDDER"),
        (Counting, r"must be an Embedder, not the class: write Counting\("),
        (object(), "object has no method `encode_blocks`"),
        (Half(), "Half has no method `encode_query`"),
        (Nameless(), "Nameless has no `fingerprint`"),
        (Boundless(), "Boundless has no `dimension`"),
    ],
)
def test_what_is_no_embedder_is_refused_before_anything_is_made(tmp_path: Path, embedder: Any, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        greeum.open(tmp_path / "memory", embedder=embedder)
    assert caught.value.field == "embedder"
    assert not (tmp_path / "memory").exists()


def test_a_message_becomes_one_code_of_length_one() -> None:
    (codes,) = Counting().encode_blocks(["abba"])
    (vector,) = vectors(codes, 3)
    assert vector == pytest.approx(unit([2, 2, 4]), abs=0.01)


def test_a_long_text_becomes_one_code_for_each_passage_and_texts_stay_apart() -> None:
    passages = _core.split(LONG_TEXT)
    assert len(passages) > 4
    embedder = Counting()
    codes = embedder.encode_blocks(["a", LONG_TEXT, "b"])
    assert [len(vectors(of_text, 3)) for of_text in codes] == [1, len(passages), 1]
    assert vectors(codes[0], 3)[0] == pytest.approx(unit([1, 0, 1]), abs=0.01)
    assert vectors(codes[2], 3)[0] == pytest.approx(unit([0, 1, 1]), abs=0.01)
    asked = [text for texts, _ in embedder.calls for text in texts]
    assert asked == ["a", *passages, "b"]


def test_embed_is_asked_in_batches_and_told_what_they_are() -> None:
    embedder = Counting()
    embedder.encode_blocks(["a"] * 9)
    embedder.encode_query("b")
    assert [(len(texts), query) for texts, query in embedder.calls] == [(4, False), (4, False), (1, False), (1, True)]


def test_no_texts_give_no_codes() -> None:
    embedder = Counting()
    assert embedder.encode_blocks([]) == []
    assert embedder.calls == []


def test_a_query_is_embedded_as_a_passage_is() -> None:
    assert Counting().encode_query("abba") == Counting().encode_blocks(["abba"])[0]


def test_a_long_query_is_the_mean_of_its_passages() -> None:
    (codes,) = Counting().encode_blocks([LONG_TEXT])
    mean = [sum(components) for components in zip(*vectors(codes, 3), strict=True)]
    (query,) = vectors(Counting().encode_query(LONG_TEXT), 3)
    assert query == pytest.approx(unit(mean), abs=0.01)


def test_what_the_model_knows_nothing_of_has_a_code_of_zeros() -> None:
    embedder = Answering([None])
    assert embedder.encode_blocks(["?"]) == [bytes(SCALE_BYTES + 2)]
    assert embedder.encode_query("?") == bytes(SCALE_BYTES + 2)


@pytest.mark.parametrize(
    "bad", [[math.nan, 1.0], [math.inf, 0.0], [0.0, 0.0], [1.0], [1.0, 2.0, 3.0], [1e300, 1e300], ["a", "b"]]
)
def test_a_vector_that_cannot_be_used_names_the_embedder(bad: list[Any]) -> None:
    with pytest.raises(EmbedderFailed, match="the stubborn model"):
        Answering([bad]).encode_blocks(["text"])
    with pytest.raises(EmbedderFailed, match="the stubborn model"):
        Answering([bad]).encode_query("text")


def test_too_few_or_too_many_vectors_are_refused() -> None:
    for answer in ([], [[1.0, 0.0]] * 2):
        with pytest.raises(EmbedderFailed, match=f"asked for 1 vectors, got {len(answer)}"):
            Answering(answer).encode_blocks(["text"])


# The static table


def test_the_static_table_is_shipped_and_leaves_queries_to_the_index() -> None:
    embedder = StaticEmbedder()
    assert embedder.dimension == 256
    assert embedder.encode_query("where does Alice live?") is None
    short, long = embedder.encode_blocks(["I moved to Busan in May.", LONG_TEXT])
    (vector,) = vectors(short, 256)
    assert math.hypot(*vector) == pytest.approx(1, abs=0.01)
    assert len(vectors(long, 256)) == len(_core.split(LONG_TEXT))


def test_the_static_table_puts_like_beside_like() -> None:
    codes = StaticEmbedder().encode_blocks(["my dog is ill", "the puppy felt sick", "taxes are due in spring"])
    dog, puppy, taxes = (vectors(code, 256)[0] for code in codes)
    assert sum(map(mul, dog, puppy)) > sum(map(mul, dog, taxes)) + 0.2


def test_a_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.table").write_bytes(b"")
    for path in (tmp_path / "empty.table", tmp_path / "missing.table"):
        with pytest.raises(EmbedderFailed, match=path.name):
            StaticEmbedder(str(path))


# Digests


def test_a_digest_follows_contents_and_names_and_no_paths(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x")
    (tmp_path / "two").write_bytes(b"x")
    (tmp_path / "other").write_bytes(b"y")
    base = digest.of_files([("name", tmp_path / "one")])
    assert digest.of_files([("name", tmp_path / "two")]) == base
    assert digest.of_files([("name", tmp_path / "other")]) != base
    assert digest.of_files([("another", tmp_path / "one")]) != base
    assert digest.of_strings("ab", "c") != digest.of_strings("a", "bc")


# model2vec

WORDS = ["[UNK]", "[PAD]", "bus", "train", "boat", "nothing", "##es"]
ROWS = [[9.0, 9.0], [5.0, 5.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]

TOKENIZERS: dict[str, dict[str, Any]] = {
    "WordPiece": {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": {word: number for number, word in enumerate(WORDS)},
    },
    "Unigram": {"type": "Unigram", "unk_id": 0, "vocab": [[word, -1.0] for word in WORDS]},
    "BPE": {
        "type": "BPE",
        "unk_token": "[UNK]",
        "merges": [["b", "u"], ["bu", "s"]],
        "vocab": {word: number for number, word in enumerate(["[UNK]", "[PAD]", "bus", "b", "u", "s", "bu"])},
    },
}


def tokenizer(model: str = "WordPiece") -> dict[str, Any]:
    """A tokenizer.json as the library writes it, with the padding that it may have been saved with."""
    return {
        "version": "1.0",
        "truncation": None,
        "padding": {
            "strategy": {"Fixed": 8},
            "direction": "Right",
            "pad_to_multiple_of": None,
            "pad_id": 1,
            "pad_type_id": 0,
            "pad_token": "[PAD]",
        },
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": TOKENIZERS[model],
    }


def safetensors(tensors: Mapping[str, tuple[str, list[int], bytes]]) -> bytes:
    header: dict[str, Any] = {"__metadata__": {"format": "np"}}
    body = b""
    for name, (dtype, shape, content) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(content)]}
        body += content
    head = json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + body


def floats(rows: Sequence[Sequence[float]], code: str = "f") -> bytes:
    return b"".join(struct.pack(f"<{len(row)}{code}", *row) for row in rows)


def write_folder(folder: Path, model: str = "WordPiece", **tensors: tuple[str, list[int], bytes]) -> str:
    folder.mkdir(exist_ok=True)
    tensors = {"embeddings": ("F32", [len(ROWS), 2], floats(ROWS))} | tensors
    (folder / "model.safetensors").write_bytes(safetensors(tensors))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(model)))
    (folder / "config.json").write_text(json.dumps({"normalize": True}))
    return str(folder)


@pytest.fixture
def libraries() -> None:
    pytest.importorskip("tokenizers")
    pytest.importorskip("numpy")


@pytest.mark.usefixtures("libraries")
class TestModel2Vec:
    def embed(self, folder: str, text: str) -> list[float]:
        (codes,) = Model2VecEmbedder(folder).encode_blocks([text])
        return vectors(codes, 2)[0]

    def test_a_text_is_the_mean_of_its_tokens(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path)
        assert self.embed(folder, "Bus") == pytest.approx([1, 0], abs=0.01)
        assert self.embed(folder, "bus train") == pytest.approx(unit([1, 1]), abs=0.01)
        assert self.embed(folder, "buses") == pytest.approx(unit([1, 1]), abs=0.01)

    def test_a_question_is_embedded_as_a_passage_is(self, tmp_path: Path) -> None:
        embedder = Model2VecEmbedder(write_folder(tmp_path))
        assert embedder.encode_query("bus train") == embedder.encode_blocks(["bus train"])[0]

    @pytest.mark.parametrize("model", TOKENIZERS)
    def test_unknown_tokens_and_padding_count_for_nothing(self, tmp_path: Path, model: str) -> None:
        folder = write_folder(tmp_path, model)
        assert self.embed(folder, "bus Ω") == pytest.approx([1, 0], abs=0.01)
        assert self.embed(folder, "Ω 버스") == [0, 0]

    def test_tokens_that_say_nothing_or_cancel_each_other_give_zeros(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path)
        assert self.embed(folder, "nothing") == [0, 0]
        assert self.embed(folder, "bus boat") == [0, 0]

    def test_each_tokens_own_weight_and_row_are_used_if_the_folder_has_them(self, tmp_path: Path) -> None:
        weights = ("F64", [len(WORDS)], floats([[1, 1, 3, 4, 1, 1, 1]], "d"))
        folder = write_folder(tmp_path / "weighted", weights=weights)
        assert self.embed(folder, "bus train") == pytest.approx([0.6, 0.8], abs=0.01)

        rows = ("F16", [2, 2], floats([[1, 0], [0, 1]], "e"))
        mapping = ("I64", [len(WORDS)], struct.pack("<7q", 0, 0, 1, 0, 0, 0, 0))
        folder = write_folder(tmp_path / "mapped", embeddings=rows, mapping=mapping, weights=weights)
        assert self.embed(folder, "bus train") == pytest.approx([0.8, 0.6], abs=0.01)

    def test_whole_numbers_serve_as_components(self, tmp_path: Path) -> None:
        rows = ("I8", [len(ROWS), 2], b"".join(struct.pack("2b", *map(int, row)) for row in ROWS))
        assert self.embed(write_folder(tmp_path, embeddings=rows), "bus train") == pytest.approx(unit([1, 1]), abs=0.01)

    def test_the_fingerprint_follows_the_vectors_and_not_the_place(self, tmp_path: Path) -> None:
        base = Model2VecEmbedder(write_folder(tmp_path / "one"))
        assert base.dimension == 2
        assert Model2VecEmbedder(write_folder(tmp_path / "two")).fingerprint == base.fingerprint
        changed = ("F32", [len(ROWS), 2], floats([[2 * x for x in row] for row in ROWS]))
        others = [
            write_folder(tmp_path / "rows", embeddings=changed),
            write_folder(tmp_path / "tokenizer", "Unigram"),
        ]
        fingerprints = {Model2VecEmbedder(other).fingerprint for other in others}
        assert len(fingerprints | {base.fingerprint}) == 3

    @pytest.mark.parametrize(
        ("tensors", "complaint"),
        [
            ({"embeddings": ("F32", [14], bytes(56))}, "no matrix `embeddings`"),
            ({"embeddings": ("F32", [6, 2], bytes(48))}, "7 tokens, and embeddings has only 6"),
            ({"weights": ("F32", [3], bytes(12))}, "7 tokens, and weights has only 3"),
            ({"mapping": ("I64", [7], struct.pack("<7q", 0, 0, 7, 0, 0, 0, 0))}, "mapping names rows"),
            ({"embeddings": ("BF16", [7, 2], bytes(28))}, "BF16"),
            ({"embeddings": ("F32", [7, 2], bytes(60))}, "says 60 bytes"),
        ],
    )
    def test_tensors_that_do_not_fit_are_refused(self, tmp_path: Path, tensors: dict[str, Any], complaint: str) -> None:
        with pytest.raises(EmbedderFailed, match=complaint):
            Model2VecEmbedder(write_folder(tmp_path, **tensors))

    @pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
    @pytest.mark.parametrize(
        "content", [None, b"", b"\x00" * 20, b"\xff" * 20, b"[]", b"{}", b"\x02" + b"\x00" * 7 + b"[]"]
    )
    def test_a_folder_that_is_damaged_is_named(self, tmp_path: Path, name: str, content: bytes | None) -> None:
        folder = write_folder(tmp_path)
        (tmp_path / name).unlink()
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(EmbedderFailed, match=f"model2vec {folder}"):
            Model2VecEmbedder(folder)

    def test_a_file_cut_short_is_refused(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path)
        file = tmp_path / "model.safetensors"
        file.write_bytes(file.read_bytes()[:-4])
        with pytest.raises(EmbedderFailed, match="embeddings cannot be read"):
            Model2VecEmbedder(folder)


def test_the_unknown_token_and_the_number_of_tokens_are_read_from_each_kind_of_tokenizer() -> None:
    for model in TOKENIZERS:
        assert unknown_token(tokenizer(model)) == 0
        assert token_count(tokenizer(model)) == 7
    assert unknown_token({"model": {"type": "Unigram", "unk_id": None, "vocab": []}}) is None
    assert token_count({"model": {"vocab": {"a": 3}}, "added_tokens": [{"id": 11}]}) == 12


@pytest.mark.parametrize("missing", ["numpy", "tokenizers"])
def test_model2vec_without_its_extra_names_it(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for module in ("numpy", "tokenizers"):
        monkeypatch.setitem(sys.modules, module, None if module == missing else ModuleType(module))
    with pytest.raises(EmbedderFailed, match=rf"{missing} cannot be imported.*\.\[model2vec\]"):
        Model2VecEmbedder("folder")


# sentence-transformers


class Matrix:
    """As much of an array as is used."""

    def __init__(self, rows: list[list[float]]) -> None:
        self.rows = rows

    def tolist(self) -> list[list[float]]:
        return self.rows


class SentenceTransformer:
    """Stands in for the library's class of this name: the length of the prompted text, its spaces, its first letter."""

    prompts_of_models: ClassVar[dict[str, dict[str, str]]] = {
        "plain": {"query": "", "document": ""},
        "e5": {"query": "query: ", "passage": "passage: "},
    }
    fails_with: Exception | None = None

    def __init__(
        self,
        model_name_or_path: str,
        *,
        device: str | None = None,
        prompts: dict[str, str] | None = None,
        revision: str | None = None,
    ) -> None:
        if model_name_or_path == "missing":
            raise OSError("missing is not a local folder and is not a valid model identifier")
        self.loaded = {"model": model_name_or_path, "device": device, "revision": revision}
        self.prompts = self.prompts_of_models.get(model_name_or_path, {}) | (prompts or {})
        self.encoded: list[dict[str, Any]] = []
        self.within = threading.Lock()

    def encode(
        self,
        inputs: list[str],
        prompt_name: str | None = None,
        batch_size: int = 32,
        show_progress_bar: bool | None = None,
        normalize_embeddings: bool = False,
    ) -> Matrix:
        assert self.within.acquire(blocking=False), "Already borrowed"
        try:
            if self.fails_with is not None:
                raise self.fails_with
            self.encoded.append({"inputs": inputs, "batch_size": batch_size, "show_progress_bar": show_progress_bar})
            prompt = self.prompts[prompt_name] if prompt_name else ""
            rows = [
                [float(len(prompt + text)), float((prompt + text).count(" ")), float(ord(text[0]))] for text in inputs
            ]
            return Matrix([unit(row) for row in rows] if normalize_embeddings else rows)
        finally:
            self.within.release()


@pytest.fixture
def sentence_transformers(monkeypatch: pytest.MonkeyPatch) -> type[SentenceTransformer]:
    library = ModuleType("sentence_transformers")

    class Fresh(SentenceTransformer):
        pass

    library.SentenceTransformer = Fresh  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    return Fresh


@pytest.mark.usefixtures("sentence_transformers")
class TestSentenceTransformers:
    def test_texts_become_codes_of_the_models_vectors(self) -> None:
        embedder = SentenceTransformersEmbedder("plain")
        assert embedder.dimension == 3
        codes = embedder.encode_blocks(["ab cd", "x"])
        assert vectors(codes[0], 3)[0] == pytest.approx(unit([5, 1, 97]), abs=0.01)
        assert vectors(codes[1], 3)[0] == pytest.approx(unit([1, 0, 120]), abs=0.01)

    def test_the_models_prompts_go_before_questions_and_passages(self) -> None:
        embedder = SentenceTransformersEmbedder("e5")
        passage, query = embedder.encode_blocks(["a"])[0], embedder.encode_query("a")
        assert vectors(passage, 3)[0] == pytest.approx(unit([10, 1, 97]), abs=0.01)
        assert vectors(query, 3)[0] == pytest.approx(unit([8, 1, 97]), abs=0.01)

    def test_prompts_that_are_given_replace_the_models_own(self) -> None:
        embedder = SentenceTransformersEmbedder("e5", prompts={"query": "a very long prompt "})
        assert vectors(embedder.encode_query("a"), 3)[0] == pytest.approx(unit([20, 4, 97]), abs=0.01)

    def test_a_model_without_prompts_gets_none(self) -> None:
        without, plain = SentenceTransformersEmbedder("old"), SentenceTransformersEmbedder("plain")
        assert without.encode_query("a") == plain.encode_query("a")
        assert without.encode_blocks(["a"]) == plain.encode_blocks(["a"])

    def test_arguments_reach_the_library(self) -> None:
        embedder = SentenceTransformersEmbedder("plain", revision="v2", device="cpu", batch_size=7)
        assert embedder._model.loaded == {"model": "plain", "device": "cpu", "revision": "v2"}
        embedder.encode_blocks(["a"] * 9)
        last = embedder._model.encoded[-1]
        assert (len(last["inputs"]), last["batch_size"], last["show_progress_bar"]) == (9, 7, False)

    def test_threads_take_turns(self) -> None:
        embedder = SentenceTransformersEmbedder("plain")
        together = threading.Barrier(4)
        failures: list[Exception] = []

        def work() -> None:
            together.wait()
            try:
                for _ in range(200):
                    embedder.encode_query("a")
            except AssertionError as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []

    def test_the_fingerprint_tells_models_revisions_and_prompts_apart(self) -> None:
        fingerprints = [
            SentenceTransformersEmbedder("plain").fingerprint,
            SentenceTransformersEmbedder("plain", revision="v2").fingerprint,
            SentenceTransformersEmbedder("plain", prompts={"query": "q "}).fingerprint,
            SentenceTransformersEmbedder("e5").fingerprint,
        ]
        assert len(set(fingerprints)) == 4
        assert SentenceTransformersEmbedder("plain", device="cpu", batch_size=1).fingerprint == fingerprints[0]

    def test_the_fingerprint_of_a_folder_follows_what_is_in_it(self, tmp_path: Path) -> None:
        def folder(name: str, weights: bytes, readme: bytes = b"") -> str:
            (tmp_path / name / "1_Pooling").mkdir(parents=True)
            (tmp_path / name / "model.safetensors").write_bytes(weights)
            (tmp_path / name / "1_Pooling" / "config.json").write_bytes(b"{}")
            (tmp_path / name / "README.md").write_bytes(readme)
            return str(tmp_path / name)

        base = SentenceTransformersEmbedder(folder("one", b"x")).fingerprint
        assert SentenceTransformersEmbedder(folder("two", b"x", b"read me")).fingerprint == base
        assert SentenceTransformersEmbedder(folder("three", b"y")).fingerprint != base
        assert str(tmp_path) not in base

    def test_what_cannot_be_used_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(EmbedderFailed, match=r"sentence-transformers missing: cannot be loaded"):
            SentenceTransformersEmbedder("missing")
        with pytest.raises(InvalidInput, match="batch_size"):
            SentenceTransformersEmbedder("plain", batch_size=0)
        with pytest.raises(InvalidInput, match="revision"):
            SentenceTransformersEmbedder(str(tmp_path), revision="v2")

    def test_a_failure_of_the_model_names_it(self, sentence_transformers: type[SentenceTransformer]) -> None:
        embedder = SentenceTransformersEmbedder("plain")
        sentence_transformers.fails_with = RuntimeError("out of memory")
        with pytest.raises(EmbedderFailed, match="sentence-transformers plain: out of memory"):
            embedder.encode_blocks(["a"])


def test_sentence_transformers_without_its_extra_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EmbedderFailed, match=r"\.\[sentence-transformers\]"):
        SentenceTransformersEmbedder("plain")
