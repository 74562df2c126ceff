"""Every environment variable that Greeum reads, and what each means. Nothing else reads the environment."""

from __future__ import annotations

import os

VARIABLES = {
    "GREEUM_HOME": "The directory of the memory, where none is named. Default: ~/.greeum",
    "GREEUM_EMBEDDER": (
        "What makes vectors: static (the default), model2vec:FOLDER, sentence-transformers:MODEL or openai:MODEL. "
        "A memory stays with the embedder that it was begun with."
    ),
    "GREEUM_EMBEDDER_URL": "Where openai:MODEL is served, up to and without /embeddings, as http://127.0.0.1:11434/v1",
    "GREEUM_EMBEDDER_KEY": "The API key of that server, if it wants one.",
    "NO_COLOR": "If it is set and not empty, the command line prints without colours.",
    "COLUMNS": "The width that the command line prints to, in cells. Default: the terminal's, if there is one.",
}
"""Name → meaning; the reference page is made from this."""


class Settings:
    """What the environment says."""

    __slots__ = ("columns", "embedder", "embedder_key", "embedder_url", "home", "no_color")

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        values = os.environ if environment is None else environment
        self.home = values.get("GREEUM_HOME") or os.path.join(os.path.expanduser("~"), ".greeum")
        self.embedder = values.get("GREEUM_EMBEDDER") or "static"
        self.embedder_url = values.get("GREEUM_EMBEDDER_URL")
        self.embedder_key = values.get("GREEUM_EMBEDDER_KEY")
        self.no_color = bool(values.get("NO_COLOR"))
        columns = values.get("COLUMNS", "")
        # Shells set it, so one that cannot be used is passed over, as other programs do.
        self.columns = int(columns) if columns.isdecimal() and 0 < len(columns) < 6 and int(columns) else None
