"""What is said of a text that cannot be read as JSON."""

from __future__ import annotations


class NotJson(ValueError):
    """What Python reads as JSON, although JSON is not like that."""


def json_fault(error: ValueError | RecursionError) -> str:
    """Why a text cannot be read, from what reading it has raised."""
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    if error.__class__ is ValueError:  # what Python says then is how to have it read such numbers all the same
        return "it holds a number with thousands of digits"
    return str(error)
