"""Texts as tokens that know their places, and what a model is shown; draws and cuts nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CLS, SEP = 101, 102


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A text's tokens with their character offsets."""

    ids: Sequence[int]
    offsets: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a model is shown, and the answer that it should find there."""

    ids: tuple[int, ...]
    """`[CLS] question or statement [SEP] window [SEP]`."""
    passage_from: int
    """Position of the window's first token."""
    span: tuple[int, int] | None = None
    """First and last position of the answer; None where there is none."""


def encode(tokenizer: "Tokenizer", texts: Sequence[str]) -> list[Encoded]:
    """Return the texts' tokens, special ones left out."""
    found = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [Encoded(ids=encoding.ids, offsets=encoding.offsets) for encoding in found]


def token_span(passage: Encoded, start: int, end: int) -> tuple[int, int] | None:
    """Return first and last token of a character span, None where no token lies in it."""
    inside = [n for n, (a, b) in enumerate(passage.offsets) if a < end and b > start]
    return (inside[0], inside[-1]) if inside else None
