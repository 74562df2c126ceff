"""The page at `/`: it is one file, a browser may run nothing else, and what is stored can never become a part of it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from tests.served import Server, loop_in_a_thread

from greeum import testing
from greeum.api import page
from greeum.api.application import Application
from greeum.api.authentication import OpenDoor
from greeum.api.health import Health
from greeum.api.hosts import Hosts
from greeum.api.logs import AccessLog
from greeum.api.metrics import Metrics
from greeum.api.operations import IDS
from greeum.api.tracing import Tracer

FOLDER = Path(page.__file__).parent


class Page(HTMLParser):
    """What a browser would make of it: elements with their attributes, and what stands in scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._within = tag
        if tag in self.inline:
            self.inline[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in self.inline:
            self.inline[self._within][-1] += data

    def attributes(self, name: str) -> set[str]:
        return {found for _, attributes in self.elements if (found := attributes.get(name)) is not None}


@pytest.fixture(scope="module")
def answer() -> Iterator[tuple[dict[str, str], str]]:
    """Headers and text of `/`, from a server."""
    with loop_in_a_thread() as loop, testing.memory() as memory:
        door, health, hosts = OpenDoor(memory), Health(), Hosts(None)
        observers: dict[str, Any] = {"log": AccessLog(None), "metrics": Metrics(IDS), "tracer": Tracer()}
        server = Server(loop, Application(door, health=health, hosts=hosts, page=page.read(), **observers))
        try:
            with urlopen(server.url + "/") as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                yield headers, response.read().decode()
        finally:
            server.stop()


def test_the_policy_allows_what_is_in_the_page_and_nothing_else(answer: tuple[dict[str, str], str]) -> None:
    headers, text = answer
    assert headers["content-type"] == "text/html; charset=utf-8"
    inline = Page(text).inline
    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    for kind in ("script", "style"):
        [content] = inline[kind]
        assert content.strip()
        assert policy[f"{kind}-src"] == f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == "'self'"


def test_it_loads_nothing_and_has_no_code_in_attributes(answer: tuple[dict[str, str], str]) -> None:
    for tag, attributes in Page(answer[1]).elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "action")], tag
        assert (attributes.get("href") or "data:").startswith("data:")


def test_what_is_stored_goes_in_as_text_and_the_key_stays_in_the_tab() -> None:
    script = (FOLDER / "page.js").read_text(encoding="utf-8")
    ways_in = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|DOMParser|\beval\b|\bFunction\("
    assert not re.search(ways_in, script)
    assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie", script)


def test_it_speaks_english_and_korean_alike(answer: tuple[dict[str, str], str]) -> None:
    script = (FOLDER / "page.js").read_text(encoding="utf-8")
    english, korean = re.findall(r"^  (?:en|ko): \{\n(.*?)^  \},$", script, re.MULTILINE | re.DOTALL)
    words = set(re.findall(r"\b(\w+): \"", english))
    assert words == set(re.findall(r"\b(\w+): \"", korean))
    found = Page(answer[1])
    named = (
        found.attributes("data-word")
        | found.attributes("data-placeholder")
        | set(re.findall(r"word\(\"(\w+)\"", script))
    )
    assert named <= words
    ids = found.attributes("id")
    assert set(re.findall(r"\bat\(\"([\w-]+)\"\)", script)) == ids
