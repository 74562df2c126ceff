"""Embedders: text to vectors. One file for each outside thing; `protocol` says what they promise."""
