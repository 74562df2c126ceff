"""What everything from elsewhere passes: it looks at each block, as at one that is added, and embeds."""

from __future__ import annotations

from greeum import _core
from greeum.drafts import mark
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from greeum.drafts import Drafter
    from greeum.embed.protocol import Embedder
    from greeum.store.protocol import Draft

GIVEN = "given/"
"""How the fingerprint of vectors begins that the caller brought: these cannot be made anew, and are taken along."""


class Admission:
    """What `drafter` lets in, and with the vectors of `embedder`."""

    def __init__(self, drafter: Drafter, embedder: Embedder) -> None:
        self._drafter = drafter
        self.embedder = embedder

    @property
    def needs_vectors(self) -> bool:
        """Whether vectors come with the blocks, since the memory makes none."""
        return self.embedder.fingerprint.startswith(GIVEN)

    def origin(self, said: str) -> str:
        """Where something is from: what is said of it counts only where what is written is trusted in full."""
        return said if self._drafter.trust == 1 else self._drafter.origin

    def admit(self, draft: Draft) -> None:
        """Screen a draft, and give it what it is known again by. Raises InvalidInput if it may not come in."""
        text = draft.text
        self._drafter.admit(draft)
        mark(draft, is_turn=draft.kind == "message")
        draft.is_turn = False  # it has a uid to be known by
        if draft.vectors and draft.text != text:
            self._check_vectors(draft, text)

    def _check_vectors(self, draft: Draft, text: str) -> None:
        """Something was taken out of the text. Its vectors are made again; those that cannot be must still fit."""
        if not self.needs_vectors:
            draft.vectors = b""
        elif len(_core.split(draft.text)) != len(_core.split(text)):
            raise InvalidInput("vectors", "are of more passages than the text has without what was taken out of it")

    def embed(self, drafts: Sequence[Draft]) -> None:
        """Make the vectors of those that have none."""
        bare = [draft for draft in drafts if not draft.vectors]
        codes = self.embedder.encode_blocks([draft.text for draft in bare]) if bare else []
        for draft, code in zip(bare, codes, strict=True):
            draft.vectors = code
