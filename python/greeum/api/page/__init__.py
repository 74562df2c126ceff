"""The page at `/`, for somebody who has just started a server: look things up, remember some, see why a hit is one.

It is one file without anything from elsewhere, and its policy lets a browser run and load nothing but what is in it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

CONTENT_TYPE = b"text/html; charset=utf-8"

INLINE = re.compile(rb"<(style|script)[^>]*>(.+?)</\1>", re.DOTALL)


def read() -> bytes:
    """The page, with its style and its script in it."""
    folder = files(__name__)
    html = folder.joinpath("index.html").read_bytes()
    style, script = (folder.joinpath(name).read_bytes() for name in ("page.css", "page.js"))
    return html.replace(b"<style>", b"<style>" + style).replace(
        b'<script type="module">', b'<script type="module">' + script
    )


def policy(page: bytes) -> bytes:
    """The Content-Security-Policy that goes with it: its own style and script by their hashes, and its own server."""
    hashes = {
        found[1].decode(): f"'sha256-{b64encode(sha256(found[2]).digest()).decode()}'"
        for found in INLINE.finditer(page)
    }
    rules = {
        "default-src": "'none'",
        "script-src": hashes["script"],
        "style-src": hashes["style"],
        "img-src": "data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {what}" for name, what in rules.items()).encode()
