"""What an adapter says where its product's package is missing."""

from __future__ import annotations

import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [
        ("anthropic", "anthropic", "anthropic"),
        ("langchain", "langchain_core", "langchain"),
        ("langgraph", "langgraph", "langgraph"),
        ("langgraph_items", "langgraph", "langgraph"),
        ("llama_index", "llama_index", "llama-index"),
        ("openai_agents", "agents", "openai-agents"),
    ],
)
def test_a_missing_package_is_answered_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, module: str, package: str, extra: str
) -> None:
    for name in [package, *sys.modules]:
        if name == package or name.startswith(f"{package}."):
            monkeypatch.setitem(sys.modules, name, None)
    for name in [name for name in sys.modules if name.startswith(f"greeum.integrations.{package}")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, f"greeum.integrations.{module}", raising=False)
    with pytest.raises(ModuleNotFoundError) as caught:
        import_module(f"greeum.integrations.{module}")
    assert f'pip install ".[{extra}]"' in str(caught.value)
    assert package in str(caught.value)
    assert extra in EXTRAS
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)
    assert caught.value.name == caught.value.__cause__.name


def test_a_package_that_is_too_old_is_answered_with_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("langgraph.store.base.get_text_at_path")
    monkeypatch.delitem(sys.modules, "greeum.integrations.langgraph_items", raising=False)
    with pytest.raises(ImportError, match=r'get_text_at_path.*pip install "\.\[langgraph\]"') as caught:
        import_module("greeum.integrations.langgraph_items")
    assert type(caught.value) is ImportError
