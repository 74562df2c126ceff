"""From what other programs keep to blocks: a file for each format, and what they share.

A format reads what it finds as records (`records`), which say nothing of stores. `intake` takes these in, in batches.
"""
