"""Any sentence-transformers model, on a GPU where there is one; imports torch (seconds)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from index.embedding import onnx
from index.embedding.embedder import DEFAULT_MODEL, prompts, without_surrogates
from index.errors import EmbeddingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_SLICE_TEXTS = 1024
"""Texts handed over at once: sentence-transformers sorts them by length, progress shows between."""


class SentenceTransformerEmbedder:
    """The `Embedder` for every model that sentence-transformers can load."""

    def __init__(self, name: str) -> None:
        """Load the model; all-MiniLM-L6-v2 from its installed files, so no hub is asked.

        Raises:
            EmbeddingError: The model cannot be loaded.
        """
        self._name = name
        self._verified = name != DEFAULT_MODEL
        self._model: SentenceTransformer | None = _load(name)
        self._dimension = _dimension(self._model, name)

    @property
    def name(self) -> str:
        """The model's name as a library records it."""
        return self._name

    @property
    def dimension(self) -> int:
        """Number of components of each vector."""
        return self._dimension

    def embed(
        self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
    ) -> np.ndarray:
        """Return the texts' vectors; see `Embedder.embed`."""
        if texts and not self._verified:
            onnx.verify()
            self._verified = True
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _SLICE_TEXTS):
            part = [without_surrogates(text) for text in texts[start : start + _SLICE_TEXTS]]
            vectors[start : start + len(part)] = self._loaded().encode_document(
                part, normalize_embeddings=True, show_progress_bar=False
            )
            if on_progress is not None:
                on_progress(len(part))
        return vectors

    def embed_question(self, text: str) -> np.ndarray:
        """Return one question's vector; see `Embedder.embed_question`."""
        vector = self._loaded().encode_query(
            without_surrogates(text), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vector, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's number of tokens, special ones not counted, uncut."""
        tokenize = self._loaded().tokenizer.tokenize
        return [len(tokenize(without_surrogates(text))) for text in texts]

    def close(self) -> None:
        """Free the model's memory; using the embedder again loads it again."""
        self._model = None

    def _loaded(self) -> SentenceTransformer:
        model = self._model
        if model is None:
            model = self._model = _load(self._name)
        return model


def _load(name: str) -> SentenceTransformer:
    place = str(onnx.model_folder()) if name == DEFAULT_MODEL else name
    local = name == DEFAULT_MODEL
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        # Without this transformers draws a bar on stderr even where output is piped.
        logging.disable_progress_bar()
        return SentenceTransformer(
            place, prompts=prompts(name), trust_remote_code=False, local_files_only=local
        )
    except (ImportError, OSError, ValueError, RuntimeError, KeyError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EmbeddingError(
            f"the embedding model {name!r} cannot be loaded ({reason}): check the name and the "
            f"network, give a folder that holds the model, or choose {DEFAULT_MODEL!r}"
        ) from error


def _dimension(model: SentenceTransformer, name: str) -> int:
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise EmbeddingError(
            f"the embedding model {name!r} does not state its dimension: "
            f"choose another, such as {DEFAULT_MODEL!r}"
        )
    return dimension
