"""A transformer in ONNX: its vectors are those that NumPy computes, and every fault names what to do."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

import greeum
from greeum.embed.onnx import OnnxEmbedder
from greeum.errors import EmbedderFailed, InvalidInput
from greeum.settings import Settings
from greeum.wiring import embedder_of

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "red", "boats", "kilns", "glow", "query:", "Red")
DIMENSION = 4
NUMBERS = np.random.default_rng(7)
TABLE = NUMBERS.normal(size=(len(WORDS), DIMENSION)).astype(np.float32)
PLACES = NUMBERS.normal(size=(16, DIMENSION)).astype(np.float32)
TEXTS = ("red boats", "kilns", "red kilns glow red", "boats glow", "mauve")

Folder = Callable[..., Path]
Array = Any


def rows(text: str, most: int = 512) -> Array:
    """The numbers of a text's tokens, as the model gives them."""
    ids = [WORDS.index(word) if word in WORDS else 1 for word in text.split()]
    return TABLE[[2, *ids[: most - 2], 3]]


def model(
    table: Array = TABLE,
    *,
    outputs: Sequence[str] = ("last_hidden_state",),
    kind: int = TensorProto.INT64,
    **others: int,
) -> Any:
    """A graph that looks its tokens up in a table. Of its outputs one named `…embedding` is their mean; `others` are
    inputs beside the ids, of which that of positions is looked up too, and added.
    """
    inputs = [helper.make_tensor_value_info("input_ids", kind, ["batch", "tokens"])]
    inputs += [helper.make_tensor_value_info(name, other, ["batch", "tokens"]) for name, other in others.items()]
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["looked_up"])]
    if "position_ids" in others:
        nodes += [
            helper.make_node("Gather", ["places", "position_ids"], ["placed"]),
            helper.make_node("Add", ["looked_up", "placed"], ["tokens"]),
        ]
    else:
        nodes.append(helper.make_node("Identity", ["looked_up"], ["tokens"]))
    given = []
    for name in outputs:
        if name.endswith("embedding"):
            nodes.append(helper.make_node("ReduceMean", ["tokens", "axes"], [name], keepdims=0))
            given.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", DIMENSION]))
        else:
            nodes.append(helper.make_node("Identity", ["tokens"], [name]))
            given.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "tokens", DIMENSION]))
    constants = {"table": table, "places": PLACES, "axes": np.array([1], np.int64)}
    named = [numpy_helper.from_array(values, name) for name, values in constants.items()]
    graph = helper.make_graph(nodes, "encoder", inputs, given, named)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def tokenizer() -> str:
    """One that knows the words, and puts what BERT's does around them."""
    words = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, "[UNK]"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    # As exporters leave it: filled up, and cut, for what it was exported with.
    words.enable_padding(length=9)
    words.enable_truncation(3)
    return words.to_str()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Makes a folder with a model, and files of these names."""

    def make(graph: Any = None, *, file: str = "model.onnx", **said: Any) -> Path:
        place = tmp_path / f"model{len(list(tmp_path.iterdir()))}"
        (place / file).parent.mkdir(parents=True)
        onnx.save(graph or model(attention_mask=TensorProto.INT64), place / file)
        (place / "tokenizer.json").write_text(tokenizer())
        for name, value in said.items():
            (place / f"{name}.json").write_text(json.dumps(value))
        return place

    return make


def pooled_by(place: Path, config: dict[str, Any], *others: str) -> Path:
    """The folder as sentence-transformers leaves it, with how it pools."""
    modules = ("Transformer", "Pooling", *others)
    described = [
        {"type": f"sentence_transformers.models.{name}", "path": f"{at}_{name}" if at else ""}
        for at, name in enumerate(modules)
    ]
    (place / "modules.json").write_text(json.dumps(described))
    (place / "1_Pooling").mkdir()
    (place / "1_Pooling" / "config.json").write_text(json.dumps(config))
    return place


def embedded(embedder: OnnxEmbedder, *texts: str, query: bool = False) -> Array:
    return np.array(embedder.embed(texts, query=query))


def refused(place: Path, **options: Any) -> str:
    with pytest.raises(EmbedderFailed) as caught:
        OnnxEmbedder(str(place), **options)
    assert str(place) in str(caught.value)
    return str(caught.value)


# Vectors.


@pytest.mark.parametrize("batch_size", [1, 2, 32])
def test_a_text_is_the_mean_of_its_tokens_whatever_it_is_embedded_with(folder: Folder, batch_size: int) -> None:
    embedder = OnnxEmbedder(str(folder()), batch_size=batch_size, threads=1)
    assert embedder.dimension == DIMENSION
    assert embedded(embedder, *TEXTS) == pytest.approx(np.array([rows(text).mean(axis=0) for text in TEXTS]), abs=1e-6)


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ("mean", lambda tokens: tokens.mean(axis=0)),
        ("cls", lambda tokens: tokens[0]),
        ("max", lambda tokens: tokens.max(axis=0)),
        ("lasttoken", lambda tokens: tokens[-1]),
        ("weightedmean", lambda tokens: np.average(tokens, axis=0, weights=np.arange(1, len(tokens) + 1))),
    ],
)
def test_tokens_are_pooled_as_the_caller_or_the_folder_says(
    folder: Folder, pooling: str, expected: Callable[[Array], Array]
) -> None:
    field = {"mean": "mean_tokens", "cls": "cls_token", "max": "max_tokens"}.get(pooling, f"{pooling}_tokens")
    mode = f"pooling_mode_{field}" if pooling != "lasttoken" else "pooling_mode_lasttoken"
    said = {"pooling_mode_cls_token": False, mode: True}
    of_old, of_now = pooled_by(folder(), said, "Normalize"), pooled_by(folder(), {"pooling_mode": pooling})
    wanted = np.array([expected(rows(text)) for text in TEXTS])
    for embedder in (
        OnnxEmbedder(str(folder()), pooling=pooling),
        OnnxEmbedder(str(of_old)),
        OnnxEmbedder(str(of_now)),
    ):
        assert embedded(embedder, *TEXTS) == pytest.approx(wanted, abs=1e-6)


def test_an_export_with_its_pooling_gives_the_vector_of_the_text(folder: Folder) -> None:
    both = folder(model(outputs=("token_embeddings", "sentence_embedding")))
    alone = folder(model(outputs=("embedding",)))
    for place in (both, pooled_by(alone, {"pooling_mode": "cls"}, "Dense")):
        assert embedded(OnnxEmbedder(str(place)), "red boats")[0] == pytest.approx(rows("red boats").mean(axis=0))
    assert embedded(OnnxEmbedder(str(both), pooling="cls"), "red")[0] == pytest.approx(TABLE[2])
    assert "none of these is a vector for each token" in refused(alone, pooling="cls")


def test_models_are_given_what_they_ask_for(folder: Folder) -> None:
    asked: dict[str, Any] = dict.fromkeys(("attention_mask", "token_type_ids", "position_ids"), TensorProto.INT32)
    embedder = OnnxEmbedder(str(folder(model(kind=TensorProto.INT32, **asked))))
    tokens = rows("red boats")
    assert embedded(embedder, "red", "red boats")[1] == pytest.approx((tokens + PLACES[: len(tokens)]).mean(axis=0))


@pytest.mark.parametrize(
    ("options", "said", "most"),
    [
        ({}, {}, 512),
        ({}, {"tokenizer_config": {"model_max_length": 4}}, 4),
        ({}, {"tokenizer_config": {"model_max_length": 1e30}}, 512),
        ({}, {"tokenizer_config": {"model_max_length": 9}, "sentence_bert_config": {"max_seq_length": 5}}, 5),
        ({"max_tokens": 3}, {"sentence_bert_config": {"max_seq_length": 5}}, 3),
    ],
)
def test_as_much_of_a_text_is_read_as_the_model_can(
    folder: Folder, options: dict[str, Any], said: dict[str, Any], most: int
) -> None:
    text = "red boats glow red kilns"
    found = embedded(OnnxEmbedder(str(folder(**said)), **options), text)[0]
    assert found == pytest.approx(rows(text, most).mean(axis=0), abs=1e-6)


def test_a_text_of_which_the_tokenizer_knows_nothing_has_no_vector(folder: Folder) -> None:
    letters = Tokenizer(models.BPE({letter: number for number, letter in enumerate("dimenso")}, []))
    place = folder()
    (place / "tokenizer.json").write_text(letters.to_str())
    first, nothing = OnnxEmbedder(str(place)).embed(["mind", "부산"], query=False)
    assert first == pytest.approx(TABLE[[2, 1, 4, 0]].mean(axis=0)) and nothing is None
    (place / "tokenizer.json").write_text(Tokenizer(models.BPE({"x": 0}, [])).to_str())
    assert "tokenizer.json knows no letter of 'dimension'" in refused(place)


def test_prompts_go_before_questions_and_passages(folder: Folder) -> None:
    place = folder(config_sentence_transformers={"prompts": {"query": "query: ", "document": ""}})
    embedder = OnnxEmbedder(str(place))
    assert embedded(embedder, "red", query=True)[0] == pytest.approx(rows("query: red").mean(axis=0))
    assert embedded(embedder, "red")[0] == pytest.approx(rows("red").mean(axis=0))
    embedder = OnnxEmbedder(str(place), prompts={"query": "", "document": "kilns "})
    assert embedded(embedder, "red", query=True)[0] == pytest.approx(rows("red").mean(axis=0))
    assert embedded(embedder, "red")[0] == pytest.approx(rows("kilns red").mean(axis=0))


def test_texts_are_brought_to_lower_case_where_the_model_was_trained_so(folder: Folder) -> None:
    lower = OnnxEmbedder(str(folder(sentence_bert_config={"do_lower_case": True})))
    assert embedded(lower, "Red")[0] == pytest.approx(rows("red").mean(axis=0))
    assert embedded(OnnxEmbedder(str(folder())), "Red")[0] == pytest.approx(rows("Red").mean(axis=0))


# A memory with it.


def test_a_memory_is_opened_with_it_by_the_environment(folder: Folder, tmp_path: Path) -> None:
    place = folder(file="onnx/model.onnx")
    embedder = embedder_of(Settings({"GREEUM_EMBEDDER": f"onnx:{place}"}))
    with greeum.open(tmp_path / "memory", embedder=embedder) as memory:
        memory.add_many({"text": text} for text in TEXTS)
        assert memory.search("kilns", k=1)[0].block.text == "kilns"
        assert memory.stats()["embedder"] == embedder.fingerprint
    with pytest.raises(greeum.errors.EmbedderMismatch):
        greeum.open(tmp_path / "memory")
    assert greeum.reembed(tmp_path / "memory").blocks == len(TEXTS)
    assert greeum.reembed(tmp_path / "memory", embedder=embedder).before.startswith("static/")


# What tells models apart.


def test_the_fingerprint_is_of_what_vectors_depend_on(folder: Folder, tmp_path: Path) -> None:
    place = folder()
    copy = copytree(place, tmp_path / "elsewhere")
    (copy / "README.md").write_text("about it")
    base = OnnxEmbedder(str(place)).fingerprint
    assert base.startswith("onnx/") and base.endswith(f"/{DIMENSION}")
    assert base == OnnxEmbedder(str(copy), batch_size=1, threads=1).fingerprint
    others = [
        OnnxEmbedder(str(place), pooling="cls"),
        OnnxEmbedder(str(place), max_tokens=9),
        OnnxEmbedder(str(place), prompts={"query": "red "}),
        OnnxEmbedder(str(folder(model(TABLE + 1, attention_mask=TensorProto.INT64)))),
        OnnxEmbedder(str(folder(sentence_bert_config={"do_lower_case": True}))),
    ]
    (copy / "tokenizer.json").write_text(tokenizer().replace("mauve", "red").replace('"glow":7', '"glows":7'))
    others.append(OnnxEmbedder(str(copy)))
    assert len({base, *(embedder.fingerprint for embedder in others)}) == 1 + len(others)


def test_weights_that_lie_beside_the_model_count(folder: Folder, tmp_path: Path) -> None:
    prints = set()
    for change in (0, 1):
        place = folder()
        graph = model(TABLE + np.float32(change), attention_mask=TensorProto.INT64)
        onnx.save(graph, place / "model.onnx", save_as_external_data=True, location="model.onnx_data", size_threshold=0)
        embedder = OnnxEmbedder(str(place))
        assert embedded(embedder, "red")[0] == pytest.approx(rows("red").mean(axis=0) + change, abs=1e-6)
        prints.add(embedder.fingerprint)
    assert len(prints) == 2


# What is wrong.


def test_the_model_is_found_by_its_name(folder: Folder, tmp_path: Path) -> None:
    place = folder(file="onnx/model_O2.onnx")
    assert "there is onnx/model_O2.onnx: name one of them as `file`" in refused(place)
    assert OnnxEmbedder(str(place), file="onnx/model_O2.onnx").dimension == DIMENSION
    assert "it holds no other.onnx" in refused(place, file="other.onnx")
    assert "there is no folder" in refused(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert "export the model to ONNX" in refused(tmp_path / "empty")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("tokenizer.json", None, "it holds no tokenizer.json; save the model's fast tokenizer there"),
        ("tokenizer.json", "{}", "tokenizer.json does not describe a tokenizer"),
        ("model.onnx", "not a model", "cannot be loaded"),
        ("modules.json", "{}", "modules.json holds no list of modules"),
        ("sentence_bert_config.json", "[]", "sentence_bert_config.json holds no JSON object"),
        ("sentence_bert_config.json", "{", "cannot be loaded"),
        ("sentence_bert_config.json", '{"max_seq_length": "many"}', "max_seq_length is 'many'"),
        ("config.json", '{"pad_token_id": 0.5}', "pad_token_id is 0.5"),
        ("config_sentence_transformers.json", '{"prompts": []}', "are no JSON object"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(folder: Folder, name: str, content: str | None, says: str) -> None:
    place = folder()
    if content is None:
        (place / name).unlink()
    else:
        (place / name).write_text(content)
    assert says in refused(place)


@pytest.mark.parametrize(
    ("config", "others", "says"),
    [
        ({}, (), "its pooling is not said"),
        ({"pooling_mode_cls_token": True, "pooling_mode_max_tokens": True}, (), "its pooling is cls and max"),
        ({"pooling_mode": "attention"}, (), "its pooling is attention"),
        ({"pooling_mode": "mean", "include_prompt": False}, (), "leaves prompts out"),
        ({"pooling_mode": "mean"}, ("Dense",), "pass through Dense, which is not in model.onnx"),
    ],
)
def test_vectors_that_are_made_otherwise_are_refused(
    folder: Folder, config: dict[str, Any], others: tuple[str, ...], says: str
) -> None:
    place = pooled_by(folder(), config, *others)
    assert says in refused(place)
    assert OnnxEmbedder(str(place), pooling="mean").dimension == DIMENSION


def test_a_folder_without_pooling_among_its_modules_takes_the_mean(folder: Folder) -> None:
    place = folder(modules=[{"type": "sentence_transformers.models.Transformer", "path": ""}])
    assert embedded(OnnxEmbedder(str(place)), "red")[0] == pytest.approx(rows("red").mean(axis=0))


def test_what_is_no_encoder_of_text_is_refused(folder: Folder) -> None:
    assert "pixels (tensor(float)) is asked for" in refused(folder(model(pixels=TensorProto.FLOAT)))
    assert "input_ids (tensor(float)) is asked for" in refused(folder(faulty_ids()))


def faulty_ids() -> Any:
    """A graph whose ids are no whole numbers."""
    inputs = [helper.make_tensor_value_info("input_ids", TensorProto.FLOAT, ["batch", "tokens"])]
    outputs = [helper.make_tensor_value_info("same", TensorProto.FLOAT, ["batch", "tokens"])]
    graph = helper.make_graph([helper.make_node("Identity", ["input_ids"], ["same"])], "faulty", inputs, outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def test_what_fails_while_it_runs_names_the_model(folder: Folder) -> None:
    # Its table is too short for the last words.
    embedder = OnnxEmbedder(str(folder(model(TABLE[:5], attention_mask=TensorProto.INT64))))
    with pytest.raises(EmbedderFailed, match=r"^onnx .*model0: .*indices"):
        embedder.encode_blocks(["kilns glow"])


@pytest.mark.parametrize(
    ("options", "field"),
    [({"batch_size": 0}, "batch_size"), ({"threads": 0}, "threads"), ({"max_tokens": 0}, "max_tokens"),
     ({"pooling": "sum"}, "pooling"), ({"prompts": {"queries": "query: "}}, "prompts")],
)  # fmt: skip
def test_arguments_are_checked(folder: Folder, options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        OnnxEmbedder(str(folder()), **options)
    assert caught.value.field == field


def test_providers_that_are_not_there_are_named(folder: Folder) -> None:
    assert "has no MoonExecutionProvider, only " in refused(folder(), providers=["MoonExecutionProvider"])


@pytest.mark.parametrize("package", ["numpy", "onnxruntime", "tokenizers"])
def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch, folder: Folder, package: str) -> None:
    place = folder()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EmbedderFailed, match=rf"^{package} cannot be imported .* with its extra `onnx`"):
        OnnxEmbedder(str(place))
