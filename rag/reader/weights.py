"""The reader's weights as they ship, checked before they are used."""

import hashlib
from pathlib import Path

import numpy as np

from index.data_files import data_file
from index.errors import EmbeddingError

SHA256 = "3cbc23ad4403709e73d512e7abbb15529f96b10b0ce42e57f8d2295981d8ce03"
"""Of the weights that ship, on which the figures of the reader's model card were measured."""
_FILE = "reader.safetensors"
"""What differs from the base model, in 8 bits. A matrix is stored as onnxruntime's MatMulNBits
takes it: uint8 (rows, blocks, 128), 128 for zero, with a float32 scale for each block. What is
smaller is float32. Nothing in the format can run; `training/reader_weights.py` writes it."""


def shipped() -> dict[str, np.ndarray]:
    """Return the weights that ship with the package.

    Raises:
        EmbeddingError: The file is missing, or not the one that was measured.
    """
    from safetensors.numpy import load

    path = data_file("rag", _FILE)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _damaged(path) from error
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise _damaged(path)
    stored: dict[str, np.ndarray] = load(data)
    return stored


def _damaged(path: Path) -> EmbeddingError:
    return EmbeddingError(f"the reader's file {str(path)!r} is damaged: reinstall footnote")
