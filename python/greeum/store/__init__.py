"""Where memories are kept. `protocol` says what every Store promises; each other module keeps one of the promises.

Useful for keeping and reading blocks, links and anchors by id or key. Not for finding anything by content.
"""
