"""An entry put into configuration that people write by hand: it is there, and all else is as it was."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greeum.errors import InvalidInput
from greeum.mcp.install import clients, files, jsonc, toml
from greeum.mcp.install.clients import CLIENTS
from greeum.mcp.install.document import Unreadable
from greeum.settings import Settings

ENTRY: dict[str, object] = {"command": "/bin/greeum", "args": ["mcp", "--memory", "/m"]}
KEYS = ("mcpServers", "greeum")


def put(text: str, keys: tuple[str, ...] = KEYS, *, allows_comments: bool = False) -> str:
    return jsonc.put(text, keys, ENTRY, allows_comments=allows_comments)


class TestJson:
    @pytest.mark.parametrize("text", ["", " \n\n"])
    def test_a_new_file(self, text: str) -> None:
        assert json.loads(put(text)) == {"mcpServers": {"greeum": ENTRY}}
        assert put(text).endswith("}\n")

    def test_beside_others(self) -> None:
        head = '{\n    "theme": "dark",\n    "mcpServers": {\n        "other": {"command": "x"}'
        tail = '\n    },\n    "last": 1\n}\n'
        entry = (
            ',\n        "greeum": {\n            "command": "/bin/greeum",\n            "args": [\n'
            '                "mcp",\n                "--memory",\n                "/m"\n            ]\n        }'
        )
        assert put(head + tail) == head + entry + tail

    def test_where_there_was_none(self) -> None:
        assert put('{"theme": "dark"}') == (
            '{"theme": "dark",\n  "mcpServers": {\n    "greeum": {\n      "command": "/bin/greeum",\n      "args": [\n'
            '        "mcp",\n        "--memory",\n        "/m"\n      ]\n    }\n  }\n}'
        )
        assert json.loads(put("{}")) == {"mcpServers": {"greeum": ENTRY}}

    def test_again(self) -> None:
        text = put('{\n\t"a": 1\n}\n')
        assert put(text) == text

    def test_one_that_is_there_is_brought_up_to_date_and_keeps_what_was_added_to_it(self) -> None:
        text = '{"mcpServers": {"greeum": {"command": "old", "env": {"A": "1"}}, "other": {}}}'
        assert json.loads(put(text)) == {"mcpServers": {"greeum": {**ENTRY, "env": {"A": "1"}}, "other": {}}}

    def test_deep_down(self) -> None:
        keys = ("projects", "/people/alice/x", *KEYS)
        text = put('{"projects": {"/people/alice/x": {"history": []}, "/y": {}}}', keys)
        expected = {"/people/alice/x": {"history": [], "mcpServers": {"greeum": ENTRY}}, "/y": {}}
        assert json.loads(text) == {"projects": expected}

    def test_comments_stay(self) -> None:
        text = (
            '// mine\n{\n  /* servers */ "mcpServers": {\n    "a": 1, // one\n    "b": 2 // two, without a comma\n'
            "    // the end\n  }, // after\n}\n// bye"
        )
        edited = put(text, allows_comments=True)
        for comment in (
            "// mine",
            "/* servers */",
            "// one",
            "// two, without a comma",
            "// the end",
            "// after",
            "// bye",
        ):
            assert comment in edited
        assert jsonc.read(edited, allows_comments=True).content == {"mcpServers": {"a": 1, "b": 2, "greeum": ENTRY}}
        assert put(edited, allows_comments=True) == edited

    def test_a_comma_after_the_last(self) -> None:
        edited = put('{"mcpServers": {"a": 1,}, }', allows_comments=True)
        assert jsonc.read(edited, allows_comments=True).content == {"mcpServers": {"a": 1, "greeum": ENTRY}}
        edited = put("{\n  // nothing\n}", allows_comments=True)
        assert "// nothing" in edited

    def test_line_ends_stay(self) -> None:
        edited = put('{\r\n  "a": 1\r\n}\r\n')
        assert "\n" not in edited.replace("\r\n", "")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("{", "line 1"),
            ('{\n"a": 1,\n}', "line 3"),
            ('{"a" 1}', "':' is expected"),
            ("{1: 2}", "a name is expected"),
            ('{"a": nope}', "a value is expected"),
            ('{"a": 1, "a": 2}', "'a' occurs twice"),
            ("[]", "it is no object"),
            ("{} {}", "something after its end"),
            ('{"mcpServers": []}', "mcpServers is no object"),
            ('{"mcpServers": {"greeum": 5}}', "greeum is no object"),
            ('{"a": ' + "[" * 300 + "]" * 300 + "}", "nested too deep"),
            ("// a comment\n{}", "a value is expected"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, text: str, reason: str) -> None:
        with pytest.raises(Unreadable, match=reason):
            put(text)

    def test_a_comment_without_an_end(self) -> None:
        with pytest.raises(Unreadable, match="a comment has no end"):
            put("{} /* more", allows_comments=True)

    @settings(max_examples=200, deadline=None)
    @given(
        st.dictionaries(
            st.text(max_size=4) | st.just("mcpServers"),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(max_size=6),
                lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
                max_leaves=6,
            ),
            max_size=4,
        ),
        st.sampled_from([None, 0, 1, 4, "\t"]),
        st.booleans(),
    )
    def test_all_else_is_as_it_was(self, document: dict[str, Any], indent: Any, ascii_only: bool) -> None:
        text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
        there = document.get("mcpServers", {})
        if not isinstance(there, dict):
            with pytest.raises(Unreadable):
                put(text)
            return
        for allows_comments in (False, True):
            edited = put(text, allows_comments=allows_comments)
            assert json.loads(edited) == {**document, "mcpServers": {**there, "greeum": ENTRY}}
            assert list(json.loads(edited))[: len(document)] == list(document)


CODEX = """\
# my settings
model = "o5"  # the good one

