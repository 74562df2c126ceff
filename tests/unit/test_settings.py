"""What the environment says, and the embedder that it asks for."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import greeum
from greeum.embed import model2vec, onnx, openai_compatible, sentence_transformers
from greeum.embed.given import GivenVectors
from greeum.embed.static import StaticEmbedder
from greeum.errors import EmbedderFailed, InvalidInput
from greeum.settings import VARIABLES, Settings
from greeum.wiring import embedder_of, join, verify_table


def test_an_empty_environment_says_what_is_usual() -> None:
    settings = Settings({})
    assert settings.home == str(Path.home() / ".greeum")
    assert settings.key is None
    assert settings.tenants is None
    assert settings.embedder == "static"
    assert (settings.embedder_url, settings.embedder_key) == (None, None)
    assert settings.time_zone is None
    assert settings.allowed_hosts == ()
    assert (settings.traces, settings.trace_content) == (False, False)
    assert settings.no_color is False
    assert settings.columns is None


def test_every_variable_is_read() -> None:
    given = {
        "GREEUM_HOME": "/somewhere",
        "GREEUM_KEY": "gk_",
        "GREEUM_TENANTS": "/tenants",
        "GREEUM_EMBEDDER": "openai:small",
        "GREEUM_EMBEDDER_URL": "http://127.0.0.1:11434/v1",
        "GREEUM_EMBEDDER_KEY": "secret",
        "GREEUM_TIME_ZONE": "Asia/Seoul",
        "GREEUM_ALLOWED_HOSTS": "memory.example, [fd00::1],",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces",
        "OTEL_SDK_DISABLED": "false",
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "True",
        "CLAUDE_CONFIG_DIR": "/claude",
        "CODEX_HOME": "/codex",
        "XDG_CONFIG_HOME": "/config",
        "APPDATA": "/appdata",
        "NO_COLOR": "1",
        "COLUMNS": "72",
    }
    settings = Settings(given)
    assert settings.home == "/somewhere"
    assert settings.key == "gk_"
    assert settings.tenants == "/tenants"
    assert settings.embedder == "openai:small"
    assert settings.embedder_url == "http://127.0.0.1:11434/v1"
    assert settings.embedder_key == "secret"
    assert settings.time_zone == "Asia/Seoul"
    assert settings.allowed_hosts == ("memory.example", "[fd00::1]")
    assert settings.traces is True
    assert settings.trace_content is True
    assert (settings.claude_config_dir, settings.codex_home) == ("/claude", "/codex")
    assert (settings.xdg_config_home, settings.appdata) == ("/config", "/appdata")
    assert settings.no_color is True
    assert settings.columns == 72
    assert set(given) == set(VARIABLES)
    assert all(meaning.endswith((".", "v1", "greeum", "codex", "config")) for meaning in VARIABLES.values())


def test_traces_can_be_switched_off_without_forgetting_where_they_go() -> None:
    address = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}
    assert Settings(address).traces is True
    assert Settings(address | {"OTEL_SDK_DISABLED": " TRUE "}).traces is False
    assert Settings(address | {"OTEL_SDK_DISABLED": "1"}).traces is True


@pytest.mark.parametrize("columns", ["", "0", "-1", "wide", "1e3", "123456", " 80", "8 0"])
def test_a_width_that_is_none_is_passed_over(columns: str) -> None:
    assert Settings({"COLUMNS": columns}).columns is None


@pytest.mark.parametrize("name", ["GREEUM_HOME", "GREEUM_TENANTS", "GREEUM_EMBEDDER", "GREEUM_TIME_ZONE", "NO_COLOR"])
def test_an_empty_variable_is_none(name: str) -> None:
    usual, empty = Settings({}), Settings({name: ""})
    for field in Settings.__slots__:
        assert getattr(empty, field) == getattr(usual, field)


def test_the_home_of_the_environment_is_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GREEUM_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GREEUM_EMBEDDER", raising=False)
    with greeum.open() as memory:
        memory.add("hello")
    with greeum.open(str(tmp_path / "home"), create=False) as memory:
        assert memory.stats()["blocks"] == 1
        assert memory.stats()["embedder"] == StaticEmbedder().fingerprint


def test_the_time_zone_of_the_environment_is_that_of_new_memories(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    greeum.open(tmp_path / "old").close()
    monkeypatch.setenv("GREEUM_TIME_ZONE", "Seoul")
    with pytest.raises(InvalidInput, match=r"GREEUM_TIME_ZONE.*Seoul.*Asia/Seoul"):
        greeum.open(tmp_path / "new")
    assert not (tmp_path / "new").exists()
    monkeypatch.setenv("GREEUM_TIME_ZONE", "Asia/Seoul")
    with greeum.open(tmp_path / "new") as new, greeum.open(tmp_path / "old") as old:
        assert (new.time_zone.get(), old.time_zone.get()) == ("Asia/Seoul", "UTC")
    monkeypatch.setenv("GREEUM_TIME_ZONE", "Europe/Berlin")
    with greeum.open(tmp_path / "new") as new:
        assert new.time_zone.get() == "Asia/Seoul"


def test_the_embedder_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GREEUM_EMBEDDER", "bogus:model")
    with pytest.raises(InvalidInput, match="GREEUM_EMBEDDER: names no provider: 'bogus'"):
        greeum.open(tmp_path / "memory")
    assert not (tmp_path / "memory").exists()
    greeum.open(tmp_path / "memory", embedder=StaticEmbedder()).close()


def test_static_is_the_table_that_is_shipped() -> None:
    assert isinstance(embedder_of(Settings({})), StaticEmbedder)
    assert isinstance(embedder_of(Settings({"GREEUM_EMBEDDER": "static"})), StaticEmbedder)
    assert verify_table() == StaticEmbedder().fingerprint


@pytest.mark.parametrize(
    ("asked", "module", "name"),
    [
        ("model2vec:/a/folder", model2vec, "Model2VecEmbedder"),
        ("onnx:/a/folder", onnx, "OnnxEmbedder"),
        ("sentence-transformers:org/model", sentence_transformers, "SentenceTransformersEmbedder"),
        ("sentence-transformers:org/model:v2", sentence_transformers, "SentenceTransformersEmbedder"),
    ],
)
def test_each_provider_is_given_its_model(monkeypatch: pytest.MonkeyPatch, asked: str, module: Any, name: str) -> None:
    monkeypatch.setattr(module, name, lambda model: SimpleNamespace(model=model))
    assert vars(embedder_of(Settings({"GREEUM_EMBEDDER": asked}))) == {"model": asked.partition(":")[2]}


def test_a_server_is_given_its_address_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        openai_compatible,
        "OpenAICompatibleEmbedder",
        lambda url, model, api_key: SimpleNamespace(url=url, model=model, api_key=api_key),
    )
    given = {"GREEUM_EMBEDDER": "openai:small", "GREEUM_EMBEDDER_URL": "http://127.0.0.1:9/v1"}
    embedder: Any = embedder_of(Settings(given))
    assert (embedder.url, embedder.model, embedder.api_key) == ("http://127.0.0.1:9/v1", "small", None)
    embedder = embedder_of(Settings(given | {"GREEUM_EMBEDDER_KEY": "secret"}))
    assert embedder.api_key == "secret"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"GREEUM_EMBEDDER": "openai:small"}, "GREEUM_EMBEDDER_URL"),
        ({"GREEUM_EMBEDDER": "openai"}, "GREEUM_EMBEDDER"),
        ({"GREEUM_EMBEDDER": "model2vec:"}, "GREEUM_EMBEDDER"),
        ({"GREEUM_EMBEDDER": "static:other"}, "GREEUM_EMBEDDER"),
        ({"GREEUM_EMBEDDER": "Static"}, "GREEUM_EMBEDDER"),
        ({"GREEUM_EMBEDDER": "bogus:model"}, "GREEUM_EMBEDDER"),
        ({"GREEUM_EMBEDDER": ":model"}, "GREEUM_EMBEDDER"),
    ],
)
def test_what_names_no_embedder_is_refused(given: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        embedder_of(Settings(given))
    assert caught.value.field == field


def test_there_is_no_second_best(tmp_path: Path) -> None:
    with pytest.raises(EmbedderFailed):
        embedder_of(Settings({"GREEUM_EMBEDDER": f"model2vec:{tmp_path / 'nothing'}"}))


@pytest.mark.parametrize("dimension", [0, 4_097])
def test_an_embedder_with_too_many_components_is_refused(dimension: int) -> None:
    from greeum.store.memory import MemoryStore

    with pytest.raises(InvalidInput) as caught:
        join(MemoryStore(), GivenVectors(dimension), None)
    assert caught.value.field == "embedder"


def test_a_damaged_table_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from greeum.embed import static

    table = bytearray(Path(static.TABLE).read_bytes())
    table[len(table) // 2] ^= 1  # in a vector, so that it can be opened
    (tmp_path / "damaged.table").write_bytes(table)
    damaged = static.StaticEmbedder(str(tmp_path / "damaged.table"))
    monkeypatch.setattr("greeum.wiring.StaticEmbedder", lambda: damaged)
    with pytest.raises(EmbedderFailed, match="checksum"):
        verify_table()
    with pytest.raises(EmbedderFailed, match="nowhere"):
        static.StaticEmbedder(str(tmp_path / "nowhere"))
