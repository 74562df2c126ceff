"""Every environment variable that Greeum reads, and what each means. Nothing else reads the environment."""

from __future__ import annotations

import os

VARIABLES = {
    "GREEUM_HOME": "The directory of the memory, where none is named. Default: ~/.greeum",
    "GREEUM_KEY": "The key that the command line sends to the server that --url names, if that wants one.",
    "GREEUM_TENANTS": "The directory of a server's tenants, where none is named.",
    "GREEUM_EMBEDDER": (
        "What makes vectors: static (the default), model2vec:FOLDER, onnx:FOLDER, sentence-transformers:MODEL or "
        "openai:MODEL. "
        "A memory stays with its embedder until `greeum reembed` changes it."
    ),
    "GREEUM_EMBEDDER_URL": "Where openai:MODEL is served, up to /embeddings or with it, as http://127.0.0.1:11434/v1",
    "GREEUM_EMBEDDER_KEY": "The API key of that server, if it wants one.",
    "GREEUM_TIME_ZONE": (
        "The time zone of memories that are made, by its name in the IANA database, as Asia/Seoul. Default: UTC. Those "
        "that are there keep theirs until `greeum time-zone set` changes it."
    ),
    "GREEUM_ALLOWED_HOSTS": (
        "Names that a server answers to, without ports, separated by commas. Default: on loopback localhost, 127.0.0.1 "
        "and [::1], elsewhere all."
    ),
    "OTEL_EXPORTER_OTLP_ENDPOINT": (
        "Where a server sends traces by OpenTelemetry's protocol over HTTP, as http://127.0.0.1:4318; without it there "
        "are none. The exporter heeds the other OTEL_EXPORTER_OTLP_ variables too."
    ),
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "The same for traces alone, with the whole path.",
    "OTEL_SDK_DISABLED": "If it is true, there are no traces.",
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": (
        "If it is true, traces say what was searched for. Otherwise they hold nothing that anybody said."
    ),
    "CLAUDE_CONFIG_DIR": (
        "Where Claude Code keeps its configuration, for `greeum mcp install`. Default: the home directory."
    ),
    "CODEX_HOME": "Where Codex keeps its configuration, for `greeum mcp install`. Default: ~/.codex",
    "XDG_CONFIG_HOME": "Where programs keep their configuration, for `greeum mcp install`. Default: ~/.config",
    "APPDATA": "The same on Windows.",
    "NO_COLOR": "If it is set and not empty, the command line prints without colours.",
    "COLUMNS": "The width that the command line prints to, in cells. Default: the terminal's, if there is one.",
}
"""Name → meaning; the reference page is made from this."""


class Settings:
    """What the environment says."""

    __slots__ = (
        "allowed_hosts", "appdata", "claude_config_dir", "codex_home", "columns", "embedder", "embedder_key",
        "embedder_url", "home", "key", "no_color", "tenants", "time_zone", "trace_content", "traces", "xdg_config_home",
    )  # fmt: skip

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        values = os.environ if environment is None else environment
        self.home = values.get("GREEUM_HOME") or os.path.join(os.path.expanduser("~"), ".greeum")
        self.key = values.get("GREEUM_KEY") or None
        self.tenants = values.get("GREEUM_TENANTS") or None
        self.embedder = values.get("GREEUM_EMBEDDER") or "static"
        self.embedder_url = values.get("GREEUM_EMBEDDER_URL")
        self.embedder_key = values.get("GREEUM_EMBEDDER_KEY")
        self.time_zone = values.get("GREEUM_TIME_ZONE") or None
        names = values.get("GREEUM_ALLOWED_HOSTS", "").split(",")
        self.allowed_hosts = tuple(name.strip() for name in names if name.strip())
        endpoints = (values.get("OTEL_EXPORTER_OTLP_ENDPOINT"), values.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
        self.traces = any(endpoints) and not is_true(values.get("OTEL_SDK_DISABLED"))
        self.trace_content = is_true(values.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"))
        self.claude_config_dir = values.get("CLAUDE_CONFIG_DIR") or None
        self.codex_home = values.get("CODEX_HOME") or None
        self.xdg_config_home = values.get("XDG_CONFIG_HOME") or None
        self.appdata = values.get("APPDATA") or None
        self.no_color = bool(values.get("NO_COLOR"))
        columns = values.get("COLUMNS", "")
        # Shells set it, so one that cannot be used is passed over, as other programs do.
        self.columns = int(columns) if columns.isdecimal() and 0 < len(columns) < 6 and int(columns) else None


def is_true(value: str | None) -> bool:
    """As OpenTelemetry reads its variables: nothing but `true`, in any case."""
    return value is not None and value.strip().lower() == "true"
