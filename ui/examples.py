"""Offers questions to begin with: those that ship for the seed article, where a library has it."""

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag import DocumentSummary

MOST = 3
"""Questions offered at once."""


def example_questions(documents: Sequence["DocumentSummary"]) -> tuple[str, ...]:
    """Return at most `MOST` questions that these documents answer; none for unknown documents."""
    stored = files("ui").joinpath("data/examples.toml").read_text(encoding="utf-8")
    known = tomllib.loads(stored)["questions"]
    found = [question for d in documents for question in known.get(d.source, ())]
    return tuple(found[:MOST])
