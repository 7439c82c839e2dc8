"""The reader's weights file: what differs from the base model, in 8 bits; no running.

A matrix is stored as onnxruntime's MatMulNBits takes it: uint8 (rows, blocks, 128), 128 for zero,
with a float32 scale for each block. What is smaller is stored as float32. The format is
safetensors: nothing in it can run.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.data_files import data_file
from index.errors import EmbeddingError

SHA256 = "abea74c33527ca76e34cf0587ebe904e7031a5165f3be00566c889763b828b88"
"""Of the file that ships, on which the figures of its model card were measured."""
SCALES = ".scales"
"""Ends the name of the scales, (out, blocks), of weights in 8 bits."""
_NAME = "reader.safetensors"
_BLOCK = 128
"""Columns of a matrix with one scale; 64 takes 5 to 24 % longer, 32 takes 20 to 39 %."""


def write(weights: Mapping[str, NDArray[np.float32]], path: Path) -> None:
    """Write weights to a file, matrices rounded to 8 bits in blocks of 128 columns."""
    from safetensors.numpy import save_file

    stored: dict[str, np.ndarray] = {}
    for name, array in weights.items():
        if array.ndim == 1 or name.startswith("head."):
            stored[name] = array.astype(np.float32)
            continue
        blocks = array.reshape(len(array), -1, _BLOCK)
        scales = np.abs(blocks).max(axis=2) / 127 + 1e-12
        rounded = np.round(blocks / scales[:, :, None])
        stored[name] = (rounded + 128).astype(np.uint8)
        stored[name + SCALES] = scales.astype(np.float32)
    save_file(stored, path)


def read(path: Path) -> dict[str, np.ndarray]:
    """Return a file's arrays as they are stored."""
    from safetensors.numpy import load_file

    stored: dict[str, np.ndarray] = load_file(path)
    return stored


def floats(stored: Mapping[str, np.ndarray]) -> dict[str, NDArray[np.float32]]:
    """Return stored arrays as float32 of their own shapes, as `write` took them."""
    found: dict[str, NDArray[np.float32]] = {}
    for name, array in stored.items():
        if name.endswith(SCALES):
            continue
        scales = stored.get(name + SCALES)
        if scales is None:
            found[name] = array.astype(np.float32)
        else:
            blocks = (array.astype(np.float32) - 128) * scales.reshape(len(array), -1, 1)
            found[name] = blocks.reshape(len(array), -1)
    return found


def shipped() -> dict[str, np.ndarray]:
    """Return the weights that ship with the package.

    Raises:
        EmbeddingError: The file is missing, or not the one that was measured.
    """
    path = data_file("rag", _NAME)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise _damaged(path) from error
    if digest != SHA256:
        raise _damaged(path)
    return read(path)


def _damaged(path: Path) -> EmbeddingError:
    return EmbeddingError(f"the reader's file {str(path)!r} is damaged: reinstall footnote")
