"""What stands around a sentence: what its pronouns may stand for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The surroundings of one sentence of a passage."""

    before: tuple[str, ...]
    """The sentences of its passage before it, nearest first, at most three."""
    after: str
    """The sentence behind it; empty where there is none."""
    title: str
    document: str
    """The texts of the retrieved passages of its document."""
