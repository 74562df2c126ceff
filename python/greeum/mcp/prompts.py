"""Prompts that a person may choose: to begin with what is known, and to keep what was said."""

from __future__ import annotations

from typing import NamedTuple

from greeum.errors import InvalidInput, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from greeum.mcp.tools.tool import AnyMemory

OPERATION = "mcp.prompts"
"""What the table of roles calls it to list or get them."""


class Argument(NamedTuple):
    """What is filled into a prompt. MCP knows strings alone here."""

    name: str
    description: str
    required: bool = False


class Prompt(NamedTuple):
    """One prompt. `write` is given the memory and the arguments."""

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    write: Callable[..., str]


def recall(
    memory: AnyMemory, *, topic: str, namespace: str = "", near: str | None = None, max_tokens: str = "1000"
) -> str:
    if not max_tokens.isdecimal():
        raise InvalidInput("max_tokens", f"{max_tokens[:40]!r} is not a whole number")
    known = memory.context(topic, namespace=namespace, near=near, max_tokens=int(max_tokens[:9])).text
    if not known:
        return f"Nothing is known about “{topic}” yet. Say so, and ask what should be known."
    return (
        f"This is what is known about “{topic}”; the numbers in brackets are ids to cite:\n\n{known}\n\n"
        "Go on from there. If something seems to be missing, look it up with memory_search."
    )


def remember(memory: AnyMemory, *, what: str = "", namespace: str = "") -> str:
    subject = f"this: {what}" if what else "what was said in this conversation and is worth knowing later"
    where = f" Use the namespace {namespace}." if namespace else ""
    return (
        f"Keep {subject}.\n\nFor each thing, look first with memory_search whether it is known. What is new, add with "
        "memory_add: one thing at a time, in whole sentences that make sense on their own, with who said it (source) "
        f"and when (at). What has changed, correct with memory_update.{where} Then list what you kept, with the ids."
    )


PROMPTS = (
    Prompt(
        "recall",
        "Recall",
        "Begin with what is known about a subject.",
        (
            Argument("topic", "What it is about, in plain words.", required=True),
            Argument("namespace", "Whose memories: a path like acme/alice. Default: all."),
            Argument("near", "The name of an anchor to stay close to."),
            Argument("max_tokens", "How much of it. Default: 1000"),
        ),
        recall,
    ),
    Prompt(
        "remember",
        "Remember",
        "Have the model keep what was said.",
        (
            Argument("what", "What to keep. Default: what is worth it in this conversation."),
            Argument("namespace", "Whose it is: a path like acme/alice. Default: the root."),
        ),
        remember,
    ),
)


def written(memory: AnyMemory, name: str, arguments: Mapping[str, str]) -> str:
    """A prompt's text. Raises NotFound, InvalidInput, or what the memory raises."""
    prompt = named(name)
    known = {argument.name for argument in prompt.arguments}
    for given in arguments:
        if given not in known:
            raise InvalidInput(given, f"is no argument of {name}")
    for argument in prompt.arguments:
        if argument.required and not arguments.get(argument.name):
            raise InvalidInput(argument.name, "is missing")
    return prompt.write(memory, **{given: value for given, value in arguments.items() if value})


def named(name: str) -> Prompt:
    """Raises NotFound."""
    for prompt in PROMPTS:
        if prompt.name == name:
            return prompt
    raise NotFound(f"there is no prompt {name[:200]!r}; there are {', '.join(prompt.name for prompt in PROMPTS)}")
