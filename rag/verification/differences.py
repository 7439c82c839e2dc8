"""What stands around a sentence, and what it can differ in from a claim; no rules."""

from dataclasses import dataclass
from typing import Literal


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


FaultKind = Literal["number", "date", "name", "negation", "hedge", "quote", "cause"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing in which a sentence differs from a claim."""

    kind: FaultKind
    note: str
    """For a reader."""


def differs(source: str, claim: str, kind: FaultKind) -> Fault:
    """Return the fault that a source has one thing where the claim has another."""
    return Fault(kind=kind, note=f"the source says {source}, not {claim}")
