"""What an answerer is: hits in, a draft out; the seat that every way of answering takes."""

from collections.abc import Sequence
from typing import Protocol

from index.types import Hit
from rag.types import Draft


class Answerer(Protocol):
    """Proposes an answer from hits; its citations are checked afterwards by `rag.citations`."""

    @property
    def name(self) -> str:
        """What `Answer.model` shows."""
        ...

    def draft(self, question: str, hits: Sequence[Hit]) -> Draft:
        """Propose sentences with the evidence of each, most direct first.

        Args:
            question: What is asked.
            hits: Retrieved passages, best first; none must give an empty draft.
        """
        ...
