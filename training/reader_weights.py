"""Weights files: arrays rounded to 8 bits as they are written, and read back; checkpoints read."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

SCALES = ".scales"
"""Ends the name of the scales, (out, blocks), of weights in 8 bits."""
_MEAN = ":mean"
_WIDTH = 384
"""Of the body."""
HEADS = ("head.", "statement.")
"""How the names of weights begin that are stored as they are."""
_BLOCK = 128
"""Columns of a matrix with one scale; 64 takes 5 to 24 % longer, 32 takes 20 to 39 %."""


def write(weights: Mapping[str, NDArray[np.float32]], path: Path) -> None:
    """Write weights to a file, matrices rounded to 8 bits in blocks of 128 columns."""
    stored: dict[str, np.ndarray] = {}
    for name, array in weights.items():
        if array.ndim == 1 or name.startswith(HEADS):
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


def load(name: str) -> dict[str, NDArray[np.float32]]:
    """Return what was trained, by its name without `bert.`.

    A head of twice the body's width is the statement's, under whatever name it was stored.

    Args:
        name: A checkpoint, `checkpoint.pt`, with `:mean` behind it for the mean of the judge's
            last steps; or a file that `training.export` wrote.
    """
    if name.removesuffix(_MEAN).endswith(".pt"):
        state = torch.load(name.removesuffix(_MEAN), weights_only=True, map_location="cpu")
        found = state["mean" if name.endswith(_MEAN) else "model"]
        arrays = {key: tensor.float().numpy() for key, tensor in found.items()}
    else:
        arrays = floats(read(Path(name)))
    plain = {n.removeprefix("bert."): a for n, a in arrays.items() if ".embeddings." not in n}
    wide = "head.weight" in plain and plain["head.weight"].shape[1] > _WIDTH
    return {n.replace("head.", "statement.") if wide else n: a for n, a in plain.items()}


def mean(names: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Return the mean of what `load` reads, of each weight over those that have it."""
    found: dict[str, list[NDArray[np.float32]]] = {}
    for name in names:
        for key, array in load(name).items():
            found.setdefault(key, []).append(array)
    return {key: np.mean(arrays, axis=0) for key, arrays in found.items()}
