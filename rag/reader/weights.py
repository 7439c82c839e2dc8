"""The reader's weights file: what differs from the base model, in 8 bits; no running.

A matrix is stored as int8 with one float32 scale for each row, named `<name>.scale`; what is
smaller is stored as float32. The format is safetensors: nothing in it can run.
"""

import hashlib
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbeddingError

SHA256 = "05d9b24f5c886190655b602bcc609b9262c2e153192d134f06b5d269a3ae04d1"
"""Of the file that ships, on which the figures of its model card were measured."""
_NAME = "data/reader.safetensors"
_SCALE = ".scale"


def write(weights: Mapping[str, NDArray[np.float32]], path: Path) -> None:
    """Write weights to a file, matrices rounded to 8 bits."""
    from safetensors.numpy import save_file

    stored: dict[str, np.ndarray] = {}
    for name, array in weights.items():
        if array.ndim == 1 or name.startswith("head."):
            stored[name] = array.astype(np.float32)
            continue
        scale = np.abs(array).max(axis=1, keepdims=True) / 127 + 1e-12
        stored[name] = np.round(array / scale).astype(np.int8)
        stored[name + _SCALE] = scale.astype(np.float32)
    save_file(stored, path)


def read(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return a file's weights as float32."""
    from safetensors.numpy import load_file

    stored = load_file(path)
    return {
        name: array * stored[name + _SCALE] if name + _SCALE in stored else array
        for name, array in stored.items()
        if not name.endswith(_SCALE)
    }


def shipped() -> dict[str, NDArray[np.float32]]:
    """Return the weights that ship with the package.

    Raises:
        EmbeddingError: The file is missing, or not the one that was measured.
    """
    with as_file(files("rag").joinpath(_NAME)) as path:
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise _damaged(path) from error
        if digest != SHA256:
            raise _damaged(path)
        return read(path)


def _damaged(path: Path) -> EmbeddingError:
    return EmbeddingError(f"the reader's file {str(path)!r} is damaged: reinstall footnote")
