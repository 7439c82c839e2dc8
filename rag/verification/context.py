"""What stands around a sentence: what its pronouns may stand for."""

from dataclasses import dataclass

from rag.verification.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The surroundings of one sentence of a passage."""

    before: tuple[Reading, ...]
    """The sentences of its passage before it, nearest first, at most three."""
    after: Reading | None
    title: Reading
    document: str
    """The texts of the retrieved passages of its document."""
