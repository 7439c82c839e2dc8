"""Compares a text with stored sentences by the vectors that the library has of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.store import queries
from index.store.library import Library
from index.sync.prepare import HASH_LENGTH, text_hash
from index.types import Sentence


def similarity(library: Library, text: str, sentences: Sequence[Sentence]) -> NDArray[np.float32]:
    """Return the cosine of a text with each sentence, (n,) float32, -1 to 1; (0,) for none.

    Only the text is embedded, and a sentence that was removed meanwhile.

    Raises:
        LibraryError: The library cannot be read.
        EmbeddingError: The embedding model cannot be loaded.
    """
    if not sentences:
        return np.zeros(0, dtype=np.float32)
    vector = library.embedder().embed_question(text)
    hashes = [text_hash(sentence.text)[:HASH_LENGTH] for sentence in sentences]
    with library.catalog.snapshot() as db:
        present, stored = queries.vectors(db, list(dict.fromkeys(hashes)))
    found = dict(zip(present, stored @ vector, strict=True)) if present else {}
    gone = {h: s.text for h, s in zip(hashes, sentences, strict=True) if h not in found}
    if gone:
        again = library.embedder().embed(list(gone.values()))
        found |= zip(gone, again @ vector, strict=True)
    return np.array([found[digest] for digest in hashes], dtype=np.float32)
