"""The reader's weights file: what differs from the base model, in 8 bits; no running.

A matrix is stored as onnxruntime's MatMulNBits takes it: uint8 (rows, blocks, 128), 128 for zero,
with a float32 scale for each block. What is smaller is stored as float32. The format is
safetensors: nothing in it can run. `training/reader_weights.py` writes it.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from index.data_files import data_file
from index.errors import EmbeddingError

if TYPE_CHECKING:
    import numpy as np

SHA256 = "abea74c33527ca76e34cf0587ebe904e7031a5165f3be00566c889763b828b88"
"""Of the file that ships, on which the figures of its model card were measured."""
_NAME = "reader.safetensors"


def shipped() -> "dict[str, np.ndarray]":
    """Return the weights that ship with the package.

    Raises:
        EmbeddingError: The file is missing, or not the one that was measured.
    """
    from safetensors.numpy import load

    path = data_file("rag", _NAME)
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
