"""What an embedding engine is, and the choice of one; the engines are in their own files.

Importing this costs nothing: numpy, onnxruntime and torch are imported by the engine chosen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from index.errors import SettingsError

if TYPE_CHECKING:
    import numpy as np

Engine = Literal["auto", "onnx", "sentence-transformers"]

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


def load_embedder(model: str = DEFAULT_MODEL, *, engine: Engine = "auto") -> Embedder:
    """Return the embedder for a model.

    Args:
        model: `all-MiniLM-L6-v2` (its weights are a plain dependency, nothing is downloaded), or
            any name or folder that sentence-transformers can load.
        engine: `auto` takes `onnx` for all-MiniLM-L6-v2 and `sentence-transformers` for every
            other model. `onnx` runs on the processor and imports no torch.
            `sentence-transformers` imports torch (seconds) and uses a GPU where there is one.

    Raises:
        SettingsError: The engine is unknown, or cannot run this model.
        EmbeddingError: The model cannot be found or loaded.
    """
    if engine not in get_args(Engine):
        allowed = ", ".join(repr(name) for name in get_args(Engine))
        raise SettingsError(f"embedding engine {engine!r} is unknown: choose one of {allowed}")
    if engine == "onnx" and model != DEFAULT_MODEL:
        raise SettingsError(
            f"embedding engine 'onnx' runs only {DEFAULT_MODEL!r}, not {model!r}: "
            "choose that model, or the engine 'sentence-transformers'"
        )
    if engine == "onnx" or (engine == "auto" and model == DEFAULT_MODEL):
        from index.embedding.onnx import OnnxEmbedder

        return OnnxEmbedder(DEFAULT_MODEL)
    from index.embedding.sentence_transformers import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(model)


def without_surrogates(text: str) -> str:
    """Return the text with each lone surrogate as U+FFFD: tokenizers take only valid Unicode."""
    return _SURROGATE.sub("\ufffd", text)
