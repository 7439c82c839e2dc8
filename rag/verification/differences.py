"""What a sentence can differ in from a claim, with a reader's words for it."""

from dataclasses import dataclass
from typing import Literal

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