[mcp_servers.other]
command = "npx"
args = [
  "-y", # yes
  "[not.a.table]",
]

[[profiles]]
note = '''
[mcp_servers.greeum]
'''
"""


class TestToml:
    def put(self, text: str) -> str:
        return toml.put(text, ("mcp_servers", "greeum"), ENTRY)

    @pytest.mark.parametrize("text", ["", "# empty", 'model = "x"', CODEX])
    def test_a_new_table_comes_last(self, text: str) -> None:
        edited = self.put(text)
        assert edited.startswith(text)
        assert edited.endswith('[mcp_servers.greeum]\ncommand = "/bin/greeum"\nargs = ["mcp", "--memory", "/m"]\n')
        before = tomllib.loads(text)
        servers = {**before.get("mcp_servers", {}), "greeum": ENTRY}
        assert tomllib.loads(edited) == {**before, "mcp_servers": servers}
        assert self.put(edited) == edited

    def test_one_that_is_there_is_brought_up_to_date(self) -> None:
        text = CODEX + (
            '\n[ mcp_servers . "greeum" ] # mine\n# how\ncommand = "old" # once\nargs = [\n  "x",\n]\n'
            'startup_timeout_sec = 30 # slow\n\n[mcp_servers.greeum.env]\nA = "1"\n\n[tail]\nx = 1 # end\n'
        )
        edited = self.put(text)
        assert tomllib.loads(edited)["mcp_servers"]["greeum"] == {**ENTRY, "startup_timeout_sec": 30, "env": {"A": "1"}}
        for kept in ("# mine", "# how", "startup_timeout_sec = 30 # slow", 'A = "1"', "x = 1 # end", "# my settings"):
            assert kept in edited
        assert self.put(edited) == edited

    def test_what_was_not_said_comes_below_the_head(self) -> None:
        edited = self.put("[mcp_servers.greeum]\nenabled = true\n")
        assert edited == (
            '[mcp_servers.greeum]\ncommand = "/bin/greeum"\nargs = ["mcp", "--memory", "/m"]\nenabled = true\n'
        )
        assert self.put("[mcp_servers.greeum]").startswith("[mcp_servers.greeum]\ncommand = ")

    def test_line_ends_stay(self) -> None:
        edited = self.put('a = 1\r\n[mcp_servers.greeum]\r\ncommand = "x"\r\n')
        assert "\n" not in edited.replace("\r\n", "")

    def test_a_comment_with_an_odd_line_end(self) -> None:
        """Python knows more line ends than TOML."""
        edited = self.put("# a\u2028b = c\n[mcp_servers.greeum]\ncommand = 'x\u2028y'\n")
        assert "# a\u2028b = c" in edited

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("a = ", "Invalid value"),
            ("a = 1\na = 2", "Cannot overwrite"),
            ("mcp_servers = 5", "mcp_servers is no object"),
            ("[mcp_servers]\ngreeum = 5", "greeum is no object"),
            ("[mcp_servers]\ngreeum = { command = 'x' }", "not as a table of its own"),
            ("mcp_servers.greeum.command = 'x'", "not as a table of its own"),
            ("mcp_servers = { other = {} }", "Cannot"),
        ],
    )
    def test_what_cannot_be_done_is_refused(self, text: str, reason: str) -> None:
        with pytest.raises(Unreadable, match=reason):
            self.put(text)


class TestFiles:
    def test_what_is_not_there(self, tmp_path: Path) -> None:
        path = str(tmp_path / "a" / "b.json")
        assert files.read(path) is None
        files.replace(path, "{}\r\n", None)
        assert files.read(path) == "{}\r\n"

    def test_permissions_and_links_stay(self, tmp_path: Path) -> None:
        real, link = tmp_path / "real.json", tmp_path / "link.json"
        real.write_text("{}")
        real.chmod(0o640)
        link.symlink_to(real)
        files.replace(str(link), "new", "{}")
        assert link.is_symlink()
        assert real.read_text() == "new"
        assert real.stat().st_mode & 0o777 == 0o640
        assert sorted(path.name for path in tmp_path.iterdir()) == ["link.json", "real.json"]

    def test_a_file_that_another_program_has_changed(self, tmp_path: Path) -> None:
        path = tmp_path / "a.json"
        path.write_text("theirs")
        with pytest.raises(Unreadable, match="changed by another program"):
            files.replace(str(path), "ours", "what was there")
        assert [path.read_text() for path in tmp_path.iterdir()] == ["theirs"]

    def test_what_is_no_text(self, tmp_path: Path) -> None:
        path = tmp_path / "a.json"
        path.write_bytes(b"\xff")
        with pytest.raises(Unreadable, match="not in UTF-8"):
            files.read(str(path))


class TestClients:
    def place(self, name: str, scope: str | None = None, **environment: str) -> clients.Place:
        return CLIENTS[name].place(scope, Settings(environment))

    @pytest.mark.parametrize(
        ("platform", "folder"),
        [
            ("linux", "/people/alice/.config"),
            ("darwin", "/people/alice/Library/Application Support"),
            ("win32", "/people/alice/AppData/Roaming"),
        ],
    )
    def test_places_of_each_platform(self, monkeypatch: pytest.MonkeyPatch, platform: str, folder: str) -> None:
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setenv("HOME", "/people/alice")
        assert self.place("claude-desktop").file == f"{folder}/Claude/claude_desktop_config.json"
        assert self.place("vscode").file == f"{folder}/Code/User/mcp.json"

    def test_places_that_the_environment_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.place("claude-code", CLAUDE_CONFIG_DIR="/c").file == "/c/.claude.json"
        assert self.place("codex", CODEX_HOME="/x").file == "/x/config.toml"
        monkeypatch.setattr(sys, "platform", "linux")
        assert self.place("vscode", XDG_CONFIG_HOME="/g").file == "/g/Code/User/mcp.json"
        monkeypatch.setattr(sys, "platform", "win32")
        assert self.place("vscode", APPDATA="/d").file == "/d/Code/User/mcp.json"

    def test_scopes(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", "/people/alice")
        here = str(tmp_path)
        assert self.place("claude-code") == ("/people/alice/.claude.json", KEYS)
        assert self.place("claude-code", "local") == ("/people/alice/.claude.json", ("projects", here, *KEYS))
        assert self.place("claude-code", "project") == (f"{here}/.mcp.json", KEYS)
        assert self.place("cursor") == ("/people/alice/.cursor/mcp.json", KEYS)
        assert self.place("cursor", "project") == (f"{here}/.cursor/mcp.json", KEYS)
        assert self.place("codex") == ("/people/alice/.codex/config.toml", ("mcp_servers", "greeum"))
        assert self.place("codex", "project").file == f"{here}/.codex/config.toml"
        assert self.place("vscode", "project") == (f"{here}/.vscode/mcp.json", ("servers", "greeum"))
        with pytest.raises(InvalidInput, match="'local' is none of Cursor; there are user, project"):
            self.place("cursor", "local")

    def test_entries(self) -> None:
        command = ["/bin/greeum", "mcp"]
        plain = {"command": "/bin/greeum", "args": ["mcp"]}
        for name, client in CLIENTS.items():
            says_type = name in ("claude-code", "cursor", "vscode")
            assert client.entry(command) == ({"type": "stdio", **plain} if says_type else plain)
